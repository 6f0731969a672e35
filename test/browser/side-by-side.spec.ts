import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { otherThan } from '../support/service.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll } from './scene.ts';
import {
  enrol,
  enterCode,
  identify,
  openSetting,
  passTime,
  PIN,
  pressBack,
  pressVerify,
  readCode,
  screen,
  shownCode,
  stopClock,
  typePin,
  view,
} from './steps.ts';

/** What of the phone's screen lies under the notification. */
const COVERED = `(() => {
  const banner = document.querySelector('#banner button').getBoundingClientRect();
  const parts = [...document.querySelectorAll('#display :is(h1, h2, p, dt, dd, button, input, select)')];
  const isUnder = ({ top, bottom, left, right }) =>
    top < banner.bottom && bottom > banner.top && left < banner.right && right > banner.left;
  return parts.filter((part) => part.checkVisibility() && isUnder(part.getBoundingClientRect())).map((part) => part.textContent);
})()`;

/** Texts of a page, also those of its attributes, in which two words of Latin letters follow each other. */
const ENGLISH = `(() => {
  const texts = [document.title];
  for (const one of document.querySelectorAll('body, body *')) {
    if (one.matches('script, style, [lang="en"], .mono, code, pre')) continue;
    for (const { nodeType, textContent } of one.childNodes) if (nodeType === Node.TEXT_NODE) texts.push(textContent);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-note']) texts.push(one.getAttribute(name) ?? '');
  }
  return texts.filter((text) => /[a-z]{2,}[,.:;]? +[a-z]{2,}/i.test(text)).map((text) => location.pathname + ': ' + text.trim());
})()`;

