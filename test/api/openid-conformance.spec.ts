import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify, UnsecuredJWT } from 'jose';
import { approves, CibaClient, hintOf, type OAuthAnswer } from '../support/ciba-client.ts';
import { eventually } from '../support/eventually.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { TestService, type TestPerson } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/**
 * The modules of two plans of the OpenID Foundation's conformance suite, by their names, each with what it expects of this
 * service. Which of them do not apply, and why, stands in the guide of OpenID Connect.
 */

const CALLBACK = 'https://shop.example/callback';
const SECRET = 'a-secret-of-the-shop';
const shopId = `shop-${randomUUID()}`;
const verifier = randomBytes(32).toString('base64url');
const PKCE = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

let service: TestService;
let receiver: WebhookReceiver;
/** Follows FAPI-CIBA by poll, with ES256; and another client, which does not. */
let bank: CibaClient;
let other: CibaClient;

beforeAll(async () => {
  [service, receiver] = await Promise.all([TestService.start(), WebhookReceiver.start()]);
  bank = await CibaClient.register(service, { fapi: true, signingAlg: 'ES256' });
  other = await CibaClient.register(service);
  await service.rows.clients.register({ clientId: shopId, secret: SECRET, returnUrls: [CALLBACK] });
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
});

/** A module, what it does, and what it sees. */
type Module = [name: string, run: () => Promise<unknown>, expected: unknown];

