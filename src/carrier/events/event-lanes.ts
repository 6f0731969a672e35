import { Injectable } from '@nestjs/common';
import { CarrierFeed, type EventOutcome } from './feed.ts';

/** Lines whose events are applied in parallel; the events of one line are applied in order. */
const LANES = 6;

/**
 * Applies batches of events in parallel, one event a lane at a time across all batches of the process, so that
 * connections remain for windows.
 */
@Injectable()
export class EventLanes {
  private readonly lanes: Promise<void>[] = [];

  constructor(private readonly feed: CarrierFeed) {}

  /** Ingests a batch. The outcomes come in the order of the documents. */
  async ingestAll(documents: readonly unknown[]): Promise<EventOutcome[]> {
    const outcomes: EventOutcome[] = [];
    const lanes = Array.from({ length: LANES }, (): number[] => []);
    for (const [at, document] of documents.entries()) lanes[laneOf(document)]?.push(at);
    await Promise.all(
      lanes.map(async (places, lane) => {
        for (const at of places) {
          await this.inLane(lane, async () => {
            outcomes[at] = await this.feed.ingest(documents[at]);
          });
        }
      }),
    );
    return outcomes;
  }

  private inLane(lane: number, work: () => Promise<void>): Promise<void> {
    const next = (this.lanes[lane] ?? Promise.resolve()).then(work);
    this.lanes[lane] = next.catch(() => undefined);
    return next;
  }
}

/** Events of one line share a lane, which keeps their order. */
function laneOf(document: unknown): number {
  const { subject } = (document ?? {}) as { subject?: unknown };
  let hash = 0;
  for (const character of typeof subject === 'string' ? subject : '') hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % LANES;
}
