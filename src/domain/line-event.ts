import { handsetFaults } from './eligibility.ts';
import {
  comparable,
  includesName,
  isSameName,
  type Handset,
  type LineFacts,
  type Plan,
  type RegisteredLine,
} from './line.ts';
import type { CancelReason, SuspensionReason } from './subscription.ts';

/** The events that a carrier reports about a line. */
export type LineEvent =
  | { kind: 'ported-out'; newCarrier: string }
  | { kind: 'owner-changed'; owner: LineFacts['owner'] }
  | { kind: 'terminated' }
  | { kind: 'device-changed'; handset: Handset }
  | { kind: 'plan-changed'; plan: Plan }
  | { kind: 'number-changed'; phoneNumber: string }
  | { kind: 'suspended' }
  | { kind: 'resumed' }
  | { kind: 'sim-swapped' };

/** The effect of an event on the subscription of the line. */
export interface LineEffect {
  /** Cancels the subscription. Cancelled is final. */
  cancel?: CancelReason;
  suspend?: SuspensionReason;
  resume?: SuspensionReason;
  /** Revokes the device; the person must enrol the app again. */
  revokeDevice?: boolean;
  /** Cancels the open authentications of the line. */
  closePending?: boolean;
}

/** The facts of the line after the event. */
export function factsAfter(line: RegisteredLine, event: LineEvent): RegisteredLine {
  switch (event.kind) {
    case 'ported-out':
      // The contract with this carrier has ended; the number continues at another carrier.
      return { ...line, status: 'terminated', carrier: event.newCarrier };
    case 'terminated':
      return { ...line, status: 'terminated' };
    case 'owner-changed':
      return { ...line, owner: event.owner };
    case 'device-changed':
      return { ...line, handset: event.handset };
    case 'plan-changed':
      return { ...line, plan: event.plan };
    case 'number-changed':
      return { ...line, phoneNumber: event.phoneNumber };
    // An event neither suspends nor resumes a terminated line; only a snapshot of the line makes it active again.
    case 'suspended':
      return line.status === 'active' ? { ...line, status: 'suspended' } : line;
    case 'resumed':
      return line.status === 'suspended' ? { ...line, status: 'active' } : line;
    case 'sim-swapped':
      return line;
  }
}

/** The effect of each event: the table "Carrier feed" of the contract. */
export function effectOf(event: LineEvent): LineEffect {
  switch (event.kind) {
    case 'ported-out':
      return { cancel: 'ported_out', closePending: true };
    case 'owner-changed':
      return { cancel: 'owner_changed', closePending: true };
    case 'terminated':
      return { cancel: 'line_terminated', closePending: true };
    case 'device-changed':
      if (handsetFaults(event.handset).length > 0) return { cancel: 'unsupported_device', closePending: true };
      return { revokeDevice: true };
    case 'plan-changed':
      return event.plan === 'postpaid' ? {} : { cancel: 'ineligible_plan', closePending: true };
    case 'number-changed':
      // The relying party requested the open authentications under the old number, which belongs to no line any more.
      return { closePending: true };
    case 'suspended':
      return { suspend: 'line_suspended', closePending: true };
    case 'resumed':
      return { resume: 'line_suspended' };
    case 'sim-swapped':
      return { suspend: 'sim_swapped', closePending: true };
  }
}

/** A fact in which the carrier's snapshot differs from the stored line. */
export type Difference = keyof Omit<LineFacts, 'lineId'>;

/** Every fact in which two records of one line differ. Names in another spelling do not differ. */
export function differencesBetween(stored: RegisteredLine, reported: RegisteredLine): Difference[] {
  const facts = ['phoneNumber', 'carrier', 'status', 'holder', 'owner', 'plan', 'handset'] as const;
  return facts.filter((fact) => canonical(stored, fact) !== canonical(reported, fact));
}

/**
 * The events that explain how the stored line came to differ from the carrier's snapshot. Events that cancel come
 * first.
 * A contract that is no longer in the person's own name counts as a change of owner.
 */
export function missedEvents(
  stored: RegisteredLine,
  reported: LineFacts,
  homeCarriers: readonly string[],
): LineEvent[] {
  const differs = new Set(differencesBetween(stored, reported));
  const events: LineEvent[] = [];
  if (differs.has('carrier') && !includesName(homeCarriers, reported.carrier)) {
    events.push({ kind: 'ported-out', newCarrier: reported.carrier });
  }
  if (differs.has('status') && reported.status === 'terminated') events.push({ kind: 'terminated' });
  if (differs.has('owner') || (differs.has('holder') && reported.holder !== 'self')) {
    events.push({ kind: 'owner-changed', owner: reported.owner });
  }
  if (differs.has('plan')) events.push({ kind: 'plan-changed', plan: reported.plan });
  if (isAnotherHandset(stored.handset, reported.handset))
    events.push({ kind: 'device-changed', handset: reported.handset });
  if (differs.has('phoneNumber')) events.push({ kind: 'number-changed', phoneNumber: reported.phoneNumber });
  if (differs.has('status') && reported.status === 'suspended') events.push({ kind: 'suspended' });
  if (differs.has('status') && reported.status === 'active') events.push({ kind: 'resumed' });
  return events;
}

/** A system update does not make another handset, unless the app can no longer run on it. */
function isAnotherHandset(stored: Handset, reported: Handset): boolean {
  if (handsetFaults(reported).length > 0) return handsetFaults(stored).length === 0;
  const isOther = !isSameName(stored.os, reported.os) || stored.formFactor !== reported.formFactor;
  if (isOther || stored.model === undefined || reported.model === undefined) return isOther;
  return !isSameName(stored.model, reported.model);
}

/** The form in which a fact is compared. */
function canonical(line: RegisteredLine, fact: Difference): string | null {
  switch (fact) {
    case 'carrier':
      return comparable(line.carrier);
    case 'owner':
      return line.owner.birthDate + line.owner.genderDigit;
    case 'handset': {
      const { os, osVersion, formFactor, model } = line.handset;
      return JSON.stringify([
        comparable(os),
        osVersion.trim(),
        formFactor,
        model === undefined ? null : comparable(model),
      ]);
    }
    case 'phoneNumber':
    case 'status':
    case 'holder':
    case 'plan':
      return line[fact];
  }
}
