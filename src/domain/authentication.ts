export const AUTHENTICATION_STATES = [
  'pending',
  'opened',
  'verified',
  'declined',
  'expired',
  'failed',
  'cancelled',
] as const;
export type AuthenticationState = (typeof AUTHENTICATION_STATES)[number];

/** From each state, the states that may follow it. Whatever is closed stays closed. */
export const AUTHENTICATION_TRANSITIONS: Readonly<Record<AuthenticationState, readonly AuthenticationState[]>> = {
  // A code by SMS or by time exists from the start, so `pending` goes straight to `verified` there.
  pending: ['opened', 'verified', 'declined', 'expired', 'failed', 'cancelled'],
  opened: ['verified', 'declined', 'expired', 'failed', 'cancelled'],
  verified: [],
  declined: [],
  expired: [],
  failed: [],
  cancelled: [],
};

/** The states in which a code may still be typed. */
export const OPEN_STATES = ['pending', 'opened'] as const satisfies readonly AuthenticationState[];

/** How a relying party may ask: `push` is for everybody, and goes by SMS to whoever is not protected. */
export const METHODS = ['push', 'otp', 'sign'] as const;
export type Method = (typeof METHODS)[number];
/** The methods that a hosted window offers, each of which it asks by once at most. */
export const WINDOW_METHODS = ['push', 'otp'] as const satisfies readonly Method[];
export type WindowMethod = (typeof WINDOW_METHODS)[number];

/** How the code comes to the person: from the service, or made by the phone itself (`otp`, `sign`). */
export const CHANNELS = ['push', 'sms', 'otp', 'sign'] as const;
export type Channel = (typeof CHANNELS)[number];
/** The channels by which the service itself sends a code. */
export const SENDING_CHANNELS = ['push', 'sms'] as const satisfies readonly Channel[];

export const DECLINE_REASONS = ['not_me', 'cancelled', 'wrong_details'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** Seconds that a person has from start to the right code: the three minutes that Korean windows are used to. */
export const LIFETIME_SECONDS = 180;
/** Codes that may be tried on one authentication, the right one included (contract). */
export const CODE_ATTEMPTS = 5;
/** Starts for one person in any ten minutes and in any day, over all relying parties (contract). */
export const STARTS_PER_TEN_MINUTES = 5;
export const STARTS_PER_DAY = 20;
/** Resends of one authentication, and the least seconds between two sendings (contract). */
export const RESENDS = 3;
export const RESEND_INTERVAL_SECONDS = 30;
/** The longest name of a person, as a relying party knows them, in characters as people count them. */
export const NAME_LENGTH = 40;
/** The longest `purpose`, in characters as people count them (contract). */
export const PURPOSE_LENGTH = 40;
/** Entries that the app shows (service FAQ: "20개의 이력"). */
export const HISTORY_LENGTH = 20;

/** The state that a caller is told: an open authentication past its time is expired, whether or not it was swept yet. */
export function stateAt(row: { state: AuthenticationState; expired: boolean }): AuthenticationState {
  return row.expired && (row.state === 'pending' || row.state === 'opened') ? 'expired' : row.state;
}
