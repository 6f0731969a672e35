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

/**
 * Compares the proof of a PIN that has been counted, and returns if it is right. `knowledgeKey` is the key of the
 * device, decrypted.
 * Problems: `pin_mismatch` with `attemptsLeft`, `pin_locked`.
 */
export function judgePin(input: {
  purpose: PinPurpose;
  id: string;
  deviceId: string;
  proof: string;
  knowledgeKey: Buffer;
  counted: CountedPin;
}): void {
  const { purpose, id, deviceId, proof, knowledgeKey, counted } = input;
  const nonce = counted.nonce.toString('base64url');
  const expected = pinProof(knowledgeKey, { purpose, id, deviceId, nonce });
  if (equalInConstantTime(Buffer.from(proof), Buffer.from(expected))) return;
  const { attemptsLeft } = counted;
  if (attemptsLeft === 0) throw pinLocked();
  throw new Problem('pin_mismatch', 'Enter the PIN again. The fifth wrong PIN in a row locks it.', { attemptsLeft });
}

/** `pin_locked`: five wrong PINs in a row have locked the PIN. */
export function pinLocked(): Problem {
  return new Problem(
    'pin_locked',
    'The PIN was wrong five times in a row. Contact the call centre, or enrol the app again.',
  );
}

/** `pin_nonce_spent`: the request with this nonce was answered or replaced, or it has expired. */
export function nonceSpent(): Problem {
  return new Problem('pin_nonce_spent', 'A nonce can be used once, within three minutes. Request a new one.');
}
