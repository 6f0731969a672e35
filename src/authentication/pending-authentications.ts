import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { AuthenticationStore, type CancelScope } from './authentication.store.ts';
import { StateWatcher } from './state-watcher.ts';

/** Ends what is open when the ground has gone from under it. */
@Injectable()
export class PendingAuthentications {
  constructor(
    private readonly store: AuthenticationStore,
    private readonly watcher: StateWatcher,
  ) {}

  /** Cancels with the session's transaction; answers which ones, to be told after the commit. */
  async cancel(session: Session, pending: CancelScope): Promise<string[]> {
    return this.store.cancelPending(session, pending);
  }

  /** Wakes the callers that wait for these authentications. */
  wakeWaiters(ids: readonly string[]): void {
    for (const id of ids) this.watcher.changed(id);
  }
}
