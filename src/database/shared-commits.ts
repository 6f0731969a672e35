import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Statement } from './statement.ts';

/** A connection that sends what it is given without waiting for the answers. */
export interface PipelinedConnection {
  query(config: string | pg.QueryConfig): Promise<pg.QueryResult>;
  /** Gives the connection back; with an error it is closed. */
  release(error?: Error): void;
}

/** What a caller’s statement decides about: a row, a person, a device. */
export type SharedKey = string | null;

interface Call {
  isTaken: boolean;
  key: SharedKey;
  statement: Statement;
  values: unknown[];
  resolve: (result: pg.QueryResult) => void;
  reject: (error: unknown) => void;
}

export interface SharedCommitsOptions {
  /** Groups that run at the same time. */
  lanes?: number;
  /** Statements in one group at most. */
  most?: number;
}

/**
 * Milliseconds for which a group waits for a row that another transaction has locked. Then the statement that waits goes
 * on alone, and its neighbours without it.
 */
const LOCK_MS = 100;
const BEGIN = `BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`;
/** How often a group is tried without the statements that failed, before each statement goes alone. */
const TRIES = 3;
/** Milliseconds for which a caller waits for a group, which ends with the deadlines of its connection. */
const WAIT_MS = 7_000;
/** SQLSTATE classes with which PostgreSQL refuses a commit and leaves no effect: a constraint, a conflict. */
const REFUSED_COMMIT = /^(23|40)/;

/**
 * Runs the statements of callers that wait at the same time in one transaction: one commit and one round trip serve all
 * of them, and each statement still decides about its own row by itself.
 *
 * - A caller alone goes at once, in a transaction of its own. While groups run, callers wait, and the next group takes
 *   all that wait. A caller is answered after the commit.
 * - Two statements with one key never run at the same time: the second one sees the commit of the first.
 * - A statement that fails, or that waits too long for a lock, runs again alone, and only its caller gets its error. Its
 *   neighbours run again without it: the transaction that failed left no effect.
 */
export class SharedCommits {
  private waiting: Call[] = [];
  private readonly busy = new Set<string>();
  private running = 0;
  private isStarting = false;
  private readonly lanes: number;
  private readonly most: number;

  constructor(
    private readonly connect: () => Promise<PipelinedConnection>,
    private readonly alone: (statement: Statement, values: unknown[]) => Promise<pg.QueryResult>,
    { lanes = 2, most = 64 }: SharedCommitsOptions = {},
  ) {
    this.lanes = lanes;
    this.most = most;
  }

  /** Runs one statement. Resolves after the commit. */
  run(key: SharedKey, statement: Statement, values: unknown[]): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      const call = { isTaken: false, key, statement, values, resolve, reject };
      this.waiting.push(call);
      this.limitWait(call);
      this.startSoon();
    });
  }

  /** Callers of one turn of the event loop share a group. */
  private startSoon(): void {
    if (this.isStarting) return;
    this.isStarting = true;
    setImmediate(() => {
      this.isStarting = false;
      this.startGroups();
    });
  }

  /** Ends the wait of a caller whose turn does not come, because the database does not answer. */
  private limitWait(call: Call): void {
    const timer = setTimeout(() => {
      if (call.isTaken) return;
      this.waiting = this.waiting.filter((one) => one !== call);
      call.reject(new WaitedTooLong());
    }, WAIT_MS);
    const { resolve, reject } = call;
    call.resolve = (result) => {
      clearTimeout(timer);
      resolve(result);
    };
    call.reject = (error) => {
      clearTimeout(timer);
      reject(error);
    };
  }

  private startGroups(): void {
    while (this.running < this.lanes) {
      const group = this.takeGroup();
      if (group.length === 0) return;
      this.running += 1;
      void this.runGroup(group).then(() => {
        this.running -= 1;
        this.startSoon();
      });
    }
  }

  /** Takes the callers that wait longest, and reserves their keys. Groups lock rows in the order of their keys. */
  private takeGroup(): Call[] {
    const group: Call[] = [];
    const left: Call[] = [];
    for (const call of this.waiting) {
      if (group.length < this.most && !(call.key !== null && this.busy.has(call.key))) {
        group.push(call);
        call.isTaken = true;
        if (call.key !== null) this.busy.add(call.key);
      } else left.push(call);
    }
    this.waiting = left;
    return group.sort((one, other) => ((one.key ?? '') < (other.key ?? '') ? -1 : 1));
  }

  /** A lane is free again once the group has its answers, or waits for locks that others hold. */
  private async runGroup(group: readonly Call[]): Promise<void> {
    let calls = group;
    for (let tries = 1; calls.length > 1 && tries <= TRIES; tries += 1) {
      const failed = await this.runTogether(calls);
      if (failed.length === 0) return;
      for (const call of failed) void this.runAlone(call);
      calls = calls.filter((call) => !failed.includes(call));
    }
    await Promise.race([
      Promise.all(calls.map((call) => this.runAlone(call))),
      delay(LOCK_MS, undefined, { ref: false }),
    ]);
  }

  private async runAlone({ key, statement, values, resolve, reject }: Call): Promise<void> {
    await this.alone(statement, values).then(resolve, reject);
    if (key === null) return;
    this.busy.delete(key);
    this.startSoon();
  }

  /** Runs calls in one transaction. Returns those because of which it left no effect; none when all have their answer. */
  private async runTogether(calls: readonly Call[]): Promise<readonly Call[]> {
    let connection: PipelinedConnection | undefined;
    try {
      connection = await this.connect();
      const { results, failed } = await inOneTransaction(connection, calls);
      connection.release();
      for (const [place, result] of results.entries()) this.settle(calls[place], (call) => call.resolve(result));
      return failed;
    } catch (error) {
      connection?.release(error as Error);
      for (const one of calls) this.settle(one, (call) => call.reject(error));
      return [];
    }
  }

  private settle(call: Call | undefined, how: (call: Call) => void): void {
    if (!call) return;
    if (call.key !== null) this.busy.delete(call.key);
    how(call);
  }
}

/**
 * Sends calls as one transaction. Returns their results, or those because of which it left no effect. Rejects when it is
 * not known whether it committed: then each caller gets the error.
 */
async function inOneTransaction(
  connection: PipelinedConnection,
  calls: readonly Call[],
): Promise<{ results: pg.QueryResult[]; failed: readonly Call[] }> {
  const statements = calls.map(({ statement: { name, text }, values }) => ({ name, text, values }));
  const sent = [BEGIN, ...statements, 'COMMIT'].map((one) => connection.query(one));
  const ended = await Promise.allSettled(sent);
  const at = ended.findIndex(({ status }) => status === 'rejected');
  if (at === -1) return { results: (await Promise.all(sent)).slice(1, -1), failed: [] };
  const reason: unknown = (ended[at] as PromiseRejectedResult).reason;
  // Without its beginning, each statement committed by itself. Without an answer of the server, the rest is not known.
  if (at === 0 || !(reason instanceof pg.DatabaseError)) throw reason;
  const failed = calls[at - 1];
  if (failed) return { results: [], failed: [failed] };
  if (REFUSED_COMMIT.test(reason.code ?? '')) return { results: [], failed: calls };
  throw reason;
}

/** Other statements have kept every group busy for as long as a statement may take. */
class WaitedTooLong extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super(`the database has not answered the statements before this one within ${WAIT_MS} ms`);
  }
}
