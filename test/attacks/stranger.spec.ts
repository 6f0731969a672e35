import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import type { PhoneAlert } from '../../src/phone/phone.ts';
import { smartOtp, startSigning } from '../support/authenticators.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess, TEST_PIN, TestService, type Subscriber, type TestPerson } from '../support/service.ts';
import { StatementTap } from '../support/statement-tap.ts';
import { isServed, Thief } from './thief.ts';

/**
 * The attacker knows a birth date and a number, as many do, and uses what is open to everyone: windows of shops and
 * reports without a login. The aim: to lock the person out, to switch the protection off, or to ring until they give in.
 */
let service: TestService;
/** Sees the statements of the service. */
let tap: StatementTap;

beforeAll(async () => {
  const database = await createTestDatabase();
  tap = await StatementTap.start(database.url);
  service = await TestService.start({ DATABASE_URL: tap.url, TRUST_PROXY: '127.0.0.1' }, database);
});
afterAll(async () => {
  await service.stop();
  await tap.stop();
});

const alertOf = ({ phone }: Subscriber, kind: PhoneAlert['kind']) =>
  eventually(`an alert of kind ${kind}`, async () => (await phone.alerts()).find((alert) => alert.kind === kind));
const wakeUps = ({ pushToken }: Subscriber) => service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake');

