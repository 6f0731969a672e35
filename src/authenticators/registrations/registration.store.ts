import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { deviceBond, NOW, parameters, WIPED, type OuterJoined } from '../../database/statement-parts.ts';
import { REGISTRATION_SECONDS, type RegistrationState } from '../../domain/authenticator.ts';
import { LIFETIME_SECONDS, type Channel } from '../../domain/authentication.ts';
import { countPin, RESET_PIN } from '../../devices/pin/count-pin.ts';
import type { Device } from '../../devices/device.entity.ts';
import type { CountedPin } from '../../devices/pin/judge-pin.ts';
import {
  BUDGET_PARAMETERS,
  BUDGETS,
  budgetValues,
  spendStart,
  type BudgetsOfStart,
} from '../../lines/start-budgets.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { aboutAuthentications, aboutRegistrations, aboutSmartOtps, tell, TOLD } from '../../webhooks/tell.ts';
import type { Registration } from './registration.entity.ts';

export type NewRegistration = Pick<Registration, 'id' | 'clientId' | 'nonce'> & {
  /** The decoy id when the named person has no subscription. */
  subscriptionId: string;
  serialNumber: string;
  vendorCode: string;
  /** The vendor code of authenticators that the service itself issued. */
  ownVendorCode: string;
  personIndex: Buffer;
  startBudgets: BudgetsOfStart;
  idempotency: { keyDigest: Buffer; requestDigest: Buffer } | null;
};

/** A registration, as its institution sees it. */
export type RegistrationRow = Pick<Registration, 'id' | 'state' | 'requestedAt' | 'expiresAt'>;

/** An authentication that its institution had asked on the ground of a registration, and that ended with it. */
export interface EndedAuthentication {
  id: string;
  channel: Channel;
}

/** The phone that must confirm: the subscription's own, whichever device is to be registered. */
export type AskedDevice = Pick<Device, 'pushService' | 'pushToken'> & { bond: string };

/** A registration, as the app and the website list it. */
export type ListedRegistration = Pick<Registration, 'id' | 'requestedAt' | 'expiresAt' | 'confirmedAt' | 'nonce'> &
  Pick<Device, 'serialNumber'> & {
    relyingParty: Client['name'];
    state: 'pending' | 'active';
    deviceId: Device['id'];
    deviceName: Device['name'];
    deviceNameCipher: Device['nameCipher'];
  };

const STATE = `CASE WHEN state = 'pending' AND expires_at <= now() THEN 'expired' ELSE state END`;

/**
 * Spends the person's budget as a start does, replaces an earlier pending registration of the same institution and
 * person, and inserts one for the device with this serial number. Without such a device it inserts a decoy the same
 * way.
 */
const { $, values } = parameters(
  'id',
  'clientId',
  'subscriptionId',
  'serialNumber',
  'vendorCode',
  'ownVendorCode',
  'nonce',
  'keyDigest',
  'requestDigest',
  'personIndex',
  ...BUDGET_PARAMETERS,
);

const ASK = statement(
  'registration_ask',
  `WITH ${spendStart({ $ })}, device AS (
      SELECT d.id, d.subscription_id
      FROM devices d JOIN subscriptions s ON s.id = d.subscription_id LEFT JOIN clients i ON i.id = d.issuer_id
      WHERE d.subscription_id = ${$.subscriptionId} AND d.serial_number = ${$.serialNumber} AND coalesce(i.vendor_code, ${$.ownVendorCode}) = ${$.vendorCode}
        AND d.state = 'active' AND s.state = 'active'
    ), earlier AS (
      UPDATE registrations SET closed_at = least(${NOW}, expires_at),
        state = CASE WHEN expires_at <= now() THEN 'expired' ELSE 'revoked' END,
        closed_by = CASE WHEN expires_at <= now() THEN 'time' ELSE 'another' END
      WHERE client_id = ${$.clientId} AND person_index = ${$.personIndex} AND state = 'pending' AND EXISTS (SELECT 1 FROM tries)
      RETURNING id, client_id, state, closed_at
    ), ${tell(aboutRegistrations('earlier'))}, asked AS (
      INSERT INTO registrations (id, client_id, subscription_id, device_id, person_index, state, nonce, key_digest,
        request_digest, requested_at, expires_at)
      SELECT ${$.id}, ${$.clientId}, d.subscription_id, d.id, ${$.personIndex}, 'pending', ${$.nonce}, ${$.keyDigest}, ${$.requestDigest}, ${NOW},
        ${NOW} + interval '${REGISTRATION_SECONDS} seconds'
      FROM tries LEFT JOIN device d ON true WHERE (SELECT count(*) FROM earlier) >= 0
      RETURNING id, state, requested_at AS "requestedAt", expires_at AS "expiresAt"
    )
    SELECT asked.*, o.push_service AS "pushService", o.push_token AS "pushToken",
        ${deviceBond('o')} AS bond FROM asked LEFT JOIN device d ON true
      LEFT JOIN devices o ON o.subscription_id = d.subscription_id AND o.issuer_id IS NULL AND o.state = 'active'`,
  { writes: { ...BUDGETS, ...TOLD } },
);

