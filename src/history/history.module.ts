import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { History } from './history.ts';

/** Past authentications; purges those older than HISTORY_DAYS. */
@Module({ providers: [History], exports: [History] })
export class HistoryModule {
  constructor(tasks: RecurringTasks, history: History, { HISTORY_DAYS }: Environment) {
    tasks.purge('authentications', () => history.purge(HISTORY_DAYS));
  }
}