describe('somebody who knows the birth date and the number', () => {
  it('stops the person at one shop only: the bank, a log-in and cancelling go on', async () => {
    const victim = await service.subscriber();
    const statuses: number[] = [];
    for (let start = 0; start < 6; start += 1) statuses.push((await service.start(victim.person)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
    expect(await isServed(service, victim, 'demo-bank')).toBe(true);

    const visitor = new TextBrowser(service.issuer);
    const { birthDate, genderDigit, phoneNumber } = victim.person;
    await visitor.open('/login');
    await visitor.send('/login', { birthDate, genderDigit, phoneNumber });
    const pending = await eventually('the log-in in the app', async () =>
      (await victim.phone.pending()).find(({ relyingParty }) => relyingParty.name !== '한빛서점'),
    );
    await victim.phone.open(pending, TEST_PIN);
    const { code } = await victim.phone.readCode(await victim.phone.envelope(pending.id), pending.id);
    expect((await visitor.send('/code', { code })).url).toContain('/my');
  });

  it('reports the loss, and the person has it lifted on the phone at once, by nobody else', async () => {
    const victim = await service.subscriber();
    await new Thief(service, victim).reportLoss();
    await victim.phone.objectToAlert(await alertOf(victim, 'loss_reported'), TEST_PIN);
    expect(await isServed(service, victim)).toBe(true);
    await new Thief(service, victim).reportLoss();
    expect(await isServed(service, victim)).toBe(true);
  });

  it('whose false report was objected to has not silenced the owner’s true one', async () => {
    const victim = await service.subscriber();
    const thief = new Thief(service, victim);
    await thief.reportLoss();
    await victim.phone.objectToAlert(await alertOf(victim, 'loss_reported'), TEST_PIN);
    // Now the phone is stolen, with its SIM. The owner reports it at the call centre, which always suspends.
    await service.operate(victim.subscriptionId, 'report-loss');
    expect(await thief.tryBank()).toBe('nothing');
    // And a report without a login holds codes by SMS, though it does not suspend.
    const other = await service.subscriber();
    const again = new Thief(service, other);
    await again.reportLoss();
    await other.phone.objectToAlert(await alertOf(other, 'loss_reported'), TEST_PIN);
    await again.reportLoss();
    await again.tell('plan-changed', { plan: 'prepaid' });
    expect(await again.tryBank()).toBe('nothing');
  });

  it('spends no limit of the owner’s by reporting in the owner’s name, or with guessed birth dates', async () => {
    const victim = await service.subscriber();
    const { birthDate, genderDigit, phoneNumber } = victim.person;
    const report = async (from: string, guess = birthDate): Promise<number> => {
      const answer = await fetch(`${service.issuer}/app/v1/loss-reports`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': from },
        body: JSON.stringify({ birthDate: guess, genderDigit, phoneNumber }),
      });
      return answer.status;
    };
    await service.rows.budgets.clearForms();
    for (let times = 0; times < 6; times += 1) await report('198.51.100.7');
    expect(await report('198.51.100.7')).toBe(429);
    for (let day = 1; day <= 21; day += 1) await report('198.51.100.8', `8001${String(day).padStart(2, '0')}`);
    expect(await report('198.51.100.8', '800131')).toBe(429);
    // The call centre lifts the false report. Then the phone is stolen.
    await service.rows.customers.untilReportsResolved();
    await service.operate(victim.subscriptionId, 'resume');
    expect(await isServed(service, victim)).toBe(true);
    expect(await report('203.0.113.9')).toBe(202);
    await service.rows.customers.untilReportsResolved();
    const state = async () => (await service.rows.subscriptions.of(victim.subscriptionId))?.state;
    expect(await state()).toBe('suspended');
    // After a hundred guesses a day, from any addresses, none learns from a suspension that it was right.
    await service.operate(victim.subscriptionId, 'resume');
    await service.rows.budgets.exhaustForms();
    expect(await report('203.0.113.10')).toBe(202);
    await service.rows.customers.untilReportsResolved();
    expect(await state()).toBe('active');
    expect(await service.rows.customers.heldSubscriptions()).toContain(victim.subscriptionId);
    await service.operate(victim.subscriptionId, 'report-loss');
    expect(await state()).toBe('suspended');
  });

  it('rings no phone again after the person answered that it was not them, and the person can still be served', async () => {
    const victim = await service.subscriber();
    const first = (await service.start(victim.person)).body.id;
    await eventually('the first ring', () => wakeUps(victim).length === 1);
    await victim.phone.decline(first, 'not_me');
    for (let more = 0; more < 3; more += 1) {
      const { status, body } = await service.start(victim.person);
      expect({ status, channel: body.channel }).toEqual({ status: 201, channel: 'push' });
      await service.rows.deliveries.untilDone(body.id);
    }
    expect(wakeUps(victim)).toHaveLength(1);
    const held = (await victim.phone.pending())[0];
    expect(held).toMatchObject({ held: true });
    expect(await isServed(service, victim, 'demo-bank')).toBe(true);
  });

  it('at an institution, rings for no signature either after the person answered that it was not them', async () => {
    const { person } = await service.subscriber();
    const device = await smartOtp(service, person);
    await device.decline((await startSigning(service, person)).body.id, 'not_me');
    const { status, body } = await startSigning(service, person);
    expect(status).toBe(201);
    expect((await device.pending()).find(({ id }) => id === body.id)).toMatchObject({ held: true });
  });

  it('learns nothing from what a start answers: a stranger, a subscriber, a suspended and a held person look alike', async () => {
    const shapeOf = async ({ phoneNumber, birthDate, genderDigit }: TestPerson, how: object) => {
      const asked = { phoneNumber, birthDate, genderDigit, purpose: '회원가입', ...how };
      const { status, headers, body } = await service.call('POST', '/v1/authentications', asked, {
        clientId: 'demo-bank',
      });
      const names = [...headers.keys()].filter((name) => name !== 'date');
      const match = /^\d\d$/.test(String(body['match']));
      return { status, names, length: JSON.stringify(body).length, ...body, id: 0, expiresAt: 0, match };
    };
    const { sms, push } = await peopleAlike();
    const ways: [object, TestPerson[]][] = [
      [{}, sms],
      [{}, push],
      [{ match: true }, sms],
      [{ match: true }, push],
      [{ method: 'approve' }, [...sms, ...push]],
    ];
    for (const [how, alike] of ways) {
      const [first, ...others] = alike;
      const expected = await shapeOf(first!, how);
      expect(expected).toMatchObject({ status: 201, match: Object.keys(how).length > 0 });
      for (const person of others) expect(await shapeOf(person, how)).toEqual(expected);
    }
  });

  it('learns nothing from the work of a start and of its end: the same statements run in the same order', async () => {
    const { sms, push } = await peopleAlike();
    // This process serves requests only, so that whatever it asks of PostgreSQL belongs to the request.
    const apiTap = await StatementTap.start(service.database.url);
    const port = String(await freePort());
    const shared = { ...service.env, DATABASE_URL: apiTap.url, ISSUER: service.issuer };
    const api = await startProcess({ ...shared, ROLE: 'api', PORT: port });
    const issuer = `http://127.0.0.1:${port}`;
    const seen = async (id: string) => {
      await service.rows.deliveries.untilDone(id);
      return { asked: apiTap.take().filter((name) => !ofTheClient(name)), delivered: deliveryIn(tap.take()) };
    };
    const statementsOf = async ({ phoneNumber, birthDate, genderDigit }: TestPerson, clientId: string, how: object) => {
      const body = { phoneNumber, birthDate, genderDigit, purpose: '이체', ...how };
      const started = await service.call<{ id: string }>('POST', '/v1/authentications', body, { clientId, issuer });
      expect(started.status).toBe(201);
      const { id } = started.body;
      const start = await seen(id);
      const ended = await service.call('DELETE', `/v1/authentications/${id}`, undefined, { clientId, issuer });
      expect(ended.status).toBe(204);
      return { start, end: await seen(id) };
    };
    const queued = expect.stringContaining('add_job');
    const delivered = ['delivery_claim', 'delivery_finish'];
    const [named, start] = ['authentication_named_line', 'authentication_start'];
    const cancel = ['authentication_cancel'];
    // Where the relying party asks by push or for an approval, and two ways in which nobody of all these can be asked.
    const ways: [string, object, TestPerson[], object][] = [
      ['demo-bank', {}, sms, { start: { asked: [named, start, queued], delivered }, end: { asked: cancel } }],
      ['demo-bank', {}, push, { start: { asked: [named, start, queued], delivered }, end: { delivered } }],
      [
        'demo-bank',
        { match: true },
        sms,
        { start: { asked: [named, start, queued], delivered }, end: { asked: cancel } },
      ],
      ['demo-bank', { match: true }, push, { start: { asked: [named, start, queued], delivered }, end: { delivered } }],
      ['demo-bank', { method: 'approve' }, [...sms, ...push], { start: { delivered }, end: { delivered } }],
      ['demo-bank', { method: 'otp' }, [...sms, ...push], { start: { delivered: [] }, end: { asked: cancel } }],
      ['demo-securities', {}, [...sms, ...push], { start: { delivered }, end: { asked: cancel } }],
    ];
    try {
      for (const [clientId, how, people, expected] of ways) {
        // The first request of a client also reads its settings.
        await statementsOf(await service.addLine(), clientId, how);
        const lists = [];
        for (const person of people) lists.push(await statementsOf(person, clientId, how));
        expect(lists[0]).toMatchObject(expected);
        for (const list of lists) expect(list).toEqual(lists[0]);
      }
    } finally {
      await api.stop();
      await apiTap.stop();
    }
  });
});

/** Whether a statement reads a client's settings. A process keeps them for some seconds, so any request may read them again. */
function ofTheClient(statement: string): boolean {
  return statement === 'client_disabled_lately' || /^SELECT .* FROM "clients"/.test(statement);
}

let unknowns = 2;

/** People whom a start at the bank must not tell apart: those whom a code by SMS is said to reach, and those of the app. */
async function peopleAlike(): Promise<Record<'sms' | 'push', [TestPerson, ...TestPerson[]]>> {
  const plain = await service.addLine();
  const wrong = { ...plain, birthDate: '910203' };
  // A number of its own each time: each number has a budget.
  unknowns += 1;
  const unknown = { ...plain, phoneNumber: `010-9999-000${unknowns}` };
  const held = new Thief(service, await service.subscriber());
  await held.tell('sim-swapped');
  await held.tell('plan-changed', { plan: 'prepaid' });

  const active = await service.subscriber();
  const suspended = await service.subscriber();
  const quiet = await service.subscriber();
  await service.operate(suspended.subscriptionId, 'report-loss');
  const { id } = (await service.start(quiet.person, { clientId: 'demo-bank' })).body;
  await quiet.phone.decline(id, 'not_me');
  return {
    sms: [plain, wrong, unknown, held.person],
    push: [active.person, suspended.person, quiet.person],
  };
}

/** The statements that hand a delivery over, until the first one that ends it. A text message is then noted as sent. */
function deliveryIn(statements: readonly string[]): string[] {
  const own = statements.filter((name) => /^delivery_(claim|finish|postpone)$/.test(name));
  const of = own.slice(own.indexOf('delivery_claim'));
  return own.includes('delivery_claim') ? of.slice(0, of.indexOf('delivery_finish') + 1) : [];
}
