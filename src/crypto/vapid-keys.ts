import { publicKey } from './compact-jws.ts';
import type { PublicJwk, SigningKey } from './keyring.ts';

/** A key pair as the library for Web Push takes it: base64url of the point and of the private number. */
export interface VapidKeyPair {
  publicKey: string;
  privateKey: string;
}

/** The keys that sign for push services of browsers, by the public key to which a subscription is bound. */
export class VapidKeys {
  /** What a browser subscribes under now: the `applicationServerKey`. Undefined without Web Push. */
  readonly current: string | undefined;
  private readonly pairs: ReadonlyMap<string, VapidKeyPair>;

  constructor(keys: readonly SigningKey[]) {
    const pairs = keys.map(({ publicJwk, privateKey }) => ({
      publicKey: publicPointOf(publicJwk),
      privateKey: privateKey.export({ format: 'jwk' }).d ?? '',
    }));
    this.pairs = new Map(pairs.map((pair) => [pair.publicKey, pair]));
    this.current = pairs[0]?.publicKey;
  }

  /** The key pair under whose public key a subscription was made; undefined for a key that is not the service's. */
  pairOf(applicationServerKey: string): VapidKeyPair | undefined {
    return this.pairs.get(applicationServerKey);
  }
}

/** True for the base64url of an uncompressed point on P-256 (SEC 1, 2.3.3), as `p256dh` of a subscription is. */
export function isP256Point(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 65 || bytes[0] !== 4 || bytes.toString('base64url') !== text) return false;
  const [x, y] = [bytes.toString('base64url', 1, 33), bytes.toString('base64url', 33)];
  return publicKey({ kty: 'EC', crv: 'P-256', x, y }) !== null;
}

/** The base64url of an uncompressed point (SEC 1, 2.3.3). */
export function publicPointOf({ x, y }: PublicJwk): string {
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64url');
}
