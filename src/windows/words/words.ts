import type { AuthenticationState, WindowMethod } from '../../domain/authentication.ts';
import type { Sentence } from '../../pages/words/words.ts';

/** The states in which a window has ended. */
export type EndedState = Exclude<AuthenticationState, 'pending' | 'opened'>;

/** The reasons for which a window cannot be shown. */
export type ClosedReason = 'unknown' | 'over' | 'elsewhere' | 'failed';

export interface WindowWords {
  title: string;
  asks: (relyingParty: string) => string;
  needsScript: string;
  intro: string;
  resident: string;
  birthDate: string;
  genderDigit: string;
  residentHint: string;
  phoneNumber: string;
  phoneNumberHint: string;
  start: string;
  /** The title and the introduction of a window that requests a one-time password. */
  otpTitle: string;
  otpIntro: string;
  changeTo: Record<WindowMethod, string>;
  push: Sentence;
  sms: Sentence;
  otp: Sentence;
  /** The label of the owner of the requested one-time password. */
  askedOf: string;
  otpNotes: readonly string[];
  steps: readonly [string, string, string];
  opened: Sentence;
  code: string;
  otpCode: string;
  codeHint: string;
  timeLeft: string;
  verify: string;
  resendPush: string;
  resendSms: string;
  cancel: string;
  goBack: (relyingParty: string) => string;
  goingBack: string;
  ended: Record<EndedState, Sentence>;
  /** Replaces the text of a final state where it differs for a one-time password. */
  endedOtp: Partial<Record<EndedState, Sentence>>;
  closed: Record<ClosedReason, Sentence>;
  protectedBy: string;
}
