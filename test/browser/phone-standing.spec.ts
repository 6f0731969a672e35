import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll, type DemoPerson } from './scene.ts';
import { enrol, openSetting, PIN, readCode, screen, typePin } from './steps.ts';

describeWith(CHROMIUM, 'how the app follows the subscription', () => {
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
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  async function expectFit(): Promise<void> {
    expect(await scene.violations(phone.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(phone.mainFrame())).toBe(0);
  }

  /** Agrees to one-time codes and shows the present one. */
  async function showOneTimeCode(page = phone): Promise<void> {
    await page.locator('#otp').click();
    await page.locator('#agreed').check();
    await screen(page, 'consent').locator('> .primary').click();
    await screen(page, 'pin').waitFor();
    await typePin(page);
    await page.locator('#code').waitFor();
  }

  it('the app leaves a code that is worth nothing once the subscription was cancelled', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await scene.startFor(person);
    await readCode(phone);
    await scene.operate(person, 'cancel');
    await phone.getByText('등록이 해지된 휴대폰입니다').waitFor();
    expect(await phone.locator('#code').count()).toBe(0);
    await expectFit();
  });

  it('the app leaves a code when another phone takes its place', async () => {
    const person = scene.person('demo-2');
    await enrol(phone, person);
    await scene.startFor(person);
    await readCode(phone);
    const other = await scene.newBrowser();
    const second = await other.newPage();
    await second.goto(`${scene.issuer}/phone?lang=ko`);
    await enrol(second, person);
    await phone.getByText('등록이 해지된 휴대폰입니다').waitFor();
    await other.close();
  });

  it('the app leaves a code, and its one-time codes, once the number belongs to another person', async () => {
    for (const [lineId, show] of [
      ['demo-1', (person: DemoPerson) => scene.startFor(person).then(() => readCode(phone))],
      ['demo-2', () => showOneTimeCode()],
    ] as const) {
      const person = scene.person(lineId);
      await phone.goto(`${scene.issuer}/phone?lang=ko`);
      await enrol(phone, person);
      await show(person);
      expect(await phone.locator('#code').count()).toBe(1);
      await scene.changeOwner(person);
      await phone.getByText('등록이 해지된 휴대폰입니다').waitFor();
      expect(await phone.locator('#code').count()).toBe(0);
      await phone.evaluate('localStorage.clear()');
    }
  });

  it('the app leaves its one-time codes once the subscription was cancelled, and when another phone takes its place', async () => {
    const person = scene.person('demo-11');
    await enrol(phone, person);
    await showOneTimeCode();
    const other = await scene.newBrowser();
    const second = await other.newPage();
    await second.goto(`${scene.issuer}/phone?lang=ko`);
    await enrol(second, person);
    await phone.getByText('등록이 해지된 휴대폰입니다').waitFor();
    expect(await phone.locator('#code').count()).toBe(0);
    await showOneTimeCode(second);
    await scene.operate(person, 'cancel');
    await second.getByText('등록이 해지된 휴대폰입니다').waitFor();
    expect(await second.locator('#code').count()).toBe(0);
    await other.close();
  });

  it('the app says first that its PIN is locked, also after it was opened anew, until the PIN is unlocked', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('.primary').click();
    for (const left of [4, 3, 2, 1]) {
      await typePin(phone, '111112');
      await phone.getByText(`${left}번 더 틀리면`).waitFor();
    }
    await typePin(phone, '111112');
    await phone.getByText('비밀번호가 잠겼습니다').waitFor();
    await phone.reload();
    const first = screen(phone, 'home').locator('h1 ~ :not(.fault)').first();
    await first.getByText('비밀번호가 잠겼습니다').waitFor();
    await expectFit();
    await scene.operate(person, 'unlock-pin');
    await phone.locator('#refresh').click();
    await screen(phone, 'home').locator('.locked').waitFor({ state: 'detached' });
  });

  it('the app shows an SMS permission in force and a registration that waits before anything else', async () => {
    const person = scene.person('demo-11');
    await enrol(phone, person);
    await scene.startFor(person);
    await openSetting(phone, '웹사이트 한 곳만 문자로 받기');
    await phone.getByRole('button', { name: '한빛서점', exact: true }).click();
    await typePin(phone, PIN);
    await phone.getByText('한빛서점의 인증번호를 문자로 받고 있습니다').waitFor();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    const home = screen(phone, 'home');
    await home.locator('.notable').getByText('한빛서점의 인증번호를 문자로 받고 있습니다').waitFor();
    const serialNumber = await phone.evaluate<string>(
      'JSON.parse(localStorage.getItem("pushguard.phone")).phone.serialNumber',
    );
    const vendorCode = await phone.locator('#phone').getAttribute('data-vendor-code');
    const { phoneNumber, birthDate, genderDigit } = person;
    const asked = { phoneNumber, birthDate, genderDigit, serialNumber: serialNumber.toLowerCase(), vendorCode };
    const { status } = await scene.call('POST', '/v1/registrations', asked, 'demo-bank');
    expect(status).toBe(201);
    await phone.locator('#refresh').click();
    await home.locator('.notable').getByText('두루은행에서 내 인증수단을 등록하려고 합니다').click();
    await screen(phone, 'institutions').waitFor();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    await home.locator('.notable').first().waitFor();
    await expectFit();
  });
});