// A browser, a phone's key derivation and a service share what is often two cores.
describeWith(CHROMIUM, 'a window and a phone', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });

  it.each([
    { lang: 'ko', lineId: 'demo-1', masked: '010-****-5678', channel: '앱 (휴대폰인증보호)' },
    { lang: 'en', lineId: 'demo-2', masked: '010-****-6789', channel: 'App (Pushguard)' },
  ])(
    'a window and a phone verify a person side by side on a wide screen ($lang)',
    async ({ lang, lineId, masked, channel }) => {
      const context = await scene.newBrowser({ viewport: { width: 1280, height: 800 } });
      const shop = await context.newPage();
      await shop.goto(`${scene.issuer}/demo?lang=${lang}`);
      const phone = shop.frameLocator('#phone');
      await screen(phone, 'welcome').waitFor();
      for (const frame of shop.frames()) expect(await scene.violations(frame)).toEqual([]);
      await enrol(phone, scene.person(lineId));

      const window = await pressVerify(context, shop);
      expect(await window.evaluate('document.documentElement.lang')).toBe(lang);
      await identify(window, scene.person(lineId));
      // A reload of the page would remove this variable.
      await window.evaluate('globalThis.neverReloaded = true');
      const code = await readCode(phone);
      await window.locator('#opened').waitFor();

      await enterCode(window, otherThan(code));
      await window.locator('#code-fault:not(:empty)').waitFor();
      expect(await window.locator('#tries').textContent()).toContain('4');
      expect(await window.evaluate('document.activeElement.id')).toBe('code');

      await enterCode(window, code);
      await view(window, 'verified').waitFor();
      expect(await window.evaluate('globalThis.neverReloaded')).toBe(true);
      await screen(phone, 'ended.verified').waitFor();

      const closed = window.waitForEvent('close');
      // The window leaves by itself too, after time to read.
      await (lang === 'en' ? pressBack(window, 'verified') : passTime(window, 20_000));
      await shop.waitForURL('**/demo/return?*');
      await closed;
      expect(await scene.violations(shop.mainFrame())).toEqual([]);
      const result = await shop.locator('main').textContent();
      expect(result).toContain(masked);
      expect(result).toContain(channel);
      // The first phone of a subscription is new to relying parties for three days.
      expect(await shop.locator('.warnings dt').allTextContents()).toEqual(['recentlyEnrolled']);
      expect([...new URL(shop.url()).searchParams.keys()].sort()).toEqual(['state', 'windowId']);
      await context.close();
      expect(scene.complaints).toEqual([]);
    },
  );

  it('one press prepares the phone, another fills the window in, and the outcome stands beside the phone', async () => {
    const context = await scene.newBrowser({ viewport: { width: 1280, height: 900 } });
    const shop = await context.newPage();
    await shop.goto(`${scene.issuer}/demo?lang=ko`);
    const phone = shop.frameLocator('#phone');
    await screen(phone, 'welcome').waitFor();
    await shop.locator('#prepare-line').selectOption('demo-1');
    await shop.locator('#prepare-all').click();
    await shop.locator(`#prepared:has-text("${PIN}")`).waitFor();
    await screen(phone, 'home').waitFor();

    const [window] = await Promise.all([
      context.waitForEvent('page'),
      shop.locator('tr:has-text("010-1234-5678") [data-fill]').click(),
    ]);
    await eventually('the person to be filled in', async () =>
      (await view(window, 'person').locator('#phoneNumber').inputValue()).startsWith('010'),
    );
    await stopClock(window);
    await window.locator('#person .primary').click();
    await enterCode(window, await readCode(phone));
    await pressBack(window, 'verified');
    await shop.locator('#outcome .ended.verified').waitFor();
    await screen(phone, 'ended.verified').waitFor();
    expect(await scene.violations(shop.mainFrame())).toEqual([]);
    for (const event of ['authentication.opened', 'authentication.verified', 'window.closed']) {
      await shop.locator(`.exchanges code:text-is("webhook ${event}")`).waitFor();
    }
    const calls = await shop.locator('.exchanges summary code').allTextContents();
    expect(calls.filter((call) => !/\/oauth2\/token$|^webhook /.test(call))).toEqual([
      'POST /v1/windows',
      expect.stringMatching(/^GET \/v1\/windows\//),
    ]);
    expect(await shop.locator('.server').textContent()).not.toContain('eyJ');
    await shop.reload();
    expect(await shop.locator('.ended.verified').count()).toBe(1);
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  it('the shop’s own window shows what its server received, with the claims of the assertion', async () => {
    const context = await scene.newBrowser({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
    const shop = await context.newPage();
    await shop.goto(`${scene.issuer}/demo/own?lang=en`);
    const phone = shop.frameLocator('#phone');
    await enrol(phone, scene.person('demo-2'));
    await shop.locator('#fill').selectOption('demo-2');
    await shop.locator('.fill button').click();
    expect(await shop.locator('#phoneNumber').inputValue()).toBe('010-2345-6789');
    await screen(phone, 'home').waitFor();
    expect(await scene.violations(shop.mainFrame())).toEqual([]);
    await shop.locator('#own-person .primary').click();
    await shop.locator('#code').waitFor();
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('.primary').click();
    await typePin(phone);
    const code = await shownCode(phone);
    await shop.locator('#code').fill(otherThan(code));
    await shop.locator('#own-code .primary').click();
    await shop.locator('#code-fault:has-text("4")').waitFor();
    await shop.locator('#code').fill(code);
    await shop.locator('#own-code .primary').click();
    await shop.locator('.ended.verified').waitFor();
    expect(await scene.violations(shop.mainFrame())).toEqual([]);
    await shop.locator('.exchanges code:text-is("webhook authentication.verified")').waitFor();
    const claims = JSON.parse(await shop.locator('pre').last().innerText()) as object;
    expect(claims).toMatchObject({ iss: scene.issuer, aud: 'demo-shop', acr: 'push', phoneNumber: '+821023456789' });
    for (const [width, height] of [
      [360, 740],
      [1280, 900],
    ] as const) {
      await shop.setViewportSize({ width, height });
      expect(await sidewaysScroll(shop.mainFrame())).toBe(0);
    }
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  it.each([
    { lang: 'ko', lineId: 'demo-4' },
    { lang: 'en', lineId: 'demo-1' },
  ])('a window and a phone verify a person in tabs of a narrow screen ($lang)', async ({ lang, lineId }) => {
    const context = await scene.newBrowser({ viewport: { width: 360, height: 740 }, hasTouch: true });
    const phone = await context.newPage();
    await phone.goto(`${scene.issuer}/phone?lang=${lang}`);
    await enrol(phone, scene.person(lineId));
    const shop = await context.newPage();
    await shop.goto(`${scene.issuer}/demo?lang=${lang}`);
    expect(await sidewaysScroll(shop.mainFrame())).toBe(0);

    await shop.locator('#verify .primary').click();
    await shop.waitForURL('**/windows/*');
    await stopClock(shop);
    await identify(shop, scene.person(lineId));
    expect(await sidewaysScroll(shop.mainFrame())).toBe(0);
    await enterCode(shop, await readCode(phone));
    await pressBack(shop, 'verified');
    await shop.waitForURL('**/demo/return?*');
    expect(await shop.locator('.ended.verified').count()).toBe(1);
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  it('a phone that declines ends the window at once', async () => {
    const context = await scene.newBrowser({ viewport: { width: 1280, height: 800 } });
    const shop = await context.newPage();
    await shop.goto(`${scene.issuer}/demo`);
    const phone = shop.frameLocator('#phone');
    await enrol(phone, scene.person('demo-2'));
    const window = await pressVerify(context, shop);
    await identify(window, scene.person('demo-2'));
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('.danger').click();
    await screen(phone, 'blocked').waitFor();
    await pressBack(window, 'declined');
    await shop.waitForURL('**/demo/return?*');
    expect(await shop.locator('main').textContent()).toContain('거절');
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  it('the notification of a request covers nothing on the phone, on a page of its own and beside the shop', async () => {
    const context = await scene.newBrowser();
    const phone = await context.newPage();
    const shop = await context.newPage();
    await phone.goto(`${scene.issuer}/phone?lang=ko`);
    await enrol(phone, scene.person('demo-11'));
    for (const [page, path, width, height] of [
      [phone, '/phone?lang=ko', 320, 568],
      [phone, '/phone?lang=ko', 390, 844],
      [phone, '/phone?lang=ko', 1280, 800],
      [shop, '/demo?lang=ko', 1280, 800],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(scene.issuer + path);
      const frame = page.frame({ url: /\/phone/ })!;
      await frame.locator('.screen.home').waitFor();
      await scene.rows.budgets.clearStarts();
      const id = await scene.startFor(scene.person('demo-11'));
      await frame.locator('.banner button').waitFor();
      await frame.locator(`#request-${id}`).waitFor();
      expect([path, width, await frame.evaluate(COVERED)]).toEqual([path, width, []]);
    }
    await context.close();
  });

  it('the Korean demonstration shows no English sentence', async () => {
    const context = await scene.newBrowser({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const found: string[] = [];
    const read = async () => {
      for (const frame of page.frames()) found.push(...(await frame.evaluate<string[]>(ENGLISH)));
    };
    await page.goto(`${scene.issuer}/demo?lang=ko`);
    const phone = page.frameLocator('#phone');
    await screen(phone, 'welcome').waitFor();
    await read();
    await enrol(phone, scene.person('demo-3'));
    await read();
    for (const path of ['/demo/return', '/demo/nothing']) {
      await page.goto(`${scene.issuer}${path}?lang=ko`);
      await read();
    }
    await page.goto(`${scene.issuer}/demo/bank?lang=ko`);
    await read();
    await page.locator('#transfer .primary').click();
    await page.waitForURL(/bank\/transfer/);
    await read();
    await page.goto(`${scene.issuer}/demo/bank?lang=ko`);
    await page.locator('#smart-otp [name="card"]').check();
    await page.locator('#smart-otp .secondary').click();
    await page.locator('svg').first().waitFor();
    await read();
    await page.goto(`${scene.issuer}/phone?lang=ko`);
    await page.locator('#settings').click();
    const settings = await screen(page, 'settings').locator('.entry').allTextContents();
    for (const name of settings) {
      await page.goto(`${scene.issuer}/phone?lang=ko`);
      await openSetting(page, name);
      await page.locator('.screen:not(.settings) h1').waitFor();
      await read();
    }
    expect(found).toEqual([]);
    await context.close();
  });

  it('the shop shows no result of a window that did not begin in this browser', async () => {
    const context = await scene.newBrowser();
    const shop = await context.newPage();
    const { windowId } = await scene.openWindow();
    await shop.goto(`${scene.issuer}/demo/return?windowId=${windowId}&state=ko.forged`);
    expect(await shop.locator('.ended.verified').count()).toBe(0);
    expect(await shop.locator('h1').textContent()).toBe('이 브라우저에서 시작한 본인확인이 아닙니다');
    await context.close();
  });
});