const BY_KEY = statement(
  'registration_by_key',
  `SELECT id, ${STATE} AS state, requested_at AS "requestedAt", expires_at AS "expiresAt",
      request_digest AS "requestDigest" FROM registrations WHERE client_id = $1 AND key_digest = $2`,
);

const SEE = statement(
  'registration_see',
  `SELECT id, ${STATE} AS state, requested_at AS "requestedAt", expires_at AS "expiresAt"
    FROM registrations WHERE id = $1 AND client_id = $2`,
);

const OF_CLIENT = statement(
  'registration_of_client',
  `SELECT id, ${STATE} AS state, requested_at AS "requestedAt", expires_at AS "expiresAt"
    FROM registrations WHERE client_id = $1 ORDER BY requested_at DESC LIMIT 100`,
);

const LISTED = `SELECT r.id, c.name AS "relyingParty", r.state, d.id AS "deviceId", d.name AS "deviceName",
    d.name_cipher AS "deviceNameCipher", d.serial_number AS "serialNumber",
    r.requested_at AS "requestedAt", r.expires_at AS "expiresAt", r.confirmed_at AS "confirmedAt", r.nonce
  FROM registrations r JOIN clients c ON c.id = r.client_id JOIN devices d ON d.id = r.device_id AND d.state = 'active'
  WHERE r.subscription_id = $1`;

/**
 * The active and the pending registrations; for a Smart OTP ($2) only the active ones on it, because its institution
 * controls that device too.
 */
const LISTED_FOR = statement(
  'registration_listed_for',
  `${LISTED} AND CASE WHEN $2::uuid IS NULL
        THEN r.state = 'active' OR r.state = 'pending' AND r.expires_at > now()
        ELSE r.state = 'active' AND r.device_id = $2 END
    ORDER BY r.requested_at DESC LIMIT 100`,
);

const STANDING = statement(
  'registration_standing',
  `${LISTED} AND r.state = 'active' ORDER BY r.requested_at DESC LIMIT 100`,
);

/** Counts the PIN before it is compared, and only while a registration is pending. */
const COUNT_PIN = countPin('registration_count_pin', {
  exists: `EXISTS (SELECT 1 FROM registrations r WHERE r.id = $2 AND r.subscription_id = d.subscription_id
          AND d.issuer_id IS NULL AND r.state = 'pending' AND r.expires_at > now())`,
  columns: 'r.nonce',
  from: 'registrations r WHERE r.id = $2',
});

/** Locks in the common order. Two confirmations of one subscription take turns at its row. */
const LOCK = statement(
  'registration_lock',
  `SELECT d.id FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
    WHERE d.id = $1 AND d.state = 'active' AND s.state = 'active' FOR NO KEY UPDATE OF s, d`,
);

/** Ends the person's active registration at an institution, before the next statement activates another one. */
const GIVE_WAY = statement(
  'registration_give_way',
  `WITH revoked AS (
      UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = 'another'
      WHERE client_id = $1 AND subscription_id = $2 AND state = 'active' RETURNING id, client_id, state, closed_at
    ), ${tell(aboutRegistrations('revoked'))}
    SELECT id FROM revoked`,
  { writes: TOLD },
);

