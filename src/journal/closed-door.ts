import type { CancelReason, SubscriptionState, SuspensionReason } from '../domain/subscription.ts';

/** What a device, a person or a code could do and can do no more. `id` is the row's; no member is personal data. */
export type ClosedDoor =
  | { door: 'device_revoked'; id: string }
  /** The lock of a device's PIN, with the wrong ones in all since the last right one. */
  | { door: 'pin_locked'; id: string; wrong: number }
  /** The standing of a subscription after a change. One that is active again tells that an earlier door was opened. */
  | {
      door: 'subscription';
      id: string;
      link: number;
      state: SubscriptionState;
      suspensions: readonly SuspensionReason[];
      reason: SuspensionReason | CancelReason | null;
    }
  | { door: 'registration_revoked'; id: string }
  /** The code of an authentication, which was verified or failed. */
  | { door: 'code_spent'; id: string }
  /** The time step of a one-time password of an authenticator. */
  | { door: 'otp_step_used'; id: string; step: number }
  /** An account of any realm; the name is that of journals from before there were two. */
  | { door: 'operator_disabled'; id: string }
  | { door: 'client_disabled'; id: string }
  /**
   * A secret of a client that was replaced or taken away: the SHA-256 of its 256 random bits, in hexadecimal. It serves
   * until then, in milliseconds since 1970.
   */
  | { door: 'client_secret_ended'; id: string; digest: string; until: number }
  /**
   * A key of a client that was replaced or taken away, by its thumbprint (RFC 7638); or the address of its keys, by the SHA-256
   * of the address.
   */
  | { door: 'client_key_ended'; id: string; thumbprint: string }
  | { door: 'sink_token_revoked'; id: string }
  /** A person's membership of a client at the console. */
  | { door: 'console_member_ended'; id: string }
  /** An invitation to the console that was accepted or withdrawn. */
  | { door: 'console_invitation_closed'; id: string }
  /** The time step of the one-time password of an account of any realm. */
  | { door: 'operator_step_used'; id: string; step: number };

/** Keeps what closed doors. Resolves when it is kept, so that the caller may answer. */
export interface DoorKeeper {
  record(doors: readonly ClosedDoor[]): Promise<void>;
}

/** A service without a journal. */
export const NO_JOURNAL: DoorKeeper = { record: () => Promise.resolve() };
