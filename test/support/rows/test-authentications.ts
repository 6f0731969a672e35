import type { Sql } from './sql.ts';

/** Reads and changes test authentications. */
export class TestAuthenticationRows {
  constructor(private readonly sql: Sql) {}

  /** Lets time pass for one, as if it had started earlier. */
  age(id: string, seconds: number): Promise<unknown> {
    return this.sql(
      `UPDATE test_authentications SET started_at = started_at - make_interval(secs => $2),
         sent_at = sent_at - make_interval(secs => $2), opens_at = opens_at - make_interval(secs => $2),
         ends_at = ends_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2),
         next_at = next_at - make_interval(secs => $2), answered_at = answered_at - make_interval(secs => $2),
         closed_at = closed_at - make_interval(secs => $2)
       WHERE id = $1`,
      [id, seconds],
    );
  }

  /** Lets one end later than its number says, so that a busy machine finds it as it was before the end. */
  prolong(id: string, seconds: number): Promise<unknown> {
    return this.sql('UPDATE test_authentications SET ends_at = ends_at + make_interval(secs => $2) WHERE id = $1', [
      id,
      seconds,
    ]);
  }

  /** Deletes one, as the purge does a day later. */
  remove(id: string): Promise<unknown> {
    return this.sql('DELETE FROM test_authentications WHERE id = $1', [id]);
  }

  async find(id: string): Promise<{ state: string; person: Buffer | null; code: string | null } | undefined> {
    return (
      await this.sql<{ state: string; person: Buffer | null; code: string | null }>(
        'SELECT state, person, code FROM test_authentications WHERE id = $1',
        [id],
      )
    )[0];
  }

  /** What a test must leave untouched: the rows of live starts, of what is sent, and of budgets and audits. */
  async liveRows(): Promise<Record<string, string | null>> {
    const [counts] = await this.sql<Record<string, string | null>>(
      `SELECT (SELECT count(*) FROM authentications) AS authentications, (SELECT count(*) FROM deliveries) AS deliveries,
         (SELECT count(*) FROM idempotency_keys) AS keys, (SELECT count(*) FROM text_messages) AS messages,
         (SELECT count(*) FROM audit_entries) AS audit,
         (SELECT md5(string_agg(b::text, '' ORDER BY b::text)) FROM start_budgets b) AS budgets`,
    );
    return counts ?? {};
  }
}
