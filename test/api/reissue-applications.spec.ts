import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TextBrowser, type SeenPage } from '../../src/commands/journey/text-browser.ts';
import { DeskBrowser } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { otherThan, TEST_PIN, TestService, type Subscriber } from '../support/service.ts';

const ADDRESS = '서울특별시 중구 세종대로 110, 3층';
const RECIPIENT = { name: '홍길동', postcode: '04524', address: ADDRESS };
const RECEIPT = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/;

let service: TestService;
let subscriber: Subscriber;
let clerk: DeskBrowser;
let supervisor: DeskBrowser;

beforeAll(async () => {
  service = await TestService.start();
  clerk = await new DeskBrowser(service).signIn('agent');
  supervisor = await new DeskBrowser(service).signIn('supervisor');
});
afterAll(() => service.stop());
beforeEach(async () => {
  await service.rows.budgets.clearForms();
  await service.rows.budgets.clearStarts();
  subscriber = await service.subscriber();
});

const visit = () => new TextBrowser(service.issuer);
const personOf = ({ person: { birthDate, genderDigit, phoneNumber } }: Subscriber) => ({
  birthDate,
  genderDigit,
  phoneNumber,
});
const written = (other: Record<string, string> = {}) => ({
  ...personOf(subscriber),
  cause: 'broken',
  oldSerialNumber: subscriber.phone.serialNumber,
  identityProof: 'id_card',
  reference: '',
  delivery: 'visit',
  ...other,
});
const numberOn = ({ text }: SeenPage) => RECEIPT.exec(text)?.[0] ?? '';

/** Files an application without logging in. */
async function file(
  other: Record<string, string> = {},
): Promise<{ visitor: TextBrowser; page: SeenPage; number: string }> {
  const visitor = visit();
  await visitor.open('/reissue/apply');
  const page = await visitor.send('/reissue/apply', written(other));
  await service.rows.customers.untilApplicationsMatched();
  return { visitor, page, number: numberOn(page) };
}

/** Opens the website's request in the subscriber's app, and returns what the app names as its purpose, with the code. */
async function codeInApp({ phone }: Subscriber): Promise<{ purpose: string; code: string; id: string }> {
  const pending = await eventually('a request in the app', async () => (await phone.pending()).at(-1));
  await phone.open(pending, TEST_PIN);
  const { code } = await phone.readCode(await phone.envelope(pending.id), pending.id);
  return { purpose: pending.purpose, code, id: pending.id };
}

/** A browser whose customer the app has verified for an application. */
async function verified(): Promise<TextBrowser> {
  const visitor = visit();
  await visitor.open('/reissue');
  await visitor.send('/reissue', personOf(subscriber));
  await visitor.send('/code', { code: (await codeInApp(subscriber)).code });
  return visitor;
}
const chosen = () => ({ cause: 'broken', oldSerialNumber: subscriber.phone.serialNumber });

/** Looks an application up by its receipt number in a new browser. */
async function standingBy(number: string): Promise<SeenPage> {
  const visitor = visit();
  await visitor.open('/reissue');
  return visitor.send('/reissue/standing', { number });
}

const ofSubscription = () => `/operator/subscriptions/${subscriber.subscriptionId}`;
async function look(desk: DeskBrowser): Promise<string> {
  await desk.post(`${ofSubscription()}/reason`, { reason: '재발급 신청 확인' });
  return (await desk.get(ofSubscription())).html;
}
const idOn = (html: string) => /reissue-applications\/([0-9a-f-]{36})\/take/.exec(html)?.[1] ?? '';
const take = (id: string, other: Record<string, string> = {}) =>
  clerk.post(`/operator/reissue-applications/${id}/take`, {
    oldSerialNumber: subscriber.phone.serialNumber,
    identified: 'yes',
    reason: '신분증 확인',
    ...other,
  });
const reissueOn = (html: string, action: string) =>
  new RegExp(`reissues/([0-9a-f-]{36})/${action}`).exec(html)?.[1] ?? '';
const standingOf = () => service.rows.subscriptions.of(subscriber.subscriptionId);

