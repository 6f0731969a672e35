import { presentSpan } from '../../tracing/tracing.ts';
import { readTraceparent } from '../../tracing/traceparent.ts';

/** Links that the span of one batch has at most. */
const MOST = 32;

/** Links the span of the request to the traces that events name (CloudEvents, Distributed Tracing extension). */
export function linkEvents(documents: readonly unknown[]): void {
  const span = presentSpan();
  if (!span) return;
  for (const document of documents.slice(0, MOST)) {
    const context = readTraceparent((document as { traceparent?: unknown } | null)?.traceparent);
    if (context) span.addLink({ context });
  }
}
