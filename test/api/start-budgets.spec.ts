import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { TestService, type Answer, type Subscriber, type TestPerson } from '../support/service.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

type StartOptions = { clientId?: string; site?: string; method?: string; transaction?: object[] };
type Started = Answer<{ id: string; channel: string; state: string; expiresAt: string; attemptsLeft: number }>;

function start(person: TestPerson, { clientId, ...more }: StartOptions = {}): Promise<Started> {
  const { phoneNumber, birthDate, genderDigit } = person;
  const body = { phoneNumber, birthDate, genderDigit, purpose: '회원가입', ...more };
  return service.call('POST', '/v1/authentications', body, {
    scope: more.method === 'sign' ? 'signing' : 'authentications',
    ...(clientId !== undefined && { clientId }),
  });
}

/** Starts as often as asked, and returns the last answer. */
async function startTimes(times: number, person: TestPerson, options: StartOptions = {}): Promise<Started> {
  for (let starts = 1; starts < times; starts += 1) expect((await start(person, options)).status).toBe(201);
  return start(person, options);
}

const wakes = ({ pushToken }: Subscriber) =>
  service
    .pushesTo(pushToken)
    .filter(({ data }) => data['t'] === 'wake')
    .map(({ data }) => data['id']);
const pendingOf = async ({ phone }: Subscriber, id: string) => (await phone.pending()).find((one) => one.id === id);

/** Spends what all relying parties together may ring: three sites of one agency, five starts each. */
async function ringOut(person: TestPerson): Promise<void> {
  for (const site of ['책방', '문구점', '찻집']) expect((await startTimes(5, person, { site })).status).toBe(201);
}

describe('the limit of one relying party', () => {
  it('one relying party may start five times in ten minutes for one person, and another one is not concerned', async () => {
    const person = await service.addLine();
    expect((await startTimes(5, person)).status).toBe(201);
    const refused = await start(person);
    expectProblem(refused, 429, 'too_many_requests');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(480);
    expect(seconds).toBeLessThanOrEqual(600);
    expect(refused.headers.get('ratelimit')).toContain('r=0');
    expect(refused.headers.get('ratelimit')).toContain(`t=${seconds}`);
    expect(refused.headers.get('ratelimit-policy')).toContain('q=5;w=600');
    expect((await start(person, { clientId: 'demo-bank' })).status).toBe(201);
  });

  it('a refused start closes nothing that is pending', async () => {
    const person = await service.addLine();
    const { id } = (await startTimes(5, person)).body;
    expectProblem(await start(person), 429, 'too_many_requests');
    expect((await service.call('GET', `/v1/authentications/${id}`)).body['state']).toBe('pending');
  });

  it('one relying party may start again when the fifth newest start is ten minutes old, and twenty times a day', async () => {
    const person = await service.addLine();
    for (let round = 0; round < 4; round += 1) {
      expect((await startTimes(5, person)).status).toBe(201);
      expectProblem(await start(person), 429, 'too_many_requests');
      await service.rows.budgets.ageStarts('10 minutes');
    }
    const refused = await start(person);
    expectProblem(refused, 429, 'too_many_requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect(refused.headers.get('ratelimit-policy')).toBe('"starts";q=20;w=86400');
    await service.rows.budgets.ageStarts('24 hours');
    expect((await start(person)).status).toBe(201);
  });

  it('twenty birth dates a day may be tried on one number at one relying party', async () => {
    const { phoneNumber } = await service.addLine();
    const guess = (at: number) => ({ phoneNumber, birthDate: `9002${String(at).padStart(2, '0')}`, genderDigit: '1' });
    for (let at = 1; at <= 20; at += 1) expect((await start(guess(at))).status).toBe(201);
    expectProblem(await start(guess(21)), 429, 'too_many_requests');
    expect((await start(guess(21), { clientId: 'demo-bank' })).status).toBe(201);
  });

  it('an agency has five starts for each site that it names, within thirty for all of its sites', async () => {
    const person = await service.addLine();
    expect((await startTimes(5, person, { site: '책방' })).status).toBe(201);
    expectProblem(await start(person, { site: '책방' }), 429, 'too_many_requests');
    for (const site of ['문구점', '찻집', '꽃집', '빵집', '분식집']) {
      expect((await startTimes(5, person, { site })).status).toBe(201);
    }
    const refused = await start(person, { site: '약국' });
    expectProblem(refused, 429, 'too_many_requests');
    // The sentence names the same limit as the headers.
    expect(refused.headers.get('ratelimit-policy')).toBe('"starts";q=30;w=600');
    expect(refused.body).toMatchObject({
      detail: expect.stringMatching(/^One number at all sites of an agency .* at most 30 times in ten minutes\./),
    });
    expect((await start(person, { clientId: 'demo-bank' })).status).toBe(201);
  });

  it('a start that was opened with the right PIN is given back, so that an honest person is never stopped', async () => {
    const subscriber = await service.subscriber();
    for (let starts = 1; starts <= 12; starts += 1) {
      const { status, body } = await start(subscriber.person);
      expect(status).toBe(201);
      expect((await service.verify(body.id, await service.codeOf(subscriber, body.id))).status).toBe(200);
    }
  });

  it('a start is given back once, however often the phone opens it', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await startTimes(5, subscriber.person)).body;
    const pending = await eventually('the request', () => pendingOf(subscriber, id));
    await subscriber.phone.open(pending, '274951');
    await subscriber.phone.open(pending, '274951');
    expect((await start(subscriber.person)).status).toBe(201);
    expectProblem(await start(subscriber.person), 429, 'too_many_requests');
  });
});

