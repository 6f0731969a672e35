import { IsIn, IsString, Length, Matches } from 'class-validator';
import { REQUESTABLE_DEEDS, type RequestableDeed } from '../domain/deed.ts';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../domain/subscription.ts';
import type { HistoryFlag } from '../history/history.ts';
import { A_MOBILE_NUMBER } from '../http/person-rules.ts';
import { Compacted, ONE_SHOWN_LINE, SHOWN_TEXT, Trimmed } from '../http/plain-text.ts';

export class ReasonRequest {
  /** The reason for this action, kept in the audit: one line of 1 to 200 characters. */
  @Trimmed()
  @IsString()
  @Length(1, 200)
  @Matches(SHOWN_TEXT, ONE_SHOWN_LINE)
  reason: string;
}

export class DeedRequestRequest extends ReasonRequest {
  /** What another client is to do, as the paths name it. */
  @IsIn(REQUESTABLE_DEEDS)
  deed: RequestableDeed;
}

export class DeedRequestResponse {
  requestId: string;
  subscriptionId: string;
  deed: RequestableDeed;
  /** RFC 3339, UTC: until when another client may do it. */
  expiresAt: string;
}

/** Whether the number can be read is judged within the audit, which records searches for any text. */
export class SubscribeRequest extends ReasonRequest {
  /** A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
  @Compacted()
  @IsString(A_MOBILE_NUMBER)
  @Length(1, 32, A_MOBILE_NUMBER)
  phoneNumber: string;
}

export class PhoneNumberQuery {
  /** A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
  @Compacted()
  @IsString(A_MOBILE_NUMBER)
  @Length(1, 32, A_MOBILE_NUMBER)
  phoneNumber: string;
}

export class MonthQuery {
  /** A month of the Seoul calendar, `YYYY-MM`. */
  @Matches(/^\d{4}-(0[1-9]|1[0-2])$/, { message: 'a month in the form YYYY-MM' })
  month: string;
}

export class EnrolmentResponse {
  subscriptionId: string;
  /** 20 Base32 characters in four groups, valid once and for ten minutes. */
  enrolmentCode: string;
  /** The content of the QR code. */
  enrolmentUri: string;
}

class ReasonResponse {
  /** The rule that the line does not meet. */
  code: string;
  /** The rule in Korean and in English. */
  message: string;
}

class MaskedLineResponse {
  /** Masked, such as `010-****-5678`. */
  phoneNumber: string;
  carrier: string;
  /** `active`, `suspended` or `terminated`. */
  status: string;
  /** `self`, `corporate` or `other_party`. */
  holder: string;
  /** `postpaid`, `prepaid` or `m2m`. */
  plan: string;
  os: string;
  osVersion: string;
}

export class EligibilityResponse {
  eligible: boolean;
  /** Every rule that the line does not meet. */
  reasons: ReasonResponse[];
  /** Null when the carrier does not know the number. */
  line: MaskedLineResponse | null;
}

export class EnrolledDeviceResponse {
  /** In the form `PG-0000-0000-0000`. */
  serialNumber: string;
  /** The person's name for the phone, masked. */
  name: string;
  platform: string;
  osVersion: string;
  appVersion: string;
  state: string;
  /** True after five wrong PINs in a row, until the PIN is unlocked. */
  pinLocked: boolean;
  /** True after fifteen wrong PINs without a right one: the PIN cannot be unlocked. Present only while true. */
  pinExhausted?: boolean;
  /** RFC 3339, UTC. */
  enrolledAt: string;
}

export class SubscriptionResponse {
  subscriptionId: string;
  state: SubscriptionState;
  /** Every suspension that must be lifted before the subscription is active again. */
  suspensions: SuspensionReason[];
  /** Why the subscription is suspended or was cancelled; null otherwise. */
  reason: SuspensionReason | CancelReason | null;
  /** RFC 3339, UTC: the beginning of this state. */
  since: string;
  /** RFC 3339, UTC. */
  subscribedAt: string;
  /** RFC 3339, UTC: since when codes no longer go by SMS; null until the first device is active. */
  protectedSince: string | null;
  /** Null while no device is active or under test. */
  device: EnrolledDeviceResponse | null;
}

export class StandingResponse {
  subscriptionId: string;
  state: SubscriptionState;
  /** Every suspension that must be lifted before the subscription is active again. */
  suspensions: SuspensionReason[];
  /** Why the subscription is suspended or was cancelled; null otherwise. */
  reason: SuspensionReason | CancelReason | null;
}

class HistoryRelyingParty {
  name: string;
}

export class OperatorHistoryResponse {
  id: string;
  requestedAt: string;
  relyingParty: HistoryRelyingParty;
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the device that answered, masked; null when none did. */
  device: string | null;
  /** `not_me`: the person said that it was not them. Present only where there is one. */
  flags?: HistoryFlag[];
}

class AuditEntryResponse {
  /** RFC 3339, UTC. */
  at: string;
  /** The login of the operator, or the client id of a program. */
  operator: string;
  action: string;
  /** The reason that the operator gave. */
  reason: string;
  outcome: string;
}

class LifeEntryResponse {
  /** RFC 3339, UTC: when it happened. */
  at: string;
  /** RFC 3339, UTC: when the service recorded it, which is later when the carrier reported it late. */
  recordedAt: string;
  /** The state after the change. */
  state: SubscriptionState;
  change: string;
  reason: string | null;
  actor: string;
  actorId: string | null;
  event: string | null;
}

export class AuditResponse {
  /** Every action and read by operators, oldest first. */
  entries: AuditEntryResponse[];
  /** Every change of the subscription, oldest first. */
  life: LifeEntryResponse[];
}
