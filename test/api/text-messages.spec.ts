import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { smsText } from '../../src/delivery/delivery-message.ts';
import { codeIn } from '../../src/domain/typed-text.ts';
import type { ReceivedSms } from '../../src/embedded/local-smsc.ts';
import { DeskBrowser } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { TestService, type TestPerson } from '../support/service.ts';

let service: TestService;
let desk: DeskBrowser;

/** The host that `demo-bank` registered for its own window. */
const BANK_HOST = 'id.bank.example';
const reason = '문자가 오지 않는다는 문의';

beforeAll(async () => {
  service = await TestService.start();
  // Before the service reads the client: it keeps its settings for half a minute.
  await service.rows.clients.setWindowHost('demo-bank', BANK_HOST);
  desk = await new DeskBrowser(service).signIn('agent');
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearForms());

const isCode = ({ text }: ReceivedSms) => /\[\d{6}\]/.test(text);
const codesTo = ({ phoneNumber }: TestPerson) =>
  service.smsc.received.filter((sms) => sms.to === phoneNumber && isCode(sms));
const codeTo = (person: TestPerson, index = 0) => eventually('a code', () => codesTo(person)[index]);
const lastLine = ({ text }: ReceivedSms) => text.split('\n').at(-1);
const statesOf = (id: string) => service.rows.textMessages.statesOf(id);
const known = (id: string, states: string[]) =>
  eventually(`the states ${states.join(', ')}`, async () => String(await statesOf(id)) === String(states));
const receipt = (messageId: string, stat = 'DELIVRD') => ({
  esm_class: 0x04,
  short_message: `id:${messageId} stat:${stat}`,
});

/** The counter of the receipts of a state, from the management port. */
async function counted(state: string): Promise<number> {
  const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
  return Number(new RegExp(`^pushguard_sms_receipts_total\\{state="${state}"\\} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
}

describe('the validity of a code by SMS', () => {
  it('the SMS centre keeps a code no longer than the code is good for, also when it is sent later or again', async () => {
    const person = await service.addLine();
    service.smsc.answer(person.phoneNumber, 'ESME_RTHROTTLED');
    const { id, expiresAt } = (await service.start(person)).body;
    const first = await codeTo(person);
    expect(Date.parse(first.validUntil ?? '')).toBeLessThanOrEqual(Date.parse(expiresAt) + 1_000);
    expect(Date.parse(first.validUntil ?? '')).toBeGreaterThan(Date.parse(expiresAt) - 60_000);

    await service.rows.authentications.rewindSending(id, 40);
    await service.rows.authentications.shorten(id, 60);
    const shortened = Date.now() + 60_000;
    expect((await service.call('POST', `/v1/authentications/${id}/resend`)).status).toBe(202);
    const again = await codeTo(person, 1);
    expect(Date.parse(again.validUntil ?? '')).toBeLessThanOrEqual(shortened + 1_000);
  });

  it('a code that expired while the SMS centre was busy is not sent at all', async () => {
    const person = await service.addLine();
    service.smsc.answer(person.phoneNumber, ...Array<'ESME_RTHROTTLED'>(3).fill('ESME_RTHROTTLED'));
    const { id } = (await service.start(person)).body;
    await service.rows.authentications.shorten(id, 0);
    await service.rows.deliveries.untilDone(id);
    expect(codesTo(person)).toEqual([]);
    expect(await statesOf(id)).toEqual([]);
  });

  it('a notice by SMS is good for a day at most', async () => {
    const person = await service.addLine();
    await service.subscribe(person);
    const isNotice = ({ to, text }: ReceivedSms) => to === person.phoneNumber && text.includes('가입되었습니다');
    const { validUntil } = await eventually('the notice', () => service.smsc.received.find(isNotice));
    expect(Date.parse(validUntil ?? '')).toBeLessThanOrEqual(Date.now() + 86_400_000);
    expect(Date.parse(validUntil ?? '')).toBeGreaterThan(Date.now() + 80_000_000);
  });
});

describe('delivery receipts', () => {
  it.each([
    ['DELIVRD', 'delivered', '휴대폰에 수신됨', 'delivered to the phone'],
    ['UNDELIV', 'undeliverable', '실패: 전달할 수 없음', 'failed: could not be delivered'],
    ['EXPIRED', 'expired', '실패: 유효 시간 안에 전달되지 않음', 'failed: expired before delivery'],
    ['NONE', 'accepted', '발송됨 (수신 결과 대기)', 'sent, no delivery report yet'],
  ] as const)(
    'after the receipt %s the agent reads that the message is %s, in Korean and English',
    async (word, state, ko, en) => {
      const before = await counted(state);
      const person = await service.addLine();
      const { subscriptionId } = await service.subscribe(person);
      await service.rows.deliveries.untilNoticesDone(subscriptionId);
      service.smsc.receipt(person.phoneNumber, word);
      const { id } = (await service.start(person)).body;
      await known(id, [state]);
      if (word !== 'NONE') expect(await counted(state)).toBeGreaterThan(before);

      const address = `/operator/subscriptions/${subscriptionId}`;
      await desk.post(`${address}/reason`, { reason });
      for (const [language, text] of [
        ['en', en],
        ['ko', ko],
      ] as const) {
        const { html } = await desk.get(`${address}?lang=${language}`);
        const card = html.split('id="texts"')[1] ?? '';
        expect(card.split('</section>')[0]).toContain(text);
        expect(card.split('</section>')[0]).toContain('한빛서점');
        expect(html).not.toContain(person.phoneNumber.slice(-8));
      }
    },
  );

  it('an agent who searches a number without a subscription sees the codes that went to its present owner', async () => {
    const person = await service.addLine();
    service.smsc.receipt(person.phoneNumber, 'UNDELIV');
    const { id } = (await service.start(person)).body;
    await known(id, ['undeliverable']);
    const search = async () => (await desk.post('/operator/search', { phoneNumber: person.phoneNumber, reason })).html;
    expect(await search()).toContain('실패: 전달할 수 없음');
    const owner = { birthDate: '850505', genderDigit: '2' };
    expect(await service.sendEvent(person.lineId, 'owner-changed', { owner }, 1)).toBe('applied');
    const html = await search();
    expect(html).not.toContain('실패: 전달할 수 없음');
    expect(html).toContain('발송된 문자가 없습니다.');
  });

  it('a message that the SMS centre rejects is shown as rejected', async () => {
    const person = await service.addLine();
    service.smsc.answer(person.phoneNumber, 'ESME_RINVDSTADR');
    await known((await service.start(person)).body.id, ['rejected']);
  });

  /** The id that the SMS centre gives to its next message. */
  const nextId = () => (parseInt(service.smsc.received.at(-1)!.messageId, 16) + 1).toString(16).padStart(8, '0');

  it.each<[string, (id: string) => string]>([
    ['as the centre named it', (id) => id],
    ['without leading zeros', (id) => id.replace(/^0+/, '')],
    ['in capitals', (id) => id.toUpperCase()],
    ['in decimal', (id) => String(parseInt(id, 16))],
  ])('a receipt that comes before its message is known finds it by its id %s', async (_case, spelled) => {
    await codeTo(await startedAnew());
    const person = await service.addLine();
    service.smsc.receipt(person.phoneNumber, 'NONE');
    expect((await service.smsc.deliver(receipt(spelled(nextId()), 'UNDELIV'))).command_status).toBe(0);
    await eventually('the waiting receipt', async () => (await service.rows.textMessages.waitingReceipts()) > 0);
    const { id } = (await service.start(person)).body;
    await known(id, ['undeliverable']);
  });

  it('a receipt that comes twice is counted once, and a later one does not change the result', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    await known(id, ['delivered']);
    const before = await counted('delivered');
    const { messageId } = await codeTo(person);
    await service.smsc.deliver(receipt(messageId));
    await service.smsc.deliver(receipt(messageId, 'EXPIRED'));
    await known((await service.start(await service.addLine())).body.id, ['delivered']);
    expect(await statesOf(id)).toEqual(['delivered']);
    expect(await counted('delivered')).toBe(before + 1);
  });

  it('a receipt of an unknown message and one that cannot be read are answered, counted and forgotten', async () => {
    await codeTo(await startedAnew());
    const [unmatched, unreadable] = [await counted('unmatched'), await counted('unreadable')];
    expect((await service.smsc.deliver(receipt('of-another-sender'))).command_status).toBe(0);
    expect((await service.smsc.deliver({ esm_class: 0x04, short_message: '수신 완료' })).command_status).toBe(0);
    await eventually('the waiting receipt', async () => (await service.rows.textMessages.waitingReceipts()) > 0);
    await service.rows.textMessages.ageReceipts();
    await eventually('no waiting receipt', async () => (await service.rows.textMessages.waitingReceipts()) === 0);
    expect(await counted('unmatched')).toBeGreaterThan(unmatched);
    expect(await counted('unreadable')).toBe(unreadable + 1);
    await known((await service.start(await service.addLine())).body.id, ['delivered']);
  });

  it('what is stored of a text message is deleted when an authentication of its age is', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    await known(id, ['delivered']);
    await service.rows.textMessages.outlive(id);
    await known(id, []);
    expect(service.process.log()).not.toContain(person.phoneNumber.slice(-8));
  });
});

/** Starts an authentication of a new person, so that a session with the SMS centre is open. */
async function startedAnew(): Promise<TestPerson> {
  const person = await service.addLine();
  await service.start(person);
  return person;
}

describe('the origin-bound line of a code by SMS', () => {
  const ownHost = () => new URL(service.issuer).hostname;
  const codeOf = ({ text }: ReceivedSms) => /\[(\d{6})\]/.exec(text)?.[1] ?? '';

  it('a code that is typed into the hosted window is bound to the issuer’s host', async () => {
    const person = await service.addLine();
    const body = { purpose: '회원가입', returnUrl: `${service.issuer}/demo/return`, state: 'a', locale: 'ko' };
    const { windowId = '' } = (await service.call<Record<string, string>>('POST', '/v1/windows', body)).body;
    const address = `${service.issuer}/windows/${windowId}`;
    const [cookie = ''] = (await fetch(address)).headers.getSetCookie();
    const { phoneNumber, birthDate, genderDigit } = person;
    const started = await fetch(`${address}/authentication`, {
      method: 'POST',
      headers: { Cookie: cookie.split(';')[0]!, 'Content-Type': 'application/json' },
      body: JSON.stringify({ phoneNumber, birthDate, genderDigit }),
    });
    expect(started.status).toBe(201);
    const sms = await codeTo(person);
    expect(lastLine(sms)).toBe(`@${ownHost()} #${codeOf(sms)}`);
    expect(/\d{6}/.exec(sms.text)?.[0]).toBe(codeOf(sms));
    expect(codeIn(sms.text)).toBe(codeOf(sms));
  });

  it.each(['/login', '/join'])(
    'a code that is typed into our website after %s is bound to the issuer’s host',
    async (path) => {
      const person = await service.addLine();
      const visitor = new TextBrowser(service.issuer);
      await visitor.open(path);
      const { phoneNumber, birthDate, genderDigit } = person;
      await visitor.send(path, { phoneNumber, birthDate, genderDigit, agree0: 'yes', agree1: 'yes' });
      const sms = await codeTo(person);
      expect(lastLine(sms)).toBe(`@${ownHost()} #${codeOf(sms)}`);
      expect((await visitor.send('/code', { code: sms.text })).text).not.toContain('일치하지 않습니다');
    },
  );

  it('a code for a relying party that registered no host has no such line', async () => {
    const sms = await codeTo(await startedAnew());
    expect(sms.text).not.toMatch(/[@#\n]/);
  });

  it('a code for a relying party that registered the host of its window is bound to that host, when it is sent again too', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person, { clientId: 'demo-bank' })).body;
    const sms = await codeTo(person);
    expect(lastLine(sms)).toBe(`@${BANK_HOST} #${codeOf(sms)}`);
    await service.rows.authentications.rewindSending(id, 40);
    await service.call('POST', `/v1/authentications/${id}/resend`, undefined, { clientId: 'demo-bank' });
    expect((await codeTo(person, 1)).text).toBe(sms.text);
    expect((await service.verify(id, codeOf(sms), { clientId: 'demo-bank' })).status).toBe(200);
  });

  it.each([
    'Bank.example',
    'bank.example:443',
    'https://bank.example',
    'bank.example/',
    '-bank.example',
    'bank..example',
    'bank.example.',
    '은행.한국',
    'bank.example #1',
    '',
    'a\nb',
  ])('a client cannot register %j as the host of its window', async (host) => {
    await expect(service.rows.clients.setWindowHost('demo-shop', host)).rejects.toThrow('window_host_is_a_host_name');
  });

  const long = '아주 긴 이름을 가진 시험용 의뢰 기관 주식회사';
  it.each([
    ['한빛서점', null],
    ['한빛서점', 'localhost'],
    ['한빛서점', 'pushguard.example.com'],
    [long, 'push.example.kr'],
    [long, 'verification-service.telecom.example'],
    [long, `${'a'.repeat(60)}.example`],
    ['123456', 'push.example.kr'],
    ['가게 0212345678', null],
    [`${'가'.repeat(23)}🔐`, null],
    [`${'가'.repeat(7)}🔐${'가'.repeat(9)}`, 'verification-service.telecom.example'],
  ])(
    'the message of %s with the host %s is one short message whose first six digits are the code',
    (relyingParty, host) => {
      const text = smsText({ relyingParty, code: '482913', host });
      expect(text.length).toBeLessThanOrEqual(70);
      expect(text).not.toMatch(/\p{Cs}/u);
      expect(/\d{6}/.exec(text)?.[0]).toBe('482913');
      expect(/\[(\d{6})\]/.exec(text)?.[1]).toBe('482913');
      expect(codeIn(text)).toBe('482913');
      const fits = host !== null && host.length < 40;
      expect(text.endsWith(`\n@${host} #482913`)).toBe(fits);
    },
  );
});
