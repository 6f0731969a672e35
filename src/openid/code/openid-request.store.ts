import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { OpenIdRequest } from './openid-request.entity.ts';

/** Seconds for which a pushed request waits for its browser (RFC 9126, 2.2 suggests 5 to 600). */
export const PUSHED_SECONDS = 60;
/**
 * Seconds from the beginning until the browser must be back: the ten minutes of a window, the three of an authentication that
 * starts in the last second, and one to press the button.
 */
const BEGUN_SECONDS = 840;
/** Seconds for which a code is valid (RFC 6749, 4.1.2: ten minutes at most). */
const CODE_SECONDS = 60;
/** Seconds for which a redeemed request says what `userinfo` answers: longer than an access token is valid. */
const REDEEMED_SECONDS = 600;
/** The maximum number of requests that one statement deletes. */
const PURGE_BATCH = 5_000;

const PUSH = statement(
  'openid_push',
  `INSERT INTO openid_requests (id, client_id, request_uri_digest, parameters, redirect_uri, code_challenge, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + interval '${PUSHED_SECONDS} seconds')`,
);

const BEGIN = statement(
  'openid_begin',
  `INSERT INTO openid_requests (id, client_id, window_id, parameters, redirect_uri, code_challenge, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + interval '${BEGUN_SECONDS} seconds')`,
);

/** The first browser that brings a pushed request gets its window; any other finds nothing. */
const BEGIN_PUSHED = statement(
  'openid_begin_pushed',
  `UPDATE openid_requests SET window_id = $3, expires_at = now() + interval '${BEGUN_SECONDS} seconds'
    WHERE request_uri_digest = $1 AND client_id = $2 AND window_id IS NULL AND expires_at > now()
    RETURNING id, parameters`,
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
      code_expires_at = now() + interval '${CODE_SECONDS} seconds'
    WHERE id = $1 AND redeemed_at IS NULL AND expires_at > now() RETURNING id`,
);

/** Spends a code: the row lock decides which of many redemptions at once was the first, and the others find no row. */
const REDEEM = statement(
  'openid_redeem',
  `UPDATE openid_requests SET redeemed_at = now(), expires_at = now() + interval '${REDEEMED_SECONDS} seconds'
    WHERE code_digest = $1 AND client_id = $2 AND redirect_uri = $3 AND code_challenge IS NOT DISTINCT FROM $4
      AND redeemed_at IS NULL AND code_expires_at > now()
    RETURNING id, authentication_id AS "authenticationId", parameters`,
);

/** A code that comes a second time may have been stolen: the tokens of the first time end (RFC 6749, 4.1.2). */
const REVOKE_REUSED = statement(
  'openid_revoke_reused',
  `INSERT INTO openid_revocations (authentication_id)
    SELECT authentication_id FROM openid_requests
    WHERE code_digest = $1 AND client_id = $2 AND redeemed_at IS NOT NULL AND authentication_id IS NOT NULL
    ON CONFLICT DO NOTHING`,
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

export type NewOpenIdRequest = Pick<OpenIdRequest, 'id' | 'clientId' | 'parameters' | 'redirectUri' | 'codeChallenge'>;
export type KeptParameters = Pick<OpenIdRequest, 'id' | 'parameters'>;
export type BegunRequest = KeptParameters & { clientId: string; windowId: string };

/** The table of authorization requests. */
@Injectable()
export class OpenIdRequestStore {
  constructor(private readonly database: Database) {}

  async push(request: NewOpenIdRequest, requestUriDigest: Buffer): Promise<void> {
    const { id, clientId, parameters, redirectUri, codeChallenge } = request;
    await this.database.rows(PUSH, [id, clientId, requestUriDigest, parameters, redirectUri, codeChallenge]);
  }

  async begin(request: NewOpenIdRequest, windowId: string): Promise<void> {
    const { id, clientId, parameters, redirectUri, codeChallenge } = request;
    await this.database.rows(BEGIN, [id, clientId, windowId, parameters, redirectUri, codeChallenge]);
  }

  /** Takes a pushed request for a window. Undefined for one that is unknown, another client's, used or older than a minute. */
  async beginPushed(requestUriDigest: Buffer, clientId: string, windowId: string): Promise<KeptParameters | undefined> {
    return (await this.database.rows<KeptParameters>(BEGIN_PUSHED, [requestUriDigest, clientId, windowId]))[0];
  }

  /** A request whose browser may still come back. */
  async begun(id: string): Promise<BegunRequest | undefined> {
    return (await this.database.rows<BegunRequest>(BEGUN, [id]))[0];
  }

  /** Keeps the digest of a new code for a verified authentication. Returns false once a code was redeemed. */
  async answer(id: string, authenticationId: string, codeDigest: Buffer): Promise<boolean> {
    return (await this.database.rows(ANSWER, [id, authenticationId, codeDigest])).length === 1;
  }

  /** Spends a code. Undefined unless it is unspent, unexpired and belongs to exactly this client, address and challenge. */
  async redeem(code: {
    digest: Buffer;
    clientId: string;
    redirectUri: string;
    challenge: string | null;
  }): Promise<(KeptParameters & { authenticationId: string }) | undefined> {
    const { digest, clientId, redirectUri, challenge } = code;
    type Row = KeptParameters & { authenticationId: string };
    return (await this.database.rows<Row>(REDEEM, [digest, clientId, redirectUri, challenge]))[0];
  }

  /** Ends the tokens of a code that was redeemed before; does nothing for any other. */
  async revokeReused(codeDigest: Buffer, clientId: string): Promise<void> {
    await this.database.rows(REVOKE_REUSED, [codeDigest, clientId]);
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
