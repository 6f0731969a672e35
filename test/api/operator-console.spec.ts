import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { passwordDigest } from '../../src/crypto/password.ts';
import { base32 } from '../../src/crypto/totp.ts';
import { mayOperator, OPERATOR_ROLES, type OperatorPermission } from '../../src/domain/operator.ts';
import { codeOf, credentialsOf, DeskBrowser, wrongCodeFor, type DeskAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { cheapDigest } from '../support/operator-secrets.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, TEST_PIN, packed, TestService, type Answer } from '../support/service.ts';

let service: TestService;
const desks = new Map<string, DeskBrowser>();

beforeAll(async () => {
  service = await TestService.start();
  for (const login of ['viewer', 'agent', 'supervisor', 'supervisor2']) {
    desks.set(login, await new DeskBrowser(service).signIn(login));
  }
});
afterAll(async () => {
  await service.stop();
});
beforeEach(async () => {
  await service.rows.operators.unlockAll();
  await service.rows.budgets.clearForms();
});

const desk = (login: string) => desks.get(login)!;
const secretOf = (login: string) =>
  service.process.announcement.operators.find((one) => one.login === login)!.totpSecret;
const reason = '고객 본인 요청';
const h1 = ({ html }: DeskAnswer) => /<h1[^>]*>([^<]*)/.exec(html)?.[1]?.trim();
const auditOf = (subscriptionId: string) => service.rows.operators.auditOf(subscriptionId);
const standingOf = async (subscriptionId: string) => (await service.rows.subscriptions.of(subscriptionId))?.state;
const approvalStates = (subscriptionId: string) => service.rows.operators.approvalsOf(subscriptionId);

/** Creates a subscription that its owner has reported lost. */
async function lost() {
  const subscriber = await service.subscriber();
  await service.operate(subscriber.subscriptionId, 'report-loss');
  return subscriber;
}
/**
 * Creates a subscription reported lost, for which an operator has requested to resume it. Returns the approval's id.
 */
async function requestedResume(login = 'agent') {
  const { subscriptionId } = await lost();
  const answer = await desk(login).post(`/operator/subscriptions/${subscriptionId}/ask-resume`, { reason });
  expect(answer.location).toBe(`/operator/subscriptions/${subscriptionId}?done=ask-resume`);
  return { subscriptionId, approval: await desk(login).approvalOf(subscriptionId) };
}
async function requestedCode(login = 'agent') {
  const { subscriptionId } = await service.subscriber();
  await desk(login).post(`/operator/subscriptions/${subscriptionId}/ask-enrolment-code`, { reason });
  return { subscriptionId, approval: await desk(login).approvalOf(subscriptionId) };
}

describe('signing in', () => {
  /** Tries to sign in with these credentials; returns the answer. */
  async function attempt(change: Partial<ReturnType<typeof credentialsOf>>, browser = new DeskBrowser(service)) {
    await service.rows.operators.forgetTotps();
    return browser.post('/operator/sign-in', { ...credentialsOf(service, 'agent'), ...change });
  }

  /** Gives an operator a password digest that takes longer than a request, so that concurrent attempts overlap. */
  async function makeSlow(login: string) {
    const digest = cheapDigest(credentialsOf(service, login).password, 2 ** 14);
    await service.rows.operators.setPassword(login, digest);
  }
  let quick: { login: string; password: string }[];
  beforeAll(async () => {
    quick = await service.rows.operators.passwords();
  });
  afterEach(async () => {
    for (const { login, password } of quick) {
      await service.rows.operators.setPassword(login, password);
    }
  });

  it('signing in answers every failure with the same bytes', async () => {
    const browser = new DeskBrowser(service);
    const wrong = [
      await attempt({ password: 'not the password' }, browser),
      await attempt({ code: wrongCodeFor(secretOf('agent')) }, browser),
      await attempt({ login: 'nobody' }, browser),
      await attempt({ login: 'supervisor' }, browser),
      await attempt({ login: '', password: '', code: '' }, browser),
      await attempt({ login: "x' OR 1=1 --", code: 'ten'.repeat(500) }, browser),
    ];
    expect(wrong.map(({ status }) => status)).toEqual(wrong.map(() => 401));
    // The page differs in the login alone, which stays as it was typed.
    const withoutLogin = wrong.map(({ html }) => html.replace(/(?<=name="login"[^>]*value=")[^"]*/, ''));
    const withLogin = withoutLogin.filter((_, at) => at !== 4);
    expect(new Set(withLogin).size).toBe(1);
    expect(wrong[0]!.html).toMatch(/name="login"[^>]*value="agent"/);
    expect(wrong[5]!.html).toContain('value="x&#39; OR 1=1 --"');
    for (const { html } of wrong) expect(html).not.toMatch(/not the password|tenten/);
    expect(wrong[0]!.html).toContain('로그인하지 못했습니다');
    expect((await attempt({}, browser)).status).toBe(303);
  });

  it('signing in takes as long for an unknown login and for a wrong one-time password as for a wrong password', async () => {
    const atRealCost = await passwordDigest(credentialsOf(service, 'agent').password);
    await service.rows.operators.setPassword('agent', atRealCost);
    const timed = async (change: Parameters<typeof attempt>[0]) => {
      const began = performance.now();
      await attempt({ password: 'not the password', ...change });
      return performance.now() - began;
    };
    const opened = async () => {
      const began = performance.now();
      await fetch(`${service.issuer}/operator/sign-in`);
      return performance.now() - began;
    };
    const [refused, page] = [[] as number[], [] as number[]];
    for (let round = 0; round < 2; round += 1) {
      refused.push(await timed({ login: 'agent' }));
      refused.push(await timed({ login: 'nobody' }));
      refused.push(await timed({ login: 'agent', code: wrongCodeFor(secretOf('agent')) }));
      page.push(await opened());
    }
    // Each takes the time of the password's slow hash, hundreds of times what the page itself costs.
    expect(Math.min(...refused)).toBeGreaterThan(Math.min(...page));
  });

  it('signing in accepts a one-time password once', async () => {
    await service.rows.operators.forgetTotps();
    const typed = credentialsOf(service, 'viewer');
    expect((await new DeskBrowser(service).post('/operator/sign-in', typed)).status).toBe(303);
    expect((await new DeskBrowser(service).post('/operator/sign-in', typed)).status).toBe(401);
  });

  it('signing in with one one-time password from many browsers at once admits one', async () => {
    await makeSlow('viewer');
    await service.rows.operators.forgetTotps();
    const typed = credentialsOf(service, 'viewer');
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => new DeskBrowser(service).post('/operator/sign-in', typed)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
  });

  it('signing in is locked for a quarter of an hour after five failures, without saying so', async () => {
    const browser = new DeskBrowser(service);
    const answers: DeskAnswer[] = [];
    for (let round = 0; round < 5; round += 1) answers.push(await attempt({ password: 'wrong' }, browser));
    answers.push(await attempt({}, browser));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
    expect(new Set(answers.map(({ html }) => html)).size).toBe(1);
    const locked = await service.rows.operators.lockOf('agent');
    expect(locked.seconds).toBeGreaterThan(780);
    expect(locked.seconds).toBeLessThanOrEqual(900);
    const entries = await service.rows.operators.auditOfAction('sign-in');
    const refused = entries.filter(({ operator, outcome }) => operator === 'agent' && outcome !== 'done');
    expect(refused.map(({ outcome }) => ({ outcome }))).toEqual([{ outcome: 'too_many_requests' }]);

    await service.rows.operators.endLock('agent');
    expect((await attempt({}, browser)).status).toBe(303);
    // A successful sign-in resets the counter of failures.
    expect(await service.rows.operators.lockOf('agent')).toEqual({ failures: 0, seconds: null });
  });

  it('signing in with what is no whole one-time password counts nothing', async () => {
    const before = await service.rows.operators.lockOf('agent');
    for (const code of ['', '12', '12345', '1234567', 'abcdef']) expect((await attempt({ code })).status).toBe(401);
    expect(await service.rows.operators.lockOf('agent')).toEqual(before);
  });

  it('signing in compares five of many passwords that are tried at once', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const browser = new DeskBrowser(service);
        return { browser, form: await browser.formToken() };
      }),
    );
    await makeSlow('viewer');
    await service.rows.operators.forgetTotps();
    const typed = { ...credentialsOf(service, 'viewer'), password: 'wrong' };
    await Promise.all(browsers.map(({ browser, form }) => browser.postRaw('/operator/sign-in', { form, ...typed })));
    const { failures, seconds } = await service.rows.operators.lockOf('viewer');
    expect(failures).toBe(5);
    expect(seconds).toBeGreaterThan(0);
  });

  it('signing in is limited by address, but not for an operator who signed in there before', async () => {
    await service.rows.operators.forgetAddresses();
    expect((await attempt({ login: 'agent' })).status).toBe(303);
    await attempt({ login: 'nobody' });
    await service.rows.budgets.exhaustForms();
    for (const login of ['nobody', 'supervisor']) {
      const answer = await attempt({ login });
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(h1(answer)).toBe('잠시 후 다시 시도해 주세요');
    }
    expect((await attempt({ login: 'agent' })).status).toBe(303);
  });

  it('signing in gives the browser a new secret: a planted one is no session', async () => {
    const planted = new DeskBrowser(service);
    await planted.get('/operator/sign-in');
    const before = planted.cookies.get('desk')!;
    const victim = new DeskBrowser(service);
    victim.cookies.set('desk', before);
    await victim.signIn('viewer');
    expect(victim.cookies.get('desk')).not.toBe(before);
    expect((await planted.get('/operator')).location).toBe('/operator/sign-in');
    expect((await victim.get('/operator')).status).toBe(200);
  });

  it('signing in sets a cookie that scripts cannot read and other sites do not send', async () => {
    const { headers } = await new DeskBrowser(service).get('/operator/sign-in');
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^desk=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it.each([
    ['no token', () => Promise.resolve({}), {}],
    ['a token of another browser', async () => ({ form: await new DeskBrowser(service).formToken() }), {}],
    [
      'the origin of another site',
      async (own: DeskBrowser) => ({ form: await own.formToken() }),
      { Origin: 'https://evil.example' },
    ],
  ])('signing in is refused with %s', async (_case, fields, headers) => {
    const browser = new DeskBrowser(service);
    await browser.get('/operator/sign-in');
    const typed = { ...credentialsOf(service, 'viewer'), ...(await fields(browser)) };
    expect((await browser.postRaw('/operator/sign-in', typed, headers)).status).toBe(403);
  });
});

describe('a session', () => {
  afterAll(async () => {
    await desk('viewer').signIn('viewer');
  });

  const ends = async (change: () => Promise<unknown>) => {
    const browser = await new DeskBrowser(service).signIn('viewer');
    expect((await browser.get('/operator')).status).toBe(200);
    await change();
    const gone = await browser.get('/operator');
    await service.rows.operators.enableAll();
    return [gone.status, gone.location, (await browser.get('/operator')).location];
  };
  const OUT = [303, '/operator/sign-in', '/operator/sign-in'];

  it('a session ends after a quarter of an hour without use', async () => {
    expect(await ends(() => service.rows.operators.ageSessionUse('viewer', 900))).toEqual(OUT);
  });

  it('a session ends after eight hours, however much it is used', async () => {
    expect(await ends(() => service.rows.operators.ageSessions('viewer', 8))).toEqual(OUT);
  });

  it('a session that is used lasts on', async () => {
    const browser = await new DeskBrowser(service).signIn('viewer');
    await service.rows.operators.ageSessionUse('viewer', 840);
    await browser.get('/operator');
    expect(await service.rows.operators.secondsSinceUse('viewer')).toBeLessThan(600);
  });

  it('a session ends for an operator who was disabled', async () => {
    expect((await ends(() => service.rows.operators.disable('viewer'))).slice(0, 2)).toEqual(OUT.slice(0, 2));
  });

  it('a session ends with signing out, also for a copy of the cookie', async () => {
    const browser = await new DeskBrowser(service).signIn('viewer');
    const thief = new DeskBrowser(service);
    thief.cookies.set('desk', browser.cookies.get('desk')!);
    expect((await thief.get('/operator')).status).toBe(200);
    expect((await browser.post('/operator/sign-out')).location).toBe('/operator/sign-in');
    expect((await thief.get('/operator')).location).toBe('/operator/sign-in');
    const late = await thief.postRaw('/operator/search', { phoneNumber: '01012345678', reason });
    expect([late.status, h1(late)]).toEqual([401, '로그인이 만료되었습니다']);
  });
});

