import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { AuthenticatorController } from './app.controller.ts';
import { AuthenticatorStore } from './authenticator.store.ts';
import { Authenticators } from './authenticators.ts';
import { RegistrationController, SmartOtpController } from './institution.controller.ts';
import { NamedSubscribers } from './named-subscribers.ts';
import { RegistrationStore } from './registrations/registration.store.ts';
import { Registrations } from './registrations/registrations.ts';
import { SmartOtps } from './smart-otp/smart-otps.ts';

/** Milliseconds between two runs of the task that expires registrations; in every worker, because their institutions are told. */
const EXPIRE_MS = 1_000;

/**
 * Authenticators, by which phones generate codes themselves: their issuers, and the institutions that may ask for
 * codes.
 */
@Module({
  imports: [DevicesModule, SubscriptionsModule, LinesModule, NoticesModule, RelyingPartiesModule],
  controllers: [AuthenticatorController, RegistrationController, SmartOtpController],
  providers: [Authenticators, SmartOtps, Registrations, NamedSubscribers, AuthenticatorStore, RegistrationStore],
  exports: [Authenticators, Registrations],
})
export class AuthenticatorsModule {
  constructor(tasks: RecurringTasks, registrations: Registrations, { HISTORY_DAYS }: Environment) {
    tasks.inEveryWorker({ name: 'expire registrations', everyMs: EXPIRE_MS, run: () => registrations.expire() });
    tasks.purge('registrations', () => registrations.purge(HISTORY_DAYS));
  }
}
