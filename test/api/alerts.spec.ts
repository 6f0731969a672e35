import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Phone, PhoneAlert } from '../../src/phone/phone.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { ProblemError } from '../../src/phone/problem-error.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber, type TestPerson } from '../support/service.ts';

type Owner = Subscriber & { person: TestPerson & { lineId: string } };

let service: TestService;
let sequence = 0;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const WRONG_PIN = '000000';
const subscribed = async (): Promise<Owner> => await service.subscriber();
const tell = (lineId: string, kind: string, data?: object) => {
  sequence += 1;
  return service.sendEvent(lineId, kind, data, sequence);
};
const ANOTHER_PHONE = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-F956N' };
const alertOf = async (phone: Phone, kind: PhoneAlert['kind']): Promise<PhoneAlert> =>
  eventually(`an alert of kind ${kind}`, async () => (await phone.alerts()).find((alert) => alert.kind === kind));
const standing = async ({ subscriptionId }: Subscriber) => (await service.rows.subscriptions.of(subscriptionId))!;
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
  );

async function reportLoss({ phoneNumber, birthDate, genderDigit }: TestPerson): Promise<void> {
  await service.rows.budgets.clearForms();
  const answer = await fetch(`${service.issuer}/app/v1/loss-reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ phoneNumber, birthDate, genderDigit }),
  });
  expect(answer.status).toBe(202);
}

/** Resolves once so many transactions of the service wait for a row. */
const untilWaiting = (count: number): Promise<unknown> =>
  eventually(`${count} transactions that wait`, async () => {
    const { rows } = await service.database.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]!.waiting >= count;
  });

/** Logs the person in on the website with the phone and its PIN. */
async function loggedIn(owner: Owner): Promise<TextBrowser> {
  await service.rows.budgets.clearForms();
  const visitor = new TextBrowser(service.issuer);
  await visitor.open('/login');
  const { phoneNumber, birthDate, genderDigit } = owner.person;
  await visitor.send('/login', { phoneNumber, birthDate, genderDigit });
  const request = await eventually('the request', async () => (await owner.phone.pending())[0]);
  await visitor.send('/code', { code: await service.codeOf(owner, request.id) });
  return visitor;
}

/** Starts at a bank and opens in the app, as the person does; the state that follows. */
async function canVerify(subscriber: Subscriber): Promise<boolean> {
  const { id } = (await service.start(subscriber.person)).body;
  const pending = (await subscriber.phone.pending()).find((one) => one.id === id);
  return pending !== undefined && (await refusal(subscriber.phone.open(pending, TEST_PIN))) === 'done';
}

/** Enrols another phone with a code of the call centre and completes its test. */
async function anotherPhone({ subscriptionId }: Subscriber): Promise<Phone> {
  const { enrolmentCode } = (await service.operate(subscriptionId, 'enrolment-code')).body as { enrolmentCode: string };
  const phone = await service.enrol(enrolmentCode, { pushToken: `token-${randomUUID()}` });
  await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  return phone;
}

describe('a changed SIM', () => {
  it('the person who confirms it on the phone is protected again at once, and may get codes where SMS is due', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['sim_swapped'] });
    const alert = await alertOf(owner.phone, 'sim_swapped');
    expect(alert).toMatchObject({ state: 'open' });
    expect(Date.parse(alert.expiresAt) - Date.parse(alert.at)).toBe(72 * 3_600_000);
    expect(await owner.phone.confirmAlert(alert, TEST_PIN)).toBeUndefined();
    expect(await standing(owner)).toMatchObject({ state: 'active', suspensions: [] });
    expect(await canVerify(owner)).toBe(true);
    expect(await alertOf(owner.phone, 'sim_swapped')).toMatchObject({ state: 'confirmed' });
    expect(await refusal(owner.phone.confirmAlert(alert, TEST_PIN))).toBe('alert_closed');
  });

  it('relying parties are told of a confirmed change all the same', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'sim_swapped'), TEST_PIN);
    const { id } = (await service.start(owner.person)).body;
    const { body } = await service.verify(id, await service.codeOf(owner, id));
    expect(body['result']).toMatchObject({ recentSimChange: true });
  });

  it('an objection leaves the suspension to the call centre', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'sim_swapped'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['sim_swapped'] });
  });

  it('a wrong PIN lifts nothing and is counted as ever', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    const alert = await alertOf(owner.phone, 'sim_swapped');
    const answers: string[] = [];
    for (let tries = 0; tries < 6; tries += 1) answers.push(await refusal(owner.phone.confirmAlert(alert, WRONG_PIN)));
    expect(answers).toEqual([...Array<string>(4).fill('pin_mismatch'), 'pin_locked', 'pin_locked']);
    expect(await refusal(owner.phone.confirmAlert(alert, TEST_PIN))).toBe('pin_locked');
    expect(await standing(owner)).toMatchObject({ suspensions: ['sim_swapped'] });
  });

  it('a phone that was replaced may confirm it for 72 hours, and may do nothing else', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await tell(owner.person.lineId, 'sim-swapped');
    expect(await refusal(owner.phone.pending())).toBe('device_proof_invalid');
    expect(await refusal(owner.phone.history())).toBe('device_proof_invalid');
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'sim_swapped'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'active', suspensions: [] });
    await service.rows.devices.ageReplacement(owner.subscriptionId, 72);
    expect(await refusal(owner.phone.alerts())).toBe('device_proof_invalid');
  });
});

describe('a report of loss without a login', () => {
  it('the person lifts it on the phone, with its hold, at once', async () => {
    const owner = await subscribed();
    await reportLoss(owner.person);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'active', suspensions: [] });
    expect(await canVerify(owner)).toBe(true);
  });

  it('for 24 hours after the objection further reports suspend nothing', async () => {
    const owner = await subscribed();
    await reportLoss(owner.person);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    const calls = async () =>
      (await service.rows.customers.heldSubscriptions()).filter((id) => id === owner.subscriptionId).length;
    // However many come, the call centre has one call to make.
    for (let times = 0; times < 3; times += 1) {
      await reportLoss(owner.person);
      await service.rows.customers.untilReportsResolved();
    }
    expect(await standing(owner)).toMatchObject({ state: 'active', suspensions: [] });
    expect(await calls()).toBe(1);
    await service.rows.subscriptions.ageObjection(owner.subscriptionId, 24);
    await reportLoss(owner.person);
    await eventually('the suspension', async () => (await standing(owner)).state === 'suspended');
  });

  it('a report at the call centre is lifted by no alert', async () => {
    const owner = await subscribed();
    await service.operate(owner.subscriptionId, 'report-loss');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('where the SIM was changed too, the phone alone lifts neither', async () => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    await reportLoss(owner.person);
    const loss = await alertOf(owner.phone, 'loss_reported');
    await tell(owner.person.lineId, 'sim-swapped');
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'sim_swapped'), TEST_PIN);
    await owner.phone.objectToAlert(loss, TEST_PIN);
    expect((await standing(owner)).suspensions.sort()).toEqual(['loss_reported', 'sim_swapped']);
    const { text } = await visitor.open('/my');
    expect(text).toContain('휴대폰의 앱만으로는 풀 수 없습니다');
    expect(text).not.toContain('비밀번호를 입력하면 바로 해제됩니다');
  });
});

describe('a report of loss by log-in', () => {
  const lose = async (visitor: TextBrowser) => {
    await visitor.open('/lost-phone');
    await visitor.send('/lost-phone', {});
    await service.rows.customers.untilReportsResolved();
  };
  const guessOwner = async (owner: Owner) => {
    await reportLoss({ ...owner.person, birthDate: '910203' });
    await service.rows.customers.untilReportsResolved();
    await service.rows.budgets.exhaustForms();
  };
  const objectToAnother = async (owner: Owner) => {
    await reportLoss(owner.person);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
  };
  // Not to limit the reports of other tests.
  afterEach(() => service.rows.customers.ageReports(180));

  it('is lifted by no alert', async () => {
    const owner = await subscribed();
    await lose(await loggedIn(owner));
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('is lifted at the call centre and not in the app, as the customer reads on the website', async () => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    await lose(visitor);
    const { text } = await visitor.open('/my');
    expect(text).toContain('이 신고는 앱에서 취소할 수 없습니다');
    expect(text).not.toContain('앱의 알림에서 취소해 주세요');
  });

  it('is not what the website speaks of where the report was made without a login', async () => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    await reportLoss(owner.person);
    await service.rows.customers.untilReportsResolved();
    expect((await visitor.open('/my')).text).toContain('앱의 알림에서 취소해 주세요');
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect((await visitor.open('/my')).text).toContain('이 신고는 앱에서 취소할 수 없습니다');
  });

  it('takes the place of one without a login, which the phone could lift', async () => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    await reportLoss(owner.person);
    const first = await alertOf(owner.phone, 'loss_reported');
    await lose(visitor);
    expect(await refusal(owner.phone.objectToAlert(first, TEST_PIN))).toBe('alert_closed');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it.each([
    ['within 24 hours after the objection to another report', objectToAnother],
    ['after too many guesses at the owner of the line', guessOwner],
    ['while too many reports without a login come', () => service.rows.customers.tripLossBreaker()],
  ])('suspends %s', async (_, happen) => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    await happen(owner);
    await lose(visitor);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });
});

describe('another phone that was enrolled', () => {
  it('the replaced phone suspends the subscription at once, and gets its place back by no objection', async () => {
    const owner = await subscribed();
    const thief = await anotherPhone(owner);
    expect(await thief.alerts()).toEqual([]);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'device_enrolled'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    expect(await refusal(owner.phone.pending())).toBe('device_proof_invalid');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended' });
  });

  it('the enrolled phone cannot answer the alert that tells of it', async () => {
    const owner = await subscribed();
    const thief = await anotherPhone(owner);
    const alert = await alertOf(owner.phone, 'device_enrolled');
    expect(await refusal(thief.confirmAlert(alert, TEST_PIN))).toBe('alert_not_found');
  });

  it('an answer proves its deed: a confirmation is no objection, and another alert’s proof is refused', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    const swapped = await alertOf(owner.phone, 'sim_swapped');
    await reportLoss(owner.person);
    const loss = await alertOf(owner.phone, 'loss_reported');
    const crossed = { id: loss.id, nonce: swapped.nonce };
    expect(await refusal(owner.phone.objectToAlert(crossed, TEST_PIN))).toBe('pin_mismatch');
    const other = await subscribed();
    expect(await refusal(other.phone.objectToAlert(loss, TEST_PIN))).toBe('alert_not_found');
  });
});

describe('a reissue at the call centre', () => {
  type Reissue = { id: string; state: string };
  const write = <Body>(path: string, body: object = {}, clientId = 'demo-operator'): Promise<Answer<Body>> =>
    service.call('POST', `/operator/v1/${path}`, { reason: '고장 신고 고객', ...body }, { clientId });
  const approve = (id: string) => write<Record<string, unknown>>(`reissues/${id}/approve`, {}, 'demo-supervisor');
  const apply = async (
    { subscriptionId, phone: { serialNumber } }: Owner,
    cause: 'lost' | 'broken',
  ): Promise<string> => {
    const body = { cause, oldSerialNumber: serialNumber, identityProof: 'certificate', delivery: 'visit' };
    const applied = await write<Reissue>(`subscriptions/${subscriptionId}/reissues`, body);
    expect(applied.status).toBe(201);
    return applied.body.id;
  };
  const stateOf = async ({ subscriptionId }: Owner): Promise<string | undefined> => {
    const path = `/operator/v1/subscriptions/${subscriptionId}/reissues`;
    const headers = { 'Audit-Reason': 'look' };
    return (await service.call<Reissue[]>('GET', path, undefined, { scope: 'operator', headers })).body[0]?.state;
  };

  it('the person who objects at the application stops it', async () => {
    const owner = await subscribed();
    const id = await apply(owner, 'broken');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'reissue'), TEST_PIN);
    expect(await stateOf(owner)).toBe('withdrawn');
    expectProblem(await approve(id), 409, 'reissue_closed', { state: 'withdrawn' });
    expect(await canVerify(owner)).toBe(true);
  });

  it.each(['broken', 'lost'] as const)(
    'the person who objects after the approval voids the code that was issued, with the cause %s',
    async (cause) => {
      const owner = await subscribed();
      const id = await apply(owner, cause);
      await approve(id);
      const { enrolmentCode } = (await write<{ enrolmentCode: string }>(`reissues/${id}/issue`)).body;
      await owner.phone.objectToAlert(await alertOf(owner.phone, 'reissue'), TEST_PIN);
      expect(await refusal(service.enrol(enrolmentCode))).toBe('enrolment_code_invalid');
      expect(await stateOf(owner)).toBe('withdrawn');
    },
  );

  it('an alert ends with the reissue that it tells of', async () => {
    const owner = await subscribed();
    const id = await apply(owner, 'broken');
    await write(`reissues/${id}/withdraw`);
    expect(await alertOf(owner.phone, 'reissue')).toMatchObject({ state: 'closed' });
  });

  it.each(['broken', 'lost'] as const)(
    'is applied for five times a day for one person, with the cause %s',
    async (cause) => {
      const owner = await subscribed();
      for (let times = 0; times < 5; times += 1) await write(`reissues/${await apply(owner, cause)}/withdraw`);
      const { serialNumber: oldSerialNumber } = owner.phone;
      const body = { cause, oldSerialNumber, identityProof: 'certificate', delivery: 'visit' };
      expectProblem(await write(`subscriptions/${owner.subscriptionId}/reissues`, body), 429, 'too_many_requests');
    },
  );

  it('a lost phone that was replaced confirms no further phone, though its finder saw the PIN, and may still object', async () => {
    const owner = await subscribed();
    const id = await apply(owner, 'lost');
    await approve(id);
    const { enrolmentCode } = (await write<{ enrolmentCode: string }>(`reissues/${id}/issue`)).body;
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await standing(owner)).toMatchObject({ state: 'active' });
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    const found = await alertOf(owner.phone, 'new_phone');
    expect(await refusal(owner.phone.confirmAlert(found, TEST_PIN))).toBe('device_proof_invalid');
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'device_enrolled'), TEST_PIN);
    expect(await standing(owner)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });
});

describe('a cancellation asked for at the call centre', () => {
  const write = (owner: Owner, action: string, body: object, clientId: string) =>
    service.call('POST', `/operator/v1/subscriptions/${owner.subscriptionId}/${action}`, body, { clientId });

  it('is told to the phone and the number, and an objection takes the request away from the second client', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    const asked = await write(owner, 'requests', { deed: 'cancel', reason: '고객 요청' }, 'demo-operator');
    expect(asked.status).toBe(201);
    await eventually('the text message', () =>
      service.smsc.received.some(({ to, text }) => to === owner.person.phoneNumber && text.includes('해지가 요청')),
    );
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'cancellation'), TEST_PIN);
    const refused = await write(owner, 'cancel', { reason: '고객 요청' }, 'demo-supervisor');
    expect(refused).toMatchObject({ status: 409, body: { code: 'second_person_required' } });
    expect(await standing(owner)).toMatchObject({ state: 'suspended' });
  });

  it('a confirmation leaves it to the second client', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'sim-swapped');
    await write(owner, 'requests', { deed: 'cancel', reason: '고객 요청' }, 'demo-operator');
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'cancellation'), TEST_PIN);
    expect((await write(owner, 'cancel', { reason: '고객 요청' }, 'demo-supervisor')).status).toBe(200);
  });
});

describe('the push of an alert', () => {
  const alertPushes = (token: string) => service.pushesTo(token).filter(({ data }) => data['t'] === 'alert');

  it('wakes the phone in use, with a visible text and without anything personal', async () => {
    const owner = await subscribed();
    await service.operate(owner.subscriptionId, 'report-loss');
    const push = await service.pushed(owner.pushToken, 'alert');
    expect(push.data).toEqual({ t: 'alert', id: (await alertOf(owner.phone, 'loss_reported')).id });
    expect(push.alert).toEqual({
      title: '확인이 필요합니다',
      body: '앱을 열어 확인해 주세요. Open the app to check what happened.',
    });
  });

  it('reaches a phone that was replaced for 72 hours, which hears of nothing else', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await eventually('the alert of the new phone', () => alertPushes(owner.pushToken).length === 1);
    const phone = await anotherPhone(owner);
    await eventually('the alert of the enrolment', () => alertPushes(owner.pushToken).length === 2);
    const others = () => service.pushesTo(owner.pushToken).filter(({ data }) => data['t'] !== 'alert').length;
    await eventually('the last notice', () =>
      service.pushesTo(owner.pushToken).some(({ data }) => data['kind'] === 'device_retired'),
    );
    const before = others();
    const { id } = (await service.start(owner.person)).body;
    await phone.open(
      (await phone.pending()).find((one) => one.id === id)!,
      TEST_PIN,
    );
    await tell(owner.person.lineId, 'sim-swapped');
    await eventually('the alert of the SIM', () => alertPushes(owner.pushToken).length === 3);
    await service.operate(owner.subscriptionId, 'report-loss');
    await eventually('the alert of the loss', () => alertPushes(owner.pushToken).length === 4);
    await service.rows.deliveries.untilDone(id);
    expect(others()).toBe(before);
    await service.rows.devices.ageReplacement(owner.subscriptionId, 72);
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await eventually('the end of every delivery', () => service.rows.deliveries.none());
    expect(alertPushes(owner.pushToken)).toHaveLength(4);
  });

  it('a dead token of a phone that was replaced is cleared', async () => {
    const owner = await subscribed();
    service.fcm.answer(owner.pushToken, 'UNREGISTERED', 'UNREGISTERED', 'UNREGISTERED');
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await eventually(
      'the end of the token',
      async () => !(await service.rows.devices.hasPushToken(owner.phone.deviceId)),
    );
  });

  it('a phone that was enrolled again is told once, and not that it replaced itself', async () => {
    const owner = await subscribed();
    const { enrolmentCode } = (await service.operate(owner.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const again = await service.enrol(enrolmentCode, { pushToken: owner.pushToken });
    await again.confirmTest((await again.readTestEnvelope(await again.testEnvelope())).code);
    await service.operate(owner.subscriptionId, 'report-loss');
    const { id } = await alertOf(again, 'loss_reported');
    await eventually('the alert', () => alertPushes(owner.pushToken).length > 0);
    await eventually('the end of every delivery', () => service.rows.deliveries.none());
    expect(alertPushes(owner.pushToken).map(({ data }) => data['id'])).toEqual([id]);
  });
});

describe('a new phone', () => {
  const ask = async (person: TestPerson): Promise<void> => {
    await service.rows.budgets.clearForms();
    const visitor = new TextBrowser(service.issuer);
    await visitor.open('/new-phone');
    const { phoneNumber, birthDate, genderDigit } = person;
    await visitor.send('/new-phone', { phoneNumber, birthDate, genderDigit, way: 'sms' });
  };
  const codeTexts = ({ phoneNumber }: TestPerson) =>
    service.smsc.received.filter(({ to, text }) => to === phoneNumber && /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.test(text));
  const open = () => service.rows.customers.openReports();
  const noticesTo = ({ pushToken }: Subscriber) =>
    service.pushesTo(pushToken).flatMap(({ data }) => (data['t'] === 'notice' ? [data['kind']] : []));

  it('the old phone confirms it with the PIN and shows the code at once, which is never texted', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    const alert = await alertOf(owner.phone, 'new_phone');
    const given = await owner.phone.confirmAlert(alert, TEST_PIN);
    expect(given).toMatchObject({ enrolmentCode: expect.stringMatching(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/) });
    expect(given!.enrolmentUri).toContain('pushguard://enrol');
    const phone = await service.enrol(given!.enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect((await owner.phone.alerts()).map(({ kind }) => kind)).not.toContain('device_enrolled');
    expect(codeTexts(owner.person)).toEqual([]);
    const moved = { ...owner, phone };
    await service.rows.subscriptions.ageEnrolment(owner.subscriptionId, 72);
    const { id } = (await service.start(owner.person)).body;
    const { body } = await service.verify(id, await service.codeOf(moved, id));
    expect(body['result']).not.toHaveProperty('recentlyEnrolled');
    expect(await open()).toBe(0);
  });

  it('a phone that the carrier reported as replaced confirms it too, for 72 hours', async () => {
    const owner = await subscribed();
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    const given = await owner.phone.confirmAlert(await alertOf(owner.phone, 'new_phone'), TEST_PIN);
    expect(given).toHaveProperty('enrolmentCode');
  });

  it('is confirmed while a worker is at the same request, and neither ends the other', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    const alert = await alertOf(owner.phone, 'new_phone');
    await service.rows.customers.untilReportsResolved();
    const holding = await service.database.pool.connect();
    let confirmed: Promise<unknown>;
    try {
      // The confirmation has locked the subscription, and waits. So does the worker, then, for the subscription.
      await holding.query('BEGIN');
      await holding.query('SELECT 1 FROM alerts WHERE id = $1 FOR UPDATE', [alert.id]);
      confirmed = owner.phone.confirmAlert(alert, TEST_PIN);
      await untilWaiting(1);
      await service.rows.customers.makeReportsDue();
      await untilWaiting(2);
    } finally {
      await holding.query('COMMIT');
      holding.release();
    }
    expect(await confirmed).toHaveProperty('enrolmentCode');
    await service.rows.customers.untilReportsResolved();
    expect(await service.rows.customers.newestReport('new_phone')).toMatchObject({ outcome: 'confirmed' });
    expect(service.process.log()).not.toContain('deadlock');
  });

  it('ends when a new phone is enrolled, which cannot confirm its own coming, and so does the request', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    await alertOf(owner.phone, 'new_phone');
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    const { nonce, id } = await alertOf(owner.phone, 'new_phone');
    const { body } = await service.call<{ enrolmentCode: string }>(
      'POST',
      `/operator/v1/subscriptions/${owner.subscriptionId}/enrolment-code`,
      { reason: '기기변경' },
      { scope: 'operator' },
    );
    const phone = await service.enrol(body.enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await alertOf(phone, 'new_phone')).toMatchObject({ id, state: 'closed' });
    expect(await refusal(phone.confirmAlert({ id, nonce }, TEST_PIN))).toBe('alert_closed');
    expect(await alertOf(owner.phone, 'device_enrolled')).toMatchObject({ state: 'open' });
    expect(await open()).toBe(0);
  });

  it('without the old phone the code is texted a day after the carrier reported the handset, not before', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    await eventually('the old phone to be told', () => noticesTo(owner).includes('new_phone_asked'));
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    let passed = 0;
    const pass = async (minutes: number) => {
      passed += minutes;
      await service.rows.subscriptions.ageHandsetChanges(passed);
      await service.rows.lines.ageMemoryMinutes(owner.person.lineId, minutes);
      await service.rows.customers.ageReports(minutes);
      await service.rows.customers.makeReportsDue();
      await service.rows.customers.untilReportsResolved();
    };
    await service.rows.devices.ageActivations(5);
    await pass(0);
    await pass(23 * 60 + 30);
    expect(codeTexts(owner.person)).toEqual([]);
    // However short the wait is set, this is true.
    await eventually('the notice', () =>
      service.smsc.received.some(
        ({ to, text }) => to === owner.person.phoneNumber && text.includes('한 시간 안에 새 휴대폰에 앱 등록 코드'),
      ),
    );
    await pass(31);
    await eventually('the code', () => codeTexts(owner.person).length === 1);
  });

  it.each([
    ['a changed SIM', (owner: Owner) => tell(owner.person.lineId, 'sim-swapped')],
    ['a report of loss', (owner: Owner) => service.operate(owner.subscriptionId, 'report-loss')],
  ])('no code is texted, however long the wait, while %s stands', async (_, disturb) => {
    const owner = await subscribed();
    await ask(owner.person);
    await eventually('the request', () => noticesTo(owner).includes('new_phone_asked'));
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await disturb(owner);
    await service.rows.devices.ageActivations(5);
    await service.rows.subscriptions.ageHandsetChanges(3 * 24 * 60);
    await service.rows.customers.ageReports(3 * 24 * 60);
    await service.rows.lines.ageMemory(owner.person.lineId, 3 * 24);
    await service.rows.customers.makeReportsDue();
    await service.rows.customers.untilReportsResolved();
    expect(codeTexts(owner.person)).toEqual([]);
  });

  it('a person who is logged in reads what is waited for, until when, and that the old phone objected', async () => {
    const owner = await subscribed();
    const visitor = await loggedIn(owner);
    const my = async () => (await visitor.open('/my')).text;
    expect(await my()).not.toContain('새 휴대폰 등록을');
    await ask(owner.person);
    await eventually('the request', () => noticesTo(owner).includes('new_phone_asked'));
    expect(await my()).toContain('통신사가 새 휴대폰을 알려 오기를 기다리고 있습니다');
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    expect(await my()).toMatch(/\d+:\d\d 이후에 새 휴대폰으로 등록 코드를 문자로 보냅니다/);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'new_phone'), TEST_PIN);
    expect(await my()).toMatch(/본인이 아니라고 답했습니다.*까지는 앱으로 로그인하여/);
  });

  it('after the old phone objected, no further request is taken without a login for 24 hours', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'new_phone'), TEST_PIN);
    await tell(owner.person.lineId, 'device-changed', ANOTHER_PHONE);
    await service.rows.devices.ageActivations(5);
    await service.rows.subscriptions.ageHandsetChanges(2 * 24 * 60);
    await service.rows.lines.ageMemory(owner.person.lineId, 48);
    await ask(owner.person);
    await service.rows.customers.untilReportsResolved();
    expect(codeTexts(owner.person)).toEqual([]);
    // The call centre knows of the first request already.
    expect(await service.rows.customers.newestReport('new_phone')).toMatchObject({ outcome: 'no_change' });
  });

  it('after the old phone objected, a request by log-in is told to it as the page says, and it may object again', async () => {
    const owner = await subscribed();
    await ask(owner.person);
    const first = await alertOf(owner.phone, 'new_phone');
    await owner.phone.objectToAlert(first, TEST_PIN);
    const visitor = await loggedIn(owner);
    for (let times = 1; times <= 2; times += 1) {
      await visitor.open('/new-phone');
      expect((await visitor.send('/new-phone', { way: 'sms' })).text).toContain('기존 휴대폰의 앱에 알렸습니다');
      const alert = await eventually('the alert', async () =>
        (await owner.phone.alerts()).find(({ kind, state }) => kind === 'new_phone' && state === 'open'),
      );
      expect((await visitor.open('/my')).text).toContain('통신사가 새 휴대폰을 알려 오기를 기다리고 있습니다');
      await owner.phone.objectToAlert(alert, TEST_PIN);
      expect((await visitor.open('/my')).text).toContain('본인이 아니라고 답했습니다');
    }
    // Each request rings the phone as an alert; the notices to phone and number are two a day.
    expect(noticesTo(owner)).toEqual(['new_phone_asked', 'new_phone_asked']);
  });
});
