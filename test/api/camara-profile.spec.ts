import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { approves, CibaClient, hintOf, type OAuthAnswer } from '../support/ciba-client.ts';
import { TestService } from '../support/service.ts';

let service: TestService;
/** A client that follows the profile of CAMARA, and one that does not. */
let camara: CibaClient;
let other: CibaClient;

beforeAll(async () => {
  service = await TestService.start();
  const scopes = ['authentications', 'openid', 'sim-swap:check'];
  camara = await CibaClient.register(service, { camara: true }, { scopes });
  other = await CibaClient.register(service, {}, { scopes });
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
