import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { approves, CibaClient, hintOf, type OAuthAnswer } from '../support/ciba-client.ts';
import { scrape } from '../support/exposition.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { answerOf, TestService, type Answer, type Subscriber } from '../support/service.ts';

const CALLBACK = 'https://bank.example/callback';
const PURPOSE = 'dpv:FraudPreventionAndDetection';
const NETWORK_SCOPES = ['sim-swap:check', 'kyc-match:match', 'number-verification:verify'];

let service: TestService;
/** A client that follows the profile of CAMARA, and one that does not. */
let camara: CibaClient;
let other: CibaClient;

beforeAll(async () => {
  service = await TestService.start();
  const registered = { scopes: ['authentications', 'openid', ...NETWORK_SCOPES], returnUrls: [CALLBACK] };
  camara = await CibaClient.register(service, { camara: true }, registered);
  other = await CibaClient.register(service, {}, registered);
});
afterAll(() => service.stop());

const now = () => Math.floor(Date.now() / 1000);
const endpoint = (path: string) => `${service.issuer}/oauth2/${path}`;

const tokenFor = async (
  client: CibaClient,
  claims: Record<string, unknown> = {},
  form: Record<string, string> = { scope: 'authentications' },
): Promise<OAuthAnswer> =>
  client.post('/oauth2/token', { ...(await client.assertion(claims)), grant_type: 'client_credentials', ...form });

const errorOf = ({ status, body }: OAuthAnswer) => [status, body['error']];

describe('an assertion of a client of CAMARA', () => {
  it.each<[string, () => Record<string, unknown>]>([
    ['expires more than 300 seconds from now', () => ({ iat: undefined, exp: now() + 320 })],
    ['expires more than 300 seconds after its iat', () => ({ iat: now() - 250, exp: now() + 100 })],
  ])('is refused where it %s, and taken of any other client', async (_what, claims) => {
    expect(errorOf(await tokenFor(camara, claims()))).toEqual([401, 'invalid_client']);
    expect((await tokenFor(other, claims())).status).toBe(200);
  });

  it('lives for 300 seconds, and may name the called endpoint as aud', async () => {
    expect((await tokenFor(camara, { iat: now(), exp: now() + 300 })).status).toBe(200);
    expect((await tokenFor(camara, { aud: endpoint('token') })).status).toBe(200);
    expect(errorOf(await tokenFor(camara, { aud: [service.issuer, endpoint('token')] }))[0]).toBe(401);
  });

  it('gets a token of its client for a scope alone', async () => {
    expect(errorOf(await tokenFor(camara, {}, {}))).toEqual([400, 'invalid_request']);
    expect((await tokenFor(other, {}, {})).status).toBe(200);
  });
});

