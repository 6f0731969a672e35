import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runProgram } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { TestService } from '../support/service.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';

describe('npm start at a terminal', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pushguard-start-'));
    // As root, PostgreSQL runs under another account, which must be able to reach the directory.
    await chmod(directory, 0o755);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Everything that one start says until it is ready; then it is stopped, once `meanwhile` has ended. */
  async function said(port: number, meanwhile = () => Promise.resolve()): Promise<string> {
    const main = join(import.meta.dirname, '../../dist/src/main.js');
    const { DATABASE_URL: _none, ...inherited } = process.env;
    const own = { DATA_DIR: directory, PORT: String(port), MANAGEMENT_PORT: '0', NODE_ENV: 'development' };
    const child = spawn(process.execPath, [main], { env: { ...inherited, ...own } });
    let text = '';
    let failure = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stderr.on('data', (part: Buffer) => (failure += part.toString()));
    const exit = once(child, 'exit');
    try {
      await eventually('the end of the start', () => {
        if (child.exitCode !== null) throw new Error(`the start ended with ${child.exitCode}: ${text}${failure}`);
        return text.includes('Press Ctrl-C');
      });
      await meanwhile();
      return text;
    } finally {
      child.kill('SIGTERM');
      await exit;
    }
  }

  it('the first start says at once what it does, and ends with every address and the ids of the clients', async () => {
    const port = await freePort();
    const text = await said(port);
    expect(text.trimStart()).toMatch(/^Starting Pushguard/);
    const steps = ['Creating a PostgreSQL in', 'Applying', 'Starting the service', 'Seeding', 'Pushguard is running'];
    expect(text).toMatch(new RegExp(steps.join('[^]*')));
    for (const path of ['/', '/demo', '/demo/bank', '/phone', '/operator', '/developers', '/local/sms-outbox'])
      expect(text).toMatch(new RegExp(`:${port}${path}\\s`));
    for (const id of ['demo-shop', 'demo-bank', 'demo-securities', 'demo-carrier', 'demo-operator'])
      expect(text).toContain(id);
  });

  it.each<[string, string[], RegExp]>([
    ['verify-audit', [], /^head: /m],
    ['replay-events', [], /^no events are waiting/],
    ['reencrypt', [], /^lines\.owner: 0 rows/m],
  ])('%s finds database and keys of a running start by DATA_DIR alone', async (command, words, expected) => {
    await said(await freePort(), async () => {
      const ended = await runProgram(`commands/${command}`, words, { DATA_DIR: directory, ISSUER: '', NODE_ENV: '' });
      expect(ended).toEqual({ code: 0, stdout: expect.stringMatching(expected), stderr: '' });
    });
  });

  it('the next start says that it goes on with the database, and has nothing to migrate', async () => {
    const text = await said(await freePort());
    expect(text).toMatch(/Starting the PostgreSQL in[^]*Starting the service[^]*Pushguard is running/);
    expect(text).not.toMatch(/Creating|Applying/);
  });
});

it('what is built first, in silence for some seconds, is told to a person, and not to a program that reads the output; a missing package is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pushguard-build-'));
  try {
    const copied = [
      'src/developers/guide',
      'src/developers/vectors',
      'test/examples/android-core',
      'test/examples/ios-core',
    ];
    const made = ['dist/src', 'dist/assets', 'config', 'migrations', ...copied].map((path) => join(folder, path));
    for (const path of made) await mkdir(path, { recursive: true });
    await cp(join(import.meta.dirname, '../../config/build.mjs'), join(folder, 'config/build.mjs'));
    await writeFile(
      join(folder, 'config/transpile.mjs'),
      `import { writeFile } from 'node:fs/promises';
       export const transpile = () => writeFile('dist/src/main.js', '');`,
    );
    await writeFile(
      join(folder, 'config/bundle.mjs'),
      `import { writeFile } from 'node:fs/promises';
       export const bundle = () => writeFile('dist/assets/manifest.json', '{}');`,
    );
    for (const file of ['nest-cli.json', 'package-lock.json', 'package.json', 'tsconfig.build.json', 'tsconfig.json'])
      await writeFile(join(folder, file), '{}');
    const build = () => promisify(execFile)('node', ['config/build.mjs'], { cwd: folder });
    expect(await build()).toEqual({ stdout: '', stderr: expect.stringMatching(/^Building Pushguard/) });
    expect(await build()).toEqual({ stdout: '', stderr: '' });
    await writeFile(join(folder, 'src/main.ts'), 'changed');
    expect((await build()).stderr).toMatch(/^Building Pushguard/);
    await writeFile(join(folder, 'src/main.ts'), 'changed again');
    await writeFile(join(folder, 'config/bundle.mjs'), "import 'a-package-that-is-not-installed';");
    await expect(build()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run npm ci --include=dev'),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('the demonstration', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(() => service.stop());

  it('a button of the shop gives the people their budgets back', async () => {
    const person = await service.addLine();
    for (let start = 0; start < 5; start += 1) expect((await service.start(person)).status).toBe(201);
    expect((await service.start(person)).status).toBe(429);
    const visitor = new TextBrowser(service.issuer);
    const { text } = await visitor.open('/demo?lang=ko');
    expect(text).toContain('요청 횟수 초기화');
    const page = await visitor.send('/demo/budgets', { lang: 'ko' });
    expect(page.text).toContain('요청 횟수를 초기화했습니다');
    expect((await service.start(person)).status).toBe(201);
  });

  it('another site cannot press that button', async () => {
    const answer = await fetch(`${service.issuer}/demo/budgets`, {
      method: 'POST',
      headers: { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' },
      body: new URLSearchParams({ lang: 'ko' }),
    });
    expect(answer.status).toBe(403);
  });
});
