import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { seoulDay } from '../../src/domain/person.ts';
import { eventually } from '../support/eventually.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import {
  answerOf,
  otherThan,
  TEST_PIN,
  TestService,
  type Answer,
  type Subscriber,
  type TestPerson,
} from '../support/service.ts';

const DAY = 86_400_000;
/** YYMMDD in Seoul, this many days from today. */
const birthDateIn = (days: number) =>
  seoulDay(new Date(Date.now() + days * DAY))
    .replaceAll('-', '')
    .slice(2);
/** A number that belongs to no line: no fixture uses the prefix 019. */
const unknownNumber = () => `+8219${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
const unknownPerson = (): TestPerson => ({ phoneNumber: unknownNumber(), birthDate: '900101', genderDigit: '1' });

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const see = (id: string, query = '') => service.call('GET', `/v1/authentications/${id}${query}`);
const resend = (id: string) => service.call('POST', `/v1/authentications/${id}/resend`);
const cancel = (id: string) => service.call('DELETE', `/v1/authentications/${id}`);
/** Text messages with a code. */
const textsTo = (number: string) =>
  service.smsc.received.filter(({ to, text }) => to === number && text.includes('인증번호'));
const rewindSending = (id: string, seconds = 30) => service.rows.authentications.rewindSending(id, seconds);
const expire = (id: string) => service.rows.authentications.expire(id);
/** Resolves once every delivery of an authentication is done or abandoned. */
const delivered = (id: string) => service.rows.deliveries.untilDone(id);

describe('the start', () => {
  const right = { birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0001', purpose: '회원가입' };
  const start = (change: Record<string, unknown>) =>
    service.call('POST', '/v1/authentications', { ...right, phoneNumber: unknownNumber(), ...change });

  it.each<[string, Record<string, unknown>, ...string[]]>([
    ['no birthDate', { birthDate: undefined }, '/birthDate'],
    ['a birthDate that is null', { birthDate: null }, '/birthDate'],
    ['a birthDate that is a number', { birthDate: 900101 }, '/birthDate'],
    ['a birthDate in a list', { birthDate: ['900101'] }, '/birthDate'],
    ['a birthDate of eight digits', { birthDate: '19900101' }, '/birthDate'],
    ['a birthDate with a line break', { birthDate: '900101\n' }, '/birthDate'],
    ['a birthDate in full-width digits', { birthDate: '９００１０１' }, '/birthDate'],
    ['the 29th of February of a common year', { birthDate: '010229', genderDigit: '3' }, '/birthDate'],
    ['the 29th of February 1900', { birthDate: '000229', genderDigit: '1' }, '/birthDate'],
    ['the 31st of April', { birthDate: '900431' }, '/birthDate'],
    ['month 13', { birthDate: '901301' }, '/birthDate'],
    ['month 0', { birthDate: '900001' }, '/birthDate'],
    ['day 0', { birthDate: '900100' }, '/birthDate'],
    ['a day to come', { birthDate: birthDateIn(2), genderDigit: '3' }, '/birthDate'],
    ['a foreigner’s day to come', { birthDate: birthDateIn(2), genderDigit: '8' }, '/birthDate'],
    ['no genderDigit', { genderDigit: undefined }, '/genderDigit'],
    ['a genderDigit that is a number', { genderDigit: 1 }, '/genderDigit'],
    ['two gender digits', { genderDigit: '11' }, '/genderDigit'],
    ['a genderDigit that is a letter', { genderDigit: 'M' }, '/genderDigit'],
    ['an empty genderDigit', { genderDigit: '' }, '/genderDigit'],
    ['no phoneNumber', { phoneNumber: undefined }, '/phoneNumber'],
    ['a phoneNumber that is a number', { phoneNumber: 1012345678 }, '/phoneNumber'],
    ['an empty phoneNumber', { phoneNumber: '' }, '/phoneNumber'],
    ['a phoneNumber of 33 characters', { phoneNumber: '0'.repeat(33) }, '/phoneNumber'],
    ['a number of Seoul', { phoneNumber: '02-123-4567' }, '/phoneNumber'],
    ['a business’s number', { phoneNumber: '1588-1234' }, '/phoneNumber'],
    ['a number of Seoul in E.164', { phoneNumber: '+82212345678' }, '/phoneNumber'],
    ['a 010 number with a digit too few', { phoneNumber: '010-123-4567' }, '/phoneNumber'],
    ['a number with letters', { phoneNumber: '010-1234-567O' }, '/phoneNumber'],
    ['a number without a plus sign', { phoneNumber: '821012345678' }, '/phoneNumber'],
    ['no purpose', { purpose: undefined }, '/purpose'],
    ['a purpose that is a number', { purpose: 5 }, '/purpose'],
    ['an empty purpose', { purpose: '' }, '/purpose'],
    ['a purpose of blanks', { purpose: '   ' }, '/purpose'],
    ['a purpose of 41 characters', { purpose: '가'.repeat(41) }, '/purpose'],
    ['a purpose of 41 emoji', { purpose: '🐯'.repeat(41) }, '/purpose'],
    ['a purpose with a line break', { purpose: '회원\n가입' }, '/purpose'],
    ['a purpose with a zero byte', { purpose: '회원\0가입' }, '/purpose'],
    ['a purpose with an escape', { purpose: '\u001b[2J' }, '/purpose'],
    ['a purpose written backwards', { purpose: '\u202e입가원회' }, '/purpose'],
    ['a purpose with an invisible blank', { purpose: '회원\u200b가입' }, '/purpose'],
    ['a purpose with a line separator', { purpose: '회원\u2028가입' }, '/purpose'],
    ['an unknown field', { carrier: 'SKT' }, '/carrier'],
    ['an unknown field with a slash in its name', { 'a/b~c': 1 }, '/a~1b~0c'],
    ['several faults at once', { birthDate: 'x', purpose: '', x: 1 }, '/birthDate', '/purpose', '/x'],
    ['two faults found only by reading', { birthDate: '900230', phoneNumber: '1' }, '/birthDate', '/phoneNumber'],
  ])('the start refuses %s and names the field', async (_case, change, ...pointers) => {
    expectFaults(await start(change), ...pointers);
  });

  it.each(['toString', 'constructor', 'hasOwnProperty', 'valueOf', '__proto__'])(
    'an unknown field is refused, and in endUser dropped, even with the name of a member of every object: %s',
    async (name) => {
      for (const value of ['x', 5, null, {}, { prototype: {} }, [[name]]]) {
        expectFaults(await start({ [name]: value }), `/${name}`);
        expect((await start({ endUser: { ip: '203.0.113.7', [name]: value } })).status).toBe(201);
        expect((await start({ endUser: { browser: [{ [name]: value }] } })).status).toBe(201);
      }
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['a purpose of 40 characters', { purpose: '가'.repeat(40) }],
    ['a purpose of 40 emoji', { purpose: '🐯'.repeat(40) }],
    ['a purpose of 40 decomposed syllables', { purpose: '값'.repeat(40).normalize('NFD') }],
    ['a birth date of today', { birthDate: birthDateIn(0), genderDigit: '4' }],
    ['the 29th of February 2000', { birthDate: '000229', genderDigit: '3' }],
    ['a birth date of 1800', { birthDate: '000101', genderDigit: '9' }],
    ['no endUser', { endUser: undefined }],
    ['an empty endUser', { endUser: {} }],
    ['an address of IPv6', { endUser: { ip: '2001:db8::7' } }],
    ['an unknown field of endUser', { endUser: { ip: '203.0.113.7', port: 1 } }],
    ['an endUser that is a text', { endUser: '203.0.113.7' }],
    ['an endUser that is a list', { endUser: [] }],
    ['an endUser that is null', { endUser: null }],
    ['an address that is none', { endUser: { ip: '203.0.113' } }],
    ['an address that is a number', { endUser: { ip: 7, userAgent: ['x'] } }],
    ['a user agent of 5,000 characters', { endUser: { userAgent: '가'.repeat(5000) } }],
    ['a number of another country', { phoneNumber: '+14155550132' }],
  ])('the start accepts %s', async (_case, change) => {
    expect((await start(change)).status).toBe(201);
  });

  it.each(['-', ''])(
    'the start accepts a Korean mobile number with or without hyphens ("%s"), or E.164',
    async (hyphen) => {
      const person = await service.addLine();
      const [, middle = '', last = ''] = /^\+8210(\d{4})(\d{4})$/.exec(person.phoneNumber) ?? [];
      for (const phoneNumber of [['010', middle, last].join(hyphen), person.phoneNumber]) {
        const { body } = await service.start({ ...person, phoneNumber });
        await delivered(body.id);
      }
      expect(textsTo(person.phoneNumber)).toHaveLength(2);
    },
  );

  it('the start accepts a number of the withdrawn prefixes with seven digits', async () => {
    const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, '0');
    const person = await service.addLine({ phoneNumber: `+8211${digits}` });
    const { body } = await service.start({
      ...person,
      phoneNumber: `011-${digits.slice(0, 3)}-${digits.slice(3)}`,
    });
    expect((await service.verify(body.id, await service.textedCode(person.phoneNumber))).status).toBe(200);
  });

  it.each([
    ['900101', '1', '1990-01-01', 'male', false],
    ['900101', '2', '1990-01-01', 'female', false],
    ['010203', '3', '2001-02-03', 'male', false],
    ['010203', '4', '2001-02-03', 'female', false],
    ['880229', '5', '1988-02-29', 'male', true],
    ['880229', '6', '1988-02-29', 'female', true],
    ['010203', '7', '2001-02-03', 'male', true],
    ['010203', '8', '2001-02-03', 'female', true],
    ['991231', '9', '1899-12-31', 'male', false],
    ['991231', '0', '1899-12-31', 'female', false],
  ])(
    'the start reads %s-%s as born on %s, %s, a foreigner: %s',
    async (birthDate, genderDigit, born, gender, foreigner) => {
      const person = await service.addLine({ owner: { birthDate, genderDigit } });
      const { id } = (await service.start(person)).body;
      const { body } = await service.verify(id, await service.textedCode(person.phoneNumber));
      expect(body['result']).toMatchObject({ birthDate: born, gender, foreigner });
    },
  );

  it('the start answers the id, the channel, the state, three minutes and five attempts, and nothing else', async () => {
    const before = Date.now();
    const { status, body } = await service.start(await service.addLine());
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[\w-]{16,}$/),
      channel: 'sms',
      state: 'pending',
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      attemptsLeft: 5,
    });
    expectSecondsAfter(before, 180, body.expiresAt);
  });

  it('the start cancels the older pending authentication of this relying party and person, and no other', async () => {
    const person = await service.addLine();
    const older = (await service.start(person)).body;
    const elsewhere = (await service.start(person, { clientId: 'demo-bank' })).body;
    const other = (await service.start(await service.addLine())).body;
    const code = await service.textedCode(person.phoneNumber);
    const newer = (await service.start(person)).body;
    expectProblem(await service.verify(older.id, code), 409, 'authentication_closed', { state: 'cancelled' });
    expect((await see(older.id)).body['state']).toBe('cancelled');
    expect((await see(newer.id)).body['state']).toBe('pending');
    expect((await see(other.id)).body['state']).toBe('pending');
    const bank = await service.call('GET', `/v1/authentications/${elsewhere.id}`, undefined, { clientId: 'demo-bank' });
    expect(bank.body['state']).toBe('pending');
  });
});

describe('a person who is no subscriber', () => {
  it('a person who is no subscriber gets a code by SMS, and is verified by it with acr and amr of SMS', async () => {
    const person = await service.addLine();
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('sms');
    const code = await service.textedCode(person.phoneNumber);
    const { status, body } = await service.verify(id, code);
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({ phoneNumber: person.phoneNumber, channel: 'sms' });
    expect(claimsOf(body['assertion'])).toMatchObject({ acr: 'sms', amr: ['sms', 'otp'] });
    expect(textsTo(person.phoneNumber)).toHaveLength(1);
  });

  it('a person who is no subscriber learns the relying party from the text', async () => {
    const person = await service.addLine();
    await service.start(person);
    await service.textedCode(person.phoneNumber);
    expect(textsTo(person.phoneNumber)[0]?.text).toContain('한빛서점');
  });

  it('a person who is no subscriber is still served by SMS while the subscription waits for its first device', async () => {
    const person = await service.addLine();
    const { enrolmentCode } = await service.subscribe(person);
    const before = (await service.start(person)).body;
    expect(before.channel).toBe('sms');
    expect((await service.verify(before.id, await service.textedCode(person.phoneNumber))).status).toBe(200);
    await service.enrol(enrolmentCode);
    expect((await service.start(person)).body.channel).toBe('sms');
  });

  it('a person who is no subscriber gets the same SMS code again by resend', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    await service.textedCode(person.phoneNumber);
    await rewindSending(id);
    expect((await resend(id)).status).toBe(202);
    const [first, second] = await eventually('two text messages', () => {
      const texts = textsTo(person.phoneNumber);
      return texts.length === 2 && texts;
    });
    expect(second?.text).toBe(first?.text);
  });
});

describe('a person whose data matches no line', () => {
  const decoys: [string, () => Promise<TestPerson>][] = [
    ['an unknown number', async () => unknownPerson()],
    ['another birth date', async () => ({ ...(await service.addLine()), birthDate: '900102' })],
    ['another gender digit', async () => ({ ...(await service.addLine()), genderDigit: '2' })],
    ['the other century’s gender digit', async () => ({ ...(await service.addLine()), genderDigit: '9' })],
    [
      'a subscriber’s number and another birth date',
      async () => ({ ...(await subscribedLine()), birthDate: '900102' }),
    ],
    ['a terminated line', async () => service.addLine({ status: 'terminated' })],
  ];
  const subscribedLine = async () => (await service.subscriber()).person;
  const rawStart = async (person: TestPerson) => {
    const { phoneNumber, birthDate, genderDigit } = person;
    const response = await fetch(`${service.issuer}/v1/authentications`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await service.token()}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  /** All properties of an answer that an attacker could compare. */
  const appearance = ({ status, headers, text }: Awaited<ReturnType<typeof rawStart>>) => ({
    status,
    headers: [...headers].map(([name, value]) => (name === 'date' ? name : `${name}: ${value}`)).sort(),
    shape: text.replace(/"id":"[\da-f-]{36}"/, '"id":""').replace(/"expiresAt":"[^"]{24}"/, '"expiresAt":""'),
    bytes: Buffer.byteLength(text),
  });

  it.each(decoys)(
    'a person whose data matches no line gets the answer of a known line: %s',
    async (_case, personOf) => {
      const known = await rawStart(await service.addLine());
      expect(appearance(await rawStart(await personOf()))).toEqual(appearance(known));
    },
  );

  it.each(decoys)(
    'a person whose data matches no line causes no message, and has no code: %s',
    async (_case, personOf) => {
      const person = await personOf();
      const pushes = service.fcm.received.length + service.apns.received.length;
      const { id } = (await service.start(person)).body;
      await delivered(id);
      expect(textsTo(person.phoneNumber)).toEqual([]);
      expect(service.fcm.received.length + service.apns.received.length).toBe(pushes);
      for (const attemptsLeft of [4, 3, 2, 1]) {
        expectProblem(await service.verify(id, '000000'), 422, 'code_mismatch', { attemptsLeft });
      }
      expectProblem(await service.verify(id, '000000'), 422, 'attempts_exhausted', { attemptsLeft: 0 });
    },
  );

  it('a person whose data matches no line has a stored value that is no code of six digits', async () => {
    const { id } = (await service.start(unknownPerson())).body;
    const { sms_code: kept } = await service.rows.authentications.codeOf(id);
    const text = service.keys.fields.decrypt(kept!, `authentications:sms_code:${id}`).toString();
    expect(text).toHaveLength(6);
    expect(text).not.toMatch(/^\d{6}$/);
  });

  it('a person whose data matches no line meets the same limits: resend, budget and cancellation', async () => {
    const person = unknownPerson();
    const { id } = (await service.start(person)).body;
    expectProblem(await resend(id), 429, 'too_many_requests');
    await rewindSending(id);
    expect((await resend(id)).status).toBe(202);
    expect((await cancel(id)).status).toBe(204);
    for (let starts = 2; starts <= 5; starts += 1) expect((await service.start(person)).status).toBe(201);
    expectProblem(await service.start(person), 429, 'too_many_requests');
  });
});

describe('a subscriber', () => {
  it('a subscriber is verified by the code that only the phone could read', async () => {
    const subscriber = await service.subscriber();
    const started = await service.start(subscriber.person);
    expect(started.body).toMatchObject({ channel: 'push', state: 'pending', attemptsLeft: 5 });
    const code = await service.codeOf(subscriber, started.body.id);
    const verified = await service.verify(started.body.id, code);
    expect(verified.status).toBe(200);
    expect(verified.body).toEqual({
      state: 'verified',
      result: {
        subject: expect.stringMatching(/^[\w-]{20,}$/),
        birthDate: '1990-01-01',
        gender: 'male',
        foreigner: false,
        phoneNumber: subscriber.person.phoneNumber,
        verifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        channel: 'push',
        // The first phone of a subscription was confirmed by none before it.
        recentlyEnrolled: true,
      },
      assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  it.each(['android', 'ios'] as const)('a subscriber gets a wake-up push without secrets, on %s', async (platform) => {
    const { person, pushToken } = await service.subscriber({ platform });
    const { id } = (await service.start(person)).body;
    const push = await service.pushed(pushToken, 'wake');
    expect(push.data).toEqual({ t: 'wake', id });
    expect(push.platform).toBe(platform);
    expect(push.alert?.body).toContain('Open the app');
    const readable = JSON.stringify(push.alert);
    for (const secret of ['한빛서점', '회원가입', person.phoneNumber.slice(-4)]) expect(readable).not.toContain(secret);
    expect(push.ttlSeconds).toBeGreaterThan(120);
    expect(push.ttlSeconds).toBeLessThanOrEqual(180);
    expect(push.collapseKey).toBe(id);
  });

  it.each(['android', 'ios'] as const)(
    'a subscriber gets the code as an encrypted data push, on %s',
    async (platform) => {
      const subscriber = await service.subscriber({ platform });
      const purpose = '🐯'.repeat(40);
      const { phoneNumber, birthDate, genderDigit } = subscriber.person;
      const { body } = await service.call<{ id: string }>('POST', '/v1/authentications', {
        phoneNumber,
        birthDate,
        genderDigit,
        purpose,
      });
      const code = await service.codeOf(subscriber, body.id);
      const push = await service.pushed(subscriber.pushToken, 'code');
      expect(Object.keys(push.data).sort()).toEqual(['envelope', 'id', 't']);
      expect(push.data['id']).toBe(body.id);
      const bytes = [...Object.entries(push.data), ...Object.entries(push.alert ?? {})].flat().join('');
      expect(Buffer.byteLength(bytes)).toBeLessThan(4096);
      expect(JSON.stringify(push.alert)).not.toContain(code);
      expect(push.ttlSeconds).toBeGreaterThan(120);
      expect(push.ttlSeconds).toBeLessThanOrEqual(180);
      expect(await subscriber.phone.receive(push.data)).toEqual({
        kind: 'code',
        v: 1,
        authenticationId: body.id,
        deviceId: subscriber.phone.deviceId,
        code,
        relyingParty: '한빛서점',
        purpose,
        expiresAt: expect.stringMatching(/Z$/),
      });
    },
  );

  it('a subscriber has no code before the PIN: none is in the database', async () => {
    const { person } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    const kept = await service.rows.authentications.codeOf(id);
    expect(kept).toEqual({ code_digest: null, sms_code: null, envelope: null });
  });

  it.each(['INTERNAL', 'INVALID_ARGUMENT', 'UNREGISTERED'] as const)(
    'a subscriber never gets a code by SMS, not even when the push platform answers %s',
    async (failure) => {
      const subscriber = await service.subscriber();
      service.fcm.answer(subscriber.pushToken, ...Array.from({ length: 20 }, () => failure));
      const { id, channel } = (await service.start(subscriber.person)).body;
      expect(channel).toBe('push');
      await rewindSending(id);
      expect((await resend(id)).status).toBe(202);
      const code = await service.codeOf(subscriber, id);
      await rewindSending(id);
      expect((await resend(id)).status).toBe(202);
      expect((await service.verify(id, code)).status).toBe(200);
      const deliveries = await service.rows.deliveries.of(id);
      expect(deliveries.filter(({ kind }) => kind === 'sms')).toEqual([]);
      expect(textsTo(subscriber.person.phoneNumber)).toEqual([]);
    },
  );

  it('a subscriber without any device is not served by SMS either: the authentication waits', async () => {
    const { person, phone } = await service.subscriber();
    await service.rows.devices.revoke(phone.deviceId);
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('push');
    await delivered(id);
    expect(textsTo(person.phoneNumber)).toEqual([]);
  });

  it('a subscriber who is suspended is answered like any other, and nothing can be opened', async () => {
    const { person, phone, subscriptionId, pushToken } = await service.subscriber();
    await service.operate(subscriptionId, 'report-loss');
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('push');
    await delivered(id);
    expect(await phone.pending()).toEqual([]);
    expect(service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake')).toEqual([]);
    expect(textsTo(person.phoneNumber)).toEqual([]);
  });
});

describe('the verification', () => {
  it('the verification answers how many tries are left, and none at the fifth wrong code', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expectProblem(await service.verify(id, otherThan(code)), 422, 'code_mismatch', { attemptsLeft });
      expect((await see(id)).body['attemptsLeft']).toBe(attemptsLeft);
    }
    expectProblem(await service.verify(id, otherThan(code)), 422, 'attempts_exhausted', { attemptsLeft: 0 });
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'failed' });
    expect((await see(id)).body).toMatchObject({ state: 'failed', attemptsLeft: 0 });
  });

  it('the verification accepts the right code at the fifth try', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    for (let tries = 1; tries <= 4; tries += 1) await service.verify(id, otherThan(code));
    expect((await service.verify(id, code)).status).toBe(200);
  });

  it('a verification before the app opened the authentication counts as an attempt like any other', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expectProblem(await service.verify(id, '123456'), 422, 'code_mismatch', { attemptsLeft });
    }
    const code = await service.codeOf(subscriber, id);
    expectProblem(await service.verify(id, otherThan(code)), 422, 'attempts_exhausted', { attemptsLeft: 0 });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['five digits', { code: '12345' }, '/code'],
    ['seven digits', { code: '1234567' }, '/code'],
    ['a number', { code: 123456 }, '/code'],
    ['letters', { code: '12345a' }, '/code'],
    ['digits of another script', { code: '١٢٣٤٥٦' }, '/code'],
    ['null', { code: null }, '/code'],
    ['no code', {}, '/code'],
    ['an unknown field', { code: '123456', pin: '1' }, '/pin'],
  ])('the verification refuses a code of %s without counting it', async (_case, body, pointer) => {
    const { id } = (await service.start(unknownPerson())).body;
    expectFaults(await service.call('POST', `/v1/authentications/${id}/verification`, body), pointer);
    expect((await see(id)).body['attemptsLeft']).toBe(5);
  });

  it('the verification succeeds once: later requests learn that it is verified', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    await service.verify(id, code);
    expectProblem(await service.verify(id, otherThan(code)), 409, 'authentication_closed', { state: 'verified' });
    expectProblem(await resend(id), 409, 'authentication_closed', { state: 'verified' });
    expectProblem(await cancel(id), 409, 'authentication_closed', { state: 'verified' });
  });

  it('the verification accepts a code for its own authentication alone', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    const elsewhere = (await service.start(person, { clientId: 'demo-bank' })).body.id;
    const own = await eventually('the second text', () => textsTo(person.phoneNumber)[1]?.text);
    const answer = await service.verify(elsewhere, code, { clientId: 'demo-bank' });
    // Once in a million runs the two codes are equal.
    expect(answer.status).toBe(own.includes(`[${code}]`) ? 200 : 422);
    expect((await service.verify(id, code)).status).toBe(200);
  });

  it('the verification gives an assertion that everyone can verify with the published keys', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    const { body } = await service.verify(id, await service.codeOf(subscriber, id));
    const result = body['result'] as Record<string, unknown>;
    const { payload, protectedHeader } = await jwtVerify(body['assertion'] as string, await publishedKeys(), {
      algorithms: ['ES256'],
      issuer: service.issuer,
      audience: 'demo-shop',
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
    const { subject, ...claims } = result;
    expect(payload).toEqual({
      iss: service.issuer,
      aud: 'demo-shop',
      sub: subject,
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: id,
      acr: 'push',
      amr: expect.arrayContaining(['pin', 'otp']),
      ...claims,
    });
    expect(payload.exp).toBeGreaterThan(payload.iat ?? Infinity);
  });

  it('the verification identifies the person by an id at this relying party only, always the same', async () => {
    const person = await service.addLine();
    const subjectAt = async (clientId: string) => {
      const texts = textsTo(person.phoneNumber).length;
      const { id } = (await service.start(person, { clientId })).body;
      const text = await eventually('the text', () => textsTo(person.phoneNumber)[texts]?.text);
      const { body } = await service.verify(id, /\[(\d{6})\]/.exec(text)?.[1] ?? '', { clientId });
      return (body['result'] as { subject: string }).subject;
    };
    const [first, again, elsewhere] = [
      await subjectAt('demo-shop'),
      await subjectAt('demo-shop'),
      await subjectAt('demo-bank'),
    ];
    expect(again).toBe(first);
    expect(elsewhere).not.toBe(first);
  });
});

describe('the status of an authentication', () => {
  it('the status of an authentication is the same object, and has the result once verified', async () => {
    const person = await service.addLine();
    const started = (await service.start(person)).body;
    expect((await see(started.id)).body).toEqual(started);
    const verified = await service.verify(started.id, await service.textedCode(person.phoneNumber));
    expect((await see(started.id)).body).toEqual({
      ...started,
      state: 'verified',
      attemptsLeft: 4,
      result: verified.body['result'],
    });
  });

  it.each<[string, (id: string, subscriber: Subscriber) => Promise<unknown>]>([
    ['opened', (id, subscriber) => service.codeOf(subscriber, id)],
    ['declined', (id, { phone }) => phone.decline(id, 'not_me')],
    ['cancelled', (id) => cancel(id)],
    ['expired', (id) => expire(id)],
  ])('the status with wait is answered as soon as the state is %s', async (state, change) => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    let answered: Answer | undefined;
    const held = see(id, '?wait=25').then((answer) => (answered = answer));
    await see(id);
    expect(answered).toBeUndefined();
    await change(id, subscriber);
    expect((await held).body['state']).toBe(state);
  });

  it('the status with wait is answered at the right code, not at a wrong one', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    const held = see(id, '?wait=25');
    await service.verify(id, otherThan(code));
    await service.verify(id, code);
    expect((await held).body).toMatchObject({ state: 'verified', result: { channel: 'sms' } });
  });

  it('the status with wait is answered unchanged when the time is over', async () => {
    const { id } = (await service.start(unknownPerson())).body;
    const begun = performance.now();
    expect((await see(id, '?wait=1')).body['state']).toBe('pending');
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  it('the status with wait is answered at once when the authentication is closed', async () => {
    const { id } = (await service.start(unknownPerson())).body;
    await cancel(id);
    const begun = performance.now();
    expect((await see(id, '?wait=30')).body['state']).toBe('cancelled');
    // Far less than the wait that the request asked for.
    expect(performance.now() - begun).toBeLessThan(25_000);
  });

  it.each(['31', '-1', '1.5', 'soon', '1&wait=2'])('the status refuses wait=%s', async (wait) => {
    const { id } = (await service.start(unknownPerson())).body;
    expectFaults(await see(id, `?wait=${wait}`), '/wait');
  });

  it('the status after 180 seconds is expired, and every other call is 410', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    await expire(id);
    expect((await see(id)).body['state']).toBe('expired');
    for (const answer of [await service.verify(id, code), await resend(id), await cancel(id)]) {
      expectProblem(answer, 410, 'authentication_expired', { state: 'expired' });
    }
  });

  it.each<[string, (id: string) => Promise<Answer>]>([
    ['GET', (id) => service.call('GET', `/v1/authentications/${id}`)],
    ['verification', (id) => service.verify(id, '123456')],
    ['resend', (id) => resend(id)],
    ['DELETE', (id) => cancel(id)],
  ])('the status of another relying party’s, an unknown and an impossible id is 404 alike: %s', async (_call, ask) => {
    const person = await service.addLine();
    const { id } = (await service.start(person, { clientId: 'demo-bank' })).body;
    const answers = [await ask(id), await ask(randomUUID()), await ask('1'), await ask(id.toUpperCase())];
    for (const answer of answers) expectProblem(answer, 404, 'authentication_not_found');
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { body } = await service.call('GET', `/v1/authentications/${id}`, undefined, { clientId: 'demo-bank' });
    expect(body).toMatchObject({ state: 'pending', attemptsLeft: 5 });
  });
});

describe('the resend', () => {
  it('the resend wakes the phone again: at most three times, at least 30 seconds apart', async () => {
    const { person, pushToken } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    const early = await resend(id);
    expectProblem(early, 429, 'too_many_requests');
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(early.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    // Waits for each wake-up before the next resend, because a newer delivery replaces one that is still queued.
    const woken = (times: number) =>
      eventually(`${times} wake-ups`, () => {
        const pushes = service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake');
        return pushes.length === times && pushes;
      });
    await woken(1);
    for (let resends = 1; resends <= 3; resends += 1) {
      await rewindSending(id);
      const again = await resend(id);
      expect(again.status).toBe(202);
      expect(again.body).toMatchObject({ id, state: 'pending' });
      expectProblem(await resend(id), 429, 'too_many_requests');
      await woken(1 + resends);
    }
    await rewindSending(id);
    const fourth = await resend(id);
    expectProblem(fourth, 429, 'too_many_requests');
    expect(Number(fourth.headers.get('retry-after'))).toBeGreaterThan(60);
    const wakes = await woken(4);
    expect(new Set(wakes.map(({ data, collapseKey }) => JSON.stringify([data, collapseKey]))).size).toBe(1);
  });

  it('the resend is allowed when exactly 30 seconds have passed, and not a moment before', async () => {
    const { id } = (await service.start(unknownPerson())).body;
    await rewindSending(id, 27);
    const early = await resend(id);
    expectProblem(early, 429, 'too_many_requests');
    expect(['1', '2', '3']).toContain(early.headers.get('retry-after'));
    await rewindSending(id);
    expect((await resend(id)).status).toBe(202);
  });
});

describe('DELETE', () => {
  it('DELETE cancels for good, and the phone learns of it', async () => {
    const { person, phone, pushToken } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    const asked = (await phone.pending())[0]!;
    const answer = await cancel(id);
    expect(answer.status).toBe(204);
    expect(answer.body).toEqual({});
    const push = await service.pushed(pushToken, 'cancelled');
    expect(push.data).toEqual({ t: 'cancelled', id });
    expect(await phone.pending()).toEqual([]);
    await expect(phone.open(asked, TEST_PIN)).rejects.toMatchObject({ status: 409, code: 'authentication_closed' });
    expectProblem(await cancel(id), 409, 'authentication_closed', { state: 'cancelled' });
    expectProblem(await service.verify(id, '123456'), 409, 'authentication_closed', { state: 'cancelled' });
  });

  it('DELETE makes the code of a text message worthless', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    await cancel(id);
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
  });
});

it('the quota of a relying party refuses with 429 and says when to come again', async () => {
  await service.rows.clients.limitStarts('demo-carrier', 1);
  await service.rows.clients.setScopes('demo-carrier', ['authentications']);
  const starts = async () => service.start(unknownPerson(), { clientId: 'demo-carrier' });
  // At most two of three starts in quick succession fall into different minutes.
  const answers = [await starts(), await starts(), await starts()];
  const refused = answers.find(({ status }) => status === 429);
  expect(refused).toBeDefined();
  expectProblem(refused!, 429, 'too_many_requests');
  expect(Number(refused!.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(refused!.headers.get('retry-after'))).toBeLessThanOrEqual(60);
});

describe('the header Idempotency-Key', () => {
  const startRaw = async (key: string, change: object = {}, clientId?: string) => {
    const response = await fetch(`${service.issuer}/v1/authentications`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await service.token('authentications', clientId)}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify({ ...body, ...change }),
    });
    const text = await response.clone().text();
    return { status: response.status, text, answer: await answerOf<Record<string, unknown>>(response) };
  };
  let body: object;
  const freshBody = async () => {
    const { phoneNumber, birthDate, genderDigit } = await service.addLine();
    body = { phoneNumber, birthDate, genderDigit, purpose: '회원가입' };
    return phoneNumber;
  };

  it('the header Idempotency-Key with the same key and body gives the same bytes, one authentication and one text', async () => {
    const phoneNumber = await freshBody();
    const key = randomUUID();
    const first = await startRaw(key);
    const { id } = first.answer.body as { id: string };
    await delivered(id);
    const code = await service.textedCode(phoneNumber);
    await service.verify(id, otherThan(code));
    const second = await startRaw(key);
    expect({ status: second.status, text: second.text }).toEqual({ status: 201, text: first.text });
    await delivered(id);
    expect(textsTo(phoneNumber)).toHaveLength(1);
    expect(await service.rows.authentications.countOfPersonOf(id)).toBe(1);
  });

  it('the header Idempotency-Key spends nothing of the person’s budget when it is repeated', async () => {
    await freshBody();
    const key = randomUUID();
    for (let times = 1; times <= 8; times += 1) expect((await startRaw(key)).status).toBe(201);
    for (let starts = 2; starts <= 5; starts += 1) expect((await startRaw(randomUUID())).status).toBe(201);
    expectProblem((await startRaw(randomUUID())).answer, 429, 'too_many_requests');
    expect((await startRaw(key)).status).toBe(201);
  });

  it('the header Idempotency-Key sent many times at once starts one authentication; the others get its answer or a conflict', async () => {
    await freshBody();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => startRaw(key)));
    const started = answers.filter(({ status }) => status === 201);
    expect(new Set(started.map(({ text }) => text)).size).toBe(1);
    for (const { status, answer } of answers.filter((one) => one.status !== 201)) {
      expect(status).toBe(409);
      expectProblem(answer, 409, 'idempotency_in_progress');
    }
  });

  it.each<[string, object]>([
    ['another purpose', { purpose: '비밀번호 변경' }],
    ['another person', { birthDate: '900102' }],
    ['another number', { phoneNumber: '010-0000-0000' }],
    ['an end user', { endUser: { ip: '203.0.113.7' } }],
  ])('the header Idempotency-Key with the same key and %s is refused', async (_case, change) => {
    await freshBody();
    const key = randomUUID();
    const { body: first } = (await startRaw(key)).answer;
    expectProblem((await startRaw(key, change)).answer, 422, 'idempotency_key_reused');
    expect((await see(first['id'] as string)).body['state']).toBe('pending');
  });

  it('the header Idempotency-Key belongs to its client: another client’s same key starts its own authentication', async () => {
    await freshBody();
    const key = randomUUID();
    const [shop, bank] = [await startRaw(key), await startRaw(key, {}, 'demo-bank')];
    expect(bank.status).toBe(201);
    expect(bank.text).not.toBe(shop.text);
  });

  it.each<[string, string]>([
    ['256 characters', 'k'.repeat(256)],
    ['a blank inside', 'a b'],
    ['letters beyond ASCII', 'cl\u00e9'],
  ])('the header Idempotency-Key refuses a key of %s', async (_case, key) => {
    await freshBody();
    expectFaults((await startRaw(key)).answer, '/Idempotency-Key');
  });

  it('the header Idempotency-Key in quotes is the same key as without', async () => {
    await freshBody();
    const key = randomUUID();
    const { text } = await startRaw(`"${key}"`);
    expect((await startRaw(key)).text).toBe(text);
    await freshBody();
    const quoted = await startRaw('"a \\"b\\\\ c"');
    expect(quoted.status).toBe(201);
    expect((await startRaw('"a \\"b\\\\ c"')).text).toBe(quoted.text);
  });

  it.each<[string, string]>([
    ['an empty text in quotes', '""'],
    ['256 characters in quotes', `"${'k'.repeat(256)}"`],
    ['two keys', '"a", "b"'],
  ])('the header Idempotency-Key refuses %s', async (_case, key) => {
    await freshBody();
    expectFaults((await startRaw(key)).answer, '/Idempotency-Key');
  });

  it('an Idempotency-Key is stored no longer than 24 hours', async () => {
    await freshBody();
    const key = randomUUID();
    const first = await startRaw(key);
    const { id } = first.answer.body as { id: string };
    await service.rows.authentications.outliveIdempotencyKey(id);
    const second = await startRaw(key);
    expect(second.text).not.toBe(first.text);
    expect(second.status).toBe(201);
  });
});

function claimsOf(jws: unknown): Record<string, unknown> {
  const payload = String(jws).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}

async function publishedKeys(): Promise<ReturnType<typeof createLocalJWKSet>> {
  const response = await fetch(`${service.issuer}/oauth2/jwks`);
  return createLocalJWKSet((await response.json()) as JSONWebKeySet);
}
