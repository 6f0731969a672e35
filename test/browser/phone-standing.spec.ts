import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll, type DemoPerson } from './scene.ts';
import { enrol, enrolWithCode, openSetting, PIN, readCode, screen, shownCode, typePin } from './steps.ts';

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

  /** The text of the first thing below the heading. */
  async function firstSeen(kind: string): Promise<string> {
    return (await screen(phone, kind).locator('h1 ~ :not(.fault)').first().textContent()) ?? '';
  }

  async function answer(button: string, pin = PIN): Promise<void> {
    await phone.getByRole('button', { name: button, exact: true }).click();
    await typePin(phone, pin);
  }

  const stands = async ({ lineId }: DemoPerson) =>
    scene.rows.subscriptions.of((await scene.rows.subscriptions.currentOf(lineId)) ?? '');

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
    await screen(phone, 'replaced').waitFor();
    expect(await phone.locator('#code').count()).toBe(0);
    expect(await phone.locator('.request-card, .home-buttons').count()).toBe(0);
    // Three days long the phone is told of what others do, and can stop it.
    expect(await firstSeen('replaced')).toContain('다른 휴대폰이 등록되었습니다');
    await phone.getByText('다른 휴대폰으로 바뀌었습니다').waitFor();
    await expectFit();
    await answer('아니요, 제가 아닙니다');
    await phone.getByText('서비스를 멈췄습니다.').waitFor();
    await expectFit();
    expect(await stands(person)).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    await screen(phone, 'ended').locator('.primary').click();
    await screen(phone, 'replaced').locator('.answered').getByText('본인 아님').waitFor();
    await scene.operate(person, 'resume');
    await other.close();
  });

  it('what happened from outside the phone is seen first, and both answers take the PIN', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    await scene.reportLoss(person);
    await phone.locator('.happening').waitFor();
    expect(await firstSeen('home')).toContain('휴대폰 분실 신고가 들어왔습니다');
    expect(await stands(person)).toMatchObject({ state: 'suspended' });
    await expectFit();
    await answer('아니요, 신고하지 않았습니다', '111112');
    await phone.getByText('4번 더 틀리면').waitFor();
    await expectFit();
    await typePin(phone);
    await phone.getByText('신고하지 않았다고 알렸습니다.').waitFor();
    await expectFit();
    expect(await stands(person)).toMatchObject({ state: 'active', suspensions: [] });
    await screen(phone, 'ended').locator('.primary').click();

    await scene.tell(person, 'sim-swapped');
    await phone.locator('.happening').waitFor();
    expect(await firstSeen('home')).toContain('유심이 바뀌었습니다');
    await answer('네, 제가 바꿨습니다');
    await phone.getByText('본인이 바꿨다고 확인했습니다.').waitFor();
    expect(await stands(person)).toMatchObject({ state: 'active', suspensions: [] });
    await screen(phone, 'ended').locator('.primary').click();
    await screen(phone, 'home').locator('.answered li').nth(1).waitFor();
    const answered = await screen(phone, 'home').locator('.answered li').allTextContents();
    expect(answered).toEqual([
      expect.stringMatching(/유심이 바뀌었습니다본인/),
      expect.stringMatching(/휴대폰 분실 신고가 들어왔습니다본인 아님/),
    ]);
    await expectFit();
  });

  it('the old phone, and no text message, shows the code for a new one; a request that waits stays in reach', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await scene.rows.budgets.clearForms();
    const other = await scene.newBrowser({ viewport: { width: 400, height: 760 } });
    const website = await other.newPage();
    await website.goto(`${scene.issuer}/new-phone`);
    for (const field of ['birthDate', 'genderDigit', 'phoneNumber'] as const) {
      await website.locator(`#${field}`).fill(person[field]);
    }
    await website.getByRole('button', { name: '문자로 등록 코드 받기' }).click();
    await phone.locator('.happening').waitFor();
    await scene.startFor(person);
    await phone.locator('.request-card', { hasText: '한빛서점' }).click();
    await screen(phone, 'request').locator('.back').click();
    expect(await firstSeen('home')).toContain('새 휴대폰으로 바꾸려고 합니까?');
    await answer('네, 제가 바꿉니다');
    const shown = (await phone.locator('#new-code').textContent()) ?? '';
    expect(shown).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    expect(await screen(phone, 'new-phone').textContent()).toContain('누구에게도 읽어 주거나 보내지 마세요');
    expect(await screen(phone, 'new-phone').locator('.clock').textContent()).toMatch(/^(10:00|09:\d\d)$/);
    await phone.locator('.qr svg').waitFor();
    await expectFit();
    // The code can be seen again until it ends.
    await screen(phone, 'new-phone').locator('.primary').click();
    await phone.locator('#new-phone-code').click();
    expect(await phone.locator('#new-code').textContent()).toBe(shown);
    await website.goto(`${scene.issuer}/phone?lang=ko`);
    await enrolWithCode(website, shown);
    await screen(website, 'shown-code').locator('.primary').click();
    await screen(phone, 'replaced').getByText('다른 휴대폰으로 바뀌었습니다').waitFor();
    expect(await phone.locator('#new-code, #new-phone-code').count()).toBe(0);
    await expectFit();
    const texts = `${scene.issuer}/local/sms-outbox?to=${encodeURIComponent(person.phoneNumber)}`;
    expect(await (await fetch(texts)).text()).not.toContain(shown);
    await other.close();
  });

  it('a request that did not ring stands apart, says why, and can be opened', async () => {
    const person = scene.person('demo-3');
    await enrol(phone, person);
    await scene.startFor(person);
    await phone.locator('.banner button').click();
    await phone.getByRole('button', { name: '내가 요청하지 않았습니다' }).click();
    await screen(phone, 'blocked').locator('.secondary').click();
    const id = await scene.startFor(person);
    await phone.locator('#refresh').click();
    const held = phone.locator('.held');
    await held.getByText('울리지 않은 요청').waitFor();
    await expectFit();
    await held.getByText('요청 열기').click();
    await screen(phone, 'request').locator('.primary').click();
    await typePin(phone);
    const code = await shownCode(phone);
    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
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
    await phone.getByText('다른 휴대폰으로 바뀌었습니다').waitFor();
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
    await screen(phone, 'home').locator('.protection.locked h1', { hasText: '비밀번호가 잠겼습니다' }).waitFor();
    await screen(phone, 'home').locator('.protection.locked').getByText('다시 등록하기').waitFor();
    await expectFit();
    await scene.operate(person, 'unlock-pin');
    await phone.locator('#refresh').click();
    await screen(phone, 'home').locator('.protection.good').waitFor();
  });

  it('the first screen says which number is protected, whether alerts arrive, and how long everything that waits has left', async () => {
    const person = scene.person('demo-11');
    await enrol(phone, person);
    const protection = screen(phone, 'home').locator('.protection.good');
    expect(await protection.locator('h1').textContent()).toBe('보호 중입니다');
    expect(await protection.locator('.number').textContent()).toBe(`010-****-${person.phoneNumber.slice(-4)}`);
    await protection.locator('.alerts-on').waitFor();
    // The push service reported the token dead: the app tells it again by itself.
    const deviceId = await phone.evaluate<string>('JSON.parse(localStorage.getItem("pushguard.phone")).phone.deviceId');
    await scene.rows.devices.dropPushToken(deviceId);
    await phone.locator('#refresh').click();
    await phone.getByText('새로 고쳤습니다.').waitFor();
    await screen(phone, 'home').locator('.alerts-on').waitFor();
    expect(await scene.rows.devices.hasPushToken(deviceId)).toBe(true);
    const tokens: string[] = [];
    phone.on('request', (request) => request.url().endsWith('/push-token') && tokens.push(request.method()));
    await openSetting(phone, '내 보호 상태 점검');
    await phone.locator('.checks .good').nth(2).waitFor();
    expect(await phone.locator('.checks li').count()).toBe(3);
    // What works is left as it is; only a dead subscription is renewed.
    expect(tokens).toEqual([]);
    await expectFit();
    await scene.rows.devices.dropPushToken(deviceId);
    await phone.getByRole('button', { name: '다시 점검' }).click();
    await phone.locator('.checks .good').nth(2).waitFor();
    expect(tokens).toEqual(['PUT']);
    // What cannot be asked is not called right.
    await phone.route('**/device/test-push', (route) => route.fulfill({ status: 429, json: {} }));
    await phone.route('**/app/v1/device', (route) => route.abort());
    await phone.getByRole('button', { name: '다시 점검' }).click();
    await phone.locator('.checks .unknown').nth(2).waitFor();
    await phone.unrouteAll();
    // No test push arrives, so the person renews the subscription. A person who leaves meanwhile stays at the request.
    await phone.evaluate(
      '{ const later = setTimeout; globalThis.setTimeout = (act, ms) => later(act, ms === 20_000 ? 0 : ms); }',
    );
    await phone.route('**/device/test-push', (route) => route.fulfill({ status: 202, json: {} }));
    let letThrough = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (letThrough = resolve));
    await phone.route('**/push-token', (route) => isHeld.then(() => route.continue()));
    const toldAt = () => phone.evaluate('JSON.parse(localStorage.getItem("pushguard.phone")).pushTokenToldAt');
    const before = await toldAt();
    await phone.getByRole('button', { name: '다시 점검' }).click();
    await phone.getByRole('button', { name: '알림 다시 연결' }).click();
    await phone.locator('.checks .checking', { hasText: '알림' }).waitFor();
    await expectFit();
    await phone.getByRole('button', { name: '뒤로' }).click();
    await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('.primary').click();
    for (const digit of PIN.slice(0, 3)) await phone.locator(`.pin-keys [aria-label="${digit}"]`).click();
    letThrough();
    await eventually('the renewed subscription', async () => (await toldAt()) !== before);
    expect(await screen(phone, 'pin').locator('.pin-dots .on').count()).toBe(3);
    expect(tokens).toEqual(['PUT', 'PUT']);
    await phone.unrouteAll();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    await openSetting(phone, '웹사이트 한 곳만 문자로 받기');
    await phone.getByRole('button', { name: '한빛서점', exact: true }).click();
    await typePin(phone, PIN);
    await phone.getByText('한빛서점의 인증번호를 문자로 받고 있습니다').waitFor();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    const home = screen(phone, 'home');
    await home.locator('.protection .notable').getByText('한빛서점의 인증번호를 문자로 받고 있습니다').waitFor();
    expect(await home.locator('.protection .notable .clock').textContent()).toMatch(/^(10:00|09:\d\d)$/);
    const serialNumber = await phone.evaluate<string>(
      'JSON.parse(localStorage.getItem("pushguard.phone")).phone.serialNumber',
    );
    const vendorCode = await phone.locator('#phone').getAttribute('data-vendor-code');
    const { phoneNumber, birthDate, genderDigit } = person;
    const asked = { phoneNumber, birthDate, genderDigit, serialNumber: serialNumber.toLowerCase(), vendorCode };
    const { status } = await scene.call('POST', '/v1/registrations', asked, 'demo-bank');
    expect(status).toBe(201);
    await phone.locator('#refresh').click();
    const registration = home.locator('.notable', { hasText: '두루은행에서 내 인증수단을 등록하려고 합니다' });
    expect(await registration.locator('.clock').textContent()).toMatch(/^(10:00|09:\d\d)$/);
    expect(await home.locator('.request-card', { hasText: '비밀번호 변경' }).locator('.clock').textContent()).toMatch(
      /^0[23]:/,
    );
    await registration.click();
    await screen(phone, 'institutions').waitFor();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    await home.locator('.notable').first().waitFor();
    await expectFit();
  });
});
