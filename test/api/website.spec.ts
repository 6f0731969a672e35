import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import type { LineFacts } from '../../src/domain/line.ts';
import { smartOtp } from '../support/authenticators.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { Rows } from '../support/rows/rows.ts';
import {
  otherThan,
  startProcess,
  TEST_PIN,
  TestService,
  type Subscriber,
  type TestPerson,
} from '../support/service.ts';
import { TextBrowser, type SeenPage } from '../../src/commands/journey/text-browser.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start({ NEW_PHONE_WAIT_MINUTES: '0', ...NATIVE_APPS, ...REPORTS });
});
afterAll(() => service.stop());
// All visitors of these tests have one address.
beforeEach(() => service.rows.budgets.clearForms());

/** The native apps of this service. */
const FINGERPRINT = Array.from({ length: 32 }, () => 'ab').join(':');
const NATIVE_APPS = {
  ANDROID_APP_PACKAGE: 'kr.example.pushguard',
  ANDROID_APP_FINGERPRINTS: FINGERPRINT,
  IOS_APP_IDS: 'ABCDE12345.kr.example.pushguard',
  ANDROID_STORE_URL: 'https://play.google.com/store/apps/details?id=kr.example.pushguard',
  IOS_STORE_URL: 'https://apps.apple.com/kr/app/id1234567890',
};
/** Where weaknesses of this service are reported. */
const REPORTS = {
  SECURITY_CONTACT: 'mailto:security@example.kr, https://example.kr/report',
  SECURITY_POLICY_URL: 'https://example.kr/policy',
};
const LINK_FILES = ['/.well-known/assetlinks.json', '/.well-known/apple-app-site-association'];

it('the systems of phones learn which native apps open the links of this service', async () => {
  const [android, ios] = await Promise.all(LINK_FILES.map((path) => fetch(service.issuer + path)));
  expect(android!.headers.get('content-type')).toContain('application/json');
  expect(await android!.json()).toMatchObject([
    {
      relation: ['delegate_permission/common.handle_all_urls'],
      target: { package_name: 'kr.example.pushguard', sha256_cert_fingerprints: [FINGERPRINT.toUpperCase()] },
    },
  ]);
  expect(ios!.headers.get('content-type')).toContain('application/json');
  expect(await ios!.json()).toMatchObject({
    applinks: { details: [{ appIDs: ['ABCDE12345.kr.example.pushguard'], components: [{ '/': '/app' }, {}] }] },
  });
});

