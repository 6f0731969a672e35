import { createHash, randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JSONWebKeySet,
} from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { generateKeyring, withRsaKey } from '../../src/crypto/keyring.ts';
import { discovered, INSECURE } from '../support/discovered.ts';
import { eventually } from '../support/eventually.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { withLimitsHeld } from '../support/rows/sql.ts';
import { TEST_PIN, TestService, type TestPerson } from '../support/service.ts';

/* eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
const PLAIN_HTTP = { execute: [openid.allowInsecureRequests] };

const CALLBACK = 'https://shop.example/callback';
const SECRET = 'a-secret-of-the-shop';

let service: TestService;
let issuer: URL;
let person: TestPerson;
/** A client with a secret, and one with a key. */
const withSecret = `shop-${randomUUID()}`;
const withKey = `bank-${randomUUID()}`;
let key: CryptoKey;

beforeAll(async () => {
  service = await TestService.start({ KEYRING: withRsaKey(generateKeyring()) });
  issuer = new URL(service.issuer);
  const returnUrls = [CALLBACK, `${CALLBACK}?tenant=7`];
  await service.rows.clients.register({ clientId: withSecret, secret: SECRET, returnUrls });
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  const jwks = { keys: [await exportJWK(pair.publicKey)] };
  await service.rows.clients.register({ clientId: withKey, jwks, returnUrls });
  await service.rows.clients.register({ clientId: 'other-shop', secret: SECRET, returnUrls });
  await service.rows.clients.register({ clientId: 'carrier-only', secret: SECRET, scopes: ['carrier'], returnUrls });
  person = await newPerson();
});
afterAll(async () => {
  await service.stop();
});

/** Each person starts at most five authentications in ten minutes. */
const newPerson = () => service.addLine({ owner: { birthDate: '900101', genderDigit: '2' } });

const discover = (clientId: string, way?: openid.ClientAuth) =>
  openid.discovery(issuer, clientId, undefined, way ?? openid.ClientSecretPost(SECRET), PLAIN_HTTP);

const verifier = openid.randomPKCECodeVerifier();
const challenge = createHash('sha256').update(verifier).digest('base64url');
const PKCE = { code_challenge: challenge, code_challenge_method: 'S256' };

/** An address of the authorization endpoint with usual parameters; an undefined change leaves one out. */
function authorize(change: Record<string, string | undefined> = {}): string {
  const usual = {
    client_id: withSecret,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 'state-1',
    nonce: 'nonce-1',
    ...PKCE,
    ...change,
  };
  const given = Object.entries(usual).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []));
  return `${service.issuer}/oauth2/authorize?${new URLSearchParams(given).toString()}`;
}

interface Tokens {
  status: number;
  access_token: string;
  id_token: string;
  scope: string;
  error?: string;
}

async function redeem(code: string, change: Record<string, string | undefined> = {}): Promise<Tokens> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
    client_id: withSecret,
    client_secret: SECRET,
    ...change,
  };
  return post('token', form);
}

