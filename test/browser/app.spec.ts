import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createServer, request as ask, type Server } from 'node:http';
import { chromium, devices, type BrowserContext, type CDPSession, type Page, type Route } from 'playwright-core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'uqr';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { CHROMIUM, describeWith, WHOLE_CHROMIUM } from '../support/programs.ts';
import { bytesOf, Scene, sidewaysScroll, unseenInForcedColors, type DemoPerson } from './scene.ts';
import { agree, choosePin, screen, shownCode, typePin } from './steps.ts';

const { defaultBrowserType: _pixel, ...PIXEL } = devices['Pixel 7'];
const { defaultBrowserType: _iphone, ...IPHONE } = devices['iPhone 13'];
/** A phone of the smallest width that the pages are made for, with dark colours. */
const SMALL = { ...PIXEL, viewport: { width: 320, height: 640 }, colorScheme: 'dark' as const };

/** Bytes of the app with all that it loads before a person does anything, as they are sent. */
const SHELL_BYTES = 200_000;

/** A camera that shows a file, and needs no permission. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** One picture of a QR code, as a film in YUV4MPEG2: grey values, and no colours. */
function filmOf(text: string): Buffer {
  const [width, height, scale] = [640, 480, 8];
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const grey = Buffer.alloc(width * height, 255);
  const [left, top] = [(width - size * scale) >> 1, (height - size * scale) >> 1];
  data.forEach((row, y) =>
    row.forEach((isDark, x) => {
      for (let line = 0; isDark && line < scale; line += 1) {
        const from = (top + y * scale + line) * width + left + x * scale;
        grey.fill(0, from, from + scale);
      }
    }),
  );
  const colours = Buffer.alloc((width * height) / 2, 128);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F5:1 Ip A1:1 C420jpeg\nFRAME\n`), grey, colours]);
}

/** Stands between the browser and the service, so that a test can bring a new version of the app. */
class Proxy {
  /** Added to the service worker's script. */
  change = '';

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async before(port: number): Promise<Proxy> {
    const own = await freePort();
    const server = createServer((request, reply) => {
      const { url = '/', method } = request;
      const isScript = url === '/app/service-worker.js';
      const headers = { ...request.headers, ...(isScript && { 'accept-encoding': 'identity' }) };
      const further = ask({ port, host: '127.0.0.1', path: url, method, headers }, (answer) => {
        const { 'content-length': length, ...kept } = answer.headers;
        reply.writeHead(
          answer.statusCode ?? 502,
          isScript ? kept : { ...kept, ...(length && { 'content-length': length }) },
        );
        if (isScript) answer.on('end', () => reply.end(proxy.change)).pipe(reply, { end: false });
        else answer.pipe(reply);
      });
      further.on('error', () => reply.destroy());
      request.pipe(further);
    });
    const proxy = new Proxy(server, `http://127.0.0.1:${own}`);
    await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
    return proxy;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describeWith(CHROMIUM, 'the app that people install', () => {
  let scene: Scene;
  let proxy: Proxy;
  let context: BrowserContext;
  let app: Page;

  beforeAll(async () => {
    const port = await freePort();
    proxy = await Proxy.before(port);
    scene = await Scene.start({ PORT: String(port), ISSUER: proxy.address });
  });
  afterAll(async () => {
    await scene.stop();
    proxy.close();
  });
  afterEach(async () => {
    await context.close();
    expect(scene.complaints.splice(0)).toEqual([]);
  });

  async function open(options: object = PIXEL, hash = '', lang = 'ko'): Promise<void> {
    context = await scene.newBrowser(options);
    app = await context.newPage();
    await app.goto(`${scene.issuer}/app?lang=${lang}${hash}`);
  }

  /** Joins, follows the link to the app and enrols, up to the list of requests. */
  async function enrol(person: DemoPerson, options: object = PIXEL): Promise<void> {
    const { enrolmentCode } = await scene.subscribe(person);
    await open(options, `#enrol=${String(enrolmentCode)}`);
    await finishEnrolment();
  }

  /** Enrols another installation of a person who has joined already. */
  async function enrolAgain(person: DemoPerson): Promise<void> {
    const { enrolmentCode } = await scene.operate(person, 'enrolment-code');
    await open(PIXEL, `#enrol=${String(enrolmentCode)}`);
    await finishEnrolment();
  }

  /** Up to the list of requests; `unanswered` acts where the enrolment got no answer. */
  async function finishEnrolment(look?: () => Promise<void>, unanswered?: () => Promise<void>): Promise<void> {
    await agree(app, look);
    await screen(app, 'permissions').waitFor();
    await look?.();
    await screen(app, 'permissions').locator('.secondary').click();
    await choosePin(app);
    await unanswered?.();
    await screen(app, 'shown-code').locator('.primary').click();
    await screen(app, 'home').waitFor();
  }

  async function expectFit(): Promise<void> {
    expect(await scene.violations(app.mainFrame())).toEqual([]);
    expect(await sidewaysScroll(app.mainFrame())).toBe(0);
    await app.emulateMedia({ forcedColors: 'active' });
    expect(await unseenInForcedColors(app.mainFrame())).toEqual([]);
    await app.emulateMedia({ forcedColors: 'none' });
  }

  /** Waits until the service worker has stored the app. */
  async function stored(): Promise<void> {
    await app.evaluate('navigator.serviceWorker.ready.then(() => 0)');
  }

  it('a person joins by a link, and is verified with nothing but the app', async () => {
    const person = scene.person('demo-1');
    const { enrolmentCode } = await scene.subscribe(person);
    await open(SMALL, `#enrol=${String(enrolmentCode)}`);
    await screen(app, 'agreement').waitFor();
    expect(await bytesOf(app.mainFrame())).toBeLessThan(SHELL_BYTES);
    // A code must not stay in the history.
    expect(app.url()).not.toContain('enrol');
    // The service takes the code, and its answer is lost. Then the same code resumes, after whatever else was tried.
    const loseAnswer = async (route: Route) => {
      await route.fetch();
      await route.abort();
    };
    await app.route('**/app/v1/devices', loseAnswer, { times: 1 });
    await finishEnrolment(expectFit, async () => {
      await screen(app, 'unanswered').waitFor();
      await expectFit();
      await screen(app, 'unanswered').locator('.secondary').click();
      // Without a camera, the code is typed.
      await context.grantPermissions([]);
      await screen(app, 'welcome').getByRole('button', { name: 'QR 코드 찍기' }).click();
      await app.getByRole('alert').filter({ hasText: '카메라를 쓸 수 없습니다.' }).waitFor();
      await expectFit();
      await screen(app, 'scan').locator('.back').click();
      await screen(app, 'welcome').waitFor();
      await expectFit();
      await app.locator('#enrolment-code').fill('ABCDE-ABCDE-ABCDE-ABCDE');
      await screen(app, 'welcome').locator('> .primary').click();
      await app.getByRole('alert').filter({ hasText: '등록 코드가 맞지 않거나' }).waitFor();
      await app.locator('#enrolment-code').fill(String(enrolmentCode));
      await screen(app, 'welcome').locator('> .primary').click();
    });
    await app.locator('.alerts-off').waitFor();
    await expectFit();
    expect(await scene.rows.subscriptions.consentsOf(person.lineId)).toMatchObject([
      { document: 'privacy', locale: 'ko', channel: 'app' },
      { document: 'terms', locale: 'ko', channel: 'app' },
    ]);
    // No push reaches this browser: the open app asks by itself.
    const id = await scene.startFor(person);
    await app.locator('.request-card').click();
    await screen(app, 'request').locator('.primary').click();
    await typePin(app);
    const code = await shownCode(app);
    await app.getByText('한빛서점 본인확인 창으로 돌아가 이 번호를 입력해 주세요.').waitFor();
    const copy = app.getByRole('button', { name: '번호 복사' });
    await copy.click();
    await app.getByText('복사하지 못했습니다. 번호를 직접 입력해 주세요.').waitFor();
    await expectFit();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await copy.click();
    await app.getByText('복사했습니다. 한빛서점에서 보던 화면으로 돌아가 붙여 넣어 주세요.').waitFor();
    expect(await app.evaluate('navigator.clipboard.readText()')).toBe(code);
    const answer = await scene.call('POST', `/v1/authentications/${id}/verification`, { code });
    expect(answer.status).toBe(200);
    await screen(app, 'ended.verified').waitFor();
  });

  it('no script can read the private keys', async () => {
    await enrol(scene.person('demo-2'));
    const read = await app.evaluate<unknown[]>(`new Promise((resolve, reject) => {
      const opened = indexedDB.open('pushguard.app');
      opened.onerror = reject;
      opened.onsuccess = () => {
        const got = opened.result.transaction('kept').objectStore('kept').get('installation');
        got.onsuccess = async () => {
          const { signingKey, encryptionKey } = got.result.phone;
          resolve(await Promise.all([signingKey, encryptionKey].map(({ privateKey }) =>
            crypto.subtle.exportKey('jwk', privateKey).then(() => 'read', ({ name }) => name))));
        };
      };
    })`);
    expect(read).toEqual(['InvalidAccessError', 'InvalidAccessError']);
  });

  it('without a network the app opens, and shows one-time codes', async () => {
    await enrol(scene.person('demo-3'));
    await app.locator('#otp').click();
    await screen(app, 'consent').locator('#agreed').check();
    await screen(app, 'consent').locator('.primary').click();
    await typePin(app);
    await app.locator('#code').waitFor();
    await stored();
    await context.setOffline(true);
    await app.reload();
    await app.getByText('인터넷에 연결할 수 없습니다.').waitFor();
    await app.locator('#otp').click();
    await typePin(app);
    expect(await shownCode(app)).toMatch(/^\d{6}$/);
  });

  it('a person whose browser cleared the keys learns it, and what to do', async () => {
    await enrol(scene.person('demo-4'));
    const serial = await app.evaluate<string>("localStorage.getItem('pushguard.app.enrolled')");
    const devtools = await context.newCDPSession(app);
    const origin = scene.issuer;
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    await app.reload();
    const said = await screen(app, 'cleared').textContent();
    expect(said).toContain(serial);
    expect(said).toContain('새 휴대폰');
    await expectFit();
    await screen(app, 'cleared').locator('.secondary').click();
    await screen(app, 'welcome').waitFor();
  });

  it('a new version waits until the person takes it, and then every page has it', async () => {
    await open();
    await screen(app, 'welcome').waitFor();
    await stored();
    await app.reload();
    const other = await context.newPage();
    await other.goto(`${scene.issuer}/app`);
    await screen(other, 'welcome').waitFor();
    proxy.change = '\n// the next version';
    await app.evaluate('navigator.serviceWorker.ready.then((it) => it.update()).then(() => 0)');
    await app.locator('.update button').waitFor();
    await expectFit();
    await Promise.all([app.waitForEvent('load'), other.waitForEvent('load'), app.locator('.update button').click()]);
    await screen(app, 'welcome').waitFor();
    expect(await app.locator('.update button').count()).toBe(0);
    proxy.change = '';
  });

  it('a link that somebody sends does not take the place of an enrolled phone by itself', async () => {
    await enrolAgain(scene.person('demo-1'));
    await app.goto(`${scene.issuer}/app#enrol=ABCDE-ABCDE-ABCDE-ABCDE`);
    await screen(app, 'by-link').waitFor();
    await expectFit();
    await screen(app, 'by-link').locator('> .primary').click();
    await screen(app, 'home').waitFor();
  });

  it('two installations on one phone: the later one takes the place of the earlier, which says so', async () => {
    const person = scene.person('demo-1');
    await enrolAgain(person);
    const [earlier, before] = [context, app];
    await enrolAgain(person);
    await before.reload();
    await screen(before, 'replaced').waitFor();
    await earlier.close();
  });

  it.each([
    [
      'inside KakaoTalk',
      { ...IPHONE, userAgent: `${IPHONE.userAgent} KAKAOTALK 11.0` },
      'kakaotalk://web/openExternal',
    ],
    ['in Safari on an iPhone', IPHONE, '홈 화면에 추가'],
    ['in Chrome on an iPhone', { ...IPHONE, userAgent: IPHONE.userAgent.replace('Version/', 'CriOS/') }, 'Safari'],
    ['on a tablet', { ...PIXEL, userAgent: PIXEL.userAgent.replace('Mobile ', '') }, '휴대폰 전용'],
    ['on a computer', { viewport: { width: 1280, height: 800 } }, 'QR'],
  ])('%s, the app says where to open it, and the code of the link is not lost', async (_name, options, says) => {
    await open(options, '#enrol=7KQ2M-9XH4T-B3VWC-5R8YN');
    await screen(app, 'guide').waitFor();
    expect(await screen(app, 'guide').innerHTML()).toContain(says);
    // In the address, or by itself where the address does not go along.
    expect(await app.locator('.address-text').allTextContents()).toContainEqual(expect.stringContaining('7KQ2M-9XH4T'));
    await expectFit();
  });
});

describeWith(WHOLE_CHROMIUM, 'the app in a whole Chromium', () => {
  let scene: Scene;
  let profile: string;
  let context: BrowserContext;
  let app: Page;
  let devtools: CDPSession;

  beforeAll(async () => {
    [scene, profile] = await Promise.all([Scene.start(), mkdtemp(join(tmpdir(), 'pushguard-profile-'))]);
    context = await chromium.launchPersistentContext(profile, {
      ...PIXEL,
      executablePath: WHOLE_CHROMIUM!,
      headless: false,
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        ...CAMERA,
        `--use-file-for-fake-video-capture=${join(profile, 'camera.y4m')}`,
      ],
    });
    await context.grantPermissions(['notifications'], { origin: scene.issuer });
    app = await context.newPage();
    devtools = await context.newCDPSession(app);
  });
  afterAll(async () => {
    await context.close();
    await scene.stop();
    await rm(profile, { recursive: true, force: true });
  });

  /** The registration of the service worker, by which Chromium's tools deliver pushes. */
  async function registration(): Promise<string> {
    const found = new Promise<string>((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const ours = registrations.find(({ scopeURL }) => scopeURL.endsWith('/app'));
        if (ours) resolve(ours.registrationId);
      });
    });
    await devtools.send('ServiceWorker.enable');
    return found;
  }

  function shown(): Promise<{ title: string; body: string; tag: string }[]> {
    return app.evaluate(`navigator.serviceWorker.getRegistration('/app').then((it) => it.getNotifications())
      .then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))`);
  }

  /** The number of notices that no page has kept yet. */
  function waiting(): Promise<number> {
    return app.evaluate(`new Promise((resolve) => {
      const opened = indexedDB.open('pushguard.notices');
      opened.onsuccess = () => {
        const got = opened.result.transaction('kept').objectStore('kept').get('waiting');
        got.onsuccess = () => resolve((got.result ?? []).length);
      };
    })`);
  }

  it('the app can be installed, and its pushes wake the person', async () => {
    const person = scene.person('demo-1');
    const { enrolmentCode } = await scene.subscribe(person);
    await writeFile(join(profile, 'camera.y4m'), filmOf(`${scene.issuer}/app#enrol=${String(enrolmentCode)}`));
    await app.goto(`${scene.issuer}/app`);
    await screen(app, 'welcome').getByRole('button', { name: 'QR 코드 찍기' }).click();
    await agree(app);
    await screen(app, 'permissions').locator('.primary').click();
    await choosePin(app);
    await screen(app, 'shown-code').locator('.primary').click();
    await screen(app, 'home').waitFor();
    await app.evaluate('navigator.serviceWorker.ready.then(() => 0)');
    expect(await devtools.send('Page.getInstallabilityErrors')).toEqual({ installabilityErrors: [] });

    const [origin, registrationId] = [scene.issuer, await registration()];
    const push = (data: object) =>
      devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(data) });
    // A test push of the call centre is seen in the open app.
    await push({ t: 'push_test', notification: { title: '알림 시험', body: '시험 알림입니다.', tag: 'test-1' } });
    await app.locator('.banner button', { hasText: '시험 알림이 도착했습니다' }).click();
    // In front of the person, the app itself says that a request came.
    const id = await scene.startFor(person);
    const notification = { title: '본인확인 요청', body: '앱을 열어 확인해 주세요.' };
    const wake = (request: string) => push({ t: 'wake', id: request, notification: { ...notification, tag: request } });
    await wake(id);
    await app.locator('.banner button').click();
    expect(await shown()).toEqual([]);
    // The code's push brings the envelope; the service is not asked for it.
    let envelope = '';
    await app.route('**/envelope', async (route) => {
      const answer = await route.fetch();
      if (answer.ok()) ({ envelope } = (await answer.json()) as { envelope: string });
      await route.fulfill({ status: 503 });
    });
    await screen(app, 'request').locator('.primary').click();
    await typePin(app);
    await eventually('the envelope of the code', () => Promise.resolve(envelope !== ''));
    await push({ t: 'code', id, envelope });
    const code = await shownCode(app);
    expect((await scene.call('POST', `/v1/authentications/${id}/verification`, { code })).status).toBe(200);

    // A page of the app that was left counts as visible until Chromium has told the worker, and Chromium forgets a notification
    // half a minute after it was shown. Both end by a repeat.
    const wakeUntilShown = (request: string) =>
      eventually(`the notification of ${request}`, async () => {
        await wake(request);
        return (await shown()).some(({ tag, title }) => tag === request && title === notification.title);
      });
    // Behind another page, the phone shows what was sent, and nothing readable of a code.
    await app.goto(`${scene.issuer}/`);
    const texts = await eventually('two notifications', async () => {
      await wake('a-2');
      await push({ t: 'code', id: 'a-3', envelope });
      const both = await shown();
      return both.length === 2 && both;
    });
    expect(texts).toContainEqual({ title: '본인확인 요청', body: '앱을 열어 확인해 주세요.', tag: 'a-2' });
    expect(JSON.stringify(texts)).not.toContain(envelope.slice(0, 40));
    expect(JSON.stringify(texts)).not.toContain(code);
    // A cancelled request takes its notification with it.
    await eventually('the notice of the cancellation', async () => {
      await push({ t: 'cancelled', id: 'a-2' });
      return (await shown()).some(({ tag, title }) => tag === 'a-2' && title === '요청이 취소되었습니다');
    });
    // A page in the background leaves a notice until it is seen: a banner there would be shown to nobody.
    const behind = await context.newPage();
    await behind.addInitScript(`{
      globalThis.isBehind = true;
      globalThis.heard = 0;
      Object.defineProperty(document, 'hidden', { get: () => isBehind });
      navigator.serviceWorker.addEventListener('message', () => (heard += 1));
    }`);
    await behind.goto(`${scene.issuer}/app`);
    await screen(behind, 'home').waitFor();
    const named = { title: '휴대폰인증보호', body: '알림', tag: 'n-1' };
    await push({ t: 'notice', kind: 'reissue_completed', notification: named });
    await eventually('the message', () => behind.evaluate<boolean>('heard === 1'));
    // The page would have asked for this lock before the test does.
    await behind.evaluate(`navigator.locks.request('waiting', () => 0)`);
    expect(await waiting()).toBe(1);
    await behind.evaluate(`{ isBehind = false; document.dispatchEvent(new Event('visibilitychange')); }`);
    await behind.locator('.banner button', { hasText: '앱 재발급이 완료되었습니다.' }).waitFor();
    await eventually('the store to be empty', async () => (await waiting()) === 0);
    await behind.close();
    await wakeUntilShown('a-4');
    // A notice that comes to no page is shown, and is there when the app is opened. The worker stores a notice before it shows it.
    // A repeat is a notice of its own, so it comes only after the one before is stored.
    const resumed = '서비스가 다시 시작되었습니다.';
    await eventually('the notification of the notice', async () => {
      const before = await waiting();
      await push({ t: 'notice', kind: 'resumed', notification: { ...named, tag: 'n-2' } });
      await eventually('the notice', async () => (await waiting()) > before);
      return (await shown()).some(({ tag }) => tag === 'n-2');
    });
    await app.goto(`${scene.issuer}/app`);
    await app.locator('.banner button', { hasText: resumed }).click();
    const kept = await screen(app, 'notices').locator('.history li').allTextContents();
    expect(kept[0]).toContain(resumed);
    expect(kept.find((one) => !one.includes(resumed))).toContain('앱 재발급이 완료되었습니다.');
    await eventually('the store to be empty', async () => (await waiting()) === 0);
  });
});
