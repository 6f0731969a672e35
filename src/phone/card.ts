import { base64url, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import type { PrivateJwk, PublicJwk } from './device-keys.ts';

/** The data of one tap: it signs one transaction of one authentication on one device. */
export type Tap = { authenticationId: string; deviceId: string; nonce: string; question: string };

/** An institution's card. A phone reads a real card by NFC; its private key never leaves the card. */
export type Card = { tap(tap: Tap): Promise<string> };

/** A card in software, for people without a real one: the same kind of key (P-256) and the same answer. */
export class SimulatedCard implements Card {
  private constructor(
    private readonly privateKey: CryptoKey,
    readonly privateJwk: PrivateJwk,
  ) {}

  /** Generates a card with a new key. */
  static async create(): Promise<SimulatedCard> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { x = '', y = '', d = '' } = await exportJWK(privateKey);
    return new SimulatedCard(privateKey, { kty: 'EC', crv: 'P-256', x, y, d });
  }

  /** The card with this private key. Throws TypeError unless it is a private key on P-256. */
  static async of(jwk: PrivateJwk): Promise<SimulatedCard> {
    const key = await importJWK(jwk, 'ES256', { extractable: true });
    if (key instanceof Uint8Array) throw new TypeError('a card has a private key on P-256');
    return new SimulatedCard(key, jwk);
  }

  /** The public key that the institution registers when it issues the card. */
  get publicJwk(): PublicJwk {
    const { kty, crv, x, y } = this.privateJwk;
    return { kty, crv, x, y };
  }

  /** ES256 as base64url over `"pushguard-card-v1"` and the four members of `Tap`, joined by `"\0"`. */
  async tap({ authenticationId, deviceId, nonce, question }: Tap): Promise<string> {
    const message = ['pushguard-card-v1', authenticationId, deviceId, nonce, question].join('\0');
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, this.privateKey, new TextEncoder().encode(message));
    return base64url.encode(new Uint8Array(signature));
  }
}
