import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { codeAt, otpSubscriber, signedBy, smartOtp, startSigning, TRANSFER } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { otherThan, TEST_PIN, TestService, type Answer, type Subscriber, type TestPerson } from '../support/service.ts';

let service: TestService;

const SHOP = 'demo-shop';
const BANK = 'demo-bank';
const SECURITIES = 'demo-securities';
/** A person whom nobody knows, at any number. */
const NOBODY: TestPerson = { phoneNumber: '+821099990001', birthDate: '850101', genderDigit: '2' };

interface Told {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

beforeAll(async () => {
  service = await TestService.start();
  for (const clientId of [SHOP, BANK, SECURITIES]) await events(clientId);
});
afterAll(async () => {
  // Whatever these tests did: each end of an authentication and of a registration was told, and none was told twice.
  try {
    await eventually('an event for each end', async () => (await service.rows.webhooks.untold()).length === 0);
  } finally {
    expect(await service.rows.webhooks.untold()).toEqual([]);
    await service.stop();
  }
});
beforeEach(() => service.rows.budgets.clearStarts());

async function events(clientId: string): Promise<Told[]> {
  const options = { clientId };
  return (await service.call<{ events: Told[] }>('GET', '/v1/webhook-events?limit=500', undefined, options)).body
    .events;
}

/** The events about an object, the first first. */
const about = async (id: string, clientId = SHOP): Promise<Told[]> =>
  (await events(clientId)).filter(({ data }) => Object.values(data).includes(id)).reverse();
const typesAbout = async (id: string, clientId = SHOP): Promise<string[]> =>
  (await about(id, clientId)).map(({ type }) => type);
const told = (id: string, type: string, clientId = SHOP): Promise<Told> =>
  eventually(`${type} about ${id}`, async () => (await about(id, clientId)).find((one) => one.type === type));

const started = async (person: TestPerson, options: Parameters<TestService['start']>[1] = {}): Promise<string> => {
  const answer = await service.start(person, options);
  expect(answer.status).toBe(201);
  return answer.body.id;
};
const wrongFiveTimes = async (id: string, wrong = '000000'): Promise<void> => {
  for (let times = 1; times <= 5; times += 1) expect((await service.verify(id, wrong)).status).toBe(422);
};
const registered = async (clientId: string, device: { serialNumber: string }, person: TestPerson): Promise<string> => {
  const { phoneNumber, birthDate, genderDigit } = person;
  const body = { phoneNumber, birthDate, genderDigit, serialNumber: device.serialNumber, vendorCode: '301' };
  const answer = await service.call<{ id: string }>('POST', '/v1/registrations', body, { clientId });
  expect(answer.status).toBe(201);
  return answer.body.id;
};
const confirm = async ({ phone }: Subscriber, id: string): Promise<void> => {
  await phone.confirmRegistration(
    (await phone.registrations()).find((one) => one.id === id)!,
    TEST_PIN,
  );
};

describe('events of authentications', () => {
  it('the opening and the verification of a person are told, without anything about the person', async () => {
    const subscriber = await service.subscriber();
    const id = await started(subscriber.person);
    const code = await service.codeOf(subscriber, id);
    expect((await service.verify(id, code)).status).toBe(200);
    const [opened, verified, ...more] = await about(id);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({
      type: 'authentication.opened',
      data: { id, state: 'opened', channel: 'push', closedAt: null },
    });
    expect(verified).toEqual({
      id: expect.stringMatching(/^msg_/),
      type: 'authentication.verified',
      timestamp: verified!.data['closedAt'],
      data: { id, state: 'verified', channel: 'push', closedAt: expect.stringMatching(/\.\d{3}Z$/) },
    });
  });

  it('five wrong codes are told alike of a subscriber, of a person with SMS and of nobody', async () => {
    const subscriber = await service.subscriber();
    const line = await service.addLine();
    const ids = [await started(subscriber.person), await started(line), await started(NOBODY)];
    for (const id of ids) {
      await wrongFiveTimes(id, id === ids[1] ? otherThan(await service.textedCode(line.phoneNumber)) : undefined);
      expect(await about(id)).toEqual([
        expect.objectContaining({
          type: 'authentication.failed',
          data: expect.objectContaining({ id, state: 'failed' }),
        }),
      ]);
    }
  });

  it('what a person declines is told with the reason', async () => {
    const { person, phone } = await service.subscriber();
    const id = await started(person);
    await phone.decline(id, 'not_me');
    expect(await about(id)).toEqual([
      expect.objectContaining({
        type: 'authentication.declined',
        data: { id, state: 'declined', channel: 'push', reason: 'not_me', closedAt: expect.any(String) },
      }),
    ]);
  });

  it('a newer start tells the end of the older one, whoever is named', async () => {
    const { person } = await service.subscriber();
    for (const one of [person, NOBODY]) {
      const older = await started(one);
      const newer = await started(one);
      expect(await typesAbout(older)).toEqual(['authentication.cancelled']);
      expect(await typesAbout(newer)).toEqual([]);
      await service.call('DELETE', `/v1/authentications/${newer}`);
      expect(await typesAbout(newer)).toEqual(['authentication.cancelled']);
    }
  });

  it('expiry is told within two seconds, and of a subscriber, of SMS and of nobody at the same instant', async () => {
    const { person } = await service.subscriber();
    const ids = [await started(person), await started(await service.addLine()), await started(NOBODY)];
    await service.rows.authentications.expirePending();
    const expiredAt = Date.now();
    const all = await Promise.all(ids.map((id) => told(id, 'authentication.expired')));
    expect(Date.now() - expiredAt).toBeLessThan(60_000);
    expect(new Set(all.map(({ timestamp }) => timestamp)).size).toBe(1);
    for (const [at, id] of ids.entries()) {
      expect(await about(id)).toEqual([all[at]]);
      expect(all[at]!.data).toEqual({
        id,
        state: 'expired',
        channel: at === 0 ? 'push' : 'sms',
        closedAt: all[at]!.timestamp,
      });
    }
  });

  it('a code that the phone computes is told as verified, and five wrong ones as failed', async () => {
    const { person, phone } = await otpSubscriber(service);
    const { phoneNumber, birthDate, genderDigit } = person;
    const body = { phoneNumber, birthDate, genderDigit, purpose: '로그인', method: 'otp' };
    const begin = async () => (await service.call<{ id: string }>('POST', '/v1/authentications', body)).body.id;
    const failed = await begin();
    await wrongFiveTimes(failed, otherThan(await codeAt(service, phone)));
    expect(await about(failed)).toMatchObject([{ type: 'authentication.failed', data: { channel: 'otp' } }]);
    await service.rows.authenticators.unlockAll();
    const right = await begin();
    expect((await service.verify(right, await codeAt(service, phone))).status).toBe(200);
    expect(await about(right)).toMatchObject([{ type: 'authentication.verified', data: { channel: 'otp' } }]);
  });

  it.each<[string, (lineId: string, subscriptionId: string) => Promise<unknown>]>([
    [
      'the carrier reports that the number left',
      (lineId) => service.sendEvent(lineId, 'ported-out', { newCarrier: 'KT' }, 1),
    ],
    ['the carrier reports another SIM', (lineId) => service.sendEvent(lineId, 'sim-swapped', undefined, 1)],
    ['the call centre suspends the subscription', (_line, id) => service.operate(id, 'report-loss')],
    ['the call centre cancels the subscription', (_line, id) => service.operate(id, 'cancel')],
  ])('what is under way is told as cancelled when %s', async (_case, happens) => {
    const { person, subscriptionId } = await service.subscriber();
    const id = await started(person);
    await happens(person.lineId, subscriptionId);
    expect(await about(id)).toMatchObject([{ type: 'authentication.cancelled', data: { id, state: 'cancelled' } }]);
  });

  it('a code by SMS that the person no longer permits is told as cancelled', async () => {
    const { person, phone } = await service.subscriber();
    await started(person);
    await phone.permitSms(await service.rows.clients.idOf(SHOP), TEST_PIN);
    const id = await started(person);
    const [permission] = (await phone.smsPermissions()).permissions;
    await phone.endSms(permission!.id);
    expect(await about(id)).toMatchObject([{ type: 'authentication.cancelled', data: { channel: 'sms' } }]);
  });

  it('what a test person does is told like any other, and says that it is a test', async () => {
    await service.rows.clients.setTestSecret(SHOP, 'test_secret');
    const form = { grant_type: 'client_credentials', client_id: SHOP, client_secret: 'test_secret' };
    const answer = await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const person = { phoneNumber: '010-0000-0001', birthDate: '900101', genderDigit: '1' };
    const headers = { Authorization: `Bearer ${token}` };
    const id = await started(person, { headers });
    expect((await told(id, 'authentication.verified')).data).toEqual({
      id,
      state: 'verified',
      channel: 'push',
      closedAt: expect.stringMatching(/Z$/),
      test: true,
    });
    expect((await typesAbout(id)).sort()).toEqual(['authentication.opened', 'authentication.verified']);
    // A worker writes an opening some time later: whatever ends the authentication before it does tells the opening too.
    const subscriber = { ...person, phoneNumber: '010-0000-0010' };
    const ends = {
      verified: async (one: string) => {
        const { body } = await service.call<{ code: string }>('GET', `/v1/test/authentications/${one}`, undefined, {
          headers,
        });
        expect((await service.verify(one, body.code, { headers })).status).toBe(200);
      },
      cancelled: (one: string) => service.call('DELETE', `/v1/authentications/${one}`, undefined, { headers }),
      // A newer start cancels it.
      superseded: () => started(subscriber, { headers }),
    };
    for (const end of [ends.verified, ends.cancelled, ends.superseded]) {
      const one = await started(subscriber, { headers });
      await service.rows.testAuthentications.age(one, 2);
      await end(one);
      const [opened, ended, ...more] = await about(one);
      expect([more, ended?.type]).toEqual([
        [],
        end === ends.verified ? 'authentication.verified' : 'authentication.cancelled',
      ]);
      expect(opened).toMatchObject({
        type: 'authentication.opened',
        data: { state: 'opened', closedAt: null, test: true },
      });
    }
  });

  it('what happens to a subscriber is told to those who verified the person, by their own subject, and to no other', async () => {
    const subscriber = await service.subscriber();
    const { lineId } = subscriber.person;
    const subjects: Record<string, string> = {};
    for (const clientId of [SHOP, BANK]) {
      const id = await started(subscriber.person, { clientId });
      const verified = await service.verify(id, await service.codeOf(subscriber, id), { clientId });
      subjects[clientId] = (verified.body['result'] as { subject: string }).subject;
    }
    // Nothing about the person.
    await service.sendEvent(lineId, 'suspended', undefined, 10);
    await service.sendEvent(lineId, 'sim-swapped', undefined, 11);
    await service.sendEvent(lineId, 'sim-swapped', undefined, 12);
    await service.sendEvent(lineId, 'owner-changed', { owner: { birthDate: '710101', genderDigit: '2' } }, 13);
    const changes = ['sim_swapped', 'sim_swapped', 'owner_changed'];
    for (const [clientId, subject] of Object.entries(subjects)) {
      expect((await about(subject, clientId)).map(({ type, data }) => ({ type, data }))).toEqual(
        changes.map((change) => ({ type: 'subject.changed', data: { subject, change } })),
      );
    }
    expect(subjects[SHOP]).not.toBe(subjects[BANK]);
    expect((await events(SECURITIES)).filter(({ type }) => type === 'subject.changed')).toEqual([]);
    const other = await service.subscriber();
    const id = await started(other.person);
    const { body } = await service.verify(id, await service.codeOf(other, id));
    await service.sendEvent(other.person.lineId, 'ported-out', { newCarrier: 'KT' }, 10);
    const { subject } = body['result'] as { subject: string };
    expect(await about(subject)).toMatchObject([{ data: { subject, change: 'ended' } }]);
  });

  it('a change reaches all who verified this person on this line, also before the subscription, and none who verified another owner', async () => {
    const line = await service.addLine();
    const { lineId, phoneNumber } = line;
    /** Verified by SMS: the person has no phone. */
    const verifiedAt = async (clientId: string, owner: Partial<TestPerson> = {}): Promise<string> => {
      const earlier = service.smsc.received.length;
      const id = await started({ ...line, ...owner }, { clientId });
      const sms = await eventually('a code by text message', () =>
        service.smsc.received.slice(earlier).find(({ to, text }) => to === phoneNumber && text.includes('인증번호')),
      );
      const { body } = await service.verify(id, /\[(\d{6})\]/.exec(sms.text)![1]!, { clientId });
      return (body['result'] as { subject: string }).subject;
    };
    const changesOf = async (subject: string, clientId: string) =>
      (await about(subject, clientId)).map(({ data }) => data['change']);
    const shop = await verifiedAt(SHOP);
    const earlier = await service.subscribe(line);
    const bank = await verifiedAt(BANK);
    await service.operate(earlier.subscriptionId, 'cancel');
    const present = await service.subscribe(line);
    expect(await service.sendEvent(lineId, 'sim-swapped', undefined, 10)).toBe('applied');
    for (const [subject, clientId] of [
      [shop, SHOP],
      [bank, BANK],
    ] as const) {
      expect(await changesOf(subject, clientId)).toEqual(['ended', 'sim_swapped']);
    }
    // A snapshot tells of another owner, who is another person at the shop.
    const owner = { birthDate: '710101', genderDigit: '2' };
    const facts = { lineId, phoneNumber, carrier: 'SKT', status: 'active', holder: 'self', owner, plan: 'postpaid' };
    const handset = { os: 'android', osVersion: '14', formFactor: 'phone' };
    const body = { ...facts, handset };
    expect((await service.call('PUT', `/carrier/v1/lines/${lineId}`, body, { scope: 'carrier' })).status).toBe(200);
    expect(await service.rows.subscriptions.of(present.subscriptionId)).toMatchObject({ reason: 'owner_changed' });
    for (const [subject, clientId] of [
      [shop, SHOP],
      [bank, BANK],
    ] as const) {
      expect(await changesOf(subject, clientId)).toEqual(['ended', 'sim_swapped', 'owner_changed']);
    }
    const changed = async (clientId: string) =>
      (await events(clientId)).filter(({ type }) => type === 'subject.changed');
    const toldBank = await changed(BANK);
    const next = await verifiedAt(SHOP, owner);
    const { subscriptionId } = await service.subscribe(line);
    await service.operate(subscriptionId, 'cancel');
    expect(await changesOf(next, SHOP)).toEqual(['ended']);
    // Of the new owner, those who verified the former one learn nothing.
    expect(await changesOf(shop, SHOP)).toHaveLength(3);
    expect(await changed(BANK)).toEqual(toldBank);
    expect(await changed(SECURITIES)).toEqual([]);
  });

  it('a verification that cannot be read stops no suspension, and the other relying parties are told', async () => {
    const subscriber = await service.subscriber();
    const verifiedAt = async (clientId: string) => {
      const id = await started(subscriber.person, { clientId });
      const { body } = await service.verify(id, await service.codeOf(subscriber, id), { clientId });
      return { id, subject: (body['result'] as { subject: string }).subject };
    };
    const [shop, bank] = [await verifiedAt(SHOP), await verifiedAt(BANK)];
    await service.rows.authentications.spoilPerson(shop.id);
    expect(await service.sendEvent(subscriber.person.lineId, 'sim-swapped', undefined, 10)).toBe('applied');
    expect(await service.rows.subscriptions.of(subscriber.subscriptionId)).toMatchObject({
      suspensions: ['sim_swapped'],
    });
    expect(await about(bank.subject, BANK)).toMatchObject([{ data: { change: 'sim_swapped' } }]);
    expect(await about(shop.subject, SHOP)).toEqual([]);
  });

  it('events go to the relying party that asked, and to no other', async () => {
    const id = await started(NOBODY);
    await service.call('DELETE', `/v1/authentications/${id}`);
    expect(await typesAbout(id)).toEqual(['authentication.cancelled']);
    for (const other of [BANK, SECURITIES]) expect(await typesAbout(id, other)).toEqual([]);
  });
});

describe('events of hosted windows', () => {
  const open = async (): Promise<{ id: string; ask: (path: string, body?: object) => Promise<Answer> }> => {
    const body = { purpose: '회원가입', returnUrl: `${service.issuer}/demo/return`, state: 'x', locale: 'ko' };
    const { windowId } = (await service.call<{ windowId: string }>('POST', '/v1/windows', body)).body;
    const page = await fetch(`${service.issuer}/windows/${windowId}`);
    const [cookie = ''] = page.headers.getSetCookie()[0]!.split(';');
    const ask = async (path: string, asked: object = {}) => {
      const answer = await fetch(`${service.issuer}/windows/${windowId}/${path}`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify(asked),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : {}) as never };
    };
    return { id: windowId, ask };
  };
  const inputs = ({ phoneNumber, birthDate, genderDigit }: TestPerson) => ({ phoneNumber, birthDate, genderDigit });

  it('a window is told as closed with the end of its authentication, once', async () => {
    const line = await service.addLine();
    const window = await open();
    expect((await window.ask('authentication', inputs(line))).status).toBe(201);
    const verified = await window.ask('verification', { code: await service.textedCode(line.phoneNumber) });
    expect(verified.body).toMatchObject({ state: 'verified' });
    const [closed, ...more] = await about(window.id);
    expect(more).toEqual([]);
    const authenticationId = String(closed?.data['authenticationId']);
    expect(closed).toMatchObject({ type: 'window.closed', data: { windowId: window.id, state: 'closed' } });
    expect((await typesAbout(authenticationId)).sort()).toEqual(['authentication.verified', 'window.closed']);
  });

  it('a window that goes on with the other method is not closed by the end of the first one', async () => {
    const { person, phone } = await otpSubscriber(service);
    const window = await open();
    await window.ask('authentication', inputs(person));
    await service.rows.budgets.clearStarts();
    expect((await window.ask('method', { method: 'otp' })).body).toMatchObject({ channel: 'otp' });
    expect(await about(window.id)).toEqual([]);
    const verified = await window.ask('verification', { code: await codeAt(service, phone) });
    expect(verified.body).toMatchObject({ state: 'verified' });
    expect(await about(window.id)).toMatchObject([{ type: 'window.closed', data: { state: 'closed' } }]);
  });

  it('a window whose authentication expires is told as closed, and one that nobody used as expired', async () => {
    const [used, unused] = [await open(), await open()];
    await used.ask('authentication', inputs(NOBODY));
    await service.rows.authentications.expirePending();
    await service.rows.windows.expire(unused.id);
    expect((await told(used.id, 'window.closed')).data).toMatchObject({ state: 'closed' });
    expect((await told(unused.id, 'window.closed')).data).toEqual({
      windowId: unused.id,
      state: 'expired',
      authenticationId: null,
    });
  });
});

