import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair } from 'jose';
import { migrate } from '../../config/migrate.ts';
import { writeJournalLine, type JournalLine } from '../../src/journal/journal-line.ts';
import { BANK, codeAt, otpSubscriber } from '../support/authenticators.ts';
import { Backup, moveRows } from '../support/backup.ts';
import { Member } from '../support/console.ts';
import { credentialsOf, DeskBrowser } from '../support/desk.ts';
import { DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { expectProblem } from '../support/problem.ts';
import {
  packed,
  startProcess,
  TEST_PIN,
  TestService,
  type ServiceProcess,
  type Subscriber,
} from '../support/service.ts';

const HANDSET = { os: 'android', osVersion: '15', formFactor: 'phone', model: 'SM-S931N' };
const WRONG_PIN = '000000';
const ROTATED = 'of the shop before it was rotated';

let service: TestService;
let running: ServiceProcess;
let directory: string;
let journal: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pushguard-journal-'));
  journal = join(directory, 'journal.ndjson');
  service = await TestService.start({ PORT: String(await freePort()), JOURNAL_FILE: journal });
  running = service.process;
});
afterAll(async () => {
  await running.stop();
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Told {
  type: string;
  data: Record<string, unknown>;
}

/** A place of the feed as of far later a transaction: those of another cluster may have any numbers. */
function farther(place: string): string {
  const [feed, epoch, , id] = Buffer.from(place, 'base64url').toString().split(' ');
  return Buffer.from(`${feed} ${epoch} 900000000000000 ${id}`).toString('base64url');
}

async function newJwks(): Promise<object> {
  const { publicKey } = await generateKeyPair('ES256');
  return { keys: [await exportJWK(publicKey)] };
}

/** The whole lines of every file of the journal. */
async function lines(): Promise<string[]> {
  const files = await readdir(directory);
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter((line) => line.endsWith('}')));
}

async function run(command: string, ...given: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [packed(`commands/${command}`), ...given], {
    env: commandEnv(service.env),
  });
  return stdout;
}

function commandEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'test',
    ISSUER: 'http://127.0.0.1',
    ...env,
  };
}

