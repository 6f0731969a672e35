import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, WIPED, wipedWhere, type OuterJoined } from '../database/statement-parts.ts';
import { LIFETIME_SECONDS, MATCH_ATTEMPTS, type DeclineReason } from '../domain/authentication.ts';
import type { UnspentProof } from '../devices/device-proofs.ts';
import { countPin, RESET_PIN, resetPin } from '../devices/pin/count-pin.ts';
import type { CountedPin } from '../devices/pin/judge-pin.ts';
import { spendProof, SPENDS_PROOF } from '../devices/spend-proof.ts';
import { giveStartBack, keepQuiet } from '../lines/start-budgets.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import { aboutAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import type { Device } from '../devices/device.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Authentication } from './authentication.entity.ts';
import type { StoredTexts } from './request-texts.ts';
import { countNotMe } from './not-me-count.ts';
import { IS_FOR_DEVICE } from './statement-parts.ts';

/** The data of an authentication from which the app's view is built. */
export type DeviceRequest = Pick<
  Authentication,
  | 'id'
  | 'clientId'
  | StoredTexts
  | 'requestedAt'
  | 'expiresAt'
  | 'endUser'
  | 'nonce'
  | 'state'
  | 'envelope'
  | 'channel'
  | 'transaction'
  | 'personIndex'
  | 'held'
  | 'matchDigits'
  | 'flow'
  | 'lineId'
> & {
  relyingParty: Client['name'];
  expired: boolean;
  /** True if the person must tap a card in addition to the PIN. */
  hasCard: boolean;
};

/** The data with which a counted PIN is compared, and from which the code is sealed after the right PIN. */
export type CountedOpening = CountedPin &
  Pick<Authentication, 'clientId' | StoredTexts | 'expiresAt' | 'channel' | 'matchDigits'> &
  Pick<Device, 'encryptionKey' | 'cardKey'> & { relyingParty: Client['name'] };

/** The same for an approval, after which nothing is sealed. */
export type CountedApproval = CountedPin & Pick<Authentication, 'expiresAt' | 'matchDigits'>;

/** An authentication that the person approved. */
export type Approved = Pick<Authentication, 'id' | 'channel' | 'state' | 'expiresAt' | 'closedAt'>;

/** Wrong digits that were counted: those that are left, and the state after them. */
export type WrongMatch = Pick<Authentication, 'id' | 'channel' | 'state'> & { attemptsLeft: number };

const TEXTS = 'a.texts, a.purpose';

const request = (
  table: string,
) => `SELECT a.id, a.client_id AS "clientId", c.name AS "relyingParty", ${TEXTS}, a.requested_at AS "requestedAt",
    a.expires_at AS "expiresAt", a.expires_at <= now() AS expired, a.end_user AS "endUser", a.nonce, a.state, a.envelope,
    a.channel, a.transaction, a.person_index AS "personIndex", a.held, a.match_digits AS "matchDigits",
    a.flow, a.line_id AS "lineId", d.card_key IS NOT NULL AS "hasCard"
  FROM ${table} a JOIN clients c ON c.id = a.client_id
    JOIN devices d ON d.id = $1 AND d.state = 'active' AND ${IS_FOR_DEVICE}`;

/**
 * Spends the proof of the request and lists what it asks for: one row without an id where nothing is open.
 * The bound on requested_at limits the index scan to the last three minutes of a long history.
 */
const PENDING = statement(
  'authentication_pending',
  `WITH proven AS (${spendProof('$1', '$3')})
    SELECT EXISTS (SELECT 1 FROM proven) AS "isProven", listed.* FROM (VALUES (1)) one LEFT JOIN (
      ${request('authentications')} JOIN subscriptions s ON s.id = a.subscription_id AND s.state = 'active'
      WHERE a.subscription_id = $2 AND a.state IN ('pending', 'opened') AND a.expires_at > now()
        AND a.requested_at > now() - interval '${LIFETIME_SECONDS} seconds'
    ) listed ON true
    ORDER BY listed."requestedAt"`,
  { writes: SPENDS_PROOF },
);

const REQUEST_OF = statement('authentication_request_of', `${request('authentications')} WHERE a.id = $2`);

const PAST_REQUEST_OF = statement(
  'authentication_past_request_of',
  `${request('past_authentications')} WHERE a.id = $2`,
);

