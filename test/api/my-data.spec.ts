import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TextBrowser, type SeenPage } from '../../src/commands/journey/text-browser.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService, type Subscriber } from '../support/service.ts';

const NEWS = 'optional-news';

let folder: string;
let service: TestService;
let subscriber: Subscriber;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pushguard-legal-'));
  for (const locale of ['ko', 'en']) {
    writeFileSync(join(folder, `${NEWS}.2024-05-01.${locale}.md`), `# 서비스 소식 ${locale}\n\nNews.`);
  }
  service = await TestService.start({ LEGAL_TEXTS: folder });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await service.rows.budgets.clearForms();
  await service.rows.budgets.clearStarts();
  subscriber = await service.subscriber();
  await service.rows.personalData.agree(subscriber.subscriptionId);
});

const typed = ({ person: { birthDate, genderDigit, phoneNumber } }: Subscriber) => ({
  birthDate,
  genderDigit,
  phoneNumber,
});

async function loggedIn(): Promise<TextBrowser> {
  const visitor = new TextBrowser(service.issuer);
  await visitor.open('/login');
  await visitor.send('/login', typed(subscriber));
  const pending = await eventually('a request in the app', async () => (await subscriber.phone.pending()).at(-1));
  await subscriber.phone.open(pending, TEST_PIN);
  const { code } = await subscriber.phone.readCode(await subscriber.phone.envelope(pending.id), pending.id);
  await visitor.send('/code', { code });
  return visitor;
}

/** Logs in by text message, as a former subscriber does. */
async function loggedInBySms(): Promise<TextBrowser> {
  const visitor = new TextBrowser(service.issuer);
  const { phoneNumber } = subscriber.person;
  await visitor.open('/login');
  await visitor.send('/login', typed(subscriber));
  const sms = await eventually('a code by text message', () =>
    service.smsc.received.find(({ to, text }) => to === phoneNumber && text.includes('인증번호')),
  );
  await visitor.send('/code', { code: /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '' });
  return visitor;
}

const json = async (visitor: TextBrowser) =>
  JSON.parse((await visitor.open('/my/data.json')).html) as {
    line: Record<string, unknown>;
    subscriptions: { device: object }[];
    authentications: { purpose: string }[];
    consents: { document: string; withdrawnAt: string | null }[];
    statements: { month: string; amount: number }[];
    elsewhere: Record<string, unknown[]> | null;
    withheld: boolean;
  };
const statusOf = ({ status }: SeenPage) => status;

