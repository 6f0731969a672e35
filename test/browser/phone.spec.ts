import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, sidewaysScroll } from './scene.ts';
import { agree, enrol, openSetting, PIN, screen, shownCode, typePin } from './steps.ts';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

interface Look {
  lang: 'ko' | 'en';
  viewport: { width: number; height: number };
  colorScheme: 'light' | 'dark';
}

const SMALL: Look = { lang: 'ko', viewport: { width: 320, height: 640 }, colorScheme: 'dark' };
const WIDE: Look = { lang: 'en', viewport: { width: 1280, height: 800 }, colorScheme: 'light' };

// A browser, a phone's key derivation and a service share what is often two cores.
describeWith(CHROMIUM, 'the reference app', () => {
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
    await open(SMALL);
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints).toEqual([]);
  });

  async function open({ lang, viewport, colorScheme }: Look, storageState?: StorageState): Promise<void> {
    context = await scene.newBrowser({ viewport, colorScheme, ...(storageState && { storageState }) });
    phone = await context.newPage();
    await phone.goto(`${scene.issuer}/phone?lang=${lang}`);
  }

  /** Checks the current screen. */
  async function expectFit(): Promise<void> {
    expect(await scene.violations(phone.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(phone.mainFrame())).toBe(0);
  }

  it('the app says why a line cannot subscribe', async () => {
    await screen(phone, 'welcome').waitFor();
    await expectFit();
    await phone.locator('#line').selectOption('demo-5');
    await screen(phone, 'welcome').locator('> .primary').click();
    const alert = phone.getByRole('alert').filter({ hasText: '만 19세 이상만 가입할 수 있습니다.' });
    await alert.waitFor();
    expect(await alert.textContent()).not.toContain('Only people');
    await expectFit();
  });

  it('the app refuses a PIN that is easy to guess, and one that was not repeated alike', async () => {
    await screen(phone, 'welcome').locator('> .primary').click();
    // Nothing goes on without consent, and a refusal leads back.
    await screen(phone, 'agreement').locator('.primary').click();
    await phone.getByText('두 가지 모두 동의해야').waitFor();
    await expectFit();
    await screen(phone, 'agreement').locator('.secondary').click();
    await phone.getByText('아무것도 등록하지 않았습니다.').waitFor();
    await screen(phone, 'welcome').locator('> .primary').click();
    await agree(phone);
    await screen(phone, 'pin').waitFor();
    await expectFit();
    await typePin(phone, '123456');
    await phone.getByText('추측하기 쉬운 비밀번호입니다.').waitFor();
    // The keyboard works like the pad on the screen.
    await phone.keyboard.type(PIN);
    await phone.getByText('한 번 더 입력해 주세요').waitFor();
    await phone.keyboard.type('274950');
    await phone.getByText('두 비밀번호가 다릅니다.').waitFor();
  });

  it('the app shows the relying party, takes the PIN, and shows the code until it was used; then the history', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await expectFit();
    const id = await scene.startFor(person);
    await phone.locator('.banner button').waitFor();
    await expectFit();
    await phone.locator('.banner button').click();
    const request = await screen(phone, 'request').textContent();
    for (const shown of ['한빛서점', '비밀번호 변경', '접속한 기기Firefox요청한 곳이 알린 기기'])
      expect(request).toContain(shown);
    // An address tells few people anything, so it is folded away.
    const address = phone.getByText('203.0.113.7');
    expect(await address.isVisible()).toBe(false);
    await phone.locator('.more summary').click();
    expect(await address.isVisible()).toBe(true);
    await expectFit();
    await screen(phone, 'request').locator('.primary').click();
    await phone.getByRole('button', { name: '비밀번호를 잊었어요' }).click();
    await screen(phone, 'forgotten').waitFor();
    await expectFit();
    await phone.getByRole('button', { name: '등록 코드 입력하기' }).click();
    await screen(phone, 'again').locator('.back').click();
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('.primary').click();
    await phone.getByRole('button', { name: '비밀번호를 잊었어요' }).click();
    await screen(phone, 'forgotten').locator('.back').click();
    await typePin(phone, '111112');
    await phone.getByText('비밀번호가 다릅니다. 4번 더 틀리면 잠깁니다.').waitFor();
    await phone.keyboard.type(PIN);
    const code = await shownCode(phone);
    expect(code).toMatch(/^\d{6}$/);
    expect(await phone.locator('#code').textContent()).toContain(`${code.slice(0, 3)} ${code.slice(3)}`);
    await expectFit();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await phone.getByRole('button', { name: '번호 복사' }).click();
    await phone.getByText('한빛서점에서 보던 화면으로 돌아가').waitFor();
    expect(await phone.evaluate('navigator.clipboard.readText()')).toBe(code);
    // The phone still shows the request after a reload.
    await phone.reload();
    await phone.locator('.request-card').click();
    await screen(phone, 'request').locator('.primary').click();
    expect(await shownCode(phone)).toBe(code);

    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
    await screen(phone, 'ended.verified').locator('.primary').click();
    await openSetting(phone, '이용 내역');
    await phone.locator('.history .verified').click();
    const facts = await screen(phone, 'past-entry').textContent();
    for (const shown of ['한빛서점', '비밀번호 변경', '완료', '화면 속 휴대폰']) expect(facts).toContain(shown);
    await expectFit();
    await phone.getByRole('button', { name: '모르는 요청이에요' }).click();
    await screen(phone, 'said').getByText('이 본인확인은 이미 완료되었습니다.').waitFor();
    await expectFit();
    await screen(phone, 'said').locator('.primary').click();
    await screen(phone, 'past').locator('.history .verified').click();
    await screen(phone, 'past-entry').getByText('모르는 요청이라고 알린 요청입니다.').waitFor();
    expect(await phone.getByRole('button', { name: '모르는 요청이에요' }).count()).toBe(0);
    // Otherwise the answer keeps the shop's starts silent for an hour.
    await scene.rows.budgets.clearStarts();
  });

  it('the app works without a push', async () => {
    const person = scene.person('demo-2');
    await phone.route('**/local/push-outbox*', (route) => route.fulfill({ json: [] }));
    await phone.reload();
    await enrol(phone, person);
    const id = await scene.startFor(person);
    await phone.locator('#refresh').click();
    // A list that is drawn anew under the finger must not swallow the tap.
    await phone.locator('.request-card').hover();
    await phone.mouse.down();
    const asks = ['authentications', 'history', 'registrations', 'sms-permissions', 'alerts'];
    const answers = asks.map((path) => phone.waitForResponse((answer) => answer.url().endsWith(`/app/v1/${path}`)));
    await phone.evaluate("dispatchEvent(new Event('focus')); 0");
    await Promise.all(answers.map(async (answer) => (await answer).finished()));
    await phone.evaluate('new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))');
    await phone.mouse.up();
    await screen(phone, 'request').locator('.primary').click();
    await typePin(phone);
    const code = await shownCode(phone);
    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
  });

  it('the app learns that the window was closed', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    const id = await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').waitFor();
    await scene.call('DELETE', `/v1/authentications/${id}`);
    await screen(phone, 'ended.cancelled').waitFor();
    await expectFit();
  });

  it('the app is locked by the fifth wrong PIN', async () => {
    const person = scene.person('demo-1');
    await enrol(phone, person);
    await scene.startFor(person);
    await phone.locator('.banner button').click();
    await screen(phone, 'request').locator('.primary').click();
    for (const left of [4, 3, 2, 1]) {
      await phone.keyboard.type('111112');
      await phone.getByText(`${left}번 더 틀리면 잠깁니다.`).waitFor();
    }
    await phone.keyboard.type('111112');
    await phone.getByText('비밀번호가 잠겼습니다').waitFor();
    await expectFit();
  });

  it('the app learns that another phone has replaced it', async () => {
    const person = scene.person('demo-4');
    await enrol(phone, person);
    const other = await scene.newBrowser();
    const second = await other.newPage();
    await second.goto(`${scene.issuer}/phone?lang=en`);
    await enrol(second, person);
    await other.close();
    // The app learns it with its next request, or when it is opened again.
    await phone.reload();
    await phone.getByText('다른 휴대폰으로 바뀌었습니다').waitFor();
    await expectFit();
  });

  const WORDS = {
    ko: {
      notMe: '내가 요청하지 않았습니다',
      decline: '거절',
      cancelled: '요청했지만 그만두겠습니다',
      past: '이용 내역',
      sms: '웹사이트 한 곳만 문자로 받기',
      pin: '비밀번호 변경',
      notices: '알림',
      again: '휴대폰 다시 등록',
      reset: '휴대폰 초기화',
      back: '뒤로',
      readAloud: '소리로 듣기',
      refuses: '문자를 허용하지 않는 곳',
      wrongPin: '4번 더 틀리면 잠깁니다',
      samePin: '현재 비밀번호와 같습니다',
      guessable: '추측하기 쉬운 비밀번호입니다',
      newPin: '새 비밀번호 6자리를 정해 주세요',
      once: '한 번 더 입력해 주세요',
      changed: '비밀번호를 바꿨습니다',
      bySms: '문자',
      permitted: '문자 허용',
      badCode: '등록 코드가 맞지 않거나',
      lost: '분실 신고로 서비스가 일시 정지되었습니다',
      resumed: '서비스가 다시 시작되었습니다',
      registered: '앱이 등록되었습니다',
      meanwhile: '지금의 등록을 그대로 쓸 수 있습니다',
      testOver: '새 등록을 마치지 못했습니다',
      earlierEnded: '이전 등록은 이미 끝났습니다',
      other: 'English',
    },
    en: {
      notMe: 'This wasn’t me',
      decline: 'Decline',
      cancelled: 'I requested it, but changed my mind',
      past: 'History',
      sms: 'SMS for one website',
      pin: 'Change PIN',
      notices: 'Notices',
      again: 'Enrol again',
      reset: 'Reset the phone',
      back: 'Back',
      readAloud: 'Read aloud',
      refuses: 'Does not allow SMS',
      wrongPin: '4 tries left',
      samePin: 'That is your current PIN',
      guessable: 'That PIN is too easy to guess',
      newPin: 'Choose a new six-digit PIN',
      once: 'Once more',
      changed: 'Your PIN is changed',
      bySms: 'SMS',
      permitted: 'SMS permitted',
      badCode: 'The enrolment code is wrong',
      lost: 'Protection is suspended because your phone was reported lost',
      resumed: 'Protection is active again',
      registered: 'An app was registered for this number',
      meanwhile: 'Your present registration works',
      testOver: 'the new registration ended',
      earlierEnded: 'The earlier registration has ended',
      other: '한국어',
    },
  };

  describe.each([SMALL, WIDE])('the app in $lang at $viewport.width px in the $colorScheme scheme', (look) => {
    const words = WORDS[look.lang];
    const person = () => scene.person(look.lang === 'ko' ? 'demo-2' : 'demo-4');
    let enrolled: StorageState;
    const button = (name: string) => phone.getByRole('button', { name, exact: true });
    // Enrols once, and every test starts from the stored state, because deriving the key takes seconds.
    beforeAll(async () => {
      await open(look);
      await enrol(phone, person());
      enrolled = await context.storageState();
      await context.close();
    });
    beforeEach(async () => {
      await context.close();
      await scene.rows.budgets.clearStarts();
      await scene.rows.authentications.clear();
      await scene.rows.smsPermissions.clear();
      await open(look, enrolled);
      await screen(phone, 'home').waitFor();
    });

    /** Checks a screen that a person reaches: it fits, and the heading has the focus. */
    async function expectScreen(kind: string): Promise<void> {
      await screen(phone, kind).waitFor();
      expect(await phone.evaluate<string>('document.activeElement.tagName')).toBe('H1');
      await expectFit();
    }

    const closedAs = async (id: string) => [await scene.rows.authentications.endOf(id)];

    it('the app stops at once a request that its owner did not make, and says what to do', async () => {
      const id = await scene.startFor(person());
      await phone.locator('.banner button').click();
      await expectScreen('request');
      await button(words.notMe).click();
      await expectScreen('blocked');
      expect(await closedAs(id)).toEqual([{ state: 'declined', reason: 'not_me' }]);
      expect(await phone.locator('.what-to-do a').getAttribute('href')).toBe('tel:114');
      expect(await screen(phone, 'blocked').textContent()).toContain('한빛서점');
      await screen(phone, 'blocked').locator('.primary').click();
      await expectScreen('past');
      await phone.locator('.history .declined').waitFor();
      await button(words.back).click();
      await screen(phone, 'home').locator('.recent .declined').waitFor();
      await expectFit();
    });

    it('the app stops such a request even when the code is shown', async () => {
      const id = await scene.startFor(person());
      await phone.locator('.banner button').click();
      await screen(phone, 'request').locator('.primary').click();
      await phone.keyboard.type(PIN);
      await shownCode(phone);
      await button(words.notMe).click();
      await expectScreen('blocked');
      expect(await closedAs(id)).toEqual([{ state: 'declined', reason: 'not_me' }]);
    });

    it('the app declines its owner’s own request with a reason', async () => {
      const id = await scene.startFor(person());
      await phone.locator('.banner button').click();
      await button(words.decline).click();
      await expectScreen('reasons');
      expect(await screen(phone, 'reasons').locator('.secondary').count()).toBe(2);
      await button(words.cancelled).click();
      await expectScreen('ended.declined');
      expect(await closedAs(id)).toEqual([{ state: 'declined', reason: 'cancelled' }]);
    });

    it.each([true, false])(
      'the app reads the code aloud where the browser has a voice for it: %p',
      async (hasVoice) => {
        // Chromium without a desktop has no voices. This stub offers the given voices and records the texts to be
        // spoken.
        await context.addInitScript(`
        const voices = ${JSON.stringify(hasVoice ? ['ko-KR', 'en-US'] : ['fr-FR'])}.map((lang) => ({ lang }));
        globalThis.spoken = [];
        speechSynthesis.getVoices = () => voices;
        speechSynthesis.speak = ({ text, lang }) => spoken.push({ text, lang });
        globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
      `);
        await scene.startFor(person());
        await phone.reload();
        await phone.locator('.request-card').click();
        await screen(phone, 'request').locator('.primary').click();
        await phone.keyboard.type(PIN);
        const code = await shownCode(phone);
        await expectFit();
        expect(await button(words.readAloud).count()).toBe(hasVoice ? 1 : 0);
        if (!hasVoice) return;
        await button(words.readAloud).click();
        const lang = look.lang === 'ko' ? 'ko-KR' : 'en-US';
        expect(await phone.evaluate('spoken')).toEqual([{ text: Array.from(code).join(', '), lang }]);
      },
    );

    it('the app permits SMS for one website with the PIN, shows the time that is left, and ends the permission', async () => {
      await openSetting(phone, words.sms);
      await expectScreen('sms');
      await button(words.back).click();
      await button(words.back).click();
      await scene.startFor(person());
      await phone.locator('.banner button').click();
      await button(words.notMe).click();
      await screen(phone, 'blocked').locator('.secondary').click();
      // Otherwise the answer keeps the shop's starts silent for an hour.
      await scene.rows.budgets.clearStarts();

      await openSetting(phone, words.sms);
      await button('한빛서점').waitFor();
      await expectScreen('sms');
      await scene.rows.clients.refuseSms('demo-shop', true);
      await button('한빛서점').click();
      await screen(phone, 'pin').waitFor();
      await phone.keyboard.type(PIN);
      await phone.locator('.entry.refusing', { hasText: words.refuses }).waitFor();
      expect(await button('한빛서점').count()).toBe(0);
      await expectScreen('sms');
      await scene.rows.clients.refuseSms('demo-shop', false);
      await button(words.back).click();
      await screen(phone, 'settings').getByRole('button', { name: words.sms, exact: true }).click();

      await button('한빛서점').click();
      await expectScreen('pin');
      await phone.keyboard.type('111112');
      await phone.getByText(words.wrongPin).waitFor();
      await phone.keyboard.type(PIN);
      await phone.locator('.standing').waitFor();
      await expectScreen('sms');
      expect(await phone.locator('.standing .clock').textContent()).toMatch(/^(10:00|09:\d\d)$/);

      const id = await scene.startFor(person());
      const code = await scene.textedCode(person());
      expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);
      await button(words.back).click();
      await screen(phone, 'settings').getByRole('button', { name: words.past, exact: true }).click();
      await expectScreen('past');
      const entries = await phone.locator('.history li').allTextContents();
      expect(entries[0]).toContain(` · ${words.bySms}`);
      expect(entries[1]).toContain(words.permitted);

      await button(words.back).click();
      await screen(phone, 'settings').getByRole('button', { name: words.sms, exact: true }).click();
      await phone.locator('.standing .danger').click();
      await phone.locator('.standing').waitFor({ state: 'detached' });
      await expectScreen('sms');
      await scene.startFor(person());
      await phone.locator('.banner button').waitFor();
    });

    it('the app changes the PIN once the service has confirmed the old one', async () => {
      await openSetting(phone, words.pin);
      await expectScreen('pin');
      await phone.keyboard.type('111112');
      await phone.getByText(words.wrongPin).waitFor();
      await phone.keyboard.type(PIN);
      await phone.getByText(words.newPin).waitFor();
      await expectScreen('pin');
      for (const [refused, why] of [
        [PIN, words.samePin],
        ['123456', words.guessable],
      ] as const) {
        await phone.keyboard.type(refused);
        await phone.getByText(why).waitFor();
      }
      await phone.keyboard.type('905173');
      await phone.getByText(words.once).waitFor();
      await phone.keyboard.type('905173');
      await phone.getByText(words.changed).waitFor();
      await expectScreen('ended.verified');

      await scene.startFor(person());
      await phone.reload();
      await phone.locator('.request-card').click();
      await screen(phone, 'request').locator('.primary').click();
      await phone.keyboard.type(PIN);
      await phone.getByText(words.wrongPin).waitFor();
      await phone.keyboard.type('905173');
      expect(await shownCode(phone)).toMatch(/^\d{6}$/);
    });

    it('the app shows what the service says of the subscription, and keeps it', async () => {
      await openSetting(phone, words.notices);
      await expectScreen('notices');
      await scene.operate(person(), 'report-loss');
      await phone.locator('.banner button', { hasText: words.lost }).waitFor();
      await expectFit();
      await scene.operate(person(), 'resume');
      await phone.locator('.banner button', { hasText: words.resumed }).click();
      await expectScreen('notices');
      const told = async () => (await phone.locator('.history li').allTextContents()).map((text) => text.slice(0, 12));
      const both = [words.resumed, words.lost].map((text) => text.slice(0, 12));
      expect(await told()).toEqual(both);
      await phone.reload();
      await openSetting(phone, words.notices);
      await screen(phone, 'notices').waitFor();
      expect(await told()).toEqual(both);
    });

    it('the app works with the keyboard alone: its settings, the other language, and its reset', async () => {
      await phone.locator('#settings').focus();
      await phone.keyboard.press('Enter');
      await expectScreen('settings');
      await phone.keyboard.press('Tab');
      await phone.keyboard.press('Enter');
      await expectScreen('past');
      await button(words.back).press('Enter');
      await phone.getByRole('main').getByRole('link', { name: words.other }).press('Enter');
      await phone.waitForURL(`**/phone?lang=${look.lang === 'ko' ? 'en' : 'ko'}`);
      await screen(phone, 'home').waitFor();
      await phone.goBack();
      await openSetting(phone, words.reset);
      await screen(phone, 'settings').waitFor({ state: 'detached' });
      await expectFit();
      await phone.locator('.screen .danger').press('Enter');
      await expectScreen('welcome');
    });

    // Must be the last test: it replaces the phone from which the other tests start.
    it('the app enrols again with a new code, and keeps its data until then', async () => {
      const serial = async () => {
        await phone.locator('#settings').click();
        const shown = await screen(phone, 'settings').getByText(/^PG-/).textContent();
        await button(words.back).click();
        return shown;
      };
      const before = await serial();
      const tryCode = async (code: string) => {
        await phone.locator('#enrolment-code').fill(code);
        await screen(phone, 'again').locator('.primary').click();
      };
      const finish = async (code: string) => {
        await tryCode(code);
        await agree(phone);
        await screen(phone, 'pin').waitFor();
        await phone.keyboard.type('905173');
        await phone.getByText(words.once).waitFor();
        await phone.keyboard.type('905173');
      };
      await openSetting(phone, words.again);
      await expectScreen('again');
      await tryCode('00000-00000-00000-00000');
      await phone.getByText(words.badCode).waitFor();
      await expectScreen('again');
      await button(words.back).click();
      await button(words.back).click();
      expect(await serial()).toBe(before);

      const useNewCode = async () => {
        await openSetting(phone, words.again);
        await finish(String((await scene.operate(person(), 'enrolment-code'))['enrolmentCode']));
        await screen(phone, 'shown-code').waitFor();
      };
      // The service ends the test of the new keys; the old ones are still there, and it still knows them.
      await useNewCode();
      const unfinished = await phone.evaluate<string>("localStorage.getItem('pushguard.phone')");
      await scene.rows.devices.expireTests();
      await screen(phone, 'shown-code').locator('.primary').click();
      await expectScreen('again');
      await button(words.back).click();
      expect(await serial()).toBe(before);
      // Where the app is opened only after the test has ended, the first screen says so and does not lead to it.
      await phone.evaluate(`localStorage.setItem('pushguard.phone', ${JSON.stringify(unfinished)})`);
      await phone.reload();
      await screen(phone, 'home').locator('.caution', { hasText: words.testOver }).waitFor();
      expect(await phone.locator('#unfinished').count()).toBe(0);
      await expectFit();
      expect(await serial()).toBe(before);

      await useNewCode();
      await phone.getByText(words.meanwhile).waitFor();
      // Until the new registration has passed its test, the one in use answers requests, also when the app is opened anew.
      await scene.rows.budgets.clearStarts();
      const id = await scene.startFor(person());
      await phone.locator('.banner button').click();
      await screen(phone, 'request').waitFor();
      await phone.reload();
      await phone.locator(`#request-${id}`).click();
      await screen(phone, 'request').locator('.primary').click();
      await phone.keyboard.type(PIN);
      const { status } = await scene.call('POST', `/v1/authentications/${id}/verification`, {
        code: await shownCode(phone),
      });
      expect(status).toBe(200);
      await screen(phone, 'ended.verified').locator('.primary').click();
      expect(await phone.locator('#unfinished .clock').textContent()).toMatch(/^(10|0\d):\d\d$/);
      await phone.locator('#unfinished').click();
      await screen(phone, 'shown-code').waitFor();
      await expectFit();
      await button(words.back).click();
      await expectScreen('home');
      // Once the service has ended the one in use, the app says so, and only the test is left.
      const refused = { status: 401, json: { code: 'device_proof_invalid', status: 401 } };
      for (const path of ['device', 'authentications'])
        await phone.route(`**/app/v1/${path}`, (route) => route.fulfill(refused));
      await phone.locator('#refresh').click();
      await phone.getByText(words.earlierEnded).waitFor();
      expect(await button(words.back).count()).toBe(0);
      await phone.unrouteAll();
      await phone.reload();
      await phone.locator('#unfinished').click();
      await screen(phone, 'shown-code').locator('.primary').click();
      await screen(phone, 'home').waitFor();
      // The notice reports the new registration, not that another phone replaced this one.
      await phone.locator('.banner button', { hasText: words.registered }).click();
      await button(words.back).click();
      expect(await serial()).not.toBe(before);
    });
  });
});
