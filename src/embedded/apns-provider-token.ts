import { privateKeyPem } from './local-certificate.ts';
import type { ApnsReason } from './apns-wire.ts';

/** The credentials that Apple issues to a provider: the text of the `.p8` key, its id and the team's id. */
export interface ApnsProviderKey {
  key: string;
  keyId: string;
  teamId: string;
}

export interface ApnsTokenCheck {
  providerKey: ApnsProviderKey;
  /** The fault of an `authorization` header, or undefined if it is valid. */
  check: (authorization: string | undefined) => Promise<ApnsReason | undefined>;
}

/** "Establishing a token-based connection to APNs": a token older than an hour is refused. */
const LIFETIME_SECONDS = 3600;

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Generates a provider's signing key, and the check that Apple makes of tokens signed with it. */
export async function createApnsTokenCheck(): Promise<ApnsTokenCheck> {
  const keys = await crypto.subtle.generateKey(ES256, true, ['sign', 'verify']);
  const providerKey = { key: await privateKeyPem(keys.privateKey), keyId: 'LOCALKEY01', teamId: 'LOCALTEAM1' };
  // A provider sends the same token with every push for most of an hour, so its signature is verified once.
  let genuine: { token: string; issuedAt: number } | undefined;

  const read = async (token: string): Promise<number | undefined> => {
    const [header = '', claims = '', signature = ''] = token.split('.');
    const { alg, kid } = part(header);
    const { iss, iat } = part(claims);
    if (alg !== 'ES256' || kid !== providerKey.keyId || iss !== providerKey.teamId) return undefined;
    const signed = Buffer.from(`${header}.${claims}`);
    const valid = await crypto.subtle.verify(ES256, keys.publicKey, Buffer.from(signature, 'base64url'), signed);
    return valid && typeof iat === 'number' ? iat : undefined;
  };

  return {
    providerKey,
    async check(authorization) {
      const token = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return 'MissingProviderToken';
      if (genuine?.token !== token) {
        const issuedAt = await read(token);
        if (issuedAt === undefined) return 'InvalidProviderToken';
        genuine = { token, issuedAt };
      }
      return Date.now() / 1000 - genuine.issuedAt > LIFETIME_SECONDS ? 'ExpiredProviderToken' : undefined;
    },
  };
}

function part(base64url: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
