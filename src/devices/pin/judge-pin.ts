import { equalInConstantTime } from '../../crypto/constant-time.ts';
import { pinProof, type PinPurpose } from '../../crypto/pin-proof.ts';
import { Problem } from '../../domain/problem.ts';
import type { Device } from '../device.entity.ts';

/** The data with which a counted PIN is compared. */
export type CountedPin = Pick<Device, 'knowledgeKey'> & {
  /** What the knowledge key is bound to. */
  bond: string;
  nonce: Buffer;
  attemptsLeft: number;
};

/** A PIN that was counted, with the proof of it and what the proof is for. */
export interface JudgedPin {
  purpose: PinPurpose;
  id: string;
  deviceId: string;
  proof: string;
  /** With `approve`: the two digits that the proof covers, as they were sent. */
  match?: string | undefined;
  counted: CountedPin;
}

/**
 * Compares the proof of a PIN that has been counted. Returns true if it is right. `knowledgeKey` is the key of the
 * device, decrypted.
 */
export function isRightPin({ purpose, id, deviceId, proof, match, counted }: JudgedPin, knowledgeKey: Buffer): boolean {
  const nonce = counted.nonce.toString('base64url');
  const expected = pinProof(knowledgeKey, { purpose, id, deviceId, nonce, match });
  return equalInConstantTime(Buffer.from(proof), Buffer.from(expected));
}

/** `pin_mismatch`, with the attempts that are left. */
export function pinMismatch(attemptsLeft: number): Problem {
  return new Problem('pin_mismatch', 'Enter the PIN again. The fifth wrong PIN in a row locks it.', { attemptsLeft });
}

/** `pin_locked`: five wrong PINs in a row have locked the PIN. */
export function pinLocked(): Problem {
  return new Problem(
    'pin_locked',
    'The PIN was wrong five times in a row. Contact the call centre, or enrol the app again.',
  );
}

/**
 * `service_unavailable`: the PIN was not compared, because proofs that other processes had counted and not yet compared
 * filled its five tries. Nothing was counted, and the phone may prove the PIN again.
 */
export function pinUndecided(): Problem {
  const detail = 'Other proofs of the PIN are being compared. This one was not counted: send a new one in a second.';
  return new Problem('service_unavailable', detail, { retryAfterSeconds: 1 });
}

/** `pin_exhausted`: fifteen wrong PINs without a right one have locked the PIN for good. */
export function pinExhausted(): Problem {
  return new Problem(
    'pin_exhausted',
    'The PIN was wrong fifteen times without a right one. It cannot be unlocked: enrol the phone anew.',
  );
}

/** `pin_nonce_spent`: the request with this nonce was answered or replaced, or it has expired. */
export function nonceSpent(): Problem {
  return new Problem('pin_nonce_spent', 'A nonce can be used once, within three minutes. Request a new one.');
}
