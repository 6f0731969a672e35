import { createHash } from 'node:crypto';
import type { Sql } from './sql.ts';

/** Reads and changes authorization requests of OpenID Connect. */
export class OpenIdRequestRows {
  constructor(private readonly sql: Sql) {}

  /** Makes a code expire now. */
  expireCode(code: string): Promise<unknown> {
    const digest = createHash('sha256').update(code).digest();
    return this.sql('UPDATE openid_requests SET code_expires_at = now() WHERE code_digest = $1', [digest]);
  }

  /** Makes a window and its request `seconds` older. */
  async ageWindow(windowId: string, seconds: number): Promise<void> {
    for (const [table, key] of [
      ['windows', 'id'],
      ['openid_requests', 'window_id'],
    ])
      await this.sql(`UPDATE ${table} SET expires_at = expires_at - make_interval(secs => $2) WHERE ${key} = $1`, [
        windowId,
        seconds,
      ]);
  }

  /** Makes the verification in a window `seconds` older. */
  async ageVerification(windowId: string, seconds: number): Promise<void> {
    for (const table of ['authentications', 'past_authentications'])
      await this.sql(`UPDATE ${table} SET closed_at = closed_at - make_interval(secs => $2) WHERE window_id = $1`, [
        windowId,
        seconds,
      ]);
  }

  /** Runs `work` while the table, or that of the windows, is missing: a fault, as of a release that does not fit. */
  async missing<Result>(
    work: () => Promise<Result>,
    table: 'openid_requests' | 'windows' = 'openid_requests',
  ): Promise<Result> {
    await this.sql(`ALTER TABLE ${table} RENAME TO ${table}_away`);
    try {
      return await work();
    } finally {
      await this.sql(`ALTER TABLE ${table}_away RENAME TO ${table}`);
    }
  }

  /** Makes a code that was redeemed, and its redemption, older. */
  ageCode(code: string, seconds: number): Promise<unknown> {
    const digest = createHash('sha256').update(code).digest();
    return this.sql(
      `UPDATE openid_requests SET code_expires_at = code_expires_at - make_interval(secs => $2),
         redeemed_at = redeemed_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2)
       WHERE code_digest = $1`,
      [digest, seconds],
    );
  }

  /** Runs `work` while the database refuses new requests for a while, as one without free connections. */
  async refused<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.sql(`CREATE FUNCTION refuse_for_now() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'too many connections' USING ERRCODE = '53300'; END $$`);
    await this.sql(
      'CREATE TRIGGER refused BEFORE INSERT ON openid_requests FOR EACH ROW EXECUTE FUNCTION refuse_for_now()',
    );
    try {
      return await work();
    } finally {
      await this.sql('DROP FUNCTION refuse_for_now CASCADE');
    }
  }

  /** Deletes the request of an authentication. */
  remove(authenticationId: string): Promise<unknown> {
    return this.sql('DELETE FROM openid_requests WHERE authentication_id = $1', [authenticationId]);
  }

  /** All rows as text, and their bytes as a reader would see characters in them. */
  async allText(): Promise<string> {
    const rows = await this.sql<{ row: string; bytes: string }>(
      `SELECT row_to_json(r)::text AS row, encode(parameters, 'escape') AS bytes FROM openid_requests r`,
      [],
    );
    return rows.map(({ row, bytes }) => row + bytes).join('\n');
  }
}
