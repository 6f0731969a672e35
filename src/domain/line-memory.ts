import type { SuspensionReason } from './subscription.ts';

/**
 * What the service remembers about a line beside the facts of the carrier, subscribed or not. Null: it never happened,
 * or a change of owner ended the memory.
 */
export interface LineMemory {
  /** The last change of the SIM. Relying parties are told of it, even after the person confirmed it. */
  simChangedAt: Date | null;
  /** The last change of the SIM that the person did not confirm on the phone. */
  simDoubtedAt: Date | null;
  /** The last instant from which the SIM may be in other hands: a change of it, a report of loss, or the end of a subscription in doubt. */
  doubtedAt: Date | null;
  /** The last change of the handset. */
  handsetChangedAt: Date | null;
  /** When protection last ended. Null also while it stands for the first time. */
  protectedUntil: Date | null;
}

export const NO_MEMORY: LineMemory = {
  simChangedAt: null,
  simDoubtedAt: null,
  doubtedAt: null,
  handsetChangedAt: null,
  protectedUntil: null,
};

/** What happens to a line that the service remembers. `at` is the instant at which it happened. */
export type LineHappening =
  | { kind: 'sim_changed'; at: Date }
  | { kind: 'handset_changed'; at: Date }
  | { kind: 'loss_reported'; at: Date }
  /** `inDoubt`: a SIM change or a report of loss stood when the subscription ended. */
  | { kind: 'protection_ended'; at: Date; wasProtected: boolean; inDoubt: boolean }
  | { kind: 'owner_changed' }
  /** The person confirmed the SIM change on the enrolled phone, which no holder of the SIM can do. */
  | { kind: 'sim_confirmed' }
  /** The person objected to a report of loss on the enrolled phone. */
  | { kind: 'loss_objected' }
  /** The number came to this line from another contract of the same owner, whose memory it brings along. */
  | { kind: 'number_arrived'; at: Date; brought: LineMemory };

/** The memory after a happening. An instant never moves backwards, so a late event hides no later one. */
export function memoryAfter(memory: LineMemory, happening: LineHappening): LineMemory {
  switch (happening.kind) {
    case 'sim_changed':
      return {
        ...memory,
        simChangedAt: latest(memory.simChangedAt, happening.at),
        simDoubtedAt: latest(memory.simDoubtedAt, happening.at),
        doubtedAt: latest(memory.doubtedAt, happening.at),
      };
    case 'handset_changed':
      return { ...memory, handsetChangedAt: latest(memory.handsetChangedAt, happening.at) };
    case 'loss_reported':
      return { ...memory, doubtedAt: latest(memory.doubtedAt, happening.at) };
    case 'protection_ended':
      return {
        ...memory,
        protectedUntil: happening.wasProtected ? latest(memory.protectedUntil, happening.at) : memory.protectedUntil,
        doubtedAt: happening.inDoubt ? latest(memory.doubtedAt, happening.at) : memory.doubtedAt,
      };
    case 'owner_changed':
      return NO_MEMORY;
    case 'sim_confirmed':
      return { ...memory, simDoubtedAt: null, doubtedAt: null };
    case 'loss_objected':
      return { ...memory, doubtedAt: memory.simDoubtedAt };
    case 'number_arrived':
      return memoryAfter(merged(memory, happening.brought), { kind: 'sim_changed', at: happening.at });
  }
}

/** The hours of configuration for which a doubt counts. */
export interface HoldHours {
  /** `SMS_HOLD_HOURS`. */
  sms: number;
  /** `JOIN_HOLD_HOURS`. */
  join: number;
}

/** The subscription that stands on the line, as far as it decides about holds. */
export interface StandingForHolds {
  /** True from the first active device on. */
  isProtected: boolean;
  suspensions: readonly SuspensionReason[];
}

/** Hours for which a report of loss holds that came while too many did, and that suspended nothing. */
export const LOSS_HELD_HOURS = 2;

/** The instant of a doubt whose hold of codes by SMS has {@link LOSS_HELD_HOURS} left at `now`, or all of it if it is shorter. */
export function brieflyDoubtedAt(now: Date, { sms }: Pick<HoldHours, 'sms'>): Date {
  return after(now, -Math.max(0, sms - LOSS_HELD_HOURS));
}

/** A hold that stands: until an instant, or, with null, until what stands on the subscription is lifted. */
export interface Hold {
  until: Date | null;
}

/** Days after the end of protection for which a line is still kept from codes by SMS in doubt (contract). */
const PROTECTED_MEMORY_DAYS = 30;

/** Days for which a number that left a contract keeps its memory for the same owner (contract). */
export const DEPARTED_DAYS = 30;

/**
 * The hold of codes by SMS: a line that is protected, or was within 30 days, gets none while its SIM is in doubt.
 * Null when no hold stands.
 */
export function smsHold(
  memory: LineMemory,
  standing: StandingForHolds | null,
  now: Date,
  hours: Pick<HoldHours, 'sms'>,
): Hold | null {
  const remembered = memory.protectedUntil && now < after(memory.protectedUntil, PROTECTED_MEMORY_DAYS * 24);
  if (!standing?.isProtected && !remembered) return null;
  return isInDoubt(standing) ? { until: null } : standingAt(memory.doubtedAt, hours.sms, now);
}

/** The hold of joining: after a SIM change on any line, and while {@link smsHold} stands. Null when none stands. */
export function joinHold(
  memory: LineMemory,
  standing: StandingForHolds | null,
  now: Date,
  hours: HoldHours,
): Hold | null {
  const holds = [smsHold(memory, standing, now, hours), standingAt(memory.simDoubtedAt, hours.join, now)];
  return holds.reduce((longest, hold) => (isLonger(hold, longest) ? hold : longest), null);
}

/** True while a SIM change or a report of loss stands on the subscription. */
export function isInDoubt(standing: Pick<StandingForHolds, 'suspensions'> | null): boolean {
  return standing?.suspensions.some((reason) => reason !== 'line_suspended') ?? false;
}

/** True for `hours` after `since`, counted at `now`. */
export function isWithin(since: Date | null, hours: number, now: Date): boolean {
  return since !== null && now < after(since, hours);
}

function standingAt(since: Date | null, hours: number, now: Date): Hold | null {
  return since && isWithin(since, hours, now) ? { until: after(since, hours) } : null;
}

function isLonger(hold: Hold | null, than: Hold | null): boolean {
  if (!hold || !than) return hold !== null;
  return than.until !== null && (hold.until === null || hold.until > than.until);
}

function after(instant: Date, hours: number): Date {
  return new Date(instant.getTime() + hours * 3_600_000);
}

function latest(stored: Date | null, at: Date): Date {
  return stored && stored > at ? stored : at;
}

function merged(memory: LineMemory, brought: LineMemory): LineMemory {
  const both = (one: Date | null, other: Date | null) => (one && other ? latest(one, other) : (one ?? other));
  return {
    simChangedAt: both(memory.simChangedAt, brought.simChangedAt),
    simDoubtedAt: both(memory.simDoubtedAt, brought.simDoubtedAt),
    doubtedAt: both(memory.doubtedAt, brought.doubtedAt),
    handsetChangedAt: both(memory.handsetChangedAt, brought.handsetChangedAt),
    protectedUntil: both(memory.protectedUntil, brought.protectedUntil),
  };
}
