import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TestService, TEST_PIN, type Answer, type Subscriber, answerOf } from '../support/service.ts';

type Deed = 'cancel' | 'resume' | 'enrolment-code' | 'unlock-pin';

const CODES_PER_HOUR = 12;
const OPERATOR = 'demo-operator';
const SUPERVISOR = 'demo-supervisor';

let service: TestService;
/** Tokens of clients that the tests registered. */
const tokens = new Map<string, string>();
let sequence = 0;

beforeAll(async () => {
  service = await TestService.start({ ENROLMENT_CODES_PER_CLIENT_HOUR: String(CODES_PER_HOUR) });
});
afterAll(() => service.stop());

/** Registers a client of the call centre; returns its client id. */
async function client(scopes: string[]): Promise<string> {
  const clientId = `centre-${randomUUID()}`;
  await service.rows.clients.register({ clientId, secret: clientId, scopes });
  const response = await fetch(`${service.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientId}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  tokens.set(clientId, ((await response.json()) as { access_token: string }).access_token);
  return clientId;
}

async function post<Body = Record<string, unknown>>(
  by: string,
  path: string,
  body: object = {},
): Promise<Answer<Body>> {
  const token = tokens.get(by) ?? (await service.token(undefined, by));
  const response = await fetch(`${service.issuer}/operator/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ reason: '고객 요청', ...body }),
  });
  return answerOf<Body>(response);
}

const act = (by: string, { subscriptionId }: Pick<Subscriber, 'subscriptionId'>, deed: Deed) =>
  post(by, `subscriptions/${subscriptionId}/${deed}`);
const ask = (by: string, { subscriptionId }: Pick<Subscriber, 'subscriptionId'>, deed: Deed) =>
  post(by, `subscriptions/${subscriptionId}/requests`, { deed });
const tell = (lineId: string, kind: string, data?: object) => {
  sequence += 1;
  return service.sendEvent(lineId, kind, data, sequence);
};
const standing = async ({ subscriptionId }: Subscriber) => {
  const { state, suspensions } = (await service.rows.subscriptions.of(subscriptionId))!;
  return { state, suspensions };
};
const lost = async () => {
  const subscriber = await service.subscriber();
  await service.operate(subscriber.subscriptionId, 'report-loss');
  return subscriber;
};
const swapped = async () => {
  const subscriber = await service.subscriber();
  await tell(subscriber.person.lineId, 'sim-swapped');
  return subscriber;
};
/** The loss was lifted by two people, and the hold of the line stands. */
const held = async () => {
  const subscriber = await lost();
  await ask(OPERATOR, subscriber, 'resume');
  expect((await act(SUPERVISOR, subscriber, 'resume')).status).toBe(200);
  return subscriber;
};

const expectNoDecision = (answer: Answer) => {
  expectProblem(answer, 403, 'insufficient_scope');
  expect(answer.headers.get('www-authenticate')).toBe(
    'Bearer realm="pushguard", error="insufficient_scope", scope="operator.decide"',
  );
};
const expectAlone = (answer: Answer) => {
  expectProblem(answer, 409, 'second_person_required');
  expect(answer.body).toMatchObject({ title: 'A second person is required' });
};

const DOUBTS: [string, () => Promise<Subscriber>, Deed[]][] = [
  ['a report of loss stands', lost, ['cancel', 'resume', 'enrolment-code']],
  ['a SIM change stands', swapped, ['cancel', 'enrolment-code']],
  ['the hold after a report of loss stands', held, ['cancel', 'enrolment-code']],
];

describe.each(DOUBTS)('while %s', (_, doubted, deeds) => {
  it.each(deeds)('%s takes a client that may decide, and another client that requested it', async (deed) => {
    const subscriber = await doubted();
    const before = await standing(subscriber);
    expectNoDecision(await act(OPERATOR, subscriber, deed));
    expectAlone(await act(SUPERVISOR, subscriber, deed));
    expect((await ask(OPERATOR, subscriber, deed)).status).toBe(201);
    expectNoDecision(await act(OPERATOR, subscriber, deed));
    expect(await standing(subscriber)).toEqual(before);
    expect((await act(SUPERVISOR, subscriber, deed)).status).toBeLessThan(300);
  });

  it.each(deeds)('one client with both scopes cannot do both halves of %s', async (deed) => {
    const subscriber = await doubted();
    const both = await client(['operator', 'operator.decide']);
    expect((await ask(both, subscriber, deed)).status).toBe(201);
    expectAlone(await act(both, subscriber, deed));
    expect((await ask(OPERATOR, subscriber, deed)).status).toBe(201);
    expect((await act(both, subscriber, deed)).status).toBeLessThan(300);
  });
});