const NONE = '00000000-0000-4000-8000-000000000000';
/** Every page and form of the desk, with the permission that it requires. */
const PAGES: [method: 'GET' | 'POST', path: string, permission: OperatorPermission][] = [
  ['GET', '/operator', 'search'],
  ['POST', '/operator/search', 'search'],
  ['POST', '/operator/end-call', 'search'],
  ['GET', '/operator/waiting', 'worklist'],
  ['POST', `/operator/reports/${NONE}/settle`, 'settle'],
  ['GET', `/operator/subscriptions/${NONE}`, 'look'],
  ['POST', `/operator/subscriptions/${NONE}/reason`, 'look'],
  ['POST', `/operator/subscriptions/${NONE}/reveal`, 'reveal'],
  ['POST', `/operator/subscriptions/${NONE}/cancel`, 'cancel'],
  ['POST', `/operator/subscriptions/${NONE}/report-loss`, 'report_loss'],
  ['POST', `/operator/subscriptions/${NONE}/unlock-pin`, 'unlock_pin'],
  ['GET', `/operator/subscriptions/${NONE}/history/${NONE}`, 'look'],
  ['POST', `/operator/subscriptions/${NONE}/test-push`, 'test_push'],
  ['GET', `/operator/subscriptions/${NONE}/test-push/1`, 'test_push'],
  ['GET', `/operator/subscriptions/${NONE}/test-push/1/state`, 'test_push'],
  ['POST', `/operator/subscriptions/${NONE}/sms-permissions/${NONE}/end`, 'end_sms_permission'],
  ['POST', `/operator/subscriptions/${NONE}/ask-cancel`, 'ask'],
  ['POST', `/operator/subscriptions/${NONE}/ask-unlock-pin`, 'ask'],
  ['POST', `/operator/subscriptions/${NONE}/ask-resume`, 'ask'],
  ['POST', `/operator/subscriptions/${NONE}/ask-enrolment-code`, 'ask'],
  ['GET', '/operator/approvals', 'worklist'],
  ['POST', '/operator/approvals/subscribe', 'ask'],
  ['POST', `/operator/approvals/${NONE}/approve`, 'decide'],
  ['POST', `/operator/approvals/${NONE}/refuse`, 'decide'],
  ['POST', `/operator/approvals/${NONE}/withdraw`, 'ask'],
  ['POST', `/operator/approvals/${NONE}/take`, 'ask'],
  ['POST', `/operator/approvals/${NONE}/text`, 'ask'],
  ['POST', `/operator/subscriptions/${NONE}/ask-correction`, 'ask_correction'],
  ['POST', `/operator/corrections/${NONE}/close`, 'close_correction'],
  ['POST', `/operator/subscriptions/${NONE}/apply-reissue`, 'apply_reissue'],
  ['POST', `/operator/subscriptions/${NONE}/application`, 'apply_reissue'],
  ['POST', `/operator/reissue-applications/${NONE}/take`, 'apply_reissue'],
  ['POST', `/operator/reissue-applications/${NONE}/decline`, 'apply_reissue'],
  ['POST', `/operator/reissues/${NONE}/approve`, 'decide'],
  ['POST', `/operator/reissues/${NONE}/refuse`, 'decide'],
  ['POST', `/operator/reissues/${NONE}/withdraw`, 'apply_reissue'],
  ['POST', `/operator/reissues/${NONE}/issue`, 'apply_reissue'],
  ['GET', '/operator/overview', 'figures'],
  ['GET', '/operator/charges', 'charges'],
  ['POST', '/operator/charges', 'charges'],
  ['GET', '/operator/charges/2026-01', 'charges'],
  ['GET', '/operator/charges/2026-01/csv', 'charges'],
  ['GET', '/operator/audit', 'whole_audit'],
  ['POST', '/operator/audit/reason', 'whole_audit'],
];
/** Every page and form that is about the operator’s own account, so that it needs no permission. */
const OWN: [method: 'GET' | 'POST', path: string][] = [
  ['GET', '/operator/password'],
  ['POST', '/operator/password'],
  ['GET', '/operator/authenticator'],
  ['POST', '/operator/authenticator'],
  ['POST', '/operator/sign-out'],
];
const BEHIND_SIGN_IN = [...PAGES.map(([method, path]) => [method, path] as const), ...OWN];
const FORMS = BEHIND_SIGN_IN.filter(([method]) => method === 'POST');
const fields = { reason, phoneNumber: '010-0000-0000', month: '2026-01', identified: 'yes', agreed: 'yes' };
const ROLE_NAMES = { viewer: '조회 담당', agent: '상담원', supervisor: '책임자' };

describe('a page of the desk', () => {
  const ALL = PAGES.flatMap((one) => OPERATOR_ROLES.map((role) => [...one, role] as const));
  it.each(ALL)('the page %s %s needs %s, which a %s may or may not', async (method, path, permission, role) => {
    const browser = desk(role);
    const answer = method === 'GET' ? await browser.get(path) : await browser.post(path, fields);
    if (mayOperator(role, permission)) {
      expect([200, 303, 404, 409, 422]).toContain(answer.status);
      expect(answer.location ?? '').not.toContain('/operator/sign-in');
      return;
    }
    expect([answer.status, h1(answer)]).toEqual([403, '권한이 없습니다']);
    for (const other of OPERATOR_ROLES) {
      const named = answer.html.slice(answer.html.indexOf('class="lead"')).includes(ROLE_NAMES[other]);
      expect([other, named]).toEqual([other, mayOperator(other, permission)]);
    }
  });

  it.each(BEHIND_SIGN_IN)('the page %s %s needs an operator who has signed in', async (method, path) => {
    const browser = new DeskBrowser(service);
    const answer =
      method === 'GET'
        ? await browser.get(path)
        : await browser.postRaw(path, { form: await browser.formToken(), ...fields });
    const signIn = `/operator/sign-in${path === '/operator' ? '' : `?then=${encodeURIComponent(path)}`}`;
    expect([answer.status, answer.location]).toEqual(method === 'GET' ? [303, signIn] : [401, null]);
  });

  it.each(FORMS.map(([, path]) => path))(
    'a page of the desk accepts a form at %s from its own page alone',
    async (path) => {
      const browser = desk('supervisor');
      const form = await browser.formToken();
      const refused = [
        await browser.postRaw(path, fields),
        await browser.postRaw(path, { ...fields, form: await desk('agent').formToken() }),
        await browser.postRaw(path, { ...fields, form: '' }),
        await browser.postRaw(path, { ...fields, form }, { Origin: 'https://evil.example' }),
        await browser.postRaw(path, { ...fields, form }, { 'Sec-Fetch-Site': 'same-site' }),
        await browser.postRaw(path, { ...fields, form }, { Origin: 'null' }),
      ];
      expect(refused.map((answer) => [answer.status, h1(answer)])).toEqual(
        refused.map(() => [403, '페이지가 만료되었습니다']),
      );
      expect((await browser.get('/operator')).status).toBe(200);
    },
  );

  it.each(FORMS.filter(([, path]) => path.includes(NONE)).map(([, path]) => path))(
    'a page of the desk needs a reason at %s, of one line and 200 characters',
    async (path) => {
      if (/\/(take|text)$/.test(path)) return;
      for (const typed of ['', '   ', 'a\nb', '가'.repeat(201)]) {
        expect([400, 422]).toContain((await desk('supervisor').post(path, { reason: typed })).status);
      }
    },
  );
});

