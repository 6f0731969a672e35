import { Injectable } from '@nestjs/common';
import type { PublicJwk } from '../crypto/keyring.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { deviceBond, insertInto, isPinExhausted, isPinLocked, NOW, parameters } from '../database/statement-parts.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import { REPLACED_HOURS } from '../domain/alert.ts';
import {
  CLEARED_AFTER_HOURS,
  CONTACT_SECONDS,
  ENROLMENT_SECONDS,
  TEST_ATTEMPTS,
  type DeviceState,
} from '../domain/device.ts';
import { PLATFORMS, PUSH_SERVICE_OF, type PushChoice } from '../domain/push-service.ts';
import type { Line } from '../lines/line.entity.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import type { DeviceKeyDigest } from './device-key-digest.entity.ts';
import type { Device } from './device.entity.ts';
import { END_WITH_DEVICES, ENDS_WITH_DEVICES } from './end-with-devices.ts';
import { countPin, RESET_PIN } from './pin/count-pin.ts';
import type { CountedPin } from './pin/judge-pin.ts';
import { spendProof } from './spend-proof.ts';

/** The data to check a device proof. It never changes during a device's life. */
export type DeviceKey = Pick<Device, 'subscriptionId' | 'signingKey' | 'knowledgeKey'> & {
  deviceId: Device['id'];
  /** False for an institution's Smart OTP. */
  isOwnPhone: boolean;
  /** What its secrets are bound to. */
  bond: string;
};

/** The columns that an enrolment writes; the others have defaults. */
export type NewDevice = Pick<
  Device,
  | 'id'
  | 'subscriptionId'
  | 'issuerId'
  | 'cardKey'
  | 'serialNumber'
  | 'signingKey'
  | 'encryptionKey'
  | 'platform'
  | 'pushService'
  | 'osVersion'
  | 'appVersion'
  | 'nameCipher'
  | 'pushToken'
  | 'pushTokenDigest'
> & { knowledgeKey: Buffer; testDigest: Buffer };

/** How the push service and the app of a phone were last heard of. */
export type Reach = Pick<Device, 'state' | 'pushService' | 'pushTokenAt' | 'pushTokenDiedAt'> & {
  deviceId: Device['id'];
  hasPushToken: boolean;
  /** When the app last sent a request, to half a minute; of a phone that never did, when it was enrolled. */
  lastContactAt: Date;
};

/** How a device stands with the service, and the line that it protects. */
export type DeviceStanding = Pick<Device, 'state' | 'serialNumber'> & {
  pinLocked: boolean;
  /** The PIN is locked for good: the phone must be enrolled anew. */
  pinExhausted: boolean;
  /** True while the service has a push token of it. */
  pushes: boolean;
  subscription: Subscription['state'];
  lineId: Line['id'];
  /** Encrypted. Null for a Smart OTP, and while the line has no number. */
  phoneNumber: Line['phoneNumber'] | null;
};

const KEY_OF = `SELECT d.id AS "deviceId", d.subscription_id AS "subscriptionId", d.signing_key AS "signingKey",
      d.issuer_id IS NULL AS "isOwnPhone", d.knowledge_key AS "knowledgeKey", ${deviceBond('d')} AS bond
    FROM devices d WHERE d.id = $1`;

const KEY = statement('device_key', `${KEY_OF} AND d.state <> 'revoked'`);

/** SQL: true for a device that is in use, or whose place another phone took in the last 72 hours. */
const mayAnswer = (d: string) =>
  `(${d}.state = 'active' OR ${d}.replaced_at > now() - interval '${REPLACED_HOURS} hours')`;
const MAY_ANSWER = mayAnswer('d');

const KEY_FOR_ALERTS = statement('device_key_for_alerts', `${KEY_OF} AND d.issuer_id IS NULL AND ${MAY_ANSWER}`);

/** A row for a phone whose place another one took while it was reported lost. */
const WAS_LOST = statement(
  'device_was_lost',
  `SELECT 1 FROM devices d JOIN LATERAL (
        SELECT k.change FROM subscription_links k WHERE k.subscription_id = d.subscription_id
          AND k.reason = 'loss_reported' AND k.recorded_at < d.replaced_at ORDER BY k.number DESC LIMIT 1
      ) last ON last.change = 'suspended'
    WHERE d.id = $1 AND d.state = 'revoked'`,
);

const ENROLLED_LATER = statement(
  'device_enrolled_later',
  `SELECT e.id FROM devices d JOIN devices e ON e.subscription_id = d.subscription_id AND e.activated_at > d.activated_at
    WHERE d.id = $1 AND e.id::text = ANY($2)`,
);

