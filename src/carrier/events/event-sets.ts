import { Injectable } from '@nestjs/common';
import { isRefusal, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { factsAfter, type LineEvent } from '../../domain/line-event.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../../lifecycle/lifecycle.ts';
import { LineSets, type LineChange } from '../../lines/line-sets.ts';
import type { LockedLine } from '../../lines/lines.ts';
import type { LockedSubscription } from '../../subscriptions/subscription.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { CarrierEventStore, type EventRecord } from './carrier-event.store.ts';
import { readCloudEvent, type CarrierEvent } from './cloud-event.ts';
import { EventConsequences } from './consequences.ts';
import { decide, type Decision } from './decide.ts';
import { EventRecords, keyOf } from './event-records.ts';
import { FeedMetrics } from './feed-metrics.ts';
import type { EventOutcome } from './feed.ts';

/** What became of an event of a set: `alone` if it was not applied and has to be applied by itself. */
export type SetOutcome = EventOutcome | 'alone';

/** Milliseconds for which a set waits for one row that another transaction has locked. */
const LOCK_MS = 100;
const WAIT_BRIEFLY = statement('carrier_set_wait', `SELECT set_config('lock_timeout', '${LOCK_MS}', true) AS ms`);

/** Events that lock no other line than their own: what moves a number locks the number first, and goes alone. */
const KEEPS_NUMBER: ReadonlySet<LineEvent['kind']> = new Set([
  'suspended',
  'resumed',
  'sim-swapped',
  'device-changed',
  'plan-changed',
  'owner-changed',
]);

/** An event of a set: one of a line, or a refused one with its record. */
type Member = LineMember | { place: number; refused: EventRecord; outcome: EventOutcome };

interface LineMember {
  /** Its place among the documents. */
  place: number;
  event: SequencedEvent;
  lineId: string;
  document: unknown;
}

type SequencedEvent = CarrierEvent & { sequence: bigint };

/** What was decided about an event of a locked line. */
interface Decided {
  event: SequencedEvent;
  line: LockedLine;
  subscription: LockedSubscription | undefined;
  decision: Decision;
}

/** What becomes of an event; if it was received before, its record is not new, and nothing follows from it. */
interface Judged extends Told {
  record: EventRecord;
  decided?: Decided;
}

interface Told {
  place: number;
  outcome: EventOutcome;
}

/**
 * Applies events of different lines in one transaction, which saves commits and round trips: each event is still decided
 * by itself, as {@link CarrierFeed} decides it. What a set cannot hold is left to be applied alone.
 */
@Injectable()
export class EventSets {
  constructor(
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly lines: LineSets,
    private readonly consequences: EventConsequences,
    private readonly store: CarrierEventStore,
    private readonly records: EventRecords,
    private readonly metrics: FeedMetrics,
  ) {}

  /**
   * Ingests documents, of which no two are of one line. The outcomes come in their order, after the commit. Rejects when
   * the database is out of reach; events of the set may be applied then, and can be sent again.
   */
  async ingest(documents: readonly unknown[]): Promise<SetOutcome[]> {
    const outcomes = documents.map((): SetOutcome => 'alone');
    await this.applyOrSplit(this.membersOf(documents), outcomes);
    for (const [at, outcome] of outcomes.entries())
      if (outcome !== 'alone') this.metrics.ingested(documents[at], outcome.outcome);
    return outcomes;
  }

  /** The documents that a set can hold. An event that comes twice, under two lines, goes with the first of them. */
  private membersOf(documents: readonly unknown[]): Member[] {
    const keys = new Set<string>();
    return documents.flatMap((document, place) => {
      const member = this.memberOf(document, place);
      const key = member && ('refused' in member ? member.refused.id : keyOf(member.event));
      if (!member || key === undefined || keys.has(key)) return [];
      keys.add(key);
      return [member];
    });
  }

  private memberOf(document: unknown, place: number): Member | undefined {
    const read = readCloudEvent(document);
    if ('faults' in read) {
      const outcome = { id: read.id ?? null, outcome: 'rejected', faults: read.faults } as const;
      return { place, refused: this.records.ofRejected(document, read, read.faults), outcome };
    }
    if ('lifecycle' in read) return undefined;
    const { line, sequence, event } = read.event;
    if (!('lineId' in line) || sequence === null || !KEEPS_NUMBER.has(event.kind)) return undefined;
    return { place, event: { ...read.event, sequence }, lineId: line.lineId, document };
  }

  /** A set that PostgreSQL refuses is halved, down to the event because of which it does; that one goes alone. */
  private async applyOrSplit(members: readonly Member[], outcomes: SetOutcome[]): Promise<void> {
    if (members.length === 0) return;
    const progress = { isDecided: false };
    try {
      for (const { place, outcome } of await this.apply(members, progress)) outcomes[place] = outcome;
    } catch (error) {
      // At the commit or behind it, only a refusal of PostgreSQL says that nothing of the set is done.
      if (progress.isDecided ? !isRefusal(error) : isOutage(error)) throw error;
      if (members.length === 1) return;
      const half = Math.ceil(members.length / 2);
      await this.applyOrSplit(members.slice(0, half), outcomes);
      await this.applyOrSplit(members.slice(half), outcomes);
    }
  }

  /** Applies members in one transaction. One whose line another transaction has locked is missing in the result. */
  private apply(members: readonly Member[], progress: { isDecided: boolean }): Promise<Told[]> {
    return this.lifecycle.inTransaction(async (step) => {
      const { session } = step;
      await session.rows(WAIT_BRIEFLY, []);
      const judged = await this.judge(session, members);
      const records = judged.map(({ record }) => record);
      const fresh = records.length > 0 ? await this.store.recordMany(records, session) : new Set<string>();
      await this.carryOut(
        step,
        judged.flatMap(({ record, decided }) => (decided && fresh.has(record.id) ? [decided] : [])),
      );
      progress.isDecided = true;
      return judged.map(({ place, record, outcome }) =>
        fresh.has(record.id) ? { place, outcome } : { place, outcome: { id: outcome.id, outcome: 'duplicate' } },
      );
    });
  }

  /** Locks lines and subscriptions, and judges each event by what is stored of its own. */
  private async judge(session: Session, members: readonly Member[]): Promise<Judged[]> {
    const lineIds = members.flatMap((member) => ('lineId' in member ? [member.lineId] : []));
    const { locked, busy } = await this.lines.lock(session, lineIds);
    const subscriptions = await this.subscriptions.lockOnLines(session, [...locked.keys()]);
    return members.flatMap((member): Judged[] => {
      if ('refused' in member) return [{ place: member.place, record: member.refused, outcome: member.outcome }];
      if (busy.has(member.lineId)) return [];
      return [this.judgeOne(member, locked.get(member.lineId), subscriptions.get(member.lineId))];
    });
  }

  private judgeOne(
    { place, event, lineId, document }: LineMember,
    line: LockedLine | undefined,
    subscription: LockedSubscription | undefined,
  ): Judged {
    const { id } = event;
    if (!line) {
      return { place, record: this.records.ofUnknownLine(event, document), outcome: { id, outcome: 'unknown_line' } };
    }
    const decision = decide(event, line, subscription);
    const outcome = decision.effect ? 'applied' : 'stale';
    const record = this.records.of(event, lineId, outcome);
    return { place, record, outcome: { id, outcome }, decided: { event, line, subscription, decision } };
  }

  private async carryOut(step: LifecycleStep, decided: readonly Decided[]): Promise<void> {
    await settled(decided.map(({ event, line }) => this.consequences.remember(step, line.facts.lineId, event)));
    const changes = decided.flatMap(
      ({ event, line: { facts: before }, decision: { isLast, effect } }): LineChange[] => {
        const { sequence, time: at } = event;
        return isLast && effect ? [{ before, after: factsAfter(before, event.event), sequence, at }] : [];
      },
    );
    if (changes.length > 0) await this.lines.change(step.session, changes);
    await settled(
      decided.map(async ({ event, line, subscription, decision: { effect } }) => {
        if (effect) await this.consequences.apply(step, line, subscription, effect, event);
      }),
    );
  }
}

/**
 * Waits for all of them, also when one is refused: what still ran after the end of the transaction would run outside
 * of it. Rejects with the first error in time, for those after it only say that the transaction is aborted.
 */
async function settled(works: readonly Promise<void>[]): Promise<void> {
  const errors: unknown[] = [];
  await Promise.all(works.map((work) => work.catch((error: unknown) => errors.push(error))));
  if (errors.length > 0) throw errors[0];
}

/** True where no event of a set is the cause: the database cannot be reached, or serves nothing at present. */
function isOutage(error: unknown): boolean {
  return !isRefusal(error) && problemOf(error).code === 'service_unavailable';
}
