import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { Phone } from '../../src/phone/phone.ts';
import { pastesOf } from '../support/pasted-codes.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { otherThan, TEST_PIN } from '../support/service.ts';
import { Scene, sidewaysScroll, type DemoPerson } from './scene.ts';
import { enterCode, identify, passTime, paste, pressBack, sendPerson, stopClock, view } from './steps.ts';

// A browser, a phone's key derivation and a service share what is often two cores.
describeWith(CHROMIUM, 'the hosted window', () => {
  let scene: Scene;
  let context: BrowserContext;
  let window: Page;

  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.stop();
  });
  beforeEach(async () => {
    // The narrowest width that pages must support (WCAG 2.2, 1.4.10).
    context = await scene.newBrowser({ viewport: { width: 320, height: 640 } });
    window = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  /** Checks the current view. */
  async function expectFit(): Promise<void> {
    expect(await scene.violations(window.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(window.mainFrame())).toBe(0);
  }

  /** A subscriber's phone with one-time passwords, run in this process, because these tests need only its codes. */
  async function otpPhone(person: DemoPerson): Promise<Phone> {
    const { enrolmentCode } = await scene.subscribe(person);
    const phone = await Phone.enrol({
      issuer: scene.issuer,
      enrolmentCode: String(enrolmentCode),
      pin: TEST_PIN,
      platform: 'android',
      formFactor: 'phone',
      osVersion: '14',
      appVersion: '1.0.0',
      pushToken: 'token-of-otp',
      name: '시험 전화기',
      kdf: { m: 8, t: 1, p: 1 },
    });
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    await phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
    return phone;
  }

  it('the hosted window takes what people paste: a resident number, a number with odd dashes, and a whole text message', async () => {
    const person = scene.person('demo-4');
    await window.goto((await scene.openWindow()).url);
    await paste(window, '#birthDate', `${person.birthDate}-${person.genderDigit}●●●●●●`);
    expect(await window.locator('#birthDate').inputValue()).toBe(person.birthDate);
    expect(await window.locator('#genderDigit').inputValue()).toBe(person.genderDigit);
    expect(await window.evaluate('document.activeElement.id')).toBe('phoneNumber');
    await paste(window, '#phoneNumber', `\u202a${person.phoneNumber.replace('+8210', '010\u2011')}\u202c`);
    await window.locator('#person .primary').click();
    await view(window, 'code').waitFor();
    const code = await scene.textedCode(person);
    const read = await window.evaluate<[string, string][]>(`${JSON.stringify(pastesOf(code))}.map((text) => {
      const [field, clipboardData] = [document.getElementById('code'), new DataTransfer()];
      clipboardData.setData('text/plain', text);
      field.value = '';
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true, bubbles: true }));
      return [text, field.value];
    })`);
    expect(read.filter(([, value]) => value !== code)).toEqual([]);
    await window.locator('#code').fill('');
    await paste(window, '#code', `[Web발신]\n[한빛서점] 본인확인 인증번호 [${code}]\n02-1234-5678`);
    expect(await window.locator('#code').inputValue()).toBe(code);
    await window.locator('#code-form .primary').click();
    await view(window, 'verified').waitFor();
  });

  it('the hosted window says when it leaves by itself, and stays where the person stops it', async () => {
    const person = scene.person('demo-3');
    await window.goto((await scene.openWindow()).url);
    await identify(window, person);
    await stopClock(window);
    await window.locator('#cancel').click();
    await view(window, 'cancelled').waitFor();
    const line = view(window, 'cancelled').locator('[data-leaving]');
    expect(await line.innerText()).toBe('20초 후 자동으로 돌아갑니다.');
    await expectFit();
    await view(window, 'cancelled').locator('[data-stay]').click();
    await line.waitFor({ state: 'hidden' });
    await expectFit();
    await passTime(window, 60_000);
    expect(window.url()).toContain('/windows/');
    await pressBack(window, 'cancelled');
    await window.waitForURL(`${scene.issuer}/demo/return?*`);
  });

  it('the hosted window asks for the one-time password of the named person, and takes the right one after a wrong one', async () => {
    const person = scene.person('demo-2');
    const phone = await otpPhone(person);
    await window.goto((await scene.openWindow('ko', { method: 'otp', name: '홍길동' })).url);
    await window.getByRole('heading', { name: 'OTP 본인확인' }).waitFor();
    await expectFit();
    // Before the start, one key switches between the methods in both directions.
    await window.getByRole('button', { name: '휴대폰 인증으로 변경' }).focus();
    await window.keyboard.press('Enter');
    await window.getByRole('heading', { name: '휴대폰 본인확인' }).waitFor();
    await window.keyboard.press('Enter');
    await window.getByRole('heading', { name: 'OTP 본인확인' }).waitFor();
    await identify(window, person);
    expect((await window.locator('.asked-of').innerText()).replace(/\s+/g, ' ')).toContain('[홍*동 | 010-2345-6789]');
    expect(await window.evaluate('document.activeElement.id')).toBe('code');
    expect(await window.locator('#resend').isVisible()).toBe(false);
    await window.emulateMedia({ colorScheme: 'dark' });
    await expectFit();

    const { code } = await phone.oneTimeCode(TEST_PIN);
    await enterCode(window, otherThan(code));
    // Whatever the page answers is the message of a failure.
    await window.locator(':is(#code-fault, #fault):not(:empty)').waitFor();
    expect(await window.locator('#code-fault, #fault').allInnerTexts()).toContainEqual(
      expect.stringContaining('다음 번호'),
    );
    await expectFit();
    await enterCode(window, code);
    await view(window, 'verified').waitFor();
    await expectFit();
    await window.waitForURL(`${scene.issuer}/demo/return?*`);
    expect(window.url()).not.toContain('2345');
  });

  it('the hosted window changes from a one-time password to a text message after a reload, without asking the person again', async () => {
    const person = scene.person('demo-4');
    await window.goto((await scene.openWindow('en', { method: 'otp', name: '홍길동' })).url);
    await identify(window, person);
    await window.reload();
    await view(window, 'code').waitFor();
    expect(await window.locator('#asked-of').textContent()).toBe('홍*동 | 010-4567-8901');
    await window.locator('#code').fill('12');
    await window.getByRole('button', { name: 'Use push or SMS instead' }).click();
    await window.getByRole('heading', { name: 'We sent a code by text message' }).waitFor();
    expect(await window.evaluate(`[document.activeElement.id, document.activeElement.value]`)).toEqual(['code', '']);
    expect(await window.locator('[data-change-to]:visible').count()).toBe(0);
    expect(await window.locator('.asked-of').isVisible()).toBe(false);
    await expectFit();
    await enterCode(window, await scene.textedCode(person));
    await view(window, 'verified').waitFor();
  });

  it('the hosted window changes from push to a one-time password, and explains what five wrong ones mean', async () => {
    await window.goto((await scene.openWindow('en')).url);
    await identify(window, scene.person('demo-10'));
    await window.getByRole('button', { name: 'Use OTP instead' }).click();
    await window.getByRole('heading', { name: 'Enter the OTP from your app' }).waitFor();
    expect(await window.locator('#asked-of').textContent()).toBe('010-1111-2222');
    await window.locator('#code-form .primary').click();
    expect(await window.locator('#code-fault').textContent()).toBe('Enter the six digits of the OTP.');
    for (const left of [4, 3, 2, 1]) {
      await enterCode(window, '000000');
      await window.locator(`#tries:has-text("${left}")`).waitFor();
    }
    await enterCode(window, '000000');
    await view(window, 'failed-otp').waitFor();
    expect(await window.evaluate('document.activeElement.textContent')).toBe('Five wrong OTPs');
    expect(await view(window, 'failed-otp').locator('.lead').textContent()).toContain('Verify by push to unlock it');
    await expectFit();
  });

  it('the hosted window works with the keyboard alone, from the first field to the result', async () => {
    const person = scene.person('demo-3');
    await window.goto((await scene.openWindow()).url);
    await view(window, 'person').waitFor();
    await expectFit();
    await window.keyboard.press('Enter');
    expect(await window.evaluate('document.activeElement.id')).toBe('birthDate');
    expect(await window.locator('[aria-invalid="true"]').count()).toBe(3);
    const described = await window.locator('#phoneNumber').getAttribute('aria-describedby');
    expect(described?.split(' ')).toContain('phoneNumber-fault');
    expect(await window.locator('#phoneNumber-fault').textContent()).not.toBe('');
    await expectFit();

    await window.keyboard.type(person.birthDate + person.genderDigit + person.phoneNumber.replace('+82', '0'));
    await window.keyboard.press('Enter');
    await view(window, 'code').waitFor();
    expect(await window.evaluate('document.activeElement.id')).toBe('code');
    await expectFit();

    const code = await scene.textedCode(person);
    await window.keyboard.type(otherThan(code));
    await window.keyboard.press('Enter');
    await window.locator('#code-fault:not(:empty)').waitFor();
    expect(await window.locator('#said').textContent()).toContain('4번');
    await expectFit();
    await window.keyboard.type(code);
    await window.keyboard.press('Enter');
    await view(window, 'verified').waitFor();
    expect(await window.evaluate('document.activeElement.textContent')).toBe('본인확인이 완료되었습니다');
    await expectFit();
    await window.keyboard.press('Tab');
    await window.keyboard.press('Enter');
    await window.waitForURL(`${scene.issuer}/demo/return?*`);
    expect(new URL(window.url()).searchParams.get('state')).toBe('st-1');
  });

  it('the hosted window counts wrong codes, and ends with the fifth', async () => {
    const person = scene.person('demo-5');
    await window.goto((await scene.openWindow('en')).url);
    await identify(window, person);
    const wrong = otherThan(await scene.textedCode(person));
    for (const left of [4, 3, 2, 1]) {
      await enterCode(window, wrong);
      await window.locator(`#tries:has-text("${left}")`).waitFor();
    }
    await enterCode(window, wrong);
    await view(window, 'failed').waitFor();
    await expectFit();
    expect(await view(window, 'failed').locator('h1').textContent()).toBe('Five wrong codes');
  });

  it('the hosted window of test mode says so, and is verified by the code that the API tells', async () => {
    await scene.rows.clients.setTestSecret('demo-shop', 'test_secret');
    const token = await scene.newToken('demo-shop', 'test_secret');
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const api = async (path: string, body?: object) => {
      const sent = body && { method: 'POST', body: JSON.stringify(body) };
      return (await (await fetch(scene.issuer + path, { headers, ...sent })).json()) as Record<string, unknown>;
    };
    const returnUrl = `${scene.issuer}/demo/return`;
    const { windowId, url } = await api('/v1/windows', { purpose: '가입', returnUrl, state: 's', locale: 'ko' });
    await window.goto(url as string);
    expect(await window.locator('[data-test]').innerText()).toContain('실제 본인확인이 아니며');
    await identify(window, { ...scene.person('demo-5'), phoneNumber: '010-0000-0011' });
    await expectFit();
    const { authentication } = (await api(`/v1/windows/${windowId as string}`)) as { authentication: { id: string } };
    const { code } = await api(`/v1/test/authentications/${authentication.id}`);
    await enterCode(window, code as string);
    await view(window, 'verified').waitFor();
    await expectFit();
    expect(await window.locator('[data-test]').isVisible()).toBe(true);
  });

  it('the hosted window resumes after a reload, sends at most once in thirty seconds, and cancels', async () => {
    await window.goto((await scene.openWindow()).url);
    await identify(window, scene.person('demo-6'));
    await window.reload();
    await view(window, 'code').waitFor();
    expect(await window.locator('#resend').getAttribute('aria-disabled')).toBe('true');
    expect(await window.locator('#countdown').textContent()).toMatch(/^0[0-3]:\d\d$/);
    await window.goto(`${window.url()}?lang=en`);
    await window.getByRole('button', { name: 'Cancel' }).click();
    await view(window, 'cancelled').waitFor();
    await expectFit();
  });

  it('the hosted window shows the running request in a second tab that was open before the person was sent', async () => {
    const { url } = await scene.openWindow();
    const [second, late] = [await context.newPage(), await context.newPage()];
    for (const tab of [window, second, late]) await tab.goto(url);
    await identify(window, scene.person('demo-8'));
    await identify(second, scene.person('demo-8'));
    await view(second, 'code').waitFor();
    expect(await second.locator('#fault').isHidden()).toBe(true);
    expect(await second.locator('#countdown').textContent()).toMatch(/^0[0-3]:\d\d$/);
    await window.locator('#cancel').click();
    for (const tab of [window, second]) await view(tab, 'cancelled').waitFor();
    // A tab that the person comes back to after the end shows how it ended.
    await sendPerson(late, scene.person('demo-8'));
    await view(late, 'cancelled').waitFor();
  });

  it('the hosted window says that the time is up', async () => {
    await window.goto((await scene.openWindow()).url);
    await identify(window, scene.person('demo-7'));
    await scene.rows.authentications.expirePending();
    // The page detects the expiry without a reload.
    await view(window, 'expired').waitFor();
    await expectFit();
  });

  it('the hosted window names the fields that the service refuses, and asks to wait after too many requests', async () => {
    await window.goto((await scene.openWindow('en')).url);
    await window.locator('#birthDate').fill('901332');
    await window.locator('#genderDigit').fill('1');
    await window.locator('#phoneNumber').fill('02-123-4567');
    await window.locator('#person .primary').click();
    await window.locator('#birthDate-fault:not(:empty)').waitFor();
    expect(await window.locator('#phoneNumber-fault').textContent()).toBe(
      'Enter a mobile number, such as 010-1234-5678.',
    );

    const person = scene.person('demo-8');
    await scene.rows.budgets.clearStarts();
    for (let start = 0; start < 5; start += 1) await scene.startFor(person);
    await window.locator('#birthDate').fill(person.birthDate);
    await window.locator('#genderDigit').fill(person.genderDigit);
    await window.locator('#phoneNumber').fill(person.phoneNumber);
    await window.locator('#person .primary').click();
    await window.locator('#fault:has-text("Too many requests")').waitFor();
    await expectFit();
  });

  it('the hosted window serves the browser that opened it first, and no other one', async () => {
    const { url } = await scene.openWindow();
    await window.goto(url);
    await identify(window, scene.person('demo-9'));
    const other = await scene.newBrowser();
    const page = await other.newPage();
    const response = await page.goto(url);
    expect(response?.status()).toBe(403);
    expect(await page.locator('h1').textContent()).toBe('다른 브라우저에서 열린 창입니다');
    const followed = await other.request.get(`${url}/authentication`);
    expect(followed.status()).toBe(403);
    await other.close();
  });

  it.each([
    { what: 'unknown', status: 404, heading: 'Window not found' },
    { what: 'expired', status: 410, heading: 'This window has expired' },
  ])('the hosted window has a page of its own when it is $what', async ({ what, status, heading }) => {
    const { url, windowId } = await scene.openWindow();
    if (what === 'expired') {
      await scene.rows.windows.expire(windowId);
    }
    const response = await window.goto(what === 'expired' ? `${url}?lang=en` : `${scene.issuer}/windows/none?lang=en`);
    expect(response?.status()).toBe(status);
    expect(await window.locator('h1').textContent()).toBe(heading);
    await expectFit();
  });

  it('the hosted window accepts requests of its own page alone', async () => {
    const { url } = await scene.openWindow();
    await window.goto(url);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '01012345678' };
    const foreign = [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'null' }];
    for (const headers of foreign) {
      const answer = await fetch(`${url}/authentication`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Cookie: `${cookie?.name}=${cookie?.value}`, ...headers },
        body: JSON.stringify(person),
      });
      expect(answer.status).toBe(403);
    }
  });

  it('the hosted window lets only its own frame contact it, and runs no script but its own', async () => {
    const { headers } = await fetch((await scene.openWindow()).url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'; script-src 'nonce-[\w-]{22}'; style-src 'self'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('the hosted window may be framed by the pages registered for its relying party, and tells them that it has ended', async () => {
    // A shop on a separate origin, whose page frames the window.
    let framed = '';
    const listener = `addEventListener('message', ({ origin, data }) => { document.title = origin + JSON.stringify(data); })`;
    const shop = createServer((request, response) => {
      const html = `<!doctype html><title>-</title><script>${listener}</script><iframe src="${framed}"></iframe>`;
      response.writeHead(200, { 'content-type': 'text/html' }).end(request.url === '/shop' ? html : '');
    });
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
    const origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    try {
      await scene.rows.clients.setFrameOrigins('demo-shop', [origin]);
      const { url, windowId } = await scene.openWindow();
      await scene.rows.windows.setReturnUrl(windowId, `${origin}/return`);
      framed = url;
      const page = await context.newPage();
      await page.goto(`${origin}/shop`);
      const window = page.frameLocator('iframe');
      const { birthDate, genderDigit, phoneNumber } = scene.person('demo-3');
      await window.locator('#birthDate').fill(birthDate);
      await window.locator('#genderDigit').fill(genderDigit);
      await window.locator('#phoneNumber').fill(phoneNumber);
      await window.locator('#person .primary').click();
      await window.locator('#cancel').click();
      await window.locator('[data-view="cancelled"] [data-return]').click();
      await page.waitForFunction(`document.title !== '-'`);
      expect(await page.title()).toBe(
        scene.issuer + JSON.stringify({ type: 'pushguard.window', windowId, state: 'st-1' }),
      );

      // If the relying party has registered no page, no page may frame its window.
      await scene.rows.clients.setFrameOrigins('demo-shop', []);
      framed = (await scene.openWindow()).url;
      await page.goto(`${origin}/shop`);
      await page.waitForFunction(`document.querySelector('iframe').contentDocument === null`);
      expect(await window.locator('#birthDate').count()).toBe(0);
      scene.complaints.splice(0);
    } finally {
      await new Promise((closed) => shop.close(closed));
    }
  });

  it('the hosted window of an OpenID Connect log-in goes on in its popup, which posts the answer to the site', async () => {
    const person = scene.person('demo-1');
    const redirectUri = 'https://shop.example/callback';
    const clientId = `shop-${randomUUID()}`;
    await scene.rows.clients.register({ clientId, secret: 'none', returnUrls: [redirectUri] });
    const posted: string[] = [];
    await context.route('https://shop.example/**', (route) => {
      posted.push(route.request().postData() ?? '');
      return route.fulfill({ contentType: 'text/html', body: '<title>shop</title><h1>The shop</h1>' });
    });
    await window.goto('https://shop.example/');
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      response_mode: 'form_post',
      redirect_uri: redirectUri,
      scope: 'openid',
      state: 'a&"b',
      nonce: 'n',
    });
    const address = `${scene.issuer}/oauth2/authorize?${query.toString()}`;
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      window.evaluate(`void window.open(${JSON.stringify(address)}, '_blank', 'popup,width=400,height=700')`),
    ]);
    await identify(popup, person);
    await enterCode(popup, await scene.textedCode(person));
    await pressBack(popup, 'verified');
    await popup.waitForURL(redirectUri);
    expect(Object.fromEntries(new URLSearchParams(posted.at(-1)))).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'a&"b',
      iss: scene.issuer,
    });
  });
});
