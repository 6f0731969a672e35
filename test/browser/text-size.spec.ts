import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { SimulatedCard } from '../../src/phone/card.ts';
import { TRANSFER } from '../support/authenticators.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { otherThan } from '../support/service.ts';
import { consolePages, signInAtConsole } from './console-steps.ts';
import { signInAtDesk } from './desk-steps.ts';
import { Scene, type DemoPerson } from './scene.ts';
import { choosePin, enrol, enrolWithCode, identify, openSetting, screen, typePin, view } from './steps.ts';

/** Twice the size that browsers begin with. */
const TWICE = { standard: 32, fixed: 26 };
/** The width of a desk. */
const DESK = { width: 1280, height: 800 };
/**
 * The narrowest width that pages must support (WCAG 2.2, 1.4.10), and a desk. No style differs between the narrowest one
 * and a phone in the hand: with this text, the first other layout begins at 480 pixels.
 */
const WIDTHS = [320, DESK.width];

/** What people type into each field. */
const TYPED: Readonly<Record<string, string>> = {
  birthDate: '900101',
  genderDigit: '1',
  phoneNumber: '010-1234-5678',
  code: '123456',
  osVersion: '17.4.1',
  birthDay: '19900101',
  login: 'supervisor2',
  oldSerialNumber: 'PG-1234-5678-9012',
};

/** Parts that reach beyond the width of the page, and fields that hide the end of what was typed. */
const HIDDEN = `(() => {
  const page = document.documentElement;
  const found = [];
  if (getComputedStyle(page).fontSize !== '32px') found.push('is not enlarged');
  if (page.scrollWidth > page.clientWidth) {
    const beyond = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1);
    found.push('scrolls sideways by ' + (page.scrollWidth - page.clientWidth) + ': ' +
      beyond.slice(-3).map((one) => one.tagName + '.' + one.className + '#' + one.id).join(' '));
  }
  const isSeen = (one) => one.checkVisibility() && one.clientWidth > 1;
  for (const field of document.querySelectorAll('input:not([type=checkbox], [type=radio], [type=hidden], [type=password])')) {
    if (!isSeen(field) || field.readOnly || field.disabled) continue;
    const typed = ${JSON.stringify(TYPED)}[field.id];
    const before = field.value;
    if (typed !== undefined) field.value = typed;
    if (field.value !== '' && field.scrollWidth > field.clientWidth + 1)
      found.push('hides what was typed in #' + field.id + ': ' + field.value);
    field.value = before;
  }
  for (const field of document.querySelectorAll('textarea'))
    if (isSeen(field) && field.scrollHeight > field.clientHeight + 1) found.push('hides lines of #' + field.id);
  for (const one of document.querySelectorAll('button, h1, h2, dd, dt, p, strong, label, a, td, th, .code, select')) {
    if (!isSeen(one) || one.closest('.unseen') || one.tagName === 'SELECT') continue;
    const style = getComputedStyle(one);
    if (style.overflowX !== 'visible' && style.overflowX !== 'auto' && one.scrollWidth > one.clientWidth + 1)
      found.push('cuts ' + one.tagName + ' ' + one.textContent.trim().slice(0, 40));
    if (style.overflowY === 'hidden' && one.scrollHeight > one.clientHeight + 1)
      found.push('cuts the height of ' + one.tagName + ' ' + one.textContent.trim().slice(0, 40));
  }
  const banner = document.querySelector('#banner button')?.getBoundingClientRect();
  for (const one of banner ? document.querySelectorAll('#display :is(h1, p, dt, dd, button, input)') : []) {
    const { top, bottom, height } = one.getBoundingClientRect();
    if (isSeen(one) && height > 0 && top < banner.bottom && bottom > banner.top && document.getElementById('display').scrollTop === 0)
      found.push('the notification covers ' + one.tagName + ' ' + one.textContent.trim().slice(0, 40));
  }
  return found;
})()`;

