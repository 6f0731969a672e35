import type { ProblemCode } from '../../domain/problem.ts';
import type { ReissueState } from '../../domain/reissue.ts';

/** An action on a subscription at the desk. */
export type DeskAction =
  'reveal' | 'report-loss' | 'ask-resume' | 'unlock-pin' | 'ask-unlock-pin' | 'ask-enrolment-code' | 'ask-cancel';

export type DeskPlace =
  '/operator' | '/operator/approvals' | '/operator/overview' | '/operator/charges' | '/operator/audit';

/** A completed action, as the address of the page that confirms it names it. */
export const DONE = [
  'report-loss',
  'ask-resume',
  'unlock-pin',
  'ask-unlock-pin',
  'ask-enrolment-code',
  'ask-cancel',
  'ask-subscribe',
  'cancel',
  'approve',
  'refuse',
  'withdraw',
  'settle',
  'apply-reissue',
  'withdraw-reissue',
  'decline-reissue',
  'reveal-over',
  'end-sms',
  'end-call',
  'ask-correction',
  'close-correction',
] as const;
export type Done = (typeof DONE)[number];

/** Why a code was not texted, by the problem that refused it. */
export type RefusedText = Partial<Record<ProblemCode, string>> & Record<'other', string>;

/** A reissue that still needs an action. */
export type ReissueUnderWay = Exclude<ReissueState, 'completed' | 'refused' | 'withdrawn' | 'expired'>;
