import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { eventually } from '../support/eventually.ts';
import { otherThan } from '../support/service.ts';
import { credentialsOf, signInAtDesk } from './desk-steps.ts';
import { Scene, sidewaysScroll, unseenInForcedColors } from './scene.ts';
import { enrol, screen, shownCode, typePin } from './steps.ts';

/** The second width is the narrowest that pages must support (WCAG 2.2, 1.4.10). */
const WIDTHS = [1280, 320];

/** Text that would run as a script or break a page if the page did not escape it. */
const SCRIPT = `"><script>document.title='owned'</script><img src=x onerror=alert(1)>'&amp;`;

describeWith(CHROMIUM, 'the operators’ desk', () => {
  let scene: Scene;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  beforeEach(async () => {
    await scene.rows.budgets.clearForms();
    await scene.rows.operators.closeApprovals();
    await scene.rows.customers.settleReports('system');
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
    expect(scene.complaints).toEqual([]);
  });

  /** Opens a page on which an operator is signed in. */
  async function openDesk(login: string, options: { width?: number; english?: boolean; script?: boolean } = {}) {
    const { width = 1280, english = false, script = true } = options;
    const context = await scene.newBrowser({ viewport: { width, height: 800 }, javaScriptEnabled: script });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${scene.issuer}/operator/sign-in${english ? '?lang=en' : ''}`);
    await signInAtDesk(scene, page, login);
    return page;
  }

  /** Files a customer's own application for a reissue by post, without a log-in. */
  async function applyOnWebsite(lineId: string, oldSerialNumber: string): Promise<void> {
    const { phoneNumber, birthDate, genderDigit } = scene.person(lineId);
    const visitor = new TextBrowser(scene.issuer);
    await visitor.open('/reissue/apply');
    const proof = { identityProof: 'id_card', reference: '' };
    const recipient = { delivery: 'post', name: '홍길동', postcode: '04524', address: '서울특별시 중구 세종대로 110' };
    const person = { phoneNumber, birthDate, genderDigit };
    await visitor.send('/reissue/apply', { ...person, cause: 'broken', oldSerialNumber, ...proof, ...recipient });
    await scene.rows.customers.untilApplicationsMatched();
  }

  /** Checks the current page at every width of `WIDTHS`. */
  async function expectFit(page: Page): Promise<void> {
    const own = page.viewportSize()!;
    // Each page is looked at in both widths by the two runs of a test.
    expect(await scene.violations(page.mainFrame())).toEqual([]);
    for (const width of WIDTHS) {
      await page.setViewportSize({ ...own, width });
      expect([page.url(), await sidewaysScroll(page.mainFrame())]).toEqual([page.url(), 0]);
    }
    // For readers whose system has its own colours, every control keeps an edge.
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await unseenInForcedColors(page.mainFrame())).toEqual([]);
    await page.emulateMedia({ forcedColors: 'none' });
    await page.setViewportSize(own);
    expect(await page.title()).not.toBe('owned');
    expect(page.url()).not.toMatch(/1234-?5678|9999-?9999/);
  }

  async function search(page: Page, typed: string, reason: string): Promise<void> {
    await page.goto(`${scene.issuer}/operator`);
    await page.locator('#phoneNumber').fill(typed);
    await page.locator('#search-reason').fill(reason);
    await page.locator('form[role="search"] .primary').click();
    await page.locator('.timeline, .desk-results, .nothing, [aria-invalid]').first().waitFor({ state: 'attached' });
  }

  /** Submits one of the small forms of a page. */
  async function act(page: Page, action: string, reason: string): Promise<void> {
    const form = page.locator(`form[action$="/${action}"]`);
    await form.locator('xpath=..').locator('summary').click();
    await form.locator('[name="reason"]').fill(reason);
    await form.locator('button').first().click();
  }

  const texts = async (page: Page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ');

  /** Gives a demo line a subscription, a phone in use, and a history that consists of hostile texts. */
  async function subscribed(lineId: string): Promise<string> {
    const person = scene.person(lineId);
    const current = await scene.rows.subscriptions.currentOf(lineId);
    if (current !== undefined) return current;
    const answer = await scene.subscribe(person);
    const id = String(answer['subscriptionId']);
    await scene.rows.devices.addActive(id, SCRIPT);
    await scene.rows.subscriptions.activate(id);
    await scene.rows.clients.rename('demo-bank', `<b>두루</b>은행${SCRIPT}`.slice(0, 60));
    await scene.rows.authentications.addExpired({ subscriptionId: id, clientId: 'demo-bank', purpose: SCRIPT });
    return id;
  }

  it.each([
    [1280, 'ko'],
    [320, 'en'],
  ] as const)(
    'the operators’ desk fits a window of %i pixels in %s on every page, and shows stored text as nothing but text',
    async (width, locale) => {
      const id = await subscribed('demo-1');
      await scene.rows.devices.lockPinOf(id);
      await scene.rows.customers.addReport({ kind: 'lost_phone', subscriptionId: id, outcome: 'suspended' });
      await scene.rows.customers.addReport({ kind: 'new_phone', outcome: 'call_centre' });
      const english = locale === 'en';
      const page = await openDesk('supervisor', { width, english });
      const number = scene.person('demo-1').phoneNumber.replace('+82', '0');
      await expectFit(page);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale);

      await search(page, '02-123-4567', ' ');
      await expectFit(page);
      expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
      await search(page, '010-9999-9999', SCRIPT);
      await expectFit(page);
      // One hit opens at once.
      await search(page, number, SCRIPT);
      await page.locator('.timeline').waitFor();
      await expectFit(page);
      const shown = await texts(page);
      expect(shown).toContain(`010-****-${number.slice(-4)}`);
      expect(shown).toContain(SCRIPT);
      expect(shown).not.toContain(number.slice(3, 7) + '-');
      expect(await page.locator('td', { hasText: '<b>두루</b>은행' }).count()).toBe(1);

      await act(page, 'ask-enrolment-code', SCRIPT);
      await page.locator('.good-note').waitFor();
      await expectFit(page);
      await act(page, 'reveal', SCRIPT);
      await page.locator('.card.narrow').waitFor();
      await expectFit(page);
      expect(await texts(page)).toContain(english ? '1 Jan 1990' : '1990. 1. 1.');
      expect(await texts(page)).toContain(SCRIPT);

      await page.goto(`${scene.issuer}/operator/approvals`);
      await expectFit(page);
      expect(await texts(page)).toContain(SCRIPT);
      const other = await openDesk('supervisor2', { width, english });
      await other.goto(`${scene.issuer}/operator/approvals`);
      await other.locator('form[action$="/approve"] [name="reason"]').fill(SCRIPT);
      await other.locator('form[action$="/approve"] .primary').click();
      await other.locator('.good-note').waitFor();
      await expectFit(other);
      const take = page.locator('form[action$="/take"] .primary');
      // The page renews itself, too, and Chromium refuses a reload at that moment.
      await eventually('the approved request', async () => {
        await page.reload().catch(() => undefined);
        return (await take.count()) > 0;
      });
      await take.click();
      await page.locator('.enrolment-code').waitFor();
      await expectFit(page);
      expect(await page.locator('.enrolment-code').innerText()).toMatch(/^(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
      expect(await page.locator('.countdown [role="timer"]').innerText()).toMatch(/^(10:00|09:\d\d)$/);
      expect(await page.locator('.spelling li').count()).toBe(4);
      expect(await page.locator('.qr svg').isVisible()).toBe(true);
      await page.locator('form[action$="/text"] button').click();
      await page.locator('.good-note').waitFor();
      await expectFit(page);
      // Where it is not texted, the code stays on the page.
      await scene.rows.lines.doubtSim('demo-1');
      await page.locator('form[action$="/text"] button').click();
      await page.locator('main [role="alert"]').waitFor();
      await expectFit(page);
      expect(await page.locator('.enrolment-code').isVisible()).toBe(true);
      await scene.rows.lines.ageMemory('demo-1', 100);

      await scene.rows.figures.fillDays('demo-bank');
      await page.goto(`${scene.issuer}/operator/overview`);
      await expectFit(page);
      expect(await texts(page)).toContain('<b>두루</b>은행');
      for (const table of await page.locator('.plot summary').all()) await table.click();
      await page.emulateMedia({ colorScheme: 'dark' });
      await expectFit(page);
      await page.emulateMedia({ colorScheme: 'light' });

      await page.goto(`${scene.issuer}/operator/charges`);
      await expectFit(page);
      await page.locator('#charges-reason').fill(SCRIPT);
      await page.locator('main .primary').click();
      await page.locator('tfoot').waitFor();
      await expectFit(page);
      expect(await page.locator('tfoot').innerText()).toMatch(english ? /₩[\d,]+$/ : /[\d,]+원$/);

      await page.goto(`${scene.issuer}/operator/audit`);
      await expectFit(page);
      await page.locator('#reason').fill(SCRIPT);
      await page.locator('main .primary').click();
      await page.locator('table').waitFor();
      await expectFit(page);
      expect(await texts(page)).toContain(SCRIPT);

      await page.goto(`${scene.issuer}/operator/password`);
      await expectFit(page);
      await page.goto(`${scene.issuer}/operator/authenticator`);
      await expectFit(page);
      await page.goto(`${scene.issuer}/operator/subscriptions/${randomUUID()}`);
      await page.locator('#reason').fill('x');
      await page.locator('main .primary').click();
      await page.locator('.ended').waitFor();
      await expectFit(page);
      await page.locator('.desk-who button').click();
      await page.locator('#login').waitFor();
      await expectFit(page);
    },
  );

  it.each([
    [1280, 'ko', '본인이 대면으로 확인됨'],
    [320, 'en', 'The customer is present and identified'],
  ] as const)(
    'the operators’ desk subscribes an identified customer in a hold by two operators, in a window of %i pixels, in %s',
    async (width, locale, identified) => {
      const { lineId, phoneNumber } = scene.person('demo-4');
      await scene.rows.operators.closeApprovals();
      await scene.rows.lines.doubtSim(lineId);
      const agent = await openDesk('agent', { width, english: locale === 'en' });
      await search(agent, phoneNumber.replace('+82', '0'), SCRIPT);
      await expectFit(agent);
      const form = agent.locator('form[action$="/approvals/subscribe"]');
      await form.locator('[name="phoneNumber"]').fill(phoneNumber.replace('+82', '0'));
      await form.locator('[name="reason"]').fill(SCRIPT);
      // The browser does not send the form before the customer is said to be identified.
      await form.locator('button').click();
      expect(await form.locator('[name="identified"]:invalid').count()).toBe(1);
      await form.getByLabel(identified).check();
      await form.locator('[name="agreed"]').check();
      await form.locator('button').click();
      await agent.locator('.good-note').waitFor();
      await expectFit(agent);
      const supervisor = await openDesk('supervisor', { width, english: locale === 'en' });
      await supervisor.goto(`${scene.issuer}/operator/approvals`);
      await expectFit(supervisor);
      expect(await texts(supervisor)).toContain(identified);
      expect(await supervisor.locator('.desk-results time').count()).toBe(3);
      await supervisor.locator('form[action$="/approve"] [name="reason"]').fill(SCRIPT);
      await supervisor.locator('[formaction$="/refuse"]').click();
      await supervisor.locator('.good-note').waitFor();
      // The next tests subscribe this line as any other.
      await scene.rows.lines.ageMemory(lineId, 100);
    },
  );

  it('the operators’ desk works with the keyboard alone, from signing in to a subscription', async () => {
    await subscribed('demo-1');
    const context = await scene.newBrowser();
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${scene.issuer}/operator`);
    const { password, code } = await credentialsOf(scene, 'viewer');
    await page.locator('#login:focus').waitFor();
    await page.keyboard.type('viewer');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${scene.issuer}/operator`);
    await page.locator('#phoneNumber:focus').waitFor();
    await page.keyboard.type('010-1234-5678');
    await page.keyboard.press('Tab');
    await page.keyboard.type('고객 문의');
    await page.keyboard.press('Enter');
    await page.locator('.timeline').waitFor();
    // A row of the history opens to its steps.
    const isAtTheRow = () => page.evaluate<boolean>(`document.activeElement.matches('a[href*="/history/"]')`);
    for (let tabs = 0; !(await isAtTheRow()); tabs += 1) {
      expect(tabs).toBeLessThan(40);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/history\//);
    await expectFit(page);
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await expectFit(page);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    // A slash leads to the search from every page, and the next caller is looked up without the mouse.
    await page.keyboard.press('/');
    await page.locator('#header-number:focus').waitFor();
    await page.keyboard.type('010-1234-5678');
    await page.keyboard.press('Tab');
    await page.keyboard.type('다시 조회');
    await page.keyboard.press('Enter');
    await page.locator('.timeline').waitFor();
    // Escape leads out of a field first, so that nothing typed is lost, and then back.
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await page.locator('#header-number:not(:focus)').waitFor();
    expect(page.url()).toContain('/operator/subscriptions/');
    // A viewer has no buttons.
    expect(await page.locator('main form').count()).toBe(0);
    expect(await page.locator('.desk-nav a').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.waitForURL(`${scene.issuer}/operator`);
  });

  it('the operators’ desk works without script: a loss is reported, resumed by two operators, and a report settled', async () => {
    const id = await subscribed('demo-2');
    await scene.rows.customers.addReport({ kind: 'lost_phone', subscriptionId: id, outcome: 'suspended' });
    const agent = await openDesk('agent', { script: false });
    await agent.locator('.desk-list a').click();
    await agent.locator('#reason').fill('분실 접수 확인');
    await agent.locator('main .primary').click();
    await agent.locator('.timeline').waitFor();
    await act(agent, 'report-loss', '본인이 신고함');
    await agent.locator('.good-note').waitFor();
    expect(await agent.locator('.tag.suspended').first().innerText()).toBe('일시 정지');
    await act(agent, 'ask-resume', '찾았다고 함');
    await agent.locator('.note-line').waitFor();

    const supervisor = await openDesk('supervisor', { script: false });
    expect(await texts(supervisor)).toContain('분실 해제 승인 대기');
    await supervisor.goto(`${scene.issuer}/operator/approvals`);
    await supervisor.locator('form[action$="/approve"] [name="reason"]').fill('통화로 확인');
    await supervisor.locator('form[action$="/approve"] .primary').click();
    await supervisor.locator('.good-note').waitFor();

    await agent.goto(`${scene.issuer}/operator/subscriptions/${id}`);
    expect(await agent.locator('.tag').first().innerText()).toBe('이용 중');
    expect(await agent.locator('.timeline').innerText()).toContain('agent + supervisor');
    expect(await agent.locator('time').first().innerText()).toMatch(/^\d{4}\. \d+\. \d+\. 오[전후] \d+:\d\d$/);
    await agent.goto(`${scene.issuer}/operator`);
    await act(agent, 'settle', '통화 완료');
    await agent.locator('.good-note').waitFor();
    expect(await texts(agent)).toContain('처리할 접수 건이 없습니다');

    await supervisor.goto(`${scene.issuer}/operator/approvals`);
    const refused = supervisor.locator('form[action$="/refuse"]');
    expect(await refused.count()).toBe(0);
  });

  it('the operators’ desk shows a request that waits by itself, in the title, the navigation and the list', async () => {
    const supervisor = await openDesk('supervisor');
    await supervisor.clock.install();
    await supervisor.goto(`${scene.issuer}/operator/approvals`);
    const agent = await openDesk('agent');
    const ask = async (id: string): Promise<void> => {
      await agent.goto(`${scene.issuer}/operator/subscriptions/${id}`);
      await agent.locator('#reason').fill('기기변경');
      await agent.locator('main .primary').click();
      await act(agent, 'ask-enrolment-code', '기기변경');
      await agent.locator('.good-note').waitFor();
      await supervisor.bringToFront();
      await supervisor.clock.fastForward(10_000);
    };
    const waiting = supervisor.locator('.desk-nav [data-waiting]');
    await ask(await subscribed('demo-1'));
    await supervisor.locator('form[action$="/approve"]').waitFor();
    expect(await supervisor.title()).toMatch(/^\(1\) /);
    expect(await waiting.innerText()).toBe('1');
    await expectFit(supervisor);
    // The entry that has the focus keeps its place, however many others come.
    await supervisor.keyboard.press('j');
    const chosen = await supervisor.locator('li[id^="approval-"]:focus').getAttribute('id');
    await ask(await subscribed('demo-2'));
    await waiting.filter({ hasText: '2' }).waitFor();
    expect(await supervisor.locator('li[id^="approval-"]').count()).toBe(1);
    await supervisor.keyboard.press('d');
    expect(await supervisor.locator('li:has([name="reason"]:focus)').getAttribute('id')).toBe(chosen);
    // The list follows as soon as the operator has left the entry.
    await supervisor.locator('h1').click();
    await supervisor.clock.fastForward(10_000);
    await supervisor.locator('li[id^="approval-"]').nth(1).waitFor();
  });

  it.each([
    [1280, 'ko'],
    [320, 'en'],
  ] as const)(
    'the operators’ desk says why nothing arrives and follows a test push, in a window of %i pixels, in %s',
    async (width, locale) => {
      const context = await scene.newBrowser({ viewport: { width: 390, height: 844 } });
      contexts.push(context);
      const phone = await context.newPage();
      await phone.goto(`${scene.issuer}/phone?lang=${locale}`);
      const lineId = width === 320 ? 'demo-11' : 'demo-4';
      await enrol(phone, scene.person(lineId));
      const page = await openDesk('agent', { width, english: locale === 'en' });
      const id = await subscribed(lineId);
      await page.goto(`${scene.issuer}/operator/subscriptions/${id}`);
      await page.locator('#reason').fill(SCRIPT);
      await page.locator('main .primary').click();
      await page.locator('.first-look').waitFor();
      await expectFit(page);
      await act(page, 'test-push', SCRIPT);
      await page.locator('[data-state="accepted"], [data-state="reached"]').waitFor();
      await expectFit(page);
    },
  );

  it('the operators’ desk refuses an approval with the second button of the same form, by the keyboard alone', async () => {
    const id = await subscribed('demo-1');
    const agent = await openDesk('agent');
    await agent.goto(`${scene.issuer}/operator/subscriptions/${id}`);
    await agent.locator('#reason').fill('기기변경');
    await agent.locator('main .primary').click();
    await act(agent, 'ask-enrolment-code', '기기변경');
    const supervisor = await openDesk('supervisor');
    await supervisor.goto(`${scene.issuer}/operator/approvals`);
    // Without an entry the key chooses nobody.
    await supervisor.keyboard.press('d');
    expect(await supervisor.locator('[name="reason"]:focus').count()).toBe(0);
    // In Hangul mode the key j writes ㅓ.
    await supervisor.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ㅓ', code: 'KeyJ', bubbles: true }))`,
    );
    await supervisor.locator('li[id^="approval-"]:focus').waitFor();
    await supervisor.keyboard.press('d');
    await supervisor.locator('form[action$="/approve"] [name="reason"]:focus').waitFor();
    await supervisor.keyboard.type('본인 확인이 되지 않음');
    await supervisor.keyboard.press('Tab');
    await supervisor.keyboard.press('Tab');
    await supervisor.locator('[formaction$="/refuse"]:focus').waitFor();
    await supervisor.keyboard.press('Enter');
    await supervisor.locator('.good-note').waitFor();
    expect(await texts(supervisor)).toContain('supervisor: 본인 확인이 되지 않음');
  });

  it.each([
    [1280, 'ko'],
    [320, 'en'],
  ] as const)(
    'the operators’ desk takes a reissue from the application to a letter on one sheet, in a window of %i pixels, in %s',
    async (width, locale) => {
      const id = await subscribed('demo-3');
      await scene.rows.operators.withdrawReissue(id);
      const serialNumber = `PG-1234-5678-${String(width).padStart(4, '0')}`;
      await scene.rows.devices.setSerialNumber(id, serialNumber);
      const english = locale === 'en';
      await applyOnWebsite('demo-3', serialNumber);
      const agent = await openDesk('agent', { width, english });
      await agent.goto(`${scene.issuer}/operator/subscriptions/${id}`);
      await agent.locator('#reason').fill(SCRIPT);
      await agent.locator('main .primary').click();
      await agent.locator('.timeline').waitFor();
      await agent.locator('.own-application summary').first().click();
      await agent.locator('form[action$="/ask-correction"]').locator('xpath=..').locator('summary').click();
      expect(await texts(agent)).toContain('홍*동 · 04*** · 서울특별시 중구 ****');
      const form = agent.locator('form[action$="/apply-reissue"]');
      await form.locator('xpath=..').locator('summary').click();
      await form.getByLabel(english ? 'lost' : '분실').check();
      await form.locator('#oldSerialNumber').fill(SCRIPT);
      await form.getByLabel(english ? 'identity card' : '신분증').check();
      await form.getByLabel(english ? 'post' : '우편').check();
      await form.locator('[name="reason"]').fill(SCRIPT);
      await expectFit(agent);
      await form.locator('.primary').click();
      await agent.locator('[aria-invalid="true"]').waitFor();
      await expectFit(agent);
      expect(await form.locator('#oldSerialNumber').inputValue()).toBe(SCRIPT.slice(0, 40));
      expect(await form.getByLabel(english ? 'post' : '우편').isChecked()).toBe(true);
      await form.locator('#oldSerialNumber').fill(serialNumber);
      await form.locator('.primary').click();
      await agent.locator('.good-note').waitFor();
      await expectFit(agent);
      expect(await agent.locator('form[action$="/approve"]').count()).toBe(0);

      const supervisor = await openDesk('supervisor', { width, english });
      await supervisor.goto(`${scene.issuer}/operator/approvals`);
      await expectFit(supervisor);
      const approve = supervisor.locator('form[action*="/operator/reissues/"]');
      await approve.locator('[name="reason"]').fill(SCRIPT);
      await approve.locator('.primary').click();
      await supervisor.locator('.good-note').waitFor();

      await agent.goto(`${scene.issuer}/operator/subscriptions/${id}`);
      const issue = agent.locator('form[action$="/issue"]');
      await issue.locator('[name="reason"]').fill(SCRIPT);
      await issue.locator('button').click();
      await agent.locator('.letter').waitFor();
      await expectFit(agent);
      expect(await agent.locator('.letter-groups').innerText()).toMatch(/^(?:[0-9A-Z]{5}\s*){4}$/);
      const isShown = (part: string) => agent.locator(part).isVisible();
      const around = ['.desk-header', '.desk-nav', '.desk-footer', '.letter-tools'];
      expect(await Promise.all(around.map(isShown))).toEqual([true, true, true, true]);
      await agent.emulateMedia({ media: 'print' });
      expect(await Promise.all(around.map(isShown))).toEqual([false, false, false, false]);
      expect(await Promise.all(['.letter', '.letter .qr svg', '.letter-groups'].map(isShown))).toEqual([
        true,
        true,
        true,
      ]);
      const pdf = (await agent.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    },
  );

  it.each([
    [1280, 'ko', 'demo-4'],
    [320, 'en', 'demo-11'],
  ] as const)(
    'the operators’ desk verifies a caller by a code of the app, in a window of %i pixels, in %s',
    async (width, locale, lineId) => {
      const english = locale === 'en';
      const context = await scene.newBrowser({ viewport: { width: 390, height: 844 } });
      contexts.push(context);
      const phone = await context.newPage();
      await phone.goto(`${scene.issuer}/phone?lang=${locale}`);
      await enrol(phone, scene.person(lineId));
      const id = await subscribed(lineId);
      const page = await openDesk('agent', { width, english });
      await page.goto(`${scene.issuer}/operator/subscriptions/${id}`);
      await page.locator('#reason').fill('고객 전화');
      await page.locator('main .primary').click();
      await page.locator('.timeline').waitFor();
      await act(page, 'caller-check', '해지 요청 전화');
      await page.locator('[data-state="asked"]').waitFor();
      await expectFit(page);

      await phone.locator('.banner button').click();
      await screen(phone, 'caller').waitFor();
      expect(await phone.locator('h1').innerText()).toBe(
        english ? 'Did you call the call centre yourself?' : '고객센터에 직접 전화하셨나요?',
      );
      expect(await scene.violations(phone.mainFrame())).toEqual([]);
      const large = await phone
        .locator('.screen.caller > button:not(.back)')
        .evaluateAll((buttons) => buttons.map((one) => one.getBoundingClientRect().height));
      expect(large).toHaveLength(2);
      for (const height of large) expect(height).toBeGreaterThanOrEqual(60);
      await screen(phone, 'caller').locator('> .primary').click();
      await typePin(phone);
      const code = await shownCode(phone);
      expect(await scene.violations(phone.mainFrame())).toEqual([]);
      expect(await phone.locator('.screen.shown-code').innerText()).toContain(
        english ? 'cancel your service' : '해지만 할 수 있습니다',
      );

      // The page of the desk follows by itself.
      await page.locator('[data-state="opened"]').waitFor();
      await expectFit(page);
      await page.locator('#code').fill(otherThan(code));
      await page.locator('form[action$="/code"] .primary').click();
      await page.locator('#code[aria-invalid="true"]').waitFor();
      await expectFit(page);
      await page.locator('#code').fill(code);
      await page.locator('form[action$="/code"] .primary').click();
      await page.locator('#reason-deed').waitFor();
      await expectFit(page);
      await screen(phone, 'ended.verified').waitFor();
      await page.locator('#reason-deed').fill(SCRIPT);
      await page.locator('main .danger').click();
      await page.locator('.tag.cancelled').first().waitFor();
      await expectFit(page);
    },
  );

  it('the operators’ desk hears at once, and without script at the next look, that the customer did not call', async () => {
    const context = await scene.newBrowser({ viewport: { width: 390, height: 844 } });
    contexts.push(context);
    const phone = await context.newPage();
    await phone.goto(`${scene.issuer}/phone`);
    await enrol(phone, scene.person('demo-4'));
    const id = await subscribed('demo-4');
    const page = await openDesk('agent', { script: false });
    await page.goto(`${scene.issuer}/operator/subscriptions/${id}`);
    await page.locator('#reason').fill('고객 전화');
    await page.locator('main .primary').click();
    await act(page, 'caller-check', '해지 요청 전화');
    await page.locator('[data-state="asked"]').waitFor();
    await phone.locator('.banner button').click();
    await screen(phone, 'caller').locator('> .danger').click();
    await screen(phone, 'blocked').waitFor();
    expect(await scene.violations(phone.mainFrame())).toEqual([]);
    await page.locator('main .secondary').first().click();
    await page.locator('main [role="alert"]').waitFor();
    expect(await page.locator('h1').innerText()).toBe('고객이 전화하지 않았다고 답했습니다');

    const other = await openDesk('supervisor');
    expect(await other.locator('#denials').count()).toBe(1);
    await expectFit(other);
    await other.locator(`.desk-list a[href$="${id}"]`).click();
    await other.locator('#reason').fill('확인');
    await other.locator('main .primary').click();
    await other.locator('main [role="alert"]').waitFor();
    await expectFit(other);
  });

  it('the operators’ desk does not say which credential was wrong, and keeps the login alone', async () => {
    const context = await scene.newBrowser({ viewport: { width: 320, height: 640 } });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${scene.issuer}/operator/sign-in?lang=en`);
    await page.locator('#login').fill('agent');
    await page.locator('#password').fill('wrong');
    await page.locator('#code').fill('000000');
    await page.locator('main .primary').click();
    await page.locator('[role="alert"]').waitFor();
    await expectFit(page);
    expect(await page.locator('#login').inputValue()).toBe('agent');
    for (const field of ['#password', '#code']) expect(await page.locator(field).inputValue()).toBe('');
    await page.locator('#password:focus').waitFor();
  });
});