describeWith(CHROMIUM, 'a reader who set the text of the browser to twice its size', () => {
  let scene: Scene;
  let contexts: BrowserContext[] = [];
  const tools = new WeakMap<Page, CDPSession>();

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  beforeEach(async () => {
    await scene.rows.budgets.clearForms();
    await scene.rows.budgets.clearStarts();
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
    expect(scene.complaints).toEqual([]);
  });

  async function open(path = '/'): Promise<Page> {
    const context = await scene.newBrowser({ viewport: DESK });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(scene.issuer + path);
    await enlarge(page);
    return page;
  }

  /** As the person set it in the browser. Chromium forgets it when the size of the window changes. */
  async function enlarge(page: Page): Promise<void> {
    const devtools = tools.get(page) ?? (await page.context().newCDPSession(page));
    tools.set(page, devtools);
    await devtools.send('Page.setFontSizes', { fontSizes: TWICE });
  }

  /** Looks at the page as it is, in every width; the last one is its own. */
  async function expectWhole(page: Page, name = page.url().replace(scene.issuer, '')): Promise<void> {
    const found: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ ...DESK, width });
      await enlarge(page);
      const here = await page.evaluate<string[]>(HIDDEN);
      found.push(...here.map((fault) => `${name} at ${String(width)}: ${fault}`));
    }
    all.push(...found);
  }
  const all: string[] = [];
  const expectNothingHidden = () => expect(all.splice(0)).toEqual([]);

  it.each(['ko', 'en'])('reads every page of the console without scrolling sideways, in %s', async (lang) => {
    const page = await open(`/console/sign-in?lang=${lang}`);
    await expectWhole(page);
    await signInAtConsole(scene, page);
    await enlarge(page);
    for (const path of await consolePages(scene)) {
      await page.goto(scene.issuer + path);
      await expectWhole(page);
    }
    expectNothingHidden();
  });

  it.each(['ko', 'en'])('reads every page of the website without scrolling sideways, in %s', async (lang) => {
    const page = await open(`/?lang=${lang}`);
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
    for (const path of [...paths, '/reported/lost_phone', '/reported/new_phone', '/nowhere']) {
      await page.goto(scene.issuer + path);
      await expectWhole(page);
    }
    const person = scene.person(lang === 'ko' ? 'demo-1' : 'demo-2');
    await page.goto(`${scene.issuer}/join`);
    for (const box of await page.locator('[type=checkbox]').all()) await box.check();
    await fill(page, person);
    await page.locator('main form .primary').click();
    await page.locator('#code').waitFor();
    await expectWhole(page);
    const code = await scene.textedCode(person);
    await page.locator('#code').fill(otherThan(code));
    await page.locator('form[action="/code"] .primary').click();
    await page.locator('[aria-invalid]').waitFor();
    await expectWhole(page, '/code again');
    await page.locator('#code').fill(code);
    await page.locator('form[action="/code"] .primary').click();
    await page.locator('#enrolment-code').waitFor();
    await expectWhole(page);
    for (const path of ['/my', '/my/data', '/my/statements', '/cancel', '/new-phone', '/lost-phone']) {
      await page.goto(scene.issuer + path);
      await expectWhole(page, `${path} logged in`);
    }
    expectNothingHidden();
    const id = (await scene.rows.subscriptions.currentOf(person.lineId))!;
    const phone = await open(`/phone?lang=${lang}`);
    await page.goto(`${scene.issuer}/enrol`);
    const enrolmentCode = (await page.locator('#enrolment-code').textContent())!;
    // The page follows the enrolment, so it is left before the next step.
    const expectEnrolment = async (state: string) => {
      await page.goto(`${scene.issuer}/enrol`);
      await expectWhole(page, `/enrol ${state}`);
      await page.goto(`${scene.issuer}/my`);
    };
    await page.goto(`${scene.issuer}/my`);
    await enrolWithCode(phone, enrolmentCode);
    await expectEnrolment('testing');
    await screen(phone, 'shown-code').locator('.primary').click();
    await screen(phone, 'home').waitFor();
    await expectEnrolment('active');
    await scene.rows.devices.revokeAllOf(id);
    await expectEnrolment('revoked');
    await expectWhole(page, '/my without a phone');
    await scene.operate(person, 'cancel');
    await page.reload();
    await expectWhole(page, '/my after the end');
    expectNothingHidden();
  });

  it.each(['ko', 'en'])('reads every page that says why it went no further, in %s', async (lang) => {
    const page = await open(`/?lang=${lang}`);
    for (const path of ['/cancelled', '/enrol', '/code', '/windows/unknown', '/operator/unknown']) {
      await page.goto(scene.issuer + path);
      await expectWhole(page, `${path} of a stranger`);
    }
    const { url } = await scene.openWindow(lang as 'ko' | 'en');
    const first = await open(url.replace(scene.issuer, ''));
    await page.goto(`${url}?lang=${lang}`);
    await expectWhole(page, 'a window of another browser');
    await view(first, 'person').waitFor();
    // Each way in which a window ends is a part of the page, of which one is shown.
    const views = await first.evaluate<string[]>(
      `[...document.querySelectorAll('.ended[data-view]')].map((one) => one.dataset.view)`,
    );
    expect(views.length).toBeGreaterThan(4);
    for (const one of views) {
      await first.evaluate(
        `for (const view of document.querySelectorAll('[data-view]')) view.hidden = view.dataset.view !== ${JSON.stringify(one)}`,
      );
      await expectWhole(first, `window ${one}`);
    }
    expectNothingHidden();
  });

  it.each(['ko', 'en'] as const)('reads the hosted window from the first field to the end, in %s', async (lang) => {
    const page = await open((await scene.openWindow(lang)).url.replace(scene.issuer, ''));
    await view(page, 'person').waitFor();
    await expectWhole(page, 'window person');
    await page.locator('#person .primary').click();
    await expectWhole(page, 'window faults');
    const person = scene.person('demo-3');
    await identify(page, person);
    await expectWhole(page, 'window code');
    const code = await scene.textedCode(person);
    await page.locator('#code').fill(otherThan(code));
    await page.locator('#code-form .primary').click();
    await page.locator('#code[aria-invalid]').waitFor();
    await expectWhole(page, 'window wrong');
    await page.locator('#code').fill(code);
    await page.locator('#code-form .primary').click();
    await view(page, 'verified').waitFor();
    await expectWhole(page, 'window verified');
    expectNothingHidden();
  });

  it.each(['ko', 'en'])('reads every screen of the app, in %s', async (lang) => {
    const address = `/phone?lang=${lang}`;
    const phone = await open(address);
    await screen(phone, 'welcome').waitFor();
    await expectWhole(phone, 'app welcome');
    const person = scene.person(lang === 'ko' ? 'demo-4' : 'demo-3');
    await enrol(phone, person, (step) => expectWhole(phone, `app ${step}`));
    await expectWhole(phone, 'app home');
    await scene.startFor(person);
    await phone.locator('.banner button').waitFor();
    await expectWhole(phone, 'app banner');
    await phone.locator('.banner button').click();
    await screen(phone, 'request').waitFor();
    await expectWhole(phone, 'app request');
    await screen(phone, 'request').locator('.primary').click();
    await expectWhole(phone, 'app pin');
    await typePin(phone);
    await phone.locator('#code').waitFor();
    await expectWhole(phone, 'app code');
    await phone.goto(scene.issuer + address);
    await phone.locator('#settings').click();
    const settings = await screen(phone, 'settings').locator('.entry').allTextContents();
    expect(settings.length).toBeGreaterThan(7);
    for (const name of settings) {
      await phone.goto(scene.issuer + address);
      await screen(phone, 'home').waitFor();
      await openSetting(phone, name);
      await phone.locator('.screen:not(.settings) h1').waitFor();
      await expectWhole(phone, `app ${name}`);
    }
    await phone.goto(scene.issuer + address);
    await phone.locator('#otp').click();
    await expectAgreement(phone, 'otp');
    await phone.locator('#code').waitFor();
    await expectWhole(phone, 'app one-time code');
    await scene.reportLoss(person);
    await phone.goto(scene.issuer + address);
    await phone.locator('.happening').waitFor();
    await expectWhole(phone, 'app alert');
    await phone.locator('.answer.object').click();
    await screen(phone, 'pin').waitFor();
    await expectWhole(phone, 'app answer');
    await typePin(phone);
    await screen(phone, 'ended').waitFor();
    await expectWhole(phone, 'app answered');
    // One language is enough for these long steps: the English texts are the longer ones.
    if (lang === 'en') await expectSmartOtp(phone, person, address);
    expectNothingHidden();
  });

  /** The consent, in which nothing is ticked at first, and the PIN after it. */
  async function expectAgreement(phone: Page, kind: string): Promise<void> {
    await screen(phone, 'consent').locator('> .primary').click();
    await expectWhole(phone, `app consent to ${kind}`);
    await phone.locator('#agreed').check();
    await screen(phone, 'consent').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await expectWhole(phone, `app pin of ${kind}`);
    await typePin(phone);
  }

  /** The Smart OTP of a bank and its card, from its code to a signed transaction. */
  async function expectSmartOtp(phone: Page, { phoneNumber, ...person }: DemoPerson, address: string): Promise<void> {
    const card = await SimulatedCard.create();
    const named = { phoneNumber, birthDate: person.birthDate, genderDigit: person.genderDigit };
    const issued = await scene.call('POST', '/v1/smart-otps', { ...named, cardKey: card.publicJwk }, 'demo-bank');
    await phone.goto(scene.issuer + address);
    await screen(phone, 'home').waitFor();
    await phone.locator('#settings').click();
    await screen(phone, 'settings').locator('.entry').nth(5).click();
    await screen(phone, 'smart-otp').locator('summary').click();
    await phone.locator('#card').fill('{}');
    await phone.locator('#enrolment-code').fill(String(issued.body['enrolmentCode']));
    await screen(phone, 'smart-otp').locator('> .primary').click();
    await phone.locator('#card-fault:not(:empty)').waitFor();
    await expectWhole(phone, 'app Smart OTP refused');
    await phone.locator('#card').fill(JSON.stringify(card.privateJwk));
    await screen(phone, 'smart-otp').locator('> .primary').click();
    await screen(phone, 'offered').locator('.primary').click();
    await screen(phone, 'pin').waitFor();
    await choosePin(phone);
    await screen(phone, 'shown-code').locator('.primary').click();
    await screen(phone, 'consent').waitFor();
    await expectAgreement(phone, 'Smart OTP');
    await screen(phone, 'ended').waitFor();
    await expectWhole(phone, 'app Smart OTP registered');
    await screen(phone, 'ended').locator('.primary').click();
    const asked = { ...named, purpose: '이체', method: 'sign', transaction: TRANSFER };
    await scene.call('POST', '/v1/authentications', asked, 'demo-bank');
    await phone.locator('.request-card', { hasText: '두루은행' }).click();
    await screen(phone, 'request').waitFor();
    await expectWhole(phone, 'app transaction');
    await screen(phone, 'request').locator('> .primary').click();
    await screen(phone, 'pin').waitFor();
    await typePin(phone);
    await screen(phone, 'tap').waitFor();
    await expectWhole(phone, 'app card');
    await screen(phone, 'tap').locator('> .primary').click();
    await phone.locator('#code').waitFor();
    await expectWhole(phone, 'app number of the signature');
    await phone.goto(scene.issuer + address);
    await screen(phone, 'home').waitFor();
    await expectWhole(phone, 'app home with a Smart OTP');
    await phone.locator('#settings').click();
    await screen(phone, 'settings').locator('.entry').nth(4).click();
    await phone.locator('.authenticator').first().waitFor();
    await expectWhole(phone, 'app authenticators');
  }

  it('reads the demonstration: the shop, the bank, and the result', async () => {
    const page = await open('/demo');
    for (const lang of ['ko', 'en'])
      for (const path of ['/demo', '/demo/bank', '/demo/return']) {
        await page.goto(`${scene.issuer}${path}?lang=${lang}`);
        await expectWhole(page);
      }
    expectNothingHidden();
  });

  it.each(['ko', 'en'])('reads every page of the operators’ desk and the letter, in %s', async (lang) => {
    const person = scene.person(lang === 'ko' ? 'demo-1' : 'demo-11');
    const id =
      (await scene.rows.subscriptions.currentOf(person.lineId)) ??
      String((await scene.subscribe(person))['subscriptionId']);
    await scene.rows.devices.addActive(id, '내 휴대폰');
    await scene.rows.subscriptions.activate(id);
    const serialNumber = lang === 'ko' ? 'PG-1234-5678-0001' : 'PG-1234-5678-0002';
    await scene.rows.devices.setSerialNumber(id, serialNumber);
    const page = await open(`/operator/sign-in?lang=${lang}`);
    await expectWhole(page);
    await signInAtDesk(scene, page, 'agent');
    await expectWhole(page);
    await page.locator('#phoneNumber').fill(person.phoneNumber);
    await page.locator('#search-reason').fill('문의');
    await page.locator('form[role="search"] .primary').click();
    // One hit opens at once; a line that was subscribed before has several.
    const hits = page.locator('.desk-results .primary');
    await hits.or(page.locator('.timeline')).first().waitFor();
    await expectWhole(page);
    if ((await hits.count()) > 0) await hits.first().click();
    await page.locator('.timeline').waitFor();
    for (const more of await page.locator('details summary').all()) await more.click();
    await expectWhole(page, 'desk subscription');
    const reveal = page.locator('form[action$="/reveal"]');
    await reveal.locator('[name="reason"]').fill('본인 확인');
    await reveal.locator('button').click();
    await page.waitForURL('**/reveal');
    await expectWhole(page, 'desk personal data');
    await page.goto(`${scene.issuer}/operator/subscriptions/${id}`);
    for (const more of await page.locator('details summary').all()) await more.click();
    const form = page.locator('form[action$="/apply-reissue"]');
    await form.locator('[name="cause"]').first().check();
    await form.locator('#oldSerialNumber').fill(serialNumber);
    await form.locator('[name="identityProof"]').first().check();
    await form.locator('[name="delivery"][value="post"]').check();
    await form.locator('[name="reason"]').fill('분실');
    await form.locator('.primary').click();
    await page.locator('.good-note').waitFor();
    const other = await open(`/operator/sign-in?lang=${lang}`);
    await signInAtDesk(scene, other, 'supervisor');
    await other.goto(`${scene.issuer}/operator/approvals`);
    await expectWhole(other, 'desk approvals');
    const approve = other.locator('form[action*="/operator/reissues/"]');
    await approve.locator('[name="reason"]').first().fill('확인');
    await approve.locator('.primary').first().click();
    await other.locator('.good-note').waitFor();
    await scene.rows.figures.fillDays('demo-bank');
    await other.goto(`${scene.issuer}/operator/overview`);
    for (const table of await other.locator('.plot summary').all()) await table.click();
    await expectWhole(other, 'desk overview');
    for (const path of ['/operator/charges', '/operator/audit']) {
      await other.goto(scene.issuer + path);
      await expectWhole(other);
      await other.locator('main [name="reason"]').fill('월 마감');
      await other.locator('main .primary').first().click();
      await other.locator('table').waitFor();
      await expectWhole(other, `${path} shown`);
    }
    await other.goto(`${scene.issuer}/operator/password`);
    await expectWhole(other);
    await page.reload();
    await page.goto(`${scene.issuer}/operator/subscriptions/${id}`);
    const issue = page.locator('form[action$="/issue"]');
    await issue.locator('[name="reason"]').fill('발송');
    await issue.locator('button').click();
    await page.locator('.letter').waitFor();
    await expectWhole(page, 'letter');
    expectNothingHidden();
  });

  async function fill(page: Page, { birthDate, genderDigit, phoneNumber }: DemoPerson): Promise<void> {
    await page.locator('#birthDate').fill(birthDate);
    await page.locator('#genderDigit').fill(genderDigit);
    await page.locator('#phoneNumber').fill(phoneNumber);
  }
});
