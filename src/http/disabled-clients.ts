import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** Milliseconds after which the guard looks again, so that a client is refused everywhere a second after it was disabled. */
const LOOK_MS = 1_000;

/**
 * No token and no window of a client that was disabled earlier is left: a token lives for five minutes and a window for
 * ten, and the rest is for clocks that differ.
 */
const DISABLED = statement(
  'client_disabled_lately',
  `SELECT id FROM clients WHERE disabled_at > now() - interval '15 minutes'`,
);

/**
 * Whether a client was disabled after its token was issued, or its window opened. A process asks at most once a second,
 * for all clients at once, and only while requests with tokens arrive.
 */
@Injectable()
export class DisabledClients {
  private ids: ReadonlySet<string> = new Set();
  private lookedAt = -LOOK_MS;
  private looking: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  async has(id: string): Promise<boolean> {
    if (performance.now() - this.lookedAt >= LOOK_MS) await (this.looking ??= this.look());
    return this.ids.has(id);
  }

  /** While the database does not answer, what was known counts: the request itself needs the database too. */
  private async look(): Promise<void> {
    const began = performance.now();
    try {
      const rows = await this.database.pipelinedRows<{ id: string }>(DISABLED, []);
      this.ids = new Set(rows.map(({ id }) => id));
      this.lookedAt = began;
    } catch {
      this.lookedAt = performance.now();
    } finally {
      this.looking = undefined;
    }
  }
}