/** Without a row where a phone that was in use earlier may still answer alerts. */
const IS_EARLIEST = statement(
  'device_is_earliest',
  `SELECT 1 FROM devices d WHERE d.id = $1 AND NOT EXISTS (SELECT 1 FROM devices o
    WHERE o.subscription_id = d.subscription_id AND o.issuer_id IS NULL AND o.activated_at < d.activated_at
      AND ${mayAnswer('o')})`,
);

const SPEND_PROOF_FOR_ALERTS = statement(
  'device_spend_proof_for_alerts',
  `INSERT INTO device_proofs (device_id, jti) SELECT d.id, $2 FROM devices d WHERE d.id = $1 AND ${MAY_ANSWER}
    ON CONFLICT DO NOTHING RETURNING 1`,
);

/** Without a row where the code of the device ($2) was confirmed on the phone before it, with the PIN. */
const HAS_REPLACED = statement(
  'device_has_replaced',
  `SELECT 1 FROM devices d WHERE d.subscription_id = $1 AND d.issuer_id IS NULL
      AND d.replaced_at > now() - interval '${REPLACED_HOURS} hours'
      AND NOT EXISTS (SELECT 1 FROM enrolment_codes e WHERE e.device_id = $2 AND e.confirmed)
    LIMIT 1`,
);

/** Counts the PIN with which a phone answers an alert, and only while the alert can be answered. */
const COUNT_ALERT_PIN = countPin('alert_count_pin', {
  device: 'd.id',
  mayProve: MAY_ANSWER,
  exists: `EXISTS (SELECT 1 FROM alerts x WHERE x.id = $2 AND x.subscription_id = d.subscription_id
          AND x.state = 'open' AND x.expires_at > now())`,
  columns: 'x.nonce',
  from: 'alerts x WHERE x.id = $2',
});

const SPEND_PROOF = statement(
  'device_spend_proof',
  `WITH spent AS (${spendProof('$1', '$2')})
    SELECT d.state = 'active' AS "isInUse" FROM spent, devices d WHERE d.id = $1`,
);

const REVOKE_UNTESTED = statement(
  'device_revoke_untested',
  `UPDATE devices SET state = 'revoked', revoked_at = now(), test_digest = NULL,
      test_envelope = NULL
    WHERE subscription_id = $1 AND state = 'testing'`,
);

/** A new device under test replaces an earlier one of the same issuer that has not passed its test. */
const REVOKE_EARLIER_TEST = statement(
  'device_revoke_earlier_test',
  `${REVOKE_UNTESTED.text} AND issuer_id IS NOT DISTINCT FROM $2`,
);

const enrolment = parameters(
  'id',
  'subscriptionId',
  'issuerId',
  'cardKey',
  'serialNumber',
  'signingKey',
  'encryptionKey',
  'knowledgeKey',
  'platform',
  'pushService',
  'osVersion',
  'appVersion',
  'nameCipher',
  'pushToken',
  'pushTokenDigest',
  'testDigest',
);

const ENROL = statement(
  'device_enrol',
  `${insertInto('devices', {
    id: enrolment.$.id,
    subscription_id: enrolment.$.subscriptionId,
    issuer_id: enrolment.$.issuerId,
    card_key: enrolment.$.cardKey,
    serial_number: enrolment.$.serialNumber,
    state: `'testing'`,
    signing_key: enrolment.$.signingKey,
    encryption_key: enrolment.$.encryptionKey,
    knowledge_key: enrolment.$.knowledgeKey,
    platform: enrolment.$.platform,
    push_service: enrolment.$.pushService,
    os_version: enrolment.$.osVersion,
    app_version: enrolment.$.appVersion,
    name_cipher: enrolment.$.nameCipher,
    push_token: enrolment.$.pushToken,
    push_token_digest: enrolment.$.pushTokenDigest,
    test_digest: enrolment.$.testDigest,
    test_expires_at: `${NOW} + interval '${ENROLMENT_SECONDS} seconds'`,
  })} RETURNING test_expires_at AS "testExpiresAt"`,
);

/** The device under test that a code enrolled, with these keys. */
const ENROLLED_BY = statement(
  'device_enrolled_by',
  `SELECT d.id AS "deviceId", d.serial_number AS "serialNumber", d.knowledge_key AS "knowledgeKey", ${deviceBond('d')} AS bond
    FROM enrolment_codes e JOIN devices d ON d.id = e.device_id
    WHERE e.code_digest = $1 AND d.state = 'testing' AND d.test_expires_at > now()
      AND d.signing_key ->> 'x' = $2 AND d.encryption_key ->> 'x' = $3`,
);

