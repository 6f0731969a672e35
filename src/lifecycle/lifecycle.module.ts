import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { AlertsModule } from '../alerts/alerts.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SmsPermissionsModule } from '../sms-permissions/sms-permissions.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { AlertController } from './alert.controller.ts';
import { AnswerAlert } from './answer-alert.ts';
import { CodeTexts } from './code-texts.ts';
import { SubscriptionLifecycle } from './lifecycle.ts';

/** Changes of subscriptions with all their consequences. */
@Module({
  imports: [
    AuthenticationModule,
    DevicesModule,
    SubscriptionsModule,
    AlertsModule,
    LinesModule,
    NoticesModule,
    SmsPermissionsModule,
  ],
  controllers: [AlertController],
  providers: [SubscriptionLifecycle, AnswerAlert, CodeTexts],
  exports: [SubscriptionLifecycle, CodeTexts],
})
export class LifecycleModule {}
