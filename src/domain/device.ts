export const DEVICE_STATES = ['testing', 'active', 'revoked'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export const DEVICE_TRANSITIONS: Readonly<Record<DeviceState, readonly DeviceState[]>> = {
  testing: ['active', 'revoked'],
  active: ['revoked'],
  revoked: [],
};

/** Wrong PINs in a row until the device's PIN is locked (contract; seed: "5회 이상 오류"). */
export const PIN_ATTEMPTS = 5;
/** Seconds for which an enrolment code and the test code of a new device are good (contract). */
export const ENROLMENT_SECONDS = 600;
/** Wrong test codes until a device under test is revoked. */
export const TEST_ATTEMPTS = 5;
/** Seconds for which a nonce that a proof of the PIN was asked with is good, outside of an authentication. */
export const PIN_NONCE_SECONDS = 180;
/** How far a phone's clock may be off, in seconds (contract: `iat` ±60 s). */
export const PROOF_SKEW_SECONDS = 60;
