import type { SpanContext } from '@opentelemetry/api';

/** W3C Trace Context, `traceparent`: version, trace, parent, flags. A later version may append fields. */
const FORM = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
/** The flag that says that the sender records the trace. */
const SAMPLED = 1;

/** Reads a `traceparent`; undefined for what is none. Its `tracestate` is not taken over: it is a text of its sender. */
export function readTraceparent(text: unknown): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = FORM.exec(typeof text === 'string' ? text : '') ?? [];
  if (traceId === undefined || spanId === undefined || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '', 16) & SAMPLED, isRemote: true };
}

/** Writes a `traceparent`, 55 characters. */
export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & SAMPLED}`;
}
