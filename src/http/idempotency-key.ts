import { equalInConstantTime } from '../crypto/constant-time.ts';
import { Problem } from '../domain/problem.ts';

/** Validates the header and returns it unchanged. Problems: `invalid_request`. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/**
 * Compares a request, digested under every key, with the first request of the same key. Problems:
 * `idempotency_key_reused`.
 */
export function assertSameRequest(digests: readonly Buffer[], earlier: Buffer): void {
  if (digests.some((digest) => equalInConstantTime(digest, earlier))) return;
  throw new Problem(
    'idempotency_key_reused',
    'This Idempotency-Key was used with a different body. Send a new key with a new body.',
  );
}
