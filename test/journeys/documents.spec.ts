import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { VECTORS } from '../../src/developers/vector-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { describeWith, INTERPRETERS } from '../support/programs.ts';
import { Rows } from '../support/rows/rows.ts';
import { startProcess, type ServiceProcess } from '../support/service.ts';

/** Python's standard library checks no signature: an interpreter without this package cannot run the code. */
const PYTHON = [INTERPRETERS.python, '/usr/bin/python3'].find(
  (path) => path !== undefined && spawnSync(path, ['-c', 'import cryptography']).status === 0,
);

/** How the samples of a language become a program, and run. */
const LANGUAGES = {
  sh: { file: 'sample.sh', command: 'bash', args: ['-e', '-o', 'pipefail'] },
  js: { file: 'sample.mjs', command: process.execPath, args: [] },
  python: { file: 'sample.py', command: PYTHON ?? 'python3', args: [] },
  php: { file: 'sample.php', command: 'php', args: [] },
  java: { file: 'Sample.java', command: 'java', args: [] },
} as const;
type Language = keyof typeof LANGUAGES;

/** A page with examples: what a reader has run before, and what every language prints. */
interface Page {
  name: string;
  /** Steps of the quickstart that its code goes on from. */
  after?: readonly string[];
  steps: readonly string[];
  prints: readonly (string | RegExp)[];
}

const PAGES: readonly Page[] = [
  {
    name: 'quickstart',
    steps: ['begin', 'token', 'start', 'code', 'verify'],
    prints: ['verified', '+821034567890'],
  },
  {
    name: 'results',
    after: ['begin', 'token', 'start', 'code', 'verify'],
    steps: ['assertion'],
    prints: [/jti/, 'altered: refused', 'other id: refused'],
  },
  {
    name: 'hosted-window',
    after: ['begin', 'token'],
    steps: ['open', 'outcome'],
    prints: [/Send the browser to http\S+\/windows\//, /state\W+open\b/],
  },
  {
    name: 'own-window',
    steps: ['begin', 'token', 'start', 'wait', 'code', 'verify', 'resend'],
    prints: [/state\W+opened\b/, /state\W+verified\b/, 'too_many_requests', 'cancelled'],
  },
  {
    name: 'test-mode',
    steps: ['begin', 'token', 'start', 'wait', 'code', 'verify'],
    prints: [/state\W+opened\b/, /state\W+verified\b/],
  },
  {
    name: 'webhooks',
    after: ['begin', 'token'],
    steps: ['endpoint', 'signature', 'test', 'rotate', 'feed', 'remove'],
    prints: [
      /whsec_.*whsec_/s,
      /authentication\.verified/,
      'removed',
      'genuine: true',
      'second: true',
      'altered: false',
      'old: false',
      'foreign: false',
    ],
  },
  {
    name: 'otp-and-signing',
    steps: ['begin', 'token', 'otp', 'sign', 'live', 'registration', 'smart-otp'],
    prints: [/channel\W+otp\b/, /channel\W+sign\b/, /state\W+pending\b/, /state\W+revoked\b/, 'enrolmentCode'],
  },
  // Stale: another language told of the same line in this second.
  { name: 'carrier', steps: ['begin', 'token', 'event'], prints: [/outcome\W+(applied|stale)\b/] },
  { name: 'call-centre', steps: ['begin', 'token', 'eligibility'], prints: [/eligible\W+(true|1)\b/i] },
];

const WEBHOOK_SECRET = `whsec_${randomBytes(24).toString('base64')}`;
/** Deliveries with the signatures of another implementation: a line each, of name, id, time, signatures and body. */
const DELIVERIES = deliveries();

/** What a test adds to the samples of a page, to see that they also refuse. */
const ADDED: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  webhooks: {
    sh: `
      while IFS='|' read -r name id at signatures body; do
        printf %s "$body" > body
        if is_signed "$WEBHOOK_SECRET" "$id" "$at" "$signatures" body; then echo "$name: true"; else echo "$name: false"; fi
      done <<< "$DELIVERIES"`,
    js: `
      for (const line of process.env.DELIVERIES.split('\\n')) {
        const [name, id, at, signatures, body] = line.split('|');
        const received = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures };
        console.log(name + ': ' + isSigned(process.env.WEBHOOK_SECRET, received, Buffer.from(body)));
      }`,
    java: `
      for (String line : System.getenv("DELIVERIES").split("\\n")) {
        String[] f = line.split("[|]");
        System.out.println(f[0] + ": " + Webhooks.isSigned(System.getenv("WEBHOOK_SECRET"), f[1], f[2], f[3], f[4].getBytes("UTF-8")));
      }`,
    python: `
import os
for line in os.environ['DELIVERIES'].split('\\n'):
    name, id, at, signatures, body = line.split('|')
    print(f"{name}: {is_signed(os.environ['WEBHOOK_SECRET'], id, at, signatures, body.encode())}".lower())`,
    php: `
      foreach (explode("\\n", getenv('DELIVERIES')) as $line) {
          [$name, $id, $at, $signatures, $body] = explode('|', $line);
          echo $name, ': ', var_export(isSigned(getenv('WEBHOOK_SECRET'), $id, $at, $signatures, $body), true), "\\n";
      }`,
  },
  results: {
    sh: `
      ASSERTION=$(echo "$VERIFIED" | member assertion)
      REST=\${ASSERTION#*.}
      ALTERED=\${ASSERTION%%.*}.\${REST:0:20}$([ "\${REST:20:1}" = A ] && echo B || echo A)\${REST:21}
      check_assertion "$ALTERED" "$ID" || echo 'altered: refused'
      check_assertion "$ASSERTION" other || echo 'other id: refused'`,
    js: `
      const altered = verified.assertion.replace(/^([^.]+\\.[^.]{20})(.)/, (_, before, one) => before + (one === 'A' ? 'B' : 'A'));
      await checkAssertion(altered, started.id).catch(() => console.log('altered: refused'));
      await checkAssertion(verified.assertion, 'other').catch(() => console.log('other id: refused'));`,
    java: `
      String genuine = member.apply(verified, "assertion");
      int at = genuine.indexOf('.') + 20;
      String altered = genuine.substring(0, at) + (genuine.charAt(at) == 'A' ? 'B' : 'A') + genuine.substring(at + 1);
      try { check.claimsOf(altered, id); } catch (SecurityException e) { System.out.println("altered: refused"); }
      try { check.claimsOf(genuine, "other"); } catch (SecurityException e) { System.out.println("other id: refused"); }`,
    python: `
at = verified['assertion'].index('.') + 20
one = 'B' if verified['assertion'][at] == 'A' else 'A'
for name, assertion, id in [('altered', verified['assertion'][:at] + one + verified['assertion'][at + 1:], started['id']),
                            ('other id', verified['assertion'], 'other')]:
    try:
        check_assertion(assertion, id)
    except Exception:
        print(f'{name}: refused')`,
    php: `
      $altered = $verified['assertion'];
      $at = strpos($altered, '.') + 20;
      $altered[$at] = $altered[$at] === 'A' ? 'B' : 'A';
      foreach (['altered' => [$altered, $started['id']], 'other id' => [$verified['assertion'], 'other']] as $name => $given) {
          try { checkAssertion(...$given); } catch (Exception) { echo "$name: refused\\n"; }
      }`,
  },
};

