import { Logger } from '@nestjs/common';
import type { Attributes } from '@opentelemetry/api';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { connectTo, IDLE_IN_TRANSACTION_MS, limitsOf, LONG, ORDINARY } from './database-client.ts';
import { NO_JOURNAL, type ClosedDoor, type DoorKeeper } from '../journal/closed-door.ts';
import { serverAttributes, type CalledServer } from '../tracing/outgoing-call.ts';
import { inClientSpan, presentSpan } from '../tracing/tracing.ts';
import type { DatabaseAddress } from './database-address.ts';
import { SharedCommits, type SharedKey } from './shared-commits.ts';
import { SharedReads } from './shared-reads.ts';
import { GroupConnection } from './statement-group.ts';
import { POSITION, Standby, type Position } from './standby.ts';
import type { Statement } from './statement.ts';

/** Runs literal statements. */
export interface Statements {
  rows<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** Runs statements and repositories: on any connection of the pool, or on the one of a transaction. */
export interface Session extends Statements {
  readonly manager: EntityManager;
  /** Writes into the journal that doors are closed: at once, or after the commit of the transaction. */
  closed(doors: readonly ClosedDoor[]): Promise<void>;
}

/** A dedicated connection. */
export interface Connection extends Statements {
  /** Aborted when the connection ends, also when the database ends it. What belonged to its session is gone then. */
  readonly ended: AbortSignal;
  close(): void;
}

/** SQLSTATE of a violated unique constraint (PostgreSQL, appendix A). */
const UNIQUE_VIOLATION = '23505';
/**
 * SQLSTATEs that say nothing about a statement: no connection, no resources, a server that stops or that is a standby now.
 */
const OUTAGE = /^(08|53|57P|25006)/;
/** SQLSTATE of transactions that waited for each other. */
const DEADLOCK = '40P01';

/**
 * SQLSTATEs that say that a pooler gave the connection another session, in which a named statement is missing or exists
 * already. The statement did not run.
 */
const MIXED_NAMES = new Set(['26000', '42P05']);
/** SQLSTATE of a prepared statement whose result has other types now (“cached plan must not change result type”). */
const STALE_PLAN = '0A000';

/** For a transaction behind a pooler, whose sessions keep no setting of this service. */
const LOCAL_LIMITS =
  `SET LOCAL statement_timeout = ${ORDINARY.server}; ` +
  `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;

/** How the service reaches its database. */
export interface DatabaseAccess {
  /** URL that leads to a session of its own: PostgreSQL itself where `sharesSessions`. */
  sessionUrl: string;
  /** The pool of TypeORM goes through a pooler that gives another session to each transaction. */
  sharesSessions: boolean;
  /** URL of a standby, for reads that may be two seconds old. */
  readUrl?: string | undefined;
}

/**
 * Runs literal statements on the pool of TypeORM, prepared and named: three times the reads a second of a repository on
 * the same machine. Behind a pooler that shares sessions, statements have no name, and PostgreSQL plans each one anew.
 * Each guarded state change stays in one statement. Cold paths use repositories.
 */
export class Database implements Session {
  readonly manager: EntityManager;
  private readonly logger = new Logger(Database.name);
  private readonly pool: pg.Pool;
  private readonly commits: SharedCommits;
  private readonly reads: SharedReads;
  private readonly standby: Standby | undefined;
  /** Reads that may be older, by the server that answered. */
  readonly olderReads = { standby: 0, primary: 0 };
  private isNaming: boolean;
  private observer: (name: string, milliseconds: number) => void = () => undefined;

  constructor(
    private readonly source: DataSource,
    private readonly access: DatabaseAccess,
    private readonly journal: DoorKeeper = NO_JOURNAL,
  ) {
    this.manager = source.manager;
    this.isNaming = !access.sharesSessions;
    if (!(source.driver instanceof PostgresDriver)) throw new Error('the service runs on PostgreSQL');
    this.pool = source.driver.master as pg.Pool;
    const connect = async () => new GroupConnection(await this.pool.connect());
    const alone = (statement: Statement, values: unknown[]) => this.onPool(statement, values);
    this.commits = new SharedCommits(connect, alone);
    this.reads = new SharedReads(connect, alone);
    const position = async () => (await this.rows<Position>(POSITION, []))[0];
    this.standby = access.readUrl === undefined ? undefined : new Standby(access.readUrl, position);
  }

  /** Groups of statements that shared a commit, and the statements in them. */
  get shared(): Readonly<SharedCommits['counts']> {
    return this.commits.counts;
  }

  /** Connections of the pool by what they do, and callers that wait for one. */
  get connections(): Readonly<Record<'idle' | 'used' | 'waiting', number>> {
    const { idleCount: idle, totalCount, waitingCount: waiting } = this.pool;
    return { idle, used: totalCount - idle, waiting };
  }

  /** Calls `observer` with the name of each statement and the milliseconds until its answer, for metrics. */
  observe(observer: (name: string, milliseconds: number) => void): void {
    this.observer = observer;
  }

  /** Runs one statement on any connection of the pool and returns its rows. */
  async rows<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return (await this.timed(statement, () => this.onPool(statement, values))).rows as Row[];
  }

  /**
   * Runs one guarded statement and returns its rows. Statements that wait at the same time share a commit, as
   * {@link SharedCommits} says; `key` names the row that this one decides about, and null names none. For statements of
   * the hot path that find their rows by an index.
   */
  async sharedRows<Row>(statement: Statement, values: unknown[], key: SharedKey): Promise<Row[]> {
    // Behind a pooler that shares sessions, statements have no names, and a group gains nothing.
    if (!this.isNaming) return this.rows(statement, values);
    return (await this.timed(statement, () => this.commits.run(key, statement, values))).rows as Row[];
  }

  /** Reads by an index, over a connection that many reads share. For the hot path. */
  async pipelinedRows<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    if (!this.isNaming) return this.rows(statement, values);
    return (await this.timed(statement, () => this.reads.run(statement, values))).rows as Row[];
  }

  /**
   * Reads what may be two seconds old: from the standby where there is one and it is fresh, else from the primary. For lists
   * and figures; never for what a decision rests on, and not for lists that people see right after they changed them:
   * approvals, corrections, reissues, applications, reports, denied calls, the members of a client, webhook endpoints and an
   * event that was sent again, and all that the page of a subscription says of its standing. Those are read from the primary.
   */
  async olderRows<Row>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const read = async (): Promise<unknown[]> => {
      const rows = await this.standby?.read(statement, values);
      this.olderReads[rows ? 'standby' : 'primary'] += 1;
      if (rows && this.standby) presentSpan()?.setAttributes(serverAttributes(this.standby.address.server));
      return rows ?? ((await this.onPool(statement, values)).rows as unknown[]);
    };
    return (await this.timed(statement, read)) as Row[];
  }

  /** Closes the connections that are not TypeORM’s. */
  async close(): Promise<void> {
    await this.standby?.close();
  }

  /** `server` is the one that is asked; by default, the one to which the pool leads. */
  private async timed<Result>(
    statement: Statement,
    ask: () => Promise<Result>,
    server?: CalledServer,
  ): Promise<Result> {
    const startedAt = performance.now();
    try {
      // Most statements run in no recorded span, and pay for no attributes.
      if (!presentSpan()) return await ask();
      const asked = server ?? (this.pool.options as unknown as { address: DatabaseAddress }).address.server;
      return await inClientSpan(statement.name, attributesOf(statement, asked), ask);
    } finally {
      this.observer(statement.name, performance.now() - startedAt);
    }
  }

  private async onPool(statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.run(this.pool, statement, values);
    } catch (error) {
      // A column got another type since the connection prepared the statement: it did not run.
      if (isDatabaseError(error, STALE_PLAN)) return this.pool.query(statement.text, values);
      if (!isAboutNames(error)) throw error;
      return this.run(this.pool, statement, values);
    }
  }

  private async run(
    on: Pick<pg.Pool | pg.PoolClient, 'query'>,
    { name, text }: Statement,
    values: unknown[],
    transaction = { isAborted: false },
  ): Promise<pg.QueryResult> {
    try {
      return await on.query({ ...(this.isNaming && { name }), text, values });
    } catch (error) {
      // In an aborted transaction PostgreSQL prepares nothing, so a name may be missing without a pooler.
      if (this.isNaming && isAboutNames(error) && !transaction.isAborted) {
        this.isNaming = false;
        this.logger.warn('a pooler shares sessions: statements have no names from now on');
      }
      transaction.isAborted = true;
      throw error;
    }
  }

  /** Runs one statement on any connection of the pool and returns the number of rows that it changed or removed. */
  async changed(statement: Statement, values: unknown[]): Promise<number> {
    return (await this.timed(statement, () => this.onPool(statement, values))).rowCount ?? 0;
  }

  /**
   * Opens a dedicated connection without a transaction, for objects that belong to a session, such as temporary tables
   * and advisory locks, and for statements that take longer than a request may wait. `settings` are SQL.
   */
  async connect(limits = LONG, settings = ''): Promise<Connection> {
    const client = await connectTo(this.access.sessionUrl, limits, limitsOf(limits) + settings);
    const ended = new AbortController();
    client.once('end', () => {
      ended.abort();
    });
    return {
      ended: ended.signal,
      rows: async <Row>(statement: Statement, values: unknown[]) =>
        (await this.timed(statement, () => client.query(statement.text, values), client)).rows as Row[],
      // Not awaited: on a dead network the server never answers the end of a connection.
      close: () => void client.end().catch(() => undefined),
    };
  }

  /** Runs `work` in one transaction: either all of it is committed or none of it. */
  async transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const doors: ClosedDoor[] = [];
    const result = await this.source.transaction(async (manager) => {
      const client = (await manager.queryRunner?.connect()) as pg.PoolClient;
      if (this.access.sharesSessions) await client.query(LOCAL_LIMITS);
      const state = { isAborted: false };
      const rows = async <Row>(statement: Statement, values: unknown[]) =>
        (await this.timed(statement, () => this.run(client, statement, values, state))).rows as Row[];
      return work({
        manager,
        rows,
        closed: (more) => {
          doors.push(...more);
          return Promise.resolve();
        },
      });
    });
    await this.journal.record(doors);
    return result;
  }

  /** Writes into the journal that doors are closed; resolves when it is written. */
  async closed(doors: readonly ClosedDoor[]): Promise<void> {
    await this.journal.record(doors);
  }
}

/** Neither the text of a statement nor its values are written anywhere: its name says what it is. */
function attributesOf({ name }: Statement, server: CalledServer): Attributes {
  return {
    'db.system.name': 'postgresql',
    'db.query.summary': name,
    ...serverAttributes(server),
  };
}

function isAboutNames(error: unknown): boolean {
  return error instanceof pg.DatabaseError && MIXED_NAMES.has(error.code ?? '');
}

/**
 * True if PostgreSQL answered and refused what a transaction asked for, which then left no effect. False where it serves
 * nothing at present, or where it is not known what became of the transaction.
 */
export function isRefusal(error: unknown): boolean {
  const { driverError = error } = error as { driverError?: unknown };
  return driverError instanceof pg.DatabaseError && !OUTAGE.test(driverError.code ?? '');
}

/** True if `error` reports that another row holds the same key in `constraint`. */
export function isConflict(error: unknown, constraint: string): boolean {
  // A repository wraps the error of the driver.
  const { driverError = error } = error as { driverError?: unknown };
  return (
    driverError instanceof pg.DatabaseError &&
    driverError.code === UNIQUE_VIOLATION &&
    driverError.constraint === constraint
  );
}

/** True if PostgreSQL ended the transaction because it and another one waited for each other. */
export function isDeadlock(error: unknown): boolean {
  return isDatabaseError(error, DEADLOCK);
}

function isDatabaseError(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code;
}
