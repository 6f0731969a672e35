import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { otherThan } from '../support/service.ts';
import { bytesOf, Scene, sidewaysScroll, unseenInForcedColors, type DemoPerson } from './scene.ts';
import {
  enrol,
  enrolWithCode,
  enterCode as enterWindowCode,
  identify,
  paste,
  readCode,
  screen,
  view,
} from './steps.ts';

// A browser, a phone's key derivation and a service share what is often two cores.
const WIDE = { width: 1280, height: 800 };
/** The narrowest width that pages must support (WCAG 2.2, 1.4.10). */
const NARROW = { width: 320, height: 640 };

interface Look {
  size: { width: number; height: number };
  colorScheme: 'light' | 'dark';
  /** The reader's system paints pages in its own colours. */
  forcedColors?: 'active';
}

const WIDE_AND_LIGHT: Look = { size: WIDE, colorScheme: 'light' };
const NARROW_AND_DARK: Look = { size: NARROW, colorScheme: 'dark' };

/** Adds up every layout shift in a page without input. */
const COUNT_SHIFTS = `window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { window.shifted += value; }))
    .observe({ type: 'layout-shift', buffered: true });`;
const WITH_OWN_COLORS: Look = { size: NARROW, colorScheme: 'dark', forcedColors: 'active' };

/** Bytes of the first page with all that it loads, as they are sent. */
const FIRST_PAGE_BYTES = 100_000;
/** What moves although the reader asked for no motion. */
const MOVING = `document.getAnimations().filter(({ playState }) => playState === 'running').length`;
const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