describe('an application for a reissue with the app', () => {
  it('the app names the application, the authentication is kept with it, and a new phone takes over in the end', async () => {
    const visitor = visit();
    await visitor.open('/reissue');
    await visitor.send('/reissue', personOf(subscriber));
    const { purpose, code, id } = await codeInApp(subscriber);
    expect(purpose).toBe('앱 재발급 신청');
    const form = await visitor.send('/code', { code });
    expect(new URL(form.url).pathname).toBe('/reissue/apply');
    expect(form.text).toContain('앱으로 본인확인을 마쳤습니다');
    expect(form.html).not.toContain('name="identityProof"');
    const { cause, oldSerialNumber } = written();
    const filed = await visitor.send('/reissue/apply', { cause, oldSerialNumber, delivery: 'post', ...RECIPIENT });
    expect(filed.text).toContain('신청을 접수했습니다');
    expect(new URL(filed.url).pathname).toBe('/reissue/standing');
    expect(await service.rows.customers.newestApplication()).toMatchObject({
      subscriptionId: subscriber.subscriptionId,
      authenticationId: id,
      state: 'filed',
    });
    // The application changes nothing: the phone goes on as before.
    expect(await standingOf()).toMatchObject({ state: 'active', suspensions: [] });
    expect((await clerk.get('/operator')).html).toContain('고객의 재발급 신청');

    const seen = await look(clerk);
    expect(seen).toContain(`앱 인증 완료 (인증 번호 ${id})`);
    expect((await take(idOn(seen))).status).toBe(303);
    expect((await visitor.open('/reissue/standing')).text).toContain('승인을 기다리고 있습니다');
    const reissue = reissueOn((await supervisor.get('/operator/approvals')).html, 'approve');
    await supervisor.post(`/operator/reissues/${reissue}/approve`, { reason: '확인' });
    expect((await visitor.open('/reissue/standing')).text).toContain('승인되었습니다');
    const { body: seenByProgram } = await service.call<object[]>(
      'GET',
      `/operator/v1/subscriptions/${subscriber.subscriptionId}/reissues`,
      undefined,
      { scope: 'operator', headers: { 'Audit-Reason': 'look' } },
    );
    const ownApplication = { filedAt: expect.any(String), identityProof: 'phone', authenticationId: id };
    expect(seenByProgram).toEqual([expect.objectContaining({ id: reissue, ownApplication })]);
    const letter = (await clerk.post(`/operator/reissues/${reissue}/issue`, { reason: '우편 발송' })).html;
    const window = /<div class="letter-window">(.*?)<\/div>/s.exec(letter)?.[1] ?? '';
    for (const line of Object.values(RECIPIENT)) expect(window).toContain(line);

    const enrolmentCode = [...letter.matchAll(/<span>([0-9A-Z]{5})<\/span>/g)].map(([, group]) => group).join('-');
    const replacement = await service.enrol(enrolmentCode);
    await replacement.confirmTest((await replacement.readTestEnvelope(await replacement.testEnvelope())).code);
    expect((await visitor.open('/reissue/standing')).text).toContain('재발급이 끝났습니다');
    // The address is needed no longer.
    await eventually('the address to be deleted', async () => {
      return !(await service.rows.customers.newestApplication()).keepsRecipient;
    });
  });

  it('one verification serves one application, however often the form is sent', async () => {
    const visitor = await verified();
    const form = { ...visitor.hiddenFields('/reissue/apply'), ...chosen(), delivery: 'visit' };
    const answers = await Promise.all([1, 2, 3].map(() => visitor.request('POST', '/reissue/apply', form)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await service.rows.customers.applicationsOf(subscriber.subscriptionId)).toBe(1);
    expect((await visitor.open('/reissue/standing')).text).toContain('신청을 접수했습니다');
    expect(new URL((await visitor.open('/reissue/apply')).url).pathname).toBe('/reissue');
    // The customer's own page says where it stands.
    expect((await visitor.open('/my')).text).toContain('신청을 접수했습니다');
  });

  it('a loss that is reported with it is a report by log-in, which no answer on the lost phone lifts', async () => {
    const visitor = await verified();
    await visitor.send('/reissue/apply', { ...chosen(), cause: 'lost', delivery: 'visit' });
    await service.rows.customers.untilReportsResolved();
    const alert = (await subscriber.phone.alerts()).find(({ kind }) => kind === 'loss_reported');
    await subscriber.phone.objectToAlert(alert!, TEST_PIN);
    expect(await standingOf()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('a verification by the app that is days old is no proof any more: the operator checks another one', async () => {
    const visitor = await verified();
    await visitor.send('/reissue/apply', { ...chosen(), delivery: 'visit' });
    await service.rows.customers.ageApplications(4);
    const id = idOn(await look(clerk));
    expect((await take(id)).html).toContain('앱 인증이 3일보다 오래되어');
    expect((await take(id, { identityProof: 'phone' })).status).toBe(422);
    expect((await take(id, { identityProof: 'id_card' })).status).toBe(303);
    expect(await look(clerk)).toContain('<dd>신분증</dd>');
  });

  it('a login for another purpose does not stand for the proof of an application', async () => {
    const visitor = visit();
    await visitor.open('/login');
    await visitor.send('/login', personOf(subscriber));
    await visitor.send('/code', { code: (await codeInApp(subscriber)).code });
    expect((await visitor.open('/reissue/apply')).html).toContain('name="identityProof"');
  });
});

describe('an application for a reissue without the app', () => {
  it('the one who decides sees that nobody logged in and where the letter goes, masked until a reason is given', async () => {
    await file({ delivery: 'post', ...RECIPIENT });
    const seen = await look(clerk);
    const masked = '홍*동 · 04*** · 서울특별시 중구 ****';
    for (const part of ['로그인 없이 신청', masked]) expect(seen).toContain(part);
    await take(idOn(seen));
    const waiting = (await supervisor.get('/operator/approvals')).html;
    for (const part of ['로그인 없이 신청', masked]) expect(waiting).toContain(part);
    const viewer = await new DeskBrowser(service).signIn('viewer');
    for (const page of [seen, waiting, await look(viewer)]) {
      expect(page).not.toContain(ADDRESS);
      expect(page).not.toContain(RECIPIENT.name);
    }
    const reveal = (desk: DeskBrowser) =>
      desk.post(`${ofSubscription()}/reveal`, { reason: '우편 주소 확인', from: 'approvals' });
    expect((await reveal(viewer)).status).toBe(403);
    const whole = (await reveal(supervisor)).html;
    for (const part of [ADDRESS, RECIPIENT.name, '/operator/approvals']) expect(whole).toContain(part);
    const entries = await service.rows.operators.auditOf(subscriber.subscriptionId);
    expect(entries.findLast(({ action, outcome }) => action === 'reveal' && outcome === 'done')).toMatchObject({
      operator: 'supervisor',
      reason: '우편 주소 확인',
    });
  });

  it('a person who lost the phone applies with an identity card, and the loss is reported at once', async () => {
    const { page } = await file({ cause: 'lost' });
    expect(page.text).toContain('신청을 접수했습니다');
    await service.rows.customers.untilReportsResolved();
    expect(await standingOf()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    const kept = await service.rows.customers.newestApplication();
    expect(kept).toMatchObject({
      subscriptionId: subscriber.subscriptionId,
      authenticationId: null,
      keepsPerson: false,
    });
  });

  it('the answer is the same for a person who is no subscriber, and no operator sees that application', async () => {
    const stranger = await service.addLine();
    const { page, number } = await file({ phoneNumber: stranger.phoneNumber, birthDate: stranger.birthDate });
    const theirs = await file();
    const shape = ({ html, text }: SeenPage) => [
      html.replace(/value="[\w-]{43}"|nonce="[^"]*"/g, '').length,
      text.replace(RECEIPT, '').replace(/\d{4}\. \d+\. \d+\. 오[전후] \d+:\d\d/g, ''),
    ];
    expect(shape(page)[1]).toEqual(shape(theirs.page)[1]);
    expect((await service.rows.customers.newestApplication()).subscriptionId).toBe(subscriber.subscriptionId);
    // An operator declines one, and another ends unseen: until its time, both stand as received.
    const html = await look(clerk);
    await clerk.post(`/operator/reissue-applications/${idOn(html)}/decline`, { reason: '본인 아님' });
    for (const one of [number, theirs.number]) {
      expect((await standingBy(one)).text).toContain('신청을 접수했습니다');
    }
    await service.rows.customers.expireApplications();
    for (const one of [number, theirs.number]) {
      expect((await standingBy(one)).text).toContain('신청이 종료되었습니다');
    }
  });

  it('an operator takes an application up only after the check of identity, and with the serial number of the phone', async () => {
    await file({
      identityProof: 'certificate',
      reference: 'KICA-2026-1129-0042',
      oldSerialNumber: 'PG-0000-0000-0000',
    });
    const html = await look(clerk);
    expect(html).toContain('KICA-2026-1129-0042');
    const id = idOn(html);
    const unchecked = await take(id, { identified: '' });
    expect(unchecked).toMatchObject({ status: 422 });
    expect(unchecked.html).toContain('본인 확인을 마친 뒤 표시해 주세요');
    expect((await take(id, { oldSerialNumber: 'PG-0000-0000-0000' })).html).toContain('일련번호가 아닙니다');
    expect((await service.rows.customers.newestApplication()).state).toBe('filed');
    expect((await take(id)).status).toBe(303);
    expect((await service.rows.customers.newestApplication()).state).toBe('taken');
    // Taken up twice, it changes nothing.
    expect((await take(id)).status).toBe(409);
    // Only another one decides.
    const own = reissueOn(await look(clerk), 'withdraw');
    expect((await clerk.post(`/operator/reissues/${own}/approve`, { reason: '승인' })).status).toBe(403);
  });

  it('the receipt number withdraws an application, and the reissue that it became', async () => {
    const { visitor, number } = await file();
    expect((await visitor.send('/reissue/standing/withdraw')).text).toContain('신청이 취소되었습니다');
    expect((await standingBy(number)).text).toContain('신청이 취소되었습니다');
    expect(await look(clerk)).not.toContain('reissue-applications/');

    const again = await file();
    await take(idOn(await look(clerk)));
    await again.visitor.open('/reissue/standing');
    expect((await again.visitor.send('/reissue/standing/withdraw')).text).toContain('신청이 취소되었습니다');
    expect(await look(clerk)).toContain('재발급 신청</summary>');
    expect((await supervisor.get('/operator/approvals')).html).not.toContain(subscriber.subscriptionId);
  });

  it('a receipt number is found as people type it, and an unknown one is refused', async () => {
    const { number } = await file();
    const visitor = visit();
    await visitor.open('/reissue');
    expect(
      (await visitor.send('/reissue/standing', { number: ` ${number.toLowerCase().replaceAll('-', ' ')} ` })).text,
    ).toContain(number);
    await visitor.open('/reissue');
    const unknown = await visitor.send('/reissue/standing', { number: otherThan(number) });
    expect(unknown).toMatchObject({ status: 422 });
    // The number stands in no address, and the browser forgets it.
    expect(new URL((await standingBy(number)).url).pathname).toBe('/reissue/standing');
    expect(new URL((await visit().open('/reissue/standing')).url).pathname).toBe('/reissue');
    const shared = (await file()).visitor;
    await shared.send('/reissue/standing/leave');
    expect(new URL((await shared.open('/reissue/standing')).url).pathname).toBe('/reissue');
  });

  it.each<[string, Record<string, string>, string]>([
    ['no cause', { cause: '' }, '재발급 사유를 선택해 주세요'],
    ['no serial number', { oldSerialNumber: '<script>' }, '숫자 12자리를 입력해 주세요'],
    ['a certificate without its receipt', { identityProof: 'certificate' }, '접수번호를 한 줄'],
    ['a resident number as its receipt', { identityProof: 'i_pin', reference: '900101-1234567' }, '접수번호를 한 줄'],
    ['the app as its proof', { identityProof: 'phone' }, '본인 확인 수단을 선택해 주세요'],
    ['a letter to nowhere', { delivery: 'post' }, '주소를 한 줄'],
    ['a letter with a wrong postcode', { delivery: 'post', ...RECIPIENT, postcode: '123' }, '숫자 5자리'],
    ['a birth date that does not exist', { birthDate: '991399' }, '생년월일 6자리를 정확히'],
  ])('an application with %s is shown again with what was typed', async (_, other, message) => {
    const visitor = visit();
    await visitor.open('/reissue/apply');
    const page = await visitor.send('/reissue/apply', written(other));
    expect(page.status).toBe(422);
    expect(page.text).toContain(message);
    expect(page.html).not.toContain('<script>"');
    expect(page.html).toContain(`value="${personOf(subscriber).phoneNumber}"`);
  });

  it('one sender files five applications a day about a person, which cost the person nothing', async () => {
    for (let times = 0; times < 5; times += 1) expect((await file()).page.status).toBe(200);
    expect((await file()).page.status).toBe(429);
    // The person applies with the app all the same, and stands first at the desk.
    const visitor = await verified();
    const filed = await visitor.send('/reissue/apply', { ...chosen(), delivery: 'visit' });
    expect(filed.text).toContain('신청을 접수했습니다');
    const seen = await look(clerk);
    expect(seen.indexOf('앱 인증 완료')).toBeLessThan(seen.indexOf('로그인 없이 신청'));
  });

  it('a flood of strangers’ applications hides no other one at the desk, whether about one person or about many', async () => {
    await service.rows.customers.expireApplications();
    const { number } = await file();
    const flooded = subscriber.subscriptionId;
    const others = await Promise.all(
      Array.from({ length: 110 }, async () => {
        const { lineId } = await service.addLine();
        const at = '2026-01-01T00:00:00Z';
        const states = ['awaiting_device', 'active'].map((state) => ({ state, at }));
        return service.rows.subscriptions.addWithHistory(lineId, states);
      }),
    );
    await service.rows.customers.addApplications(Array.from({ length: 300 }, () => flooded));
    await service.rows.customers.addApplications(others);
    subscriber = await service.subscriber();
    const visitor = await verified();
    await visitor.send('/reissue/apply', { ...chosen(), delivery: 'visit' });

    const shown: string[][] = [];
    for (let next: string | undefined = '/operator'; next !== undefined;) {
      const { html } = await clerk.get(next);
      const card = html.slice(html.indexOf('id="applications"'));
      shown.push([...card.matchAll(/subscriptions\/([0-9a-f-]{36})#applications/g)].map(([, id = '']) => id));
      next = /\/operator\?applications=[0-9a-f-]{36}(?=#)/.exec(card)?.[0];
    }
    // A page is bounded, and the person whom the app verified stands before all others.
    expect(shown.map(({ length }) => length > 101)).toEqual([false, false]);
    expect(shown[0]?.[0]).toBe(subscriber.subscriptionId);
    const all = shown.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining([...others, flooded]));
    expect((await standingBy(number)).text).toContain('신청을 접수했습니다');
  });

  it('the receipt number that a customer reads out finds the application among those of strangers', async () => {
    const { number } = await file({ oldSerialNumber: 'PG-1111-2222-3333' });
    await file();
    await look(clerk);
    const find = (typed: string) =>
      clerk.post(`${ofSubscription()}/application`, { number: typed, reason: '접수번호 확인' });
    const found = await find(number.toLowerCase());
    expect(found.html).toContain('PG-1111-2222-3333');
    expect(idOn(found.html)).not.toBe('');
    expect((await find(otherThan(number))).status).toBe(422);
    const elsewhere = await service.subscriber();
    const theirs = { ...subscriber };
    Object.assign(subscriber, elsewhere);
    expect((await find(number)).status).toBe(422);
    Object.assign(subscriber, theirs);
  });

  it('an application that was declined is withdrawn like any other, which tells nobody who is a subscriber', async () => {
    const { visitor } = await file();
    await clerk.post(`/operator/reissue-applications/${idOn(await look(clerk))}/decline`, { reason: '본인 아님' });
    const declined = await visitor.send('/reissue/standing/withdraw');
    expect(declined.text).toContain('신청이 취소되었습니다');
    expect((await service.rows.customers.newestApplication()).state).toBe('withdrawn');
  });

  it('what an application says about a person stands in no table in plain form', async () => {
    await file({ delivery: 'post', ...RECIPIENT, identityProof: 'i_pin', reference: 'IPIN-77881234' });
    expect(await service.rows.personalData.tracesOf(ADDRESS, RECIPIENT.name, 'IPIN-77881234')).toEqual([]);
  });
});