const ENQUEUE_TEST = statement(
  'device_enqueue_test',
  `WITH sealed AS (UPDATE devices SET test_envelope = $2 WHERE id = $1 RETURNING id, test_expires_at)
    ${enqueueDelivery({ kind: 'test', about: { device_id: 'id' }, expiresAt: 'test_expires_at', from: 'sealed' })}`,
  { writes: OUTBOX },
);

/**
 * Counts a wrong test code and compares in the same statement; the fifth wrong code revokes the device.
 * The preceding statement revokes the older device, because the database allows a subscription one active device of
 * each issuer.
 */
const TRY_TEST = statement(
  'device_try_test',
  `UPDATE devices SET
      test_failures = test_failures + CASE WHEN test_digest = ANY($2) THEN 0 ELSE 1 END,
      state = CASE WHEN test_digest = ANY($2) THEN 'active'
        WHEN test_failures + 1 >= ${TEST_ATTEMPTS} THEN 'revoked' ELSE state END,
      activated_at = CASE WHEN test_digest = ANY($2) THEN now() END,
      revoked_at = CASE WHEN NOT test_digest = ANY($2) AND test_failures + 1 >= ${TEST_ATTEMPTS} THEN now() END,
      test_envelope = CASE WHEN test_digest = ANY($2) THEN NULL ELSE test_envelope END
    WHERE id = $1 AND state = 'testing' AND test_expires_at > now() AND test_failures < ${TEST_ATTEMPTS}
    RETURNING state, ${TEST_ATTEMPTS} - test_failures AS "attemptsLeft", issuer_id IS NOT NULL AS "isSmartOtp"`,
);

/** SQL: an own phone that another one replaces keeps its push token, to which alerts go; a Smart OTP does not. */
const keptToken = (isReplaced: string) =>
  ['push_token', 'push_token_digest']
    .map((column) => `${column} = CASE WHEN ${isReplaced} THEN ${column} END`)
    .join(', ');

const REVOKE_OLDER = statement(
  'device_revoke_older',
  `WITH gone AS (UPDATE devices SET state = 'revoked', revoked_at = now(), replaced_at = now(),
      ${keptToken('issuer_id IS NULL')}
    WHERE subscription_id = $1 AND state = 'active' AND EXISTS (
      SELECT 1 FROM devices d WHERE d.id = $2 AND d.state = 'testing' AND d.test_expires_at > now()
        AND d.test_failures < ${TEST_ATTEMPTS} AND d.test_digest = ANY($3)
        AND d.issuer_id IS NOT DISTINCT FROM devices.issuer_id) RETURNING id)${END_WITH_DEVICES}`,
  ENDS_WITH_DEVICES,
);

/** Revokes all devices, or all except the one that has just replaced the lost phone. */
const REVOKE_ALL = statement(
  'device_revoke_all',
  `WITH gone AS (
      UPDATE devices SET state = 'revoked', revoked_at = now(),
        ${keptToken("$3 AND state = 'active' AND issuer_id IS NULL")},
        replaced_at = CASE WHEN $3 AND state = 'active' THEN now() END, test_digest = NULL, test_envelope = NULL
      WHERE subscription_id = $1 AND state <> 'revoked' AND id IS DISTINCT FROM $2 RETURNING id
    )${END_WITH_DEVICES}`,
  ENDS_WITH_DEVICES,
);

const TEST_STATE = statement(
  'device_test_state',
  `SELECT state, test_envelope AS envelope, test_expires_at <= now() AS expired FROM devices WHERE id = $1`,
);

const STANDING = statement(
  'device_standing',
  `SELECT d.state, d.serial_number AS "serialNumber", ${isPinLocked('d')} AS "pinLocked",
      ${isPinExhausted('d')} AS "pinExhausted", d.push_token IS NOT NULL AS pushes, s.state AS subscription,
      l.id AS "lineId", CASE WHEN d.issuer_id IS NULL AND l.phone_index IS NOT NULL THEN l.phone_number END AS "phoneNumber"
    FROM devices d JOIN subscriptions s ON s.id = d.subscription_id JOIN lines l ON l.id = s.line_id
    WHERE d.id = $1 AND d.subscription_id = $2`,
);