describeWith(CHROMIUM, 'the customers’ website', () => {
  let scene: Scene;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  beforeEach(async () => {
    await clearBudgets();
    [context, page] = await open();
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  async function open(options: Parameters<Scene['newBrowser']>[0] = {}): Promise<[BrowserContext, Page]> {
    const other = await scene.newBrowser({ viewport: WIDE, ...options });
    await other.addInitScript(COUNT_SHIFTS);
    return [other, await other.newPage()];
  }

  /** Restores all budgets, because all visitors of these tests have one address, and a few people start often. */
  async function clearBudgets(): Promise<void> {
    await scene.rows.budgets.clearForms();
    await scene.rows.budgets.clearStarts();
  }

  async function newPhone(): Promise<[BrowserContext, Page]> {
    const [other, phone] = await open({ viewport: { width: 400, height: 760 } });
    await phone.goto(`${scene.issuer}/phone`);
    return [other, phone];
  }

  /** Checks a page: nothing moves while it loads, it fits, and it is accessible. */
  async function expectFit(looks: readonly Look[] = [WIDE_AND_LIGHT, NARROW_AND_DARK]): Promise<void> {
    await page.evaluate(TWO_FRAMES);
    expect(await page.evaluate<number>('window.shifted')).toBeLessThan(0.01);
    expect(await page.evaluate<number>(MOVING)).toBe(0);
    for (const { size, colorScheme, forcedColors } of looks) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, forcedColors: forcedColors ?? 'none' });
      expect(await sidewaysScroll(page.mainFrame())).toBe(0);
      // axe reads the page's colours, which are not the ones that are shown then.
      const seen = forcedColors ? unseenInForcedColors(page.mainFrame()) : scene.violations(page.mainFrame());
      expect(await seen).toEqual([]);
    }
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  }

  /** The browser moves the focus to the page's chosen element when it draws the first frame. */
  const expectFocus = (on: string) => page.locator(on).and(page.locator(':focus')).waitFor();
  const heading = (text: string) => page.getByRole('heading', { level: 1, name: text, exact: true });
  const press = (name: string, at = page) => at.getByRole('button', { name, exact: true }).click();

  async function fill({ birthDate, genderDigit, phoneNumber }: DemoPerson, at = page): Promise<void> {
    await at.locator('#birthDate').fill(birthDate);
    await at.locator('#genderDigit').fill(genderDigit);
    await at.locator('#phoneNumber').fill(phoneNumber);
  }

  async function enterCode(code: string): Promise<void> {
    await page.locator('#code').fill(code);
    await page.locator('form[action="/code"] .primary').click();
  }

  async function joinBySms(person: DemoPerson): Promise<void> {
    await clearBudgets();
    await page.goto(`${scene.issuer}/join`);
    for (const box of await page.locator('[type=checkbox]').all()) await box.check();
    await fill(person);
    await page.locator('main form .primary').click();
    await page.locator('#code').waitFor();
    await enterCode(await scene.textedCode(person));
  }

  async function askToLogIn(person: DemoPerson, at = page): Promise<void> {
    await clearBudgets();
    await at.goto(`${scene.issuer}/login`);
    await fill(person, at);
    await at.locator('main form .primary').click();
    await at.locator('#code').waitFor();
  }

  const enrolmentCode = async () => (await page.locator('#enrolment-code').textContent()) ?? '';

  describe('its public pages', () => {
    it.each<[string, Look[]]>([
      ['ko', [WIDE_AND_LIGHT, NARROW_AND_DARK]],
      ['en', [NARROW_AND_DARK, WITH_OWN_COLORS]],
    ])('the website shows each page that needs no login, in %s', async (language, looks) => {
      await page.goto(`${scene.issuer}/?lang=${language}`);
      expect(await bytesOf(page.mainFrame())).toBeLessThan(FIRST_PAGE_BYTES);
      const paths = [
        '/',
        '/check',
        '/login',
        '/join',
        '/cancel',
        '/new-phone',
        '/reissue',
        '/reissue/apply',
        '/lost-phone',
        '/forgotten-pin',
        '/terms',
        '/privacy',
      ];
      const ended = ['/reported/lost_phone', '/reported/new_phone', '/reported/forgotten_pin', '/reported/nothing'];
      for (const path of [...paths, ...ended]) {
        await page.goto(scene.issuer + path);
        expect(await page.locator('html').getAttribute('lang')).toBe(language);
        await expectFit(looks);
        const [bottom, height] = await page.evaluate<number[]>(
          `[document.querySelector('footer').getBoundingClientRect().bottom + scrollY, innerHeight]`,
        );
        expect(bottom).toBeGreaterThanOrEqual(height ?? Infinity);
      }
      await page.goto(`${scene.issuer}/reissue/apply`);
      await fill(scene.person('demo-8'));
      await page.locator('[name=cause][value=broken]').check();
      await page.locator('main form .primary').click();
      await expectFocus('#oldSerialNumber');
      await expectFit(looks);
      await page.locator('#oldSerialNumber').fill('PG-0000-0000-0000');
      await page.locator('[name=identityProof][value=id_card]').check();
      await page.locator('[name=delivery][value=visit]').check();
      await page.locator('main form .primary').click();
      await page.locator('.receipt-number').waitFor();
      expect(new URL(page.url()).pathname).toBe('/reissue/standing');
      await page.locator('details summary').click();
      await expectFit(looks);
    });

    it('the website shows visitors whether they may join, and why not', async () => {
      await page.goto(`${scene.issuer}/check`);
      const choose = async (answers: Record<string, string>) => {
        for (const [name, value] of Object.entries(answers)) {
          const radio = page.locator(`[name="${name}"][value="${value}"]`);
          if ((await radio.count()) > 0) await radio.check();
          else await page.locator(`[name="${name}"]`).fill(value);
        }
        await press('확인');
      };
      await choose({ carrier: 'home', holder: 'self', plan: 'postpaid', phone: 'android' });
      // The browser itself does not submit an incomplete form.
      await expectFocus('#osVersion');
      await choose({ osVersion: '14', birthDay: '19900101' });
      await expectFocus('.good h2');
      await expectFit();
      await choose({ carrier: 'other', holder: 'corporate', plan: 'prepaid', phone: 'tablet', birthDay: '20150101' });
      await expectFocus('.alert h2');
      expect(await page.locator('.alert li').allTextContents()).toHaveLength(5);
      await expectFit();
      await choose({ carrier: 'home', holder: 'other_party', plan: 'm2m', phone: 'other', osVersion: '8.1' });
      expect((await page.locator('.alert li').allTextContents()).join()).toMatch(/다른 사람 명의.*M2M.*Android와 iOS/);
      await choose({ holder: 'self', plan: 'postpaid', phone: 'android', osVersion: '2.2', birthDay: '19900101' });
      expect(await page.locator('.alert li').allTextContents()).toEqual([
        'Android 2.3 이상 또는 iOS 6.0 이상으로 업데이트해 주세요.',
      ]);
      await choose({ osVersion: '14', birthDay: '19900231' });
      await expectFocus('#birthDay');
      expect(await page.locator('#birthDay-fault').textContent()).toContain('생년월일 8자리를 정확히');
      expect(await page.locator('[name="plan"]:checked').getAttribute('value')).toBe('postpaid');
      await expectFit();
    });

    it('the website says that a line cannot join only once it is known to be the visitor’s', async () => {
      await joinBySms(scene.person('demo-8'));
      await expectFocus('h1:text-is("이 회선은 가입할 수 없습니다")');
      expect(await page.locator('main li').textContent()).toContain('선불 요금제는');
      await expectFit();
    });

    it('the website says that a form is out of date, and accepts nothing of it', async () => {
      await page.goto(`${scene.issuer}/login?lang=en`);
      await fill(scene.person('demo-1'));
      await context.clearCookies({ name: 'session' });
      await page.locator('main form .primary').click();
      await heading('This page has expired').waitFor();
      await expectFit();
      await page.goto(`${scene.issuer}/code`);
      await heading('Your session has ended').waitFor();
      await expectFit();
    });
  });

  it('a customer joins by text message, enrols the app, cancels, and a window then sends text messages', async () => {
    const person = scene.person('demo-3');
    await page.goto(`${scene.issuer}/join`);
    await page.locator('[name=agree0]').check();
    await page.locator('main form .primary').click();
    await expectFocus('[name=agree1]');
    // The form keeps the accepted terms ticked.
    expect(await page.locator('[name=agree0]').isChecked()).toBe(true);
    expect(await page.locator('[aria-invalid=true]').count()).toBe(4);
    await expectFit();
    await page.locator('[name=agree1]').check();
    await page.locator('#birthDate').fill('900231');
    await page.locator('main form .primary').click();
    await expectFocus('#birthDate');
    expect(await page.locator('[type=checkbox]:checked').count()).toBe(2);
    await fill(person);
    await page.locator('main form .primary').click();
    await heading('문자로 인증번호를 보냈습니다').waitFor();
    await expectFocus('#code');
    await expectFit();
    const joining = await scene.textedCode(person);
    await enterCode(joining);
    await heading('휴대폰에 앱을 등록해 주세요').waitFor();
    // Going back after joining leads to the service: the person is logged in.
    await page.goBack();
    await page.locator('.state-awaiting_device').waitFor();
    expect(new URL(page.url()).pathname).toBe('/my');
    await page.goForward();

    await heading('휴대폰에 앱을 등록해 주세요').waitFor();
    expect(await page.locator('.qr svg').getAttribute('aria-label')).toBe('등록 코드 QR');
    await expectFit();
    const other = await context.newPage();
    await other.goto(`${scene.issuer}/my`);
    await other.locator('.state-awaiting_device').waitFor();
    await other.close();
    const [phoneContext, phone] = await newPhone();
    await enrolWithCode(phone, await enrolmentCode());
    await heading('앱이 등록되었습니다').waitFor();
    await expectFit();
    await screen(phone, 'shown-code').locator('.primary').click();
    await heading('보호가 시작되었습니다').waitFor();
    await expectFit();

    await page.getByRole('link', { name: '내 서비스로' }).click();
    await page.locator('.state-active').waitFor();
    await expectFit();
    // A log-in by text message, in the browser that showed the code of the phone.
    for (const path of ['/my/data', '/my/statements']) {
      await page.goto(scene.issuer + path);
      await expectFit();
    }
    await page.locator('.statements a').first().click();
    await page.locator('table').waitFor();
    await expectFit();
    await page.goto(`${scene.issuer}/my`);
    await page.locator('main').getByRole('link', { name: '해지' }).click();
    await heading('휴대폰인증보호 해지').waitFor();
    expect(await page.locator('.known').textContent()).toContain('010-3456-7890');
    await expectFit();
    await press('본인확인하고 해지하기');
    await heading('휴대폰의 앱을 열어 주세요').waitFor();
    const code = await readCode(phone);
    await heading('앱에서 확인되었습니다').waitFor();
    await expectFocus('#code');
    await expectFit();
    await enterCode(code);
    await heading('해지되었습니다').waitFor();
    await expectFocus('h1:text-is("해지되었습니다")');
    expect(await page.locator('.facts').textContent()).toMatch(/010-3456-7890.*\d+원.*1일 이용/s);
    await expectFit();
    await phoneContext.close();

    await page.goto((await scene.openWindow()).url);
    await identify(page, person);
    await enterWindowCode(page, await scene.textedCode(person, joining));
    await view(page, 'verified').waitFor();
  });

  it('the website says how a login ended, shows the service and its history, and suspends it', async () => {
    const person = scene.person('demo-1');
    const [phoneContext, phone] = await newPhone();
    await enrol(phone, person);
    await page.goto(`${scene.issuer}/login?lang=en`);
    await page.locator('#phoneNumber').fill('02-123-4567');
    await page.locator('main form .primary').click();
    await expectFocus('#birthDate');
    expect(await page.locator('#phoneNumber-fault').textContent()).toContain('010-1234-5678');
    await expectFit();

    await askToLogIn(person);
    await heading('Open the app on your phone').waitFor();
    await expectFit();
    await press('Resend notification');
    await page.locator('.alert').waitFor();
    await expectFit();
    await scene.rows.authentications.rewindOpenSendings(31);
    await press('Resend notification');
    await page.locator('.good').waitFor();
    await expectFit();
    await enterCode(otherThan(await readCode(phone)));
    await page.locator('#code-fault:not(:empty)').waitFor();
    await expectFocus('#code');
    expect(await page.locator('#code').getAttribute('aria-describedby')).toContain('code-fault');
    await expectFit();
    // A page that answers a form also follows the state, without submitting the form again.
    await screen(phone, 'shown-code').locator('.danger').click();
    await heading('Declined on the phone').waitFor();
    await expectFocus('h1:text-is("Declined on the phone")');
    await expectFit();
    await screen(phone, 'blocked').locator('.secondary').click();

    await page.getByRole('link', { name: 'Start again' }).click();
    await page.waitForURL('**/login');
    await askToLogIn(person);
    await scene.rows.authentications.expirePending();
    await heading('Time is up').waitFor();
    await expectFit();

    await askToLogIn(person);
    for (let wrong = 0; wrong < 5; wrong += 1) await enterCode('000000');
    await heading('The code was wrong five times').waitFor();
    await expectFit();

    await askToLogIn(person);
    const [otherContext, other] = await open();
    await askToLogIn(person, other);
    await heading('The verification was cancelled').waitFor();
    await expectFit();
    // Cancelling ends the authentication that the page follows. The page must not reload over the answer.
    await press('취소', other);
    await other.waitForURL(`${scene.issuer}/`);
    await otherContext.close();

    await askToLogIn(person);
    await phone.locator('#refresh').click();
    await enterCode(await readCode(phone));
    await page.locator('.state-active').waitFor();
    await expectFit();
    // Each head of the table stands over its column.
    const leftOf = (row: string) =>
      page
        .locator(`${row} > *`)
        .evaluateAll((cells) => cells.map((cell) => Math.round(cell.getBoundingClientRect().left)));
    expect(await leftOf('.entries tbody tr:first-child')).toEqual(await leftOf('.entries thead tr'));
    // A table on a narrow page keeps its semantics, whatever its layout.
    await page.setViewportSize(NARROW);
    expect(await page.getByRole('table').getByRole('row').count()).toBeGreaterThan(5);
    await page.setViewportSize(WIDE);

    await scene.rows.authenticators.registerAllAt('demo-securities');
    await page.reload();
    await expectFit();
    await press('Revoke 다온증권');
    await page.locator('.note:has-text("The registration was revoked.")').waitFor();
    expect(await page.getByRole('button', { name: 'Revoke' }).count()).toBe(0);
    await expectFit();

    await page.goto(`${scene.issuer}/join`);
    for (const box of await page.locator('[type=checkbox]').all()) await box.check();
    await expectFit();
    await page.locator('main form .primary').click();
    await page.locator('.note').waitFor();
    await expectFit();
    await page.goto(`${scene.issuer}/new-phone`);
    await expectFit();
    await press('Confirm in the old app');
    await enterCode(await readCode(phone));
    await heading('Register the app on your phone').waitFor();
    await expectFit();
    await page.goto(`${scene.issuer}/forgotten-pin`);
    await expectFit();
    await page.goto(`${scene.issuer}/lost-phone`);
    await expectFit();
    await press('Report and suspend');
    await heading('Loss reported').waitFor();
    await eventually('the service to be suspended', async () => {
      await page.goto(`${scene.issuer}/my`);
      return page.locator('.state-suspended').isVisible();
    });
    await expectFit();
    await press('Log out');
    await page.waitForURL(`${scene.issuer}/`);
    await phoneContext.close();
  });

  it('the website takes reports without a login, and answers all of them alike', async () => {
    const person = scene.person('demo-4');
    for (const [path, button, title] of [
      ['/new-phone', '문자로 등록 코드 받기', '등록 코드를 요청했습니다'],
      ['/lost-phone', '분실 신고하고 일시 정지하기', '분실 신고를 접수했습니다'],
      ['/forgotten-pin', '확인 전화 신청하기', '확인 전화를 신청했습니다'],
    ] as const) {
      await page.goto(scene.issuer + path);
      await press(button);
      await expectFocus('#birthDate');
      await expectFit();
      await fill(person);
      await press(button);
      await heading(title).waitFor();
      await expectFocus(`h1:text-is("${title}")`);
    }
    for (let times = 0; times < 5; times += 1) {
      await page.goto(`${scene.issuer}/forgotten-pin`);
      await fill(person);
      await press('확인 전화 신청하기');
    }
    await heading('잠시 후 다시 시도해 주세요').waitFor();
    await expectFit();
  });

  it('the website takes what people paste: a resident number, a number in full width, and a whole text message', async () => {
    const person = scene.person('demo-11');
    await page.goto(`${scene.issuer}/join`);
    for (const box of await page.locator('[type=checkbox]').all()) await box.check();
    await paste(page, '#birthDate', `${person.birthDate} – ${person.genderDigit}`);
    expect(await page.locator('#birthDate').inputValue()).toBe(person.birthDate);
    expect(await page.locator('#genderDigit').inputValue()).toBe(person.genderDigit);
    await paste(page, '#phoneNumber', person.phoneNumber.replace('+8210', '０１０ '));
    await page.locator('main form .primary').click();
    const code = await scene.textedCode(person);
    await paste(page, '#code', `[Web발신]\n인증번호 [${code}]\n010-9999-8888`);
    expect(await page.locator('#code').inputValue()).toBe(code);
    await page.locator('form[action="/code"] .primary').click();
    await page.locator('#enrolment-code').waitFor();
  });

  it('the website works with the keyboard alone to join and to cancel', async () => {
    const person = scene.person('demo-2');
    await page.goto(scene.issuer);
    await page.keyboard.press('Tab');
    await expectFocus('.skip');
    await expectFocusShown();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expectFocus('main a:text-is("가입하기")');
    await expectFocusShown();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/join');

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await tabTo('[name=agree0]');
    await page.keyboard.press('Space');
    await tabTo('[name=agree1]');
    await page.keyboard.press('Space');
    await tabTo('#birthDate');
    await page.keyboard.type(person.birthDate);
    await page.keyboard.press('Tab');
    await page.keyboard.type(person.genderDigit);
    await page.keyboard.press('Tab');
    await page.keyboard.type(person.phoneNumber);
    await page.keyboard.press('Tab');
    await expectFocus('main button:text-is("본인확인하고 가입하기")');
    await expectFocusShown();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/code');
    const joining = await scene.textedCode(person);
    await expectFocus('#code');
    await page.keyboard.type(joining);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/enrol');
    await expectFocus('h1:text-is("휴대폰에 앱을 등록해 주세요")');

    await tabTo('.site-nav [href="/cancel"]', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cancel');
    await tabTo('.danger');
    await expectFocusShown();
    await page.keyboard.press('Space');
    await page.waitForURL('**/code');
    const cancelling = await scene.textedCode(person, joining);
    await expectFocus('#code');
    await page.keyboard.type(cancelling);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/cancelled');
    await expectFocus('h1:text-is("해지되었습니다")');
    await page.keyboard.press('Tab');
    await expectFocus('main a:text-is("다시 가입하기")');

    async function tabTo(selector: string, key = 'Tab'): Promise<void> {
      for (let times = 0; times < 40; times += 1) {
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
        await page.keyboard.press(key);
      }
      throw new Error(`the keyboard does not reach ${selector}`);
    }

    /** Checks that the focused element has a focus ring and is fully visible. */
    async function expectFocusShown(): Promise<void> {
      const shown = await page.evaluate(`(() => {
        const style = getComputedStyle(document.activeElement);
        const { top, bottom } = document.activeElement.getBoundingClientRect();
        return style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2 && top >= 0 && Math.floor(bottom) <= innerHeight;
      })()`);
      expect(shown).toBe(true);
    }
  });

  it('the website works without script to join, to log in and to cancel', async () => {
    const person = scene.person('demo-4');
    await context.close();
    context = await scene.newBrowser({ viewport: NARROW, javaScriptEnabled: false });
    page = await context.newPage();
    await joinBySms(person);
    await heading('휴대폰에 앱을 등록해 주세요').waitFor();
    const [phoneContext, phone] = await newPhone();
    await enrolWithCode(phone, await enrolmentCode());
    await page.getByRole('link', { name: '등록 상태 새로고침' }).click();
    await heading('앱이 등록되었습니다').waitFor();
    await screen(phone, 'shown-code').locator('.primary').click();
    await screen(phone, 'home').waitFor();
    await page.getByRole('link', { name: '등록 상태 새로고침' }).click();
    await heading('보호가 시작되었습니다').waitFor();
    await page.getByRole('link', { name: '내 서비스로' }).click();
    await press('로그아웃');
    await page.waitForURL(`${scene.issuer}/`);

    await askToLogIn(person);
    await enterCode(await readCode(phone));
    await heading('내 서비스').waitFor();
    await page.locator('main').getByRole('link', { name: '해지' }).click();
    await press('본인확인하고 해지하기');
    await screen(phone, 'ended').locator('.primary').click();
    await enterCode(await readCode(phone));
    await heading('해지되었습니다').waitFor();
    await page.goto(`${scene.issuer}/my`);
    await heading('내 서비스').waitFor();
    expect(await page.locator('main').textContent()).toContain('가입되어 있지 않습니다');
    await phoneContext.close();
  });
});
