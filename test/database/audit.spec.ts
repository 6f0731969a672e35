import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { walkChain } from '../../src/operator/walk-chain.ts';
import type { RecordedHead } from '../../src/operator/check-chain.ts';
import { freePort } from '../support/free-port.ts';
import { packed, startProcess, TestService, type Answer } from '../support/service.ts';
import { manySubscribers } from '../support/subscribers.ts';
import { createDatabaseOfTwoRoles, type DatabaseOfTwoRoles } from '../support/two-roles.ts';

/** SQLSTATE insufficient_privilege, and the restrict_violation that the audit's trigger raises. */
const [DENIED, REFUSED] = ['42501', '23001'];
const READING = { scope: 'operator', headers: { 'Audit-Reason': 'inquiry' } } as const;

interface Verdict {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `npm run verify-audit`. */
function verifyAudit(service: TestService, ...args: string[]): Promise<Verdict> {
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test' };
  return new Promise((resolve) => {
    const options = { env: { ...inherited, ...service.env } };
    const child = execFile(
      process.execPath,
      [packed('commands/verify-audit'), ...args],
      options,
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

const headIn = (stdout: string) => /^head: (\d+:[\da-f]{64})$/m.exec(stdout)?.[1] ?? '';
const operate = (service: TestService, path: string, body: object): Promise<Answer> =>
  service.call('POST', `/operator/v1/${path}`, body, { scope: 'operator' });
const eligibility = (service: TestService, phoneNumber: string): Promise<Answer> =>
  service.call('GET', `/operator/v1/eligibility?phoneNumber=${encodeURIComponent(phoneNumber)}`, undefined, READING);

async function errorCode(url: string, statement: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
    return undefined;
  } catch (error) {
    return (error as pg.DatabaseError).code;
  } finally {
    await client.end();
  }
}

describe('a service whose role does not own its tables', () => {
  let database: DatabaseOfTwoRoles;
  let service: TestService;

  beforeAll(async () => {
    database = await createDatabaseOfTwoRoles();
    const env = { DATABASE_URL: database.serviceUrl, MIGRATION_DATABASE_URL: database.ownerUrl };
    service = await TestService.start(env, database);
  });
  afterAll(async () => {
    await service.stop();
  });

  it('a new service has an empty audit before the first call', async () => {
    const { code, stdout } = await verifyAudit(service);
    expect(stdout).toBe('entries before the chain: 0\nintact entries: 0\nhead: none (the chain has not begun)\n');
    expect(code).toBe(0);
  });

  it('a service under a plain role handles an authentication, a carrier’s events and an operator’s calls', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.pushed(subscriber.pushToken, 'wake')).data['id']).toBe(id);
    const code = await service.codeOf(subscriber, id);
    await service.pushed(subscriber.pushToken, 'code');
    expect((await service.verify(id, code)).status).toBe(200);

    const { lineId } = subscriber.person;
    expect(await service.sendEvent(lineId, 'suspended', undefined, 1)).toBe('applied');
    expect(await service.sendEvent(lineId, 'resumed', undefined, 2)).toBe('applied');
    const imported = await fetch(`${service.issuer}/carrier/v1/lines/import?dryRun=true`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await service.token('carrier')}`, 'Content-Type': 'application/x-ndjson' },
      body: '{}\n',
    });
    expect(imported.status).toBe(200);
    expect((await imported.text()).trim().split('\n').at(-1)).toMatch(/"rejected":1/);

    await service.operate(subscriber.subscriptionId, 'report-loss');
    await service.operate(subscriber.subscriptionId, 'resume');
    const audit = await service.call<{ entries: { action: string; outcome: string }[] }>(
      'GET',
      `/operator/v1/subscriptions/${subscriber.subscriptionId}/audit`,
      undefined,
      READING,
    );
    expect(audit.body.entries.map(({ action }) => action)).toEqual([
      'subscribe',
      'report-loss',
      'resume',
      'ask-resume',
      'resume',
      'audit',
    ]);
    expect(await verifyAudit(service)).toMatchObject({ code: 0 });
  });

  it('a second and a third process start at the same time on the same database', async () => {
    const started = await Promise.all([startProcess(service.env), startProcess(service.env)]);
    expect(await Promise.all(started.map((one) => one.stop()))).toEqual([0, 0]);
  });

  it('two hundred concurrent calls of operators leave one unbroken chain', async () => {
    const before = Number(headIn((await verifyAudit(service)).stdout).split(':')[0]);
    const subscribers = await manySubscribers(service, 50);
    const lines = await Promise.all(Array.from({ length: 50 }, () => service.addLine()));
    const answers = await Promise.all([
      ...subscribers.map(({ subscriptionId }) =>
        operate(service, `subscriptions/${subscriptionId}/report-loss`, { reason: '분실' }),
      ),
      ...lines.map(({ phoneNumber }) => operate(service, 'subscriptions', { phoneNumber, reason: '가입 신청' })),
      ...lines.map(({ phoneNumber }) => eligibility(service, phoneNumber)),
      ...lines.map(() => operate(service, `subscriptions/${randomUUID()}/cancel`, { reason: '없는 가입' })),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([200, 201, 200, 404].flatMap((status) => Array<number>(50).fill(status)));

    const { rows } = await database.pool.query<{ entries: string; numbers: string; last: string; ordered: boolean }>(
      `SELECT count(*) AS entries, count(DISTINCT number) AS numbers, max(number) AS last,
         (SELECT bool_and(later) FROM (SELECT at >= lag(at, 1, at) OVER (ORDER BY number) AS later FROM audit_entries) t)
           AS ordered
       FROM audit_entries`,
    );
    const all = String(before + 200);
    expect(rows).toEqual([{ entries: all, numbers: all, last: all, ordered: true }]);
    const { code, stdout } = await verifyAudit(service);
    expect(stdout).toMatch(`entries before the chain: 0\nintact entries: ${all}\nhead: ${all}:`);
    expect(code).toBe(0);
  });

  it('a reason with ill-formed text is refused, and the chain stays intact', async () => {
    const reason = 'half a pair: \ud83d';
    expect((await operate(service, `subscriptions/${randomUUID()}/cancel`, { reason })).status).toBe(400);
    expect(await verifyAudit(service)).toMatchObject({ code: 0 });
  });

  it.each([
    `UPDATE audit_entries SET reason = 'another'`,
    `UPDATE audit_entries SET number = number WHERE false`,
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    'TRUNCATE audit_entries, audit_head',
    'ALTER TABLE audit_entries DISABLE TRIGGER append_only',
    'DROP TRIGGER append_only ON audit_entries',
    'CREATE TRIGGER mine BEFORE INSERT ON audit_entries EXECUTE FUNCTION refuse_change_of_audit()',
    'CREATE OR REPLACE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE sql AS $$ $$',
    `CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    'DROP TABLE audit_entries',
    'SET session_replication_role = replica',
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
    'DELETE FROM migrations',
  ])('the service role is denied by PostgreSQL: %s', async (statement) => {
    expect(await errorCode(database.serviceUrl, statement)).toBe(DENIED);
  });

  it.each([
    `UPDATE audit_entries SET reason = 'another'`,
    'UPDATE audit_entries SET number = number WHERE false',
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    'DELETE FROM audit_head',
    'TRUNCATE audit_head',
  ])('the owner of the tables is refused by the trigger: %s', async (statement) => {
    expect(await errorCode(database.ownerUrl, statement)).toBe(REFUSED);
    const asReplica = `SET session_replication_role = replica; ${statement}`;
    expect(await errorCode(database.url, asReplica)).toBe(REFUSED);
  });

  it('the audit accepts no entry without its place in the chain', async () => {
    const entry = `INSERT INTO audit_entries (at, operator, action, reason, outcome)
      VALUES (now(), 'nobody', 'nothing', 'none', 'done')`;
    expect(await errorCode(database.serviceUrl, entry)).toBe('23514');
  });

  it.each<[string, (database: DatabaseOfTwoRoles) => string]>([
    ['the owner', ({ ownerUrl }) => ownerUrl],
    ['a superuser', ({ url }) => url],
  ])('a service does not start when its role is %s after all', async (_role, url) => {
    const env = { ...service.env, DATABASE_URL: url(database) };
    await expect(startProcess(env)).rejects.toThrow(/could change the audit.*plain role of its own/s);
  });

  it('a service does not start when its role was granted more than it needs', async () => {
    const role = decodeURIComponent(new URL(database.serviceUrl).username);
    await database.pool.query(`CREATE ROLE ${role}_group; GRANT DELETE ON audit_entries TO ${role}_group;
      GRANT ${role}_group TO ${role}`);
    try {
      await expect(startProcess(service.env)).rejects.toThrow(/could change the audit/);
    } finally {
      await database.pool.query(`DROP OWNED BY ${role}_group; DROP ROLE ${role}_group`);
    }
  });
});

/** The expected place and kind of each breach, without its sentence. */
type Expected = [where: string, what: string][];

/** Number of entries in the chain that these tests alter. */
const LENGTH = 12;
const shift = (from: number, by: number) =>
  `UPDATE audit_entries SET number = -(number + ${by}) WHERE number >= ${from};
   UPDATE audit_entries SET number = -number WHERE number < 0`;
const forged = (number: number) =>
  `INSERT INTO audit_entries (number, previous, mac, at, operator, action, reason, outcome)
   SELECT ${number}, mac, sha256('forged'), at, operator, 'forged', reason, outcome
   FROM audit_entries WHERE number = ${number - 1}`;
const exchanged = (one: number, other: number) =>
  `UPDATE audit_entries SET number = -1 WHERE number = ${one};
   UPDATE audit_entries SET number = ${one} WHERE number = ${other};
   UPDATE audit_entries SET number = ${other} WHERE number = -1`;
const headAt = (number: number) =>
  `UPDATE audit_head SET number = ${number}, mac = (SELECT mac FROM audit_entries WHERE number = ${number})`;
const cutAfter = (number: number) => `DELETE FROM audit_entries WHERE number > ${number}`;
const moved = (...numbers: number[]): Expected => numbers.map((number) => [`entry ${number}`, 'moved or inserted']);

describe('an audit that was tampered with', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
    const person = await service.addLine();
    const { subscriptionId } = await service.subscribe(person);
    for (let calls = 1; calls < LENGTH; calls += 3) {
      await eligibility(service, person.phoneNumber);
      await operate(service, `subscriptions/${subscriptionId}/enrolment-code`, { reason: '새 전화기' });
      if (calls + 2 < LENGTH) await operate(service, `subscriptions/${randomUUID()}/resume`, { reason: '없는 가입' });
    }
  });
  afterAll(async () => {
    await service.stop();
  });

  /**
   * Returns the breaches after these statements. A superuser runs them without the triggers and constraints, in a
   * transaction that is rolled back.
   */
  async function after(tampering: string, noted?: (head: RecordedHead) => RecordedHead) {
    const client = await service.database.pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<RecordedHead>('SELECT number, mac FROM audit_head');
      await client.query(`ALTER TABLE audit_entries DISABLE TRIGGER append_only, DROP CONSTRAINT is_chained,
          ALTER COLUMN operator DROP NOT NULL, ALTER COLUMN reason DROP NOT NULL;
        ALTER TABLE audit_head DISABLE TRIGGER append_only, DROP CONSTRAINT sealed_with_the_first_entry`);
      await client.query(tampering);
      const session = {
        rows: async <Row>({ text }: { text: string }, values: unknown[]) =>
          (await client.query(text, values)).rows as Row[],
      };
      const breaches: Expected = [];
      const note = ({ where, what }: { where: string; what: string }) => breaches.push([where, what]);
      const { holding } = await walkChain(session, service.keys.audit, note, noted?.(rows[0]!));
      return { breaches, holding };
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it('an audit that was not altered is intact', async () => {
    expect(await after('SELECT 1', (head) => head)).toEqual({ breaches: [], holding: LENGTH });
  });

  const COLUMNS: [column: string, value: string][] = [
    ['at', `at + interval '1 microsecond'`],
    ['at', `at - interval '9 hours'`],
    ['at', `'infinity'`],
    ['operator', `'another-operator'`],
    ['operator', 'NULL'],
    ['action', `action || ' '`],
    ['subscription_id', 'gen_random_uuid()'],
    ['phone_index', `'\\x00'`],
    ['reason', `'another reason'`],
    ['reason', 'NULL'],
    ['outcome', `'nothing_to_change'`],
    ['address', `'192.0.2.1'`],
    ['address', 'NULL'],
    ['previous', `sha256('another')`],
    ['mac', `sha256('another')`],
    ['mac', `'\\x'`],
    ['mac', 'NULL'],
  ];

  it.each(COLUMNS)('an audit is broken when %s of an entry was altered to %s', async (column, value) => {
    for (const number of [1, 5, LENGTH - 1, LENGTH]) {
      expect(await after(`UPDATE audit_entries SET ${column} = ${value} WHERE number = ${number}`)).toEqual({
        breaches: [[`entry ${number}`, 'altered']],
        holding: LENGTH - 1,
      });
    }
  });

  it('the alterations that are tried cover every column but the id, which has no meaning', async () => {
    const { rows } = await service.database.pool.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_name = 'audit_entries' AND table_schema = 'public'`,
    );
    const tried = new Set(['id', 'number', ...COLUMNS.map(([column]) => column)]);
    expect(rows.map(({ name }) => name).sort()).toEqual([...tried].sort());
  });

  it.each<[string, string, Expected]>([
    ['an entry was deleted', 'DELETE FROM audit_entries WHERE number = 5', [['entry 5', 'missing']]],
    ['the first one was deleted', 'DELETE FROM audit_entries WHERE number = 1', [['entry 1', 'missing']]],
    ['three were deleted', 'DELETE FROM audit_entries WHERE number BETWEEN 5 AND 7', [['entries 5 to 7', 'missing']]],
    [
      'one was deleted and the later ones were moved up',
      `DELETE FROM audit_entries WHERE number = 5; ${shift(6, -1)}`,
      [...moved(5, 6, 7, 8, 9, 10, 11), ['entry 12', 'cut off']],
    ],
    ['two neighbours were swapped', exchanged(5, 6), moved(5, 6)],
    ['two that are far apart were swapped', exchanged(3, 9), moved(3, 9)],
    ['the last two were swapped', exchanged(LENGTH - 1, LENGTH), moved(LENGTH - 1, LENGTH)],
    [
      'what two entries say was swapped, but not their macs',
      `UPDATE audit_entries a SET at = b.at, action = b.action, outcome = b.outcome, reason = b.reason,
         subscription_id = b.subscription_id, phone_index = b.phone_index
       FROM audit_entries b WHERE (a.number, b.number) IN ((5, 6), (6, 5))`,
      [
        ['entry 5', 'altered'],
        ['entry 6', 'altered'],
      ],
    ],
    [
      'a forged entry was inserted and the later ones were moved on',
      `${shift(5, 1)}; ${forged(5)}`,
      moved(5, 6, 7, 8, 9, 10, 11, 12, 13),
    ],
    ['a forged entry took the place of another', `DELETE FROM audit_entries WHERE number = 5; ${forged(5)}`, moved(5)],
    ['a forged entry was added to the end', forged(LENGTH + 1), moved(LENGTH + 1)],
    [
      'an entry was given a number far beyond the end',
      'UPDATE audit_entries SET number = 500 WHERE number = 5',
      [['entry 5', 'missing'], ...moved(500)],
    ],
    [
      'an entry was passed off as older than the chain',
      'UPDATE audit_entries SET number = NULL, mac = NULL, previous = NULL WHERE number = 5',
      [
        ['entry 5', 'missing'],
        ['entries before the chain', 'moved or inserted'],
      ],
    ],
    ['the tail was cut off', cutAfter(LENGTH - 2), [[`entries ${LENGTH - 1} to ${LENGTH}`, 'cut off']]],
    ['the tail was cut off and the head rewritten', `${cutAfter(9)}; ${headAt(9)}`, [['the head', 'head altered']]],
    [
      'the tail was cut off and the seal removed',
      `${cutAfter(9)}; ${headAt(9)}; UPDATE audit_head SET seal = NULL`,
      [['the head', 'head altered']],
    ],
    ['the head names an earlier entry', headAt(9), [['the head', 'head altered']]],
    [
      'the head says that there was nothing',
      'UPDATE audit_head SET number = 0, mac = NULL, seal = NULL',
      [['the head', 'head altered']],
    ],
    ['the head is gone', 'DELETE FROM audit_head', [['the head', 'head altered']]],
    [
      'the head says that the chain began later',
      'DELETE FROM audit_entries WHERE number < 4; UPDATE audit_head SET first_number = 4',
      [
        ['entries 1 to 3', 'missing'],
        ['the head', 'head altered'],
      ],
    ],
    [
      'every entry was altered',
      `UPDATE audit_entries SET operator = 'somebody'`,
      Array.from({ length: LENGTH }, (_, at): [string, string] => [`entry ${at + 1}`, 'altered']),
    ],
    [
      'several things were done to it',
      `UPDATE audit_entries SET reason = 'another' WHERE number = 2; DELETE FROM audit_entries WHERE number = 4;
       ${exchanged(7, 8)}; UPDATE audit_entries SET mac = NULL WHERE number = 10; ${cutAfter(11)}`,
      [
        ['entry 2', 'altered'],
        ['entry 4', 'missing'],
        ...moved(7, 8),
        ['entry 10', 'altered'],
        ['entry 12', 'cut off'],
      ],
    ],
  ])('an audit is broken when %s', async (_case, tampering, expected) => {
    expect((await after(tampering)).breaches).toEqual(expected);
  });

  it.each([
    [
      'everything was removed, and the head put back to the beginning',
      `DELETE FROM audit_entries; UPDATE audit_head SET number = 0, mac = NULL, seal = NULL`,
    ],
    ['the tail was cut off', `${cutAfter(9)}; ${headAt(9)}`],
  ])('an earlier head reveals that %s', async (_case, tampering) => {
    expect((await after(tampering, (head) => head)).breaches).toContainEqual([`entry ${LENGTH}`, 'rewritten']);
  });
});

describe('npm run verify-audit', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
    for (let calls = 0; calls < 8; calls += 1) await eligibility(service, '010-9999-0000');
  });
  afterAll(async () => {
    await service.stop();
  });

  const tamper = (statements: string) =>
    service.database.pool.query(`ALTER TABLE audit_entries DISABLE TRIGGER append_only; ${statements};
      ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER append_only`);

  let noted: string;

  it('npm run verify-audit prints a head that is found in the chain however long it grows', async () => {
    const { code, stdout } = await verifyAudit(service);
    expect(code).toBe(0);
    noted = headIn(stdout);
    expect(noted).toMatch(/^8:/);
    await eligibility(service, '010-9999-0000');
    expect(await verifyAudit(service, `--head=${noted}`)).toMatchObject({ code: 0 });
    const other = noted.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    expect(await verifyAudit(service, `--head=${other}`)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^entry 8: rewritten: /),
    });
  });

  it.each(['8', '8:00', `0:${'0'.repeat(64)}`, `-1:${'0'.repeat(64)}`])(
    'npm run verify-audit refuses the head %s',
    async (head) => {
      const { code, stderr } = await verifyAudit(service, `--head=${head}`);
      expect(code).toBe(2);
      expect(stderr).toBe('--head=NUMBER:MAC must be the head that this command printed\n');
    },
  );

  it('npm run verify-audit says in one line that the database does not answer, which is no tampering', async () => {
    const env = { ...service.env, DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` };
    const { code, stdout, stderr } = await verifyAudit(Object.assign(Object.create(service) as TestService, { env }));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^DATABASE_URL: [^\n]*ECONNREFUSED[^\n]*\n$/);
  });

  it.each([
    { words: ['--help'], code: 0, to: 'stdout' as const },
    { words: ['--bogus'], code: 2, to: 'stderr' as const },
  ])('npm run verify-audit $words explains itself and ends with $code', async ({ words, code, to }) => {
    const ended = await verifyAudit(service, ...words);
    expect(ended.code).toBe(code);
    expect(ended[to]).toContain('npm run verify-audit [-- --head=NUMBER:MAC]');
  });

  it('npm run verify-audit reports every entry as broken when the key is another', async () => {
    const keyring = { ...(JSON.parse(service.keyring) as object), subject: Buffer.alloc(32).toString('base64url') };
    const { env } = service;
    const stranger = Object.assign(Object.create(service) as TestService, {
      env: { ...env, KEYRING: JSON.stringify(keyring) },
    });
    const { code, stdout } = await verifyAudit(stranger);
    expect(stdout).toContain('intact entries: 0\n');
    expect(stdout).toContain('the head: head altered: ');
    expect(code).toBe(1);
  });

  it('npm run verify-audit still reports a tail that was cut off after the service has written on', async () => {
    await tamper(`DELETE FROM audit_entries WHERE number > 6; ${headAt(6)}`);
    expect((await eligibility(service, '010-9999-0000')).status).toBe(200);
    expect((await eligibility(service, '010-9999-0000')).status).toBe(200);
    const { code, stdout } = await verifyAudit(service, `--head=${noted}`);
    expect(stdout).toMatch(/^the head: head altered: .*\nentry 8: rewritten: .*\n/);
    expect(stdout).toContain('intact entries: 8\nhead: 8:');
    expect(code).toBe(1);
    expect(service.process.log()).toContain('the head of the audit was altered');
  });

  it('npm run verify-audit lists the first twenty breaches, and counts the others', async () => {
    for (let calls = 0; calls < 22; calls += 1) await eligibility(service, '010-9999-0000');
    await tamper(`UPDATE audit_entries SET reason = 'another'`);
    const { code, stdout } = await verifyAudit(service);
    expect(stdout.match(/^entry \d+: altered: /gm)).toHaveLength(20);
    expect(stdout).toContain('and 11 more breaches\nentries before the chain: 0\nintact entries: 0\n');
    expect(code).toBe(1);
  });
});
