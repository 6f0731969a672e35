import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DeskBrowser, type DeskAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { otherThan, TEST_PIN, TestService, type Subscriber } from '../support/service.ts';

let service: TestService;
let agent: DeskBrowser;
const reason = '알림이 안 온다는 문의';

beforeAll(async () => {
  service = await TestService.start();
  agent = await new DeskBrowser(service).signIn('agent');
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearForms());

const pathOf = ({ subscriptionId }: Pick<Subscriber, 'subscriptionId'>) => `/operator/subscriptions/${subscriptionId}`;
const h1 = ({ html }: DeskAnswer) => /<h1[^>]*>([^<]*)/.exec(html)?.[1]?.trim();

/** The page of the subscription, without markup. */
async function look(subscriber: Pick<Subscriber, 'subscriptionId'>): Promise<string> {
  await agent.post(`${pathOf(subscriber)}/reason`, { reason });
  const { html } = await agent.get(pathOf(subscriber));
  return textOf(html);
}
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
/** Part of the page between two headings. */
const between = (text: string, from: string, to: string) => text.slice(text.indexOf(from), text.indexOf(to));

async function testPush(subscriber: Subscriber, browser = agent): Promise<DeskAnswer> {
  const sent = await browser.post(`${pathOf(subscriber)}/test-push`, { reason });
  expect([sent.status, sent.location]).toEqual([
    303,
    expect.stringMatching(new RegExp(`^${pathOf(subscriber)}/test-push/\\d+$`)),
  ]);
  return browser.get(sent.location!);
}

describe('the page of a subscription on whose phone nothing arrives', () => {
  it('the page of a subscription names contact, version, push service and the last five pushes, without token or content', async () => {
    const subscriber = await service.subscriber();
    for (let count = 0; count < 5; count += 1) {
      await service.rows.budgets.clearStarts();
      const { id } = (await service.start(subscriber.person)).body;
      await service.rows.deliveries.untilDone(id);
    }
    const text = await look(subscriber);
    const card = between(text, '휴대폰과 알림', '이용 중인 것');
    expect(card).toMatch(/앱의 마지막 접속 \d{4}\. /);
    expect(card).toContain('Android');
    expect(card).toContain('Google FCM');
    expect(card).toContain('유효, 등록:');
    expect(card.match(/ 접수됨 /g)).toHaveLength(5);
    expect(card).toMatch(/projects\/[\w-]+\/messages\//);
    expect(text).not.toContain(subscriber.pushToken);
    expect(text).toContain('서비스 쪽에서는 이상이 없습니다');
  });

  it('the page of a subscription says that the push token is dead, since when, and what to tell the caller', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'UNREGISTERED');
    await service.rows.deliveries.untilDone((await service.start(subscriber.person)).body.id);
    const text = await look(subscriber);
    expect(text).toContain('푸시 토큰이 만료되었습니다');
    expect(text).toContain('고객 안내: 앱을 한 번 열어 주세요');
    expect(text).toMatch(/삭제됨: 푸시 서비스가 앱이 없다고 알림 \d{4}\. /);
    expect(text).toContain('모르는 토큰 (삭제함)');
    // Nothing can be sent to it.
    expect(text).not.toContain('시험 알림 보내기');
    expect((await agent.post(`${pathOf(subscriber)}/test-push`, { reason })).status).toBe(409);

    await subscriber.phone.replacePushToken(`token-${randomUUID()}`);
    expect(await look(subscriber)).toContain('유효, 등록:');
  });

  it('the page of a subscription lists the push of a notice, and a token that is dead for it is cleared', async () => {
    const subscriber = await service.subscriber();
    // The alert of the same event is pushed too.
    service.fcm.answer(subscriber.pushToken, 'UNREGISTERED', 'UNREGISTERED');
    await service.operate(subscriber.subscriptionId, 'report-loss');
    const seen = async () => {
      const text = await look(subscriber);
      return text.includes('서비스 안내 모르는 토큰 (삭제함)') && text;
    };
    expect(await eventually('the answer to the notice', seen)).toMatch(/삭제됨: 푸시 서비스가/);
  });

  it('the page of a subscription names the refusal of the push service with its code', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'INVALID_ARGUMENT');
    await service.rows.deliveries.untilDone((await service.start(subscriber.person)).body.id);
    const text = await look(subscriber);
    expect(text).toContain('푸시 서비스가 마지막 푸시를 거부했습니다');
    expect(text).toMatch(/거부됨 messaging\/[\w-]+/);
  });

  it('the page of a subscription says for how many days the app was not heard of', async () => {
    const subscriber = await service.subscriber();
    await eventually('a contact', () => service.rows.devices.hasContact(subscriber.phone.deviceId));
    await service.rows.devices.ageContact(subscriber.phone.deviceId, 9);
    expect(await look(subscriber)).toContain('앱이 9일 동안 접속하지 않았습니다');
    await service.rows.devices.contactNow(subscriber.phone.deviceId);
    expect(await look(subscriber)).toContain('이상이 없습니다');
  });

  it('the page of a subscription ends a permission of SMS for a reason, which the audit has', async () => {
    const subscriber = await service.subscriber();
    await service.start(subscriber.person, { clientId: 'demo-shop' });
    await subscriber.phone.permitSms(await service.rows.clients.idOf('demo-shop'), TEST_PIN);
    await agent.post(`${pathOf(subscriber)}/reason`, { reason });
    const { html } = await agent.get(pathOf(subscriber));
    expect(textOf(html)).toContain('문자 허용 중입니다.');
    const end = /action="([^"]*\/sms-permissions\/[^"]*\/end)"/.exec(html)![1]!;
    const viewer = await new DeskBrowser(service).signIn('viewer');
    expect((await viewer.post(end, { reason })).status).toBe(403);
    const other = await service.subscriber();
    const elsewhere = end.replace(subscriber.subscriptionId, other.subscriptionId);
    expect((await agent.post(elsewhere, { reason })).status).toBe(404);
    expect((await agent.post(end, { reason })).location).toBe(`${pathOf(subscriber)}?done=end-sms`);
    expect(await look(subscriber)).not.toContain('문자 허용 중입니다.');
    expect(await service.rows.operators.auditOf(subscriber.subscriptionId)).toContainEqual(
      expect.objectContaining({ operator: 'agent', action: 'end-sms-permission', reason, outcome: 'done' }),
    );
    const { permissions } = await subscriber.phone.smsPermissions();
    expect(permissions).toEqual([expect.objectContaining({ active: false })]);
  });

  it('the page of a subscription lists open alerts, and the fee of the month', async () => {
    const subscriber = await service.subscriber();
    await service.operate(subscriber.subscriptionId, 'report-loss');
    const card = between(await look(subscriber), '이용 중인 것', '가입 이력');
    expect(card).toMatch(/답을 기다리는 알림 분실 신고/);
    expect(card).toMatch(/이번 달 요금 [\d,]+원/);
    expect(card).toMatch(/OTP 없음/);
  });
});

