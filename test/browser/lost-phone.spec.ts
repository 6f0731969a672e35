import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { devices, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { signInAtDesk } from './desk-steps.ts';
import { Scene } from './scene.ts';
import { agree, choosePin, screen, shownCode, typePin } from './steps.ts';

const { defaultBrowserType: _pixel, ...PIXEL } = devices['Pixel 7'];
const REASON = '고객 전화';

describeWith(CHROMIUM, 'a subscriber with the installed app, the website and the call centre', () => {
  let scene: Scene;
  const contexts: BrowserContext[] = [];

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
    for (const context of contexts.splice(0)) await context.close();
    expect(scene.complaints).toEqual([]);
  });

  async function newPage(path: string, options: object = { viewport: { width: 1280, height: 800 } }): Promise<Page> {
    const context = await scene.newBrowser(options);
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(scene.issuer + path);
    return page;
  }

  /** Enrols a new installation of the app by the link with a code. Returns it with the serial number that it showed. */
  async function installed(
    enrolmentCode: string,
    { losesAnswer = false } = {},
  ): Promise<{ app: Page; serialNumber: string }> {
    const app = await newPage(`/app?lang=ko#enrol=${enrolmentCode}`, PIXEL);
    if (losesAnswer) {
      await app.route(
        '**/app/v1/devices',
        async (route) => {
          await route.fetch();
          // As a proxy answers that lost the service.
          await route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' });
        },
        { times: 1 },
      );
    }
    let serialNumber = '';
    await agree(app, async (step) => {
      if (step !== 'offered') return;
      serialNumber = /PG-\d{4}-\d{4}-\d{4}/.exec(await screen(app, 'offered').innerText())?.[0] ?? '';
    });
    await screen(app, 'permissions').locator('.secondary').click();
    await choosePin(app);
    if (losesAnswer) await screen(app, 'unanswered').locator('> .primary').click();
    await screen(app, 'shown-code').locator('.primary').click();
    await app.locator('.protection.good').waitFor();
    return { app, serialNumber };
  }

  async function atTheDesk(login: 'agent' | 'supervisor'): Promise<Page> {
    const page = await newPage('/operator/sign-in');
    await signInAtDesk(scene, page, login);
    return page;
  }

  /** Opens a subscription at the desk, for a reason. */
  async function look(agent: Page, subscriptionId: string): Promise<void> {
    await agent.goto(`${scene.issuer}/operator/subscriptions/${subscriptionId}`);
    await agent.locator('#reason, .timeline').first().waitFor();
    if ((await agent.locator('.timeline').count()) > 0) return;
    await agent.locator('#reason').fill(REASON);
    await agent.locator('main .primary').click();
    await agent.locator('.timeline').waitFor();
  }

  it('loses the phone, applies on the website, and is verified with another phone', async () => {
    const person = scene.person('demo-1');
    const { enrolmentCode, subscriptionId } = await scene.subscribe(person);
    const { app: lost, serialNumber } = await installed(String(enrolmentCode));
    expect(serialNumber).toMatch(/^PG-/);
    await lost.context().close();

    const visitor = await newPage('/reissue/apply');
    for (const field of ['birthDate', 'genderDigit', 'phoneNumber'] as const)
      await visitor.locator(`#${field}`).fill(person[field]);
    await visitor.locator('[name=cause][value=lost]').check();
    await visitor.locator('#oldSerialNumber').fill(serialNumber);
    await visitor.locator('[name=identityProof][value=id_card]').check();
    await visitor.locator('[name=delivery][value=visit]').check();
    await visitor.locator('main form .primary').click();
    await visitor.locator('.receipt-number').waitFor();
    await scene.rows.customers.untilApplicationsMatched();
    await scene.rows.customers.untilReportsResolved();

    const agent = await atTheDesk('agent');
    await look(agent, String(subscriptionId));
    const take = agent.locator('form[action$="/take"]');
    await take.locator('xpath=..').locator('summary').click();
    await take.locator('[name=identified]').check();
    await take.locator('[name=reason]').fill('신분증 확인');
    await take.locator('button').first().click();
    await agent.locator('.good-note').waitFor();
    const supervisor = await atTheDesk('supervisor');
    await supervisor.goto(`${scene.issuer}/operator/approvals`);
    const approve = supervisor.locator('form[action*="/operator/reissues/"]');
    await approve.locator('[name="reason"]').fill('확인');
    await approve.locator('.primary').click();
    await supervisor.locator('.good-note').waitFor();
    await look(agent, String(subscriptionId));
    const issue = agent.locator('form[action$="/issue"]');
    await issue.locator('[name="reason"]').fill('방문 수령');
    await issue.locator('button').click();
    const code = await agent.locator('.enrolment-code').innerText();
    const { app } = await installed(code.trim());

    const id = await scene.startFor(person);
    await app.locator('.request-card').click();
    await screen(app, 'request').locator('.primary').click();
    await typePin(app);
    const verification = { code: await shownCode(app) };
    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, verification)).status).toBe(200);
    await screen(app, 'ended.verified').waitFor();
    await visitor.reload();
    await visitor.getByText('재발급이 끝났습니다').waitFor();
  });

  it('asks the call centre why nothing arrives, and hears that the phone takes no notifications, and what to do', async () => {
    const person = scene.person('demo-2');
    const { enrolmentCode, subscriptionId } = await scene.subscribe(person);
    // The browser of a test can subscribe to no push service, as one whose notifications are off.
    await installed(String(enrolmentCode), { losesAnswer: true });
    const agent = await atTheDesk('agent');
    await look(agent, String(subscriptionId));
    const page = await agent.locator('main').innerText();
    expect(page).toContain('이 휴대폰에는 푸시 토큰이 없어 알림을 보낼 수 없습니다');
    expect(page).toMatch(/고객 안내:\s*앱을 한 번 열어 알림을 허용해 주세요/);
  });
});
