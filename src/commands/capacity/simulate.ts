import { WAIT_MS } from '../../database/shared-commits.ts';
import { LIFETIME_SECONDS } from '../../domain/authentication.ts';
import { Agenda, NEVER } from './agenda.ts';
import { CLIENTS, type Arrivals } from './arrivals.ts';
import { STEPS, type Step } from './flow.ts';
import type { Random } from './random.ts';
import { Station, Times } from './station.ts';

const { floor, max, min } = Math;

/** Seconds at the beginning that fill the stations, and are not measured. */
export const WARM_UP = 60;
/** Seconds that a request waits for the database before it is answered 503 (`src/database/shared-commits.ts`). */
const PATIENCE = WAIT_MS / 1_000;
/** `Retry-After` of that answer, in seconds (`src/http/problem.filter.ts`). */
const RETRY_AFTER = 1;
/** Seconds of waiting from which a station has a backlog. */
const LATE = 1;
/** Each step has two stages: at the service, then at the database. */
const STAGES = STEPS.length * 2;

/** What happens, and with which machines. Times are seconds from the beginning. */
export interface Scenario {
  arrivals: Arrivals;
  seconds: number;
  serviceCores: number;
  databaseCores: number;
  /** Starts of one relying party that one process of the API answers a minute of the clock, and the processes. */
  startsPerMinute: number;
  processes: number;
  /** A time in which the database answers nothing. */
  failover: { from: number; until: number } | null;
}

/** What a station had to do after the warm-up. */
export interface Load {
  /** The busy share of its cores in the busiest minute, from 0 to 1. */
  busy: number;
  /** Seconds that half of the requests waited at most, and 99 of 100. Waits of answers 503 are not among them. */
  p50: number;
  p99: number;
}

export interface Outcome {
  /** Authentications that began. Each is one of the four kinds that follow. */
  begun: number;
  ended: number;
  /** Refused 429 by the quota of the relying party. */
  overQuota: number;
  /** Repeated after answers 503 until their time was over. */
  givenUp: number;
  /** Still open at the end. */
  open: number;
  openAtMost: number;
  begunInWorstSecond: number;
  service: Load;
  database: Load;
  /** Requests that were answered 503. */
  unavailable: number;
  /** When a request last waited for more than a second or was answered 503; null if none was. */
  lateUntil: number | null;
}

/** Plays a scenario. The same scenario and random numbers have the same outcome. */
export function simulate(scenario: Scenario, random: Random): Outcome {
  return new Simulation(scenario, random).play();
}

class Simulation {
  private readonly agenda: Agenda;
  private readonly quota: Quota;
  private readonly service: Measured;
  private readonly database: Measured;
  /** The stage at which each authentication goes on; `STAGES` after the last. */
  private readonly stages: Uint8Array;
  private readonly counts = { begun: 0, ended: 0, overQuota: 0, givenUp: 0, unavailable: 0 };
  private openAtMost = 0;
  private lateUntil: number | null = null;

  constructor(
    private readonly scenario: Scenario,
    private readonly random: Random,
  ) {
    const { arrivals, seconds, serviceCores, databaseCores, failover } = scenario;
    this.agenda = new Agenda(arrivals.at.length);
    this.stages = new Uint8Array(arrivals.at.length);
    this.quota = new Quota(scenario);
    this.service = new Measured(new Station(serviceCores), serviceCores, seconds);
    this.database = new Measured(new Station(databaseCores, failover), databaseCores, seconds);
  }

  play(): Outcome {
    const { arrivals, seconds } = this.scenario;
    for (;;) {
      const arrival = arrivals.at[this.counts.begun] ?? NEVER;
      const { earliest } = this.agenda;
      if (arrival > seconds && earliest > seconds) return this.outcome();
      if (arrival <= earliest) this.begin(arrival);
      else this.goOn(this.agenda.next(), earliest);
    }
  }

  /** Those of which none of the other kinds is true. */
  private get open(): number {
    const { begun, ended, overQuota, givenUp } = this.counts;
    return begun - ended - overQuota - givenUp;
  }

  private begin(time: number): void {
    const flow = this.counts.begun;
    this.counts.begun += 1;
    this.openAtMost = max(this.openAtMost, this.open);
    this.goOn(flow, time);
  }

  private goOn(flow: number, time: number): void {
    const stage = this.stages[flow] ?? STAGES;
    const step = STEPS[stage >> 1];
    if (!step) this.counts.ended += 1;
    else if (stage % 2 === 0) this.askService(flow, step, time);
    else this.askDatabase(flow, step, time);
  }

  private askService(flow: number, step: Step, time: number): void {
    const work = step.service * this.workOf(flow);
    const begin = this.measure(this.service, time, work);
    if (this.stages[flow] === 0 && !this.quota.allows(flow, time)) this.counts.overQuota += 1;
    else this.advance(flow, begin + work);
  }

