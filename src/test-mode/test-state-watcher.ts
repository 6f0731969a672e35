import { Inject, Injectable } from '@nestjs/common';
import { StateWatcher, type WatchedStates } from '../authentication/state-watcher.ts';
import { Loops } from '../process/loops.ts';
import { TestAuthenticationStore } from './test-authentication.store.ts';

/** Holds callers until a test authentication leaves a state. */
@Injectable()
export class TestStateWatcher extends StateWatcher {
  protected override readonly loop = 'state watcher of test mode';

  // The decorator of the class above names another table for this parameter, and would be inherited.
  constructor(@Inject(TestAuthenticationStore) store: WatchedStates, loops: Loops) {
    super(store, loops);
  }
}
