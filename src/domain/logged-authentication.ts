import { CODE_ATTEMPTS, type AuthenticationState, type Channel, type DeclineReason } from './authentication.ts';
import type { ProblemCode } from './problem.ts';

/** Days that the log of a relying party reaches back. */
export const LOG_DAYS = 30;

/**
 * One authentication as its relying party may know it. It says no more of a person than the API: one that names no line
 * (a decoy), one that rang no phone, and one whose subscription is suspended or has no phone have the same values.
 */
export interface LoggedAuthentication {
  id: string;
  startedAt: Date;
  channel: Channel;
  /** An open one past its lifetime is `expired`. */
  state: AuthenticationState;
  /** Why the person declined; null otherwise, and in test mode. */
  declineReason: DeclineReason | null;
  /** Codes that were tried, the right one included. */
  attempts: number;
  resends: number;
  /** A hosted window drives it. */
  byWindow: boolean;
  /** When the message to the phone was last handed over. */
  sentAt: Date;
  /** When the PIN was entered in the app; null otherwise. */
  openedAt: Date | null;
  expiresAt: Date;
  /** Null while it is open. */
  closedAt: Date | null;
  /** Milliseconds from the start to the verification; null unless verified. */
  verifiedAfterMs: number | null;
  /** Such as `010-****-5678`; null once it ended without verification. */
  maskedPhoneNumber: string | null;
  /** See {@link problemsOf}. */
  problems: ProblemCode[];
}

/** Which authentications a page of the log shows; everything that is left out is not restricted. */
export interface LogQuery {
  states?: readonly AuthenticationState[];
  channels?: readonly Channel[];
  /** Started at this time or later. */
  from?: Date;
  /** Started before this time. */
  to?: Date;
  /** `next` of the page before. */
  after?: string;
  /** Rows of a page, 1 to 100. */
  limit: number;
}

/** The most rows of a page of the log. */
export const LOG_PAGE = 100;

/** A page of the log, newest first. */
export interface LogPage {
  rows: LoggedAuthentication[];
  /** The cursor of the page after this one; null on the last. A page may have fewer rows than asked for, and a next one. */
  next: string | null;
}

type Tried = Pick<LoggedAuthentication, 'channel' | 'state' | 'attempts'>;

/** Codes that were tried and wrong. */
export function wrongCodes({ state, attempts }: Pick<Tried, 'state' | 'attempts'>): number {
  return state === 'verified' ? Math.max(0, attempts - 1) : attempts;
}

/**
 * The codes of the problems with which verifications of this authentication were refused, and with which one would be
 * refused now, in this order. A verified one has those of its wrong codes alone.
 */
export function problemsOf(one: Tried): ProblemCode[] {
  const { state, attempts } = one;
  const wrong = wrongCodes(one);
  const isExhausted = state === 'failed' && attempts >= CODE_ATTEMPTS;
  const mismatched = isExhausted ? wrong - 1 : wrong;
  return [
    ...(mismatched > 0 ? (['code_mismatch'] as const) : []),
    ...(isExhausted ? (['attempts_exhausted'] as const) : []),
    ...(state === 'expired' ? (['authentication_expired'] as const) : []),
    ...(['declined', 'failed', 'cancelled'].includes(state) ? (['authentication_closed'] as const) : []),
  ];
}

/** One step of an authentication. */
export type TimelineStep =
  | { kind: 'started'; at: Date }
  /** The message for the phone was handed over. It says nothing about what a phone received. */
  | { kind: 'sent'; at: Date }
  /** The last resend, and how many there were. */
  | { kind: 'resent'; at: Date; count: number }
  | { kind: 'opened'; at: Date }
  /** The times of wrong codes are not kept. */
  | { kind: 'wrong_codes'; at: null; count: number }
  | { kind: 'ended'; at: Date; state: AuthenticationState };

/** Why an authentication was not verified, for a sentence. */
export const FAILURES = [
  'declined_not_me',
  'declined_cancelled',
  'declined_wrong_details',
  'declined',
  'wrong_codes',
  'wrong_match',
  'expired_before_opening',
  'expired_after_opening',
  'expired',
  'cancelled',
] as const;
export type Failure = (typeof FAILURES)[number];

/** What happened to an authentication, in order, and why it was not verified: null while it is open, and once verified. */
export interface Timeline {
  steps: TimelineStep[];
  failure: Failure | null;
}

export function timelineOf(one: LoggedAuthentication): Timeline {
  const { channel, state, startedAt, sentAt, resends, openedAt, closedAt } = one;
  const wrong = wrongCodes(one);
  const steps: TimelineStep[] = [
    { kind: 'started', at: startedAt },
    // The phone computes a code by time alone, so nothing is sent.
    ...(channel === 'otp' ? [] : [{ kind: 'sent', at: startedAt } as const]),
    ...(resends === 0 ? [] : [{ kind: 'resent', at: sentAt, count: resends } as const]),
    ...(openedAt === null ? [] : [{ kind: 'opened', at: openedAt } as const]),
    ...(wrong === 0 ? [] : [{ kind: 'wrong_codes', at: null, count: wrong } as const]),
    ...(closedAt === null ? [] : [{ kind: 'ended', at: closedAt, state } as const]),
  ];
  return { steps: inOrder(steps), failure: failureOf(one) };
}

/** A resend may come before or after the opening. */
function inOrder(steps: TimelineStep[]): TimelineStep[] {
  const [resent, opened] = ['resent', 'opened'].map((kind) => steps.findIndex((step) => step.kind === kind));
  const [one, other] = [steps[resent ?? -1], steps[opened ?? -1]];
  if (!one?.at || !other?.at || one.at <= other.at) return steps;
  return steps.map((step) => (step === one ? other : step === other ? one : step));
}

function failureOf({ state, channel, attempts, declineReason, openedAt }: LoggedAuthentication): Failure | null {
  switch (state) {
    case 'pending':
    case 'opened':
    case 'verified':
      return null;
    case 'declined':
      return declineReason === null ? 'declined' : `declined_${declineReason}`;
    case 'failed':
      // What ends before the last code was tried ended by wrong digits in the app.
      return attempts < CODE_ATTEMPTS ? 'wrong_match' : 'wrong_codes';
    case 'cancelled':
      return 'cancelled';
    case 'expired':
      // Only these are answered in the app.
      if (channel !== 'push' && channel !== 'sign' && channel !== 'approve') return 'expired';
      return openedAt === null ? 'expired_before_opening' : 'expired_after_opening';
  }
}