const PENDING = statement(
  'registration_pending',
  `SELECT r.client_id AS "clientId", r.subscription_id AS "subscriptionId" FROM registrations r
      JOIN devices o ON o.id = $2 AND o.subscription_id = r.subscription_id AND o.issuer_id IS NULL
      JOIN devices d ON d.id = r.device_id AND d.state = 'active'
    WHERE r.id = $1 AND r.state = 'pending' AND r.expires_at > now() FOR UPDATE OF r`,
);

const CONFIRM = statement(
  'registration_confirm',
  `WITH activated AS (
      UPDATE registrations SET state = 'active', confirmed_at = ${NOW} WHERE id = $1 AND state = 'pending'
      RETURNING id, client_id, state, closed_at
    ), ${tell(aboutRegistrations('activated'))}
    SELECT id FROM activated`,
  { writes: TOLD },
);

/** Registers a Smart OTP at the institution that issued it; needs no confirmation by the person. */
const ISSUED = statement(
  'registration_issued',
  `WITH activated AS (
      INSERT INTO registrations (id, client_id, subscription_id, device_id, state, nonce, requested_at, expires_at,
        confirmed_at) VALUES ($1, $2, $3, $4, 'active', '', ${NOW}, ${NOW}, ${NOW})
      RETURNING id, client_id, device_id, state, closed_at
    ), ${tell(aboutRegistrations('activated'), aboutSmartOtps('enrolled', '(SELECT device_id AS id FROM activated)'))}
    SELECT id FROM activated`,
  { writes: TOLD },
);

const DECLINE = statement(
  'registration_decline',
  `WITH declined AS (
      UPDATE registrations SET state = 'declined', closed_at = ${NOW}, closed_by = 'app'
      WHERE id = $1 AND subscription_id = $2 AND state = 'pending' AND expires_at > now()
      RETURNING id, client_id, state, closed_at
    ), ${tell(aboutRegistrations('declined'))}
    SELECT id FROM declined`,
  { writes: TOLD },
);

/** Cancels the open authentications that the institution asked on the basis of the registration. */
const END_WHAT_WAS_ASKED = `, ended AS (
      UPDATE authentications a SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
      FROM revoked r JOIN clients c ON c.id = r.client_id
      WHERE a.subscription_id = r.subscription_id AND a.client_id = r.client_id AND a.state IN ('pending', 'opened')
        AND a.expires_at > now() AND a.requested_at > now() - interval '${LIFETIME_SECONDS} seconds'
        AND (c.requires_registration OR a.channel = 'sign')
      RETURNING a.id, a.client_id, a.channel, a.state, a.closed_at
    ), ${tell(aboutRegistrations('revoked'), aboutAuthentications('ended'))}
    SELECT revoked.id, ended.id AS "endedId", ended.channel FROM revoked LEFT JOIN ended ON true`;

const ENDS_WHAT_WAS_ASKED = {
  writes: { authentications: 'what the institution asked on the ground of the registration ends with it', ...TOLD },
};

const REVOKE_OWN = statement(
  'registration_revoke_own',
  `WITH revoked AS (
      UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = $3
      WHERE id = $1 AND subscription_id = $2 AND state = 'active' AND ($4::uuid IS NULL OR device_id = $4)
      RETURNING id, client_id, subscription_id, state, closed_at
    )${END_WHAT_WAS_ASKED}`,
  ENDS_WHAT_WAS_ASKED,
);

const REVOKE_BY_CLIENT = statement(
  'registration_revoke_by_client',
  `WITH revoked AS (
      UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = 'client'
      WHERE id = $1 AND client_id = $2 AND (state = 'active' OR state = 'pending' AND expires_at > now())
      RETURNING id, client_id, subscription_id, state, closed_at
    )${END_WHAT_WAS_ASKED}`,
  ENDS_WHAT_WAS_ASKED,
);

const OF_SUBSCRIPTION = statement(
  'registration_of_subscription',
  `SELECT ${STATE} AS state FROM registrations WHERE id = $1 AND subscription_id = $2`,
);