describe('the limit of ringing', () => {
  it('beyond fifteen starts in ten minutes a start answers as ever, wakes nothing, and the person may open it', async () => {
    const subscriber = await service.subscriber();
    await ringOut(subscriber.person);
    const held = await start(subscriber.person, { clientId: 'demo-bank' });
    expect(held.status).toBe(201);
    expect(Object.keys(held.body).sort()).toEqual(['attemptsLeft', 'channel', 'expiresAt', 'id', 'state']);
    expect(held.body).toMatchObject({ channel: 'push', state: 'pending', attemptsLeft: 5 });
    const { id } = held.body;
    expect(await pendingOf(subscriber, id)).toMatchObject({ held: true });
    const bank = { clientId: 'demo-bank' };
    await service.rows.authentications.rewindSending(id, 30);
    expect((await service.call('POST', `/v1/authentications/${id}/resend`, undefined, bank)).status).toBe(202);
    await service.rows.deliveries.untilDone(id);
    const code = await service.codeOf(subscriber, id);
    expect((await service.verify(id, code, bank)).status).toBe(200);
    expect(wakes(subscriber)).not.toContain(id);
    // The opening gave the start back, but not one that it never spent: the next one is held too.
    const next = (await start(subscriber.person, { clientId: 'demo-bank' })).body;
    expect(await pendingOf(subscriber, next.id)).toMatchObject({ held: true });
  });

  it('a member that is false is left out: a request that rang the phone has no held', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await start(subscriber.person)).body;
    expect(await pendingOf(subscriber, id)).not.toHaveProperty('held');
    await eventually('the wake-up', () => wakes(subscriber).includes(id));
  });

  it('beyond the limit no code goes by SMS either, and the answer tells no difference', async () => {
    const person = await service.addLine();
    await ringOut(person);
    const texts = () => service.smsc.received.filter(({ to }) => to === person.phoneNumber).length;
    await eventually('every text message', () => service.rows.deliveries.none());
    const sent = texts();
    expect(sent).toBeGreaterThanOrEqual(1);
    const held = await start(person, { clientId: 'demo-bank' });
    expect(held.body).toMatchObject({ channel: 'sms', state: 'pending', attemptsLeft: 5 });
    await service.rows.deliveries.untilDone(held.body.id);
    expect(texts()).toBe(sent);
  });

  it('the website never refuses a person whom others rang out, and rings five times in ten minutes itself', async () => {
    const subscriber = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = subscriber.person;
    await ringOut(subscriber.person);
    const rung: (boolean | undefined)[] = [];
    for (let logins = 1; logins <= 6; logins += 1) {
      await service.rows.budgets.clearForms();
      const visitor = new TextBrowser(service.issuer);
      await visitor.open('/login');
      await visitor.send('/login', { phoneNumber, birthDate, genderDigit });
      const pending = await eventually('the request of the website', async () =>
        (await subscriber.phone.pending()).find(({ relyingParty }) => relyingParty.name !== '한빛서점'),
      );
      rung.push(pending.held);
      await subscriber.phone.decline(pending.id, 'cancelled');
    }
    expect(rung).toEqual([undefined, undefined, undefined, undefined, undefined, true]);
  });
});

describe('signing', () => {
  const transaction = [{ label: '받는 분', value: '홍길동' }];

  it('a bank asks for sixty signatures in ten minutes, and other starts neither stop it nor are stopped by it', async () => {
    const person = await service.addLine();
    const sign = { clientId: 'demo-bank', method: 'sign', transaction };
    expect((await startTimes(5, person, { clientId: 'demo-bank' })).status).toBe(201);
    expectProblem(await start(person, { clientId: 'demo-bank' }), 429, 'too_many_requests');
    expect((await startTimes(60, person, sign)).status).toBe(201);
    expectProblem(await start(person, sign), 429, 'too_many_requests');
    expect((await start(person)).status).toBe(201);
    expect((await start(await service.addLine(), sign)).status).toBe(201);
  });
});

describe('a person who answers that it was not them', () => {
  it('for an hour the relying party rings this person no more, and the person may still open its start', async () => {
    const subscriber = await service.subscriber();
    const first = (await start(subscriber.person)).body.id;
    await subscriber.phone.decline(first, 'not_me');
    const second = await start(subscriber.person);
    expect(second).toMatchObject({ status: 201, body: { channel: 'push', state: 'pending', attemptsLeft: 5 } });
    expect(await pendingOf(subscriber, second.body.id)).toMatchObject({ held: true });
    const elsewhere = (await start(subscriber.person, { clientId: 'demo-bank' })).body.id;
    await eventually('the wake-up of another relying party', () => wakes(subscriber).includes(elsewhere));
    expect(wakes(subscriber)).not.toContain(second.body.id);
    const code = await service.codeOf(subscriber, second.body.id);
    expect((await service.verify(second.body.id, code)).status).toBe(200);
    await service.rows.budgets.endQuiet();
    const later = (await start(subscriber.person)).body.id;
    await eventually('the wake-up after the hour', () => wakes(subscriber).includes(later));
  });

  it('declining for another reason keeps nothing quiet', async () => {
    const subscriber = await service.subscriber();
    const first = (await start(subscriber.person)).body.id;
    await subscriber.phone.decline(first, 'cancelled');
    const second = (await start(subscriber.person)).body.id;
    await eventually('the wake-up', () => wakes(subscriber).includes(second));
  });

  it('an agency that names another site for the same person stays quiet too', async () => {
    const subscriber = await service.subscriber();
    const first = (await start(subscriber.person, { site: '책방' })).body.id;
    await subscriber.phone.decline(first, 'not_me');
    const second = (await start(subscriber.person, { site: randomUUID() })).body.id;
    expect(await pendingOf(subscriber, second)).toMatchObject({ held: true });
  });
});