it('a researcher learns from security.txt where to report a weakness, for less than a year', async () => {
  const answer = await fetch(`${service.issuer}/.well-known/security.txt`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const text = await answer.text();
  const [, expires = ''] = /^Expires: (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/m.exec(text) ?? [];
  const days = (Date.parse(expires) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(170);
  expect(days).toBeLessThan(365);
  expect(text.replace(expires, '…')).toBe(
    [
      'Contact: mailto:security@example.kr',
      'Contact: https://example.kr/report',
      'Expires: …',
      'Preferred-Languages: ko, en',
      `Canonical: ${service.issuer}/.well-known/security.txt`,
      'Policy: https://example.kr/policy',
      '',
    ].join('\n'),
  );
});

const visit = () => new TextBrowser(service.issuer);
const typed = ({ birthDate, genderDigit, phoneNumber }: TestPerson) => ({ birthDate, genderDigit, phoneNumber });
const AGREED = { agree0: 'yes', agree1: 'yes' };

/** Opens the website's request in the subscriber's app; returns the code. */
async function codeInApp({ phone }: Subscriber): Promise<string> {
  const pending = await eventually('a request in the app', async () => (await phone.pending()).at(-1));
  await phone.open(pending, TEST_PIN);
  return (await phone.readCode(await phone.envelope(pending.id), pending.id)).code;
}

async function joined(person: TestPerson): Promise<{ visitor: TextBrowser; page: SeenPage }> {
  const visitor = visit();
  await visitor.open('/join');
  const page = await verifiedBySms(person, visitor, '/join', AGREED);
  return { visitor, page };
}

/** Submits a form that starts a verification by SMS, then submits the code from the text message. */
async function verifiedBySms(
  person: TestPerson,
  visitor: TextBrowser,
  action: string,
  more: Record<string, string> = {},
): Promise<SeenPage> {
  const codes = () =>
    service.smsc.received.filter(({ to, text }) => to === person.phoneNumber && text.includes('인증번호'));
  const before = codes().length;
  await visitor.send(action, { ...typed(person), ...more });
  const sms = await eventually('a code by text message', () => codes()[before]);
  return visitor.send('/code', { code: /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '' });
}

const shownCode = ({ text }: SeenPage) => /[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.exec(text)?.[0] ?? '';

/** Enrols a phone with a code, and completes its test. */
async function inUse(enrolmentCode: string): Promise<Subscriber['phone']> {
  const phone = await service.enrol(enrolmentCode);
  await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  return phone;
}

async function loggedIn(subscriber: Subscriber): Promise<{ visitor: TextBrowser; page: SeenPage }> {
  const visitor = visit();
  await visitor.open('/login');
  await visitor.send('/login', typed(subscriber.person));
  const page = await visitor.send('/code', { code: await codeInApp(subscriber) });
  return { visitor, page };
}

const stateOf = async (lineId: string): Promise<unknown> => service.rows.subscriptions.newestOf(lineId);

describe('the front page', () => {
  it('the front page is under 100 kB with everything it loads, and names the fee', async () => {
    const visitor = visit();
    const page = await visitor.open('/');
    const assets = [...page.html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    const sizes = await Promise.all(
      assets.map(async (path) => (await (await visitor.request('GET', path)).blob()).size),
    );
    expect(assets.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, Buffer.byteLength(page.html))).toBeLessThan(100_000);
    expect(page.text).toContain('월 1,100원');
  });

  it('the website is English on every page once English was chosen', async () => {
    const visitor = visit();
    expect((await visitor.open('/?lang=en')).text).toContain('Verification codes on your own phone only');
    expect((await visitor.open('/login')).html).toContain('<html lang="en">');
    expect((await visitor.open('/login?lang=ko')).html).toContain('<html lang="ko">');
  });
});

describe('the eligibility check', () => {
  const ordinary = {
    carrier: 'home',
    holder: 'self',
    plan: 'postpaid',
    phone: 'android',
    osVersion: '14',
    birthDay: '19900101',
  };
  const check = async (answers: Record<string, string>) => {
    const visitor = visit();
    await visitor.open('/check');
    return visitor.send('/check', answers);
  };

  it('the eligibility check accepts an ordinary line', async () => {
    expect((await check(ordinary)).text).toContain('가입할 수 있습니다');
  });

  it.each([
    [{ carrier: 'other' }, '당사 회선만'],
    [{ holder: 'corporate' }, '법인 명의'],
    [{ holder: 'other_party' }, '다른 사람 명의'],
    [{ plan: 'prepaid' }, '선불 요금제는'],
    [{ plan: 'm2m' }, '사물통신(M2M) 요금제는'],
    [{ phone: 'other' }, 'Android와 iOS'],
    [{ phone: 'tablet' }, '태블릿(iPad)'],
    [{ osVersion: '2.2' }, 'Android 2.3 이상'],
    [{ birthDay: '20150101' }, '만 19세 이상'],
  ])('the eligibility check explains its refusal of %j', async (answers, why) => {
    const { text } = await check({ ...ordinary, ...answers });
    expect(text).toContain('지금은 가입할 수 없습니다');
    expect(text).toContain(why);
  });

  it('the eligibility check names every reason at once, and stores nothing', async () => {
    const before = await service.rows.lines.count();
    const { html } = await check({ ...ordinary, plan: 'prepaid', holder: 'corporate', osVersion: '1.0' });
    expect(html.match(/<li>/g)?.length).toBeGreaterThanOrEqual(3);
    expect(await service.rows.lines.count()).toBe(before);
  });

  it.each([
    [{ birthDay: '19900231' }, 'birthDay', '생년월일 8자리를 정확히'],
    [{ osVersion: 'new' }, 'osVersion', '숫자와 점으로'],
    [{ plan: 'free' }, 'plan', '하나를 선택해 주세요'],
    [{ phone: 'constructor' }, 'phone', '하나를 선택해 주세요'],
    [{ carrier: '' }, 'carrier', '하나를 선택해 주세요'],
  ])(
    'the eligibility check asks again at the field where %j cannot be read, and keeps the others',
    async (answers, field, fault) => {
      const page = await check({ ...ordinary, ...answers });
      expect(page.status).toBe(422);
      expect(page.text).toContain('형식이 맞지 않는 항목이 있습니다');
      expect(/id="(\w+)-fault">\s*[^<\s]/.exec(page.html)?.[1]).toBe(field);
      expect(page.text).toContain(fault);
      expect(page.html.match(/autofocus/g)).toHaveLength(1);
      expect(page.html).toMatch(/value="self"[^>]*checked/);
    },
  );
});

describe('joining', () => {
  it('joining verifies the person by SMS, stores the accepted terms, and enrols the app that has the code', async () => {
    const person = await service.addLine();
    const { visitor, page } = await joined(person);
    expect(page.url).toBe(`${service.issuer}/enrol`);
    const code = /[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.exec(page.text)?.[0] ?? '';
    expect(page.html).toContain('<svg');
    expect(await service.rows.subscriptions.consentsOf(person.lineId)).toEqual([
      ...['privacy', 'terms'].map((document) => ({
        document,
        version: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        locale: 'ko',
        channel: 'website',
        by: null,
        withdrawn: false,
      })),
    ]);

    // A phone is offered the native app of its own system, a computer none.
    const onPhone = async (agent: string) =>
      (await visitor.request('GET', '/enrol', undefined, { 'User-Agent': agent })).text();
    const { ANDROID_STORE_URL, IOS_STORE_URL } = NATIVE_APPS;
    const android = await onPhone('Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36');
    expect(android).toContain(`href="${ANDROID_STORE_URL}"`);
    expect(android).not.toContain(IOS_STORE_URL);
    expect(
      await onPhone('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1'),
    ).toContain(`href="${IOS_STORE_URL}"`);
    expect(page.html).not.toMatch(/play\.google\.com|apps\.apple\.com/);
    // The link goes to the person's own number, at most three times, and only while the code is good.
    expect(page.text).toContain(`${person.phoneNumber.replace('+82', '0').slice(0, 3)}-****-`);
    const sent = await visitor.send('/enrol/text');
    expect(sent.text).toContain('문자를 보냈습니다');
    const link = await eventually('the link by text message', () =>
      service.smsc.received.find(({ to, text }) => to === person.phoneNumber && text.includes('/app#enrol=')),
    );
    expect(link.text).toContain(`${service.issuer}/app#enrol=${code}`);
    for (const status of [200, 200]) expect((await visitor.send('/enrol/text')).status).toBe(status);
    // The page with the code says why nothing more is sent.
    const refused = await visitor.send('/enrol/text');
    expect(refused.status).toBe(429);
    for (const part of [code, '하루 3번까지만']) expect(refused.text).toContain(part);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_600);
    expect(refused.html).not.toContain('action="/enrol/text"');
    // Beyond the limit of the address, it may be tried again.
    await visitor.open('/enrol');
    await service.rows.budgets.exhaustForms();
    const hurried = await visitor.send('/enrol/text');
    expect(hurried.status).toBe(429);
    for (const part of [code, '요청이 너무 많아']) expect(hurried.text).toContain(part);
    expect(hurried.html).toContain('action="/enrol/text"');
    await service.rows.budgets.clearForms();
    await visitor.open('/enrol');

    const waiting = visitor.request('GET', '/enrol/state?wait=20&state=waiting');
    const phone = await service.enrol(code);
    expect(await (await waiting).json()).toEqual({ state: 'testing' });
    const { code: test } = await phone.readTestEnvelope(await phone.testEnvelope());
    const testing = visitor.request('GET', '/enrol/state?wait=20&state=testing');
    await phone.confirmTest(test);
    expect(await (await testing).json()).toEqual({ state: 'active' });
    expect((await visitor.open('/enrol')).text).toContain('보호가 시작되었습니다');
    expect((await visitor.open('/my')).text).toContain('보호받고 있습니다');
  });

  it('joining needs both agreements', async () => {
    const person = await service.addLine();
    const visitor = visit();
    await visitor.open('/join');
    const page = await visitor.send('/join', { ...typed(person), agree0: 'yes' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('두 약관에 모두 동의해야');
    expect(page.html).toContain(`value="${person.phoneNumber}"`);
    expect(page.html).toMatch(/name="agree0"[^>]*checked/);
    expect(page.html).not.toMatch(/name="agree1"[^>]*checked/);
    expect(await stateOf(person.lineId)).toBeUndefined();
  });

  it.each<[string, Partial<LineFacts>, string]>([
    ['a prepaid line', { plan: 'prepaid' }, '선불 요금제는'],
    ['a corporate line', { holder: 'corporate' }, '법인 명의'],
    ['a minor', { owner: { birthDate: '150101', genderDigit: '3' } }, '만 19세 이상'],
  ])('joining explains to %s why it cannot join', async (_name, facts, why) => {
    const person = await service.addLine(facts);
    const { page } = await joined(person);
    expect(page.status).toBe(422);
    expect(page.text).toContain(why);
    expect(await stateOf(person.lineId)).toBeUndefined();
  });

  it('joining leads a subscriber who has joined already to the service', async () => {
    const person = await service.addLine();
    await joined(person);
    await service.rows.budgets.clearStarts();
    const { page } = await joined(person);
    expect(new URL(page.url).pathname).toBe('/my');
    expect(page.text).toContain('이미 가입된 회선');
    expect(page.text).toContain('앱 등록이 필요합니다');
  });

  it('joining does not verify again a person who was verified a moment ago', async () => {
    const person = await service.addLine();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(person));
    const page = await visitor.send('/code', { code: await service.textedCode(person.phoneNumber) });
    expect(page.text).toContain('가입되어 있지 않습니다');
    const join = await visitor.open('/join');
    expect(join.html).not.toContain('id="birthDate"');
    expect(join.text).toContain(person.phoneNumber.replace(/^\+82(\d\d)(\d{4})/, '0$1-$2-'));
    expect((await visitor.send('/join', AGREED)).url).toBe(`${service.issuer}/enrol`);
  });

  it('joining offers a new code when the first one expired', async () => {
    const person = await service.addLine();
    const { visitor, page } = await joined(person);
    const form = visitor.hiddenFields('/enrol/text');
    await visitor.open('/my');
    await service.rows.subscriptions.expireUnusedEnrolmentCodes();
    expect((await visitor.request('POST', '/enrol/text', form)).status).toBe(401);
    expect(service.smsc.received.filter(({ text }) => text.includes(shownCode(page)))).toEqual([]);
    await service.rows.customers.ageVerifications(11);
    expect((await visitor.open('/enrol')).text).toContain('10분이 지났습니다');
    const again = await visitor.send('/enrol');
    expect(shownCode(again)).not.toBe(shownCode(page));
    await expect(service.enrol(shownCode(page))).rejects.toMatchObject({ code: 'enrolment_code_invalid' });
    await expect(inUse(shownCode(again))).resolves.toBeDefined();
    expect((await visitor.open('/enrol')).text).toContain('보호가 시작되었습니다');
  });

  it('joining shows a new code after an app that failed its test', async () => {
    const { visitor, page } = await joined(await service.addLine());
    const phone = await service.enrol(shownCode(page));
    const { code } = await phone.readTestEnvelope(await phone.testEnvelope());
    for (let tries = 0; tries < 5; tries += 1) await phone.confirmTest(otherThan(code)).catch(() => undefined);
    expect((await visitor.open('/enrol')).text).toContain('앱을 등록하지 못했습니다');
    const again = await visitor.send('/enrol');
    expect(shownCode(again)).toMatch(/^\w{5}-/);
    await expect(inUse(shownCode(again))).resolves.toBeDefined();
  });

  it('joining stores the terms that a person accepted who was logged in before', async () => {
    const person = await service.addLine();
    const visitor = visit();
    await visitor.open('/login');
    await verifiedBySms(person, visitor, '/login');
    await service.rows.customers.ageVerifications(11);
    await visitor.open('/join');
    expect((await verifiedBySms(person, visitor, '/join', AGREED)).url).toBe(`${service.issuer}/enrol`);
    const kept = await service.rows.subscriptions.consentsOf(person.lineId);
    expect(kept.map(({ document }) => document)).toEqual(['privacy', 'terms']);
  });

  it('joining is not undone by a stranger who reports a new phone', async () => {
    const person = await service.addLine();
    const { page } = await joined(person);
    const stranger = visit();
    await stranger.open('/new-phone');
    await stranger.send('/new-phone', { ...typed(person), way: 'sms' });
    await eventually('the report to be dealt with', async () => {
      return (await service.rows.customers.openReports()) === 0;
    });
    await expect(inUse(shownCode(page))).resolves.toBeDefined();
  });
});

describe('logging in', () => {
  it('logging in shows the number, the fee so far, the phone and the same twenty entries as the app', async () => {
    const subscriber = await service.subscriber();
    const { page } = await loggedIn(subscriber);
    expect(page.url).toBe(`${service.issuer}/my`);
    expect(page.text).toContain('시험 전화기');
    expect(page.text).toMatch(/이번 달 요금 \d+원 \(오늘까지 1일\)/);
    expect(page.text).toContain('홈페이지 로그인');
    const history = await subscriber.phone.history();
    expect(page.html.match(/<span class="state /g)).toHaveLength(history.length);
    expect(history[0]).toMatchObject({ relyingParty: { name: '휴대폰인증보호' }, state: 'verified', channel: 'push' });
  });

  it('logging in counts wrong codes, and ends after the fifth', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(subscriber.person));
    const wrong = otherThan(await codeInApp(subscriber));
    const first = await visitor.send('/code', { code: wrong });
    expect(first.url).toBe(`${service.issuer}/code?note=mismatch`);
    expect(first.text).toContain('4번 더 입력할 수 있습니다');
    for (const left of [3, 2, 1]) {
      expect((await visitor.send('/code', { code: wrong })).text).toContain(`${left}번 더`);
    }
    expect((await visitor.send('/code', { code: wrong })).text).toContain('5번 잘못 입력했습니다');
    expect((await visitor.open('/my')).url).toBe(`${service.issuer}/login`);
  });

  it('logging in asks for the six digits where no whole code was typed, and counts nothing', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(subscriber.person));
    const code = await codeInApp(subscriber);
    for (const part of ['', ' ', '12', '12345', '1234567', 'abcdef']) {
      const answer = await visitor.send('/code', { code: part });
      expect(answer.url).toBe(`${service.issuer}/code?note=incomplete`);
      expect(answer.text).toContain('인증번호 6자리를 입력해 주세요.');
    }
    expect((await visitor.send('/code', { code: otherThan(code) })).text).toContain('4번 더 입력할 수 있습니다');
    expect((await visitor.send('/code', { code })).url).toBe(`${service.issuer}/my`);
  });

  it('logging in answers a stranger’s data as any other, and admits no stranger', async () => {
    const { person } = await service.subscriber();
    const pageFor = async (who: TestPerson) => {
      const visitor = visit();
      await visitor.open('/login');
      const page = await visitor.send('/login', typed(who));
      const blank = page.html.replace(/value="[\w-]{43}"|nonce="[^"]*"|data-(until|now)="[^"]*"|>0[23]:\d\d</g, '');
      return { status: page.status, url: page.url, blank };
    };
    const unknown = await pageFor({ ...person, phoneNumber: '010-9999-0001' });
    const mismatch = await pageFor({ ...person, birthDate: '900102' });
    const { phoneNumber, ...unsubscribed } = await service.addLine();
    const known = await pageFor({ ...unsubscribed, phoneNumber });
    expect(unknown).toEqual(known);
    expect(mismatch).toEqual(known);
  });

  it('logging in sends again at most every thirty seconds', async () => {
    const { person } = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(person));
    expect((await visitor.send('/code/resend')).text).toContain('30초 간격');
    await service.rows.authentications.rewindOpenSendings(31);
    const sent = await visitor.send('/code/resend');
    expect(sent.text).toContain('다시 보냈습니다');
    // Reloading that page shows it again and sends nothing.
    expect(new URL(sent.url).pathname).toBe('/code');
    expect((await visitor.open('/code?note=nonsense')).text).not.toContain('다시 보냈습니다');
  });

  it('logging in can be abandoned, and the phone learns of it', async () => {
    const { person, phone } = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(person));
    expect(await phone.pending()).toHaveLength(1);
    expect((await visitor.send('/code/stop')).url).toBe(`${service.issuer}/`);
    expect(await phone.pending()).toEqual([]);
  });

  it('logging in shows that the phone declined', async () => {
    const { person, phone } = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(person));
    const polled = visitor.request('GET', '/code/state?wait=20&state=pending');
    const [asked] = await phone.pending();
    await phone.decline(asked?.id ?? '', 'not_me');
    expect(await (await polled).json()).toEqual({ state: 'declined' });
    expect((await visitor.open('/code')).text).toContain('휴대폰에서 거절했습니다');
  });

  it.each([
    ['a day that is in no calendar', { birthDate: '900231' }, '생년월일 6자리를 정확히'],
    ['letters for digits', { genderDigit: 'm' }, '숫자 한 자리를'],
    ['a number that is none', { phoneNumber: '02-123-4567' }, '휴대폰번호를 정확히'],
  ])('logging in names the field where %s cannot be accepted', async (_name, wrong, fault) => {
    const visitor = visit();
    await visitor.open('/login');
    const page = await visitor.send('/login', {
      birthDate: '900101',
      genderDigit: '1',
      phoneNumber: '01012345678',
      ...wrong,
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain(fault);
  });

  it('a login ends when the line becomes another person’s', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(subscriber.person.lineId, 'owner-changed', { owner }, 1)).toBe('applied');
    expect((await visitor.open('/my')).url).toBe(`${service.issuer}/login`);
    expect((await visitor.open('/cancelled')).text).not.toContain(subscriber.person.phoneNumber.slice(-4));
  });

  it('a login ends after ten minutes without use, and an hour after it began', async () => {
    const { customers } = service.rows;
    for (const age of [() => customers.ageSessionUse(11), () => customers.ageSessions(61)]) {
      const { visitor } = await loggedIn(await service.subscriber());
      await age();
      expect((await visitor.open('/my')).url).toBe(`${service.issuer}/login`);
    }
  });

  it('a login that ended after ten minutes without use leaves a new login to begin as ever', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    await service.rows.customers.ageSessionUse(11);
    await visitor.open('/login');
    const begun = await visitor.send('/login', typed(subscriber.person));
    expect([begun.status, begun.url]).toEqual([200, `${service.issuer}/code`]);
  });

  it('a login ends by logging out, in that browser alone', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    const { visitor: other } = await loggedIn(subscriber);
    const thief = visit();
    for (const [name, value] of visitor.cookies) thief.cookies.set(name, value);
    expect((await visitor.send('/logout')).url).toBe(`${service.issuer}/`);
    expect((await thief.open('/my')).url).toBe(`${service.issuer}/login`);
    expect((await other.open('/my')).url).toBe(`${service.issuer}/my`);
  });
});

