import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, WIPED, type OuterJoined } from '../database/statement-parts.ts';
import { LIFETIME_SECONDS, type DeclineReason } from '../domain/authentication.ts';
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
> & {
  relyingParty: Client['name'];
  expired: boolean;
  /** True if the person must tap a card in addition to the PIN. */
  hasCard: boolean;
};

/** The data with which a counted PIN is compared, and from which the code is sealed after the right PIN. */
export type CountedOpening = CountedPin &
  Pick<Authentication, 'clientId' | StoredTexts | 'expiresAt' | 'channel'> &
  Pick<Device, 'encryptionKey' | 'cardKey'> & { relyingParty: Client['name'] };

const TEXTS = 'a.texts, a.purpose';

const request = (
  table: string,
) => `SELECT a.id, a.client_id AS "clientId", c.name AS "relyingParty", ${TEXTS}, a.requested_at AS "requestedAt",
    a.expires_at AS "expiresAt", a.expires_at <= now() AS expired, a.end_user AS "endUser", a.nonce, a.state, a.envelope,
    a.channel, a.transaction, a.person_index AS "personIndex", a.held, d.card_key IS NOT NULL AS "hasCard"
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

const COUNT_PIN = countPin('authentication_count_pin', {
  exists: `EXISTS (
        SELECT 1 FROM authentications a WHERE a.id = $2 AND ${IS_FOR_DEVICE}
          AND a.state IN ('pending', 'opened') AND a.expires_at > now())`,
  device: 'd.encryption_key AS "encryptionKey", d.card_key AS "cardKey"',
  columns: `a.client_id AS "clientId", c.name AS "relyingParty", ${TEXTS}, a.expires_at AS "expiresAt", a.nonce, a.channel`,
  from: 'authentications a JOIN clients c ON c.id = a.client_id WHERE a.id = $2',
  spendsProof: true,
});

/** What a statement answers that also spends the proof of its request. */
type Proven<Row> = OuterJoined<Row> & { isProven: boolean };

const GIVES_BACK = { start_budgets: 'a start that is opened with the right PIN is given back with the opening, once' };
const RESETS_PIN = { devices: 'a correct PIN resets the counter even if the authentication closed meanwhile' };

/**
 * A correct PIN resets the failure counter even if the authentication closed meanwhile.
 * The locks on the subscription (`FOR SHARE`) and the device (`FOR NO KEY UPDATE`) serialise opening with a suspension
 * of the subscription and a revocation of the device.
 */
const OPEN = statement(
  'authentication_open',
  `WITH opened AS (
      UPDATE authentications a SET state = 'opened', opened_at = ${NOW}, device_id = $2, code_digest = $3, envelope = $4
      WHERE a.id = $1 AND a.state = 'pending' AND a.channel = 'push' AND a.expires_at > now()
        AND EXISTS (SELECT 1 FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
          WHERE s.id = a.subscription_id AND s.state = 'active' AND d.id = $2 AND d.state = 'active'
          FOR SHARE OF s FOR NO KEY UPDATE OF d)
      RETURNING a.id, a.client_id, a.state, a.closed_at, a.expires_at, a.requested_at, a.budgets
    ), reset AS (
      ${resetPin('$2')}
    ), ${giveStartBack('opened')}, ${tell(aboutAuthentications('opened'))}
    ${enqueueDelivery({ kind: 'code', about: { authentication_id: 'id', device_id: '$2' }, expiresAt: 'expires_at', from: 'opened' })}`,
  { writes: { ...OUTBOX, ...RESETS_PIN, ...GIVES_BACK, ...TOLD } },
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
      RETURNING a.id, a.client_id, a.state, a.closed_at
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
   * Spends the proof and counts a PIN; null where the proof does not count. Undefined when the PIN is locked or the device
   * cannot open this authentication: then the caller must compare nothing.
   */
  async countPin({ device: { deviceId }, jti }: UnspentProof, id: string): Promise<CountedOpening | undefined | null> {
    const [row] = await this.database.sharedRows<Proven<CountedOpening>>(COUNT_PIN, [deviceId, id, jti], deviceId);
    if (!row?.isProven) return null;
    return isCounted(row) ? row : undefined;
  }

  /** Opens the authentication and returns the queued delivery of the code; undefined when there was nothing to open. */
  async open(id: string, deviceId: string, codeDigest: Buffer, envelope: string): Promise<string | undefined> {
    return (await this.database.sharedRows<{ id: string }>(OPEN, [id, deviceId, codeDigest, envelope], deviceId))[0]
      ?.id;
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

function isCounted(row: Proven<CountedOpening>): row is Proven<CountedOpening> & CountedOpening {
  return row.attemptsLeft !== null;
}
