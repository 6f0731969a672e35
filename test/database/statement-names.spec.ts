import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { Database } from '../../src/database/database.ts';
import { sharesSessions } from '../../src/database/pooler.ts';
import { statement } from '../../src/database/statement.ts';
import { createTestDatabase } from '../support/database.ts';
import { PgBouncer } from '../support/pg-bouncer.ts';
import { describeWith, PGBOUNCER } from '../support/programs.ts';

const PROCESS = statement('test_process', 'SELECT pg_backend_pid() AS pid, $1::int AS given');
const REFUSED = statement('test_refused', `SELECT 1 / $1::int AS given FROM pg_sleep(0.2)`);
const NAMED = statement('test_named', 'SELECT count(*)::int AS named FROM pg_prepared_statements WHERE name = $1');

describe('the names of statements in a transaction', () => {
  it('statements keep their names after a transaction in which several of them followed a refused one', async () => {
    const database = await createTestDatabase();
    const source = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
    try {
      const names = new Database(source, { sessionUrl: database.url, sharesSessions: false });
      const works = names.transaction((session) =>
        Promise.allSettled([session.rows(REFUSED, [0]), session.rows(PROCESS, [1]), session.rows(PROCESS, [2])]),
      );
      const codes = (await works).map((one) => (one as { reason: { code: string } }).reason.code);
      // Nothing prepared the statement, because its first use was refused, so its second use knows no such name.
      expect(codes).toEqual(['22012', '25P02', '26000']);
      expect(await names.rows(NAMED, ['test_named'])).toEqual([{ named: 1 }]);
    } finally {
      await source.destroy();
      await database.drop();
    }
  });
});

describeWith(PGBOUNCER, 'statement names', () => {
  it('PostgreSQL itself and a pooler in session mode give each client a session; transaction mode does not', async () => {
    const database = await createTestDatabase();
    const bouncers = await Promise.all([
      PgBouncer.start('session', database.url),
      PgBouncer.start('transaction', database.url),
    ]);
    const urls = [database.url, ...bouncers.map((bouncer) => bouncer.before(database.url))];
    expect(await Promise.all(urls.map(sharesSessions))).toEqual([false, false, true]);
    await Promise.all(bouncers.map((bouncer) => bouncer.stop()));
    await database.drop();
  });

  it('statements lose their names by themselves where a pooler begins to share sessions', async () => {
    const database = await createTestDatabase();
    const bouncer = await PgBouncer.start('transaction', database.url);
    const url = bouncer.before(database.url);
    const source = await new DataSource(dataSourceOptions(url, 6, { sharesSessions: true })).initialize();
    try {
      // As a process that saw no pooler at its start.
      const names = new Database(source, { sessionUrl: database.url, sharesSessions: false });
      for (let round = 0; round < 20; round += 1) {
        const given = Array.from({ length: 12 }, (_, at) => round * 100 + at);
        const rows = await Promise.all(given.map((one) => names.rows<{ given: number }>(PROCESS, [one])));
        expect(rows.map(([row]) => row?.given)).toEqual(given);
      }
      await names.transaction(async (session) => {
        expect(await session.rows(PROCESS, [1])).toEqual([expect.objectContaining({ given: 1 })]);
      });
    } finally {
      await source.destroy();
      await bouncer.stop();
      await database.drop();
    }
  });
});