describe('a line whose SIM was changed', () => {
  it('its owner is told, once verified, from when the line may join, and the other way', async () => {
    const person = await service.addLine();
    await service.sendEvent(person.lineId, 'sim-swapped', undefined, 1);
    const { page } = await joined(person);
    expect(page.status).toBe(422);
    expect(page.text).toMatch(/최근 유심이 변경되었거나.*\d+:\d\d부터 가입할 수 있습니다.*상담원 두 명/s);
  });
});

describe('the scope of a verification', () => {
  it('a login enrols no phone, whatever is requested after it', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    const token = visitor.hiddenFields('/logout');
    expect((await visitor.request('POST', '/enrol', token)).status).toBe(401);
    // A request to enrol a new phone does not yet verify the customer for it.
    await visitor.open('/new-phone');
    await visitor.send('/new-phone', { way: 'app' });
    expect((await visitor.request('POST', '/enrol', token)).status).toBe(401);
    await expect(subscriber.phone.pending()).resolves.toHaveLength(1);
  });

  it('a verification for a new phone is valid for ten minutes', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/new-phone');
    await visitor.send('/new-phone', { ...typed(subscriber.person), way: 'app' });
    await visitor.send('/code', { code: await codeInApp(subscriber) });
    await visitor.open('/my');
    const token = visitor.hiddenFields('/logout');
    expect((await visitor.request('POST', '/enrol', token)).status).toBe(303);
    await service.rows.customers.ageVerifications(11);
    expect((await visitor.request('POST', '/enrol', token)).status).toBe(401);
  });

  it('a text message verifies nothing any more once protection has begun', async () => {
    const person = await service.addLine();
    const reader = visit();
    await reader.open('/login');
    await verifiedBySms(person, reader, '/login');
    const { page, visitor } = await joined(person);
    await inUse(shownCode(page));
    // The browser that showed the used code stays logged in; the browser that logged in by text message does not.
    expect((await reader.open('/my')).url).toBe(`${service.issuer}/login`);
    expect((await visitor.open('/my')).text).toContain('보호받고 있습니다');
  });

  it('a code by SMS from before protection began cannot cancel the subscription afterwards', async () => {
    const person = await service.addLine();
    const { page } = await joined(person);
    const reader = visit();
    await reader.open('/cancel');
    await service.rows.budgets.clearStarts();
    const isCode = ({ to, text }: { to: string; text: string }) =>
      to === person.phoneNumber && text.includes('인증번호');
    const before = service.smsc.received.filter(isCode).length;
    await reader.send('/cancel', typed(person));
    const sms = await eventually('the code', () => service.smsc.received.filter(isCode)[before]);
    await inUse(shownCode(page));
    expect((await reader.send('/code', { code: /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '' })).status).not.toBe(200);
    expect(await stateOf(person.lineId)).toEqual({ state: 'active', reason: null });
  });

  it('two tabs of one browser do not disturb each other', async () => {
    const person = await service.addLine();
    const { visitor } = await joined(person);
    await visitor.open('/cancel');
    await verifiedBySms(person, visitor, '/cancel');
    expect((await visitor.open('/cancelled')).text).toContain('해지되었습니다');
    expect((await visitor.open('/enrol')).url).toBe(`${service.issuer}/my`);
  });

  it('one right code, sent fifty times at once, logs in once', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(subscriber.person));
    const code = await codeInApp(subscriber);
    const fields = { ...visitor.hiddenFields('/code'), code };
    const answers = await Promise.all(Array.from({ length: 50 }, () => visitor.request('POST', '/code', fields)));
    expect(answers.filter(({ headers }) => headers.getSetCookie().length > 0)).toHaveLength(1);
    expect(await service.rows.customers.sessionsOf(subscriber.person.lineId)).toBe(1);
  });
});

