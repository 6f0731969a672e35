import { equalInConstantTime } from '../crypto/constant-time.ts';
import { Problem } from '../domain/problem.ts';

/** The header as it came, checked. Problems: `invalid_request`. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/** Holds a request, as digested under every key, against the one that came first. Problems: `idempotency_key_reused`. */
export function assertSameRequest(digests: readonly Buffer[], earlier: Buffer): void {
  if (digests.some((digest) => equalInConstantTime(digest, earlier))) return;
  throw new Problem(
    'idempotency_key_reused',
    'This Idempotency-Key was used with a different body. Send a new key with a new body.',
  );
}
