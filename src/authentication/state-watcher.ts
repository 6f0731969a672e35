import { Injectable, Logger } from '@nestjs/common';
import type { AuthenticationState } from '../domain/authentication.ts';
import { AuthenticationStore } from './authentication.store.ts';

interface Watcher {
  from: AuthenticationState;
  wake: () => void;
}

/** Milliseconds between two looks; a window that waits learns of a change on another process at most this much later. */
const LOOK_MS = 200;

/**
 * Holds callers until an authentication leaves a state. One query per poll serves all waiters of this process, also for
 * changes by other processes; without waiters there is no query. PostgreSQL's NOTIFY would be faster, but would make
 * every commit take turns.
 */
@Injectable()
export class StateWatcher {
  private readonly logger = new Logger(StateWatcher.name);
  private readonly watchers = new Map<string, Set<Watcher>>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly store: AuthenticationStore) {}

  /** Resolves when the state is no longer `from`, or after `seconds`. */
  change(id: string, from: AuthenticationState, seconds: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const watchers = this.watchers.get(id) ?? new Set();
      const watcher: Watcher = {
        from,
        wake: () => {
          clearTimeout(timeout);
          watchers.delete(watcher);
          if (watchers.size === 0) this.watchers.delete(id);
          resolve();
        },
      };
      const timeout = setTimeout(watcher.wake, seconds * 1000);
      this.watchers.set(id, watchers.add(watcher));
      this.timer ??= setTimeout(() => void this.poll(), LOOK_MS);
    });
  }

  /** This process made the change itself, so its waiters need not wait for the next poll. */
  changed(id: string): void {
    for (const { wake } of [...(this.watchers.get(id) ?? [])]) wake();
  }

  /** Releases all waiters and accepts no new ones, because the process stops. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const id of [...this.watchers.keys()]) this.changed(id);
  }

  private async poll(): Promise<void> {
    this.timer = undefined;
    try {
      for (const { id, state } of await this.store.statesOf([...this.watchers.keys()])) {
        for (const { from, wake } of [...(this.watchers.get(id) ?? [])]) if (state !== from) wake();
      }
    } catch (error) {
      this.logger.warn(`polling failed: ${(error as Error).message}`);
    }
    if (this.watchers.size > 0) this.timer ??= setTimeout(() => void this.poll(), LOOK_MS);
  }
}