describe('registered institutions', () => {
  const shown = ({ html }: SeenPage) => /name="registration" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const standing = (id: string) => service.rows.authenticators.registration(id);
  const revoke = (visitor: TextBrowser, fields: Record<string, string>) =>
    visitor.request('POST', '/my/registrations/revoke', fields);

  it('registered institutions are listed with their phone, and revoked by their person alone', async () => {
    const subscriber = await service.subscriber();
    const smart = await smartOtp(service, subscriber.person);
    const other = await service.subscriber();
    await smartOtp(service, other.person);
    const { visitor, page } = await loggedIn(subscriber);
    expect(page.text).toMatch(/등록한 기관.*두루은행.*PG-\d{4}-\d{4}-\d{4}/);
    const id = shown(page);
    const form = visitor.hiddenFields('/my/registrations/revoke');
    expect(form['registration']).toBe(id);

    const { visitor: stranger, page: strangersOwn } = await loggedIn(other);
    const theirs = stranger.hiddenFields('/my/registrations/revoke');
    const foreign = await revoke(stranger, { ...theirs, registration: id });
    const unknown = await revoke(stranger, { ...theirs, registration: 'e2f1c5f4-0000-4000-8000-000000000000' });
    const impossible = await revoke(stranger, { ...theirs, registration: "' OR true" });
    expect([foreign.status, unknown.status, impossible.status]).toEqual([404, 404, 404]);
    expect(await foreign.text()).toContain('등록 정보를 찾을 수 없습니다');
    expect((await revoke(visitor, { registration: id })).status).toBe(403);
    expect((await revoke(visitor, { ...form, form: theirs['form'] ?? '' })).status).toBe(403);
    expect(await standing(id)).toEqual([{ state: 'active', closed_by: null }]);

    const revoked = await visitor.send('/my/registrations/revoke');
    expect(revoked.text).toMatch(/기관 등록을 해지했습니다.*등록한 기관이 없습니다/);
    expect(await standing(id)).toEqual([{ state: 'revoked', closed_by: 'website' }]);
    expect((await revoke(visitor, form)).status).toBe(409);
    expect(await smart.registrations()).toEqual([]);
    expect((await stranger.open('/my')).html).toContain(shown(strangersOwn));

    await visitor.send('/logout');
    expect((await revoke(visitor, form)).status).toBe(403);
    expect((await revoke(stranger, { registration: shown(strangersOwn) })).status).toBe(403);
  });

  it('registered institutions are listed beside the state of the phone’s one-time passwords: in use, and locked', async () => {
    const subscriber = await service.subscriber();
    const { visitor, page } = await loggedIn(subscriber);
    expect(page.text).toContain('OTP 등록 안 함');
    await subscriber.phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
    expect((await visitor.open('/my')).text).toContain('OTP 사용 중');
    await service.rows.authenticators.lockOf(subscriber.subscriptionId);
    expect((await visitor.open('/my?lang=en')).text).toMatch(/OTP Locked .*Verify once by push to unlock it/);
  });
});