describe('what is held about a customer', () => {
  it('nobody sees it without a login', async () => {
    const stranger = new TextBrowser(service.issuer);
    for (const path of ['/my/data', '/my/data.json', '/my/statements', '/my/statements/2026-11'])
      expect((await stranger.open(path)).status).toBe(401);
  });

  it('a customer sees every category with its retention, and downloads the same as a file', async () => {
    const { id } = (await service.start(subscriber.person)).body;
    await subscriber.phone.decline(id, 'not_me');
    const { subscriptionId } = subscriber;
    await service.rows.customers.disclose(subscriptionId, 'sim-swap/check');
    const visitor = await loggedIn();
    const { text } = await visitor.open('/my/data');
    for (const part of ['회선과 명의자', '동의 내역', '730일 동안 보관', '해지한 날부터 1827일', '정보 삭제', '쿠키'])
      expect(text).toContain(part);
    expect(text).toContain(subscriber.phone.serialNumber);
    const held = await json(visitor);
    const { phoneNumber, birthDate } = subscriber.person;
    expect(held.line).toMatchObject({ phoneNumber, birthDate });
    expect(held.subscriptions).toMatchObject([
      { state: 'active', device: { serialNumber: subscriber.phone.serialNumber } },
    ]);
    // An earlier release recorded the consent in one row.
    expect(held.consents.map(({ document }) => document)).toEqual(['terms', 'privacy']);
    expect(held.authentications.map(({ purpose }) => purpose)).toContain('회원가입');
    // Of the other rooms, the phone and what was sent to it; and each read of all this.
    expect(held.elsewhere).toMatchObject({ devices: [{ serialNumber: subscriber.phone.serialNumber }] });
    for (const category of [
      'authenticators',
      'registrations',
      'smsPermissions',
      'alerts',
      'notices',
      'texts',
      'pushes',
      'corrections',
    ])
      expect(held.elsewhere).toHaveProperty(category);
    expect(held.elsewhere?.['pushes']).not.toHaveLength(0);
    expect(held.elsewhere?.['disclosures']).toEqual([
      {
        relyingParty: '한빛서점',
        api: 'sim-swap/check',
        purpose: 'dpv:FraudPreventionAndDetection',
        at: expect.any(String),
      },
    ]);
    expect(text).toContain('본인확인 요청 없이 이용 기관에 답한 기록');
    expect(held.elsewhere?.['reads']).toMatchObject([
      { what: 'file', channel: 'push' },
      { what: 'page', channel: 'push' },
    ]);
    expect((await visitor.request('GET', '/my/data.json')).headers.get('content-disposition')).toContain('attachment');
    expect((await visitor.open('/my/data?lang=en')).text).toContain('What is kept is deleted by itself');
  });

  it('who cancels and joins again sees what was told before too, and the next owner of the line who joins sees nothing of it', async () => {
    const join = async () => {
      await service.rows.budgets.clearStarts();
      subscriber = await service.enrolled(subscriber.person);
      await service.rows.personalData.agree(subscriber.subscriptionId);
    };
    const told = async () =>
      ((await json(await loggedIn())).elsewhere?.['disclosures'] as { api: string }[]).map(({ api }) => api);
    const { lineId } = subscriber.person;
    await service.rows.customers.disclose(subscriber.subscriptionId, 'sim-swap/check');
    await service.operate(subscriber.subscriptionId, 'cancel');
    await join();
    await service.rows.customers.disclose(subscriber.subscriptionId, 'kyc-match/match');
    expect(await told()).toEqual(['kyc-match/match', 'sim-swap/check']);
    // The carrier tells of the first change an hour late, and of the second one by a clock that went back since.
    for (const [birthDate, hours] of [
      ['850505', 1],
      ['860606', 2],
    ] as const) {
      const owner = { birthDate, genderDigit: '2' };
      const time = new Date(Date.now() - hours * 3_600_000).toISOString();
      expect(await service.sendEvent(lineId, 'owner-changed', { owner }, 2 + hours, { time })).toBe('applied');
      Object.assign(subscriber.person, owner);
      await join();
      expect(await told()).toEqual([]);
      await service.rows.customers.disclose(subscriber.subscriptionId, 'kyc-match/match');
      await service.operate(subscriber.subscriptionId, 'cancel');
    }
  });

  it('a former owner of the line is not shown to the next one', async () => {
    const { lineId } = subscriber.person;
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(lineId, 'owner-changed', { owner }, 3)).toBe('applied');
    Object.assign(subscriber.person, owner);
    const visitor = await loggedInBySms();
    expect((await json(visitor)).subscriptions).toEqual([]);
    expect((await visitor.open('/my/data')).text).not.toContain(subscriber.phone.serialNumber);
  });

  it('a line that changes hands after a cancellation shows its new owner nothing of the former one', async () => {
    const { lineId } = subscriber.person;
    await service.operate(subscriber.subscriptionId, 'cancel');
    await service.rows.personalData.age(subscriber.subscriptionId, 4);
    await service.rows.customers.discloseOfLine(lineId, 'sim-swap/check', 5);
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(lineId, 'owner-changed', { owner }, 3)).toBe('applied');
    await service.rows.customers.discloseOfLine(lineId, 'kyc-match/match', 0);
    Object.assign(subscriber.person, owner);
    const visitor = await loggedInBySms();
    // Of what was told without a subscription, the new owner sees what was told of the new owner.
    expect(await json(visitor)).toMatchObject({
      subscriptions: [],
      elsewhere: { disclosures: [{ api: 'kyc-match/match' }] },
      withheld: false,
    });
    expect((await visitor.open('/my/data')).text).toContain('본인확인 요청 없이 이용 기관에 답한 기록');
    const page = await visitor.open('/my/data');
    expect(page.html).not.toContain('action="/my/data/erase"');
    expect(page.text).not.toContain(subscriber.phone.serialNumber);
    await visitor.open('/my');
    const form = { form: visitor.hiddenFields('/logout')['form'] ?? '' };
    expect((await visitor.request('POST', '/my/data/erase', form)).status).toBe(409);
    expect(await service.rows.personalData.tracesOf(subscriber.subscriptionId)).toContain('notices');
  });

  it('after the end a log-in by text message opens nothing of the former service, and the app’s login of before does', async () => {
    await service.rows.personalData.charge(subscriber.subscriptionId, '2019-12');
    const before = await loggedIn();
    await service.operate(subscriber.subscriptionId, 'cancel');
    expect((await json(before)).subscriptions).toHaveLength(1);
    const visitor = await loggedInBySms();
    expect(await json(visitor)).toMatchObject({
      subscriptions: [],
      consents: [],
      authentications: [],
      statements: [],
      elsewhere: null,
      withheld: true,
    });
    expect((await visitor.open('/my/data')).text).toContain('문자 인증만으로 보여 드리지 않습니다');
    expect((await visitor.open('/my/statements')).text).toContain('문자 인증만으로 보여 드리지 않습니다');
    expect((await visitor.open('/my/statements/2019-12')).status).toBe(404);
  });

  it('a SIM that was changed a short time ago erases nothing', async () => {
    const { subscriptionId, person } = subscriber;
    await service.operate(subscriptionId, 'cancel');
    await service.rows.personalData.age(subscriptionId, 4);
    expect(await service.sendEvent(person.lineId, 'sim-swapped', undefined, 3)).toBe('applied');
    // By then its holder gets codes by text message again.
    await service.rows.lines.ageMemory(person.lineId, 73);
    const visitor = await loggedInBySms();
    const page = await visitor.open('/my/data');
    expect(page.html).not.toContain('action="/my/data/erase"');
    expect(page.text).toContain('유심이 최근에 변경되어');
  });

  it('an optional consent is given and withdrawn by itself, and a required one only by cancelling', async () => {
    const visitor = await loggedIn();
    await visitor.open('/my/data');
    const page = await visitor.send('/my/data/consent', { document: NEWS, agrees: 'yes' });
    expect(page.text).toContain('서비스 소식 ko 동의 철회하기');
    await visitor.send('/my/data/consent', { document: NEWS, agrees: 'no' });
    await visitor.send('/my/data/consent', { document: NEWS, agrees: 'yes' });
    const consents = (await json(visitor)).consents.filter(({ document }) => document === NEWS);
    expect(consents.map(({ withdrawnAt }) => withdrawnAt !== null)).toEqual([true, false]);
    await visitor.open('/my/data');
    expect(statusOf(await visitor.send('/my/data/consent', { document: 'terms', agrees: 'no' }))).toBe(400);
  });

  it('nothing is erased on request while the service stands, or a short time after its end', async () => {
    const visitor = await loggedIn();
    const page = await visitor.open('/my/data');
    expect(page.html).not.toContain('action="/my/data/erase"');
    const form = { form: visitor.hiddenFields('/my/data/consent')['form'] ?? '' };
    expect((await visitor.request('POST', '/my/data/erase', form)).status).toBe(409);
  });

  it('three days after the end a person has erased what need not be kept, and the rest stays', async () => {
    const { subscriptionId, phone } = subscriber;
    const { id } = (await service.start(subscriber.person)).body;
    await phone.decline(id, 'not_me');
    const other = await service.subscriber();
    await service.start(other.person);
    await service.operate(other.subscriptionId, 'cancel');
    await service.operate(subscriptionId, 'cancel');
    await service.rows.customers.addReport({ kind: 'forgotten_pin', subscriptionId, outcome: 'no_change' });
    await service.rows.personalData.age(subscriptionId, 4);
    await service.rows.personalData.age(other.subscriptionId, 4);
    const visitor = await loggedInBySms();
    await visitor.open('/my/data');
    expect((await visitor.send('/my/data/erase')).text).toContain('보관 의무가 없는 정보를 삭제했습니다');
    const kept = await service.rows.personalData.tracesOf(subscriptionId);
    for (const table of ['reports', 'notices', 'sms_permissions', 'reissue_applications', 'alerts', 'authenticators'])
      expect(kept).not.toContain(table);
    const ofPhone = await service.rows.personalData.tracesOf(phone.deviceId);
    for (const table of ['device_contacts', 'push_answers']) expect(ofPhone).not.toContain(table);
    expect(await service.rows.personalData.pushDigestOf(phone.deviceId)).toBeNull();
    for (const table of ['subscriptions', 'consents', 'authentications', 'subscription_links'])
      expect(kept).toContain(table);
    // The record of access stays, without what it showed the person; so does that of the log-in by SMS.
    expect(await service.rows.personalData.authenticationsOf(subscriptionId)).toEqual({ all: 2, withTexts: 0 });
    // Another person's data stays as it was.
    expect(await service.rows.personalData.authenticationsOf(other.subscriptionId)).toEqual({ all: 1, withTexts: 1 });
    expect(await service.rows.personalData.tracesOf(other.subscriptionId)).toContain('notices');
  });
});

describe('monthly statements', () => {
  it('a month shows days and fee as they are counted, and the charged months stand below the present one', async () => {
    await service.rows.personalData.charge(subscriber.subscriptionId, '2019-12');
    const visitor = await loggedIn();
    const list = await visitor.open('/my/statements');
    expect(list.text).toContain('2019년 12월');
    const { statements } = await json(visitor);
    expect(statements.at(-1)).toMatchObject({ month: '2019-12', amount: 1, isClosed: true });
    const present = statements[0]!;
    expect(present).toMatchObject({ isClosed: false, lines: [{ days: 1 }] });
    const page = await visitor.open(`/my/statements/${present.month}`);
    expect(page.text).toMatch(/1일 \/ (28|29|30|31)일/);
    expect(page.text).toContain('아직 확정되지 않은 금액입니다');
    expect((await visitor.open('/my/statements/2019-12')).text).not.toContain('아직 확정되지 않은');
    for (const month of ['2018-01', 'x', '2019-13'])
      expect((await visitor.open(`/my/statements/${month}`)).status).toBe(404);
  });
});
