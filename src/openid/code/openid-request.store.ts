import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { WINDOW_COOKIE_SECONDS } from '../../windows/window-cookie.ts';
import type { OpenIdRequest } from './openid-request.entity.ts';

/** Seconds for which a pushed request waits for its browser (RFC 9126, 2.2 suggests 5 to 600). */
export const PUSHED_SECONDS = 60;
/** Seconds for which a code is valid (RFC 6749, 4.1.2: ten minutes at most). */
export const CODE_SECONDS = 60;
/** Seconds for which a redeemed request says what `userinfo` answers: longer than an access token is valid. */
const REDEEMED_SECONDS = 600;
/** The maximum number of requests that one statement deletes. */
const PURGE_BATCH = 5_000;

const KEEP_PUSHED = statement(
  'openid_keep_pushed',
  `INSERT INTO openid_requests (id, client_id, request_uri_digest, parameters, redirect_uri, code_challenge, dpop_jkt,
      expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + interval '${PUSHED_SECONDS} seconds')`,
);

const BEGIN = statement(
  'openid_begin',
  `INSERT INTO openid_requests (id, client_id, window_id, parameters, redirect_uri, code_challenge, dpop_jkt,
      expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + interval '${WINDOW_COOKIE_SECONDS} seconds')`,
);

/** A pushed request, also while its browser is in its window. */
const PUSHED = statement(
  'openid_pushed',
  `SELECT id, parameters, window_id AS "windowId" FROM openid_requests
    WHERE request_uri_digest = $1 AND client_id = $2 AND redeemed_at IS NULL AND expires_at > now()`,
);

/** The first browser that brings a pushed request gets its window; any other finds nothing. */
const BEGIN_PUSHED = statement(
  'openid_begin_pushed',
  `UPDATE openid_requests SET window_id = $3, expires_at = now() + interval '${WINDOW_COOKIE_SECONDS} seconds'
    WHERE request_uri_digest = $1 AND client_id = $2 AND window_id IS NULL AND expires_at > now()
    RETURNING id`,
);

const BEGUN = statement(
  'openid_begun',
  `SELECT id, client_id AS "clientId", window_id AS "windowId", parameters FROM openid_requests
    WHERE id = $1 AND window_id IS NOT NULL AND redeemed_at IS NULL AND expires_at > now()`,
);

/** A browser that comes back twice gets a new code, which replaces the one before, until one is redeemed. */
const ANSWER = statement(
  'openid_answer',
  `UPDATE openid_requests SET authentication_id = $2, code_digest = $3,
      code_expires_at = now() + interval '${CODE_SECONDS} seconds',
      expires_at = greatest(expires_at, now() + interval '${CODE_SECONDS} seconds')
    WHERE id = $1 AND redeemed_at IS NULL AND expires_at > now() RETURNING id`,
);

/**
 * Spends a code. The row lock decides which of many redemptions at once was the first: each of the others reads the row as the
 * first one left it. A code that comes a second time may have been stolen, so it ends the tokens of the first time (RFC 6749,
 * 4.1.2), in the same statement: a process that ends in between cannot leave them valid.
 */
const REDEEM = statement(
  'openid_redeem',
  `WITH held AS (
      SELECT id, authentication_id, parameters, redeemed_at, code_expires_at, redirect_uri, code_challenge, dpop_jkt
      FROM openid_requests WHERE code_digest = $1 AND client_id = $2 FOR UPDATE
    ), redeemed AS (
      UPDATE openid_requests r SET redeemed_at = now(), expires_at = now() + interval '${REDEEMED_SECONDS} seconds'
      FROM held WHERE r.id = held.id AND held.redeemed_at IS NULL AND held.code_expires_at > now()
        AND held.redirect_uri = $3 AND held.code_challenge IS NOT DISTINCT FROM $4
        AND (held.dpop_jkt IS NULL OR held.dpop_jkt = $5)
      RETURNING held.id, held.authentication_id, held.parameters
    ), revoked AS (
      INSERT INTO openid_revocations (authentication_id)
      SELECT authentication_id FROM held WHERE redeemed_at IS NOT NULL
      ON CONFLICT DO NOTHING
    )
    SELECT r.id, r.authentication_id AS "authenticationId", r.parameters,
      held.code_challenge IS NOT NULL AND held.redeemed_at IS NULL AS "isChallenged"
    FROM held LEFT JOIN redeemed r ON r.id = held.id`,
);

/**
 * The person goes back to the client without a log-in. The window ends with the request: a person who then goes back in the
 * browser's history reads that it is over.
 */
const ABANDON = statement(
  'openid_abandon',
  `WITH abandoned AS (
      UPDATE openid_requests SET expires_at = now()
      WHERE id = $1 AND code_digest IS NULL AND expires_at > now() RETURNING id, window_id
    ), ended AS (
      UPDATE windows w SET expires_at = now() FROM abandoned a WHERE w.id = a.window_id AND w.expires_at > now()
    )
    SELECT id FROM abandoned`,
  { writes: { windows: 'a window whose request is over starts nothing, and says that it is over' } },
);

