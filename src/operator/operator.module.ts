import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { AlertsModule } from '../alerts/alerts.module.ts';
import { AuthenticatorsModule } from '../authenticators/authenticators.module.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { ChargesModule } from '../charges/charges.module.ts';
import { DeliveryModule } from '../delivery/delivery.module.ts';
import { DevicesModule } from '../devices/devices.module.ts';
import { FiguresModule } from '../figures/figures.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { Metrics } from '../http/metrics.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { SmsPermissionsModule } from '../sms-permissions/sms-permissions.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../../config/environment.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { ApprovedCodeTexts } from './approved-code-texts.ts';
import { Correction } from './correction.entity.ts';
import { CorrectionStore } from './correction.store.ts';
import { Corrections } from './corrections.ts';
import { Approvals } from './approvals.ts';
import { Audit } from './audit.ts';
import { AuditModule } from './audit.module.ts';
import { AuditLog } from './audit-log.ts';
import { CallerCheckStore } from './caller-check.store.ts';
import { CallerChecks } from './caller-checks.ts';
import { CancellationAlert } from './cancellation-alert.ts';
import { ChargesController } from './charges.controller.ts';
import { CustomerReports } from './customer-reports.ts';
import { DeedRequestStore } from './deed-request.store.ts';
import { DeskFrames } from './desk-frame.ts';
import { HeldLines } from './held-lines.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { OperatorController } from './operator.controller.ts';
import { OperatorLookStore } from './operator-look.store.ts';
import { OperatorDesk } from './operator-desk.ts';
import { OperatorSessions } from './operator-sessions.ts';
import { OperatorsModule } from './operators.module.ts';
import { Overview } from './overview.ts';
import { OverviewController } from './overview.controller.ts';
import { OverviewStore } from './overview.store.ts';
import { PhoneDeeds } from './phone-deeds.ts';
import { PhoneLooks } from './phone-look.ts';
import { PushCallerChecks } from './push-caller-checks.ts';
import { ReissueController } from './reissue.controller.ts';
import { ReissueDesk } from './reissue-desk.ts';
import { SecondPerson } from './second-person.ts';
import { DeskApprovalsController } from './pages/approvals.controller.ts';
import { DeskOverviewController } from './pages/overview.controller.ts';
import { DeskRecordsController } from './pages/records.controller.ts';
import { DeskCallerCheckController } from './pages/caller-check.controller.ts';
import { DeskOwnAccountController } from './pages/own-account.controller.ts';
import { DeskCorrectionsController } from './pages/corrections.controller.ts';
import { DeskReissuesController } from './pages/reissues.controller.ts';
import { DeskSignInController } from './pages/sign-in.controller.ts';
import { DeskHistoryController } from './pages/history.controller.ts';
import { DeskPhoneController } from './pages/phone.controller.ts';
import { DeskSubscriptionController } from './pages/subscription.controller.ts';
import { DeskController } from './pages/desk.controller.ts';

/**
 * Milliseconds between two runs of the task that writes to the audit how verifications of callers ended. In every worker:
 * rows that one of them has locked are passed over, and the turn of the queue would cost more than the look.
 */
const RECORD_MS = 2_000;
/** Milliseconds between two looks at the head of the audit. */
const AUDIT_MS = 60_000;

/** The call centre's actions, through its API and at the desk. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Correction]),
    AccountsModule,
    AuditModule,
    OperatorsModule,
    AlertsModule,
    AuthenticationModule,
    AuthenticatorsModule,
    SmsPermissionsModule,
    SubscriptionsModule,
    LifecycleModule,
    DevicesModule,
    DeliveryModule,
    FiguresModule,
    HistoryModule,
    LinesModule,
    NoticesModule,
    ChargesModule,
    CustomersModule,
    PagesModule,
  ],
  controllers: [
    OperatorController,
    ReissueController,
    OverviewController,
    ChargesController,
    DeskSignInController,
    DeskController,
    DeskOwnAccountController,
    DeskSubscriptionController,
    DeskCallerCheckController,
    DeskPhoneController,
    DeskHistoryController,
    DeskApprovalsController,
    DeskReissuesController,
    DeskCorrectionsController,
    DeskOverviewController,
    DeskRecordsController,
  ],
  providers: [
    OperatorDesk,
    PhoneLooks,
    DeskFrames,
    PhoneDeeds,
    SecondPerson,
    DeedRequestStore,
    PushCallerChecks,
    { provide: CallerChecks, useExisting: PushCallerChecks },
    CallerCheckStore,
    ReissueDesk,
    AuditLog,
    Approvals,
    ApprovedCodeTexts,
    Corrections,
    CorrectionStore,
    HeldLines,
    CancellationAlert,
    CustomerReports,
    MaskedNumbers,
    OperatorSessions,
    OperatorLookStore,
    Overview,
    OverviewStore,
  ],
  exports: [AuditModule],
})
export class OperatorModule {
  constructor(
    tasks: RecurringTasks,
    approvals: Approvals,
    secondPerson: SecondPerson,
    callerChecks: PushCallerChecks,
    corrections: CorrectionStore,
    audit: Audit,
    metrics: Metrics,
    { HISTORY_DAYS }: Environment,
  ) {
    tasks.oncePerCluster({ name: 'expire approvals', everyMs: 10_000, run: () => approvals.expire() });
    tasks.inEveryWorker({ name: 'record caller checks', everyMs: RECORD_MS, run: () => callerChecks.recordEnds() });
    let isSealed = true;
    metrics.gauge(
      'pushguard_audit_head_sealed',
      '0 if the head of the audit was altered, as a worker last saw it',
      () => Number(isSealed),
    );
    tasks.inEveryWorker({
      name: 'look at the head of the audit',
      everyMs: AUDIT_MS,
      run: async () => {
        isSealed = await audit.isSealed();
      },
    });
    tasks.purge('caller checks', () => callerChecks.purge());
    tasks.purge('corrections', () => corrections.purge(HISTORY_DAYS));
    tasks.purge('requests of programs', () => secondPerson.purge());
  }
}
