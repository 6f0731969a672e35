import { Injectable } from '@nestjs/common';
import type { PublicJwk } from '../crypto/keyring.ts';
import { Database } from '../database.ts';
import {
  CODE_ATTEMPTS,
  LIFETIME_SECONDS,
  RESEND_INTERVAL_SECONDS,
  RESENDS,
  STARTS_PER_DAY,
  STARTS_PER_TEN_MINUTES,
  type AuthenticationState,
  type Channel,
  type DeclineReason,
} from '../domain/authentication.ts';
import { PIN_ATTEMPTS } from '../domain/device.ts';

/** Milliseconds are all that callers are told of an instant, so no more is kept: what is answered twice is equal. */
const NOW = `date_trunc('milliseconds', now())`;
/** What goes when an authentication closes without having been verified. */
const WIPED = `code_digest = NULL, sms_code = NULL, envelope = NULL, end_user = NULL, person = NULL`;
/** The delivery's first deadline: by then the fast way has carried it, or the sweep takes it up. */
const FIRST_SWEEP = `now() + interval '2 seconds'`;

/** The line that a person named, and what stands on it. */
export interface NamedLine {
  lineId: string;
  owner: Buffer;
  subscriptionId: string | null;
  protectedSince: Date | null;
}

const NAMED_LINE = {
  name: 'authentication_named_line',
  text: `SELECT l.id AS "lineId", l.owner, s.id AS "subscriptionId", s.protected_since AS "protectedSince"
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
  subscriptionId: string | null;
  channel: Channel;
  purpose: string;
  endUser: Buffer | null;
  nonce: Buffer;
  codeDigest: Buffer | null;
  smsCode: Buffer | null;
  idempotency: { keyDigest: Buffer; requestDigest: Buffer } | null;
}

/**
 * The whole start in one statement. In order: an equal Idempotency-Key that is still at work holds it off; the
 * person's budget is spent, and then the number's at this relying party, which keeps anybody from trying birth dates on
 * it; the older pending one of this relying party gives way; the authentication, its key and its first delivery are
 * written. The budget's row makes starts of one person take turns.
 */
const START = {
  name: 'authentication_start',
  text: `WITH known AS MATERIALIZED (
      SELECT 1 FROM idempotency_keys WHERE client_id = $2 AND key_digest = $13
    ), gate AS MATERIALIZED (
      SELECT CASE WHEN $13::bytea IS NULL OR EXISTS (SELECT 1 FROM known) THEN true
        ELSE pg_try_advisory_xact_lock(hashtextextended($2::text || encode($13, 'hex'), 0)) END AS open
    ), budget AS (
      INSERT INTO start_budgets AS b (person_index, starts)
      SELECT $3, ARRAY[now()] FROM gate WHERE open AND NOT EXISTS (SELECT 1 FROM known)
      ON CONFLICT (person_index) DO UPDATE SET
        starts = ARRAY(SELECT s FROM unnest(b.starts) s WHERE s > now() - interval '1 day') || now()
      WHERE (SELECT count(*) FROM unnest(b.starts) s WHERE s > now() - interval '10 minutes') < ${STARTS_PER_TEN_MINUTES}
        AND (SELECT count(*) FROM unnest(b.starts) s WHERE s > now() - interval '1 day') < ${STARTS_PER_DAY}
      RETURNING 1
    ), tries AS (
      INSERT INTO start_budgets AS b (person_index, starts)
      SELECT $16, ARRAY[now()] FROM budget
      ON CONFLICT (person_index) DO UPDATE SET
        starts = ARRAY(SELECT s FROM unnest(b.starts) s WHERE s > now() - interval '1 day') || now()
      WHERE (SELECT count(*) FROM unnest(b.starts) s WHERE s > now() - interval '1 day') < ${STARTS_PER_DAY}
      RETURNING 1
    ), older AS (
      UPDATE authentications SET closed_at = least(${NOW}, expires_at), ${WIPED},
        state = CASE WHEN expires_at <= now() THEN 'expired' ELSE 'cancelled' END
      WHERE client_id = $2 AND person_index = ANY($4) AND closed_at IS NULL
        AND EXISTS (SELECT 1 FROM tries)
      RETURNING 1
    ), started AS (
      INSERT INTO authentications (id, client_id, person_index, line_id, subscription_id, channel, state, purpose,
        end_user, nonce, code_digest, sms_code, person, sent_at, requested_at, expires_at)
      SELECT $1, $2, $3, $5, $6, $7, 'pending', $8, $9, $10, $11, $12, $15, now(), ${NOW},
        ${NOW} + interval '${LIFETIME_SECONDS} seconds'
      FROM tries WHERE (SELECT count(*) FROM older) >= 0
      RETURNING id, client_id, channel, expires_at
    ), claimed AS (
      INSERT INTO idempotency_keys (client_id, key_digest, request_digest, authentication_id)
      SELECT client_id, $13, $14, id FROM started WHERE $13 IS NOT NULL
    ), promised AS (
      INSERT INTO deliveries (kind, authentication_id, due_at, created_at, expires_at)
      SELECT CASE channel WHEN 'push' THEN 'wake' ELSE 'sms' END, id, ${FIRST_SWEEP}, now(), expires_at FROM started
      RETURNING id
    )
    SELECT gate.open, started.expires_at AS "expiresAt", promised.id AS "deliveryId"
    FROM gate LEFT JOIN started ON true LEFT JOIN promised ON true`,
};

const BY_IDEMPOTENCY_KEY = {
  name: 'authentication_by_idempotency_key',
  text: `SELECT k.request_digest AS "requestDigest", a.id, a.channel, a.expires_at AS "expiresAt"
    FROM idempotency_keys k JOIN authentications a ON a.id = k.authentication_id
    WHERE k.client_id = $1 AND k.key_digest = $2`,
};

const STARTS = {
  name: 'authentication_starts',
  text: `SELECT person_index = $1 AS "ofPerson", starts, now() AS now FROM start_budgets WHERE person_index IN ($1, $2)`,
};

/** What a relying party is told. */
export interface Seen {
  id: string;
  clientId: string;
  channel: Channel;
  state: AuthenticationState;
  expired: boolean;
  expiresAt: Date;
  attemptsLeft: number;
  closedAt: Date | null;
  lineId: string | null;
  /** Who was named at the start, encrypted; there while it is open or verified. */
  person: Buffer | null;
}

const SEEN = `a.id, a.client_id AS "clientId", a.channel, a.state, a.expires_at <= now() AS expired,
  a.expires_at AS "expiresAt", ${CODE_ATTEMPTS} - a.attempts AS "attemptsLeft", a.closed_at AS "closedAt",
  a.line_id AS "lineId", a.person`;

const SEE = {
  name: 'authentication_see',
  text: `SELECT ${SEEN} FROM authentications a WHERE a.id = $1 AND a.client_id = $2`,
};

const STATES_OF = {
  name: 'authentication_states',
  text: `SELECT id, CASE WHEN state IN ('pending', 'opened') AND expires_at <= now() THEN 'expired' ELSE state END AS state
    FROM authentications WHERE id = ANY($1)`,
};

/** A code exists, it is this one under one of the keys, and whoever it was sent to may still be served. */
const RIGHT = `(coalesce(a.code_digest = ANY($3), false) AND (a.channel = 'sms' OR EXISTS (
  SELECT 1 FROM subscriptions s WHERE s.id = a.subscription_id AND s.state = 'active')))`;
const CLOSES = `(${RIGHT} OR a.attempts + 1 >= ${CODE_ATTEMPTS})`;

/**
 * Counts an attempt and judges it in the same statement: whoever is not counted learns nothing, and one row decides
 * which of ten thousand right codes was the first. Digests are compared, not codes, and under a key that no caller
 * has, so the time it takes tells nothing. An authentication without a code, or of a subscription that is not active,
 * is counted all the same and looks like any wrong code.
 */
const TRY_CODE = {
  name: 'authentication_try_code',
  text: `UPDATE authentications a SET
      attempts = a.attempts + 1,
      state = CASE WHEN ${RIGHT} THEN 'verified' WHEN ${CLOSES} THEN 'failed' ELSE a.state END,
      closed_at = CASE WHEN ${CLOSES} THEN ${NOW} END,
      code_digest = CASE WHEN ${CLOSES} THEN NULL ELSE a.code_digest END,
      sms_code = CASE WHEN ${CLOSES} THEN NULL ELSE a.sms_code END,
      envelope = CASE WHEN ${CLOSES} THEN NULL ELSE a.envelope END,
      end_user = CASE WHEN ${CLOSES} THEN NULL ELSE a.end_user END,
      person = CASE WHEN ${CLOSES} AND NOT ${RIGHT} THEN NULL ELSE a.person END
    WHERE a.id = $1 AND a.client_id = $2 AND a.state IN ('pending', 'opened')
      AND a.attempts < ${CODE_ATTEMPTS} AND a.expires_at > now()
    RETURNING ${SEEN}`,
};

/** What the app is told of an authentication, and what is sealed with its code. */
export interface Asked {
  id: string;
  clientId: string;
  relyingParty: string;
  purpose: string;
  requestedAt: Date;
  expiresAt: Date;
  expired: boolean;
  endUser: Buffer | null;
  nonce: Buffer;
  state: AuthenticationState;
  envelope: string | null;
}

/** What a counted PIN is compared with, and what is sealed if it is right. */
export interface CountedPin {
  knowledgeKey: Buffer;
  encryptionKey: PublicJwk;
  attemptsLeft: number;
  clientId: string;
  relyingParty: string;
  purpose: string;
  expiresAt: Date;
  nonce: Buffer;
}

const ASKED = `SELECT a.id, a.client_id AS "clientId", c.name AS "relyingParty", a.purpose, a.requested_at AS "requestedAt",
    a.expires_at AS "expiresAt", a.expires_at <= now() AS expired, a.end_user AS "endUser", a.nonce, a.state, a.envelope
  FROM authentications a JOIN clients c ON c.id = a.client_id
    JOIN devices d ON d.subscription_id = a.subscription_id AND d.id = $1 AND d.state = 'active'`;

/** A bound on requested_at keeps the index to the last three minutes of a long history. */
const PENDING = {
  name: 'authentication_pending',
  text: `${ASKED} JOIN subscriptions s ON s.id = a.subscription_id AND s.state = 'active'
    WHERE a.subscription_id = $2 AND a.channel = 'push' AND a.state IN ('pending', 'opened') AND a.expires_at > now()
      AND a.requested_at > now() - interval '${LIFETIME_SECONDS} seconds'
    ORDER BY a.requested_at`,
};

const ASKED_OF = { name: 'authentication_asked_of', text: `${ASKED} WHERE a.id = $2 AND a.channel = 'push'` };

/**
 * Counts a PIN before anybody compares it, and hands what it is compared with to whoever was counted. There is nothing
 * to count where there is nothing to open.
 */
const COUNT_PIN = {
  name: 'authentication_count_pin',
  text: `WITH counted AS (
      UPDATE devices d SET pin_failures = d.pin_failures + 1
      WHERE d.id = $1 AND d.state = 'active' AND d.pin_failures < ${PIN_ATTEMPTS} AND EXISTS (
        SELECT 1 FROM authentications a WHERE a.id = $2 AND a.subscription_id = d.subscription_id
          AND a.channel = 'push' AND a.state IN ('pending', 'opened') AND a.expires_at > now())
      RETURNING d.knowledge_key AS "knowledgeKey", d.encryption_key AS "encryptionKey",
        ${PIN_ATTEMPTS} - d.pin_failures AS "attemptsLeft"
    )
    SELECT counted.*, a.client_id AS "clientId", c.name AS "relyingParty", a.purpose, a.expires_at AS "expiresAt", a.nonce
    FROM counted, authentications a JOIN clients c ON c.id = a.client_id WHERE a.id = $2`,
};

/** A right PIN is forgiven its earlier misses whether or not there still was something to open. */
const OPEN = {
  name: 'authentication_open',
  text: `WITH opened AS (
      UPDATE authentications a SET state = 'opened', device_id = $2, code_digest = $3, envelope = $4
      WHERE a.id = $1 AND a.state = 'pending' AND a.channel = 'push' AND a.expires_at > now()
        AND EXISTS (SELECT 1 FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
          WHERE s.id = a.subscription_id AND s.state = 'active' AND d.id = $2 AND d.state = 'active')
      RETURNING a.id, a.expires_at
    ), forgiven AS (
      UPDATE devices SET pin_failures = 0 WHERE id = $2 AND pin_failures > 0
    )
    INSERT INTO deliveries (kind, authentication_id, device_id, due_at, created_at, expires_at)
    SELECT 'code', id, $2, ${FIRST_SWEEP}, now(), expires_at FROM opened RETURNING id`,
};

const DECLINE = {
  name: 'authentication_decline',
  text: `UPDATE authentications a SET state = 'declined', decline_reason = $3, device_id = $2, closed_at = ${NOW}, ${WIPED}
    WHERE a.id = $1 AND a.channel = 'push' AND a.state IN ('pending', 'opened') AND a.expires_at > now()
      AND EXISTS (SELECT 1 FROM devices d
        WHERE d.id = $2 AND d.subscription_id = a.subscription_id AND d.state = 'active')
    RETURNING a.id`,
};

const CANCEL = {
  name: 'authentication_cancel',
  text: `WITH cancelled AS (
      UPDATE authentications SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now()
      RETURNING id, channel, expires_at
    ), promised AS (
      INSERT INTO deliveries (kind, authentication_id, due_at, created_at, expires_at)
      SELECT 'cancelled', id, ${FIRST_SWEEP}, now(), expires_at FROM cancelled WHERE channel = 'push' RETURNING id
    )
    SELECT cancelled.id, promised.id AS "deliveryId" FROM cancelled LEFT JOIN promised ON true`,
};

/** A sending that is still waiting gives way to the new one: a centre that was away must not send the same four times. */
const RESEND = {
  name: 'authentication_resend',
  text: `WITH resent AS (
      UPDATE authentications SET resends = resends + 1, sent_at = now()
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now()
        AND resends < ${RESENDS} AND sent_at <= now() - interval '${RESEND_INTERVAL_SECONDS} seconds'
      RETURNING id, channel, expires_at
    ), waiting AS (
      DELETE FROM deliveries WHERE authentication_id IN (SELECT id FROM resent)
        AND kind IN ('wake', 'sms') AND (claimed_until IS NULL OR claimed_until <= now())
    )
    INSERT INTO deliveries (kind, authentication_id, due_at, created_at, expires_at)
    SELECT CASE channel WHEN 'sms' THEN 'sms' ELSE 'wake' END, id, ${FIRST_SWEEP}, now(), expires_at
    FROM resent RETURNING id`,
};

const SENDINGS = {
  name: 'authentication_sendings',
  text: `SELECT ${RESENDS} - resends AS "resendsLeft",
      ceil(extract(epoch FROM sent_at + interval '${RESEND_INTERVAL_SECONDS} seconds' - now()))::int AS "waitSeconds",
      ceil(extract(epoch FROM expires_at - now()))::int AS "secondsLeft"
    FROM authentications WHERE id = $1`,
};

const EXPIRE = {
  name: 'authentication_expire',
  text: `UPDATE authentications SET state = 'expired', closed_at = expires_at, ${WIPED}
    WHERE id IN (SELECT id FROM authentications WHERE closed_at IS NULL AND expires_at <= now()
      ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED)`,
};

const FORGET_KEYS = {
  name: 'authentication_forget_keys',
  text: `DELETE FROM idempotency_keys WHERE (client_id, key_digest) IN (SELECT client_id, key_digest
    FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT 5000)`,
};

/** Budgets that no longer count: a hundredth of the table at a time, so that no index has to follow every start. */
const FORGET_BUDGETS = {
  name: 'authentication_forget_budgets',
  text: `DELETE FROM start_budgets WHERE ctid = ANY(ARRAY(SELECT ctid FROM start_budgets TABLESAMPLE SYSTEM (1)
    WHERE starts[cardinality(starts)] < now() - interval '1 day' LIMIT 5000))
    AND starts[cardinality(starts)] < now() - interval '1 day'`,
};

@Injectable()
export class AuthenticationStore {
  constructor(private readonly database: Database) {}

  async namedLine(phoneIndexes: Buffer[]): Promise<NamedLine | undefined> {
    return (await this.database.rows<NamedLine>(NAMED_LINE, [phoneIndexes]))[0];
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

  /** The last day's starts of a person and of a number, newest last, and the database's clock. */
  async starts(personIndex: Buffer, numberIndex: Buffer): Promise<{ ofPerson: boolean; starts: Date[]; now: Date }[]> {
    return this.database.rows(STARTS, [personIndex, numberIndex]);
  }

  async see(id: string, clientId: string): Promise<Seen | undefined> {
    return (await this.database.rows<Seen>(SEE, [id, clientId]))[0];
  }

  async statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]> {
    return this.database.rows(STATES_OF, [ids]);
  }

  /** Undefined when the attempt did not count, because nothing is open any more. */
  async tryCode(id: string, clientId: string, digests: Buffer[]): Promise<Seen | undefined> {
    return (await this.database.rows<Seen>(TRY_CODE, [id, clientId, digests]))[0];
  }

  async pending(deviceId: string, subscriptionId: string): Promise<Asked[]> {
    return this.database.rows<Asked>(PENDING, [deviceId, subscriptionId]);
  }

  async askedOf(deviceId: string, id: string): Promise<Asked | undefined> {
    return (await this.database.rows<Asked>(ASKED_OF, [deviceId, id]))[0];
  }

  /** Undefined when the PIN is locked, or there is nothing that this device could open: nothing may be compared then. */
  async countPin(deviceId: string, id: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin>(COUNT_PIN, [deviceId, id]))[0];
  }

  /** The promised delivery of the code; undefined when there was nothing to open. */
  async open(id: string, deviceId: string, codeDigest: Buffer, envelope: string): Promise<string | undefined> {
    return (await this.database.rows<{ id: string }>(OPEN, [id, deviceId, codeDigest, envelope]))[0]?.id;
  }

  async decline(id: string, deviceId: string, reason: DeclineReason): Promise<boolean> {
    return (await this.database.rows(DECLINE, [id, deviceId, reason])).length === 1;
  }

  async cancel(id: string, clientId: string): Promise<{ deliveryId: string | null } | undefined> {
    return (await this.database.rows<{ deliveryId: string | null }>(CANCEL, [id, clientId]))[0];
  }

  /** The promised delivery; undefined when it may not be sent again now. */
  async resend(id: string, clientId: string): Promise<string | undefined> {
    return (await this.database.rows<{ id: string }>(RESEND, [id, clientId]))[0]?.id;
  }

  async sendings(id: string): Promise<{ resendsLeft: number; waitSeconds: number; secondsLeft: number } | undefined> {
    type Row = { resendsLeft: number; waitSeconds: number; secondsLeft: number };
    return (await this.database.rows<Row>(SENDINGS, [id]))[0];
  }

  /** Closes what ran out of time, and wipes its code. */
  async expire(): Promise<void> {
    await this.database.rows(EXPIRE, []);
  }

  async forgetOldBudgets(): Promise<void> {
    await this.database.rows(FORGET_BUDGETS, []);
  }

  /** Idempotency keys are kept for 24 hours (contract). */
  async forgetIdempotencyKeys(): Promise<void> {
    await this.database.rows(FORGET_KEYS, []);
  }
}
