/** A limit of `starts` in any interval of `seconds`. */
export interface Allowance {
  starts: number;
  seconds: number;
}

/** At most `perTenMinutes` starts in any ten minutes, and at most `perDay` in any day. */
export interface StartLimit {
  perTenMinutes: number;
  perDay: number;
}

/** No person starts as often; for a limit that has only one of its two intervals. */
const UNLIMITED = 1_000_000;

/** One person at one relying party, or at one site that an agency serves (contract). Beyond it a start is refused. */
export const RELYING_PARTY_LIMIT: StartLimit = { perTenMinutes: 5, perDay: 20 };
/**
 * One number at one relying party or site, whichever person the starts name. An honest person reaches the person's own
 * limit first. A caller that guesses birth dates reaches this one, and locks the number at this relying party only.
 */
export const NUMBER_LIMIT: StartLimit = { perTenMinutes: UNLIMITED, perDay: 20 };
/** One number at one agency, over all the sites that it names (contract). Beyond it a start is refused. */
export const AGENCY_LIMIT: StartLimit = { perTenMinutes: 30, perDay: UNLIMITED };
/** One person whom one institution asks for a signature (contract). It spends no other limit. */
export const SIGNING_LIMIT: StartLimit = { perTenMinutes: 60, perDay: 500 };
/** One person over all relying parties (contract). Beyond it a start is answered as ever, and rings nothing. */
export const RINGING_LIMIT: StartLimit = { perTenMinutes: 15, perDay: 40 };
/** One person on the service's own website (contract). Beyond it a start is answered as ever, and rings nothing. */
export const WEBSITE_LIMIT: StartLimit = { perTenMinutes: 5, perDay: 20 };
/** One person whom the call centre asks whether they called. Beyond it a check is refused. */
export const CALLER_LIMIT: StartLimit = { perTenMinutes: 3, perDay: 10 };

/** One number with whose holder one relying party compares data (CAMARA). Beyond it a comparison is refused. */
export const MATCH_LIMIT: StartLimit = { perTenMinutes: 5, perDay: 5 };
/** The same over all relying parties. */
export const MATCH_OF_ALL_LIMIT: StartLimit = { perTenMinutes: UNLIMITED, perDay: 20 };
/** The same guess, which is compared again without spending. */
export const GUESS_LIMIT: StartLimit = { perTenMinutes: 1, perDay: 1 };
/** One number about which one relying party asks (CAMARA). Beyond it a question is refused. */
export const QUESTION_LIMIT: StartLimit = { perTenMinutes: UNLIMITED, perDay: 100 };

/** One number that no line has, which counts once a day among those about which one relying party asked (CAMARA). */
export const UNKNOWN_LIMIT: StartLimit = { perTenMinutes: 1, perDay: 1 };

/** Minutes for which a relying party's starts ring no phone after the person answered that it was not them (contract). */
export const QUIET_MINUTES = 60;

/** The intervals of a limit, the shorter first. */
function allowancesOf({ perTenMinutes, perDay }: StartLimit): readonly Allowance[] {
  return [
    { starts: perTenMinutes, seconds: 600 },
    { starts: perDay, seconds: 86_400 },
  ];
}

/** A limit in words, such as “5 times in ten minutes and 20 times a day”. */
export function limitInWords({ perTenMinutes, perDay }: StartLimit): string {
  const parts = [
    ...(perTenMinutes < UNLIMITED ? [`${perTenMinutes} times in ten minutes`] : []),
    ...(perDay < UNLIMITED ? [`${perDay} times a day`] : []),
  ];
  return parts.join(' and ');
}

/** An allowance, and the whole seconds, at least 1, until it lets another start pass. */
export interface AwaitedAllowance {
  allowance: Allowance;
  seconds: number;
}

/**
 * The interval of a limit that lets another start pass last.
 * For each of its intervals, the oldest start that fills it must first leave the interval. `starts` are the instants of
 * the last day's starts, newest last.
 */
export function awaitedAllowance(starts: readonly Date[], now: Date, limit: StartLimit): AwaitedAllowance {
  return lastOf(
    allowancesOf(limit).map((allowance) => {
      const oldest = starts.at(-allowance.starts);
      const wait = oldest ? oldest.getTime() + allowance.seconds * 1000 - now.getTime() : 0;
      return { allowance, seconds: Math.max(1, Math.ceil(wait / 1000)) };
    }),
  );
}

/** The one that is waited for longest; of equal ones the first. */
export function lastOf<Awaited extends AwaitedAllowance>(awaited: readonly Awaited[]): Awaited {
  return awaited.reduce((last, one) => (one.seconds > last.seconds ? one : last));
}
