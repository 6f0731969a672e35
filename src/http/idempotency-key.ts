import { equalInConstantTime } from '../crypto/constant-time.ts';
import { Problem } from '../domain/problem.ts';
import { badParameter } from './faults.ts';

/** A string of structured fields (RFC 9651, 3.3.3), as draft-ietf-httpapi-idempotency-key-header writes the key. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * Reads the header. A key in quotes is the same key as without; a structured string may hold blanks.
 * Problems: `invalid_request`.
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const quoted = QUOTED.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1');
  if (/^[\x20-\x7e]{1,255}$/.test(quoted ?? '')) return quoted;
  if (quoted === undefined && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw badParameter(
    'Idempotency-Key',
    'Send Idempotency-Key as 1 to 255 visible ASCII characters, in quotes or without.',
  );
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
