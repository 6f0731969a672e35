export const DEVICE_STATES = ['testing', 'active', 'revoked'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export const DEVICE_TRANSITIONS: Readonly<Record<DeviceState, readonly DeviceState[]>> = {
  testing: ['active', 'revoked'],
  active: ['revoked'],
  revoked: [],
};

/** Consecutive wrong PINs that lock the device's PIN (contract; seed: "5회 이상 오류"). */
export const PIN_ATTEMPTS = 5;
/**
 * Wrong PINs in all without a right one, unlocked or not, that exhaust the device's PIN for good (contract). More would
 * let a finder of the phone who persuades the call centre guess on.
 */
export const PIN_WRONG_IN_ALL = 15;
/** Seconds for which an enrolment code and the test code of a new device are valid (contract). */
export const ENROLMENT_SECONDS = 600;
/** Wrong test codes that revoke a device under test. */
export const TEST_ATTEMPTS = 5;
/** Seconds for which the nonce of a PIN proof is valid, outside of an authentication. */
export const PIN_NONCE_SECONDS = 180;
/** Hours after which a revoked device loses its name, its push token and the key that the PIN unwraps. */
export const CLEARED_AFTER_HOURS = 72;
/** The precision in seconds to which the last contact of a phone is kept. */
export const CONTACT_SECONDS = 30;
/** The maximum error of a phone's clock, in seconds (contract: `iat` ±60 s). */
export const PROOF_SKEW_SECONDS = 60;
