import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { startLocalSmsc, type LocalSmsc } from '../../src/embedded/local-smsc.ts';
import { NOBODYS_TOKEN } from '../../src/gateways/push/fcm.push.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis.ts';
import { createDatabaseOfTwoRoles, type DatabaseOfTwoRoles } from '../support/two-roles.ts';
import { packed, TestService, urlOfSmsc, type TestPerson } from '../support/service.ts';

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Report {
  lines: { check: string; state: string; says: string; todo?: string }[];
  exitCode: number;
}

interface ListedKey {
  list: string;
  kid: string;
  use: string;
  rows?: number;
}

let directory: string;
let file: string;
let service: TestService;
let [firstSmsc, otherSmsc]: LocalSmsc[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pushguard-operated-'));
  file = join(directory, 'keyring.json');
  await writeFile(file, generateKeyring(), { mode: 0o600 });
  [firstSmsc, otherSmsc] = await Promise.all([startLocalSmsc(), startLocalSmsc()]);
  await writeFile(join(directory, 'smpp'), urlOfSmsc(firstSmsc), { mode: 0o600 });
  const files = { KEYRING_FILE: file, SMPP_URL_FILE: join(directory, 'smpp') };
  service = await TestService.start({ ...files, DRAIN_SECONDS: '2' });
});
afterAll(async () => {
  await service.stop();
  await Promise.all([firstSmsc?.close(), otherSmsc?.close()]);
  await rm(directory, { recursive: true, force: true });
});

