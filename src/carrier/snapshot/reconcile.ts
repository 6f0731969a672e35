import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { includesName, type LineFacts, type RegisteredLine } from '../../domain/line.ts';
import { effectOf, type Difference, type LineEvent } from '../../domain/line-event.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../../lifecycle/lifecycle.ts';
import { LineMemories } from '../../lines/line-memories.ts';
import { Lines, type LockedLine } from '../../lines/lines.ts';
import type { LockedSubscription } from '../../subscriptions/subscription.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { judge, type Judgement } from './judge.ts';

/** The result of comparing a line's facts with the stored ones. */
export interface Reconciled {
  outcome: 'added' | 'changed' | 'same' | 'newer_held';
  differences: Difference[];
  /** The snapshot's name of the carrier, which is unknown and was not applied. */
  unknownCarrier?: string;
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
   * Compares the facts of a snapshot's line with the stored ones. `takenAt` is when the snapshot was taken: later facts
   * are not undone.
   */
  judge(held: LockedLine, reported: LineFacts, takenAt: Date): Judgement {
    return judge(held, reported, { ...this.carriers(), takenAt });
  }

  /** True if a snapshot may name this carrier: the name is configured. */
  isKnownCarrier(carrier: string): boolean {
    const { knownCarriers } = this.carriers();
    return includesName(knownCarriers, carrier);
  }

  /**
   * Applies facts to a line. `takenAt` is when the snapshot was taken that has them; without it, they are true now.
   * A number that another line has moves to this one.
   */
  async reconcile(reported: LineFacts, { client, takenAt }: { client: string; takenAt?: Date }): Promise<Reconciled> {
    const at = takenAt ?? new Date();
    return this.lifecycle.changingLines(async (step) => {
      const held = await this.lines.lockToMove(step.session, reported.lineId, reported.phoneNumber);
      if (!held) {
        await this.store(step, reported, null, at);
        return { outcome: 'added', differences: [] };
      }
      const { homeCarriers, knownCarriers } = this.carriers();
      const { events, facts, ...judged } = judge(held, reported, {
        homeCarriers,
        ...(takenAt && { takenAt, knownCarriers }),
      });
      if (judged.outcome === 'changed') {
        const before = await this.lockStanding(step, held);
        await this.store(step, facts, held, at);
        if (events.some(({ kind }) => kind === 'device-changed')) {
          await this.memories.remember(step.session, facts.lineId, { kind: 'handset_changed', at });
        }
        await this.applyMissed(step, held, before, events, client);
      }
      const { outcome, differences, unknownCarrier } = judged;
      return { outcome, differences, ...(unknownCarrier !== undefined && { unknownCarrier }) };
    });
  }

  /** Ends a line that a snapshot does not contain. Returns false if it has ended already or was changed later. */
  async terminate(lineId: string, { client, takenAt }: { client: string; takenAt: Date }): Promise<boolean> {
    return this.lifecycle.changingLines(async (step) => {
      const held = await this.lines.lockToMove(step.session, lineId, null);
      if (!held || held.facts.status === 'terminated' || held.factsAsOf > takenAt) return false;
      const before = await this.lockStanding(step, held);
      await this.store(step, { ...held.facts, status: 'terminated' }, held, takenAt);
      await this.applyMissed(step, held, before, [{ kind: 'terminated' }], client);
      return true;
    });
  }

  private async store(step: LifecycleStep, facts: RegisteredLine, held: LockedLine | null, at: Date): Promise<void> {
    const losing = await this.lines.upsert(facts, held?.facts ?? null, step.session, at);
    await this.lines.recordSequence(step.session, facts.lineId, null, at);
    await this.lifecycle.numbersLost(step, losing);
  }

  /** Locks the subscription of a line before the line changes: its person is the owner that the line has until then. */
  private async lockStanding(
    { session }: LifecycleStep,
    { facts: { lineId } }: LockedLine,
  ): Promise<LockedSubscription | undefined> {
    const standing = await this.subscriptions.standingOnLine(lineId, session);
    return standing && (await this.subscriptions.lock(session, standing.id));
  }

  /** First the subscription, then what is pending: as for an event of the carrier, in the order of locks. */
  private async applyMissed(
    step: LifecycleStep,
    { facts }: LockedLine,
    before: LockedSubscription | undefined,
    events: readonly LineEvent[],
    client: string,
  ): Promise<void> {
    if (before) await this.applyToSubscription(step, before, events, client);
    if (events.some((event) => effectOf(event).closePending)) {
      await this.lifecycle.cancelPending(step, before?.id ?? null, this.lines.startIndexesOf(facts));
    }
  }

  private async applyToSubscription(
    step: LifecycleStep,
    { id, owner }: LockedSubscription,
    events: readonly LineEvent[],
    client: string,
  ): Promise<void> {
    for (const event of events) {
      const subscription = { ...(await this.subscriptions.lock(step.session, id)), owner };
      if (subscription.state === 'cancelled') break;
      const by = { actor: 'reconciliation', actorId: client } as const;
      await this.lifecycle.applyLineEffect(step, subscription, effectOf(event), by);
    }
  }

  private carriers(): { homeCarriers: readonly string[]; knownCarriers: readonly string[] } {
    const { HOME_CARRIERS, OTHER_CARRIERS } = this.environment;
    return { homeCarriers: HOME_CARRIERS, knownCarriers: [...HOME_CARRIERS, ...OTHER_CARRIERS] };
  }
}