describe('cancelling', () => {
  it('cancelling needs a fresh verification, is effective at once, and the next authentication goes by SMS', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    expect((await visitor.open('/cancel')).text).toContain('언제든지 다시 가입할 수 있습니다');
    const answer = await visitor.send('/cancel');
    expect(answer.text).toContain('휴대폰의 앱을 열어 주세요');
    expect((await subscriber.phone.pending())[0]).toMatchObject({ purpose: '휴대폰인증보호 해지' });
    expect(await stateOf(subscriber.person.lineId)).toEqual({ state: 'active', reason: null });

    const receipt = await visitor.send('/code', { code: await codeInApp(subscriber) });
    expect(receipt.url).toBe(`${service.issuer}/cancelled`);
    expect(receipt.text).toMatch(/해지되었습니다.*이번 달 요금 \d+원/);
    expect(await stateOf(subscriber.person.lineId)).toEqual({ state: 'cancelled', reason: 'website' });
    expect((await service.start(subscriber.person)).body.channel).toBe('sms');
    await expect(subscriber.phone.pending()).rejects.toMatchObject({ status: 401 });
  });

  it('cancelling works without logging in first', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/cancel');
    await visitor.send('/cancel', typed(subscriber.person));
    const receipt = await visitor.send('/code', { code: await codeInApp(subscriber) });
    expect(receipt.text).toContain('해지되었습니다');
  });

  it('cancelling has no effect when it is abandoned, and keeps a session', async () => {
    const subscriber = await service.subscriber();
    const { visitor } = await loggedIn(subscriber);
    await visitor.open('/cancel');
    await visitor.send('/cancel');
    expect((await visitor.send('/code/stop')).url).toBe(`${service.issuer}/my`);
    expect(await stateOf(subscriber.person.lineId)).toEqual({ state: 'active', reason: null });
  });

  it('cancelling cannot be confirmed with the code of a login', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', typed(subscriber.person));
    const code = await codeInApp(subscriber);
    // The login is still in progress in another tab; cancelling starts a new verification.
    await visitor.open('/cancel');
    await visitor.send('/cancel', typed(subscriber.person));
    expect((await visitor.send('/code', { code })).text).toContain('4번 더');
    expect(await stateOf(subscriber.person.lineId)).toEqual({ state: 'active', reason: null });
  });

  it('cancelling tells a person who never joined that there is nothing to cancel', async () => {
    const person = await service.addLine();
    const visitor = visit();
    await visitor.open('/cancel');
    await visitor.send('/cancel', typed(person));
    const page = await visitor.send('/code', { code: await service.textedCode(person.phoneNumber) });
    expect(page.status).toBe(409);
    expect(page.text).toContain('이미 처리되었습니다');
  });
});

