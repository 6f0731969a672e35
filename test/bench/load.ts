import { setTimeout as delay } from 'node:timers/promises';
import type { Flow, FlowTimes } from './flow.ts';
import type { Person } from './population.ts';

/** The result of a span of load. */
export interface Load {
  /** Flows that ended within the measured span. */
  flows: FlowTimes[];
  seconds: number;
  failed: Map<string, number>;
}

export interface Span {
  flow: Flow;
  /** The next person; no person has two flows at a time. */
  next: () => Person;
  warmSeconds: number;
  measuredSeconds: number;
  /** Called when the measured span begins and ends. */
  onMeasured?: (begins: boolean) => void;
}

/** Keeps a fixed number of flows running all the time. */
export async function closedLoop(span: Span, concurrency: number): Promise<Load> {
  const recording = new Recording(span);
  const lane = async (): Promise<void> => {
    while (!recording.ended) await recording.play();
  };
  await Promise.all([recording.run(), ...Array.from({ length: concurrency }, lane)]);
  return recording.load;
}

/** Concurrent flows at which the paced load fails instead of piling up more. */
const MAX_CONCURRENT = 1_000;

/** Starts a fixed number of flows a second, however long they take. */
export async function paced(span: Span, flowsPerSecond: number): Promise<Load> {
  const recording = new Recording(span);
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  const pace = async (): Promise<void> => {
    for (let count = 0; !recording.ended;) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * flowsPerSecond);
      for (; count < due; count += 1) {
        if (running.size >= MAX_CONCURRENT) {
          recording.fail(`more than ${MAX_CONCURRENT} flows under way`);
          continue;
        }
        const one: Promise<void> = recording.play().finally(() => running.delete(one));
        running.add(one);
      }
      await delay(1);
    }
  };
  await Promise.all([recording.run(), pace()]);
  await Promise.all(running);
  return recording.load;
}

class Recording {
  readonly load: Load = { flows: [], seconds: 0, failed: new Map() };
  ended = false;
  #measuring = false;

  constructor(private readonly span: Span) {}

  async run(): Promise<void> {
    await delay(this.span.warmSeconds * 1000);
    this.span.onMeasured?.(true);
    this.#measuring = true;
    const startedAt = performance.now();
    await delay(this.span.measuredSeconds * 1000);
    this.#measuring = false;
    this.load.seconds = (performance.now() - startedAt) / 1000;
    this.span.onMeasured?.(false);
    this.ended = true;
  }

  async play(): Promise<void> {
    try {
      const times = await this.span.flow(this.span.next());
      if (this.#measuring) this.load.flows.push(times);
    } catch (error) {
      this.fail((error as Error).message);
      // Waits, so that the load does not send a million requests to a candidate that refuses everything.
      await delay(20);
    }
  }

  fail(reason: string): void {
    this.load.failed.set(reason, (this.load.failed.get(reason) ?? 0) + 1);
  }
}
