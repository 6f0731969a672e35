import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { aboutAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import { NOW, WIPED } from '../database/statement-parts.ts';
import { HISTORY_LENGTH } from '../domain/authentication.ts';
import { PIN_NONCE_SECONDS } from '../domain/device.ts';
import { countPin, RESET_PIN } from '../devices/pin/count-pin.ts';
import type { CountedPin } from '../devices/pin/judge-pin.ts';
import type { Cancelled } from '../authentication/pending-authentications.ts';
import { smsPermitted } from '../authentication/statement-parts.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { CALL_CENTRE } from '../relying-parties/relying-parties.ts';
import { SmsPermission } from './sms-permission.entity.ts';

/** A relying party that started authentications of this subscriber; the call centre is none that could get an SMS. */
export type AskingParty = Pick<Client, 'id' | 'name' | 'refusesSms'>;

/** A given permission, as the app lists it. */
export type GivenPermission = Pick<SmsPermission, 'id'> & {
  relyingParty: Client['name'];
  permittedAt: NonNullable<SmsPermission['permittedAt']>;
  endsAt: NonNullable<SmsPermission['endsAt']>;
  active: boolean;
};

/** A request that waits for the PIN. */
type Asked = Pick<SmsPermission, 'expiresAt'> & { relyingParty: Client['name'] };

const ASKING_PARTIES = statement(
  'sms_permission_asking_parties',
  `SELECT c.id, c.name, c.refuses_sms AS "refusesSms" FROM (
      SELECT client_id, max(requested_at) AS at FROM authentication_records WHERE subscription_id = $1
        AND client_id <> '${CALL_CENTRE.id}' GROUP BY client_id ORDER BY at DESC LIMIT ${HISTORY_LENGTH}
    ) asked JOIN clients c ON c.id = asked.client_id ORDER BY asked.at DESC`,
);

const GIVEN = statement(
  'sms_permission_given',
  `SELECT p.id, c.name AS "relyingParty", p.permitted_at AS "permittedAt", coalesce(p.ended_at, p.ends_at) AS "endsAt",
      p.ended_at IS NULL AND $2 AND ${smsPermitted('p.subscription_id', 'p.client_id')} AS active
    FROM sms_permissions p JOIN clients c ON c.id = p.client_id
    WHERE p.subscription_id = $1 AND p.permitted_at IS NOT NULL ORDER BY p.permitted_at DESC LIMIT ${HISTORY_LENGTH}`,
);

/** A new request replaces the earlier one that was not confirmed. */
const ASK = statement(
  'sms_permission_ask',
  `WITH withdrawn AS (
      DELETE FROM sms_permissions WHERE subscription_id = $2 AND permitted_at IS NULL
    )
    INSERT INTO sms_permissions (id, subscription_id, client_id, device_id, nonce, created_at, expires_at)
    SELECT $1, s.id, c.id, d.id, $5, ${NOW}, ${NOW} + interval '${PIN_NONCE_SECONDS} seconds'
    FROM subscriptions s JOIN devices d ON d.id = $3 AND d.subscription_id = s.id AND d.issuer_id IS NULL
        AND d.state = 'active', clients c
    WHERE s.id = $2 AND s.state = 'active' AND c.id = $4 AND NOT c.refuses_sms
      AND EXISTS (SELECT 1 FROM authentication_records a WHERE a.subscription_id = s.id AND a.client_id = c.id)
    RETURNING expires_at AS "expiresAt", (SELECT name FROM clients WHERE id = $4) AS "relyingParty"`,
);

const ASKED_BY = statement(
  'sms_permission_asked_by',
  `SELECT refuses_sms AS "refusesSms" FROM clients c WHERE c.id = $2
    AND EXISTS (SELECT 1 FROM authentication_records a WHERE a.subscription_id = $1 AND a.client_id = c.id)`,
);

/** Counts the PIN before it is compared, and only while a request is open. */
const COUNT_PIN = countPin('sms_permission_count_pin', {
  exists: `EXISTS (SELECT 1 FROM sms_permissions p
        WHERE p.id = $2 AND p.device_id = d.id AND p.permitted_at IS NULL AND p.expires_at > now())`,
  columns: 'p.nonce',
  from: 'sms_permissions p WHERE p.id = $2',
});

const ASKED = statement(
  'sms_permission_asked',
  `SELECT p.permitted_at IS NULL AND p.expires_at > now() AS open, c.refuses_sms AS "refusesSms"
    FROM sms_permissions p JOIN clients c ON c.id = p.client_id WHERE p.id = $1 AND p.device_id = $2`,
);

/** Locks in the common order; one permission of a subscription at a time, so that two confirmations do not conflict. */
const LOCK = statement(
  'sms_permission_lock',
  `SELECT d.id FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
    WHERE d.id = $1 AND d.state = 'active' AND s.state = 'active' FOR SHARE OF s FOR NO KEY UPDATE OF d`,
);

/** Ends an earlier permission for the same relying party, expired or not. */
const PERMIT = statement(
  'sms_permission_permit',
  `WITH asked AS (
      SELECT p.id, p.subscription_id, p.client_id FROM sms_permissions p JOIN clients c ON c.id = p.client_id
      WHERE p.id = $1 AND p.device_id = $2 AND p.permitted_at IS NULL AND p.expires_at > now() AND NOT c.refuses_sms
    ), older AS (
      UPDATE sms_permissions p SET ended_at = least(${NOW}, p.ends_at) FROM asked
      WHERE p.subscription_id = asked.subscription_id AND p.client_id = asked.client_id
        AND p.permitted_at IS NOT NULL AND p.ended_at IS NULL
      RETURNING 1
    )
    UPDATE sms_permissions p SET permitted_at = ${NOW}, ends_at = ${NOW} + make_interval(mins => $3)
    FROM asked WHERE p.id = asked.id AND (SELECT count(*) FROM older) >= 0
    RETURNING p.ends_at AS "endsAt"`,
);

/** Codes that were sent by SMS under the permission are no longer accepted. */
const END = statement(
  'sms_permission_end',
  `WITH ended AS (
      UPDATE sms_permissions SET ended_at = ${NOW}
      WHERE id = $1 AND subscription_id = $2 AND permitted_at IS NOT NULL AND ended_at IS NULL AND ends_at > now()
      RETURNING client_id, permitted_at
    ), cancelled AS (
      UPDATE authentications a SET state = 'cancelled', closed_at = ${NOW}, ${WIPED} FROM ended
      WHERE a.subscription_id = $2 AND a.client_id = ended.client_id AND a.channel = 'sms'
        AND a.state IN ('pending', 'opened') AND a.expires_at > now()
      RETURNING a.id, a.client_id, a.channel, a.state, a.closed_at
    ), ${tell(aboutAuthentications('cancelled'))}
    SELECT id, channel FROM cancelled`,
  { writes: { authentications: 'a code that was texted under the permission is void in the same instant', ...TOLD } },
);

const END_ALL = statement(
  'sms_permission_end_all',
  `WITH withdrawn AS (DELETE FROM sms_permissions WHERE subscription_id = $1 AND permitted_at IS NULL)
    UPDATE sms_permissions SET ended_at = least(${NOW}, ends_at)
    WHERE subscription_id = $1 AND permitted_at IS NOT NULL AND ended_at IS NULL`,
);

/** Marks expired permissions as ended, which removes them from the index of active ones. */
const SETTLE = statement(
  'sms_permission_settle',
  `UPDATE sms_permissions SET ended_at = ends_at
    WHERE permitted_at IS NOT NULL AND ended_at IS NULL AND ends_at <= now()`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'sms_permission_purge',
  `DELETE FROM sms_permissions WHERE ctid = ANY(ARRAY(SELECT ctid FROM sms_permissions
    WHERE created_at < now() - interval '1 day'
      AND (permitted_at IS NULL OR created_at < now() - make_interval(days => $1)) LIMIT ${PURGE_BATCH}))`,
);

@Injectable()
export class SmsPermissionStore {
  constructor(private readonly database: Database) {}

  /** Returns the last twenty relying parties that asked for this subscriber, the latest first. */
  async askingParties(subscriptionId: string): Promise<AskingParty[]> {
    return this.database.rows<AskingParty>(ASKING_PARTIES, [subscriptionId]);
  }

  /** Returns the last twenty permissions, newest first. With `permittable` false, none is active. */
  async given(subscriptionId: string, permittable: boolean): Promise<GivenPermission[]> {
    return this.database.rows<GivenPermission>(GIVEN, [subscriptionId, permittable]);
  }

  /** Returns undefined when SMS cannot be permitted for this relying party and subscription. */
  async ask(asking: {
    id: string;
    subscriptionId: string;
    deviceId: string;
    clientId: string;
    nonce: Buffer;
  }): Promise<{ expiresAt: Date; relyingParty: string } | undefined> {
    const { id, subscriptionId, deviceId, clientId, nonce } = asking;
    const values = [id, subscriptionId, deviceId, clientId, nonce];
    return (await this.database.rows<Asked>(ASK, values))[0];
  }

  /** Returns undefined when this relying party never asked for this subscriber. */
  async askedBy(subscriptionId: string, clientId: string): Promise<{ refusesSms: boolean } | undefined> {
    return (await this.database.rows<Pick<Client, 'refusesSms'>>(ASKED_BY, [subscriptionId, clientId]))[0];
  }

  /** Returns undefined when the PIN is locked or no request is open; then nothing may be compared. */
  async countPin(deviceId: string, id: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin>(COUNT_PIN, [deviceId, id]))[0];
  }

  /** Returns the request of this device; `open` is true while it can still be confirmed. */
  async asked(id: string, deviceId: string): Promise<{ open: boolean; refusesSms: boolean } | undefined> {
    return (await this.database.rows<{ open: boolean } & Pick<Client, 'refusesSms'>>(ASKED, [id, deviceId]))[0];
  }

  /**
   * Resets the PIN counter, gives the permission and returns its end.
   * Returns `subscription_inactive` unless subscription and device are active; null when the request was confirmed
   * before, has expired, or the relying party refuses SMS.
   */
  async permit(id: string, deviceId: string, minutes: number): Promise<Date | 'subscription_inactive' | null> {
    return this.database.transaction(async (session) => {
      const locked = await session.rows(LOCK, [deviceId]);
      await session.rows(RESET_PIN, [deviceId]);
      if (locked.length === 0) return 'subscription_inactive';
      const [permitted] = await session.rows<Pick<GivenPermission, 'endsAt'>>(PERMIT, [id, deviceId, minutes]);
      return permitted?.endsAt ?? null;
    });
  }

  /** Ends a permission, and returns the authentications that were cancelled with it. */
  async end(id: string, subscriptionId: string): Promise<Cancelled[]> {
    return this.database.rows<Cancelled>(END, [id, subscriptionId]);
  }

  /** True if the permission was ever given, ended or not. */
  wasGiven(id: string, subscriptionId: string): Promise<boolean> {
    return this.database.manager.existsBy(SmsPermission, { id, subscriptionId, permittedAt: Not(IsNull()) });
  }

  /** Ends all permissions of a subscription and deletes its open request, in the session's transaction. */
  async endAll(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(END_ALL, [subscriptionId]);
  }

  /** Marks expired permissions as ended. */
  async settle(): Promise<void> {
    await this.database.rows(SETTLE, []);
  }

  /**
   * Deletes a batch of unconfirmed requests older than a day, and of permissions older than `days`. Returns true if more
   * may remain.
   */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