/** SQL: the push service that the native apps of a device's system register with. */
const SERVICE_OF_PLATFORM = `CASE platform ${PLATFORMS.map((one) => `WHEN '${one}' THEN '${PUSH_SERVICE_OF[one]}'`).join(' ')} END`;

/** Without a service ($4), the token is one of the device's own system. */
const REPLACE_PUSH_TOKEN = statement(
  'device_replace_push_token',
  `UPDATE devices SET push_token = $2, push_token_digest = $3, push_token_at = now(), push_token_died_at = NULL,
      push_service = COALESCE($4, ${SERVICE_OF_PLATFORM})
    WHERE id = $1 AND state <> 'revoked' RETURNING id`,
);

/**
 * Clears a token that its push service reports as dead, unless the app has registered another token since.
 * It also keeps a token that the app registered again after the time of that report ($3; only APNs gives one).
 */
const CLEAR_PUSH_TOKEN = statement(
  'device_clear_push_token',
  `UPDATE devices SET push_token = NULL, push_token_digest = NULL, push_token_died_at = now()
    WHERE id = $1 AND push_token_digest = $2 AND ($3::timestamptz IS NULL OR push_token_at < $3)`,
);

/** To half a minute, so that an app in use costs no more than two rows a minute. */
const CONTACTED = statement(
  'device_contacted',
  `INSERT INTO device_contacts AS c (device_id) VALUES ($1)
    ON CONFLICT (device_id) DO UPDATE SET at = now() WHERE c.at < now() - interval '${CONTACT_SECONDS} seconds'`,
);

/** The own phone of a subscription, the one in use before one under test. */
const REACHED_BY = statement(
  'device_reached_by',
  `SELECT d.id AS "deviceId", d.state, d.push_service AS "pushService", d.push_token IS NOT NULL AS "hasPushToken",
      d.push_token_at AS "pushTokenAt", d.push_token_died_at AS "pushTokenDiedAt",
      coalesce(c.at, d.activated_at, d.created_at) AS "lastContactAt"
    FROM devices d LEFT JOIN device_contacts c ON c.device_id = d.id
    WHERE d.subscription_id = $1 AND d.issuer_id IS NULL AND d.state <> 'revoked'
    ORDER BY d.state = 'active' DESC LIMIT 1`,
);

const HAS_ACTIVE = statement(
  'device_has_active',
  `SELECT 1 FROM devices WHERE subscription_id = $1 AND issuer_id IS NULL AND state = 'active' LIMIT 1`,
);

/**
 * Remembers keys for ever; returns those that no device had. Sorted, so that two enrolments with the same keys do not
 * wait for one another.
 */
const TAKE_KEYS = statement(
  'device_take_keys',
  `INSERT INTO device_keys (digest) SELECT DISTINCT digest FROM unnest($1::bytea[]) AS k (digest) ORDER BY digest
    ON CONFLICT DO NOTHING RETURNING digest`,
);

/** The maximum number of proofs that one statement deletes. */
const PURGE_BATCH = 20_000;

const PURGE_PROOFS = statement(
  'device_purge_proofs',
  `DELETE FROM device_proofs WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM device_proofs WHERE seen_at < now() - interval '5 minutes' LIMIT ${PURGE_BATCH}))`,
);

/** A device whose test was never finished is out of use too. */
const REVOKE_ABANDONED = statement(
  'device_revoke_abandoned',
  `UPDATE devices SET state = 'revoked', revoked_at = test_expires_at, test_digest = NULL WHERE id IN (
    SELECT id FROM devices WHERE state = 'testing' AND test_expires_at < now() - interval '${CLEARED_AFTER_HOURS} hours'
    LIMIT ${PURGE_BATCH} FOR UPDATE SKIP LOCKED)`,
);

const CLEAR_REVOKED = statement(
  'device_clear_revoked',
  `UPDATE devices SET name = NULL, name_cipher = NULL, push_token = NULL, push_token_digest = NULL,
      knowledge_key = NULL, test_envelope = NULL, pin_check_id = NULL, pin_check_nonce = NULL, pin_check_expires_at = NULL
    WHERE id IN (SELECT id FROM devices WHERE state = 'revoked'
        AND (knowledge_key IS NOT NULL OR name IS NOT NULL OR name_cipher IS NOT NULL OR push_token IS NOT NULL
          OR test_envelope IS NOT NULL)
        AND revoked_at < now() - interval '${CLEARED_AFTER_HOURS} hours'
      LIMIT ${PURGE_BATCH} FOR UPDATE SKIP LOCKED)`,
);

