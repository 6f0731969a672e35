import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { signJws } from '../../src/crypto/compact-jws.ts';
import { keyPair } from '../support/installation.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, TestService, type Answer } from '../support/service.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const GRANT = { grant_type: 'client_credentials' };

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const basic = (clientId: string, secret: string) =>
  `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(secret)}`).toString('base64')}`;

/** RFC 6749, appendix B. */
const formEncode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);

const shop = () => {
  const { clientId, clientSecret } = service.process.announcement.clients.find((one) => one.clientId === 'demo-shop')!;
  return basic(clientId, clientSecret);
};

async function askToken(
  form: Record<string, string> | URLSearchParams | string,
  authorization?: string,
): Promise<Answer> {
  const response = await fetch(`${service.issuer}/oauth2/token`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(authorization !== undefined && { Authorization: authorization }),
    },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  return answerOf(response);
}

function register(client: Parameters<TestService['rows']['clients']['register']>[0]): Promise<string> {
  return service.rows.clients.register(client);
}

/** Expects an OAuth error (RFC 6749, 5.2): a problem document with the additional member `error`. */
function expectOAuthError(
  answer: Answer,
  status: number,
  code: Parameters<typeof expectProblem>[2],
  error: string,
): void {
  expectProblem(answer, status, code, { error, error_description: answer.body['detail'] });
}

describe('a client with a secret', () => {
  it('a client with a secret gets a bearer token of five minutes by client_secret_basic', async () => {
    const answer = await askToken(GRANT, shop());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'authentications',
    });
    const token = answer.body['access_token'] as string;
    const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
    expect(exp - iat).toBe(300);
    expect(claims).toMatchObject({ iss: service.issuer, sub: 'demo-shop', scope: 'authentications' });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  });

  it('a client with a secret may have any characters in its id and its secret, form-encoded', async () => {
    const [clientId, secret] = [`가게 1:2+3/${randomUUID()}`, 'p:a+s s%26=&비밀'];
    await register({ clientId, secret });
    expect((await askToken(GRANT, basic(clientId, secret))).status).toBe(200);
    expectOAuthError(await askToken(GRANT, basic(clientId, `${secret} `)), 401, 'invalid_client', 'invalid_client');
  });

  it.each<[string, () => string | undefined]>([
    ['no credentials', () => undefined],
    ['a wrong secret', () => basic('demo-shop', 'wrong')],
    ['an empty secret', () => basic('demo-shop', '')],
    ['a right secret under another scheme', () => shop().replace('Basic ', 'Bearer ')],
    ['an unknown client', () => basic('nobody', 'wrong')],
    ['no colon', () => `Basic ${Buffer.from('demo-shop').toString('base64')}`],
    ['an empty client id', () => basic('', 'wrong')],
    ['what is no base64', () => 'Basic ~~~'],
    ['broken percent signs', () => `Basic ${Buffer.from('demo-shop:%zz').toString('base64')}`],
    ['an access token', () => 'Bearer abc'],
  ])('a client with a secret is refused with %s', async (_case, authorization) => {
    const answer = await askToken(GRANT, authorization());
    expectOAuthError(answer, 401, 'invalid_client', 'invalid_client');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('a client that registered only keys has no secret that works', async () => {
    const clientId = `keys-${randomUUID()}`;
    await register({ clientId, jwks: { keys: [keyPair().publicJwk] } });
    for (const secret of ['', '\0', 'null']) {
      expectOAuthError(await askToken(GRANT, basic(clientId, secret)), 401, 'invalid_client', 'invalid_client');
    }
  });
});

describe('a client with keys', () => {
  const { privateKey, publicJwk } = keyPair();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let clientId: string;

  beforeAll(async () => {
    clientId = `keys-${randomUUID()}`;
    const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' };
    await register({ clientId, jwks: { keys: [{ ...publicJwk, kid: 'ec' }, rsaJwk] } });
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  /** A client assertion that is valid except for these changes. A member that is undefined is left out. */
  const assertion = (
    change: { header?: object; claims?: object } = {},
    signWith: (input: Buffer) => Buffer = es256(privateKey),
  ) => {
    const header = { alg: 'ES256', kid: 'ec', ...change.header };
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: service.issuer,
      iat: seconds(),
      exp: seconds() + 60,
      jti: randomUUID(),
      ...change.claims,
    };
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${input}.${signWith(Buffer.from(input)).toString('base64url')}`;
  };
  const es256 = (key: KeyObject) => (input: Buffer) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
  const present = (client_assertion: string, other: Record<string, string> = {}) =>
    askToken({ ...GRANT, client_assertion_type: JWT_BEARER, client_assertion, ...other });

  it('a client with keys gets a token by private_key_jwt with ES256 and aud = the issuer, and it works', async () => {
    const { status, body } = await present(assertion());
    expect(status).toBe(200);
    const response = await fetch(`${service.issuer}/v1/authentications/${randomUUID()}`, {
      headers: { Authorization: `Bearer ${body['access_token'] as string}` },
    });
    expectProblem(await answerOf(response), 404, 'authentication_not_found');
  });

  it('a client with keys may name itself by client_id too, and omit the kid when the algorithm leaves one key', async () => {
    expect((await present(assertion(), { client_id: clientId })).status).toBe(200);
    expect((await present(assertion({ header: { kid: undefined } }))).status).toBe(200);
  });

  it.each<[string, () => string]>([
    ['for another server', () => assertion({ claims: { aud: 'https://other.example' } })],
    ['for the token endpoint', () => assertion({ claims: { aud: `${service.issuer}/oauth2/token` } })],
    ['for a list with the issuer alone', () => assertion({ claims: { aud: [service.issuer] } })],
    ['for a list with another server', () => assertion({ claims: { aud: [service.issuer, 'https://other.example'] } })],
    ['without an audience', () => assertion({ claims: { aud: undefined } })],
    ['that is expired', () => assertion({ claims: { iat: seconds() - 120, exp: seconds() - 60 } })],
    ['that never expires', () => assertion({ claims: { exp: undefined } })],
    ['that expires in two hours', () => assertion({ claims: { exp: seconds() + 7200 } })],
    ['that is not valid yet', () => assertion({ claims: { nbf: seconds() + 60 } })],
    ['without a jti', () => assertion({ claims: { jti: undefined } })],
    ['with an empty jti', () => assertion({ claims: { jti: '' } })],
    ['with a jti of 256 characters', () => assertion({ claims: { jti: 'j'.repeat(256) } })],
    ['of another client as iss', () => assertion({ claims: { iss: 'demo-shop' } })],
    ['of an unknown client', () => assertion({ claims: { iss: 'nobody', sub: 'nobody' } })],
    ['about another client', () => assertion({ claims: { sub: 'demo-shop' } })],
    ['without sub', () => assertion({ claims: { sub: undefined } })],
    ['by another key', () => assertion({}, es256(keyPair().privateKey))],
    ['under an unknown kid', () => assertion({ header: { kid: 'other' } })],
    ['with alg none', () => assertion({ header: { alg: 'none' } }, () => Buffer.alloc(0))],
    ['with alg none and a signature', () => assertion({ header: { alg: 'none' } })],
    [
      'with HS256 by the public key',
      () => {
        const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
        return assertion({ header: { alg: 'HS256' } }, (input) => createHmac('sha256', pem).update(input).digest());
      },
    ],
    [
      'with RS256, though the key is registered',
      () => assertion({ header: { alg: 'RS256', kid: 'rsa' } }, (input) => sign('sha256', input, rsa.privateKey)),
    ],
    ['with a key of its own in the header', () => withOwnKey()],
    ['with an unknown critical header', () => assertion({ header: { crit: ['b64'], b64: false } })],
    ['with a changed payload', () => changed(assertion())],
    ['that is no JWT', () => 'abc'],
    ['that is empty', () => ''],
  ])('a client with keys is refused an assertion %s', async (_case, make) => {
    expectOAuthError(await present(make()), 401, 'invalid_client', 'invalid_client');
  });

  const withOwnKey = () => {
    const other = keyPair();
    return assertion({ header: { kid: undefined, jwk: other.publicJwk } }, es256(other.privateKey));
  };
  const changed = (jwt: string) => {
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    return [header, Buffer.from(JSON.stringify({ ...claims, x: 1 })).toString('base64url'), signature].join('.');
  };

  it('a client with keys is refused an assertion that was used before', async () => {
    const once = assertion();
    expect((await present(once)).status).toBe(200);
    expectOAuthError(await present(once), 401, 'invalid_client', 'invalid_client');
    const jti = decodeJwt(once).jti;
    expectOAuthError(await present(assertion({ claims: { jti } })), 401, 'invalid_client', 'invalid_client');
  });

  it('a client with keys whose assertion is sent many times at once gets one token', async () => {
    const once = assertion();
    const answers = await Promise.all(Array.from({ length: 6 }, () => present(once)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
  });
});

