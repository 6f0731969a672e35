import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { isConflict } from '../../database/database.ts';
import type { LineFacts } from '../../domain/line.ts';
import { differencesBetween, effectOf, missedEvents, type Difference } from '../../domain/line-event.ts';
import { Problem } from '../../domain/problem.ts';
import { SubscriptionLifecycle } from '../../lifecycle/lifecycle.ts';
import { LineMemories } from '../../lines/line-memories.ts';
import { Lines } from '../../lines/lines.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';

/** The result of comparing a line's facts with the stored ones. */
export interface Reconciled {
  outcome: 'added' | 'changed' | 'same' | 'newer_held';
  differences: Difference[];
}

/** Updates a stored line to the given facts, and applies to its subscription the events that must have been missed. */
@Injectable()
export class Reconcile {
  constructor(
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly environment: Environment,
  ) {}

  /**
   * `takenAt` is when the facts were true, if not now: later events are not undone. Problems: `number_taken`.
   */
  async reconcile(reported: LineFacts, by: { client: string; takenAt?: Date }): Promise<Reconciled> {
    const { client, takenAt } = by;
    try {
      return await this.lifecycle.inTransaction(async (step) => {
        const { session } = step;
        const held = await this.lines.lock(session, { lineId: reported.lineId });
        if (!held) {
          await this.lines.upsert(reported, null, session);
          await this.lines.recordSequence(session, reported.lineId, null, takenAt ?? new Date());
          return { outcome: 'added', differences: [] };
        }
        const differences = differencesBetween(held.facts, reported);
        if (differences.length === 0) return { outcome: 'same', differences };
        if (takenAt && held.factsAsOf > takenAt) return { outcome: 'newer_held', differences };
        await this.lines.upsert(reported, held.facts, session);
        await this.lines.recordSequence(session, reported.lineId, null, takenAt ?? new Date());
        const standing = await this.subscriptions.standingOnLine(reported.lineId, session);
        const events = missedEvents(held.facts, reported, this.environment.HOME_CARRIERS);
        if (events.some(({ kind }) => kind === 'device-changed')) {
          const at = takenAt ?? new Date();
          await this.memories.remember(session, reported.lineId, { kind: 'handset_changed', at });
        }
        if (events.some((event) => effectOf(event).closePending)) {
          await this.lifecycle.cancelPending(step, standing?.id ?? null, this.lines.personIndexesOf(held.facts));
        }
        for (const event of standing ? events : []) {
          const subscription = await this.lifecycle.lock(step, standing?.id ?? '');
          if (subscription.state === 'cancelled') break;
          await this.lifecycle.applyLineEffect(step, subscription, effectOf(event), {
            actor: 'reconciliation',
            actorId: client,
          });
        }
        return { outcome: 'changed', differences };
      });
    } catch (error) {
      if (!isConflict(error, 'lines_phone')) throw error;
      throw new Problem(
        'number_taken',
        'Another line still holds this number. Report the change of that line first, then send this request again.',
      );
    }
  }
}
