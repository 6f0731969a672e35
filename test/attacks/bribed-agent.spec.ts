import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PhoneAlert } from '../../src/phone/phone.ts';
import { DeskBrowser, type DeskAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Subscriber } from '../support/service.ts';
import { isServed, Thief } from './thief.ts';

/**
 * The attacker is one person of the call centre, who has one account of the desk, and perhaps the secret of one client of
 * its API, and works with somebody who has the victim's SIM. The aim: to take the protection away, or to enrol a phone.
 */
let service: TestService;
const desks = new Map<string, DeskBrowser>();
/** Another browser in which the same account is signed in. */
const others = new Map<string, DeskBrowser>();
const LOGINS = ['agent', 'supervisor'] as const;

beforeAll(async () => {
  service = await TestService.start();
  for (const login of LOGINS) {
    desks.set(login, await new DeskBrowser(service).signIn(login));
    others.set(login, await new DeskBrowser(service).signIn(login));
  }
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearForms());

const reason = '고객이 전화로 요청';
const h1 = ({ html }: DeskAnswer) => /<h1[^>]*>([^<]*)/.exec(html)?.[1]?.trim();
const at = ({ subscriptionId }: Pick<Subscriber, 'subscriptionId'>) => `/operator/subscriptions/${subscriptionId}`;
const standing = async ({ subscriptionId }: Subscriber) => (await service.rows.subscriptions.of(subscriptionId))!;
const alertsOf = async ({ phone }: Subscriber, kind: PhoneAlert['kind']) =>
  (await phone.alerts()).filter((alert) => alert.kind === kind);
const textsTo = ({ person }: Subscriber) => service.smsc.received.filter(({ to }) => to === person.phoneNumber);

/** Does something at the desk; returns the status and the heading of the page. */
async function does(login: string, victim: Subscriber, deed: string, typed: Record<string, string> = {}) {
  const answer = await desks.get(login)!.post(`${at(victim)}/${deed}`, { reason, ...typed });
  return { ...answer, h1: h1(answer) };
}

/** Tries to approve the attacker's own request, in both browsers; returns the statuses. */
async function approveOwn(login: string, path: string): Promise<number[]> {
  const statuses: number[] = [];
  for (const browser of [desks, others]) statuses.push((await browser.get(login)!.post(path, { reason })).status);
  return statuses;
}

/** What the audit has of the attacker: action and outcome. */
async function auditOf({ subscriptionId }: Subscriber, login: string): Promise<string[]> {
  const entries = await service.rows.operators.auditOf(subscriptionId);
  return entries.filter(({ operator }) => operator === login).map(({ action, outcome }) => `${action} ${outcome}`);
}

/** The person was told by a notice to the number, beside what the phone shows. */
const isTold = (victim: Subscriber, times = 1) =>
  eventually('a text message to the number', () => textsTo(victim).length >= times);

/** The same person calls the API with the session of the desk, without a client. */
async function withSession(login: string, { subscriptionId }: Subscriber, path: string, body: object = {}) {
  const desk = desks.get(login)!;
  const token = await desk.formToken();
  const cookie = [...desk.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(`${service.issuer}/operator/v1/subscriptions/${subscriptionId}/${path}`, {
    method: 'POST',
    headers: { Cookie: cookie, 'X-Form-Token': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ reason, ...body }),
  });
  return response.status;
}

const DOUBTS: [string, (thief: Thief) => Promise<unknown>][] = [
  ['a changed SIM', (thief) => thief.tell('sim-swapped')],
  ['a report of loss', ({ victim }) => service.operate(victim.subscriptionId, 'report-loss')],
];

describe.each(LOGINS)('one person at the desk, as %s', (login) => {
  it.each(DOUBTS)('does not cancel alone what %s suspends, and the person is told of the request', async (_, doubt) => {
    const victim = await service.subscriber();
    const thief = new Thief(service, victim);
    await doubt(thief);
    const told = textsTo(victim).length;
    expect(await does(login, victim, 'cancel')).toMatchObject({ status: 409, h1: '두 사람이 필요합니다' });
    expect((await does(login, victim, 'ask-cancel')).status).toBe(303);
    const approval = await desks.get(login)!.approvalOf(victim.subscriptionId);
    expect(await approveOwn(login, `/operator/approvals/${approval}/approve`)).toEqual([403, 403]);
    expect((await does(login, victim, 'cancel')).status).toBe(409);
    expect(await withSession(login, victim, 'cancel')).toBe(409);
    expect(await withSession(login, victim, 'requests', { deed: 'cancel' })).toBe(403);

    expect(await standing(victim)).toMatchObject({ state: 'suspended' });
    expect(await thief.tryBank()).toBe('nothing');
    expect(await alertsOf(victim, 'cancellation')).toMatchObject([{ state: 'open' }]);
    await isTold(victim, told + 1);
    const audit = await auditOf(victim, login);
    expect(audit).toContain('cancel second_person_required');
    expect(audit).toContain('ask-cancel done');
    if (login === 'supervisor') expect(audit).toContain('approve-cancel insufficient_scope');
  });

  it('lifts neither a report of loss nor a changed SIM', async () => {
    const [lost, swapped] = [await service.subscriber(), await service.subscriber()];
    await service.operate(lost.subscriptionId, 'report-loss');
    await new Thief(service, swapped).tell('sim-swapped');
    expect((await does(login, lost, 'ask-resume')).status).toBe(303);
    const approval = await desks.get(login)!.approvalOf(lost.subscriptionId);
    expect(await approveOwn(login, `/operator/approvals/${approval}/approve`)).toEqual([403, 403]);
    expect((await does(login, swapped, 'ask-resume')).status).toBe(409);
    for (const victim of [lost, swapped]) {
      expect(await withSession(login, victim, 'resume')).toBe(403);
      expect(await standing(victim)).toMatchObject({ state: 'suspended' });
      expect(await isServed(service, victim).catch(() => false)).toBe(false);
    }
    expect(await auditOf(lost, login)).toContain('ask-resume done');
    expect(await auditOf(swapped, login)).toContain('ask-resume nothing_to_change');
  });

  it('unlocks a PIN once, of which phone and number are told, and not again and again', async () => {
    const victim = await service.subscriber();
    await service.rows.devices.lockPinOf(victim.subscriptionId);
    expect((await does(login, victim, 'unlock-pin')).status).toBe(303);
    expect(await alertsOf(victim, 'pin_unlocked')).toMatchObject([{ state: 'open' }]);
    await isTold(victim);
    await service.rows.devices.lockPinOf(victim.subscriptionId);
    for (let times = 0; times < 3; times += 1)
      expect(await does(login, victim, 'unlock-pin')).toMatchObject({ status: 409, h1: '두 사람이 필요합니다' });
    expect((await does(login, victim, 'ask-unlock-pin')).status).toBe(303);
    const approval = await desks.get(login)!.approvalOf(victim.subscriptionId);
    expect(await approveOwn(login, `/operator/approvals/${approval}/approve`)).toEqual([403, 403]);
    expect(await withSession(login, victim, 'unlock-pin')).toBe(409);
    expect((await auditOf(victim, login)).filter((entry) => entry === 'unlock-pin done')).toHaveLength(1);
    await service.rows.devices.unlockPin(victim.phone.deviceId);
    await victim.phone.objectToAlert((await alertsOf(victim, 'pin_unlocked'))[0]!, TEST_PIN);
    expect(await standing(victim)).toMatchObject({ suspensions: ['loss_reported'] });
  });

  it('gets no enrolment code for a phone of their own', async () => {
    const victim = await service.subscriber();
    expect((await does(login, victim, 'ask-enrolment-code')).status).toBe(303);
    const approval = await desks.get(login)!.approvalOf(victim.subscriptionId);
    expect(await approveOwn(login, `/operator/approvals/${approval}/approve`)).toEqual([403, 403]);
    for (const browser of [desks, others]) {
      const taken = await browser.get(login)!.post(`/operator/approvals/${approval}/take`);
      expect(taken.status).toBe(409);
      expect(taken.html).not.toContain('enrolment-code">');
    }
    expect(await withSession(login, victim, 'enrolment-code')).toBe(403);
    expect(await isServed(service, victim)).toBe(true);
    expect(await auditOf(victim, login)).toContain('take-enrolment-code approval_closed');
  });

  it('gets no reissue, and the person is told and stops it', async () => {
    const victim = await service.subscriber();
    const { serialNumber: oldSerialNumber } = victim.phone;
    const application = { cause: 'broken', oldSerialNumber, identityProof: 'id_card', delivery: 'visit' };
    expect((await does(login, victim, 'apply-reissue', application)).status).toBe(303);
    const [{ id } = { id: '' }] = await service.rows.operators.reissuesOf(victim.subscriptionId);
    expect(await approveOwn(login, `/operator/reissues/${id}/approve`)).toEqual([403, 403]);
    expect(await approveOwn(login, `/operator/reissues/${id}/issue`)).toEqual([409, 409]);
    for (const scope of ['operator', 'operator.decide'] as const) {
      const answer = await service.call('POST', `/operator/v1/reissues/${id}/approve`, { reason }, { scope });
      expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
    }
    await isTold(victim);
    const [alert] = await alertsOf(victim, 'reissue');
    await victim.phone.objectToAlert(alert!, TEST_PIN);
    expect(await approveOwn(login, `/operator/reissues/${id}/issue`)).toEqual([409, 409]);
    expect(await isServed(service, victim)).toBe(true);
    expect(await auditOf(victim, login)).toContain('apply-reissue done');
  });

  it('does not override alone the hold of joining with a fresh SIM', async () => {
    const person = await service.addLine();
    const thief = new Thief(service, { ...(await service.subscriber()), person });
    await thief.tell('sim-swapped');
    const { phoneNumber } = person;
    const typed = { phoneNumber, identified: 'yes', agreed: 'yes', reason };
    expect((await desks.get(login)!.post('/operator/approvals/subscribe', typed)).status).toBe(303);
    const { html } = await desks.get(login)!.get('/operator/approvals');
    const card = html.split('id="approval-').find((part) => part.includes(phoneNumber.slice(-4)));
    const approval = card?.slice(0, 36) ?? '';
    expect(await approveOwn(login, `/operator/approvals/${approval}/approve`)).toEqual([403, 403]);
    expect(await approveOwn(login, `/operator/approvals/${approval}/take`)).toEqual([409, 409]);
    expect(await thief.tryJoining()).toBeUndefined();
  });
});

describe('one person at the desk who has the secret of a client too', () => {
  it.each([
    ['cancel', 'ask-cancel'],
    ['resume', 'ask-resume'],
    ['enrolment-code', 'ask-enrolment-code'],
    ['unlock-pin', 'ask-unlock-pin'],
  ])('is not two people: %s', async (deed, asked) => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    await service.rows.devices.lockPinOf(victim.subscriptionId);
    await does('agent', victim, 'unlock-pin');
    await service.rows.devices.lockPinOf(victim.subscriptionId);
    const path = `/operator/v1/subscriptions/${victim.subscriptionId}`;
    expect((await does('agent', victim, asked)).status).toBe(303);
    const scope = 'operator.decide';
    expectProblem(await service.call('POST', `${path}/${deed}`, { reason }, { scope }), 409, 'second_person_required');
    await service.call('POST', `${path}/requests`, { deed, reason }, { scope: 'operator' });
    expect((await does('supervisor', victim, deed)).status).toBeGreaterThanOrEqual(400);
    expect(await standing(victim)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('does not take the objection from the phone by withdrawing a request of their own', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    const path = `/operator/v1/subscriptions/${victim.subscriptionId}`;
    await service.call('POST', `${path}/requests`, { deed: 'cancel', reason }, { scope: 'operator' });
    await does('agent', victim, 'ask-cancel');
    const approval = await desks.get('agent')!.approvalOf(victim.subscriptionId);
    expect((await desks.get('agent')!.post(`/operator/approvals/${approval}/withdraw`, { reason })).status).toBe(303);
    const open = (await alertsOf(victim, 'cancellation')).find(({ state }) => state === 'open');
    await victim.phone.objectToAlert(open!, TEST_PIN);
    const decided = await service.call('POST', `${path}/cancel`, { reason }, { scope: 'operator.decide' });
    expectProblem(decided, 409, 'second_person_required');
  });

  it('does not outlast the alert by requesting the same again', async () => {
    const victim = await service.subscriber();
    await service.operate(victim.subscriptionId, 'report-loss');
    const path = `/operator/v1/subscriptions/${victim.subscriptionId}`;
    const request = () => service.call('POST', `${path}/requests`, { deed: 'cancel', reason }, { scope: 'operator' });
    expect((await request()).status).toBe(201);
    await service.rows.subscriptions.expireAlerts(victim.subscriptionId);
    expect((await request()).status).toBe(201);
    const open = (await alertsOf(victim, 'cancellation')).find(({ state }) => state === 'open');
    await victim.phone.objectToAlert(open!, TEST_PIN);
    const decided = await service.call('POST', `${path}/cancel`, { reason }, { scope: 'operator.decide' });
    expectProblem(decided, 409, 'second_person_required');
  });
});

describe('one person at the desk who wants to ring a person at will', () => {
  it.each<[string, PhoneAlert['kind'], (victim: Subscriber) => Promise<number>]>([
    [
      'requests to cancel',
      'cancellation',
      async (victim) => {
        const { status } = await does('agent', victim, 'ask-cancel');
        const approval = await desks.get('agent')!.approvalOf(victim.subscriptionId);
        await desks.get('agent')!.post(`/operator/approvals/${approval}/withdraw`, { reason });
        return status;
      },
    ],
    [
      'applications for a reissue',
      'reissue',
      async (victim) => {
        const { serialNumber: oldSerialNumber } = victim.phone;
        const application = { cause: 'broken', oldSerialNumber, identityProof: 'id_card', delivery: 'visit' };
        const { status } = await does('agent', victim, 'apply-reissue', application);
        const [{ id } = { id: '' }] = (await service.rows.operators.reissuesOf(victim.subscriptionId)).slice(-1);
        await desks.get('agent')!.post(`/operator/reissues/${id}/withdraw`, { reason });
        return status;
      },
    ],
  ])('makes no more than five %s a day about one person, and keeps no other from asking', async (_, kind, ask) => {
    const victim = await service.subscriber();
    const statuses: number[] = [];
    for (let times = 0; times < 7; times += 1) statuses.push(await ask(victim));
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429, 429]);
    expect(await alertsOf(victim, kind)).toHaveLength(5);
    if (kind === 'cancellation') expect((await does('supervisor', victim, 'ask-cancel')).status).toBe(303);
    expect((await auditOf(victim, 'agent')).filter((entry) => entry.endsWith('too_many_requests'))).toHaveLength(2);
  });
});

