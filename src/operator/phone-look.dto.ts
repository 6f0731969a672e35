import type { AlertKind } from '../domain/alert.ts';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import type { Finding } from '../domain/first-look.ts';
import type { PushAnswerOutcome, PushedKind } from '../domain/push-answer.ts';

class LookPushResponse {
  /** What the push was for: `wake`, `code`, `cancelled`, `test`, `alert` or `push_test`. */
  kind: PushedKind;
  /** The push service, such as `fcm` or `apns`. */
  pushService: string;
  /** `accepted`, `unregistered`, `rejected` or `retry`. */
  outcome: PushAnswerOutcome;
  /** The code by which the push service named its refusal; null for an accepted push. */
  code: string | null;
  /** The id that the push service gave to the push; null without one. */
  messageId: string | null;
  /** 1 for the first attempt. */
  attempt: number;
  /** RFC 3339, UTC. */
  answeredAt: string;
  /** Milliseconds until the answer. */
  tookMs: number;
}

class LookRelyingParty {
  name: string;
}

class LookSmsPermissionResponse {
  id: string;
  relyingParty: LookRelyingParty;
  /** RFC 3339, UTC. */
  endsAt: string;
}

class LookAlertResponse {
  id: string;
  kind: AlertKind;
  /** RFC 3339, UTC. */
  at: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}

export class PhoneLookResponse {
  subscriptionId: string;
  /** The first thing that explains why nothing arrives on the phone; `nothing` when all is well. */
  finding: Finding;
  /** RFC 3339, UTC: the last request of the app, to half a minute; null without a phone. */
  lastContactAt: string | null;
  /** Null without a phone. */
  pushService: string | null;
  /** Whether the phone has a push token. */
  hasPushToken: boolean;
  /** RFC 3339, UTC: when the push service reported the token dead; null otherwise. */
  pushTokenDiedAt: string | null;
  /** The answers to the last five pushes of the last 14 days, newest first. */
  pushes: LookPushResponse[];
  /** The permissions of codes by SMS that apply now. */
  smsPermissions: LookSmsPermissionResponse[];
  /** The alerts that wait for an answer. */
  alerts: LookAlertResponse[];
  /** Starts of the last hour that rang no phone. */
  held: number;
}

export class HistoryEntryResponse {
  id: string;
  relyingParty: LookRelyingParty;
  channel: Channel;
  state: AuthenticationState;
  /** RFC 3339, UTC. */
  startedAt: string;
  /** RFC 3339, UTC: when the message to the phone was last handed over. */
  sentAt: string;
  /** RFC 3339, UTC: when the PIN was entered in the app; null otherwise. */
  openedAt: string | null;
  /** RFC 3339, UTC; null while it is open. */
  closedAt: string | null;
  /** Codes that were tried, the right one included. */
  attempts: number;
  resends: number;
  /** Whether a hosted window drove it. */
  byWindow: boolean;
  /** It rang no phone, because of a limit or of an answer that it was not the person. */
  held: boolean;
  /** The person said that it was not them. */
  notMe: boolean;
}