/** A device under test, with its knowledge key as it is kept. */
type EnrolledBy = Pick<Device, 'serialNumber'> & { deviceId: string; knowledgeKey: Buffer; bond: string };

@Injectable()
export class DeviceStore {
  constructor(private readonly database: Database) {}

  /** Returns the key of a device; undefined for an unknown or revoked device. */
  async key(deviceId: string): Promise<DeviceKey | undefined> {
    return (await this.database.pipelinedRows<DeviceKey>(KEY, [deviceId]))[0];
  }

  /**
   * Spends a proof, and says whether its device is in use or still under test. Undefined when the proof was used before, or
   * the device is revoked.
   */
  async spendProof(deviceId: string, jti: string): Promise<{ isInUse: boolean } | undefined> {
    const key = `${deviceId} ${jti}`;
    return (await this.database.sharedRows<{ isInUse: boolean }>(SPEND_PROOF, [deviceId, jti], key))[0];
  }

  /** Returns the device under test that a code enrolled with these keys. */
  async enrolledBy(
    codeDigest: Buffer,
    keys: { signing: PublicJwk; encryption: PublicJwk },
  ): Promise<EnrolledBy | undefined> {
    return (await this.database.rows<EnrolledBy>(ENROLLED_BY, [codeDigest, keys.signing.x, keys.encryption.x]))[0];
  }

  /** Inserts a device under test and returns the end of its test. */
  async enrol(session: Session, device: NewDevice): Promise<Date> {
    await session.rows(REVOKE_EARLIER_TEST, [device.subscriptionId, device.issuerId]);
    const keys = {
      signingKey: JSON.stringify(device.signingKey),
      encryptionKey: JSON.stringify(device.encryptionKey),
      cardKey: device.cardKey && JSON.stringify(device.cardKey),
    };
    const values = enrolment.values({ ...device, ...keys });
    const [row] = await session.rows<{ testExpiresAt: Date }>(ENROL, values);
    if (!row) throw new Error('an insert without a condition returned no row');
    return row.testExpiresAt;
  }

  /**
   * Takes public keys for one device for ever, given the digests of their points. Returns the digests that another
   * device has or had; then the caller must roll back.
   */
  async takeKeys(session: Session, digests: readonly Buffer[]): Promise<Buffer[]> {
    const taken = await session.rows<Pick<DeviceKeyDigest, 'digest'>>(TAKE_KEYS, [digests]);
    return digests.filter((digest) => !taken.some((one) => one.digest.equals(digest)));
  }

  /** Stores the test envelope, enqueues its push, and returns the id of the delivery. */
  async enqueueTest(session: Session, deviceId: string, envelope: string): Promise<string | undefined> {
    return (await session.rows<{ id: string }>(ENQUEUE_TEST, [deviceId, envelope]))[0]?.id;
  }

  /**
   * Tries a test code; undefined when the test is not open. The right code also revokes the older device of the same
   * issuer.
   */
  async tryTest(
    session: Session,
    deviceId: string,
    subscriptionId: string,
    digests: Buffer[],
  ): Promise<{ state: DeviceState; attemptsLeft: number; isSmartOtp: boolean } | undefined> {
    const older = await session.rows<Pick<Device, 'id'>>(REVOKE_OLDER, [subscriptionId, deviceId, digests]);
    await session.closed(older.map(({ id }) => ({ door: 'device_revoked', id })));
    type Row = { state: DeviceState; attemptsLeft: number; isSmartOtp: boolean };
    return (await session.rows<Row>(TRY_TEST, [deviceId, digests]))[0];
  }

  /** Revokes the devices of a subscription that are still under test. */
  async revokeUntested(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(REVOKE_UNTESTED, [subscriptionId]);
  }

  /**
   * Revokes every device of a subscription except `but`. `replaced`: another phone takes their place, so that they may
   * still answer alerts.
   */
  async revokeAll(
    session: Session,
    subscriptionId: string,
    { but = null, replaced = false }: { but?: string | null; replaced?: boolean } = {},
  ): Promise<void> {
    const revoked = await session.rows<Pick<Device, 'id'>>(REVOKE_ALL, [subscriptionId, but, replaced]);
    await session.closed(revoked.map(({ id }) => ({ door: 'device_revoked', id })));
  }

  /**
   * True if a phone of the subscription was replaced in the last 72 hours, so that it can answer alerts, and none
   * confirmed the enrolment of this device.
   */
  async hasReplacedUnasked(session: Session, subscriptionId: string, deviceId: string): Promise<boolean> {
    return (await session.rows(HAS_REPLACED, [subscriptionId, deviceId])).length > 0;
  }