const ON_OWN_PHONE = statement(
  'registration_on_own_phone',
  `SELECT 1 FROM registrations r JOIN devices d ON d.id = r.device_id AND d.state = 'active' AND d.issuer_id IS NULL
    WHERE r.client_id = $2 AND r.subscription_id = $1 AND r.state = 'active'`,
);

/** The maximum number of rows that one statement closes, clears or deletes. */
const PURGE_BATCH = 1_000;

const EXPIRE = statement(
  'registration_expire',
  `WITH expired AS (
      UPDATE registrations SET state = 'expired', closed_at = expires_at, closed_by = 'time'
      WHERE id IN (SELECT id FROM registrations WHERE state = 'pending' AND expires_at <= now()
        ORDER BY expires_at LIMIT ${PURGE_BATCH} FOR UPDATE SKIP LOCKED)
      RETURNING id, client_id, state, closed_at
    ), ${tell(aboutRegistrations('expired'))}
    SELECT id FROM expired`,
  { writes: TOLD },
);

/** Idempotency keys are kept for 24 hours, like those of authentications. */
const PURGE_KEYS = statement(
  'registration_purge_keys',
  `UPDATE registrations SET key_digest = NULL, request_digest = NULL WHERE id IN (
    SELECT id FROM registrations WHERE key_digest IS NOT NULL AND requested_at < now() - interval '24 hours'
    LIMIT ${PURGE_BATCH})`,
);

const PURGE = statement(
  'registration_purge',
  `DELETE FROM registrations WHERE id IN (SELECT id FROM registrations
    WHERE requested_at < now() - make_interval(days => $1) AND closed_at IS NOT NULL LIMIT ${PURGE_BATCH})`,
);

type Asked = RegistrationRow & OuterJoined<AskedDevice>;

/** A revoked registration beside each authentication that ended with it; without one, a row alone. */
interface RevokedRow {
  id: string;
  endedId: string | null;
  channel: Channel | null;
}

@Injectable()
export class RegistrationStore {
  constructor(private readonly database: Database) {}

  /**
   * Inserts a registration; undefined when a budget is spent. `device` is the phone to notify; null for a decoy and
   * without an active own phone.
   */
  async ask(
    session: Session,
    { idempotency, startBudgets, ...registration }: NewRegistration,
  ): Promise<{ registration: RegistrationRow; device: AskedDevice | null } | undefined> {
    const { keyDigest = null, requestDigest = null } = idempotency ?? {};
    const given = values({ ...registration, ...budgetValues(startBudgets), keyDigest, requestDigest });
    const [row] = await session.rows<Asked>(ASK, given);
    if (!row) return undefined;
    const { bond, pushService, pushToken, ...inserted } = row;
    const isAsked = bond !== null && pushService !== null;
    return { registration: inserted, device: isAsked ? { bond, pushService, pushToken } : null };
  }

  /** Returns the registration that this Idempotency-Key requested. */
  async byKey(clientId: string, keyDigest: Buffer): Promise<(RegistrationRow & { requestDigest: Buffer }) | undefined> {
    type Row = RegistrationRow & { requestDigest: Buffer };
    return (await this.database.rows<Row>(BY_KEY, [clientId, keyDigest]))[0];
  }

  /** Returns a registration of this institution. */
  async see(id: string, clientId: string): Promise<RegistrationRow | undefined> {
    return (await this.database.rows<RegistrationRow>(SEE, [id, clientId]))[0];
  }

  /** Lists the pending and active registrations; with `deviceId` only the active ones on that device. */
  async listedFor(subscriptionId: string, deviceId: string | null): Promise<ListedRegistration[]> {
    return this.database.rows<ListedRegistration>(LISTED_FOR, [subscriptionId, deviceId]);
  }

  /** The last hundred registrations of an institution, newest first. */
  async ofClient(clientId: string): Promise<RegistrationRow[]> {
    return this.database.rows<RegistrationRow>(OF_CLIENT, [clientId]);
  }

  /** The active registrations on the active devices of a subscription, newest first. */
  async standing(subscriptionId: string): Promise<ListedRegistration[]> {
    return this.database.rows<ListedRegistration>(STANDING, [subscriptionId]);
  }

