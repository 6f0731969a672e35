import { onceATurn } from '../process/once-a-turn.ts';
import type { Groups } from './shared-commits.ts';
import type { Answer, Asked } from './statement-group.ts';
import type { Statement } from './statement.ts';

/** Milliseconds for which reads share one connection before the pool may give it to others that wait. */
const LENT_MS = 200;
/** Reads that leave in one write at most. */
const MOST = 32;

interface Read extends Asked {
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

interface Lent {
  /** When the pool lent it, in milliseconds of the clock. */
  since: number;
  connection: Promise<Groups>;
  /** Groups under way. */
  groups: number;
}

/**
 * Sends the reads of one turn of the event loop in one write, over a connection that does not wait for the answers to
 * those before: under load, the writes to the socket and the turns at the pool cost more than the reads. For reads that
 * find their row by an index, because a slow one would hold up those behind it.
 */
export class SharedReads {
  private readonly waiting: Read[] = [];
  private lent: Lent | undefined;
  private readonly sendSoon = onceATurn(() => {
    while (this.waiting.length > 0) void this.runGroup(this.waiting.splice(0, MOST));
  });

  constructor(
    private readonly connect: () => Promise<Groups>,
    private readonly alone: (statement: Statement, values: unknown[]) => Promise<Answer>,
  ) {}

  run(statement: Statement, values: unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ statement, values, resolve, reject });
      this.sendSoon();
    });
  }

  private async runGroup(reads: readonly Read[]): Promise<void> {
    const lent = this.borrow();
    lent.groups += 1;
    try {
      const outcome = await (await lent.connection).run(reads);
      if (outcome.kind === 'refused') {
        this.giveUp(lent);
        // Only the read that failed fails again.
        for (const { statement, values, resolve, reject } of reads) this.alone(statement, values).then(resolve, reject);
      } else {
        for (const [at, answer] of outcome.answers.entries()) {
          if (answer.status === 'fulfilled') reads[at]?.resolve(answer.value);
          else reads[at]?.reject(answer.reason);
        }
      }
    } catch (error) {
      this.giveUp(lent);
      for (const { reject } of reads) reject(error);
    } finally {
      lent.groups -= 1;
      if (lent.groups === 0) this.giveBack(lent);
    }
  }

  private borrow(): Lent {
    if (this.lent && Date.now() - this.lent.since <= LENT_MS) return this.lent;
    const lent: Lent = { since: Infinity, connection: this.connect(), groups: 0 };
    // The time runs from when the pool has a connection for it.
    lent.connection.then(
      () => (lent.since = Date.now()),
      () => undefined,
    );
    this.lent = lent;
    return lent;
  }

  /** Further reads take another connection. */
  private giveUp(lent: Lent): void {
    if (this.lent === lent) this.lent = undefined;
  }

  private giveBack(lent: Lent): void {
    this.giveUp(lent);
    lent.connection.then(
      (connection) => {
        connection.release();
      },
      () => undefined,
    );
  }
}