let service: ServiceProcess;
let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  [database, directory] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'pushguard-samples-'))]);
  await symlink(resolve('node_modules'), join(directory, 'node_modules'));
  service = await startProcess({ DATA_DIR: directory, DATABASE_URL: database.url });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await new Rows(database.pool).budgets.clearStarts();
});

/** The samples of a page in one language by their step, in the order of the page, as a reader sees them. */
async function samplesOf(page: string, language: Language): Promise<Map<string, string>> {
  const html = await (await fetch(`${service.announcement.issuer}/developers/${page}?lang=en`)).text();
  const found = html.matchAll(
    /<details class="sample" data-step="([^"]+)" data-language="(\w+)"[^>]*>.*?<code>(.*?)<\/code>/gs,
  );
  return new Map([...found].flatMap(([, step = '', of, code = '']) => (of === language ? [[step, textOf(code)]] : [])));
}

function textOf(html: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return html.replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => characters[name] ?? '');
}

/** The program that a reader has after copying the samples of a page, and of the pages before it. */
async function programOf({ name, after = [], steps }: Page, language: Language): Promise<string> {
  const before = await samplesOf('quickstart', language);
  const own = await samplesOf(name, language);
  expect([name, language, [...own.keys()]]).toEqual([name, language, steps]);
  return [...after.map((step) => before.get(step)), ...own.values(), ADDED[name]?.[language]].join('\n');
}

function deliveries(): string {
  const [own, foreign] = [WEBHOOK_SECRET, `whsec_${randomBytes(24).toString('base64')}`].map((one) => new Webhook(one));
  const body = '{"type":"authentication.verified","data":{"id":"회원"}}';
  const [now, old] = [new Date(), new Date(Date.now() - 600_000)];
  const signed = (by: Webhook | undefined, at: Date) => by?.sign('msg_1', at, body) ?? '';
  const line = (name: string, at: Date, signatures: string, text = body) =>
    [name, 'msg_1', Math.floor(at.getTime() / 1000), signatures, text].join('|');
  return [
    line('genuine', now, signed(own, now)),
    line('second', now, `${signed(foreign, now)} ${signed(own, now)}`),
    line('altered', now, signed(own, now), body.replace('verified', 'declined')),
    line('old', old, signed(own, old)),
    line('foreign', now, signed(foreign, now)),
  ].join('\n');
}

