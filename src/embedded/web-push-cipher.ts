import type { webcrypto } from 'node:crypto';

/** What a browser keeps of a subscription, to read its messages. */
export interface SubscriptionKeys {
  privateKey: webcrypto.CryptoKey;
  /** 65 bytes. */
  p256dh: Uint8Array;
  /** 16 bytes. */
  auth: Uint8Array;
}

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;
/** Salt, record size and length of the key id (RFC 8188, 2.1). */
const HEADER = { salt: 16, recordSize: 4, keyIdLength: 1 };
const POINT = 65;
/** Ends the last record's text, before the padding (RFC 8188, 2). */
const LAST_RECORD = 2;

/** Makes the keys of a subscription, as a browser does. */
export async function newSubscriptionKeys(): Promise<SubscriptionKeys> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ECDH, false, ['deriveBits']);
  const p256dh = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  return { privateKey, p256dh, auth: crypto.getRandomValues(new Uint8Array(16)) };
}

/**
 * Decrypts the body of a message (RFC 8291), as a browser does. Rejects for a body that was not encrypted for these keys.
 * It shares no code with the library that encrypts.
 */
export async function decryptWebPush(body: Buffer, { privateKey, p256dh, auth }: SubscriptionKeys): Promise<string> {
  const salt = body.subarray(0, HEADER.salt);
  const keyIdAt = HEADER.salt + HEADER.recordSize + HEADER.keyIdLength;
  const recordSize = body.readUInt32BE(HEADER.salt);
  if (body[keyIdAt - 1] !== POINT) throw new Error('the key id is no public key');
  const sender = body.subarray(keyIdAt, keyIdAt + POINT);
  const record = body.subarray(keyIdAt + POINT);
  if (record.length > recordSize) throw new Error('the message has more than one record');

  const senderKey = await crypto.subtle.importKey('raw', sender, ECDH, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: senderKey }, privateKey, 256);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, sender]);
  const input = await expand(shared, auth, info, 32);
  const key = await expand(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const iv = await expand(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const padded = Buffer.from(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, cipher, record));
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== LAST_RECORD) throw new Error('the padding is not that of a last record');
  return padded.subarray(0, end).toString('utf8');
}

/** HKDF with SHA-256 (RFC 5869). */
async function expand(input: ArrayBuffer, salt: Uint8Array, info: Uint8Array, bytes: number): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', input, 'HKDF', false, ['deriveBits']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: Buffer.from(salt), info: Buffer.from(info) };
  return crypto.subtle.deriveBits(hkdf, key, bytes * 8);
}