describe('a test push', () => {
  it('a test push reaches the phone, says that it is one, and shows what the push service answered', async () => {
    const subscriber = await service.subscriber();
    const page = await testPush(subscriber);
    expect(h1(page)).toBe('푸시 서비스가 받았습니다');
    expect(textOf(page.html)).toMatch(/푸시 서비스의 답 접수됨/);
    const push = await service.pushed(subscriber.pushToken, 'push_test');
    expect(push.data).toEqual({ t: 'push_test' });
    expect(push.alert?.body).toContain('알림이 오는지 확인하는 시험 알림입니다');
    expect(push.ttlSeconds).toBeLessThanOrEqual(60);
    expect(await service.rows.operators.auditOf(subscriber.subscriptionId)).toContainEqual(
      expect.objectContaining({ operator: 'agent', action: 'test-push', reason, outcome: 'done' }),
    );
    expect(await look(subscriber)).toMatch(/시험 알림 접수됨/);
  });

  it('a test push says so when the app makes contact afterwards', async () => {
    const subscriber = await service.subscriber();
    await eventually('a contact', () => service.rows.devices.hasContact(subscriber.phone.deviceId));
    const sent = await agent.post(`${pathOf(subscriber)}/test-push`, { reason });
    const state = async () =>
      (JSON.parse((await agent.get(`${sent.location!}/state`)).html) as { state: string }).state;
    await eventually('the answer', async () => (await state()) === 'accepted');
    await service.rows.devices.contactNow(subscriber.phone.deviceId);
    expect(await state()).toBe('reached');
    expect(h1(await agent.get(sent.location!))).toBe('그 뒤에 앱이 접속했습니다');
  });

  it.each([
    ['UNREGISTERED', '푸시 서비스가 이 앱을 모릅니다'],
    ['INVALID_ARGUMENT', '푸시 서비스가 거부했습니다'],
    ['UNAVAILABLE', '푸시 서비스가 받지 못했습니다'],
  ] as const)('a test push that the push service answers with %s says it', async (answer, title) => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, ...Array.from({ length: 20 }, () => answer));
    expect(h1(await testPush(subscriber))).toBe(title);
  });

  it('a test push is limited for each subscription, and belongs to it', async () => {
    const [one, other] = [await service.subscriber(), await service.subscriber()];
    const first = await agent.post(`${pathOf(one)}/test-push`, { reason });
    await agent.post(`${pathOf(one)}/test-push`, { reason });
    await agent.post(`${pathOf(one)}/test-push`, { reason });
    const refused = await agent.post(`${pathOf(one)}/test-push`, { reason });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await agent.post(`${pathOf(other)}/test-push`, { reason })).status).toBe(303);
    const elsewhere = first.location!.replace(one.subscriptionId, other.subscriptionId);
    expect(h1(await agent.get(elsewhere))).toBe('보내지 못했습니다');
    for (const hostile of ['0', '-1', '1e3', '9'.repeat(40), '%27'])
      expect((await agent.get(`${pathOf(one)}/test-push/${hostile}`)).status).toBe(404);
  });

  it('a test push that was refused because the phone has no push token counts as none', async () => {
    const subscriber = await service.subscriber();
    await subscriber.phone.replacePushToken('');
    for (let refused = 0; refused < 4; refused += 1)
      expect((await agent.post(`${pathOf(subscriber)}/test-push`, { reason })).status).toBe(409);
    await subscriber.phone.replacePushToken(subscriber.pushToken);
    expect((await agent.post(`${pathOf(subscriber)}/test-push`, { reason })).status).toBe(303);
  });

  it('a test push goes to no cancelled subscription and to none that is unknown', async () => {
    const subscriber = await service.subscriber();
    await service.operate(subscriber.subscriptionId, 'cancel');
    expect((await agent.post(`${pathOf(subscriber)}/test-push`, { reason })).status).toBe(409);
    expect((await agent.post(`/operator/subscriptions/${randomUUID()}/test-push`, { reason })).status).toBe(404);
    expect(await look(subscriber)).toContain('해지된 가입입니다');
  });
});

