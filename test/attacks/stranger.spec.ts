import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import type { PhoneAlert } from '../../src/phone/phone.ts';
import { smartOtp, startSigning } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService, type Subscriber } from '../support/service.ts';
import { isServed, Thief } from './thief.ts';

/**
 * The attacker knows a birth date and a number, as many do, and uses what is open to everyone: windows of shops and
 * reports without a login. The aim: to lock the person out, to switch the protection off, or to ring until they give in.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

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
    const plain = await service.addLine();
    const wrong = { ...plain, birthDate: '910203' };
    const unknown = { ...plain, phoneNumber: '010-9999-0003' };
    const held = new Thief(service, await service.subscriber());
    await held.tell('sim-swapped');
    await held.tell('plan-changed', { plan: 'prepaid' });
    const shapeOf = async (person: typeof plain) => {
      const { status, headers, body } = await service.start(person, { clientId: 'demo-bank' });
      const names = [...headers.keys()].filter((name) => name !== 'date');
      return { status, names, length: JSON.stringify(body).length, ...body, id: 0, expiresAt: 0 };
    };
    const expected = await shapeOf(plain);
    for (const person of [wrong, unknown, held.person]) expect(await shapeOf(person)).toEqual(expected);

    const [active, suspended, quiet] = [
      await service.subscriber(),
      await service.subscriber(),
      await service.subscriber(),
    ];
    await service.operate(suspended.subscriptionId, 'report-loss');
    const { id } = (await service.start(quiet.person, { clientId: 'demo-bank' })).body;
    await quiet.phone.decline(id, 'not_me');
    const push = await shapeOf(active.person);
    for (const { person } of [suspended, quiet]) expect(await shapeOf(person)).toEqual(push);
  });
});
