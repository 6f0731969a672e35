import { createHmac } from 'node:crypto';

/** The hash functions of RFC 6238 and RFC 6287; RFC 4226 defines SHA-1 alone. */
export type HotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

/**
 * `digits` decimal digits (at most ten) of the HMAC of a message: HOTP (RFC 4226, 5.3) when the message is a counter,
 * TOTP when it is a time step, OCRA when it is the data input of a challenge.
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

/** 31 bits of an HMAC, at the offset that its last four bits give (RFC 4226, 5.3). */
export function dynamicTruncation(mac: Buffer): number {
  return mac.readUInt32BE((mac.at(-1) ?? 0) & 0x0f) & 0x7fffffff;
}

/** A counter or time step as eight big-endian bytes. Throws unless it is an unsigned integer. */
export function counterBytes(counter: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(counter));
  return bytes;
}
