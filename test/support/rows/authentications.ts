import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually.ts';
import type { Sql } from './sql.ts';

/** Reads and changes authentications directly in the database. */
export class AuthenticationRows {
  constructor(private readonly sql: Sql) {}

  /** Makes an authentication expire now. */
  expire(id: string): Promise<unknown> {
    return this.sql('UPDATE authentications SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Opens an authentication as a process of an earlier release does, which knows no digits. */
  openAsBefore(id: string): Promise<unknown> {
    return this.sql(`UPDATE authentications SET state = 'opened', opened_at = now() WHERE id = $1`, [id]);
  }

  /** Leaves an authentication and its deliveries so many seconds. */
  async shorten(id: string, seconds: number): Promise<void> {
    const until = 'expires_at = now() + make_interval(secs => $2)';
    await this.sql(`UPDATE authentications SET ${until} WHERE id = $1`, [id, seconds]);
    await this.sql(`UPDATE deliveries SET ${until} WHERE authentication_id = $1`, [id, seconds]);
  }

  /** Lets an authentication be that of a hosted window. */
  putIntoWindow(id: string): Promise<unknown> {
    return this.sql('UPDATE authentications SET window_id = gen_random_uuid() WHERE id = $1', [id]);
  }

  /** Makes every pending authentication expire now. */
  expirePending(): Promise<unknown> {
    return this.sql(`UPDATE authentications SET expires_at = now() WHERE state = 'pending'`);
  }

  /** Moves the last sending of an authentication into the past. */
  rewindSending(id: string, seconds: number): Promise<unknown> {
    return this.sql('UPDATE authentications SET sent_at = now() - make_interval(secs => $2) WHERE id = $1', [
      id,
      seconds,
    ]);
  }

  /** Moves the last sending of every open authentication into the past. */
  rewindOpenSendings(seconds: number): Promise<unknown> {
    return this.sql(
      'UPDATE authentications SET sent_at = sent_at - make_interval(secs => $1) WHERE closed_at IS NULL',
      [seconds],
    );
  }

  /** Deletes every authentication. */
  clear(): Promise<unknown> {
    return this.sql('DELETE FROM authentications');
  }

  /** The state of an authentication, and the reason if it was declined. */
  async endOf(id: string): Promise<{ state: string; reason: string | null } | undefined> {
    const [row] = await this.sql<{ state: string; reason: string | null }>(
      'SELECT state, decline_reason AS reason FROM authentications WHERE id = $1',
      [id],
    );
    return row;
  }

  /** The nonce that the app receives with an authentication. */
  async nonceOf(id: string): Promise<string> {
    const [row] = await this.sql<{ nonce: Buffer }>('SELECT nonce FROM authentications WHERE id = $1', [id]);
    return row!.nonce.toString('base64url');
  }

  /** The stored columns of an authentication's code. */
  async codeOf(id: string): Promise<{ code_digest: Buffer | null; sms_code: Buffer | null; envelope: string | null }> {
    const [row] = await this.sql<{ code_digest: Buffer | null; sms_code: Buffer | null; envelope: string | null }>(
      'SELECT code_digest, sms_code, envelope FROM authentications WHERE id = $1',
      [id],
    );
    return row!;
  }

  /** The stored transaction of an authentication. */
  async transactionOf(id: string): Promise<unknown> {
    const [row] = await this.sql<{ transaction: unknown }>('SELECT transaction FROM authentications WHERE id = $1', [
      id,
    ]);
    return row!.transaction;
  }

  /** Channel and state of every authentication of a number's lines, oldest first. */
  ofNumber(phoneIndex: Buffer): Promise<{ channel: string; state: string }[]> {
    return this.sql(
      `SELECT channel, state FROM authentications WHERE line_id IN (SELECT id FROM lines WHERE phone_index = $1)
       ORDER BY requested_at`,
      [phoneIndex],
    );
  }

  /** Number of authentications of this authentication's person. */
  async countOfPersonOf(id: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM authentications
       WHERE person_index = (SELECT person_index FROM authentications WHERE id = $1)`,
      [id],
    );
    return row!.count;
  }

  /**
   * Remembers an open authentication, and returns a function that reopens it. This simulates a start that commits at
   * the moment at which the open authentications are closed.
   */
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

  /** Makes the person of an authentication one that no key decrypts. */
  spoilPerson(id: string): Promise<unknown> {
    return this.sql(`UPDATE authentications SET person = '\\x00' WHERE id = $1`, [id]);
  }

  /** Adds an expired authentication. */
  addExpired(one: { subscriptionId: string; clientId: string; purpose: string }): Promise<unknown> {
    return this.sql(
      `INSERT INTO authentications (id, client_id, person_index, subscription_id, channel, state, purpose, nonce, sent_at,
         requested_at, expires_at, closed_at)
       SELECT $1, id, '\\x00', $2, 'push', 'expired', $3, '\\x00', now(), now() - interval '1 hour', now(), now()
       FROM clients WHERE client_id = $4`,
      [randomUUID(), one.subscriptionId, one.purpose, one.clientId],
    );
  }

  /** What is kept of the answer to a verification; undefined once it is wiped. */
  async answerOf(id: string): Promise<{ answer: Buffer | null } | undefined> {
    const sql = 'SELECT answer FROM verification_answers WHERE authentication_id = $1';
    return (await this.sql<{ answer: Buffer | null }>(sql, [id]))[0];
  }

  /** Takes a kept answer away, as if the process had ended between the verification and its answer. */
  loseAnswer(id: string): Promise<unknown> {
    return this.sql('UPDATE verification_answers SET answer = NULL WHERE authentication_id = $1', [id]);
  }

  /** Moves a verification into the past. */
  ageVerification(id: string, seconds: number): Promise<unknown> {
    return this.sql(
      'UPDATE verification_answers SET verified_at = now() - make_interval(secs => $2) WHERE authentication_id = $1',
      [id, seconds],
    );
  }

  /** Ages the Idempotency-Key of an authentication past its day of validity, and waits until a worker deletes it. */
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

  /** Copies columns from one authentication to another, as who writes to the database can. */
  async copy(
    from: string,
    to: string,
    ...columns: ('code_digest' | 'person' | 'sms_code' | 'envelope')[]
  ): Promise<void> {
    for (const column of columns)
      await this.sql(
        `UPDATE authentications a SET ${column} = f.${column}, state = CASE a.channel WHEN 'push' THEN 'opened' ELSE a.state END
         FROM authentications f WHERE a.id = $2 AND f.id = $1`,
        [from, to],
      );
  }

  /** Marks an authentication as verified, and copies the kept answer of another one to it. */
  async copyAnswer(from: string, to: string): Promise<void> {
    await this.sql(
      `UPDATE authentications SET state = 'verified', closed_at = now(), code_digest = NULL, sms_code = NULL,
         envelope = NULL, end_user = NULL WHERE id = $1`,
      [to],
    );
    await this.sql(
      `INSERT INTO verification_answers (authentication_id, request_digest, answer)
       SELECT $2, request_digest, answer FROM verification_answers WHERE authentication_id = $1`,
      [from, to],
    );
  }

  /** The id of the client of an authentication, to which its code is bound. */
  async clientOf(id: string): Promise<string> {
    return (
      await this.sql<{ client: string }>('SELECT client_id AS client FROM authentications WHERE id = $1', [id])
    )[0]!.client;
  }
}
