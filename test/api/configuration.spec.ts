import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../config/environment.ts';
import { unknownVariables } from '../../config/unknown-variables.ts';
import { generateKeyring } from '../../src/crypto/keyring.ts';
import { startLocalApns } from '../../src/embedded/local-apns.ts';
import { freePort } from '../support/free-port.ts';
import { packed, TestService } from '../support/service.ts';

/** No log may contain it, whatever variable it stands in. */
const SECRET = 'Zq7-hush-4481';

const pem = (kind: 'ec' | 'rsa') =>
  kind === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString();

/** Runs a program of the service with this environment alone, until it ends. */
const run = (program: string, env: Record<string, string>): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env;
    execFile(process.execPath, [packed(program)], { env: { PATH, HOME, ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });

const FAULTY: [string, string][] = [
  ['KEYRING', SECRET],
  ['KEYRING', JSON.stringify({ field: [{ kid: 'a', key: SECRET }] })],
  ['KEYRING', generateKeyring().replace(/"d": "[^"]+"/, `"d": "${SECRET}"`)],
  ['APNS_KEY', SECRET],
  ['APNS_KEY', `-----BEGIN PRIVATE KEY-----\n${Buffer.from(SECRET).toString('base64')}\n-----END PRIVATE KEY-----`],
  ['APNS_KEY', `${pem('ec').slice(0, 90)}${SECRET}${pem('ec').slice(90)}`],
  ['APNS_KEY', pem('rsa')],
  ['FCM_SERVICE_ACCOUNT', SECRET],
  ['FCM_SERVICE_ACCOUNT', `{"private_key": "${SECRET}"`],
  ['FCM_SERVICE_ACCOUNT', JSON.stringify({ project_id: 'p', client_email: 'a@b.c', private_key: SECRET })],
  ['FCM_SERVICE_ACCOUNT', JSON.stringify({ project_id: 'p', private_key: pem('rsa') })],
  ['FCM_SERVICE_ACCOUNT', 'null'],
  ['SMPP_URL', `smpp://pushguard:${SECRET}#1@smsc.example:2775`],
  ['SMPP_URL', `smpp://pushguard:${SECRET}%zz@smsc.example:2775`],
  ['SMPP_URL', `http://pushguard:${SECRET}@smsc.example:2775`],
  ['SMPP_URL', `smpp://pushguard:${SECRET}/@smsc.example:2775`],
  ['SMS_HTTP_URL', `https://pushguard:${SECRET}@sms.example/messages`],
  ['SMS_HTTP_SECRET', `whsec_${Buffer.from(SECRET).toString('base64')}`],
  ['SMS_HTTP_TEMPLATE', `{ "key": "${SECRET}", "to": "{{to}}", "text": "{{text}} {{${SECRET}}}" }`],
  ['PUSH_HTTP_TOKEN', `${SECRET}\n${SECRET}`],
  ['DATABASE_URL', `postgres://pushguard:${SECRET}#@db.example/pushguard`],
  ['DATABASE_URL', `postgres://pushguard:${SECRET}%@db.example/pushguard`],
  ['DATABASE_URL', `mysql://pushguard:${SECRET}@db.example/pushguard`],
  ['MIGRATION_DATABASE_URL', `postgres://owner:${SECRET} @db.example/pushguard`],
  ['QUEUE_DATABASE_URL', `postgres://pushguard:${SECRET}#@db.example/pushguard`],
  ['DATABASE_URL', `postgres://pushguard:${SECRET}@db.example/pushguard?sslmode=verify-full&sslkey=/nothing/${SECRET}`],
  ['DATABASE_URL', `postgres://pushguard:${SECRET}@db.example/pushguard?target_session_attrs=${SECRET}`],
  ['REDIS_URL', `redis://:${SECRET}/@cache.example:6379`],
  ['REDIS_URL', `redis://:${SECRET}@cache.example:6379/${SECRET}`],
  ['CARRIER_DIRECTORY_URL', `https://pushguard:${SECRET}@carrier.example/tmf-api`],
  ['ISSUER', `https://pushguard:${SECRET}@pushguard.example`],
  ['VAPID_SUBJECT', `https://pushguard:${SECRET}@pushguard.example`],
  ['VAPID_SUBJECT', `tel:${SECRET}`],
  ['FCM_ENDPOINT_CA', SECRET],
  ['APNS_ENDPOINT_CA', `-----BEGIN CERTIFICATE-----\n${SECRET.replaceAll('-', '')}\n-----END CERTIFICATE-----`],
  ['CARRIER_DIRECTORY_TOKEN', `${SECRET}\n${SECRET}`],
  ['ANDROID_APP_PACKAGE', SECRET],
  ['IOS_APP_IDS', `ABCDE12345.kr.example.app, ${SECRET}`],
  ['ANDROID_STORE_URL', `http://store.example/${SECRET}`],
  ['IOS_STORE_URL', `https://pushguard:${SECRET}@store.example`],
  ['SECURITY_CONTACT', `https://pushguard:${SECRET}@pushguard.example`],
];

describe('a secret of the wrong form', () => {
  it.each(FAULTY)('%s: its name is told, its value is not (%#)', (name, value) => {
    let message = '';
    try {
      readEnvironment({ APNS_KEY_ID: 'A', APNS_TEAM_ID: 'B', APNS_TOPIC: 'c', [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^Correct these environment variables:\n  ${name}: ${name} [^\n]+$`));
    for (const part of [SECRET, SECRET.replaceAll('-', ''), Buffer.from(SECRET).toString('base64')])
      expect(message).not.toContain(part);
    expect(message).not.toContain('-----BEGIN');
  });

  it('the service ends before any other program gets it: one message, every name, no value, no stack', async () => {
    const faulty = Object.fromEntries(FAULTY);
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-configuration-'));
    try {
      const { code, output } = await run('main', {
        NODE_ENV: 'production',
        ...faulty,
        PORT: 'x',
        APNS_PRODUCTION: 'maybe',
        APNS_KEY_ID_FILE: join(directory, 'nothing'),
      });
      expect(code).toBe(1);
      expect(output).toMatch(/^Correct these environment variables:\n( {2}[A-Z_]+: [^\n]+\n)+$/);
      const named = [...output.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
      expect(named.sort()).toEqual(
        [...Object.keys(faulty), 'APNS_KEY_ID_FILE', 'APNS_PRODUCTION', 'APNS_TEAM_ID', 'APNS_TOPIC', 'PORT'].sort(),
      );
      expect(output).not.toContain(SECRET);
      for (const command of ['reencrypt', 'verify-audit', 'replay-events']) {
        const ended = await run(`commands/${command}`, { DATABASE_URL: faulty['DATABASE_URL']! });
        // 1 would say that the audit was tampered with.
        expect(ended.code).toBe(command === 'verify-audit' ? 2 : 1);
        expect(ended.output).toMatch(/^Correct these environment variables:\n( {2}[A-Z_]+: [^\n]+\n)+$/);
        expect(ended.output).toContain('KEYRING: is required');
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('secrets of the right form are taken, from a variable or a file, with line breaks written either way', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-configuration-'));
    const apns = await startLocalApns();
    try {
      const key = pem('ec');
      await writeFile(
        join(directory, 'account'),
        JSON.stringify({ project_id: 'p', client_email: 'a@b.c', private_key: pem('rsa') }),
      );
      const environment = readEnvironment({
        KEYRING: generateKeyring(),
        APNS_KEY: ` ${key.replaceAll('\n', String.raw`\n`)}`,
        APNS_KEY_ID: 'A',
        APNS_TEAM_ID: 'B',
        APNS_TOPIC: 'c',
        APNS_ENDPOINT_CA: apns.ca,
        FCM_SERVICE_ACCOUNT_FILE: ` ${join(directory, 'account')}\n`,
        SMPP_URL: `smpp://pushguard:${encodeURIComponent('p#ss/w@rd%')}@smsc.example:2775`,
        DATABASE_URL: 'postgres://u:p%23@one.example:5432,two.example/pushguard?target_session_attrs=read-write',
        REDIS_URL: 'rediss://:p%2F@cache.example:6380/1',
      });
      expect(environment.APNS_KEY).toBe(key);
      expect(environment.FCM_SERVICE_ACCOUNT).toContain('a@b.c');
    } finally {
      await apns.close();
      await rm(directory, { recursive: true });
    }
  });
});

it.each([
  ...['true', 'TRUE', '1', 'yes', 'Yes', 'on', ' on '].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'Off'].map((word) => [word, false] as const),
])('a switch that is "%s" is %p', (word, value) => {
  expect(readEnvironment({ APNS_PRODUCTION: word }).APNS_PRODUCTION).toBe(value);
});

it('a list may have blanks', () => {
  const { HOME_CARRIERS, TRUST_PROXY, OTHER_CARRIERS } = readEnvironment({
    HOME_CARRIERS: ' SKT , KT,, ',
    TRUST_PROXY: '10.0.0.1, 10.0.0.2',
    OTHER_CARRIERS: ' LGU+ , KT,',
  });
  expect({ HOME_CARRIERS, TRUST_PROXY, OTHER_CARRIERS }).toEqual({
    HOME_CARRIERS: ['SKT', 'KT'],
    OTHER_CARRIERS: ['LGU+', 'KT'],
    TRUST_PROXY: ['10.0.0.1', '10.0.0.2'],
  });
});

it.each([
  ['TRUST_PROXY', '10.0.0.1, nonsense'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['TRUST_PROXY', '2001:db8::/129'],
  ['FCM_ENDPOINT', 'relay.example:65536'],
  ['APNS_ENDPOINT', 'relay.example:0'],
])('%s that is %s is refused by its name', (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(
    new RegExp(`^Correct these environment variables:\n  ${name}: ${name} [^\n]+$`),
  );
});

it.each(['10.0.0.1', '10.0.0.0/8', '10.0.0.0/255.0.0.0', '2001:db8::/32', '::1', 'loopback, linklocal, uniquelocal'])(
  'a proxy may be named as %s',
  (value) => {
    expect(readEnvironment({ TRUST_PROXY: value }).TRUST_PROXY).toEqual(value.split(', '));
  },
);

it.each([
  'postgres:///pushguard?host=/run/postgresql',
  'postgres://pushguard:secret@/pushguard?host=/run/postgresql',
  'postgres://pushguard@%2Frun%2Fpostgresql/pushguard',
  'postgres://pushguard:a@b@[::1]:5432/pushguard',
])('a database is reached by %s', (value) => {
  for (const name of ['DATABASE_URL', 'QUEUE_DATABASE_URL', 'MIGRATION_DATABASE_URL'])
    expect(readEnvironment({ [name]: value })).toMatchObject({ [name]: value });
});

it.each([
  ['DATABASE_URL', { DATABASE_URL: `postgres://pushguard:${SECRET}@localhost:1/pushguard` }],
  ['DATABASE_URL', { DATABASE_URL: `postgres://pushguard:${SECRET}@127.0.0.1:1/pushguard` }],
  ['QUEUE_DATABASE_URL', { QUEUE_DATABASE_URL: `postgres://pushguard:${SECRET}@nowhere.invalid/pushguard` }],
])('what cannot be reached is told in one line with %s (%#)', async (name, variables) => {
  const { code, output } = await run('main', {
    NODE_ENV: 'production',
    ISSUER: 'https://pushguard.example',
    // The usual ports may be those of a service that runs on this machine.
    PORT: '0',
    MANAGEMENT_PORT: '0',
    DATABASE_URL: 'postgres://pushguard@127.0.0.1:1/pushguard',
    KEYRING: generateKeyring(),
    FCM_SERVICE_ACCOUNT: JSON.stringify({ project_id: 'p', client_email: 'a@b.c', private_key: pem('rsa') }),
    APNS_KEY: pem('ec'),
    APNS_KEY_ID: 'A',
    APNS_TEAM_ID: 'B',
    APNS_TOPIC: 'c',
    SMPP_URL: 'smpp://pushguard:secret@127.0.0.1:1',
    ...variables,
  });
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`^${name}: [^\n]+\n$`));
  expect(output).not.toContain(SECRET);
});

it.each([
  ['a file', (file: string) => file],
  ['below a file', (file: string) => join(file, 'data')],
])('a DATA_DIR that is %s is told by its name, with what to do', async (_case, of) => {
  const folder = await mkdtemp(join(tmpdir(), 'pushguard-data-'));
  const file = join(folder, 'file');
  await writeFile(file, '');
  const { code, output } = await run('main', { DATA_DIR: of(file), PORT: '0', MANAGEMENT_PORT: '0' });
  await rm(folder, { recursive: true });
  expect(code).toBe(1);
  expect(output).toMatch(/^DATA_DIR: [^\n]+\. Name a folder in which this process may write\n/m);
});

it('a port that is taken, a host that is none and a login that is refused are told by their names', async () => {
  const service = await TestService.start();
  try {
    const taken = { ...service.env, PORT: new URL(service.issuer).port, MANAGEMENT_PORT: '0' };
    const stranger = new URL(service.env['DATABASE_URL']!);
    stranger.username = 'stranger';
    stranger.password = SECRET;
    const management = new URL(service.process.announcement.management).port;
    const both = String(await freePort());
    for (const [name, variables] of [
      ['PORT', taken],
      ['MANAGEMENT_PORT', { ...taken, PORT: '0', MANAGEMENT_PORT: management }],
      ['MANAGEMENT_PORT', { ...taken, PORT: both, MANAGEMENT_PORT: both }],
      ['HOST', { ...taken, PORT: '0', HOST: 'nowhere.invalid' }],
      ['DATABASE_URL', { ...taken, PORT: '0', DATABASE_URL: stranger.href }],
      ['LEGAL_TEXTS', { ...taken, PORT: '0', LEGAL_TEXTS: join(tmpdir(), 'pushguard-no-such-folder') }],
    ] as const) {
      const { code, output } = await run('main', { ...variables, NODE_ENV: 'test' });
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`^${name}: [^\n]+$`, 'm'));
      expect(output).not.toMatch(/^ +at /m);
      expect(output).not.toContain(SECRET);
    }
    // A first start tells of a port before it creates its database.
    const folder = await mkdtemp(join(tmpdir(), 'pushguard-ports-'));
    const first = { DATA_DIR: join(folder, 'data'), NODE_ENV: 'development' };
    for (const [name, ports] of [
      ['PORT', { PORT: taken.PORT, MANAGEMENT_PORT: '0' }],
      ['MANAGEMENT_PORT', { PORT: '0', MANAGEMENT_PORT: management }],
    ] as const) {
      const { code, output } = await run('main', { ...first, ...ports });
      expect([code, output]).toEqual([1, expect.stringMatching(new RegExp(`^${name}: .*EADDRINUSE`, 'm'))]);
      expect(await readdir(folder)).toEqual([]);
    }
    await rm(folder, { recursive: true });
  } finally {
    await service.stop();
  }
});