describe('the look-up of a subscription', () => {
  it('the look-up of a subscription takes a number and a reason, and shows the rest masked', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const national = `0${person.phoneNumber.slice(3)}`;
    const found = await desk('viewer').post('/operator/search', { phoneNumber: national, reason: '통화 중 확인' });
    // One hit opens at once.
    expect([found.status, found.location]).toEqual([303, `/operator/subscriptions/${subscriptionId}`]);
    const page = await desk('viewer').get(`/operator/subscriptions/${subscriptionId}`);
    expect(page.html).toContain(`010-****-${national.slice(-4)}`);
    expect(page.html).toContain('시****');
    for (const hidden of [national, person.phoneNumber, '시험 전화기', '900101']) {
      expect(page.html).not.toContain(hidden);
    }
    expect(await auditOf(subscriptionId)).toMatchObject([
      { operator: 'demo-operator', action: 'subscribe' },
      { operator: 'viewer', action: 'find', reason: '통화 중 확인', outcome: 'done' },
      { operator: 'viewer', action: 'look', reason: '통화 중 확인', outcome: 'done' },
    ]);
  });

  it('the look-up of a subscription starts a call, whose reason is proposed for what is done, until the call ends', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const path = `/operator/subscriptions/${subscriptionId}`;
    const browser = await new DeskBrowser(service).signIn('agent');
    const phoneNumber = person.phoneNumber;
    await browser.post('/operator/search', { phoneNumber, reason: '<통화> 사유' });
    const { html } = await browser.get(path);
    expect(html).toContain('상담 사유');
    expect(html).toMatch(/id="reason-report-loss"\s+name="reason"[^>]*>&lt;통화&gt; 사유<\/textarea>/);
    // Every page has the search, with no reason in it, because the next caller has another one.
    expect(html).toMatch(/id="header-reason" name="reason" maxlength="200"/);
    expect((await browser.get('/operator/approvals')).html).toContain('id="header-number"');
    expect((await browser.post('/operator/end-call')).location).toBe('/operator?done=end-call');
    expect(h1(await browser.get(path))).toBe('조회 사유');
    const looks = (await auditOf(subscriptionId)).filter(({ action }) => action === 'look');
    expect(looks.map(({ reason }) => reason)).toEqual(['<통화> 사유']);
  });

  it('the look-up of another person ends the call before', async () => {
    const [one, other] = [await service.subscriber(), await service.subscriber()];
    const browser = await new DeskBrowser(service).signIn('agent');
    await browser.post('/operator/search', { phoneNumber: one.person.phoneNumber, reason });
    await browser.post('/operator/search', { phoneNumber: other.person.phoneNumber, reason: '다른 고객' });
    expect((await browser.get(`/operator/subscriptions/${other.subscriptionId}`)).html).toContain(
      '>다른 고객</textarea>',
    );
    expect(h1(await browser.get(`/operator/subscriptions/${one.subscriptionId}`))).toBe('조회 사유');
  });

  it.each([
    [{}, '지금 가입할 수 있는 회선입니다'],
    [{ plan: 'prepaid' as const }, '선불 요금제'],
  ])('the look-up of a number that nobody subscribed says whether its line may join: %j', async (facts, sentence) => {
    const { phoneNumber } = await service.addLine(facts);
    const { status, html } = await desk('viewer').post('/operator/search', { phoneNumber, reason });
    expect(status).toBe(200);
    expect(html).toContain('가입 가능 여부');
    expect(html).toContain(sentence);
    expect(html).not.toContain(phoneNumber.slice(-8));
  });

  it('the look-up of a subscription by its address asks for a reason first, and keeps it for that subscription and session', async () => {
    const [one, other] = [await service.subscriber(), await service.subscriber()];
    const path = `/operator/subscriptions/${one.subscriptionId}`;
    const browser = await new DeskBrowser(service).signIn('viewer');
    expect(h1(await browser.get(path))).toBe('조회 사유');
    expect((await auditOf(one.subscriptionId)).map(({ action }) => action)).toEqual(['subscribe']);
    expect((await browser.post(`${path}/reason`, { reason: '접수 확인' })).location).toBe(path);
    expect(h1(await browser.get(path))).toContain('가입 정보');
    expect((await auditOf(one.subscriptionId)).at(-1)).toMatchObject({ action: 'look', reason: '접수 확인' });
    expect(h1(await browser.get(`/operator/subscriptions/${other.subscriptionId}`))).toBe('조회 사유');
    const again = await new DeskBrowser(service).signIn('viewer');
    expect(h1(await again.get(path))).toBe('조회 사유');
  });

  it.each([
    [{ phoneNumber: '02-123-4567', reason }, 'phoneNumber'],
    [{ phoneNumber: '010-1234-5678', reason: ' ' }, 'search-reason'],
  ])('the look-up of a subscription names the field that cannot be used: %j', async (typed, field) => {
    const answer = await desk('viewer').post('/operator/search', typed);
    expect(answer.status).toBe(422);
    expect(answer.html).toMatch(new RegExp(`id="${field}-fault">[^<]`));
    expect(answer.html.match(/aria-invalid="true"/g)).toHaveLength(1);
  });

  it('the look-up of a subscription reveals number, birth date and device name for a reason, which the audit contains', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const revealed = await desk('agent').post(`/operator/subscriptions/${subscriptionId}/reveal`, { reason });
    const number = `0${person.phoneNumber.slice(3)}`.replace(/^(...)(....)/, '$1-$2-');
    for (const shown of [number, '1990. 1. 1.', '시험 전화기']) expect(revealed.html).toContain(shown);
    expect((await auditOf(subscriptionId)).at(-1)).toEqual({
      operator: 'agent',
      action: 'reveal',
      reason,
      outcome: 'done',
    });
  });

  it('the personal data opens once: a reload of the page shows nothing again, and records nothing', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const path = `/operator/subscriptions/${subscriptionId}`;
    await desk('agent').post(`${path}/reason`, { reason });
    const once = /name="once" value="([\w-]+)"/.exec((await desk('agent').get(path)).html)?.[1] ?? '';
    const number = `0${person.phoneNumber.slice(3)}`.replace(/^(...)(....)/, '$1-$2-');
    const reveals = async () => (await auditOf(subscriptionId)).filter(({ action }) => action === 'reveal').length;
    expect((await desk('agent').post(`${path}/reveal`, { reason, once })).html).toContain(number);
    expect(await reveals()).toBe(1);
    const again = await desk('agent').post(`${path}/reveal`, { reason, once });
    expect([again.status, again.location]).toEqual([303, `${path}?done=reveal-over`]);
    expect(again.html).not.toContain(number);
    expect((await desk('agent').get(`${path}?done=reveal-over`)).html).toContain('이미 한 번 표시했습니다');
    expect(await reveals()).toBe(1);
  });

  it('the look-up of a subscription shows what companies were told about the person, and after its end no answer about the next owner', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const path = `/operator/subscriptions/${subscriptionId}`;
    for (let count = 0; count < 21; count += 1)
      await service.rows.customers.disclose(subscriptionId, `sim-swap/check-${count}`);
    // Told before the person subscribed on the line.
    await service.rows.customers.discloseOfLine(person.lineId, 'kyc-match/match', 0);
    await desk('viewer').post(`${path}/reason`, { reason });
    const told = async () => {
      const { html } = await desk('viewer').get(path);
      const section = html.split('id="disclosures"')[1]?.split('</section>')[0] ?? '';
      expect(section).toContain('한빛서점');
      return [...section.matchAll(/<code>([a-z][^<]*)<\/code>/g)].map(([, code]) => code);
    };
    const answers = Array.from({ length: 19 }, (_, back) => `sim-swap/check-${20 - back}`);
    expect(await told()).toEqual([
      'kyc-match/match',
      ...answers.flatMap((api) => [api, 'dpv:FraudPreventionAndDetection']),
    ]);
    expect((await auditOf(subscriptionId)).at(-1)).toMatchObject({ operator: 'viewer', action: 'look', reason });

    expect(
      await service.sendEvent(person.lineId, 'owner-changed', { owner: { birthDate: '880229', genderDigit: '2' } }, 1),
    ).toBe('applied');
    await service.rows.customers.discloseOfLine(person.lineId, 'device-swap/check', 0);
    expect(await told()).not.toContain('device-swap/check');
  });

  it('the look-up of a cancelled subscription neither shows nor reveals the line, which may have another owner by now', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const owner = { birthDate: '880229', genderDigit: '2' };
    expect(await service.sendEvent(person.lineId, 'owner-changed', { owner }, 1)).toBe('applied');
    const path = `/operator/subscriptions/${subscriptionId}`;
    const refused = await desk('agent').post(`${path}/reveal`, { reason });
    expect([refused.status, h1(refused)]).toEqual([409, '해지된 가입입니다']);
    await desk('agent').post(`${path}/reason`, { reason });
    const page = await desk('agent').get(path);
    expect(page.html).toContain('해지되어 표시하지 않음');
    expect(page.html).not.toContain(person.phoneNumber.slice(-4) + '</');
  });

  it.each([['report-loss', 'suspended']])(
    'an operator does alone what needs no approval: %s',
    async (action, state) => {
      const { subscriptionId } = await service.subscriber();
      const path = `/operator/subscriptions/${subscriptionId}`;
      expect((await desk('agent').post(`${path}/${action}`, { reason })).location).toBe(`${path}?done=${action}`);
      expect(await standingOf(subscriptionId)).toBe(state);
      expect((await auditOf(subscriptionId)).at(-1)).toEqual({ operator: 'agent', action, reason, outcome: 'done' });
      const again = await desk('agent').post(`${path}/${action}`, { reason });
      expect([again.status, h1(again)]).toEqual([409, '이미 처리되었습니다']);
    },
  );
});

