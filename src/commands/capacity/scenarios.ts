import { arrivalsOf, type Arrivals, type Burst } from './arrivals.ts';
import { needsOf } from './needs.ts';
import { Random } from './random.ts';
import { simulate, WARM_UP, type Outcome, type Scenario } from './simulate.ts';
import { evennessOf, flowsOnOneMachine, statementsOnOneMachine, type Evenness, type StartedIn } from './spread.ts';

/** Cores of one machine of the service: with them, the nation has the "two or three machines" of the guide. */
export const CORES = 4;
/** Seconds without an answer of the database: those without a start in the rehearsal `failover` (guide "Operation"). */
export const FAILOVER_SECONDS = 20;
/** The default of a relying party’s `starts_per_minute`. */
export const STARTS_PER_MINUTE = 6_000;
/** The default of Citus (`citus.shard_count`). */
export const SHARDS = 32;
/** Minutes that are simulated: the worst ten of the day. */
export const MINUTES = 10;
/** How many times the peak a burst of one relying party is, and its seconds: tickets are on sale, or news is out. */
const [BURST_TIMES, BURST_SECONDS] = [3, 60];
/** When the burst or the failover begins, in seconds: with a minute of the clock, by which quotas count. */
const DISTURBED_FROM = WARM_UP + 120;

/** Numbers above zero. `undefined` stands for what the table of the guide implies. */
export interface Wanted {
  subscribers: number;
  aDay: number;
  minutes: number;
  /** Machines of the service, and the cores of each. */
  machines: number | undefined;
  cores: number;
  databaseCores: number | undefined;
  shards: number;
  startsPerMinute: number;
  failoverSeconds: number;
  seed: number;
}

export interface NamedOutcome extends Outcome {
  name: string;
  /** Seconds from the end of the burst or the failover until no request waits for a second; null if not in time. */
  secondsToClear: number | null;
}

export interface Simulated {
  machines: number;
  cores: number;
  databaseCores: number;
  shards: number;
  seed: number;
  outcomes: NamedOutcome[];
  spread: { peak: Evenness; burst: Evenness; onOneMachine: OnOneMachine[] };
}

/** How much stays on one machine, from 0 to 1. */
interface OnOneMachine {
  by: 'line' | 'client';
  startedIn: StartedIn;
  statements: number;
  flows: number;
}

/** Simulates the peak as it is, with a burst, with one machine of the service less, and with a failover of the database. */
export function simulateNation(wanted: Wanted): Simulated {
  const { shards, seed } = wanted;
  const machines = machinesOf(wanted);
  const people = peopleOf(wanted);
  const outcomes = scenariosOf(wanted, machines, people).map(({ name, disturbedUntil, scenario }) => {
    const outcome = simulate(scenario, new Random(seed + 1));
    return { name, ...outcome, secondsToClear: secondsToClear(outcome, disturbedUntil, scenario.seconds) };
  });
  const evenness = (of: Arrivals) => evennessOf(of, shards, new Random(seed + 2));
  const spread = { peak: evenness(people.usual), burst: evenness(people.raised), onOneMachine: onOneMachine() };
  return { ...machines, shards, seed, outcomes, spread };
}

interface Machines {
  machines: number;
  cores: number;
  databaseCores: number;
}

/** What is wanted; else what the table of the guide says, with one more machine of the service, so that one may fail. */
function machinesOf({ subscribers, aDay, cores, machines, databaseCores }: Wanted): Machines {
  const needs = needsOf(subscribers, aDay, 1);
  return {
    machines: machines ?? Math.ceil(needs.serviceCores / cores) + 1,
    cores,
    databaseCores: databaseCores ?? needs.databaseCores,
  };
}

interface People {
  seconds: number;
  burst: Burst;
  /** Who comes without the burst, and with it. */
  usual: Arrivals;
  raised: Arrivals;
}

function peopleOf({ subscribers, aDay, minutes, seed }: Wanted): People {
  const seconds = WARM_UP + minutes * 60;
  const burst = { times: BURST_TIMES, from: DISTURBED_FROM, until: DISTURBED_FROM + BURST_SECONDS };
  const peak = needsOf(subscribers, aDay, 1).authenticationsInThePeakSecond;
  const come = (of: Burst | null) => arrivalsOf({ peak, seconds, burst: of }, new Random(seed));
  return { seconds, burst, usual: come(null), raised: come(burst) };
}

interface NamedScenario {
  name: string;
  /** When the burst or the failover is over, in seconds. */
  disturbedUntil: number;
  scenario: Scenario;
}

function scenariosOf(
  { startsPerMinute, failoverSeconds }: Wanted,
  { machines, cores, databaseCores }: Machines,
  { seconds, burst, usual, raised }: People,
): NamedScenario[] {
  const on = (count: number, changed: Partial<Scenario>): Scenario => ({
    arrivals: usual,
    seconds,
    serviceCores: count * cores,
    databaseCores,
    startsPerMinute,
    processes: processesOn(count * cores),
    failover: null,
    ...changed,
  });
  const failover = { from: DISTURBED_FROM, until: DISTURBED_FROM + failoverSeconds };
  const unlimited = { arrivals: raised, startsPerMinute: Infinity };
  const lost: NamedScenario[] = [
    { name: 'machine less', disturbedUntil: WARM_UP, scenario: on(machines - 1, {}) },
    { name: 'both of these', disturbedUntil: burst.until, scenario: on(machines - 1, unlimited) },
  ];
  return [
    { name: 'peak', disturbedUntil: WARM_UP, scenario: on(machines, {}) },
    { name: 'burst', disturbedUntil: burst.until, scenario: on(machines, { arrivals: raised }) },
    { name: 'burst, no quota', disturbedUntil: burst.until, scenario: on(machines, unlimited) },
    ...(machines > 1 ? lost : []),
    { name: 'failover', disturbedUntil: failover.until, scenario: on(machines, { failover }) },
  ];
}

/** Processes of the API: half of the cores, because the workers’ pushes take about half of the time of a flow. */
function processesOn(cores: number): number {
  return Math.max(1, Math.floor(cores / 2));
}

function secondsToClear({ lateUntil }: Outcome, from: number, seconds: number): number | null {
  if (lateUntil === null) return 0;
  return lateUntil > seconds - 1 ? null : Math.max(0, lateUntil - from);
}

function onOneMachine(): OnOneMachine[] {
  return (['line', 'client'] as const).flatMap((by) =>
    (['page', 'window'] as const).map((startedIn) => ({
      by,
      startedIn,
      statements: statementsOnOneMachine(by, startedIn),
      flows: flowsOnOneMachine(by, startedIn),
    })),
  );
}
