import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { constants, createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { CAMARA_SCOPES } from '../../src/http/client.guard.ts';
import { signJws } from '../../src/crypto/compact-jws.ts';
import { keyPair } from '../support/installation.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, TestService, type Answer } from '../support/service.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const GRANT = { grant_type: 'client_credentials' };

const SIGNED_START = {
  birthDate: '900101',
  genderDigit: '1',
  phoneNumber: '010-1234-5678',
  purpose: '이체',
  method: 'sign',
  transaction: [{ label: '금액', value: '1원' }],
};

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
  endpoint = 'token',
): Promise<Answer> {
  const response = await fetch(`${service.issuer}/oauth2/${endpoint}`, {
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

/** Expects an OAuth error as JSON (RFC 6749, 5.2), which has the members of a problem document too. */
function expectOAuthError(answer: Answer, status: number, code: string, error = code): void {
  expect({ status: answer.status, type: answer.headers.get('content-type'), body: answer.body }).toEqual({
    status,
    type: 'application/json; charset=utf-8',
    body: expect.objectContaining({
      error,
      // The characters that RFC 6749, 5.2 allows.
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/),
      code,
      status,
    }),
  });
  expect(answer.headers.get('cache-control')).toBe('no-store');
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
    expectOAuthError(await askToken(GRANT, basic(clientId, `${secret} `)), 401, 'invalid_client');
  });

  it.each<[string, () => string]>([
    ['a wrong secret', () => basic('demo-shop', 'wrong')],
    ['an empty secret', () => basic('demo-shop', '')],
    ['a right secret under another scheme', () => shop().replace('Basic ', 'Bearer ')],
    ['an unknown client', () => basic('nobody', 'wrong')],
    ['no colon', () => `Basic ${Buffer.from('demo-shop').toString('base64')}`],
    ['an empty client id', () => basic('', 'wrong')],
    ['what is no base64', () => 'Basic ~~~'],
    ['broken percent signs', () => `Basic ${Buffer.from('demo-shop:%zz').toString('base64')}`],
    ['an access token', () => 'Bearer abc'],
  ])(
    'a client with a secret is refused with %s, and told of the scheme of the header',
    async (_case, authorization) => {
      const answer = await askToken(GRANT, authorization());
      expectOAuthError(answer, 401, 'invalid_client');
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="pushguard"');
    },
  );

  it.each<[string, Record<string, string>]>([
    ['no credentials', {}],
    ['an empty secret', { client_id: 'demo-shop', client_secret: '' }],
    ['a client id alone', { client_id: 'demo-shop' }],
    ['a wrong secret', { client_id: 'demo-shop', client_secret: 'wrong' }],
    ['an unknown client', { client_id: 'nobody', client_secret: 'wrong' }],
    ['a secret alone', { client_secret: 'wrong' }],
  ])('a client with %s in the body is refused without WWW-Authenticate', async (_case, credentials) => {
    const answer = await askToken({ ...GRANT, ...credentials });
    expectOAuthError(answer, 401, 'invalid_client');
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  it('a client with a secret may send it in the body, or name itself there beside the header', async () => {
    const { clientId, clientSecret } = service.process.announcement.clients.find(
      (one) => one.clientId === 'demo-shop',
    )!;
    const posted = { client_id: clientId, client_secret: clientSecret };
    expect((await askToken({ ...GRANT, ...posted })).status).toBe(200);
    expect((await askToken({ ...GRANT, client_id: clientId }, shop())).status).toBe(200);
    expect((await askToken({ ...GRANT, client_id: '' }, shop())).status).toBe(200);
    expectOAuthError(await askToken({ ...GRANT, client_id: 'demo-portal' }, shop()), 401, 'invalid_client');
    expectOAuthError(await askToken({ ...GRANT, ...posted }, shop()), 400, 'invalid_request');
  });

  it('a client that is registered for one way to authenticate is refused every other', async () => {
    const [secret, jwks] = ['secret', { keys: [keyPair().publicJwk] }];
    const ways = {
      client_secret_basic: (clientId: string) => askToken(GRANT, basic(clientId, secret)),
      client_secret_post: (clientId: string) => askToken({ ...GRANT, client_id: clientId, client_secret: secret }),
    };
    for (const authMethod of ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const) {
      const clientId = `one-way-${randomUUID()}`;
      await register({ clientId, secret, jwks, authMethod });
      for (const [way, ask] of Object.entries(ways)) {
        const answer = await ask(clientId);
        if (way === authMethod) expect(answer.status).toBe(200);
        else expectOAuthError(answer, 401, 'invalid_client');
      }
    }
  });

  it('a client that registered only keys has no secret that works', async () => {
    const clientId = `keys-${randomUUID()}`;
    await register({ clientId, jwks: { keys: [keyPair().publicJwk] } });
    for (const secret of ['', '\0', 'null']) {
      expectOAuthError(await askToken(GRANT, basic(clientId, secret)), 401, 'invalid_client');
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

  it.each<[string, object, string]>([
    ['without aud', { aud: undefined }, "The assertion's aud is missing."],
    ['without exp', { exp: undefined }, "The assertion's exp is missing."],
    ['without jti', { jti: undefined }, "The assertion's jti is missing."],
    ['without sub', { sub: undefined }, "The assertion's sub is missing."],
    ['with another sub', { sub: 'demo-shop' }, "The assertion's sub must be the client_id."],
    ['with an nbf to come', { nbf: seconds() + 60 }, "The assertion's nbf is in the future."],
    ['with an exp that is over', { iat: seconds() - 120, exp: seconds() - 60 }, "The assertion's exp is in the past."],
    ['with an iat of words', { iat: 'now' }, "The assertion's iat must be a number of seconds."],
    ['with an exp of words', { exp: 'soon' }, "The assertion's exp must be a number of seconds."],
  ])(
    'a refused assertion %s is told which claim is wrong, and one by another key is not',
    async (_case, claims, said) => {
      expect((await present(assertion({ claims }))).body['error_description']).toBe(said);
      const forged = await present(assertion({ claims }, es256(keyPair().privateKey)));
      expect(forged.body['error_description']).toContain('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
    },
  );

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
    ['from two minutes in the future', () => assertion({ claims: { iat: seconds() + 120, exp: seconds() + 180 } })],
    ['whose iat is a text', () => assertion({ claims: { iat: 'now' } })],
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
  ])('a client with keys is refused an assertion %s', async (_case, make) => {
    const answer = await present(make());
    expectOAuthError(answer, 401, 'invalid_client');
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  it('a client with keys may not name another client by client_id', async () => {
    expectOAuthError(await present(assertion(), { client_id: 'demo-shop' }), 401, 'invalid_client');
  });

  it('a client with keys that is registered for a secret is refused its assertion', async () => {
    const other = `secret-only-${randomUUID()}`;
    await register({ clientId: other, jwks: { keys: [publicJwk] }, authMethod: 'client_secret_basic' });
    const jwt = assertion({ header: { kid: undefined }, claims: { iss: other, sub: other } });
    expectOAuthError(await present(jwt), 401, 'invalid_client');
  });

  it('a client with keys may name the token endpoint as the audience only where it is registered for that', async () => {
    const other = `endpoint-${randomUUID()}`;
    await register({ clientId: other, jwks: { keys: [publicJwk] }, assertionAudience: 'endpoint' });
    const endpoint = `${service.issuer}/oauth2/token`;
    const to = (aud: unknown) =>
      present(assertion({ header: { kid: undefined }, claims: { iss: other, sub: other, aud } }));
    for (const aud of [service.issuer, endpoint, [endpoint]]) expect((await to(aud)).status).toBe(200);
    const refused = [[endpoint, service.issuer], [endpoint, endpoint], `${endpoint}/`, [], [service.issuer]];
    for (const aud of refused) expectOAuthError(await to(aud), 401, 'invalid_client');
  });

  it('a client with several keys of one kind may omit the kid, and another’s signature is still refused', async () => {
    const [first, second] = [keyPair(), keyPair()];
    const several = `several-${randomUUID()}`;
    await register({ clientId: several, jwks: { keys: [{ ...first.publicJwk, kid: '1' }, second.publicJwk] } });
    const by = (key: KeyObject, claims: object = {}) =>
      present(assertion({ header: { kid: undefined }, claims: { iss: several, sub: several, ...claims } }, es256(key)));
    expect((await by(first.privateKey)).status).toBe(200);
    expect((await by(second.privateKey)).status).toBe(200);
    expectOAuthError(await by(keyPair().privateKey), 401, 'invalid_client');
    expectOAuthError(await by(second.privateKey, { exp: seconds() - 60 }), 401, 'invalid_client');
    expectOAuthError(await by(second.privateKey, { aud: 'https://other.example' }), 401, 'invalid_client');
  });

  it.each<[string, () => [object, string, (input: Buffer) => Buffer]]>([
    ['PS256', () => [rsa.publicKey.export({ format: 'jwk' }), 'PS256', ps256]],
    ['EdDSA', () => [{ ...edwards.publicKey.export({ format: 'jwk' }), alg: 'EdDSA' }, 'EdDSA', ed25519]],
    ['EdDSA under its newer name', () => [edwards.publicKey.export({ format: 'jwk' }), 'Ed25519', ed25519]],
    [
      'EdDSA, registered by one name and used by the other',
      () => [{ ...edwards.publicKey.export({ format: 'jwk' }), alg: 'EdDSA' }, 'Ed25519', ed25519],
    ],
  ])('a client with keys may sign its assertion with %s', async (_case, make) => {
    const [jwk, alg, signWith] = make();
    const other = `${alg}-${randomUUID()}`;
    await register({ clientId: other, jwks: { keys: [jwk] } });
    const jwt = assertion({ header: { alg, kid: undefined }, claims: { iss: other, sub: other } }, signWith);
    expect((await present(jwt)).status).toBe(200);
  });

  const edwards = generateKeyPairSync('ed25519');
  const ed25519 = (input: Buffer) => sign(null, input, edwards.privateKey);
  const ps256 = (input: Buffer) => {
    const [padding, saltLength] = [constants.RSA_PKCS1_PSS_PADDING, constants.RSA_PSS_SALTLEN_DIGEST];
    return sign('sha256', input, { key: rsa.privateKey, padding, saltLength });
  };

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
    expectOAuthError(await present(once), 401, 'invalid_client');
    const jti = decodeJwt(once).jti;
    expectOAuthError(await present(assertion({ claims: { jti } })), 401, 'invalid_client');
  });

  it('a client with keys whose assertion is sent many times at once gets one token', async () => {
    const once = assertion();
    const answers = await Promise.all(Array.from({ length: 6 }, () => present(once)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
  });
});

describe('the token endpoint', () => {
  it('a required parameter that was left out is named as missing, and a field of JSON too', async () => {
    const form = (path: string) => askToken({}, shop(), path);
    for (const [path, name] of [
      ['token', 'grant_type'],
      ['revoke', 'token'],
      ['introspect', 'token'],
    ] as const) {
      const { body } = await form(path);
      const detail = `Send ${name}.`;
      expect(body).toMatchObject({ error: 'invalid_request', error_description: detail });
      expect(body['errors']).toEqual([{ pointer: `/${name}`, detail }]);
    }
    const { body } = await service.call('POST', '/v1/authentications', { genderDigit: 1 });
    const errors = body['errors'] as { pointer: string; detail: string }[];
    const of = (pointer: string) => errors.filter((error) => error.pointer === pointer).map(({ detail }) => detail);
    expect(of('/birthDate')).toEqual(['Send birthDate.']);
    expect(of('/genderDigit')).toEqual(['Send genderDigit as a text of one digit.']);
  });

  it.each(['password', 'refresh_token', 'CLIENT_CREDENTIALS'])(
    'the token endpoint knows no grant type "%s"',
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
    expect((await ask('')).body['scope']).toBe('carrier operator');
    for (const scope of ['authentications', 'operator authentications', 'everything', ' ']) {
      expectOAuthError(await ask(scope), 400, 'invalid_scope');
    }
  });

  it.each<[string, () => Promise<Answer>]>([
    ['without a grant type', () => askToken({}, shop())],
    ['with an empty grant type', () => askToken({ grant_type: '' }, shop())],
    ['with an unknown parameter twice, named in other letters', () => askToken('a=1&가"\\=1&가"\\=2', shop())],
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
  ])('the token endpoint refuses a request %s as invalid_request', async (_case, ask) => {
    const answer = await ask();
    expectOAuthError(answer, 400, 'invalid_request');
  });

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

  it('the token endpoint ignores parameters that it does not know', async () => {
    const other = { audience: service.issuer, resource: 'https://api.example', constructor: 'x', __proto__x: '1' };
    expect((await askToken({ ...GRANT, ...other }, shop())).status).toBe(200);
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'].map((name) => `${name}=x`);
    expect((await askToken(`grant_type=client_credentials&${names.join('&')}`, shop())).status).toBe(200);
  });

  it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'the token endpoint is described at %s',
    async (path) => {
      const response = await fetch(service.issuer + path);
      expect(await response.json()).toEqual({
        issuer: service.issuer,
        token_endpoint: `${service.issuer}/oauth2/token`,
        jwks_uri: `${service.issuer}/oauth2/jwks`,
        authorization_endpoint: `${service.issuer}/oauth2/authorize`,
        pushed_authorization_request_endpoint: `${service.issuer}/oauth2/par`,
        require_pushed_authorization_requests: false,
        userinfo_endpoint: `${service.issuer}/oauth2/userinfo`,
        revocation_endpoint: `${service.issuer}/oauth2/revoke`,
        introspection_endpoint: `${service.issuer}/oauth2/introspect`,
        revocation_endpoint_auth_methods_supported: [
          'private_key_jwt',
          'client_secret_basic',
          'client_secret_post',
          'none',
        ],
        introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
        grant_types_supported: ['client_credentials', 'urn:openid:params:grant-type:ciba', 'authorization_code'],
        backchannel_authentication_endpoint: `${service.issuer}/oauth2/bc-authorize`,
        backchannel_token_delivery_modes_supported: ['poll', 'ping'],
        backchannel_authentication_request_signing_alg_values_supported: ['ES256', 'PS256'],
        backchannel_user_code_parameter_supported: false,
        response_types_supported: ['code'],
        response_modes_supported: ['query', 'form_post'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        prompt_values_supported: ['login', 'none'],
        display_values_supported: ['page', 'popup'],
        ui_locales_supported: ['ko', 'en'],
        acr_values_supported: [
          'approve',
          'urn:pushguard:acr:approve',
          'push',
          'urn:pushguard:acr:push',
          'otp',
          'urn:pushguard:acr:otp',
        ],
        claim_types_supported: ['normal'],
        claims_supported: expect.arrayContaining([
          'sub',
          'birthdate',
          'phone_number',
          'urn:pushguard:age_over_19',
          'di',
        ]),
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: false,
        request_object_signing_alg_values_supported: ['ES256', 'PS256'],
        scopes_supported: [
          ...['authentications', 'openid', 'signing', 'webhooks', 'carrier', 'operator', 'operator.decide'],
          ...CAMARA_SCOPES,
          ...['profile', 'phone', 'kr_identity', 'kr_di'],
        ],
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'],
        dpop_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
        token_endpoint_auth_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['ES256'],
        service_documentation: `${service.issuer}/developers`,
      });
    },
  );

  it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/oauth2/jwks'])(
    'what the token endpoint publishes at %s may be cached, checked by its ETag, and read by any page',
    async (path) => {
      const first = await fetch(service.issuer + path, { headers: { Origin: 'https://shop.example' } });
      const tag = first.headers.get('etag') ?? '';
      expect(tag).toMatch(/^"[\w-]{43}"$/);
      expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(first.headers.get('cache-control')).toBe('public, max-age=300');
      expect(first.headers.get('access-control-allow-origin')).toBe('*');
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await fetch(service.issuer + path, { headers: { 'If-None-Match': known } });
        expect({ status: again.status, tag: again.headers.get('etag'), body: await again.text() }).toEqual({
          status: 304,
          tag,
          body: '',
        });
        expect(again.headers.get('access-control-allow-origin')).toBe('*');
      }
      expect((await fetch(service.issuer + path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
    },
  );
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
    ['is missing', async () => undefined],
    ['is empty', async () => 'Bearer '],
    ['stands under another scheme', async () => `Basic ${await service.token()}`],
  ])('an access token that %s is asked for, without an error about a token', async (_case, make) => {
    const answer = await use(await make());
    expectProblem(answer, 401, 'invalid_token');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="pushguard"');
  });

  it.each<[string, () => Promise<string>]>([
    ['that is no token', async () => 'Bearer abc'],
    ['with characters of no token', async () => 'bearer  a;b'],
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
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="pushguard", error="invalid_token"');
  });

  it('an assertion of the service is not accepted as an access token', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const { body } = await service.verify(id, await service.textedCode(person.phoneNumber));
    expectProblem(await use(`Bearer ${body['assertion'] as string}`), 401, 'invalid_token');
  });

  it.each<[string, string, 'authentications' | 'carrier' | 'operator', object | undefined, string]>([
    ['POST', '/v1/authentications', 'operator', {}, 'authentications'],
    ['POST', '/v1/authentications', 'authentications', SIGNED_START, 'signing'],
    ['GET', '/v1/authentications/some-id', 'carrier', undefined, 'authentications'],
    ['POST', '/v1/windows', 'operator', {}, 'authentications'],
    ['POST', '/v1/smart-otps', 'authentications', {}, 'signing'],
    ['POST', '/carrier/v1/events', 'operator', {}, 'carrier'],
    ['POST', '/operator/v1/subscriptions', 'authentications', {}, 'operator'],
    ['POST', '/operator/v1/subscriptions/some-id/unlock-pin', 'carrier', {}, 'operator'],
  ])(
    'an access token at %s %s with the scope %s is 403 insufficient_scope, and the challenge names the scope',
    async (method, path, scope, body, needed) => {
      const answer = await service.call(method, path, body, { scope });
      expectProblem(answer, 403, 'insufficient_scope');
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer realm="pushguard", error="insufficient_scope", scope="${needed}"`,
      );
    },
  );

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
