import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { MainFlow1763700000000 } from '../migrations/1763700000000-main-flow.ts';
import { SubscriptionLife1763800000000 } from '../migrations/1763800000000-subscription-life.ts';
import { Pages1763900000000 } from '../migrations/1763900000000-pages.ts';
import { AuditChain1763910000000 } from '../migrations/1763910000000-audit-chain.ts';
import { SmsPermissions1763920000000 } from '../migrations/1763920000000-sms-permissions.ts';
import { Operators1763930000000 } from '../migrations/1763930000000-operators.ts';
import { Authenticators1763940000000 } from '../migrations/1763940000000-authenticators.ts';
import { Reissues1763950000000 } from '../migrations/1763950000000-reissues.ts';
import { PushServices1763960000000 } from '../migrations/1763960000000-push-services.ts';
import { NumbersThatMove1763970000000 } from '../migrations/1763970000000-numbers-that-move.ts';
import { ClientAuthentication1763971000000 } from '../migrations/1763971000000-client-authentication.ts';
import { VerificationAnswers1763972000000 } from '../migrations/1763972000000-verification-answers.ts';
import { Languages1763973000000 } from '../migrations/1763973000000-languages.ts';
import { AuditByTime1763974000000 } from '../migrations/1763974000000-audit-by-time.ts';
import { BoundDevices1763980000000 } from '../migrations/1763980000000-bound-devices.ts';
import { AuthenticationsByLine1763981000000 } from '../migrations/1763981000000-authentications-by-line.ts';
import { TextMessages1763990000000 } from '../migrations/1763990000000-text-messages.ts';
import { LineMemory1764000000000 } from '../migrations/1764000000000-line-memory.ts';
import { Journal1764020000000 } from '../migrations/1764020000000-journal.ts';
import { Authentication } from '../src/authentication/authentication.entity.ts';
import { PastAuthentication } from '../src/authentication/past-authentication.entity.ts';
import { NotMeCount } from '../src/authentication/not-me-count.entity.ts';
import { IdempotencyRecord } from '../src/authentication/idempotency-record.entity.ts';
import { VerificationAnswer } from '../src/authentication/verification-answer.entity.ts';
import { Authenticator } from '../src/authenticators/authenticator.entity.ts';
import { Registration } from '../src/authenticators/registrations/registration.entity.ts';
import { CarrierEvent } from '../src/carrier/events/carrier-event.entity.ts';
import { PastCarrierEvent } from '../src/carrier/events/past-carrier-event.entity.ts';
import { Charge } from '../src/charges/charge.entity.ts';
import { ClosedMonth } from '../src/charges/closed-month.entity.ts';
import { Consent } from '../src/consents/consent.entity.ts';
import { Disclosure } from '../src/history/disclosure.entity.ts';
import { DataRead } from '../src/customers/data-read.entity.ts';
import { CustomerSession } from '../src/customers/customer-session.entity.ts';
import { LossBreakerState } from '../src/customers/loss-breaker.entity.ts';
import { ReissueApplication } from '../src/customers/reissue-application.entity.ts';
import { Report } from '../src/customers/report.entity.ts';
import { Delivery } from '../src/delivery/delivery.entity.ts';
import { PushAnswer } from '../src/delivery/push-answer.entity.ts';
import { WaitingReceipt } from '../src/delivery/sms-receipt.entity.ts';
import { TextMessage } from '../src/delivery/text-message.entity.ts';
import { DeviceKeyDigest } from '../src/devices/device-key-digest.entity.ts';
import { Device } from '../src/devices/device.entity.ts';
import { DeviceContact } from '../src/devices/device-contact.entity.ts';
import { SpentDeviceProof } from '../src/devices/spent-device-proof.entity.ts';
import { CountedHour } from '../src/figures/counted-hour.entity.ts';
import { Figure } from '../src/figures/figure.entity.ts';
import { ServiceFigure } from '../src/figures/service-figure.entity.ts';
import { FormBudget } from '../src/http/form-budget.entity.ts';
import { DepartedNumber } from '../src/lines/departed-number.entity.ts';
import { JournalMark } from '../src/journal/journal-mark.entity.ts';
import { JournalWriter } from '../src/journal/journal-writer.entity.ts';
import { Line } from '../src/lines/line.entity.ts';
import { StartBudget } from '../src/lines/start-budget.entity.ts';
import { StoredNotice } from '../src/notices/stored-notice.entity.ts';
import { Alerts1764010000000 } from '../migrations/1764010000000-alerts.ts';
import { SecondPerson1764030000000 } from '../migrations/1764030000000-second-person.ts';
import { ToldAndCounted1764040000000 } from '../migrations/1764040000000-told-and-counted.ts';
import { CallerChecks1764050000000 } from '../migrations/1764050000000-caller-checks.ts';
import { ClientSecrets1764060000000 } from '../migrations/1764060000000-client-secrets.ts';
import { Webhooks1764070000000 } from '../migrations/1764070000000-webhooks.ts';
import { TestMode1764080000000 } from '../migrations/1764080000000-test-mode.ts';
import { Accounts1764090000000 } from '../migrations/1764090000000-accounts.ts';
import { Account } from '../src/accounts/account.entity.ts';
import { AccountAddress } from '../src/accounts/account-address.entity.ts';
import { AccountSession } from '../src/accounts/account-session.entity.ts';
import { ClientLog1764100000000 } from '../migrations/1764100000000-client-log.ts';
import { Figures1764110000000 } from '../migrations/1764110000000-figures.ts';
import { EventsByType1764120000000 } from '../migrations/1764120000000-events-by-type.ts';
import { WebPush1764130000000 } from '../migrations/1764130000000-web-push.ts';
import { Console1764140000000 } from '../migrations/1764140000000-console.ts';
import { PushAnswers1764160000000 } from '../migrations/1764160000000-push-answers.ts';
import { ReissueApplications1764170000000 } from '../migrations/1764170000000-reissue-applications.ts';
import { ConsentsByDocument1764170000001 } from '../migrations/1764170000001-consents-by-document.ts';
import { WebhookBounds1764180000000 } from '../migrations/1764180000000-webhook-bounds.ts';
import { ApplicationsOnce1764230000000 } from '../migrations/1764230000000-applications-once.ts';
import { DataReads1764230000001 } from '../migrations/1764230000001-data-reads.ts';
import { CountedInTurn1764230000002 } from '../migrations/1764230000002-counted-in-turn.ts';
import { Corrections1764230000003 } from '../migrations/1764230000003-corrections.ts';
import { ServiceFigures1764240000000 } from '../migrations/1764240000000-service-figures.ts';
import { OverviewIndexes1764240000001 } from '../migrations/1764240000001-overview-indexes.ts';
import { DeviceConsent1764250000000 } from '../migrations/1764250000000-device-consent.ts';
import { VerifiedApplications1764262000000 } from '../migrations/1764262000000-verified-applications.ts';
import { BoundOfPast1764280000000 } from '../migrations/1764280000000-bound-of-past.ts';
import { PastAuthentications1764280000001 } from '../migrations/1764280000001-past-authentications.ts';
import { AnswersByDay1764290000000 } from '../migrations/1764290000000-answers-by-day.ts';
import { PastCarrierEvents1764290000001 } from '../migrations/1764290000001-past-carrier-events.ts';
import { TextsByMonth1764290000002 } from '../migrations/1764290000002-texts-by-month.ts';
import { Approvals1764310000000 } from '../migrations/1764310000000-approvals.ts';
import { Disclosures1764340000000 } from '../migrations/1764340000000-disclosures.ts';
import { TokenKeys1764351000000 } from '../migrations/1764351000000-token-keys.ts';
import { OpenIdSettings1764352000000 } from '../migrations/1764352000000-openid-settings.ts';
import { OpenIdIndexes1764352000001 } from '../migrations/1764352000001-openid-indexes.ts';
import { SwapSubscriptions1764353000000 } from '../migrations/1764353000000-swap-subscriptions.ts';
import { CamaraMisses1764353000001 } from '../migrations/1764353000001-camara-misses.ts';
import { DueAuthentications1764354000000 } from '../migrations/1764354000000-due-authentications.ts';
import { ClientJwksUri1764355000000 } from '../migrations/1764355000000-client-jwks-uri.ts';
import { CamaraClients1764355000001 } from '../migrations/1764355000001-camara-clients.ts';
import { RulesByFunction1764356000000 } from '../migrations/1764356000000-rules-by-function.ts';
import { CamaraMiss } from '../src/camara/camara-miss.entity.ts';
import { SwapNotification } from '../src/camara/swap-subscriptions/swap-notification.entity.ts';
import { SwapSubscription } from '../src/camara/swap-subscriptions/swap-subscription.entity.ts';
import { JournalWriters1764300000000 } from '../migrations/1764300000000-journal-writers.ts';
import { OpenIdRequests1764320000000 } from '../migrations/1764320000000-openid-requests.ts';
import { OpenIdClients1764320000001 } from '../migrations/1764320000001-openid-clients.ts';
import { ConsoleInvitation } from '../src/console/console-invitation.entity.ts';
import { ConsoleMember } from '../src/console/console-member.entity.ts';
import { Alert } from '../src/alerts/alert.entity.ts';
import { Approval } from '../src/operator/approval.entity.ts';
import { AuditEntry } from '../src/operator/audit-entry.entity.ts';
import { AuditHead } from '../src/operator/audit-head.entity.ts';
import { CallerCheck } from '../src/operator/caller-check.entity.ts';
import { Correction } from '../src/operator/correction.entity.ts';
import { DeedRequest } from '../src/operator/deed-request.entity.ts';
import { OperatorLook } from '../src/operator/operator-look.entity.ts';
import { Client } from '../src/relying-parties/client.entity.ts';
import { OpenIdRequest } from '../src/openid/code/openid-request.entity.ts';
import { OpenIdRevocation } from '../src/openid/openid-revocation.entity.ts';
import { ClientAssertion } from '../src/relying-parties/client-assertion.entity.ts';
import { ClientKeyUse } from '../src/relying-parties/client-key-use.entity.ts';
import { ClientSecret } from '../src/relying-parties/client-secret.entity.ts';
import { ClientTestSecret } from '../src/relying-parties/client-test-secret.entity.ts';
import { SinkToken } from '../src/relying-parties/sink-token.entity.ts';
import { SmsPermission } from '../src/sms-permissions/sms-permission.entity.ts';
import { EnrolmentCode } from '../src/subscriptions/enrolment-code.entity.ts';
import { Reissue } from '../src/subscriptions/reissue.entity.ts';
import { Subscription } from '../src/subscriptions/subscription.entity.ts';
import { SubscriptionLink } from '../src/subscriptions/subscription-link.entity.ts';
import { TestAuthentication } from '../src/test-mode/test-authentication.entity.ts';
import { WebhookAttempt } from '../src/webhooks/webhook-attempt.entity.ts';
import { WebhookDelivery } from '../src/webhooks/webhook-delivery.entity.ts';
import { WebhookEndpoint } from '../src/webhooks/webhook-endpoint.entity.ts';
import { WebhookEvent } from '../src/webhooks/webhook-event.entity.ts';
import { WebhookListener } from '../src/webhooks/webhook-listener.entity.ts';
import { WebhookSecret } from '../src/webhooks/webhook-secret.entity.ts';
import { Window } from '../src/windows/window.entity.ts';
import { CibaRequest } from '../src/openid/ciba/ciba-request.entity.ts';
import { Ciba1764330000000 } from '../migrations/1764330000000-ciba.ts';
import { CibaEnds1764330000001 } from '../migrations/1764330000001-ciba-ends.ts';
import { limitsOf, ORDINARY, poolOptions, type StatementLimits } from '../src/database/database-client.ts';
import { SnakeCaseColumns } from './naming-strategy.ts';

