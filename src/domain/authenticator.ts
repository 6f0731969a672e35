/**
 * How a phone computes codes by itself: `otp` from the time (RFC 6238), `sign` from the time and a transaction (RFC
 * 6287).
 * Each kind uses a secret that one device shares with the service.
 */
export const AUTHENTICATOR_KINDS = ['otp', 'sign'] as const;
export type AuthenticatorKind = (typeof AUTHENTICATOR_KINDS)[number];

/** Consecutive wrong codes that lock an authenticator (mOTP guide: "5회 이상 오류 시"). */
export const AUTHENTICATOR_ATTEMPTS = 5;
/** Seconds for which the service remembers a code from a clock that is far off, until the next code confirms it. */
export const FAR_SECONDS = 600;
/** The version in force of the terms that a person accepts at the enrolment of either kind. */
export const AUTHENTICATOR_TERMS = '2026-11';
/** Bytes of a secret: the length of the hash (RFC 4226, 4, R6). */
export const AUTHENTICATOR_SECRET_BYTES = 32;

export const REGISTRATION_STATES = ['pending', 'active', 'declined', 'expired', 'revoked'] as const;
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

/** From each state, the states that may follow it. A closed state has no successor. */
export const REGISTRATION_TRANSITIONS: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
  pending: ['active', 'declined', 'expired', 'revoked'],
  active: ['revoked'],
  declined: [],
  expired: [],
  revoked: [],
};

/** Seconds in which the person must confirm a registration in the app: as long as an enrolment code is valid. */
export const REGISTRATION_SECONDS = 600;
