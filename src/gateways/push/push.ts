/** One push to one phone. What it says in clear is all that Google or Apple can read of it. */
export interface PushMessage {
  platform: 'android' | 'ios';
  /** The registration token that the platform gave to the app. */
  token: string;
  /** `{ t: "wake", id }`, `{ t: "code", id, envelope }`, … All values are strings: FCM carries nothing else. */
  data: Readonly<Record<string, string>>;
  /** Visible text; it never carries anything secret. */
  alert: { title: string; body: string };
  /**
   * `alert`: the platform itself shows the text. `data`: the app gets the data at once and shows what it
   * decrypts; on iOS that is an alert with `mutable-content`, for background pushes are throttled to a few an hour.
   */
  style: 'alert' | 'data';
  /** A later push with the same key takes the place of an undelivered earlier one, so a repeat is not seen twice. At most 64 bytes (APNs `apns-collapse-id`). */
  collapseKey: string;
  /** Seconds the platform may keep the push: what is left of the authentication. */
  ttlSeconds: number;
}

/** What the platform made of a push. A platform's failure is an outcome, never an exception. */
export type PushOutcome =
  | { kind: 'accepted' }
  /** The app is gone from the phone; `since` is when the platform learned it (APNs alone tells). */
  | { kind: 'unregistered'; since?: Date }
  /** Trying the same message again cannot help. */
  | { kind: 'rejected'; reason: string }
  /** Worth trying again, not before `afterMs` where the platform said so. */
  | { kind: 'retry'; reason: string; afterMs?: number };

/** Hands a push to the platform that can reach the phone. */
export abstract class PushGateway {
  /** Settles within `deadlineMs` whatever the platform does; the deadline itself is a `retry`. Never rejects. */
  abstract send(message: PushMessage, deadlineMs: number): Promise<PushOutcome>;
}
