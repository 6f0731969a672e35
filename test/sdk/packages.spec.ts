import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../support/free-port.ts';
import { TestService } from '../support/service.ts';

const run = promisify(execFile);
const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A folder of another project, into which the packed libraries were installed with what they depend on. */
let folder: string;
let service: TestService;
/** The example shop. */
let shop: { url: string; child: ChildProcess };

beforeAll(async () => {
  [service] = await Promise.all([TestService.start(), run(process.execPath, ['config/sdk.mjs'])]);
  folder = await install();
  shop = await startShop();
});
afterAll(async () => {
  const ended = new Promise((resolve) => shop.child.once('exit', resolve));
  shop.child.kill('SIGTERM');
  await Promise.all([ended, service.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/**
 * Installs the libraries into another project, by npm and from the addresses that the service shows. `npm run sdk`, which
 * packed them, fails for what publint and attw complain of. Nothing else is fetched: what they depend on lies beside, as copies
 * that find nothing else of ours.
 */
async function install(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'pushguard-packages-'));
  const page = await (await fetch(`${service.issuer}/developers/sdk?lang=en`)).text();
  const links = [...page.matchAll(/href="(\/developers\/packages\/[^"]+)"/g)].map(
    ([, path = '']) => service.issuer + path,
  );
  expect(links).toHaveLength(2);
  // The commands of the page install the same.
  for (const link of links) expect(page).toContain(`npm install ${link}\n`);
  const beside = ['jose', 'hash-wasm', '@types/node', 'undici-types'];
  const sources = await Promise.all(beside.map((name) => realpath(join('node_modules', name))));
  const dependencies = Object.fromEntries(beside.map((name, at) => [name, `file:${sources[at] ?? ''}`]));
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const nowhere = [`--registry=http://127.0.0.1:1`, `--cache=${join(project, 'cache')}`, '--fetch-retries=0'];
  await run('npm', ['install', ...links, '--install-links', '--ignore-scripts', ...nowhere], { cwd: project });
  return project;
}

async function startShop(): Promise<{ url: string; child: ChildProcess }> {
  await cp('test/examples/node-shop/shop.mjs', join(folder, 'shop.mjs'));
  const port = await freePort();
  const RETURN_URL = `http://127.0.0.1:${port}/return`;
  const [CLIENT_ID, CLIENT_SECRET] = ['example-shop', 'a secret of the example'];
  await service.rows.clients.register({ clientId: CLIENT_ID, secret: CLIENT_SECRET, returnUrls: [RETURN_URL] });
  const env = { ISSUER: service.issuer, CLIENT_ID, CLIENT_SECRET, RETURN_URL, WEBHOOK_SECRET, PORT: String(port) };
  const child = spawn(process.execPath, ['shop.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the shop ended with ${String(code)}`)));
  });
  return { url, child };
}

describe('the packed libraries', () => {
  it('another project’s TypeScript accepts them, as strict as it gets, and refuses what is wrong', async () => {
    await writeFile(join(folder, 'use.ts'), USE);
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
      ...{ target: 'es2022', module: 'nodenext', types: ['node'], noEmit: true, lib: ['es2023', 'dom'] },
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.ts'] }));
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  it('they run on Node with nothing beside them, and export only what their packages name', async () => {
    const program = `
      import * as client from '@pushguard/client';
      import * as phone from '@pushguard/phone';
      import { ProblemError } from '@pushguard/phone/problem-error';
      const hidden = await import('@pushguard/client/lib/transport.js').catch(({ code }) => code);
      console.log(JSON.stringify([Object.keys(client).sort(), Object.keys(phone).sort(), ProblemError.name, hidden]));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([
      ['Pushguard', 'PushguardError', 'newState', 'stateMatches', 'verifyWebhook', 'windowOfReturn'],
      ['Phone', 'UnknownPushError'],
      'ProblemError',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    ]);
  });

  it('an address of another file answers 404', async () => {
    for (const file of ['pushguard-client-0.0.0.tgz', 'sdk', '..%2Fsrc%2Fmain.js', 'pushguard-client-0.1.0.tgz%00'])
      expect([file, (await fetch(`${service.issuer}/developers/packages/${file}`)).status]).toEqual([file, 404]);
  });

  it('they carry the licence, a description and no source of the service', async () => {
    for (const name of ['client', 'phone']) {
      const at = join(folder, 'node_modules/@pushguard', name);
      expect(await readFile(join(at, 'LICENSE'), 'utf8')).toContain('Apache License');
      expect(await readFile(join(at, 'README.md'), 'utf8')).toContain(`# @pushguard/${name}`);
      const manifest = JSON.parse(await readFile(join(at, 'package.json'), 'utf8')) as object;
      expect(manifest).toMatchObject({ license: 'Apache-2.0', sideEffects: false, engines: { node: '>=20' } });
    }
  });
});

/** A program that uses the types; the marked lines must not compile. */
const USE = `
import { Pushguard, PushguardError, verifyWebhook, type PushguardErrorCode, type WebhookEvent } from '@pushguard/client';
import { Phone, type PhoneState } from '@pushguard/phone';
import { EnvelopeError } from '@pushguard/phone/envelope';

const pushguard = new Pushguard({ issuer: 'https://push.example.kr', clientId: 'shop', clientSecret: 'secret' });
new Pushguard({ issuer: 'https://push.example.kr', clientId: 'shop', privateKey: { kty: 'EC' } });
// @ts-expect-error a client proves itself in one way
new Pushguard({ issuer: 'https://push.example.kr', clientId: 'shop' });

const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '010-1234-5678', purpose: 'Sign-up' };
const started = await pushguard.startAuthentication(person, { signal: AbortSignal.timeout(1000) });
// @ts-expect-error sign takes a transaction
await pushguard.startAuthentication({ ...person, method: 'sign' });
await pushguard.startAuthentication({ ...person, method: 'sign', transaction: [{ label: 'a', value: 'b' }] });
// @ts-expect-error there is a result only once it is verified
started.result.subject;
const ended = await pushguard.waitForEnd(started.id);
export const subject: string | undefined = ended.state === 'verified' ? ended.result.subject : undefined;

export function sentence(code: PushguardErrorCode): string {
  switch (code) {
    case 'code_mismatch': return 'Wrong code.';
    // @ts-expect-error not a code
    case 'code_wrong': return '';
    default: return code;
  }
}
export function told(event: WebhookEvent): string {
  switch (event.type) {
    case 'authentication.verified': return event.data.channel;
    case 'window.closed': return event.data.windowId;
    case 'unknown': return event.unknownType;
    default: return event.id;
  }
}
await pushguard.webhooks.addEndpoint({ url: 'https://shop.example/', types: ['authentication.verified', '*'] });
// @ts-expect-error no type of events
await pushguard.webhooks.addEndpoint({ url: 'https://shop.example/', types: ['authentication.seen'] });
for await (const { events, after } of pushguard.webhooks.readFeed({ after: '', type: 'window.closed' })) {
  for (const event of events) told(event) + after;
}
told(verifyWebhook(new Headers(), new Uint8Array(), ['whsec_']));
export const left = (error: unknown): number | undefined =>
  error instanceof PushguardError ? error.attemptsLeft : undefined;
export const restored = (state: PhoneState): Promise<Phone> => Phone.restore(state);
export const isEnvelope = (error: unknown): boolean => error instanceof EnvelopeError;
`;

describe('the example shop', () => {
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(shop.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: cookie ? { Cookie: cookie } : {},
      body: new URLSearchParams(fields),
    });
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  it('a person is verified in the shop’s own window', async () => {
    const { phoneNumber, birthDate, genderDigit } = await service.addLine();
    const started = await post('/start', { phoneNumber, birthDate, genderDigit });
    expect([started.status, started.headers.get('location')]).toEqual([303, '/code']);
    const code = await service.textedCode(phoneNumber);
    const wrong = await post('/verify', { code: code === '000000' ? '000001' : '000000' }, cookieOf(started));
    expect([wrong.status, await wrong.text()]).toEqual([422, 'Wrong code. 4 attempts left.']);
    const verified = await post('/verify', { code }, cookieOf(started));
    expect([verified.status, await verified.text()]).toEqual([200, 'Verified: born 1990-01-01, by sms.']);
    expect((await post('/verify', { code }, cookieOf(started))).status).toBe(409);
  });

  it('a browser is sent to the hosted window, and only this browser may come back', async () => {
    const sent = await fetch(`${shop.url}/hosted`, { redirect: 'manual' });
    expect([sent.status, sent.headers.get('location')]).toEqual([
      303,
      expect.stringContaining(`${service.issuer}/windows/`),
    ]);
    const back = `${shop.url}/return?windowId=other&state=other`;
    expect((await fetch(back, { headers: { Cookie: cookieOf(sent) } })).status).toBe(403);
  });

  it('a webhook is accepted when it is signed, and refused when it is not', async () => {
    const body = JSON.stringify({ type: 'test', timestamp: new Date().toISOString(), data: { test: true } });
    const at = new Date();
    const signed = new Webhook(WEBHOOK_SECRET).sign('msg_1', at, body);
    const send = (signature: string) =>
      fetch(`${shop.url}/webhooks`, {
        method: 'POST',
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signature,
        },
        body,
      });
    expect([(await send(signed)).status, (await send('v1,AAAA')).status]).toEqual([204, 400]);
  });
});
