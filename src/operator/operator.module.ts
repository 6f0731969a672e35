import { Module } from '@nestjs/common';
import { ChargesModule } from '../charges/charges.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { SubscriptionLifeModule } from '../life/life.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { Audit } from './audit.ts';
import { ChargesController } from './charges.controller.ts';
import { OperatorController } from './operator.controller.ts';
import { OperatorDesk } from './operator-desk.ts';

@Module({
  imports: [SubscriptionsModule, SubscriptionLifeModule, DevicesModule, HistoryModule, LinesModule, ChargesModule],
  controllers: [OperatorController, ChargesController],
  providers: [OperatorDesk, Audit],
})
export class OperatorModule {}
