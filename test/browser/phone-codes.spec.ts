import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { SimulatedCard } from '../../src/phone/card.ts';
import { TRANSFER } from '../support/authenticators.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll, type DemoPerson } from './scene.ts';
import { enrol, enterCode, identify, openSetting, PIN, screen, shownCode, view } from './steps.ts';

// One browser goes through many steps, and shares with a service what is often two cores.
const SMART_PIN = '618034';

describeWith(CHROMIUM, 'the reference app making codes', () => {
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
    await scene.rows.budgets.clearStarts();
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  async function open(lang: 'ko' | 'en', options: BrowserContextOptions): Promise<void> {
    context = await scene.newBrowser(options);
    phone = await context.newPage();
    await phone.clock.install();
    await phone.goto(`${scene.issuer}/phone?lang=${lang}`);
    await screen(phone, 'welcome').waitFor();
  }

  const button = (name: string) => phone.getByRole('button', { name, exact: true });
  const named = ({ phoneNumber, birthDate, genderDigit }: DemoPerson) => ({ phoneNumber, birthDate, genderDigit });

  /** Checks a screen that a person reaches: it fits, and the heading has the focus. */
  async function expectScreen(kind: string): Promise<void> {
    await screen(phone, kind).waitFor();
    expect(await phone.evaluate<string>('document.activeElement.tagName')).toBe('H1');
    expect(await scene.violations(phone.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(phone.mainFrame())).toBe(0);
  }

  async function verifyByOtp(person: DemoPerson, code: string): Promise<number> {
    const body = { ...named(person), purpose: '출석 확인', method: 'otp' };
    const { id } = (await scene.call('POST', '/v1/authentications', body)).body;
    return (await scene.call('POST', `/v1/authentications/${String(id)}/verification`, { code })).status;
  }

  /** Changes the app's stored state, and restarts the app. */
  async function changeKept(change: string): Promise<void> {
    await phone.evaluate(`
      const kept = JSON.parse(localStorage.getItem('pushguard.phone'));
      ${change};
      localStorage.setItem('pushguard.phone', JSON.stringify(kept));
    `);
    await phone.reload();
    await screen(phone, 'home').waitFor();
  }

  /** Has the bank issue a Smart OTP; returns the link in its QR code. */
  async function issued(person: DemoPerson, card?: SimulatedCard): Promise<string> {
    const body = { ...named(person), ...(card && { cardKey: card.publicJwk }) };
    return String((await scene.call('POST', '/v1/smart-otps', body, 'demo-bank')).body['enrolmentUri']);
  }

  /**
   * Fills in the empty form, up to the screen with the vendor code for other institutions. First enters an invalid
   * card, which the app refuses.
   */
  async function addSmartOtp(link: string, card?: SimulatedCard): Promise<void> {
    await expectScreen('smart-otp');
    await phone.locator('#enrolment-code').fill(link);
    if (card) {
      await phone.locator('summary').click();
      await phone.locator('#card').fill('{"kty":"EC"}');
      await screen(phone, 'smart-otp').locator('> .primary').click();
      await phone.locator('#card-fault:not(:empty)').waitFor();
      expect(await scene.violations(phone.mainFrame())).toEqual([]);
      await phone.locator('#card').fill(JSON.stringify(card.privateJwk));
    }
    await screen(phone, 'smart-otp').locator('> .primary').click();
    await expectScreen('offered');
    await screen(phone, 'offered').locator('.primary').click();
    await screen(phone, 'pin').waitFor();
    await phone.keyboard.type(SMART_PIN);
    await phone.locator('.screen.pin:has-text("한 번 더"), .screen.pin:has-text("Once more")').waitFor();
    await phone.keyboard.type(SMART_PIN);
    await screen(phone, 'shown-code').locator('.primary').click();
    await agree(SMART_PIN);
    await expectScreen('ended.verified');
    expect(await screen(phone, 'ended').textContent()).toContain('301');
    await screen(phone, 'ended').locator('.primary').click();
    await screen(phone, 'home').waitFor();
  }

  /** Checks that the app continues only after the tick, then enters the PIN. */
  async function agree(pin: string): Promise<void> {
    await expectScreen('consent');
    expect(await screen(phone, 'consent').textContent()).toContain(AUTHENTICATOR_TERMS);
    await screen(phone, 'consent').locator('> .primary').click();
    await phone.locator('#not-agreed:not(:empty)').waitFor();
    await phone.locator('#agreed').check();
    await screen(phone, 'consent').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await phone.keyboard.type(pin);
  }

  /** Enters the PIN and taps the card, up to the eight digits. */
  async function sign(): Promise<string> {
    await screen(phone, 'pin').waitFor();
    await phone.keyboard.type(SMART_PIN);
    await screen(phone, 'tap').locator('> .primary').click();
    return shownCode(phone);
  }

  it('the app shows one-time codes after consent, also without a network, until two minutes are over', async () => {
    await open('ko', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
    const person = scene.person('demo-1');
    await enrol(phone, person);
    // Headless Chromium has no floating windows; a popup stands in for one.
    await context.addInitScript(`Object.defineProperty(globalThis, 'documentPictureInPicture', {
      value: { requestWindow: () => Promise.resolve(open('', '', 'width=340,height=140')) },
    })`);
    // Simulates the stored state of an older app, without Smart OTPs.
    await changeKept('delete kept.smartOtps');
    await phone.locator('#otp').click();
    await agree(PIN);
    expect(await shownCode(phone)).toMatch(/^\d{6}$/);
    await expectScreen('shown-code');
    const [apart] = await Promise.all([context.waitForEvent('page'), button('작은 창으로 보기').click()]);
    expect(await shownCode(apart)).toBe(await shownCode(phone));
    await Promise.all([apart.waitForEvent('close'), button('확인').click()]);
    await screen(phone, 'home').waitFor();

    await context.setOffline(true);
    const asked: string[] = [];
    phone.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await phone.locator('#otp').click();
    await expectScreen('pin');
    await phone.keyboard.type(PIN);
    const code = await shownCode(phone);
    expect(await verifyByOtp(person, code)).toBe(200);
    // A code that was read at the end of its step counts as one of a slow clock, and this clock jumps ahead now.
    await scene.rows.authenticators.forgetDrift();
    await phone.clock.fastForward(30_000);
    await phone.locator('#code [aria-hidden]', { hasNotText: `${code.slice(0, 3)} ${code.slice(3)}` }).waitFor();
    expect(await verifyByOtp(person, await shownCode(phone))).toBe(200);
    // After a minute the code is covered, and a tap shows it again.
    await phone.clock.fastForward(30_000);
    await button('눌러서 번호 보기').waitFor();
    expect(await phone.locator('#code').textContent()).not.toMatch(/\d/);
    await expectScreen('shown-code');
    await button('눌러서 번호 보기').click();
    expect(await shownCode(phone)).toMatch(/^\d{6}$/);
    await phone.clock.fastForward(60_000);
    await phone.getByText('안전을 위해 번호를 숨겼습니다.').waitFor();
    expect(await phone.locator('#code').count()).toBe(0);
    expect(asked.filter((path) => path.startsWith('/app/'))).toEqual([]);

    await context.setOffline(false);
    await scene.rows.authenticators.lockAll();
    await phone.keyboard.type(PIN);
    await phone.locator('.caution', { hasText: 'OTP가 잠겼습니다' }).waitFor();
    await expectScreen('shown-code');
    await button('확인').click();
    await screen(phone, 'home').locator('.recent', { hasText: ' · OTP' }).waitFor();
  });

  it.each([
    {
      lang: 'ko' as const,
      lineId: 'demo-3',
      colorScheme: 'dark' as const,
      wrong: '숫자를 세 번 잘못',
      approved: '승인했습니다',
    },
    {
      lang: 'en' as const,
      lineId: 'demo-4',
      colorScheme: 'light' as const,
      wrong: 'wrong three times',
      approved: 'You approved',
    },
  ])('the app asks for the two digits of the page before it opens or approves ($lang)', async (how) => {
    const { lang, lineId, colorScheme, wrong, approved } = how;
    await open(lang, { viewport: { width: 320, height: 640 }, colorScheme });
    const person = scene.person(lineId);
    await enrol(phone, person);
    const typeMatch = async (match: string) => {
      await screen(phone, 'match').waitFor();
      await phone.keyboard.type(match);
      await screen(phone, 'pin').waitFor();
      await phone.keyboard.type(PIN);
    };
    const other = (match: string, by: number) => String((Number(match) + by) % 100).padStart(2, '0');

    const window = await context.newPage();
    await window.goto((await scene.openWindow(lang, { match: true })).url);
    await identify(window, person);
    const match = (await window.locator('#match-digits').innerText()).trim();
    expect(match).toMatch(/^\d\d$/);
    expect(await window.locator('#said').textContent()).toContain(Array.from(match).join(' '));
    expect(await scene.violations(window.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(window.mainFrame())).toBe(0);
    await phone.bringToFront();
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('> .primary').click();
    await expectScreen('match');
    await typeMatch(other(match, 1));
    await phone.locator('.screen.match .fault:not(:empty)').waitFor();
    await expectScreen('match');
    await typeMatch(match);
    await screen(phone, 'shown-code').waitFor();
    const code = await shownCode(phone);
    expect(await window.locator('#match').isVisible()).toBe(false);
    await enterCode(window, code);
    await view(window, 'verified').waitFor();
    await screen(phone, 'ended.verified').locator('.primary').click();

    const approval = async () => {
      const body = { ...named(person), purpose: '이체 확인', method: 'approve' };
      const started = (await scene.call('POST', '/v1/authentications', body)).body as { id: string; match: string };
      await phone.locator('.banner button').click();
      await expectScreen('request');
      await screen(phone, 'request').locator('> .primary').click();
      return started;
    };
    const right = await approval();
    // A slip is taken back before the PIN, without a try.
    await screen(phone, 'match').waitFor();
    await phone.keyboard.type(other(right.match, 1));
    await expectScreen('pin');
    const typed = screen(phone, 'pin').locator('.typed-match');
    expect(await typed.innerText()).toContain(Array.from(other(right.match, 1)).join(' '));
    await typed.locator('button').click();
    await typeMatch(right.match);
    await expectScreen('ended.verified');
    await phone.getByText(approved).waitFor();
    expect((await scene.call('GET', `/v1/authentications/${right.id}`)).body).toMatchObject({ state: 'verified' });
    await screen(phone, 'ended').locator('.primary').click();
    const guessed = await approval();
    for (const by of [1, 2, 3]) await typeMatch(other(guessed.match, by));
    await expectScreen('ended.failed');
    await phone.getByText(wrong).waitFor();
    // Who guessed had no page: the request may have been a stranger's.
    await screen(phone, 'ended').locator('.danger').click();
    await expectScreen('blocked');
    await screen(phone, 'blocked').locator('.secondary').click();

    // Wrong digits end the window too, which says so.
    await scene.rows.budgets.clearStarts();
    const next = await context.newPage();
    await next.goto((await scene.openWindow(lang, { match: true })).url);
    await identify(next, person);
    const shown = (await next.locator('#match-digits').innerText()).trim();
    await phone.bringToFront();
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('> .primary').click();
    for (const by of [1, 2, 3]) await typeMatch(other(shown, by));
    await view(next, 'failed-match').waitFor();
  });

  it('the app signs a bank’s transaction with a Smart OTP and its card, and manages other registrations', async () => {
    await open('en', { viewport: { width: 320, height: 640 }, colorScheme: 'light' });
    const person = scene.person('demo-2');
    await enrol(phone, person);
    const [card, another] = await Promise.all([SimulatedCard.create(), SimulatedCard.create()]);
    await openSetting(phone, 'Add a Smart OTP');
    await addSmartOtp(await issued(person, card), another);
    await phone.locator('.banner button', { hasText: 'A Smart OTP was registered' }).click();
    await expectScreen('institutions');
    await phone.locator('.institution', { hasText: '두루은행' }).waitFor();
    await button('Back').click();
    await screen(phone, 'home').waitFor();

    const transaction = [...TRANSFER, { label: '메모  두 칸', value: `  ${'가나다라마바사아자차'.repeat(9)}  ` }];
    const body = { ...named(person), purpose: '이체', method: 'sign', transaction };
    const { id } = (await scene.call('POST', '/v1/authentications', body, 'demo-bank')).body;
    await phone.locator('.banner button', { hasText: 'Verification request' }).click();
    await expectScreen('request');
    expect(await phone.locator('.to-sign dt').allTextContents()).toEqual(transaction.map(({ label }) => label));
    expect(await phone.locator('.to-sign dd').allTextContents()).toEqual(transaction.map(({ value }) => value));
    await screen(phone, 'request').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await phone.keyboard.type(SMART_PIN);
    await expectScreen('tap');
    await screen(phone, 'tap').locator('> .primary').click();
    await phone.getByText('That is another card.').waitFor();
    await expectScreen('tap');
    await phone.locator('#card').fill(JSON.stringify(card.privateJwk));
    await screen(phone, 'tap').locator('> .primary').click();
    const first = await shownCode(phone);
    expect(first).toMatch(/^\d{8}$/);
    await expectScreen('shown-code');
    await phone.clock.fastForward(60_000);
    await expectScreen('gone');
    expect((await phone.locator('body').textContent())?.replaceAll(' ', '')).not.toContain(first);
    await screen(phone, 'gone').locator('> .primary').click();
    const verification = { code: await sign(), transaction };
    const path = `/v1/authentications/${String(id)}/verification`;
    expect((await scene.call('POST', path, verification, 'demo-bank')).status).toBe(200);
    await expectScreen('ended.verified');
    await screen(phone, 'ended').locator('.primary').click();
    await screen(phone, 'home').locator('.recent', { hasText: 'Signed transaction' }).waitFor();

    await openSetting(phone, 'My authenticators');
    await expectScreen('authenticators');
    const own = phone.locator('.authenticator', { hasText: '두루은행' });
    expect(await own.textContent()).toContain('301');
    const serialNumber = await own.getByText(/^PG-/).textContent();
    await button('Back').click();
    await button('Back').click();
    const register = async () => {
      const registration = { ...named(person), serialNumber, vendorCode: '301' };
      const asked = await scene.call('POST', '/v1/registrations', registration, 'demo-securities');
      await phone.locator('.banner button', { hasText: 'wants to register' }).click();
      await phone.locator('.standing').waitFor();
      await expectScreen('institutions');
      const at = `/v1/registrations/${String(asked.body['id'])}`;
      return async () => (await scene.call('GET', at, undefined, 'demo-securities')).body['state'];
    };
    const declined = await register();
    await button('Decline').click();
    await phone.locator('.standing').waitFor({ state: 'detached' });
    expect(await declined()).toBe('declined');
    const state = await register();
    await button('Confirm with the PIN').click();
    await expectScreen('pin');
    // The PIN of the subscription's own phone, because the bank also controls the Smart OTP.
    await phone.keyboard.type(PIN);
    await phone.locator('.institution', { hasText: '다온증권' }).waitFor();
    expect(await state()).toBe('active');
    await expectScreen('institutions');
    await button('Revoke 다온증권').click();
    await expectScreen('sure');
    await screen(phone, 'sure').locator('> .danger').click();
    await expectScreen('institutions');
    expect(await phone.locator('.institution', { hasText: '다온증권' }).count()).toBe(0);
    expect(await state()).toBe('revoked');

    await scene.rows.budgets.clearStarts();
    // The subscription may use another phone, and the bank may issue a new Smart OTP, this time without a card.
    await changeKept('kept.phone = null');
    expect(await phone.locator('#otp').count()).toBe(0);
    await expectScreen('home');
    await openSetting(phone, 'Add a Smart OTP');
    await addSmartOtp(await issued(person));
    await openSetting(phone, 'My authenticators');
    await screen(phone, 'authenticators').waitFor();
    expect(await phone.locator('.authenticator').count()).toBe(1);
    expect(await phone.getByText(/^PG-/).textContent()).not.toBe(serialNumber);
    await button('Back').click();
    await button('Back').click();
    await scene.call('POST', '/v1/authentications', { ...body, transaction: TRANSFER }, 'demo-bank');
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await phone.keyboard.type(SMART_PIN);
    expect(await shownCode(phone)).toMatch(/^\d{8}$/);
    await button('This wasn’t me').click();
    await expectScreen('blocked');
  });
});
