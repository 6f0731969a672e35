import { setTimeout as delay } from 'node:timers/promises';
import { onceATurn } from '../process/once-a-turn.ts';
import type { Answer, Asked, GroupOutcome } from './statement-group.ts';
import type { Statement } from './statement.ts';

/** A connection that runs statements as one transaction. */
export interface Groups {
  run(asked: readonly Asked[]): Promise<GroupOutcome>;
  /** Gives the connection back; one that an error has spoilt is closed. */
  release(): void;
}

/** What a caller’s statement decides about: a row, a person, a device. */
export type SharedKey = string | null;

interface Call extends Asked {
  key: SharedKey;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
  /** Ends the wait of a caller whose turn does not come, because the database does not answer. */
  waits: NodeJS.Timeout;
}

/** Groups that run at the same time. */
const LANES = 2;
/** Statements in one group at most. */
const MOST = 32;

/**
 * Milliseconds for which a statement of a group waits for one row that another transaction has locked. Then it goes on
 * alone, and its neighbours without it.
 */
const LOCK_MS = 100;
/** Milliseconds for which one statement of a group may run before it goes on alone, where it may take as long as any. */
const STATEMENT_MS = 2_000;
const LIMITS: Statement = {
  name: 'shared_limits',
  text: `SELECT set_config('lock_timeout', '${LOCK_MS}', true), set_config('statement_timeout', '${STATEMENT_MS}', true)`,
};
/** Sorts what has no key behind every key: a claim of deliveries runs from its commit, which is then near. */
const LAST = '\uffff';
/** How often a group is tried without the statements that failed, before each statement goes alone. */
const TRIES = 3;
/** Milliseconds after which others need not wait for a group: its connection may be silent, or its commit slow. */
const LANE_MS = 300;
/** Groups that may be late at the same time. */
const LATE_GROUPS = 6;
/** Milliseconds for which a caller waits to be taken into a group. */
export const WAIT_MS = 7_000;

/**
 * Runs the statements of callers that wait at the same time in one transaction: one commit and one round trip serve all
 * of them, and each statement still decides about its own row by itself.
 *
 * - A caller alone goes at once, in a transaction of its own. While groups run, callers wait, and the next group takes
 *   those that wait longest. A caller is answered after the commit.
 * - Two statements with one key never run at the same time: the second one sees the commit of the first.
 * - A statement that fails, or that waits too long for a lock, runs again alone, and only its caller gets its error. Its
 *   neighbours run again without it: the transaction that failed left no effect.
 */
export class SharedCommits {
  private waiting: Call[] = [];
  private readonly busy = new Set<string>();
  /** Groups for which the next one waits. */
  private running = 0;
  private late = 0;
  /** What has run so far; a caller alone is a group of one statement. */
  readonly counts = { groups: 0, statements: 0 };
  /** Callers of one turn of the event loop share a group. */
  private readonly startSoon = onceATurn(() => {
    this.startGroups();
  });

  constructor(
    private readonly connect: () => Promise<Groups>,
    private readonly alone: (statement: Statement, values: unknown[]) => Promise<Answer>,
  ) {}

  /** Runs one statement. Resolves after the commit. */
  run(key: SharedKey, statement: Statement, values: unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waits = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== call);
        reject(new WaitedTooLong());
      }, WAIT_MS);
      const call = { key, statement, values, resolve, reject, waits };
      this.waiting.push(call);
      this.startSoon();
    });
  }

  private startGroups(): void {
    while (this.running < LANES && this.late < LATE_GROUPS) {
      const group = this.takeGroup();
      if (group.length === 0) return;
      void this.occupyLane(this.runGroup(group));
    }
  }

  /** A group keeps its lane until it is done or late: one silent connection must not hold up every caller. */
  private async occupyLane(group: Promise<void>): Promise<void> {
    this.running += 1;
    const ended = group.then(() => 'ended');
    const first = await Promise.race([ended, delay(LANE_MS, 'late', { ref: false })]);
    this.running -= 1;
    if (first === 'late') {
      this.late += 1;
      this.startSoon();
      await ended;
      this.late -= 1;
    }
    this.startSoon();
  }

  /** Takes the callers that wait longest, and reserves their keys. Groups lock rows in the order of their keys. */
  private takeGroup(): Call[] {
    const group: Call[] = [];
    const left: Call[] = [];
    for (const call of this.waiting) {
      if (group.length < MOST && !(call.key !== null && this.busy.has(call.key))) {
        group.push(call);
        clearTimeout(call.waits);
        if (call.key !== null) this.busy.add(call.key);
      } else left.push(call);
    }
    this.waiting = left;
    return group.sort((one, other) => ((one.key ?? LAST) < (other.key ?? LAST) ? -1 : 1));
  }

  private async runGroup(group: readonly Call[]): Promise<void> {
    this.counts.groups += 1;
    this.counts.statements += group.length;
    let calls = group;
    for (let tries = 1; calls.length > 1 && tries <= TRIES; tries += 1) {
      const failed = await this.runTogether(calls);
      if (failed.length === 0) return;
      for (const call of failed) void this.runAlone(call);
      calls = calls.filter((call) => !failed.includes(call));
    }
    await Promise.all(calls.map((call) => this.runAlone(call)));
  }

  private async runAlone(call: Call): Promise<void> {
    const [answer] = await Promise.allSettled([this.alone(call.statement, call.values)]);
    this.settle(call, answer);
    this.startSoon();
  }

  /** Runs calls in one transaction. Returns those because of which it left no effect; none when all have their answer. */
  private async runTogether(calls: readonly Call[]): Promise<readonly Call[]> {
    let connection: Groups | undefined;
    try {
      connection = await this.connect();
      const outcome = await connection.run([{ statement: LIMITS, values: [] }, ...calls]);
      if (outcome.kind === 'refused') {
        // The first statement sets the limits.
        const failed = outcome.at === 'commit' ? undefined : calls[outcome.at - 1];
        return failed ? [failed] : calls;
      }
      for (const [at, answer] of outcome.answers.slice(1).entries()) this.settle(calls[at], answer);
    } catch (error) {
      for (const call of calls) this.settle(call, { status: 'rejected', reason: error });
    } finally {
      connection?.release();
    }
    return [];
  }

  private settle(call: Call | undefined, answer: PromiseSettledResult<Answer>): void {
    if (!call) return;
    if (call.key !== null) this.busy.delete(call.key);
    if (answer.status === 'fulfilled') call.resolve(answer.value);
    else call.reject(answer.reason);
  }
}

/** Other statements have kept every group busy for as long as a statement may take. */
class WaitedTooLong extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super(`the database has not answered the statements before this one within ${WAIT_MS} ms`);
  }
}
