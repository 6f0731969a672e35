import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll } from './scene.ts';
import { enrol, PIN, screen, shownCode, typePin } from './steps.ts';

// A browser, a phone's key derivation and a service share what is often two cores.
jest.setTimeout(60_000);

describeWith(CHROMIUM, 'the phone on the screen', () => {
  let scene: Scene;
  let context: BrowserContext;
  let phone: Page;

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  beforeEach(async () => {
    context = await scene.newBrowser({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
    phone = await context.newPage();
    await phone.goto(`${scene.issuer}/phone`);
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  /** What holds of every screen. */
  async function expectFit(): Promise<void> {
    expect(await scene.violations(phone.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(phone.mainFrame())).toBe(0);
  }

  it('says why a line cannot subscribe', async () => {
    await screen(phone, 'welcome').waitFor();
    await expectFit();
    await phone.locator('#line').selectOption('demo-5');
    await screen(phone, 'welcome').locator('> .primary').click();
    const alert = phone.getByRole('alert').filter({ hasText: '만 19세 이상만 가입할 수 있습니다.' });
    await alert.waitFor();
    expect(await alert.textContent()).not.toContain('Only people');
    await expectFit();
  });

  it('takes no PIN that is guessed first, and none that was typed in two ways', async () => {
    await screen(phone, 'welcome').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await expectFit();
    await typePin(phone, '123456');
    await phone.getByText('추측하기 쉬운 비밀번호입니다.').waitFor();
    // The keyboard is as good as the pad.
    await phone.keyboard.type(PIN);
    await phone.getByText('한 번 더 입력해 주세요').waitFor();
    await phone.keyboard.type('274950');
    await phone.getByText('두 비밀번호가 다릅니다.').waitFor();
  });

  it('shows who asks, takes the PIN, and shows the code until it was used; then the history', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await expectFit();
    const id = await scene.startFor(person);
    await phone.locator('.banner button').waitFor();
    await expectFit();
    await phone.locator('.banner button').click();
    const request = await screen(phone, 'request').textContent();
    for (const shown of ['한빛서점', '비밀번호 변경', '203.0.113.7', 'Firefox']) expect(request).toContain(shown);
    await expectFit();
    await screen(phone, 'request').locator('.primary').click();
    await typePin(phone, '111112');
    await phone.getByText('비밀번호가 다릅니다. 4번 더 틀리면 잠깁니다.').waitFor();
    await phone.keyboard.type(PIN);
    const code = await shownCode(phone);
    expect(code).toMatch(/^\d{6}$/);
    expect(await phone.locator('#code').textContent()).toContain(`${code.slice(0, 3)} ${code.slice(3)}`);
    await expectFit();
    // A phone that is put away and taken out again still shows it.
    await phone.reload();
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('.primary').click();
    expect(await shownCode(phone)).toBe(code);

    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
    await screen(phone, 'ended.verified').locator('.primary').click();
    await phone.getByRole('button', { name: '이용 내역' }).click();
    await phone.locator('.history .verified').waitFor();
    await expectFit();
  });

  it('needs no push', async () => {
    const person = scene.person('demo-2');
    await phone.route('**/local/push-outbox*', (route) => route.fulfill({ json: [] }));
    await phone.reload();
    await enrol(phone, person);
    const id = await scene.startFor(person);
    await phone.locator('#refresh').click();
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('.primary').click();
    await typePin(phone);
    const code = await shownCode(phone);
    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
  });

  it('learns that the window was closed', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    const id = await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').waitFor();
    await scene.call('DELETE', `/v1/authentications/${id}`);
    await screen(phone, 'ended.cancelled').waitFor();
    await expectFit();
  });

  it('is locked by the fifth wrong PIN', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('.primary').click();
    for (const left of [4, 3, 2, 1]) {
      await phone.keyboard.type('111112');
      await phone.getByText(`${left}번 더 틀리면 잠깁니다.`).waitFor();
    }
    await phone.keyboard.type('111112');
    await phone.getByText('비밀번호가 잠겼습니다').waitFor();
    await expectFit();
  });

  it('is told when another phone took its place', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    const other = await scene.newBrowser();
    const second = await other.newPage();
    await second.goto(`${scene.issuer}/phone?lang=en`);
    await enrol(second, person);
    await other.close();
    await phone.locator('#refresh').click();
    await phone.getByText('등록이 해지된 휴대폰입니다').waitFor();
    await expectFit();
  });
});