/** Runs a command. `fileBlocks` is the size that no file may exceed, as on a disk that is full. */
function run(
  command: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
  fileBlocks = 'unlimited',
): Promise<Ended> {
  const { issuer, management } = service.process.announcement;
  const program = [process.execPath, packed(`commands/${command}`), ...words];
  const child = spawn('sh', ['-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...program], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'test',
      ISSUER: issuer,
      PORT: new URL(issuer).port,
      MANAGEMENT_PORT: new URL(management).port,
      ...service.env,
      ...env,
    },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

async function json<Result>(command: string, ...words: string[]): Promise<Result> {
  const { code, stdout, stderr } = await run(command, [...words, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Result;
}

/**
 * Has the process read its files again, and waits for its line about it. It may have noticed a change by itself, and says
 * then that nothing has changed.
 */
async function readAgain(said = /in force from now on|no secret in a file has changed/): Promise<void> {
  const before = service.process.log().length;
  service.process.child.kill('SIGHUP');
  await eventually('a line about the secrets', () => Promise.resolve(said.test(service.process.log().slice(before))));
  // Lines that the test adds are encrypted as the process encrypts.
  service.keys.use(parseKeyring(await readFile(file, 'utf8')));
}

const sql = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await service.database.pool.query<Row>(text, values)).rows;

/** What the audit has of a command. */
const auditOf = async (command: string) =>
  (
    await sql<{ action: string; reason: string }>(
      'SELECT action, reason FROM audit_entries WHERE starts_with(action, $1) ORDER BY id',
      [command],
    )
  ).map(({ action, reason }) => `${action}: ${reason}`);

const examine = async (env: Record<string, string> = {}) => {
  const { code, stdout } = await run('doctor', ['--json'], env);
  const report = JSON.parse(stdout) as Report;
  expect(report.exitCode).toBe(code);
  const states = new Map(report.lines.map(({ check, state }) => [check, state]));
  /** A line as text; the whole report where it has none of this name. */
  const line = (name: string) => {
    const found = report.lines.find(({ check }) => check === name);
    return found ? `${found.state}: ${found.says}. ${found.todo ?? ''}` : stdout;
  };
  return { code, stdout, states, report, line };
};

describe('npm run doctor', () => {
  it('finds nothing wrong beside a running service, tries every neighbour, and sends nothing', async () => {
    const { code, states, report } = await examine();
    expect(report.lines.filter(({ state }) => state === 'wrong' || state === 'unknown')).toEqual([]);
    expect(code).toBe(0);
    for (const check of [
      'configuration',
      'database',
      'clock',
      'migrations',
      'poolers',
      'keyring',
      'queue',
      'fcm',
      'apns',
    ])
      expect([check, states.get(check)]).toEqual([check, 'ok']);
    for (const check of ['web push', 'sms', 'temporary folder', 'ports', 'issuer'])
      expect([check, states.get(check)]).toEqual([check, 'ok']);
    expect([...service.fcm.received, ...service.apns.received]).toEqual([]);
  });

  it('names all that is wrong at once, says what to do about each, and prints no secret', async () => {
    service.fcm.answer(NOBODYS_TOKEN, 'THIRD_PARTY_AUTH_ERROR');
    const { code, stdout, states, report } = await examine({
      MONTHLY_FEE: 'much',
      APNS_TEAM_ID: 'OTHERTEAM1',
      SMPP_URL: urlOfSmsc(firstSmsc!).replace(/:[^:@]+@/, ':wrongpwd@'),
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      KEYRING: generateKeyring(),
      CARRIER_DIRECTORY_URL: `http://127.0.0.1:${await freePort()}`,
      ISSUER: `http://127.0.0.1:${await freePort()}`,
    });
    expect(code).toBe(1);
    for (const check of ['configuration', 'fcm', 'apns', 'sms', 'queue', 'keyring', 'directory'])
      expect([check, states.get(check)]).toEqual([check, 'wrong']);
    expect([states.get('database'), states.get('issuer')]).toEqual(['ok', 'unknown']);
    for (const { state, todo } of report.lines) if (state !== 'ok' && state !== 'off') expect(todo).toMatch(/\w/);
    for (const secret of ['wrongpwd', 'much', new URL(service.database.url).password])
      if (secret) expect(stdout).not.toContain(secret);
  });

  it('exits with 2 when it could not judge something and nothing is wrong', async () => {
    const { code, states } = await examine({ ISSUER: `http://127.0.0.1:${await freePort()}` });
    expect([code, states.get('issuer')]).toEqual([2, 'unknown']);
  });

  it('asks broker and hub by the way of every message, and judges their answers', async () => {
    const answers: Record<string, number> = { '/busy': 503, '/moved': 307, '/absent': 404, '/messages': 405 };
    const asked: string[] = [];
    const server = createServer(({ method, url = '' }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(answers[url] ?? 500, { location: '/messages' }).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const at = (sms: string, push: string) => ({
      SMS_HTTP_URL: `http://127.0.0.1:${port}${sms}`,
      SMS_GATEWAYS: 'http',
      SMS_HTTP_TOKEN: 'a-token-of-the-broker',
      PUSH_HTTP_URL: `http://127.0.0.1:${port}${push}`,
      PUSH_HTTP_TOKEN: 'a-token-of-the-hub',
    });
    const otherIndex = {
      ...(JSON.parse(service.keyring) as object),
      index: (JSON.parse(generateKeyring()) as { index: unknown }).index,
    };
    // A disk of ten terabytes, of which four in a hundred are free.
    const disk = `import fs from 'node:fs/promises'; import { syncBuiltinESMExports } from 'node:module';
      fs.statfs = async () => ({ bavail: 1e8, blocks: 25e8, bsize: 4096 }); syncBuiltinESMExports();`;
    const one = await examine({ ...at('/busy', '/moved'), KEYRING: JSON.stringify(otherIndex) });
    const other = await examine({
      ...at('/messages', '/absent'),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(disk)}`,
    });
    // In production, nothing on this host is reached unless its network is named.
    const guarded = await examine({
      ...at('', ''),
      NODE_ENV: 'production',
      SMS_HTTP_URL: `https://broker.localhost:${port}/`,
    });
    await new Promise((closed) => server.close(closed));
    expect(one.line('sms')).toMatch(/^unknown: the SMS broker answers \(status 503 to HEAD\)\. Ask/);
    expect(one.line('apns')).toMatch(/^unknown: .*307.*no redirect is followed\. Give PUSH_HTTP_URL/);
    expect(one.line('keyring')).toMatch(/^wrong: lacks keys: lines\.phone_index /);
    expect(other.line('sms')).toMatch(/^ok: .*405/);
    expect(other.line('fcm')).toMatch(/^note: .*404.*correct the path of PUSH_HTTP_URL/);
    expect(other.line('temporary folder')).toMatch(/^note: .*has 390625 MiB free, 4\.0 % of it/);
    expect(guarded.line('sms')).toMatch(/^wrong: .*not on the internet.*SMS_HTTP_ALLOW_SUBNETS/);
    expect(new Set(asked)).toEqual(new Set(['/busy', '/moved', '/messages', '/absent'].map((path) => `HEAD ${path}`)));
  });
});

describe('npm run doctor and its neighbours by HTTP', () => {
  /** What the proxy answers to CONNECT; 200 leads to the host that it was asked for. */
  let answer = 200;
  /** The statuses of the inventory for a number that it does not know, where 200 is an empty list, and for its list. */
  let [number, list] = [200, 200];
  let asked: string[] = [];
  let seen: string[] = [];
  const shop = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  const proxy = createServer().on('connect', ({ url = '', headers }, socket) => {
    asked.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const status = headers['proxy-authorization'] === undefined ? 407 : answer;
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    const end = () => {
      onward.destroy();
      socket.destroy();
    };
    for (const one of [socket, onward]) one.once('error', end).once('close', end);
  });
  /** What the receiver of traces answers, and what it was sent. */
  let traced = 200;
  const exports: (string | undefined)[] = [];
  const traces = createServer(({ method, url, headers }, response) => {
    exports.push(`${method} ${url} ${headers['content-type']} ${String(headers['x-tenant'])}`);
    response.writeHead(traced).end();
  });
  const inventory = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://carrier.example');
    const isNumber = searchParams.has('productSerialNumber');
    const status = pathname !== '/tmf/product' ? 404 : isNumber ? number : list;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status > 299 ? { code: String(status) } : isNumber ? [] : [{ id: 'product-1' }]));
  });
  const servers = [shop, proxy, inventory, traces];
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  const neighbours = (base = '/tmf') => ({
    WEBHOOK_PROXY: `http://hooks:s3cretword@127.0.0.1:${portOf(proxy)}`,
    CARRIER_DIRECTORY_URL: `http://127.0.0.1:${portOf(inventory)}${base}`,
  });
  const addEndpoint = (port: number) =>
    sql(
      `INSERT INTO webhook_endpoints (id, client_id, url, types)
        SELECT $1, id, $2, '{*}' FROM clients WHERE client_id = 'demo-shop'`,
      [randomUUID(), `http://127.0.0.1:${port}/hooks/a-secret-path`],
    );

  beforeAll(async () => {
    for (const server of servers)
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  });
  beforeEach(() => {
    [asked, seen] = [[], []];
  });
  afterEach(async () => {
    await sql('DELETE FROM webhook_endpoints');
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });

  it('a proxy is ok when a request through it comes back from an endpoint, and not before', async () => {
    const none = await examine(neighbours());
    expect(none.line('WEBHOOK_PROXY')).toMatch(/^note: is reached; there is no endpoint/);
    expect(none.line('directory')).toBe('ok: answers. ');
    await addEndpoint(portOf(shop));
    const found = await examine({ ...neighbours(), WEB_PUSH_PROXY: `http://127.0.0.1:${await freePort()}` });
    expect(found.line('WEBHOOK_PROXY')).toMatch(/^ok: leads to 127\.0\.0\.1 \(status 405\)/);
    expect(found.line('WEB_PUSH_PROXY')).toMatch(/^wrong: is not reached: .*ECONNREFUSED/);
    expect([asked, seen]).toEqual([[`127.0.0.1:${portOf(shop)}`], ['HEAD /']]);
    for (const secret of ['s3cretword', 'a-secret-path']) expect(found.stdout).not.toContain(secret);
  });

  it('the receiver of traces is asked by the way of every export, and says what to correct when it refuses', async () => {
    const asked = { OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=s3cret-tenant' };
    const of = async (port: number) => examine({ ...asked, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    const taken = await of(portOf(traces));
    expect(taken.line('traces')).toBe('ok: the receiver takes them. ');
    expect(exports).toEqual(['POST /v1/traces application/x-protobuf s3cret-tenant']);
    expect(taken.stdout).not.toContain('s3cret-tenant');
    traced = 401;
    expect((await of(portOf(traces))).line('traces')).toMatch(/^wrong: .*status 401.*OTEL_EXPORTER_OTLP_HEADERS/);
    traced = 404;
    expect((await of(portOf(traces))).line('traces')).toMatch(/^wrong: .*status 404.*“\/v1\/traces” is added/);
    const absent = await of(await freePort());
    expect(absent.line('traces')).toMatch(/^wrong: .*ECONNREFUSED.*or start the receiver/);
    expect(absent.code).toBe(1);
    expect((await examine()).line('traces')).toMatch(/^off: not configured/);
  });

  it('a proxy is tried with the hosts of pings too, and not judged while the database does not name any host', async () => {
    await service.rows.clients.setCiba('demo-shop', { endpoint: `http://127.0.0.1:${portOf(shop)}/a-secret-path` });
    try {
      const found = await examine(neighbours());
      expect(found.line('WEBHOOK_PROXY')).toMatch(/^ok: leads to 127\.0\.0\.1 \(status 405\)/);
      expect(found.stdout).not.toContain('a-secret-path');
    } finally {
      await service.rows.clients.setCiba('demo-shop', {});
    }
    const blind = await examine({
      ...neighbours(),
      DATABASE_URL: `postgres://none@127.0.0.1:${await freePort()}/none`,
    });
    expect(blind.line('WEBHOOK_PROXY')).toMatch(/^unknown: is reached; the database does not say/);
  });

  it.each([
    {
      name: 'a login that the proxy refuses, and an inventory at another path',
      proxySays: 407,
      proxyLine: /^wrong: leads nowhere: .*407 .*Correct the login in WEBHOOK_PROXY/,
      base: '/tmg',
      directory: /^wrong: answers 404 .*Correct the path of CARRIER_DIRECTORY_URL/,
    },
    {
      name: 'an address that the proxy forbids, and an inventory that answers 404 and lists nothing',
      proxySays: 403,
      proxyLine: /^wrong: leads nowhere: .*403 .*allow CONNECT/,
      inventorySays: [404, 403],
      directory: /^unknown: answers 404 .*as a wrong path would.*status 403\. /,
    },
    {
      name: 'a host that the proxy does not reach, and an inventory that answers 404 beside its list',
      proxySays: 502,
      proxyLine: /^unknown: leads nowhere: .*502 .*log of the proxy/,
      inventorySays: [404, 206],
      directory: /^ok: answers 404 .*serves its list/,
    },
    {
      name: 'one endpoint of two that the proxy leads to',
      other: true,
      proxyLine: /^note: leads to 127\.0\.0\.1, and not to 127\.0\.0\.1 \(/,
      directory: /^ok: answers\. $/,
    },
  ])('finds $name', async ({ proxySays = 200, proxyLine, inventorySays = [200, 200], base, directory, other }) => {
    answer = proxySays;
    [number = 0, list = 0] = inventorySays;
    await addEndpoint(portOf(shop));
    if (other) await addEndpoint(await freePort());
    const { line, stdout } = await examine(neighbours(base));
    expect([line('WEBHOOK_PROXY'), line('directory')]).toEqual([
      expect.stringMatching(proxyLine),
      expect.stringMatching(directory),
    ]);
    expect(stdout).not.toContain('product-1');
    if (!other) expect(seen).toEqual([]);
  });
});

describeWith(REDIS_SERVER, 'npm run doctor on Redis', () => {
  it('names the rule by which an account that may only read may do what the queue does, and leaves no key', async () => {
    const redis = await RedisServer.start();
    try {
      // Something else uses the account too, and keeps its keys and commands.
      await redis.ask('ACL SETUSER queue on >s3cretword ~others:* ~{pushguard}:* +@read +@connection +info +keys');
      const REDIS_URL = redis.url.replace('//', '//queue:s3cretword@');
      const before = await examine({ REDIS_URL });
      expect([before.code, before.states.get('queue')]).toEqual([1, 'ok']);
      expect(before.line('queue writes')).toMatch(
        /^wrong: are refused: NOPERM .*As its administrator: ACL SETUSER queue /,
      );
      expect(before.stdout).not.toContain('s3cretword');
      expect(await redis.ask('ACL SETUSER queue +eval')).toBe('+OK\r\n');
      expect((await examine({ REDIS_URL })).line('queue writes')).toMatch(/^wrong: are refused: .*run this command/);
      const [rule = ''] = /ACL SETUSER .*/.exec(before.line('queue writes')) ?? [];
      expect(rule).toContain(`'~{pushguard}:*' `);
      expect(await redis.ask(rule)).toBe('+OK\r\n');
      for (const [command, right] of [
        ['KEYS others:*', true],
        ['FLUSHALL', false],
      ] as const)
        expect((await redis.ask(`ACL DRYRUN queue ${command}`)) === '+OK\r\n').toBe(right);
      expect((await examine({ REDIS_URL })).line('queue writes')).toMatch(/^ok: /);
      expect(await redis.ask('DBSIZE')).toBe(':0\r\n');
      await redis.ask('ACL SETUSER default -xadd');
      expect((await examine({ REDIS_URL: redis.url })).line('queue writes')).toMatch(
        /^wrong: .*As its administrator: ACL SETUSER pushguard on '>PASSWORD' '~\{pushguard\}:\*' /,
      );
    } finally {
      await redis.remove();
    }
  });

  it('names the right without which the nodes of a cluster are not found', async () => {
    const cluster = await RedisCluster.start(3);
    try {
      const account = 'ACL SETUSER queue on >s3cretword ~* +@all -cluster|slots -cluster|shards -cluster|nodes';
      for (const node of cluster.nodes) expect(await node.ask(account)).toBe('+OK\r\n');
      const REDIS_URL = cluster.urls[0]!.replace('//', '//queue:s3cretword@');
      const { line } = await examine({ REDIS_URL });
      expect(line('queue')).toMatch(/^ok: .*, a cluster/);
      expect(line('queue writes')).toMatch(/^wrong: are refused: NOPERM .*'cluster\|slots'/);
    } finally {
      await cluster.remove();
    }
  });
});

describe('npm run doctor on a database of two roles', () => {
  let two: DatabaseOfTwoRoles;
  let urls: { DATABASE_URL: string; MIGRATION_DATABASE_URL: string };
  const byJob = { MIGRATE_ON_START: 'false' };

  beforeAll(async () => {
    two = await createDatabaseOfTwoRoles();
    urls = { DATABASE_URL: two.serviceUrl, MIGRATION_DATABASE_URL: two.ownerUrl };
  });
  afterAll(async () => {
    await two.drop();
  });

  it('says before the first migration which start would fail, and finds nothing wrong after it', async () => {
    const byStart = await examine(urls);
    const waiting = await examine({ ...urls, ...byJob });
    const notAllowed = await examine({ DATABASE_URL: two.serviceUrl });
    for (const check of ['migrations', 'queue']) expect(byStart.line(check)).toMatch(/^note: .*next start/);
    expect(byStart.line('MIGRATION_DATABASE_URL')).toMatch(/^ok: \w+_owner can migrate/);
    for (const check of ['migrations', 'queue'])
      expect(waiting.line(check)).toMatch(/^wrong: .*Run npm run migrate -- up/);
    expect(notAllowed.line('migrations')).toMatch(/^wrong: .*_service may not create tables/);

    expect((await run('migrate', ['up'], urls)).code).toBe(0);
    const journal = { JOURNAL_FILE: join(directory, 'journal.ndjson') };
    const { report, line } = await examine({ ...urls, ...byJob, ...journal });
    expect(report.lines.filter(({ state }) => state === 'wrong')).toEqual([]);
    expect(line('database rights')).toMatch(/^ok: \w+_service uses the tables/);
    for (const check of ['migrations', 'queue', 'keyring', 'MIGRATION_DATABASE_URL'])
      expect(line(check)).toMatch(/^ok: /);
    expect(line('journal')).toMatch(/^ok: has no line yet/);
  });

  it.each([
    {
      name: 'what waits without MIGRATE_ON_START, and an owner that owns nothing',
      change: `UPDATE migrations SET name = '-' || name WHERE id = (SELECT max(id) FROM migrations);
        UPDATE bullmq.migration SET version = -version WHERE version = (SELECT max(version) FROM bullmq.migration);
        UPDATE journal_mark SET restored_at = now();
        REVOKE EXECUTE ON FUNCTION add_partition FROM SERVICE`,
      undo: `UPDATE migrations SET name = substring(name FROM 2) WHERE name LIKE '-%';
        UPDATE bullmq.migration SET version = -version WHERE version < 0;
        GRANT EXECUTE ON FUNCTION add_partition TO SERVICE`,
      env: () => ({ ...byJob, MIGRATION_DATABASE_URL: two.serviceUrl }),
      lines: {
        migrations:
          /^wrong: 1 of \d+ and the tables of the queue and the right of the service to use add_partition wait\. .*npm run migrate -- up/,
        queue: /^wrong: .*version \d+ and need \d+.*npm run migrate -- up/,
        journal: /^wrong: .*after-restore has not been completed\. Run npm run after-restore/,
        MIGRATION_DATABASE_URL: /^wrong: \w+_service does not own /,
        'database rights': /^wrong: .*add_partition\. Run npm run migrate -- up/,
      },
    },
    {
      name: 'another cluster, and an owner whose password is wrong',
      change: `UPDATE journal_mark SET system_identifier = '1'`,
      env: () => ({ MIGRATION_DATABASE_URL: two.ownerUrl.replace(/:[^:@]+@/, ':wrongpwd@') }),
      lines: {
        migrations: /^wrong: .*MIGRATION_DATABASE_URL: password/,
        journal: /^wrong: .*another PostgreSQL cluster \(\d+\) than before \(1\).*--moved/,
        MIGRATION_DATABASE_URL: /^wrong: cannot be used: password/,
        'database rights': /^ok: /,
      },
    },
    {
      name: 'a journal that cannot be compared, and an owner of another database',
      change: '',
      env: () => ({ MIGRATION_DATABASE_URL: service.database.url, JOURNAL_FILE: '-' }),
      lines: {
        journal: /^note: .*only the cluster of the database was compared/,
        MIGRATION_DATABASE_URL: /^wrong: leads to another server or database/,
      },
    },
    {
      name: 'a journal without the lines that the database knows of, and a past that takes a sample',
      change: `UPDATE journal_mark SET value = 5;
        INSERT INTO past_authentications (id, client_id, person_index, channel, state, texts, nonce, sent_at, requested_at,
          expires_at, closed_at)
        SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), '\\x01', 'push', 'expired',
          '\\x0461626364' || decode(repeat('ff', 1800), 'hex'), '\\x00', now(), now(), now(), now()
        FROM generate_series(1, 15000) n`,
      env: () => ({ JOURNAL_FILE: join(directory, 'elsewhere.ndjson') }),
      lines: {
        journal: /^note: has no line of this database, which is at mark 5/,
        keyring: /^wrong: lacks keys: past_authentications\.texts under abcd/,
      },
    },
    {
      name: 'a table that is not read in time, beside all that is known',
      change: 'TRUNCATE past_authentications',
      lock: 'LOCK TABLE past_authentications IN ACCESS EXCLUSIVE MODE',
      env: () => ({}),
      lines: {
        keyring: /^unknown: was not compared with 1 of \d+ tables: past_authentications/,
        database: /^ok: /,
        migrations: /^ok: /,
        'database rights': /^ok: /,
      },
    },
  ])('finds $name', async ({ change, undo = '', lock, env, lines }) => {
    const mark = await two.pool.query<Record<string, unknown>>('TABLE journal_mark');
    const holder = await two.pool.connect();
    try {
      const role = new URL(two.serviceUrl).username;
      await two.pool.query(change.replace('SERVICE', role));
      if (lock !== undefined) await holder.query(`BEGIN; ${lock}`);
      const found = await examine({ ...urls, ...env() });
      const wanted = Object.entries(lines).map(([check, text]) => [check, expect.stringMatching(text)]);
      expect(Object.keys(lines).map((check) => [check, found.line(check)])).toEqual(wanted);
      expect(found.stdout).not.toContain('wrongpwd');
    } finally {
      if (lock !== undefined) await holder.query('ROLLBACK');
      holder.release();
      const { value, system_identifier } = mark.rows[0] ?? {};
      await two.pool.query('UPDATE journal_mark SET value = $1, system_identifier = $2, restored_at = NULL', [
        value,
        system_identifier,
      ]);
      await two.pool.query(undo.replace('SERVICE', new URL(two.serviceUrl).username));
    }
  });
});

describe('secrets in files', () => {
  /** The text messages of a person that an SMS centre has taken. */
  const textsTo = (smsc: LocalSmsc | undefined, { phoneNumber }: TestPerson) =>
    smsc?.received.filter((one) => JSON.stringify(one).includes(phoneNumber.slice(1))).length;

  it('a bad file leaves the former secret in force and is told in one line; a good one is used from then on', async () => {
    await writeFile(join(directory, 'smpp'), 'no address: qwertz');
    await readAgain(/the secrets in files stay as they were.*SMPP_URL/);
    const before = await service.addLine();
    const started = [(await service.start(before)).body.id];
    await eventually('a text by the former centre', () => Promise.resolve(textsTo(firstSmsc, before) === 1));
    expect(service.process.log()).not.toContain('qwertz');

    await writeFile(join(directory, 'smpp'), urlOfSmsc(otherSmsc!));
    await readAgain();
    const after = await service.addLine();
    started.push((await service.start(after)).body.id);
    await eventually('a text by the other centre', () => Promise.resolve(textsTo(otherSmsc, after) === 1));
    expect(textsTo(firstSmsc, after)).toBe(0);
    await Promise.all(started.map((id) => service.call('DELETE', `/v1/authentications/${id}`)));
  });
});

describe('npm run keys', () => {
  it('a disk that is full leaves the keyring as it was, and the next command its way', async () => {
    const before = await readFile(file, 'utf8');
    const full = await run('keys', ['add', 'vapid'], {}, '0');
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/cannot be changed \(EFBIG\)/)]);
    expect(await readFile(file, 'utf8')).toBe(before);
    await expect(stat(`${file}.new`)).rejects.toThrow('ENOENT');
  });

  it('changes the key of personal data while the service runs, and takes out no key that rows need', async () => {
    const person = await service.addLine();
    const [old] = (await json<ListedKey[]>('keys', 'list', '--rows')).filter(({ list }) => list === 'field');
    expect(old).toMatchObject({ use: 'used' });
    expect(old?.rows).toBeGreaterThan(0);
    const { kid } = await json<{ kid: string }>('keys', 'add', 'field');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [soon, first] = [
      await run('keys', ['promote', 'field', kid]),
      await run('keys', ['retire', 'field', old!.kid]),
    ];
    expect(soon.stderr).toMatch(/^A process may not know \w+ yet\. Repeat in \d+ seconds/);
    expect(first.stderr).toContain('is used. Promote another key');

    await readAgain();
    expect(await json('keys', 'promote', 'field', kid, '--force')).toEqual({ command: 'promote', list: 'field', kid });
    await readAgain();
    const needed = await run('keys', ['retire', 'field', old!.kid, '--force']);
    expect([needed.code, needed.stderr]).toEqual([
      1,
      expect.stringMatching(/is needed: .*lines\.owner.*npm run reencrypt/),
    ]);

    const { id } = (await service.start(person)).body;
    expect((await run('reencrypt')).stdout).toMatch(/^lines\.owner: [1-9]/m);
    const early = await run('keys', ['retire', 'field', old!.kid, '--force']);
    expect(early.stderr).toMatch(/a process may still use it\. Repeat in \d+ seconds/);
    const demoted = new Date(Date.now() - 120_000).toISOString();
    await writeFile(file, (await readFile(file, 'utf8')).replace(/("demoted": ?)"[^"]+"/, `$1"${demoted}"`));
    expect((await run('keys', ['retire', 'field', old!.kid, '--reason=yearly'])).stdout).toContain('is taken out');
    await readAgain();
    const sms = await eventually('the code', () => otherSmsc!.received.findLast(({ to }) => to === person.phoneNumber));
    expect((await service.verify(id, /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '')).status).toBe(200);
    // A number that is nobody's is looked up with a decoy, which was encrypted under the key that is gone.
    const nobody = await service.start({ phoneNumber: '+821099990000', birthDate: '900101', genderDigit: '1' });
    expect([nobody.status, nobody.body.channel]).toEqual([201, 'sms']);
    expect(await auditOf('key-')).toEqual([
      ...[`key-add field ${kid}: -`, `key-promote field ${kid}: -`, `key-retire field ${old!.kid}: yearly`],
    ]);
  });

  it('a new signing key is published at once, and the former one is not taken out while tokens may need it', async () => {
    const kids = async () => {
      const response = await fetch(`${service.issuer}/oauth2/jwks`);
      return ((await response.json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    };
    const [former = ''] = await kids();
    const { kid } = await json<{ kid: string }>('keys', 'add', 'signing');
    await json('keys', 'promote', 'signing', kid, '--force');
    await readAgain();
    expect(await kids()).toEqual([kid, former]);
    expect((await run('keys', ['retire', 'signing', former])).stderr).toMatch(/is needed: what it made is valid until/);
    service.forgetTokens();
    expect((await service.start(await service.addLine())).status).toBe(201);
  });
});

describe('npm run queue', () => {
  it('tells what waits without a person, and has it sent or drops it', async () => {
    const [older, younger] = await sql<{ id: string }>(
      `INSERT INTO deliveries (kind, due_at, created_at, expires_at)
        SELECT 'wake', now() + interval '1 hour', now() - make_interval(mins => m), now() + interval '1 hour'
        FROM unnest(ARRAY[30, 1]) m RETURNING id::text AS id`,
    );
    const [endpoint, event] = [randomUUID(), randomUUID()];
    await sql(`INSERT INTO webhook_endpoints (id, client_id, url, types, disabled_at, disabled_by)
      SELECT '${endpoint}', id, 'https://shop.example/', '{*}', now(), 'client' FROM clients WHERE client_id = 'demo-shop'`);
    await sql(`INSERT INTO webhook_deliveries (endpoint_id, event_id) VALUES ('${endpoint}', '${event}')`);
    interface Status {
      messages: { kind: string; waiting: number }[];
      webhooks: { endpointId: string; waiting: number }[];
      jobs: { queue: string; waiting: number }[];
    }
    const status = await json<Status>('queue', 'status');
    expect(status).toMatchObject({
      messages: [{ kind: 'wake', waiting: 2, attempts: 0 }],
      webhooks: [{ endpointId: endpoint, waiting: 1, disabledBy: 'client' }],
    });
    expect(status.jobs.map(({ queue }) => queue)).toEqual(['handover', 'webhooks']);
    expect(status.jobs[0]?.waiting).toEqual(expect.any(Number));
    expect((await json<{ id: string }[]>('queue', 'list', '--older-than=10m')).map(({ id }) => id)).toEqual([
      older!.id,
    ]);

    const told = `msg_${event.replaceAll('-', '')}`;
    expect(await json('queue', 'drop', younger!.id, told)).toEqual({ messages: 1, webhooks: 1 });
    expect(await json('queue', 'retry', '--older-than=10m', '--reason=outage')).toEqual({ messages: 1, webhooks: 0 });
    await eventually('a worker to take it', async () => (await sql('SELECT 1 FROM deliveries')).length === 0);
    expect((await run('queue', ['drop'])).stderr).toMatch(/^Give ids, or else --older-than/);
    expect(await auditOf('queue-')).toEqual([
      `queue-drop: ${younger!.id} ${told}; 1 messages, 1 webhooks`,
      'queue-retry: outage; older than 600 s; 1 messages, 0 webhooks',
    ]);
  });
});

describe('a process says the truth about itself', () => {
  const ready = async () => {
    const response = await fetch(`${service.process.announcement.management}/health/ready`);
    return [response.status, ((await response.json()) as { failing?: string[] }).failing];
  };

  it('it is not ready while its database takes no writes, as a former primary', async () => {
    const [{ name } = { name: '' }] = await sql<{ name: string }>('SELECT current_database() AS name');
    const setting = (value: string) =>
      sql(`SET default_transaction_read_only = off; ALTER DATABASE ${name} SET default_transaction_read_only = ${value};
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`);
    await setting('on');
    await eventually('503', async () => (await ready())[0] === 503);
    expect((await ready())[1]).toContain('database');
    await setting('off');
    await eventually('200', async () => (await ready())[0] === 200);
  });

  it('a changed client is served by its new settings within seconds', async () => {
    const person = await service.addLine();
    expect((await service.start(person)).status).toBe(201);
    const { code } = await run('clients', ['change', 'demo-shop', '--starts-per-minute=1']);
    expect(code).toBe(0);
    await eventually('the new quota', async () => (await service.start(await service.addLine())).status === 429);
  });

  it('on SIGTERM it is not ready at once, and serves for DRAIN_SECONDS those who have not noticed', async () => {
    const ended = service.process.stop();
    await eventually('503', async () => (await ready())[0] === 503);
    expect((await ready())[1]).toEqual(['process']);
    const late = await service.call('GET', `/v1/authentications/${randomUUID()}`);
    expect([late.status, late.headers.get('connection')]).toEqual([404, 'close']);
    expect(await ended).toBe(0);
  });
});
