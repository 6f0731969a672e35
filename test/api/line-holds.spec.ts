import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LineFacts } from '../../src/domain/line.ts';
import { TestService, type Subscriber, type TestPerson } from '../support/service.ts';

type Person = TestPerson & { lineId: string };

let service: TestService;
let sequence = 0;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const FEATURE_PHONE = { os: 'feature', osVersion: '1', formFactor: 'phone', model: 'F-100' };
const ANDROID = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S921N' };

const tell = (lineId: string, kind: string, data?: object) => {
  sequence += 1;
  return service.sendEvent(lineId, kind, data, sequence);
};
const put = (line: LineFacts) => {
  const { lineId, ...facts } = line;
  return service.call('PUT', `/carrier/v1/lines/${lineId}`, { lineId, ...facts }, { scope: 'carrier' });
};
const factsOf = (
  { lineId, phoneNumber, birthDate, genderDigit }: Person,
  other: Partial<LineFacts> = {},
): LineFacts => ({
  lineId,
  phoneNumber,
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate, genderDigit },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
  ...other,
});

/** Starts at a bank, as the thief who holds the SIM and knows the birth date would. True if a code was texted. */
async function isTexted(person: TestPerson): Promise<boolean> {
  const { status, body } = await service.start(person, { clientId: 'demo-bank' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ channel: 'sms', state: 'pending', attemptsLeft: 5 });
  await service.rows.deliveries.untilDone(body.id);
  return service.smsc.received.some(({ to, text }) => to === person.phoneNumber && text.includes('인증번호'));
}

async function reasonsOf({ phoneNumber }: TestPerson): Promise<string[]> {
  const path = `/operator/v1/eligibility?phoneNumber=${encodeURIComponent(phoneNumber)}`;
  const headers = { 'Audit-Reason': 'inquiry' };
  const { body } = await service.call<{ reasons: { code: string }[] }>('GET', path, undefined, {
    scope: 'operator',
    headers,
  });
  return body.reasons.map(({ code }) => code);
}

async function subscribed(): Promise<Subscriber & { person: Person }> {
  const subscriber = await service.subscriber();
  return subscriber;
}

const ended = [
  ['a feature phone', (lineId: string) => tell(lineId, 'device-changed', FEATURE_PHONE)],
  ['a prepaid plan', (lineId: string) => tell(lineId, 'plan-changed', { plan: 'prepaid' })],
] as const;

describe('a subscription that ends while its SIM is in doubt', () => {
  it.each(ended)('no code goes by SMS for 72 hours after a swapped SIM was put into or moved to %s', async (_, end) => {
    const { person } = await subscribed();
    await tell(person.lineId, 'sim-swapped');
    await end(person.lineId);
    expect(await isTexted(person)).toBe(false);
    await service.rows.lines.ageMemory(person.lineId, 71);
    expect(await isTexted(person)).toBe(false);
    await service.rows.lines.ageMemory(person.lineId, 1);
    expect(await isTexted(person)).toBe(true);
  });

  it.each(ended)('no code goes by SMS after a reported loss either: %s', async (_, end) => {
    const { person, subscriptionId } = await subscribed();
    await service.operate(subscriptionId, 'report-loss');
    await end(person.lineId);
    expect(await isTexted(person)).toBe(false);
  });

  it('nobody can join again on that line before the hold has ended', async () => {
    const { person } = await subscribed();
    await tell(person.lineId, 'sim-swapped');
    await tell(person.lineId, 'device-changed', FEATURE_PHONE);
    await tell(person.lineId, 'device-changed', ANDROID);
    expect(await reasonsOf(person)).toEqual(['recent_sim_change']);
    await service.rows.lines.ageMemory(person.lineId, 72);
    expect(await reasonsOf(person)).toEqual([]);
  });

  it('a subscription that ends without a doubt leaves its line as any other: codes by SMS, joining at once', async () => {
    const { person, subscriptionId } = await subscribed();
    await service.operate(subscriptionId, 'cancel');
    expect(await isTexted(person)).toBe(true);
    expect(await reasonsOf(person)).toEqual([]);
  });

  it('a SIM that is changed within 30 days after the end of protection holds codes by SMS, and later does not', async () => {
    const [recent, long] = [await subscribed(), await subscribed()];
    for (const { subscriptionId } of [recent, long]) await service.operate(subscriptionId, 'cancel');
    await service.rows.lines.ageMemory(recent.person.lineId, 29 * 24);
    await service.rows.lines.ageMemory(long.person.lineId, 31 * 24);
    for (const { person } of [recent, long]) await tell(person.lineId, 'sim-swapped');
    expect(await isTexted(recent.person)).toBe(false);
    expect(await isTexted(long.person)).toBe(true);
  });
});

