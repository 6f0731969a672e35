import pg from 'pg';
import utils from 'pg/lib/utils.js';
import type { Statement } from './statement.ts';

/** A prepared statement and its values. */
export interface Asked {
  statement: Statement;
  values: unknown[];
}

export type Answer = Pick<pg.QueryResult, 'rows' | 'rowCount'>;

/** What became of a group: it is committed, or it left no effect because of one of its statements or of its commit. */
export type GroupOutcome =
  | { kind: 'committed'; answers: PromiseSettledResult<Answer>[] }
  | { kind: 'refused'; at: number | 'commit'; error: unknown };

/** What this file uses of the connection behind a client of `pg` 8.23, as its own queries do. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(statement: Statement): void;
  describe(of: { type: 'S'; name: string }): void;
  bind(call: { statement: string; values: WireValue[] }): void;
  execute(portal: object): void;
  sync(): void;
}

type WireValue = string | Buffer | null;
/** The columns of a prepared statement: a result of `pg` without rows, which reads those of others. */
type Shape = pg.QueryResult & { parseRow(fields: unknown): unknown };

/** SQLSTATE classes with which PostgreSQL refuses a commit and leaves no effect: a constraint, a conflict. */
const REFUSED_COMMIT = /^(23|40)/;
/**
 * SQLSTATEs after which a connection serves no more: its prepared statements are not those that this side believes
 * (another session behind a pooler, a column of another type), or the server ends it.
 */
const SPOILT = /^(26000|42P05|0A000|57P|08)/;

/** The columns of the statements that a connection has prepared. */
const shapesOf = new WeakMap<pg.ClientBase, Map<string, Shape>>();

/**
 * A connection that runs several prepared statements as one transaction: they leave in one write, and the server answers
 * all of them in one, after its commit. A statement is parsed and described once a connection.
 */
export class GroupConnection {
  private readonly shapes: Map<string, Shape>;

  constructor(private readonly client: pg.PoolClient) {
    this.shapes = shapesOf.get(client) ?? new Map<string, Shape>();
    shapesOf.set(client, this.shapes);
  }

  /** Rejects when it is not known whether the group committed, and when the connection gave no answer. */
  async run(asked: readonly Asked[]): Promise<GroupOutcome> {
    const calls: Call[] = [];
    for (const [at, { statement, values }] of asked.entries()) {
      try {
        const shape = this.shapes.get(statement.name) ?? (await this.prepare(statement));
        calls.push({ name: statement.name, values: values.map((value) => utils.prepareValue(value)), shape });
      } catch (error) {
        return { kind: 'refused', at, error };
      }
    }
    const group = new Group(calls);
    try {
      await this.send(group);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (group.answers.length < calls.length) return { kind: 'refused', at: group.answers.length, error };
      if (REFUSED_COMMIT.test(error.code ?? '')) return { kind: 'refused', at: 'commit', error };
      throw error;
    }
    return { kind: 'committed', answers: group.answers };
  }

  /** Gives the connection back; after an error that spoils it, it is closed. */
  release(error?: unknown): void {
    this.client.release(error !== undefined && spoilsConnection(error) ? (error as Error) : undefined);
  }

  private async prepare(statement: Statement): Promise<Shape> {
    const shape = (await this.send(new Preparation(statement))) as Shape;
    this.shapes.set(statement.name, shape);
    return shape;
  }

  private send(query: pg.Query): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (error: Error | null, result: unknown) => {
        if (error) reject(error);
        else resolve(result);
      };
      (this.client.query as (query: pg.Query, ended: unknown) => void)(query, ended);
    });
  }
}

/** True after an error with which the connection must not be used again. */
function spoilsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || SPOILT.test(error.code ?? '');
}

/** Parses a statement and asks for its columns. `pg` answers with a result that has the columns and no rows. */
class Preparation extends pg.Query {
  constructor(private readonly statement: Statement) {
    super(statement);
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire;
    const { name, text } = this.statement;
    inOneWrite(wire, () => {
      if (wire.parsedStatements[name] === undefined && wire.submittedNamedStatements[name] === undefined) {
        wire.parse(this.statement);
        wire.submittedNamedStatements[name] = text;
      }
      wire.describe({ type: 'S', name });
    });
  };
}

/** Sends messages and the `Sync` behind them. */
function inOneWrite(wire: Wire, messages: () => void): void {
  wire.stream.cork();
  try {
    messages();
    wire.sync();
  } finally {
    wire.stream.uncork();
  }
}

interface Call {
  name: string;
  values: WireValue[];
  shape: Shape;
}

/**
 * Statements up to one `Sync`, which PostgreSQL runs as one transaction (Frontend/Backend Protocol, “Pipelining”): an
 * error ends it, and those behind it are skipped. `pg` calls the handlers with what the server answers.
 */
class Group extends pg.Query {
  readonly answers: PromiseSettledResult<Answer>[] = [];
  private found: unknown[] = [];
  private unreadable: unknown;
  /** Set by `pg`. */
  declare private readonly callback: (error: Error | null) => void;

  constructor(private readonly calls: readonly Call[]) {
    super('');
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire;
    inOneWrite(wire, () => {
      for (const { name, values } of this.calls) {
        wire.bind({ statement: name, values });
        wire.execute({});
      }
    });
  };

  handleDataRow({ fields }: { fields: unknown }): void {
    try {
      this.found.push(this.calls[this.answers.length]?.shape.parseRow(fields));
    } catch (error) {
      this.unreadable ??= error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { found: rows, unreadable } = this;
    const rowCount = Number(/\d+$/.exec(text)?.[0] ?? 0);
    this.answers.push(
      unreadable === undefined
        ? { status: 'fulfilled', value: { rows, rowCount } }
        : { status: 'rejected', reason: unreadable },
    );
    this.found = [];
    this.unreadable = undefined;
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }
}
