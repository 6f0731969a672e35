import type { Database } from './database.ts';
import { statement } from './statement.ts';

const DAY_MS = 86_400_000;

/** A table that PostgreSQL partitions by time: by a time of its rows, or by the time in an id of version 7. */
export interface PartitionedBy {
  table: string;
  /** What each partition has the rows of; a day or month of UTC. */
  unit: 'day' | 'month';
  /** Days for which there are partitions ahead; fewer than the first one has, so that a new installation adds none. */
  aheadDays: number;
}

/** A partition, with the times from `from` to before `to`. The first one, of what is older than all others, has no `from`. */
interface Partition {
  name: string;
  from: Date | null;
  to: Date;
  /** The clock of the database. */
  now: Date;
}

/** SQL: a bound of a partition as a time. That of an id is in its first 48 bits, in milliseconds. */
const boundAt = (end: 'FROM' | 'TO') => `(SELECT
        CASE WHEN text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
          THEN to_timestamp(('x' || translate(left(text, 13), '-', ''))::bit(48)::bigint / 1000.0)
          ELSE text::timestamptz END
        FROM substring(pg_get_expr(c.relpartbound, c.oid) FROM $$${end} \\('([^']+)'\\)$$) text)`;

const LIST = statement(
  'partition_list',
  `SELECT c.relname::text AS name, ${boundAt('FROM')} AS "from", ${boundAt('TO')} AS "to", now() AS now
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1::text) ORDER BY "to"`,
);

const ADD = statement('partition_add', 'SELECT add_partition($1, $2::timestamptz, $3)');

const DROP = statement('partition_drop', 'SELECT drop_partition($1, $2)');

/** Adds the partitions of a table ahead of time, and drops those that are over. Only the owner of the tables may do either. */
export class PartitionedTable {
  constructor(
    private readonly database: Database,
    private readonly by: PartitionedBy,
  ) {}

  /** Adds the partitions of the next `aheadDays`. One that another process adds first makes it reject. */
  async addAhead(): Promise<void> {
    const { table, unit, aheadDays } = this.by;
    const partitions = await this.list();
    const now = partitions[0]?.now;
    if (!now) return;
    // Without a partition of its own, the present follows the last one before it: none in between is left out.
    const last = around(now, partitions) ?? partitions.findLast(({ to }) => to <= now);
    if (!last) return;
    const ahead = new Date(now.getTime() + aheadDays * DAY_MS);
    for (let next = last.to; next < ahead; next = after(next, unit)) {
      await this.database.rows(ADD, [table, next, unit]);
    }
  }

  /**
   * The times before the last `ageMs` for which there are partitions without a gap between them; undefined if there is none
   * for what is just as old.
   */
  async olderThan(ageMs: number): Promise<{ from: Date; to: Date } | undefined> {
    const partitions = await this.list();
    const now = partitions[0]?.now;
    if (!now) return undefined;
    const to = new Date(now.getTime() - ageMs);
    const kept = around(to, partitions);
    return kept && { from: kept.from ?? new Date(0), to };
  }

  /**
   * Drops the partitions of which every row is older than `days`. The first partition has the rows from before the table
   * was partitioned: if older ones are left there, returns the time before which its rows are to be deleted.
   */
  async dropOlderThan(days: number): Promise<Date | undefined> {
    const partitions = await this.list();
    const [first] = partitions;
    if (!first) return undefined;
    const oldest = new Date(first.now.getTime() - days * DAY_MS);
    // The newest one stays, for those that are added follow it: a database may have stood still for longer than rows are kept.
    for (const { name } of partitions.slice(0, -1).filter(({ to }) => to <= oldest)) {
      await this.database.rows(DROP, [this.by.table, name]);
    }
    return first.from === null && first.to > oldest ? oldest : undefined;
  }

  /** The partitions, oldest first. */
  private list(): Promise<Partition[]> {
    return this.database.rows<Partition>(LIST, [this.by.table]);
  }
}

/** The time of the partitions that follow one another without a gap, before and after the one of an instant. */
function around(instant: Date, partitions: readonly Partition[]): Pick<Partition, 'from' | 'to'> | undefined {
  let kept: Pick<Partition, 'from' | 'to'> | undefined;
  for (const { from, to } of partitions) {
    if (kept && kept.to.getTime() === from?.getTime()) kept = { from: kept.from, to };
    else if (kept && instant < kept.to) break;
    else kept = { from, to };
  }
  return kept && (kept.from ?? new Date(0)) <= instant && instant < kept.to ? kept : undefined;
}

function after(start: Date, unit: PartitionedBy['unit']): Date {
  if (unit === 'day') return new Date(start.getTime() + DAY_MS);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
}
