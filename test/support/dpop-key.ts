import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** What a proof says; a claim or header that is undefined is left out. */
export interface ProofChange {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Another key than the one in `jwk`. */
  signWith?: CryptoKey;
}

/** A key to which access tokens are bound, with proofs of it (RFC 9449, 4.2). */
export class DpopKey {
  private constructor(
    private readonly alg: string,
    readonly privateKey: CryptoKey,
    readonly publicKey: CryptoKey,
    readonly jwk: JWK,
    /** Its thumbprint. */
    readonly jkt: string,
  ) {}

  static async generate(alg = 'ES256'): Promise<DpopKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(publicKey);
    return new DpopKey(alg, privateKey, publicKey, jwk, await calculateJwkThumbprint(jwk));
  }

  /** A signature of ES256 under a header that names another algorithm, which libraries do not make. */
  private async mislabelled(header: object, claims: object): Promise<string> {
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.privateKey, Buffer.from(input));
    return `${input}.${Buffer.from(signature).toString('base64url')}`;
  }

  /** A proof for one request. */
  proof(method: string, url: string, token?: string, { header, claims, signWith }: ProofChange = {}): Promise<string> {
    const said = {
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
      ...claims,
    };
    const { alg, jwk } = this;
    if (header?.['alg'] !== undefined) return this.mislabelled({ alg, typ: 'dpop+jwt', jwk, ...header }, said);
    const jwt = new SignJWT(said).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header });
    return jwt.sign(signWith ?? this.privateKey);
  }
}
