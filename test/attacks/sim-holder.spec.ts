import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService } from '../support/service.ts';
import { ANDROID, FEATURE_PHONE, Thief } from './thief.ts';

/**
 * The attacker has the victim's SIM, by a swap at the carrier or by theft, and knows the birth date. The aim: to be
 * verified as the victim at a bank. The way is any order of what the holder of a SIM can bring about.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const atWork = async () => new Thief(service, await service.subscriber());

/** The carrier knows of the swap by itself; of a stolen SIM it knows only that another handset has it. */
const WAYS_IN: [string, (thief: Thief) => Promise<void>][] = [
  ['a swapped SIM', (thief) => thief.tell('sim-swapped')],
  ['a stolen SIM in another handset', (thief) => thief.tell('device-changed', ANDROID)],
];
const WAYS_OUT: [string, (thief: Thief) => Promise<void>][] = [
  ['a feature phone', (thief) => thief.tell('device-changed', FEATURE_PHONE)],
  ['a prepaid plan', (thief) => thief.tell('plan-changed', { plan: 'prepaid' })],
];

describe('the holder of the SIM with the birth date', () => {
  it.each(WAYS_OUT)('is not verified after a swap by moving to %s, nor by joining again from there', async (_, out) => {
    const thief = await atWork();
    await thief.tell('sim-swapped');
    await out(thief);
    expect(await thief.tryBank()).toBe('nothing');
    await thief.tell('device-changed', ANDROID);
    await thief.tell('plan-changed', { plan: 'postpaid' });
    expect(await thief.tryBank()).toBe('nothing');
    expect(await thief.tryJoining()).toBeUndefined();
    await thief.wait(71);
    expect(await thief.tryBank()).toBe('nothing');
    expect(await thief.tryJoining()).toBeUndefined();
  });

  it.each(WAYS_OUT)('is not verified either where the owner reported the loss before: %s', async (_, out) => {
    const thief = await atWork();
    await service.operate(thief.victim.subscriptionId, 'report-loss');
    await thief.tell('device-changed', ANDROID);
    await out(thief);
    expect(await thief.tryBank()).toBe('nothing');
    expect(await thief.tryJoining()).toBeUndefined();
  });

  it.each(WAYS_IN)('gets no code for a new phone by SMS within a day: %s', async (_, begin) => {
    const thief = await atWork();
    await thief.askForNewPhone();
    await begin(thief);
    await thief.askForNewPhone();
    await thief.wait(23);
    expect(thief.textedEnrolment()).toBeUndefined();
    expect(await thief.tryBank()).toBe('nothing');
  });

  it('who asked for a new phone a day before the SIM was stolen waits anew', async () => {
    const thief = await atWork();
    await thief.askForNewPhone();
    await thief.wait(25);
    await thief.tell('device-changed', ANDROID);
    await thief.wait(0);
    expect(thief.textedEnrolment()).toBeUndefined();
  });

  it('who asks for a new phone long after the handset changed waits from the request on', async () => {
    const thief = await atWork();
    await thief.tell('device-changed', ANDROID);
    await thief.wait(200);
    await thief.askForNewPhone();
    await thief.wait(23);
    expect(thief.textedEnrolment()).toBeUndefined();
    await thief.wait(2);
    await eventually('the code, after a day', () => thief.textedEnrolment() !== undefined);
  });

  it('who asks again after the old phone objected waits a whole day again', async () => {
    const thief = await atWork();
    await thief.tell('device-changed', ANDROID);
    await thief.askForNewPhone();
    const asked = await eventually('the alert', async () =>
      (await thief.victim.phone.alerts()).find(({ kind, state }) => kind === 'new_phone' && state === 'open'),
    );
    await thief.victim.phone.objectToAlert(asked, TEST_PIN);
    await thief.wait(25);
    await thief.askForNewPhone();
    await thief.wait(23);
    expect(thief.textedEnrolment()).toBeUndefined();
  });

  it('who swaps the SIM gets no code for a new phone however long the wait, as long as the suspension stands', async () => {
    const thief = await atWork();
    await thief.tell('sim-swapped');
    await thief.tell('device-changed', ANDROID);
    await thief.askForNewPhone();
    for (const hours of [24, 72, 240]) {
      await thief.wait(hours);
      await thief.askForNewPhone();
      expect(thief.textedEnrolment()).toBeUndefined();
    }
  });

  it('who swaps the SIM after its owner did is not confirmed by what the owner answers to the first change', async () => {
    const thief = await atWork();
    const { phone } = thief.victim;
    await thief.tell('sim-swapped');
    const first = (await phone.alerts()).find(({ kind }) => kind === 'sim_swapped')!;
    await thief.tell('sim-swapped');
    await expect(phone.confirmAlert(first, TEST_PIN)).rejects.toMatchObject({ code: 'alert_closed' });
    await thief.tell('plan-changed', { plan: 'prepaid' });
    expect(await thief.tryBank()).toBe('nothing');
  });

  it('who ports the number out and back under a new contract is not verified, and does not join', async () => {
    const thief = await atWork();
    await thief.tell('ported-out', { newCarrier: 'KT' });
    const { birthDate, genderDigit, phoneNumber } = thief.person;
    const lineId = `line-${randomUUID()}`;
    const facts = { lineId, phoneNumber, carrier: 'SKT', status: 'active', holder: 'self', plan: 'postpaid' };
    const handset = { os: 'android', osVersion: '14', formFactor: 'phone' };
    const body = { ...facts, owner: { birthDate, genderDigit }, handset };
    expect((await service.call('PUT', `/carrier/v1/lines/${lineId}`, body, { scope: 'carrier' })).status).toBeLessThan(
      300,
    );
    expect(await thief.tryBank()).toBe('nothing');
    expect(await thief.tryJoining()).toBeUndefined();
  });

  it('who joins on a line that never subscribed, with a fresh SIM, is held for a day', async () => {
    const person = await service.addLine();
    const stranger = new Thief(service, { ...(await service.subscriber()), person });
    await stranger.tell('sim-swapped');
    expect(await stranger.tryJoining()).toBeUndefined();
  });

  const actions = {
    swap: (thief: Thief) => thief.tell('sim-swapped'),
    another: (thief: Thief) => thief.tell('device-changed', ANDROID),
    feature: (thief: Thief) => thief.tell('device-changed', FEATURE_PHONE),
    prepaid: (thief: Thief) => thief.tell('plan-changed', { plan: 'prepaid' }),
    postpaid: (thief: Thief) => thief.tell('plan-changed', { plan: 'postpaid' }),
    suspend: (thief: Thief) => thief.tell('suspended'),
    resume: (thief: Thief) => thief.tell('resumed'),
    newPhone: (thief: Thief) => thief.askForNewPhone(),
    reportLoss: (thief: Thief) => thief.reportLoss(),
    waitOneHour: (thief: Thief) => thief.wait(1),
  } as const;

  it('no order of what a SIM holder can do within a day after the swap leads to a code or an enrolment', async () => {
    const names = Object.keys(actions) as (keyof typeof actions)[];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 7 }), async (taken) => {
        const thief = await atWork();
        await thief.tell('sim-swapped');
        for (const name of taken) await actions[name](thief);
        expect(await thief.tryBank()).toBe('nothing');
        expect(await thief.tryJoining()).toBeUndefined();
        expect(thief.textedEnrolment()).toBeUndefined();
      }),
      { numRuns: 12 },
    );
  });
});
