import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Phone } from '../../src/phone/phone.ts';
import type { ProblemError } from '../../src/phone/problem-error.ts';
import { BANK, otpSubscriber, smartOtp, startSigning, TRANSFER } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber, type TestScope } from '../support/service.ts';

type Reissue = Record<string, string | null> & { id: string; state: string };
type Issued = { enrolmentCode: string; enrolmentUri: string; expiresAt: string; delivery: string };

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const DAY_MS = 86_400_000;

let service: TestService;
let subscriber: Subscriber;
let phone: Phone;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});
beforeEach(async () => {
  subscriber = await otpSubscriber(service);
  phone = subscriber.phone;
});

const write = <Body>(path: string, body: object, scope: TestScope = 'operator'): Promise<Answer<Body>> =>
  service.call('POST', `/operator/v1/${path}`, { reason: '분실 신고 고객', ...body }, { scope });
const apply = (other: object = {}) =>
  write<Reissue>(`subscriptions/${subscriber.subscriptionId}/reissues`, {
    cause: 'lost',
    oldSerialNumber: phone.serialNumber,
    identityProof: 'certificate',
    delivery: 'post',
    ...other,
  });
const take = <Body = Reissue>(id: string, action: 'approve' | 'refuse' | 'issue' | 'withdraw') =>
  write<Body>(
    `reissues/${id}/${action}`,
    {},
    action === 'approve' || action === 'refuse' ? 'operator.decide' : 'operator',
  );
const listed = async () => {
  const path = `/operator/v1/subscriptions/${subscriber.subscriptionId}/reissues`;
  const headers = { 'Audit-Reason': 'look' };
  return (await service.call<Reissue[]>('GET', path, undefined, { scope: 'operator', headers })).body;
};
const issued = async (other: object = {}) => {
  const { id } = (await apply(other)).body;
  await take(id, 'approve');
  return { id, ...(await take<Issued>(id, 'issue')).body };
};
const finish = async (enrolmentCode: string) => {
  const replacement = await service.enrol(enrolmentCode);
  await replacement.confirmTest((await replacement.readTestEnvelope(await replacement.testEnvelope())).code);
  return replacement;
};
const standing = async () => {
  const { state, suspensions } = (await service.rows.subscriptions.of(subscriber.subscriptionId))!;
  return { state, suspensions };
};
const refusalOf = async (work: Promise<unknown>) => {
  const { status, code } = await work.then(
    () => ({ status: 200, code: '' }),
    (error: unknown) => error as ProblemError,
  );
  return { status, code };
};
const verifiedByPush = async (by: Phone) => {
  await service.rows.budgets.clearStarts();
  const { id } = (await service.start(subscriber.person)).body;
  return service.verify(id, await service.codeOf({ ...subscriber, phone: by }, id));
};

