import type { Environment } from '../../../config/environment.ts';
import { tracesUrl } from '../../tracing/start-tracing.ts';
import { off, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/**
 * Milliseconds in which the receiver must answer. The exporter asks again within them, also where nothing listens, so that this
 * is how long a wrong address takes.
 */
const ANSWER_MS = 4_000;

const VARIABLE = 'OTEL_EXPORTER_OTLP_ENDPOINT';
/** The variable that names the whole address, and goes before. */
const WHOLE_VARIABLE = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

/** Sends an export without a span, by the exporter of the service: with its headers, its certificates and its path. */
export async function traceLines(environment: Environment): Promise<Line[]> {
  const url = tracesUrl(environment);
  if (url === undefined) return [off('traces', `not configured: ${VARIABLE} switches them on`)];
  const error = await exportNothing(url);
  if (error === undefined) return [ok('traces', 'the receiver takes them')];
  const { code } = error as { code?: unknown };
  const variable = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT === undefined ? VARIABLE : WHOLE_VARIABLE;
  if (typeof code === 'number') return [refusedLine(code, variable)];
  // The exporter tells of an answer that asks to come again, such as 503, without its status, and of none in time.
  if (code === undefined && !/timed out/i.test(reasonOf(error)))
    return [unknown('traces', 'the receiver takes nothing at present', 'Try again.')];
  return [unreachedLine(error, variable)];
}

function refusedLine(status: number, variable: string): Line {
  const says = `the receiver answers with status ${status}`;
  if (status === 401 || status === 403) return wrong('traces', says, 'Correct OTEL_EXPORTER_OTLP_HEADERS.');
  if (status === 404 || status === 405)
    return wrong(
      'traces',
      says,
      variable === WHOLE_VARIABLE
        ? `Correct ${variable}: it is the whole address, such as http://collector:4318/v1/traces.`
        : `Correct ${variable}: “/v1/traces” is added to it; its port for HTTP is mostly 4318.`,
    );
  if (status === 400 || status === 415)
    return wrong('traces', says, `Correct ${variable}: it must be a receiver of OTLP by http/protobuf.`);
  return unknown('traces', says, 'Ask who runs it, and try again.');
}

function unreachedLine(error: unknown, variable: string): Line {
  return wrong(
    'traces',
    `the receiver takes nothing: ${reasonOf(error)}`,
    `Correct ${variable}, or start the receiver. Until then the service works, and its traces are lost.`,
  );
}

/** Why an export failed; undefined if it did not. */
async function exportNothing(url: string): Promise<unknown> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: ANSWER_MS });
  try {
    return await new Promise<unknown>((resolve) => {
      exporter.export([], ({ error }) => {
        resolve(error);
      });
    });
  } finally {
    await exporter.shutdown();
  }
}