async function post<Body = Tokens>(endpoint: string, form: Record<string, string | undefined>): Promise<Body> {
  const given = Object.entries(form).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []));
  const response = await fetch(`${service.issuer}/oauth2/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(given),
  });
  const text = await response.text();
  return { status: response.status, ...(text ? (JSON.parse(text) as object) : {}) } as Body;
}

const userinfo = async (token: string, method = 'GET') => {
  const response = await fetch(`${service.issuer}/oauth2/userinfo`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
  });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, unknown>,
  };
};

/** Logs a new person in; returns the code. */
async function codeFor(change: Record<string, string | undefined> = {}, who?: TestPerson): Promise<string> {
  const back = await new LogInBrowser(service).logIn(authorize(change), who ?? (await newPerson()));
  return back.searchParams.get('code') ?? `no code: ${back.href}`;
}

/** Pushes a request; returns the address to which its browser is sent. */
async function push(change: Record<string, string | undefined> = {}): Promise<string> {
  const parameters = Object.fromEntries(new URL(authorize()).searchParams);
  const form: Record<string, string | undefined> = { ...parameters, client_secret: SECRET, ...change };
  const { request_uri: uri = '' } = await post<{ request_uri?: string }>('par', form);
  const sent = new URLSearchParams({ client_id: form['client_id'] ?? '', request_uri: uri });
  return `${service.issuer}/oauth2/authorize?${sent.toString()}`;
}

const locationOf = (response: Response) => new URL(response.headers.get('location') ?? 'no:location');

const claimsIn = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as object;

describe('openid-client', () => {
  it.each<[string, () => Promise<openid.Configuration>]>([
    ['client_secret_post', () => discover(withSecret)],
    ['client_secret_basic', () => discover(withSecret, openid.ClientSecretBasic(SECRET))],
    ['private_key_jwt', () => discover(withKey, openid.PrivateKeyJwt(key))],
  ])('openid-client logs a person in with %s, PKCE, state and nonce, and reads userinfo', async (_way, configure) => {
    const config = await configure();
    openid.enableNonRepudiationChecks(config);
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const scope = 'openid profile phone kr_identity kr_di email';
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope, state, nonce, ...PKCE });
    const who = await newPerson();
    const back = await new LogInBrowser(service).logIn(url, who);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    const tokens = await openid.authorizationCodeGrant(config, back, checks);
    const claims = tokens.claims()!;
    expect(claims).toMatchObject({
      acr: 'sms',
      amr: ['sms', 'otp'],
      birthdate: '1990-01-01',
      gender: 'female',
      phone_number: who.phoneNumber,
    });
    expect(tokens.scope).toBe('openid profile phone kr_identity kr_di');
    const { acr, amr, auth_time } = claims;
    // RFC 9068, 2.2.1.
    expect(claimsIn(tokens.access_token)).toMatchObject({ acr, amr, auth_time });
    expect(tokens.expires_in).toBe(300);
    const info = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    expect(info).toEqual({
      sub: claims.sub,
      birthdate: '1990-01-01',
      gender: 'female',
      phone_number: who.phoneNumber,
      phone_number_verified: true,
      'urn:pushguard:foreigner': false,
      'urn:pushguard:channel': 'sms',
      di: expect.stringMatching(/^[A-Za-z0-9+/]{64}$/),
    });
  });

  it('openid-client pushes its request, signs it, and has the answer posted by a form', async () => {
    const config = await discover(withKey, openid.PrivateKeyJwt(key));
    const parameters = { redirect_uri: CALLBACK, scope: 'openid', response_mode: 'form_post', ...PKCE };
    const signed = await openid.buildAuthorizationUrlWithJAR(config, { ...parameters, state: 's&"<', nonce: 'n' }, key);
    const pushed = await openid.buildAuthorizationUrlWithPAR(config, Object.fromEntries(signed.searchParams));
    expect(Object.fromEntries(pushed.searchParams)).toEqual({
      client_id: withKey,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/),
    });
    const browser = new LogInBrowser(service);
    await browser.begin(pushed);
    await browser.verify(await newPerson());
    const page = await browser.ask(await browser.returnAddress());
    // Chromium applies form-action to the redirects after the form too.
    expect(page.headers.get('content-security-policy')).toContain("form-action https:; base-uri 'none'");
    expect(page.headers.get('referrer-policy')).toBe('strict-origin');
    const html = await page.text();
    expect(html).toContain(`action="${CALLBACK}"`);
    const unescape = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
    const fields = [...html.matchAll(/name="(\w+)"\s+value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, unescape(value)],
    );
    const request = new Request(CALLBACK, { method: 'POST', body: new URLSearchParams(fields) });
    const checks = { pkceCodeVerifier: verifier, expectedState: 's&"<', expectedNonce: 'n' };
    const tokens = await openid.authorizationCodeGrant(config, request, checks);
    expect(tokens.claims()).toMatchObject({ nonce: 'n', aud: withKey });
    // A pushed request serves one browser.
    const again = await new LogInBrowser(service).ask(pushed);
    expect([again.status, again.headers.get('location')]).toEqual([400, null]);
  });

  it('oauth4webapi logs a person in, refreshes nothing, looks the token up and revokes it', async () => {
    const as = await discovered(service.issuer);
    const client = { client_id: withSecret };
    const way = oauth.ClientSecretBasic(SECRET);
    const back = await new LogInBrowser(service).logIn(authorize(), await newPerson());
    const parameters = oauth.validateAuthResponse(as, client, back, 'state-1');
    const answer = await oauth.authorizationCodeGrantRequest(as, client, way, parameters, CALLBACK, verifier, INSECURE);
    const checks = { expectedNonce: 'nonce-1', requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, checks);
    const look = async () =>
      oauth.processIntrospectionResponse(
        as,
        client,
        await oauth.introspectionRequest(as, client, way, tokens.access_token, INSECURE),
      );
    const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
    expect(await look()).toMatchObject({ active: true, client_id: withSecret, sub, scope: 'openid' });
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, way, tokens.access_token, INSECURE),
    );
    expect(await look()).toEqual({ active: false });
    expect(await userinfo(tokens.access_token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  it('oauth4webapi with private_key_jwt pushes a signed request with a proof, redeems the code with that key alone, and reads userinfo', async () => {
    const as = await discovered(service.issuer);
    const client: oauth.Client = { client_id: withKey };
    const way = oauth.PrivateKeyJwt(key);
    const DPoP = oauth.DPoP(client, await generateKeyPair('ES256'));
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const asked = { response_type: 'code', redirect_uri: CALLBACK, scope: 'openid phone', state, nonce, ...PKCE };
    const request = await oauth.issueRequestObject(as, client, asked, key);
    const options = { ...INSECURE, DPoP };
    const answered = await oauth.pushedAuthorizationRequest(as, client, way, { request }, options);
    const pushed = await oauth.processPushedAuthorizationResponse(as, client, answered);
    const address = new URL(as.authorization_endpoint!);
    address.search = new URLSearchParams({ client_id: withKey, request_uri: pushed.request_uri }).toString();
    const who = await newPerson();
    const back = oauth.validateAuthResponse(as, client, await new LogInBrowser(service).logIn(address, who), state);
    const redeems = async (how: object) => {
      const response = await oauth.authorizationCodeGrantRequest(as, client, way, back, CALLBACK, verifier, how);
      const checks = { expectedNonce: nonce, requireIdToken: true };
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
      await oauth.validateApplicationLevelSignature(as, response, INSECURE);
      return tokens;
    };
    await expect(redeems(INSECURE)).rejects.toMatchObject({ name: 'ResponseBodyError', error: 'invalid_grant' });
    const tokens = await redeems(options);
    expect(tokens.token_type).toBe('dpop');
    const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, options);
    expect(await oauth.processUserInfoResponse(as, client, sub, info)).toEqual({
      sub,
      phone_number: who.phoneNumber,
      phone_number_verified: true,
    });
  });

  it('oauth4webapi with private_key_jwt reads why a pushed request is refused', async () => {
    const as = await discovered(service.issuer);
    const client = { client_id: withKey };
    const push = async (by: CryptoKey, redirectUri: string) => {
      const parameters = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid', ...PKCE };
      const way = oauth.PrivateKeyJwt(by);
      const answer = await oauth.pushedAuthorizationRequest(as, client, way, parameters, INSECURE);
      return oauth.processPushedAuthorizationResponse(as, client, answer);
    };
    expect((await push(key, CALLBACK)).expires_in).toBe(60);
    const { privateKey: foreign } = await generateKeyPair('ES256');
    await expect(push(foreign, CALLBACK)).rejects.toMatchObject({ status: 401, error: 'invalid_client' });
    await expect(push(key, 'https://evil.example')).rejects.toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

/** The parameters and headers of a program that people configure, as its source sends them. */
interface Program {
  name: string;
  registered: { authMethod: 'client_secret_basic' | 'client_secret_post'; idTokenAlg?: 'RS256' };
  returnUrl: string;
  /** Of the authorization request, beside `client_id`, `redirect_uri` and `response_type`. */
  asks: Record<string, string>;
  hasPkce: boolean;
  /** Of the token request. */
  headers?: Record<string, string>;
}

const FORM_TYPE = 'application/x-www-form-urlencoded';
/** The address of the page that was asked for, or of the client’s own request, makes `state` long. */
const LONG = 'd/board?'.padEnd(2_000, 'var-a=%EB%8B%A4&');
/** SHA-256 in base64url, as Spring and oauth2-proxy make a nonce. */
const NONCE = createHash('sha256').update('nonce').digest('base64url');
const SPRING = {
  registered: { authMethod: 'client_secret_basic', idTokenAlg: 'RS256' },
  returnUrl: 'https://shop.example/login/oauth2/code/pushguard',
  asks: { scope: 'openid profile phone', state: 'yQ4bTn1cNbWv7JqkzJb6k0Yq4m6mP2nC0sJx3q1ZB2s=', nonce: NONCE },
  headers: { Accept: 'application/json;charset=UTF-8', 'Content-Type': `${FORM_TYPE};charset=UTF-8` },
} as const;
const OAUTH2_PROXY = {
  returnUrl: 'https://shop.example/oauth2/callback',
  asks: { approval_prompt: 'force', nonce: NONCE, scope: 'openid phone', state: `${NONCE}:/${LONG}` },
  hasPkce: true,
  headers: { 'Content-Type': FORM_TYPE },
} as const;
const PROGRAMS: readonly Program[] = [
  {
    name: 'Keycloak',
    registered: { authMethod: 'client_secret_basic' },
    returnUrl: 'https://keycloak.example/realms/shop/broker/pushguard/endpoint',
    asks: {
      scope: 'openid profile phone',
      state: `gNrGamIDGKpKSI9yOrcFzYTKoFGH779_WNCacAelkhk.vpISZLVDAc0.7UlEjBTPRx6oOgY9DcO8jA.${Buffer.from(LONG).toString('base64url')}`,
      prompt: 'login',
      ui_locales: 'ko-KR',
      nonce: 'wUQv0JmYw1Tn5bDk8sJx3g',
    },
    hasPkce: true,
    headers: { 'Content-Type': `${FORM_TYPE}; charset=UTF-8`, 'Accept-Encoding': 'gzip,deflate' },
  },
  { name: 'Spring Security 6', ...SPRING, hasPkce: false },
  { name: 'Spring Security 7', ...SPRING, hasPkce: true },
  { name: 'oauth2-proxy', ...OAUTH2_PROXY, registered: { authMethod: 'client_secret_basic' } },
  {
    name: 'oauth2-proxy, whose client is registered for the other way to send the secret,',
    ...OAUTH2_PROXY,
    registered: { authMethod: 'client_secret_post' },
  },
];

describe('a program that people configure', () => {
  /** With characters that change where they are encoded for a form (RFC 6749, appendix B). */
  const secret = 'a secret+of:the/shop%20';

  it.each(PROGRAMS)('$name logs a person in with what it sends', async (program) => {
    const { registered, returnUrl, asks, hasPkce, headers } = program;
    const clientId = `program-${randomUUID()}`;
    const usual = { scopes: ['openid'], returnUrls: [returnUrl] };
    await service.rows.clients.register({ clientId, secret, ...usual, ...registered });
    const identified = { response_type: 'code', client_id: clientId, redirect_uri: returnUrl };
    const query = new URLSearchParams({ ...identified, ...asks, ...(hasPkce && PKCE) }).toString();
    const who = await newPerson();
    const back = await new LogInBrowser(service).logIn(`${service.issuer}/oauth2/authorize?${query}`, who);
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([returnUrl, asks['state']]);

    const code = back.searchParams.get('code') ?? '';
    const grant = { grant_type: 'authorization_code', code, redirect_uri: returnUrl };
    const send = (body: Record<string, string>, more: Record<string, string> = {}) =>
      fetch(`${service.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: new URLSearchParams({ ...grant, ...(hasPkce && { code_verifier: verifier }), ...body }).toString(),
      });
    const encoded = [clientId, secret].map((one) => encodeURIComponent(one).replaceAll('%20', '+')).join(':');
    let answer = await send({}, { Authorization: `Basic ${Buffer.from(encoded).toString('base64')}` });
    // Go’s library tries the header first, and the body once that was refused, with the same code.
    if (registered.authMethod === 'client_secret_post') {
      expect(answer.status).toBe(401);
      answer = await send({ client_id: clientId, client_secret: secret });
    }
    const tokens = (await answer.json()) as Tokens;
    expect([answer.status, tokens.scope]).toEqual([200, asks['scope']]);

    const keys = (await (await fetch(`${service.issuer}/oauth2/jwks`)).json()) as JSONWebKeySet;
    const algorithms = [registered.idTokenAlg ?? 'ES256'];
    const expected = { issuer: service.issuer, audience: clientId, algorithms };
    const { payload } = await jwtVerify(tokens.id_token, createLocalJWKSet(keys), expected);
    expect(payload).toMatchObject({ nonce: asks['nonce'], phone_number: who.phoneNumber });
    const info = await fetch(`${service.issuer}/oauth2/userinfo`, {
      headers: { Accept: 'application/json', Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(info.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await info.json()).toMatchObject({ sub: payload.sub, phone_number: who.phoneNumber });
  });

  it('the guide configures Keycloak with the addresses and the ways of the metadata', async () => {
    const page = await (await fetch(`${service.issuer}/developers/openid-connect?lang=en`)).text();
    const text = page.split('>Keycloak</h2>')[1]?.split('<pre><code>')[1]?.split('</code>')[0] ?? '';
    const { config } = JSON.parse(text.replaceAll('&quot;', '"')) as { config: Record<string, string> };
    const metadata = (await (await fetch(`${service.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    expect(config).toMatchObject({
      issuer: metadata['issuer'],
      authorizationUrl: metadata['authorization_endpoint'],
      tokenUrl: metadata['token_endpoint'],
      userInfoUrl: metadata['userinfo_endpoint'],
      jwksUrl: metadata['jwks_uri'],
    });
    expect(metadata['token_endpoint_auth_methods_supported']).toContain(config['clientAuthMethod']);
    expect(metadata['code_challenge_methods_supported']).toContain(config['pkceMethod']);
    const keycloak = PROGRAMS.find(({ name }) => name === 'Keycloak');
    expect(config['defaultScope']).toBe(keycloak?.asks['scope']);
    expect(config['clientAuthMethod']).toBe(keycloak?.registered.authMethod);
  });
});

describe('what the OpenID Foundation tests of a basic provider', () => {
  it('discovery names every endpoint of the flow', async () => {
    const response = await fetch(`${service.issuer}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      authorization_endpoint: `${service.issuer}/oauth2/authorize`,
      userinfo_endpoint: `${service.issuer}/oauth2/userinfo`,
      response_types_supported: ['code'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'client_credentials']),
      claims_parameter_supported: true,
      acr_values_supported: expect.arrayContaining(['push', 'urn:pushguard:acr:push', 'otp', 'urn:pushguard:acr:otp']),
      request_parameter_supported: true,
    });
  });

  it('the example of the metadata in the OpenAPI document is what discovery answers', async () => {
    const [metadata, document] = await Promise.all(
      ['/.well-known/openid-configuration', '/openapi.json'].map(
        async (path) => (await (await fetch(service.issuer + path)).json()) as Record<string, object>,
      ),
    );
    type Described = Record<string, { get: { responses: { 200: { content: Record<string, { example: object }> } } } }>;
    const paths = document!['paths'] as Described;
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])
      expect(paths[path]?.get.responses[200].content['application/json']?.example).toEqual(metadata);
  });

  it.each<[string, Record<string, string | undefined>, object]>([
    ['scope=openid alone', {}, { nonce: 'nonce-1' }],
    ['no nonce', { nonce: undefined }, {}],
    ['no state', { state: undefined }, {}],
    ['max_age', { max_age: '1' }, { auth_time: expect.any(Number) }],
    ['acr_values of no meaning', { acr_values: '1 2' }, { acr: 'sms' }],
    ['acr_values of another way', { acr_values: 'urn:pushguard:acr:push' }, { acr: 'urn:pushguard:acr:sms' }],
    ['acr_values of both forms', { acr_values: 'urn:pushguard:acr:push sms' }, { acr: 'sms' }],
    [
      'a voluntary claim acr',
      { claims: '{"id_token":{"acr":{"values":["urn:pushguard:acr:otp","urn:pushguard:acr:sms"]}}}' },
      { acr: 'urn:pushguard:acr:sms' },
    ],
    ['ui_locales', { ui_locales: 'fr en' }, {}],
    [
      'display, login_hint and unknown parameters',
      { display: 'popup', login_hint: 'tel:+821012345678', extra: 'x' },
      {},
    ],
    ['prompt=login', { prompt: 'login' }, {}],
    [
      'essential claims',
      { claims: '{"id_token":{"birthdate":{"essential":true},"urn:pushguard:age_over_19":null,"unknown":null}}' },
      { birthdate: '1990-01-01', 'urn:pushguard:age_over_19': true },
    ],
    ['a nonce in place of PKCE', { code_challenge: undefined, code_challenge_method: undefined }, { nonce: 'nonce-1' }],
  ])('a request with %s logs the person in', async (_case, change, said) => {
    const back = await new LogInBrowser(service).logIn(authorize(change), await newPerson());
    const { state = 'state-1' } = change;
    expect(Object.fromEntries(back.searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      iss: service.issuer,
      ...('state' in change ? {} : { state }),
    });
    const hasPkce = !('code_challenge' in change);
    const tokens = await redeem(back.searchParams.get('code')!, hasPkce ? {} : { code_verifier: undefined });
    const claims = claimsIn(tokens.id_token);
    expect(claims).toEqual({
      iss: service.issuer,
      aud: withSecret,
      sub: expect.stringMatching(/^[\w-]{43}$/),
      iat: expect.any(Number),
      exp: expect.any(Number),
      auth_time: expect.any(Number),
      // It serves as id_token_hint: the verification is known by it.
      jti: (claimsIn(tokens.access_token) as { authentication: string }).authentication,
      at_hash: createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'),
      acr: 'sms',
      amr: ['sms', 'otp'],
      ...('nonce' in change ? {} : { nonce: 'nonce-1' }),
      ...said,
    });
  });

  it('a window begins in the language and by the method that the request names, and shows no text of a link', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize({ ui_locales: 'en', acr_values: 'otp', purpose: '송금 취소' }));
    const page = await browser.page();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('data-method="otp"');
    expect(page).not.toContain('송금 취소');
    expect(page).toContain('Identity verification');
  });

  it('the window of a client that wants it so shows two digits, and the app opens with them alone', async () => {
    const clientId = `digits-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK], logInMatch: true });
    const { person: who, phone } = await service.subscriber();
    const browser = new LogInBrowser(service);
    await browser.begin(authorize({ client_id: clientId }));
    const { birthDate, genderDigit, phoneNumber } = who;
    const shown = await browser.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
    expect(shown).toMatchObject({ channel: 'push', match: expect.stringMatching(/^\d\d$/) });
    const match = String(shown['match']);
    const [asked] = await phone.pending();
    const wrong = match === '11' ? '22' : '11';
    await expect(phone.open(asked!, TEST_PIN, undefined, wrong)).rejects.toMatchObject({ code: 'match_mismatch' });
    await phone.open(asked!, TEST_PIN, undefined, match);
    const { code } = await phone.readCode(await phone.envelope(asked!.id), asked!.id);
    expect(await browser.inWindow('verification', { code })).toMatchObject({ state: 'verified' });
    expect((await browser.leave()).searchParams.get('code')).toMatch(/^[\w-]{43}$/);
  });

  it('no page of the client may show the window of a log-in in a frame, though it may show others', async () => {
    const clientId = `framing-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    await service.rows.clients.setFrameOrigins(clientId, ['https://frame.example']);
    const policyOf = async (browser: LogInBrowser, address: string) =>
      (await browser.ask(address)).headers.get('content-security-policy');
    const browser = new LogInBrowser(service);
    await browser.begin(authorize({ client_id: clientId }));
    expect(await policyOf(browser, browser.windowAddress)).toContain("frame-ancestors 'none'");
    const other = await service.rows.windows.add({ clientId, returnUrl: CALLBACK });
    const policy = await policyOf(new LogInBrowser(service), `${service.issuer}/windows/${other}`);
    expect(policy).toContain('frame-ancestors https://frame.example');
  });

  it('a window shows the purpose that the client itself pushed', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(await push({ purpose: '회원가입' }));
    expect(await browser.page()).toContain('회원가입');
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['prompt=none', { prompt: 'none' }, 'login_required'],
    ['prompt=none beside another', { prompt: 'none login' }, 'invalid_request'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_mode=fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['no scope openid', { scope: 'profile' }, 'invalid_scope'],
    [
      'neither PKCE nor a nonce',
      { code_challenge: undefined, code_challenge_method: undefined, nonce: undefined },
      'invalid_request',
    ],
    ['PKCE with plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without a method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'abc' }, 'invalid_request'],
    ['a nonce of 257 characters', { nonce: 'n'.repeat(257) }, 'invalid_request'],
    ['a max_age of words', { max_age: 'soon' }, 'invalid_request'],
    [
      'an essential acr that nobody reaches',
      { claims: '{"id_token":{"acr":{"essential":true,"values":["gold","approve"]}}}' },
      'unmet_authentication_requirements',
    ],
    ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
    ['claims in a list', { claims: '[]' }, 'invalid_request'],
    ['claims without an object for the id_token', { claims: '{"id_token":[]}' }, 'invalid_request'],
    ['registration', { registration: '{}' }, 'registration_not_supported'],
    ['an id_token_hint of no form', { id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['a dpop_jkt of no form', { dpop_jkt: 'x' }, 'invalid_request'],
    ['a request object of no form', { request: 'abc' }, 'invalid_request_object'],
  ])('a request with %s goes back with an error', async (_case, change, error) => {
    const response = await new LogInBrowser(service).ask(authorize(change));
    const back = new URL(response.headers.get('location') ?? 'no:location');
    expect([response.status, back.origin + back.pathname]).toEqual([303, CALLBACK]);
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20-\x7e]+$/),
      state: 'state-1',
      iss: service.issuer,
    });
  });

  it.each<[string, string, string, boolean?]>([
    ['two nonces', '&nonce=n2', 'invalid_request'],
    ['two scopes', '&scope=openid', 'invalid_request'],
    ['two response modes', '&response_mode=query&response_mode=form_post', 'invalid_request'],
    ['a purpose with a NUL byte', '&purpose=a%00b', 'invalid_request'],
    ['a purpose that is no UTF-8', '&purpose=%FF', 'invalid_request'],
    ['two states', '&state=state-1', 'invalid_request', false],
    ['an address of a request elsewhere', '&request_uri=https%3A%2F%2Fevil.example%2F', 'request_uri_not_supported'],
    ['a signed request beside a pushed one', '&request=x&request_uri=urn%3Ax', 'invalid_request'],
  ])('a request with %s goes back with an error, by GET and by POST', async (_case, more, error, keepsState = true) => {
    const url = authorize() + more;
    const [address, body] = url.split('?') as [string, string];
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const init of [undefined, { method: 'POST', body, headers }]) {
      const response = await new LogInBrowser(service).ask(init ? address : url, init);
      const back = locationOf(response);
      expect([response.status, back.origin + back.pathname]).toEqual([303, CALLBACK]);
      expect(Object.fromEntries(back.searchParams)).toEqual({
        error,
        error_description: expect.stringMatching(/^[\x20-\x7e]+$/),
        ...(keepsState && { state: 'state-1' }),
        iss: service.issuer,
      });
    }
  });

  it.each(['%FF', 'a%00'])('a state that nobody can read (%s) does not come back with the error', async (state) => {
    const back = locationOf(await new LogInBrowser(service).ask(`${authorize({ state: undefined })}&state=${state}`));
    expect([back.origin + back.pathname, back.searchParams.get('error')]).toEqual([CALLBACK, 'invalid_request']);
    expect(back.searchParams.has('state')).toBe(false);
  });

  it('a parameter that the service does not know may be repeated and of any bytes', async () => {
    await new LogInBrowser(service).begin(`${authorize()}&extra=1&extra=2&other=%FF&%FF=x`);
  });

  it('the pages at the end speak the language of the window, whatever the browser asks for', async () => {
    const clientId = `english-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    const change = { client_id: clientId, ui_locales: 'en', response_mode: 'form_post' };
    const [back, left] = [new LogInBrowser(service), new LogInBrowser(service)];
    await back.begin(await push(change));
    await left.begin(authorize(change));
    const pages = [await back.ask(/id="leave" href="([^"]+)"/.exec(await back.page())?.[1] ?? '')];
    const resume = await left.returnAddress();
    await service.rows.clients.setReturnUrls(clientId, ['https://shop.example/other']);
    pages.push(await left.ask(resume));
    expect(pages.map(({ status }) => status)).toEqual([200, 400]);
    for (const page of pages) expect(await page.text()).toContain('<html lang="en"');
  });

  it('a state above the limit is refused, and does not come back', async () => {
    const response = await new LogInBrowser(service).ask(authorize({ state: 's'.repeat(4_097) }));
    const back = locationOf(response);
    expect([back.searchParams.get('error'), back.searchParams.has('state')]).toEqual(['invalid_request', false]);
    expect(
      await post('par', {
        ...Object.fromEntries(new URL(authorize()).searchParams),
        state: 's'.repeat(4_097),
        client_secret: SECRET,
      }),
    ).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('an error goes back by a form where the client asked for one, and keeps a query of the registered address', async () => {
    const byForm = await new LogInBrowser(service).ask(authorize({ prompt: 'none', response_mode: 'form_post' }));
    expect(byForm.status).toBe(200);
    expect(await byForm.text()).toContain('value="login_required"');
    const redirectUri = `${CALLBACK}?tenant=7`;
    const byQuery = await new LogInBrowser(service).ask(authorize({ prompt: 'none', redirect_uri: redirectUri }));
    expect(byQuery.headers.get('location')).toContain(`${redirectUri}&error=login_required&`);
  });

  it('a request by POST logs in as one by GET', async () => {
    const url = new URL(authorize());
    const browser = new LogInBrowser(service);
    await browser.begin(url.origin + url.pathname, { method: 'POST', body: url.searchParams });
    await browser.verify(await newPerson());
    expect((await browser.leave()).searchParams.get('code')).toMatch(/^[\w-]{43}$/);
  });

  it('userinfo answers by GET and POST, and tells a bearer without a token, a wrong one and one of a client apart', async () => {
    const tokens = await redeem(await codeFor({ claims: '{"userinfo":{"gender":null}}' }));
    const { body } = await userinfo(tokens.access_token);
    expect(body).toEqual({ sub: (claimsIn(tokens.id_token) as { sub: string }).sub, gender: 'female' });
    expect((await userinfo(tokens.access_token, 'POST')).body).toEqual(body);
    expect(await post('userinfo', { access_token: tokens.access_token })).toEqual({ status: 200, ...body });
    expect(await post('userinfo', { access_token: 'x.y.z' })).toMatchObject({ status: 401, error: 'invalid_token' });
    const both = await fetch(`${service.issuer}/oauth2/userinfo`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${tokens.access_token}` },
      body: new URLSearchParams({ access_token: tokens.access_token }),
    });
    expect([both.status, await both.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
    expect(await userinfo('x.y.z')).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="pushguard", error="invalid_token"',
      body: { error: 'invalid_token' },
    });
    expect(await userinfo(await service.token())).toMatchObject({
      status: 403,
      challenge: 'Bearer realm="pushguard", error="insufficient_scope", scope="openid"',
    });
  });
});

