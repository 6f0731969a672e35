import { Injectable } from '@nestjs/common';
import { Problem } from '../../domain/problem.ts';
import { onceATurn } from '../../process/once-a-turn.ts';
import { EventSets } from './event-sets.ts';
import { CarrierFeed, type EventOutcome } from './feed.ts';

/** Sets that are applied at the same time, and events that are applied alone: connections remain for windows. */
const [SETS, ALONE] = [2, 4];
/** Events of one set at most. Until its commit, the lines of a set are locked. */
const MOST = 100;
/** Events that may wait in the process: fifty full batches, so that memory stays bounded however many are sent at once. */
const MOST_WAITING = 50_000;

/** An event that waits for its turn. */
interface Waiting {
  document: unknown;
  resolve: (outcome: EventOutcome) => void;
  reject: (error: unknown) => void;
}

/** The events of one line, which go one after the other. The first one of a lane is the next, or under way. */
interface Lane {
  line: string;
  events: Waiting[];
}

/**
 * Applies events of all batches of the process: those of one line in their order, and those of different lines together
 * in sets, or in parallel where a set cannot hold them.
 */
@Injectable()
export class EventLanes {
  private readonly lanes = new Map<string, Lane>();
  /** Lanes of which no event is under way. */
  private ready: Lane[] = [];
  /** Lanes whose first event goes alone, once there is room. */
  private readonly waitingAlone: Lane[] = [];
  private sets = 0;
  private alone = 0;
  /** Events that have entered and have no outcome yet. */
  private entered = 0;

  /** Events that arrive or become ready in one turn of the event loop share a set. */
  private readonly startSoon = onceATurn(() => {
    this.start();
  });

  constructor(
    private readonly feed: CarrierFeed,
    private readonly eventSets: EventSets,
  ) {}

  /**
   * Ingests a batch. The outcomes come in the order of the documents. Rejects when nothing of the batch is under way any
   * more, if an event of it failed. Problems: `service_unavailable` while too many events wait.
   */
  async ingestAll(documents: readonly unknown[]): Promise<EventOutcome[]> {
    if (this.entered + documents.length > MOST_WAITING) {
      throw new Problem('service_unavailable', 'Too many events wait. Send this batch again after a second.', {
        retryAfterSeconds: 1,
      });
    }
    this.entered += documents.length;
    const ended = await Promise.allSettled(documents.map((document) => this.enter(document)));
    this.entered -= documents.length;
    return ended.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  private enter(document: unknown): Promise<EventOutcome> {
    return new Promise((resolve, reject) => {
      const line = lineOf(document);
      const lane = this.lanes.get(line);
      const waiting = { document, resolve, reject };
      if (lane) lane.events.push(waiting);
      else {
        const begun = { line, events: [waiting] };
        this.lanes.set(line, begun);
        this.ready.push(begun);
        this.startSoon();
      }
    });
  }

  private start(): void {
    while (this.sets < SETS && this.ready.length > 0) void this.applySet(this.ready.splice(0, MOST));
    while (this.alone < ALONE) {
      const lane = this.waitingAlone.shift();
      if (!lane) return;
      void this.applyAlone(lane);
    }
  }

  private async applySet(lanes: readonly Lane[]): Promise<void> {
    this.sets += 1;
    try {
      const outcomes = await this.eventSets.ingest(lanes.map(({ events }) => events[0]?.document));
      for (const [at, lane] of lanes.entries()) {
        const outcome = outcomes[at] ?? 'alone';
        if (outcome === 'alone') this.waitingAlone.push(lane);
        else this.settle(lane, outcome);
      }
    } catch (error) {
      for (const lane of lanes) this.fail(lane, error);
    }
    this.sets -= 1;
    this.startSoon();
  }

  private async applyAlone(lane: Lane): Promise<void> {
    this.alone += 1;
    try {
      this.settle(lane, await this.feed.ingest(lane.events[0]?.document));
    } catch (error) {
      this.fail(lane, error);
    }
    this.alone -= 1;
    this.startSoon();
  }

  private settle(lane: Lane, outcome: EventOutcome): void {
    lane.events.shift()?.resolve(outcome);
    if (lane.events.length > 0) this.ready.push(lane);
    else this.lanes.delete(lane.line);
  }

  /** An event that failed is sent again. Those behind it on its line fail too: applied before it, they would make it stale. */
  private fail(lane: Lane, error: unknown): void {
    this.lanes.delete(lane.line);
    for (const { reject } of lane.events) reject(error);
  }
}

/** The line that an event names, as it is written; events without one share a lane. */
function lineOf(document: unknown): string {
  const { subject } = (document ?? {}) as { subject?: unknown };
  return typeof subject === 'string' ? subject : '';
}