/** SQL: the authentication of the request (`$2`) is open to device `d`, and of such a channel. */
const isOpenOf = (channels: string) => `EXISTS (
        SELECT 1 FROM authentications a WHERE a.id = $2 AND ${IS_FOR_DEVICE} AND ${channels}
          AND a.state IN ('pending', 'opened') AND a.expires_at > now())`;

const COUNT_PIN = countPin('authentication_count_pin', {
  // What asks for digits where none were sent ($4), or the other way round, is refused before it costs a try.
  exists: isOpenOf(`a.channel <> 'approve' AND (a.match_digits IS NOT NULL) = $4`),
  device: 'd.encryption_key AS "encryptionKey", d.card_key AS "cardKey"',
  columns: `a.client_id AS "clientId", c.name AS "relyingParty", ${TEXTS}, a.expires_at AS "expiresAt", a.nonce, a.channel,
        a.match_digits AS "matchDigits"`,
  from: 'authentications a JOIN clients c ON c.id = a.client_id WHERE a.id = $2',
  spendsProof: true,
});

const COUNT_PIN_OF_APPROVAL = countPin('authentication_count_pin_of_approval', {
  exists: isOpenOf(`a.channel = 'approve'`),
  columns: `a.expires_at AS "expiresAt", a.nonce, a.match_digits AS "matchDigits"`,
  from: 'authentications a WHERE a.id = $2',
  spendsProof: true,
});

/** What a statement answers that also spends the proof of its request. */
type Proven<Row> = OuterJoined<Row> & { isProven: boolean };

const GIVES_BACK = { start_budgets: 'a start that is opened with the right PIN is given back with the opening, once' };
const RESETS_PIN = { devices: 'a correct PIN resets the counter even if the authentication closed meanwhile' };

/**
 * SQL: the phone (`$2`) in use of the subscription of an authentication (`a`). The locks on the subscription (`FOR SHARE`)
 * and the device (`FOR NO KEY UPDATE`) serialise its answer with a suspension of the subscription and a revocation of the
 * device.
 */
const HAS_PHONE = `EXISTS (SELECT 1 FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
          WHERE s.id = a.subscription_id AND s.state = 'active' AND d.id = $2 AND d.state = 'active'
          FOR SHARE OF s FOR NO KEY UPDATE OF d)`;

/** A correct PIN resets the failure counter even if the authentication closed meanwhile. */
const OPEN = statement(
  'authentication_open',
  `WITH opened AS (
      UPDATE authentications a SET state = 'opened', opened_at = ${NOW}, device_id = $2, code_digest = $3, envelope = $4,
        match_proven = a.match_digits IS NOT NULL
      WHERE a.id = $1 AND a.state = 'pending' AND a.channel = 'push' AND a.expires_at > now()
        AND a.match_digits IS NOT DISTINCT FROM $5 AND ${HAS_PHONE}
      RETURNING a.id, a.client_id, a.state, a.closed_at, a.expires_at, a.requested_at, a.budgets
    ), reset AS (
      ${resetPin('$2')}
    ), ${giveStartBack('opened')}, ${tell(aboutAuthentications('opened'))}
    ${enqueueDelivery({ kind: 'code', about: { authentication_id: 'id', device_id: '$2' }, expiresAt: 'expires_at', from: 'opened' })}`,
  { writes: { ...OUTBOX, ...RESETS_PIN, ...GIVES_BACK, ...TOLD } },
);

/** SQL: wrong digits end the authentication (`a`). */
const IS_LAST_MATCH = `a.match_failures + 1 >= ${MATCH_ATTEMPTS}`;

/**
 * Counts wrong digits ($3), after a correct PIN, and judges them in the same statement: the third ends the authentication,
 * and of many at the same moment three count. Right ones are not counted. The history names the phone that ended it.
 */
const COUNT_WRONG_MATCH = statement(
  'authentication_count_wrong_match',
  `WITH missed AS (
      UPDATE authentications a SET match_failures = a.match_failures + 1,
        state = CASE WHEN ${IS_LAST_MATCH} THEN 'failed' ELSE a.state END,
        closed_at = CASE WHEN ${IS_LAST_MATCH} THEN ${NOW} END,
        device_id = CASE WHEN ${IS_LAST_MATCH} THEN $2 ELSE a.device_id END, ${wipedWhere(IS_LAST_MATCH)}
      WHERE a.id = $1 AND a.state = 'pending' AND a.match_digits <> $3 AND a.match_failures < ${MATCH_ATTEMPTS}
        AND a.expires_at > now() AND ${HAS_PHONE}
      RETURNING a.id, a.client_id, a.channel, a.state, a.closed_at, ${MATCH_ATTEMPTS} - a.match_failures AS "attemptsLeft"
    ), reset AS (
      ${resetPin('$2')}
    ), ${tell(aboutAuthentications('(SELECT * FROM missed WHERE closed_at IS NOT NULL)'))}
    SELECT id, channel, state, "attemptsLeft" FROM missed`,
  { writes: { ...RESETS_PIN, ...TOLD } },
);

