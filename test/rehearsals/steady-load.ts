import { setTimeout as delay } from 'node:timers/promises';
import type { Flow, FlowTimes } from '../bench/flow.ts';
import type { Person } from '../bench/population.ts';

/** What was played while one step of a rehearsal lasted. A flow counts for the step in which it began. */
export interface StepLoad {
  name: string;
  seconds: number;
  flows: FlowTimes[];
  failures: string[];
}

/** Starts flows at a steady pace, whatever becomes of those before, and keeps their outcome by step. */
export class SteadyLoad {
  readonly steps: StepLoad[] = [];
  readonly #running = new Set<Promise<void>>();
  #step: { load: StepLoad; startedAt: number } | undefined;
  #ended = false;
  readonly #pacing: Promise<void>;

  /** `next` never returns a person whose flow is under way. */
  constructor(
    private readonly flow: Flow,
    private readonly next: () => Person,
    private readonly flowsPerSecond: number,
  ) {
    this.#pacing = this.#pace();
  }

  /** From now on flows count for this step. */
  begin(name: string): void {
    this.#finish();
    const load: StepLoad = { name, seconds: 0, flows: [], failures: [] };
    this.steps.push(load);
    this.#step = { load, startedAt: performance.now() };
  }

  /** Starts no further flow, and resolves when all have ended. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#pacing;
    await Promise.all(this.#running);
    this.#finish();
  }

  #finish(): void {
    if (this.#step) this.#step.load.seconds = (performance.now() - this.#step.startedAt) / 1_000;
  }

  async #pace(): Promise<void> {
    const startedAt = performance.now();
    for (let count = 0; !this.#ended;) {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * this.flowsPerSecond);
      for (; count < due; count += 1) this.#play();
      await delay(1_000 / this.flowsPerSecond / 2);
    }
  }

  #play(): void {
    const load = this.#step?.load;
    if (!load) return;
    const one: Promise<void> = this.flow(this.next())
      .then(
        (times) => void load.flows.push(times),
        (error: unknown) => void load.failures.push((error as Error).message),
      )
      .finally(() => this.#running.delete(one));
    this.#running.add(one);
  }
}
