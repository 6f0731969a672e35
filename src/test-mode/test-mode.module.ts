import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { TestAuthenticationStore } from './test-authentication.store.ts';
import { TestAuthentications } from './test-authentications.ts';
import { TestLog } from './test-log.ts';
import { TestLogStore } from './test-log.store.ts';
import { TestModeController } from './test-mode.controller.ts';
import { TestQuota } from './test-quota.ts';
import { TestStart } from './test-start.ts';
import { TestStates } from './test-states.ts';
import { TestStateWatcher } from './test-state-watcher.ts';
import { TestVerify } from './test-verify.ts';

/** Milliseconds between two rounds. Callers see a change at its time; this writes it. */
const ADVANCE_MS = 1_000;

/** Authentications of test persons, apart from everything that is live. */
@Module({
  controllers: [TestModeController],
  providers: [
    TestStart,
    TestVerify,
    TestAuthentications,
    TestStates,
    TestStateWatcher,
    TestQuota,
    TestAuthenticationStore,
    TestLog,
    TestLogStore,
  ],
  exports: [TestLog, TestStart, TestVerify, TestAuthentications, TestStateWatcher, TestQuota],
})
export class TestModeModule {
  constructor(tasks: RecurringTasks, states: TestStates, store: TestAuthenticationStore) {
    tasks.inEveryWorker({ name: 'advance test authentications', everyMs: ADVANCE_MS, run: () => states.advance() });
    tasks.purge('test authentications', () => store.purge());
  }
}