const newPerson = () => service.addLine({ owner: { birthDate: '900101', genderDigit: '2' } });
const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;
const metadata = async () =>
  (await (await fetch(`${service.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;

/** A number that no line has. */
const nobody = (): TestPerson => ({
  phoneNumber: `+82109${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`,
  birthDate: '900101',
  genderDigit: '1',
});

/** The status, and the name of the error if it is one. */
const said = ({ status, body }: OAuthAnswer) => `${status} ${(body as { error?: string }).error ?? 'done'}`;

/** Begins a signed request of the bank about nobody. */
const begins = async (claims: Record<string, unknown>, alg = 'ES256', by = bank) =>
  bank.begin({ request: await by.request({ scope: 'openid', login_hint: hintOf(nobody()) }, claims, alg) });

/** What the description of an error names first. */
const NAMED = /\b(registered key|signed|aud|iss|exp|iat|nbf|jti|login_hint|requested_expiry|binding_message)\b/;

/** What a signed request of the bank is answered, and which part of it is at fault. */
const answered = (claims: Record<string, unknown>, alg?: string, by?: CibaClient) => async () => {
  const answer = await begins(claims, alg, by);
  const { error_description: description = '' } = answer.body as { error_description?: string };
  return `${said(answer)}: ${NAMED.exec(description)?.[1]}`;
};

/** Begins a request of the bank and lets the person approve; returns its id. */
async function approved(parameters: Record<string, unknown> = {}): Promise<string> {
  const subscriber = await service.subscriber();
  const request = await bank.request({ scope: 'openid', login_hint: hintOf(subscriber.person), ...parameters });
  const { body } = await bank.begin({ request });
  await approves(subscriber, String(body['pushguard_match']));
  return String(body['auth_req_id']);
}

/** The tokens of a person who approved, as far as they say how they may be used. */
const tokensOf =
  (parameters: Record<string, unknown> = {}) =>
  async () => {
    const { status, body } = await bank.poll(await approved(parameters));
    const { aud, acr } = decodeJwt(String(body['id_token']));
    const { cnf } = decodeJwt(String(body['access_token']));
    return { status, type: body['token_type'], aud, acr, isBound: (cnf as { jkt?: string }).jkt === bank.dpop?.jkt };
  };
const TOKENS = { status: 200, type: 'DPoP', aud: expect.any(String), acr: 'approve', isBound: true };

/** Lets a person approve for a client in ping mode whose endpoint answers like this; returns the pings and the poll. */
const pinged =
  (...replies: Parameters<WebhookReceiver['reply']>[1][]) =>
  async () => {
    const [path, token] = [`/${randomUUID()}`, randomBytes(32).toString('base64url')];
    const client = await CibaClient.register(service, { endpoint: receiver.url(path) });
    const subscriber = await service.subscriber();
    if (replies.length > 0) receiver.reply(path, ...replies);
    const asked = await client.asks(subscriber.person, { client_notification_token: token });
    await approves(subscriber, asked.pushguard_match);
    await eventually('the last ping', async () => (await service.rows.ciba.of(asked.auth_req_id)).isPinged);
    const bodies = receiver.at(path).map(({ body }) => (JSON.parse(body) as { auth_req_id: string }).auth_req_id);
    const areRight = bodies.every((id) => id === asked.auth_req_id) && receiver.at('/elsewhere').length === 0;
    return [areRight && bodies.length, said(await client.poll(asked.auth_req_id))];
  };

/** Calls both endpoints with credentials of the bank that are wrong. */
const byCredentials = (call: 'begin' | 'poll', own: () => Promise<Record<string, string>>) => async () => {
  const request = await bank.request({ scope: 'openid', login_hint: hintOf(nobody()) });
  return said(await (call === 'begin' ? bank.begin({ request }, await own()) : bank.poll('unknown', await own())));
};
const foreign = async () => ({ ...(await bank.assertion()), client_id: other.clientId });
const rs256 = () => bank.assertion({}, 'RS256');

const FAPI_CIBA: Module[] = [
  [
    'discovery-end-point-verification',
    metadata,
    expect.objectContaining({
      backchannel_token_delivery_modes_supported: ['poll', 'ping'],
      backchannel_authentication_request_signing_alg_values_supported: ['ES256', 'PS256'],
      backchannel_user_code_parameter_supported: false,
      grant_types_supported: expect.arrayContaining(['urn:openid:params:grant-type:ciba']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']),
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
    }),
  ],
  ['(poll)', tokensOf(), TOKENS],
  ['(ping)', pinged(), [1, '200 done']],
  [
    'user-rejects-authentication',
    async () => {
      const { person, phone } = await service.subscriber();
      const { auth_req_id: id } = await other.asks(person);
      await phone.decline((await phone.pending())[0]!.id, 'not_me');
      return said(await other.poll(id));
    },
    '400 access_denied',
  ],
  [
    'multiple-call-to-token-endpoint',
    async () => {
      const id = await approved();
      return [said(await bank.poll(id)), said(await bank.poll(id))];
    },
    ['200 done', '400 invalid_grant'],
  ],
  [
    'auth-req-id-expired',
    async () => {
      const { body } = await begins({});
      await service.rows.ciba.expire(String(body['auth_req_id']));
      return said(await bank.poll(String(body['auth_req_id'])));
    },
    '400 expired_token',
  ],
  ['ensure-authorization-request-with-binding-message-succeeds', tokensOf({ binding_message: '1234' }), TOKENS],
  ['ensure-other-scope-order-succeeds', tokensOf({ scope: 'phone openid' }), TOKENS],
  ['ensure-requested-expiry-as-string-succeeds', tokensOf({ requested_expiry: '90' }), TOKENS],
  [
    'ensure-requested-expiry-above-maximum-is-capped-for-brazil',
    async () => (await begins({ requested_expiry: 86_400 })).body['expires_in'],
    180,
  ],
  [
    'ensure-authorization-request-with-potentially-bad-binding-message',
    answered({ binding_message: '1234 \u{1f44d}\u{1f3ff} 品川 Lor/em?' }),
    '400 invalid_binding_message: binding_message',
  ],
  ['ensure-request-object-missing-aud-fails', answered({ aud: undefined }), '400 invalid_request: aud'],
  ['ensure-request-object-bad-aud-fails', answered({ aud: 'https://other.example' }), '400 invalid_request: aud'],
  ['ensure-request-object-missing-iss-fails', answered({ iss: undefined }), '400 invalid_request: iss'],
  ['ensure-request-object-bad-iss-fails', answered({ iss: 'another-client' }), '400 invalid_request: iss'],
  ['ensure-request-object-missing-exp-fails', answered({ exp: undefined }), '400 invalid_request: exp'],
  ['ensure-request-object-expired-exp-fails', answered({ exp: seconds(-300) }), '400 invalid_request: exp'],
  [
    'ensure-request-object-exp-is-70-minutes-in-future-fails',
    answered({ exp: seconds(4200) }),
    '400 invalid_request: exp',
  ],
  ['ensure-request-object-missing-iat-fails', answered({ iat: undefined }), '400 invalid_request: iat'],
  ['ensure-request-object-missing-nbf-fails', answered({ nbf: undefined }), '400 invalid_request: nbf'],
  [
    'ensure-request-object-nbf-is-10-minutes-in-future-fails',
    answered({ nbf: seconds(600) }),
    '400 invalid_request: nbf',
  ],
  [
    'ensure-request-object-nbf-is-70-minutes-in-past-fails',
    answered({ nbf: seconds(-4200) }),
    '400 invalid_request: nbf',
  ],
  ['ensure-request-object-missing-jti-fails', answered({ jti: undefined }), '400 invalid_request: jti'],
  ['ensure-request-object-signature-algorithm-is-none-fails', answered({}, 'none'), '400 invalid_request: signed'],
  ['ensure-request-object-signature-algorithm-is-bad-fails', answered({}, 'PS256'), '400 invalid_request: signed'],
  ['ensure-request-object-signature-algorithm-is-RS256-fails', answered({}, 'RS256'), '400 invalid_request: signed'],
  [
    'ensure-request-object-signed-by-other-client-fails',
    () => answered({ iss: bank.clientId }, 'ES256', other)(),
    '400 invalid_request: registered key',
  ],
  [
    'ensure-authorization-request-with-multiple-hints-fails',
    answered({ id_token_hint: 'x.y.z' }),
    '400 invalid_request: login_hint',
  ],
  [
    'ensure-authorization-request-with-invalid-login-hint-fails-for-brazil',
    answered({ login_hint: 'urn:consent:1' }),
    '400 invalid_request: login_hint',
  ],
  [
    'ensure-requested-expiry-zero-fails-for-brazil',
    answered({ requested_expiry: 0 }),
    '400 invalid_request: requested_expiry',
  ],
  [
    'ensure-requested-expiry-negative-fails-for-brazil',
    answered({ requested_expiry: -1 }),
    '400 invalid_request: requested_expiry',
  ],
  [
    'ensure-wrong-auth-req-id-in-token-endpoint-request',
    async () => said(await bank.poll((await other.asks(nobody())).auth_req_id)),
    '400 invalid_grant',
  ],
  ['ensure-wrong-client-id-in-token-endpoint-request', byCredentials('poll', foreign), '401 invalid_client'],
  [
    'ensure-wrong-client-id-in-backchannel-authorization-request',
    byCredentials('begin', foreign),
    '401 invalid_client',
  ],
  [
    'ensure-without-client-assertion-in-token-endpoint-fails',
    byCredentials('poll', () => Promise.resolve({ client_id: bank.clientId })),
    '401 invalid_client',
  ],
  [
    'ensure-without-client-assertion-in-backchannel-authorization-request-fails',
    byCredentials('begin', () => Promise.resolve({ client_id: bank.clientId })),
    '401 invalid_client',
  ],
  [
    'ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails',
    byCredentials('begin', rs256),
    '401 invalid_client',
  ],
  [
    'ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails',
    byCredentials('poll', rs256),
    '401 invalid_client',
  ],
  [
    'ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds',
    async () => said(await bank.poll(await approved(), await bank.assertion({ aud: service.issuer }))),
    '200 done',
  ],
  ['ping-notification-endpoint-returns-a-body', pinged({ status: 200, body: 'x' }), [1, '200 done']],
  ['ping-notification-endpoint-returns-401', pinged({ status: 401 }), [1, '200 done']],
  ['ping-notification-endpoint-returns-403', pinged({ status: 403 }), [1, '200 done']],
  [
    'ping-notification-endpoint-returns-401-and-require-server-does-not-retry',
    pinged({ status: 401 }, { status: 204 }),
    [1, '200 done'],
  ],
  [
    'ping-notification-endpoint-returns-redirect-request',
    pinged({ status: 302, headers: { location: '/elsewhere' } }),
    [1, '200 done'],
  ],
  [
    'ping-notification-endpoint-retries-after-transient-error-for-brazil',
    pinged({ status: 503 }, { status: 204 }),
    [2, '200 done'],
  ],
  [
    'ensure-backchannel-authorization-request-without-request-fails',
    async () => said(await bank.begin({ scope: 'openid', login_hint: hintOf(nobody()) })),
    '400 invalid_request',
  ],
  [
    'refresh-token',
    async () => Object.keys((await bank.poll(await approved({ scope: 'openid offline_access' }))).body).sort(),
    ['access_token', 'expires_in', 'id_token', 'scope', 'token_type'],
  ],
];

describe('fapi-ciba-id1-test-plan', () => {
  it.each(FAPI_CIBA)('fapi-ciba-id1-%s', async (_name, run, expected) => {
    expect(await run()).toEqual(expected);
  });
});

function authorize(change: Record<string, string | undefined> = {}): string {
  const usual = { client_id: shopId, response_type: 'code', redirect_uri: CALLBACK, scope: 'openid' };
  const sent = Object.entries<string | undefined>({ ...usual, state: 'state-1', nonce: 'nonce-1', ...change });
  const given = sent.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${service.issuer}/oauth2/authorize?${new URLSearchParams(given).toString()}`;
}

interface Redeemed {
  status: number;
  body: Record<string, unknown>;
  /** The claims of the id_token. */
  claims: Record<string, unknown>;
}

/** Redeems a code; by `client_secret_basic` unless said otherwise. */
async function redeem(code: string, { isPosted = false, change = {} } = {}): Promise<Redeemed> {
  const credentials = `Basic ${Buffer.from(`${shopId}:${SECRET}`).toString('base64')}`;
  const response = await fetch(`${service.issuer}/oauth2/token`, {
    method: 'POST',
    headers: isPosted ? {} : { Authorization: credentials },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      ...(isPosted && { client_id: shopId, client_secret: SECRET }),
      ...change,
    }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const idToken = body['id_token'];
  return { status: response.status, body, claims: typeof idToken === 'string' ? decodeJwt(idToken) : {} };
}

/** Logs a new person in; returns the tokens. */
async function logIn(change: Record<string, string | undefined> = {}, how?: Parameters<typeof redeem>[1]) {
  const back = await new LogInBrowser(service).logIn(authorize(change), await newPerson());
  return redeem(back.searchParams.get('code') ?? back.href, how);
}

/** The claims of the id_token of a person who logs in by such a request. */
const claimsOf = (change: Record<string, string | undefined>) => async () => (await logIn(change)).claims;

/** The error of a request that is not allowed, as it goes back to the client; `page` where it goes nowhere. */
const errorOf = (change: Record<string, string | undefined>) => async () => {
  const response = await new LogInBrowser(service).ask(authorize(change));
  const location = response.headers.get('location');
  return location === null ? `page ${response.status}` : new URL(location).searchParams.get('error');
};

/** Asks userinfo in one of three ways; returns what it says. */
const infoBy =
  (way: 'get' | 'header' | 'body', scope = 'openid') =>
  async () => {
    const { body, claims } = await logIn({ scope });
    const token = String(body['access_token']);
    const response = await fetch(`${service.issuer}/oauth2/userinfo`, {
      method: way === 'get' ? 'GET' : 'POST',
      headers: way === 'body' ? {} : { Authorization: `Bearer ${token}` },
      ...(way === 'body' && { body: new URLSearchParams({ access_token: token }) }),
    });
    const info = (await response.json()) as Record<string, unknown>;
    return { ...info, sub: info['sub'] === claims['sub'] };
  };

const LOGGED_IN = expect.objectContaining({ nonce: 'nonce-1', acr: 'sms', auth_time: expect.any(Number) });
const PROFILE = { birthdate: '1990-01-01', gender: 'female' };
const PHONE = { phone_number: expect.stringMatching(/^\+82/), phone_number_verified: true };

const unsigned = (claims: Record<string, string> = {}) =>
  new UnsecuredJWT({ iss: shopId, aud: service.issuer, state: 'inside', ...claims }).encode();

const BASIC: Module[] = [
  ['server', claimsOf({}), LOGGED_IN],
  ['response-type-missing', errorOf({ response_type: undefined }), 'invalid_request'],
  [
    'idtoken-signature',
    async () => {
      const idToken = String((await logIn()).body['id_token']);
      const keys = createRemoteJWKSet(new URL(`${service.issuer}/oauth2/jwks`));
      const { protectedHeader } = await jwtVerify(idToken, keys, { issuer: service.issuer, audience: shopId });
      return protectedHeader;
    },
    { alg: 'ES256', kid: expect.any(String), typ: 'JWT' },
  ],
  ['idtoken-unsigned', async () => (await metadata())['id_token_signing_alg_values_supported'], ['ES256']],
  ['userinfo-get', infoBy('get'), { sub: true }],
  ['userinfo-post-header', infoBy('header'), { sub: true }],
  ['userinfo-post-body', infoBy('body'), { sub: true }],
  [
    'ensure-request-without-nonce-succeeds-for-code-flow',
    async () => {
      const { claims } = await logIn({ nonce: undefined, ...PKCE }, { change: { code_verifier: verifier } });
      return [claims['acr'], 'nonce' in claims];
    },
    ['sms', false],
  ],
  ['scope-profile', infoBy('get', 'openid profile'), { sub: true, ...PROFILE }],
  ['scope-email', infoBy('get', 'openid email'), { sub: true }],
  ['scope-address', infoBy('get', 'openid address'), { sub: true }],
  ['scope-phone', infoBy('get', 'openid phone'), { sub: true, ...PHONE }],
  ['scope-all', infoBy('get', 'openid profile email address phone'), { sub: true, ...PROFILE, ...PHONE }],
  ['ensure-other-scope-order-succeeds', infoBy('get', 'phone openid'), { sub: true, ...PHONE }],
  ['display-page', claimsOf({ display: 'page' }), LOGGED_IN],
  ['display-popup', claimsOf({ display: 'popup' }), LOGGED_IN],
  [
    'prompt-login',
    async () => {
      const [first, second] = [await logIn(), await logIn({ prompt: 'login' })];
      return Number(second.claims['auth_time']) >= Number(first.claims['auth_time']);
    },
    true,
  ],
  ['prompt-none-not-logged-in', errorOf({ prompt: 'none' }), 'login_required'],
  [
    'prompt-none-logged-in',
    async () => {
      await logIn();
      return errorOf({ prompt: 'none' })();
    },
    'login_required',
  ],
  [
    'max-age-1',
    async () => {
      const { claims } = await logIn({ max_age: '1' });
      return Number(claims['auth_time']) >= seconds(-30);
    },
    true,
  ],
  ['max-age-10000', claimsOf({ max_age: '10000' }), LOGGED_IN],
  ['ensure-request-with-unknown-parameter-succeeds', claimsOf({ extra: 'foobar' }), LOGGED_IN],
  [
    'id-token-hint',
    async () => {
      const hint = String((await logIn()).body['id_token']);
      return errorOf({ id_token_hint: hint, prompt: 'none' })();
    },
    'login_required',
  ],
  ['login-hint', claimsOf({ login_hint: 'tel:+821012345678' }), LOGGED_IN],
  ['ui-locales', claimsOf({ ui_locales: 'se' }), LOGGED_IN],
  ['claims-locales', claimsOf({ claims_locales: 'se' }), LOGGED_IN],
  ['ensure-request-with-acr-values-succeeds', claimsOf({ acr_values: '1 2' }), LOGGED_IN],
  [
    'codereuse',
    async () => {
      const back = await new LogInBrowser(service).logIn(authorize(), await newPerson());
      const code = back.searchParams.get('code')!;
      const [first, second] = [await redeem(code), await redeem(code)];
      return [first.status, second.status, second.body['error']];
    },
    [200, 400, 'invalid_grant'],
  ],
  [
    'codereuse-30seconds',
    async () => {
      const back = await new LogInBrowser(service).logIn(authorize(), await newPerson());
      const code = back.searchParams.get('code')!;
      const { body } = await redeem(code);
      await service.rows.openIdRequests.ageCode(code, 30);
      const again = await redeem(code);
      const headers = { Authorization: `Bearer ${String(body['access_token'])}` };
      return [again.body['error'], (await fetch(`${service.issuer}/oauth2/userinfo`, { headers })).status];
    },
    ['invalid_grant', 401],
  ],
  ['ensure-registered-redirect-uri', errorOf({ redirect_uri: `${CALLBACK}/foobar` }), 'page 400'],
  [
    'ensure-post-request-succeeds',
    async () => {
      const browser = new LogInBrowser(service);
      const url = new URL(authorize());
      await browser.begin(url.origin + url.pathname, { method: 'POST', body: url.searchParams });
      await browser.verify(await newPerson());
      return (await redeem((await browser.leave()).searchParams.get('code')!)).claims;
    },
    LOGGED_IN,
  ],
  ['server-client-secret-post', async () => (await logIn({}, { isPosted: true })).claims, LOGGED_IN],
  [
    'request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    errorOf({ request_uri: 'https://shop.example/request.jwt' }),
    'request_uri_not_supported',
  ],
  [
    'unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    () => errorOf({ request: unsigned() })(),
    'request_not_supported',
  ],
  [
    'claims-essential',
    claimsOf({ claims: '{"id_token":{"birthdate":{"essential":true}},"userinfo":{"name":{"essential":true}}}' }),
    expect.objectContaining({ birthdate: '1990-01-01' }),
  ],
  [
    'ensure-request-object-with-redirect-uri',
    async () => {
      // The address that is registered stands in the request object, and another one outside.
      const sent = { request: unsigned({ redirect_uri: CALLBACK }), redirect_uri: `${CALLBACK}/foobar` };
      const response = await new LogInBrowser(service).ask(authorize(sent));
      const page = await response.text();
      return [response.headers.get('location'), /request_not_supported/.exec(page)?.[0]];
    },
    [null, 'request_not_supported'],
  ],
  ['refresh-token', async () => 'refresh_token' in (await logIn({ scope: 'openid offline_access' })).body, false],
  [
    'ensure-request-with-valid-pkce-succeeds',
    async () => (await logIn(PKCE, { change: { code_verifier: verifier } })).claims,
    LOGGED_IN,
  ],
];

describe('oidcc-basic-certification-test-plan', () => {
  it.each(BASIC)('oidcc-%s', async (_name, run, expected) => {
    expect(await run()).toEqual(expected);
  });
});
