import { matchingTotpSteps, totpStep, type TotpParameters } from './totp.ts';

/** How the app's time-based codes are made. */
export const OTP_PARAMETERS = { algorithm: 'sha256', digits: 6, seconds: 30 } as const satisfies TotpParameters;

/** Steps before and after the expected one that are still right: what a person needs to type (RFC 6238, 5.2). */
const NEAR_STEPS = 1;
/**
 * Steps before and after the present one that are searched for a clock that is wrong: twenty minutes. Both RFCs ask for
 * a limit (RFC 6238, 6; RFC 4226, 7.4), for every step more is a code more that a guess may hit. Twenty minutes are a
 * clock set by hand; a clock that is off by more is a wrong day or time zone, which its owner can see and put right.
 */
const FAR_STEPS = 40;
/** Steps by which two codes in a row may differ in how far they are off: one is typed faster than the other. */
const FAR_AGREEMENT_STEPS = 1;

/** What is remembered of an authenticator between two codes. */
export interface OtpMemory {
  /** The last accepted step, -1 for none. */
  lastStep: number;
  /** Steps that the phone's clock was ahead at the last acceptance. */
  drift: number;
  /** A code that was right far from the present. The caller forgets it after ten minutes. */
  far: { step: number; drift: number } | null;
}

/**
 * What a typed code is worth. `near` and `resynchronised` authenticate, and their step and drift are what to remember
 * with nothing far; `far` does not authenticate, and is what to remember as far; `wrong` leaves the memory as it was.
 */
export type OtpJudgement =
  | { kind: 'near' | 'resynchronised'; step: number; drift: number }
  | { kind: 'far'; step: number; drift: number }
  | { kind: 'wrong' };

/**
 * Judges a typed time-based code by what is remembered of the authenticator. The clock is followed: a code is expected
 * as far from the present as the last accepted one was. A clock that has jumped is believed after two codes in a row
 * at the same distance (RFC 4226, 7.4), for one of 81 steps is too easily hit by a guess.
 *
 * A code of an accepted step or of one before it is never right again. That this holds for two callers at once is for
 * the statement to see to that writes the step down.
 */
export function judgeOtp(input: {
  secret: Uint8Array;
  typed: string;
  at: Date;
  memory: OtpMemory;
  parameters?: TotpParameters;
}): OtpJudgement {
  const { secret, typed, at, memory, parameters = OTP_PARAMETERS } = input;
  const present = totpStep(at, parameters);
  const matches = (centre: number, reach: number) =>
    matchingTotpSteps(secret, typed, { from: centre - reach, to: centre + reach }, parameters)
      .filter((step) => step > memory.lastStep)
      .map((step) => ({ step, drift: step - present }))
      // A clock that is followed step by step is not followed further than one that has jumped.
      .filter(({ drift }) => Math.abs(drift) <= FAR_STEPS);
  // Where one code is right for two steps, the later is used up, or the same digits would be right once more.
  const nearest = matches(present + memory.drift, NEAR_STEPS).at(-1);
  // That this is quicker tells no more than the answer does.
  if (nearest) return { kind: 'near', ...nearest };
  const far = matches(present, FAR_STEPS);
  const [agreed, found] = [far.findLast((match) => agrees(match, memory.far)), far.at(-1)];
  if (agreed) return { kind: 'resynchronised', ...agreed };
  if (found) return { kind: 'far', ...found };
  return { kind: 'wrong' };
}

/** Whether a code comes after one that was far off, and is as far off itself. */
function agrees(match: { step: number; drift: number }, far: OtpMemory['far']): boolean {
  return far !== null && match.step > far.step && Math.abs(match.drift - far.drift) <= FAR_AGREEMENT_STEPS;
}
