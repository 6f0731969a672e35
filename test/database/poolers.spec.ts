import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { PgBouncer } from '../support/pg-bouncer.ts';
import { describeWith, PGBOUNCER } from '../support/programs.ts';
import { startProcess, TestService, TEST_PIN } from '../support/service.ts';
import { createDatabaseOfTwoRoles } from '../support/two-roles.ts';

/** The whole flow, by push: start, wake-up, opening, code, verification; and a text message. */
async function expectFlows(service: TestService): Promise<void> {
  const { person, phone, pushToken } = await service.subscriber();
  const { id } = (await service.start(person)).body;
  await service.pushed(pushToken, 'wake');
  const pending = (await phone.pending()).find((one) => one.id === id)!;
  await phone.open(pending, TEST_PIN);
  const received = await phone.receive((await service.pushed(pushToken, 'code')).data);
  expect((await service.verify(id, received.kind === 'code' ? received.code : '')).status).toBe(200);

  const stranger = await service.addLine();
  const started = (await service.start(stranger)).body;
  expect((await service.verify(started.id, await service.textedCode(stranger.phoneNumber))).status).toBe(200);
}

/** Many callers at once, so that every session of the pooler runs every statement. */
async function expectNoMixture(service: TestService): Promise<void> {
  const people = await Promise.all(Array.from({ length: 40 }, () => service.addLine()));
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(
      people.map(async (person) => {
        const { status, body } = await service.start(person);
        const seen = await service.call('GET', `/v1/authentications/${body.id}`);
        const ended = await service.call('DELETE', `/v1/authentications/${body.id}`);
        return [status, seen.body['state'], ended.status];
      }),
    );
    expect(new Set(answers.map(String))).toEqual(new Set(['201,pending,204']));
  }
  expect(service.process.log()).not.toMatch(/prepared statement/);
}

/** An import needs a temporary table and an advisory lock, and its report comes as it is written. */
async function expectImport(service: TestService): Promise<void> {
  const line = {
    lineId: `line-${randomUUID()}`,
    phoneNumber: `010${String(Math.random()).slice(2, 10)}`,
    owner: { birthDate: '900101', genderDigit: '1' },
    carrier: 'SKT',
    status: 'active',
    holder: 'self',
    plan: 'postpaid',
    handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
  };
  const response = await fetch(`${service.issuer}/carrier/v1/lines/import?takenAt=${new Date().toISOString()}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await service.token('carrier')}`,
      'Content-Type': 'application/x-ndjson',
    },
    body: `${JSON.stringify(line)}\n`,
  });
  const report = await response.text();
  expect([response.status, report]).toEqual([200, expect.stringContaining('"outcome":"added"')]);
}

describeWith(PGBOUNCER, 'PgBouncer in front of PostgreSQL', () => {
  describe.each(['transaction', 'session'] as const)('in %s mode', (mode) => {
    let database: TestDatabase;
    let bouncer: PgBouncer;
    let service: TestService;

    beforeAll(async () => {
      database = await createTestDatabase();
      bouncer = await PgBouncer.start(mode, database.url);
      service = await TestService.start(
        { DATABASE_URL: bouncer.before(database.url), QUEUE_DATABASE_URL: database.url },
        database,
      );
    });
    afterAll(async () => {
      await service.stop();
      await bouncer.stop();
    });

    it(`authentications, pushes and text messages work through PgBouncer in ${mode} mode`, async () => {
      await expectFlows(service);
    });

    it(`no statement is taken for another through PgBouncer in ${mode} mode`, async () => {
      await expectNoMixture(service);
    });

    it(`a snapshot of lines is imported through PgBouncer in ${mode} mode`, async () => {
      await expectImport(service);
    });

    it(`a process behind PgBouncer in ${mode} mode says that it is ready`, async () => {
      const ready = await fetch(`${service.process.announcement.management}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'up' }]);
    });
  });

  describe('without a direct address', () => {
    let bouncer: PgBouncer | undefined;
    let database: TestDatabase | undefined;

    afterEach(async () => {
      await bouncer?.stop();
      await database?.drop();
    });

    const refusalOf = (env: Record<string, string>) =>
      startProcess(env).then(
        () => 'it started',
        (error: unknown) => (error as Error).message.split('\n').slice(1).filter(Boolean),
      );

    it('a pooler in transaction mode is refused at the start with one line that names QUEUE_DATABASE_URL', async () => {
      database = await createTestDatabase();
      bouncer = await PgBouncer.start('transaction', database.url);
      const pooled = bouncer.before(database.url);
      expect(await refusalOf({ DATABASE_URL: pooled })).toEqual([
        expect.stringMatching(/^QUEUE_DATABASE_URL: is required, because .* transaction mode/),
      ]);
      expect(await refusalOf({ DATABASE_URL: pooled, QUEUE_DATABASE_URL: pooled })).toEqual([
        expect.stringMatching(/^QUEUE_DATABASE_URL: leads to a pooler in transaction mode/),
      ]);
    });

    it('a pooler in session mode needs no direct address', async () => {
      database = await createTestDatabase();
      bouncer = await PgBouncer.start('session', database.url);
      const service = await TestService.start({ DATABASE_URL: bouncer.before(database.url) }, database);
      database = undefined;
      try {
        await expectFlows(service);
        await expectImport(service);
      } finally {
        await service.stop();
      }
    });

    it('two roles work through a pooler in transaction mode: the owner of the tables migrates at the direct address', async () => {
      const two = await createDatabaseOfTwoRoles();
      bouncer = await PgBouncer.start('transaction', two.serviceUrl, two.ownerUrl);
      const service = await TestService.start(
        {
          DATABASE_URL: bouncer.before(two.serviceUrl),
          QUEUE_DATABASE_URL: two.serviceUrl,
          MIGRATION_DATABASE_URL: bouncer.before(two.ownerUrl),
        },
        two,
      );
      try {
        await expectFlows(service);
        await expectImport(service);
      } finally {
        await service.stop();
      }
    });
  });
});