describe('approvals', () => {
  it('an approval by another operator performs the action, and the transition names both operators', async () => {
    const { subscriptionId, approval } = await requestedResume();
    expect(await standingOf(subscriptionId)).toBe('suspended');
    const approved = await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason: '확인함' });
    expect(approved.location).toBe('/operator/approvals?done=approve');
    expect(await standingOf(subscriptionId)).toBe('active');
    expect(await approvalStates(subscriptionId)).toEqual(['approved']);
    const transitions = await service.rows.subscriptions.transitionsOf(subscriptionId);
    expect(transitions.at(-1)).toMatchObject({
      change: 'resumed',
      reason: 'loss_reported',
      actor: 'operator',
      actor_id: 'agent + supervisor',
    });
    expect((await auditOf(subscriptionId)).slice(-2)).toEqual([
      { operator: 'agent', action: 'ask-resume', reason, outcome: 'done' },
      { operator: 'supervisor', action: 'approve-resume', reason: '확인함', outcome: 'done' },
    ]);
  });

  it('an approval is never decided by its requester, supervisor or not', async () => {
    const { subscriptionId, approval } = await requestedResume('supervisor');
    for (const verb of ['approve', 'refuse']) {
      const own = await desk('supervisor').post(`/operator/approvals/${approval}/${verb}`, { reason });
      expect([own.status, h1(own)]).toEqual([403, '두 사람이 필요합니다']);
      const agent = await desk('agent').post(`/operator/approvals/${approval}/${verb}`, { reason });
      expect([agent.status, h1(agent)]).toEqual([403, '권한이 없습니다']);
    }
    expect(await standingOf(subscriptionId)).toBe('suspended');
    expect((await auditOf(subscriptionId)).at(-1)).toMatchObject({
      operator: 'supervisor',
      outcome: 'insufficient_scope',
    });
    const other = await desk('supervisor2').post(`/operator/approvals/${approval}/approve`, { reason });
    expect(other.status).toBe(303);
    expect(await standingOf(subscriptionId)).toBe('active');
  });

  it('an approval by its requester is refused by the database too', async () => {
    const { approval } = await requestedResume();
    await expect(service.rows.operators.approveByRequester(approval)).rejects.toMatchObject({
      constraint: 'decided_by_somebody_else',
    });
  });

  it('an approval is decided once, even by two operators at the same instant', async () => {
    const { subscriptionId, approval } = await requestedResume();
    const forms = {
      supervisor: await desk('supervisor').formToken(),
      supervisor2: await desk('supervisor2').formToken(),
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => {
        const login = at % 2 === 0 ? 'supervisor' : 'supervisor2';
        const verb = at % 5 === 0 ? 'refuse' : 'approve';
        return desk(login).postRaw(`/operator/approvals/${approval}/${verb}`, { form: forms[login], reason });
      }),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    const decided = (await auditOf(subscriptionId)).filter(({ action }) => /^(approve|refuse)/.test(action));
    expect(decided.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    expect(decided.filter(({ outcome }) => outcome === 'approval_closed')).toHaveLength(49);
  });

  it.each(['approve', 'refuse'])('an approval that was refused stays refused: %s', async (verb) => {
    const { subscriptionId, approval } = await requestedResume();
    expect((await desk('supervisor').post(`/operator/approvals/${approval}/refuse`, { reason })).status).toBe(303);
    const late = await desk('supervisor2').post(`/operator/approvals/${approval}/${verb}`, { reason });
    expect([late.status, h1(late)]).toEqual([409, '이미 종료된 요청입니다']);
    expect(await standingOf(subscriptionId)).toBe('suspended');
    // The same request can be made again.
    const again = await desk('agent').post(`/operator/subscriptions/${subscriptionId}/ask-resume`, { reason });
    expect(again.status).toBe(303);
    expect(await approvalStates(subscriptionId)).toEqual(['refused', 'asked']);
  });

  it('an approval expires after a day', async () => {
    const { subscriptionId, approval } = await requestedResume();
    expect(await service.rows.operators.hoursOfApproval(approval)).toBe(24);
    await service.rows.operators.expireApproval(approval);
    const late = await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason });
    expect(late.status).toBe(409);
    expect(await standingOf(subscriptionId)).toBe('suspended');
    const again = await desk('agent').post(`/operator/subscriptions/${subscriptionId}/ask-resume`, { reason });
    expect(again.status).toBe(303);
    expect(await approvalStates(subscriptionId)).toEqual(['expired', 'asked']);
  });

  it('an approval is withdrawn by its requester, and by no one else', async () => {
    const { subscriptionId, approval } = await requestedResume();
    const other = await desk('supervisor').post(`/operator/approvals/${approval}/withdraw`, { reason });
    expect(other.status).toBe(403);
    expect((await desk('agent').post(`/operator/approvals/${approval}/withdraw`, { reason })).status).toBe(303);
    expect((await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason })).status).toBe(409);
    expect(await approvalStates(subscriptionId)).toEqual(['withdrawn']);
  });

  it('an approval is not requested twice, nor where there is nothing to approve', async () => {
    const { subscriptionId } = await requestedResume();
    const path = `/operator/subscriptions/${subscriptionId}`;
    expect((await desk('supervisor').post(`${path}/ask-resume`, { reason })).status).toBe(409);
    const { person, subscriptionId: active } = await service.subscriber();
    expect((await desk('agent').post(`/operator/subscriptions/${active}/ask-resume`, { reason })).status).toBe(409);
    await service.sendEvent(person.lineId, 'sim-swapped', undefined, 1);
    const swapped = await desk('agent').post(`/operator/subscriptions/${active}/ask-resume`, { reason });
    expect([swapped.status, h1(swapped)]).toEqual([409, '유심 변경은 상담원이 해제할 수 없습니다']);
    await service.operate(active, 'report-loss');
    const both = await desk('agent').post(`/operator/subscriptions/${active}/ask-resume`, { reason });
    expect([both.status, h1(both)]).toEqual([409, '먼저 앱을 다시 등록해야 합니다']);
    await service.operate(active, 'cancel');
    const ended = `/operator/subscriptions/${active}/ask-enrolment-code`;
    expect((await desk('agent').post(ended, { reason })).status).toBe(409);
    expect(await approvalStates(active)).toEqual([]);
  });

  it('an approval that can no longer take effect is not granted, and remains to be decided', async () => {
    const { subscriptionId, approval } = await requestedResume();
    await service.operate(subscriptionId, 'resume');
    expect((await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason })).status).toBe(409);
    expect(await approvalStates(subscriptionId)).toEqual(['asked']);
  });

  it('a request that waits is counted for who can decide it, in the navigation and in the title, and for nobody else', async () => {
    const waiting = async (login: string) =>
      JSON.parse((await desk(login).get('/operator/waiting')).html) as { waiting: number; mark: string };
    const before = { supervisor: await waiting('supervisor'), agent: await waiting('agent') };
    const { approval } = await requestedCode();
    const after = await waiting('supervisor');
    expect([after.waiting, after.mark === before.supervisor.mark]).toEqual([before.supervisor.waiting + 1, false]);
    expect(await waiting('agent')).toEqual(before.agent);
    const { html } = await desk('supervisor').get('/operator/charges');
    expect(html).toMatch(new RegExp(`<title>\\(${after.waiting}\\) `));
    expect(html).toMatch(new RegExp(`data-waiting="[0-9a-f]{32}"\\s*>${after.waiting}<`));
    await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason });
    // Its code now waits for the agent who asked for it.
    expect((await waiting('agent')).waiting).toBe(before.agent.waiting + 1);
    const { html: page } = await desk('agent').post(`/operator/approvals/${approval}/take`);
    expect((await waiting('agent')).waiting).toBe(before.agent.waiting);
    const [code = ''] = /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.exec(page) ?? [];
    expect(page).toContain('<svg');
    expect(page).toMatch(/data-until="[^"]+"/);
    expect(page.match(/ · /g)?.length).toBeGreaterThanOrEqual(16);
    expect(page).toContain(`<strong>${code.slice(0, 5)}</strong>`);
  });

  it('an enrolment code is texted to the number of its own line alone, three times a day, and never after a SIM change', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const takenCode = async (id: string): Promise<{ approval: string; code: string }> => {
      await desk('agent').post(`/operator/subscriptions/${id}/ask-enrolment-code`, { reason });
      const approval = await desk('agent').approvalOf(id);
      await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason });
      const { html: page } = await desk('agent').post(`/operator/approvals/${approval}/take`);
      expect(page).toContain('회선 번호로 문자 보내기');
      return { approval, code: /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.exec(page)?.[0] ?? '' };
    };
    const { approval, code } = await takenCode(subscriptionId);
    const text = (login: string, enrolmentCode = code) =>
      desk(login).post(`/operator/approvals/${approval}/text`, { enrolmentCode });
    // No page shows the code again, so a refusal stands beside it.
    await service.rows.lines.doubtSim(person.lineId);
    const doubted = await text('agent');
    expect(doubted).toMatchObject({ status: 409, html: expect.stringContaining('보내지 않았습니다. 유심이') });
    expect(doubted.html).toContain(code);
    expect(doubted.html).not.toContain(`/operator/approvals/${approval}/text`);
    await service.rows.lines.ageMemory(person.lineId, 100);
    // Neither by another operator, nor another text than the code.
    expect((await text('supervisor')).status).toBe(404);
    expect((await text('agent', 'ABCDE-ABCDE-ABCDE-ABCDE')).status).toBe(404);
    // A fault does not lose the code either.
    const failed = await service.rows.deliveries.withoutTextedCodes(() => text('agent'));
    expect(failed).toMatchObject({ status: 500, html: expect.stringContaining(code) });
    expect(failed.html).toContain(`/operator/approvals/${approval}/text`);
    const sent = await text('agent');
    expect(sent.html).toContain('문자 발송을 요청했습니다');
    expect(sent.html).toContain(code);
    const sms = await eventually('the code as a text message', () =>
      service.smsc.received.find((one) => one.text.includes(code)),
    );
    expect(sms.to).toBe(person.phoneNumber);
    expect([(await text('agent')).status, (await text('agent')).status]).toEqual([200, 200]);
    const beyond = await text('agent');
    expect(beyond).toMatchObject({ status: 429, html: expect.stringContaining('하루에 3번까지만') });
    expect(beyond.html).toContain(code);
    expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThan(3_600);
    const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
    expect(metrics).toContain(
      'pushguard_refusals_total{route="/operator/approvals/:id/text",code="too_many_requests"} 1',
    );
    const texted = (await auditOf(subscriptionId)).filter(({ action }) => action === 'text-code');
    expect(texted.filter(({ outcome }) => outcome === 'done')).toHaveLength(3);
    expect(await service.sendEvent(person.lineId, 'sim-swapped', undefined, 1)).toBe('applied');
    expect([404, 409]).toContain((await text('agent')).status);
    // The limit is the number's: a new subscription of the line does not renew it.
    await service.operate(subscriptionId, 'cancel');
    await service.rows.lines.ageMemory(person.lineId, 100);
    const { subscriptionId: next } = await service.subscribe(person);
    const again = await takenCode(next);
    const more = await desk('agent').post(`/operator/approvals/${again.approval}/text`, { enrolmentCode: again.code });
    expect(more.status).toBe(429);
  });

  it('what the carrier must change is kept from the page of a subscription, and a supervisor closes it', async () => {
    const { subscriptionId } = await service.subscriber();
    const path = `/operator/subscriptions/${subscriptionId}`;
    const detail = '생년월일이 1990년 1월 2일이라고 함';
    const wrong = await desk('agent').post(`${path}/ask-correction`, { reason, detail: '' });
    expect([wrong.status, wrong.html.includes('어떤 정보가 다른지')]).toEqual([422, true]);
    const ask = () => desk('agent').post(`${path}/ask-correction`, { reason, fact: 'owner', detail });
    expect((await ask()).location).toBe(`${path}?done=ask-correction`);
    expect((await ask()).status).toBe(409);
    expect(await service.rows.personalData.tracesOf(detail)).toEqual([]);
    await desk('agent').post(`${path}/reason`, { reason });
    expect((await desk('agent').get(path)).html).toContain(detail);
    // Agents keep it; the list is the supervisors'.
    expect((await desk('agent').get('/operator/approvals')).html).not.toContain(detail);
    const { html } = await desk('supervisor').get('/operator/approvals');
    const card = html.split('class="card"').find((one) => one.includes(detail)) ?? '';
    const close = /action="(\/operator\/corrections\/[^"]+\/close)"/.exec(card)?.[1] ?? '';
    expect((await desk('agent').post(close, { reason })).status).toBe(403);
    expect((await desk('supervisor').post(close, { reason })).location).toBe(
      '/operator/approvals?done=close-correction',
    );
    expect((await desk('supervisor').post(close, { reason })).status).toBe(404);
    expect((await desk('supervisor').get('/operator/approvals')).html).not.toContain(detail);
    const audited = (await auditOf(subscriptionId)).filter(({ outcome }) => outcome === 'done');
    expect(audited.map(({ operator, action }) => [operator, action])).toEqual(
      expect.arrayContaining([
        ['agent', 'ask-correction'],
        ['supervisor', 'close-correction'],
      ]),
    );
  });

  it('an approval is void once the subscription is suspended anew, which its decider could not know', async () => {
    const { subscriptionId, approval } = await requestedCode();
    await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason });
    const lineId = await service.rows.subscriptions.lineOf(subscriptionId);
    expect(await service.sendEvent(lineId, 'sim-swapped', undefined, 1)).toBe('applied');
    expect((await desk('agent').post(`/operator/approvals/${approval}/take`)).status).toBe(409);

    const lost = await requestedResume();
    await service.operate(lost.subscriptionId, 'resume');
    await service.operate(lost.subscriptionId, 'report-loss');
    const late = await desk('supervisor').post(`/operator/approvals/${lost.approval}/approve`, { reason });
    expect(late.status).toBe(409);
    expect(await standingOf(lost.subscriptionId)).toBe('suspended');
    // Another approval can be requested, by an operator who knows of the new loss.
    const path = `/operator/subscriptions/${lost.subscriptionId}/ask-resume`;
    expect((await desk('agent').post(path, { reason })).status).toBe(303);
  });

  it('an approval of an enrolment code gives the code once, to its requester', async () => {
    const { subscriptionId, approval } = await requestedCode();
    const take = `/operator/approvals/${approval}/take`;
    expect((await desk('agent').post(take)).status).toBe(409);
    await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason });
    expect((await desk('supervisor').post(take)).status).toBe(403);
    const form = await desk('agent').formToken();
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk('agent').postRaw(take, { form })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    const code = /enrolment-code">([\w-]{23})</.exec(answers.find(({ status }) => status === 200)!.html)?.[1] ?? '';
    expect(await approvalStates(subscriptionId)).toEqual(['taken']);
    const phone = await service.enrol(code);
    const { code: test } = await phone.readTestEnvelope(await phone.testEnvelope());
    await phone.confirmTest(test);
    expect((await auditOf(subscriptionId)).filter(({ action }) => action === 'take-enrolment-code')).toHaveLength(10);
    for (const { html } of [
      await desk('agent').get('/operator/approvals'),
      await desk('supervisor').get('/operator/approvals'),
    ]) {
      expect(html).not.toContain(code);
    }
  });
});

