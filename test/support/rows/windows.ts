import { randomUUID } from 'node:crypto';
import type { Sql } from './sql.ts';

/** Reads and changes hosted windows. */
export class WindowRows {
  constructor(private readonly sql: Sql) {}

  /** The state of the authentication in a window. */
  async stateIn(windowId: string): Promise<string | undefined> {
    const text = 'SELECT state FROM authentication_records WHERE window_id = $1';
    return (await this.sql<{ state: string }>(text, [windowId]))[0]?.state;
  }

  /** Adds an open window; returns its id. */
  async add(window: { clientId: string; returnUrl: string }): Promise<string> {
    const id = randomUUID();
    await this.sql(
      `INSERT INTO windows (id, client_id, purpose, return_url, return_state, locale, expires_at)
       SELECT $1, id, '-', $2, '-', 'ko', now() + interval '10 minutes' FROM clients WHERE client_id = $3`,
      [id, window.returnUrl, window.clientId],
    );
    return id;
  }

  /** Makes a window expire now. */
  expire(id: string): Promise<unknown> {
    return this.sql('UPDATE windows SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Attaches an authentication to a window. */
  setAuthentication(id: string, authenticationId: string): Promise<unknown> {
    return this.sql('UPDATE windows SET authentication_id = $2 WHERE id = $1', [id, authenticationId]);
  }

  /** Sets the return address of a window. */
  setReturnUrl(id: string, url: string): Promise<unknown> {
    return this.sql('UPDATE windows SET return_url = $2 WHERE id = $1', [id, url]);
  }

  /** A whole row as text, and the encrypted name of the person. */
  async of(id: string): Promise<{ row: string; name: Buffer }> {
    const [row] = await this.sql<{ row: string; name: Buffer }>(
      'SELECT row_to_json(w)::text AS row, name FROM windows w WHERE id = $1',
      [id],
    );
    return row!;
  }
}
