import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { PublicJwk } from '../../src/crypto/keyring.ts';
import type { PrivateJwk } from '../../src/phone/device-keys.ts';
import type { Phone } from '../../src/phone/phone.ts';
import { answerOf, type Answer } from './service.ts';

/** The parts of a proof that a test falsifies. A member that is undefined is left out of the proof. */
export interface Bent {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs instead of the installation's own key. */
  key?: KeyObject;
  /** Replaces the whole proof; null sends none. */
  proof?: string | null;
  /** Additional headers of the request. */
  headers?: Record<string, string>;
}

/** One installation of the app, driven request by request, so that a test can falsify every part of a proof. */
export class Installation {
  private constructor(
    readonly issuer: string,
    readonly signing: { privateKey: KeyObject; publicJwk: PublicJwk },
    readonly encryption: { publicJwk: PublicJwk },
    readonly deviceId: string | undefined,
  ) {}

  /** Creates an installation that is not enrolled yet. */
  static fresh(issuer: string): Installation {
    return new Installation(issuer, keyPair(), keyPair(), undefined);
  }

  /** Returns the installation behind a phone. */
  static async of(phone: Phone): Promise<Installation> {
    const { signingKey, encryptionKey } = (await phone.toState()) as Record<'signingKey' | 'encryptionKey', PrivateJwk>;
    const privateKey = createPrivateKey({ key: { ...signingKey }, format: 'jwk' });
    return new Installation(
      phone.issuer,
      { privateKey, publicJwk: publicOf(signingKey) },
      { publicJwk: publicOf(encryptionKey) },
      phone.deviceId,
    );
  }

  /** Returns the proof of a request, which is valid except for the parts in `bent`. */
  proof(method: string, path: string, body = '', { header, claims, key = this.signing.privateKey }: Bent = {}): string {
    const identity = this.deviceId === undefined ? { jwk: this.signing.publicJwk } : { kid: this.deviceId };
    const input = [
      { alg: 'ES256', typ: 'device-proof+jwt', ...identity, ...header },
      {
        htm: method,
        htu: this.issuer + (path.split('?')[0] ?? ''),
        iat: Math.floor(Date.now() / 1000),
        jti: randomUUID(),
        bh: createHash('sha256').update(body).digest('base64url'),
        ...claims,
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  }

  /** Sends a request with its proof. */
  async send(method: string, path: string, body?: object, bent: Bent = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const proof = bent.proof === undefined ? this.proof(method, path, text, bent) : bent.proof;
    const response = await fetch(this.issuer + path, {
      method,
      headers: {
        ...(proof !== null && { 'Device-Proof': proof }),
        ...(text !== undefined && { 'Content-Type': 'application/json' }),
        ...bent.headers,
      },
      ...(text !== undefined && { body: text }),
    });
    return answerOf(response);
  }

  /** Returns the request body that enrols this installation. */
  enrolment(enrolmentCode: string, other: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      enrolmentCode,
      signingKey: this.signing.publicJwk,
      encryptionKey: this.encryption.publicJwk,
      knowledgeKey: randomBytes(32).toString('base64url'),
      platform: 'android',
      formFactor: 'phone',
      osVersion: '14',
      appVersion: '1.0.0',
      pushToken: `token-${randomUUID()}`,
      name: '내 전화',
      ...other,
    };
  }
}

/** A P-256 pair. */
export function keyPair(): { privateKey: KeyObject; publicJwk: PublicJwk } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicJwk: publicOf(publicKey.export({ format: 'jwk' })) };
}

function publicOf({ x = '', y = '' }: { x?: string; y?: string }): PublicJwk {
  return { kty: 'EC', crv: 'P-256', x, y };
}
