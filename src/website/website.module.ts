import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { AssetsController } from './assets.controller.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { Assets } from './assets.ts';
import { HomeController } from './home.controller.ts';
import { IdentityController } from './identity.controller.ts';
import { MyController } from './my.controller.ts';
import { PageProblemFilter } from './page-problem.filter.ts';
import { Pages } from './pages.ts';
import { ReportController } from './report.controller.ts';
import { WindowPageController } from './window.controller.ts';

/** The pages that people see. */
@Module({
  imports: [AuthenticationModule, CustomersModule],
  controllers: [
    WindowPageController,
    HomeController,
    IdentityController,
    MyController,
    ReportController,
    AssetsController,
  ],
  providers: [Assets, Pages, PageProblemFilter],
  exports: [Assets],
})
export class WebsiteModule {}
