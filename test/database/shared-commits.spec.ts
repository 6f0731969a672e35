import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { Database } from '../../src/database/database.ts';
import { SharedCommits, type Groups } from '../../src/database/shared-commits.ts';
import { GroupConnection } from '../../src/database/statement-group.ts';
import { statement } from '../../src/database/statement.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { SilentProxy } from '../support/silent-proxy.ts';

/** Statements that share a commit, on a table of their own: a guarded count that only a right guess closes. */
let database: TestDatabase;
let source: DataSource;
let shared: Database;

const GUESS = statement(
  'shared_guess',
  `UPDATE guessed SET attempts = attempts + 1, solved_by = CASE WHEN $2 = 'right' THEN $3 ELSE solved_by END
    WHERE id = $1 AND solved_by IS NULL AND attempts < 5 RETURNING attempts, solved_by AS "solvedBy"`,
);
const READ = statement('shared_read', 'SELECT id, 10 / $2::int AS share, attempts FROM guessed WHERE id = $1');
const ADD = statement('shared_add', 'INSERT INTO guessed (id) VALUES ($1) RETURNING id');
type Guessed = { attempts: number; solvedBy: string | null };

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    'CREATE TABLE guessed (id text PRIMARY KEY CHECK (id <> $$bad$$), attempts int NOT NULL DEFAULT 0, solved_by text)',
  );
  source = await new DataSource(dataSourceOptions(database.url)).initialize();
  shared = new Database(source, { sessionUrl: database.url, sharesSessions: false });
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});
beforeEach(() => database.pool.query('TRUNCATE guessed'));

const rows = (count: number) => Array.from({ length: count }, (_, at) => `row-${at}`);
const fill = (ids: string[]) => database.pool.query('INSERT INTO guessed (id) SELECT unnest($1::text[])', [ids]);
const guess = (id: string, what: 'right' | 'wrong', by: string) =>
  shared.sharedRows<Guessed>(GUESS, [id, what, by], id);
const add = (id: string) => shared.sharedRows<{ id: string }>(ADD, [id], id);
const stored = async () =>
  (await database.pool.query<Guessed & { id: string }>('SELECT id, attempts, solved_by AS "solvedBy" FROM guessed'))
    .rows;
/** How many transactions inserted the rows. A count of the server would have those of other tests. */
const transactions = async () =>
  (await database.pool.query<{ count: number }>('SELECT count(DISTINCT xmin::text)::int AS count FROM guessed'))
    .rows[0]!.count;

