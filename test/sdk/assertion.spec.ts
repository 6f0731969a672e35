import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { AssertionChecks } from '../../src/sdk/assertion.ts';
import { Pushguard } from '../../src/sdk/pushguard.ts';
import { freePort } from '../support/free-port.ts';

const CLIENT = 'shop';
const ID = '0198c5f0-0000-7000-8000-000000000001';

/** An issuer that publishes one key, so that a test can sign whatever it likes by it. */
let server: Server;
let issuer: string;
let client: Pushguard;
let key: CryptoKey;
let published: JWK;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  published = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  server = createServer((_request, reply) => {
    reply.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [published] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new Pushguard({ issuer, clientId: CLIENT, clientSecret: 'any' });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const seconds = () => Math.floor(Date.now() / 1000);

/** The claims that the service puts into an assertion, with changes. */
function claims(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: issuer,
    aud: CLIENT,
    sub: 'person-1',
    iat: seconds(),
    exp: seconds() + 300,
    jti: ID,
    acr: 'push',
    amr: ['pop', 'pin', 'otp', 'mfa'],
    birthDate: '1990-01-01',
    gender: 'male',
    foreigner: false,
    phoneNumber: '+821012345678',
    verifiedAt: new Date().toISOString(),
    channel: 'push',
    ...change,
  };
}

const signed = (payload: Record<string, unknown>, header: object = {}, by: CryptoKey | Uint8Array = key) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'k1', ...header }).sign(by);

describe('verifyAssertion', () => {
  it('an assertion of the issuer for this client tells who was verified', async () => {
    const jws = await signed(claims({ recentSimChange: true }));
    expect(await client.verifyAssertion(jws, { id: ID })).toEqual({
      id: ID,
      subject: 'person-1',
      amr: ['pop', 'pin', 'otp', 'mfa'],
      birthDate: '1990-01-01',
      gender: 'male',
      foreigner: false,
      phoneNumber: '+821012345678',
      verifiedAt: expect.stringMatching(/Z$/),
      channel: 'push',
      recentSimChange: true,
      issuedAt: expect.any(Date),
      expiresAt: expect.any(Date),
    });
  });

  it('an assertion of the test mode is accepted only where that is said', async () => {
    const jws = await signed(claims({ iss: `${issuer}/test`, test: true }));
    await expect(client.verifyAssertion(jws)).rejects.toMatchObject({ code: 'invalid_assertion' });
    expect(await client.verifyAssertion(jws, { allowTest: true })).toMatchObject({ test: true });
  });

  it.each<[string, () => Promise<string>, AssertionChecks?]>([
    [
      'of the test mode’s issuer that does not say so',
      () => signed(claims({ iss: `${issuer}/test` })),
      { allowTest: true },
    ],
    ['that says it is a test, of the live issuer', () => signed(claims({ test: true })), { allowTest: true }],
    ['of another issuer', () => signed(claims({ iss: 'https://evil.example' }))],
    ['for another client', () => signed(claims({ aud: 'bank' }))],
    ['about another authentication', () => signed(claims()), { id: 'another' }],
    ['that has ended', () => signed(claims({ iat: seconds() - 400, exp: seconds() - 100 }))],
    ['without an end', () => signed(claims({ exp: undefined }))],
    ['without an id', () => signed(claims({ jti: undefined }))],
    ['that is a token of another type', () => signed(claims(), { typ: 'at+jwt' })],
    ['without the claims of a person', () => signed(claims({ phoneNumber: undefined }))],
    ['with another channel than its acr', () => signed(claims({ channel: 'sms' }))],
    ['by an unknown key', async () => signed(claims(), {}, (await generateKeyPair('ES256')).privateKey)],
    ['by a key id that is not published', () => signed(claims(), { kid: 'k2' })],
    ['by the public key as a secret', () => signed(claims(), { alg: 'HS256' }, Buffer.from(JSON.stringify(published)))],
    ['without a signature', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['with a changed claim', async () => bent(await signed(claims()))],
    ['that is no JWS', async () => 'assertion'],
  ])('an assertion %s is refused', async (...[, jwsOf, checks]) => {
    const refusal = client.verifyAssertion(await jwsOf(), checks);
    await expect(refusal).rejects.toMatchObject({ name: 'PushguardError', code: 'invalid_assertion' });
  });

  function bent(jws: string): string {
    const [header, payload = '', signature] = jws.split('.');
    const other = Buffer.from(payload, 'base64url').toString().replace('+821012345678', '+821087654321');
    return [header, Buffer.from(other).toString('base64url'), signature].join('.');
  }

  it('keys that cannot be fetched are no fault of the assertion', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const other = new Pushguard({ issuer: away, clientId: CLIENT, clientSecret: 'any' });
    await expect(other.verifyAssertion(await signed(claims({ iss: away })))).rejects.toMatchObject({ code: 'network' });
  });
});
