import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { deviceBond, type OuterJoined } from '../database/statement-parts.ts';
import { REPLACED_HOURS } from '../domain/alert.ts';
import { CLAIM_SECONDS } from '../domain/delivery.ts';
import type { Authentication } from '../authentication/authentication.entity.ts';
import { smsPermitted } from '../authentication/statement-parts.ts';
import type { Device } from '../devices/device.entity.ts';
import type { StoredNotice } from '../notices/stored-notice.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Delivery } from './delivery.entity.ts';

/** One claimed delivery with everything that sending it needs. `person` and `texts` are encrypted. */
export type Claimed = Pick<Delivery, 'id' | 'kind' | 'attempts'> &
  OuterJoined<
    Pick<Authentication, 'state' | 'channel' | 'envelope' | 'smsCode' | 'lineId' | 'person' | 'texts' | 'codeHost'>
  > &
  OuterJoined<Pick<Device, 'pushService' | 'pushToken' | 'testEnvelope'>> & {
    secondsLeft: number;
    authenticationId: Authentication['id'] | null;
    relyingParty: Client['name'] | null;
    /** True if the line is protected now and SMS is not permitted; then no code goes by SMS. */
    lineProtected: boolean;
    /** True if the line is protected, whether or not SMS is permitted. Asked for codes by SMS alone. */
    ofProtected: boolean;
    /** True if the line changed hands or number since the authentication was started. */
    lineChanged: boolean;
    /** True for a delivery of a held start: the worker claims it as any other, and sends no push and no SMS. */
    isHeld: boolean;
    deviceId: Device['id'] | null;
    /** What the push token is bound to. */
    bond: string | null;
    /** Null without an alert, and once it was answered or has ended. */
    openAlertId: string | null;
    notice: Pick<StoredNotice, 'id' | 'kind' | 'detail' | 'address'> | null;
  };

type ClaimedRow = Omit<Claimed, 'notice'> & {
  noticeId: StoredNotice['id'] | null;
  noticeKind: StoredNotice['kind'];
  noticeDetail: StoredNotice['detail'];
  noticeAddress: StoredNotice['address'];
};

/**
 * Claims deliveries that no other worker has claimed. A postponed delivery is not claimed before `due_at`.
 * The wake-up and its cancellation go to the subscription's own phone, or to the device that must sign.
 * A code and a test code go to the device for which they were encrypted, unless it is revoked. An alert goes also to a
 * phone whose place another one took lately.
 */
const CLAIM = statement(
  'delivery_claim',
  `WITH claimed AS (
      UPDATE deliveries SET claimed_until = clock_timestamp() + interval '${CLAIM_SECONDS} seconds', attempts = attempts + 1
      WHERE id = ANY($1::bigint[]) AND (claimed_until IS NULL OR claimed_until <= now())
        AND (attempts = 0 OR due_at <= now())
      RETURNING id, kind, attempts, authentication_id, device_id, notice_id, alert_id, expires_at
    )
    SELECT c.id, c.kind, c.attempts, extract(epoch FROM c.expires_at - now())::float AS "secondsLeft",
      a.id AS "authenticationId", CASE WHEN a.expires_at <= now() AND a.closed_at IS NULL THEN 'expired' ELSE a.state END AS state,
      a.channel, a.envelope, a.sms_code AS "smsCode", a.code_host AS "codeHost",
      rp.name AS "relyingParty", a.line_id AS "lineId", CASE WHEN c.kind = 'sms' THEN a.person END AS person,
      CASE WHEN c.kind = 'sms' THEN a.texts END AS texts,
      c.kind = 'sms' AND EXISTS (SELECT 1 FROM subscriptions p WHERE p.line_id = a.line_id AND p.state <> 'cancelled'
        AND p.protected_since IS NOT NULL AND NOT ($2 AND ${smsPermitted('p.id', 'a.client_id')})) AS "lineProtected",
      c.kind = 'sms' AND EXISTS (SELECT 1 FROM subscriptions q WHERE q.line_id = a.line_id AND q.state <> 'cancelled'
        AND q.protected_since IS NOT NULL) AS "ofProtected",
      c.kind = 'sms' AND EXISTS (SELECT 1 FROM lines l WHERE l.id = a.line_id AND l.version <> a.line_version) AS "lineChanged",
      c.kind <> 'code' AND coalesce(a.held, false) AS "isHeld",
      d.id AS "deviceId", d.push_service AS "pushService", d.push_token AS "pushToken", ${deviceBond('d')} AS bond,
      d.test_envelope AS "testEnvelope",
      x.id AS "openAlertId", n.id AS "noticeId", n.kind AS "noticeKind", n.detail AS "noticeDetail", n.address AS "noticeAddress"
    FROM claimed c
      LEFT JOIN notices n ON n.id = c.notice_id
      LEFT JOIN alerts x ON x.id = c.alert_id AND x.state = 'open'
      LEFT JOIN authentications a ON a.id = c.authentication_id
      LEFT JOIN clients rp ON rp.id = a.client_id
      LEFT JOIN subscriptions s ON s.id = a.subscription_id
      LEFT JOIN LATERAL (
        SELECT * FROM devices WHERE id = c.device_id AND (state <> 'revoked'
          OR c.kind = 'alert' AND replaced_at > now() - interval '${REPLACED_HOURS} hours')
        UNION ALL
        SELECT * FROM devices WHERE c.device_id IS NULL AND s.state = 'active'
          AND subscription_id = a.subscription_id AND state = 'active'
          AND CASE a.channel WHEN 'sign' THEN id = a.device_id ELSE issuer_id IS NULL END
      ) d ON true`,
);

