import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { AssetsController } from './assets.controller.ts';
import { Assets } from './assets.ts';
import { WindowPageController } from './window.controller.ts';

/** The pages that people see. */
@Module({
  imports: [AuthenticationModule],
  controllers: [WindowPageController, AssetsController],
  providers: [Assets],
  exports: [Assets],
})
export class WebsiteModule {}
