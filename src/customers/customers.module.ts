import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { AuthenticatorsModule } from '../authenticators/authenticators.module.ts';
import { ChargesModule } from '../charges/charges.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { SubscriptionLifeModule } from '../lifecycle/lifecycle.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { LossReportController } from './app.controller.ts';
import { CustomerSessionStore } from './customer-session.store.ts';
import { Customers } from './customers.ts';
import { MyService } from './my-service.ts';
import { ReportStore } from './report.store.ts';
import { Reports } from './reports.ts';

/** What subscribers do by themselves, verified by the service itself or not at all. */
@Module({
  imports: [
    AuthenticationModule,
    AuthenticatorsModule,
    SubscriptionLifeModule,
    SubscriptionsModule,
    DevicesModule,
    HistoryModule,
    ChargesModule,
    LinesModule,
    NoticesModule,
  ],
  controllers: [LossReportController],
  providers: [Customers, MyService, Reports, CustomerSessionStore, ReportStore],
  exports: [Customers, MyService, Reports],
})
export class CustomersModule {}
