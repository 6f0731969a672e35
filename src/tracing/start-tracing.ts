import type { Context, Link, Span, SpanKind, Attributes } from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import type { Environment } from '../../config/environment.ts';
import { KIND, setSpanMaker } from './tracing.ts';

/** The variables of OpenTelemetry that switch and shape tracing. The exporter reads its others by itself. */
export type TracingSettings = Pick<
  Environment,
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_SDK_DISABLED'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG'
>;

/** The share of requests that is recorded by default. */
const DEFAULT_SHARE = 0.05;
/** Milliseconds that the last spans may take at the end of the process. */
const FLUSH_MS = 3_000;

/** Where traces go; undefined while tracing is off. */
export function tracesUrl({
  OTEL_EXPORTER_OTLP_ENDPOINT: all,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces,
  OTEL_SDK_DISABLED: isOff,
}: Pick<TracingSettings, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' | 'OTEL_SDK_DISABLED'>):
  string | undefined {
  if (isOff || (all === undefined && traces === undefined)) return undefined;
  return traces ?? `${(all ?? '').replace(/\/$/, '')}/v1/traces`;
}

/**
 * Switches tracing on where OpenTelemetry's environment names a receiver (OTLP, http/protobuf). Without one, no package of
 * OpenTelemetry is loaded. Returns what sends the last spans and switches it off.
 */
export async function startTracing(settings: TracingSettings, version: string): Promise<() => Promise<void>> {
  const url = tracesUrl(settings);
  if (url === undefined) return () => Promise.resolve();
  const [{ AsyncLocalStorage }, api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('node:async_hooks'),
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const own = resources.resourceFromAttributes({
    'service.name': settings.OTEL_SERVICE_NAME ?? 'pushguard',
    'service.version': version,
  });
  const named = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(own).merge(named),
    sampler: new LinkedSampler(samplerOf(settings, sdk), sdk.SamplingDecision.RECORD_AND_SAMPLED),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  const tracer = provider.getTracer('pushguard', version);
  setSpanMaker({
    present: new AsyncLocalStorage<Span | undefined>(),
    begin: (name, options, parent) => {
      const context = parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT;
      return tracer.startSpan(name, options, context);
    },
  });
  return async () => {
    setSpanMaker(undefined);
    const late = new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref());
    await Promise.race([provider.shutdown().catch(() => undefined), late]);
  };
}

function samplerOf(
  {
    OTEL_TRACES_SAMPLER: name = 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share = DEFAULT_SHARE,
  }: TracingSettings,
  sdk: typeof Sdk,
): Sampler {
  const below = (root: Sampler) => new sdk.ParentBasedSampler({ root });
  switch (name) {
    case 'always_on':
      return new sdk.AlwaysOnSampler();
    case 'always_off':
      return new sdk.AlwaysOffSampler();
    case 'traceidratio':
      return new sdk.TraceIdRatioBasedSampler(share);
    case 'parentbased_always_on':
      return below(new sdk.AlwaysOnSampler());
    case 'parentbased_always_off':
      return below(new sdk.AlwaysOffSampler());
    case 'parentbased_traceidratio':
      return below(new sdk.TraceIdRatioBasedSampler(share));
  }
}

/** Records the work on a job if a span that it links to was recorded: otherwise nearly every trace would end at the queue. */
class LinkedSampler implements Sampler {
  constructor(
    private readonly inner: Sampler,
    private readonly recorded: SamplingResult['decision'],
  ) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const isLinked =
      (kind as number) === KIND.consumer && links.some(({ context: { traceFlags } }) => traceFlags === 1);
    if (isLinked) return { decision: this.recorded };
    return this.inner.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `Linked{${this.inner.toString()}}`;
  }
}
