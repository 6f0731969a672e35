import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { formatPhoneNumber } from '../../src/domain/phone-number.ts';
import { codeAt, otpSubscriber } from '../support/authenticators.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TEST_PIN, TestService, type Answer, type TestPerson } from '../support/service.ts';

let service: TestService;
let returnUrl: string;

beforeAll(async () => {
  service = await TestService.start();
  returnUrl = `${service.issuer}/demo/return`;
});
afterAll(async () => {
  await service.stop();
});

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
  it('POST /v1/windows answers the window, its address and ten minutes, and nothing else', async () => {
    const sentAt = Date.now();
    const { status, body } = await open();
    expect(status).toBe(201);
    expect(body).toEqual({
      windowId: expect.stringMatching(/^[\w-]{16,}$/),
      url: expect.stringContaining(service.issuer),
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect(body['url']).toContain(body['windowId']);
    expectSecondsAfter(sentAt, 600, body['expiresAt']!);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without a locale', { locale: undefined }],
    ['in English', { locale: 'en' }],
    ['in Korean, by a language tag', { locale: 'ko-KR' }],
    ['in English, by a language tag', { locale: 'en_us' }],
    ['by push', { method: 'push' }],
    ['by one-time password', { method: 'otp' }],
    ['with a name of 40 characters', { method: 'otp', name: '홍'.repeat(40) }],
    ['with a name and no method', { name: '홍길동' }],
    ['with two digits for the app', { match: true }],
    ['with a state of 512 characters', { state: 's'.repeat(512) }],
  ])('POST /v1/windows accepts a window %s', async (_case, change) => {
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
    ['with user information before the host', (url) => url.replace('//', '//evil@')],
    ['of a path that leads there', (url) => url.replace('/demo/return', '/demo/../demo/return')],
    ['with a blank behind', (url) => `${url} `],
    ['of a script', () => 'javascript:alert(1)'],
  ])('POST /v1/windows refuses a returnUrl %s: it is compared exactly', async (_case, change) => {
    expectFaults(await open({ returnUrl: change(returnUrl) }), '/returnUrl');
  });

  it('POST /v1/windows refuses another relying party’s returnUrl', async () => {
    const url = 'https://shop.example/back';
    await service.rows.clients.register({ clientId: `client-${randomUUID()}`, secret: 'none', returnUrls: [url] });
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
    ['a method that no window offers', { method: 'sign' }, '/method'],
    ['a method that is null', { method: null }, '/method'],
    ['a match that is no boolean', { match: 'yes' }, '/match'],
    ['an empty name', { name: ' ' }, '/name'],
    ['a name of 41 characters', { name: '홍'.repeat(41) }, '/name'],
    ['a name of two lines', { name: '홍길동\n관리자' }, '/name'],
    ['a name that turns the line around', { name: '홍\u202e길동' }, '/name'],
    ['a name in a list', { name: ['홍길동'] }, '/name'],
    ['a name that is null', { name: null }, '/name'],
    ['an unknown field', { phoneNumber: '010-1234-5678' }, '/phoneNumber'],
  ])('POST /v1/windows refuses %s', async (_case, change, pointer) => {
    expectFaults(await open(change), pointer);
  });
});

