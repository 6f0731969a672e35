import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Erasure } from './erasure.ts';
import { ErasureStore } from './erasure.store.ts';
import { RetentionStore } from './retention.store.ts';

/** Ends what is kept about former subscribers. */
@Module({ providers: [Erasure, ErasureStore, RetentionStore], exports: [Erasure] })
export class RetentionModule {
  constructor(tasks: RecurringTasks, store: RetentionStore, { PERSONAL_DATA_DAYS }: Environment) {
    tasks.purge('personal data', () => store.erase(PERSONAL_DATA_DAYS));
  }
}
