import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PhoneAlert } from '../../src/phone/phone.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber, type TestScope } from '../support/service.ts';
import { isServed, Thief } from './thief.ts';

/**
 * The attacker has one employee of the call centre, or the secret of one client of its API, and works with somebody who
 * has the victim's SIM. The aim: to take the protection away, or to enrol a phone.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const act = (scope: TestScope, path: string, body: object = {}): Promise<Answer> =>
  service.call('POST', `/operator/v1/${path}`, { reason: '고객 요청', ...body }, { scope });
const standing = async ({ subscriptionId }: Subscriber) => (await service.rows.subscriptions.of(subscriptionId))!;
const alertOf = ({ phone }: Subscriber, kind: PhoneAlert['kind']) =>
  eventually(`an alert of kind ${kind}`, async () => (await phone.alerts()).find((alert) => alert.kind === kind));

describe.each(['operator', 'operator.decide'] as const)('one client of the call centre, with the scope %s', (scope) => {
  it.each(['cancel', 'resume', 'enrolment-code'])('cannot %s alone what a swap suspends', async (deed) => {
    const victim = await service.subscriber();
    const thief = new Thief(service, victim);
    await thief.tell('sim-swapped');
    expect((await act(scope, `subscriptions/${victim.subscriptionId}/${deed}`)).status).toBeGreaterThanOrEqual(400);
    await act(scope, `subscriptions/${victim.subscriptionId}/requests`, { deed });
    expect((await act(scope, `subscriptions/${victim.subscriptionId}/${deed}`)).status).toBeGreaterThanOrEqual(400);
    expect(await standing(victim)).toMatchObject({ state: 'suspended' });
    expect(await thief.tryBank()).toBe('nothing');
  });

  it('cannot lift a report of loss alone', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    expect((await act(scope, `subscriptions/${victim.subscriptionId}/resume`)).status).toBeGreaterThanOrEqual(400);
    expect(await standing(victim)).toMatchObject({ state: 'suspended' });
  });
});

describe('one client with the scope operator', () => {
  it('cannot apply for, approve and issue a reissue', async () => {
    const victim = await service.subscriber();
    const applied = await act('operator', `subscriptions/${victim.subscriptionId}/reissues`, {
      cause: 'broken',
      oldSerialNumber: victim.phone.serialNumber,
      identityProof: 'certificate',
      delivery: 'visit',
    });
    expect(applied.status).toBe(201);
    const id = applied.body['id'] as string;
    expect((await act('operator', `reissues/${id}/approve`)).status).toBe(403);
    expect((await act('operator', `reissues/${id}/issue`)).status).toBeGreaterThanOrEqual(400);
    await victim.phone.objectToAlert(await alertOf(victim, 'reissue'), TEST_PIN);
    expect((await act('operator.decide', `reissues/${id}/approve`)).status).toBe(409);
    expect(await isServed(service, victim)).toBe(true);
  });

  it('is told of to the phone and the number when it unlocks a PIN, and does not unlock it again', async () => {
    const victim = await service.subscriber();
    const { id } = (await service.start(victim.person)).body;
    const pending = (await victim.phone.pending()).find((one) => one.id === id)!;
    for (let guess = 0; guess < 5; guess += 1) await victim.phone.open(pending, '111222').catch(() => undefined);
    expect((await act('operator', `subscriptions/${victim.subscriptionId}/unlock-pin`)).status).toBe(204);
    await alertOf(victim, 'pin_unlocked');
    for (let guess = 0; guess < 5; guess += 1) await victim.phone.open(pending, '111222').catch(() => undefined);
    expect((await act('operator', `subscriptions/${victim.subscriptionId}/unlock-pin`)).status).toBe(409);
    expect((await act('operator.decide', `subscriptions/${victim.subscriptionId}/unlock-pin`)).status).toBe(409);
  });

  it('whose phone enrols a third one cannot answer in its place for the phone that was replaced', async () => {
    const victim = await service.subscriber();
    const enrol = async () => {
      const { body } = await act('operator', `subscriptions/${victim.subscriptionId}/enrolment-code`);
      const phone = await service.enrol(body['enrolmentCode'] as string);
      await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
      return phone;
    };
    const second = await enrol();
    const alert = await alertOf(victim, 'device_enrolled');
    const third = await enrol();
    for (const phone of [second, third]) {
      const known = (await phone.alerts()).filter(({ kind }) => kind === 'device_enrolled');
      for (const one of [alert, ...known]) await phone.confirmAlert(one, TEST_PIN).catch(() => undefined);
    }
    const open = await eventually('an open alert', async () =>
      (await victim.phone.alerts()).find(({ kind, state }) => kind === 'device_enrolled' && state === 'open'),
    );
    await victim.phone.objectToAlert(open, TEST_PIN);
    expect(await standing(victim)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('who issues a code for another phone is told of to the old phone, which stops it', async () => {
    const victim = await service.subscriber();
    const { body } = await act('operator', `subscriptions/${victim.subscriptionId}/enrolment-code`);
    const thief = new Thief(service, victim);
    await thief.tryEnrolling(body['enrolmentCode'] as string);
    await victim.phone.objectToAlert(await alertOf(victim, 'device_enrolled'), TEST_PIN);
    expect(await standing(victim)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    expect(await thief.tryBank()).toBe('nothing');
  });
});
