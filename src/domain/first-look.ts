import type { PushAnswerOutcome } from './push-answer.ts';
import {
  areSimAndLossStanding,
  type CancelReason,
  type SubscriptionState,
  type SuspensionReason,
} from './subscription.ts';

/** Days without a request of the app after which its phone counts as silent. */
export const SILENT_DAYS = 7;
const DAY_MS = 86_400_000;

/** What is wrong with a subscription whose person says that nothing arrives, the gravest first. */
export const FINDINGS = [
  'cancelled',
  'sim_swapped_and_lost',
  'sim_swapped',
  'loss_reported',
  'line_suspended',
  'never_enrolled',
  'not_tested',
  'no_phone',
  'pin_exhausted',
  'pin_locked',
  'token_dead',
  'token_missing',
  'push_refused',
  'push_delayed',
  'silent',
  'held',
  'sms_permitted',
  'nothing',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** What the finding is judged by. */
export interface FirstLookFacts {
  state: SubscriptionState;
  suspensions: readonly SuspensionReason[];
  reason: SuspensionReason | CancelReason | null;
  device: { state: string; pinLocked: boolean; pinExhausted?: boolean } | null;
  reach: { hasPushToken: boolean; pushTokenDiedAt: Date | null; lastContactAt: Date } | undefined;
  /** Newest first. */
  pushes: readonly { outcome: PushAnswerOutcome; answeredAt: Date }[];
  /** Starts of the last hour that rang no phone. */
  held: number;
  smsPermissions: number;
}

/** Returns the first thing that explains why nothing arrives on the phone, or `nothing`. */
export function firstLook(facts: FirstLookFacts, now: Date): Finding {
  const { state, suspensions, device } = facts;
  if (state === 'cancelled') return 'cancelled';
  if (areSimAndLossStanding(suspensions)) return 'sim_swapped_and_lost';
  for (const reason of ['sim_swapped', 'loss_reported', 'line_suspended'] as const)
    if (suspensions.includes(reason)) return reason;
  if (!device) return state === 'awaiting_device' ? 'never_enrolled' : 'no_phone';
  if (device.state === 'testing') return 'not_tested';
  if (device.pinExhausted) return 'pin_exhausted';
  if (device.pinLocked) return 'pin_locked';
  return pushFinding(facts, now);
}

function pushFinding({ reach, pushes, held, smsPermissions }: FirstLookFacts, now: Date): Finding {
  const [last] = pushes;
  if (reach && !reach.hasPushToken) return reach.pushTokenDiedAt ? 'token_dead' : 'token_missing';
  if (last?.outcome === 'rejected') return 'push_refused';
  if (last?.outcome === 'retry') return 'push_delayed';
  if (reach && silentDays(reach, now) >= SILENT_DAYS) return 'silent';
  if (held > 0) return 'held';
  return smsPermissions > 0 ? 'sms_permitted' : 'nothing';
}

/** Whole days since the app last sent a request. */
export function silentDays({ lastContactAt }: { lastContactAt: Date }, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - lastContactAt.getTime()) / DAY_MS));
}
