import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import type { DeclaredMigration } from './locks.ts';

/**
 * Days of push services’ answers. At twenty million subscribers there are as many answers a day, of which each was deleted
 * by itself two weeks later; now a day of them is dropped.
 *
 * The table as it was becomes the first partition, of all times until a fortnight from now, so no row is
 * copied. An index and a constraint are prepared beside reads and writes; what is left is one transaction, which holds ACCESS
 * EXCLUSIVE for milliseconds.
 */
export class AnswersByDay1764290000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'push_answers',
      mode: 'ACCESS EXCLUSIVE',
      because: 'makes the table the first partition of a new one, after another transaction has looked at its rows',
    },
  ] as const;

  /** Indexes are built concurrently. A text of several statements is one transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [found] = (await runner.query(`
      SELECT to_regproc('add_partition') IS NULL AS "lacksFunctions", NOT EXISTS (
          SELECT FROM pg_partitioned_table WHERE partrelid = 'push_answers'::regclass) AS "isWhole",
        (date_trunc('day', now(), 'UTC') + interval '15 days')::text AS bound`)) as {
      lacksFunctions: boolean;
      isWhole: boolean;
      bound: string;
    }[];
    if (found?.lacksFunctions) await runner.query(FUNCTIONS);
    if (!found?.isWhole) return;
    await briefly(
      runner,
      `ALTER TABLE push_answers DROP CONSTRAINT IF EXISTS push_answers_bound;
       ALTER TABLE push_answers ADD CONSTRAINT push_answers_bound CHECK (answered_at < '${found.bound}') NOT VALID`,
    );
    await runner.query('ALTER TABLE push_answers VALIDATE CONSTRAINT push_answers_bound');
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS push_answers_key');
    await runner.query('CREATE UNIQUE INDEX CONCURRENTLY push_answers_key ON push_answers (id, answered_at)');
    await briefly(runner, SPLIT.replace(':bound', found.bound));
    await runner.query('ANALYZE push_answers');
  }

  /** Copies every row back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE all_push_answers (LIKE push_answers INCLUDING CONSTRAINTS, PRIMARY KEY (id));
      INSERT INTO all_push_answers SELECT * FROM push_answers;
      DROP TABLE push_answers;
      ALTER TABLE all_push_answers RENAME TO push_answers;
      ALTER INDEX all_push_answers_pkey RENAME TO push_answers_pkey;
      ALTER TABLE push_answers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY, ALTER COLUMN answered_at SET DEFAULT now();
      SELECT setval('push_answers_id_seq', coalesce((SELECT max(id) FROM push_answers), 0) + 1, false);
      CREATE INDEX push_answers_device ON push_answers (device_id, id);
      CREATE INDEX push_answers_time ON push_answers (answered_at);
      DROP FUNCTION add_partition, drop_partition`);
  }
}

/** The functions of past authentications alone (`add_past_authentications`, `drop_past_authentications`) stay for the release before. */
const FUNCTIONS = `
  -- Adds the partition of the day or month (UTC) that has an instant. The key is a time, or an id of version 7. Creating it
  -- beside its parent and attaching it takes no lock that a reader or a writer waits for. Rows arrive once, in the order of time,
  -- and change rarely: no room is kept free.
  CREATE FUNCTION add_partition(parent text, instant timestamptz, unit text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '1s' AS $function$
  DECLARE
    key text := (SELECT format_type(a.atttypid, NULL) FROM pg_partitioned_table p
      JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = to_regclass(parent));
    first timestamptz;
    bounds text[];
    name text;
  BEGIN
    IF key IS NULL OR unit NOT IN ('day', 'month') THEN RAISE EXCEPTION '% has no partitions of a %', parent, unit; END IF;
    first := date_trunc(unit, instant, 'UTC');
    name := parent || to_char(first AT TIME ZONE 'UTC', CASE unit WHEN 'day' THEN '_YYYYMMDD' ELSE '_YYYYMM' END);
    bounds := ARRAY(SELECT CASE key WHEN 'uuid'
        THEN (lpad(to_hex((extract(epoch FROM bound) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid::text
        ELSE bound::text END
      FROM unnest(ARRAY[first, (first AT TIME ZONE 'UTC' + ('1 ' || unit)::interval) AT TIME ZONE 'UTC']) bound ORDER BY bound);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)
      WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', name, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name,
      bounds[1], bounds[2]);
  END $function$;

  -- Drops a partition. Waits a second at most for those who use its table, and is tried again by its caller.
  CREATE FUNCTION drop_partition(parent text, partition text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '1s' AS $function$
  BEGIN
    PERFORM FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
      WHERE i.inhparent = to_regclass(parent) AND c.relname = partition;
    IF NOT FOUND THEN RAISE EXCEPTION '% has no partition %', parent, partition; END IF;
    EXECUTE format('DROP TABLE %I', partition);
  END $function$;

  REVOKE EXECUTE ON FUNCTION add_partition, drop_partition FROM PUBLIC;
`;

/**
 * An identity is for a table without partitions before PostgreSQL 17, so a sequence gives the ids, which goes on where the
 * identity was. The key of a partitioned table has the column by which it is partitioned.
 */
const SPLIT = `
  LOCK TABLE push_answers IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE push_answers RENAME TO push_answers_first;
  ALTER TABLE push_answers_first DROP CONSTRAINT push_answers_pkey,
    ADD CONSTRAINT push_answers_first_pkey PRIMARY KEY USING INDEX push_answers_key;
  ALTER INDEX push_answers_device RENAME TO push_answers_first_device;
  ALTER INDEX push_answers_time RENAME TO push_answers_first_time;

  DO $do$
  DECLARE
    next_id bigint := last_value + 1 FROM push_answers_id_seq;
  BEGIN
    ALTER TABLE push_answers_first ALTER COLUMN id DROP IDENTITY;
    EXECUTE format('CREATE SEQUENCE push_answers_id_seq START %s', next_id);
  END $do$;

  CREATE TABLE push_answers (LIKE push_answers_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (id, answered_at))
    PARTITION BY RANGE (answered_at);
  ALTER TABLE push_answers DROP CONSTRAINT push_answers_bound;
  ALTER TABLE push_answers ALTER COLUMN id SET DEFAULT nextval('push_answers_id_seq');
  ALTER SEQUENCE push_answers_id_seq OWNED BY push_answers.id;
  CREATE INDEX push_answers_device ON push_answers (device_id, id);
  CREATE INDEX push_answers_time ON push_answers (answered_at);
  ALTER TABLE push_answers ATTACH PARTITION push_answers_first FOR VALUES FROM (MINVALUE) TO (':bound');
  ALTER TABLE push_answers_first DROP CONSTRAINT push_answers_bound;

  -- A running service of the release before has its rights on the new table at once.
  DO $do$
  DECLARE
    granted record;
  BEGIN
    FOR granted IN
      SELECT a.grantee::regrole AS role, string_agg(a.privilege_type, ', ') AS rights
      FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = 'push_answers_first'::regclass AND a.grantee <> 0 AND a.grantee <> c.relowner GROUP BY a.grantee
    LOOP
      EXECUTE format('GRANT %s ON push_answers TO %s; GRANT USAGE, SELECT ON SEQUENCE push_answers_id_seq TO %s',
        granted.rights, granted.role, granted.role);
    END LOOP;
  END $do$;
`;
