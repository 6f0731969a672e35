import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { NOW, WIPED } from '../database/statement-parts.ts';
import { LIFETIME_SECONDS, type Channel } from '../domain/authentication.ts';
import { spendStart } from '../lines/start-budgets.ts';
import { FIRST_SWEEP, smsPermitted } from './statement-parts.ts';

/** The line that a person named, and what stands on it. */
export interface NamedLine {
  lineId: string;
  lineVersion: number;
  owner: Buffer;
  subscriptionId: string | null;
  protectedSince: Date | null;
  /** Whether the subscriber permits SMS for the relying party that asks. */
  smsPermitted: boolean;
}

const NAMED_LINE = {
  name: 'authentication_named_line',
  text: `SELECT l.id AS "lineId", l.version AS "lineVersion", l.owner, s.id AS "subscriptionId",
      s.protected_since AS "protectedSince", coalesce($3 AND ${smsPermitted('s.id', '$2')}, false) AS "smsPermitted"
    FROM lines l LEFT JOIN subscriptions s ON s.line_id = l.id AND s.state <> 'cancelled'
    WHERE l.phone_index = ANY($1) AND l.status <> 'terminated'`,
};

export interface NewAuthentication {
  id: string;
  clientId: string;
  personIndex: Buffer;
  personIndexes: Buffer[];
  /** The number at this relying party, whatever birth date is tried with it. */
  numberIndex: Buffer;
  person: Buffer;
  lineId: string | null;
  lineVersion: number | null;
  subscriptionId: string | null;
  channel: Channel;
  purpose: string;
  endUser: Buffer | null;
  nonce: Buffer;
  /** What makes the code, where a phone does by itself. */
  authenticatorId: string | null;
  /** The device that is to sign. */
  deviceId: string | null;
  /** What it is to sign. */
  transaction: Buffer | null;
  codeDigest: Buffer | null;
  smsCode: Buffer | null;
  idempotency: { keyDigest: Buffer; requestDigest: Buffer } | null;
}

/**
 * The whole start in one statement. In order: an equal Idempotency-Key that is still at work holds it off; the
 * person's budget is spent, and then the number's at this relying party, which keeps anybody from trying birth dates on
 * it; the older pending one of this relying party gives way; the authentication, its key and its first delivery are
 * written. For a code that a phone makes by the time alone, there is nothing to deliver.
 */
const START = {
  name: 'authentication_start',
  text: `WITH known AS MATERIALIZED (
      SELECT 1 FROM idempotency_keys WHERE client_id = $2 AND key_digest = $13
    ), gate AS MATERIALIZED (
      SELECT CASE WHEN $13::bytea IS NULL OR EXISTS (SELECT 1 FROM known) THEN true
        ELSE pg_try_advisory_xact_lock(hashtextextended($2::text || encode($13, 'hex'), 0)) END AS open
    ), ${spendStart({
      person: '$3',
      number: '$16',
      when: 'FROM gate WHERE open AND NOT EXISTS (SELECT 1 FROM known)',
    })}, older AS (
      UPDATE authentications SET closed_at = least(${NOW}, expires_at), ${WIPED},
        state = CASE WHEN expires_at <= now() THEN 'expired' ELSE 'cancelled' END
      WHERE client_id = $2 AND person_index = ANY($4) AND closed_at IS NULL
        AND EXISTS (SELECT 1 FROM tries)
      RETURNING 1
    ), started AS (
      INSERT INTO authentications (id, client_id, person_index, line_id, line_version, subscription_id, channel, state, purpose,
        end_user, nonce, code_digest, sms_code, person, authenticator_id, device_id, transaction, sent_at, requested_at,
        expires_at)
      SELECT $1, $2, $3, $5, $17, $6, $7, 'pending', $8, $9, $10, $11, $12, $15, $18, $19, $20, now(), ${NOW},
        ${NOW} + interval '${LIFETIME_SECONDS} seconds'
      FROM tries WHERE (SELECT count(*) FROM older) >= 0
      RETURNING id, client_id, channel, expires_at
    ), claimed AS (
      INSERT INTO idempotency_keys (client_id, key_digest, request_digest, authentication_id)
      SELECT client_id, $13, $14, id FROM started WHERE $13 IS NOT NULL
    ), queued AS (
      INSERT INTO deliveries (kind, authentication_id, due_at, created_at, expires_at)
      SELECT CASE channel WHEN 'sms' THEN 'sms' ELSE 'wake' END, id, ${FIRST_SWEEP}, now(), expires_at FROM started
      WHERE channel <> 'otp'
      RETURNING id
    )
    SELECT gate.open, started.expires_at AS "expiresAt", queued.id AS "deliveryId"
    FROM gate LEFT JOIN started ON true LEFT JOIN queued ON true`,
};

const BY_IDEMPOTENCY_KEY = {
  name: 'authentication_by_idempotency_key',
  text: `SELECT k.request_digest AS "requestDigest", a.id, a.channel, a.expires_at AS "expiresAt"
    FROM idempotency_keys k JOIN authentications a ON a.id = k.authentication_id
    WHERE k.client_id = $1 AND k.key_digest = $2`,
};

/** Writes a new authentication, and finds what a start needs to know first. */
@Injectable()
export class StartStore {
  constructor(private readonly database: Database) {}

  /** `smsPermittable` false: no permission of SMS counts. */
  async namedLine(phoneIndexes: Buffer[], clientId: string, smsPermittable: boolean): Promise<NamedLine | undefined> {
    return (await this.database.rows<NamedLine>(NAMED_LINE, [phoneIndexes, clientId, smsPermittable]))[0];
  }

  /** `open` false: an equal key is still at work. No `expiresAt`: the budget, or the key, kept it from starting. */
  async start(a: NewAuthentication): Promise<{ open: boolean; expiresAt: Date | null; deliveryId: string | null }> {
    const [row] = await this.database.rows<{ open: boolean; expiresAt: Date | null; deliveryId: string | null }>(
      START,
      [
        a.id,
        a.clientId,
        a.personIndex,
        a.personIndexes,
        a.lineId,
        a.subscriptionId,
        a.channel,
        a.purpose,
        a.endUser,
        a.nonce,
        a.codeDigest,
        a.smsCode,
        a.idempotency?.keyDigest ?? null,
        a.idempotency?.requestDigest ?? null,
        a.person,
        a.numberIndex,
        a.lineVersion,
        a.authenticatorId,
        a.deviceId,
        a.transaction,
      ],
    );
    if (!row) throw new Error('the start answered no row');
    return row;
  }

  async byIdempotencyKey(
    clientId: string,
    keyDigest: Buffer,
  ): Promise<{ requestDigest: Buffer; id: string; channel: Channel; expiresAt: Date } | undefined> {
    type Row = { requestDigest: Buffer; id: string; channel: Channel; expiresAt: Date };
    return (await this.database.rows<Row>(BY_IDEMPOTENCY_KEY, [clientId, keyDigest]))[0];
  }
}