describe('what takes two operators', () => {
  const pathOf = (subscriptionId: string) => `/operator/subscriptions/${subscriptionId}`;
  /** Requests something as one operator and approves it as another; returns the answer to the approval. */
  async function byTwo(subscriptionId: string, action: string, asker = 'agent') {
    const asked = await desk(asker).post(`${pathOf(subscriptionId)}/${action}`, { reason });
    expect(asked.location).toBe(`${pathOf(subscriptionId)}?done=${action}`);
    const approval = await desk(asker).approvalOf(subscriptionId);
    const own = await desk(asker).post(`/operator/approvals/${approval}/approve`, { reason });
    expect(own.status).toBe(403);
    return desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason: '확인함' });
  }
  const swap = async (lineId: string, sequence = 1) =>
    expect(await service.sendEvent(lineId, 'sim-swapped', undefined, sequence)).toBe('applied');
  const pageOf = async (login: string, subscriptionId: string) => {
    await desk(login).post(`${pathOf(subscriptionId)}/reason`, { reason });
    return (await desk(login).get(pathOf(subscriptionId))).html;
  };
  const lockPin = async ({ person, phone }: Awaited<ReturnType<typeof service.subscriber>>) => {
    await service.rows.budgets.clearStarts();
    await service.start(person);
    const [pending] = await phone.pending();
    for (let tries = 1; tries <= 5; tries += 1) await phone.open(pending!, '000000').catch(() => undefined);
  };

  it.each<[string, (subscriber: Awaited<ReturnType<typeof service.subscriber>>) => Promise<unknown>]>([
    ['nothing is in doubt', () => Promise.resolve()],
    ['a loss is reported', ({ subscriptionId }) => service.operate(subscriptionId, 'report-loss')],
    ['the SIM was changed', ({ person }) => swap(person.lineId)],
  ])('cancelling takes two operators while %s', async (_, doubt) => {
    const subscriber = await service.subscriber();
    const { subscriptionId } = subscriber;
    await doubt(subscriber);
    const alone = await desk('supervisor').post(`${pathOf(subscriptionId)}/cancel`, { reason });
    expect([alone.status, h1(alone)]).toEqual([409, '두 사람이 필요합니다']);
    expect(await standingOf(subscriptionId)).not.toBe('cancelled');
    expect((await byTwo(subscriptionId, 'ask-cancel')).status).toBe(303);
    expect(await standingOf(subscriptionId)).toBe('cancelled');
    const transitions = await service.rows.subscriptions.transitionsOf(subscriptionId);
    expect(transitions.at(-1)).toMatchObject({ reason: 'call_centre', actor_id: 'agent + supervisor' });
    expect((await auditOf(subscriptionId)).at(-1)).toMatchObject({
      operator: 'supervisor',
      action: 'approve-cancel',
      outcome: 'done',
    });
  });

  it('the page of a subscription says what a new phone waits for, what holds the line, and until when', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    const page = () => pageOf('agent', subscriptionId);
    expect(await page()).not.toMatch(/새 휴대폰 신청|회선 보류/);
    const visitor = new TextBrowser(service.issuer);
    await service.rows.budgets.clearForms();
    await visitor.open('/new-phone');
    const { phoneNumber, birthDate, genderDigit } = person;
    await visitor.send('/new-phone', { phoneNumber, birthDate, genderDigit, way: 'sms' });
    await service.rows.customers.untilReportsResolved();
    expect(await page()).toContain('통신사의 기기변경 통보 대기 중');
    await service.sendEvent(person.lineId, 'device-changed', { os: 'ios', osVersion: '17', formFactor: 'phone' }, 1);
    expect(await page()).toMatch(/등록 코드 문자 발송 예정: <time/);
    const alerts = (await phone.alerts()).filter(({ kind, state }) => kind === 'new_phone' && state === 'open');
    await service.operate(subscriptionId, 'report-loss');
    expect(await page()).toContain('정지 중이라 문자로 보내지 않음');
    await service.operate(subscriptionId, 'resume');
    await phone.objectToAlert(alerts[0]!, TEST_PIN);
    expect(await page()).toMatch(/기존 휴대폰이 거절함, 로그인 없는 홈페이지 재신청 가능: <time/);
    await swap(person.lineId, 2);
    expect(await page()).toContain('정지가 해제될 때까지 문자 인증과 재가입 보류');
    const fresh = (await phone.alerts()).find(({ kind, state }) => kind === 'sim_swapped' && state === 'open')!;
    await phone.confirmAlert(fresh, TEST_PIN);
    expect(await page()).not.toContain('회선 보류');
  });

  it('a cancellation that an operator requests is told to the phone, whose objection stops it', async () => {
    const { subscriptionId, phone } = await service.subscriber();
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-cancel`, { reason });
    const approval = await desk('agent').approvalOf(subscriptionId);
    const alert = (await phone.alerts()).find(({ kind }) => kind === 'cancellation')!;
    expect(alert.state).toBe('open');
    await phone.objectToAlert(alert, TEST_PIN);
    expect((await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason })).status).toBe(409);
    expect(await standingOf(subscriptionId)).toBe('active');
    expect(await approvalStates(subscriptionId)).toEqual(['withdrawn']);
  });

  it.each(['refuse', 'withdraw'])('the alert of a cancellation ends when the request ends: %s', async (verb) => {
    const { subscriptionId, phone } = await service.subscriber();
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-cancel`, { reason });
    const approval = await desk('agent').approvalOf(subscriptionId);
    const login = verb === 'refuse' ? 'supervisor' : 'agent';
    expect((await desk(login).post(`/operator/approvals/${approval}/${verb}`, { reason })).status).toBe(303);
    const alert = (await phone.alerts()).find(({ kind }) => kind === 'cancellation');
    expect(alert).toMatchObject({ state: 'closed' });
  });

  it.each(['refuse', 'withdraw'])('the phone can still object to a program’s request to cancel: %s', async (verb) => {
    const { subscriptionId, phone } = await lost();
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    await service.call('POST', `${path}/requests`, { deed: 'cancel', reason }, { scope: 'operator' });
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-cancel`, { reason });
    const approval = await desk('agent').approvalOf(subscriptionId);
    const login = verb === 'refuse' ? 'supervisor' : 'agent';
    expect((await desk(login).post(`/operator/approvals/${approval}/${verb}`, { reason })).status).toBe(303);
    const alert = (await phone.alerts()).find(({ kind, state }) => kind === 'cancellation' && state === 'open')!;
    await phone.objectToAlert(alert, TEST_PIN);
    const answer = await service.call('POST', `${path}/cancel`, { reason }, { scope: 'operator.decide' });
    expectProblem(answer, 409, 'second_person_required');
  });

  it('a program’s request to cancel that is made anew after the alert has ended is told to the phone anew', async () => {
    const { subscriptionId, phone } = await service.subscriber();
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    const open = async () =>
      (await phone.alerts()).filter(({ kind, state }) => kind === 'cancellation' && state === 'open');
    const ask = () => service.call('POST', `${path}/requests`, { deed: 'cancel', reason }, { scope: 'operator' });
    await ask();
    const [first] = await open();
    await ask();
    expect(await open()).toEqual([first]);
    await service.rows.customers.expireAlerts(subscriptionId);
    await ask();
    expect(await open()).toHaveLength(1);
  });

  it('a cancellation that was requested before a SIM change is void', async () => {
    const { person, subscriptionId } = await service.subscriber();
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-cancel`, { reason });
    const approval = await desk('agent').approvalOf(subscriptionId);
    await swap(person.lineId);
    expect((await desk('supervisor').post(`/operator/approvals/${approval}/approve`, { reason })).status).toBe(409);
    expect(await standingOf(subscriptionId)).toBe('suspended');
    // So is one that was requested before a second change, which adds no suspension, however late the carrier tells of it.
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-cancel`, { reason });
    const second = await desk('agent').approvalOf(subscriptionId);
    const time = new Date(Date.now() - 3_600_000).toISOString();
    await service.sendEvent(person.lineId, 'sim-swapped', undefined, 2, { time });
    expect((await desk('supervisor').post(`/operator/approvals/${second}/approve`, { reason })).status).toBe(409);
    expect(await standingOf(subscriptionId)).toBe('suspended');
  });

  it('a PIN is unlocked by one operator once in a day, whoever it was, and then by two', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId } = subscriber;
    await lockPin(subscriber);
    expect(await pageOf('agent', subscriptionId)).toContain('/unlock-pin"');
    expect((await desk('agent').post(`${pathOf(subscriptionId)}/unlock-pin`, { reason })).status).toBe(303);
    await lockPin(subscriber);
    const page = await pageOf('supervisor', subscriptionId);
    expect(page).toContain('/ask-unlock-pin"');
    expect(page).not.toContain('/unlock-pin"');
    for (const login of ['agent', 'supervisor']) {
      const alone = await desk(login).post(`${pathOf(subscriptionId)}/unlock-pin`, { reason });
      expect([alone.status, h1(alone)]).toEqual([409, '두 사람이 필요합니다']);
    }
    expect(await pageOf('agent', subscriptionId)).toContain('잠김 (5회 오류)');
    expect((await byTwo(subscriptionId, 'ask-unlock-pin')).status).toBe(303);
    expect(await pageOf('agent', subscriptionId)).not.toContain('잠김 (5회 오류)');
    // What two did counts too.
    expect((await desk('agent').post(`${pathOf(subscriptionId)}/unlock-pin`, { reason })).status).toBe(409);
  });

  it('a program that unlocked the PIN is the one person of that day too', async () => {
    const subscriber = await service.subscriber();
    const { subscriptionId } = subscriber;
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    await lockPin(subscriber);
    expect((await service.call('POST', `${path}/unlock-pin`, { reason }, { scope: 'operator' })).status).toBe(204);
    expect((await desk('agent').post(`${pathOf(subscriptionId)}/unlock-pin`, { reason })).status).toBe(409);
  });

  it('an operator at the desk and a program never make two', async () => {
    const { subscriptionId } = await lost();
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    await service.call('POST', `${path}/requests`, { deed: 'cancel', reason }, { scope: 'operator' });
    expect((await desk('supervisor').post(`${pathOf(subscriptionId)}/cancel`, { reason })).status).toBe(409);
    await desk('agent').post(`${pathOf(subscriptionId)}/ask-resume`, { reason });
    const answer = await service.call('POST', `${path}/resume`, { reason }, { scope: 'operator.decide' });
    expectProblem(answer, 409, 'second_person_required');
    expect(await standingOf(subscriptionId)).toBe('suspended');
  });

  it('a loss is not resumed by two operators while a SIM change stands', async () => {
    const { person, subscriptionId } = await lost();
    await swap(person.lineId);
    const asked = await desk('agent').post(`${pathOf(subscriptionId)}/ask-resume`, { reason });
    expect(asked.status).toBe(409);
    expect(await pageOf('agent', subscriptionId)).not.toContain('/ask-resume"');
  });

  it('the second operator sees what stands on the line, and why it is requested', async () => {
    const { person, subscriptionId } = await lost();
    await swap(person.lineId);
    const waiting = await service.subscriber();
    const reportedAt = Date.now();
    await service.operate(waiting.subscriptionId, 'report-loss');
    await service.operate(waiting.subscriptionId, 'resume');
    const plain = await service.subscriber();
    for (const id of [subscriptionId, waiting.subscriptionId, plain.subscriptionId])
      await desk('agent').post(`${pathOf(id)}/ask-enrolment-code`, { reason: `사유 ${id}` });
    const { html } = await desk('supervisor').get('/operator/approvals');
    const cardOf = (id: string) => html.split('id="approval-').find((part) => part.includes(pathOf(id))) ?? '';
    expect(cardOf(subscriptionId)).toMatch(/분실 신고\s*,\s*유심 변경\s*,\s*정지가 해제될 때까지 보류/);
    expect(cardOf(subscriptionId)).toContain(`사유 ${subscriptionId}`);
    const until = /유심 변경·분실 후 보류\s*<time datetime="([^"]+)"/.exec(cardOf(waiting.subscriptionId))?.[1];
    expectSecondsAfter(reportedAt, 72 * 3_600, until ?? '');
    expect(cardOf(plain.subscriptionId)).toContain('정지·보류 없음');
  });
});

describe('a line that a hold keeps from joining', () => {
  const override = (
    login: string,
    phoneNumber: string,
    other: Record<string, string> = { identified: 'yes', agreed: 'yes' },
  ) => desk(login).post('/operator/approvals/subscribe', { phoneNumber, reason, ...other });
  const swapped = async (other: Parameters<TestService['addLine']>[0] = {}) => {
    const person = await service.addLine(other);
    expect(await service.sendEvent(person.lineId, 'sim-swapped', undefined, 1)).toBe('applied');
    return person;
  };
  const approvalFor = async (login: string, phoneNumber: string) => {
    const { html } = await desk(login).get('/operator/approvals');
    const number = `010-****-${phoneNumber.slice(-4)}`;
    const card = html.split('id="approval-').find((part) => part.includes('보류 중 가입') && part.includes(number));
    return { id: card?.slice(0, 36) ?? '', card: card ?? '' };
  };
  const search = (login: string, phoneNumber: string) => desk(login).post('/operator/search', { phoneNumber, reason });
  const codeIn = ({ html }: DeskAnswer) => /enrolment-code">([\w-]{23})</.exec(html)?.[1] ?? '';

  it('is subscribed by two operators who have the customer before them, and by no other way', async () => {
    const person = await swapped();
    const { phoneNumber, lineId } = person;
    const found = await search('agent', phoneNumber);
    expect(found.html).toContain('action="/operator/approvals/subscribe"');
    expect(found.html).toContain('본인이 대면으로 확인됨');
    expect(found.html).not.toContain(phoneNumber.slice(-8));
    expect((await search('viewer', phoneNumber)).html).not.toContain('/operator/approvals/subscribe');

    for (const other of [{}, { identified: 'no' }, { identified: 'yes' }, { agreed: 'yes' }] as Record<
      string,
      string
    >[])
      expect((await override('agent', phoneNumber, other)).status).toBe(400);
    expect((await override('agent', phoneNumber)).location).toBe('/operator/approvals?done=ask-subscribe');
    expect((await override('supervisor2', phoneNumber)).status).toBe(409);
    const { id, card } = await approvalFor('supervisor', phoneNumber);
    expect(card).toContain('본인이 대면으로 확인됨');
    expect(card).toContain('유심 변경·분실 후 보류');

    expect((await desk('agent').post(`/operator/approvals/${id}/take`)).status).toBe(409);
    expect((await desk('supervisor').post(`/operator/approvals/${id}/approve`, { reason: '신분증 확인' })).status).toBe(
      303,
    );
    expect((await desk('supervisor').post(`/operator/approvals/${id}/take`)).status).toBe(403);
    const form = await desk('agent').formToken();
    const taken = await Promise.all(
      Array.from({ length: 4 }, () => desk('agent').postRaw(`/operator/approvals/${id}/take`, { form })),
    );
    expect(taken.filter(({ status }) => status === 200)).toHaveLength(1);
    const phone = await service.enrol(codeIn(taken.find(({ status }) => status === 200)!));
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    const subscriptionId = (await service.rows.subscriptions.currentOf(lineId))!;
    expect(await standingOf(subscriptionId)).toBe('active');
    const [joined] = await service.rows.subscriptions.transitionsOf(subscriptionId);
    expect(joined).toMatchObject({ change: 'subscribed', actor: 'operator', actor_id: 'agent + supervisor' });
    expect(await service.rows.subscriptions.consentsOf(lineId)).toMatchObject(
      ['privacy', 'terms'].map((document) => ({ document, channel: 'call_centre', by: 'agent' })),
    );
    expect((await auditOf(subscriptionId)).map(({ operator, action, outcome }) => [operator, action, outcome])).toEqual(
      expect.arrayContaining([['agent', 'take-subscribe-identified', 'done']]),
    );
    expect(await service.rows.operators.auditOfAction('ask-subscribe-identified')).toContainEqual({
      operator: 'agent',
      reason,
      outcome: 'done',
    });
  });

  it.each<[string, Parameters<TestService['addLine']>[0]]>([
    ['a prepaid plan', { plan: 'prepaid' }],
    ['a corporate line', { holder: 'corporate' }],
    ['another carrier', { carrier: 'KT' }],
  ])('overrides nothing else: %s', async (_, facts) => {
    const { phoneNumber } = await swapped(facts);
    expect((await search('agent', phoneNumber)).html).not.toContain('/operator/approvals/subscribe');
    const answer = await override('agent', phoneNumber);
    expect([answer.status, h1(answer)]).toEqual([422, '가입할 수 없는 회선입니다']);
  });

  it('is not what a line needs that may subscribe, or has a subscription', async () => {
    const free = await service.addLine();
    expect((await search('agent', free.phoneNumber)).html).not.toContain('/operator/approvals/subscribe');
    const refused = await override('agent', free.phoneNumber);
    expect([refused.status, h1(refused)]).toEqual([409, '보류되지 않은 회선입니다']);
    const { person } = await lost();
    expect((await override('agent', person.phoneNumber)).status).toBe(422);
  });

  it('ends with a further SIM change, and with another owner', async () => {
    const approved = async (phoneNumber: string) => {
      await override('agent', phoneNumber);
      const { id } = await approvalFor('supervisor', phoneNumber);
      expect((await desk('supervisor').post(`/operator/approvals/${id}/approve`, { reason })).status).toBe(303);
      return id;
    };
    const [again, sold] = [await swapped(), await swapped()];
    const [first, second] = [await approved(again.phoneNumber), await approved(sold.phoneNumber)];
    expect(await service.sendEvent(again.lineId, 'sim-swapped', undefined, 2)).toBe('applied');
    expect((await desk('agent').post(`/operator/approvals/${first}/take`)).status).toBe(409);
    expect(await service.rows.subscriptions.currentOf(again.lineId)).toBeUndefined();
    const owner = { birthDate: '880229', genderDigit: '2' };
    expect(await service.sendEvent(sold.lineId, 'owner-changed', { owner }, 2)).toBe('applied');
    expect((await desk('agent').post(`/operator/approvals/${second}/take`)).status).not.toBe(200);
    expect(await service.rows.subscriptions.currentOf(sold.lineId)).toBeUndefined();
  });
});

describe('a reissue', () => {
  const application = (oldSerialNumber: string) => ({
    cause: 'lost',
    oldSerialNumber,
    identityProof: 'id_card',
    delivery: 'post',
    reason,
  });
  const apply = (login: string, subscriptionId: string, typed: Record<string, string>) =>
    desk(login).post(`/operator/subscriptions/${subscriptionId}/apply-reissue`, typed);
  /** Creates a subscriber who lost the phone, and an operator's application for a reissue. */
  async function applied({ login = 'agent', ...other }: { login?: string; delivery?: string; reason?: string } = {}) {
    const { person, subscriptionId, phone } = await service.subscriber();
    const page = `/operator/subscriptions/${subscriptionId}`;
    const answer = await apply(login, subscriptionId, { ...application(phone.serialNumber), ...other });
    expect(answer.location).toBe(`${page}?done=apply-reissue`);
    const [row] = await service.rows.operators.reissuesOf(subscriptionId);
    const id = row!.id;
    const take = (who: string, action: string) => desk(who).post(`/operator/reissues/${id}/${action}`, { reason });
    return { person, subscriptionId, phone, id, page, take };
  }
  /** Creates a reissue that the agent applied for and another operator approved. */
  async function approved(other: { delivery?: string } = {}) {
    const one = await applied(other);
    expect((await one.take('supervisor', 'approve')).location).toBe('/operator/approvals?done=approve');
    return one;
  }
  async function look(login: string, page: string): Promise<string> {
    await desk(login).post(`${page}/reason`, { reason });
    return (await desk(login).get(page)).html;
  }
  const sectionOf = (html: string) => /aria-labelledby="reissues".*?<\/section>/s.exec(html)?.[0] ?? '';
  const actionsIn = (html: string) => [...html.matchAll(/(?:form)?action="([^"]*)"/g)].map(([, path]) => path);
  const groupsIn = (html: string) => [...html.matchAll(/<span>([0-9A-Z]{5})<\/span>/g)].map(([, group]) => group);
  const statesOf = async (subscriptionId: string) =>
    (await service.rows.operators.reissuesOf(subscriptionId)).map(({ state }) => state);

  it('a reissue is requested by one operator, approved by another, and printed as a letter whose code enrols the new phone', async () => {
    const { person, subscriptionId, phone, id, page, take } = await applied();
    expect(await standingOf(subscriptionId)).toBe('suspended');
    const waiting = sectionOf(await look('agent', page));
    for (const shown of ['승인 대기', '분실', phone.serialNumber, '신분증', '우편', 'agent · ', id]) {
      expect(waiting).toContain(shown);
    }
    const number = `010-****-${person.phoneNumber.slice(-4)}`;
    const list = (await desk('supervisor').get('/operator/approvals')).html;
    const card = list.split(`id="reissue-${id}"`)[1] ?? '';
    for (const shown of [number, '신분증', '우편', phone.serialNumber, reason]) expect(card).toContain(shown);
    expect((await desk('supervisor').get('/operator')).html).toContain(number);

    expect((await take('agent', 'issue')).status).toBe(409);
    expect((await take('supervisor', 'approve')).location).toBe('/operator/approvals?done=approve');
    expect(sectionOf(await look('agent', page))).toContain('supervisor · ');
    const letter = await take('agent', 'issue');
    expect(letter.headers.get('cache-control')).toBe('no-store');
    for (const shown of ['휴대폰인증보호 고객센터', number, id, '1회만 사용할 수 있습니다', 'Valid once', '114']) {
      expect(letter.html).toContain(shown);
    }
    expect(letter.html).toContain('<svg');
    expect(letter.html).not.toContain(person.phoneNumber.slice(3));
    const code = groupsIn(letter.html).join('-');
    expect(code).toMatch(/^(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
    expect(await look('agent', page)).not.toContain(groupsIn(letter.html)[0]);

    const replacement = await service.enrol(code);
    expect(sectionOf(await look('agent', page))).toContain('새 휴대폰 등록됨');
    await replacement.confirmTest((await replacement.readTestEnvelope(await replacement.testEnvelope())).code);
    expect(await statesOf(subscriptionId)).toEqual(['completed']);
    expect(await standingOf(subscriptionId)).toBe('active');
    expect((await auditOf(subscriptionId)).filter(({ action }) => action.includes('reissue'))).toEqual([
      { operator: 'agent', action: 'apply-reissue', reason, outcome: 'done' },
      { operator: 'agent', action: 'issue-reissue', reason, outcome: 'reissue_closed' },
      { operator: 'supervisor', action: 'approve-reissue', reason, outcome: 'done' },
      { operator: 'agent', action: 'issue-reissue', reason, outcome: 'done' },
    ]);
    expect(await look('supervisor', page)).toContain('재발급 코드 발급');
  });

  it.each(['visit', 'app'])(
    'a reissue for %s shows the code once with its QR code, and issuing it again voids the code',
    async (delivery) => {
      const { page, take } = await approved({ delivery });
      const codeIn = ({ html }: DeskAnswer) => /enrolment-code">([\w-]{23})</.exec(html)?.[1] ?? '';
      const sentAt = Date.now();
      const first = await take('agent', 'issue');
      expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(first.html).toMatch(/<svg[^>]*aria-label="등록 코드 QR"/);
      const until = /<time datetime="([^"]*)"/.exec(first.html)?.[1] ?? '';
      expectSecondsAfter(sentAt, 600, until);
      expect(await look('agent', page)).not.toContain(codeIn(first));
      expect((await take('supervisor2', 'issue')).status).toBe(403);
      const second = await take('agent', 'issue');
      await expect(service.enrol(codeIn(first))).rejects.toMatchObject({ code: 'enrolment_code_invalid' });
      await service.enrol(codeIn(second));
    },
  );

  it('a reissue is never decided by its requester, supervisor or not, and is not offered to them', async () => {
    const { subscriptionId, id, take } = await applied({ login: 'supervisor' });
    const offered = async (login: string) => actionsIn((await desk(login).get('/operator/approvals')).html);
    for (const verb of ['approve', 'refuse']) {
      const path = `/operator/reissues/${id}/${verb}`;
      expect(await offered('supervisor')).not.toContain(path);
      expect(await offered('agent')).not.toContain(path);
      expect(await offered('supervisor2')).toContain(path);
      const own = await take('supervisor', verb);
      expect([own.status, h1(own)]).toEqual([403, '두 사람이 필요합니다']);
      const agent = await take('agent', verb);
      expect([agent.status, h1(agent)]).toEqual([403, '권한이 없습니다']);
    }
    expect((await auditOf(subscriptionId)).at(-1)).toMatchObject({
      operator: 'supervisor',
      action: 'refuse-reissue',
      outcome: 'insufficient_scope',
    });
    expect(await statesOf(subscriptionId)).toEqual(['applied']);
    expect((await take('supervisor2', 'refuse')).location).toBe('/operator/approvals?done=refuse');
    expect(await statesOf(subscriptionId)).toEqual(['refused']);
  });

  it('a reissue can be seen, and not changed, by a viewer', async () => {
    const { page, take } = await applied();
    const shown = sectionOf(await look('viewer', page));
    expect(shown).toContain('승인 대기');
    expect(actionsIn(shown)).toEqual([]);
    await take('agent', 'withdraw');
    expect(actionsIn(sectionOf(await look('viewer', page)))).toEqual([]);
  });

  it('a reissue is withdrawn and requested again, and both are shown', async () => {
    const { subscriptionId, phone, page, take } = await applied();
    const again = await apply('agent', subscriptionId, application(phone.serialNumber));
    expect([again.status, h1(again)]).toEqual([409, '이미 처리되었습니다']);
    expect((await take('supervisor', 'withdraw')).location).toBe(`${page}?done=withdraw-reissue`);
    const late = await take('supervisor', 'approve');
    expect([late.status, h1(late)]).toEqual([409, '이미 처리되었습니다']);
    // With or without hyphens, as people read it aloud.
    const spoken = phone.serialNumber.replace('PG-', '').replaceAll('-', ' ');
    expect((await apply('agent', subscriptionId, { ...application(spoken), cause: 'broken' })).status).toBe(303);
    expect(await statesOf(subscriptionId)).toEqual(['withdrawn', 'applied']);
    const shown = sectionOf(await look('agent', page));
    expect(shown).toContain('<td>취소됨</td>');
    expect(shown).toContain('승인 대기');
  });

  it.each<[string, Record<string, string>, string]>([
    ['no cause', { cause: '' }, 'cause'],
    ['a cause that is none', { cause: 'stolen' }, 'cause'],
    ['a serial number that is none', { oldSerialNumber: 'PG-12' }, 'oldSerialNumber'],
    ['a serial number of no phone of theirs', { oldSerialNumber: 'PG-0000-0000-0000' }, 'oldSerialNumber'],
    ['no proof of identity', { identityProof: '' }, 'identityProof'],
    ['no delivery', { delivery: 'fax' }, 'delivery'],
    ['no reason', { reason: ' ' }, 'apply-reissue-reason'],
  ])('a reissue form names the field with %s, and keeps the other fields', async (_case, wrong, field) => {
    const { subscriptionId, phone } = await service.subscriber();
    const answer = await apply('agent', subscriptionId, { ...application(phone.serialNumber), ...wrong });
    expect(answer.status).toBe(422);
    const faults = [...answer.html.matchAll(/class="fault" id="([\w-]+)-fault">([^<]+)</g)].map(([, id]) => id);
    expect(faults).toEqual([field]);
    const kept = [...answer.html.matchAll(/value="(\w+)"\s+required\s+checked/g)].map(([, value]) => value);
    const sent: Record<string, string> = { ...application(phone.serialNumber), ...wrong };
    const choices = ['cause', 'identityProof', 'delivery'].filter((name) => name !== field);
    expect(kept).toEqual(choices.map((name) => sent[name]));
    expect(await statesOf(subscriptionId)).toEqual([]);
    expect(await standingOf(subscriptionId)).toBe('active');
  });

  it('a reissue shows typed text as nothing but text', async () => {
    const hostile = `"><script>alert(1)</script>'&amp;`;
    const { subscriptionId, phone } = await service.subscriber();
    const typed = { ...application(hostile), cause: hostile, reason: hostile };
    const refused = await apply('agent', subscriptionId, typed);
    const { id, page } = await applied({ reason: hostile });
    const list = await desk('supervisor').get('/operator/approvals');
    for (const html of [refused.html, list.html, await look('agent', page)]) {
      expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;amp;');
      expect(html).not.toContain('<script>alert');
    }
    expect(list.html).toContain(id);
    expect((await apply('agent', subscriptionId, application(phone.serialNumber))).status).toBe(303);
  });
});

