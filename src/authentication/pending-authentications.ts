import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { AuthenticationStore, type Pending } from './authentication.store.ts';
import { Watch } from './state-watcher.ts';

/** Ends what is open when the ground has gone from under it. */
@Injectable()
export class ClosePending {
  constructor(
    private readonly store: AuthenticationStore,
    private readonly watch: Watch,
  ) {}

  /** Cancels with the session's transaction; answers which ones, to be told after the commit. */
  async of(session: Session, pending: Pending): Promise<string[]> {
    return this.store.closePending(session, pending);
  }

  /** Tells whoever waits for these. */
  tell(ids: readonly string[]): void {
    for (const id of ids) this.watch.changed(id);
  }
}
