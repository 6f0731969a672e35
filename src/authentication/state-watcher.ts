import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AuthenticationState } from '../domain/authentication.ts';
import { withinDeadline } from '../gateways/deadline.ts';
import { Loops } from '../process/loops.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { AuthenticationStore } from './authentication.store.ts';

interface Watcher {
  from: AuthenticationState;
  wake: () => void;
}

/** Milliseconds between two polls. A waiting window learns of a change by another process at most this much later. */
const POLL_MS = 200;
/** Milliseconds after which a poll that has not been answered is followed by the next one. */
const ANSWER_MS = 2_000;
/** The table whose states are watched. */
export interface WatchedStates {
  statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]>;
}

/**
 * Holds callers until an authentication leaves a state.
 * One query per poll serves all waiting callers of this process, whichever process made the change. Without a waiting
 * caller there is no query.
 * Notifications by PostgreSQL would arrive sooner, but they serialise all commits.
 */
@Injectable()
export class StateWatcher {
  /** The name of the loop, for liveness. */
  protected readonly loop: string = 'state watcher';
  private readonly warnings = new RareWarnings(new Logger(StateWatcher.name));
  private readonly watchers = new Map<string, Set<Watcher>>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    @Inject(AuthenticationStore) private readonly store: WatchedStates,
    private readonly loops: Loops,
  ) {}

  /** Resolves when the state is no longer `from`, after `seconds`, or when `gone` is aborted. */
  change(id: string, from: AuthenticationState, seconds: number, gone?: AbortSignal): Promise<void> {
    if (this.closed || gone?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const watchers = this.watchers.get(id) ?? new Set();
      const watcher: Watcher = {
        from,
        wake: () => {
          clearTimeout(timeout);
          gone?.removeEventListener('abort', watcher.wake);
          watchers.delete(watcher);
          if (watchers.size === 0) this.watchers.delete(id);
          resolve();
        },
      };
      const timeout = setTimeout(watcher.wake, seconds * 1000);
      gone?.addEventListener('abort', watcher.wake, { once: true });
      this.watchers.set(id, watchers.add(watcher));
      this.timer ??= setTimeout(() => void this.poll(), POLL_MS);
    });
  }

  /**
   * Wakes the callers that wait for this authentication. This process made the change, so they need not wait for the
   * next poll. A caller may have read the new state before: with `to`, the callers that saw it wait on. Only `opened` can be
   * seen and waited for; no caller waits from a final state.
   */
  announce(id: string, to?: AuthenticationState): void {
    for (const { from, wake } of [...(this.watchers.get(id) ?? [])]) if (from !== to) wake();
  }

  /** Wakes all waiting callers and holds none from now on, because the process ends. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const id of [...this.watchers.keys()]) this.announce(id);
  }

  private async poll(): Promise<void> {
    this.timer = undefined;
    this.loops.turned(this.loop);
    try {
      for (const { id, state } of await withinDeadline(this.store.statesOf([...this.watchers.keys()]), ANSWER_MS, [])) {
        for (const { from, wake } of [...(this.watchers.get(id) ?? [])]) if (state !== from) wake();
      }
    } catch (error) {
      this.warnings.warn('polling failed', (error as Error).message);
    }
    if (this.watchers.size > 0) this.timer ??= setTimeout(() => void this.poll(), POLL_MS);
    else this.loops.rested(this.loop);
  }
}