/** One entity a table, in the room that owns the table. */
export const ENTITIES = [
  Account,
  AccountAddress,
  AccountSession,
  Alert,
  LossBreakerState,
  NotMeCount,
  Approval,
  AuditEntry,
  AuditHead,
  CallerCheck,
  Authentication,
  PastAuthentication,
  Authenticator,
  CarrierEvent,
  PastCarrierEvent,
  Charge,
  Client,
  ClientAssertion,
  ClientKeyUse,
  ClientSecret,
  ClientTestSecret,
  CamaraMiss,
  CibaRequest,
  ClosedMonth,
  Consent,
  DataRead,
  Disclosure,
  ConsoleInvitation,
  ConsoleMember,
  CountedHour,
  CustomerSession,
  Correction,
  DeedRequest,
  Delivery,
  PushAnswer,
  DepartedNumber,
  Device,
  DeviceContact,
  DeviceKeyDigest,
  EnrolmentCode,
  Figure,
  FormBudget,
  IdempotencyRecord,
  JournalMark,
  JournalWriter,
  Line,
  OpenIdRequest,
  OpenIdRevocation,
  OperatorLook,
  Registration,
  Reissue,
  ReissueApplication,
  Report,
  ServiceFigure,
  SinkToken,
  SmsPermission,
  SpentDeviceProof,
  StartBudget,
  StoredNotice,
  Subscription,
  SubscriptionLink,
  SwapNotification,
  SwapSubscription,
  TestAuthentication,
  TextMessage,
  VerificationAnswer,
  WaitingReceipt,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
  WebhookListener,
  WebhookSecret,
  Window,
];

