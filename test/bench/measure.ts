import type { Candidate } from './candidates.ts';
import type { FlowTimes } from './flow.ts';
import { closedLoop, type Load, paced } from './load.ts';
import type { Plan } from './plan.ts';
import { processorTime, tellsProcessorTime } from './processor.ts';
import { median, progress } from './report.ts';
import type { Stage } from './stage.ts';

/** The results of all rounds of one candidate. */
export interface Measured {
  candidate: Candidate;
  flowsPerSecond: number[];
  flows: FlowTimes[];
  failed: number;
  /** Microseconds of processor time a flow, by process; one list entry a round. */
  processor: Record<Processes, number[]>;
  /** Transactions and bytes of WAL a flow; one list entry a round. */
  written: { transactions: number[]; wal: number[] };
  /** Statements in a group that shared a commit; one list entry a round, none where the candidate does not tell. */
  shared: number[];
  /** When each round began and ended to be measured: microseconds of the clock that a CPU profile goes by. */
  spans: (readonly [number, number])[];
}

export const PROCESSES = ['server', 'postgres', 'platforms', 'load'] as const;
type Processes = (typeof PROCESSES)[number];

/**
 * How much longer a candidate is under load before its first round: V8 compiles the code of a server for about half a
 * minute, on threads of its own.
 */
const FIRST_WARMTH = 4;

/** Measures the candidates in turn, round by round, so that other load on the machine affects all of them alike. */
export async function alternate(stage: Stage, plan: Plan, candidates: readonly Candidate[]): Promise<Measured[]> {
  const measured = candidates.map((candidate) => ({
    candidate,
    flowsPerSecond: [],
    flows: [],
    failed: 0,
    processor: { server: [], postgres: [], platforms: [], load: [] },
    written: { transactions: [], wal: [] },
    shared: [],
    spans: [],
  }));
  for (let round = 1; round <= plan.rounds; round += 1) {
    const warmSeconds = round === 1 ? FIRST_WARMTH * plan.warmSeconds : plan.warmSeconds;
    for (const one of measured)
      await measureRound(stage, { ...plan, warmSeconds }, one, `round ${round} of ${plan.rounds}`);
  }
  return measured;
}

async function measureRound(stage: Stage, plan: Plan, measured: Measured, round: string): Promise<void> {
  const { candidate } = measured;
  const { warmSeconds, measuredSeconds, concurrency } = plan;
  // A round pays for its own checkpoints, not for those of the round before.
  await stage.admin('CHECKPOINT');
  const meter = await Meter.of(stage, candidate.served.pid);
  const written: ReturnType<Stage['written']>[] = [];
  const shared: ReturnType<typeof sharedCommits>[] = [];
  const instants: number[] = [];
  const load = await closedLoop(
    {
      flow: await candidate.flow(),
      next: candidate.next,
      warmSeconds,
      measuredSeconds,
      onMeasured: () => {
        meter.read();
        written.push(stage.written());
        shared.push(sharedCommits(candidate));
        instants.push(Number(process.hrtime.bigint() / 1000n));
      },
    },
    concurrency,
  );
  stage.arrivals.clear();
  const perSecond = load.flows.length / load.seconds;
  measured.flowsPerSecond.push(perSecond);
  measured.flows.push(...load.flows);
  measured.failed += tellFailures(candidate.name, load);
  const used = meter.used();
  for (const one of PROCESSES) measured.processor[one].push(used[one] / Math.max(1, load.flows.length));
  const [from, to] = await Promise.all(written);
  for (const one of ['transactions', 'wal'] as const) {
    measured.written[one].push(
      ((to?.[one] ?? Number.NaN) - (from?.[one] ?? Number.NaN)) / Math.max(1, load.flows.length),
    );
  }
  const [begun, ended] = await Promise.all(shared);
  if (begun && ended) measured.shared.push((ended.statements - begun.statements) / (ended.groups - begun.groups));
  const [since = 0, until = 0] = instants;
  measured.spans.push([since, until]);
  const parts = PROCESSES.map((one) => `${one} ${Math.round(measured.processor[one].at(-1) ?? 0)}`).join(', ');
  progress(`${candidate.name}, ${round}: ${perSecond.toFixed(1)} flows/s; processor µs a flow: ${parts}`);
}

/**
 * Measures each candidate with one flow at a time: nothing waits for another flow, so that this is the time of the work
 * itself. They take turns, round by round.
 */
export async function oneAtATime(stage: Stage, plan: Plan, candidates: readonly Candidate[]): Promise<FlowTimes[][]> {
  const flows: FlowTimes[][] = candidates.map(() => []);
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const [place, candidate] of candidates.entries()) {
      const span = { flow: await candidate.flow(), next: candidate.next, warmSeconds: 1 };
      const load = await closedLoop({ ...span, measuredSeconds: plan.measuredSeconds }, 1);
      stage.arrivals.clear();
      tellFailures(candidate.name, load);
      flows[place]?.push(...load.flows);
    }
  }
  return flows;
}

/** Measures the service at a steady pace, in the state after its rounds. */
export async function atPace(
  stage: Stage,
  plan: Plan,
  candidate: Candidate,
  flowsPerSecond: number,
): Promise<{ flows: FlowTimes[]; failed: number }> {
  const { warmSeconds, measuredSeconds } = plan;
  const span = { flow: await candidate.flow(), next: candidate.next, warmSeconds, measuredSeconds };
  const load = await paced(span, flowsPerSecond);
  progress(`${candidate.name} at ${flowsPerSecond.toFixed(1)} flows/s: ${load.flows.length} flows measured`);
  return { flows: load.flows, failed: tellFailures(candidate.name, load) };
}

export function flowsPerSecondOf({ flowsPerSecond }: Measured): number {
  return median(flowsPerSecond);
}

function tellFailures(name: string, { failed }: Load): number {
  for (const [reason, count] of failed) progress(`${name}: ${count} flows failed: ${reason}`);
  return [...failed.values()].reduce((sum, count) => sum + count, 0);
}

/** How many groups of statements have shared a commit, and the statements in them; null where a candidate has no metrics. */
async function sharedCommits({ served }: Candidate): Promise<{ groups: number; statements: number } | null> {
  if (served.announcement === '') return null;
  const { management } = JSON.parse(served.announcement) as { management: string };
  const text = await (await fetch(`${management}/metrics`)).text();
  const count = (name: string) =>
    Number(new RegExp(`^pushguard_shared_${name}_total (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const counts = { groups: count('commits'), statements: count('statements') };
  return Number.isNaN(counts.groups) ? null : counts;
}

/** The processor time of every measured process, between two readings. */
class Meter {
  #readings: Record<Processes, number>[] = [];

  private constructor(private readonly pids: Record<Processes, number>) {}

  static async of(stage: Stage, server: number): Promise<Meter> {
    const postgres = await stage.postgresPid();
    return new Meter({ server, postgres, platforms: stage.platforms.pid ?? 0, load: process.pid });
  }

  read(): void {
    if (!tellsProcessorTime()) return;
    const { server, postgres, platforms } = this.pids;
    const { user, system } = process.cpuUsage();
    this.#readings.push({
      server: processorTime(server),
      postgres: processorTime(postgres),
      platforms: processorTime(platforms),
      // The run's own time without that of its children, which are measured separately.
      load: user + system,
    });
  }

  used(): Record<Processes, number> {
    const [begin, end] = this.#readings;
    const used = (one: Processes) => (begin && end ? end[one] - begin[one] : Number.NaN);
    return { server: used('server'), postgres: used('postgres'), platforms: used('platforms'), load: used('load') };
  }
}
