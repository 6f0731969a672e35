import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Statement } from './statement.ts';

/** Runs literal statements. */
export interface Statements {
  rows<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** Runs statements and repositories: on any connection of the pool, or on the one of a transaction. */
export interface Session extends Statements {
  readonly manager: EntityManager;
}

/** A dedicated connection. */
export interface Connection extends Session {
  /** Aborted when the connection ends, also when the database ends it. What belonged to its session is gone then. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

/** SQLSTATE of a violated unique constraint (PostgreSQL, appendix A). */
const UNIQUE_VIOLATION = '23505';
/** SQLSTATE of transactions that waited for each other. */
const DEADLOCK = '40P01';

/**
 * Runs literal statements on the pool of TypeORM, prepared and named: three times the reads a second of a repository on
 * the same machine.
 * Each guarded state change stays in one statement. Cold paths use repositories.
 */
@Injectable()
export class Database implements Session {
  readonly manager: EntityManager;
  private readonly pool: pg.Pool;

  constructor(private readonly source: DataSource) {
    this.manager = source.manager;
    if (!(source.driver instanceof PostgresDriver)) throw new Error('the service runs on PostgreSQL');
    this.pool = source.driver.master as pg.Pool;
  }

  /** Runs one statement on any connection of the pool and returns its rows. */
  async rows<Row>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query({ name, text, values })).rows as Row[];
  }

  /** Runs one statement on any connection of the pool and returns the number of rows that it changed or removed. */
  async changed({ name, text }: Statement, values: unknown[]): Promise<number> {
    return (await this.pool.query({ name, text, values })).rowCount ?? 0;
  }

  /**
   * Opens a dedicated connection without a transaction, for objects that belong to a session, such as temporary tables
   * and advisory locks.
   */
  async connect(): Promise<Connection> {
    const runner = this.source.createQueryRunner();
    const client = (await runner.connect()) as pg.PoolClient;
    const ended = new AbortController();
    client.once('end', () => {
      ended.abort();
    });
    return {
      manager: runner.manager,
      ended: ended.signal,
      rows: async <Row>({ text }: Statement, values: unknown[]) => (await client.query(text, values)).rows as Row[],
      // Closes the connection instead of returning it to the pool, so that the state of the session ends with it.
      close: async () => {
        // Not awaited: on a dead network the server never answers the end of a connection.
        void client.end().catch(() => undefined);
        await runner.release();
      },
    };
  }

  /** Runs `work` in one transaction: either all of it is committed or none of it. */
  async transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.source.transaction(async (manager) => {
      const client = (await manager.queryRunner?.connect()) as pg.PoolClient;
      return work({
        manager,
        rows: async <Row>({ name, text }: Statement, values: unknown[]) =>
          (await client.query({ name, text, values })).rows as Row[],
      });
    });
  }
}

/** True if `error` reports that another row holds the same key in `constraint`. */
export function isConflict(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION && error.constraint === constraint;
}

/** True if PostgreSQL ended the transaction because it and another one waited for each other. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === DEADLOCK;
}
