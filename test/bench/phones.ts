import {
  createDecipheriv,
  createECDH,
  createHash,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { signJws } from '../../src/crypto/compact-jws.ts';
import type { PublicJwk } from '../../src/crypto/keyring.ts';
import { pinProof } from '../../src/crypto/pin-proof.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const uint32 = (value: number): Buffer => Buffer.of(0, 0, value >> 8, value & 255);
/** The OtherInfo that Concat KDF hashes after the shared secret (RFC 7518, 4.6.2). */
const A256GCM_INFO = Buffer.concat([uint32(7), Buffer.from('A256GCM'), uint32(0), uint32(0), uint32(256)]);

/**
 * All phones of the benchmark. They share their keys; the service reads each device's row all the same.
 * The phones' cryptography is written on node:crypto, so that the load takes as little as possible of the machine that
 * it shares with the measured processes.
 */
export class Phones {
  readonly signingKey: PublicJwk;
  readonly encryptionKey: PublicJwk;
  readonly knowledgeKey = randomBytes(32);
  readonly #signing: KeyObject;
  readonly #agreement = createECDH('prime256v1');

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#signing = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.signingKey = { kty: 'EC', crv: 'P-256', x, y };
    const point = this.#agreement.generateKeys();
    this.encryptionKey = {
      kty: 'EC',
      crv: 'P-256',
      x: point.toString('base64url', 1, 33),
      y: point.toString('base64url', 33),
    };
  }

  /** The header `Device-Proof` for one request. */
  proof(deviceId: string, request: { method: string; url: string; body: string }): string {
    const { method: htm, url: htu, body } = request;
    const claims = {
      htm,
      htu,
      iat: Math.floor(Date.now() / 1000),
      jti: randomBytes(16).toString('base64url'),
      bh: sha256(body).toString('base64url'),
    };
    const key = { kid: deviceId, privateKey: this.#signing, publicJwk: this.signingKey };
    return signJws(key, 'device-proof+jwt', claims);
  }

  pinProof(
    input: Pick<Parameters<typeof pinProof>[1], 'id' | 'deviceId' | 'nonce' | 'match'> & {
      purpose?: 'open' | 'approve';
    },
  ): string {
    return pinProof(this.knowledgeKey, { purpose: 'open', ...input });
  }

  /** The text of an envelope (compact JWE, ECDH-ES, A256GCM). */
  unseal(envelope: string): string {
    const [header = '', , nonce = '', body = '', tag = ''] = envelope.split('.');
    const { epk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: PublicJwk };
    const point = Buffer.concat([Buffer.of(4), Buffer.from(epk.x, 'base64url'), Buffer.from(epk.y, 'base64url')]);
    const shared = this.#agreement.computeSecret(point);
    const key = createHash('sha256').update(uint32(1)).update(shared).update(A256GCM_INFO).digest();
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    return decipher.update(Buffer.from(body, 'base64url'), undefined, 'utf8') + decipher.final('utf8');
  }
}
