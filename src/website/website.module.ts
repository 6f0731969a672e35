import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { OperatorModule } from '../operator/operator.module.ts';
import { AssetsController } from './assets.controller.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { Assets } from './assets.ts';
import { HomeController } from './site/home.controller.ts';
import { IdentityController } from './site/identity.controller.ts';
import { MyController } from './site/my.controller.ts';
import { PageProblemFilter } from './site/page-problem.filter.ts';
import { Pages } from './site/pages.ts';
import { ReportController } from './site/report.controller.ts';
import { DeskApprovalsController } from './desk/approvals.controller.ts';
import { DeskRecordsController } from './desk/records.controller.ts';
import { DeskReissuesController } from './desk/reissues.controller.ts';
import { DeskSignInController } from './desk/sign-in.controller.ts';
import { DeskSubscriptionController } from './desk/subscription.controller.ts';
import { DeskController } from './desk/desk.controller.ts';
import { WindowPageController } from './window/window.controller.ts';

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
