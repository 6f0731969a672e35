import { matchingTotpSteps, totpStep, type TotpParameters } from './totp.ts';

/** The parameters of the app's time-based codes. */
export const OTP_PARAMETERS = { algorithm: 'sha256', digits: 6, seconds: 30 } as const satisfies TotpParameters;

/** Steps before and after the expected one that are accepted: the time that a person needs to type (RFC 6238, 5.2). */
const NEAR_STEPS = 1;
/**
 * Steps before and after the present one that are searched when the clock is wrong: twenty minutes.
 * Both RFCs demand a limit (RFC 6238, 6; RFC 4226, 7.4), because every further step is one more code that a guess may
 * hit.
 * A clock set by hand is within twenty minutes; a larger error is a wrong date or time zone, which the owner can see
 * and correct.
 */
const FAR_STEPS = 40;
/** Steps by which the drift of two consecutive codes may differ: the person types one of them faster than the other. */
const FAR_AGREEMENT_STEPS = 1;

/** The state that the service keeps of an authenticator between two codes. */
export interface OtpMemory {
  /** The last accepted step, -1 for none. */
  lastStep: number;
  /** Steps by which the phone's clock was ahead at the last acceptance. */
  drift: number;
  /** A code that was right far from the present. The caller discards it after ten minutes. */
  far: { step: number; drift: number } | null;
}

/**
 * The result for a typed code.
 * - `near`, `resynchronised`: the code authenticates. The caller stores step and drift, and clears `far`.
 * - `far`: the code does not authenticate. The caller stores step and drift as `far`.
 * - `wrong`: the stored state does not change.
 */
export type OtpJudgement =
  | { kind: 'near' | 'resynchronised'; step: number; drift: number }
  | { kind: 'far'; step: number; drift: number }
  | { kind: 'wrong' };

/**
 * Judges a typed time-based code by the stored state of the authenticator.
 * The expected step follows the clock's drift: a code is expected as far from the present as the last accepted one was.
 * A clock that has jumped is accepted after two consecutive codes at the same distance (RFC 4226, 7.4), because a guess
 * hits one of 81 steps too easily.
 * A code of an accepted or earlier step is never accepted again. The statement that stores the step must guarantee this
 * against concurrent callers.
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
      // A clock that drifts step by step is not followed further than one that has jumped.
      .filter(({ drift }) => Math.abs(drift) <= FAR_STEPS);
  // When one code is right for two steps, the later step is consumed;
  // otherwise the same digits would be accepted once more.
  const nearest = matches(present + memory.drift, NEAR_STEPS).at(-1);
  // Returning early reveals no more than the answer does.
  if (nearest) return { kind: 'near', ...nearest };
  const far = matches(present, FAR_STEPS);
  const [agreed, found] = [far.findLast((match) => agrees(match, memory.far)), far.at(-1)];
  if (agreed) return { kind: 'resynchronised', ...agreed };
  if (found) return { kind: 'far', ...found };
  return { kind: 'wrong' };
}

/** Whether a code comes after the remembered far code and has the same drift. */
function agrees(match: { step: number; drift: number }, far: OtpMemory['far']): boolean {
  return far !== null && match.step > far.step && Math.abs(match.drift - far.drift) <= FAR_AGREEMENT_STEPS;
}
