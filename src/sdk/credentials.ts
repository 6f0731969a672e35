import { createPrivateKey, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT, type JWK } from 'jose';

/** How the client proves itself: exactly one of the two. */
export type Credentials =
  | { clientSecret: string; privateKey?: undefined }
  | {
      /** A P-256 key as JWK (its `kid` is sent along) or as PEM. Assertions are signed with ES256. */
      privateKey: JWK | string;
      clientSecret?: undefined;
    };

/** What a client adds to the request of a token. */
export interface Proof {
  headers: Record<string, string>;
  parameters: Record<string, string>;
}

/** Makes the proof of a client, anew for each request. */
export type ProveClient = () => Promise<Proof>;

const ASSERTION_SECONDS = 60;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Returns what proves this client. Throws TypeError for credentials that cannot serve. */
export function proofOf(issuer: string, clientId: string, credentials: Credentials): ProveClient {
  const { clientSecret, privateKey } = credentials;
  if (!isText(clientId)) throw new TypeError('give the clientId');
  if ((clientSecret === undefined) === (privateKey === undefined)) {
    throw new TypeError('give either clientSecret or privateKey');
  }
  if (clientSecret !== undefined && !isText(clientSecret)) throw new TypeError('clientSecret must not be empty');
  return privateKey === undefined ? bySecret(clientId, clientSecret) : byKey(issuer, clientId, privateKey);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function bySecret(clientId: string, secret: string): ProveClient {
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString('base64');
  return async () => ({ headers: { Authorization: `Basic ${basic}` }, parameters: {} });
}

/** As RFC 6749, 2.3.1 wants identifiers and secrets in the `Authorization` header. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function byKey(issuer: string, clientId: string, privateKey: JWK | string): ProveClient {
  const key = readPrivateKey(privateKey);
  const kid = typeof privateKey === 'string' ? undefined : privateKey.kid;
  return async () => {
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...(kid !== undefined && { kid }) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${ASSERTION_SECONDS} s`)
      .sign(key);
    return { headers: {}, parameters: { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion } };
  };
}

function readPrivateKey(privateKey: JWK | string): KeyObject {
  const key = keyIn(privateKey);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('privateKey must be a P-256 key');
  return key;
}

function keyIn(privateKey: JWK | string): KeyObject {
  try {
    return typeof privateKey === 'string'
      ? createPrivateKey(privateKey)
      : createPrivateKey({ key: privateKey as JsonWebKey, format: 'jwk' });
  } catch (cause) {
    throw new TypeError('privateKey must be a private key as JWK or PEM', { cause });
  }
}