describe('an SMS broker and a push hub', () => {
  const token = { SMS_HTTP_TOKEN: 'agreed', PUSH_HTTP_TOKEN: 'agreed' };
  const template = (text: string) => ({ ...token, SMS_HTTP_TEMPLATE: `{ "to": "{{to}}", "text": "${text}" }` });

  it.each<[string, Record<string, string>]>([
    ['SMS_HTTP_SECRET: is required with SMS_HTTP_URL', { SMS_HTTP_URL: 'https://sms.example/' }],
    ['PUSH_HTTP_SECRET: is required with PUSH_HTTP_URL', { PUSH_HTTP_URL: 'https://push.example/' }],
    ['SMS_HTTP_URL: .+ begins with https', { ...token, SMS_HTTP_URL: 'http://sms.example/' }],
    ['SMS_HTTP_URL: .+ port', { ...token, SMS_HTTP_URL: 'https://sms.example:25/' }],
    ['PUSH_HTTP_URL: .+ not reachable from the internet', { ...token, PUSH_HTTP_URL: 'https://10.1.2.3/' }],
    ['SMS_GATEWAYS: .+ smpp and http', { SMS_GATEWAYS: 'smpp,fax' }],
    ['SMS_GATEWAYS: .+ each once', { SMS_GATEWAYS: 'smpp,smpp' }],
    ['SMS_HTTP_URL: is required with http in SMS_GATEWAYS', { SMS_GATEWAYS: 'smpp,http' }],
    ['PUSH_HTTP_FOR: .+ fcm and apns', { PUSH_HTTP_FOR: 'webpush' }],
    ['SMS_HTTP_SECRET: is required with {{receiptUrl}}', template('{{text}} {{receiptUrl}}')],
    ['SMS_HTTP_TEMPLATE: .+ {{text}}', template('nothing')],
    ['SMS_HTTP_TEMPLATE: .+ nothing in {{ }} but', template('{{text}} {{code}}')],
    ['SMS_HTTP_TEMPLATE: .+ JSON', template('"')],
  ])('what cannot be used is told: %s', (fault, given) => {
    expect(() => readEnvironment(given)).toThrow(
      new RegExp(`^Correct these environment variables:\n  ${fault.replaceAll('{', String.raw`\{`)}[^\n]*$`),
    );
  });

  it('stand in for FCM, APNs and the SMS centre in production', () => {
    const own = { ...token, SMS_HTTP_URL: 'https://sms.example/', PUSH_HTTP_URL: 'https://push.example/' };
    const missing = (given: Record<string, string>): string[] => {
      try {
        readEnvironment({ NODE_ENV: 'production', ISSUER: 'https://pushguard.example', ...given });
        return [];
      } catch (error) {
        return [...(error as Error).message.matchAll(/^ {2}(\w+): is required/gm)].map(([, name = '']) => name);
      }
    };
    expect(missing(own)).toEqual(['DATABASE_URL', 'KEYRING']);
    expect(missing({ ...own, PUSH_HTTP_FOR: 'apns' })).toEqual(['DATABASE_URL', 'KEYRING', 'FCM_SERVICE_ACCOUNT']);
    expect(missing({ ...own, SMS_GATEWAYS: 'http,smpp' })).toEqual(['DATABASE_URL', 'KEYRING', 'SMPP_URL']);
  });
});

describe('a variable that is unknown', () => {
  const known = [
    'APNS_KEY',
    'APNS_KEY_ID',
    'DATABASE_URL',
    'HOME_CARRIERS',
    'HOST',
    'KEYRING',
    'MONTHLY_FEE',
    'PORT',
    'SMS_PERMISSION_MINUTES',
  ];

  it.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['HOME_CARRIER', 'HOME_CARRIERS'],
    ['MONTHLY_FEES', 'MONTHLY_FEE'],
    ['database_url', 'DATABASE_URL'],
    ['PUSHGUARD_PORT', 'PORT'],
    ['APNS_KEYID', 'APNS_KEY_ID'],
    ['DATABASE_URL_FIEL', 'DATABASE_URL_FILE'],
    ['KEYRING_PATH', 'KEYRING_FILE'],
    ['SMS_PERMISSION_SECS', 'SMS_PERMISSION_MINUTES'],
  ])('%s looks like one of the service’s: %s is meant', (name, nearest) => {
    expect(unknownVariables({ [name]: 'x' }, known)).toEqual([{ name, nearest }]);
  });

  it('names of other programs are left alone', () => {
    const others = [
      'PATH',
      'HOME',
      'PGHOST',
      'LANG',
      'TERM',
      'HOSTNAME',
      'NODE_OPTIONS',
      'DATABASE_URL_FILE',
      'npm_config_cache',
      'HOST_IP',
      'PORT_RANGE',
      // Kubernetes gives these to every container, for each service of its namespace.
      'PUSHGUARD_SERVICE_HOST',
      'PUSHGUARD_SERVICE_PORT',
      'PUSHGUARD_SERVICE_PORT_HTTP',
      'PUSHGUARD_PORT_3000_TCP',
      'PUSHGUARD_PORT_3000_TCP_ADDR',
      'SMPP_PORT_2775_TCP_PROTO',
    ];
    const given = Object.fromEntries(others.map((name) => [name, 'x']));
    expect(unknownVariables({ ...given, PUSHGUARD_PORT: 'tcp://10.96.0.7:3000' }, known)).toEqual([]);
  });

  it('the service warns of it, and names no value', async () => {
    const { output } = await run('main', { PORT: 'x', DATABSE_URL: `postgres://u:${SECRET}@h/d` });
    expect(output).toContain('The environment variable DATABSE_URL is unknown. Is DATABASE_URL meant?\n');
    expect(output).not.toContain(SECRET);
  });
});
