import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';
import { type ByTime, partitionByTime, unpartition } from './partition-by-time.ts';

const ANSWERS: ByTime = {
  table: 'push_answers',
  time: 'answered_at',
  bound: `date_trunc('day', now(), 'UTC') + interval '15 days'`,
  indexes: [
    { name: 'device', on: '(device_id, id)' },
    { name: 'time', on: '(answered_at)' },
  ],
};

/**
 * Days of push services’ answers. At twenty million subscribers there are as many answers a day, of which each was deleted
 * by itself two weeks later; now a day of them is dropped. The table as it was becomes the first partition.
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
    const [found] = (await runner.query(`SELECT to_regproc('add_partition') IS NULL AS "lacksFunctions"`)) as {
      lacksFunctions: boolean;
    }[];
    if (found?.lacksFunctions) await runner.query(FUNCTIONS);
    await partitionByTime(runner, ANSWERS);
  }

  /** Copies every row back. */
  async down(runner: QueryRunner): Promise<void> {
    await unpartition(runner, ANSWERS);
    await runner.query('DROP FUNCTION add_partition, drop_partition');
  }
}

/** The functions of past authentications alone (`add_past_authentications`, `drop_past_authentications`) stay for the release before. */
const FUNCTIONS = `
  -- Adds the partition of the day or month (UTC) that has an instant. The key is a time, or an id of version 7. Creating it
  -- beside its parent and attaching it takes no lock that a reader or a writer of the table waits for; writers of a table to
  -- which it has a foreign key wait for an instant. Rows arrive once, in the order of time, and change rarely: no room is kept free.
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
