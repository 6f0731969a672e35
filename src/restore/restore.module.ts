import { Module } from '@nestjs/common';
import { LinesModule } from '../lines/lines.module.ts';
import { OperatorModule } from '../operator/operator.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { AfterRestore } from './after-restore.ts';
import { RestoreStore } from './restore.store.ts';

/** What has to be done before the service runs on a database that was restored. */
@Module({ imports: [LinesModule, OperatorModule, SubscriptionsModule], providers: [AfterRestore, RestoreStore] })
export class RestoreModule {}
