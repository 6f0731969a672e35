import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { generateKeyring, withRsaKey } from '../../src/crypto/keyring.ts';
import { approves, CibaClient, hintOf, type OAuthAnswer } from '../support/ciba-client.ts';
import { discovered, INSECURE } from '../support/discovered.ts';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/exposition.ts';
import { TestService, type Subscriber, type TestPerson } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/* eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
const EXECUTE = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];

let service: TestService;
let receiver: WebhookReceiver;
/** Polls. */
let shop: CibaClient;
/** Follows FAPI-CIBA, with ES256. */
let bank: CibaClient;

beforeAll(async () => {
  [service, receiver] = await Promise.all([
    TestService.start({ KEYRING: withRsaKey(generateKeyring()) }),
    WebhookReceiver.start(),
  ]);
  shop = await CibaClient.register(service, {}, { scopes: ['authentications', 'openid', 'sim-swap:check'] });
  bank = await CibaClient.register(service, { fapi: true, signingAlg: 'ES256' });
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
});

/** A number that no line has. */
const nobody = (): TestPerson => ({
  phoneNumber: `+82109${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`,
  birthDate: '900101',
  genderDigit: '1',
});

/** The first request of a client in ping mode, at a path of its own. */
async function pinged(at = receiver): Promise<{ client: CibaClient; path: string; token: string }> {
  const [path, token] = [`/${randomUUID()}`, randomBytes(32).toString('base64url')];
  return { client: await CibaClient.register(service, { endpoint: at.url(path) }), path, token };
}

const expectError = (answer: OAuthAnswer, status: number, error: string) => {
  expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status, error });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body['error_description']).toMatch(/^[\x20-\x7e]+$/);
};

/** Discovers the service as openid-client does, with every check that it has. */
async function configured(client: CibaClient): Promise<openid.Configuration> {
  const key = openid.PrivateKeyJwt(await client.key());
  return openid.discovery(new URL(service.issuer), client.clientId, undefined, key, { execute: EXECUTE });
}

