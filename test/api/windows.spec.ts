import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TestService } from '../support/service.ts';

let service: TestService;
let returnUrl: string;

beforeAll(async () => {
  service = await TestService.start();
  returnUrl = `${service.issuer}/demo/return`;
});
afterAll(async () => {
  await service.stop();
});

const sql = (text: string, values: unknown[]) => service.database.pool.query(text, values);
const open = (change: Record<string, unknown> = {}, clientId?: string) =>
  service.call<Record<string, string>>(
    'POST',
    '/v1/windows',
    { purpose: '회원가입', returnUrl, state: 'abc-1', locale: 'ko', ...change },
    clientId === undefined ? {} : { clientId },
  );
const result = (id: string, clientId?: string) =>
  service.call('GET', `/v1/windows/${id}`, undefined, clientId === undefined ? {} : { clientId });

describe('POST /v1/windows', () => {
  it('answers the window, its address and ten minutes, and nothing else', async () => {
    const { status, body } = await open();
    expect(status).toBe(201);
    expect(body).toEqual({
      windowId: expect.stringMatching(/^[\w-]{16,}$/),
      url: expect.stringContaining(service.issuer),
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect(body['url']).toContain(body['windowId']);
    expect(Math.abs(Date.parse(body['expiresAt']!) - Date.now() - 600_000)).toBeLessThan(5_000);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without a locale', { locale: undefined }],
    ['in English', { locale: 'en' }],
    ['with a state of 512 characters', { state: 's'.repeat(512) }],
  ])('accepts one %s', async (_case, change) => {
    expect((await open(change)).status).toBe(201);
  });

  it.each<[string, (registered: string) => string]>([
    ['of another site', () => 'https://evil.example/demo/return'],
    ['with a slash more', (url) => `${url}/`],
    ['with a query', (url) => `${url}?a=1`],
    ['with a fragment', (url) => `${url}#a`],
    ['in capitals', (url) => url.toUpperCase()],
    ['of another port', (url) => url.replace(/:\d+\//, ':1/')],
    ['on a longer host', (url) => url.replace(/\/\/[^/]+/, '$&.evil.example')],
    ['with somebody before the host', (url) => url.replace('//', '//evil@')],
    ['of a path that leads there', (url) => url.replace('/demo/return', '/demo/../demo/return')],
    ['with a blank behind', (url) => `${url} `],
    ['of a script', () => 'javascript:alert(1)'],
  ])('refuses a returnUrl %s: it is compared exactly', async (_case, change) => {
    expectFaults(await open({ returnUrl: change(returnUrl) }), '/returnUrl');
  });

  it('refuses another relying party’s returnUrl', async () => {
    const id = randomUUID();
    const url = 'https://shop.example/back';
    await sql(
      `INSERT INTO clients (id, client_id, name, secret_digest, scopes, return_urls) VALUES ($1, $2, $2, '', '{authentications}', $3)`,
      [id, `client-${id}`, [url]],
    );
    expectFaults(await open({ returnUrl: url }), '/returnUrl');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no purpose', { purpose: undefined }, '/purpose'],
    ['a purpose of 41 characters', { purpose: '가'.repeat(41) }, '/purpose'],
    ['a purpose with a control character', { purpose: 'a\u0007' }, '/purpose'],
    ['no returnUrl', { returnUrl: undefined }, '/returnUrl'],
    ['a returnUrl in a list', { returnUrl: ['x'] }, '/returnUrl'],
    ['no state', { state: undefined }, '/state'],
    ['an empty state', { state: '' }, '/state'],
    ['a state of 513 characters', { state: 's'.repeat(513) }, '/state'],
    ['an unknown locale', { locale: 'jp' }, '/locale'],
    ['an unknown field', { phoneNumber: '010-1234-5678' }, '/phoneNumber'],
  ])('refuses %s', async (_case, change, pointer) => {
    expectFaults(await open(change), pointer);
  });
});

describe('GET /v1/windows/{windowId}', () => {
  it('says open, with no authentication yet', async () => {
    const { windowId = '' } = (await open()).body;
    expect(await result(windowId)).toMatchObject({ status: 200, body: { state: 'open', authentication: null } });
  });

  it('says expired when its ten minutes passed unused', async () => {
    const { windowId = '' } = (await open()).body;
    await sql('UPDATE windows SET expires_at = now() WHERE id = $1', [windowId]);
    expect((await result(windowId)).body).toEqual({ state: 'expired', authentication: null });
  });

  it('shows the authentication while it goes on, and its result when it has ended', async () => {
    const person = await service.addLine();
    const { windowId = '' } = (await open()).body;
    const started = (await service.start(person)).body;
    await sql('UPDATE windows SET authentication_id = $2 WHERE id = $1', [windowId, started.id]);
    expect((await result(windowId)).body).toEqual({ state: 'open', authentication: started });
    const verified = await service.verify(started.id, await service.textedCode(person.phoneNumber));
    expect((await result(windowId)).body).toEqual({
      state: 'closed',
      authentication: { ...started, state: 'verified', attemptsLeft: 4, result: verified.body['result'] },
    });
  });

  it('shows the result also after the window’s ten minutes', async () => {
    const { windowId = '' } = (await open()).body;
    const { id } = (await service.start(await service.addLine())).body;
    await service.call('DELETE', `/v1/authentications/${id}`);
    await sql('UPDATE windows SET authentication_id = $2, expires_at = now() WHERE id = $1', [windowId, id]);
    expect((await result(windowId)).body).toMatchObject({ state: 'closed', authentication: { state: 'cancelled' } });
  });

  it('of another relying party, of an unknown and of an impossible id is 404', async () => {
    const { windowId = '' } = (await open({}, 'demo-bank')).body;
    for (const id of [windowId, randomUUID(), 'x']) expectProblem(await result(id), 404, 'window_not_found');
    expect((await result(windowId, 'demo-bank')).status).toBe(200);
  });
});
