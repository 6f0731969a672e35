import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { codeAt, otpSubscriber, signedBy, smartOtp, startSigning, TRANSFER } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TestService, type Answer, type TestPerson } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** One verification as its relying party sees it: the bytes, and whether they are a repetition. */
interface Verification {
  status: number;
  text: string;
  replayed: string | null;
  answer: Answer;
}

async function verify(id: string, body: object, clientId = 'demo-shop'): Promise<Verification> {
  const response = await fetch(`${service.issuer}/v1/authentications/${id}/verification`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await service.token('authentications', clientId)}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  const text = await response.clone().text();
  const replayed = response.headers.get('idempotency-replayed');
  return { status: response.status, text, replayed, answer: await answerOf(response) };
}

/** Verifies a person by SMS; returns the id and the code. */
async function texted(): Promise<{ id: string; code: string; person: TestPerson }> {
  const person = await service.addLine();
  const { id } = (await service.start(person)).body;
  return { id, code: await service.textedCode(person.phoneNumber), person };
}

/** A started authentication of each kind, and the body that verifies it. */
const kinds: [string, () => Promise<{ id: string; body: object; clientId: string }>][] = [
  [
    'a code by SMS',
    async () => {
      const { id, code } = await texted();
      return { id, body: { code }, clientId: 'demo-shop' };
    },
  ],
  [
    'a code by push',
    async () => {
      const subscriber = await service.subscriber();
      const { id } = (await service.start(subscriber.person)).body;
      return { id, body: { code: await service.codeOf(subscriber, id) }, clientId: 'demo-shop' };
    },
  ],
  [
    'a one-time password',
    async () => {
      const { person, phone } = await otpSubscriber(service);
      const { phoneNumber, birthDate, genderDigit } = person;
      const start = { phoneNumber, birthDate, genderDigit, purpose: '로그인', method: 'otp' };
      const { body } = await service.call<{ id: string }>('POST', '/v1/authentications', start);
      return { id: body.id, body: { code: await codeAt(service, phone) }, clientId: 'demo-shop' };
    },
  ],
  [
    'a signed transaction',
    async () => {
      const { person } = await service.subscriber();
      const device = await smartOtp(service, person);
      const { id } = (await startSigning(service, person)).body;
      return { id, body: { code: await signedBy(device, id), transaction: TRANSFER }, clientId: 'demo-bank' };
    },
  ],
];

