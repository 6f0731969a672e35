import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, UnsecuredJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { approves, CibaClient, hintOf } from '../support/ciba-client.ts';
import { discovered, INSECURE } from '../support/discovered.ts';
import { DpopKey, type ProofChange } from '../support/dpop-key.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { TestService } from '../support/service.ts';

/* eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
const PLAIN_HTTP = { execute: [openid.allowInsecureRequests] };

const CALLBACK = 'https://shop.example/callback';
const SECRET = 'a-secret-of-the-shop';
const shop = `shop-${randomUUID()}`;
const strict = `strict-${randomUUID()}`;
const ALGORITHMS = 'algs="ES256 PS256 EdDSA Ed25519"';

let service: TestService;
let issuer: URL;
let tokenUrl: string;
let key: DpopKey;
let other: DpopKey;

beforeAll(async () => {
  service = await TestService.start();
  issuer = new URL(service.issuer);
  tokenUrl = `${service.issuer}/oauth2/token`;
  [key, other] = await Promise.all([DpopKey.generate(), DpopKey.generate()]);
  const common = { secret: SECRET, returnUrls: [CALLBACK] };
  await service.rows.clients.register({
    ...common,
    clientId: shop,
    scopes: ['authentications', 'openid', 'sim-swap:check'],
  });
  await service.rows.clients.register({ ...common, clientId: strict, dpopBound: true });
});
afterAll(async () => {
  await service.stop();
});

const discover = (clientId = shop) =>
  openid.discovery(issuer, clientId, undefined, openid.ClientSecretPost(SECRET), PLAIN_HTTP);

interface Answer {
  status: number;
  challenge: string | null;
  body: Record<string, string>;
}

async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, string>,
  };
}

/** Asks the token endpoint with a proof, or without one. */
const askToken = (proof: string | undefined, form: Record<string, string> = {}, clientId = shop) =>
  send(tokenUrl, {
    method: 'POST',
    headers: proof === undefined ? {} : { DPoP: proof },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: SECRET,
      ...form,
    }),
  });

const boundToken = async (form: Record<string, string> = {}) =>
  (await askToken(await key.proof('POST', tokenUrl), form)).body['access_token']!;

