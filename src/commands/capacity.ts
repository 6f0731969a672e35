import { parseArgs } from 'node:util';
import { needsOf } from './capacity/needs.ts';
import { needsTable, simulatedReport } from './capacity/report.ts';
import {
  CORES,
  FAILOVER_SECONDS,
  MINUTES,
  SHARDS,
  simulateNation,
  STARTS_PER_MINUTE,
  type Wanted,
} from './capacity/scenarios.ts';

/** Computes what an installation needs, from measured figures, and simulates it: `npm run capacity -- --help`. */

const USAGE = `Computes what an installation needs, or simulates its busiest minutes.

npm run --silent capacity -- --subscribers=20000000
npm run --silent capacity -- --subscribers=20000000 --simulate

  --subscribers=N   people with a subscription
  --a-day=0.5       authentications of one of them a day
  --days=730        HISTORY_DAYS
  --json            one JSON object

With --simulate:
  --minutes=${MINUTES}              minutes of the peak, at least 5
  --machines=N              machines of the service; by default as many as are needed, and one more
  --cores=${CORES}                 cores of each
  --database-cores=N        cores of PostgreSQL; by default as many as are needed
  --starts-per-minute=${STARTS_PER_MINUTE}  quota of each relying party in each process
  --failover=${FAILOVER_SECONDS}             seconds in which the database answers nothing
  --shards=${SHARDS}               shards over which keys are spread
  --seed=1                  another seed gives other people

Exit code: 0 computed, 2 wrong use.
`;

const OPTIONS = {
  subscribers: { type: 'string' },
  'a-day': { type: 'string', default: '0.5' },
  days: { type: 'string', default: '730' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  simulate: { type: 'boolean', default: false },
  minutes: { type: 'string', default: String(MINUTES) },
  machines: { type: 'string' },
  cores: { type: 'string', default: String(CORES) },
  'database-cores': { type: 'string' },
  'starts-per-minute': { type: 'string', default: String(STARTS_PER_MINUTE) },
  failover: { type: 'string', default: String(FAILOVER_SECONDS) },
  shards: { type: 'string', default: String(SHARDS) },
  seed: { type: 'string', default: '1' },
} as const;

/** The largest number of machines, cores and shards that is taken for one. */
const MOST = 10_000;
/** The fewest minutes that hold what is simulated, and the most that fit in memory. */
const [FEWEST_MINUTES, MOST_MINUTES] = [5, 60];

/** A number of an option; undefined unless it is above zero. */
function above0(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** A whole number of an option from `least` to `most`. Throws for any other. */
function whole(name: string, text: string, least = 1, most = MOST): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`Give --${name} as a whole number from ${least} to ${most}.`);
}

function refuse(why: string): void {
  process.stderr.write(`${why}\n\n${USAGE}`);
  process.exitCode = 2;
}

function run(): void {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [subscribers, aDay, days] = [values.subscribers, values['a-day'], values.days].map(above0);
  if (subscribers === undefined || aDay === undefined || days === undefined) {
    refuse('Give --subscribers, --a-day and --days as numbers above zero.');
    return;
  }
  if (values.simulate) {
    const simulated = simulateNation(readWanted(values, { subscribers, aDay }));
    print(values.json ? JSON.stringify(simulated) : simulatedReport(simulated));
    return;
  }
  const needs = needsOf(subscribers, aDay, days);
  print(values.json ? JSON.stringify(needs) : needsTable(needs));
}

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function readWanted(values: Given, people: Pick<Wanted, 'subscribers' | 'aDay'>): Wanted {
  const { machines, 'database-cores': databaseCores } = values;
  return {
    ...people,
    minutes: whole('minutes', values.minutes, FEWEST_MINUTES, MOST_MINUTES),
    machines: machines === undefined ? undefined : whole('machines', machines),
    cores: whole('cores', values.cores),
    databaseCores: databaseCores === undefined ? undefined : whole('database-cores', databaseCores),
    shards: whole('shards', values.shards),
    startsPerMinute: whole('starts-per-minute', values['starts-per-minute'], 1, 9_999_999),
    failoverSeconds: whole('failover', values.failover, 1, 120),
    seed: whole('seed', values.seed, 0, 2 ** 31 - 2),
  };
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

try {
  run();
} catch (error) {
  // An option that there is not, or a value that it does not take.
  refuse((error as Error).message);
}
