import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually.ts';
import type { Sql } from './sql.ts';

/** Reads and changes authentications, behind the service's back. */
export class AuthenticationRows {
  constructor(private readonly sql: Sql) {}

  /** Lets the time of one pass. */
  expire(id: string): Promise<unknown> {
    return this.sql('UPDATE authentications SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Lets the time of every pending one pass. */
  expirePending(): Promise<unknown> {
    return this.sql(`UPDATE authentications SET expires_at = now() WHERE state = 'pending'`);
  }

  /** Moves the last sending of one into the past. */
  rewindSending(id: string, seconds: number): Promise<unknown> {
    return this.sql('UPDATE authentications SET sent_at = now() - make_interval(secs => $2) WHERE id = $1', [
      id,
      seconds,
    ]);
  }

  /** Moves the last sending of every open one into the past. */
  rewindOpenSendings(seconds: number): Promise<unknown> {
    return this.sql(
      'UPDATE authentications SET sent_at = sent_at - make_interval(secs => $1) WHERE closed_at IS NULL',
      [seconds],
    );
  }

  /** Forgets every authentication. */
  clear(): Promise<unknown> {
    return this.sql('DELETE FROM authentications');
  }

  /** The state of one, and the reason of a decline. */
  async endOf(id: string): Promise<{ state: string; reason: string | null } | undefined> {
    const [row] = await this.sql<{ state: string; reason: string | null }>(
      'SELECT state, decline_reason AS reason FROM authentications WHERE id = $1',
      [id],
    );
    return row;
  }

  /** The nonce that the app is given with one. */
  async nonceOf(id: string): Promise<string> {
    const [row] = await this.sql<{ nonce: Buffer }>('SELECT nonce FROM authentications WHERE id = $1', [id]);
    return row!.nonce.toString('base64url');
  }

  /** The stored columns of the code of one. */
  async codeOf(id: string): Promise<{ code_digest: Buffer | null; sms_code: Buffer | null; envelope: string | null }> {
    const [row] = await this.sql<{ code_digest: Buffer | null; sms_code: Buffer | null; envelope: string | null }>(
      'SELECT code_digest, sms_code, envelope FROM authentications WHERE id = $1',
      [id],
    );
    return row!;
  }

  /** The stored columns of the transaction of one. */
  async transactionOf(id: string): Promise<unknown> {
    const [row] = await this.sql<{ transaction: unknown }>('SELECT transaction FROM authentications WHERE id = $1', [
      id,
    ]);
    return row!.transaction;
  }

  /** Channel and state of everything started for a number, oldest first. */
  ofNumber(phoneIndex: Buffer): Promise<{ channel: string; state: string }[]> {
    return this.sql(
      `SELECT channel, state FROM authentications WHERE line_id IN (SELECT id FROM lines WHERE phone_index = $1)
       ORDER BY requested_at`,
      [phoneIndex],
    );
  }

  /** How many were started for the person of this one. */
  async countOfPersonOf(id: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM authentications
       WHERE person_index = (SELECT person_index FROM authentications WHERE id = $1)`,
      [id],
    );
    return row!.count;
  }

  /** Remembers one that is open, and puts it back as a start leaves it that commits at the instant of its closing. */
  async openAgainLater(id: string): Promise<() => Promise<unknown>> {
    const [open] = await this.sql<{ person: Buffer; digest: Buffer }>(
      'SELECT person, code_digest AS digest FROM authentications WHERE id = $1',
      [id],
    );
    return () =>
      this.sql(
        `UPDATE authentications SET state = 'pending', closed_at = NULL, person = $2, code_digest = $3 WHERE id = $1`,
        [id, open!.person, open!.digest],
      );
  }

  /** Adds one that expired. */
  addExpired(one: { subscriptionId: string; clientId: string; purpose: string }): Promise<unknown> {
    return this.sql(
      `INSERT INTO authentications (id, client_id, person_index, subscription_id, channel, state, purpose, nonce, sent_at,
         requested_at, expires_at, closed_at)
       SELECT $1, id, '\\x00', $2, 'push', 'expired', $3, '\\x00', now(), now() - interval '1 hour', now(), now()
       FROM clients WHERE client_id = $4`,
      [randomUUID(), one.subscriptionId, one.purpose, one.clientId],
    );
  }

  /** Lets the day pass for which the Idempotency-Key of one is kept, and waits until it is forgotten. */
  async outliveIdempotencyKey(id: string): Promise<void> {
    await this.sql(
      `UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second' WHERE authentication_id = $1`,
      [id],
    );
    await eventually(
      'the key to be forgotten',
      async () => (await this.sql('SELECT 1 FROM idempotency_keys WHERE authentication_id = $1', [id])).length === 0,
    );
  }
}
