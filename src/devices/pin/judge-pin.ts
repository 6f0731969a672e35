import { equalInConstantTime } from '../../crypto/constant-time.ts';
import { pinProof, type PinPurpose } from '../../crypto/pin-proof.ts';
import { Problem } from '../../domain/problem.ts';

/** The data to compare a counted PIN with. */
export interface CountedPin {
  /** Encrypted, as it is in the device's row. */
  knowledgeKey: Buffer;
  nonce: Buffer;
  attemptsLeft: number;
}

/**
 * Compares the proof of a PIN that was counted already; `knowledgeKey` is the device's, decrypted.
 * Problems: `pin_mismatch`, `pin_locked`.
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

export function pinLocked(): Problem {
  return new Problem(
    'pin_locked',
    'The PIN was wrong five times in a row. Contact the call centre, or enrol the app again.',
  );
}

/** The nonce was used or replaced, or has expired. */
export function nonceSpent(): Problem {
  return new Problem('pin_nonce_spent', 'A nonce can be used once, within three minutes. Request a new one.');
}