/** Runs a program; resolves to what it printed. */
async function run(language: Language, program: string, name: string): Promise<string> {
  const { file, command, args } = LANGUAGES[language];
  const folder = join(directory, language, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), program);
  return new Promise((done, fail) => {
    execFile(
      command,
      [...args, file],
      { cwd: folder, env: { ...process.env, WEBHOOK_SECRET, DELIVERIES } },
      (error, out, err) => {
        if (error) fail(new Error(`${name} in ${language}: ${error.message}\n${out}${err}`));
        else done(out);
      },
    );
  });
}

/** One program of Java for all pages, because its start takes longest. */
function javaProgram(programs: ReadonlyMap<string, string>): string {
  const isImport = (line: string) => /^import [\w.]+(\.\*)?;$/.test(line);
  const lines = [...programs.values()].flatMap((program) => program.split('\n'));
  const methods = [...programs].map(([name, program]) => {
    const body = program.split('\n').filter((line) => !isImport(line));
    return `static void ${name.replaceAll('-', '_')}() throws Exception {\n${body.join('\n')}\n}`;
  });
  const calls = [...programs.keys()].map(
    (name) => `System.out.println("page ${name}:"); ${name.replaceAll('-', '_')}();`,
  );
  return `${[...new Set(lines.filter(isImport))].join('\n')}
    public class Sample {
      ${methods.join('\n')}
      public static void main(String[] args) throws Exception { ${calls.join('\n')} }
    }`;
}

function expectPrinted(page: Page, language: Language, out: string): void {
  for (const one of page.prints) expect(`${page.name} in ${language}:\n${out}`).toMatch(one);
}

const itRuns = (language: Exclude<Language, 'java'>) =>
  it.each(PAGES)(`a developer copies the ${language} of $name, and it runs`, async (page) => {
    expectPrinted(page, language, await run(language, await programOf(page, language), page.name));
  });

itRuns('sh');
itRuns('js');
describeWith(PYTHON, 'a developer of Python', () => itRuns('python'));
describeWith(INTERPRETERS.php, 'a developer of PHP', () => itRuns('php'));
describeWith(INTERPRETERS.java, 'a developer of Java', () => {
  it('a developer copies the java of every page, and it runs', async () => {
    const programs = new Map<string, string>();
    for (const page of PAGES) programs.set(page.name, await programOf(page, 'java'));
    const out = await run('java', javaProgram(programs), 'all');
    const printed = new Map(
      out.split(/^page (?=[\w-]+:)/m).map((part) => [part.split(':')[0], part.slice(part.indexOf(':') + 1)] as const),
    );
    for (const page of PAGES) expectPrinted(page, 'java', printed.get(page.name) ?? '');
  });
});

it.each(VECTORS)('the vectors %s are served as JSON, and the command prints the same', async (name) => {
  const answer = await fetch(`${service.announcement.issuer}/developers/vectors/v1/${name}.json`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const { stdout } = spawnSync(process.execPath, ['dist/src/commands/vectors.js', name], { encoding: 'utf8' });
  expect(await answer.text()).toBe(stdout);
  expect(JSON.parse(stdout)).toHaveProperty('how');
});

it.each(['android-core', 'ios-core'])('each file of the %s is served as text that runs nowhere', async (core) => {
  const folder = join('test/examples', core);
  for (const name of await readdir(folder)) {
    const answer = await fetch(`${service.announcement.issuer}/developers/cores/${core}/${name}`);
    expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, 'text/plain; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toBe(await readFile(join(folder, name), 'utf8'));
  }
});

it('a core, or a file of one, of another name is not found', async () => {
  for (const path of [
    'android-core/Other.java',
    'other-core/P256.java',
    'android-core/..%2Fios-core%2FPin.swift',
    '..%2Fguide/sdk.md',
  ])
    expect([path, (await fetch(`${service.announcement.issuer}/developers/cores/${path}`)).status]).toEqual([
      path,
      404,
    ]);
});

it('vectors of another name are not found, neither by a reader nor by the command', async () => {
  for (const path of ['v1/other.json', 'v1/..%2Fv1%2Fenvelope.json', 'v2/envelope.json'])
    expect([path, (await fetch(`${service.announcement.issuer}/developers/vectors/${path}`)).status]).toEqual([
      path,
      404,
    ]);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/commands/vectors.js', '../envelope'], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('device-proof');
});
