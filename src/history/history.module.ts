import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Disclosures } from './disclosures.ts';
import { History } from './history.ts';

/** The interval at which months are added ahead. */
const AHEAD_MS = 10_000;

/** Past authentications, and what relying parties were told besides; purges what is older than HISTORY_DAYS. */
@Module({ providers: [History, Disclosures], exports: [History, Disclosures] })
export class HistoryModule {
  constructor(tasks: RecurringTasks, disclosures: Disclosures, { HISTORY_DAYS }: Environment) {
    tasks.purge('disclosures', () => disclosures.purge(HISTORY_DAYS));
    tasks.oncePerCluster({ name: 'add months of disclosures', everyMs: AHEAD_MS, run: () => disclosures.addMonths() });
  }
}
