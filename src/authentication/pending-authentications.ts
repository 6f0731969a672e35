import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { AuthenticationStore, type Cancelled, type CancelScope } from './authentication.store.ts';
import { Funnel } from './funnel.ts';
import { StateWatcher } from './state-watcher.ts';

export type { Cancelled };

/** Ends open authentications whose subscription or line is no longer valid, and those whose time is over. */
@Injectable()
export class PendingAuthentications {
  constructor(
    private readonly store: AuthenticationStore,
    private readonly watcher: StateWatcher,
    private readonly funnel: Funnel,
  ) {}

  /** Cancels them in the session's transaction and returns them, for `committed` after the commit. */
  async cancel(session: Session, scope: CancelScope): Promise<Cancelled[]> {
    return this.store.cancelPending(session, scope);
  }

  /** Wakes the callers that wait for these authentications, and counts them. */
  committed(cancelled: readonly Cancelled[]): void {
    for (const { id, channel } of cancelled) {
      this.watcher.announce(id);
      this.funnel.count('cancelled', channel);
    }
  }

  /** Closes a batch of those whose time is over. Returns true if more may remain. */
  async expire(): Promise<boolean> {
    const { expired, mayRemain } = await this.store.expire();
    for (const { channel, count } of expired) this.funnel.count('expired', channel, count);
    return mayRemain;
  }
}