  /** Returns the key of the subscription's own phone in use, or of one that was replaced in the last 72 hours. */
  async keyForAlerts(deviceId: string): Promise<DeviceKey | undefined> {
    return (await this.database.rows<DeviceKey>(KEY_FOR_ALERTS, [deviceId]))[0];
  }

  /** True for a phone whose place another one took while it was reported lost. */
  async wasLost(deviceId: string): Promise<boolean> {
    return (await this.database.rows(WAS_LOST, [deviceId])).length === 1;
  }

  /** Of these devices, those of the same subscription that were enrolled after this one. */
  async enrolledLater(deviceId: string, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.rows<Pick<Device, 'id'>>(ENROLLED_LATER, [deviceId, ids]);
    return new Set(rows.map(({ id }) => id));
  }

  /** True if no phone of the subscription that may answer alerts was in use before this one. */
  async isEarliest(deviceId: string): Promise<boolean> {
    return (await this.database.rows(IS_EARLIEST, [deviceId])).length === 1;
  }

  /** Spends a proof of such a phone. Returns false when it was used before. */
  async spendProofForAlerts(deviceId: string, jti: string): Promise<boolean> {
    return (await this.database.rows(SPEND_PROOF_FOR_ALERTS, [deviceId, jti])).length === 1;
  }

  /** Counts the PIN of an answer. Undefined when the PIN is locked or the alert is closed: then compare nothing. */
  async countAlertPin(deviceId: string, alertId: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin & { id: string }>(COUNT_ALERT_PIN, [deviceId, alertId]))[0];
  }

  /** Resets the failure counters after a right PIN. */
  async resetPin(deviceId: string): Promise<void> {
    await this.database.rows(RESET_PIN, [deviceId]);
  }

  /** Revokes the own phone of a subscription that is still under test. */
  async revokeUntestedOwn(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(REVOKE_EARLIER_TEST, [subscriptionId, null]);
  }

  async testState(
    deviceId: string,
  ): Promise<{ state: DeviceState; envelope: string | null; expired: boolean } | undefined> {
    type Row = { state: DeviceState; envelope: string | null; expired: boolean };
    return (await this.database.rows<Row>(TEST_STATE, [deviceId]))[0];
  }

  /** Returns how a device stands with the service. */
  async standing(deviceId: string, subscriptionId: string): Promise<DeviceStanding | undefined> {
    return (await this.database.rows<DeviceStanding>(STANDING, [deviceId, subscriptionId]))[0];
  }

  /** Replaces the token of a device, or takes it away; `service` is null for a token of the device's own system. */
  async replacePushToken(
    deviceId: string,
    { service, token, digest }: { service: PushChoice | null; token: Buffer | null; digest: Buffer | null },
  ): Promise<void> {
    await this.database.rows(REPLACE_PUSH_TOKEN, [deviceId, token, digest, service]);
  }

  async clearPushToken(deviceId: string, digest: Buffer, since: Date | null): Promise<boolean> {
    return (await this.database.changed(CLEAR_PUSH_TOKEN, [deviceId, digest, since])) === 1;
  }

  /** Records that the app of a device sent a request. */
  async contacted(deviceId: string): Promise<void> {
    await this.database.rows(CONTACTED, [deviceId]);
  }

  /** Undefined without a phone in use or under test. */
  async reachOf(subscriptionId: string): Promise<Reach | undefined> {
    return (await this.database.rows<Reach>(REACHED_BY, [subscriptionId]))[0];
  }

  /** True while the subscription’s own phone is in use. */
  async hasActive(session: Session, subscriptionId: string): Promise<boolean> {
    return (await session.rows(HAS_ACTIVE, [subscriptionId])).length > 0;
  }

  /** Clears a batch of devices that went out of use 72 hours ago. Returns true if more may remain. */
  async clearRevoked(): Promise<boolean> {
    const revoked = await this.database.changed(REVOKE_ABANDONED, []);
    const cleared = await this.database.changed(CLEAR_REVOKED, []);
    return Math.max(revoked, cleared) === PURGE_BATCH;
  }

  /** Deletes a batch of proofs that are too old to be accepted again. Returns true if more may remain. */
  async purgeProofs(): Promise<boolean> {
    return (await this.database.changed(PURGE_PROOFS, [])) === PURGE_BATCH;
  }
}