describe('the API of operators', () => {
  const read = (path: string, scope: 'operator' | 'carrier' = 'operator') =>
    service.call('GET', `/operator/v1${path}`, undefined, {
      scope,
      headers: { 'Audit-Reason': 'nothing arrives' },
    });

  it('the API of operators tells the same of a phone and of a row of the history, and audits it', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'UNREGISTERED');
    await service.rows.budgets.clearStarts();
    const { id } = (await service.start(subscriber.person)).body;
    await service.rows.deliveries.untilDone(id);
    const path = `/subscriptions/${subscriber.subscriptionId}`;
    const phone = await read(`${path}/phone`);
    expect(phone.body).toMatchObject({
      subscriptionId: subscriber.subscriptionId,
      finding: 'token_dead',
      pushService: 'fcm',
      hasPushToken: false,
      pushes: [
        { kind: 'wake', outcome: 'unregistered' },
        { kind: 'test', outcome: 'accepted' },
      ],
    });
    expect(JSON.stringify(phone.body)).not.toContain(subscriber.pushToken);
    const entry = await read(`${path}/history/${id}`);
    expect(entry.body).toMatchObject({ id, state: 'pending', channel: 'push', attempts: 0, held: false, notMe: false });
    expect((await read(`${path}/history/${randomUUID()}`)).status).toBe(404);
    expect((await read(`/subscriptions/${randomUUID()}/phone`)).status).toBe(404);
    expect((await read(`${path}/phone`, 'carrier')).status).toBe(403);
    const actions = (await service.rows.operators.auditOf(subscriber.subscriptionId)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['look', 'history']));
  });
});

describe('the answers of push services', () => {
  it('the answers of push services are removed after 14 days', async () => {
    const subscriber = await service.subscriber();
    await service.rows.deliveries.untilDone((await service.start(subscriber.person)).body.id);
    const count = () => service.rows.deliveries.answersOf(subscriber.phone.deviceId);
    await eventually('an answer', async () => (await count()) > 0);
    await service.rows.deliveries.ageAnswers(subscriber.phone.deviceId, 15);
    await eventually('no answer', async () => (await count()) === 0);
  });
});

describe('a row of the history at the desk', () => {
  it('a row of the history opens to its steps and says why nobody was verified, for the reason of the look', async () => {
    const subscriber = await service.subscriber();
    await service.rows.budgets.clearStarts();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    await service.verify(id, otherThan(code));
    await service.rows.authentications.shorten(id, 0);
    const entry = `${pathOf(subscriber)}/history/${id}`;
    // Without a reason, the page of the subscription asks for one.
    const fresh = await new DeskBrowser(service).signIn('viewer');
    expect((await fresh.get(entry)).location).toBe(pathOf(subscriber));
    await agent.post(`${pathOf(subscriber)}/reason`, { reason });
    expect((await agent.get(pathOf(subscriber))).html).toContain(`href="${entry}"`);
    const text = textOf((await agent.get(entry)).html);
    expect(text).toContain('이용 기관이 시작했습니다.');
    expect(text).toContain('고객이 앱에서 비밀번호를 입력해 인증번호를 받았습니다.');
    expect(text).toContain('틀린 인증번호를 1번 입력했습니다.');
    expect(text).toContain('고객이 앱에서 인증번호를 받았지만 3분 안에 사이트에 입력하지 않았습니다.');
    expect(await service.rows.operators.auditOf(subscriber.subscriptionId)).toContainEqual(
      expect.objectContaining({ operator: 'agent', action: 'history', reason, outcome: 'done' }),
    );
  });

  it('a row of the history belongs to its subscription', async () => {
    const [one, other] = [await service.subscriber(), await service.subscriber()];
    await service.rows.budgets.clearStarts();
    const { id } = (await service.start(one.person)).body;
    await agent.post(`${pathOf(other)}/reason`, { reason });
    expect((await agent.get(`${pathOf(other)}/history/${id}`)).status).toBe(404);
    expect((await agent.get(`${pathOf(other)}/history/${randomUUID()}`)).status).toBe(404);
  });
});