describe('the token endpoint', () => {
  it.each(['password', 'authorization_code', 'CLIENT_CREDENTIALS', ''])(
    'the token endpoint knows no grant type but client_credentials: "%s"',
    async (grant_type) => {
      const answer = await askToken({ grant_type }, shop());
      expectOAuthError(answer, 400, 'invalid_grant_type', 'unsupported_grant_type');
    },
  );

  it('the token endpoint grants the requested scopes, if all of them are the client’s', async () => {
    const [clientId, secret] = [`two-${randomUUID()}`, 'secret'];
    await register({ clientId, secret, scopes: ['carrier', 'operator'] });
    const ask = (scope?: string) =>
      askToken({ ...GRANT, ...(scope !== undefined && { scope }) }, basic(clientId, secret));
    expect((await ask()).body['scope']).toBe('carrier operator');
    expect((await ask('operator')).body['scope']).toBe('operator');
    expect((await ask('operator carrier')).body['scope']).toBe('operator carrier');
    for (const scope of ['authentications', 'operator authentications', 'everything', '']) {
      expectOAuthError(await ask(scope), 400, 'invalid_scope', 'invalid_scope');
    }
  });

  it.each<[string, () => Promise<Answer>]>([
    ['without a grant type', () => askToken({}, shop())],
    ['with a parameter that is given twice', () => askToken('grant_type=client_credentials&grant_type=x', shop())],
    [
      'with a secret and an assertion',
      () => askToken({ ...GRANT, client_assertion_type: JWT_BEARER, client_assertion: 'a.b.c' }, shop()),
    ],
    [
      'with an assertion of another type',
      () => askToken({ ...GRANT, client_assertion_type: 'x', client_assertion: 'a' }),
    ],
    ['with an assertion of no type', () => askToken({ ...GRANT, client_assertion: 'a.b.c' })],
  ])(
    'the token endpoint refuses a request %s as invalid_request, with the members of OAuth too',
    async (_case, ask) => {
      const answer = await ask();
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ code: 'invalid_request', error: 'invalid_request' });
    },
  );

  it('the token endpoint publishes its public keys and no private part', async () => {
    const response = await fetch(`${service.issuer}/oauth2/jwks`);
    const { keys } = (await response.json()) as JSONWebKeySet;
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toEqual({
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
        alg: 'ES256',
        use: 'sig',
      });
    }
    const token = await service.token();
    await jwtVerify(token, createLocalJWKSet({ keys }), { issuer: service.issuer });
  });

  it('the token endpoint publishes metadata that describes it', async () => {
    const response = await fetch(`${service.issuer}/.well-known/oauth-authorization-server`);
    expect(await response.json()).toMatchObject({
      issuer: service.issuer,
      token_endpoint: `${service.issuer}/oauth2/token`,
      jwks_uri: `${service.issuer}/oauth2/jwks`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256'],
      scopes_supported: expect.arrayContaining(['authentications', 'carrier', 'operator']),
    });
  });
});

