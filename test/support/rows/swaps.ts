import type { Sql } from './sql.ts';

/** Reads and changes subscriptions to changes of a SIM. */
export class SwapRows {
  constructor(private readonly sql: Sql) {}

  /** Everything that is kept of a subscription, as text; undefined once it is deleted. */
  async textOf(id: string): Promise<string | undefined> {
    const [row] = await this.sql<{ text: string }>(
      `SELECT s::text || encode(sealed, 'escape') AS text FROM swap_subscriptions s WHERE id = $1`,
      [id],
    );
    return row?.text;
  }

  /** Moves the end of a subscription into the past: that of its own time, or that of the token of its sink. */
  expire(id: string, what: 'expire_time' | 'token_expires_at'): Promise<unknown> {
    return this.sql(
      `UPDATE swap_subscriptions SET ends_at = now() - interval '1 second',
        token_expires_at = CASE WHEN $2 = 'token_expires_at' THEN now() + interval '50 seconds' ELSE token_expires_at END
        WHERE id = $1`,
      [id, what],
    );
  }

  /** Takes what is kept in secret of a subscription away, as if its key were not there. Returns it, to be put back. */
  async takeSealed(id: string): Promise<Buffer> {
    const [row] = await this.sql<{ sealed: Buffer }>('SELECT sealed FROM swap_subscriptions WHERE id = $1', [id]);
    await this.putSealed(id, Buffer.alloc(64));
    return row!.sealed;
  }

  putSealed(id: string, sealed: Buffer): Promise<unknown> {
    return this.sql('UPDATE swap_subscriptions SET sealed = $2 WHERE id = $1', [id, sealed]);
  }

  /** Lets notifications of several subscriptions wait, those of the first one for the longest time. */
  backlog(waiting: readonly { id: string; kind: 'started' | 'swapped'; count: number }[]): Promise<unknown> {
    return this.sql(
      `INSERT INTO swap_notifications (subscription_id, client_id, kind, at, due_at)
        SELECT s.id, s.client_id, x.kind, now(), now() - make_interval(mins => 100 - x.place::int)
        FROM unnest($1::uuid[], $2::text[], $3::int[]) WITH ORDINALITY AS x (id, kind, count, place)
          JOIN swap_subscriptions s ON s.id = x.id CROSS JOIN generate_series(1, x.count)`,
      [waiting.map(({ id }) => id), waiting.map(({ kind }) => kind), waiting.map(({ count }) => count)],
    );
  }

  /** Makes the next attempt of what waits for a subscription its last one, at once. */
  lastAttempt(id: string): Promise<unknown> {
    return this.sql('UPDATE swap_notifications SET attempts = 9, due_at = now() WHERE subscription_id = $1', [id]);
  }

  /** Makes everything due that waits, also what a process took that was killed. */
  makeDue(): Promise<unknown> {
    return this.sql('UPDATE swap_notifications SET due_at = now()');
  }

  /** The notifications that still wait for a subscription, with the attempts of each. */
  waiting(id: string): Promise<{ kind: string; attempts: number }[]> {
    return this.sql('SELECT kind, attempts FROM swap_notifications WHERE subscription_id = $1 ORDER BY at, kind', [id]);
  }

  /** The notifications of a subscription that are due. */
  async due(id: string): Promise<string[]> {
    const text = 'SELECT kind FROM swap_notifications WHERE subscription_id = $1 AND due_at <= now() ORDER BY at, kind';
    return (await this.sql<{ kind: string }>(text, [id])).map(({ kind }) => kind);
  }
}
