import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Alerts } from './alerts.ts';

/** Alerts to the phones of subscribers, which they can answer; purges old ones. */
@Module({ providers: [Alerts], exports: [Alerts] })
export class AlertsModule {
  constructor(tasks: RecurringTasks, alerts: Alerts, environment: Environment) {
    tasks.purge('alerts', () => alerts.purge(environment.HISTORY_DAYS));
  }
}
