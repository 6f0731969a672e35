import type pg from 'pg';
import { spoilsConnection, type PipelinedConnection } from './shared-commits.ts';
import type { Statement } from './statement.ts';

/** Milliseconds for which reads share one connection before the pool may give it to others that wait. */
const LENT_MS = 200;

interface Lent {
  /** When the pool lent it, in milliseconds of the clock. */
  since: number;
  connection: Promise<PipelinedConnection>;
  reads: number;
  broken: Error | undefined;
}

/**
 * Sends reads over one connection without waiting for the answers of those before, while at least one is under way:
 * under load, the writes to the socket and the turns at the pool cost more than the reads. For reads that find their row
 * by an index, because a slow one would hold up those behind it.
 */
export class SharedReads {
  private lent: Lent | undefined;

  constructor(private readonly connect: () => Promise<PipelinedConnection>) {}

  async run({ name, text }: Statement, values: unknown[]): Promise<pg.QueryResult> {
    const lent = this.borrow();
    lent.reads += 1;
    try {
      return await (await lent.connection).query({ name, text, values });
    } catch (error) {
      if (spoilsConnection(error)) this.giveUp(lent, error as Error);
      throw error;
    } finally {
      lent.reads -= 1;
      if (lent.reads === 0) this.giveBack(lent);
    }
  }

  private borrow(): Lent {
    if (this.lent && Date.now() - this.lent.since <= LENT_MS) return this.lent;
    const lent: Lent = { since: Infinity, connection: this.connect(), reads: 0, broken: undefined };
    // The time runs from when the pool has a connection for it.
    lent.connection.then(
      () => (lent.since = Date.now()),
      () => undefined,
    );
    this.lent = lent;
    return lent;
  }

  private giveUp(lent: Lent, error: Error): void {
    lent.broken ??= error;
    if (this.lent === lent) this.lent = undefined;
  }

  private giveBack(lent: Lent): void {
    if (this.lent === lent) this.lent = undefined;
    lent.connection.then(
      (connection) => connection.release(lent.broken),
      () => undefined,
    );
  }
}
