import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { TestService } from '../support/service.ts';
import { TextBrowser } from '../../src/commands/journey/text-browser.ts';

describe('npm start at a terminal', () => {
  let database: TestDatabase;
  let directory: string;

  beforeAll(async () => {
    [database, directory] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'pushguard-start-'))]);
  });
  afterAll(async () => {
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('the start says at once what it does, and ends with every address and the ids of the clients', async () => {
    const port = await freePort();
    const main = join(import.meta.dirname, '../../dist/src/main.js');
    const env = {
      ...process.env,
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      PORT: String(port),
      MANAGEMENT_PORT: '0',
    };
    const child = spawn(process.execPath, [main], { env: { ...env, NODE_ENV: 'development' } });
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    try {
      await eventually('the end of the start', () => said.includes('Press Ctrl-C'));
      expect(said.trimStart()).toMatch(/^Starting Pushguard/);
      expect(said.indexOf('Migrating')).toBeLessThan(said.indexOf('Pushguard is running'));
      for (const path of ['/', '/demo', '/demo/bank', '/phone', '/operator', '/openapi.json', '/local/sms-outbox'])
        expect(said).toMatch(new RegExp(`:${port}${path}\\s`));
      for (const id of ['demo-shop', 'demo-bank', 'demo-securities', 'demo-carrier', 'demo-operator'])
        expect(said).toContain(id);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});

it('what is built first, in silence for a minute, is told to a person, and not to a program that reads the output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pushguard-build-'));
  try {
    const made = ['dist/src', 'dist/assets', 'config', 'migrations', 'src'].map((path) => join(folder, path));
    for (const path of made) await mkdir(path, { recursive: true });
    await cp(join(import.meta.dirname, '../../config/build.mjs'), join(folder, 'config/build.mjs'));
    for (const file of ['nest-cli.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'])
      await writeFile(join(folder, file), '{}');
    const compile = 'touch dist/src/main.js dist/assets/manifest.json';
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { compile } }));
    const build = () => promisify(execFile)('node', ['config/build.mjs'], { cwd: folder });
    expect(await build()).toEqual({ stdout: '', stderr: expect.stringMatching(/^Building Pushguard/) });
    expect(await build()).toEqual({ stdout: '', stderr: '' });
    await writeFile(join(folder, 'src/main.ts'), 'changed');
    expect((await build()).stderr).toMatch(/^Building Pushguard/);
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