describe('events of registrations and Smart OTPs', () => {
  let subscriber: Subscriber;
  let device: Awaited<ReturnType<typeof smartOtp>>;
  const smartOtpEvents = async (serialNumber = device.serialNumber) =>
    (await about(serialNumber, BANK)).map(({ type, data }) => [type, data]);

  beforeEach(async () => {
    subscriber = await service.subscriber();
    device = await smartOtp(service, subscriber.person);
    await service.rows.budgets.clearStarts();
  });

  it('a Smart OTP is told to its institution when it is enrolled and when it is revoked', async () => {
    const named = { serialNumber: device.serialNumber, vendorCode: '301' };
    expect(await smartOtpEvents()).toEqual([['smart_otp.enrolled', named]]);
    await smartOtp(service, subscriber.person);
    expect(await smartOtpEvents()).toEqual([
      ['smart_otp.enrolled', named],
      ['smart_otp.revoked', named],
    ]);
    expect((await events(SHOP)).filter(({ type }) => type.startsWith('smart_otp'))).toEqual([]);
  });

  it('five wrong signatures lock a Smart OTP, which its institution is told once', async () => {
    const { id } = (await startSigning(service, subscriber.person)).body;
    const code = await signedBy(device, id);
    const verify = (typed: string, at = id) =>
      service.call(
        'POST',
        `/v1/authentications/${at}/verification`,
        { code: typed, transaction: TRANSFER },
        { clientId: BANK },
      );
    for (let times = 1; times <= 5; times += 1) await verify(otherThan(code).padEnd(8, '0'));
    await service.rows.budgets.clearStarts();
    const next = (await startSigning(service, subscriber.person)).body.id;
    await verify('00000000', next);
    expect((await smartOtpEvents()).map(([type]) => type)).toEqual(['smart_otp.enrolled', 'smart_otp.locked']);
    expect(await typesAbout(id, BANK)).toEqual(['authentication.opened', 'authentication.failed']);
  });

  it('a registration is told when the person confirms it, and when each of the others ends it', async () => {
    const first = await registered(SECURITIES, device, subscriber.person);
    expect(await typesAbout(first, SECURITIES)).toEqual([]);
    await confirm(subscriber, first);
    expect(await about(first, SECURITIES)).toMatchObject([
      { type: 'registration.activated', data: { id: first, state: 'active' } },
    ]);
    // What it asked on the ground of the registration ends with it.
    const asked = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body.id;
    await service.call('DELETE', `/v1/registrations/${first}`, undefined, { clientId: SECURITIES });
    expect(await typesAbout(first, SECURITIES)).toEqual(['registration.activated', 'registration.revoked']);
    expect(await typesAbout(asked, SECURITIES)).toEqual(['authentication.cancelled']);

    const second = await registered(SECURITIES, device, subscriber.person);
    const third = await registered(SECURITIES, device, subscriber.person);
    expect(await typesAbout(second, SECURITIES)).toEqual(['registration.revoked']);
    await confirm(subscriber, third);
    const fourth = await registered(SECURITIES, device, subscriber.person);
    await confirm(subscriber, fourth);
    expect(await typesAbout(third, SECURITIES)).toEqual(['registration.activated', 'registration.revoked']);
    await subscriber.phone.revokeRegistration(fourth);
    expect(await typesAbout(fourth, SECURITIES)).toEqual(['registration.activated', 'registration.revoked']);

    await service.rows.budgets.clearStarts();
    const declined = await registered(SECURITIES, device, subscriber.person);
    await subscriber.phone.declineRegistration(declined);
    expect(await typesAbout(declined, SECURITIES)).toEqual(['registration.declined']);
  });

  it('a registration ends with its device, and expires alike for a subscriber and for nobody', async () => {
    const active = await registered(SECURITIES, device, subscriber.person);
    await confirm(subscriber, active);
    const pending = [
      await registered(BANK, device, NOBODY),
      await registered(SECURITIES, { serialNumber: 'PG-0000-0000-0000' }, NOBODY),
    ];
    await service.rows.authenticators.expirePending();
    const [bank, securities] = [
      await told(pending[0]!, 'registration.expired', BANK),
      await told(pending[1]!, 'registration.expired', SECURITIES),
    ];
    expect(bank.timestamp).toBe(securities.timestamp);
    expect(bank.data).toEqual({ id: pending[0], state: 'expired' });

    await service.operate(subscriber.subscriptionId, 'cancel');
    expect(await typesAbout(active, SECURITIES)).toEqual(['registration.activated', 'registration.revoked']);
    expect((await smartOtpEvents()).map(([type]) => type)).toEqual(['smart_otp.enrolled', 'smart_otp.revoked']);
  });
});

describe('the statements', () => {
  /** Those that change no state, or rows that have ended long ago. */
  const SILENT = new Set([
    'authentication_purge',
    'authentication_resend',
    // A number alone: nothing is told of it.
    'authentication_try_declined',
    'not_me_say',
    'past_authentication_move',
    'registration_purge',
    'registration_purge_keys',
    'retention_erase_lines',
    'retention_erase_on_request',
    'retention_erase_subscriptions',
  ]);

  it('each that changes an authentication or a registration records events', async () => {
    const rows = (await readFile('test/contract/statements.md', 'utf8')).split('\n').map((line) => line.split(' | '));
    const writing = rows.flatMap(([name = '', _room, _reads, ...writes]) => {
      const written = writes.join(' ');
      const isAbout = /\b(authentications|registrations)\b/.test(written.replace(/\([^)]*\)/g, ''));
      return isAbout ? [[name.replace(/^\| /, ''), written.includes('webhook_events')] as const] : [];
    });
    expect(writing.length).toBeGreaterThan(15);
    expect(writing.filter(([name, isTold]) => isTold === SILENT.has(name)).map(([name]) => name)).toEqual([]);
  });
});
