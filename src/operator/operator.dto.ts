import { IsOptional, IsString, Length, Matches } from 'class-validator';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../domain/subscription.ts';
import { PLAIN_TEXT, Trimmed } from '../http/plain-text.ts';

const REASON = { message: 'reason must be one line of text' };

export class SubscribeRequest {
  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsString()
  @Length(1, 32)
  phoneNumber: string;

  /** Why the operator does this; may come as the header `Audit-Reason` instead. */
  @IsOptional()
  @Trimmed()
  @IsString()
  @Length(1, 200)
  @Matches(PLAIN_TEXT, REASON)
  reason?: string;
}

export class ReasonRequest {
  /** Why the operator does this. */
  @Trimmed()
  @IsString()
  @Length(1, 200)
  @Matches(PLAIN_TEXT, REASON)
  reason: string;
}

export class PhoneNumberQuery {
  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsString()
  @Length(1, 32)
  phoneNumber: string;
}

export class MonthQuery {
  /** `YYYY-MM`, of the Seoul calendar. */
  @Matches(/^\d{4}-(0[1-9]|1[0-2])$/, { message: 'month must have the form YYYY-MM' })
  month: string;
}

export class EnrolmentResponse {
  subscriptionId: string;
  /** 4×5 Base32 characters, good once and for ten minutes. */
  enrolmentCode: string;
  /** What a QR code holds. */
  enrolmentUri: string;
}

class ReasonResponse {
  code: string;
  message: string;
}

class LineResponse {
  /** Masked. */
  phoneNumber: string;
  carrier: string;
  status: string;
  holder: string;
  plan: string;
  os: string;
  osVersion: string;
}

export class EligibilityResponse {
  eligible: boolean;
  /** Every rule that fails. */
  reasons: ReasonResponse[];
  /** Null for a number that the carrier does not know. */
  line: LineResponse | null;
}

export class DeviceResponse {
  serialNumber: string;
  /** Masked. */
  name: string;
  platform: string;
  osVersion: string;
  appVersion: string;
  state: string;
  pinLocked: boolean;
  enrolledAt: string;
}

export class SubscriptionResponse {
  subscriptionId: string;
  state: SubscriptionState;
  /** Everything that has to be lifted before it is active again. */
  suspensions: SuspensionReason[];
  /** Why it is suspended or was cancelled. */
  reason: SuspensionReason | CancelReason | null;
  /** Since when it is in this state. */
  since: string;
  subscribedAt: string;
  /** From when on windows do not use SMS; null before the first device was active. */
  protectedSince: string | null;
  device: DeviceResponse | null;
}

export class StandingResponse {
  subscriptionId: string;
  state: SubscriptionState;
  suspensions: SuspensionReason[];
  reason: SuspensionReason | CancelReason | null;
}

class HistoryRelyingParty {
  name: string;
}

export class OperatorHistoryResponse {
  requestedAt: string;
  relyingParty: HistoryRelyingParty;
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The phone that answered, masked. */
  device: string | null;
}

class AuditEntryResponse {
  at: string;
  operator: string;
  action: string;
  reason: string;
  outcome: string;
}

class LifeEntryResponse {
  at: string;
  /** When we learned of it; a carrier may tell late. */
  recordedAt: string;
  state: SubscriptionState;
  change: string;
  reason: string | null;
  actor: string;
  actorId: string | null;
  event: string | null;
}

export class AuditResponse {
  /** What operators did and saw, oldest first. */
  entries: AuditEntryResponse[];
  /** What happened to the subscription, oldest first. */
  life: LifeEntryResponse[];
}
