import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { freePort } from '../support/free-port.ts';
import { CHROMIUM, describeWith } from '../support/programs.ts';
import { Scene, type DemoPerson } from './scene.ts';
import { enterCode, identify, pressBack, view } from './steps.ts';

/** Faults of npm that say nothing about the example: its registry is not reached, and npm does not have the packages yet. */
const NO_REGISTRY = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/;

interface Example {
  name: string;
  /** Its section in the guide. */
  section: string;
  /** The path of its return address. */
  callback: string;
  /** Its environment, beside PORT. */
  env: (of: { issuer: string; clientId: string; secret: string; callback: string }) => Record<string, string>;
  lineId: string;
  /** What its page says of the person beside the subject: what its scopes release. */
  says: (person: DemoPerson) => string;
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'passport',
    section: 'Passport',
    callback: '/callback',
    env: ({ issuer, clientId, secret, callback }) => ({
      ISSUER: issuer,
      CLIENT_ID: clientId,
      CLIENT_SECRET: secret,
      CALLBACK_URL: callback,
      SESSION_SECRET: randomBytes(32).toString('hex'),
    }),
    lineId: 'demo-1',
    says: ({ birthDate }) => `Born ${longDate(birthDate)}, phone number not asked for`,
  },
  {
    name: 'auth-js',
    section: 'Auth.js',
    callback: '/auth/callback/pushguard',
    env: ({ issuer, clientId, secret }) => ({
      AUTH_PUSHGUARD_ISSUER: issuer,
      AUTH_PUSHGUARD_ID: clientId,
      AUTH_PUSHGUARD_SECRET: secret,
      AUTH_SECRET: randomBytes(32).toString('hex'),
    }),
    lineId: 'demo-2',
    says: ({ birthDate, phoneNumber }) => `Born ${longDate(birthDate)}, phone number ${phoneNumber}`,
  },
];

const longDate = (birthDate: string) => birthDate.replace(/^(..)(..)(..)$/, '19$1-$2-$3');

function describeWhere(name: string, tests: () => void): void {
  if (isOffline) describe.skip(name, tests);
  else describeWith(CHROMIUM, name, tests);
}

/** Installs the packages of an example by its own lock into a folder elsewhere; undefined where npm's registry is not reached. */
async function install({ name }: Example): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), `pushguard-${name}-`));
  const files = ['package.json', 'package-lock.json', 'server.mjs'];
  await Promise.all(files.map((file) => cp(join('test/examples', name, file), join(folder, file))));
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', ['ci', '--prefer-offline', ...quiet], { cwd: folder });
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (NO_REGISTRY.test(String((error as { stderr?: string }).stderr))) return undefined;
    throw error;
  }
}

const folders = CHROMIUM === undefined ? [] : await Promise.all(EXAMPLES.map(install));
/** Offline, a run after `npm ci` still passes, and its summary counts these as skipped. */
const isOffline = folders.includes(undefined);

describeWhere('a site that logs people in with the library that it has', () => {
  let scene: Scene;
  const running = new Map<string, { url: string; child: ChildProcess }>();

  beforeAll(async () => {
    scene = await Scene.start();
    await Promise.all(EXAMPLES.map((example, at) => start(example, folders[at] ?? '')));
  });
  afterAll(async () => {
    await Promise.all(
      [...running.values()].map(async ({ child }) => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }),
    );
    await scene.stop();
    await Promise.all(folders.map((folder) => rm(folder ?? '', { recursive: true, force: true })));
  });
  afterEach(() => {
    expect(scene.complaints).toEqual([]);
  });

  /** Registers the client of an example, and starts it. */
  async function start({ name, callback, env }: Example, folder: string): Promise<void> {
    const port = await freePort();
    const returnUrl = `http://127.0.0.1:${port}${callback}`;
    const [clientId, secret] = [`example-${name}`, randomBytes(32).toString('base64url')];
    // As `npm run client -- add` registers it.
    const usual = { scopes: ['openid'], authMethod: 'client_secret_basic' as const };
    await scene.rows.clients.register({ clientId, secret, returnUrls: [returnUrl], ...usual });
    const child = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      env: { PORT: String(port), ...env({ issuer: scene.issuer, clientId, secret, callback: returnUrl }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', resolve);
      child.once('exit', (code) => reject(new Error(`${name} ended with ${String(code)}:\n${log}`)));
    });
    running.set(name, { url, child });
  }

  /** Presses the button or the link of the example in a new browser; returns the page, at the hosted window. */
  async function begin({ name }: Example): Promise<Page> {
    const context = await scene.newBrowser();
    // The page of Auth.js would show a picture from its own site.
    await context.route('https://authjs.dev/**', (route) => route.abort());
    const page = await context.newPage();
    await page.goto(running.get(name)!.url);
    await page.getByRole('link', { name: 'Log in' }).click();
    if (name === 'auth-js') await page.getByRole('button', { name: 'Sign in with Pushguard' }).click();
    await view(page, 'person').waitFor();
    return page;
  }

  /** Logs a person in; returns the subject and the rest that the page of the example says. */
  async function logIn(example: Example, person: DemoPerson, lastCode?: string) {
    const page = await begin(example);
    await identify(page, person);
    const code = await scene.textedCode(person, lastCode);
    await enterCode(page, code);
    await pressBack(page, 'verified');
    await page.waitForURL(`${running.get(example.name)!.url}/`);
    const [subject, says] = [await page.locator('h1').innerText(), await page.locator('p').innerText()];
    await page.context().close();
    return { code, subject, says };
  }

  it.each(EXAMPLES)('the example $name logs a person in, and knows the person the next time', async (example) => {
    const person = scene.person(example.lineId);
    const first = await logIn(example, person);
    expect(first).toMatchObject({ subject: expect.stringMatching(/^[\w-]{43}$/), says: example.says(person) });
    const second = await logIn(example, person, first.code);
    expect(second).toMatchObject({ subject: first.subject, says: first.says });
  });

  it.each(EXAMPLES)(
    'a person who goes back from the window reads at $name that nobody was verified',
    async (example) => {
      const page = await begin(example);
      const answered = page.waitForResponse((response) => response.status() === 403);
      await page.locator('#leave').click();
      expect((await answered).url()).toContain(running.get(example.name)!.url);
      await page.getByRole('heading', { name: 'Not verified' }).waitFor();
      await page.context().close();
    },
  );

  it.each(EXAMPLES)('the guide shows the program of $name word for word', async ({ name, section }) => {
    const html = await (await fetch(`${scene.issuer}/developers/openid-connect?lang=en`)).text();
    const shown =
      html.split(`>${section}</h2>`)[1]?.split('<h2')[0]?.split('<pre><code>')[1]?.split('</code>')[0] ?? '';
    const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
    const text = shown.replaceAll(/&(lt|gt|quot|amp);/g, (_, one: string) => characters[one] ?? '');
    expect(text).toBe(await readFile(join('test/examples', name, 'server.mjs'), 'utf8'));
  });
});
