import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, devices } from 'playwright-core';
import { Member } from '../support/console.ts';
import { DeskBrowser } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { packed, startProcess, TestService, type ServiceProcess } from '../support/service.ts';

const EXAMPLE = 'test/adopting/files';
/** A text that would become part of a page, a script or an attribute if it were not escaped there. */
const HOSTILE = `</script><img src=x onerror=alert(1)> "' onload=alert(1) &amp; $& $1`;

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pushguard-adopting-'));
  await cp(EXAMPLE, folder, { recursive: true });
  // The Korean files are those of the example; the English ones are hostile.
  await change('brand.json', (brand) => ({ ...brand, carrier: { ko: '가온통신', en: '<b>"\'</b></script>' } }));
  await writeFile(
    join(folder, 'words.en.json'),
    JSON.stringify({
      'customers.home.title': HOSTILE,
      'site.imprint': HOSTILE,
      'windows.start': HOSTILE,
      'app.welcome.title': HOSTILE,
      'pushed.code.title': HOSTILE,
    }),
  );
  await writeFile(
    join(folder, 'terms.2026-11-01.en.md'),
    `# ${HOSTILE}\n\n## ${HOSTILE}\n\n- ${HOSTILE}\n\n${HOSTILE}`,
  );
  service = await TestService.start({ ADOPTION_DIR: folder, PORT: String(await freePort()) });
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

const page = async (path: string) => (await fetch(service.issuer + path)).text();
/** What a page tells its script. */
const dataOf = (html: string) =>
  JSON.parse(/<script type="application\/json" id="brand"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '') as {
    carrier: string;
    texts: Record<string, string>;
  };

it('the website shows the brand, the changed words and the terms of the files', async () => {
  const home = await page('/');
  expect(home).toContain('<title>가온인증</title>');
  expect(home).toContain('<h1>내 인증번호는 내 휴대폰에서만</h1>');
  expect(home).toContain('가온 고객이 이용하는 사이트의 본인확인 창에');
  expect(home).toContain('휴대폰에 앱을 열라는 알림이 옵니다.');
  expect(home).toContain('고객센터: 1600-0000');
  expect(home).toContain('<span class="hint">상담 평일 09:00~18:00</span>');
  expect(home).toContain('주식회사 가온통신');
  expect(home).toContain(encodeURIComponent('<circle cx="16" cy="16" r="14" fill="#7a1fa2" />'));
  expect(home).not.toContain('휴대폰인증보호');
  const [, stylesheet = ''] = /href="(\/assets\/brand-\w+\.css)"/.exec(home) ?? [];
  const style = await page(stylesheet);
  expect(style).toContain('--brand:#7a1fa2');
  expect(style).toContain('.mark::before{background:url("data:image/svg+xml,%3Csvg');
  expect(await page('/terms')).toContain('이 약관은 주식회사 가온통신이 제공하는 가온인증의 이용 조건을 정합니다.');
});

it('the hosted window, the desk and the app show the words of the files', async () => {
  const request = { purpose: '회원가입', returnUrl: `${service.issuer}/demo/return`, state: 'x', locale: 'ko' };
  const created = await service.call('POST', '/v1/windows', request);
  expect(created.status).toBe(201);
  const window = await (await fetch(String(created.body['url']))).text();
  expect(window).toContain('가온으로 인증하기');
  expect(dataOf(window)).toMatchObject({
    service: '가온인증',
    texts: { 'windowScript.failed': '잠시 후 다시 시도하거나 1600-0000에 전화해 주세요.' },
  });
  expect(dataOf(await page('/app'))).toMatchObject({
    texts: { 'app.welcome.title': '가온인증 앱에 휴대폰을 등록해 주세요' },
  });
  expect(await page('/app/service-worker.js')).toContain('"pushed.code.title":"가온인증 번호 도착"');
  expect(await page('/operator/sign-in')).toContain('가온인증');
});