/**
 * Verifies the person by a correct PIN and the right digits ($3). The guard and the locks are those of the opening, so one
 * of many approvals counts, and none beside a refusal, a suspension or the end of the authentication's life.
 * A verification resets the failures of the subscription's authenticators, as one by a typed code does.
 */
const APPROVE = statement(
  'authentication_approve',
  `WITH approved AS (
      UPDATE authentications a SET state = 'verified', opened_at = ${NOW}, closed_at = ${NOW}, device_id = $2,
        end_user = NULL, match_proven = true
      WHERE a.id = $1 AND a.state = 'pending' AND a.channel = 'approve' AND a.match_digits = $3 AND a.expires_at > now()
        AND ${HAS_PHONE}
      RETURNING a.id, a.channel, a.state, a.expires_at, a.client_id, a.closed_at, a.subscription_id, a.requested_at, a.budgets
    ), locked AS (
      SELECT au.id FROM authenticators au, approved
      WHERE au.subscription_id = approved.subscription_id AND au.failures > 0 ORDER BY au.id FOR UPDATE OF au
    ), unlocked AS (
      UPDATE authenticators au SET failures = 0 FROM locked WHERE au.id = locked.id
    ), reset AS (
      ${resetPin('$2')}
    ), ${giveStartBack('approved')}, ${tell(aboutAuthentications('approved'))}
    SELECT id, channel, state, expires_at AS "expiresAt", closed_at AS "closedAt" FROM approved`,
  {
    writes: {
      authenticators: 'a person who was verified has the codes of the phone unlocked',
      ...RESETS_PIN,
      ...GIVES_BACK,
      ...TOLD,
    },
  },
);

/** The same for the channel `sign`: the phone computes the code, so no code is stored or sent. */
const OPEN_TO_SIGN = statement(
  'authentication_open_to_sign',
  `WITH opened AS (
      UPDATE authentications a SET state = 'opened', opened_at = ${NOW}
      WHERE a.id = $1 AND a.state = 'pending' AND a.channel = 'sign' AND a.device_id = $2 AND a.expires_at > now()
        AND EXISTS (SELECT 1 FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
          WHERE s.id = a.subscription_id AND s.state = 'active' AND d.id = $2 AND d.state = 'active'
          FOR SHARE OF s FOR NO KEY UPDATE OF d)
      RETURNING a.id, a.client_id, a.state, a.closed_at, a.requested_at, a.budgets
    ), reset AS (
      ${resetPin('$2')}
    ), ${giveStartBack('opened')}, ${tell(aboutAuthentications('opened'))}
    SELECT id FROM opened`,
  { writes: { ...RESETS_PIN, ...GIVES_BACK, ...TOLD } },
);

const DECLINE = statement(
  'authentication_decline',
  `WITH declined AS (
      UPDATE authentications a SET state = 'declined', decline_reason = $3, device_id = $2, closed_at = ${NOW}, ${WIPED}
      WHERE a.id = $1 AND a.state IN ('pending', 'opened') AND a.expires_at > now()
        AND EXISTS (SELECT 1 FROM devices d WHERE d.id = $2 AND d.state = 'active' AND ${IS_FOR_DEVICE})
      RETURNING a.id, a.client_id, a.state, a.closed_at, a.flow
    ), quiet AS (
      ${keepQuiet('$4', `FROM declined WHERE $3 = 'not_me'`)}
    ), counted AS (
      ${countNotMe(`declined WHERE $3 = 'not_me'`)}
    ), ${tell(aboutAuthentications('declined', { reason: '$3::text' }))}
    SELECT id FROM declined`,
  { writes: { start_budgets: 'the person’s answer and the silence that follows from it commit together', ...TOLD } },
);

/** The statements behind the app: it lists, opens and declines authentications. */
@Injectable()
export class OpenStore {
  constructor(private readonly database: Database) {}