describe('a report of a customer', () => {
  it('a report of a customer waits at the desk until an operator settles it, once', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const report = { kind: 'forgotten_pin', subscriptionId, outcome: 'call_centre' };
    // One call settles what the same person reported twice.
    const earlier = await service.rows.customers.addReport(report);
    const id = await service.rows.customers.addReport(report);
    const home = await desk('agent').get('/operator');
    expect(home.html).toContain(`/operator/reports/${id}/settle`);
    expect(home.html).not.toContain(earlier);
    expect(home.html).toContain(`010-****-${person.phoneNumber.slice(-4)}`);
    expect((await desk('viewer').get('/operator')).html).not.toContain(id);
    expect((await desk('agent').post(`/operator/reports/${id}/settle`, { reason })).location).toBe(
      '/operator?done=settle',
    );
    expect((await desk('supervisor').post(`/operator/reports/${id}/settle`, { reason })).status).toBe(409);
    expect(await service.rows.customers.settlerOf(id)).toBe('agent');
    expect((await auditOf(subscriptionId)).slice(-2)).toMatchObject([
      { operator: 'agent', action: 'settle-report', reason, outcome: 'done' },
      { operator: 'supervisor', action: 'settle-report', outcome: 'nothing_to_change' },
    ]);
    expect((await desk('agent').get('/operator')).html).not.toMatch(new RegExp(`${id}|${earlier}`));
  });
});