describe('a redirect address', () => {
  it.each<[string, string | undefined]>([
    ['left out', undefined],
    ['of another site', 'https://evil.example/callback'],
    ['with a slash more', `${CALLBACK}/`],
    ['with a query more', `${CALLBACK}?a=1`],
    ['with a fragment', `${CALLBACK}#a`],
    ['in capitals', CALLBACK.toUpperCase()],
    ['on a longer host', 'https://shop.example.evil.example/callback'],
    ['with user information', 'https://shop.example@evil.example/callback'],
    ['of a path that leads there', 'https://shop.example/a/../callback'],
    ['with an encoded letter', 'https://shop.example/%63allback'],
    ['of a script', 'javascript:alert(1)'],
    ['behind a backslash', 'https:\\\\evil.example'],
  ])('a redirect address %s leads nowhere: the person sees a page', async (_case, redirect) => {
    const response = await new LogInBrowser(service).ask(authorize({ redirect_uri: redirect }));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    const page = await response.text();
    expect(page).toContain('이 사이트의 요청을 처리할 수 없습니다');
    expect(page).not.toContain('evil');
  });

  it.each<[string, () => string]>([
    ['an unknown client', () => authorize({ client_id: 'nobody' })],
    ['no client', () => authorize({ client_id: undefined })],
    ['a client with a NUL byte', () => authorize({ client_id: 'a\0b' })],
    ['two clients', () => `${authorize()}&client_id=demo-bank`],
    ['two redirect addresses', () => `${authorize()}&redirect_uri=https%3A%2F%2Fevil.example`],
    ['the name of an object’s property as client', () => authorize({ client_id: '__proto__' })],
    ['a redirect address with a NUL byte', () => authorize({ redirect_uri: `${CALLBACK}\0` })],
    ['a redirect address that is no UTF-8', () => authorize({ redirect_uri: undefined }) + '&redirect_uri=%FF'],
    [
      'an address of a request elsewhere and none to go back to',
      () => authorize({ redirect_uri: undefined, request_uri: 'https://evil.example/request.jwt' }),
    ],
    ['a pushed request that nobody pushed', () => authorize({ request_uri: 'urn:ietf:params:oauth:request_uri:x' })],
  ])('a request with %s leads nowhere', async (_case, address) => {
    const response = await new LogInBrowser(service).ask(address());
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('a client without the scope openid is sent back unauthorized, and a frame or a prefetch opens no window', async () => {
    const back = await new LogInBrowser(service).ask(authorize({ client_id: 'carrier-only' }));
    expect(back.headers.get('location')).toContain('error=unauthorized_client');
    for (const dest of ['iframe', 'image', 'empty']) {
      const framed = await new LogInBrowser(service).ask(authorize(), { headers: { 'Sec-Fetch-Dest': dest } });
      expect([framed.status, framed.headers.getSetCookie()]).toEqual([403, []]);
    }
    const silent = { headers: { 'Sec-Fetch-Dest': 'iframe' } };
    const none = await new LogInBrowser(service).ask(authorize({ prompt: 'none' }), silent);
    expect(none.headers.get('location')).toContain('error=login_required');
    const ahead = await new LogInBrowser(service).ask(authorize(), { headers: { 'Sec-Purpose': 'prefetch' } });
    expect([ahead.status, ahead.headers.getSetCookie()]).toEqual([204, []]);
  });
});

describe('the browser that began', () => {
  it('another browser can neither use the window nor fetch the code, also when it is shown the addresses', async () => {
    const [mine, other] = [new LogInBrowser(service), new LogInBrowser(service)];
    await mine.begin(authorize());
    const shown = await other.ask(mine.windowAddress);
    expect([shown.status, shown.headers.getSetCookie()]).toEqual([403, []]);
    const returnAddress = await mine.returnAddress();
    await mine.verify(await newPerson());
    const stolen = await other.ask(returnAddress);
    expect([stolen.status, stolen.headers.get('location')]).toEqual([403, null]);
    expect((await mine.leave()).searchParams.get('code')).toMatch(/^[\w-]{43}$/);
  });

  it('a browser that comes back before the end goes to its window, and one that comes back twice has one code that counts', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const address = await browser.returnAddress();
    expect((await browser.ask(address)).headers.get('location')).toBe(browser.windowAddress);
    await browser.verify(await newPerson());
    const [first, second] = [await browser.leave(), await browser.leave()].map((url) => url.searchParams.get('code')!);
    expect(await redeem(first!)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await redeem(second!)).toMatchObject({ status: 200 });
    // The cookie ends with the code.
    expect(browser.cookieSeconds).toBe(60);
    const late = await browser.ask(address);
    expect([late.status, late.headers.get('location')]).toEqual([400, null]);
  });

  it('a person who cancels comes back with access_denied', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const { birthDate, genderDigit, phoneNumber } = await newPerson();
    await browser.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
    await browser.inWindow('cancel', {});
    expect(Object.fromEntries((await browser.leave()).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
    });
  });

  it('a person who goes back from the first view comes back with access_denied, and only once', async () => {
    const [browser, other] = [new LogInBrowser(service), new LogInBrowser(service)];
    await browser.begin(authorize());
    const leave = /id="leave" href="([^"]+)"/.exec(await browser.page())?.[1] ?? '';
    expect((await other.ask(leave)).status).toBe(403);
    const back = new URL((await browser.ask(leave)).headers.get('location') ?? 'no:location');
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'state-1' });
    expect((await browser.ask(leave)).status).toBe(400);
    // A person who goes back in the browser's history reads that the window is over, and rings no phone.
    const { birthDate, genderDigit, phoneNumber } = await newPerson();
    expect(await browser.inWindow('authentication', { birthDate, genderDigit, phoneNumber })).toMatchObject({
      code: 'window_closed',
    });
  });

  it('a person who goes back while the phone is asked ends the authentication, and no code is issued', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const { birthDate, genderDigit, phoneNumber } = await newPerson();
    await browser.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
    const resume = await browser.returnAddress();
    const back = await browser.ask(`${service.issuer}${new URL(resume).pathname}?cancel`);
    expect(back.headers.get('location')).toContain('error=access_denied');
    expect(browser.cookieSeconds).toBe(0);
    expect(await service.rows.windows.stateIn(browser.windowAddress.split('/').at(-1) ?? '')).toBe('cancelled');
    expect((await browser.ask(resume)).status).toBe(400);
  });

  it('a person who goes back while the phone is about to be asked ends that too', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const { birthDate, genderDigit, phoneNumber } = await newPerson();
    const resume = await browser.returnAddress();
    const windowId = browser.windowAddress.split('/').at(-1) ?? '';
    const start = await withLimitsHeld(service.database.pool, async ({ untilWaitedFor }) => {
      const started = browser.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
      await untilWaitedFor();
      const back = await browser.ask(`${service.issuer}${new URL(resume).pathname}?cancel`);
      expect(back.headers.get('location')).toContain('error=access_denied');
      return { started };
    });
    expect(await start.started).toMatchObject({ code: 'window_closed' });
    expect(await service.rows.windows.stateIn(windowId)).toBe('cancelled');
  });

  it('a window that nobody used sends its browser back with access_denied, and its client is told of no window', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const windowId = browser.windowAddress.split('/').at(-1) ?? '';
    const resume = await browser.returnAddress();
    await service.rows.windows.expire(windowId);
    const over = await browser.ask(browser.windowAddress);
    expect([over.status, over.headers.get('location')]).toEqual([
      303,
      new URL(resume).origin + new URL(resume).pathname,
    ]);
    expect((await new LogInBrowser(service).ask(browser.windowAddress)).status).toBe(410);
    expect(Object.fromEntries((await browser.ask(resume).then(locationOf)).searchParams)).toMatchObject({
      error: 'access_denied',
      error_description: 'expired',
    });
    const other = await service.rows.windows.add({ clientId: withSecret, returnUrl: CALLBACK });
    await service.rows.windows.expire(other);
    const isEnded = async (id: string) => !(await service.rows.windows.of(id)).row.includes('"ended_at":null');
    await eventually('the end of a window of a relying party', () => isEnded(other));
    expect(await isEnded(windowId)).toBe(false);
  });

  it('a browser that is verified in the last seconds of a window, and comes back late, still gets its code', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    expect(browser.cookieSeconds).toBeGreaterThan(795);
    await browser.verify(await newPerson());
    const resume = await browser.returnAddress();
    // Begun in the last second of the window, verified in the last one of the authentication.
    await service.rows.openIdRequests.ageWindow(browser.windowAddress.split('/').at(-1) ?? '', 795);
    const code = locationOf(await browser.ask(resume)).searchParams.get('code') ?? '';
    expect(await redeem(code)).toMatchObject({ status: 200 });
  });

  it.each<[string, string | undefined, number]>([
    ['two minutes', undefined, 121],
    ['a max_age of one minute', '60', 61],
  ])('a browser that comes back later than %s gets no code', async (_case, maxAge, seconds) => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize({ max_age: maxAge }));
    await browser.verify(await newPerson());
    await service.rows.openIdRequests.ageVerification(browser.windowAddress.split('/').at(-1) ?? '', seconds);
    expect((await browser.leave()).searchParams.get('error')).toBe('login_required');
  });

  it('what the operator changes while the person is in the window counts: no code, and nobody is sent anywhere', async () => {
    const clientId = `closing-${randomUUID()}`;
    const changes: ((id: string) => Promise<unknown>)[] = [
      () => service.rows.clients.setReturnUrls(clientId, ['https://shop.example/other']),
      () =>
        service.rows.clients
          .setReturnUrls(clientId, [CALLBACK])
          .then(() => service.rows.clients.setScopes(clientId, [])),
      (id) =>
        service.rows.clients.setScopes(clientId, ['authentications']).then(() => service.rows.clients.disable(id)),
    ];
    const id = await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    const browser = new LogInBrowser(service);
    await browser.begin(authorize({ client_id: clientId }));
    const pushed = await push({ client_id: clientId });
    await browser.verify(await newPerson());
    const resume = await browser.returnAddress();
    for (const change of changes) {
      await change(id);
      for (const address of [resume, pushed]) {
        const response = await browser.ask(address);
        expect([response.status, response.headers.get('location')]).toEqual([400, null]);
      }
    }
  });

  it('an address with letters outside of ASCII is compared as it was registered, and reached as a URL', async () => {
    const clientId = `hangul-${randomUUID()}`;
    const redirectUri = 'https://가게.example/로그인?상점=7';
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [redirectUri] });
    const sent = { client_id: clientId, redirect_uri: redirectUri, prompt: 'none' };
    const response = await new LogInBrowser(service).ask(authorize(sent));
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain(`${new URL(redirectUri).href}&error=login_required&`);
    const encoded = await new LogInBrowser(service).ask(
      authorize({ ...sent, redirect_uri: new URL(redirectUri).href }),
    );
    expect(encoded.status).toBe(400);
  });

  it.each<[string, string, string]>([
    ['another person than the one named by sub', '{"id_token":{"sub":{"value":"x"}}}', 'access_denied'],
    [
      'another way than an essential acr',
      '{"id_token":{"acr":{"essential":true,"values":["push"]}}}',
      'unmet_authentication_requirements',
    ],
  ])('%s comes back with an error', async (_case, claims, error) => {
    const back = await new LogInBrowser(service).logIn(authorize({ claims }), await newPerson());
    expect(back.searchParams.get('error')).toBe(error);
  });
});

