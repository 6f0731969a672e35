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

  /** All rows as text, and their bytes as a reader would see characters in them. */
  async allText(): Promise<string> {
    const rows = await this.sql<{ row: string; bytes: string }>(
      `SELECT row_to_json(r)::text AS row, encode(parameters, 'escape') AS bytes FROM openid_requests r`,
      [],
    );
    return rows.map(({ row, bytes }) => row + bytes).join('\n');
  }
}
