import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Notices } from './notices.ts';

/** Notices to subscribers; purges those older than two days. */
@Module({ providers: [Notices], exports: [Notices] })
export class NoticesModule {
  constructor(tasks: RecurringTasks, notices: Notices) {
    tasks.purge('notices', () => notices.purge());
  }
}