describe('a code', () => {
  it.each<[string, Record<string, string | undefined>, number, string]>([
    ['another redirect_uri', { redirect_uri: `${CALLBACK}?tenant=7` }, 400, 'invalid_grant'],
    ['another verifier', { code_verifier: 'v'.repeat(43) }, 400, 'invalid_grant'],
    ['no verifier', { code_verifier: undefined }, 400, 'invalid_request'],
    ['a verifier of 42 characters', { code_verifier: 'v'.repeat(42) }, 400, 'invalid_request'],
    ['no redirect_uri', { redirect_uri: undefined }, 400, 'invalid_request'],
    ['another client', { client_id: 'other-shop' }, 400, 'invalid_grant'],
    ['a client that is not admitted', { client_id: 'carrier-only' }, 400, 'unauthorized_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
  ])('a code with %s is refused, and stays good for its own client', async (_case, change, status, error) => {
    const code = await codeFor();
    expect(await redeem(code, change)).toMatchObject({ status, error });
    expect(await redeem(code)).toMatchObject({ status: 200, token_type: 'Bearer' });
  });

  it('a code of a request without PKCE is refused with a verifier', async () => {
    const code = await codeFor({ code_challenge: undefined, code_challenge_method: undefined });
    expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  it('of many redemptions at once one gets tokens, and they end because the code came twice', async () => {
    const code = await codeFor();
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(code)));
    const [first, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(9);
    expect(await userinfo(first!.access_token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  it('a token whose request is gone, as after a restore, is refused', async () => {
    const { access_token: token } = await redeem(await codeFor());
    expect((await userinfo(token)).status).toBe(200);
    await service.rows.openIdRequests.remove(String((claimsIn(token) as Record<string, unknown>)['authentication']));
    expect(await userinfo(token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  it('a code is good for a minute', async () => {
    const code = await codeFor();
    await service.rows.openIdRequests.expireCode(code);
    expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  it('a token of a person opens no address of /v1, and neither it nor a secret of the flow is kept or logged', async () => {
    const browser = new LogInBrowser(service);
    const back = await browser.logIn(authorize({ scope: 'openid phone', login_hint: 'tel:+821099998888' }), person);
    const code = back.searchParams.get('code')!;
    const { access_token: token } = await redeem(code);
    const answer = await fetch(`${service.issuer}/v1/windows/x`, { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
    const kept = await service.rows.openIdRequests.allText();
    for (const secret of [code, token, 'state-1', 'nonce-1', '99998888', person.phoneNumber.slice(-8)]) {
      expect(kept).not.toContain(secret);
      expect(service.process.log()).not.toContain(secret);
    }
  });
});

describe('an outage', () => {
  it('an outage before the client is known shows a page, and after that goes back to the client', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(authorize());
    const resume = await browser.returnAddress();
    await service.rows.openIdRequests.missing(async () => {
      const page = await browser.ask(resume);
      expect([page.status, page.headers.get('content-type')]).toEqual([500, expect.stringContaining('text/html')]);
      const back = locationOf(await new LogInBrowser(service).ask(authorize()));
      expect(back.origin + back.pathname).toBe(CALLBACK);
      expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'server_error', state: 'state-1' });
    });
    await service.rows.openIdRequests.refused(async () => {
      const back = locationOf(await new LogInBrowser(service).ask(authorize()));
      expect(Object.fromEntries(back.searchParams)).toMatchObject({
        error: 'temporarily_unavailable',
        iss: service.issuer,
      });
    });
    await service.rows.openIdRequests.missing(async () => {
      for (const address of [resume, `${service.issuer}${new URL(resume).pathname}?cancel`]) {
        const back = locationOf(await browser.ask(address));
        expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'server_error', state: 'state-1' });
        const other = await new LogInBrowser(service).ask(address);
        expect([other.status, other.headers.get('location')]).toEqual([403, null]);
      }
    }, 'windows');
    expect((await browser.ask(resume)).headers.get('location')).toBe(browser.windowAddress);
  });
});

describe('an id_token as hint', () => {
  it('an id_token as hint demands the same person, at the authorization endpoint and by CIBA alike', async () => {
    const subscriber = await service.subscriber();
    const logIn = async (change: Record<string, string> = {}) => {
      const browser = new LogInBrowser(service);
      await browser.begin(authorize(change));
      await browser.verifyByPush(subscriber);
      return redeem((await browser.leave()).searchParams.get('code')!);
    };
    const { id_token: hint } = await logIn({ acr_values: 'urn:pushguard:acr:push' });
    expect(claimsIn(hint)).toMatchObject({ acr: 'urn:pushguard:acr:push' });
    expect((await logIn({ id_token_hint: hint })).status).toBe(200);
    const another = await new LogInBrowser(service).logIn(authorize({ id_token_hint: hint }), await newPerson());
    expect(another.searchParams.get('error')).toBe('login_required');
    const form = { client_id: withSecret, client_secret: SECRET, scope: 'openid' };
    const asked = await post<{ status: number; auth_req_id: string }>('bc-authorize', { ...form, id_token_hint: hint });
    expect(asked.status).toBe(200);
    expect((await subscriber.phone.pending())[0]).toMatchObject({ method: 'approve' });
    const retired = await new SignJWT(claimsIn(hint) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'retired' })
      .sign(key);
    const ended = locationOf(await new LogInBrowser(service).ask(authorize({ id_token_hint: retired })));
    const said =
      'The key that signed id_token_hint is no longer in use. Send the request without it, or name the person';
    expect(Object.fromEntries(ended.searchParams)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining(said),
    });
    expect(await post('bc-authorize', { ...form, id_token_hint: retired })).toMatchObject({
      error: 'expired_login_hint_token',
      error_description: expect.stringContaining(said),
    });
    const [head, payload] = hint.split('.');
    for (const wrong of [`${head}.${payload}.${'A'.repeat(86)}`, await service.token()]) {
      const back = locationOf(await new LogInBrowser(service).ask(authorize({ id_token_hint: wrong })));
      expect(back.searchParams.get('error')).toBe('invalid_request');
      expect(await post('bc-authorize', { ...form, id_token_hint: wrong })).toMatchObject({ error: 'invalid_request' });
    }
    const foreign = locationOf(
      await new LogInBrowser(service).ask(authorize({ client_id: withKey, id_token_hint: hint })),
    );
    expect(foreign.searchParams.get('error')).toBe('invalid_request');
  });
});

describe('what a client is registered for', () => {
  it('a client that signs its requests is refused every other one, pushed ones too', async () => {
    const clientId = `signs-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK], signsRequests: true });
    const back = locationOf(await new LogInBrowser(service).ask(authorize({ client_id: clientId })));
    expect(back.searchParams.get('error')).toBe('invalid_request');
    const sent = Object.fromEntries(new URL(authorize({ client_id: clientId })).searchParams);
    expect(await post('par', { ...sent, client_secret: SECRET })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
  });

  it('a client that is registered for RS256 gets id_tokens that its library verifies by the published keys', async () => {
    const clientId = `spring-${randomUUID()}`;
    const returnUrls = [CALLBACK];
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls, idTokenAlg: 'RS256' });
    const metadata = { client_secret: SECRET, id_token_signed_response_alg: 'RS256' };
    const config = await openid.discovery(issuer, clientId, metadata, undefined, PLAIN_HTTP);
    openid.enableNonRepudiationChecks(config);
    const url = authorize({ client_id: clientId, code_challenge: undefined, code_challenge_method: undefined });
    const back = await new LogInBrowser(service).logIn(url, await newPerson());
    const tokens = await openid.authorizationCodeGrant(config, back, {
      expectedState: 'state-1',
      expectedNonce: 'nonce-1',
    });
    expect(decodeProtectedHeader(tokens.id_token!)).toMatchObject({ alg: 'RS256', kid: service.keys.rsa[0]!.kid });
    const hinted = await new LogInBrowser(service).ask(
      authorize({ client_id: clientId, id_token_hint: tokens.id_token }),
    );
    expect(hinted.headers.get('location')).toContain('/windows/');
  });

  it('clients of one sector get one subject and one di for a person, also by /v1, and every other client gets others', async () => {
    const sector = 'group.example';
    const names = ['one', 'two', 'three'].map((name) => `${name}-${randomUUID()}`);
    const returnUrls = [CALLBACK];
    for (const [at, clientId] of names.entries()) {
      const ofSector = at < 2 ? { sector } : {};
      await service.rows.clients.register({ clientId, secret: SECRET, returnUrls, ...ofSector });
    }
    const who = await newPerson();
    const seen: string[] = [];
    for (const clientId of names) {
      const form = { client_id: clientId, client_secret: SECRET };
      const tokens = await redeem(await codeFor({ client_id: clientId, scope: 'openid kr_di' }, who), form);
      const { sub, di } = claimsIn(tokens.id_token) as Record<string, string>;
      expect((await userinfo(tokens.access_token)).body).toMatchObject({ sub, di });
      seen.push(`${sub} ${di}`);
    }
    expect(seen[1]).toBe(seen[0]);
    expect(new Set(seen.flatMap((one) => one.split(' '))).size).toBe(4);
    const form = { client_id: names[0], client_secret: SECRET, grant_type: 'client_credentials' };
    const { access_token: own } = await post('token', form);
    const byApi = async (path: string, body: object) => {
      const headers = { Authorization: `Bearer ${own}`, 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${service.issuer}/v1/${path}`, init)).json()) as Record<string, unknown>;
    };
    const before = service.smsc.received.length;
    const { birthDate, genderDigit, phoneNumber } = who;
    const started = await byApi('authentications', { birthDate, genderDigit, phoneNumber, purpose: '회원가입' });
    await eventually('its text message', () => service.smsc.received[before]);
    const code = await service.textedCode(phoneNumber);
    const verified = await byApi(`authentications/${String(started['id'])}/verification`, { code });
    expect(verified).toMatchObject({ result: { subject: seen[0]!.split(' ')[0] } });
  });

  it('a person keeps the subject when the number changes', async () => {
    const who = await newPerson();
    const before = claimsIn((await redeem(await codeFor({}, who))).id_token) as Record<string, unknown>;
    const phoneNumber = `+82109${String(randomInt(1e7)).padStart(7, '0')}`;
    await service.sendEvent(who.lineId, 'number-changed', { phoneNumber }, 1);
    const after = claimsIn((await redeem(await codeFor({}, { ...who, phoneNumber }))).id_token) as Record<
      string,
      unknown
    >;
    expect(after['sub']).toBe(before['sub']);
  });

  it('/v1 knows neither the verification nor the window of this flow: no address tells more than the scopes released', async () => {
    const browser = new LogInBrowser(service);
    const back = await browser.logIn(authorize({ scope: 'openid' }), await newPerson());
    const { access_token: token } = await redeem(back.searchParams.get('code')!);
    const id = String((claimsIn(token) as Record<string, unknown>)['authentication']);
    const form = { client_id: withSecret, client_secret: SECRET, grant_type: 'client_credentials' };
    const { access_token: own } = await post('token', form);
    const windowId = browser.windowAddress.split('/').at(-1) ?? '';
    const answers = [`authentications/${id}`, `windows/${windowId}`].map(async (path) => {
      const view = await fetch(`${service.issuer}/v1/${path}`, { headers: { Authorization: `Bearer ${own}` } });
      return ((await view.json()) as { code?: string }).code;
    });
    expect(await Promise.all(answers)).toEqual(['authentication_not_found', 'window_not_found']);
  });
});

describe('a signed request', () => {
  const sign = (change: object, header: object = {}, by: CryptoKey = key) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: withKey,
      aud: service.issuer,
      iat: now,
      nbf: now,
      exp: now + 60,
      jti: randomUUID(),
      client_id: withKey,
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid',
      state: 'signed',
      ...PKCE,
      ...change,
    };
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'oauth-authz-req+jwt', ...header }).sign(by);
  };
  const now = () => Math.floor(Date.now() / 1000);
  const ask = async (request: string) =>
    new LogInBrowser(service).ask(authorize({ client_id: withKey, request, scope: 'profile', state: 'outside' }));

  it('a signed request counts alone: what stands beside it is ignored', async () => {
    const response = await ask(await sign({ prompt: 'none' }));
    const back = new URL(response.headers.get('location')!);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'login_required', state: 'signed' });
  });

  it.each<[string, () => object]>([
    ['for another server', () => ({ aud: 'https://other.example' })],
    ['for this server and another', () => ({ aud: [service.issuer, 'https://other.example'] })],
    ['without aud', () => ({ aud: undefined })],
    ['of another issuer', () => ({ iss: withSecret })],
    ['without exp', () => ({ exp: undefined })],
    ['that has expired', () => ({ exp: now() - 60 })],
    ['that is valid for more than an hour', () => ({ exp: now() + 4200 })],
    ['from the future', () => ({ nbf: now() + 600 })],
    ['whose iat is in the future', () => ({ iat: now() + 600 })],
    ['that could pass for a client assertion', () => ({ sub: withKey })],
    ['of another client', () => ({ client_id: withSecret })],
    ['that holds another request', () => ({ request: 'x' })],
  ])('a signed request %s is refused', async (_case, change) => {
    const response = await ask(await sign(change()));
    const back = new URL(response.headers.get('location') ?? 'no:location');
    expect(back.searchParams.get('error')).toBe('invalid_request_object');
  });

  it('a signed request is taken once, of several at once too; one without a jti may come again', async () => {
    const request = await sign({});
    const answers = await Promise.all([ask(request), ask(request), ask(request)]);
    const locations = answers.map((response) => response.headers.get('location') ?? '');
    expect(locations.filter((location) => location.includes('/windows/'))).toHaveLength(1);
    expect(locations.filter((location) => location.includes('error=invalid_request_object'))).toHaveLength(2);
    const framed = await sign({});
    const address = authorize({ client_id: withKey, request: framed });
    const refused = await new LogInBrowser(service).ask(address, { headers: { 'Sec-Fetch-Dest': 'iframe' } });
    expect(refused.status).toBe(403);
    expect((await ask(framed)).headers.get('location')).toContain('/windows/');
    const unnamed = await sign({ jti: undefined });
    for (const response of [await ask(unnamed), await ask(unnamed)])
      expect(response.headers.get('location')).toContain('/windows/');
  });

  it('a request of another kind, signed by another key or by none is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const otherKind = await ask(await sign({}, { typ: 'dpop+jwt' }));
    expect(otherKind.headers.get('location')).toContain('error=invalid_request_object');
    const foreign = await ask(await sign({}, {}, privateKey));
    expect(foreign.headers.get('location')).toContain('error=invalid_request_object');
    const unsigned = await ask(new UnsecuredJWT({ iss: withKey, aud: service.issuer }).encode());
    expect(unsigned.headers.get('location')).toContain('error=request_not_supported');
  });
});

