import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { SmsPermissionController } from './sms-permission.controller.ts';
import { SmsPermissionStore } from './sms-permission.store.ts';
import { SmsPermissions } from './sms-permissions.ts';

/** Permissions of SMS for one relying party for some minutes, given by the subscriber in the app. */
@Module({
  imports: [AuthenticationModule, DevicesModule],
  controllers: [SmsPermissionController],
  providers: [SmsPermissions, SmsPermissionStore],
  exports: [SmsPermissions],
})
export class SmsPermissionsModule {
  constructor(tasks: RecurringTasks, permissions: SmsPermissions, { HISTORY_DAYS }: Environment) {
    tasks.purge('SMS permissions', () => permissions.purge(HISTORY_DAYS));
  }
}