describe('an access token', () => {
  const use = async (authorization: string | undefined): Promise<Answer> => {
    const response = await fetch(`${service.issuer}/v1/authentications/${randomUUID()}`, {
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
    return answerOf(response);
  };
  const claims = async () => decodeJwt(await service.token());
  const signed = async (change: object, typ = 'at+jwt', key = service.keys.signing[0]) =>
    signJws(key, typ, { ...(await claims()), ...change });
  const now = () => Math.floor(Date.now() / 1000);

  it('an access token made anew with the same claims is valid, which is the case that the refusals below differ from', async () => {
    expectProblem(await use(`Bearer ${await signed({})}`), 404, 'authentication_not_found');
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['that is missing', async () => undefined],
    ['that is no token', async () => 'Bearer abc'],
    ['that is empty', async () => 'Bearer '],
    ['under another scheme', async () => `Basic ${await service.token()}`],
    ['of another issuer', async () => `Bearer ${await signed({ iss: 'https://other.example' })}`],
    ['for another service', async () => `Bearer ${await signed({ aud: 'https://other.example' })}`],
    ['that is expired', async () => `Bearer ${await signed({ iat: now() - 301, exp: now() - 1 })}`],
    ['that never expires', async () => `Bearer ${await signed({ exp: undefined })}`],
    ['of another kind', async () => `Bearer ${await signed({}, 'JWT')}`],
    ['signed by another key under our kid', async () => `Bearer ${await signed({}, 'at+jwt', impostor())}`],
    ['with its payload changed', async () => `Bearer ${await withPayload({ scope: 'operator' })}`],
    ['with alg none', async () => `Bearer ${await withAlgorithm('none')}`],
    ['with alg HS256', async () => `Bearer ${await withAlgorithm('HS256')}`],
    ['without its signature', async () => `Bearer ${(await service.token()).replace(/[^.]+$/, '')}`],
    ['with something behind it', async () => `Bearer ${await service.token()}A`],
  ])('an access token %s is refused', async (_case, make) => {
    const answer = await use(await make());
    expectProblem(answer, 401, 'invalid_token');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });

  it('an assertion of the service is not accepted as an access token', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const { body } = await service.verify(id, await service.textedCode(person.phoneNumber));
    expectProblem(await use(`Bearer ${body['assertion'] as string}`), 401, 'invalid_token');
  });

  it.each<[string, string, 'authentications' | 'carrier' | 'operator', object | undefined]>([
    ['POST', '/v1/authentications', 'operator', {}],
    ['GET', '/v1/authentications/some-id', 'carrier', undefined],
    ['POST', '/v1/windows', 'operator', {}],
    ['POST', '/operator/v1/subscriptions', 'authentications', {}],
    ['POST', '/operator/v1/subscriptions/some-id/unlock-pin', 'carrier', {}],
  ])('an access token at %s %s with the scope %s is 403 insufficient_scope', async (method, path, scope, body) => {
    expectProblem(await service.call(method, path, body, { scope }), 403, 'insufficient_scope');
  });

  const impostor = () => ({ ...keyPair(), kid: service.keys.signing[0].kid });
  const withPayload = async (change: object) => {
    const [header = '', , signature = ''] = (await service.token()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...(await claims()), ...change })).toString('base64url');
    return [header, payload, signature].join('.');
  };
  const withAlgorithm = async (alg: string) => {
    const [header = '', payload = '', signature = ''] = (await service.token()).split('.');
    const read = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
    return [Buffer.from(JSON.stringify({ ...read, alg })).toString('base64url'), payload, signature].join('.');
  };
});
