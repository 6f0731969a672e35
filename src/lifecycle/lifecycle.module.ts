import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SmsPermissionsModule } from '../sms-permissions/sms-permissions.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { SubscriptionLifecycle } from './lifecycle.ts';

/** Changes of subscriptions with all their consequences. */
@Module({
  imports: [AuthenticationModule, DevicesModule, SubscriptionsModule, LinesModule, NoticesModule, SmsPermissionsModule],
  providers: [SubscriptionLifecycle],
  exports: [SubscriptionLifecycle],
})
export class LifecycleModule {}
