import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { otherThan } from '../support/service.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll } from './scene.ts';
import { enrol, enterCode, identify, pressVerify, readCode, screen, view } from './steps.ts';

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
      await shop.waitForURL('**/demo/return?*');
      await closed;
      expect(await scene.violations(shop.mainFrame())).toEqual([]);
      const result = await shop.locator('main').textContent();
      expect(result).toContain(masked);
      expect(result).toContain(channel);
      expect([...new URL(shop.url()).searchParams.keys()].sort()).toEqual(['state', 'windowId']);
      await context.close();
      expect(scene.complaints).toEqual([]);
    },
  );

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
    await identify(shop, scene.person(lineId));
    expect(await sidewaysScroll(shop.mainFrame())).toBe(0);
    await enterCode(shop, await readCode(phone));
    await view(shop, 'verified').locator('[data-return]').click();
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
    await view(window, 'declined').locator('[data-return]').click();
    await shop.waitForURL('**/demo/return?*');
    expect(await shop.locator('main').textContent()).toContain('거절');
    await context.close();
    expect(scene.complaints).toEqual([]);
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