describe('a CIBA request of a client of CAMARA', () => {
  const signed = async (client: CibaClient, claims: Record<string, unknown>, alg?: string) => {
    const person = await service.addLine();
    const request = await client.request({ scope: 'openid', login_hint: hintOf(person) }, claims, alg);
    return client.begin({ request });
  };

  it('may name its endpoint as aud where it is signed, as other clients may not', async () => {
    const aud = endpoint('bc-authorize');
    expect((await signed(camara, { aud })).status).toBe(200);
    expect((await signed(camara, {})).status).toBe(200);
    expect(errorOf(await signed(other, { aud }))).toEqual([400, 'invalid_request']);
  });

  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['for another server', { aud: 'https://other.example' }, undefined],
    ['of another client', { iss: 'somebody' }, undefined],
    ['without exp', { exp: undefined }, undefined],
    ['signed with RS256', {}, 'RS256'],
  ])('that is wrong, %s, is answered invalid_request_object', async (_what, claims, alg) => {
    expect(errorOf(await signed(camara, claims, alg))).toEqual([400, 'invalid_request_object']);
    expect(errorOf(await signed(other, claims, alg))).toEqual([400, 'invalid_request']);
  });

  it('that is signed counts once', async () => {
    const request = await camara.request({ scope: 'openid', login_hint: hintOf(await service.addLine()) });
    expect((await camara.begin({ request })).status).toBe(200);
    expect(errorOf(await camara.begin({ request }))).toEqual([400, 'invalid_request_object']);
  });

  it('has its binding_message, requested_expiry and acr_values ignored, whatever they are', async () => {
    const subscriber = await service.subscriber();
    const ignored = {
      binding_message: '\u0007'.repeat(30),
      requested_expiry: '0',
      acr_values: 'urn:pushguard:acr:approve',
    };
    const asked = await camara.asks(subscriber.person, { ...ignored, user_code: '1234' });
    expect(asked.expires_in).toBe(180);
    expect((await subscriber.phone.pending())[0]).toMatchObject({ purpose: '본인확인' });
    await approves(subscriber, asked.pushguard_match);
    const { body } = await camara.poll(asked.auth_req_id);
    expect(decodeJwt(String(body['id_token']))['acr']).toBe('approve');
    // The same person is asked anew by login_hint alone.
    const again = await camara.begin({ scope: 'openid', id_token_hint: String(body['id_token']) });
    expect(errorOf(again)).toEqual([400, 'invalid_request']);
  });

  it.each([
    [{ scope: 'phone sim-swap:check dpv:FraudPreventionAndDetection' }],
    [{ scope: 'sim-swap:check dpv:FraudPreventionAndDetection', claims: '{"id_token":{"birthdate":null}}' }],
  ])('that asks for claims of a person has openid: %j', async (parameters) => {
    const login_hint = hintOf(await service.addLine());
    expect(errorOf(await camara.begin({ login_hint, ...parameters }))).toEqual([400, 'invalid_request']);
    const scope = `openid ${parameters.scope}`;
    expect((await camara.begin({ login_hint, ...parameters, scope })).status).toBe(200);
    const without = 'sim-swap:check dpv:FraudPreventionAndDetection';
    expect((await camara.begin({ login_hint, scope: without })).status).toBe(200);
  });
});

