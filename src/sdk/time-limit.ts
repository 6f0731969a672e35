import { setTimeout as sleep } from 'node:timers/promises';
import { PushguardError } from './pushguard-error.ts';

/** A timer may fire this much before its time. */
const EARLY_MS = 5;

/** The longest time of a timer: a longer one would fire at once. About 24 days. */
export const LONGEST_MS = 2 ** 31 - 1;

/** The time that one call may take with all its repetitions, and the caller's own signal. */
export class TimeLimit {
  private readonly endsAt: number;

  /** Rejects milliseconds that are no number with `invalid_request`; a time of more than 24 days ends after these. */
  constructor(
    ms: number,
    private readonly caller: AbortSignal | undefined,
  ) {
    if (!isDuration(ms)) throw new PushguardError('invalid_request', 'deadlineMs must be a number of milliseconds.');
    this.endsAt = performance.now() + Math.min(ms, LONGEST_MS - EARLY_MS);
  }

  get leftMs(): number {
    return Math.max(0, this.endsAt - performance.now() - EARLY_MS);
  }

  /**
   * Waits for work, at most `ms`, and hands it the signal that ends it. Rejects with `timeout` or `aborted` when this limit
   * ended it, and with the work's own error otherwise.
   */
  async run<Value>(work: (signal: AbortSignal) => Promise<Value>, ms = Infinity): Promise<Value> {
    this.assertRuns();
    const controller = new AbortController();
    const stop = () => controller.abort();
    const timer = setTimeout(stop, Math.min(ms, this.leftMs + EARLY_MS));
    this.caller?.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([work(controller.signal), abortOf(controller.signal)]);
    } catch (cause) {
      this.assertRuns(cause);
      throw cause;
    } finally {
      clearTimeout(timer);
      this.caller?.removeEventListener('abort', stop);
    }
  }

  async sleep(ms: number): Promise<void> {
    await this.run((signal) => sleep(ms, undefined, { signal }));
  }

  private assertRuns(cause?: unknown): void {
    if (this.caller?.aborted) {
      throw new PushguardError('aborted', 'The signal of the caller ended the call.', { cause: this.caller.reason });
    }
    if (this.leftMs <= 0) throw new PushguardError('timeout', 'The call did not end before its deadline.', { cause });
  }
}

/** Whether this is a time in milliseconds; `Infinity` is one. */
export function isDuration(ms: unknown): ms is number {
  return typeof ms === 'number' && !Number.isNaN(ms);
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
