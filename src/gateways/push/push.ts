import type { PushService } from '../../domain/push-service.ts';

/**
 * One push to one phone. Google and Apple can read its clear text and nothing else; a browser's push service reads none of
 * it.
 */
export interface PushMessage {
  /** The same for every attempt at this push, and of no other one: by it a receiver can drop a repeat. */
  id: string;
  service: PushService;
  /** The registration token that the push service gave to the app; for `webpush`, the subscription as JSON. */
  token: string;
  /** `{ t: "wake", id }`, `{ t: "code", id, envelope }`, … All values are strings: FCM carries nothing else. */
  data: Readonly<Record<string, string>>;
  /** Visible text; it never contains a secret. */
  alert: { title: string; body: string };
  /**
   * - `alert`: the platform itself shows the text.
   * - `data`: the app gets the data at once and shows the decrypted content. On iOS this is an alert with
   *   `mutable-content`, because iOS throttles background pushes to a few an hour. Web Push carries no text then.
   */
  style: 'alert' | 'data';
  /**
   * A later push with the same key replaces an undelivered earlier one, so that a repeat shows only once. At most 64
   * bytes (APNs `apns-collapse-id`).
   */
  collapseKey: string;
  /** Seconds for which the platform may keep the push: the remaining lifetime of the authentication. */
  ttlSeconds: number;
}

/** The platform's answer to a push. A failure of the platform is an outcome, never an exception. */
export type PushOutcome =
  /** `messageId` as the platform named the push, if it names any. */
  | { kind: 'accepted'; messageId?: string }
  /** The app is gone from the phone; `since` is when the platform learned it (only APNs reports it). */
  | { kind: 'unregistered'; since?: Date }
  /** A retry of the same message cannot succeed. */
  | { kind: 'rejected'; reason: string }
  /** A retry may succeed, not before `afterMs` if the platform sent it. */
  | { kind: 'retry'; reason: string; afterMs?: number };

/** What a platform says to a credential that is tried without a message to any phone. */
export type CredentialAnswer =
  | { kind: 'works' }
  | { kind: 'refused'; reason: string }
  /** It says nothing about the credential. */
  | { kind: 'unknown'; reason: string };

/** Sends a push through a platform that can reach the phone. */
export abstract class PushGateway {
  /** Settles within `deadlineMs` whatever the platform does; a missed deadline is a `retry`. Never rejects. */
  abstract send(message: PushMessage, deadlineMs: number): Promise<PushOutcome>;
}
