import { parseArgs } from 'node:util';

/** Computes what an installation needs, from measured figures: `npm run capacity -- --help`. */

/**
 * Measured on two virtual cores, which also ran the load and the push platforms. The guide "Capacity" says by which command
 * each was measured.
 */
const MEASURED = {
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
const PEAK = 5;
/** Minutes for which an authentication stays in the table of the present. */
const PRESENT_MINUTES = 30;

const USAGE = `Computes what an installation needs.

npm run --silent capacity -- --subscribers=20000000

  --subscribers=N   people with a subscription
  --a-day=0.5       authentications of one of them a day
  --days=730        HISTORY_DAYS
  --json            one JSON object

Exit code: 0 computed, 2 wrong use.
`;

interface Needs {
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
function needsOf(subscribers: number, aDay: number, days: number): Needs {
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

/** A number of an option; undefined unless it is above zero. */
function above0(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

function refuse(why: string): void {
  process.stderr.write(`${why}\n\n${USAGE}`);
  process.exitCode = 2;
}

function run(): void {
  const { values } = parseArgs({
    options: {
      subscribers: { type: 'string' },
      'a-day': { type: 'string', default: '0.5' },
      days: { type: 'string', default: '730' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [subscribers, aDay, days] = [values.subscribers, values['a-day'], values.days].map(above0);
  if (subscribers === undefined || aDay === undefined || days === undefined) {
    refuse('Give --subscribers, --a-day and --days as numbers above zero.');
    return;
  }
  const needs = needsOf(subscribers, aDay, days);
  process.stdout.write(values.json ? `${JSON.stringify(needs)}\n` : table(needs));
}

function table(needs: Needs): string {
  const rows: [string, number, string][] = [
    ['authentications a day', needs.authenticationsADay, ''],
    ['authentications in the peak second', needs.authenticationsInThePeakSecond, ''],
    ['cores of the service', needs.serviceCores, ''],
    ['cores of PostgreSQL', needs.databaseCores, ''],
    ['WAL in the peak second', needs.walMegabytesASecond, 'MB'],
    ['table of the present', needs.presentGigabytes, 'GB'],
    ['past authentications a day', needs.pastGigabytesADay, 'GB'],
    ['past authentications a month', needs.pastGigabytesAMonth, 'GB'],
    ['past authentications kept', needs.pastGigabytesKept, 'GB'],
    ['lines, subscriptions and phones', needs.subscribersGigabytes, 'GB'],
  ];
  return rows
    .map(([name, value, unit]) => `${name.padEnd(36)}${formatted(value).padStart(14)} ${unit}`.trimEnd())
    .concat('')
    .join('\n');
}

function formatted(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

try {
  run();
} catch (error) {
  // An option that there is not.
  refuse((error as Error).message);
}