  /** Returns undefined when the PIN is locked or no registration is pending; then nothing may be compared. */
  async countPin(deviceId: string, id: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin>(COUNT_PIN, [deviceId, id]))[0];
  }

  /**
   * Resets the PIN counter and activates the registration, which ends an earlier one at the same institution.
   * Returns `subscription_inactive` unless subscription and device are active; false when the registration was not
   * pending.
   */
  async confirm(id: string, deviceId: string): Promise<boolean | 'subscription_inactive'> {
    return this.database.transaction(async (session) => {
      const locked = await session.rows(LOCK, [deviceId]);
      await session.rows(RESET_PIN, [deviceId]);
      if (locked.length === 0) return 'subscription_inactive';
      type Row = { clientId: string; subscriptionId: string };
      const [pending] = await session.rows<Row>(PENDING, [id, deviceId]);
      if (!pending) return false;
      await this.giveWay(session, pending.clientId, pending.subscriptionId);
      await session.rows(CONFIRM, [id]);
      return true;
    });
  }

  /** Records that an institution's own Smart OTP is registered at it. */
  async issued(
    session: Session,
    own: { id: string; clientId: string; subscriptionId: string; deviceId: string },
  ): Promise<void> {
    await this.giveWay(session, own.clientId, own.subscriptionId);
    await session.rows(ISSUED, [own.id, own.clientId, own.subscriptionId, own.deviceId]);
  }

  private async giveWay(session: Session, clientId: string, subscriptionId: string): Promise<void> {
    const ended = await session.rows<{ id: string }>(GIVE_WAY, [clientId, subscriptionId]);
    await session.closed(ended.map(({ id }) => ({ door: 'registration_revoked', id })));
  }

  /** Returns false when the registration is not pending. */
  async decline(id: string, subscriptionId: string): Promise<boolean> {
    return (await this.database.rows(DECLINE, [id, subscriptionId])).length === 1;
  }

  /**
   * Ends an active registration, with `deviceId` only one on that device. Returns the authentications that ended with it;
   * undefined when there is none.
   */
  async revokeOwn(
    id: string,
    subscriptionId: string,
    by: 'app' | 'website',
    deviceId: string | null,
  ): Promise<EndedAuthentication[] | undefined> {
    return endedOf(await this.database.rows<RevokedRow>(REVOKE_OWN, [id, subscriptionId, by, deviceId]));
  }

  /** As `revokeOwn`, for its institution; undefined when the institution has no such open registration. */
  async revokeByClient(id: string, clientId: string): Promise<EndedAuthentication[] | undefined> {
    return endedOf(await this.database.rows<RevokedRow>(REVOKE_BY_CLIENT, [id, clientId]));
  }

  /** Writes a revocation to the journal. */
  async journalRevoked(id: string): Promise<void> {
    await this.database.closed([{ door: 'registration_revoked', id }]);
  }

  async ofSubscription(id: string, subscriptionId: string): Promise<{ state: RegistrationState } | undefined> {
    return (await this.database.rows<{ state: RegistrationState }>(OF_SUBSCRIPTION, [id, subscriptionId]))[0];
  }

  async isOnOwnPhone(subscriptionId: string, clientId: string): Promise<boolean> {
    return (await this.database.rows(ON_OWN_PHONE, [subscriptionId, clientId])).length === 1;
  }

  /** Closes a batch of expired registrations. Returns true if more may remain. */
  async expire(): Promise<boolean> {
    return (await this.database.changed(EXPIRE, [])) === PURGE_BATCH;
  }

  /** Deletes a batch of registrations that are older than `days`. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    const cleared = await this.database.changed(PURGE_KEYS, []);
    const deleted = await this.database.changed(PURGE, [days]);
    return Math.max(cleared, deleted) === PURGE_BATCH;
  }
}

/** The authentications in the rows of a revocation; undefined when nothing was revoked. */
function endedOf(rows: readonly RevokedRow[]): EndedAuthentication[] | undefined {
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ endedId, channel }) => (endedId && channel ? [{ id: endedId, channel }] : []));
}