describe('the pushed requests, and what a client asks of its tokens', () => {
  const form = { client_id: withSecret, client_secret: SECRET };

  it.each<[string, Record<string, string | undefined>, number, string]>([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client'],
    ['a request_uri', { request_uri: 'urn:x' }, 400, 'invalid_request'],
    ['an address that is not registered', { redirect_uri: 'https://evil.example' }, 400, 'invalid_request'],
    ['response_type=token', { response_type: 'token' }, 400, 'unsupported_response_type'],
    ['a client of another scope', { client_id: 'carrier-only' }, 400, 'unauthorized_client'],
    ['a request object of no form', { request: 'x' }, 400, 'invalid_request_object'],
    ['a purpose of 41 characters', { purpose: '가'.repeat(41) }, 400, 'invalid_request'],
    ['a purpose of two lines', { purpose: '본인\n확인' }, 400, 'invalid_request'],
  ])('a pushed request with %s is refused', async (_case, change, status, error) => {
    const sent = { ...Object.fromEntries(new URL(authorize()).searchParams), ...form, ...change };
    expect(await post('par', sent)).toMatchObject({ status, error, error_description: expect.stringMatching(/\S/) });
  });

  it('pushed requests of a client are as many in a minute as its starts, and no start is spent by them', async () => {
    const clientId = `busy-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    await service.rows.clients.limitStarts(clientId, 1);
    const sent = {
      ...Object.fromEntries(new URL(authorize({ client_id: clientId })).searchParams),
      client_secret: SECRET,
    };
    // A minute may end between two of them, so a third one meets the limit of either.
    const answers = [await post('par', sent), await post('par', sent), await post('par', sent)];
    expect(answers[0]!.status).toBe(201);
    expect(answers.find(({ status }) => status === 429)).toMatchObject({ error: 'temporarily_unavailable' });
    expect((await new LogInBrowser(service).ask(authorize({ client_id: clientId }))).status).toBe(303);
  });

  it('strangers behind one address use up neither what a client pushes nor what its own system starts', async () => {
    const clientId = `popular-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    await service.rows.clients.limitStarts(clientId, 2);
    const victim = await newPerson();
    const named = { birthDate: victim.birthDate, genderDigit: victim.genderDigit, phoneNumber: victim.phoneNumber };
    const [stranger, another] = [new LogInBrowser(service), new LogInBrowser(service)];
    for (const browser of [stranger, another]) await browser.begin(authorize({ client_id: clientId }));
    expect(await stranger.inWindow('authentication', named)).toMatchObject({ state: 'pending' });
    // A start that a person's budget refuses attaches nothing to its window.
    await service.rows.budgets.exhaustStarts();
    const refused: unknown[] = [];
    for (let at = 0; at < 11; at += 1) refused.push(await another.inWindow('authentication', named));
    expect(refused).toEqual(Array.from(refused, () => expect.objectContaining({ code: 'too_many_requests' })));
    expect(refused.map((answer) => (answer as { detail: string }).detail.includes('This window'))).toEqual([
      ...Array.from({ length: 10 }, () => false),
      true,
    ]);
    await service.rows.budgets.clearStarts();
    // A minute may end between two of them.
    let busy: Response | undefined;
    for (let at = 0; at < 3 && busy?.status !== 429; at += 1)
      busy = await new LogInBrowser(service).ask(authorize({ client_id: clientId }));
    expect(busy?.status).toBe(429);
    expect(Number(busy!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await busy!.text()).toContain('요청이 너무 많습니다');
    const { access_token: own } = await post('token', {
      ...form,
      client_id: clientId,
      grant_type: 'client_credentials',
    });
    const { birthDate, genderDigit, phoneNumber } = await newPerson();
    const started = await fetch(`${service.issuer}/v1/authentications`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${own}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ birthDate, genderDigit, phoneNumber, purpose: '회원가입' }),
    });
    expect(started.status).toBe(201);
    await new LogInBrowser(service).begin(authorize());
    await service.rows.budgets.exhaustForms();
    try {
      const anew = await new LogInBrowser(service).ask(authorize());
      expect(anew.status).toBe(429);
      for (const pushed of [await push({ client_id: clientId }), await push()]) {
        const browser = new LogInBrowser(service);
        await browser.begin(pushed);
        await browser.verify(await newPerson());
      }
    } finally {
      await service.rows.budgets.clearForms();
    }
  });

  it('one address uses up no more than a tenth of what a client may begin', async () => {
    const clientId = `small-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [CALLBACK] });
    await service.rows.clients.limitStarts(clientId, 70);
    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1)
      statuses.push((await new LogInBrowser(service).ask(authorize({ client_id: clientId }))).status);
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303, 303, 429]);
  });

  it('of two browsers that bring one pushed request at once, one gets a window', async () => {
    const sent = { ...Object.fromEntries(new URL(authorize()).searchParams), ...form };
    const { request_uri: uri } = await post<{ request_uri: string }>('par', sent);
    const address = `${service.issuer}/oauth2/authorize?${new URLSearchParams({ client_id: withSecret, request_uri: uri }).toString()}`;
    const foreign = new URL(address);
    foreign.searchParams.set('client_id', withKey);
    expect((await new LogInBrowser(service).ask(foreign)).status).toBe(400);
    const answers = await Promise.all(Array.from({ length: 5 }, () => new LogInBrowser(service).ask(address)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400, 400]);
  });

  it('a browser that reloads a pushed request goes on in its window, and another one is told that the request is over', async () => {
    const address = await push();
    const browser = new LogInBrowser(service);
    await browser.begin(address);
    expect((await browser.ask(address)).headers.get('location')).toBe(browser.windowAddress);
    const other = await new LogInBrowser(service).ask(address);
    expect(other.status).toBe(400);
    expect(await other.text()).toContain('이미 끝났거나 유효 시간이 지난 요청입니다');
  });

  it('a client learns of no other client’s token, and revokes none', async () => {
    const { access_token: token } = await redeem(await codeFor());
    const other = { client_id: 'carrier-only', client_secret: SECRET };
    expect(await post('introspect', { ...other, token })).toEqual({ status: 200, active: false });
    expect(await post('revoke', { ...other, token })).toEqual({ status: 200 });
    expect(await post('introspect', { ...form, token })).toMatchObject({ active: true });
    for (const endpoint of ['introspect', 'revoke'])
      expect(await post(endpoint, { client_id: withSecret, token })).toMatchObject({
        status: 401,
        error: 'invalid_client',
      });
    expect(await post('revoke', { ...form, token: 'nonsense' })).toEqual({ status: 200 });
    const { access_token: own } = await post('token', { ...form, grant_type: 'client_credentials' });
    expect(await post('introspect', { ...form, token: own })).toMatchObject({ active: true, scope: 'authentications' });
    expect(await post('revoke', { ...form, token: own })).toEqual({ status: 200 });
  });
});