describe('reports without a login', () => {
  const report = async (path: string, person: TestPerson, more: Record<string, string> = {}) => {
    const visitor = visit();
    await visitor.open(path);
    return visitor.send(path, { ...typed(person), ...more });
  };
  const outcome = (kind: string) =>
    eventually('the report to be dealt with', async () => {
      const report = await service.rows.customers.newestReport(kind);
      return report?.outcome === null ? undefined : report;
    });

  it('a report of a lost phone suspends at once, notifies the old phone, and is shown to the call centre', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    expect((await report('/lost-phone', subscriber.person)).text).toContain('분실 신고를 접수했습니다');
    expect(await outcome('lost_phone')).toEqual({ outcome: 'suspended', person: null });
    expect(await stateOf(subscriber.person.lineId)).toEqual({ state: 'suspended', reason: 'loss_reported' });
    expect((await service.call('GET', `/v1/authentications/${id}`)).body['state']).toBe('cancelled');
    const notice = await service.pushed(subscriber.pushToken, 'notice');
    expect(JSON.stringify(notice)).toContain('분실 신고');
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
  });

  it('a report by a log-in by text message, which proves the SIM alone, is lifted by the phone as one without a login', async () => {
    const person = await service.addLine();
    const { visitor, page } = await joined(person);
    const phone = await inUse(shownCode(page));
    await visitor.open('/lost-phone');
    // The browser that joined is still logged in: nothing is typed.
    await visitor.send('/lost-phone', {});
    expect(await outcome('lost_phone')).toEqual({ outcome: 'suspended', person: null });
    const [alert] = await phone.alerts();
    await phone.objectToAlert(alert!, TEST_PIN);
    expect(await stateOf(person.lineId)).toEqual({ state: 'active', reason: null });
  });

  it('a report is answered alike whatever person it names', async () => {
    const { person } = await service.subscriber();
    const answerFor = async (who: TestPerson) => {
      const page = await report('/lost-phone', who);
      return { status: page.status, url: page.url, text: page.text };
    };
    const known = await answerFor(person);
    expect(await answerFor({ ...person, birthDate: '910203' })).toEqual(known);
    expect(await answerFor({ ...person, phoneNumber: '010-9999-0002' })).toEqual(known);
  });

  it('a report that names another person’s birth date has no effect', async () => {
    const { person } = await service.subscriber();
    await report('/lost-phone', { ...person, birthDate: '910203' });
    expect(await outcome('lost_phone')).toEqual({ outcome: 'nobody', person: null });
    expect(await stateOf(person.lineId)).toEqual({ state: 'active', reason: null });
  });

  it('a report of a forgotten PIN changes nothing: a stranger cannot have it reset', async () => {
    const subscriber = await service.subscriber();
    await report('/forgotten-pin', subscriber.person);
    expect(await outcome('forgotten_pin')).toEqual({ outcome: 'call_centre', person: null });
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
  });

  it('a new phone gets its code by SMS once the carrier has reported it, and the old one is notified', async () => {
    const subscriber = await service.subscriber();
    const { person, pushToken } = subscriber;
    await report('/new-phone', person, { way: 'sms' });
    const handset = { os: 'android', osVersion: '15', formFactor: 'phone' };
    await service.sendEvent(person.lineId, 'device-changed', handset, 1);
    const retired = await eventually('the old phone to be told', () =>
      service.pushesTo(pushToken).find((push) => JSON.stringify(push).includes('해제되었습니다')),
    );
    expect(JSON.stringify(retired)).toContain('고객센터');
    await service.rows.customers.makeReportsDue();
    expect((await outcome('new_phone')).outcome).toBe('code_sent');
    const sms = await eventually('the enrolment code', () =>
      service.smsc.received.find(({ to, text }) => to === person.phoneNumber && text.includes('등록 코드')),
    );
    expect(sms.text).toContain('타인에게 알려주지 마세요');
    const phone = await inUse(/[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.exec(sms.text)?.[0] ?? '');
    const { id } = (await service.start(person)).body;
    expect((await service.verify(id, await service.codeOf({ ...subscriber, phone }, id))).status).toBe(200);
  });

  it('a new phone’s code waits for as long as configured after the carrier’s event', async () => {
    const patient = await TestService.start({ NEW_PHONE_WAIT_MINUTES: '60' });
    try {
      // Without native apps there is no such file.
      for (const path of [...LINK_FILES, '/.well-known/security.txt'])
        expect((await fetch(patient.issuer + path)).status).toBe(404);
      const { person } = await patient.subscriber();
      await patient.sendEvent(person.lineId, 'device-changed', { os: 'ios', osVersion: '17', formFactor: 'phone' }, 1);
      const visitor = new TextBrowser(patient.issuer);
      await visitor.open('/new-phone');
      await visitor.send('/new-phone', { ...typed(person), way: 'sms' });
      const { rows } = patient;
      const due = await eventually('the report to be put off', async () => {
        const count = await rows.customers.reportsDueAfter(59);
        return count > 0 && count;
      });
      expect(due).toBe(1);
      expect(await rows.customers.openReports()).toBe(1);
      const isCode = ({ text }: { text: string }) => /(?:[0-9A-Z]{5}-){3}/.test(text);
      expect(patient.smsc.received.some(isCode)).toBe(false);
      const put = async (minutes: number) => {
        await rows.subscriptions.ageHandsetChanges(minutes);
        await rows.customers.ageReports(minutes);
      };
      await rows.devices.ageActivations(1);
      await put(61);
      // Another handset restarts the waiting time.
      await patient.sendEvent(person.lineId, 'device-changed', { os: 'ios', osVersion: '18', formFactor: 'phone' }, 2);
      await rows.customers.makeReportsDue();
      await eventually('it to be put off again', async () => {
        return (await rows.customers.reportsDueAfter(59)) === 1;
      });
      expect(patient.smsc.received.some(isCode)).toBe(false);
      await put(61);
      await rows.customers.makeReportsDue();
      await eventually('the code', () => patient.smsc.received.find(isCode));
    } finally {
      await patient.stop();
    }
  });

  it.each([
    ['a swapped SIM', (lineId: string) => service.sendEvent(lineId, 'sim-swapped', undefined, 2)],
    [
      'a reported loss',
      async (_lineId: string, subscriptionId: string) => service.operate(subscriptionId, 'report-loss'),
    ],
  ])('no code is sent by SMS after %s', async (_name, happens) => {
    const { person, subscriptionId } = await service.subscriber();
    await service.sendEvent(person.lineId, 'device-changed', { os: 'ios', osVersion: '17', formFactor: 'phone' }, 1);
    await happens(person.lineId, subscriptionId);
    await report('/new-phone', person, { way: 'sms' });
    expect((await outcome('new_phone')).outcome).toBe('call_centre');
    const isCode = ({ to, text }: { to: string; text: string }) =>
      to === person.phoneNumber && text.includes('등록 코드');
    expect(service.smsc.received.some(isCode)).toBe(false);
  });

  it('with the old phone’s app, the new phone gets its code on the page', async () => {
    const subscriber = await service.subscriber();
    const visitor = visit();
    await visitor.open('/new-phone');
    await visitor.send('/new-phone', { ...typed(subscriber.person), way: 'app' });
    const page = await visitor.send('/code', { code: await codeInApp(subscriber) });
    expect(page.url).toBe(`${service.issuer}/enrol`);
    await inUse(shownCode(page));
    expect((await visitor.open('/enrol')).text).toContain('보호가 시작되었습니다');
    await expect(subscriber.phone.pending()).rejects.toMatchObject({ status: 401 });
  });

  it('a loss voids an enrolment code that may be stolen, and the phone that is being tested', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const { body } = await service.operate(subscriptionId, 'enrolment-code');
    const testing = await service.enrol(String(body['enrolmentCode']));
    const { body: other } = await service.operate(subscriptionId, 'enrolment-code');
    await report('/lost-phone', person);
    await outcome('lost_phone');
    await expect(service.enrol(String(other['enrolmentCode']))).rejects.toMatchObject({
      code: 'enrolment_code_invalid',
    });
    await expect(testing.testEnvelope()).rejects.toMatchObject({ status: 401 });
  });

  it('reports about one person are limited for one address, and say so; guesses at the birth date do not count', async () => {
    const { person } = await service.subscriber();
    for (let times = 0; times < 8; times += 1) {
      expect((await report('/lost-phone', { ...person, birthDate: '910203' })).status).toBe(times < 5 ? 200 : 429);
    }
    expect((await report('/lost-phone', person)).status).toBe(200);
    expect((await outcome('lost_phone')).outcome).toBe('suspended');
    const refused = await report('/lost-phone', { ...person, birthDate: '910203' });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.text).toContain('잠시 후 다시 시도해 주세요');
    // A customer who is logged in has a limit that nobody else spends.
    const other = await service.subscriber();
    const { visitor } = await loggedIn(other);
    for (let times = 0; times < 5; times += 1) await report('/forgotten-pin', other.person);
    expect((await report('/forgotten-pin', other.person)).status).toBe(429);
    await visitor.open('/forgotten-pin');
    expect((await visitor.send('/forgotten-pin')).status).toBe(200);
  });

  it('reports are limited for one address, each form by itself', async () => {
    const visitor = visit();
    await visitor.open('/login');
    const fields = { ...visitor.hiddenFields('/login'), birthDate: '900101', genderDigit: '1' };
    const post = (path: string, at: number) =>
      visitor.request('POST', path, { ...fields, phoneNumber: `010700${String(at).padStart(5, '0')}` });
    const answers = await Promise.all(Array.from({ length: 65 }, (_, at) => post('/forgotten-pin', at)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expect((await post('/lost-phone', 0)).status).toBe(303);
  });

  it('a report that cannot be worked on delays no other', async () => {
    const { person } = await service.subscriber();
    await service.rows.customers.addUnreadableReport();
    await report('/lost-phone', person);
    await eventually('the loss to be dealt with', async () => {
      const state = await stateOf(person.lineId);
      return (state as { state: string }).state === 'suspended';
    });
    await service.rows.customers.removeUnreadableReports();
  });
});