describe('openid-client', () => {
  it('openid-client asks a person, polls and gets an id_token about the person who approved', async () => {
    const subscriber = await service.subscriber();
    const config = await configured(shop);
    const asked = await openid.initiateBackchannelAuthentication(config, {
      scope: 'openid profile phone',
      login_hint: hintOf(subscriber.person),
      binding_message: '결제 승인',
    });
    expect(asked).toMatchObject({ expires_in: 180, interval: 5, pushguard_match: expect.stringMatching(/^\d{2}$/) });
    const polling = openid.pollBackchannelAuthenticationGrant(config, asked);
    expect((await subscriber.phone.pending())[0]).toMatchObject({ purpose: '결제 승인', method: 'approve' });
    await approves(subscriber, asked['pushguard_match'] as string);
    const tokens = await polling;
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'openid profile phone' });
    expect(tokens.claims()).toMatchObject({
      iss: service.issuer,
      aud: shop.clientId,
      acr: 'approve',
      amr: ['pop', 'pin', 'user', 'mfa'],
      birthdate: '1990-01-01',
      gender: 'male',
      phone_number: subscriber.person.phoneNumber,
      phone_number_verified: true,
      'urn:openid:params:jwt:claim:auth_req_id': asked.auth_req_id,
    });
    expect(tokens.claims()).not.toHaveProperty('urn:pushguard:channel');
    const { acr, amr, auth_time, sub } = tokens.claims()!;
    // RFC 9068, 2.2.1.
    expect(decodeJwt(tokens.access_token)).toMatchObject({ acr, amr, auth_time, sub });
    // The token stands for a person, and the service's own API is for clients.
    const url = new URL(`/v1/authentications/${randomUUID()}`, service.issuer);
    const refused = await fetch(url, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
    expect(refused.status).toBe(401);
  });

  it('openid-client in ping mode is told once the person approved, and gets the tokens', async () => {
    const subscriber = await service.subscriber();
    const { client, path, token } = await pinged();
    const config = await configured(client);
    const asked = await openid.initiateBackchannelAuthentication(config, {
      scope: 'openid',
      login_hint: hintOf(subscriber.person),
      client_notification_token: token,
    });
    expect(receiver.at(path)).toEqual([]);
    await approves(subscriber, asked['pushguard_match'] as string);
    const ping = await eventually('the ping', () => receiver.at(path)[0]);
    expect(ping.method).toBe('POST');
    expect(ping.headers).toMatchObject({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
    expect(JSON.parse(ping.body)).toEqual({ auth_req_id: asked.auth_req_id });
    const tokens = await openid.pollBackchannelAuthenticationGrant(config, asked);
    expect(tokens.claims()?.sub).toEqual(expect.any(String));
    expect(receiver.at(path)).toHaveLength(1);
  });
});

describe('oauth4webapi', () => {
  /** Asks a person as the library does, by private_key_jwt, and polls in the same way. */
  async function asks(client: CibaClient, parameters: Record<string, string>) {
    const as = await discovered(service.issuer);
    const by: oauth.Client = { client_id: client.clientId };
    const key = await client.key();
    const way = oauth.PrivateKeyJwt(key);
    const signed = client.dpop && { request: await oauth.issueRequestObject(as, by, parameters, key) };
    const answer = await oauth.backchannelAuthenticationRequest(as, by, way, signed ?? parameters, INSECURE);
    const asked = await oauth.processBackchannelAuthenticationResponse(as, by, answer);
    const how = { ...INSECURE, ...(client.dpop && { DPoP: oauth.DPoP(by, client.dpop) }) };
    const poll = async () => {
      const polled = await oauth.backchannelAuthenticationGrantRequest(as, by, way, asked.auth_req_id, how);
      const tokens = await oauth.processBackchannelAuthenticationGrantResponse(as, by, polled);
      await oauth.validateApplicationLevelSignature(as, polled, INSECURE);
      return tokens;
    };
    return { asked, poll, match: asked['pushguard_match'] as string };
  }

  it('oauth4webapi asks a person, reads that it polls too soon, and gets the tokens of the person who approved, once', async () => {
    const subscriber = await service.subscriber();
    const about = { scope: 'openid phone', login_hint: hintOf(subscriber.person), binding_message: '결제 승인' };
    const { asked, poll, match } = await asks(shop, about);
    expect(asked).toMatchObject({ expires_in: 180, interval: 5 });
    const held = poll();
    await eventually('the held poll', async () => (await service.rows.ciba.of(asked.auth_req_id)).isPolled);
    await expect(poll()).rejects.toMatchObject({ name: 'ResponseBodyError', status: 400, error: 'slow_down' });
    await approves(subscriber, match);
    const tokens = await held;
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'openid phone' });
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
      aud: shop.clientId,
      acr: 'approve',
      phone_number: subscriber.person.phoneNumber,
    });
    await expect(poll()).rejects.toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  it('oauth4webapi reads that a person declined, and which request is refused', async () => {
    const { person, phone } = await service.subscriber();
    const { poll } = await asks(shop, { scope: 'openid', login_hint: hintOf(person) });
    await phone.decline((await phone.pending())[0]!.id, 'not_me');
    await expect(poll()).rejects.toMatchObject({ status: 400, error: 'access_denied' });
    const separated = { scope: 'openid', login_hint: 'tel:010-1234-5678' };
    await expect(asks(shop, separated)).rejects.toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('oauth4webapi in ping mode is told once the person approved, and gets the tokens', async () => {
    const subscriber = await service.subscriber();
    const { client, path, token } = await pinged();
    const about = { scope: 'openid', login_hint: hintOf(subscriber.person), client_notification_token: token };
    const { asked, poll, match } = await asks(client, about);
    await approves(subscriber, match);
    const ping = await eventually('the ping', () => receiver.at(path)[0]);
    expect(ping.headers.authorization).toBe(`Bearer ${token}`);
    expect(JSON.parse(ping.body)).toEqual({ auth_req_id: asked.auth_req_id });
    expect(oauth.getValidatedIdTokenClaims(await poll())).toMatchObject({ aud: client.clientId });
  });

  it('oauth4webapi of a client that follows FAPI signs its request, and gets tokens that are bound to its key', async () => {
    const subscriber = await service.subscriber();
    const { poll, match } = await asks(bank, { scope: 'openid', login_hint: hintOf(subscriber.person) });
    await approves(subscriber, match);
    const tokens = await poll();
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: bank.dpop?.jkt });
  });
});

describe('a client that follows FAPI, or signs its requests', () => {
  /** Begins a signed request of the bank about nobody. */
  const signed = async (claims: Record<string, unknown>, beside: Record<string, string> = {}) =>
    bank.begin({ request: await bank.request({ scope: 'openid', login_hint: hintOf(nobody()) }, claims), ...beside });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['with a sub, with which it could be taken for an assertion', { sub: 'somebody' }, {}],
    ['with the client_id of another client', { client_id: 'another-client' }, {}],
    ['without a hint', { login_hint: undefined }, {}],
    ['beside another parameter', {}, { binding_message: '47' }],
  ])('a signed request %s is refused', async (_case, claims, beside) => {
    expectError(await signed(claims, beside), 400, 'invalid_request');
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['a text', { requested_expiry: '90' }, 90],
    ['a number', { requested_expiry: 90 }, 90],
    ['less than the least', { requested_expiry: 1 }, 60],
  ])('requested_expiry as %s is honoured within its limits', async (_case, claims, expected) => {
    expect((await signed(claims)).body['expires_in']).toBe(expected);
  });

  it('the same signed request is refused the second time', async () => {
    const request = await bank.request({ scope: 'openid', login_hint: hintOf(nobody()) });
    expect((await bank.begin({ request })).status).toBe(200);
    expectError(await bank.begin({ request }), 400, 'invalid_request');
  });

  it('a client that follows FAPI gets no token without a proof, and authenticates with no other algorithm', async () => {
    const { body } = await signed({});
    const own = await bank.assertion();
    const grant = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: String(body['auth_req_id']) };
    expectError(await bank.post('/oauth2/token', { ...own, ...grant }), 400, 'invalid_dpop_proof');
    const request = await bank.request({ scope: 'openid', login_hint: hintOf(nobody()) });
    expectError(await bank.begin({ request }, await bank.assertion({}, 'EdDSA')), 401, 'invalid_client');
    expect((await bank.begin({ request }, await bank.assertion({}, 'PS256'))).status).toBe(200);
  });

  it('a request that expires ends its poll, also while it is held', async () => {
    const { auth_req_id: authReqId } = await shop.asks((await service.subscriber()).person);
    const polling = shop.poll(authReqId);
    await eventually('the held poll', async () => (await service.rows.ciba.of(authReqId)).isPolled);
    await service.rows.ciba.expire(authReqId);
    expectError(await polling, 400, 'expired_token');
    expectError(await shop.poll(authReqId), 400, 'expired_token');
  });

  it('an assertion for the token endpoint, for which the client is not registered, is refused', async () => {
    const wrong = await shop.assertion({ aud: `${service.issuer}/oauth2/token` });
    expectError(await shop.poll('unknown', wrong), 401, 'invalid_client');
  });
});