describe('a verification whose answer was lost', () => {
  it.each(kinds)('is answered again with the same bytes: %s', async (_kind, started) => {
    const { id, body, clientId } = await started();
    const first = await verify(id, body, clientId);
    expect([first.status, first.replayed]).toEqual([200, null]);
    for (let times = 0; times < 2; times += 1) {
      const again = await verify(id, body, clientId);
      expect([again.status, again.replayed, again.text]).toEqual([200, 'true', first.text]);
    }
    expect(decodeJwt(String(first.answer.body['assertion'])).jti).toBe(id);
    const seen = await service.call('GET', `/v1/authentications/${id}`, undefined, { clientId });
    expect(seen.body).toMatchObject({ state: 'verified', attemptsLeft: 4, result: first.answer.body['result'] });
  });

  it.each(kinds)('is answered even if the process ended before it composed the answer: %s', async (_kind, started) => {
    const { id, body, clientId } = await started();
    const { answer } = await verify(id, body, clientId);
    await service.rows.authentications.loseAnswer(id);
    const again = await verify(id, body, clientId);
    expect([again.status, again.replayed]).toEqual([200, 'true']);
    expect(again.answer.body['result']).toEqual(answer.body['result']);
    const claims = (assertion: unknown) => decodeJwt(String(assertion));
    expect(claims(again.answer.body['assertion'])).toEqual(claims(answer.body['assertion']));
    expect((await verify(id, body, clientId)).text).toBe(again.text);
  });

  it('sent many times at once is accepted once, and every answer has the same bytes', async () => {
    const { id, code } = await texted();
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(id, { code })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(200);
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    const { body } = await service.call('GET', `/v1/authentications/${id}`);
    expect(body['attemptsLeft']).toBe(4);
  });

  it('is repeated in the order of its members that the client chose, and to its client alone', async () => {
    const { id, body } = await kinds[3]![1]();
    const first = await verify(id, body, 'demo-bank');
    const { code, transaction } = body as { code: string; transaction: typeof TRANSFER };
    const turned = { transaction: transaction.map(({ label, value }) => ({ value, label })), code };
    expect((await verify(id, turned, 'demo-bank')).text).toBe(first.text);
    expectProblem((await verify(id, body, 'demo-shop')).answer, 404, 'authentication_not_found');
  });

  it.each<[string, (transaction: typeof TRANSFER) => unknown]>([
    ['another amount', ([to, account, amount]) => [to, account, { ...amount, value: '99,000,000원' }]],
    ['another order', (transaction) => transaction.toReversed()],
    ['a field less', (transaction) => transaction.slice(1)],
    ['none', () => undefined],
  ])('is repeated for the signed transaction alone, not with %s', async (_case, change) => {
    const { id, body } = await kinds[3]![1]();
    expect((await verify(id, body, 'demo-bank')).status).toBe(200);
    const changed = await verify(id, { ...body, transaction: change(TRANSFER) }, 'demo-bank');
    expectProblem(changed.answer, 409, 'authentication_closed', { state: 'verified' });
    expect(changed.replayed).toBeNull();
  });

  it('is repeated for the right code alone', async () => {
    const { id, code } = await texted();
    expect((await verify(id, { code })).status).toBe(200);
    const other = await verify(id, { code: otherThan(code) });
    expectProblem(other.answer, 409, 'authentication_closed', { state: 'verified' });
    const withTransaction = await verify(id, { code, transaction: TRANSFER });
    expectProblem(withTransaction.answer, 409, 'authentication_closed', { state: 'verified' });
  });

  it('is repeated for 60 seconds, and closed after that', async () => {
    const { id, code } = await texted();
    const first = await verify(id, { code });
    await service.rows.authentications.ageVerification(id, 50);
    expect((await verify(id, { code })).text).toBe(first.text);
    await service.rows.authentications.ageVerification(id, 60);
    const late = await verify(id, { code });
    expectProblem(late.answer, 409, 'authentication_closed', { state: 'verified' });
    expect(late.replayed).toBeNull();
  });

  it('is kept encrypted, and wiped after the 60 seconds', async () => {
    const { id, code, person } = await texted();
    const { answer } = await verify(id, { code });
    const kept = (await service.rows.authentications.answerOf(id))!.answer!.toString('latin1');
    for (const secret of [code, person.phoneNumber.slice(3), '1990-01-01', String(answer.body['assertion'])]) {
      expect(kept).not.toContain(secret);
    }
    await service.rows.authentications.ageVerification(id, 61);
    await eventually('the answer to be wiped', async () =>
      (await service.rows.authentications.answerOf(id)) === undefined ? true : undefined,
    );
  });

  it('is not repeated when it was refused: every wrong code counts', async () => {
    const { id, code } = await texted();
    for (const left of [4, 3]) {
      const wrong = await verify(id, { code: otherThan(code) });
      expectProblem(wrong.answer, 422, 'code_mismatch', { attemptsLeft: left });
    }
    expect(await service.rows.authentications.answerOf(id)).toBeUndefined();
  });
});

describe('a page of the service', () => {
  it('a hosted window never repeats a verification, and neither does its relying party with the code of the window', async () => {
    const person = await service.addLine();
    const opened = await service.call<{ url: string; windowId: string }>('POST', '/v1/windows', {
      purpose: '회원가입',
      returnUrl: `${service.issuer}/demo/return`,
      state: 'x',
    });
    const { url, windowId } = opened.body;
    const cookie = (await fetch(url)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const ask = async (path: string, body: object) =>
      answerOf<Record<string, unknown>>(
        await fetch(`${url}/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Cookie: cookie, Origin: service.issuer },
          body: JSON.stringify(body),
        }),
      );
    const { phoneNumber, birthDate, genderDigit } = person;
    expect((await ask('authentication', { phoneNumber, birthDate, genderDigit })).status).toBe(201);
    const code = await service.textedCode(phoneNumber);
    expect((await ask('verification', { code })).body).toMatchObject({ state: 'verified' });
    const again = await ask('verification', { code });
    expectProblem(again, 409, 'authentication_closed', { state: 'verified' });
    const seen = await service.call('GET', `/v1/windows/${windowId}`);
    const { id } = seen.body['authentication'] as { id: string };
    expectProblem((await verify(id, { code })).answer, 409, 'authentication_closed', { state: 'verified' });
  });
});
