import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { DpopKey } from '../support/dpop-key.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { TestService } from '../support/service.ts';

/* eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
const PLAIN_HTTP = { execute: [openid.allowInsecureRequests] };

const PAGE = 'https://app.example/callback';
const SERVER = 'https://shop.example/callback';
const NATIVE = 'kr.example.app:/callback';
const app = `app-${randomUUID()}`;
const other = `other-${randomUUID()}`;
const shop = `shop-${randomUUID()}`;
const SECRET = 'a-secret-of-the-shop';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
  const returnUrls = [
    PAGE,
    NATIVE,
    'http://127.0.0.1/callback',
    'http://[::1]:1/callback?a=b',
    'http://localhost/callback',
  ];
  await service.rows.clients.register({ clientId: app, authMethod: 'none', returnUrls });
  await service.rows.clients.register({ clientId: other, authMethod: 'none', returnUrls: [PAGE] });
  await service.rows.clients.register({
    clientId: shop,
    secret: SECRET,
    returnUrls: [SERVER, 'http://127.0.0.1/callback'],
  });
});
afterAll(async () => {
  await service.stop();
});

const newPerson = () => service.addLine({ owner: { birthDate: '900101', genderDigit: '2' } });
const verifier = openid.randomPKCECodeVerifier();
const PKCE = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

function authorize(change: Record<string, string> = {}): string {
  const sent = { client_id: app, response_type: 'code', redirect_uri: PAGE, scope: 'openid', state: 's', ...change };
  return `${service.issuer}/oauth2/authorize?${new URLSearchParams(sent).toString()}`;
}

async function post(endpoint: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.issuer}/oauth2/${endpoint}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  const body = (text ? JSON.parse(text) : {}) as Record<string, string>;
  return { status: response.status, error: body['error'], body, headers: response.headers };
}

const codeFor = async (change: Record<string, string> = {}) =>
  (await new LogInBrowser(service).logIn(authorize({ ...PKCE, ...change }), await newPerson())).searchParams.get(
    'code',
  )!;

const redeem = (code: string, change: Record<string, string> = {}) =>
  post('token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: PAGE,
    code_verifier: verifier,
    client_id: app,
    ...change,
  });

describe('openid-client as a public client', () => {
  it.each<[string, string]>([
    ['a page of scripts', PAGE],
    ['an app with a scheme of its own', NATIVE],
    ['an app on a desktop, by the port that it got', 'http://127.0.0.1:53211/callback'],
    ['an app on a desktop, by IPv6', 'http://[::1]:53211/callback?a=b'],
  ])('openid-client logs a person in as %s', async (_case, redirect_uri) => {
    const issuer = new URL(service.issuer);
    const config = await openid.discovery(issuer, app, undefined, openid.None(), PLAIN_HTTP);
    const DPoP = openid.getDPoPHandle(config, await DpopKey.generate());
    const parameters = { redirect_uri, scope: 'openid', state: 's', ...PKCE };
    const url = openid.buildAuthorizationUrl(config, parameters);
    const back = await new LogInBrowser(service).logIn(url, await newPerson());
    expect(back.href.startsWith(redirect_uri)).toBe(true);
    const answered = new URL(back);
    const checks = { pkceCodeVerifier: verifier, expectedState: 's' };
    if (redirect_uri.includes('?')) {
      // The library takes the whole query for the answer, so the address is sent as it was.
      const code = answered.searchParams.get('code')!;
      expect((await redeem(code, { redirect_uri })).status).toBe(200);
      return;
    }
    const tokens = await openid.authorizationCodeGrant(config, answered, checks, undefined, { DPoP });
    const { sub } = tokens.claims()!;
    expect(await openid.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toEqual({ sub });
    await openid.tokenRevocation(config, tokens.access_token);
    await expect(openid.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('a client for which the service has no key', () => {
  it('is told so in a sentence of its own, and the operator in the log what to do', async () => {
    const clientId = `spring-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: SECRET, returnUrls: [SERVER], idTokenAlg: 'RS256' });
    const asked = authorize({ ...PKCE, client_id: clientId, redirect_uri: SERVER });
    const back = new URL((await new LogInBrowser(service).ask(asked)).headers.get('location')!);
    const said = 'The service cannot sign for this client at present.';
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'server_error', error_description: said });
    const own = { client_id: clientId, client_secret: SECRET };
    expect(await post('bc-authorize', { ...own, scope: 'openid' })).toMatchObject({
      status: 503,
      body: { error_description: said },
    });
    // Each such client is named, also while another one keeps asking.
    const another = `keycloak-${randomUUID()}`;
    await service.rows.clients.register({
      clientId: another,
      secret: SECRET,
      returnUrls: [SERVER],
      idTokenAlg: 'RS256',
    });
    await new LogInBrowser(service).ask(authorize({ ...PKCE, client_id: another, redirect_uri: SERVER }));
    for (const one of [clientId, another])
      expect(service.process.log()).toMatch(new RegExp(`${one}: reads RS256, .*npm run keys -- add rsa`));
  });
});

describe('the authorization request of a public client', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a nonce and no PKCE', { nonce: 'n' }, 'invalid_request'],
    ['PKCE with plain', { ...PKCE, code_challenge_method: 'plain' }, 'invalid_request'],
    [
      'a form that would be posted to an app',
      { ...PKCE, redirect_uri: NATIVE, response_mode: 'form_post' },
      'invalid_request',
    ],
  ])('with %s is answered with an error', async (_case, change, error) => {
    const response = await new LogInBrowser(service).ask(authorize(change));
    expect(response.status).toBe(303);
    expect(new URL(response.headers.get('location')!).searchParams.get('error')).toBe(error);
  });

  it.each<[string, string, string?]>([
    ['of another port of a site', 'https://app.example:8443/callback'],
    ['of localhost by another port, which another program may serve', 'http://localhost:8080/callback'],
    ['of the loopback interface by another path', 'http://127.0.0.1:8080/other'],
    ['of the loopback interface by another query', 'http://[::1]:8080/callback?a=c'],
    ['of the loopback interface with a user', 'http://user@127.0.0.1:8080/callback'],
    ['of the loopback interface by TLS', 'https://127.0.0.1:8080/callback'],
    ['of the loopback interface by an impossible port', 'http://127.0.0.1:99999/callback'],
    ['that begins like the loopback interface', 'http://127.0.0.1.evil.example/callback'],
    ['of the other family', 'http://[::1]:8080/callback'],
    ['of another app', 'kr.example.app2:/callback'],
    ['of the app by another path', `${NATIVE}2`],
    ['of a confidential client by another port', 'http://127.0.0.1:8080/callback', shop],
  ])('to an address %s goes nowhere', async (_case, redirect_uri, client_id = app) => {
    const response = await new LogInBrowser(service).ask(authorize({ ...PKCE, client_id, redirect_uri }));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it('may be pushed, and shows no text of it, because anybody can push it', async () => {
    const sent = Object.fromEntries(new URL(authorize({ ...PKCE, purpose: '송금 취소' })).searchParams);
    const { status, body } = await post('par', sent);
    expect(status).toBe(201);
    const browser = new LogInBrowser(service);
    const pushed = new URLSearchParams({ client_id: app, request_uri: body['request_uri']! });
    await browser.begin(`${service.issuer}/oauth2/authorize?${pushed.toString()}`);
    expect(await browser.page()).not.toContain('송금 취소');
  });
});

describe('a public client', () => {
  it.each<[string, () => ReturnType<typeof post>, number, string]>([
    [
      'a token for itself',
      () => post('token', { grant_type: 'client_credentials', client_id: app }),
      400,
      'unauthorized_client',
    ],
    [
      'the tokens of CIBA',
      () => post('token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: 'x', client_id: app }),
      400,
      'unauthorized_client',
    ],
    ['a request of CIBA', () => post('bc-authorize', { scope: 'openid', client_id: app }), 401, 'invalid_client'],
    ['a look at a token', () => post('introspect', { token: 'x', client_id: app }), 401, 'invalid_client'],
    ['anything with a secret', () => redeem('x', { client_secret: 'secret' }), 401, 'invalid_client'],
    ['anything with an empty client id', () => redeem('x', { client_id: '' }), 401, 'invalid_client'],
    ['anything as a client that has a secret', () => redeem('x', { client_id: shop }), 401, 'invalid_client'],
    ['anything as nobody', () => redeem('x', { client_id: 'nobody' }), 401, 'invalid_client'],
  ])('does not get %s', async (_case, ask, status, error) => {
    expect(await ask()).toMatchObject({ status, error });
  });

  it('gets no token without its verifier, or for a code of another one, and none that opens /v1', async () => {
    const code = await codeFor();
    expect(await redeem(code, { code_verifier: '' })).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await redeem(code, { code_verifier: 'v'.repeat(43) })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
    expect(await redeem(code, { client_id: other })).toMatchObject({ status: 400, error: 'invalid_grant' });
    const { status, body } = await redeem(code);
    expect(status).toBe(200);
    const headers = { Authorization: `Bearer ${body['access_token']}` };
    expect((await fetch(`${service.issuer}/v1/authentications/${randomUUID()}`, { headers })).status).toBe(401);
    await service.rows.clients.disable(await service.rows.clients.idOf(other));
    expect(await redeem('x', { client_id: other })).toMatchObject({ status: 401, error: 'invalid_client' });
  });
});

describe('a client that is not public', () => {
  it('a client that is not public is registered with a secret or with keys', async () => {
    await expect(service.rows.clients.register({ clientId: `nothing-${randomUUID()}` })).rejects.toThrow(
      'client_can_prove_itself',
    );
  });
});

describe('a page of another origin', () => {
  const ask = async (method: string, path: string, headers: Record<string, string>) => {
    const response = await fetch(service.issuer + path, {
      method,
      headers,
      ...(method === 'POST' && { body: new URLSearchParams({ grant_type: 'authorization_code', code: 'x' }) }),
    });
    await response.arrayBuffer();
    return {
      status: response.status,
      origin: response.headers.get('access-control-allow-origin'),
      headers: response.headers,
    };
  };
  const preflight = (path: string, origin: string) =>
    ask('OPTIONS', path, {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'dpop',
    });

  it.each(['/oauth2/token', '/oauth2/userinfo', '/oauth2/par', '/oauth2/revoke'])(
    'a page of a public client may call %s, and no other one may',
    async (path) => {
      const origin = 'https://app.example';
      const answer = await preflight(path, origin);
      expect([answer.status, answer.origin]).toEqual([204, origin]);
      expect(answer.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type, DPoP');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      for (const foreign of ['https://shop.example', 'https://evil.example', 'http://app.example', 'null'])
        expect((await preflight(path, foreign)).origin).toBeNull();
    },
  );

  it('a page of a public client reads errors too, and no other address is open to it', async () => {
    const origin = 'https://app.example';
    const refused = await ask('POST', '/oauth2/token', { Origin: origin });
    expect([refused.status, refused.origin, refused.headers.get('vary')]).toEqual([401, origin, 'Origin']);
    const unauthorized = await ask('GET', '/oauth2/userinfo', { Origin: origin });
    expect([unauthorized.status, unauthorized.origin]).toEqual([401, origin]);
    expect(unauthorized.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    for (const path of ['/oauth2/introspect', '/oauth2/bc-authorize', '/v1/authentications'])
      expect((await preflight(path, origin)).origin).toBeNull();
    expect((await ask('GET', '/oauth2/jwks', { Origin: origin })).origin).toBe('*');
    expect((await ask('POST', '/oauth2/token', { Origin: 'https://evil.example' })).origin).toBeNull();
  });
});

describe('the limits of public clients', () => {
  it('a stranger who sends proofs in the name of a public client is stopped at the limit of an address', async () => {
    const clientId = `named-${randomUUID()}`;
    await service.rows.clients.register({ clientId, authMethod: 'none', returnUrls: [PAGE] });
    const statuses = new Set<number>();
    for (let at = 0; at < 130 && !statuses.has(429); at += 10) {
      const answers = Array.from({ length: 10 }, () => redeem('x', { client_id: clientId }));
      for (const { status } of await Promise.all(answers)) statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([400, 429]);
  });
});
