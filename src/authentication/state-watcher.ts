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
 * Holds callers until an authentication leaves a state. One query a look serves all that wait in this process,
 * whichever process made the change; without anybody waiting there is none. Notifications by PostgreSQL would be told
 * sooner, and would make every commit take turns.
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

  /** This process itself changed it: nobody here needs to wait for the next look. */
  changed(id: string): void {
    for (const { wake } of [...(this.watchers.get(id) ?? [])]) wake();
  }

  /** Lets everybody go, and holds nobody from now on: the process ends. */
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
