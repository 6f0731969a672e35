import type { AuthenticationState, WindowMethod } from '../../domain/authentication.ts';
import type { Sentence } from '../../pages/words/words.ts';

/** The states in which a window has ended. */
export type EndedState = Exclude<AuthenticationState, 'pending' | 'opened'>;

/** Why a window cannot be shown at all. */
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
  /** The title of the window while it is to ask for a one-time password, and what it says of that. */
  otpTitle: string;
  otpIntro: string;
  changeTo: Record<WindowMethod, string>;
  push: Sentence;
  sms: Sentence;
  otp: Sentence;
  /** Whose one-time password is asked for. */
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
  /** Where the end of a one-time password reads otherwise. */
  endedOtp: Partial<Record<EndedState, Sentence>>;
  closed: Record<ClosedReason, Sentence>;
  protectedBy: string;
}