describe('a reissue after a loss', () => {
  it('a reissue goes from the application to the test of a new phone, and the old phone is refused everywhere', async () => {
    const device = await smartOtp(service, subscriber.person);
    const applied = await apply();
    expect(applied).toMatchObject({
      status: 201,
      body: {
        state: 'applied',
        cause: 'lost',
        identityProof: 'certificate',
        delivery: 'post',
        appliedBy: 'demo-operator',
      },
    });
    // The report of the loss suspends everything at once.
    expect(await standing()).toEqual({ state: 'suspended', suspensions: ['loss_reported'] });
    expect(await phone.pending()).toEqual([]);

    const { id } = applied.body;
    expect((await take(id, 'approve')).body).toMatchObject({ state: 'approved', decidedBy: 'demo-supervisor' });
    for (const old of [phone, device]) {
      expect(await refusalOf(old.pending())).toEqual({ status: 401, code: 'device_proof_invalid' });
      expect(await refusalOf(old.history())).toMatchObject({ status: 401 });
    }
    const { enrolmentCode, enrolmentUri, expiresAt } = (await take<Issued>(id, 'issue')).body;
    expect(enrolmentUri).toContain(enrolmentCode);
    expect((Date.parse(expiresAt) - Date.now()) / DAY_MS).toBeCloseTo(14, 1);

    const replacement = await service.enrol(enrolmentCode);
    expect((await listed())[0]).toMatchObject({ state: 'registered', registeredAt: TIME });
    expect((await standing()).state).toBe('suspended');
    await replacement.confirmTest((await replacement.readTestEnvelope(await replacement.testEnvelope())).code);
    expect((await listed())[0]).toMatchObject({ state: 'completed', closedBy: 'customer', closedAt: TIME });
    expect(await standing()).toEqual({ state: 'active', suspensions: [] });
    expect(replacement.serialNumber).not.toBe(phone.serialNumber);
    expect((await verifiedByPush(replacement)).status).toBe(200);
    expect(await refusalOf(phone.pending())).toEqual({ status: 401, code: 'device_proof_invalid' });
    expect(await replacement.authenticators()).toEqual([]);
    const old = await phone.oneTimeCode(TEST_PIN);
    const body = { ...subscriber.person, lineId: undefined, purpose: '로그인', method: 'otp' };
    const started = await service.call<{ id: string }>('POST', '/v1/authentications', body);
    expect((await service.verify(started.body.id, old.code)).body['code']).toBe('code_mismatch');
    await startSigning(service, subscriber.person);
    const signing = (await startSigning(service, subscriber.person)).body.id;
    const path = `/v1/authentications/${signing}/verification`;
    const refused = await service.call('POST', path, { code: '00000000', transaction: TRANSFER }, BANK);
    expect(refused.body['code']).toBe('code_mismatch');
  });

  it('a reissue is reported to relying parties for as long as it is recent, and no longer', async () => {
    // From now on the relying party is told of events too.
    const told = () => service.call<{ events: { data: object }[] }>('GET', '/v1/webhook-events?type=subject.changed');
    expect((await told()).body.events).toEqual([]);
    const before = (await verifiedByPush(phone)).body['result'] as { subject: string };
    expect(before).not.toHaveProperty('recentlyReissued');
    const replacement = await finish((await issued()).enrolmentCode);
    expect((await told()).body.events).toMatchObject([{ data: { subject: before.subject, change: 'reissued' } }]);
    const fresh = await verifiedByPush(replacement);
    expect(fresh.body['result']).toMatchObject({ recentlyReissued: true });
    expect(decodeJwt(String(fresh.body['assertion']))).toMatchObject({ recentlyReissued: true });
    await service.rows.subscriptions.ageReissue(subscriber.subscriptionId, 24);
    expect((await verifiedByPush(replacement)).body['result']).not.toHaveProperty('recentlyReissued');
  });

  it('a reissue notifies the old phone and the number of each step, without a secret', async () => {
    const { enrolmentCode } = await issued();
    await finish(enrolmentCode);
    const kinds = () =>
      service.pushesTo(subscriber.pushToken).flatMap(({ data }) => (data['t'] === 'notice' ? [data['kind']] : []));
    await eventually('notices to the old phone', () =>
      ['reissue_applied', 'reissue_approved'].every((kind) => kinds().includes(kind)),
    );
    const texts = () => service.smsc.received.filter(({ to }) => to === subscriber.person.phoneNumber);
    await eventually('the last notice to the number', () => texts().some(({ text }) => text.includes('완료')));
    expect(texts().some(({ text }) => text.includes('재발급이 신청'))).toBe(true);
    expect(texts().filter(({ text }) => text.includes(enrolmentCode))).toEqual([]);
  });

  it.each([
    ['visit', 600],
    ['app', 600],
    ['post', 14 * 86_400],
  ])('a reissue by %s has a code that is valid for %i seconds, and once', async (delivery, seconds) => {
    const sentAt = Date.now();
    const { enrolmentCode, expiresAt } = await issued({ delivery });
    expectSecondsAfter(sentAt, seconds, expiresAt);
    await finish(enrolmentCode);
    expect(await refusalOf(service.enrol(enrolmentCode))).toEqual({ status: 422, code: 'enrolment_code_invalid' });
  });

  it('a reissue is issued again when the letter is lost or the test failed, and the earlier code is void', async () => {
    const { id, enrolmentCode: lost } = await issued();
    const second = (await take<Issued>(id, 'issue')).body.enrolmentCode;
    expect(await refusalOf(service.enrol(lost))).toMatchObject({ code: 'enrolment_code_invalid' });
    const untested = await service.enrol(second);
    const third = (await take<Issued>(id, 'issue')).body.enrolmentCode;
    expect(await refusalOf(untested.testEnvelope())).toMatchObject({ status: 401 });
    await finish(third);
    expect((await listed())[0]?.state).toBe('completed');
  });

  it('a reissue is withdrawn when the phone is found before the approval, and the phone works again once it is resumed', async () => {
    const { id } = (await apply()).body;
    expect((await take(id, 'withdraw')).body).toMatchObject({ state: 'withdrawn', closedBy: 'demo-operator' });
    await service.operate(subscriber.subscriptionId, 'resume');
    expect((await verifiedByPush(phone)).status).toBe(200);
    expectProblem(await take(id, 'approve'), 409, 'reissue_closed', { state: 'withdrawn' });
  });

  it('a reissue that was withdrawn late has a worthless code', async () => {
    const { id, enrolmentCode } = await issued();
    await take(id, 'withdraw');
    expect(await refusalOf(service.enrol(enrolmentCode))).toMatchObject({ code: 'enrolment_code_invalid' });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the SIM is swapped', () => service.sendEvent(subscriber.person.lineId, 'sim-swapped', undefined, 1)],
    ['the line is suspended', () => service.sendEvent(subscriber.person.lineId, 'suspended', undefined, 1)],
  ])('a reissue is worthless when %s after the application', async (_, event) => {
    const { id } = (await apply()).body;
    await event();
    expectProblem(await take(id, 'approve'), 409, 'reissue_closed', { state: 'expired' });
    expect((await listed())[0]?.state).toBe('expired');
    expect((await apply()).status).toBe(201);
  });

  it.each([
    ['at once', 0],
    ['an hour late', 3_600_000],
  ])('a reissue is worthless when the carrier tells %s of a second swap, after the application', async (_, late) => {
    await service.sendEvent(subscriber.person.lineId, 'sim-swapped', undefined, 1, {
      time: new Date(Date.now() - 2 * 3_600_000).toISOString(),
    });
    const { id } = (await apply()).body;
    const time = new Date(Date.now() - late).toISOString();
    await service.sendEvent(subscriber.person.lineId, 'sim-swapped', undefined, 2, { time });
    expectProblem(await take(id, 'approve'), 409, 'reissue_closed', { state: 'expired' });
    expect((await apply()).status).toBe(201);
  });

  it('a reissue whose code is in the post ends with a port-out', async () => {
    const { id, enrolmentCode } = await issued();
    await service.sendEvent(subscriber.person.lineId, 'ported-out', { newCarrier: 'KT' }, 1);
    expect(await refusalOf(service.enrol(enrolmentCode))).toMatchObject({ code: 'enrolment_code_invalid' });
    expectProblem(await take(id, 'issue'), 409, 'reissue_closed', { state: 'expired' });
  });

  it('a reissue takes its steps in order, each once', async () => {
    const { id } = (await apply()).body;
    expectProblem(await take(id, 'issue'), 409, 'reissue_closed', { state: 'applied' });
    const approvals = await Promise.all(Array.from({ length: 10 }, () => take(id, 'approve')));
    expect(approvals.filter(({ status }) => status === 200)).toHaveLength(1);
    expectProblem(await take(id, 'refuse'), 409, 'reissue_closed', { state: 'approved' });
    await finish((await take<Issued>(id, 'issue')).body.enrolmentCode);
    for (const action of ['approve', 'issue', 'withdraw'] as const) {
      expectProblem(await take(id, action), 409, 'reissue_closed', { state: 'completed' });
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the phone is found, and resumed', () => service.operate(subscriber.subscriptionId, 'resume')],
    [
      'another phone is enrolled with a code of the call centre',
      async () => {
        const { body } = await service.operate(subscriber.subscriptionId, 'enrolment-code');
        await finish(String(body['enrolmentCode']));
      },
    ],
  ])('a reissue is not approved once %s', async (_, event) => {
    const { id } = (await apply()).body;
    await event();
    expectProblem(await take(id, 'approve'), 409, 'reissue_closed', { state: 'expired' });
  });

  it('a reissue that expires while the new phone is tested leaves the phone untested', async () => {
    const { id, enrolmentCode } = await issued();
    const late = await service.enrol(enrolmentCode);
    const { code } = await late.readTestEnvelope(await late.testEnvelope());
    await service.rows.operators.expireReissue(id);
    expect(await refusalOf(late.confirmTest(code))).toEqual({ status: 409, code: 'device_test_closed' });
    expect((await standing()).state).toBe('suspended');
  });

  it('a reissue is valid for a month after the decision, however often it is issued', async () => {
    const { id } = await issued();
    await service.rows.operators.ageReissueDecision(id, 29);
    await take(id, 'issue');
    expect(await service.rows.operators.hoursLeftOfReissue(id)).toBeLessThan(25);
  });

  it('a subscription has one reissue at a time', async () => {
    const answers = await Promise.all([apply(), apply(), apply()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expectProblem(refused, 409, 'nothing_to_change');
  });

  it('a reissue revokes the Smart OTPs on a lost phone, however its successor was enrolled', async () => {
    const device = await smartOtp(service, subscriber.person);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    const { body } = await service.operate(subscriber.subscriptionId, 'enrolment-code');
    await finish(String(body['enrolmentCode']));
    await service.operate(subscriber.subscriptionId, 'resume');
    expect(await refusalOf(device.pending())).toMatchObject({ status: 401 });
    expect((await service.rows.authenticators.of(device.deviceId)).secret).toBeNull();
    expect(await service.rows.authenticators.registrationsOf(device.deviceId)).toEqual([{ state: 'revoked' }]);
  });

  it('a reissue needs the serial number of the phone that is gone', async () => {
    const answer = await apply({ oldSerialNumber: 'PG-0000-0000-0000' });
    expectProblem(answer, 422, 'serial_number_mismatch');
    // The refused application changed nothing; the subscription is not even suspended.
    expect((await standing()).state).toBe('active');
    const device = await smartOtp(service, subscriber.person);
    expectProblem(await apply({ oldSerialNumber: device.serialNumber }), 422, 'serial_number_mismatch');
    const other = await service.subscriber();
    expectProblem(await apply({ oldSerialNumber: other.phone.serialNumber }), 422, 'serial_number_mismatch');
  });

  it('a reissue of a broken phone suspends nothing before it is approved', async () => {
    const { id } = (await apply({ cause: 'broken', delivery: 'visit' })).body;
    expect((await standing()).state).toBe('active');
    expect((await verifiedByPush(phone)).status).toBe(200);
    await take(id, 'approve');
    const replacement = await finish((await take<Issued>(id, 'issue')).body.enrolmentCode);
    expect((await verifiedByPush(replacement)).status).toBe(200);
  });

  it('a reissue needs a phone to replace', async () => {
    const person = await service.addLine();
    const { subscriptionId } = await service.subscribe(person);
    const body = { cause: 'lost', oldSerialNumber: phone.serialNumber, identityProof: 'phone', delivery: 'app' };
    expectProblem(await write(`subscriptions/${subscriptionId}/reissues`, body), 409, 'nothing_to_change', {
      state: 'awaiting_device',
    });
    await service.operate(subscriber.subscriptionId, 'cancel');
    expectProblem(await apply(), 409, 'nothing_to_change', { state: 'cancelled' });
  });

  it('a reissue is validated where it is received, and an unknown one is not found', async () => {
    expectFaults(
      await apply({ cause: 'x', identityProof: 'face', delivery: 'fax', oldSerialNumber: '1' }),
      '/cause',
      '/identityProof',
      '/delivery',
      '/oldSerialNumber',
    );
    for (const id of ['nonsense', '00000000-0000-7000-8000-000000000000']) {
      expectProblem(await take(id, 'approve'), 404, 'reissue_not_found');
    }
  });

  it('a reissue is in the audit, step by step', async () => {
    await finish((await issued()).enrolmentCode);
    const entries = (await service.rows.operators.auditOf(subscriber.subscriptionId))
      .filter(({ action }) => action.includes('reissue'))
      .map(({ action, outcome }) => ({ action, outcome }));
    expect(entries).toEqual([
      { action: 'apply-reissue', outcome: 'done' },
      { action: 'approve-reissue', outcome: 'done' },
      { action: 'issue-reissue', outcome: 'done' },
    ]);
  });
});

describe('a loss that is reported from the app on another phone', () => {
  const report = (person: object) =>
    fetch(`${service.issuer}/app/v1/loss-reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(person),
    });
  const named = () => {
    const { phoneNumber, birthDate, genderDigit } = subscriber.person;
    return { phoneNumber, birthDate, genderDigit };
  };

  it('a loss reported from another phone stops everything at once, whether or not that app is enrolled', async () => {
    const answer = await report(named());
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 202,
      body: { state: 'taken_down' },
    });
    await eventually('the suspension', async () => (await standing()).state === 'suspended');
    expect(await phone.pending()).toEqual([]);
  });

  it('a loss report is answered alike for an unknown person, and for a stranger who guesses the birth date', async () => {
    const known = await report({ ...named(), birthDate: '900102' });
    const unknown = await report({ ...named(), phoneNumber: '010-5999-0009' });
    expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()]);
    expect((await standing()).state).toBe('active');
  });

  it('a loss report about one person is accepted five times a day from one address', async () => {
    const statuses: number[] = [];
    for (let times = 0; times < 6; times += 1) statuses.push((await report(named())).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  });
});