it('every page with a script carries the changed texts that its script has of its own, and no others', async () => {
  const desk = new DeskBrowser(service);
  await desk.signIn('agent');
  const member = await Member.of(service, {});
  const request = { purpose: '회원가입', returnUrl: `${service.issuer}/demo/return`, state: 'x', locale: 'ko' };
  const { url } = (await service.call<{ url: string }>('POST', '/v1/windows', request)).body;
  const pages: [script: string, html: string][] = [
    ['installed', await page('/app')],
    ['phone', await page('/phone')],
    ['window', await (await fetch(url)).text()],
    ['site', await page('/')],
    ['site', await page('/terms')],
    ['site', (await member.get('/console')).html],
    ['desk', (await desk.get('/operator')).html],
    ['docs', await page('/developers')],
    ['demo', await page('/demo')],
    ['bank', await page('/demo/bank')],
  ];
  const words = Object.entries(JSON.parse(await readFile(join(folder, 'words.ko.json'), 'utf8')) as object);
  const rooms = ['app', 'windowScript', 'pushed'];
  for (const [name, html] of pages) {
    const [, address = '', script] = /src="(\/assets\/([\w-]+?)-\w{8}\.js)"/.exec(html) ?? [];
    expect(script).toBe(name);
    const source = await page(address);
    const shown = rooms.filter((room) => new RegExp(`"${room}",\\w+\\.texts`).test(source));
    const keys = words.map(([key]) => key).filter((key) => shown.some((room) => key.startsWith(`${room}.`)));
    expect([name, Object.keys(dataOf(html).texts).sort()]).toEqual([name, keys.sort()]);
    if (['installed', 'phone', 'window'].includes(name)) expect(keys).not.toEqual([]);
  }
  expect(await page('/app/service-worker.js')).not.toContain('app.welcome.title');
});

it('pushes and text messages have the words of the files', async () => {
  const { person, pushToken } = await service.subscriber();
  const joined = await eventually('the notice', () =>
    service.smsc.received.find(({ to }) => to === person.phoneNumber),
  );
  expect(joined.text).toBe('[가온인증] 가온통신 고객님, 가입되었습니다. 앱을 등록하면 보호가 시작됩니다.');
  await service.start(person);
  expect((await service.pushed(pushToken, 'wake')).alert?.title).toBe('가온 본인확인 요청');
});