describe('a request of one client', () => {
  it('names the deed and is valid for a day', async () => {
    const { subscriptionId } = await lost();
    const sentAt = Date.now();
    const { status, body } = await ask(OPERATOR, { subscriptionId }, 'cancel');
    expect({ status, body }).toEqual({
      status: 201,
      body: { requestId: expect.any(String), subscriptionId, deed: 'cancel', expiresAt: expect.any(String) },
    });
    expectSecondsAfter(sentAt, 86_400, String(body['expiresAt']));
  });

  it('is made by a client with the scope operator', async () => {
    expectProblem(await ask(SUPERVISOR, await lost(), 'cancel'), 403, 'insufficient_scope');
  });

  it('serves once, however many clients decide at the same moment', async () => {
    const subscriber = await lost();
    await ask(OPERATOR, subscriber, 'enrolment-code');
    const deciders = await Promise.all(Array.from({ length: 5 }, () => client(['operator.decide'])));
    const answers = await Promise.all(deciders.map((by) => act(by, subscriber, 'enrolment-code')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expectAlone(await act(SUPERVISOR, subscriber, 'enrolment-code'));
  });

  it('serves no other deed and no other subscription', async () => {
    const [subscriber, other] = [await lost(), await lost()];
    await ask(OPERATOR, subscriber, 'cancel');
    expectAlone(await act(SUPERVISOR, subscriber, 'resume'));
    expectAlone(await act(SUPERVISOR, other, 'cancel'));
  });

  it('expires after a day', async () => {
    const subscriber = await lost();
    await ask(OPERATOR, subscriber, 'cancel');
    await service.rows.operators.expireDeedRequests(subscriber.subscriptionId);
    expectAlone(await act(SUPERVISOR, subscriber, 'cancel'));
  });

  it.each<[string, (subscriber: Subscriber) => Promise<unknown>]>([
    ['the SIM is swapped', ({ person }) => tell(person.lineId, 'sim-swapped')],
    ['the line is suspended', ({ person }) => tell(person.lineId, 'suspended')],
    [
      'another phone is enrolled',
      async (subscriber) => {
        await ask(OPERATOR, subscriber, 'enrolment-code');
        const { body } = await act(SUPERVISOR, subscriber, 'enrolment-code');
        const phone = await service.enrol(String(body['enrolmentCode']));
        await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
      },
    ],
  ])('ends when %s after it', async (_, change) => {
    const subscriber = await lost();
    await ask(OPERATOR, subscriber, 'cancel');
    await change(subscriber);
    expectAlone(await act(SUPERVISOR, subscriber, 'cancel'));
    await ask(OPERATOR, subscriber, 'cancel');
    expect((await act(SUPERVISOR, subscriber, 'cancel')).status).toBe(200);
  });

  it('ends with a second SIM change while the first one stands', async () => {
    const subscriber = await swapped();
    await ask(OPERATOR, subscriber, 'cancel');
    await tell(subscriber.person.lineId, 'sim-swapped');
    expectAlone(await act(SUPERVISOR, subscriber, 'cancel'));
  });

  it('to cancel is told to the phone once, whose objection ends the requests of every client', async () => {
    const subscriber = await service.subscriber();
    const { phone, subscriptionId } = subscriber;
    const third = await client(['operator']);
    for (const by of [OPERATOR, OPERATOR, third]) expect((await ask(by, subscriber, 'cancel')).status).toBe(201);
    const told = (await phone.alerts()).filter(({ kind }) => kind === 'cancellation');
    // The last one replaces the one before.
    expect(told.map(({ state }) => state)).toEqual(['open', 'closed']);
    await phone.objectToAlert(told[0]!, TEST_PIN);
    expect(await service.rows.operators.deedRequestsOf(subscriptionId)).toBe(0);
  });

  it('made before anything was in doubt does not serve afterwards', async () => {
    const subscriber = await service.subscriber();
    await ask(OPERATOR, subscriber, 'cancel');
    await service.operate(subscriber.subscriptionId, 'report-loss');
    expectAlone(await act(SUPERVISOR, subscriber, 'cancel'));
  });

  it('names both clients in the life of the subscription and in its audit', async () => {
    const subscriber = await lost();
    await ask(OPERATOR, subscriber, 'cancel');
    await act(SUPERVISOR, subscriber, 'cancel');
    const links = await service.rows.subscriptions.transitionsOf(subscriber.subscriptionId);
    expect(links.at(-1)).toMatchObject({ change: 'cancelled', actor_id: `${OPERATOR} + ${SUPERVISOR}` });
    const audit = await service.rows.operators.auditOf(subscriber.subscriptionId);
    expect(audit.slice(-2)).toMatchObject([
      { operator: OPERATOR, action: 'ask-cancel', outcome: 'done' },
      { operator: SUPERVISOR, action: 'cancel', outcome: 'done' },
    ]);
  });

  it('is refused for an unknown subscription, an ended one, and a deed that takes no second client', async () => {
    expectProblem(await ask(OPERATOR, { subscriptionId: randomUUID() }, 'cancel'), 404, 'subscription_not_found');
    expectProblem(await ask(OPERATOR, { subscriptionId: 'x' }, 'cancel'), 404, 'subscription_not_found');
    const ended = await service.subscriber();
    await act(OPERATOR, ended, 'cancel');
    expectProblem(await ask(OPERATOR, ended, 'cancel'), 409, 'nothing_to_change', { state: 'cancelled' });
    const path = `subscriptions/${(await lost()).subscriptionId}/requests`;
    for (const deed of ['report-loss', 'unlock_pin', '', null, ['cancel']])
      expectFaults(await post(OPERATOR, path, { deed }), '/deed');
    expectFaults(await post(OPERATOR, path, { deed: 'cancel', reason: '' }), '/reason');
  });
});

describe('a SIM change', () => {
  it('is lifted by no resume, whichever clients ask, also beside a report of loss', async () => {
    const subscriber = await swapped();
    expectNoDecision(await act(OPERATOR, subscriber, 'resume'));
    for (const reason of ['swapped', 'lost as well']) {
      if (reason !== 'swapped') await service.operate(subscriber.subscriptionId, 'report-loss');
      const before = await standing(subscriber);
      await ask(OPERATOR, subscriber, 'resume');
      const answer = await act(SUPERVISOR, subscriber, 'resume');
      expectProblem(answer, 409, 'nothing_to_change', { state: 'suspended' });
      expect(answer.body['detail']).toContain(reason === 'swapped' ? 'confirms it on the phone' : 'enrolment code');
      expect(answer.body).not.toHaveProperty('deskSentence');
      expect(await standing(subscriber)).toEqual(before);
    }
  });

  it('beside a report of loss ends with an enrolment by two clients, after which two of them lift the loss', async () => {
    const subscriber = await swapped();
    await service.operate(subscriber.subscriptionId, 'report-loss');
    await ask(OPERATOR, subscriber, 'enrolment-code');
    const { body } = await act(SUPERVISOR, subscriber, 'enrolment-code');
    const phone = await service.enrol(String(body['enrolmentCode']));
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await standing(subscriber)).toMatchObject({ suspensions: ['loss_reported'] });
    expect((await ask(OPERATOR, subscriber, 'resume')).status).toBe(201);
    expect((await act(SUPERVISOR, subscriber, 'resume')).status).toBe(200);
    expect(await standing(subscriber)).toMatchObject({ state: 'active', suspensions: [] });
  });
});

describe('without a doubt', () => {
  it('one client cancels, whichever scope it has', async () => {
    for (const by of [OPERATOR, SUPERVISOR]) {
      const subscriber = await service.subscriber();
      expect((await act(by, subscriber, 'cancel')).status).toBe(200);
    }
  });

  it('a suspension by the carrier is no doubt', async () => {
    const subscriber = await service.subscriber();
    await tell(subscriber.person.lineId, 'suspended');
    expect((await act(OPERATOR, subscriber, 'cancel')).status).toBe(200);
  });

  it('one client cancels again once the hold has ended', async () => {
    const subscriber = await held();
    await service.rows.lines.ageMemory(subscriber.person.lineId, 71);
    expectNoDecision(await act(OPERATOR, subscriber, 'cancel'));
    await service.rows.lines.ageMemory(subscriber.person.lineId, 1);
    expect((await act(OPERATOR, subscriber, 'cancel')).status).toBe(200);
  });

  it('a client that only decides reads nothing and reports no loss', async () => {
    const { subscriptionId, person } = await service.subscriber();
    const headers = { 'Audit-Reason': 'look' };
    const options = { clientId: SUPERVISOR, headers };
    for (const path of [
      `subscriptions?phoneNumber=${encodeURIComponent(person.phoneNumber)}`,
      `subscriptions/${subscriptionId}/history`,
      `subscriptions/${subscriptionId}/audit`,
      'charges?month=2026-01',
    ]) {
      const answer = await service.call('GET', `/operator/v1/${path}`, undefined, options);
      expectProblem(answer, 403, 'insufficient_scope');
    }
    expectProblem(await post(SUPERVISOR, `subscriptions/${subscriptionId}/report-loss`), 403, 'insufficient_scope');
    expectProblem(
      await post(SUPERVISOR, 'subscriptions', { phoneNumber: person.phoneNumber }),
      403,
      'insufficient_scope',
    );
  });
});

describe('unlocking a PIN', () => {
  it('takes one client once in a day, whichever it is, and then another one that requested it', async () => {
    const subscriber = await service.subscriber();
    const lock = () => service.rows.devices.lockPin(subscriber.phone.deviceId);
    await lock();
    expect((await act(OPERATOR, subscriber, 'unlock-pin')).status).toBe(204);
    await lock();
    const third = await client(['operator']);
    for (const by of [OPERATOR, SUPERVISOR, third]) expectAlone(await act(by, subscriber, 'unlock-pin'));
    await ask(OPERATOR, subscriber, 'unlock-pin');
    expectAlone(await act(OPERATOR, subscriber, 'unlock-pin'));
    expect((await act(third, subscriber, 'unlock-pin')).status).toBe(204);
    await lock();
    expectAlone(await act(third, subscriber, 'unlock-pin'));
  });

  it('takes one client again after a day', async () => {
    const subscriber = await service.subscriber();
    await service.rows.devices.lockPin(subscriber.phone.deviceId);
    await act(OPERATOR, subscriber, 'unlock-pin');
    await service.rows.devices.lockPin(subscriber.phone.deviceId);
    await service.rows.subscriptions.ageUnlocking(subscriber.subscriptionId, 23);
    expectAlone(await act(OPERATOR, subscriber, 'unlock-pin'));
    await service.rows.subscriptions.ageUnlocking(subscriber.subscriptionId, 1);
    expect((await act(OPERATOR, subscriber, 'unlock-pin')).status).toBe(204);
  });

  it('that is refused unlocks nothing: 20 calls at once unlock once', async () => {
    const subscriber = await service.subscriber();
    await service.rows.devices.lockPin(subscriber.phone.deviceId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => act(OPERATOR, subscriber, 'unlock-pin')));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    await service.start(subscriber.person);
    const [pending] = await subscriber.phone.pending();
    const wrong = () => subscriber.phone.open(pending!, '000000').catch((error: unknown) => error);
    for (let tries = 1; tries <= 5; tries += 1) await wrong();
    expectAlone(await act(OPERATOR, subscriber, 'unlock-pin'));
    expect(await wrong()).toMatchObject({ code: 'pin_locked' });
  });
});

