import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CompactEncrypt, CompactSign, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import type { PublicJwk } from '../../src/phone/device-keys.ts';
import type { ServiceKey } from '../../src/phone/service-keys.ts';

/** A signing key pair of the service. */
export interface PlayedKey {
  privateKey: CryptoKey;
  publicJwk: ServiceKey;
}

export async function playedKey(kid: string): Promise<PlayedKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateKey, publicJwk: { ...((await exportJWK(publicKey)) as PublicJwk), kid } };
}

export interface Sealing {
  key: PlayedKey;
  to: PublicJwk;
  kid: string;
  claims: object | string;
  typ?: string;
  signingKid?: string | undefined;
  alg?: string;
  enc?: string;
  header?: object;
}

/** Signs the claims and seals them for a device, as the service does; a test can falsify every part. */
export async function seal(sealing: Sealing): Promise<string> {
  const { key, to, kid, claims, typ = 'pushguard-code+jwt', alg = 'ECDH-ES', enc = 'A256GCM' } = sealing;
  const signingKid = 'signingKid' in sealing ? sealing.signingKid : key.publicJwk.kid;
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const jws = await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'ES256', typ, ...(signingKid === undefined ? {} : { kid: signingKid }) })
    .sign(key.privateKey);
  return new CompactEncrypt(new TextEncoder().encode(jws))
    .setProtectedHeader({ alg, enc, kid, ...sealing.header })
    .encrypt(to);
}

export interface PlayedRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface PlayedAnswer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
}

/** A simulated service on its own port. It replies with `answer` and records the requests. */
export async function playService(answer: (request: PlayedRequest) => PlayedAnswer) {
  const requests: PlayedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      const { status = 200, headers = {}, json, text } = answer(request);
      const type = status >= 400 ? 'application/problem+json' : 'application/json';
      outgoing.writeHead(status, { 'content-type': type, connection: 'close', ...headers });
      outgoing.end(text ?? (json === undefined ? '' : JSON.stringify(json)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