  /** Spends the proof and lists the phone's open authentications, oldest first; null where the proof does not count. */
  async pending({ device: { deviceId, subscriptionId }, jti }: UnspentProof): Promise<DeviceRequest[] | null> {
    const values = [deviceId, subscriptionId, jti];
    const rows = await this.database.sharedRows<Proven<DeviceRequest>>(PENDING, values, deviceId);
    return rows[0]?.isProven ? rows.filter(isFound) : null;
  }

  /** Returns an authentication in any state; undefined unless it is for this device. */
  async requestOf(deviceId: string, id: string): Promise<DeviceRequest | undefined> {
    const [present] = await this.database.pipelinedRows<DeviceRequest>(REQUEST_OF, [deviceId, id]);
    if (present) return present;
    // Asked afterwards, because a row moves in this direction only.
    return (await this.database.rows<DeviceRequest>(PAST_REQUEST_OF, [deviceId, id]))[0];
  }

  /**
   * Spends the proof and counts a PIN; null where the proof does not count. Undefined when the PIN is locked, when the device
   * cannot open this authentication, or when digits came (`hasMatch`) where it asks for none, or the other way round: then the
   * caller must compare nothing.
   */
  async countPin(
    { device: { deviceId }, jti }: UnspentProof,
    id: string,
    { hasMatch }: { hasMatch: boolean },
  ): Promise<CountedOpening | undefined | null> {
    const values = [deviceId, id, jti, hasMatch];
    const [row] = await this.database.sharedRows<Proven<CountedOpening>>(COUNT_PIN, values, deviceId);
    if (!row?.isProven) return null;
    return isCounted(row) ? row : undefined;
  }

  /** The same for an approval. Undefined also when the authentication is no approval. */
  async countPinOfApproval(
    { device: { deviceId }, jti }: UnspentProof,
    id: string,
  ): Promise<CountedApproval | undefined | null> {
    const values = [deviceId, id, jti];
    const [row] = await this.database.sharedRows<Proven<CountedApproval>>(COUNT_PIN_OF_APPROVAL, values, deviceId);
    if (!row?.isProven) return null;
    return isCounted(row) ? row : undefined;
  }

  /**
   * Opens the authentication and returns the queued delivery of the code; undefined when there was nothing to open, or when
   * `match` are not its digits.
   */
  async open(
    id: string,
    deviceId: string,
    { codeDigest, envelope, match }: { codeDigest: Buffer; envelope: string; match: string | null },
  ): Promise<string | undefined> {
    const values = [id, deviceId, codeDigest, envelope, match];
    return (await this.database.sharedRows<{ id: string }>(OPEN, values, deviceId))[0]?.id;
  }

  /** Counts wrong digits; undefined when the authentication is not pending, or the phone may not answer it any more. */
  async countWrongMatch(id: string, deviceId: string, match: string): Promise<WrongMatch | undefined> {
    const [wrong] = await this.database.sharedRows<WrongMatch>(COUNT_WRONG_MATCH, [id, deviceId, match], deviceId);
    if (wrong?.state === 'failed') await this.database.closed([{ door: 'code_spent', id }]);
    return wrong;
  }

  /** Verifies the person; undefined when there was nothing to approve. */
  async approve(id: string, deviceId: string, match: string): Promise<Approved | undefined> {
    const [approved] = await this.database.sharedRows<Approved>(APPROVE, [id, deviceId, match], deviceId);
    if (approved) await this.database.closed([{ door: 'code_spent', id }]);
    return approved;
  }

  /** Opens a transaction. Returns false when there was nothing to open. */
  async openToSign(id: string, deviceId: string): Promise<boolean> {
    return (await this.database.sharedRows(OPEN_TO_SIGN, [id, deviceId], deviceId)).length === 1;
  }

  /** Resets the failure counter after a correct PIN, before the steps that may still refuse the opening. */
  async resetPin(deviceId: string): Promise<void> {
    await this.database.sharedRows(RESET_PIN, [deviceId], deviceId);
  }

  /**
   * Returns false when the authentication is not open, or not for an active device with this id. With `not_me`, the
   * relying party's starts for this person (`quietKey`) ring nothing for a while.
   */
  async decline(id: string, deviceId: string, reason: DeclineReason, quietKey: Buffer): Promise<boolean> {
    return (await this.database.rows(DECLINE, [id, deviceId, reason, quietKey])).length === 1;
  }
}

function isFound(row: Proven<DeviceRequest>): row is Proven<DeviceRequest> & DeviceRequest {
  return row.id !== null;
}

function isCounted<Counted extends CountedPin>(row: Proven<Counted>): row is Proven<Counted> & Counted {
  return row.attemptsLeft !== null;
}
