import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { credentialsOf, DeskBrowser } from '../support/desk.ts';
import { expectFaults } from '../support/problem.ts';
import { TestService, type TestPerson } from '../support/service.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearForms());

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0));
/** `+82…` as an address book shows it, with non-breaking hyphens and the marks of right-to-left text around it. */
const fromAddressBook = ({ phoneNumber }: TestPerson) =>
  `\u202a${phoneNumber.replace(/^\+82(\d\d)(\d{4})/, '0$1\u2011$2\u2011')}\u202c`;
const SPELLINGS: [string, (code: string) => string][] = [
  ['a blank in the middle', (code) => code.replace(/^.../, '$& ')],
  ['a no-break space and a narrow one', (code) => `\u00a0${code.replace(/^.../, '$&\u202f')}`],
  ['an en dash', (code) => code.replace(/^.../, '$&–')],
  ['full-width digits', fullWidth],
  ['a zero-width space at its end', (code) => `${code}\u200b`],
  ['marks of direction around it', (code) => `\u2066${code}\u2069`],
  ['a line break after it', (code) => `${code}\r\n`],
];

/** The text message with the code of an authentication that this answer has started. */
async function textTo({ phoneNumber }: TestPerson, before = 0): Promise<string> {
  const texts = () => service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.includes('인증번호'));
  return eventually('a code by text message', () => texts()[before]?.text);
}
const codeOf = (text: string) => /\[(\d{6})\]/.exec(text)?.[1] ?? '';

describe('a relying party may pass on what people paste', () => {
  it.each(SPELLINGS)('a code with %s is the code', async (_name, spelt) => {
    const person = await service.addLine();
    const { body } = await service.start({ ...person, phoneNumber: fromAddressBook(person) });
    const verified = await service.verify(body.id, spelt(codeOf(await textTo(person))));
    expect([verified.status, verified.body['state']]).toEqual([200, 'verified']);
  });

  it('a phone number with full-width digits, blanks and dashes of any kind is the number', async () => {
    const person = await service.addLine();
    const national = person.phoneNumber.replace('+82', '0');
    const spellings = [fullWidth(national), national.replace(/^.../, '$& – '), `\ufeff${national}\u3000`];
    for (const phoneNumber of spellings) {
      const { status, body } = await service.start({ ...person, phoneNumber });
      expect([phoneNumber, status]).toEqual([phoneNumber, 201]);
      await service.call('DELETE', `/v1/authentications/${body.id}`);
    }
  });

  it('birth date and gender digit are taken exactly, because a site has checked them', async () => {
    const person = await service.addLine();
    expectFaults(await service.start({ ...person, birthDate: fullWidth(person.birthDate) }), '/birthDate');
    expectFaults(await service.start({ ...person, genderDigit: ` ${person.genderDigit}` }), '/genderDigit');
  });

  it('a code that holds letters, or no text at all, is refused and costs no try', async () => {
    const person = await service.addLine();
    const { body } = await service.start(person);
    for (const code of ['12345a', '12345', '1234567', '', null, 123456, ['123456']]) {
      expectFaults(await service.verify(body.id, code as string), '/code');
    }
    expect((await service.call('GET', `/v1/authentications/${body.id}`)).body['attemptsLeft']).toBe(5);
  });
});

describe('a page without its script takes what people paste', () => {
  it('the website takes seven digits in one field, a number from an address book, and a whole text message', async () => {
    const person = await service.addLine();
    const visitor = new TextBrowser(service.issuer);
    await visitor.open('/login');
    const birthDate = fullWidth(`${person.birthDate}-${person.genderDigit}`);
    await visitor.send('/login', { birthDate, genderDigit: '', phoneNumber: fromAddressBook(person) });
    const text = await textTo(person);
    const page = await visitor.send('/code', { code: `[Web발신]\n${text}\n\n@push.example.kr #${codeOf(text)}` });
    expect(page.status).toBe(200);
    expect(page.text).toContain('로그아웃');
  });

  it('the desk takes a one-time password in groups, and looks a pasted number up', async () => {
    const { person } = await service.subscriber();
    await service.rows.operators.forgetTotp('agent');
    const desk = new DeskBrowser(service);
    const { code, ...credentials } = credentialsOf(service, 'agent');
    const typed = { ...credentials, code: `\u200b${fullWidth(code).replace(/^.../, '$&\u00a0')}` };
    expect((await desk.post('/operator/sign-in', typed)).location).toBe('/operator');
    const found = await desk.post('/operator/search', { phoneNumber: fromAddressBook(person), reason: '고객 요청' });
    expect(found.location).toContain('/operator/subscriptions/');
  });

  it('no page cuts a code or number before it is read', async () => {
    const visitor = new TextBrowser(service.issuer);
    for (const path of ['/login', '/join', '/check', '/operator/sign-in', '/demo/bank']) {
      const { html } = await visitor.open(path);
      const cut = [...html.matchAll(/<input(?![^>]*"amount")[^>]*maxlength[^>]*>/g)].map(([tag]) => tag);
      expect([path, cut.filter((tag) => /inputmode="(numeric|tel|decimal)"/.test(tag))]).toEqual([path, []]);
    }
  });
});