describe('an agent, or a caller who deceives one, with a victim who reads the code aloud', () => {
  const question = async ({ phone }: Subscriber) =>
    (await phone.pending()).find(({ caller }) => caller !== undefined)?.id ?? '';

  /** The victim says “yes, I called”, and reads the code aloud. */
  async function deceive(victim: Subscriber, deed: 'cancel' | 'unlock_pin', login = 'agent'): Promise<string> {
    expect((await does(login, victim, 'caller-check', { deed })).status).toBe(303);
    const code = await service.codeOf(victim, await question(victim));
    expect((await does(login, victim, 'caller-check/code', { code })).status).toBe(303);
    return code;
  }

  it.each(['cancel', 'unlock_pin'] as const)('gets from %s no phone, no reissue and no lifting', async (deed) => {
    const victim = await service.subscriber();
    const other = await service.subscriber();
    await deceive(victim, deed);
    await does('agent', victim, 'ask-enrolment-code');
    const approval = await desks.get('agent')!.approvalOf(victim.subscriptionId);
    expect(await approveOwn('agent', `/operator/approvals/${approval}/take`)).toEqual([409, 409]);
    expect(await withSession('agent', victim, 'enrolment-code')).toBe(403);
    expect(await withSession('agent', victim, 'resume')).toBe(403);
    expect((await does('agent', other, 'cancel')).status).toBe(409);
    expect((await does('supervisor', victim, 'cancel')).status).toBe(409);
    if (deed === 'unlock_pin') {
      expect((await does('agent', victim, 'cancel')).status).toBe(409);
      for (const status of [303, 303, 409]) {
        await service.rows.devices.lockPinOf(victim.subscriptionId);
        expect((await does('agent', victim, 'unlock-pin')).status).toBe(status);
      }
      await service.rows.devices.unlockPin(victim.phone.deviceId);
    }
    expect(await isServed(service, victim)).toBe(true);
    expect(await auditOf(victim, 'agent')).toContain(`verify-caller-${deed.replace('_', '-')} done`);
  });

  it('gets nothing by a code that was verified before a doubt, nor by another code of the same phone', async () => {
    const victim = await service.subscriber();
    await deceive(victim, 'cancel');
    await service.operate(victim.subscriptionId, 'report-loss');
    expect((await does('agent', victim, 'cancel')).status).toBe(409);
    const second = await service.subscriber();
    await does('agent', second, 'caller-check', { deed: 'cancel' });
    const ofShop = await service.codeOf(second, (await service.start(second.person)).body.id);
    const own = await service.codeOf(second, await question(second));
    if (ofShop !== own) await does('agent', second, 'caller-check/code', { code: ofShop });
    if (ofShop !== own) expect((await does('agent', second, 'cancel')).status).toBe(409);
    expect((await does('agent', victim, 'caller-check', { deed: 'cancel' })).status).toBe(409);
  });

  it('cancels at most: person and number are told, and a SIM that is swapped after it gets no code', async () => {
    const victim = await service.subscriber();
    await deceive(victim, 'cancel');
    expect((await does('agent', victim, 'cancel')).status).toBe(303);
    expect(await standing(victim)).toMatchObject({ state: 'cancelled' });
    await isTold(victim);
    const thief = new Thief(service, victim);
    await thief.tell('sim-swapped');
    expect(await thief.tryBank()).toBe('nothing');
    expect(await thief.tryJoining()).toBeUndefined();
    expect(await auditOf(victim, 'agent')).toContain('cancel done');
  });
});
