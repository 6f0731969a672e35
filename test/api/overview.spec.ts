import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { DeskBrowser } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { withinOneSeoulDay } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Subscriber, type TestPerson } from '../support/service.ts';

interface OverviewBody {
  at: string;
  lossReports: { open: number; breaker: { on: boolean; since: string | null; until: string | null } };
  suspended: Record<'line_suspended' | 'loss_reported' | 'sim_swapped', number>;
  linesInDoubt: number;
  waiting: { approvals: number; reissues: number };
  notMe: { relyingParty: { name: string }; count: number }[];
}

const LIMIT = 3;
const shop = '한빛서점';
const ANOTHER_PHONE = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-F956N' };

let service: TestService;
let sequence = 0;

beforeAll(async () => {
  service = await TestService.start({ LOSS_REPORTS_PER_MINUTE: String(LIMIT) });
});
afterAll(() => service.stop());

const READ = { scope: 'operator', headers: { 'Audit-Reason': 'daily check' } } as const;
const overview = async (): Promise<OverviewBody> =>
  (await service.call<OverviewBody>('GET', '/operator/v1/overview', undefined, READ)).body;
const standing = async ({ subscriptionId }: Subscriber) => (await service.rows.subscriptions.of(subscriptionId))!;
const report = async ({ phoneNumber, birthDate, genderDigit }: TestPerson): Promise<void> => {
  const answer = await fetch(`${service.issuer}/app/v1/loss-reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ phoneNumber, birthDate, genderDigit }),
  });
  expect(answer.status).toBe(202);
};
/** Reports losses at the same time, and waits for their effects. */
async function reportAll(people: readonly TestPerson[]): Promise<void> {
  await service.rows.budgets.clearForms();
  await Promise.all(people.map(report));
  await service.rows.customers.untilReportsResolved();
}
const subscribers = (count: number) => Promise.all(Array.from({ length: count }, () => service.subscriber()));
const isHeld = async ({ phoneNumber }: TestPerson): Promise<boolean> => {
  const path = `/operator/v1/eligibility?phoneNumber=${encodeURIComponent(phoneNumber)}`;
  const { body } = await service.call<{ reasons: { code: string }[] }>('GET', path, undefined, READ);
  return body.reasons.some(({ code }) => code === 'recent_sim_change');
};
/** Fills the limit of this minute, and returns a subscriber whose report came too late to suspend. */
async function heldSubscriber(): Promise<Subscriber> {
  const all = await subscribers(LIMIT + 1);
  await reportAll(all.slice(0, LIMIT).map(({ person }) => person));
  await reportAll([all.at(-1)!.person]);
  return all.at(-1)!;
}

describe('more reports of loss without a login than a minute may have', () => {
  beforeEach(() => service.rows.customers.ageReports(3 * 60));

  it('as many as the limit suspend, and the others suspend nothing, though they come at the same time', async () => {
    const all = await subscribers(LIMIT + 3);
    await reportAll(all.map(({ person }) => person));
    const states = await Promise.all(all.map(async (one) => (await standing(one)).state));
    expect(states.filter((state) => state === 'suspended')).toHaveLength(LIMIT);
    expect(states.filter((state) => state === 'active')).toHaveLength(3);
  });

  it('holds codes by SMS of the line for two hours', async () => {
    const { person } = await heldSubscriber();
    expect(await isHeld(person)).toBe(true);
    await service.rows.lines.ageMemoryMinutes(person.lineId, 119);
    expect(await isHeld(person)).toBe(true);
    await service.rows.lines.ageMemoryMinutes(person.lineId, 1);
    expect(await isHeld(person)).toBe(false);
  });

  it('holds new phones of the line, and the day that they wait begins with the report', async () => {
    const held = await heldSubscriber();
    const { person } = held;
    const texted = () =>
      service.smsc.received.some(
        ({ to, text }) => to === person.phoneNumber && /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.test(text),
      );
    const visitor = new TextBrowser(service.issuer);
    await visitor.open('/new-phone');
    await visitor.send('/new-phone', {
      phoneNumber: person.phoneNumber,
      birthDate: person.birthDate,
      genderDigit: person.genderDigit,
      way: 'sms',
    });
    sequence += 1;
    await service.sendEvent(person.lineId, 'device-changed', ANOTHER_PHONE, sequence);
    await service.rows.devices.ageActivations(5);
    await service.rows.subscriptions.ageHandsetChanges(2 * 24 * 60);
    await service.rows.lines.ageMemory(person.lineId, 48);
    await service.rows.customers.makeReportsDue();
    await service.rows.customers.untilReportsResolved();
    expect(texted()).toBe(false);
    await service.rows.customers.ageReports(23 * 60);
    await service.rows.customers.makeReportsDue();
    await service.rows.customers.untilReportsResolved();
    expect(texted()).toBe(false);
    await service.rows.customers.ageReports(60);
    await service.rows.customers.makeReportsDue();
    await eventually('the code', texted);
  });

  it('the person lifts the hold on the phone, and the same report again does not close the alert', async () => {
    const { person, phone, subscriptionId } = await heldSubscriber();
    const alert = await eventually('the alert', async () =>
      (await phone.alerts()).find(({ kind }) => kind === 'loss_reported'),
    );
    await service.rows.customers.tripLossBreaker();
    await reportAll([person, person]);
    expect((await service.rows.customers.heldSubscriptions()).filter((id) => id === subscriptionId)).toHaveLength(1);
    await phone.objectToAlert(alert, TEST_PIN);
    expect(await isHeld(person)).toBe(false);
  });

  it('only reports that would suspend count: others name no subscriber, or one that is suspended already', async () => {
    const [first, second] = await subscribers(2);
    const strangers = await Promise.all(Array.from({ length: LIMIT }, () => service.addLine()));
    await reportAll([...strangers, first!.person]);
    await reportAll([first!.person, first!.person]);
    await reportAll([second!.person]);
    expect(await standing(second!)).toMatchObject({ state: 'suspended' });
  });

  it('a minute later, reports suspend again', async () => {
    await heldSubscriber();
    await service.rows.customers.ageReports(1);
    const [later] = await subscribers(1);
    await reportAll([later!.person]);
    expect(await standing(later!)).toMatchObject({ state: 'suspended' });
  });

  it('raises an alarm on the overview and the desk, whose list has the held report first', () =>
    withinOneSeoulDay(async () => {
      await service.rows.customers.ageReports(3 * 60);
      expect((await overview()).lossReports.breaker).toEqual({ on: false, since: null, until: null });
      const { subscriptionId } = await heldSubscriber();
      const { breaker, open } = (await overview()).lossReports;
      expect(breaker.on).toBe(true);
      expect(Date.parse(breaker.until!) - Date.parse(breaker.since!)).toBeGreaterThanOrEqual(2 * 3_600_000);
      expect(open).toBeGreaterThan(LIMIT);
      const desk = await new DeskBrowser(service).signIn('agent');
      const { html } = await desk.get('/operator');
      expect(html).toContain('로그인 없는 분실 신고가 급증했습니다');
      const [first] = /\/operator\/subscriptions\/[\da-f-]{36}/.exec(html.slice(html.indexOf('id="reports"'))) ?? [];
      const others = (await service.rows.customers.heldSubscriptions()).map((id) => `/operator/subscriptions/${id}`);
      expect(others).toContain(first);
      expect(others).toContain(`/operator/subscriptions/${subscriptionId}`);
    }));
});

describe('the overview', () => {
  it('counts what is suspended and what waits, and names nothing personal', async () => {
    const before = await overview();
    const lost = await service.subscriber();
    const swapped = await service.subscriber();
    await service.operate(lost.subscriptionId, 'report-loss');
    sequence += 1;
    await service.sendEvent(swapped.person.lineId, 'sim-swapped', undefined, sequence);
    const body = {
      cause: 'broken',
      oldSerialNumber: lost.phone.serialNumber,
      identityProof: 'id_card',
      delivery: 'visit',
    };
    const path = `/operator/v1/subscriptions/${lost.subscriptionId}/reissues`;
    await service.call('POST', path, { ...body, reason: '고장' }, { scope: 'operator' });
    const after = await overview();
    expect(after.suspended.loss_reported).toBe(before.suspended.loss_reported + 1);
    expect(after.suspended.sim_swapped).toBe(before.suspended.sim_swapped + 1);
    expect(after.linesInDoubt).toBe(before.linesInDoubt + 2);
    expect(after.waiting).toEqual({ ...before.waiting, reissues: before.waiting.reissues + 1 });
    const text = JSON.stringify(after);
    for (const { person, subscriptionId, phone } of [lost, swapped]) {
      for (const secret of [person.phoneNumber, person.lineId, subscriptionId, phone.serialNumber]) {
        expect(text).not.toContain(secret);
      }
    }
  });

  it('needs a reason, is audited, and is for operators alone', async () => {
    const unreasoned = await service.call('GET', '/operator/v1/overview', undefined, { scope: 'operator' });
    expectFaults(unreasoned, '/Audit-Reason');
    expectProblem(
      await service.call('GET', '/operator/v1/overview', undefined, { headers: { 'Audit-Reason': 'look' } }),
      403,
      'insufficient_scope',
    );
    await overview();
    expect(await service.rows.operators.auditOfAction('overview')).toContainEqual(
      expect.objectContaining({ reason: 'daily check', outcome: 'done' }),
    );
  });

  it('an operator who is signed in at the desk reads it too, whatever the role', async () => {
    const desk = await new DeskBrowser(service).signIn('viewer');
    const { status, html } = await desk.get('/operator/v1/overview', { 'Audit-Reason': 'look' });
    expect(status).toBe(200);
    expect(JSON.parse(html)).toMatchObject({ lossReports: { breaker: expect.any(Object) } });
  });
});

describe('the overview of supervisors', () => {
  /** Numbers of the page by their names: those in large type, the steps of the funnel, and the present counts. */
  async function numbers(desk: DeskBrowser): Promise<Record<string, number>> {
    const { status, html } = await desk.get('/operator/overview');
    expect(status).toBe(200);
    const funnel = /id="funnel-title".*?<tbody>(.*?)<\/tbody>/s.exec(html)?.[1] ?? '';
    const found = [
      ...[...html.matchAll(/<dt>([^<]+)<\/dt>\s*<dd>([\d,]+)/g)].map(([, name, number]) => [name, number] as const),
      ...[...funnel.matchAll(/<th scope="row">\s*([^<]+?)\s*<svg.*?<td>([\d,]+)<\/td>/gs)].map(
        ([, name, number]) => [`단계: ${name}`, number] as const,
      ),
    ];
    return Object.fromEntries(found.map(([name, number = '']) => [name, Number(number.replace(/,/g, ''))]));
  }

  it('has what was done through the API, step by step, and names nothing personal', () =>
    withinOneSeoulDay(async (isOver) => {
      const desk = await new DeskBrowser(service).signIn('supervisor');
      const [done, declined, opened, unanswered, locked] = await subscribers(5);
      const texted = await service.addLine();
      const before = await numbers(desk);
      const startOf = async (person: TestPerson) => (await service.start(person)).body.id;
      const id = await startOf(done!.person);
      expect((await service.verify(id, await service.codeOf(done!, id))).status).toBe(200);
      await declined!.phone.decline(await startOf(declined!.person), 'not_me');
      await service.codeOf(opened!, await startOf(opened!.person));
      // The second wake-up of one authentication is one push more, and no authentication more.
      const waiting = await startOf(unanswered!.person);
      await service.rows.authentications.rewindSending(waiting, 31);
      expect((await service.call('POST', `/v1/authentications/${waiting}/resend`)).status).toBe(202);
      const textedId = await startOf(texted);
      expect((await service.verify(textedId, await service.textedCode(texted.phoneNumber))).status).toBe(200);
      for (let miss = 0; miss < 5; miss += 1) await locked!.phone.checkPin('000000').catch(() => undefined);

      const expected = {
        시작: 5,
        '‘내가 아님’ 응답': 1,
        '단계: 시작': 4,
        '단계: 푸시 플랫폼에 전달': 4,
        '단계: 앱에서 응답': 3,
        '단계: 비밀번호 일치': 2,
        '단계: 인증 완료': 1,
        '잠긴 비밀번호': 1,
      };
      await eventually('the figures', async () => {
        const after = await numbers(desk);
        const rise = Object.keys(expected).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]);
        if (isOver()) throw new Error('midnight in Seoul');
        return JSON.stringify(Object.fromEntries(rise)) === JSON.stringify(expected);
      });

      const { html } = await desk.get('/operator/overview');
      // One or the other: whole hours of the day, or none yet.
      expect(html).toMatch(/지난주 같은 요일과 비교.*(<th scope="row">시작<\/th>|첫 한 시간이 아직)/s);
      expect(html).toContain(shop);
      for (const { person, subscriptionId, phone } of [done!, declined!, opened!, unanswered!, locked!]) {
        for (const secret of [person.phoneNumber, person.lineId, subscriptionId, phone.serialNumber]) {
          expect(html).not.toContain(secret);
        }
      }
      expect(await service.rows.operators.auditOfAction('overview')).not.toContainEqual(
        expect.objectContaining({ operator: 'supervisor' }),
      );
    }));
});

describe('a person who says that it was not them', () => {
  const countOf = async (name: string) =>
    (await overview()).notMe.find(({ relyingParty }) => relyingParty.name === name)?.count ?? 0;
  const wakes = ({ pushToken }: Subscriber) =>
    service.pushesTo(pushToken).flatMap(({ data }) => (data['t'] === 'wake' ? [data['id']] : []));
  const isHeldAtStart = async (subscriber: Subscriber): Promise<boolean> => {
    const { id } = (await service.start(subscriber.person)).body;
    return (await subscriber.phone.pending()).find((one) => one.id === id)?.held === true;
  };
  const verified = async (subscriber: Subscriber): Promise<string> => {
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
    return id;
  };

  it('is counted for the relying party and hour when the request is declined', async () => {
    const subscriber = await service.subscriber();
    const before = await countOf(shop);
    const { id } = (await service.start(subscriber.person)).body;
    await subscriber.phone.decline(id, 'not_me');
    expect(await countOf(shop)).toBe(before + 1);
    const entry = (await subscriber.phone.history())[0]!;
    expect(entry).toMatchObject({ id, flags: ['not_me'] });
    await subscriber.phone.notMe(entry.id);
    expect(await countOf(shop)).toBe(before + 1);
  });

  it('in the history, later, is counted once, and the relying party wakes nothing for an hour', async () => {
    const subscriber = await service.subscriber();
    const id = await verified(subscriber);
    expect((await subscriber.phone.history())[0]).not.toHaveProperty('flags');
    const before = await countOf(shop);
    await subscriber.phone.notMe(id);
    await subscriber.phone.notMe(id);
    expect(await countOf(shop)).toBe(before + 1);
    expect((await subscriber.phone.history())[0]).toMatchObject({ id, flags: ['not_me'] });
    expect(await isHeldAtStart(subscriber)).toBe(true);
    await service.rows.budgets.endQuiet();
    const later = (await service.start(subscriber.person)).body.id;
    await eventually('the wake-up after the hour', () => wakes(subscriber).includes(later));
  });

  it('in the history, of a request that is still open, declines it', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    await subscriber.phone.notMe(id);
    const { body } = await service.call('GET', `/v1/authentications/${id}`);
    expect(body['state']).toBe('declined');
    expect(await isHeldAtStart(subscriber)).toBe(true);
  });

  it('of another person’s or an unknown request is refused, and counts nothing', async () => {
    const [one, other] = await subscribers(2);
    const id = await verified(one!);
    const before = await countOf(shop);
    for (const wrong of [id, randomUUID(), 'x']) {
      await expect(other!.phone.notMe(wrong)).rejects.toMatchObject({ status: 404, code: 'authentication_not_found' });
    }
    expect(await countOf(shop)).toBe(before);
    expect(await isHeldAtStart(one!)).toBe(false);
  });
});
