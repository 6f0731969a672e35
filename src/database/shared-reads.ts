import pg from 'pg';
import type { PipelinedConnection } from './shared-commits.ts';
import type { Statement } from './statement.ts';

/** Milliseconds for which reads share one connection before the pool may give it to others that wait. */
const LENT_MS = 200;

interface Lent {
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
      // The server answers a read that it refuses; every other error is one of the connection, which serves no more.
      if (!(error instanceof pg.DatabaseError)) this.giveUp(lent, error as Error);
      throw error;
    } finally {
      lent.reads -= 1;
      if (lent.reads === 0) this.giveBack(lent);
    }
  }

  private borrow(): Lent {
    const now = Date.now();
    if (!this.lent || now - this.lent.since > LENT_MS) {
      this.lent = { since: now, connection: this.connect(), reads: 0, broken: undefined };
    }
    return this.lent;
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
