import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { deviceBond } from '../database/statement-parts.ts';
import { AUTHENTICATOR_ATTEMPTS, type AuthenticatorKind } from '../domain/authenticator.ts';
import type { Device } from '../devices/device.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Authenticator } from './authenticator.entity.ts';

/** The device that gets an authenticator. */
export type Bearer = Pick<Device, 'subscriptionId' | 'encryptionKey' | 'serialNumber' | 'issuerId'> & {
  /** What the secret is bound to. */
  bond: string;
  /** Null for the subscription's own phone, which no institution issued. */
  issuerVendorCode: Client['vendorCode'];
};

/** An authenticator, as its device lists it. */
export type AuthenticatorRow = Pick<Authenticator, 'kind' | 'createdAt'> &
  Pick<Device, 'serialNumber'> & {
    issuer: Client['name'] | null;
    issuerVendorCode: Client['vendorCode'];
    locked: boolean;
  };

/** Locks subscription and device, so that no suspension or revocation happens before the commit. */
const BEARER = statement(
  'authenticator_bearer',
  `SELECT d.subscription_id AS "subscriptionId", d.encryption_key AS "encryptionKey",
      d.serial_number AS "serialNumber", d.issuer_id AS "issuerId",
      ${deviceBond('d')} AS bond,
      (SELECT vendor_code FROM clients c WHERE c.id = d.issuer_id) AS "issuerVendorCode"
    FROM subscriptions s JOIN devices d ON d.subscription_id = s.id
    WHERE d.id = $1 AND d.state = 'active' AND s.state = 'active' AND (d.issuer_id IS NOT NULL) = ($2 = 'sign')
    FOR SHARE OF s FOR NO KEY UPDATE OF d`,
);

/** A second enrolment replaces the first one and its secret. A locked authenticator stays locked. */
const ENROL = statement(
  'authenticator_enrol',
  `INSERT INTO authenticators AS au (id, device_id, subscription_id, kind, secret, terms)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (device_id, kind) DO UPDATE SET id = excluded.id, secret = excluded.secret, terms = excluded.terms,
      last_step = -1, drift = 0, far_step = NULL, far_drift = NULL, far_at = NULL, created_at = now()`,
);

const OF_DEVICE = statement(
  'authenticator_of_device',
  `SELECT au.kind, d.serial_number AS "serialNumber", c.name AS issuer, c.vendor_code AS "issuerVendorCode",
      au.failures >= ${AUTHENTICATOR_ATTEMPTS} AS locked, au.created_at AS "createdAt"
    FROM authenticators au JOIN devices d ON d.id = au.device_id LEFT JOIN clients c ON c.id = d.issuer_id
    WHERE au.device_id = $1 ORDER BY au.kind`,
);

const OF_SUBSCRIPTION = statement(
  'authenticator_of_subscription',
  `SELECT au.kind, d.serial_number AS "serialNumber", c.name AS issuer, c.vendor_code AS "issuerVendorCode",
      au.failures >= ${AUTHENTICATOR_ATTEMPTS} AS locked, au.created_at AS "createdAt"
    FROM authenticators au JOIN devices d ON d.id = au.device_id AND d.state = 'active'
      LEFT JOIN clients c ON c.id = d.issuer_id
    WHERE au.subscription_id = $1 ORDER BY d.issuer_id IS NOT NULL, au.kind, au.created_at`,
);

/** The one-time passwords of a subscription's own phone. */
const OWN_OTP = statement(
  'authenticator_own_otp',
  `SELECT au.failures >= ${AUTHENTICATOR_ATTEMPTS} AS locked FROM authenticators au
      JOIN devices d ON d.id = au.device_id AND d.state = 'active' AND d.issuer_id IS NULL
    WHERE au.subscription_id = $1 AND au.kind = 'otp'`,
);

/**
 * The active authenticator that a relying party may ask for a code. `sign` always requires a registration, `otp` when
 * $4 is true. The scalar subquery with LIMIT is evaluated for the one row; PostgreSQL would hash an EXISTS over all
 * registrations of an institution.
 */
const TO_ASK = statement(
  'authenticator_to_ask',
  `SELECT au.id, au.device_id AS "deviceId" FROM authenticators au
      JOIN devices d ON d.id = au.device_id AND d.subscription_id = au.subscription_id AND d.state = 'active'
    WHERE au.subscription_id = $1 AND au.kind = $3 AND (NOT $4 OR (
      SELECT true FROM registrations r WHERE r.client_id = $2 AND r.subscription_id = au.subscription_id
        AND r.device_id = d.id AND r.state = 'active' LIMIT 1))`,
);

@Injectable()
export class AuthenticatorStore {
  constructor(private readonly database: Database) {}

  /** Returns undefined when this device cannot have an authenticator of this kind now. */
  async bearer(session: Session, deviceId: string, kind: AuthenticatorKind): Promise<Bearer | undefined> {
    return (await session.rows<Bearer>(BEARER, [deviceId, kind]))[0];
  }

  /** Inserts an authenticator, or replaces the one of the same device and kind. */
  async enrol(
    session: Session,
    authenticator: Pick<Authenticator, 'id' | 'deviceId' | 'subscriptionId' | 'kind' | 'terms'> & { secret: Buffer },
  ): Promise<void> {
    const { id, deviceId, subscriptionId, kind, secret, terms } = authenticator;
    await session.rows(ENROL, [id, deviceId, subscriptionId, kind, secret, terms]);
  }

  async ofDevice(deviceId: string): Promise<AuthenticatorRow[]> {
    return this.database.rows<AuthenticatorRow>(OF_DEVICE, [deviceId]);
  }

  /** The authenticators on all devices of a subscription, those of the own phone first. */
  async ofSubscription(subscriptionId: string): Promise<AuthenticatorRow[]> {
    return this.database.rows<AuthenticatorRow>(OF_SUBSCRIPTION, [subscriptionId]);
  }

  /** Returns the lock state of OTP on the own phone; undefined when it has no OTP. */
  async ownOtp(subscriptionId: string): Promise<{ locked: boolean } | undefined> {
    return (await this.database.rows<{ locked: boolean }>(OWN_OTP, [subscriptionId]))[0];
  }

  async toAsk(asking: {
    subscriptionId: string;
    clientId: string;
    kind: AuthenticatorKind;
    registeredOnly: boolean;
  }): Promise<{ id: string; deviceId: string } | undefined> {
    const { subscriptionId, clientId, kind, registeredOnly } = asking;
    const values = [subscriptionId, clientId, kind, registeredOnly];
    return (await this.database.rows<{ id: string; deviceId: string }>(TO_ASK, values))[0];
  }
}