describe('a log-in in the window that asks for network APIs', () => {
  const verifier = randomBytes(32).toString('base64url');
  const PKCE = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  const FOR_NETWORK = `openid ${PURPOSE} ${NETWORK_SCOPES.join(' ')}`;
  const CHECK = '/sim-swap/v2/check';

  /** The parameters of a request; an undefined change leaves one out. */
  const asked = (client: CibaClient, change: Record<string, string | undefined> = {}): Record<string, string> => {
    const usual = { client_id: client.clientId, response_type: 'code', redirect_uri: CALLBACK, scope: FOR_NETWORK };
    const all: [string, string | undefined][] = Object.entries({ ...usual, ...PKCE, ...change });
    return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined));
  };
  const address = (parameters: Record<string, string>) =>
    `${endpoint('authorize')}?${new URLSearchParams(parameters).toString()}`;

  /** The request in three forms: as it is, signed, and pushed. */
  const FORMS: [string, (client: CibaClient, change?: Record<string, string | undefined>) => Promise<string>][] = [
    ['in the address', (client, change) => Promise.resolve(address(asked(client, change)))],
    [
      'signed',
      async (client, change) => {
        const parameters = asked(client, change);
        return address({ ...parameters, request: await client.request(parameters) });
      },
    ],
    [
      'pushed',
      async (client, change) => {
        const answer = await client.post('/oauth2/par', { ...asked(client, change), ...(await client.assertion()) });
        return address({ client_id: client.clientId, request_uri: String(answer.body['request_uri']) });
      },
    ],
  ];

  const redeem = async (client: CibaClient, back: URL): Promise<OAuthAnswer> =>
    client.post('/oauth2/token', {
      ...(await client.assertion()),
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? back.href,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    });

  /** Logs a subscriber in by the app, and redeems the code. */
  async function tokensOf(client: CibaClient, subscriber: Subscriber, at: string): Promise<OAuthAnswer> {
    const browser = new LogInBrowser(service);
    await browser.begin(at);
    await browser.verifyByPush(subscriber);
    return redeem(client, await browser.leave());
  }

  const call = async (token: unknown, path: string, body: object): Promise<Answer> =>
    answerOf(
      await fetch(service.issuer + path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${String(token)}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );

  /** A subscriber of whose line the carrier has told for a year, whose SIM was changed a hundred hours ago. */
  async function swapped(): Promise<Subscriber> {
    const subscriber = await service.subscriber();
    await service.rows.lines.changeAgo(subscriber.person.lineId, { known: 365 * 24, sim: 100 });
    return subscriber;
  }

  it.each(FORMS)('a request %s gets a token for the person with its scopes and purpose', async (_form, write) => {
    for (const client of [camara, other]) {
      const subscriber = await swapped();
      const { status, body } = await tokensOf(client, subscriber, await write(client));
      expect([status, body['scope']]).toEqual([200, FOR_NETWORK]);
      const { sub } = decodeJwt(String(body['id_token']));
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ scope: FOR_NETWORK, sub });
      expect(await call(body['access_token'], CHECK, {})).toMatchObject({ status: 200, body: { swapped: true } });
    }
  });

  it('the APIs answer such a token about its person alone, and each answer is in the record of that person and counted', async () => {
    const subscriber = await swapped();
    const answered = async () => {
      const figures = await scrape(service.process.announcement.management);
      return figures.value('pushguard_camara_answers_total', { api: 'kyc-match', outcome: 'answered' }) ?? 0;
    };
    const before = await answered();
    const { body } = await tokensOf(other, subscriber, address(asked(other)));
    const { phoneNumber } = subscriber.person;
    const outcomes: [string, object, number, object][] = [
      [CHECK, { maxAge: 99 }, 200, { swapped: false }],
      [CHECK, { phoneNumber }, 422, { code: 'UNNECESSARY_IDENTIFIER' }],
      ['/kyc-match/v0.4/match', { birthdate: '1990-01-01' }, 200, { birthdateMatch: 'true' }],
      [
        '/number-verification/v2/verify',
        { phoneNumber },
        403,
        { code: 'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK' },
      ],
      ['/device-swap/v1/check', {}, 403, { code: 'PERMISSION_DENIED' }],
    ];
    for (const [path, sent, status, said] of outcomes)
      expect(await call(body['access_token'], path, sent)).toMatchObject({ status, body: said });
    expect(await service.rows.customers.disclosuresOf(subscriber.subscriptionId)).toEqual(
      ['sim-swap/check', 'kyc-match/match'].map((api) => ({
        api,
        purpose: PURPOSE,
        client_id: expect.any(String),
        line_id: subscriber.person.lineId,
      })),
    );
    expect(await answered()).toBe(before + 1);
  });

  it('a person without the app logs in by SMS, and the token is about the line of that person', async () => {
    const person = await service.addLine();
    await service.rows.lines.changeAgo(person.lineId, { known: 365 * 24 });
    const { body } = await redeem(other, await new LogInBrowser(service).logIn(address(asked(other)), person));
    expect(await call(body['access_token'], CHECK, {})).toMatchObject({ status: 200, body: { swapped: false } });
    expect(await service.rows.customers.disclosedOfLine(person.lineId)).toEqual(['sim-swap/check']);
  });

  it('without openid there is no id_token and no userinfo, and the APIs answer', async () => {
    const scope = `${PURPOSE} sim-swap:check`;
    const { body } = await tokensOf(other, await swapped(), address(asked(other, { scope })));
    expect(body).toMatchObject({ scope, access_token: expect.any(String) });
    expect(body).not.toHaveProperty('id_token');
    expect(await call(body['access_token'], CHECK, {})).toMatchObject({ status: 200, body: { swapped: true } });
    const info = await fetch(endpoint('userinfo'), {
      headers: { Authorization: `Bearer ${String(body['access_token'])}` },
    });
    expect(info.status).toBe(403);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['a scope that was not granted', { scope: `openid ${PURPOSE} device-swap:check` }, 'invalid_scope'],
    ['a granted scope and one that was not', { scope: `${FOR_NETWORK} device-swap:check` }, 'invalid_scope'],
    ['no purpose', { scope: 'openid sim-swap:check' }, 'invalid_request'],
    ['two purposes', { scope: `${FOR_NETWORK} dpv:Marketing` }, 'invalid_request'],
    ['a purpose of no form', { scope: 'openid dpv:a-b sim-swap:check' }, 'invalid_scope'],
    [
      'claims and no openid',
      { scope: `${PURPOSE} sim-swap:check`, claims: '{"userinfo":{"gender":null}}' },
      'invalid_request',
    ],
    ['a scope of the person and no openid', { scope: `phone ${PURPOSE} sim-swap:check` }, 'invalid_request'],
    ['a purpose alone', { scope: PURPOSE }, 'invalid_scope'],
    [
      'a nonce in place of PKCE, and no openid',
      { scope: `${PURPOSE} sim-swap:check`, nonce: 'n', code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
  ])('a request with %s is refused, pushed too', async (_case, change, error) => {
    for (const client of [camara, other]) {
      const response = await new LogInBrowser(service).ask(address(asked(client, change)));
      const back = new URL(response.headers.get('location') ?? 'no:location');
      expect([response.status, back.searchParams.get('error')]).toEqual([303, error]);
      const pushed = await client.post('/oauth2/par', { ...asked(client, change), ...(await client.assertion()) });
      expect(errorOf(pushed)).toEqual([400, error]);
    }
  });

  it('a client without any scope of network APIs may name no purpose', async () => {
    const plain = await CibaClient.register(service, {}, { scopes: ['openid'], returnUrls: [CALLBACK] });
    for (const scope of [`openid ${PURPOSE}`, `openid ${PURPOSE} sim-swap:check`]) {
      const response = await new LogInBrowser(service).ask(address(asked(plain, { scope })));
      expect(response.headers.get('location')).toContain('error=invalid_scope');
    }
  });

  it('a scope that the operator takes away while the person is in the window is left out', async () => {
    const registered = { scopes: ['openid', ...NETWORK_SCOPES], returnUrls: [CALLBACK] };
    const client = await CibaClient.register(service, {}, registered);
    const browser = new LogInBrowser(service);
    await browser.begin(address(asked(client)));
    await browser.verifyByPush(await swapped());
    await service.rows.clients.setScopes(client.clientId, ['openid', 'kyc-match:match']);
    const { body } = await redeem(client, await browser.leave());
    expect(body['scope']).toBe(`openid ${PURPOSE} kyc-match:match`);
    expect((await call(body['access_token'], CHECK, {})).status).toBe(403);
  });

  it('a code that comes twice ends the token at the APIs too', async () => {
    const browser = new LogInBrowser(service);
    await browser.begin(address(asked(other)));
    await browser.verifyByPush(await swapped());
    const back = await browser.leave();
    const { body } = await redeem(other, back);
    expect((await call(body['access_token'], CHECK, {})).status).toBe(200);
    expect(errorOf(await redeem(other, back))).toEqual([400, 'invalid_grant']);
    expect(await call(body['access_token'], CHECK, {})).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
  });

  it('acr_values of a client of CAMARA are ignored, and count for any other', async () => {
    const methodOf = async (client: CibaClient) => {
      const browser = new LogInBrowser(service);
      await browser.begin(address(asked(client, { acr_values: 'otp' })));
      return /data-method="(\w+)"/.exec(await browser.page())?.[1];
    };
    expect([await methodOf(camara), await methodOf(other)]).toEqual(['push', 'otp']);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['is valid for more than 300 seconds', () => ({ exp: now() + 400 })],
    ['has no iat', () => ({ iat: undefined })],
    ['has no jti', () => ({ jti: undefined })],
  ])('a signed request that %s is refused of a client of CAMARA, and taken of any other', async (_what, claims) => {
    const answers = [camara, other].map(async (client) => {
      const parameters = asked(client);
      const request = await client.request(parameters, claims());
      return (await new LogInBrowser(service).ask(address({ ...parameters, request }))).headers.get('location');
    });
    const [ofCamara, ofOther] = await Promise.all(answers);
    expect(ofCamara).toContain('error=invalid_request_object');
    expect(ofOther).toContain('/windows/');
  });

  it('a signed request of a client of CAMARA may name the authorization endpoint as aud, as others may not', async () => {
    const answers = [camara, other].map(async (client) => {
      const parameters = asked(client);
      const request = await client.request(parameters, { aud: endpoint('authorize') });
      return (await new LogInBrowser(service).ask(address({ ...parameters, request }))).headers.get('location');
    });
    const [ofCamara, ofOther] = await Promise.all(answers);
    expect(ofCamara).toContain('/windows/');
    expect(ofOther).toContain('error=invalid_request_object');
  });
});
