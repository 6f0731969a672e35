/**
 * What a phone makes codes with, by itself: `otp` by the time (RFC 6238), `sign` from a transaction as well (RFC 6287).
 * Either is a secret that one device and the service share.
 */
export const AUTHENTICATOR_KINDS = ['otp', 'sign'] as const;
export type AuthenticatorKind = (typeof AUTHENTICATOR_KINDS)[number];

/** Wrong codes in a row until an authenticator is locked (mOTP guide: "5회 이상 오류 시"). */
export const AUTHENTICATOR_ATTEMPTS = 5;
/** Seconds for which a code from a clock far off is remembered, to be confirmed by the next one. */
export const FAR_SECONDS = 600;
/** What people agree to when they enrol either kind: the version that is in force. */
export const AUTHENTICATOR_TERMS = '2026-11';
/** Bytes of a secret: as long as the hash (RFC 4226, 4, R6). */
export const AUTHENTICATOR_SECRET_BYTES = 32;

export const REGISTRATION_STATES = ['pending', 'active', 'declined', 'expired', 'revoked'] as const;
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

/** From each state, the states that may follow it. Whatever is closed stays closed. */
export const REGISTRATION_TRANSITIONS: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
  pending: ['active', 'declined', 'expired', 'revoked'],
  active: ['revoked'],
  declined: [],
  expired: [],
  revoked: [],
};

/** Seconds in which a registration has to be confirmed in the app: as long as an enrolment code is good. */
export const REGISTRATION_SECONDS = 600;
