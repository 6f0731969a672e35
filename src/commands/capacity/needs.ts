/**
 * Measured on two virtual cores, which also ran the load and the push platforms. The guide "Capacity" says by which command
 * each was measured.
 */
export const MEASURED = {
  /** Bytes of a past authentication with its indexes. */
  pastBytes: 523,
  /** Bytes of a line with its subscription, its history of two changes and its phone, with indexes. */
  subscriberBytes: 2_578,
  /** Bytes of WAL of an authentication from start to verification, and of its move to its month. */
  walBytes: 12_700,
  /** Microseconds of processor time an authentication: of the service, and of PostgreSQL with the move. */
  serviceMicros: 4_347,
  databaseMicros: 3_582,
};

/** The share of a core that may be busy in the busiest second, so that it still answers fast. */
const BUSY = 0.6;
/** The busiest second has this many times the authentications of the mean one. */
export const PEAK = 5;
/** Minutes for which an authentication stays in the table of the present. */
const PRESENT_MINUTES = 30;

export interface Needs {
  authenticationsADay: number;
  authenticationsInThePeakSecond: number;
  serviceCores: number;
  databaseCores: number;
  walMegabytesASecond: number;
  presentGigabytes: number;
  pastGigabytesADay: number;
  pastGigabytesAMonth: number;
  pastGigabytesKept: number;
  subscribersGigabytes: number;
}

/** What `subscribers` need who authenticate `aDay` times each, if the past is kept for `days`. */
export function needsOf(subscribers: number, aDay: number, days: number): Needs {
  const authenticationsADay = subscribers * aDay;
  const peak = (authenticationsADay / 86_400) * PEAK;
  const { pastBytes, subscriberBytes, walBytes, serviceMicros, databaseMicros } = MEASURED;
  const gigabytes = (bytes: number) => bytes / 1e9;
  return {
    authenticationsADay,
    authenticationsInThePeakSecond: peak,
    serviceCores: Math.max(1, Math.ceil((peak * serviceMicros) / 1e6 / BUSY)),
    databaseCores: Math.max(1, Math.ceil((peak * databaseMicros) / 1e6 / BUSY)),
    walMegabytesASecond: (peak * walBytes) / 1e6,
    presentGigabytes: gigabytes(peak * PRESENT_MINUTES * 60 * pastBytes),
    pastGigabytesADay: gigabytes(authenticationsADay * pastBytes),
    pastGigabytesAMonth: gigabytes(authenticationsADay * 30 * pastBytes),
    // A month is dropped as a whole.
    pastGigabytesKept: gigabytes(authenticationsADay * (days + 31) * pastBytes),
    subscribersGigabytes: gigabytes(subscribers * subscriberBytes),
  };
}
