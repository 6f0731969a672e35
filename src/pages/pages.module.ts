import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { OperatorModule } from '../operator/operator.module.ts';
import { AssetsController } from './assets.controller.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { Assets } from './assets.ts';
import { HomeController } from '../customers/pages/home.controller.ts';
import { IdentityController } from '../customers/pages/identity.controller.ts';
import { MyController } from '../customers/pages/my.controller.ts';
import { PageProblemFilter } from '../customers/pages/page-problem.filter.ts';
import { Pages } from '../customers/pages/pages.ts';
import { ReportController } from '../customers/pages/report.controller.ts';
import { DeskApprovalsController } from '../operator/pages/approvals.controller.ts';
import { DeskRecordsController } from '../operator/pages/records.controller.ts';
import { DeskReissuesController } from '../operator/pages/reissues.controller.ts';
import { DeskSignInController } from '../operator/pages/sign-in.controller.ts';
import { DeskSubscriptionController } from '../operator/pages/subscription.controller.ts';
import { DeskController } from '../operator/pages/desk.controller.ts';
import { WindowPageController } from '../windows/page/window-page.controller.ts';

/** The pages that people see. */
@Module({
  imports: [AuthenticationModule, CustomersModule, OperatorModule],
  controllers: [
    WindowPageController,
    HomeController,
    IdentityController,
    MyController,
    ReportController,
    DeskSignInController,
    DeskController,
    DeskSubscriptionController,
    DeskApprovalsController,
    DeskReissuesController,
    DeskRecordsController,
    AssetsController,
  ],
  providers: [Assets, Pages, PageProblemFilter],
  exports: [Assets],
})
export class WebsiteModule {}
