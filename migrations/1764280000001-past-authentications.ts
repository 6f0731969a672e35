import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/** The lowest UUID of version 7 of a time, in SQL. */
const idAt = (time: string) =>
  `(lpad(to_hex((extract(epoch FROM ${time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;

/** The indexes of authentications, with those that the past has too. */
const INDEXES = [
  { name: 'age', on: `USING brin (requested_at) WITH (autosummarize = on)` },
  { name: 'client', on: '(client_id, id)', past: true },
  { name: 'history', on: '(subscription_id, requested_at) WHERE subscription_id IS NOT NULL', past: true },
  { name: 'line', on: '(line_id) WHERE line_id IS NOT NULL AND subscription_id IS NULL', past: true },
  { name: 'open', on: '(expires_at) WHERE closed_at IS NULL' },
];

/**
 * Months of past authentications. `authentications` keeps the open ones and the last minutes, `past_authentications` has a
 * partition a month, and `authentication_records` is both.
 *
 * The table as it was becomes the first partition, so no row is copied but the open ones and those that ended within a minute
 * and a half, whose answers are still asked for. All of it is one transaction, which holds ACCESS EXCLUSIVE on `authentications`
 * and `text_messages` for milliseconds, and for about 0.1 ms for each row that it copies; it waits a second at most for
 * these locks. Statements that wait behind it go on with the new tables.
 */
export class PastAuthentications1764280000001 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'makes the table the first partition of the past, and a new one in its place',
      fewRows: 'copies what is open and what ended in the last minute and a half, which indexes find',
    },
    {
      table: 'text_messages',
      mode: 'ACCESS EXCLUSIVE',
      because: 'drops a foreign key; another transaction builds an index beside reads and writes',
    },
  ] as const;

  readonly meanwhile =
    'of what ended before, it shows nothing in history and logs, answers a repeated Idempotency-Key with 429, cannot be asked ' +
    'for an authentication or a window that is closed, and erases nothing on request. Replace its API processes within minutes';

  /** `briefly` needs to try again. A text of several statements is one transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [row] = (await runner.query(`SELECT to_regclass('past_authentications') IS NULL AS "isWhole"`)) as {
      isWhole: boolean;
    }[];
    if (row?.isWhole) await briefly(runner, SPLIT);
    await runner.query('ANALYZE authentications');
    // The texts of codes are deleted by their age, since no foreign key leads to a partition that is dropped.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS text_messages_codes');
    await runner.query(
      'CREATE INDEX CONCURRENTLY text_messages_codes ON text_messages (sent_at) WHERE authentication_id IS NOT NULL',
    );
  }

  /** Copies every row back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX text_messages_codes;
      INSERT INTO authentications SELECT * FROM past_authentications;
      DROP VIEW authentication_records;
      DROP FUNCTION add_past_authentications, drop_past_authentications;
      DROP TABLE past_authentications;
      ALTER TABLE authentications RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_cost_delay);
      DELETE FROM text_messages WHERE NOT EXISTS (SELECT 1 FROM authentications a WHERE a.id = authentication_id)
        AND authentication_id IS NOT NULL;
      ALTER TABLE text_messages ADD CONSTRAINT text_messages_authentication_id_fkey
        FOREIGN KEY (authentication_id) REFERENCES authentications (id) ON DELETE CASCADE
    `);
  }
}

/**
 * The bound of the first partition is the one that the migration before has validated. `LIKE` copies it, and the new table
 * drops it.
 */
const SPLIT = `
  LOCK TABLE authentications, text_messages IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE text_messages DROP CONSTRAINT IF EXISTS text_messages_authentication_id_fkey;

  ALTER TABLE authentications RENAME TO past_authentications_first;
  ALTER TABLE past_authentications_first RENAME CONSTRAINT authentications_pkey TO past_authentications_first_pkey;
  ${INDEXES.map(({ name }) => `ALTER INDEX authentications_${name} RENAME TO past_authentications_first_${name};`).join('\n  ')}
  DROP INDEX IF EXISTS authentications_one_pending;

  CREATE TABLE authentications (LIKE past_authentications_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
  ALTER TABLE authentications DROP CONSTRAINT past_authentications_bound;
  ALTER TABLE authentications ADD CONSTRAINT authentications_pkey PRIMARY KEY (id);
  CREATE UNIQUE INDEX authentications_one_pending ON authentications (person_index, client_id) WHERE closed_at IS NULL;
  ${INDEXES.map(({ name, on }) => `CREATE INDEX authentications_${name} ON authentications ${on};`).join('\n  ')}

  -- The room that a page keeps free lets opening and a wrong code update a row without a new entry in any index. The
  -- table turns over every half hour, so a fifth of its rows, the default, would be vacuumed too late.
  ALTER TABLE authentications SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0.1, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

  WITH moved AS (
    DELETE FROM past_authentications_first
    WHERE closed_at IS NULL
      OR id >= ${idAt(`now() - interval '5 minutes'`)} AND closed_at > now() - interval '90 seconds' RETURNING *
  )
  INSERT INTO authentications SELECT * FROM moved;

  CREATE TABLE past_authentications (LIKE authentications INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
  ${INDEXES.filter(({ past }) => past)
    .map(({ name, on }) => `CREATE INDEX past_authentications_${name} ON past_authentications ${on};`)
    .join('\n  ')}

  DO $do$
  DECLARE
    bound text := substring(pg_get_constraintdef(oid) FROM '''([0-9a-f-]{36})''')
      FROM pg_constraint WHERE conname = 'past_authentications_bound' AND conrelid = 'past_authentications_first'::regclass;
  BEGIN
    EXECUTE format('ALTER TABLE past_authentications ATTACH PARTITION past_authentications_first
      FOR VALUES FROM (MINVALUE) TO (%L)', bound);
  END $do$;
  ALTER TABLE past_authentications_first DROP CONSTRAINT past_authentications_bound;

  CREATE VIEW authentication_records AS SELECT * FROM authentications UNION ALL SELECT * FROM past_authentications;

  -- Adds the partition of a month (UTC) of ids. Creating it beside its parent and attaching it takes no lock that a reader or a
  -- writer of the past waits for. Rows arrive once, in the order of their ids, and change rarely: no room is kept free.
  CREATE FUNCTION add_past_authentications(month timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '1s' AS $function$
  DECLARE
    first timestamptz := date_trunc('month', month, 'UTC');
    name text := 'past_authentications_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE past_authentications INCLUDING DEFAULTS INCLUDING INDEXES)
      WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', name);
    EXECUTE format('ALTER TABLE past_authentications ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
      ${idAt('first')}, ${idAt(`(first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'`)});
  END $function$;

  -- Drops a partition. Waits a second at most for those who read the past, and is tried again by its caller.
  CREATE FUNCTION drop_past_authentications(partition text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '1s' AS $function$
  BEGIN
    PERFORM FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'past_authentications'::regclass AND c.relname = partition;
    IF NOT FOUND THEN RAISE EXCEPTION 'past_authentications has no partition %', partition; END IF;
    EXECUTE format('DROP TABLE %I', partition);
  END $function$;

  REVOKE EXECUTE ON FUNCTION add_past_authentications, drop_past_authentications FROM PUBLIC;
  ${grantAs('past_authentications_first', ['authentications', 'past_authentications'])}
`;