describe('the page of a window', () => {
  it.each([
    'utm_source=app&fbclid=1',
    'lang',
    'lang=',
    'lang=fr',
    'lang=en&lang=ko',
    'lang[]=en',
    'wait=1',
    '__proto__=1',
  ])('the page of a window opens where its link was decorated with ?%s', async (query) => {
    const { url } = (await open()).body as { url: string };
    const page = await fetch(`${url}?${query}`, { headers: { Accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<html lang="ko"');
  });
});

describe('GET /v1/windows/{windowId}', () => {
  it('GET /v1/windows/{windowId} says open, with no authentication yet', async () => {
    const { windowId = '' } = (await open()).body;
    expect(await result(windowId)).toMatchObject({ status: 200, body: { state: 'open', authentication: null } });
  });

  it('GET /v1/windows/{windowId} says expired when the ten minutes passed unused', async () => {
    const { windowId = '' } = (await open()).body;
    await service.rows.windows.expire(windowId);
    expect((await result(windowId)).body).toEqual({ state: 'expired', authentication: null });
  });

  it('GET /v1/windows/{windowId} shows the authentication while it lasts, and its result when it has ended', async () => {
    const person = await service.addLine();
    const { windowId = '' } = (await open()).body;
    const started = (await service.start(person)).body;
    await service.rows.windows.setAuthentication(windowId, started.id);
    expect((await result(windowId)).body).toEqual({ state: 'open', authentication: started });
    const verified = await service.verify(started.id, await service.textedCode(person.phoneNumber));
    expect((await result(windowId)).body).toEqual({
      state: 'closed',
      authentication: { ...started, state: 'verified', attemptsLeft: 4, result: verified.body['result'] },
    });
  });

  it('GET /v1/windows/{windowId} shows the result also after the window’s ten minutes', async () => {
    const { windowId = '' } = (await open()).body;
    const { id } = (await service.start(await service.addLine())).body;
    await service.call('DELETE', `/v1/authentications/${id}`);
    await service.rows.windows.setAuthentication(windowId, id);
    await service.rows.windows.expire(windowId);
    expect((await result(windowId)).body).toMatchObject({ state: 'closed', authentication: { state: 'cancelled' } });
  });

  it('GET /v1/windows/{windowId} of another relying party, of an unknown and of an impossible id is 404', async () => {
    const { windowId = '' } = (await open({}, 'demo-bank')).body;
    for (const id of [windowId, randomUUID(), 'x']) expectProblem(await result(id), 404, 'window_not_found');
    expect((await result(windowId, 'demo-bank')).status).toBe(200);
  });
});

/** The browser that opened a window first. */
class WindowBrowser {
  private constructor(
    readonly id: string,
    private readonly cookie: string,
    readonly html: string,
  ) {}

  static async open(id: string, cookie = ''): Promise<WindowBrowser> {
    const response = await fetch(`${service.issuer}/windows/${id}`, { headers: { Cookie: cookie } });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const [set = ''] = response.headers.getSetCookie();
    return new WindowBrowser(id, cookie || set.split(';')[0]!, await response.text());
  }

  reload(): Promise<WindowBrowser> {
    return WindowBrowser.open(this.id, this.cookie);
  }

  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${service.issuer}/windows/${this.id}/${path}`, {
      method,
      headers: { Cookie: this.cookie, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return answerOf(response);
  }

  identify({ birthDate, genderDigit, phoneNumber }: TestPerson, chosen: object = {}): Promise<Answer> {
    return this.ask('POST', 'authentication', { birthDate, genderDigit, phoneNumber, ...chosen });
  }
}

const enter = async (change: Record<string, unknown> = {}) => {
  const { windowId = '' } = (await open({ method: 'otp', name: '홍길동', ...change })).body;
  return WindowBrowser.open(windowId);
};
const startedFor = async (person: TestPerson) => {
  return service.rows.authentications.ofNumber(service.keys.indexes.of('phone', person.phoneNumber));
};

describe('a window that asks for a one-time password', () => {
  it('a window for a one-time password shows the typed number to its browser alone, and stores neither number nor name in clear', async () => {
    const { person, phone, pushToken } = await otpSubscriber(service);
    const window = await enter();
    const askedOf = `홍*동 | ${formatPhoneNumber(person.phoneNumber)}`;
    expect(window.html).not.toContain('홍*동');
    const started = await window.identify(person);
    expect(started).toMatchObject({
      status: 201,
      body: { channel: 'otp', state: 'pending', otherMethod: 'push', askedOf },
    });
    expect((await window.reload()).html).toContain(askedOf);
    expect(service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake')).toEqual([]);

    const stranger = await WindowBrowser.open(window.id);
    expect(stranger.html).not.toContain('홍*동');
    expectProblem(await stranger.ask('GET', 'authentication'), 403, 'window_bound_elsewhere');
    expectProblem(await stranger.ask('POST', 'method', { method: 'push' }), 403, 'window_bound_elsewhere');
    const { row, name } = await service.rows.windows.of(window.id);
    expect(row).not.toContain(person.phoneNumber.slice(-4));
    expect(name.toString('utf8')).not.toContain('홍');
    expect(service.keys.fields.decrypt(name, `windows:name:${window.id}`).toString()).toBe('홍길동');
    expect(service.process.log()).not.toContain(person.phoneNumber.slice(-8));

    const code = await codeAt(service, phone);
    const wrong = await window.ask('POST', 'verification', { code: otherThan(code) });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'code_mismatch', attemptsLeft: 4 } });
    const right = await window.ask('POST', 'verification', { code });
    expect(right).toMatchObject({ status: 200, body: { channel: 'otp', state: 'verified', askedOf: null } });
    expect((await result(window.id)).body).toMatchObject({
      state: 'closed',
      authentication: {
        channel: 'otp',
        state: 'verified',
        result: { phoneNumber: person.phoneNumber, channel: 'otp' },
      },
    });
  });

  it('a window for a one-time password resends nothing, and says the same of an unknown number', async () => {
    const window = await enter({ name: undefined });
    const unknown = { birthDate: '900101', genderDigit: '1', phoneNumber: '01000000001' };
    const started = await window.identify(unknown);
    expect(started.body).toMatchObject({
      channel: 'otp',
      attemptsLeft: 5,
      otherMethod: 'push',
      askedOf: '010-0000-0001',
    });
    expectProblem(await window.ask('POST', 'resend'), 409, 'nothing_to_send');
  });

  it('a window begins by push where the person chose that, and the other way round', async () => {
    const window = await enter();
    const started = await window.identify(await service.addLine(), { method: 'push' });
    expect(started.body).toMatchObject({ channel: 'sms', otherMethod: 'otp', askedOf: null });
    const other = await enter({ method: 'push' });
    expect((await other.identify(await service.addLine(), { method: 'otp' })).body).toMatchObject({ channel: 'otp' });
    const third = await enter();
    expectFaults(await third.identify(await service.addLine(), { method: 'sign' }), '/method');
  });
});

describe('a window that shows two digits for the app', () => {
  it('a window shows the digits until the app opened, after a reload too, and asks for them by push alone', async () => {
    const subscriber = await otpSubscriber(service);
    const { person, phone } = subscriber;
    const window = await enter({ match: true });
    expect((await window.identify(person)).body).not.toHaveProperty('match');
    const { body } = await window.ask('POST', 'method', { method: 'push' });
    const match = String(body['match']);
    expect(body).toMatchObject({ channel: 'push', state: 'pending', match: expect.stringMatching(/^\d\d$/) });
    expect((await window.reload()).html).toContain(`&quot;match&quot;:&quot;${match}&quot;`);
    expect((await result(window.id)).body).toMatchObject({ authentication: { match } });
    const [pending] = await phone.pending();
    await phone.open(pending!, TEST_PIN, undefined, match);
    expect((await window.ask('GET', 'authentication')).body).not.toHaveProperty('match');
    const { code } = await phone.readCode(await phone.envelope(pending!.id), pending!.id);
    expect((await window.ask('POST', 'verification', { code })).body).toMatchObject({ state: 'verified' });

    const bySms = await enter({ method: 'push', match: true });
    const started = (await bySms.identify(await service.addLine())).body;
    expect(started).toMatchObject({ channel: 'sms' });
    expect(started).not.toHaveProperty('match');
  });
});

describe('changing to the other method', () => {
  it('changing the method ends the first authentication, starts one for the same person, once, and verifies it', async () => {
    const subscriber = await otpSubscriber(service);
    const { person } = subscriber;
    const window = await enter();
    await window.identify(person);
    const waiting = window.ask('GET', 'authentication?wait=20');
    // Nine, because a window may try ten starts, and identifying the person was one.
    const presses = await Promise.all(
      Array.from({ length: 9 }, () => window.ask('POST', 'method', { method: 'push' })),
    );
    // A request that arrives during the first one is refused with `idempotency_in_progress`.
    const refused = presses.filter(({ status }) => status !== 200);
    for (const { body } of refused) expect(body['code']).toBe('idempotency_in_progress');
    const changed = presses.filter(({ status }) => status === 200).map(({ body }) => body);
    expect(new Set(changed.map(({ expiresAt }) => expiresAt)).size).toBe(1);
    expect(changed[0]).toMatchObject({ channel: 'push', state: 'pending', otherMethod: null, askedOf: null });
    expect((await waiting).body).toMatchObject({ channel: 'push', state: 'pending' });
    expect(await startedFor(person)).toEqual([
      { channel: 'otp', state: 'cancelled' },
      { channel: 'push', state: 'pending' },
    ]);

    expectProblem(await window.ask('POST', 'method', { method: 'otp' }), 410, 'window_closed');
    expectProblem(await window.identify(person), 410, 'window_closed');
    expect(await startedFor(person)).toHaveLength(2);
    const { body } = await result(window.id);
    expect(body).toMatchObject({ state: 'open', authentication: { channel: 'push' } });
    const { id } = body['authentication'] as { id: string };
    const code = await service.codeOf(subscriber, id);
    expect((await window.ask('POST', 'verification', { code })).body).toMatchObject({ state: 'verified' });
  });

  it('changing the method leads from push to the one-time password, for the number that was typed', async () => {
    const { person, phone } = await otpSubscriber(service);
    const window = await enter({ method: 'push' });
    expect((await window.identify(person)).body).toMatchObject({ channel: 'push', otherMethod: 'otp', askedOf: null });
    const { body } = await (await window.reload()).ask('POST', 'method', { method: 'otp' });
    expect(body).toMatchObject({ channel: 'otp', askedOf: `홍*동 | ${formatPhoneNumber(person.phoneNumber)}` });
    expect(await phone.pending()).toEqual([]);
    const code = await codeAt(service, phone);
    expect((await window.ask('POST', 'verification', { code })).body).toMatchObject({ state: 'verified' });
  });

  it('changing the method has no effect after too many requests, or when the window has ended', async () => {
    const { person, phone } = await otpSubscriber(service);
    const window = await enter();
    for (let earlier = 0; earlier < 4; earlier += 1) await service.start(person);
    await window.identify(person);
    expectProblem(await window.ask('POST', 'method', { method: 'push' }), 429, 'too_many_requests');
    expect((await window.ask('GET', 'authentication')).body).toMatchObject({ channel: 'otp', state: 'pending' });
    await window.ask('POST', 'verification', { code: await codeAt(service, phone) });
    expect((await window.ask('POST', 'method', { method: 'push' })).body).toMatchObject({
      code: 'authentication_closed',
      state: 'verified',
    });

    const late = await enter();
    await late.identify(await service.addLine());
    await service.rows.windows.expire(late.id);
    expectProblem(await late.ask('POST', 'method', { method: 'push' }), 410, 'window_closed');
    const early = await enter();
    expectProblem(await early.ask('POST', 'method', { method: 'push' }), 404, 'authentication_not_found');
  });

  it('changing the method continues after a process that died halfway, for the browser and for the relying party', async () => {
    const { person } = await otpSubscriber(service);
    const [window, other] = [await enter(), await enter()];
    const begun: string[] = [];
    for (const one of [window, other]) {
      await service.rows.budgets.clearStarts();
      await one.identify(person);
      begun.push(((await result(one.id)).body['authentication'] as { id: string }).id);
      await one.ask('POST', 'method', { method: 'push' });
    }
    for (const [at, one] of [window, other].entries()) {
      await service.rows.windows.setAuthentication(one.id, begun[at]!);
    }
    expect((await other.ask('GET', 'authentication')).body).toMatchObject({ channel: 'push', state: 'pending' });
    // The second window’s start cancelled the first one’s authentication; that is not a change of method.
    expect((await result(window.id)).body).toMatchObject({ state: 'closed', authentication: { channel: 'push' } });
  });

  it('changing the method leaves nothing open for a person who was verified at the same instant', async () => {
    const rounds = Array.from({ length: 8 }, async () => {
      const person = await service.addLine();
      const window = await enter({ method: 'push' });
      await window.identify(person);
      const code = await service.textedCode(person.phoneNumber);
      await Promise.all([
        window.ask('POST', 'method', { method: 'otp' }),
        window.ask('POST', 'verification', { code }),
      ]);
      const [first, second] = await startedFor(person);
      const { body } = await result(window.id);
      return { first: first?.state, second: second?.state ?? 'cancelled', told: body['state'] };
    });
    for (const round of await Promise.all(rounds)) {
      expect([
        { first: 'verified', second: 'cancelled', told: 'closed' },
        { first: 'cancelled', second: 'pending', told: 'open' },
      ]).toContainEqual(round);
    }
  });
});