describe('a backup that is put back', () => {
  let backup: Backup;
  let people: Record<
    'spending' | 'replaced' | 'cancelled' | 'suspended' | 'lifted' | 'locked' | 'otp' | 'idle',
    Subscriber
  >;
  let desk: DeskBrowser;
  /** The epoch of the first restore. */
  let latest: number;
  let enrolmentCode: string;
  let registration: string;
  let sinkToken: { id: string; token: string };
  let members: { ended: Member; lowered: Member; kept: Member };
  let invitation: { id: string; path: string };
  const spent = { id: '', code: '', otp: '' };
  /** Where the shop has come in the feed, in the gap. */
  let place: string;
  const readOn = async () => {
    const path = `/v1/webhook-events?after=${place}`;
    const { status, body } = await service.call<{ events: Told[]; after: string }>('GET', path);
    expect(status).toBe(200);
    place = body.after;
    return body.events.map(({ type, data }) => [type, data['id']]);
  };
  // The feed holds back what is newer than the oldest transaction of the server, which other tests share.
  const readUntil = (type: string, id: string) =>
    eventually(`${type} in the feed`, async () => (await readOn()).some((one) => one[0] === type && one[1] === id));

  const startOtp = async ({ person }: Subscriber) => {
    const { phoneNumber, birthDate, genderDigit } = person;
    const asked = { phoneNumber, birthDate, genderDigit, purpose: '출석 확인', method: 'otp' };
    return (await service.call<{ id: string }>('POST', '/v1/authentications', asked)).body.id;
  };
  const register = async ({ person, phone }: Subscriber) => {
    const { phoneNumber, birthDate, genderDigit } = person;
    const asked = { phoneNumber, birthDate, genderDigit, serialNumber: phone.serialNumber, vendorCode: 'PG' };
    const { id } = (await service.call<{ id: string }>('POST', '/v1/registrations', asked, BANK)).body;
    const pending = (await phone.registrations()).find((one) => one.id === id);
    await phone.confirmRegistration(pending!, TEST_PIN);
    return id;
  };
  const openedWith = async ({ person, phone }: Subscriber, pin: string) => {
    const { id } = (await service.start(person)).body;
    const pending = (await phone.pending()).find((one) => one.id === id);
    return phone.open(pending!, pin).then(
      () => 'opened',
      (error: unknown) => (error as { code?: string }).code,
    );
  };
  const stateOf = async ({ subscriptionId }: Subscriber) => {
    const sql = 'SELECT state FROM subscriptions WHERE id = $1';
    return (await service.database.pool.query<{ state: string }>(sql, [subscriptionId])).rows[0]?.state;
  };

  beforeAll(async () => {
    const [spending, replaced, cancelled, suspended, lifted, locked, idle] = (await Promise.all(
      Array.from({ length: 7 }, () => service.subscriber()),
    )) as [Subscriber, Subscriber, Subscriber, Subscriber, Subscriber, Subscriber, Subscriber];
    const otp = await otpSubscriber(service);
    people = { spending, replaced, cancelled, suspended, lifted, locked, idle, otp };
    desk = await new DeskBrowser(service).signIn('agent');
    await service.rows.clients.register({ clientId: 'former-shop', secret: 'of the former shop' });
    const keys = await newJwks();
    await service.rows.clients.register({ clientId: 'rotated-shop', secret: ROTATED });
    await service.rows.clients.register({ clientId: 'keyed-shop', jwks: keys, authMethod: 'private_key_jwt' });
    await service.rows.clients.register({ clientId: 'published-shop', jwks: keys, authMethod: 'private_key_jwt' });
    await service.rows.clients.publishKeysAt('published-shop', 'https://former.example/keys');
    await service.rows.clients.register({ clientId: 'platform', secret: 'unused', scopes: ['carrier'] });
    sinkToken = JSON.parse(await run('sink-tokens', 'issue', 'platform', '--json')) as typeof sinkToken;
    const [ended, lowered, kept] = await Promise.all(
      (['owner', 'owner', 'owner'] as const).map((role) => Member.of(service, { 'demo-shop': role })),
    );
    members = { ended: ended!, lowered: lowered!, kept: kept! };
    const { link } = JSON.parse(await run('console-people', 'invite', 'demo-shop', '김초대', '--json')) as {
      link: string;
    };
    const listed = JSON.parse(await run('console-people', 'list', 'demo-shop', '--json')) as {
      invitations: { id: string }[];
    };
    invitation = { id: listed.invitations[0]!.id, path: new URL(link).pathname };
    ({ enrolmentCode } = await service.subscribe(await service.addLine()));
    registration = await register(otp);
    spent.id = (await service.start(spending.person)).body.id;
    spent.code = await service.codeOf(spending, spent.id);
    place = '';
    await readOn();
    const asked = await startOtp(otp);
    await running.stop();
    backup = await Backup.take(service.database.url);
    running = await startProcess(service.env);

    expect((await service.verify(spent.id, spent.code)).status).toBe(200);
    expect(await service.sendEvent(replaced.person.lineId, 'device-changed', HANDSET, 1)).toBe('applied');
    await service.operate(cancelled.subscriptionId, 'cancel');
    await service.operate(suspended.subscriptionId, 'report-loss');
    expect(await service.sendEvent(lifted.person.lineId, 'suspended', undefined, 1)).toBe('applied');
    expect(await service.sendEvent(lifted.person.lineId, 'resumed', undefined, 2)).toBe('applied');
    for (let time = 0; time < 5; time += 1) await openedWith(locked, WRONG_PIN);
    spent.otp = await codeAt(service, otp.phone);
    expect((await service.verify(asked, spent.otp)).status).toBe(200);
    await readUntil('authentication.verified', asked);
    place = farther(place);
    expect((await service.call('DELETE', `/v1/registrations/${registration}`, undefined, BANK)).status).toBe(204);
    await run('operator-accounts', 'disable', 'agent');
    await run('clients', 'disable', 'former-shop');
    const nextKeys = join(directory, '..', `${randomUUID()}.json`);
    await writeFile(nextKeys, JSON.stringify(await newJwks()));
    await Promise.all([
      run('clients', 'rotate', 'rotated-shop', '--overlap=0'),
      run('clients', 'change', 'keyed-shop', `--jwks=${nextKeys}`),
      run('clients', 'change', 'published-shop', '--jwks-uri=https://next.example/keys'),
      run('sink-tokens', 'revoke', sinkToken.id),
      run('console-people', 'end', 'demo-shop', members.ended.login),
      run('console-people', 'withdraw', 'demo-shop', invitation.id),
    ]);
    const page = await members.kept.get('/console/clients/demo-shop/people');
    const [, ...forms] = page.html.split('<details');
    const form = forms.find((part) => part.includes(members.lowered.login)) ?? '';
    const id = /people\/([\w-]{36})\/role/.exec(form)?.[1];
    const change = `/console/clients/demo-shop/people/${id}/role`;
    expect((await members.kept.confirm(change, { role: 'viewer' })).status).toBe(303);
    await rm(nextKeys);
    await service.enrol(enrolmentCode);
    // No time to write anything more.
    await running.kill();
    await backup.restore();
  });
  afterAll(() => backup.drop());

  it('is refused by the service, which says what to run', async () => {
    await expect(startProcess(service.env)).rejects.toThrow(/older than its journal.*Run npm run after-restore/);
    await expect(run('after-restore', '--moved')).rejects.toMatchObject({
      stderr: expect.stringContaining('older than its journal'),
    });
  });

  it('has its journal without personal data, one line for each door', async () => {
    const written = (await lines()).map((line) => JSON.parse(line) as Record<string, unknown>);
    const doors = ['code_spent', 'device_revoked', 'subscription', 'pin_locked', 'otp_step_used'];
    const ofClients = ['client_disabled', 'client_secret_ended', 'client_key_ended', 'sink_token_revoked'];
    const ofPeople = ['operator_disabled', 'console_member_ended', 'console_invitation_closed'];
    for (const door of [...doors, ...ofClients, 'registration_revoked', ...ofPeople]) {
      expect(written).toContainEqual(
        expect.objectContaining({ v: 1, door, id: expect.stringMatching(/^[\da-f-]{36}$/), mark: expect.any(Number) }),
      );
    }
    const numbers = Object.values(people).map(({ person }) => person.phoneNumber.slice(-8));
    for (const line of await lines()) {
      for (const number of [...numbers, '900101', 'line-']) expect(line).not.toContain(number);
    }
  });

  it('stays refused after a dry run, which only shows, and after a run that was killed', async () => {
    const [file] = await readdir(directory);
    await appendFile(join(directory, file!), 'a line of a collector\n{"v":1,"at":"2026-11');
    expect(await run('after-restore', `--journal=${journal}`, '--dry-run')).toContain('closed again: 2 subscriptions');
    const { rows } = await service.database.pool.query('SELECT restored_at AS at, epoch FROM journal_mark');
    expect(rows).toEqual([{ at: null, epoch: 0 }]);

    const holding = await service.database.pool.connect();
    await holding.query('BEGIN; SELECT * FROM audit_head FOR UPDATE');
    const command = spawn(process.execPath, [packed('commands/after-restore'), `--journal=${directory}`], {
      env: commandEnv(service.env),
      stdio: 'ignore',
    });
    await eventually('the command to wait for the audit', async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await service.database.pool.query(waiting)).rowCount === 1;
    });
    command.kill('SIGKILL');
    await once(command, 'exit');
    await holding.query('ROLLBACK');
    holding.release();
    await expect(startProcess(service.env)).rejects.toThrow('after-restore has not been completed');
  });

  it('is closed by after-restore, which tells the audit of the gap and changes nothing when it runs again', async () => {
    expect(await run('after-restore', `--journal=${directory}`)).toContain('The service may start.');
    const entries = await service.rows.operators.auditOfAction('after-restore');
    expect(entries).toEqual([expect.objectContaining({ reason: expect.stringMatching(/lines from 20.* until 20/) })]);
    expect(await run('verify-audit')).toMatch(/^head: \d+:/m);
    expect(await run('after-restore', `--journal=${directory}`)).not.toContain('closed again');
    running = await startProcess(service.env);
  });

  it('tells a reader of the feed what it ended, behind the place to which the reader had come', async () => {
    await readUntil('authentication.cancelled', spent.id);
    expect(await readOn()).toEqual([]);
  });

  it('accepts no spent code again', async () => {
    expectProblem(await service.verify(spent.id, spent.code), 409, 'authentication_closed', { state: 'cancelled' });
    const asked = await startOtp(people.otp);
    expectProblem(await service.verify(asked, spent.otp), 422, 'code_mismatch', { attemptsLeft: 4 });
    await expect(service.enrol(enrolmentCode)).rejects.toMatchObject({ status: 422 });
  });

  it('has no phone again that was revoked, and no PIN that was locked', async () => {
    for (const { phone } of [people.replaced, people.cancelled]) {
      await expect(phone.pending()).rejects.toMatchObject({ code: 'device_proof_invalid' });
    }
    expect(await openedWith(people.locked, TEST_PIN)).toBe('pin_locked');
  });

  it('has no subscription again that ended, and none suspended that was lifted', async () => {
    const { cancelled, suspended, lifted } = people;
    expect(await Promise.all([cancelled, suspended, lifted].map(stateOf))).toEqual([
      'cancelled',
      'suspended',
      'active',
    ]);
  });

  it('lets no operator in again who was disabled, and ends every session', async () => {
    expect((await desk.get('/operator')).location).toBe('/operator/sign-in');
    await service.rows.operators.forgetTotp('agent');
    expect((await new DeskBrowser(service).post('/operator/sign-in', credentialsOf(service, 'agent'))).status).toBe(
      401,
    );
    await new DeskBrowser(service).signIn('supervisor');
  });

  it('gives no person back at the console who left, no role that was taken away, and no invitation that was withdrawn', async () => {
    const rolesOf = async ({ login }: Member) => (await service.rows.console.membershipsOf(login)).roles;
    expect(await Promise.all([members.ended, members.lowered, members.kept].map(rolesOf))).toEqual([
      {},
      {},
      { 'demo-shop': 'owner' },
    ]);
    expect((await fetch(service.issuer + invitation.path)).status).toBe(404);
  });

  it('gives no token again to a client that was disabled', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'former-shop', client_secret: 'of the former shop' };
    const answer = await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
  });

  it('takes no secret, no key and no sink token again that was replaced or revoked', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'rotated-shop', client_secret: ROTATED };
    const answer = await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
    expect(await run('clients', 'show', 'keyed-shop')).toMatch(/^keys +none$/m);
    expect(await run('clients', 'show', 'published-shop')).toMatch(/^keys at +no address$/m);
    const event = await fetch(`${service.issuer}/carrier/v1/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${sinkToken.token}`, 'Content-Type': 'application/cloudevents+json' },
      body: '{}',
    });
    expect(event.status).toBe(401);
    const next = JSON.parse(await run('clients', 'rotate', 'rotated-shop', '--json')) as { clientSecret: string };
    const renewed = { ...form, client_secret: next.clientSecret };
    const served = await fetch(`${service.issuer}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(renewed),
    });
    expect(served.status).toBe(200);
  });

  it('keeps the secret and the keys that a client got after the restore, however often the doors of before are read', async () => {
    const nextKeys = join(directory, '..', `${randomUUID()}.json`);
    await writeFile(nextKeys, JSON.stringify(await newJwks()));
    await run('clients', 'change', 'keyed-shop', `--jwks=${nextKeys}`);
    await rm(nextKeys);
    // As a process writes them that could take no mark: such a line counts at every restore.
    const ended = (await lines())
      .map((line) => JSON.parse(line) as { door: string })
      .filter(({ door }) => /^client_(?:secret|key|jwks)s?_ended$/.test(door));
    expect(ended.length).toBeGreaterThan(1);
    const again = join(directory, '..', `${randomUUID()}.ndjson`);
    await writeFile(again, ended.map((line) => `${JSON.stringify({ ...line, mark: null })}\n`).join(''));
    const shown = await run('after-restore', `--journal=${again}`, '--dry-run');
    await rm(again);
    expect(shown).not.toMatch(/(?:secrets|keys) of clients/);
  });

  it('has no registration again that its institution ended', async () => {
    const answer = await service.call('GET', `/v1/registrations/${registration}`, undefined, BANK);
    expect(answer.body).toMatchObject({ state: 'revoked' });
  });

  it('serves everyone else as before', async () => {
    for (const one of [people.spending, people.lifted, people.idle]) {
      const { id } = (await service.start(one.person)).body;
      expect((await service.verify(id, await service.codeOf(one, id))).status).toBe(200);
    }
  });

  it('goes on with its journal', async () => {
    await service.operate(people.idle.subscriptionId, 'report-loss');
    const epochs = (await lines()).map((line) => (JSON.parse(line) as { epoch: number }).epoch);
    latest = Math.max(...epochs);
    // By the clock, so that it is a later one also where no journal tells of an earlier restore of the same backup.
    expect(latest).toBeGreaterThan((Date.parse('2026-01-01') - Date.parse('2025-01-01')) / 1000);
  });

  it('is noticed when it is put under a running service', async () => {
    await backup.restore();
    // As another process does that noticed nothing: its marks hide neither the loss nor what was lost.
    await service.database.pool.query('UPDATE journal_mark SET value = value + 1000');
    // The connections to the database that was replaced are dead: the first calls may fail.
    let meanwhile = '';
    await eventually('the process to serve the database that was put back', async () => {
      const { status, body } = await service.start(people.idle.person);
      meanwhile = body.id;
      return status === 201;
    });
    expect((await service.call('DELETE', `/v1/authentications/${meanwhile}`)).status).toBe(204);
    await eventually('the process to end', async () => {
      await service.operate(people.lifted.subscriptionId, 'report-loss').catch(() => undefined);
      return running.child.exitCode !== null;
    });
    expect(running.log()).toContain('the database is older than the journal');
    await expect(startProcess(service.env)).rejects.toThrow('after-restore');
    // A process that compares the tables before it notices reads there what was true before the backup.
    const [file] = await readdir(directory);
    const { installation } = JSON.parse((await lines())[0]!) as { installation: string };
    const older = [people.cancelled, people.suspended].map(({ subscriptionId: id }): JournalLine => ({
      at: new Date().toISOString(),
      installation,
      epoch: latest,
      writer: randomUUID(),
      mark: null,
      closed: { door: 'subscription', id, link: 900, state: 'active', suspensions: [], reason: null },
    }));
    await appendFile(join(directory, file!), `\n${older.map(writeJournalLine).join('')}`);
    await run('after-restore', `--journal=${directory}`);
    // The backup knows of no restore before. Places of the feed that were given since must lie before what comes.
    const { rows } = await service.database.pool.query('SELECT epoch FROM journal_mark');
    expect((rows as { epoch: number }[])[0]!.epoch).toBeGreaterThan(latest);
    running = await startProcess(service.env);
    // Where the machine is slow, the process itself has ended what was spent, because its time was over.
    const told: unknown[][] = [];
    await eventually('both in the feed', async () => {
      told.push(...(await readOn()));
      return [meanwhile, spent.id].every((id) => told.some((one) => one[1] === id));
    });
    expect(told).toContainEqual(['authentication.cancelled', meanwhile]);
    const { lifted, cancelled, suspended } = people;
    const states = await Promise.all([lifted, cancelled, suspended].map(stateOf));
    expect(states).toEqual(['suspended', 'cancelled', 'suspended']);
    await expect(people.replaced.phone.pending()).rejects.toMatchObject({ code: 'device_proof_invalid' });
  });
});

describe('a database that moved to another cluster', () => {
  let other: DurablePostgres;

  beforeAll(async () => {
    other = await DurablePostgres.start();
    await migrate(other.url);
  });
  afterAll(() => other.drop());

  it('is refused until the move is recorded, and has lost nothing then', async () => {
    const subscriber = await service.subscriber();
    await running.stop();
    await moveRows(service.database.pool, other.url);
    const moved = { ...service.env, DATABASE_URL: other.url };
    await expect(startProcess(moved)).rejects.toThrow(/another PostgreSQL cluster.*after-restore -- --moved/);
    const command = [packed('commands/after-restore'), '--moved'];
    await promisify(execFile)(process.execPath, command, { env: commandEnv(moved) });
    const { rows } = await other.pool.query(`SELECT reason FROM audit_entries WHERE action = 'database-moved'`);
    expect(rows).toEqual([{ reason: expect.stringMatching(/^cluster \d+ became \d+$/) }]);

    running = await startProcess(moved);
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
    await running.stop();
    // The cluster that was left is the older one now.
    await expect(startProcess(service.env)).rejects.toThrow('older than its journal');
  });
});