/** The code of a new person, and the verifier of its request. */
async function logIn(parameters: Record<string, string> = {}): Promise<{ code: string; verifier: string; back: URL }> {
  const verifier = openid.randomPKCECodeVerifier();
  const sent = {
    client_id: shop,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 's',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const person = await service.addLine({ owner: { birthDate: '900101', genderDigit: '2' } });
  const address = `${service.issuer}/oauth2/authorize?${new URLSearchParams(sent).toString()}`;
  const back = await new LogInBrowser(service).logIn(address, person);
  return { code: back.searchParams.get('code')!, verifier, back };
}

describe('libraries, unchanged', () => {
  it('openid-client gets a bound token of a client and calls /v1 with it', async () => {
    const config = await discover();
    const DPoP = openid.getDPoPHandle(config, key);
    const tokens = await openid.clientCredentialsGrant(config, {}, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: key.jkt });
    const url = new URL(`/v1/authentications/${randomUUID()}?wait=0`, issuer);
    const call = () =>
      openid.fetchProtectedResource(config, tokens.access_token, url, 'GET', null, undefined, { DPoP });
    expect([(await call()).status, (await call()).status]).toEqual([404, 404]);
    const introspected = await openid.tokenIntrospection(config, tokens.access_token);
    expect(introspected).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.jkt } });
  });

  it('openid-client pushes a request with a proof, redeems its code with the same key and reads userinfo', async () => {
    const config = await discover(strict);
    const DPoP = openid.getDPoPHandle(config, key);
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier);
    const parameters = { redirect_uri: CALLBACK, scope: 'openid', code_challenge, code_challenge_method: 'S256' };
    const pushed = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
    const person = await service.addLine({ owner: { birthDate: '900101', genderDigit: '2' } });
    const back = await new LogInBrowser(service).logIn(pushed, person);
    const foreign = { DPoP: openid.getDPoPHandle(config, other) };
    await expect(
      openid.authorizationCodeGrant(config, back, { pkceCodeVerifier }, undefined, foreign),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier }, undefined, { DPoP });
    const { sub } = tokens.claims()!;
    expect(await openid.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toEqual({ sub });
    await expect(openid.fetchUserInfo(config, tokens.access_token, sub)).rejects.toMatchObject({ status: 401 });
  });

  it('oauth4webapi binds the code by dpop_jkt', async () => {
    const as = await discovered(service.issuer);
    expect(as.dpop_signing_alg_values_supported).toEqual(['ES256', 'PS256', 'EdDSA', 'Ed25519']);
    const client = { client_id: shop };
    const way = oauth.ClientSecretBasic(SECRET);
    const DPoP = oauth.DPoP({ [oauth.clockSkew]: 0 }, key);
    expect(await DPoP.calculateThumbprint()).toBe(key.jkt);
    const { back, verifier } = await logIn({ dpop_jkt: key.jkt });
    const parameters = oauth.validateAuthResponse(as, client, back, 's');
    const without = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      way,
      parameters,
      CALLBACK,
      verifier,
      INSECURE,
    );
    await expect(oauth.processAuthorizationCodeResponse(as, client, without)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const answer = await oauth.authorizationCodeGrantRequest(as, client, way, parameters, CALLBACK, verifier, {
      ...INSECURE,
      DPoP,
    });
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer);
    expect(tokens.token_type).toBe('dpop');
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, { ...INSECURE, DPoP });
    expect(info.status).toBe(200);
  });

  it('openid-client polls with a proof, and the token of the person is bound', async () => {
    const client = await CibaClient.register(service);
    const way = openid.PrivateKeyJwt(await client.key());
    const config = await openid.discovery(issuer, client.clientId, undefined, way, PLAIN_HTTP);
    const { person, phone, ...rest } = await service.subscriber();
    const asked = await openid.initiateBackchannelAuthentication(config, {
      scope: 'openid',
      login_hint: hintOf(person),
    });
    const DPoP = openid.getDPoPHandle(config, key);
    const polling = openid.pollBackchannelAuthenticationGrant(config, asked, undefined, { DPoP });
    await approves({ person, phone, ...rest }, asked['pushguard_match'] as string);
    const tokens = await polling;
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: key.jkt });
  });
});

const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;

