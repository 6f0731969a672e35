import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { SimulatedCard } from '../../src/phone/card.ts';
import type { Phone } from '../../src/phone/phone.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_PIN, TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const visit = () => new TextBrowser(service.issuer);
const TYPED = { lineId: 'demo-1', payee: '홍길동', account: '두루은행 110-234-567890', amount: '1,250,000' };

/** Enrols a phone with the code from the bank's page, so that the customer's phone holds the Smart OTP. */
async function setUp(enrolmentCode: string): Promise<Phone> {
  const phone = await service.enrol(enrolmentCode);
  await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  await phone.enrolAuthenticator('sign', TEST_PIN, AUTHENTICATOR_TERMS);
  return phone;
}

it.each(['/demo', '/demo/own', '/demo/own/code', '/demo/bank', '/demo/bank/transfer', '/phone'])(
  'the demonstration page %s opens where its link was decorated',
  async (path) => {
    for (const query of ['utm_source=app', 'lang=en&lang=ko', 'lang=fr']) {
      const page = await fetch(`${service.issuer}${path}?${query}`);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    }
  },
);

describe('the demonstration bank', () => {
  it('the demonstration bank issues a Smart OTP with a card, and carries out what was signed with both', async () => {
    const owner = service.process.announcement.lines.find(({ lineId }) => lineId === TYPED.lineId)!;
    const { enrolmentCode } = await service.subscribe(owner);
    const own = await service.enrol(enrolmentCode);
    await own.confirmTest((await own.readTestEnvelope(await own.testEnvelope())).code);

    const visitor = visit();
    await visitor.open('/demo/bank');
    const issued = await visitor.send('/demo/bank/smart-otps', { lineId: TYPED.lineId, card: 'yes' });
    expect(issued.html).toContain('<svg');
    expect(issued.headers.get('cache-control')).toBe('no-store');
    const card = await SimulatedCard.of(
      JSON.parse(/\{[^{}]*&quot;d&quot;[^{}]*\}/.exec(issued.html)?.[0].replaceAll('&quot;', '"') ?? ''),
    );
    const phone = await setUp(/[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.exec(issued.text)?.[0] ?? '');

    await visitor.open('/demo/bank');
    const asked = await visitor.send('/demo/bank/transfers', TYPED);
    expect(asked.text).toMatch(/서명번호 8자리를 입력해 주세요.*홍길동.*두루은행 110-234-567890.*1,250,000원/);
    const wrong = await visitor.send('/demo/bank/transfer', { code: '00000000' });
    expect(wrong.text).toContain('남은 횟수: 4번');
    const request = await eventually('the transaction in the app', async () => (await phone.pending())[0]);
    expect(request.transaction).toEqual([
      { label: '받는 분', value: '홍길동' },
      { label: '계좌', value: '두루은행 110-234-567890' },
      { label: '금액', value: '1,250,000원' },
    ]);
    await phone.open(request, TEST_PIN, card);
    const done = await visitor.send('/demo/bank/transfer', { code: await phone.sign(request, TEST_PIN) });
    expect(done.text).toContain('이체했습니다');
    // Another browser does not see this transfer.
    expect((await visit().open('/demo/bank/transfer')).text).toContain('진행 중인 이체가 없습니다');
  });

  it('the demonstration bank asks again for an invalid transfer, and shows when one has ended', async () => {
    const visitor = visit();
    await visitor.open('/demo/bank');
    for (const change of [{ amount: '-1' }, { payee: '' }, { payee: '홍길동\n관리자' }, { lineId: 'nobody' }]) {
      const page = await visitor.send('/demo/bank/transfers', { ...TYPED, ...change });
      expect([page.status, page.text]).toEqual([422, expect.stringContaining('모두 한 줄로 입력해 주세요')]);
    }
    const hostile = await visitor.send('/demo/bank/transfers', { ...TYPED, amount: '"><script>' });
    expect(hostile.html).not.toContain('"><script>');
    await visitor.send('/demo/bank/transfers', { ...TYPED, lineId: 'demo-4' });
    for (let tries = 0; tries < 4; tries += 1) await visitor.send('/demo/bank/transfer', { code: '00000000' });
    expect((await visitor.send('/demo/bank/transfer', { code: '00000000' })).text).toContain('이체하지 않았습니다');
  });

  it('the demonstration bank accepts forms from its own pages alone', async () => {
    const visitor = visit();
    for (const path of ['transfers', 'transfer', 'smart-otps']) {
      const answer = await visitor.request('POST', `/demo/bank/${path}`, TYPED, { Origin: 'https://evil.example' });
      expect(answer.status).toBe(403);
    }
  });
});

it.each([
  ['/', 'site'],
  ['/operator/sign-in', 'desk'],
  ['/windows/unknown', 'window'],
  ['/phone', 'app'],
  ['/demo', 'demo'],
  ['/demo/bank', 'demo'],
])(
  'the page %s loads the stylesheet of its own surface, %s.css, the colours of the brand, and no other',
  async (path, surface) => {
    const page = await (await fetch(service.issuer + path)).text();
    const sheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(sheets).toEqual([
      expect.stringMatching(new RegExp(`^/assets/${surface}-[0-9A-Z]+\\.css$`)),
      expect.stringMatching(/^\/assets\/brand-[0-9a-f]+\.css$/),
    ]);
    const css = await (await fetch(service.issuer + (sheets[0] ?? ''))).text();
    expect(css.match(/@layer [a-z]+/g)).toEqual(['@layer base', `@layer ${surface}`]);
  },
);
