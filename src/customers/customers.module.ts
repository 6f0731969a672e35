import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConsentsModule } from '../consents/consents.module.ts';
import { LegalController } from './pages/legal.controller.ts';
import { CustomerSession } from './customer-session.entity.ts';
import { Report } from './report.entity.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { AuthenticatorsModule } from '../authenticators/authenticators.module.ts';
import { ChargesModule } from '../charges/charges.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Environment } from '../../config/environment.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { AlertsModule } from '../alerts/alerts.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { LossReportController } from './app.controller.ts';
import { CustomerSessionStore } from './customer-session.store.ts';
import { Customers } from './customers.ts';
import { Identity } from './identity.ts';
import { NewPhone } from './new-phone.ts';
import { LossBreaker } from './loss-breaker.ts';
import { MyData } from './my-data.ts';
import { MyDataStore } from './my-data.store.ts';
import { MyDataController } from './pages/my-data.controller.ts';
import { RetentionModule } from '../retention/retention.module.ts';
import { MyService } from './my-service.ts';
import { HomeController } from './pages/home.controller.ts';
import { IdentityController } from './pages/identity.controller.ts';
import { MyController } from './pages/my.controller.ts';
import { PageProblemFilter } from './pages/page-problem.filter.ts';
import { Pages } from './pages/pages.ts';
import { ReportController } from './pages/report.controller.ts';
import { ReissueApplication } from './reissue-application.entity.ts';
import { ReissueApplicationStore } from './reissue-application.store.ts';
import { ReissueApplications } from './reissue-applications.ts';
import { ReissueController } from './pages/reissue.controller.ts';
import { ReportStore } from './report.store.ts';
import { Reports } from './reports.ts';

/** The actions of subscribers on the website. The service itself verifies their identity, except for reports. */
@Module({
  imports: [
    TypeOrmModule.forFeature([CustomerSession, ReissueApplication, Report]),
    ConsentsModule,
    AuthenticationModule,
    AuthenticatorsModule,
    LifecycleModule,
    SubscriptionsModule,
    DevicesModule,
    HistoryModule,
    ChargesModule,
    LinesModule,
    AlertsModule,
    NoticesModule,
    RetentionModule,
    PagesModule,
  ],
  controllers: [
    LossReportController,
    HomeController,
    IdentityController,
    MyController,
    LegalController,
    MyDataController,
    ReissueController,
    ReportController,
  ],
  providers: [
    Customers,
    Identity,
    LossBreaker,
    MyData,
    MyDataStore,
    MyService,
    NewPhone,
    ReissueApplications,
    ReissueApplicationStore,
    Reports,
    CustomerSessionStore,
    ReportStore,
    Pages,
    PageProblemFilter,
  ],
  exports: [ConsentsModule, NewPhone, PageProblemFilter, Pages, ReissueApplications, Reports],
})
export class CustomersModule {
  constructor(
    tasks: RecurringTasks,
    customers: Customers,
    reports: Reports,
    applications: ReissueApplications,
    data: MyData,
    { HISTORY_DAYS }: Environment,
  ) {
    tasks.inEveryWorker(reports);
    tasks.inEveryWorker(applications);
    tasks.purge('reissue applications', () => applications.purge(HISTORY_DAYS));
    tasks.purge('customer sessions', () => customers.purgeSessions());
    tasks.purge('data reads', () => data.purge(HISTORY_DAYS));
    tasks.purge('reports', () => reports.purge(HISTORY_DAYS));
  }
}
