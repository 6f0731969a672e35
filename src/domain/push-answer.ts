import type { DeliveryKind } from './delivery.ts';

/** The pushes to one device whose answers are kept. */
export type PushedKind = Exclude<DeliveryKind, 'sms'>;

/** `retry`: the push service could not take the push at that moment. */
export const PUSH_ANSWER_OUTCOMES = ['accepted', 'unregistered', 'rejected', 'retry'] as const;
export type PushAnswerOutcome = (typeof PUSH_ANSWER_OUTCOMES)[number];

/** Days for which the answers of push services are kept. */
export const PUSH_ANSWER_DAYS = 14;
/** Seconds for which a push service may keep a test push. */
export const TEST_PUSH_SECONDS = 60;
/** Test pushes to one subscription in ten minutes, and in a day. */
export const TEST_PUSHES = { perTenMinutes: 3, perDay: 10 };

const LONGEST_CODE = 80;
const LONGEST_MESSAGE_ID = 200;

/**
 * The code of a refusal as it is kept: one line, cut, and without long runs of letters and digits, which may be a token
 * or the address of a subscription that a push service repeats.
 */
export function keptCode(reason: string): string {
  const line = reason.replace(/[^\x20-\x7e]+/g, ' ').replace(/https?:\S+|[\w:.-]{40,}/g, '…');
  return line.trim().slice(0, LONGEST_CODE);
}

/** The id of a push as it is kept; null for one that is no plain id. */
export function keptMessageId(id: string | undefined): string | null {
  return id !== undefined && /^[\x21-\x7e]+$/.test(id) && id.length <= LONGEST_MESSAGE_ID ? id : null;
}