/** Proofs that are refused at both kinds of endpoints. */
const WRONG: [string, () => ProofChange | Promise<ProofChange>][] = [
  ['of another type', () => ({ header: { typ: 'JWT' } })],
  ['with a critical extension', () => ({ header: { crit: ['b64'], b64: true } })],
  ...['none', 'HS256', 'PS256', 'RS256', 'EdDSA'].map((alg): [string, () => ProofChange] => [
    `whose header names ${alg}`,
    () => ({ header: { alg } }),
  ]),
  ['without a key', () => ({ header: { jwk: undefined } })],
  ['with a private key', async () => ({ header: { jwk: await exportJWK(key.privateKey) } })],
  ['with a key in padded numbers', () => ({ header: { jwk: { ...key.jwk, x: `${key.jwk.x}=` } } })],
  ['with a symmetric key', () => ({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
  ['signed by another key', () => ({ signWith: other.privateKey })],
  ['for another method', () => ({ claims: { htm: 'PUT' } })],
  ['for another address', () => ({ claims: { htu: `${service.issuer}/oauth2/par` } })],
  ['for another host', () => ({ claims: { htu: 'https://evil.example/oauth2/token' } })],
  ['without an address', () => ({ claims: { htu: undefined } })],
  ['of two minutes ago', () => ({ claims: { iat: seconds(-120) } })],
  ['of the future', () => ({ claims: { iat: seconds(120) } })],
  ['without a time', () => ({ claims: { iat: undefined } })],
  ['without a jti', () => ({ claims: { jti: undefined } })],
  ['with a jti of 256 characters', () => ({ claims: { jti: 'j'.repeat(256) } })],
];

describe('the token endpoint', () => {
  it.each(['ES256', 'PS256', 'Ed25519'])(
    'takes a proof by a key of %s, once, and ignores a query in htu',
    async (alg) => {
      const one = await DpopKey.generate(alg);
      const proof = await one.proof('POST', `${tokenUrl}?a=1`);
      const answers = await Promise.all([askToken(proof), askToken(proof), askToken(proof)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
      const refused = answers.filter(({ status }) => status === 400);
      expect(refused.map(({ body }) => body['error'])).toEqual(['invalid_dpop_proof', 'invalid_dpop_proof']);
      const { body } = answers.find(({ status }) => status === 200)!;
      expect(body['token_type']).toBe('DPoP');
      expect(decodeJwt(body['access_token']!)['cnf']).toEqual({ jkt: one.jkt });
    },
  );

  it.each(WRONG)('refuses a proof %s', async (_case, change) => {
    const proof = await key.proof('POST', tokenUrl, undefined, await change());
    expect(await askToken(proof)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
  });

  it.each<[string, () => string | Promise<string>]>([
    ['no JWT', () => 'x'],
    ['an unsigned JWT', () => new UnsecuredJWT({ htm: 'POST' }).encode()],
    ['two proofs', async () => `${await key.proof('POST', tokenUrl)}, ${await key.proof('POST', tokenUrl)}`],
    ['a proof of 5,000 characters', () => key.proof('POST', tokenUrl, undefined, { claims: { x: 'x'.repeat(4000) } })],
  ])('refuses %s', async (_case, proof) => {
    expect(await askToken(await proof())).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
  });

  it('gives a client that is registered for bound tokens none without a proof, and its other grants neither', async () => {
    expect(await askToken(undefined, {}, strict)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    const { code, verifier } = await logIn({ client_id: strict });
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier };
    expect(await askToken(undefined, form, strict)).toMatchObject({ body: { error: 'invalid_dpop_proof' } });
    expect(await askToken(await key.proof('POST', tokenUrl), form, strict)).toMatchObject({
      status: 200,
      body: { token_type: 'DPoP' },
    });
  });

  it('refuses a pushed request whose dpop_jkt is of another key than its proof, and a thumbprint of no form', async () => {
    const url = `${service.issuer}/oauth2/par`;
    const par = async (dpop_jkt: string) =>
      send(url, {
        method: 'POST',
        headers: { DPoP: await key.proof('POST', url) },
        body: new URLSearchParams({
          client_id: shop,
          client_secret: SECRET,
          response_type: 'code',
          redirect_uri: CALLBACK,
          scope: 'openid',
          nonce: 'n',
          dpop_jkt,
        }),
      });
    expect(await par(other.jkt)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await par('short')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await par(key.jkt)).toMatchObject({ status: 201 });
  });
});

describe('a bound token', () => {
  /** Doors of three kinds, with the scope that each needs. */
  const DOORS: [string, string, string][] = [
    ['/v1', 'POST', '/v1/authentications'],
    ['userinfo', 'GET', '/oauth2/userinfo'],
    ['CAMARA', 'POST', '/sim-swap/v2/check'],
    ['webhooks', 'GET', '/v1/webhook-endpoints'],
    ['carriers', 'POST', '/carrier/v1/events'],
    ['the call centre', 'GET', '/operator/v1/overview'],
  ];
  const call = (method: string, path: string, headers: Record<string, string>) =>
    send(service.issuer + path, {
      method,
      headers: { ...headers, ...(method === 'POST' && { 'Content-Type': 'application/json' }) },
      ...(method === 'POST' && { body: '{}' }),
    });

  it.each(DOORS)('passes the door of %s with a proof, once', async (_door, method, path) => {
    const token = await boundToken();
    const proof = await key.proof(method, service.issuer + path, token);
    const headers = { Authorization: `DPoP ${token}`, DPoP: proof };
    // What comes behind the door: the body is refused, and userinfo has nothing about a client.
    expect([200, 400, 403, 422]).toContain((await call(method, path, headers)).status);
    expect(await call(method, path, headers)).toMatchObject({
      status: 401,
      challenge: `DPoP realm="pushguard", ${ALGORITHMS}, error="invalid_dpop_proof"`,
    });
  });

  it.each(DOORS)(
    'is refused at %s by Bearer, without a proof, and with one of another key or token',
    async (...door) => {
      const [, method, path] = door;
      const token = await boundToken();
      const url = service.issuer + path;
      const proof = await key.proof(method, url, token);
      const cases: [Record<string, string>, string][] = [
        [{ Authorization: `Bearer ${token}` }, 'invalid_token'],
        [{ Authorization: `Bearer ${token}`, DPoP: proof }, 'invalid_token'],
        [{ Authorization: `DPoP ${token}` }, 'invalid_dpop_proof'],
        [{ Authorization: `DPoP ${token}`, DPoP: await other.proof(method, url, token) }, 'invalid_dpop_proof'],
        [{ Authorization: `DPoP ${token}`, DPoP: await key.proof(method, url) }, 'invalid_dpop_proof'],
        [
          { Authorization: `DPoP ${token}`, DPoP: await key.proof(method, url, await boundToken()) },
          'invalid_dpop_proof',
        ],
      ];
      for (const [headers, error] of cases)
        expect(await call(method, path, headers)).toMatchObject({
          status: 401,
          challenge: `DPoP realm="pushguard", ${ALGORITHMS}, error="${error}"`,
        });
    },
  );

  it.each(WRONG)('is refused with a proof %s', async (_case, change) => {
    const token = await boundToken();
    const path = '/v1/authentications';
    const proof = await key.proof('POST', service.issuer + path, token, await change());
    expect(await call('POST', path, { Authorization: `DPoP ${token}`, DPoP: proof })).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(/^DPoP .*error="invalid_dpop_proof"$/),
      body: { code: 'invalid_token', detail: expect.stringMatching(/proof/) },
    });
  });

  it('that is sent with one proof many times at once passes once', async () => {
    const token = await boundToken();
    const path = `/v1/authentications/${randomUUID()}`;
    const proof = await key.proof('GET', service.issuer + path, token);
    const headers = { Authorization: `DPoP ${token}`, DPoP: proof };
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('GET', path, headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 401, 401, 404].sort());
  });

  it('is refused in the form of userinfo', async () => {
    const init = { method: 'POST', body: new URLSearchParams({ access_token: await boundToken() }) };
    expect(await send(`${service.issuer}/oauth2/userinfo`, init)).toMatchObject({
      status: 401,
      challenge: `DPoP realm="pushguard", ${ALGORITHMS}, error="invalid_token"`,
    });
  });

  it('tells of a missing scope by its own scheme, and a token without a key has no proof', async () => {
    const token = await boundToken({ scope: 'sim-swap:check' });
    const path = `/v1/authentications/${randomUUID()}`;
    const proof = () => key.proof('GET', service.issuer + path, token);
    expect(await call('GET', path, { Authorization: `DPoP ${token}`, DPoP: await proof() })).toMatchObject({
      status: 403,
      challenge: `DPoP realm="pushguard", ${ALGORITHMS}, error="insufficient_scope", scope="authentications"`,
    });
    const unbound = (await askToken(undefined)).body['access_token']!;
    expect(await call('GET', path, { Authorization: `DPoP ${unbound}`, DPoP: await proof() })).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(/^DPoP .*error="invalid_token"$/),
    });
    expect(await call('GET', path, { Authorization: `Bearer ${unbound}` })).toMatchObject({ status: 404 });
  });
});
