import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import { future } from '../database/criteria.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import type { WindowMethod } from '../domain/authentication.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { tell, TOLD } from '../webhooks/tell.ts';
import { Window } from './window.entity.ts';

/** Seconds for which a hosted window is valid (contract: ten minutes). */
export const WINDOW_SECONDS = 600;

/** A window with the data of its relying party that the page needs. */
export type StoredWindow = Pick<
  Window,
  | 'id'
  | 'clientId'
  | 'purpose'
  | 'purposeCipher'
  | 'returnUrl'
  | 'returnState'
  | 'locale'
  | 'method'
  | 'name'
  | 'browserDigest'
  | 'authenticationId'
  | 'isTest'
  | 'match'
  | 'flow'
> &
  Pick<Client, 'frameOrigins'> & { relyingParty: Client['name']; expired: boolean };

/** The same with its purpose in readable form. */
export type HostedWindow = Omit<StoredWindow, 'purpose' | 'purposeCipher'> & { purpose: string };

export type NewWindow = Pick<
  Window,
  'id' | 'clientId' | 'purposeCipher' | 'returnUrl' | 'returnState' | 'locale' | 'method' | 'name' | 'isTest' | 'match'
> &
  Partial<Pick<Window, 'browserDigest' | 'flow'>>;

const BY_ID = statement(
  'window_by_id',
  `SELECT w.id, w.client_id AS "clientId", c.name AS "relyingParty", w.purpose,
      w.purpose_cipher AS "purposeCipher", w.return_url AS "returnUrl",
      w.return_state AS "returnState", w.locale, w.method, w.name, w.browser_digest AS "browserDigest",
      w.authentication_id AS "authenticationId", c.frame_origins AS "frameOrigins", w.is_test AS "isTest",
      w.match, w.flow,
      w.expires_at <= now() AS expired
    FROM windows w JOIN clients c ON c.id = w.client_id WHERE w.id = $1`,
);

/** By the clock, and not by the time at which it began: it may have waited for the statement that ended the window. */
const ATTACH = statement(
  'window_attach',
  `UPDATE windows SET authentication_id = $2, method = $3 WHERE id = $1 AND authentication_id IS NULL
    RETURNING expires_at <= clock_timestamp() AS "isOver"`,
);

/**
 * Attaches the authentication by the other method, found by its idempotency key, but only when the start cancelled the
 * first one. A first authentication that was verified meanwhile stays attached.
 */
const GO_ON = statement(
  'window_go_on',
  `UPDATE windows w SET authentication_id = k.authentication_id
    FROM idempotency_keys k, authentication_records a
    WHERE w.id = $1 AND w.authentication_id = $2 AND a.id = $2 AND a.state = 'cancelled'
      AND k.client_id = w.client_id AND k.key_digest = $3`,
);

/** The maximum number of windows that one statement ends. */
const END_BATCH = 1_000;

/**
 * Ends windows in which no authentication was started in time, and tells their relying parties. Those of a flow are deleted
 * instead: their relying parties know nothing of them. The authentication of any
 * other window tells of its end. A start in the window's last moment is attached within the second.
 */
const END_UNUSED = statement(
  'window_end_unused',
  `WITH ended AS (
      UPDATE windows SET ended_at = expires_at
      WHERE id IN (SELECT id FROM windows WHERE authentication_id IS NULL AND ended_at IS NULL AND flow = 'api'
        AND expires_at <= now() - interval '1 second' ORDER BY expires_at LIMIT ${END_BATCH} FOR UPDATE SKIP LOCKED)
      RETURNING id, client_id, ended_at, is_test
    ), ${tell({
      from: 'ended',
      says: `SELECT 'window.closed' AS type, x.ended_at AS happened_at,
          jsonb_build_object('windowId', x.id, 'state', 'expired', 'authenticationId', NULL)
            || CASE WHEN x.is_test THEN '{"test": true}'::jsonb ELSE '{}'::jsonb END AS data`,
    })}
    SELECT id FROM ended`,
  { writes: TOLD },
);

/** Their requests are over too, so that no browser comes back to them. */
const PURGE_UNUSED_OF_FLOWS = statement(
  'window_purge_unused',
  `DELETE FROM windows WHERE id IN (SELECT id FROM windows WHERE authentication_id IS NULL AND ended_at IS NULL
    AND expires_at <= now() - interval '5 minutes' AND flow <> 'api' LIMIT ${END_BATCH})`,
);

/** Days for which an ended window answers its relying party. */
const KEPT_DAYS = 1;
/** The maximum number of windows that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'window_purge',
  `DELETE FROM windows WHERE id IN (
    SELECT id FROM windows WHERE expires_at <= now() - interval '${KEPT_DAYS} days' LIMIT ${PURGE_BATCH})`,
);

/** The table of hosted windows. */
@Injectable()
export class WindowStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(Window) private readonly windows: Repository<Window>,
  ) {}

  /** Creates a window; returns its expiry. */
  async open(window: NewWindow): Promise<Date> {
    const expiresAt = () => `${NOW} + interval '${WINDOW_SECONDS} seconds'`;
    const insert = this.windows
      .createQueryBuilder()
      .insert()
      .values({ ...window, expiresAt });
    const { raw } = (await insert.returning('expires_at').execute()) as { raw: [{ expires_at: Date }] };
    return raw[0].expires_at;
  }

  async byId(id: string): Promise<StoredWindow | undefined> {
    return (await this.database.rows<StoredWindow>(BY_ID, [id]))[0];
  }

  /** Returns whether this browser was the first. */
  async bind(id: string, browserDigest: Buffer): Promise<boolean> {
    const unbound = { id, browserDigest: IsNull(), expiresAt: future() };
    return (await this.windows.update(unbound, { browserDigest })).affected === 1;
  }

  /**
   * Does nothing when the window already has an authentication. Returns true if the window that it attached to is over:
   * another statement has ended it since it was read.
   */
  async attach(id: string, authenticationId: string, method: WindowMethod): Promise<boolean> {
    return (await this.database.rows<{ isOver: boolean }>(ATTACH, [id, authenticationId, method]))[0]?.isOver === true;
  }

  /** Does nothing when no second authentication exists, or when the first one was not cancelled by it. */
  async goOn(id: string, first: string, keyDigest: Buffer): Promise<void> {
    await this.database.rows(GO_ON, [id, first, keyDigest]);
  }

  /** Attaches the second authentication of a test window in place of the first, which its start cancelled. */
  async goOnTo(id: string, first: string, next: string): Promise<void> {
    await this.windows.update({ id, authenticationId: first, isTest: true }, { authenticationId: next });
  }

  /** Ends a batch of windows whose time ended without an authentication. Returns true if more may remain. */
  async endUnused(): Promise<boolean> {
    return (await this.database.changed(END_UNUSED, [])) === END_BATCH;
  }

  /** Deletes a batch of windows of flows that nobody used. Returns true if more may remain. */
  async purgeUnused(): Promise<boolean> {
    return (await this.database.changed(PURGE_UNUSED_OF_FLOWS, [])) === END_BATCH;
  }

  /** Deletes a batch of windows that are no longer read. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