describe('protection against attacks', () => {
  const FORMS = [
    ['/check', '/check'],
    ['/login', '/login'],
    ['/join', '/join'],
    ['/cancel', '/cancel'],
    ['/lost-phone', '/lost-phone'],
    ['/forgotten-pin', '/forgotten-pin'],
    ['/new-phone', '/new-phone'],
    ['/my', '/logout'],
  ] as const;

  it.each([...FORMS, ['', '/code'], ['', '/code/resend'], ['', '/code/stop'], ['', '/enrol']] as const)(
    'a form of %s is not accepted by %s without its token, with a stranger’s, or from another site',
    async (_path, action) => {
      const stranger = visit();
      await stranger.open('/login');
      const victim = visit();
      await victim.open('/login');
      const own = victim.hiddenFields('/login');
      const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '01012345678' };
      const attempts = [
        victim.request('POST', action, person),
        victim.request('POST', action, { ...person, ...stranger.hiddenFields('/login') }),
        victim.request('POST', action, { ...person, ...own }, { Origin: 'https://evil.example' }),
        victim.request('POST', action, { ...person, ...own }, { 'Sec-Fetch-Site': 'cross-site' }),
        victim.request('POST', action, { ...person, ...own }, { 'Sec-Fetch-Site': 'same-site' }),
      ];
      for (const response of await Promise.all(attempts)) {
        expect(response.status).toBe(403);
        expect(await response.text()).toContain('페이지가 만료되었습니다');
      }
    },
  );

  it('a secret that was planted before the login is worthless after it', async () => {
    const subscriber = await service.subscriber();
    const attacker = visit();
    await attacker.open('/login');
    const victim = visit();
    for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
    await victim.open('/login');
    await victim.send('/login', typed(subscriber.person));
    const between = new Map(victim.cookies);
    await victim.send('/code', { code: await codeInApp(subscriber) });
    expect((await victim.open('/my')).url).toBe(`${service.issuer}/my`);
    for (const cookies of [attacker.cookies, between]) {
      const thief = visit();
      for (const [name, value] of cookies) thief.cookies.set(name, value);
      expect((await thief.open('/my')).url).toBe(`${service.issuer}/login`);
    }
  });

  it('no page can be framed, cached, or made to run a foreign script', async () => {
    const { visitor } = await loggedIn(await service.subscriber());
    for (const path of ['/', '/check', '/join', '/login', '/my', '/cancel', '/lost-phone', '/new-phone', '/nowhere']) {
      const page = await visitor.open(path);
      const policy = page.headers.get('content-security-policy') ?? '';
      if (path !== '/nowhere') {
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).toMatch(/script-src 'nonce-[\w-]+';/);
        expect(policy).toContain("default-src 'none'");
        expect(page.html).not.toMatch(/<script(?![^>]*nonce=)|\son\w+=|style="|javascript:/);
      }
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
  });

  it.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'); DROP TABLE lines; --"])(
    'typed text is shown as text: %s',
    async (attack) => {
      const visitor = visit();
      await visitor.open('/login');
      const page = await visitor.send('/login', { birthDate: attack, genderDigit: attack, phoneNumber: attack });
      expect(page.html).not.toContain(attack.slice(0, 20));
      await visitor.open('/check');
      expect((await visitor.send('/check', { osVersion: attack, birthDay: attack })).html).not.toContain(attack);
      expect((await visitor.open(`/login?lang=${encodeURIComponent(attack)}`)).html).not.toContain(attack);
      expect((await visitor.open(`/reported/${encodeURIComponent(attack)}`)).html).not.toContain(attack);
    },
  );

  it('a script in a shown name is shown as text', async () => {
    const subscriber = await service.subscriber();
    const script = '<script>alert(1)</script>';
    await service.rows.devices.rename(subscriber.subscriptionId, script);
    await service.call('POST', '/v1/authentications', { ...typed(subscriber.person), purpose: '<b>x</b>&amp;' });
    const { page } = await loggedIn(subscriber);
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.html).toContain('&lt;b&gt;x&lt;/b&gt;&amp;amp;');
    expect(page.html).not.toContain(script);
  });

  it('changing the request never shows a stranger’s history or service', async () => {
    const [victim, attacker] = [await service.subscriber(), await service.subscriber()];
    const { visitor } = await loggedIn(attacker);
    await visitor.open('/cancel');
    // The service uses the logged-in customer, whatever person the form names.
    await visitor.send('/cancel', typed(victim.person));
    expect(await victim.phone.pending()).toEqual([]);
    await visitor.send('/code', { code: await codeInApp(attacker) });
    expect(await stateOf(victim.person.lineId)).toEqual({ state: 'active', reason: null });
    expect(await stateOf(attacker.person.lineId)).toEqual({ state: 'cancelled', reason: 'website' });
  });

  it('the website never redirects to a foreign address', async () => {
    const visitor = visit();
    for (const path of ['/login?next=https://evil.example', '/my?next=//evil.example', '//evil.example/%2f..']) {
      const response = await visitor.request('GET', path);
      expect(response.headers.get('location') ?? '/').toMatch(/^\/(?!\/)/);
    }
  });

  it('no personal data is in an address or in the log', async () => {
    const subscriber = await service.subscriber();
    const { visitor, page } = await loggedIn(subscriber);
    await visitor.open('/lost-phone');
    const reported = await visitor.send('/lost-phone');
    const digits = subscriber.person.phoneNumber.slice(-8);
    for (const text of [page.url, reported.url, service.process.log()]) expect(text).not.toContain(digits);
  });

  it('cookies cannot be read by scripts and are not sent by other sites’ forms', async () => {
    const response = await visit().request('GET', '/login');
    expect(response.headers.getSetCookie().join()).toMatch(
      /^session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('over TLS, cookies are bound to this host, and a framed window’s to the surrounding site', async () => {
    const [port, database] = [await freePort(), await createTestDatabase()];
    const secure = await startProcess({
      ...service.env,
      DATABASE_URL: database.url,
      ISSUER: 'https://id.example',
      PORT: String(port),
    });
    try {
      const origin = `http://127.0.0.1:${port}`;
      const page = await fetch(`${origin}/login?lang=ko`);
      for (const cookie of page.headers.getSetCookie()) {
        expect(cookie).toMatch(/^__Host-(session|lang)=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
      }
      expect(page.headers.getSetCookie()).toHaveLength(2);
      expect(page.headers.get('strict-transport-security')).toContain('max-age=31536000');

      const rows = new Rows(database.pool);
      const windowId = await rows.windows.add({ clientId: 'demo-shop', returnUrl: 'https://shop.example/' });
      await rows.clients.setFrameOrigins('demo-shop', ['https://shop.example']);
      const window = await fetch(`${origin}/windows/${windowId}`);
      expect(window.headers.get('content-security-policy')).toContain('frame-ancestors https://shop.example');
      expect(window.headers.getSetCookie().join()).toMatch(/^__Host-window-.*; SameSite=None; Partitioned; Secure$/);
    } finally {
      await secure.stop();
      await database.drop();
    }
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data'])('a form is not accepted as %s', async (type) => {
    const visitor = visit();
    await visitor.open('/login');
    const response = await visitor.request('POST', '/login', visitor.hiddenFields('/login'), { 'Content-Type': type });
    expect([403, 415]).toContain(response.status);
  });
});