  private askDatabase(flow: number, step: Step, time: number): void {
    const work = step.database * this.workOf(flow);
    const begin = this.measure(this.database, time, work, PATIENCE);
    if (begin === NEVER) this.repeat(flow, time + PATIENCE);
    else this.advance(flow, begin + work + this.pauseAfter(flow));
  }

  /** The work of this stage as a multiple of the mean. */
  private workOf(flow: number): number {
    return this.random.exponentialAt(flow * STAGES + this.stageOf(flow));
  }

  /** What the person does before the next step, in seconds. */
  private pauseAfter(flow: number): number {
    const next = STEPS[(this.stageOf(flow) + 1) >> 1];
    return next && next.after > 0 ? next.after * this.random.exponentialAt(-1 - flow * STAGES - this.stageOf(flow)) : 0;
  }

  private stageOf(flow: number): number {
    return this.stages[flow] ?? 0;
  }

  private advance(flow: number, time: number): void {
    this.stages[flow] = this.stageOf(flow) + 1;
    this.agenda.add(time, flow);
  }

  /** After an answer 503 the caller sends the same request again, until the authentication is too old. */
  private repeat(flow: number, refusedAt: number): void {
    this.counts.unavailable += 1;
    const again = refusedAt + RETRY_AFTER;
    if (again > (this.scenario.arrivals.at[flow] ?? 0) + LIFETIME_SECONDS) {
      this.counts.givenUp += 1;
      return;
    }
    this.stages[flow] = this.stageOf(flow) - 1;
    this.agenda.add(again, flow);
  }

  private measure(at: Measured, time: number, work: number, patience = NEVER): number {
    const begin = at.take(time, work, patience);
    if (begin - time > LATE) this.lateUntil = max(this.lateUntil ?? 0, min(begin, time + patience));
    return begin;
  }

  private outcome(): Outcome {
    const { openAtMost, lateUntil } = this;
    const begunInWorstSecond = max(...countsBySecond(this.scenario.arrivals, this.counts.begun));
    const loads = { service: this.service.load(), database: this.database.load() };
    return { ...this.counts, open: this.agenda.length, openAtMost, begunInWorstSecond, ...loads, lateUntil };
  }
}

/** How many of the first `count` arrivals each second has. */
export function countsBySecond({ at }: Arrivals, count: number): Int32Array {
  const counts = new Int32Array(floor(at[count - 1] ?? 0) + 1);
  for (let flow = 0; flow < count; flow += 1) {
    const second = floor(at[flow] ?? 0);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

/** Counts as `RelyingParties.spendQuota` does: each process its own, a minute of the clock. A balancer takes turns. */
class Quota {
  private readonly spent: Int32Array;
  private minute = 0;

  constructor(private readonly scenario: Pick<Scenario, 'arrivals' | 'processes' | 'startsPerMinute'>) {
    this.spent = new Int32Array(CLIENTS * scenario.processes);
  }

  /** Call it in the order of time. */
  allows(flow: number, time: number): boolean {
    const { arrivals, processes, startsPerMinute } = this.scenario;
    const minute = floor(time / 60);
    if (minute !== this.minute) this.spent.fill(0);
    this.minute = minute;
    const place = (arrivals.client[flow] ?? 0) * processes + (flow % processes);
    if ((this.spent[place] ?? 0) >= startsPerMinute) return false;
    this.spent[place] = (this.spent[place] ?? 0) + 1;
    return true;
  }
}

/** A station with what is measured of it. */
class Measured {
  private readonly waits = new Times();
  /** Seconds of work that began in each second. */
  private readonly work: Float64Array;

  constructor(
    private readonly station: Station,
    private readonly cores: number,
    seconds: number,
  ) {
    this.work = new Float64Array(Math.ceil(seconds) + 1);
  }

  take(time: number, work: number, patience: number): number {
    const begin = this.station.take(time, work, patience);
    if (begin === NEVER) return begin;
    if (time >= WARM_UP) this.waits.add(begin - time);
    const second = floor(begin);
    if (second < this.work.length) this.work[second] = (this.work[second] ?? 0) + work;
    return begin;
  }

  load(): Load {
    return { busy: this.busiestMinute(), p50: this.waits.quantile(0.5), p99: this.waits.quantile(0.99) };
  }

  private busiestMinute(): number {
    let most = 0;
    for (let from = WARM_UP; from + 60 < this.work.length; from += 1) {
      most = max(
        most,
        this.work.subarray(from, from + 60).reduce((sum, work) => sum + work, 0),
      );
    }
    return most / 60 / this.cores;
  }
}
