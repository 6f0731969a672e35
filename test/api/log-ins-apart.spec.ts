import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CibaClient, hintOf } from '../support/ciba-client.ts';
import { eventually } from '../support/eventually.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { TEST_PIN, TestService, type TestPerson } from '../support/service.ts';

/**
 * Anybody can begin a log-in in the name of a client, and type the data of a person whom they know. That must end nothing that
 * the client's own system started for the person, and use up none of its budgets.
 */

const CALLBACK = 'https://shop.example/callback';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

async function newClient(): Promise<CibaClient> {
  const client = await CibaClient.register(service);
  await service.rows.clients.setReturnUrls(client.clientId, [CALLBACK]);
  return client;
}

/** A browser of a stranger, or of the person, that types a person into the log-in window of a client. */
async function logIn(
  { clientId }: CibaClient,
  { phoneNumber, birthDate, genderDigit }: TestPerson,
): Promise<{ browser: LogInBrowser; answer: Record<string, unknown>; state: () => Promise<unknown> }> {
  const browser = new LogInBrowser(service);
  const challenge = createHash('sha256').update('a'.repeat(43)).digest('base64url');
  const parameters = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    nonce: 'nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  await browser.begin(`${service.issuer}/oauth2/authorize?${new URLSearchParams(parameters).toString()}`);
  const answer = await browser.inWindow('authentication', { phoneNumber, birthDate, genderDigit });
  const state = async () => {
    const response = await browser.ask(`${browser.windowAddress}/authentication`);
    return ((await response.json()) as { state: unknown }).state;
  };
  return { browser, answer, state };
}

const startBody = ({ phoneNumber, birthDate, genderDigit }: TestPerson) => ({
  phoneNumber,
  birthDate,
  genderDigit,
  purpose: '회원가입',
});

/** Starts by `/v1`; returns the status, and what has become of it since. */
async function startOf(
  client: CibaClient,
  person: TestPerson,
): Promise<{ status: number; id: string; state: () => Promise<unknown> }> {
  const api = await client.api();
  const { status, body } = await api('POST', '/v1/authentications', startBody(person));
  const id = String(body['id']);
  return { status, id, state: async () => (await api('GET', `/v1/authentications/${id}`)).body['state'] };
}

describe('a log-in that a browser begins', () => {
  it('a log-in for a person ends no start of the same client by /v1, and is ended by none', async () => {
    const client = await newClient();
    const { person } = await service.subscriber();
    const own = await startOf(client, person);
    const stranger = await logIn(client, person);
    expect(stranger.answer).toMatchObject({ state: 'pending' });
    expect(await own.state()).toBe('pending');
    expect((await startOf(client, person)).status).toBe(201);
    expect(await own.state()).toBe('cancelled');
    expect(await stranger.state()).toBe('pending');
  });

  it('a log-in for a person ends no CIBA request of the same client, and is ended by none', async () => {
    const client = await newClient();
    const subscriber = await service.subscriber();
    const first = await client.asks(subscriber.person);
    const stranger = await logIn(client, subscriber.person);
    const methods = (await subscriber.phone.pending()).map(({ method }) => method ?? 'push');
    expect(methods.sort()).toEqual(['approve', 'push']);
    const second = await client.asks(subscriber.person);
    expect((await client.poll(first.auth_req_id)).body['error']).toBe('access_denied');
    expect(await stranger.state()).toBe('pending');
    const asked = (await subscriber.phone.pending()).find(({ method }) => method === 'approve');
    await subscriber.phone.approve(asked!, TEST_PIN, second.pushguard_match);
    expect((await client.poll(second.auth_req_id)).status).toBe(200);
  });

  it('a log-in ends the earlier one of the same person at the same client', async () => {
    const client = await newClient();
    const { person } = await service.subscriber();
    const first = await logIn(client, person);
    const second = await logIn(client, person);
    expect([await first.state(), await second.state()]).toEqual(['cancelled', 'pending']);
  });

  it('the budget of log-ins for a person is not that of the client’s own starts', async () => {
    const client = await newClient();
    const person = await service.addLine();
    for (let times = 1; times <= 5; times += 1)
      expect((await logIn(client, person)).answer).toMatchObject({ state: 'pending' });
    expect((await logIn(client, person)).answer).toMatchObject({ code: 'too_many_requests' });
    expect((await startOf(client, person)).status).toBe(201);
    expect((await client.begin({ scope: 'openid', login_hint: hintOf(person) })).status).toBe(200);
    // Nor the other way round.
    for (let times = 1; times <= 3; times += 1) expect((await startOf(client, person)).status).toBe(201);
    expect((await startOf(client, person)).status).toBe(429);
    const other = await service.addLine();
    for (let times = 1; times <= 5; times += 1) expect((await startOf(client, other)).status).toBe(201);
    expect((await logIn(client, other)).answer).toMatchObject({ state: 'pending' });
  });

  it('a stranger who guesses birth dates in log-ins locks the number for log-ins of this client only', async () => {
    const client = await newClient();
    const person = await service.addLine();
    const guess = (at: number) => ({ ...person, birthDate: `9002${String(at).padStart(2, '0')}` });
    for (let at = 1; at <= 20; at += 1)
      expect((await logIn(client, guess(at))).answer).toMatchObject({ channel: 'sms', state: 'pending' });
    expect((await logIn(client, person)).answer).toMatchObject({ code: 'too_many_requests' });
    expect((await startOf(client, person)).status).toBe(201);
  });

  it('log-ins count among all that rings a person', async () => {
    const subscriber = await service.subscriber();
    for (let clients = 1; clients <= 3; clients += 1) {
      const client = await newClient();
      for (let times = 1; times <= 5; times += 1) await logIn(client, subscriber.person);
    }
    const own = await startOf(await newClient(), subscriber.person);
    const asked = (await subscriber.phone.pending()).find(({ id }) => id === own.id);
    expect(asked).toMatchObject({ held: true });
  });

  it.each([
    ['in the app', true],
    ['in the history', false],
  ])('a person who answers %s that a log-in was not them is rung no more by this client', async (_where, isOpen) => {
    const client = await newClient();
    const subscriber = await service.subscriber();
    const stranger = await logIn(client, subscriber.person);
    const [asked] = await subscriber.phone.pending();
    if (!isOpen) await stranger.browser.inWindow('cancel', {});
    await (isOpen ? subscriber.phone.decline(asked!.id, 'not_me') : subscriber.phone.notMe(asked!.id));
    const { id } = await startOf(client, subscriber.person);
    expect((await subscriber.phone.pending()).find((one) => one.id === id)).toMatchObject({ held: true });
    const next = await logIn(client, subscriber.person);
    expect(next.answer).toMatchObject({ state: 'pending' });
    expect((await subscriber.phone.pending()).every(({ held }) => held)).toBe(true);
  });

  it('a carrier’s event that gives the number to another person ends the log-in of the former owner', async () => {
    const client = await newClient();
    const person = await service.addLine();
    const former = await logIn(client, person);
    expect(former.answer).toMatchObject({ channel: 'sms', state: 'pending' });
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(person.lineId, 'owner-changed', { owner }, 1)).toBe('applied');
    await eventually('the end of the log-in', async () => (await former.state()) === 'cancelled');
  });
});
