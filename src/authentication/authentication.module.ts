import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { AuthenticatorsModule } from '../authenticators/authenticators.module.ts';
import { Registrations } from '../authenticators/registrations/registrations.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { TestModeModule } from '../test-mode/test-mode.module.ts';
import { AppController } from './app.controller.ts';
import { AuthenticationStore } from './authentication.store.ts';
import { ClientLog } from './client-log.ts';
import { SubscriptionLog } from './subscription-log.ts';
import { ClientLogStore } from './client-log.store.ts';
import { PastAuthentications } from './past-authentications.ts';
import { PendingAuthentications } from './pending-authentications.ts';
import { AuthenticationStatus } from './status.ts';
import { NotMe } from './not-me.ts';
import { NotMeController } from './not-me.controller.ts';
import { Funnel } from './funnel.ts';
import { QuietKeys } from './quiet-keys.ts';
import { Open } from './open.ts';
import { OpenStore } from './open.store.ts';
import { PhoneCode } from './phone-code.ts';
import { PhoneCodeStore } from './phone-code.store.ts';
import { RecentOtpStarts } from './recent-otp-starts.ts';
import { RelyingPartyController } from './relying-party.controller.ts';
import { Start } from './start.ts';
import { StartStore } from './start.store.ts';
import { VerificationAnswerStore } from './verification-answer.store.ts';
import { VerificationAnswers } from './verification-answers.ts';
import { Verify } from './verify.ts';
import { StateWatcher } from './state-watcher.ts';

/** Milliseconds between two runs of the task that expires authentications. */
const EXPIRE_MS = 500;
/** Milliseconds between two rounds; in every worker, because a key must not answer for longer than 24 hours (contract). */
const KEYS_MS = 10_000;

/** Milliseconds between two rounds: the table of the present stays small, and the catalogue is asked seldom. */
const MONTHS_MS = 10_000;

/** Milliseconds between two rounds; in every worker, because an answer names a person and is kept for 60 seconds only. */
const ANSWERS_MS = 1_000;

/** Authentications. In reading order: start, open, verify. */
@Module({
  imports: [AuthenticatorsModule, DevicesModule, LinesModule, RelyingPartiesModule, TestModeModule],
  controllers: [RelyingPartyController, AppController, NotMeController],
  providers: [
    RecentOtpStarts,
    Funnel,
    Start,
    Open,
    NotMe,
    QuietKeys,
    Verify,
    PhoneCode,
    AuthenticationStatus,
    StateWatcher,
    PendingAuthentications,
    PastAuthentications,
    AuthenticationStore,
    StartStore,
    OpenStore,
    PhoneCodeStore,
    VerificationAnswers,
    VerificationAnswerStore,
    ClientLog,
    SubscriptionLog,
    ClientLogStore,
  ],
  exports: [
    ClientLog,
    SubscriptionLog,
    Start,
    Verify,
    NotMe,
    AuthenticationStatus,
    StateWatcher,
    PendingAuthentications,
  ],
})
export class AuthenticationModule {
  constructor(
    tasks: RecurringTasks,
    store: AuthenticationStore,
    pending: PendingAuthentications,
    answers: VerificationAnswerStore,
    notMe: NotMe,
    past: PastAuthentications,
    registrations: Registrations,
    { HISTORY_DAYS }: Environment,
  ) {
    registrations.onAuthenticationsEnded((ended) => {
      pending.committed(ended);
    });
    tasks.inEveryWorker(
      { name: 'expire authentications', everyMs: EXPIRE_MS, run: () => pending.expire() },
      { name: 'purge idempotency keys', everyMs: KEYS_MS, run: () => store.purgeIdempotencyKeys() },
      { name: 'wipe verification answers', everyMs: ANSWERS_MS, run: () => answers.purge() },
    );
    tasks.purge('answers that it was not the person', () => notMe.purge());
    tasks.purge('authentications', () => store.purge(HISTORY_DAYS));
    tasks.purge('past authentications', () => past.purge(HISTORY_DAYS));
    tasks.oncePerCluster(
      { name: 'add months of authentications', everyMs: MONTHS_MS, run: () => past.addMonths() },
      { name: 'move authentications', everyMs: MONTHS_MS, run: () => past.move() },
    );
  }
}
