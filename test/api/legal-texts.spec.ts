import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { eventually } from '../support/eventually.ts';
import { TestService, type TestPerson } from '../support/service.ts';

const NEWS = 'optional-news';
const COMPANY = {
  name: { ko: '가온통신 주식회사', en: 'Gaon Telecom Co., Ltd.' },
  registrationNumber: '123-45-67890',
  privacyOfficer: '김보호 <privacy@example.com>',
};

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pushguard-legal-'));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const locale of ['ko', 'en']) {
    put(`terms.2020-01-01.${locale}.md`, `# Old terms ${locale}\n\nThe first text.`);
    put(
      `terms.2024-05-01.${locale}.md`,
      `# Our terms ${locale}\n\n## One\n- a <b>point</b>\n- another\n\n1. first\n2. second`,
    );
    put(`terms.2199-01-01.${locale}.md`, `# Terms to come ${locale}\n\nLater.`);
    put(`${NEWS}.2024-05-01.${locale}.md`, `# 서비스 소식 ${locale}\n\nNews.`);
  }
  put('company.json', JSON.stringify(COMPANY));
  service = await TestService.start({ LEGAL_TEXTS: folder });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => service.rows.budgets.clearForms());

const visit = () => new TextBrowser(service.issuer);

async function joinWith(person: TestPerson, more: Record<string, string>): Promise<TextBrowser> {
  const visitor = visit();
  await visitor.open('/join');
  const { birthDate, genderDigit, phoneNumber } = person;
  await visitor.send('/join', { birthDate, genderDigit, phoneNumber, agree0: 'yes', agree1: 'yes', ...more });
  const sms = await eventually('a code by text message', () =>
    service.smsc.received.find(({ to, text }) => to === phoneNumber && text.includes('인증번호')),
  );
  await visitor.send('/code', { code: /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '' });
  return visitor;
}
const consentsOf = async ({ lineId }: { lineId: string }) =>
  (await service.rows.subscriptions.consentsOf(lineId)).map(({ document, version, withdrawn }) => [
    document,
    version,
    withdrawn,
  ]);

describe('terms and privacy policy', () => {
  it('an adopter’s terms are shown in both languages, and their marks are text and nothing else', async () => {
    const page = await visit().open('/terms');
    expect(page.text).toContain('Our terms ko');
    expect(page.text).toContain('시행일: 2024. 5. 1.');
    expect(page.html).toContain('a &lt;b&gt;point&lt;/b&gt;');
    expect((await visit().open('/terms?lang=en')).text).toContain('Our terms en');
  });

  it('older and planned versions stay readable, and an unknown one is not found', async () => {
    const visitor = visit();
    expect((await visitor.open('/terms')).html).toContain('href="/terms?version=2020-01-01"');
    expect((await visitor.open('/terms?version=2020-01-01')).text).toContain('The first text.');
    expect((await visitor.open('/terms?version=2199-01-01')).text).toContain('2199. 1. 1.부터 시행됩니다');
    for (const path of ['/terms?version=2021-01-01', '/terms?version=', '/consents/optional-other', '/consents/terms'])
      expect((await visitor.open(path)).status).toBe(404);
  });

  it('a document that the adopter does not replace keeps the service’s own text, with its days of retention', async () => {
    expect((await visit().open('/privacy')).text).toContain('730일');
    expect((await visit().open('/privacy?lang=en')).text).toContain('1827 days');
  });

  it('joining keeps the versions that the person accepted, and an optional one only if it was ticked', async () => {
    const [agreeing, without] = [await service.addLine(), await service.addLine()];
    await joinWith(agreeing, { [NEWS]: 'yes' });
    await joinWith(without, {});
    const required = [
      ['privacy', expect.stringMatching(/^\d{4}-\d\d-\d\d$/), false],
      ['terms', '2024-05-01', false],
    ];
    expect(await consentsOf(agreeing)).toEqual([[NEWS, '2024-05-01', false], ...required]);
    expect(await consentsOf(without)).toEqual(required);
  });
});

describe('the foot of every page', () => {
  it('the company’s own data stands at the foot in the reader’s language, without the fields that it does not have', async () => {
    const { html, text } = await visit().open('/');
    expect(text).toContain('상호 가온통신 주식회사');
    expect(text).toContain('사업자등록번호 123-45-67890');
    expect(html).toContain('김보호 &lt;privacy@example.com&gt;');
    expect(text).not.toContain('대표자');
    expect((await visit().open('/check?lang=en')).text).toContain('Company Gaon Telecom Co., Ltd.');
    for (const path of ['/terms', '/privacy', '/my']) expect(html).toContain(`href="${path}"`);
  });
});
