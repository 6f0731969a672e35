/** Notices about one request for a new phone in a day (contract). */
export const NEW_PHONE_NOTICES_A_DAY = 2;
/** Hours for which a request waits for the carrier to report the new handset; then the call centre is asked. */
const HANDSET_HOURS = 72;
/** Minutes between two looks for the carrier's report of the new handset. */
const LOOK_MINUTES = 5;
/** Minutes before the end of the wait at which the person is told again. */
const NOTICE_MINUTES = 60;

/** What a request for a new phone does next. `isEnding`: an hour or less is left, of which the person is told. */
export type NewPhoneStep =
  { kind: 'wait'; until: Date; isEnding: boolean } | { kind: 'send_code' } | { kind: 'call_centre' };

/**
 * The next step of a request for a new phone. The wait never starts before the request and the carrier's
 * report of the new handset, and it starts anew at every change of SIM or handset and every report of loss
 * (`disturbedAt`).
 */
export function newPhoneStep(request: {
  filedAt: Date;
  now: Date;
  handsetToldAt: Date | null;
  disturbedAt: readonly (Date | null)[];
  waitMinutes: number;
}): NewPhoneStep {
  const { filedAt, now, handsetToldAt, disturbedAt, waitMinutes } = request;
  if (!handsetToldAt) {
    if (minutesAfter(filedAt, HANDSET_HOURS * 60) <= now) return { kind: 'call_centre' };
    return { kind: 'wait', until: minutesAfter(now, LOOK_MINUTES), isEnding: false };
  }
  const endsAt = newPhoneWaitEnd({ filedAt, handsetToldAt, disturbedAt, waitMinutes });
  if (endsAt <= now) return { kind: 'send_code' };
  const noticeAt = minutesAfter(endsAt, -NOTICE_MINUTES);
  if (noticeAt > now) return { kind: 'wait', until: noticeAt, isEnding: false };
  return { kind: 'wait', until: endsAt, isEnding: true };
}

/** When the wait of a request for a new phone ends, as things stand. */
export function newPhoneWaitEnd(request: {
  filedAt: Date;
  handsetToldAt: Date;
  disturbedAt: readonly (Date | null)[];
  waitMinutes: number;
}): Date {
  const { filedAt, handsetToldAt, disturbedAt, waitMinutes } = request;
  const startedAt = Math.max(...[filedAt, handsetToldAt, ...disturbedAt].map((at) => at?.getTime() ?? 0));
  return minutesAfter(new Date(startedAt), waitMinutes);
}

function minutesAfter(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * 60_000);
}
