import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Reissue } from './reissue.entity.ts';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { ChangedSubjectStore } from './changed-subject.store.ts';
import { ChangedSubjects } from './changed-subjects.ts';
import { ReissueStore } from './reissue.store.ts';
import { Reissues } from './reissues.ts';
import { SubscriptionStore } from './subscription.store.ts';
import { Subscriptions } from './subscriptions.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Reissue]), LinesModule, NoticesModule],
  providers: [SubscriptionStore, Subscriptions, ReissueStore, Reissues, ChangedSubjectStore, ChangedSubjects],
  exports: [Subscriptions, Reissues, ChangedSubjects],
})
export class SubscriptionsModule {
  constructor(tasks: RecurringTasks, subscriptions: Subscriptions, reissues: Reissues, { HISTORY_DAYS }: Environment) {
    tasks.purge('codes of decoys', () => subscriptions.purgeDecoys());
    tasks.purge('reissues', () => reissues.purge(HISTORY_DAYS));
  }
}