describe('a line that never subscribed', () => {
  it('gets its codes by SMS also after a SIM change, but does not join for 24 hours', async () => {
    const person = await service.addLine();
    await tell(person.lineId, 'sim-swapped');
    expect(await reasonsOf(person)).toEqual(['recent_sim_change']);
    expect(await isTexted(person)).toBe(true);
    await service.rows.lines.ageMemory(person.lineId, 24);
    expect(await reasonsOf(person)).toEqual([]);
  });

  it('a code that was texted before the SIM was changed is not accepted after it', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    await tell(person.lineId, 'sim-swapped');
    expect((await service.verify(id, code)).status).not.toBe(200);
  });
});

describe('a number that leaves and comes back', () => {
  it('a number that its owner ported out and brought back counts as a changed SIM', async () => {
    const { person } = await subscribed();
    await tell(person.lineId, 'ported-out', { newCarrier: 'KT' });
    const back = { ...person, lineId: `line-${randomUUID()}` };
    await put(factsOf(back));
    expect(await isTexted(back)).toBe(false);
    expect(await reasonsOf(back)).toEqual(['recent_sim_change']);
  });

  it('the doubt goes with the number to a new line, also through a nightly import', async () => {
    const { person } = await subscribed();
    await tell(person.lineId, 'sim-swapped');
    await tell(person.lineId, 'terminated');
    const back = { ...person, lineId: `line-${randomUUID()}` };
    const token = await service.token('carrier');
    const answer = await fetch(`${service.issuer}/carrier/v1/lines/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' },
      body: `${JSON.stringify(factsOf(back))}\n`,
    });
    expect(answer.status).toBe(200);
    expect(await isTexted(back)).toBe(false);
  });

  it('after 30 days, or with another owner, the memory is gone', async () => {
    const [late, sold] = [await subscribed(), await subscribed()];
    for (const { person } of [late, sold]) await tell(person.lineId, 'ported-out', { newCarrier: 'KT' });
    await service.rows.lines.ageMemory(late.person.lineId, 30 * 24);
    const again = { ...late.person, lineId: `line-${randomUUID()}` };
    const other = { ...sold.person, lineId: `line-${randomUUID()}`, birthDate: '850715', genderDigit: '2' };
    for (const person of [again, other]) {
      await put(factsOf(person));
      expect(await isTexted(person)).toBe(true);
      expect(await reasonsOf(person)).toEqual([]);
    }
  });

  it('a change of owner ends the memory of the line', async () => {
    const { person } = await subscribed();
    await tell(person.lineId, 'sim-swapped');
    const owner = { birthDate: '850715', genderDigit: '2' };
    await tell(person.lineId, 'owner-changed', { owner });
    const heir = { ...person, ...owner };
    expect(await isTexted(heir)).toBe(true);
    expect(await reasonsOf(heir)).toEqual([]);
  });
});

describe('what relying parties are told', () => {
  const verified = async (subscriber: Subscriber) => {
    const { id } = (await service.start(subscriber.person)).body;
    const { body } = await service.verify(id, await service.codeOf(subscriber, id));
    return body['result'] as Record<string, unknown>;
  };

  it('a phone that was enrolled without the confirmation of another one is told of for 72 hours', async () => {
    const subscriber = await subscribed();
    expect(await verified(subscriber)).toMatchObject({ recentlyEnrolled: true });
    await service.rows.subscriptions.ageEnrolment(subscriber.subscriptionId, 72);
    expect(await verified(subscriber)).not.toHaveProperty('recentlyEnrolled');
  });

  it('a changed SIM is told of for 240 hours, by SMS too, and a member that is false is left out', async () => {
    const person = await service.addLine();
    const bySms = async () => {
      const { id } = (await service.start(person)).body;
      await service.rows.deliveries.untilDone(id);
      return (await service.verify(id, await service.textedCode(person.phoneNumber))).body['result'];
    };
    expect(await bySms()).not.toHaveProperty('recentSimChange');
    await tell(person.lineId, 'sim-swapped');
    expect(await bySms()).toMatchObject({ recentSimChange: true });
    await service.rows.lines.ageMemory(person.lineId, 240);
    expect(await bySms()).not.toHaveProperty('recentSimChange');
  });
});
