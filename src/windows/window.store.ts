import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import type { WindowMethod } from '../domain/authentication.ts';

export type Locale = 'ko' | 'en';

/** Seconds for which a hosted window is valid (contract: ten minutes). */
const WINDOW_SECONDS = 600;

export interface Window {
  id: string;
  clientId: string;
  relyingParty: string;
  purpose: string;
  returnUrl: string;
  returnState: string;
  locale: Locale;
  /** The method to begin with; after the start, the method of the first authentication. */
  method: WindowMethod;
  /** The person's name as the relying party knows it, encrypted. */
  name: Buffer | null;
  browserDigest: Buffer | null;
  authenticationId: string | null;
  /** Origins of pages that may show the window in a frame. */
  frameOrigins: string[];
  expired: boolean;
}

const OPEN = {
  name: 'window_open',
  text: `INSERT INTO windows (id, client_id, purpose, return_url, return_state, locale, method, name, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, date_trunc('milliseconds', now()) + interval '${WINDOW_SECONDS} seconds')
    RETURNING expires_at AS "expiresAt"`,
};

const BY_ID = {
  name: 'window_by_id',
  text: `SELECT w.id, w.client_id AS "clientId", c.name AS "relyingParty", w.purpose, w.return_url AS "returnUrl",
      w.return_state AS "returnState", w.locale, w.method, w.name, w.browser_digest AS "browserDigest",
      w.authentication_id AS "authenticationId", c.frame_origins AS "frameOrigins", w.expires_at <= now() AS expired
    FROM windows w JOIN clients c ON c.id = w.client_id WHERE w.id = $1`,
};

/** Binds the first browser; for a second one no row matches. */
const BIND = {
  name: 'window_bind',
  text: `UPDATE windows SET browser_digest = $2
    WHERE id = $1 AND browser_digest IS NULL AND expires_at > now() RETURNING id`,
};

const ATTACH = {
  name: 'window_attach',
  text: `UPDATE windows SET authentication_id = $2, method = $3
    WHERE id = $1 AND authentication_id IS NULL RETURNING id`,
};

/**
 * Attaches the authentication by the other method, found by its idempotency key, but only when the start cancelled the
 * first one. A first authentication that was verified meanwhile stays attached.
 */
const GO_ON = {
  name: 'window_go_on',
  text: `UPDATE windows w SET authentication_id = k.authentication_id
    FROM idempotency_keys k, authentications a
    WHERE w.id = $1 AND w.authentication_id = $2 AND a.id = $2 AND a.state = 'cancelled'
      AND k.client_id = w.client_id AND k.key_digest = $3`,
};

const FORGET = {
  name: 'window_forget',
  text: `DELETE FROM windows WHERE expires_at < now() - interval '1 day'`,
};

@Injectable()
export class WindowStore {
  constructor(private readonly database: Database) {}

  async open(window: {
    id: string;
    clientId: string;
    purpose: string;
    returnUrl: string;
    returnState: string;
    locale: Locale;
    method: WindowMethod;
    name: Buffer | null;
  }): Promise<Date> {
    const { id, clientId, purpose, returnUrl, returnState, locale, method, name } = window;
    const values = [id, clientId, purpose, returnUrl, returnState, locale, method, name];
    const [row] = await this.database.rows<{ expiresAt: Date }>(OPEN, values);
    if (!row) throw new Error('an insert without a condition returned no row');
    return row.expiresAt;
  }

  async byId(id: string): Promise<Window | undefined> {
    return (await this.database.rows<Window>(BY_ID, [id]))[0];
  }

  /** Returns whether this browser was the first. */
  async bind(id: string, browserDigest: Buffer): Promise<boolean> {
    return (await this.database.rows(BIND, [id, browserDigest])).length === 1;
  }

  /** Does nothing when the window already has an authentication. */
  async attach(id: string, authenticationId: string, method: WindowMethod): Promise<void> {
    await this.database.rows(ATTACH, [id, authenticationId, method]);
  }

  /** Does nothing when no second authentication exists, or when the first one was not cancelled by it. */
  async goOn(id: string, first: string, keyDigest: Buffer): Promise<void> {
    await this.database.rows(GO_ON, [id, first, keyDigest]);
  }

  /** Removes windows that are no longer read. */
  async purge(): Promise<void> {
    await this.database.rows(FORGET, []);
  }
}
