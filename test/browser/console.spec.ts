import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { codeOf } from '../support/desk.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { consolePages, signInAtConsole } from './console-steps.ts';
import { Scene, sidewaysScroll, unseenInForcedColors } from './scene.ts';

/** The second width is the narrowest that pages must support (WCAG 2.2, 1.4.10). */
const WIDTHS = [1280, 320];

describeWith(CHROMIUM, 'the console of relying parties', () => {
  let scene: Scene;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
    expect(scene.complaints).toEqual([]);
  });

  async function open(path: string, options: Parameters<Scene['newBrowser']>[0] = {}): Promise<Page> {
    const context = await scene.newBrowser({ viewport: { width: 1280, height: 800 }, ...options });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(scene.issuer + path);
    return page;
  }

  async function expectFit(page: Page): Promise<void> {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect(await scene.violations(page.mainFrame())).toEqual([]);
      expect([page.url(), await sidewaysScroll(page.mainFrame())]).toEqual([page.url(), 0]);
    }
    // For readers whose system has its own colours, every control keeps an edge.
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await unseenInForcedColors(page.mainFrame())).toEqual([]);
    await page.emulateMedia({ forcedColors: 'none' });
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  it.each([
    ['ko', 'light'],
    ['en', 'dark'],
  ] as const)('every page is accessible, and fits, in %s and %s', async (lang, colorScheme) => {
    const page = await open(`/console/sign-in?lang=${lang}`, { colorScheme });
    await expectFit(page);
    await signInAtConsole(scene, page);
    for (const path of await consolePages(scene)) {
      await page.goto(scene.issuer + path);
      await expectFit(page);
    }
  });

  it('an owner invites a person, who joins with an authenticator and signs in, without a script', async () => {
    const page = await open('/console/sign-in');
    await signInAtConsole(scene, page);
    await page.goto(`${scene.issuer}/console/clients/demo-shop/people`);
    await page.locator('#invitee').fill('오개발');
    await page.locator('#invite-role').selectOption('developer');
    await scene.rows.console.forgetTotp(scene.member.login);
    await page.locator('#invite-code').fill(codeOf(scene.member.totpSecret));
    await page.locator('form[action$="/invite"] .primary').click();
    const link = await page.locator('.shown-secret code').innerText();
    await expectFit(page);

    const guest = await open(new URL(link).pathname, { javaScriptEnabled: false });
    const secret = (await guest.locator('.shown-secret code').innerText()).replaceAll(' ', '');
    await guest.locator('#login').fill('o-gaebal');
    for (const field of ['#chosen', '#again']) await guest.locator(field).fill('긴 문장으로 된 비밀번호');
    await guest.locator('#code').fill(codeOf(secret));
    await guest.locator('main .primary').click();
    await guest.waitForURL(`${scene.issuer}/console/sign-in?done=joined`);
    await scene.rows.console.forgetTotp('o-gaebal');
    await guest.locator('#login').fill('o-gaebal');
    await guest.locator('#password').fill('긴 문장으로 된 비밀번호');
    await guest.locator('#code').fill(codeOf(secret));
    await guest.locator('main .primary').click();
    await guest.waitForURL(`${scene.issuer}/console/clients/demo-shop`);
    expect(await guest.locator('h1').innerText()).toBe('한빛서점');

    const invitation = await open(new URL(link).pathname);
    expect(await invitation.locator('h1').innerText()).toContain('사용할 수 없는 초대');
    await expectFit(invitation);
  });
});