const FINISH = statement('delivery_finish', 'DELETE FROM deliveries WHERE id = ANY($1::bigint[])');

const POSTPONE = statement(
  'delivery_postpone',
  `UPDATE deliveries d SET claimed_until = NULL, due_at = now() + make_interval(secs => p.ms / 1000.0)
    FROM unnest($1::bigint[], $2::int[], $3::float[]) AS p (id, attempts, ms)
    WHERE d.id = p.id AND d.attempts = p.attempts`,
);

/** The unclaimed deliveries that are due. CLAIM decides which of several workers gets one. */
const DUE = statement(
  'delivery_due',
  `SELECT id FROM deliveries
    WHERE due_at <= now() AND expires_at > now() AND (claimed_until IS NULL OR claimed_until <= now())
    ORDER BY due_at LIMIT 200`,
);

/** The maximum number of deliveries that one statement deletes. */
const DROP_BATCH = 1_000;

const DROP_EXPIRED = statement(
  'delivery_drop_expired',
  `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE expires_at <= now() AND due_at <= now()
    LIMIT ${DROP_BATCH} FOR UPDATE SKIP LOCKED)`,
);

/** The deliveries that a transaction has queued and no platform has accepted yet. */
@Injectable()
export class DeliveryStore {
  private readonly smsPermittable: boolean;

  constructor(
    private readonly database: Database,
    environment: Environment,
  ) {
    this.smsPermittable = environment.SMS_PERMISSION_MINUTES > 0;
  }

  /** Claims those of `ids` that are free and due, each for CLAIM_SECONDS, and counts the attempt. */
  async claim(ids: readonly string[]): Promise<Claimed[]> {
    const rows = await this.database.sharedRows<ClaimedRow>(CLAIM, [ids, this.smsPermittable], null);
    return rows.map(({ noticeId: id, noticeKind: kind, noticeDetail: detail, noticeAddress: address, ...row }) => ({
      ...row,
      notice: id === null ? null : { id, kind, detail, address },
    }));
  }

  /** Deletes deliveries that need no further attempt. */
  async finish(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.database.sharedRows(FINISH, [ids], null);
  }

  /**
   * Postpones only deliveries that this worker still holds: after its claim has expired, another worker may hold one.
   */
  async postpone(deliveries: readonly { id: string; attempts: number; ms: number }[]): Promise<void> {
    if (deliveries.length === 0) return;
    const columns = [
      deliveries.map(({ id }) => id),
      deliveries.map(({ attempts }) => attempts),
      deliveries.map(({ ms }) => ms),
    ];
    await this.database.rows(POSTPONE, columns);
  }

  /** Ids of unclaimed deliveries that are due, at most 200, oldest first. */
  async due(): Promise<string[]> {
    return (await this.database.rows<{ id: string }>(DUE, [])).map(({ id }) => id);
  }

  /** Deletes a batch of expired deliveries. Returns true if more may remain. */
  async dropExpired(): Promise<boolean> {
    return (await this.database.changed(DROP_EXPIRED, [])) === DROP_BATCH;
  }
}