it('no text of the files becomes HTML, a script or an attribute', async () => {
  const escaped = HOSTILE.replace(
    /[&<>"']/g,
    (sign) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[sign] ?? '#39'};`,
  );
  for (const path of ['/?lang=en', '/terms?lang=en', '/app?lang=en']) {
    const html = await page(path);
    if (!path.startsWith('/app')) expect(html).toContain(escaped);
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('<b>"');
    const { carrier, texts } = dataOf(html);
    expect(carrier).toBe('<b>"\'</b></script>');
    if (path.startsWith('/app')) expect(texts).toMatchObject({ 'app.welcome.title': HOSTILE });
  }
  const script = await page('/app/service-worker.js');
  expect(script).toContain(JSON.stringify(HOSTILE));
});

it('the example is right as it stands, and the command says so', async () => {
  expect(await check(EXAMPLE)).toEqual({ code: 0, said: expect.stringContaining('The files are right') });
  const { stdout } = await run('list', 'ko', '.join.');
  expect(JSON.parse(stdout)).toMatchObject({
    'customers.join.refused.held.desk': expect.stringContaining('고객센터({callCentre})'),
    'customers.join.fee': '이용 요금은 월 {1}이며, 이용한 날만 일할 계산합니다.',
  });
});

it('every fault of the files is named with its file, by the command and at the start, and none stops the others', async () => {
  const faulty = await mkdtemp(join(tmpdir(), 'pushguard-faulty-'));
  const files: Record<string, string> = {
    'brand.json': JSON.stringify({
      service: { ko: '열다섯 글자가 넘는 서비스의 이름', en: 'Gaon\u202eVerify' },
      carrier: { ko: '가온통신' },
      callCentre: '1600-0000"><script>',
      callCenter: '114',
      colour: { light: '#ffdd00', dark: '#222222' },
      logo: 'logo.svg',
    }),
    'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>',
    'words.ko.json': JSON.stringify({
      'customers.home.titel': '제목',
      'customers.join.fee': '월 요금',
      'customers.home.title': '{minutes}분',
      'customers.home.text': '두\n줄',
      'customers.purposes.join': '가'.repeat(41),
      'notices.plain.joined': '가'.repeat(70),
      'notices.plain.resumed': '123-456번으로 전화하세요.',
      'notices.plain.pin_locked': 'https://gaon.example 확인',
      'notices.plain.pin_unlocked': 'gaon.example에서 확인하세요.',
      'notices.plain.device_enrolled': '인증번호 [A1B2]입니다.',
      'notices.plain.device_replaced': '인증번호는 １２３ ４５６입니다.',
      'notices.plain.enrol_again': '등록하세요.\n\n@evil.example #123456',
      'notices.plain.reissue_applied': '신청되었습니다. 😀',
      'notices.plain.device_retired': '{carrier}.com에서 확인하세요.',
      'notices.enrolmentCode': '앱 등록 코드입니다.',
      'notices.enrolmentLink': 'https://evil.example {1}',
      'pushes.wake.body': '가'.repeat(121),
      'customers.home.join': 7,
    }),
    'words.en.json': '{"notices.plain.joined": "Welcome",',
    'words.fr.json': '{}',
    'worlds.ko.json': '{}',
    'company.json': '{"name":"가온","name":"다온"}',
    'other.svg': '<svg/>',
    'terms.2026-12-01.md': '# 약관',
  };
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(faulty, name), text);
    const { code, said } = await check(faulty);
    expect(code).toBe(1);
    for (const sentence of [
      'brand.json: "callCenter" is no member; is callCentre meant?',
      'brand.json: service.ko must have at most 14 characters, because every text message begins with it',
      'brand.json: carrier.en must be a text',
      'brand.json: callCentre must be a number as people dial it',
      'brand.json: colour.light has a contrast of 1.1:1 to the page; text needs 4.5:1, so take a darker one',
      'brand.json: colour.dark has a contrast of 1.0:1 to the page; text needs 4.5:1, so take a lighter one',
      'brand.json: logo: logo.svg must not have the element script',
      'words.ko.json: "customers.home.titel" is no key; is customers.home.title meant?',
      'words.ko.json: "customers.join.fee" must have {1}, as the present text has',
      'words.ko.json: "customers.home.title" has {minutes}, which means nothing here',
      'words.ko.json: "customers.home.text" must be one line of visible text',
      'words.ko.json: "customers.purposes.join" must have at most 40 characters',
      'words.ko.json: "notices.plain.joined" must fit one text message of 70 characters',
      'words.ko.json: "notices.plain.resumed" must not have six digits in a row',
      'words.ko.json: "notices.plain.pin_locked" must not have an address',
      'words.ko.json: "notices.plain.pin_unlocked" must not have an address',
      'words.ko.json: "notices.plain.device_enrolled" must not have square brackets',
      'words.ko.json: "notices.plain.device_replaced" must not have six digits in a row',
      'words.ko.json: "notices.plain.enrol_again" must be one line of visible text',
      'words.ko.json: "notices.plain.reissue_applied" must not have emoji',
      'words.ko.json: "notices.plain.device_retired" must not have an address',
      'words.ko.json: "notices.enrolmentCode" must have {1}, as the present text has',
      'words.ko.json: "notices.enrolmentLink" must not have an address',
      'words.ko.json: "pushes.wake.body" must have at most 120 characters',
      'words.ko.json: "customers.home.join" must be a text',
      'words.en.json: is not JSON',
      'words.fr.json: the service has no language fr, only ko, en',
      'worlds.ko.json: nothing reads a file of this name',
      'company.json: must have "name" only once',
      'other.svg: brand.json does not name it; add "logo": "other.svg"',
      'terms.2026-12-01.md: a legal text has a name such as terms.2026-12-01.ko.md',
    ])
      expect(said).toContain(sentence);
    const started = startProcess({ ...service.env, PORT: String(await freePort()), ADOPTION_DIR: faulty });
    await expect(started).rejects.toThrow('Correct these files in ADOPTION_DIR:\n  ');
  } finally {
    await rm(faulty, { recursive: true });
  }
});

it('the contrast of colours is judged against the grounds that the stylesheet has', async () => {
  const css = await readFile('src/pages/css/base.css', 'utf8');
  for (const ground of ['--page: #eef1f7', '--surface: #fff', '--surface: #1a1f2b', '--sunken: #232938'])
    expect(css).toContain(ground);
});

it('a logo that runs, loads, links or is not drawn is refused', async () => {
  const svg = (inside: string, attributes = '') =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"${attributes}>${inside}</svg>`;
  const { logoFault } = await import('../../src/adoption/logo.ts');
  const refused: [string, string][] = [
    [svg('<script>alert(1)</script>'), 'element script'],
    [svg('<SCRIPT/>'), 'element SCRIPT'],
    [svg('<foreignObject/>'), 'element foreignObject'],
    [svg('<image href="https://evil.example/x.png"/>'), 'element image'],
    [svg('<use href="#a"/>'), 'element use'],
    [svg('<style>*{}</style>'), 'element style'],
    [svg('<animate/>'), 'element animate'],
    [svg('<a/>'), 'element a;'],
    [svg('', ' onload="alert(1)"'), 'attribute onload'],
    [svg('<path fill="<!--" onload="alert(1)" d="-->"/>'), 'well-formed'],
    [svg('<path fill="url(https://evil.example)" fill="#fff"/>'), 'address'],
    [svg('<path fill="#fff" fill="url(#a)"/>'), 'fill twice'],
    [svg('<scr<!-- -->ipt>'), 'well-formed'],
    [svg('<path style="fill:url(https://evil.example)"/>'), 'attribute style'],
    [svg('<path xlink:href="javascript:alert(1)"/>'), 'attribute xlink:href'],
    [svg('<path fill="url(https://evil.example/#a)"/>'), 'in fill'],
    [svg('<path fill="url(#a) url(x)"/>'), 'refer to itself alone in fill'],
    [svg('<path fill="&#x6a;"/>'), 'an entity in fill'],
    [svg('<title>&lt;</title>'), 'entities'],
    [`<!DOCTYPE svg [<!ENTITY x "y">]>${svg('')}`, 'document type'],
    [svg('<![CDATA[x]]>'), 'CDATA'],
    [svg('<?xml-stylesheet href="x"?>'), 'processing instructions'],
    [svg('text'), 'text outside'],
    [svg('<g>'), 'must close g where it was opened'],
    [`${svg('')}${svg('')}`, 'one svg element'],
    ['<svg viewBox="0 0 1 1"></svg>', 'xmlns'],
    ['<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'viewBox'],
    ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 0"><path/></svg>', 'viewBox'],
    ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 . ."><path/></svg>', 'viewBox'],
    [svg('<g/>'), 'must draw something'],
    [svg('<title>]]></title>'), ']]>'],
    ['<p>', 'element p'],
    ['', 'one whole svg element'],
    [svg(`<path d="${'M0 0'.repeat(3_000)}"/>`), 'at most 8192 bytes'],
  ];
  for (const [logo, says] of refused) expect([logo, logoFault(logo)]).toEqual([logo, expect.stringContaining(says)]);
  expect(logoFault(await readFile(join(EXAMPLE, 'logo.svg'), 'utf8'))).toBeNull();
  const gradient = '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>';
  expect(
    logoFault(`<?xml version="1.0"?>\n<!-- made by hand -->\n${svg(`${gradient}<path fill="url(#a)"/>`)}`),
  ).toBeNull();
});

// The last test, because it ends the service.
describeWith(CHROMIUM, 'in a browser', () => {
  it('the app draws a changed text as text, and an installed app takes the words of the next start', async () => {
    const browser = await chromium.launch({
      ...(CHROMIUM && { executablePath: CHROMIUM }),
      args: ['--no-sandbox', '--disable-gpu', '--in-process-gpu'],
    });
    let next: ServiceProcess | undefined;
    try {
      const { defaultBrowserType: _, ...phone } = devices['Pixel 7'];
      const context = await browser.newContext(phone);
      const app = await context.newPage();
      await app.goto(`${service.issuer}/app?lang=en`);
      await app.getByText(HOSTILE).waitFor();
      expect(await app.locator('img[src="x"]').count()).toBe(0);
      await app.goto(`${service.issuer}/app?lang=ko`);
      await app.getByText('가온인증 앱에 휴대폰을 등록해 주세요').waitFor();
      await app.evaluate('navigator.serviceWorker.ready.then(() => 0)');
      await service.process.stop();
      await change('words.ko.json', (words) => ({ ...words, 'app.welcome.title': '{carrier} 앱입니다' }));
      next = await startProcess(service.env);
      await app.reload();
      await app.evaluate('navigator.serviceWorker.ready.then((it) => it.update()).then(() => 0)');
      await app.locator('.update button').click();
      await app.getByText('가온통신 앱입니다').waitFor();
    } finally {
      await next?.stop();
      await browser.close();
    }
  });
});

async function change(name: string, by: (document: object) => object): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(by(JSON.parse(await readFile(path, 'utf8')) as object)));
}

function run(...given: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, [packed('commands/words'), ...given], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test' },
  });
}

async function check(path: string): Promise<{ code: number; said: string }> {
  return run('check', path).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string };
      return { code, said: stderr };
    },
  );
}
