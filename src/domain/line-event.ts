import { handsetFaults } from './eligibility.ts';
import type { Handset, LineFacts, Plan } from './line.ts';
import type { CancelReason, SuspensionReason } from './subscription.ts';

/** What a carrier can tell of a line. */
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

/** What an event does to the subscription that stands on the line. */
export interface LineEffect {
  /** Ends it, for good. */
  cancel?: CancelReason;
  suspend?: SuspensionReason;
  resume?: SuspensionReason;
  /** The app must be enrolled again. */
  revokeDevice?: boolean;
  /** Nobody who was asked for before may still be verified. */
  closePending?: boolean;
}

/** The line as it is once the event has happened. */
export function factsAfter(line: LineFacts, event: LineEvent): LineFacts {
  switch (event.kind) {
    case 'ported-out':
      // The contract with our carrier has ended; the number lives on elsewhere.
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
    // A contract that has ended is neither suspended nor resumed; only a new picture of the line brings it back.
    case 'suspended':
      return line.status === 'active' ? { ...line, status: 'suspended' } : line;
    case 'resumed':
      return line.status === 'suspended' ? { ...line, status: 'active' } : line;
    case 'sim-swapped':
      return line;
  }
}

/** The table of the contract, "Carrier feed". */
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
      // What is open was asked for under a number that is nobody's now.
      return { closePending: true };
    case 'suspended':
      return { suspend: 'line_suspended', closePending: true };
    case 'resumed':
      return { resume: 'line_suspended' };
    case 'sim-swapped':
      return { suspend: 'sim_swapped', closePending: true };
  }
}

/** One fact in which a carrier's snapshot differs from what is held. */
export type Difference = keyof Omit<LineFacts, 'lineId'>;

/** Every fact in which two pictures of one line differ. */
export function differencesBetween(held: LineFacts, told: LineFacts): Difference[] {
  const facts = ['phoneNumber', 'carrier', 'status', 'holder', 'owner', 'plan', 'handset'] as const;
  return facts.filter((fact) => canonical(held[fact]) !== canonical(told[fact]));
}

/**
 * The events that must have been missed for a line to differ from what is held, in an order in which what ends a
 * subscription comes first. A contract that is no longer in the person's own name has changed its owner.
 */
export function missedEvents(held: LineFacts, told: LineFacts, homeCarriers: readonly string[]): LineEvent[] {
  const differs = new Set(differencesBetween(held, told));
  const events: LineEvent[] = [];
  if (differs.has('carrier') && !homeCarriers.includes(told.carrier)) {
    events.push({ kind: 'ported-out', newCarrier: told.carrier });
  }
  if (differs.has('status') && told.status === 'terminated') events.push({ kind: 'terminated' });
  if (differs.has('owner') || (differs.has('holder') && told.holder !== 'self')) {
    events.push({ kind: 'owner-changed', owner: told.owner });
  }
  if (differs.has('plan')) events.push({ kind: 'plan-changed', plan: told.plan });
  if (isAnotherHandset(held.handset, told.handset)) events.push({ kind: 'device-changed', handset: told.handset });
  if (differs.has('phoneNumber')) events.push({ kind: 'number-changed', phoneNumber: told.phoneNumber });
  if (differs.has('status') && told.status === 'suspended') events.push({ kind: 'suspended' });
  if (differs.has('status') && told.status === 'active') events.push({ kind: 'resumed' });
  return events;
}

/** An update of its system leaves a handset what it was, unless the app cannot run on it any more. */
function isAnotherHandset(held: Handset, told: Handset): boolean {
  if (handsetFaults(told).length > 0) return handsetFaults(held).length === 0;
  const isOther = held.os.toLowerCase() !== told.os.toLowerCase() || held.formFactor !== told.formFactor;
  return isOther || (held.model !== undefined && told.model !== undefined && held.model !== told.model);
}

function canonical(fact: LineFacts[Difference]): string {
  return typeof fact === 'string' ? fact : JSON.stringify(Object.entries(fact).sort());
}