const OF_AUTHENTICATION = statement(
  'openid_of_authentication',
  `SELECT id, parameters FROM openid_requests
    WHERE authentication_id = $1 AND client_id = $2 AND redeemed_at IS NOT NULL`,
);

const PURGE = statement(
  'openid_purge',
  `DELETE FROM openid_requests WHERE id IN (
    SELECT id FROM openid_requests WHERE expires_at < now() LIMIT ${PURGE_BATCH})`,
);

export type NewOpenIdRequest = Pick<
  OpenIdRequest,
  'id' | 'clientId' | 'parameters' | 'redirectUri' | 'codeChallenge' | 'dpopJkt'
>;
export type KeptParameters = Pick<OpenIdRequest, 'id' | 'parameters'>;
export type PushedRequest = KeptParameters & { windowId: string | null };
export type RedeemedRequest = KeptParameters & { authenticationId: string };
export type BegunRequest = KeptParameters & { clientId: string; windowId: string };

/** The table of authorization requests. */
@Injectable()
export class OpenIdRequestStore {
  constructor(private readonly database: Database) {}

  /** Keeps a request that a client pushed, for a minute. */
  async keepPushed(request: NewOpenIdRequest, requestUriDigest: Buffer): Promise<void> {
    const { id, clientId, parameters, redirectUri, codeChallenge, dpopJkt } = request;
    await this.database.rows(KEEP_PUSHED, [
      id,
      clientId,
      requestUriDigest,
      parameters,
      redirectUri,
      codeChallenge,
      dpopJkt,
    ]);
  }

  async begin(request: NewOpenIdRequest, windowId: string): Promise<void> {
    const { id, clientId, parameters, redirectUri, codeChallenge, dpopJkt } = request;
    await this.database.rows(BEGIN, [id, clientId, windowId, parameters, redirectUri, codeChallenge, dpopJkt]);
  }

  /** A pushed request of this client, and its window once a browser has brought it. */
  async pushed(requestUriDigest: Buffer, clientId: string): Promise<PushedRequest | undefined> {
    return (await this.database.rows<PushedRequest>(PUSHED, [requestUriDigest, clientId]))[0];
  }

  /** Takes a pushed request for a window. Returns false for one that is unknown, another client's, used or older than a minute. */
  async beginPushed(requestUriDigest: Buffer, clientId: string, windowId: string): Promise<boolean> {
    return (await this.database.rows(BEGIN_PUSHED, [requestUriDigest, clientId, windowId])).length === 1;
  }

  /** A request whose browser may still come back. */
  async begun(id: string): Promise<BegunRequest | undefined> {
    return (await this.database.rows<BegunRequest>(BEGUN, [id]))[0];
  }

  /** Keeps the digest of a new code for a verified authentication. Returns false once a code was redeemed. */
  async answer(id: string, authenticationId: string, codeDigest: Buffer): Promise<boolean> {
    return (await this.database.rows(ANSWER, [id, authenticationId, codeDigest])).length === 1;
  }

  /**
   * Spends a code. Undefined unless it is unspent, unexpired and belongs to exactly this client, address and challenge, and to
   * this key if to any; `no_verifier` for an unspent one that was issued for a challenge and came without one. A code that was
   * spent before also ends the tokens that were issued for it.
   */
  async redeem(code: {
    digest: Buffer;
    clientId: string;
    redirectUri: string;
    challenge: string | null;
    jkt: string | null;
  }): Promise<RedeemedRequest | 'no_verifier' | undefined> {
    const { digest, clientId, redirectUri, challenge, jkt } = code;
    type Row = { [Name in keyof RedeemedRequest]: RedeemedRequest[Name] | null } & { isChallenged: boolean };
    const [held] = await this.database.rows<Row>(REDEEM, [digest, clientId, redirectUri, challenge, jkt]);
    if (!held) return undefined;
    const { id, authenticationId, parameters, isChallenged } = held;
    if (id !== null && authenticationId !== null && parameters !== null) return { id, authenticationId, parameters };
    return isChallenged && challenge === null ? 'no_verifier' : undefined;
  }

  /** Ends a request before a code was issued for it. Returns false for one that is over, or has a code. */
  async abandon(id: string): Promise<boolean> {
    return (await this.database.rows(ABANDON, [id])).length === 1;
  }

  /** The request for which this authentication was verified, while its tokens are valid. */
  async ofAuthentication(authenticationId: string, clientId: string): Promise<KeptParameters | undefined> {
    return (await this.database.rows<KeptParameters>(OF_AUTHENTICATION, [authenticationId, clientId]))[0];
  }

  /** Deletes a batch of requests that are over. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
