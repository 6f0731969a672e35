import { Module } from '@nestjs/common';
import { AuthenticatorsModule } from '../authenticators/authenticators.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { AppController } from './app.controller.ts';
import { AuthenticationStore } from './authentication.store.ts';
import { ClosePending } from './pending-authentications.ts';
import { Deliver } from '../delivery/deliver.ts';
import { DeliveryStore } from '../delivery/delivery.store.ts';
import { Follow } from './status.ts';
import { Open } from './open.ts';
import { OpenStore } from './open.store.ts';
import { PhoneCode } from './phone-code.ts';
import { PhoneCodeStore } from './phone-code.store.ts';
import { RelyingPartyController } from './relying-party.controller.ts';
import { SmsPermissionController } from '../sms-permissions/sms-permission.controller.ts';
import { SmsPermissionStore } from '../sms-permissions/sms-permission.store.ts';
import { SmsPermissions } from '../sms-permissions/sms-permissions.ts';
import { Start } from './start.ts';
import { StartStore } from './start.store.ts';
import { Sweep } from '../delivery/delivery-sweeper.ts';
import { Verify } from './verify.ts';
import { Watch } from './state-watcher.ts';
import { WindowController } from '../windows/window.controller.ts';
import { WindowStore } from '../windows/window.store.ts';
import { Windows } from '../windows/windows.ts';

/** One authentication, in reading order: start, deliver, open, verify. */
@Module({
  imports: [AuthenticatorsModule, DevicesModule, LinesModule, RelyingPartiesModule, NoticesModule],
  controllers: [RelyingPartyController, AppController, SmsPermissionController, WindowController],
  providers: [
    Start,
    Deliver,
    Open,
    Verify,
    PhoneCode,
    Follow,
    Watch,
    ClosePending,
    SmsPermissions,
    Windows,
    Sweep,
    AuthenticationStore,
    StartStore,
    OpenStore,
    DeliveryStore,
    SmsPermissionStore,
    WindowStore,
    PhoneCodeStore,
  ],
  exports: [Start, Verify, Follow, Windows, Watch, Deliver, Sweep, ClosePending, SmsPermissions],
})
export class AuthenticationModule {}
