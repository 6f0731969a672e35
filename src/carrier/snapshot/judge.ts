import { includesName, type LineFacts, type RegisteredLine } from '../../domain/line.ts';
import {
  differencesBetween,
  effectOf,
  missedEvents,
  type Difference,
  type LineEvent,
} from '../../domain/line-event.ts';
import type { CancelReason } from '../../domain/subscription.ts';

/** What the facts of a snapshot or a PUT mean for a stored line. */
export interface Judgement {
  outcome: 'changed' | 'same' | 'newer_held';
  /** The facts that differ, the ones that are not applied too. */
  differences: Difference[];
  /** The facts to store. */
  facts: LineFacts;
  /** The events that must have been missed. */
  events: LineEvent[];
  /** Why the line's subscription ends, if it has one; or that the line itself ends. */
  ends?: CancelReason;
  /** A carrier of this name is unknown, so the line keeps the one that it has. */
  unknownCarrier?: string;
}

/**
 * Compares the facts that were told of a line with the stored ones. With `takenAt`, later facts are not undone. With
 * `knownCarriers`, a carrier of another name is not applied.
 */
export function judge(
  held: { facts: RegisteredLine; factsAsOf: Date },
  told: LineFacts,
  by: { homeCarriers: readonly string[]; knownCarriers?: readonly string[]; takenAt?: Date },
): Judgement {
  const differences = differencesBetween(held.facts, told);
  const isUnknown =
    by.knownCarriers && differences.includes('carrier') && !includesName(by.knownCarriers, told.carrier);
  const facts = isUnknown ? { ...told, carrier: held.facts.carrier } : told;
  const named = { differences, facts, ...(isUnknown && { unknownCarrier: told.carrier }) };
  if (differences.every((one) => isUnknown && one === 'carrier')) return { ...named, outcome: 'same', events: [] };
  if (by.takenAt && held.factsAsOf > by.takenAt) return { ...named, outcome: 'newer_held', events: [] };
  const events = missedEvents(held.facts, facts, by.homeCarriers);
  const ends = events.map((event) => effectOf(event).cancel).find(Boolean);
  return { ...named, outcome: 'changed', events, ...(ends && { ends }) };
}
