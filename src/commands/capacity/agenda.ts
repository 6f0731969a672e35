/** A time that does not come. */
export const NEVER = Infinity;
/** Seconds after the present time from which a time is far. */
const FAR = 0.5;

/**
 * Flows by the time at which each goes on. A flow stands once at most. Most go on within milliseconds, the others when a person
 * has done something: kept apart, the near ones are few, and quick to sort.
 */
export class Agenda {
  private readonly near: Heap;
  private readonly far: Heap;
  private now = 0;

  constructor(most: number) {
    this.near = new Heap(most);
    this.far = new Heap(most);
  }

  /** The number of flows. */
  get length(): number {
    return this.near.size + this.far.size;
  }

  /** The earliest time; `NEVER` if nothing is left. */
  get earliest(): number {
    return this.first.earliest;
  }

  add(time: number, flow: number): void {
    (time > this.now + FAR ? this.far : this.near).add(time, flow);
  }

  /** Removes the flow of the earliest time and returns it. */
  next(): number {
    const { first } = this;
    this.now = first.earliest;
    return first.next();
  }

  private get first(): Heap {
    return this.near.earliest <= this.far.earliest ? this.near : this.far;
  }
}

/** A binary heap. */
class Heap {
  private readonly times: Float64Array;
  private readonly flows: Int32Array;
  size = 0;

  constructor(most: number) {
    this.times = new Float64Array(most);
    this.flows = new Int32Array(most);
  }

  get earliest(): number {
    return this.size > 0 ? (this.times[0] ?? NEVER) : NEVER;
  }

  add(time: number, flow: number): void {
    let at = this.size;
    this.size += 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((this.times[above] ?? 0) <= time) break;
      this.move(above, at);
      at = above;
    }
    this.put(at, time, flow);
  }

  next(): number {
    const next = this.flows[0] ?? 0;
    this.size -= 1;
    const time = this.times[this.size] ?? 0;
    const flow = this.flows[this.size] ?? 0;
    let at = 0;
    for (;;) {
      const below = this.earlierBelow(at);
      if (below >= this.size || (this.times[below] ?? 0) >= time) break;
      this.move(below, at);
      at = below;
    }
    this.put(at, time, flow);
    return next;
  }

  private earlierBelow(at: number): number {
    const left = 2 * at + 1;
    const right = left + 1;
    return right < this.size && (this.times[right] ?? 0) < (this.times[left] ?? 0) ? right : left;
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from] ?? 0, this.flows[from] ?? 0);
  }

  private put(at: number, time: number, flow: number): void {
    this.times[at] = time;
    this.flows[at] = flow;
  }
}
