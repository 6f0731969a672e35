import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { AuthenticationStore, type CancelScope } from './authentication.store.ts';
import { StateWatcher } from './state-watcher.ts';

/** Cancels open authentications whose subscription or line is no longer valid. */
@Injectable()
export class PendingAuthentications {
  constructor(
    private readonly store: AuthenticationStore,
    private readonly watcher: StateWatcher,
  ) {}

  /** Cancels them in the session's transaction and returns their ids, for `wakeWaiters` after the commit. */
  async cancel(session: Session, scope: CancelScope): Promise<string[]> {
    return this.store.cancelPending(session, scope);
  }

  /** Wakes the callers that wait for these authentications. */
  wakeWaiters(ids: readonly string[]): void {
    for (const id of ids) this.watcher.changed(id);
  }
}