describe('a request', () => {
  const hint = 'tel:+821098765432;x-birthdate=900101;x-gender-digit=1';
  it.each<[string, Record<string, string>, string]>([
    ['without scope', { scope: '' }, 'invalid_request'],
    ['without openid', { scope: 'phone' }, 'invalid_scope'],
    ['with a scope that nobody grants', { scope: 'openid operator' }, 'invalid_scope'],
    ['about one sub alone', { claims: '{"id_token":{"sub":{"value":"x"}}}' }, 'invalid_request'],
    ['with two purposes', { scope: 'openid dpv:FraudPrevention dpv:Marketing' }, 'invalid_request'],
    ['without a hint', { login_hint: '' }, 'invalid_request'],
    ['with a hint that is not supported', { login_hint: '', login_hint_token: 'x' }, 'invalid_request'],
    ['with two hints', { id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['with an address of the network as hint', { login_hint: 'ipport:198.51.100.1:1234' }, 'invalid_request'],
    ['with a raw plus sign', { login_hint: hint.replace('+', ' ') }, 'invalid_request'],
    ['with visual separators', { login_hint: hint.replace('10', '-10-') }, 'invalid_request'],
    ['with a number alone', { login_hint: hint.split(';')[0]! }, 'invalid_request'],
    ['without the gender digit', { login_hint: hint.slice(0, -17) }, 'invalid_request'],
    ['with another parameter', { login_hint: `${hint};x-name=kim` }, 'invalid_request'],
    ['with a parameter twice', { login_hint: `${hint};x-gender-digit=1` }, 'invalid_request'],
    ['with an impossible birth date', { login_hint: hint.replace('900101', '900230') }, 'invalid_request'],
    [
      'with a birth date to come',
      { login_hint: hint.replace('900101;x-gender-digit=1', '990101;x-gender-digit=3') },
      'invalid_request',
    ],
    ['with a number of another country', { login_hint: hint.replace('+8210', '+8190') }, 'unknown_user_id'],
    ['with a landline', { login_hint: hint.replace('+8210', '+822') }, 'unknown_user_id'],
    ['with a long binding message', { binding_message: '가'.repeat(21) }, 'invalid_binding_message'],
    ['with a very long binding message', { binding_message: 'a'.repeat(1000) }, 'invalid_binding_message'],
    ['with a binding message of many marks', { binding_message: `e${'\u0315'.repeat(40)}` }, 'invalid_binding_message'],
    ['with an invisible binding message', { binding_message: '\u3164\u3164' }, 'invalid_binding_message'],
    ['with a quotation mark in the binding message', { binding_message: '"승인"' }, 'invalid_binding_message'],
    ['with an expiry that is no number', { requested_expiry: 'soon' }, 'invalid_request'],
    ['with claims that are no JSON', { claims: '{' }, 'invalid_request'],
    [
      'with an essential acr that is out of reach',
      { claims: '{"id_token":{"acr":{"essential":true,"value":"sms"}}}' },
      'invalid_request',
    ],
    ['for another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['with a request by reference', { request: 'not a JWT' }, 'invalid_request'],
  ])('%s is refused', async (_case, parameters, error) => {
    const answer = await shop.begin({ scope: 'openid', login_hint: hint, ...parameters });
    expectError(answer, 400, error);
    expect(JSON.stringify(answer.body)).not.toContain('98765432');
  });

  it('with parameters that nobody knows, wishes and its own digits is taken', async () => {
    const wishes = { acr_values: 'sms x', user_code: '1', prompt: 'x', ui_locales: 'ko', resource: service.issuer };
    const asked = await shop.asks(nobody(), { ...wishes, binding_message: '07', scope: 'openid offline_access' });
    expect(asked.pushguard_match).toBe('07');
    expect((await shop.asks(nobody(), { binding_message: '４７' })).pushguard_match).toBe('47');
  });

  it('of the claims parameter releases single claims, and each scope its own', async () => {
    const subscriber = await service.subscriber();
    const claims = JSON.stringify({ id_token: { 'urn:pushguard:age_over_19': null, unknown: null } });
    const how = { claims, scope: 'openid kr_di', acr_values: 'sms urn:pushguard:acr:approve' };
    const asked = await shop.asks(subscriber.person, how);
    await approves(subscriber, asked.pushguard_match);
    const { body } = await shop.poll(asked.auth_req_id);
    const token = decodeJwt(String(body['id_token']));
    expect(token['acr']).toBe('urn:pushguard:acr:approve');
    expect(token).toMatchObject({ 'urn:pushguard:age_over_19': true, di: expect.stringMatching(/^[\w+/]{64}$/) });
    expect(token).not.toHaveProperty('birthdate');
    expect(token).not.toHaveProperty('phone_number');
  });

  it('names a part of a granted scope, gets it unless it was taken away since, and no purpose without such a scope', async () => {
    const purpose = 'dpv:FraudPreventionAndDetection';
    const scope = `openid sim-swap:check ${purpose}`;
    const client = await CibaClient.register(service, {}, { scopes: ['authentications', 'openid', 'sim-swap'] });
    const subscriber = await service.subscriber();
    const scopeOf = async (change: () => Promise<unknown> = async () => undefined) => {
      const asked = await client.asks(subscriber.person, { scope });
      await approves(subscriber, asked.pushguard_match);
      await change();
      return (await client.poll(asked.auth_req_id)).body['scope'];
    };
    expect(await scopeOf()).toBe(scope);
    const scopes = ['authentications', 'openid'];
    expect(await scopeOf(() => service.rows.clients.setScopes(client.clientId, scopes))).not.toContain('sim-swap');
    const about = { login_hint: hintOf(subscriber.person) };
    expectError(await client.begin({ ...about, scope: `openid ${purpose}` }), 400, 'invalid_scope');
  });

  it('about the person of an earlier id_token asks the same person, of this client alone', async () => {
    const subscriber = await service.subscriber();
    const first = await shop.asks(subscriber.person);
    await approves(subscriber, first.pushguard_match);
    const idToken = String((await shop.poll(first.auth_req_id)).body['id_token']);
    const again = await shop.begin({ scope: 'openid', id_token_hint: idToken });
    await approves(subscriber, String(again.body['pushguard_match']));
    const tokens = await shop.poll(String(again.body['auth_req_id']));
    expect(decodeJwt(String(tokens.body['id_token'])).sub).toBe(decodeJwt(idToken).sub);
    const other = await CibaClient.register(service);
    expectError(await other.begin({ scope: 'openid', id_token_hint: idToken }), 400, 'invalid_request');
    const [head, body] = idToken.split('.');
    const forged = `${head}.${body}.${'A'.repeat(86)}`;
    expectError(await shop.begin({ scope: 'openid', id_token_hint: forged }), 400, 'invalid_request');
  });

  it('about the person of an earlier id_token rings the phone under the number that the line has since, and nobody once the line is another’s or over', async () => {
    const subscriber = await service.subscriber();
    const { person } = subscriber;
    const { lineId } = person;
    const first = await shop.asks(person);
    await approves(subscriber, first.pushguard_match);
    const idToken = String((await shop.poll(first.auth_req_id)).body['id_token']);
    const asksAgain = async () => {
      const { status, body } = await shop.begin({ scope: 'openid phone', id_token_hint: idToken });
      expect([status, Object.keys(body)]).toEqual([200, ['auth_req_id', 'expires_in', 'interval', 'pushguard_match']]);
      return { authReqId: String(body['auth_req_id']), match: String(body['pushguard_match']) };
    };
    const { phoneNumber } = nobody();
    expect(await service.sendEvent(lineId, 'number-changed', { phoneNumber }, 1)).toBe('applied');
    const { authReqId, match } = await asksAgain();
    await approves(subscriber, match);
    const said = decodeJwt(String((await shop.poll(authReqId)).body['id_token']));
    expect(said).toMatchObject({ sub: decodeJwt(idToken).sub, phone_number: phoneNumber });
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(lineId, 'owner-changed', { owner }, 2)).toBe('applied');
    const next = await service.enrolled({ lineId, phoneNumber, ...owner });
    await asksAgain();
    expect(await next.phone.pending()).toEqual([]);
    expect(await service.sendEvent(lineId, 'terminated', undefined, 3)).toBe('applied');
    await asksAgain();
  });

  it('of clients of one sector has one subject and one di, signed with the algorithm of each client', async () => {
    const subscriber = await service.subscriber();
    const said: Record<string, unknown>[] = [];
    for (const idTokenAlg of ['ES256', 'RS256'] as const) {
      const client = await CibaClient.register(service, {}, { sector: 'group.example', idTokenAlg });
      const asked = await client.asks(subscriber.person, { scope: 'openid kr_di' });
      await approves(subscriber, asked.pushguard_match);
      const { body } = await client.poll(asked.auth_req_id);
      expect(decodeProtectedHeader(String(body['id_token'])).alg).toBe(idTokenAlg);
      said.push(decodeJwt(String(body['id_token'])));
      const info = await fetch(`${service.issuer}/oauth2/userinfo`, {
        headers: { Authorization: `Bearer ${String(body['access_token'])}` },
      });
      expect(await info.json()).toMatchObject({ sub: said[0]!['sub'], di: said[0]!['di'] });
      expect(said[0]!['at_hash']).toMatch(/^[\w-]{22}$/);
    }
    expect([said[1]!['sub'], said[1]!['di']]).toEqual([said[0]!['sub'], said[0]!['di']]);
  });

  it('of a client that may name a person by the number alone', async () => {
    const subscriber = await service.subscriber();
    const carrier = await CibaClient.register(service, { mayNameByNumber: true });
    const login_hint = `tel:${subscriber.person.phoneNumber}`;
    const known = await carrier.begin({ scope: 'openid', login_hint });
    await approves(subscriber, String(known.body['pushguard_match']));
    const tokens = await carrier.poll(String(known.body['auth_req_id']));
    expect(tokens.status).toBe(200);
    const unknown = await carrier.begin({ scope: 'openid', login_hint: `tel:${nobody().phoneNumber}` });
    expect(Object.keys(unknown.body)).toEqual(Object.keys(known.body));
    for (const scope of ['openid profile', 'openid kr_identity', 'openid kr_di'])
      expectError(await carrier.begin({ scope, login_hint }), 400, 'invalid_scope');
    const claims = '{"id_token":{"birthdate":null}}';
    expectError(await carrier.begin({ scope: 'openid', login_hint, claims }), 400, 'invalid_request');
    // Of a known line no more is decrypted than of an unknown one: the owner, and not the number.
    const line = await service.addLine();
    await service.rows.lines.spoilNumber(line.lineId);
    expect((await carrier.begin({ scope: 'openid', login_hint: `tel:${line.phoneNumber}` })).status).toBe(200);
    // Its id_token names the person by no more, also after the client may no longer name by number, and so does the next one.
    await service.rows.clients.setCiba(carrier.clientId, {});
    let hint = String(tokens.body['id_token']);
    for (let time = 0; time < 2; time += 1) {
      expect(decodeJwt(hint)).toMatchObject({ 'urn:pushguard:by_number': true });
      const about = { id_token_hint: hint };
      expectError(await carrier.begin({ ...about, scope: 'openid profile' }), 400, 'invalid_scope');
      const again = await carrier.begin({ ...about, scope: 'openid' });
      await approves(subscriber, String(again.body['pushguard_match']));
      hint = String((await carrier.poll(String(again.body['auth_req_id']))).body['id_token']);
    }
  });

  it('of a client that names numbers alone tells neither which numbers have a line nor when their owners were born', async () => {
    const client = await CibaClient.register(service, { mayNameByNumber: true });
    const { person } = await service.subscriber();
    const ends = [person, nobody()].map(async ({ phoneNumber }) => {
      const about = { scope: 'openid' };
      const asked = await client.begin({ ...about, login_hint: `tel:${phoneNumber}` });
      // The owner of one, and what stands in place of an owner for the other.
      for (const owner of [person, { birthDate: '000101', genderDigit: '9' }]) {
        const { birthDate, genderDigit } = owner;
        const named = await client.begin({ ...about, login_hint: hintOf({ phoneNumber, birthDate, genderDigit }) });
        expect(named.status).toBe(200);
      }
      return (await client.poll(String(asked.body['auth_req_id']))).body['error'];
    });
    expect(await Promise.all(ends)).toEqual(['authorization_pending', 'authorization_pending']);
  });

  it('takes an assertion for the called or the token endpoint only of a client that is registered for that', async () => {
    const lenient = await CibaClient.register(service, {}, { assertionAudience: 'endpoint' });
    const [called, token, other] = ['bc-authorize', 'token', 'par'].map((path) => `${service.issuer}/oauth2/${path}`);
    const begun = async (client: CibaClient, aud: unknown) =>
      (await client.begin({ scope: 'openid', login_hint: hint }, await client.assertion({ aud }))).status;
    for (const aud of [service.issuer, called, token]) expect(await begun(lenient, aud)).toBe(200);
    for (const aud of [other, [called, token]]) expect(await begun(lenient, aud)).toBe(401);
    for (const aud of [called, token]) expect(await begun(shop, aud)).toBe(401);
  });

  it('needs a live key and the scope openid, at both endpoints', async () => {
    const carrier = await CibaClient.register(service, {}, { scopes: ['carrier'] });
    expectError(await carrier.begin({ scope: 'openid', login_hint: hint }), 400, 'unauthorized_client');
    expectError(await carrier.poll('any'), 400, 'unauthorized_client');
    const [clientId, secret] = [`tests-${randomUUID()}`, 'test_secret'];
    await service.rows.clients.register({ clientId, secret: 'live' });
    await service.rows.clients.setTestSecret(clientId, secret);
    const test = { client_id: clientId, client_secret: secret };
    expectError(await shop.begin({ scope: 'openid', login_hint: hint }, test), 400, 'unauthorized_client');
    expectError(await shop.poll('any', test), 400, 'unauthorized_client');
  });

  it('beyond the budget of a person is refused until later', async () => {
    const person = nobody();
    const client = await CibaClient.register(service);
    for (let start = 0; start < 5; start += 1) await client.asks(person);
    const refused = await client.begin({ scope: 'openid', login_hint: hintOf(person) });
    expectError(refused, 429, 'temporarily_unavailable');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('keeps neither its id nor its notification token in readable form', async () => {
    const { client, token } = await pinged();
    const { auth_req_id: authReqId } = await client.asks(nobody(), { client_notification_token: token });
    const kept = await service.rows.ciba.textOf(authReqId);
    expect(kept).not.toContain(authReqId);
    expect(kept).not.toContain(token);
    expect(service.process.log()).not.toContain(authReqId);
  });
});

describe('/v1', () => {
  it('does not know what CIBA started: no address tells more than the scopes of the tokens', async () => {
    const subscriber = await service.subscriber();
    const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
    const id = await service.rows.ciba.authenticationOf(authReqId);
    const call = await shop.api();
    const codes = async () => {
      const path = `/v1/authentications/${id}`;
      const answers = [
        await call('GET', path),
        await call('POST', `${path}/resend`),
        await call('POST', `${path}/verification`, { code: '123456' }),
        await call('DELETE', path),
      ];
      return answers.map(({ status, body }) => `${status} ${String(body['code'])}`);
    };
    const unknown = Array<string>(4).fill('404 authentication_not_found');
    expect(await codes()).toEqual(unknown);
    await approves(subscriber, match);
    expect(await codes()).toEqual(unknown);
    expect((await shop.poll(authReqId)).status).toBe(200);
  });
});

describe('a poll', () => {
  it('about a subscriber and about nobody is held, is pending, and slows a client down, to the byte alike', async () => {
    const { person } = await service.subscriber();
    const suspended = await service.subscriber();
    await service.operate(suspended.subscriptionId, 'report-loss');
    const unsubscribed = await service.addLine();
    const wrong = { ...person, genderDigit: '2' };
    const begun = await Promise.all(
      [person, suspended.person, unsubscribed, wrong, nobody()].map(async (one) =>
        shop.begin({ scope: 'openid', login_hint: hintOf(one) }),
      ),
    );
    const shape = ({ status, headers, body }: OAuthAnswer) => ({
      status,
      headers: [...headers.keys()].sort(),
      body: JSON.stringify(body)
        .replace(/"auth_req_id":"[\w-]{43}"/, 'id')
        .replace(/"\d{2}"/, 'match'),
    });
    const [first, ...others] = begun.map(shape);
    for (const other of others) expect(other).toEqual(first);
    const ids = begun.map(({ body }) => String(body['auth_req_id']));
    const { auth_req_id: slowed } = await shop.asks(nobody());
    const heldToo = shop.poll(slowed);
    await eventually('the held poll', async () => (await service.rows.ciba.of(slowed)).isPolled);
    expectError(await shop.poll(slowed), 400, 'slow_down');
    // Held for 25 seconds, all at once.
    const held = await Promise.all(ids.map((id) => shop.poll(id)));
    // The interval that another poll has lengthened meanwhile.
    const late = await heldToo;
    expectError(late, 400, 'authorization_pending');
    expect(late.headers.get('retry-after')).toBe('10');
    for (const answer of held) {
      expectError(answer, 400, 'authorization_pending');
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.body).toEqual(held[0]!.body);
    }
    for (const id of ids) {
      const answer = await shop.poll(id);
      expectError(answer, 400, 'slow_down');
      expect(answer.headers.get('retry-after')).toBe('10');
    }
    for (const id of ids) {
      await service.rows.ciba.expire(id);
      expectError(await shop.poll(id), 400, 'expired_token');
    }
  });

  it('of two at once, the later one is told to slow down, and the earlier one gets the tokens', async () => {
    const subscriber = await service.subscriber();
    const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
    const held = shop.poll(authReqId);
    await eventually('the held poll', async () => (await service.rows.ciba.of(authReqId)).isPolled);
    expectError(await shop.poll(authReqId), 400, 'slow_down');
    expect((await service.rows.ciba.of(authReqId)).interval).toBe(10);
    await approves(subscriber, match);
    expect((await held).status).toBe(200);
  });

  it('of an id that nobody issued is refused, and what it is answered is kept by nobody', async () => {
    const unknown = await shop.poll(randomBytes(32).toString('base64url'));
    expectError(unknown, 400, 'invalid_grant');
    const subscriber = await service.subscriber();
    const asked = await shop.asks(subscriber.person);
    await approves(subscriber, asked.pushguard_match);
    const tokens = await shop.poll(asked.auth_req_id);
    expect(tokens.status).toBe(200);
    for (const { headers } of [unknown, tokens]) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('of many at once after the approval, one gets the tokens', async () => {
    const subscriber = await service.subscriber();
    const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
    await approves(subscriber, match);
    const answers = await Promise.all(Array.from({ length: 8 }, () => shop.poll(authReqId)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectError(answer, 400, 'invalid_grant');
  });

  it('whose connection ended takes no tokens, and the next poll gets them', async () => {
    const subscriber = await service.subscriber();
    const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
    const gone = new AbortController();
    const body = new URLSearchParams({
      ...(await shop.assertion()),
      grant_type: 'urn:openid:params:grant-type:ciba',
      auth_req_id: authReqId,
    });
    const lost = fetch(`${service.issuer}/oauth2/token`, { method: 'POST', body, signal: gone.signal });
    await eventually('the held poll', async () => (await service.rows.ciba.of(authReqId)).isPolled);
    gone.abort();
    await expect(lost).rejects.toThrow();
    await eventually('the end of the lost poll', async () => !(await service.rows.ciba.of(authReqId)).isPolled);
    // The client was not answered, so it need not wait for the interval.
    const held = shop.poll(authReqId);
    await eventually('the next poll', async () => (await service.rows.ciba.of(authReqId)).isPolled);
    expect((await service.rows.ciba.of(authReqId)).interval).toBe(5);
    await approves(subscriber, match);
    expect((await held).status).toBe(200);
  });

  it('of a request that a newer one replaced, or whose digits were wrong three times, is denied', async () => {
    const subscriber = await service.subscriber();
    const older = await shop.asks(subscriber.person);
    const newer = await shop.asks(subscriber.person);
    expectError(await shop.poll(older.auth_req_id), 400, 'access_denied');
    const wrong = newer.pushguard_match === '11' ? '22' : '11';
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(approves(subscriber, wrong)).rejects.toMatchObject({ code: 'match_mismatch' });
    }
    expectError(await shop.poll(newer.auth_req_id), 400, 'access_denied');
  });

  it('soon after the expiry still gets the tokens of a person who approved in time, and later none', async () => {
    const subscriber = await service.subscriber();
    const ends = async (secondsAgo: number) => {
      const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
      await approves(subscriber, match);
      await service.rows.ciba.expire(authReqId, secondsAgo);
      return shop.poll(authReqId);
    };
    expect((await ends(50)).status).toBe(200);
    expectError(await ends(70), 400, 'expired_token');
  });

  it('soon after the expiry gets no tokens of a person who approved after it', async () => {
    const subscriber = await service.subscriber();
    const { auth_req_id: authReqId, pushguard_match: match } = await shop.asks(subscriber.person);
    await service.rows.ciba.expireAlone(authReqId);
    await approves(subscriber, match);
    expectError(await shop.poll(authReqId), 400, 'expired_token');
  });

  it('of a request that asked for less time: the app shows it for no longer either', async () => {
    const { person, phone } = await service.subscriber();
    const { auth_req_id: authReqId } = await shop.asks(person, { requested_expiry: '60' });
    const asked = (await phone.pending())[0]!;
    expect(Date.parse(asked.expiresAt) - Date.parse(asked.requestedAt)).toBe(60_000);
    await service.rows.ciba.expire(authReqId);
    expect(await phone.pending()).toEqual([]);
    expectError(await shop.poll(authReqId), 400, 'expired_token');
  });

  it('of a request whose start did not come about finds it expired', async () => {
    const { auth_req_id: authReqId } = await shop.asks(nobody());
    await service.rows.ciba.forgetStart(authReqId);
    expectError(await shop.poll(authReqId), 400, 'expired_token');
  });

  it('of a client that was disabled while the poll was held brings no tokens', async () => {
    const subscriber = await service.subscriber();
    const client = await CibaClient.register(service);
    const { auth_req_id: authReqId, pushguard_match: match } = await client.asks(subscriber.person);
    const call = await client.api();
    const held = client.poll(authReqId);
    await eventually('the held poll', async () => (await service.rows.ciba.of(authReqId)).isPolled);
    await service.rows.clients.disable(await service.rows.clients.idOf(client.clientId));
    // The service looks once a second for disabled clients.
    const path = `/v1/authentications/${randomUUID()}`;
    await eventually('the end of its tokens', async () => (await call('GET', path)).status === 401);
    await approves(subscriber, match);
    expectError(await held, 401, 'invalid_client');
  });
});

describe('a ping', () => {
  /** Lets a person decline, which is an end like any other, and answers the pings at a path. */
  const declined = async (subscriber: Subscriber, ...replies: Parameters<WebhookReceiver['reply']>[1][]) => {
    const { client, path, token } = await pinged();
    receiver.reply(path, ...replies);
    const { auth_req_id: authReqId } = await client.asks(subscriber.person, { client_notification_token: token });
    await subscriber.phone.decline((await subscriber.phone.pending())[0]!.id, 'not_me');
    await eventually('the last ping', async () => (await service.rows.ciba.of(authReqId)).isPinged);
    return { client, path, authReqId };
  };

  it('is sent again to a receiver that is out of order, three times at most', async () => {
    const [once, always] = await Promise.all([
      service.subscriber().then((one) => declined(one, { status: 503 }, { status: 204 })),
      service.subscriber().then((one) => declined(one, { status: 500 })),
    ]);
    expect(receiver.at(once.path)).toHaveLength(2);
    expect(receiver.at(always.path)).toHaveLength(3);
    const figures = await scrape(service.process.announcement.management);
    expect(figures.value('pushguard_ciba_pings_total', { outcome: 'failed' })).toBe(4);
  });

  it('to a receiver that hangs waits with few others of its client, and another client is told meanwhile', async () => {
    const hanging = await pinged();
    receiver.reply(hanging.path, 'never');
    // More than a process sends at once.
    const begin = () => hanging.client.asks(nobody(), { client_notification_token: hanging.token });
    await Promise.all(Array.from({ length: 80 }, begin));
    const other = await WebhookReceiver.start();
    const { client, path, token } = await pinged(other);
    const { auth_req_id: authReqId } = await client.asks(nobody(), { client_notification_token: token });
    await service.rows.ciba.allDue(hanging.client.clientId);
    await eventually('a ping that hangs', () => receiver.at(hanging.path)[0]);
    await service.rows.ciba.expire(authReqId);
    await eventually('the ping of another client', () => other.at(path)[0]);
    await other.stop();
    // Each of the eight takes five seconds before another one takes its place.
    expect(await service.rows.ciba.attemptedOf(hanging.client.clientId)).toBeLessThan(24);
    receiver.reply(hanging.path, { status: 204 });
    const before = receiver.at(hanging.path).length;
    receiver.release(hanging.path, 204);
    await eventually('the pings that waited', () => receiver.at(hanging.path).length >= 80);
    // Two looks at the table are half a second apart. As soon as the receiver answers, the pings do not wait for one
    // after each share of eight.
    let [streak, longest, last] = [0, 0, 0];
    for (const { at } of receiver.at(hanging.path).slice(before)) {
      streak = at - last < 400 ? streak + 1 : 1;
      [longest, last] = [Math.max(longest, streak), at];
    }
    expect(longest).toBeGreaterThan(10);
    expect(receiver.open.get(hanging.path)?.most).toBe(8);
  });

  it('is sent at once, also while the receivers of as many clients hang as could take every place', async () => {
    // Each on a host of its own: connections to one are bounded too.
    const receivers = await Promise.all(Array.from({ length: 8 }, () => WebhookReceiver.start()));
    const hanging = await Promise.all(receivers.map(async (its) => ({ its, ...(await pinged(its)) })));
    const clientIds = hanging.map(({ client }) => client.clientId);
    for (const { its, client, path, token } of hanging) {
      its.reply(path, 'never');
      const begin = () => client.asks(nobody(), { client_notification_token: token });
      await Promise.all(Array.from({ length: 8 }, begin));
    }
    const { client, path, token } = await pinged();
    const { auth_req_id: authReqId } = await client.asks(nobody(), { client_notification_token: token });
    const failed = async () =>
      (await scrape(service.process.announcement.management)).value('pushguard_ciba_pings_total', {
        outcome: 'failed',
      });
    const before = await failed();
    await service.rows.ciba.allDue(...clientIds);
    await eventually('a ping of each that hangs', () => hanging.every((one) => one.its.at(one.path).length > 0));
    await service.rows.ciba.expire(authReqId);
    await eventually('the ping of another client', () => receiver.at(path)[0]);
    // None of the eight had met its deadline of five seconds.
    expect(await failed()).toBe(before);
    for (const one of hanging) {
      one.its.reply(one.path, { status: 204 });
      one.its.release(one.path, 204);
    }
    await eventually('the pings that waited', () => hanging.every((one) => one.its.at(one.path).length >= 8));
    for (const its of receivers) await its.stop();
  });

  it('is sent when a request expires, also one about nobody', async () => {
    const { client, path, token } = await pinged();
    const { auth_req_id: authReqId } = await client.asks(nobody(), { client_notification_token: token });
    await service.rows.ciba.expire(authReqId);
    const ping = await eventually('the ping', () => receiver.at(path)[0]);
    expect(JSON.parse(ping.body)).toEqual({ auth_req_id: authReqId });
  });

  it('is not sent for a client that polls by now', async () => {
    const subscriber = await service.subscriber();
    const { client, path, token } = await pinged();
    const { auth_req_id: authReqId } = await client.asks(subscriber.person, { client_notification_token: token });
    await service.rows.clients.setCiba(client.clientId, {});
    await subscriber.phone.decline((await subscriber.phone.pending())[0]!.id, 'not_me');
    await eventually('the end', async () => (await service.rows.ciba.of(authReqId)).isPinged);
    expect(receiver.at(path)).toEqual([]);
  });

  it('needs a token of the client, which is not too short', async () => {
    const { client } = await pinged();
    const about = { scope: 'openid', login_hint: hintOf(nobody()) };
    expectError(await client.begin(about), 400, 'invalid_request');
    expectError(await client.begin({ ...about, client_notification_token: 'short' }), 400, 'invalid_request');
  });
});
