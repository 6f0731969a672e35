import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { AlertsModule } from '../alerts/alerts.module.ts';
import { ConsentsModule } from '../consents/consents.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { DeviceController } from './app.controller.ts';
import { AlertDeviceGuard, DeviceGuard, SignatureGuard } from './device.guard.ts';
import { DeviceProofs } from './device-proofs.ts';
import { DeviceSecrets } from './device-secrets.ts';
import { DeviceStore } from './device.store.ts';
import { Devices } from './devices.ts';
import { Enrol } from './enrol.ts';
import { HistoryController } from './history.controller.ts';
import { OfferedEnrolments } from './offered-enrolment.ts';
import { PinCheck } from './pin/pin-check.ts';
import { PinCheckStore } from './pin/pin-check.store.ts';
import { PinLife } from './pin/pin-life.ts';
import { PushAddresses } from './push-addresses.ts';

@Module({
  imports: [ConsentsModule, LinesModule, SubscriptionsModule, HistoryModule, NoticesModule, AlertsModule],
  controllers: [DeviceController, HistoryController],
  providers: [
    DeviceStore,
    DeviceSecrets,
    DeviceProofs,
    DeviceGuard,
    SignatureGuard,
    AlertDeviceGuard,
    Enrol,
    OfferedEnrolments,
    Devices,
    PinCheck,
    PinCheckStore,
    PinLife,
    PushAddresses,
  ],
  exports: [Devices, DeviceGuard, SignatureGuard, AlertDeviceGuard, DeviceProofs, PinCheck],
})
export class DevicesModule {
  constructor(tasks: RecurringTasks, devices: Devices) {
    tasks.purge('revoked devices', () => devices.clearRevoked());
    tasks.purge('device proofs', () => devices.purgeProofs());
  }
}
