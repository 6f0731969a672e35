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
  /** The texts of the statements that the connection has prepared. */
  parsedStatements: Record<string, string | undefined>;
  parse(statement: Statement): void;
  bind(call: { statement: string; values: WireValue[] }): void;
  describe(of: { type: 'P' }): void;
  execute(portal: object): void;
  sync(): void;
}

type WireValue = string | Buffer | null;
/** The columns of a prepared statement: a result of `pg` without rows, which reads those of others. */
type Shape = pg.QueryResult & { addFields(fields: unknown): void; parseRow(fields: unknown): unknown };

/** SQLSTATE classes with which PostgreSQL refuses a commit and leaves no effect: a constraint, a conflict. */
const REFUSED_COMMIT = /^(23|40)/;
/**
 * SQLSTATEs after which a connection serves no more: its prepared statements are not those that this side believes
 * (another session behind a pooler, a column of another type), or the server ends it.
 */
const SPOILT = /^(26000|42P05|0A000|57P|08)/;

/** The columns of the statements that a connection has described. */
const shapesOf = new WeakMap<pg.ClientBase, Map<string, Shape>>();

/**
 * A connection that runs several prepared statements as one transaction: they leave in one write, and the server answers
 * all of them in one, after its commit. A statement is parsed and described once a connection, with the first group that
 * has it, so that the limits of the group hold for that too.
 */
export class GroupConnection {
  private readonly shapes: Map<string, Shape>;
  private isSpoilt = false;

  constructor(private readonly client: pg.PoolClient) {
    this.shapes = shapesOf.get(client) ?? new Map<string, Shape>();
    shapesOf.set(client, this.shapes);
  }

  /** Rejects when it is not known whether the group committed, and when the connection gave no answer. */
  async run(asked: readonly Asked[]): Promise<GroupOutcome> {
    const calls: Call[] = [];
    for (const [at, { statement, values }] of asked.entries()) {
      try {
        calls.push({ statement, values: values.map((value) => utils.prepareValue(value)) });
      } catch (error) {
        return { kind: 'refused', at, error };
      }
    }
    const group = new Group(calls, this.shapes);
    try {
      await this.send(group);
      if (group.answers.length !== calls.length) throw new Error('the server left statements of a group unanswered');
    } catch (error) {
      // Of new statements it is not known which of them the server has prepared.
      this.isSpoilt ||= group.introduces || spoilsConnection(error);
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (group.answers.length < calls.length) return { kind: 'refused', at: group.answers.length, error };
      if (REFUSED_COMMIT.test(error.code ?? '')) return { kind: 'refused', at: 'commit', error };
      throw error;
    }
    return { kind: 'committed', answers: group.answers };
  }

  /** Gives the connection back; one that an error has spoilt is closed. */
  release(): void {
    this.client.release(this.isSpoilt);
  }

  private send(group: Group): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (error: Error | null) => {
        if (error) reject(error);
        else resolve();
      };
      (this.client.query as (query: pg.Query, ended: unknown) => void)(group, ended);
    });
  }
}

/** True after an error with which the connection must not be used again. */
function spoilsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || SPOILT.test(error.code ?? '');
}

function newShape(): Shape {
  return new pg.Result('object', pg.types) as unknown as Shape;
}

interface Call {
  statement: Statement;
  values: WireValue[];
}

/**
 * Statements up to one `Sync`, which PostgreSQL runs as one transaction (Frontend/Backend Protocol, “Pipelining”): an
 * error ends it, and those behind it are skipped. `pg` calls the handlers with what the server answers.
 */
class Group extends pg.Query {
  readonly answers: PromiseSettledResult<Answer>[] = [];
  /** True if this group is the first of its connection to parse or to describe a statement. */
  introduces = false;
  private found: unknown[] = [];
  private unreadable: unknown;
  /** Set by `pg`. */
  declare private readonly callback: (error: Error | null) => void;

  constructor(
    private readonly calls: readonly Call[],
    private readonly shapes: Map<string, Shape>,
  ) {
    super('');
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire;
    wire.stream.cork();
    try {
      for (const call of this.calls) this.sendOne(call, wire);
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  };

  private sendOne({ statement, values }: Call, wire: Wire): void {
    const { name, text } = statement;
    const isParsed = wire.parsedStatements[name] !== undefined;
    const isDescribed = this.shapes.has(name);
    if (!isParsed) {
      wire.parse(statement);
      wire.parsedStatements[name] = text;
    }
    wire.bind({ statement: name, values });
    if (!isDescribed) wire.describe({ type: 'P' });
    wire.execute({});
    this.introduces ||= !isParsed || !isDescribed;
  }

  /** The name of the statement that the server answers. */
  private get answered(): string {
    return this.calls[this.answers.length]?.statement.name ?? '';
  }

  handleRowDescription({ fields }: { fields: unknown }): void {
    const shape = newShape();
    shape.addFields(fields);
    this.shapes.set(this.answered, shape);
  }

  handleDataRow({ fields }: { fields: unknown }): void {
    try {
      this.found.push(this.shapes.get(this.answered)?.parseRow(fields));
    } catch (error) {
      this.unreadable ??= error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { found: rows, unreadable, answered } = this;
    // A statement without rows has no columns.
    if (!this.shapes.has(answered)) this.shapes.set(answered, newShape());
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
