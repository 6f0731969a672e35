import { Injectable } from '@nestjs/common';
import { TestAuthenticationStore, type Move, type TestView, type TypedCode } from './test-authentication.store.ts';
import { TestStateWatcher } from './test-state-watcher.ts';

/** Changes the states of test authentications: by callers, and by time. Every change of a state goes through here. */
@Injectable()
export class TestStates {
  constructor(
    private readonly store: TestAuthenticationStore,
    private readonly watcher: TestStateWatcher,
  ) {}

  /** Returns the ids of those that changed. */
  async change(moves: readonly Move[]): Promise<string[]> {
    if (moves.length === 0) return [];
    const changed = await this.store.change(moves);
    // By time, one is opened before that is written, and callers may have seen it.
    for (const { id, state } of changed) this.watcher.announce(id, state);
    return changed.map(({ id }) => id);
  }

  /** Counts and judges an attempt; undefined when no such authentication is open. */
  async attempt(typed: TypedCode): Promise<TestView | undefined> {
    const tried = await this.store.attempt(typed);
    if (tried?.state === 'verified' || tried?.state === 'failed') this.watcher.announce(tried.id);
    return tried;
  }

  /** Cancels every open one of a person at a relying party but the newest. */
  async supersede(clientId: string, personDigest: Buffer): Promise<void> {
    for (const id of await this.store.supersede(clientId, personDigest)) this.watcher.announce(id);
  }

  /** Writes the changes whose time has come. Returns true if more may remain. */
  async advance(): Promise<boolean> {
    const due = await this.store.due();
    // Another worker may write them at the same moment; then there is nothing left of this batch, and no hurry.
    return (await this.change(due)).length === due.length && due.length > 0;
  }
}