describe('statements that share a commit', () => {
  it('need far fewer transactions than callers when many wait, and one each when each comes alone', async () => {
    await Promise.all(rows(1000).map(add));
    const together = await transactions();
    expect(together).toBeLessThan(200);
    for (const id of rows(20)) await add(`alone-${id}`);
    expect((await transactions()) - together).toBe(20);
    expect(await stored()).toHaveLength(1020);
  });

  it('decide about their own row each, whatever the mix of keys, guesses and bad rows', async () => {
    const call = fc.record({ row: fc.nat(20), what: fc.constantFrom('right', 'wrong', 'bad') });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 200 }), async (calls) => {
        await database.pool.query('TRUNCATE guessed');
        await fill(rows(21));
        const answers = await Promise.allSettled(
          calls.map(async ({ row, what }, by) =>
            what === 'bad' ? await add('bad') : await guess(`row-${row}`, what, `${by}`),
          ),
        );
        for (const [at, { what }] of calls.entries()) {
          const answer = answers[at]!;
          if (what !== 'bad') expect(answer.status).toBe('fulfilled');
          else expect(answer).toMatchObject({ status: 'rejected', reason: { code: '23514' } });
        }
        for (const { id, attempts, solvedBy } of await stored()) {
          const own = calls.flatMap(({ row, what }, by) =>
            `row-${row}` === id && what !== 'bad' ? [{ what, by }] : [],
          );
          const counted = own.flatMap(({ by }) => (answers[by] as PromiseFulfilledResult<Guessed[]>).value);
          // Each attempt that counted was answered, and the first right one ended the guessing.
          expect(counted.map((one) => one.attempts).sort((a, b) => a - b)).toEqual(counted.map((_, nth) => nth + 1));
          expect(attempts).toBe(counted.length);
          expect(counted.filter((one) => one.solvedBy !== null)).toHaveLength(solvedBy === null ? 0 : 1);
          expect(attempts === Math.min(5, own.length) || solvedBy !== null).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('of 10,000, a third of them about the same rows, one right guess a row counts', async () => {
    await fill(rows(3_334));
    const ids = Array.from({ length: 10_000 }, (_, at) => `row-${at % 3 === 0 ? at % 10 : at % 3_334}`);
    const answers = await Promise.all(ids.map((id, by) => guess(id, 'right', `${by}`)));
    const solvers = ids.filter((_, at) => answers[at]!.length > 0);
    expect(new Set(solvers).size).toBe(solvers.length);
    expect(solvers).toHaveLength(new Set(ids).size);
  });

  it('that fail, one in ten, fail for their own callers alone', async () => {
    const answers = await Promise.allSettled(rows(500).map((id, at) => (at % 10 === 3 ? add('bad') : add(id))));
    for (const [at, answer] of answers.entries()) expect(answer.status).toBe(at % 10 === 3 ? 'rejected' : 'fulfilled');
    expect(await stored()).toHaveLength(450);
  });

  it('go on, a thousand of them, while one waits for a row that another transaction keeps locked', async () => {
    await fill(rows(1001));
    const holder = await database.pool.connect();
    await holder.query(`BEGIN; SELECT 1 FROM guessed WHERE id = 'row-0' FOR UPDATE`);
    const kept = Promise.all([guess('row-0', 'wrong', 'a'), guess('row-0', 'right', 'b')]);
    let isAnswered = false;
    void kept.then(() => (isAnswered = true));
    for (let from = 1; from <= 1000; from += 100)
      await Promise.all(
        rows(1001)
          .slice(from, from + 100)
          .map((id) => guess(id, 'right', id)),
      );
    expect(isAnswered).toBe(false);
    await holder.query('ROLLBACK');
    holder.release();
    expect((await kept).map(([row]) => row?.attempts).sort()).toEqual([1, 2]);
  });

  it('go on while the connections of two groups are silent', async () => {
    await fill(rows(200));
    const silent: (() => void)[] = [];
    const pool = (source.driver as unknown as { master: pg.Pool }).master;
    const lend = async (): Promise<Groups> => {
      const connection = new GroupConnection(await pool.connect());
      // The first two never answer, until the end of the test.
      if (silent.length >= 2) return connection;
      const answer = new Promise<never>((_, reject) => silent.push(() => reject(new Error('silent'))));
      const release = () => {
        connection.release();
      };
      return { run: () => answer, release };
    };
    const commits = new SharedCommits(lend, ({ text }, values) => pool.query(text, values));
    const run = (id: string) => commits.run(id, GUESS, [id, 'right', id]);
    const held = [];
    for (const from of [0, 50]) {
      held.push(
        ...rows(200)
          .slice(from, from + 30)
          .map(run),
      );
      await eventually('a silent connection', () => silent.length > from / 50);
    }
    const others = await Promise.all(rows(200).slice(100).map(run));
    expect(others.every(({ rowCount }) => rowCount === 1)).toBe(true);
    for (const end of silent) end();
    for (const one of await Promise.allSettled(held)) expect(one.status).toBe('rejected');
  });

  it('fail for one caller alone where its values cannot be sent', async () => {
    const bad = {
      toPostgres: () => {
        throw new Error('no such value');
      },
    };
    const answers = await Promise.allSettled([add('first'), shared.sharedRows(ADD, [bad], 'bad'), add('second')]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await stored()).toHaveLength(2);
  });

  it('are all kept of which a caller was told, however often the connections are cut', async () => {
    const told: string[] = [];
    let isOver = false;
    const cutting = (async () => {
      for (let cuts = 0; cuts < 20; cuts += 1) {
        const before = told.length;
        await eventually('answers', () => told.length > before || isOver);
        await database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'pushguard' AND query LIKE '%guessed%'`);
      }
    })();
    for (let round = 0; round < 40; round += 1) {
      const ids = rows(50).map((id) => `${round}-${id}`);
      await Promise.all(
        ids.map((id) =>
          add(id).then(
            () => told.push(id),
            () => undefined,
          ),
        ),
      );
    }
    isOver = true;
    await cutting;
    const kept = new Set((await stored()).map(({ id }) => id));
    expect(told.filter((id) => !kept.has(id))).toEqual([]);
    expect(told.length).toBeGreaterThan(100);
  });

  it('tell their callers once that the network went silent while a statement was prepared, and do not try again', async () => {
    const proxy = await SilentProxy.start(database.url);
    const own = await new DataSource(dataSourceOptions(proxy.url)).initialize();
    const pool = (own.driver as unknown as { master: pg.Pool }).master;
    let tries = 0;
    const commits = new SharedCommits(
      async () => new GroupConnection(await pool.connect()),
      () => {
        tries += 1;
        return Promise.reject(new Error('tried again'));
      },
    );
    try {
      proxy.silence();
      const answers = await Promise.allSettled(rows(4).map((id) => commits.run(id, ADD, [id])));
      expect(answers.map(({ status }) => status)).toEqual(rows(4).map(() => 'rejected'));
      expect(tries).toBe(0);
    } finally {
      proxy.speak();
      await own.destroy();
      await proxy.stop();
    }
    expect(await stored()).toEqual([]);
  });

  it('wait no longer for a silent database than its deadline', async () => {
    const stuck = new pg.Client({ connectionString: database.url });
    await stuck.connect();
    await stuck.query('BEGIN; LOCK TABLE guessed IN ACCESS EXCLUSIVE MODE');
    const answers = await Promise.allSettled(rows(20).map(add));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await stuck.end();
    expect(await add('after it')).toEqual([{ id: 'after it' }]);
  });
});

describe('reads that leave in one write', () => {
  const read = (id: string, by: number) =>
    shared.pipelinedRows<{ id: string; share: number; attempts: number }>(READ, [id, by]);

  it('get their own rows each, and one that PostgreSQL refuses fails for its caller alone', async () => {
    await fill(rows(200));
    const answers = await Promise.allSettled(rows(200).map((id, at) => read(id, at % 10)));
    for (const [at, answer] of answers.entries()) {
      if (at % 10 === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
      else expect(answer).toMatchObject({ value: [{ id: `row-${at}`, share: Math.trunc(10 / (at % 10)) }] });
    }
    expect(await read('row-0', 5)).toEqual([{ id: 'row-0', share: 2, attempts: 0 }]);
  });

  it('go on after a column got another type while their connections had prepared them', async () => {
    await fill(rows(50));
    await Promise.all(rows(50).map((id) => read(id, 1)));
    await database.pool.query('ALTER TABLE guessed ALTER attempts TYPE text');
    try {
      const answers = await Promise.all(rows(50).map((id) => read(id, 1)));
      expect(answers.map(([row]) => row?.attempts)).toEqual(rows(50).map(() => '0'));
    } finally {
      await database.pool.query('ALTER TABLE guessed ALTER attempts TYPE int USING attempts::int');
    }
    expect(await read('row-1', 1)).toMatchObject([{ attempts: 0 }]);
  });
});
