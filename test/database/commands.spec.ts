import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyring } from '../../src/crypto/keyring.ts';
import { runProgram } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import type { LocalCarrier } from '../support/local-carrier.ts';
import { startLocalLineDirectory } from '../support/local-line-directory.ts';
import { startLocalTmf637, type CarrierProduct } from '../support/local-tmf637.ts';
import { expectProblem } from '../support/problem.ts';
import { packed, startProcess, TestService, type ServiceProcess } from '../support/service.ts';

type Keyring = Record<'field' | 'index' | 'code' | 'signing', object[]> & { subject: string };

describe('npm run reencrypt', () => {
  let service: TestService;
  let successor: ServiceProcess | undefined;

  beforeAll(async () => {
    service = await TestService.start({ PORT: String(await freePort()) });
  });
  afterAll(async () => {
    await successor?.stop();
    await service.stop();
  });

  it('npm run reencrypt leaves nothing that still needs the old keys', async () => {
    const subscriber = await service.subscriber();
    // The service keeps this event. It is replayed below, under other keys than those that encrypted it.
    const unknown = `line-${randomUUID()}`;
    expect(await service.sendEvent(unknown, 'suspended', undefined, 1)).toBe('unknown_line');
    await service.process.stop();

    const [older, newer] = [service.keyring, generateKeyring()].map((text) => JSON.parse(text) as Keyring);
    const both = { ...older!, field: [...newer!.field, ...older!.field], index: [...newer!.index, ...older!.index] };
    const onlyNew = { ...older!, field: newer!.field, index: newer!.index };
    const { stdout } = await run('reencrypt', { ...service.env, KEYRING: JSON.stringify(both) });
    for (const column of [
      'lines.phone_number',
      'lines.owner',
      'devices.knowledge_key',
      'carrier_events.kept',
      'accounts.totp_secret',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${column.replace('.', '\\.')}: [1-9]\\d* rows`, 'm'));
    }
    expect((await run('reencrypt', { ...service.env, KEYRING: JSON.stringify(both) })).stdout).not.toMatch(/: [1-9]/);

    successor = await startProcess({ ...service.env, KEYRING: JSON.stringify(onlyNew) });
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
    const replayed = await run('replay-events', { ...service.env, KEYRING: JSON.stringify(onlyNew) });
    expect(replayed.stdout).toBe('unknown_line: 1 events\n');
  });
});

describe('a command at a terminal', () => {
  let service: TestService;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pushguard-commands-'));
    service = await TestService.start();
  });
  afterAll(async () => {
    await service.stop();
    await rm(directory, { recursive: true });
  });

  const REWRITING = ['reencrypt', 'replay-events'];

  it.each([...REWRITING, 'after-restore', 'operator-accounts'])(
    '%s explains itself with --help and does nothing',
    async (command) => {
      const ended = await runProgram(`commands/${command}`, ['--help'], service.env);
      expect(ended).toEqual({ code: 0, stdout: expect.stringContaining('npm run '), stderr: '' });
    },
  );

  it.each(REWRITING.flatMap((command) => ['--bogus', 'word'].map((word) => [command, word])))(
    '%s refuses %s and does nothing',
    async (command, word) => {
      const ended = await runProgram(`commands/${command}`, [word], service.env);
      expect(ended).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(word) });
    },
  );

  it.each<[string, string[]]>([
    ['queue', ['status']],
    ['operator-accounts', ['list']],
    ['reencrypt', []],
    ['replay-events', []],
    ['after-restore', ['--no-journal']],
  ])('%s says in one line that the database does not answer', async (command, words) => {
    const DATABASE_URL = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    const { code, stdout, stderr } = await runProgram(`commands/${command}`, words, { ...service.env, DATABASE_URL });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^DATABASE_URL: [^\n]*ECONNREFUSED[^\n]*\n$/);
  });

  it.each<[string, string[]]>([
    ['replay-events', []],
    ['after-restore', ['--no-journal', '--dry-run']],
  ])('%s needs no ISSUER', async (command, words) => {
    const ended = await runProgram(`commands/${command}`, words, { ...service.env, ISSUER: '' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  describe('after-restore', () => {
    const restoring = (...journals: string[]) =>
      runProgram('commands/after-restore', [...journals.map((one) => `--journal=${one}`), '--dry-run'], service.env);
    const SAYS =
      'it has no line of a journal. Name the files of JOURNAL_FILE, or give --no-journal if there is no journal.';

    it('refuses a path at which there is no line of a journal', async () => {
      const file = join(directory, 'other.txt');
      await writeFile(file, 'something else\n');
      const folder = await mkdtemp(join(directory, 'empty-'));
      for (const path of [file, folder, '/dev/null'])
        expect(await restoring(path)).toEqual({ code: 1, stdout: '', stderr: `${path}: ${SAYS}\n` });
      expect(await restoring('-')).toEqual({ code: 1, stdout: '', stderr: `standard input: ${SAYS}\n` });
    });

    it('takes the empty file of a process that closed nothing, beside another one', async () => {
      const [empty, written] = ['journal-a.ndjson', 'journal-b.ndjson'].map((name) => join(directory, name));
      await writeFile(empty!, '');
      const line = { v: 1, at: '2026-11-28T00:00:00.000Z', installation: randomUUID(), epoch: 0, mark: 1 };
      await writeFile(written!, `${JSON.stringify({ ...line, door: 'device_revoked', id: randomUUID() })}\n`);
      expect(await restoring(empty!)).toMatchObject({ code: 1, stderr: `${empty}: ${SAYS}\n` });
      expect(await restoring(empty!, written!)).toMatchObject({ code: 0, stderr: '' });
    });

    it('reads a pipe, which can be read only once, to its end', async () => {
      const pipe = join(directory, 'pipe');
      await promisify(execFile)('mkfifo', [pipe]);
      const { rows } = await service.database.pool.query<object>('SELECT installation, epoch FROM journal_mark');
      const line = { v: 1, at: new Date().toISOString(), ...rows[0], mark: 1_000_000 };
      const written = writeFile(pipe, `${JSON.stringify({ ...line, door: 'device_revoked', id: randomUUID() })}\n`);
      const { code, stdout, stderr } = await restoring(pipe);
      await written;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^lines of the journal that are newer than the database: 1$/m);
    });
  });
});

describe('the history and the events of carriers', () => {
  it('the history and the events of carriers are kept as long as configured, and older ones are removed', async () => {
    const service = await TestService.start({ HISTORY_DAYS: '30' });
    try {
      const { person, phone } = await service.subscriber();
      const [old, young] = [(await service.start(person)).body.id, (await service.start(person)).body.id];
      await service.call('DELETE', `/v1/authentications/${young}`);
      const age = (id: string, days: number) =>
        service.database.pool.query(
          `UPDATE authentications SET requested_at = now() - make_interval(days => $2) WHERE id = $1`,
          [id, days],
        );
      await Promise.all([age(old, 31), age(young, 29)]);
      expect(await phone.history()).toEqual([expect.objectContaining({ state: 'cancelled' })]);
      const ids = async () =>
        (await service.database.pool.query<{ id: string }>('SELECT id FROM authentications')).rows;
      await eventually('the old one to be gone', async () => (await ids()).length === 1);
      expect(await ids()).toEqual([{ id: young }]);

      const send = (id: string, sequence: number) =>
        service.sendEvent(person.lineId, 'plan-changed', { plan: 'postpaid' }, sequence, { id });
      await send('sent long ago', 1);
      await service.database.pool.query(`UPDATE carrier_events SET received_at = now() - interval '31 days'`);
      await send('sent today', 2);
      const events = async () =>
        (await service.database.pool.query<{ id: string }>('SELECT event_id AS id FROM carrier_events')).rows;
      await eventually('the old event to be gone', async () => (await events()).length === 1);
      expect(await events()).toEqual([{ id: 'sent today' }]);
    } finally {
      await service.stop();
    }
  });
});

describe('the directory of a carrier', () => {
  const products = new Map<string, CarrierProduct[]>();
  let carrier: LocalCarrier;
  let service: TestService;

  beforeAll(async () => {
    carrier = await startLocalTmf637({ products, token: 'a-token-of-the-carrier' });
    service = await TestService.start({
      CARRIER_DIRECTORY_URL: carrier.url,
      CARRIER_DIRECTORY_TOKEN: 'a-token-of-the-carrier',
    });
  });
  afterAll(async () => {
    await service.stop();
    await carrier.close();
  });

  const known = (phoneNumber: string, other: Record<string, string> = {}) =>
    products.set(phoneNumber, [
      {
        id: `product-${phoneNumber}`,
        status: 'active',
        characteristics: {
          carrier: 'SKT',
          holder: 'self',
          ownerBirthDate: '900101',
          ownerGenderDigit: '1',
          plan: 'postpaid',
          handsetOs: 'android',
          handsetOsVersion: '15',
          handsetFormFactor: 'phone',
          ...other,
        },
      },
    ]);
  const subscribe = (phoneNumber: string) =>
    service.call('POST', '/operator/v1/subscriptions', { phoneNumber, reason: '가입 신청' }, { scope: 'operator' });

  it('the directory of a carrier decides who may subscribe, and the new line is served from then on', async () => {
    known('+821077770001');
    expect((await subscribe('010-7777-0001')).status).toBe(201);
    const person = { phoneNumber: '+821077770001', birthDate: '900101', genderDigit: '1' };
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('sms');
    expect((await service.verify(id, await service.textedCode(person.phoneNumber))).status).toBe(200);
  });

  it('the directory of a carrier decides who may not subscribe', async () => {
    known('+821077770002', { plan: 'prepaid' });
    const answer = await subscribe('010-7777-0002');
    expect(answer.status).toBe(422);
    expect((answer.body['reasons'] as { code: string }[]).map(({ code }) => code)).toEqual(['prepaid_plan']);
  });

  it('a directory that is down prevents nothing but subscribing', async () => {
    known('+821077770003');
    carrier.fail({ status: 503 });
    const refused = await subscribe('010-7777-0003');
    expectProblem(refused, 503, 'service_unavailable');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    expect((await service.verify(id, await service.textedCode(person.phoneNumber))).status).toBe(200);
    expect((await subscribe('010-7777-0003')).status).toBe(201);
  });
});

it('a directory by the plain JSON call decides who may subscribe, and a SIM that it calls fresh may not', async () => {
  const line = {
    ...{ lineId: 'json-1', phoneNumber: '010-7777-1001', carrier: 'SKT', status: 'active', holder: 'self' },
    owner: { birthDate: '900101', genderDigit: '1' },
    plan: 'postpaid',
    handset: { os: 'android', osVersion: '15', formFactor: 'phone' },
  };
  const lines = new Map<string, Record<string, unknown>>([['+821077771001', line]]);
  const carrier = await startLocalLineDirectory({ lines, token: 'a-token' });
  const service = await TestService.start({
    CARRIER_DIRECTORY_KIND: 'json',
    CARRIER_DIRECTORY_URL: carrier.url,
    CARRIER_DIRECTORY_TOKEN: 'a-token',
  });
  try {
    const subscribe = () =>
      service.call(
        'POST',
        '/operator/v1/subscriptions',
        { phoneNumber: '010-7777-1001', reason: '가입 신청' },
        { scope: 'operator' },
      );
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    lines.set('+821077771001', { ...line, simChangedAt: hoursAgo(1) });
    const refused = await subscribe();
    expect([refused.status, refused.body['reasons']]).toMatchObject([422, [{ code: 'recent_sim_change' }]]);
    // The hold of joining is over; relying parties are still told of the change, which the service now remembers.
    lines.set('+821077771001', { ...line, simChangedAt: hoursAgo(30) });
    expect((await subscribe()).status).toBe(201);
    const person = { phoneNumber: '+821077771001', birthDate: '900101', genderDigit: '1' };
    const { id } = (await service.start(person)).body;
    const verified = await service.verify(id, await service.textedCode(person.phoneNumber));
    expect(verified.body).toMatchObject({ result: { recentSimChange: true } });
    const unknown = await service.call(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber: '010-7777-1002', reason: '가입 신청' },
      { scope: 'operator' },
    );
    expect(unknown.body['reasons']).toMatchObject([{ code: 'not_home_carrier' }]);
  } finally {
    await service.stop();
    await carrier.close();
  }
});

function run(command: string, env: Record<string, string>): Promise<{ stdout: string }> {
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test' };
  return promisify(execFile)(process.execPath, [packed(`commands/${command}`)], {
    env: { ...inherited, ISSUER: 'http://127.0.0.1', ...env },
  });
}
