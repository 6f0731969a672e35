import type { Attributes, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

/** Makes spans. It is there only while tracing is switched on. */
export interface SpanMaker {
  /** Spans under way, one for each flow of control. On Node 20 this slows every promise down, so it is there with tracing alone. */
  readonly present: { getStore(): Span | undefined; run<Result>(span: Span | undefined, work: () => Result): Result };
  /**
   * Begins a span: below `parent`, or a new trace without one. The sampler may decide that it is not recorded.
   * `startTime` is in milliseconds of the clock.
   */
  begin(
    name: string,
    options: { kind: SpanKind; attributes: Attributes; links?: Link[]; startTime?: number },
    parent?: SpanContext,
  ): Span;
}

/** The numbers of OpenTelemetry's SpanKind; its package is not loaded while tracing is off. */
export const KIND = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;
/** The number of OpenTelemetry's SpanStatusCode for an error. */
const ERROR = 2;

let maker: SpanMaker | undefined;

/** Switches tracing on for this process, or off again. */
export function setSpanMaker(one: SpanMaker | undefined): void {
  maker = one;
}

/** True while tracing is switched on. */
export function isTracing(): boolean {
  return maker !== undefined;
}

/** The recorded span in which this code runs. One that has ended is not there: what a request leaves behind is not its own. */
export function presentSpan(): Span | undefined {
  if (!maker) return undefined;
  const span = maker.present.getStore();
  return span?.isRecording() ? span : undefined;
}

/** The `traceparent` of the recorded span in which this code runs. */
export function presentTraceparent(): string | undefined {
  const span = presentSpan();
  return span && writeTraceparent(span.spanContext());
}

/** The ids of the recorded span in which this code runs, under the names that they have in logs. */
export function presentTrace(): { trace_id: string; span_id: string } | undefined {
  const context = presentSpan()?.spanContext();
  return context && { trace_id: context.traceId, span_id: context.spanId };
}

/** Begins the span of a request; undefined if it is not recorded. `caller` is the caller's own span, if it is believed. */
export function beginServerSpan(
  name: string,
  attributes: Attributes,
  caller: { trusted?: SpanContext | undefined; linked?: SpanContext | undefined },
): Span | undefined {
  const links = caller.linked ? [{ context: caller.linked }] : [];
  const span = maker?.begin(name, { kind: KIND.server, attributes, links }, caller.trusted);
  return span?.isRecording() ? span : undefined;
}

/** Runs `work` in a span that somebody else ends. */
export function within<Result>(span: Span | undefined, work: () => Result): Result {
  return span && maker ? maker.present.run(span, work) : work();
}

/** Runs work that belongs to no request, although one has caused it. */
export function outsideOfSpans<Result>(work: () => Result): Result {
  return maker?.present.getStore() ? maker.present.run(undefined, work) : work();
}

/**
 * Runs one call of another server in a span below the present one; without a recorded one, runs it alone. An error marks the
 * span by its code or its class: its message may hold what people typed.
 */
export async function inClientSpan<Result>(
  name: string,
  attributes: Attributes,
  work: (span?: Span) => Promise<Result>,
): Promise<Result> {
  return inSpanBelow(KIND.client, name, attributes, work);
}

/** Runs work of this program in such a span; what it asks of other servers are spans below it. */
export async function inInternalSpan<Result>(
  name: string,
  attributes: Attributes,
  work: (span?: Span) => Promise<Result>,
): Promise<Result> {
  return inSpanBelow(KIND.internal, name, attributes, work);
}

async function inSpanBelow<Result>(
  kind: SpanKind,
  name: string,
  attributes: Attributes,
  work: (span?: Span) => Promise<Result>,
): Promise<Result> {
  const parent = presentSpan();
  if (!parent || !maker) return work();
  return ending(maker.begin(name, { kind, attributes }, parent.spanContext()), work);
}

/** Notes that a message was handed to a queue; returns its `traceparent`, for the span that will process it. */
export function noteSent(name: string, attributes: Attributes): string | undefined {
  const parent = presentSpan();
  if (!parent || !maker) return undefined;
  const span = maker.begin(name, { kind: KIND.producer, attributes }, parent.spanContext());
  span.end();
  return writeTraceparent(span.spanContext());
}

/**
 * Runs the work on messages of a queue in a trace of its own, which links to the spans that sent them. Several messages share
 * a job, so none of them is its parent. It is recorded if one of them was; a job without links is sampled as a request is.
 */
export async function inConsumerSpan<Result>(
  name: string,
  { attributes, links, startTime }: { attributes: Attributes; links: readonly string[]; startTime: number },
  work: () => Promise<Result>,
): Promise<Result> {
  if (!maker) return work();
  const contexts = links.flatMap((one) => readTraceparent(one) ?? []);
  const linked = contexts.map((context) => ({ context }));
  const span = maker.begin(name, { kind: KIND.consumer, attributes, links: linked, startTime });
  return span.isRecording() ? ending(span, work) : work();
}

async function ending<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await within(span, () => work(span));
  } catch (error) {
    const { code, constructor } = error as { code?: unknown; constructor: { name: string } };
    markFailed(span, typeof code === 'string' ? code : constructor.name);
    throw error;
  } finally {
    span.end();
  }
}

/** Spans whose cause is known. */
const failed = new WeakSet<Span>();

/**
 * Says that a span failed, and by which problem code, outcome or status. The first cause stays: who asked a server knows its
 * status, and a caller further up only that it failed.
 */
export function markFailed(span: Span, type: string): void {
  if (failed.has(span)) return;
  failed.add(span);
  span.setAttribute('error.type', type);
  span.setStatus({ code: ERROR });
}
