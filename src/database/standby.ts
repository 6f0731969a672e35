import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { DatabaseAddress } from './database-address.ts';
import { limitsOf, ORDINARY, poolOptions } from './database-client.ts';
import { statement, type Statement } from './statement.ts';

/** Connections to the standby, of each process. */
const CONNECTIONS = 4;
/** Milliseconds by which what a standby shows may be older than the primary. */
export const OLDEST_MS = 2_000;
/** Milliseconds between two comparisons of the standby with the primary, and after a failure. */
const [COMPARE_MS, AWAY_MS] = [500, 5_000];
/** Positions of the primary that are remembered: those of the last `OLDEST_MS`. */
const POSITIONS = OLDEST_MS / COMPARE_MS;

/** For the primary. */
export const POSITION = statement(
  'standby_primary_position',
  `SELECT pg_current_wal_lsn()::text AS position, (SELECT system_identifier::text FROM pg_control_system()) AS cluster`,
);

/** How many of the positions ($2, oldest first) a standby of the cluster has replayed; 0 for any other server. */
const REPLAYED = statement(
  'standby_replayed',
  `SELECT CASE WHEN pg_is_in_recovery() AND (SELECT system_identifier::text FROM pg_control_system()) = $1
    THEN (SELECT count(*)::int FROM unnest($2::text[]) p WHERE p::pg_lsn <= pg_last_wal_replay_lsn()) ELSE 0 END AS count`,
);

/** Where the log of the primary stands. */
export interface Position {
  position: string;
  cluster: string;
}

/**
 * A standby that answers reads which may be two seconds old. It is asked only while it is known to have replayed what the
 * primary had written two seconds before, so a standby that is cut off, far behind, promoted or of another cluster answers
 * nothing; the primary does then.
 */
export class Standby {
  private readonly logger = new Logger(Standby.name);
  private readonly pool: pg.Pool;
  readonly address: DatabaseAddress;
  private readonly server = {
    rows: async <Row>({ name, text }: Statement, values: unknown[]): Promise<Row[]> =>
      (await this.pool.query({ name, text, values })).rows as Row[],
  };
  /** Positions of the primary, oldest first, and when each was asked for (milliseconds). */
  private positions: { position: string; at: number }[] = [];
  private comparing: Promise<void> | undefined;
  private comparedAt = -Infinity;
  /** The time of the primary that the standby shows at least. */
  private shows = -Infinity;
  private awayUntil = -Infinity;
  private wasUsed = true;

  /** `position` asks the primary. */
  constructor(
    url: string,
    private readonly position: () => Promise<Position | undefined>,
  ) {
    const options = poolOptions(url, ORDINARY, `SET default_transaction_read_only = on; ${limitsOf(ORDINARY)}`);
    this.address = options.address;
    this.pool = new pg.Pool({ ...options, max: CONNECTIONS });
    // A connection that ends while it is idle is replaced by the next read.
    this.pool.on('error', () => undefined);
  }

  /** The rows of a read, or undefined where the primary has to be asked. */
  async read(asked: Statement, values: unknown[]): Promise<unknown[] | undefined> {
    if (!(await this.isFresh())) return undefined;
    try {
      return (await this.pool.query<Record<string, unknown>>({ name: asked.name, text: asked.text, values })).rows;
    } catch (error) {
      this.leave(`it failed: ${(error as Error).message}`);
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async isFresh(): Promise<boolean> {
    if (performance.now() < this.awayUntil) return false;
    if (performance.now() - this.comparedAt > COMPARE_MS)
      await (this.comparing ??= this.compare().finally(() => (this.comparing = undefined)));
    const isFresh = performance.now() - this.shows <= OLDEST_MS;
    if (!isFresh && performance.now() >= this.awayUntil)
      this.say(false, 'it is not there yet, or no standby of this database');
    if (isFresh) this.say(true, '');
    return isFresh;
  }

  private async compare(): Promise<void> {
    const at = performance.now();
    try {
      const primary = await this.position();
      if (!primary) return;
      this.positions = [...this.positions, { position: primary.position, at }].slice(-POSITIONS - 1);
      const positions = this.positions.map(({ position }) => position);
      const [row] = await this.server.rows<{ count: number }>(REPLAYED, [primary.cluster, positions]);
      const replayed = this.positions[(row?.count ?? 0) - 1];
      if (replayed) this.shows = replayed.at;
      this.comparedAt = performance.now();
    } catch (error) {
      this.leave(`it failed: ${(error as Error).message}`);
    }
  }

  private leave(why: string): void {
    this.awayUntil = performance.now() + AWAY_MS;
    this.positions = [];
    this.shows = -Infinity;
    this.say(false, why);
  }

  /** Once for each change. */
  private say(isUsed: boolean, why: string): void {
    if (isUsed === this.wasUsed) return;
    this.wasUsed = isUsed;
    if (isUsed) this.logger.log('the standby answers reads again');
    else this.logger.warn(`the primary answers the reads of the standby: ${why}`);
  }
}