describe('the charges and the whole audit', () => {
  it('the charges are shown for a reason, with sums, and as CSV', async () => {
    const { subscriptionId } = await service.subscriber();
    const month = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
    const page = `/operator/charges/${month}`;
    const browser = await new DeskBrowser(service).signIn('supervisor2');
    expect((await browser.get(page)).location).toBe('/operator/charges');
    expect((await browser.get(`${page}/csv`)).location).toBe('/operator/charges');
    expect((await browser.post('/operator/charges', { month, reason: '월 정산' })).location).toBe(page);
    const shown = await browser.get(page);
    expect(shown.html).toContain(subscriptionId.slice(-12));
    expect(shown.html).toMatch(/\d원<\/td>/);
    const csv = await browser.get(`${page}/csv`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = csv.html.trim().split('\r\n').slice(1);
    expect(rows.some((row) => row.startsWith(`${subscriptionId},`))).toBe(true);
    const sum = rows.reduce((total, row) => total + Number(row.split(',').at(-1)), 0);
    expect(shown.html).toContain(`${sum.toLocaleString('en-US')}원`);
    const entries = await service.rows.operators.auditOfAction(`charges ${month}`);
    const own = entries.filter(({ operator }) => operator === 'supervisor2');
    expect(own.map((entry) => ({ reason: entry.reason }))).toEqual([{ reason: '월 정산' }, { reason: '월 정산' }]);
    expect((await browser.get('/operator/charges/2026-13')).status).toBe(404);
  });

  it('the whole audit shows seconds and names, a range of days, deeds before looks at lists, and goes out as CSV', async () => {
    const browser = await new DeskBrowser(service).signIn('supervisor2');
    await browser.post('/operator/audit/reason', { reason: '감사' });
    const { subscriptionId } = await service.subscriber();
    await desk('agent').post(`/operator/subscriptions/${subscriptionId}/report-loss`, { reason: '=1+1' });
    for (let look = 0; look < 60; look += 1) await desk('agent').get('/operator');
    const { html } = await browser.get('/operator/audit');
    const row = /<tr>(?:(?!<\/tr>)[\s\S])*?=1\+1[\s\S]*?<\/tr>/.exec(html)?.[0] ?? '';
    expect(row).toContain('김상담');
    expect(row).toMatch(/오[전후] \d+:\d\d:\d\d</);
    expect(html).not.toContain('<td>처리 목록 조회</td>');
    expect((await browser.get('/operator/audit?lists=yes')).html).toContain('<td>처리 목록 조회</td>');

    const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    expect((await browser.get(`/operator/audit?from=${today}&until=${today}`)).html).toContain('=1+1');
    for (const query of ['until=2020-01-01', 'from=2999-12-31']) {
      expect((await browser.get(`/operator/audit?${query}`)).html).toContain('기록이 없습니다');
    }
    expect((await browser.get('/operator/audit?from=2026-13-99')).html).toContain('=1+1');

    const csv = await browser.get(`/operator/audit/csv?operator=agent&from=${today}`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [head, ...lines] = csv.html.trimEnd().split('\r\n');
    expect(head).toBe('at,operator,name,action,subscriptionId,reason,outcome,address');
    expect(lines.every((line) => line.includes(',agent,김상담,'))).toBe(true);
    expect(lines.find((line) => line.includes(subscriptionId) && line.includes('report-loss'))).toContain(
      ",'=1+1,done,",
    );
  });

  it('the whole audit is read newest first, page by page, by operator and by action', async () => {
    const browser = await new DeskBrowser(service).signIn('supervisor2');
    expect(h1(await browser.get('/operator/audit'))).toBe('조회 사유');
    expect((await browser.post('/operator/audit/reason', { reason: '분기 점검' })).location).toBe('/operator/audit');
    for (let at = 0; at < 60; at += 1) {
      const headers = { 'Audit-Reason': `entry ${at}` };
      await service.call('GET', '/operator/v1/charges?month=2026-01', undefined, { scope: 'operator', headers });
    }
    const reasonsIn = ({ html }: DeskAnswer) => [...html.matchAll(/class="free">([^<]*)</g)].map(([, text]) => text);
    const first = await browser.get('/operator/audit?operator=demo-operator&action=charges');
    expect(reasonsIn(first)).toEqual(Array.from({ length: 50 }, (_, at) => `entry ${59 - at}`));
    const older = /href="([^"]*before=\d+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await browser.get(older);
    expect(reasonsIn(second)).toEqual(Array.from({ length: 10 }, (_, at) => `entry ${9 - at}`));
    expect(second.html).not.toContain('before=');
    expect(reasonsIn(await browser.get('/operator/audit?operator=demo-operator&action=find'))).toEqual([]);
    expect(reasonsIn(await browser.get('/operator/audit?action=audit-log'))[0]).toBe('분기 점검');
  });
});

describe('the operators’ API with a session of the desk', () => {
  async function api(
    login: string | null,
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = login === null ? '' : `desk=${desk(login).cookies.get('desk') ?? ''}`;
    const response = await fetch(service.issuer + path, {
      method,
      headers: {
        Cookie: cookie,
        'Audit-Reason': 'session',
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answerOf(response);
  }
  const API: [method: string, path: string, permission: OperatorPermission][] = [
    ['GET', '/operator/v1/eligibility?phoneNumber=01000000000', 'search'],
    ['GET', '/operator/v1/overview', 'look'],
    ['GET', '/operator/v1/subscriptions?phoneNumber=01000000000', 'search'],
    ['POST', '/operator/v1/subscriptions', 'subscribe'],
    ['POST', `/operator/v1/subscriptions/${NONE}/cancel`, 'cancel'],
    ['POST', `/operator/v1/subscriptions/${NONE}/report-loss`, 'report_loss'],
    ['POST', `/operator/v1/subscriptions/${NONE}/resume`, 'resume'],
    ['POST', `/operator/v1/subscriptions/${NONE}/unlock-pin`, 'unlock_pin'],
    ['POST', `/operator/v1/subscriptions/${NONE}/enrolment-code`, 'enrolment_code'],
    ['POST', `/operator/v1/subscriptions/${NONE}/requests`, 'request_deed'],
    ['GET', `/operator/v1/subscriptions/${NONE}/history`, 'look'],
    ['GET', `/operator/v1/subscriptions/${NONE}/history/${NONE}`, 'look'],
    ['GET', `/operator/v1/subscriptions/${NONE}/phone`, 'look'],
    ['GET', `/operator/v1/subscriptions/${NONE}/audit`, 'look'],
    ['POST', `/operator/v1/subscriptions/${NONE}/reissues`, 'apply_reissue'],
    ['GET', `/operator/v1/subscriptions/${NONE}/reissues`, 'look'],
    ['POST', `/operator/v1/reissues/${NONE}/approve`, 'decide'],
    ['POST', `/operator/v1/reissues/${NONE}/refuse`, 'decide'],
    ['POST', `/operator/v1/reissues/${NONE}/withdraw`, 'apply_reissue'],
    ['POST', `/operator/v1/reissues/${NONE}/issue`, 'apply_reissue'],
    ['GET', '/operator/v1/charges?month=2026-01', 'charges'],
  ];
  const APPLICATION = {
    cause: 'lost',
    oldSerialNumber: 'PG-0000-0000-0000',
    identityProof: 'phone',
    delivery: 'post',
    reason,
  };
  const sent = (path: string) => {
    if (path.endsWith('subscriptions')) return { phoneNumber: '01000000000' };
    return path.endsWith('reissues') ? APPLICATION : { reason };
  };

  it('the cases that follow cover the whole operators’ API', async () => {
    const document = (await (await fetch(`${service.issuer}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const known = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/operator/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    const tested = API.map(
      ([method, path]) =>
        `${method} ${path.replace(NONE, '{id}').replace(NONE, '{authentication}').replace(/\?.*/, '')}`,
    );
    expect(tested.sort()).toEqual(known.sort());
  });

  it.each(API.flatMap((one) => OPERATOR_ROLES.map((role) => [...one, role] as const)))(
    'the call %s %s with a session needs %s, which a %s may or may not',
    async (method, path, permission, role) => {
      const headers = { 'X-Form-Token': await desk(role).formToken() };
      const answer = await api(role, method, path, method === 'POST' ? sent(path) : undefined, headers);
      if (mayOperator(role, permission)) expect([200, 404]).toContain(answer.status);
      else {
        const roles = OPERATOR_ROLES.filter((one) => mayOperator(one, permission));
        expectProblem(answer, 403, 'insufficient_scope', { roles });
        if (roles.length === 0) expect(answer.body['detail']).toContain('needs two people');
      }
    },
  );

  it('the operators’ API records the login of the session’s operator', async () => {
    const { subscriptionId } = await service.subscriber();
    const headers = { 'X-Form-Token': await desk('agent').formToken() };
    const path = `/operator/v1/subscriptions/${subscriptionId}/report-loss`;
    expect((await api('agent', 'POST', path, { reason }, headers)).status).toBe(200);
    expect((await auditOf(subscriptionId)).at(-1)).toEqual({
      operator: 'agent',
      action: 'report-loss',
      reason,
      outcome: 'done',
    });
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['without the form token', () => Promise.resolve({})],
    ['with the form token of another session', async () => ({ 'X-Form-Token': await desk('supervisor').formToken() })],
    [
      'from another site',
      async () => ({ 'X-Form-Token': await desk('agent').formToken(), Origin: 'https://evil.example' }),
    ],
  ])('the operators’ API changes nothing %s', async (_case, headers) => {
    const { subscriptionId } = await service.subscriber();
    const path = `/operator/v1/subscriptions/${subscriptionId}/cancel`;
    expectProblem(await api('agent', 'POST', path, { reason }, await headers()), 403, 'form_outdated');
    expect(await standingOf(subscriptionId)).toBe('active');
  });

  it('the operators’ API lets no operator at the desk cancel alone, nor request it in the place of a program', async () => {
    const { subscriptionId } = await lost();
    const headers = { 'X-Form-Token': await desk('supervisor').formToken() };
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    const cancel = await api('supervisor', 'POST', `${path}/cancel`, { reason }, headers);
    expectProblem(cancel, 409, 'second_person_required');
    const request = await api('supervisor', 'POST', `${path}/requests`, { reason, deed: 'cancel' }, headers);
    expectProblem(request, 403, 'insufficient_scope', { roles: [] });
  });

  it('the operators’ API considers a token where there is one, and not the cookie', async () => {
    const path = '/operator/v1/subscriptions?phoneNumber=01000000000';
    expectProblem(await api('agent', 'GET', path, undefined, { Authorization: 'Bearer x' }), 401, 'invalid_token');
    const relyingParty = `Bearer ${await service.token('authentications')}`;
    expectProblem(
      await api('agent', 'GET', path, undefined, { Authorization: relyingParty }),
      403,
      'insufficient_scope',
    );
    const { subscriptionId } = await service.subscriber();
    const program = { Authorization: `Bearer ${await service.token('operator')}` };
    const cancel = `/operator/v1/subscriptions/${subscriptionId}/cancel`;
    expect((await api('viewer', 'POST', cancel, { reason }, program)).status).toBe(200);
    expect((await auditOf(subscriptionId)).at(-1)).toMatchObject({ operator: 'demo-operator', action: 'cancel' });
  });

  it('the operators’ API refuses a call without token and session, and with a cookie that is no session', async () => {
    const path = '/operator/v1/subscriptions?phoneNumber=01000000000';
    expectProblem(await api(null, 'GET', path), 401, 'invalid_token');
    const Cookie = `desk=${'A'.repeat(43)}`;
    expectProblem(await api(null, 'GET', path, undefined, { Cookie }), 401, 'session_ended');
  });
});

describe('an account', () => {
  const command = async (...words: string[]) => {
    const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test' };
    const run = promisify(execFile)(process.execPath, [packed('commands/operator-accounts'), ...words], {
      env: { ...inherited, ISSUER: service.issuer, ...service.env },
    });
    const { stdout, stderr } = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
    return { stdout, stderr };
  };
  /** Creates an account with the command; returns the credentials that the command printed. */
  async function added(login: string, role: string) {
    const { stdout } = await command('add', login, '새 사람', role);
    const [, password = '', totpSecret = ''] =
      /first sign-in: (\S+)\nauthenticator app: otpauth:\/\/totp\/\S+\?secret=([A-Z2-7]{32})&/.exec(stdout) ?? [];
    const signIn = async (with_ = password) => {
      await service.rows.operators.forgetTotp(login);
      const browser = new DeskBrowser(service);
      const answer = await browser.post('/operator/sign-in', { login, password: with_, code: codeOf(totpSecret) });
      return { browser, status: answer.status };
    };
    /** The same password from then on at almost no cost, as those of the other operators. */
    const makeCheap = () => service.rows.operators.setPassword(login, cheapDigest(password));
    return { password, signIn, makeCheap };
  }

  it('an account begins with a password that opens only the page where another one is chosen', async () => {
    const { password, signIn, makeCheap } = await added('kim.new', 'supervisor');
    const { browser, status } = await signIn();
    expect(status).toBe(303);
    await makeCheap();
    for (const [method, path] of PAGES) {
      if (path === '/operator/password') continue;
      const answer = method === 'GET' ? await browser.get(path) : await browser.post(path, fields);
      expect([path, answer.status, answer.location]).toEqual([path, 303, '/operator/password']);
    }
    const headers = { Cookie: `desk=${browser.cookies.get('desk') ?? ''}`, 'Audit-Reason': 'x' };
    const called = await fetch(`${service.issuer}/operator/v1/subscriptions?phoneNumber=01000000000`, { headers });
    expect(called.status).toBe(401);

    const chosen = '한강의 다리는 서른한 개';
    const choose = (change: Record<string, string>) =>
      browser.post('/operator/password', { present: password, chosen, again: chosen, ...change });
    for (const [change, fault] of [
      [{ chosen: 'elevenchars', again: 'elevenchars' }, '12자 이상'],
      [{ chosen: 'x'.repeat(201), again: 'x'.repeat(201) }, '200자 이하'],
      [{ again: 'something else' }, '서로 일치하지 않습니다'],
      [{ chosen: password, again: password }, '현재와 다른'],
      [{ present: 'not the present one' }, '현재 비밀번호가'],
    ] as const) {
      const refused = await choose(change);
      expect(refused.status).toBe(422);
      expect(refused.html).toContain(fault);
    }
    const other = (await signIn()).browser;
    const before = browser.cookies.get('desk');
    expect((await choose({})).location).toBe('/operator?done=password');
    expect(browser.cookies.get('desk')).not.toBe(before);
    expect((await browser.get('/operator')).status).toBe(200);
    expect((await other.get('/operator')).location).toBe('/operator/sign-in');
    expect((await signIn()).status).toBe(401);
    expect((await signIn(chosen.normalize('NFD'))).status).toBe(303);
  });

  it('an account that is disabled is signed out at once, and its requests are withdrawn', async () => {
    const { password, signIn, makeCheap } = await added('lee.leaves', 'agent');
    await makeCheap();
    const { browser } = await signIn();
    const chosen = 'a long enough password';
    await browser.post('/operator/password', { present: password, chosen, again: chosen });
    const { subscriptionId } = await lost();
    expect((await browser.post(`/operator/subscriptions/${subscriptionId}/ask-resume`, { reason })).status).toBe(303);
    expect((await command('disable', 'lee.leaves')).stdout).toBe('lee.leaves is disabled\n');
    expect((await browser.get('/operator')).location).toBe('/operator/sign-in');
    expect((await signIn(chosen)).status).toBe(401);
    expect(await approvalStates(subscriptionId)).toEqual(['withdrawn']);
    expect((await command('list')).stdout).toContain('lee.leaves\tagent\t새 사람\tdisabled\n');
    expect((await command('disable', 'lee.leaves')).stderr).toContain('No active operator has the login lee.leaves');
  });

  it.each([
    [['add', 'agent', '김상담', 'agent'], 'already in use'],
    [['add', 'Kim', '김상담', 'agent'], 'The login must have'],
    [['add', 'kim', '김상담', 'admin'], 'The role must be'],
    [[], 'npm run operator'],
  ])('an account is not created or changed by %j', async (words, why) => {
    const { stdout, stderr } = await command(...words);
    expect([stdout, stderr]).toEqual(['', expect.stringContaining(why)]);
  });

  it('an account has its one-time password secret encrypted under a key that the database does not hold', async () => {
    const { id, secret } = await service.rows.operators.totpSecretOf('agent');
    const kept = service.keys.fields.decrypt(secret, `operators:totp_secret:${id}`);
    expect(base32(kept)).toBe(secretOf('agent'));
    expect(() => service.keys.fields.decrypt(secret, `operators:totp_secret:${randomUUID()}`)).toThrow();
  });
});
