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

/** From each state, the states that may follow it. A closed state has no successor. */
export const AUTHENTICATION_TRANSITIONS: Readonly<Record<AuthenticationState, readonly AuthenticationState[]>> = {
  // A code by SMS or by time exists from the start, and an approval needs none, so those authentications go straight from
  // `pending` to `verified`.
  pending: ['opened', 'verified', 'declined', 'expired', 'failed', 'cancelled'],
  opened: ['verified', 'declined', 'expired', 'failed', 'cancelled'],
  verified: [],
  declined: [],
  expired: [],
  failed: [],
  cancelled: [],
};

/** The states in which the person may still type a code. */
export const OPEN_STATES = ['pending', 'opened'] as const satisfies readonly AuthenticationState[];

/**
 * What started an authentication, and alone knows it afterwards: a relying party by `/v1` or in a window that it opened
 * (`api`), OpenID Connect in a hosted window (`code`) or without a browser (`ciba`), or a one-time password of CAMARA, which
 * names a number and no person (`number`). The tokens of a flow say what their scopes release, so `/v1` must not say more.
 */
export type Flow = 'api' | 'code' | 'ciba' | 'number';

export const OF_API = ['api'] as const satisfies readonly Flow[];
export const IN_WINDOWS = ['api', 'code'] as const satisfies readonly Flow[];
/** Those that name a person. */
export const NAMING_A_PERSON = ['api', 'code', 'ciba'] as const satisfies readonly Flow[];
export const OF_NUMBERS = ['number'] as const satisfies readonly Flow[];

/**
 * The methods that a relying party may request. With `push`, subscribers get a push and all others an SMS. With `approve`
 * the person answers on the phone, and no code exists.
 */
export const METHODS = ['push', 'otp', 'sign', 'approve'] as const;
export type Method = (typeof METHODS)[number];
/** The methods that a hosted window offers. The window tries each method at most once. */
export const WINDOW_METHODS = ['push', 'otp'] as const satisfies readonly Method[];
export type WindowMethod = (typeof WINDOW_METHODS)[number];

/**
 * How the code reaches the person: the service sends it (`push`, `sms`) or the phone computes it (`otp`, `sign`). With
 * `approve` there is none.
 */
export const CHANNELS = ['push', 'sms', 'otp', 'sign', 'approve'] as const;
export type Channel = (typeof CHANNELS)[number];
/** The channels by which the service itself sends a code. */
export const SENDING_CHANNELS = ['push', 'sms'] as const satisfies readonly Channel[];

export const DECLINE_REASONS = ['not_me', 'cancelled', 'wrong_details'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** Seconds from the start until the authentication expires: three minutes, as in other Korean verification windows. */
export const LIFETIME_SECONDS = 180;
/** Codes that may be tried on one authentication, the right one included (contract). */
export const CODE_ATTEMPTS = 5;
/** Wrong matches on one authentication; the last one ends it (contract). */
export const MATCH_ATTEMPTS = 3;
/** Resends of one authentication, and the minimum of seconds between two of them (contract). */
export const RESENDS = 3;
export const RESEND_INTERVAL_SECONDS = 30;
/** The maximum length of a person's name as a relying party states it, in user-perceived characters. */
export const NAME_LENGTH = 40;
/** The maximum length of `purpose`, in user-perceived characters (contract). */
export const PURPOSE_LENGTH = 40;
/** The maximum length of `site`, in characters (contract). */
export const SITE_LENGTH = 64;
/** Entries that the app shows (service FAQ: "20개의 이력"). */
export const HISTORY_LENGTH = 20;

/**
 * The state that callers see: an open authentication past its lifetime is `expired`,
 * even before the sweep closes it.
 */
export function stateAt(row: { state: AuthenticationState; expired: boolean }): AuthenticationState {
  return row.expired && (row.state === 'pending' || row.state === 'opened') ? 'expired' : row.state;
}
