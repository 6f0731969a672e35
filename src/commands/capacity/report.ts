import type { Needs } from './needs.ts';
import type { NamedOutcome, Simulated } from './scenarios.ts';
import type { Evenness } from './spread.ts';

/** A number as people read it, with two digits after the point where it is small. */
function formatted(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

/** The table of what an installation needs. */
export function needsTable(needs: Needs): string {
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

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
const milliseconds = (seconds: number) => (seconds * 1_000).toFixed(1);
const waits = ({ p50, p99 }: { p50: number; p99: number }) => `${milliseconds(p50)} / ${milliseconds(p99)}`;

/** The rows of the table of scenarios. */
const FIGURES: readonly [string, (outcome: NamedOutcome) => string][] = [
  ['authentications', ({ begun }) => formatted(begun)],
  ['in the worst second', ({ begunInWorstSecond }) => formatted(begunInWorstSecond)],
  ['service busy, worst minute', ({ service }) => percent(service.busy)],
  ['database busy, worst minute', ({ database }) => percent(database.busy)],
  ['wait for the service, p50 / p99 ms', ({ service }) => waits(service)],
  ['wait for the database, p50 / p99 ms', ({ database }) => waits(database)],
  ['open at most', ({ openAtMost }) => formatted(openAtMost)],
  ['starts over the quota (429)', ({ overQuota }) => formatted(overQuota)],
  ['requests answered 503', ({ unavailable }) => formatted(unavailable)],
  ['given up', ({ givenUp }) => formatted(givenUp)],
  ['ended', ({ ended }) => formatted(ended)],
  ['open at the end', ({ open }) => formatted(open)],
  ['seconds until the backlog is gone', ({ secondsToClear: s }) => (s === null ? 'not in time' : s.toFixed(0))],
];

/** The figures of a simulation: a table with a column a scenario, and how evenly keys spread. */
export function simulatedReport(simulated: Simulated): string {
  const { machines, cores, databaseCores, outcomes, seed } = simulated;
  const used = `${machines} machines of the service with ${cores} cores each, ${databaseCores} cores of PostgreSQL, seed ${seed}`;
  const header = row(
    '',
    outcomes.map(({ name }) => name),
  );
  const figures = FIGURES.map(([name, figure]) => row(name, outcomes.map(figure)));
  return [used, '', header, ...figures, '', ...spreadRows(simulated), ''].join('\n');
}

const NAMES = { line: 'line', client: 'relying party' } as const;

function spreadRows({ shards, spread: { peak, burst, onOneMachine } }: Simulated): string[] {
  const evenness = (by: string, of: keyof Evenness) => row(`by ${by}`, [peak[of].toFixed(1), burst[of].toFixed(1)]);
  const shares = onOneMachine.map(({ by, startedIn, statements, flows }) =>
    row(`by ${NAMES[by]}, from a ${startedIn}`, [percent(statements), percent(flows)]),
  );
  return [
    row('busiest shard / mean, worst second', ['peak', 'burst']),
    ...[evenness(NAMES.line, 'byLine'), evenness(NAMES.client, 'byClient')],
    row('shards', [String(shards), '']),
    '',
    row('on one machine', ['statements', 'authentications']),
    ...shares,
  ];
}

function row(name: string, figures: readonly string[]): string {
  return (name.padEnd(36) + figures.map((figure) => figure.padStart(17)).join('')).trimEnd();
}
