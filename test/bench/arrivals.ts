import type { ChildProcess } from 'node:child_process';
import type { Arrival, PlatformsMessage } from './platforms.ts';

/** Milliseconds after which a push counts as lost. */
const LOST_MS = 10_000;

/** Passes each push that the platforms received to the phone that waits for it, or stores it until the phone asks. */
export class Arrivals {
  readonly #early = new Map<string, Arrival>();
  readonly #waiting = new Map<string, (arrival: Arrival) => void>();

  constructor(platforms: ChildProcess) {
    platforms.on('message', (message: PlatformsMessage) => {
      if ('arrivals' in message) for (const arrival of message.arrivals) this.#take(arrival);
    });
  }

  /** The push of a kind for an authentication. Rejects if it does not arrive. */
  wait(kind: 'wake' | 'code', id: string): Promise<Arrival> {
    const key = `${kind} ${id}`;
    const early = this.#early.get(key);
    if (early) {
      this.#early.delete(key);
      return Promise.resolve(early);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(key);
        reject(new Error(`no ${kind} push within ${LOST_MS / 1000} s`));
      }, LOST_MS);
      this.#waiting.set(key, (arrival) => {
        clearTimeout(timer);
        resolve(arrival);
      });
    });
  }

  /** Drops unclaimed pushes of flows that failed. */
  clear(): void {
    this.#early.clear();
  }

  #take(arrival: Arrival): void {
    const key = `${arrival.kind} ${arrival.id}`;
    const waiting = this.#waiting.get(key);
    if (!waiting) {
      this.#early.set(key, arrival);
      return;
    }
    this.#waiting.delete(key);
    waiting(arrival);
  }
}
