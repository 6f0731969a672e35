import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PhoneAlert } from '../../src/phone/phone.ts';
import { ProblemError } from '../../src/phone/problem-error.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService, type Subscriber } from '../support/service.ts';
import { ANDROID, isServed, Thief } from './thief.ts';

/**
 * The attacker has the phone itself, has seen the PIN, and has the old SIM with it. The owner reports the loss, at the
 * call centre, and gets a new SIM. The aim: to undo the report, or to keep a phone that works.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const alertOf = ({ phone }: Subscriber, kind: PhoneAlert['kind']) =>
  eventually(`an alert of kind ${kind}`, async () => (await phone.alerts()).find((alert) => alert.kind === kind));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
  );
const standing = async ({ subscriptionId }: Subscriber) => (await service.rows.subscriptions.of(subscriptionId))!;

describe('the thief of the phone who has seen the PIN', () => {
  it('cannot lift a report that the owner made at the call centre', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    await victim.phone.objectToAlert(await alertOf(victim, 'loss_reported'), TEST_PIN);
    expect(await standing(victim)).toMatchObject({ state: 'suspended' });
    const { id } = (await service.start(victim.person)).body;
    const pending = (await victim.phone.pending()).find((one) => one.id === id);
    expect(pending && (await codeOf(victim.phone.open(pending, TEST_PIN)))).not.toBe('done');
  });

  it.each([
    ['the report at the call centre', (id: string) => service.operate(id, 'report-loss')],
    ['the objection of the phone that was replaced', null],
  ])('cannot lift a report without a login that came first, once there is %s', async (_, report) => {
    const victim = await service.subscriber();
    let holder = victim;
    if (!report) {
      const { body } = await service.operate(victim.subscriptionId, 'enrolment-code');
      const phone = await service.enrol(body['enrolmentCode'] as string);
      await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
      holder = { ...victim, phone };
    }
    await new Thief(service, victim).reportLoss();
    await eventually('the suspension', async () => (await standing(victim)).state === 'suspended');
    if (report) await report(victim.subscriptionId);
    else await victim.phone.objectToAlert(await alertOf(victim, 'device_enrolled'), TEST_PIN);
    await holder.phone.objectToAlert(await alertOf(holder, 'loss_reported'), TEST_PIN);
    expect(await standing(victim)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('gets no code for another phone while a report that suspends nothing holds new phones', async () => {
    const victim = await service.subscriber();
    const thief = new Thief(service, victim);
    await thief.reportLoss();
    await victim.phone.objectToAlert(await alertOf(victim, 'loss_reported'), TEST_PIN);
    await thief.reportLoss();
    await thief.askForNewPhone();
    expect(await codeOf(victim.phone.confirmAlert(await alertOf(victim, 'new_phone'), TEST_PIN))).not.toBe('done');
  });

  it('waits anew for a new phone by SMS after the owner reported the loss while too many such reports came', async () => {
    const victim = await service.subscriber();
    const thief = new Thief(service, victim);
    await thief.tell('device-changed', ANDROID);
    await thief.askForNewPhone();
    await thief.wait(20);
    await service.rows.customers.tripLossBreaker();
    await thief.reportLoss();
    await service.rows.customers.untilReportsResolved();
    await thief.wait(23);
    expect(thief.textedEnrolment()).toBeUndefined();
    await thief.wait(2);
    await eventually('the code, a day after the report', () => thief.textedEnrolment() !== undefined);
  });

  it('cannot lift the report by confirming the owner’s new SIM', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    await new Thief(service, victim).tell('sim-swapped');
    await victim.phone.confirmAlert(await alertOf(victim, 'sim_swapped'), TEST_PIN);
    expect((await standing(victim)).suspensions).toContain('loss_reported');
  });

  it('gives no other phone its place from there: a replaced phone answers alerts and does nothing else', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    const { enrolmentCode } = (await service.operate(victim.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const owners = await service.enrol(enrolmentCode);
    await owners.confirmTest((await owners.readTestEnvelope(await owners.testEnvelope())).code);
    for (const work of [victim.phone.pending(), victim.phone.history(), victim.phone.envelope('00000000')])
      expect(await codeOf(work)).toBe('device_proof_invalid');
    await service.operate(victim.subscriptionId, 'resume');
    expect(await isServed(service, { ...victim, phone: owners })).toBe(true);
  });

  it('confirms no new phone while the report stands', async () => {
    const victim = await service.subscriber();
    await new Thief(service, victim).tell('device-changed', ANDROID);
    const alert = await alertOf(victim, 'new_phone');
    await service.operate(victim.subscriptionId, 'report-loss');
    expect(await codeOf(victim.phone.confirmAlert(alert, TEST_PIN))).not.toBe('done');
  });

  it('who guesses the PIN gets fifteen guesses in all, however often it is unlocked', async () => {
    const victim = await service.subscriber();
    const answers: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { id } = (await service.start(victim.person, { clientId: round % 2 ? 'demo-bank' : 'demo-shop' })).body;
      const pending = (await victim.phone.pending()).find((one) => one.id === id)!;
      for (let guess = 0; guess < 6; guess += 1) answers.push(await codeOf(victim.phone.open(pending, '111222')));
      await service.rows.devices.unlockPin(victim.phone.deviceId);
    }
    expect(answers.filter((answer) => answer === 'pin_mismatch').length).toBeLessThanOrEqual(15);
    expect(answers.at(-1)).toBe('pin_exhausted');
  });
});