/**
 * Every statement finds its rows by an index, so one plan serves all values.
 * By default, PostgreSQL would plan each named statement five times per connection to find that out, and would keep a
 * plan from the time when the table was empty.
 */
const PLANNING = 'SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off';

export interface SourceOptions {
  limits?: StatementLimits;
  /** The URL leads to a pooler that shares sessions, so that a setting would reach other clients and not this one. */
  sharesSessions?: boolean;
}

/** The connection to the database. Migrations are listed and not globbed: an unlisted migration never runs. */
export function dataSourceOptions(
  url: string,
  poolSize = 16,
  { limits = ORDINARY, sharesSessions = false }: SourceOptions = {},
): DataSourceOptions {
  const pool = poolOptions(url, limits, sharesSessions ? '' : `${PLANNING}; ${limitsOf(limits)}`);
  return {
    type: 'postgres',
    // TypeORM would look for another copy of it: errors are instances of the classes that this service knows.
    driver: pg,
    url: pool.connectionString,
    entities: ENTITIES,
    namingStrategy: new SnakeCaseColumns(),
    migrations: [
      MainFlow1763700000000,
      SubscriptionLife1763800000000,
      Pages1763900000000,
      AuditChain1763910000000,
      SmsPermissions1763920000000,
      Operators1763930000000,
      Authenticators1763940000000,
      Reissues1763950000000,
      PushServices1763960000000,
      NumbersThatMove1763970000000,
      ClientAuthentication1763971000000,
      VerificationAnswers1763972000000,
      Languages1763973000000,
      AuditByTime1763974000000,
      BoundDevices1763980000000,
      AuthenticationsByLine1763981000000,
      TextMessages1763990000000,
      LineMemory1764000000000,
      Alerts1764010000000,
      Journal1764020000000,
      SecondPerson1764030000000,
      ToldAndCounted1764040000000,
      CallerChecks1764050000000,
      ClientSecrets1764060000000,
      Webhooks1764070000000,
      TestMode1764080000000,
      Accounts1764090000000,
      ClientLog1764100000000,
      Figures1764110000000,
      EventsByType1764120000000,
      WebPush1764130000000,
      Console1764140000000,
      PushAnswers1764160000000,
      ReissueApplications1764170000000,
      ConsentsByDocument1764170000001,
      WebhookBounds1764180000000,
      ApplicationsOnce1764230000000,
      DataReads1764230000001,
      CountedInTurn1764230000002,
      Corrections1764230000003,
      ServiceFigures1764240000000,
      OverviewIndexes1764240000001,
      DeviceConsent1764250000000,
      VerifiedApplications1764262000000,
      BoundOfPast1764280000000,
      PastAuthentications1764280000001,
      AnswersByDay1764290000000,
      PastCarrierEvents1764290000001,
      TextsByMonth1764290000002,
      JournalWriters1764300000000,
      Approvals1764310000000,
      OpenIdRequests1764320000000,
      OpenIdClients1764320000001,
      Ciba1764330000000,
      CibaEnds1764330000001,
      Disclosures1764340000000,
      TokenKeys1764351000000,
      OpenIdSettings1764352000000,
      OpenIdIndexes1764352000001,
      SwapSubscriptions1764353000000,
      CamaraMisses1764353000001,
      DueAuthentications1764354000000,
      ClientJwksUri1764355000000,
      CamaraClients1764355000001,
      RulesByFunction1764356000000,
    ],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    // gen_random_uuid() is in the core since PostgreSQL 13; no extension is created, which managed servers forbid.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: 'pushguard',
    poolSize,
    // Also the time that a request waits for a free connection. A short timeout under load would only make refused
    // callers return.
    connectTimeoutMS: 15_000,
    poolErrorHandler: () => undefined,
    extra: pool,
  };
}

/** The milliseconds since 1970 at the end of a migration's name. */
export function timestampOf({ name }: { name: string }): number {
  return Number(name.slice(-13));
}

/** The number of the newest migration that this build knows. */
export function newestMigration(): number {
  const { migrations } = dataSourceOptions('postgres://nowhere/none');
  return Math.max(...(migrations as { name: string }[]).map(timestampOf));
}