describe('an enrolment code that one client issues while a phone is in use', () => {
  it('alerts the replaced phone once it is used, and relying parties are told', async () => {
    const subscriber = await service.subscriber();
    await service.rows.subscriptions.ageEnrolment(subscriber.subscriptionId, 72);
    const { body } = await act(OPERATOR, subscriber, 'enrolment-code');
    const newer = await service.enrol(String(body['enrolmentCode']));
    await newer.confirmTest((await newer.readTestEnvelope(await newer.testEnvelope())).code);
    expect((await subscriber.phone.alerts()).map(({ kind, state }) => [kind, state])).toEqual([
      ['device_enrolled', 'open'],
    ]);
    const { id } = (await service.start(subscriber.person)).body;
    const verified = await service.verify(id, await service.codeOf({ ...subscriber, phone: newer }, id));
    expect(verified.body['result']).toMatchObject({ recentlyEnrolled: true });
  });

  it('is limited for each client and hour, and says when the next one is possible', async () => {
    const by = await client(['operator']);
    const subscriber = await service.subscriber();
    for (let codes = 1; codes <= CODES_PER_HOUR; codes += 1)
      expect((await act(by, subscriber, 'enrolment-code')).status).toBe(201);
    const refused = await act(by, subscriber, 'enrolment-code');
    expectProblem(refused, 429, 'too_many_requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(3_600);
    expect((await act(OPERATOR, subscriber, 'enrolment-code')).status).toBe(201);
    // Where no phone is in use, nothing is taken away from one.
    const waiting = await service.subscribe(await service.addLine());
    expect((await act(by, waiting, 'enrolment-code')).status).toBe(201);
  });

  it('counts too where the client cancels the line and subscribes it anew, which leads to another phone', async () => {
    const by = await client(['operator']);
    for (let codes = 1; codes <= CODES_PER_HOUR; codes += 1) {
      const subscriber = await service.subscriber();
      expect((await act(by, subscriber, 'cancel')).status).toBe(200);
      const { phoneNumber } = subscriber.person;
      expect((await post(by, 'subscriptions', { phoneNumber, reason: '재가입' })).status).toBe(201);
    }
    const subscriber = await service.subscriber();
    await act(by, subscriber, 'cancel');
    const { phoneNumber } = subscriber.person;
    const refused = await post(by, 'subscriptions', { phoneNumber, reason: '재가입' });
    expectProblem(refused, 429, 'too_many_requests');
    // A line on which no phone was in use takes nothing away.
    const { phoneNumber: another } = await service.addLine();
    expect((await post(by, 'subscriptions', { phoneNumber: another, reason: '가입' })).status).toBe(201);
  });

  it('that was refused does not count', async () => {
    const by = await client(['operator']);
    const subscriber = await lost();
    for (let calls = 0; calls <= CODES_PER_HOUR; calls += 1)
      expectNoDecision(await act(by, subscriber, 'enrolment-code'));
    expect((await act(by, await service.subscriber(), 'enrolment-code')).status).toBe(201);
  });
});

describe('a reissue by clients', () => {
  const applied = async (by: string) => {
    const { subscriptionId, phone } = await service.subscriber();
    const application = {
      cause: 'lost',
      oldSerialNumber: phone.serialNumber,
      identityProof: 'certificate',
      delivery: 'visit',
    };
    const { body } = await post<{ id: string }>(by, `subscriptions/${subscriptionId}/reissues`, application);
    return body.id;
  };

  it('is approved by another client that may decide, and issued by a client that did not approve it', async () => {
    const both = await client(['operator', 'operator.decide']);
    const id = await applied(both);
    expectProblem(await post(both, `reissues/${id}/approve`), 403, 'insufficient_scope', { roles: [] });
    expectNoDecision(await post(OPERATOR, `reissues/${id}/approve`));
    const approver = await client(['operator', 'operator.decide']);
    expect((await post(approver, `reissues/${id}/approve`)).body).toMatchObject({
      state: 'approved',
      appliedBy: both,
      decidedBy: approver,
    });
    expectProblem(await post(approver, `reissues/${id}/issue`), 403, 'insufficient_scope', { roles: [] });
    expectProblem(await post(SUPERVISOR, `reissues/${id}/issue`), 403, 'insufficient_scope');
    expect((await post(OPERATOR, `reissues/${id}/issue`)).status).toBe(201);
    expect((await post(both, `reissues/${id}/issue`)).status).toBe(201);
  });

  it('is refused by another client that may decide, and withdrawn by any with the scope operator', async () => {
    const both = await client(['operator', 'operator.decide']);
    const first = await applied(both);
    expectProblem(await post(both, `reissues/${first}/refuse`), 403, 'insufficient_scope', { roles: [] });
    expectNoDecision(await post(OPERATOR, `reissues/${first}/refuse`));
    expect((await post(SUPERVISOR, `reissues/${first}/refuse`)).body).toMatchObject({ state: 'refused' });
    const second = await applied(both);
    expectProblem(await post(SUPERVISOR, `reissues/${second}/withdraw`), 403, 'insufficient_scope');
    expect((await post(OPERATOR, `reissues/${second}/withdraw`)).body).toMatchObject({ state: 'withdrawn' });
  });
});
