import { createHash } from 'node:crypto';
import type { Sql } from './sql.ts';

const digestOf = (authReqId: string) => createHash('sha256').update(authReqId).digest();

/** Reads and changes CIBA requests, by their `auth_req_id`. */
export class CibaRows {
  constructor(private readonly sql: Sql) {}

  /** The id of the authentication of a request. */
  async authenticationOf(authReqId: string): Promise<string> {
    const [row] = await this.sql<{ id: string }>(
      'SELECT authentication_id AS id FROM ciba_requests WHERE digest = $1',
      [digestOf(authReqId)],
    );
    return row!.id;
  }

  /** Lets the next poll come at once, as if the interval were over. */
  rest(authReqId: string): Promise<unknown> {
    return this.sql('UPDATE ciba_requests SET answered_at = NULL, polling_until = NULL WHERE digest = $1', [
      digestOf(authReqId),
    ]);
  }

  /** Makes a request, and its authentication, expire so many seconds ago; one that has ended had ended by then. */
  async expire(authReqId: string, secondsAgo = 0): Promise<void> {
    await this.sql(
      `WITH late AS (
         UPDATE ciba_requests SET expires_at = now() - make_interval(secs => $2) WHERE digest = $1
         RETURNING authentication_id
       ) UPDATE authentications a SET expires_at = now() - make_interval(secs => $2),
           closed_at = CASE WHEN a.closed_at IS NOT NULL THEN now() - make_interval(secs => $2) END FROM late
         WHERE a.id = late.authentication_id`,
      [digestOf(authReqId), secondsAgo],
    );
  }

  /** Makes the pings of all requests of clients due, as if they had waited for a minute. */
  allDue(...clientIds: readonly string[]): Promise<unknown> {
    return this.sql(
      `UPDATE ciba_requests SET ping_after = now() - interval '1 minute'
       WHERE client_id IN (SELECT id FROM clients WHERE client_id = ANY($1))`,
      [clientIds],
    );
  }

  /** How many requests of a client had a ping attempted. */
  async attemptedOf(clientId: string): Promise<number> {
    const text = `SELECT count(*)::int AS count FROM ciba_requests c JOIN clients k ON k.id = c.client_id
      WHERE k.client_id = $1 AND c.pings > 0`;
    return (await this.sql<{ count: number }>(text, [clientId]))[0]!.count;
  }

  /** Takes the authentication of a request away, as if its start had not come about. */
  forgetStart(authReqId: string): Promise<unknown> {
    return this.sql(
      'DELETE FROM authentications a USING ciba_requests c WHERE c.digest = $1 AND a.id = c.authentication_id',
      [digestOf(authReqId)],
    );
  }

  /** Makes a request expire, and leaves its authentication as it is. */
  expireAlone(authReqId: string): Promise<unknown> {
    return this.sql('UPDATE ciba_requests SET expires_at = now() WHERE digest = $1', [digestOf(authReqId)]);
  }

  /** The interval of a request in seconds, whether it is polled now, and what is left to be pinged. */
  async of(authReqId: string): Promise<{ interval: number; isPolled: boolean; pings: number; isPinged: boolean }> {
    const [row] = await this.sql<{ interval: number; isPolled: boolean; pings: number; isPinged: boolean }>(
      `SELECT interval_seconds AS interval, coalesce(polling_until > now(), false) AS "isPolled", pings,
         ping IS NULL AS "isPinged" FROM ciba_requests WHERE digest = $1`,
      [digestOf(authReqId)],
    );
    return row!;
  }

  /** Everything that is kept of a request, as text. */
  async textOf(authReqId: string): Promise<string> {
    const rows = await this.sql('SELECT * FROM ciba_requests WHERE digest = $1', [digestOf(authReqId)]);
    return JSON.stringify(rows);
  }
}
