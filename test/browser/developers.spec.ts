import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { GUIDES } from '../../src/developers/guide-list.ts';
import { PROBLEM_CATALOGUE } from '../../src/http/problem-catalogue.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll } from './scene.ts';

const PAGES = ['/developers', '/developers/api', '/developers/api/relying-party', '/developers/errors'];

describeWith(CHROMIUM, 'the documents for developers', () => {
  let scene: Scene;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    scene = await Scene.start();
    context = await scene.newBrowser();
    page = await context.newPage();
  });
  afterAll(async () => {
    await context.close();
    await scene.stop();
    expect(scene.complaints).toEqual([]);
  });

  const open = (path: string, on = page) => on.goto(scene.issuer + path);

  it.each([
    ['ko', 'light', [...PAGES, '/developers/own-window', '/developers/search?q=code']],
    ['en', 'light', ['/developers', '/developers/errors', '/developers/quickstart', '/developers/relying-party']],
    ['ko', 'dark', ['/developers/quickstart', '/developers/api/oauth', '/developers/search?q=code']],
  ] as const)('the pages pass axe in %s and %s', async (lang, colorScheme, paths) => {
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await open(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
      expect([path, await scene.violations(page.mainFrame())]).toEqual([path, []]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('no page scrolls sideways, with the text at twice its size and in every width', async () => {
    const faults: string[] = [];
    const inKorean = [...PAGES, ...GUIDES.map(({ name }) => `/developers/${name}`)].map((path) => `${path}?lang=ko`);
    const inEnglish = ['quickstart', 'results', 'errors', 'api/carrier'].map((name) => `/developers/${name}?lang=en`);
    for (const path of [...inKorean, ...inEnglish]) {
      const answer = await open(path);
      if (answer?.status() === 404) continue;
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        // Chromium forgets it when the size of the window changes.
        const devtools = await context.newCDPSession(page);
        await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
        await devtools.detach();
        const beyond = await sidewaysScroll(page.mainFrame());
        if (beyond > 0) faults.push(`${path} at ${width}: ${beyond}`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(faults).toEqual([]);
  });

  it('a reader without scripts reads, searches, and opens each language of a step', async () => {
    const still = await scene.newBrowser({ javaScriptEnabled: false });
    const reader = await still.newPage();
    await open('/developers/quickstart?lang=en', reader);
    await reader.locator('summary', { hasText: 'PHP' }).first().click();
    expect(await reader.locator('details[data-language="php"] pre').first().isVisible()).toBe(true);
    await reader.getByRole('searchbox').fill('code_mismatch');
    await reader.getByRole('searchbox').press('Enter');
    await reader
      .locator('.docs-hits a', { hasText: /^code_mismatch$/ })
      .first()
      .click();
    expect(new URL(reader.url()).hash).toBe('#code_mismatch');
    await still.close();
  });

  it('the documents allow their own content only, as every page does', async () => {
    const { headers } = await fetch(`${scene.issuer}/developers/quickstart`);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).toMatch(/script-src 'nonce-[\w-]+'/);
  });

  it('a reader copies a piece of code with one press', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: scene.issuer });
    await open('/developers/quickstart?lang=en');
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByText('Copied').first().waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(`ISSUER=${scene.issuer}`);
  });

  it('the help of a refusal leads to the entry of its code, and every code has one', async () => {
    const { body } = await scene.call('GET', '/v1/authentications/nothing');
    await page.goto(String(body['help']));
    expect(await page.locator(':target code').first().textContent()).toBe('authentication_not_found');
    const ids = await page.evaluate<string[]>("[...document.querySelectorAll('.docs-error')].map(({ id }) => id)");
    expect(ids.sort()).toEqual(Object.keys(PROBLEM_CATALOGUE).sort());
  });

  it('every link of the documents leads to something', async () => {
    const seen = new Map<string, string[]>();
    for (const path of [...PAGES, ...GUIDES.map(({ name }) => `/developers/${name}`)]) {
      for (const lang of ['ko', 'en']) {
        const answer = await fetch(`${scene.issuer}${path}?lang=${lang}`);
        if (!answer.ok) continue;
        const html = await answer.text();
        seen.set(`${lang} ${path}`, idsOf(html));
        for (const [, href = ''] of html.matchAll(/ href="(\/[^"?]*|#[^"]*)"/g))
          links.add(`${lang} ${href.startsWith('#') ? path + href : href}`);
      }
    }
    const dead: string[] = [];
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      if (!seen.has(path)) {
        const [lang = '', address = ''] = path.split(' ');
        const answer = await fetch(`${scene.issuer}${address}?lang=${lang}`);
        seen.set(path, idsOf(await answer.text()));
        if (!answer.ok) dead.push(link);
      }
      if (anchor !== undefined && !seen.get(path)?.includes(decodeURIComponent(anchor))) dead.push(link);
    }
    expect(dead).toEqual([]);
  });
  const links = new Set<string>();
  const idsOf = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');
});
