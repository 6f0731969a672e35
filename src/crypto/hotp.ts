import { createHmac } from 'node:crypto';

/** The hashes that RFC 6238 and RFC 6287 know beside the first one's SHA-1. */
export type HotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

/**
 * `digits` decimal digits (at most ten) of the HMAC of a message: HOTP (RFC 4226, 5.3) where the message is a counter,
 * TOTP where it is a time step, OCRA where it is a question and what goes with it.
 */
export function hotp(input: {
  key: Uint8Array;
  algorithm: HotpAlgorithm;
  message: Uint8Array;
  digits: number;
}): string {
  const { key, algorithm, message, digits } = input;
  const mac = createHmac(algorithm, key).update(message).digest();
  return String(dynamicTruncation(mac) % 10 ** digits).padStart(digits, '0');
}

/** 31 bits of an HMAC, from the place that its last four bits name (RFC 4226, 5.3). */
export function dynamicTruncation(mac: Buffer): number {
  return mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7fffffff;
}

/** A counter or a time step as it is hashed: eight bytes, the highest first. Throws on what is no unsigned integer. */
export function counterBytes(counter: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(counter));
  return bytes;
}
