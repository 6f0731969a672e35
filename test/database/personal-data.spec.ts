import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { otpSubscriber, smartOtp } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { packed, TestService } from '../support/service.ts';

const DAYS = 40;
const NAME = '시험 전화기';
const PURPOSE = '회원가입';
const reencrypt = () =>
  promisify(execFile)(process.execPath, [packed('commands/reencrypt')], {
    env: { ...process.env, ...service.env },
  });

let service: TestService;

beforeAll(async () => {
  service = await TestService.start({ PERSONAL_DATA_DAYS: String(DAYS) });
});
afterAll(async () => {
  await service.stop();
});

const tracesOf = (...texts: string[]) => service.rows.personalData.tracesOf(...texts);

describe('personal data at rest', () => {
  it('the names of phones and the purposes of requests stand in no table in plain form', async () => {
    const { person, phone, subscriptionId } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    const opened = { purpose: PURPOSE, returnUrl: `${service.issuer}/demo/return`, state: 'x', locale: 'ko' };
    const window = await service.call<{ windowId: string; url: string }>('POST', '/v1/windows', opened);
    expect(window.status).toBe(201);
    expect(await tracesOf(NAME, PURPOSE)).toEqual([]);

    expect((await phone.pending()).find((one) => one.id === id)?.purpose).toBe(PURPOSE);
    await phone.decline(id, 'not_me');
    expect(await phone.history()).toEqual([expect.objectContaining({ purpose: PURPOSE, device: NAME })]);
    expect(await (await fetch(window.body.url)).text()).toContain(PURPOSE);
    const path = `/operator/v1/subscriptions?phoneNumber=${encodeURIComponent(person.phoneNumber)}`;
    const reason = { 'Audit-Reason': encodeURIComponent('test') };
    const seen = await service.call<{ device: object }[]>('GET', path, undefined, {
      scope: 'operator',
      headers: reason,
    });
    expect(seen.body).toEqual([
      expect.objectContaining({ subscriptionId, device: expect.objectContaining({ name: '시****' }) }),
    ]);
  });

  it('npm run reencrypt carries over what an older version stored', async () => {
    const { person, phone, subscriptionId, pushToken } = await otpSubscriber(service);
    const { deviceId } = phone;
    const { id } = (await service.start(person)).body;
    const bond = await service.rows.devices.bondOf(deviceId);
    await service.rows.personalData.storeDeviceAsBefore(service.keys, deviceId, bond, '예전 이름');
    await service.rows.personalData.storePurposeAsBefore(id, '예전 목적');

    // What an older version stored is read as it is.
    expect((await phone.pending()).find((one) => one.id === id)?.purpose).toBe('예전 목적');
    expect(
      (await service.verify(id, await service.codeOf({ person, phone, subscriptionId, pushToken }, id))).status,
    ).toBe(200);
    expect((await phone.history())[0]).toMatchObject({ purpose: '예전 목적', device: '예전 이름' });

    const { stdout } = await reencrypt();
    for (const column of [
      'devices.name',
      'authentications.purpose',
      'devices.knowledge_key',
      'devices.push_token',
      'authenticators.secret',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${column.replace('.', '\\.')}: [1-9]`, 'm'));
    }
    expect((await reencrypt()).stdout).not.toMatch(/: [1-9]/);
    expect(await tracesOf('예전 이름', '예전 목적')).toEqual([]);
    const kept = await service.rows.devices.knowledgeKeyOf(deviceId);
    expect(service.keys.devices.decryptBound('devices:knowledge_key', kept, bond)).toHaveLength(32);
    expect((await phone.history())[0]).toMatchObject({ purpose: '예전 목적', device: '예전 이름' });
    const next = (await service.start(person)).body.id;
    expect(
      (await service.verify(next, await service.codeOf({ person, phone, subscriptionId, pushToken }, next))).status,
    ).toBe(200);
  });
});

describe('what is no longer needed', () => {
  it('a revoked phone loses its name, its push token and its knowledge key after 72 hours, and not before', async () => {
    const [early, late] = [await service.subscriber(), await service.subscriber()];
    await service.operate(early.subscriptionId, 'cancel');
    await service.operate(late.subscriptionId, 'cancel');
    await service.rows.personalData.ageRevocation(early.phone.deviceId, 71);
    await service.rows.personalData.ageRevocation(late.phone.deviceId, 73);
    await eventually(
      'the phone to be cleared',
      async () => !(await service.rows.personalData.isKept(late.phone.deviceId)),
    );
    expect(await service.rows.personalData.isKept(early.phone.deviceId)).toBe(true);
    expect(await service.rows.devices.hasPushToken(late.phone.deviceId)).toBe(false);
  });

  it('a phone whose test was never finished is cleared too', async () => {
    const phone = await service.enrol((await service.subscribe(await service.addLine())).enrolmentCode);
    await service.rows.personalData.ageTest(phone.deviceId, 73);
    await eventually('the phone to be cleared', async () => !(await service.rows.personalData.isKept(phone.deviceId)));
    await expect(phone.testEnvelope()).rejects.toMatchObject({ code: 'device_proof_invalid' });
  });

  it('a former subscriber leaves no trace in any table but the audit when the retention ends, and not before', async () => {
    const people = [await otpSubscriber(service), await otpSubscriber(service)];
    for (const { person, subscriptionId, phone } of people) {
      await smartOtp(service, person);
      const { id } = (await service.start(person)).body;
      await phone.decline(id, 'not_me');
      await service.rows.personalData.agree(subscriptionId);
      await service.rows.customers.disclose(subscriptionId, 'sim-swap/check');
      expect(await service.sendEvent(person.lineId, 'terminated', undefined, 7)).toBe('applied');
    }
    const [gone, kept] = people as [(typeof people)[0], (typeof people)[0]];
    await service.rows.personalData.charge(gone.subscriptionId, '2199-12');
    await service.rows.personalData.age(gone.subscriptionId, DAYS + 1);
    await service.rows.personalData.age(kept.subscriptionId, DAYS - 1);

    const traces = ({ person, subscriptionId, phone, pushToken }: typeof gone) =>
      tracesOf(subscriptionId, person.lineId, phone.deviceId, person.phoneNumber, pushToken);
    await eventually('the former subscriber to be erased', async () =>
      (await traces(gone)).every((table) => table === 'audit_entries'),
    );
    expect(await traces(kept)).toEqual(expect.arrayContaining(['consents', 'devices', 'lines', 'subscriptions']));
    const { body } = await service.start(gone.person);
    expect(body).toMatchObject({ channel: 'sms', state: 'pending' });
  });

  it('an owner who was only ever verified by SMS leaves no trace when the retention of the terminated line ends', async () => {
    const people = [await service.addLine(), await service.addLine()];
    for (const person of people) {
      const { id } = (await service.start(person)).body;
      expect((await service.verify(id, await service.textedCode(person.phoneNumber))).status).toBe(200);
      expect(await service.sendEvent(person.lineId, 'terminated', undefined, 7)).toBe('applied');
    }
    const [gone, kept] = people as [(typeof people)[0], (typeof people)[0]];
    await service.rows.personalData.ageLine(gone.lineId, DAYS + 1);
    await service.rows.personalData.ageLine(kept.lineId, DAYS - 1);
    await eventually('the former owner to be erased', async () => (await tracesOf(gone.lineId)).length === 0);
    expect(await tracesOf(kept.lineId)).toEqual(expect.arrayContaining(['authentications', 'lines']));
  });

  it('a subscription whose last month is not charged yet stays until it is', async () => {
    const [owing, charged] = [await service.subscriber(), await service.subscriber()];
    await service.rows.personalData.withoutClosing(async () => {
      for (const { subscriptionId } of [owing, charged]) await service.operate(subscriptionId, 'cancel');
      await service.rows.personalData.age(owing.subscriptionId, DAYS + 1);
      await service.rows.personalData.age(charged.subscriptionId, DAYS + 100);
      const month = new Date(Date.now() - (DAYS + 70) * 86_400_000).toISOString().slice(0, 7);
      await service.rows.personalData.charge(charged.subscriptionId, month);
      const isErased = async () => !(await tracesOf(charged.subscriptionId)).includes('subscriptions');
      await eventually('the subscription that owes nothing to be erased', isErased);
      expect(await tracesOf(owing.subscriptionId)).toContain('subscriptions');
    });
  });
});
