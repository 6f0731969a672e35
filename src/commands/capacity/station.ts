import { NEVER } from './agenda.ts';

const { ceil, log } = Math;

/** Cores with one queue, first come, first served: a request goes to the core that is free first. Times are in seconds. */
export class Station {
  private readonly freeAt: Float64Array;

  /** `closed` is a time in which no core begins anything, such as a failover. */
  constructor(
    cores: number,
    private readonly closed: { from: number; until: number } | null = null,
  ) {
    this.freeAt = new Float64Array(cores);
  }

  /**
   * Takes work that arrives `at`, and returns when it begins. Returns `NEVER` for work that would wait longer than
   * `patience`, which is not taken. Call it in the order of arrival.
   */
  take(at: number, work: number, patience = NEVER): number {
    const core = this.firstFree();
    const free = this.freeAt[core] ?? 0;
    const begin = this.outsideOfClosed(free > at ? free : at);
    if (begin - at > patience) return NEVER;
    this.freeAt[core] = begin + work;
    return begin;
  }

  private outsideOfClosed(begin: number): number {
    const { closed } = this;
    return closed && begin >= closed.from && begin < closed.until ? closed.until : begin;
  }

  private firstFree(): number {
    let first = 0;
    for (let core = 1; core < this.freeAt.length; core += 1) {
      if ((this.freeAt[core] ?? 0) < (this.freeAt[first] ?? 0)) first = core;
    }
    return first;
  }
}

/** The shortest time that is told from none, in seconds. */
const SHORTEST = 1e-6;
/** Each bucket is wider than the one before by this factor, which bounds the error of a quantile. */
const WIDER = 1.02;
const LOG_WIDER = log(WIDER);

/** Counts of times, from which quantiles are read: at most 2 % above the exact ones. */
export class Times {
  private readonly counts: number[] = [];
  private total = 0;

  add(seconds: number): void {
    const bucket = seconds <= SHORTEST ? 0 : ceil(log(seconds / SHORTEST) / LOG_WIDER);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total += 1;
  }

  /** The time, in seconds, that `share` (0 to 1) of those counted do not exceed; 0 without any. */
  quantile(share: number): number {
    let counted = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      counted += this.counts[bucket] ?? 0;
      if (counted >= share * this.total) return bucket === 0 ? 0 : SHORTEST * WIDER ** bucket;
    }
    return 0;
  }
}
