import { connectTo, type StatementLimits } from '../database/database-client.ts';
import type { Statements } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { JournalMark } from './journal-mark.entity.ts';

/** Milliseconds in which the database must give a mark: callers wait for it. */
const LIMITS: StatementLimits = { server: 2_000, client: 2_500 };

/** A mark of the journal, in the order of the database. */
export type Mark = Pick<JournalMark, 'installation' | 'epoch'> & { value: number };

/** What a start compares, with the cluster that answers; null where the role may not ask for it. */
export type Recorded = Omit<Mark, 'value'> &
  Pick<JournalMark, 'systemIdentifier' | 'restoredAt'> & { value: number; present: string | null };

/**
 * A lock of one row puts the batches of all processes in order. It commits after each door that the batch names.
 * Changes nothing in a database that was put back: one whose value is below the last that this process saw ($3), or that does
 * not know the last mark that the process took ($2, 0 before the first one). The process's own row is asked too, because another
 * process may have raised the value again.
 */
const RAISE = statement(
  'journal_mark_raise',
  `WITH raised AS (
      UPDATE journal_mark SET value = value + 1 WHERE is_only AND restored_at IS NULL
        AND value >= $3::bigint
        AND ($2::bigint = 0 OR EXISTS (SELECT FROM journal_writers w WHERE w.id = $1 AND w.mark >= $2))
      RETURNING installation, epoch, value
    ), noted AS (
      INSERT INTO journal_writers (id, mark) SELECT $1, value FROM raised
      ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, seen_at = now()
    )
    SELECT installation, epoch, value::float8 AS value FROM raised`,
);

const WRITERS = statement('journal_writers_marks', 'SELECT id, mark::float8 AS mark FROM journal_writers');

/** The last mark of each process that took one from this database. */
export async function marksOfWriters(session: Statements): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows<{ id: string; mark: number }>(WRITERS, []);
  return new Map(rows.map(({ id, mark }) => [id, mark]));
}

/** Keeps all processes from going on, and from starting. */
const FOUND_RESTORED = statement(
  'journal_mark_restored',
  `UPDATE journal_mark SET restored_at = now() WHERE is_only AND restored_at IS NULL`,
);

const RECORDED = statement(
  'journal_mark_recorded',
  `SELECT installation, epoch, value::float8 AS value, system_identifier AS "systemIdentifier",
      restored_at AS "restoredAt",
      CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
        THEN (SELECT c.system_identifier::text FROM pg_control_system() c) END AS present
    FROM journal_mark WHERE is_only`,
);

const NAME_CLUSTER = statement(
  'journal_mark_cluster',
  `UPDATE journal_mark SET system_identifier = $1 WHERE is_only AND system_identifier IS NULL`,
);

/** Runs the statements of the mark on a connection of its own, so that a full pool does not hold up the journal. */
export class MarkConnection {
  private connection: ReturnType<typeof connectTo> | undefined;

  constructor(private readonly url: string) {}

  /** Takes the next mark of a process that took `own` last, and saw `seen`; undefined if the database was restored. */
  async raise(writer: string, { own, seen }: { own: number; seen: number }): Promise<Mark | undefined> {
    return (await this.run((session) => session.rows<Mark>(RAISE, [writer, own, seen])))[0];
  }

  async writers(): Promise<ReadonlyMap<string, number>> {
    return this.run(marksOfWriters);
  }

  async foundRestored(): Promise<void> {
    await this.run((session) => session.rows(FOUND_RESTORED, []));
  }

  async recorded(): Promise<Recorded> {
    const [row] = await this.run((session) => session.rows<Recorded>(RECORDED, []));
    if (!row) throw new Error('the row of journal_mark is missing: the database was changed outside the service');
    return row;
  }

  /** Records the cluster of the first start. */
  async nameCluster(identifier: string): Promise<void> {
    await this.run((session) => session.rows(NAME_CLUSTER, [identifier]));
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    const client = await connection?.catch(() => undefined);
    // Not awaited: on a dead network the server never answers the end of a connection.
    void client?.end().catch(() => undefined);
  }

  private async run<Result>(work: (session: Statements) => Promise<Result>): Promise<Result> {
    this.connection ??= connectTo(this.url, LIMITS, `SET statement_timeout = ${LIMITS.server}`);
    try {
      const client = await this.connection;
      return await work({
        rows: async <Row>({ text }: { text: string }, values: unknown[]) =>
          (await client.query(text, values)).rows as Row[],
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}
