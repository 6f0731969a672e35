import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CodeDigest } from '../../src/crypto/code-digest.ts';
import { parseKeyring } from '../../src/crypto/keyring.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { otpSubscriber, secretOf } from '../support/authenticators.ts';
import { DeskBrowser } from '../support/desk.ts';
import { expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Subscriber } from '../support/service.ts';

/**
 * The attacker reads every row of the running service’s database, by an injection, a replica or an employee, or changes
 * them too, and has no key of the keyring. The aim: to learn who subscribes, to learn a code or a PIN, or to be verified
 * as another person. What a moved phone reaches is in `test/database/moved-rows.spec.ts`.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  await service.rows.budgets.clearStarts();
  await service.rows.budgets.clearForms();
});

const opened = async (subscriber: Subscriber) => {
  const { id } = (await service.start(subscriber.person)).body;
  return { id, code: await service.codeOf(subscriber, id) };
};
const texted = async () => {
  const person = await service.addLine();
  const { id } = (await service.start(person)).body;
  return { id, person, code: await service.textedCode(person.phoneNumber) };
};
const sha256 = (text: string) => createHash('sha256').update(text).digest();

describe('the reader of every table', () => {
  it('finds no code, PIN, key, number, birth date, session or secret of anyone in clear', async () => {
    const owner = { birthDate: '871113', genderDigit: '2' };
    const line = await service.addLine({ owner });
    const subscribed = await service.subscribe(line);
    const pushToken = `token-of-${line.lineId}`;
    const phone = await service.enrol(subscribed.enrolmentCode, { pushToken });
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    const victim = { person: line, phone, pushToken, subscriptionId: subscribed.subscriptionId };
    const withOtp = await otpSubscriber(service);
    const [push, sms] = [await opened(victim), await texted()];

    const visitor = new TextBrowser(service.issuer);
    await visitor.open('/login');
    await visitor.send('/login', { ...owner, phoneNumber: line.phoneNumber });
    await fetch(`${service.issuer}/app/v1/loss-reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...owner, phoneNumber: sms.person.phoneNumber }),
    });
    const desk = await new DeskBrowser(service).signIn('agent');
    const { body } = await service.operate(withOtp.subscriptionId, 'enrolment-code');
    const waiting = String(body['enrolmentCode']);
    const verified = await opened(await service.subscriber());
    expect((await service.verify(verified.id, verified.code)).status).toBe(200);

    const otp = await secretOf(service, withOtp.phone);
    const { operators, clients } = service.process.announcement;
    const long = [
      ...[line, sms.person].flatMap(({ phoneNumber }) => [phoneNumber, `0${phoneNumber.slice(3)}`]),
      '1987-11-13',
      pushToken,
      ...[otp.toString('hex'), otp.toString('base64'), otp.toString('base64url')],
      ...[...visitor.cookies.values(), ...desk.cookies.values()].filter((value) => value.length > 20),
      ...[waiting, waiting.replaceAll('-', ''), subscribed.enrolmentCode],
      ...operators.flatMap(({ password, totpSecret }) => [password, totpSecret]),
      ...clients.map(({ clientSecret }) => clientSecret),
      await service.token(),
    ];
    expect(await service.rows.personalData.tracesOf(...long)).toEqual([]);
    const short = [push.code, sms.code, verified.code, TEST_PIN, '871113'];
    expect(await service.rows.personalData.tracesOfWords(...short)).toEqual([]);
    // The search itself finds what is there.
    expect(await service.rows.personalData.tracesOfWords('SKT')).toContain('lines');
  });

  it('finds a code among all million ones neither from its digest nor from its envelope', async () => {
    const victim = await service.subscriber();
    const { id, code } = await opened(victim);
    const stored = await service.rows.authentications.codeOf(id);
    const client = await service.rows.authentications.clientOf(id);
    const digest = stored.code_digest!;
    const found: string[] = [];
    for (let number = 0; number < 1_000_000; number += 1) {
      const guess = String(number).padStart(6, '0');
      if (sha256(`${client}\0${id}\0${guess}`).equals(digest)) found.push(guess);
    }
    expect(found).toEqual([]);
    // With the key, which the database does not hold, it is that code.
    const { code: keys } = parseKeyring(service.keyring);
    expect(new CodeDigest(keys).of(code, client, id).equals(digest)).toBe(true);

    const thief = await service.subscriber();
    await expect(thief.phone.readCode(stored.envelope!, id)).rejects.toThrow();
    for (const typed of [digest.toString('hex'), digest.toString('base64url')])
      expect((await service.verify(id, typed)).status).toBe(400);
    expect((await service.verify(id, code)).status).toBe(200);
  });

  it('uses the digest of a session or of an enrolment code for nothing', async () => {
    const { subscriptionId } = await service.subscriber();
    const { body } = await service.operate(subscriptionId, 'enrolment-code');
    const digest = sha256(String(body['enrolmentCode']).replaceAll('-', ''));
    await expect(service.enrol(digest.toString('hex').slice(0, 23))).rejects.toMatchObject({
      code: 'enrolment_code_invalid',
    });
    const desk = await new DeskBrowser(service).signIn('agent');
    const [name, secret] = [...desk.cookies].find(([, value]) => value.length === 43)!;
    for (const value of [sha256(secret).toString('base64url'), sha256(secret).toString('hex')]) {
      const thief = new DeskBrowser(service);
      thief.cookies.set(name, value);
      expect((await thief.get('/operator')).location).toBe('/operator/sign-in');
    }
  });
});

describe('the writer of the database', () => {
  it.each(['code_digest', 'envelope'] as const)(
    'who copies the %s of their own authentication to the victim’s is not verified by their own code',
    async (column) => {
      const [own, victim] = [await opened(await service.subscriber()), await service.subscriber()];
      const { id } = (await service.start(victim.person)).body;
      await service.rows.authentications.copy(own.id, id, column);
      expectProblem(await service.verify(id, own.code), 422, 'code_mismatch', { attemptsLeft: 4 });
    },
  );

  it('who copies a code by SMS of their own to the victim’s authentication is not verified by it', async () => {
    const [own, victim] = [await texted(), await texted()];
    await service.rows.authentications.copy(own.id, victim.id, 'code_digest', 'sms_code');
    expectProblem(await service.verify(victim.id, own.code), 422, 'code_mismatch', { attemptsLeft: 4 });
  });

  it('who copies the victim’s person into their own authentication gets no result with it', async () => {
    const [own, victim] = [await opened(await service.subscriber()), await service.subscriber()];
    const { id } = (await service.start(victim.person)).body;
    await service.rows.authentications.copy(id, own.id, 'person');
    const answer = await service.verify(own.id, own.code);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain(victim.person.phoneNumber);
    expect(answer.body).not.toHaveProperty('assertion');
  });

  it('who copies the answer of their own verification gets no signed assertion about the victim', async () => {
    const own = await opened(await service.subscriber());
    expect((await service.verify(own.id, own.code)).status).toBe(200);
    const victim = await service.subscriber();
    const { id } = (await service.start(victim.person)).body;
    await service.rows.authentications.copyAnswer(own.id, id);
    expectProblem(await service.verify(id, own.code), 409, 'authentication_closed', { state: 'verified' });
  });
});
