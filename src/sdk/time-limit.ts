import { setTimeout as sleep } from 'node:timers/promises';
import { PushguardError } from './pushguard-error.ts';

/** A timer may fire this much before its time. */
const EARLY_MS = 5;

/** The time that one call may take with all its repetitions, and the caller's own signal. */
export class TimeLimit {
  private readonly endsAt: number;

  constructor(
    ms: number,
    private readonly caller: AbortSignal | undefined,
  ) {
    this.endsAt = performance.now() + ms;
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

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
