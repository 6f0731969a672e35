import { randomUUID } from 'node:crypto';
import { deviceBond, type BoundDevice } from '../../../src/crypto/device-cipher.ts';
import type pg from 'pg';
import { withRowLock, type Sql } from './sql.ts';

/** Reads and changes devices and their proofs. */
export class DeviceRows {
  constructor(
    private readonly sql: Sql,
    private readonly pool: pg.Pool,
  ) {}

  /** Holds a device's row lock while `work` runs. `work` can wait until another transaction waits for the lock. */
  whileLocked<T>(deviceId: string, work: (untilWaitedFor: () => Promise<unknown>) => Promise<T>): Promise<T> {
    return withRowLock(this.pool, 'devices', deviceId, ({ untilWaitedFor }) => work(untilWaitedFor));
  }

  /** The number of transactions of this database that wait for a lock. */
  async waitingForLocks(): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row!.count;
  }

  /** Counts PINs as a process does that has not compared them. */
  countPins(deviceId: string, tries: number): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_failures = $2, pin_wrong = $2 WHERE id = $1', [deviceId, tries]);
  }

  /** Adds an active device to a subscription. */
  addActive(subscriptionId: string, name: string): Promise<unknown> {
    return this.sql(
      `INSERT INTO devices (id, subscription_id, serial_number, state, signing_key, encryption_key, knowledge_key, platform,
         push_service, os_version, app_version, name, test_expires_at, activated_at)
       VALUES ($1, $2, $3, 'active', '{}', '{}', '', 'android', 'fcm', '14', '1.0.0', $4, now(), now())`,
      [randomUUID(), subscriptionId, `PG-${randomUUID().slice(0, 14)}`, name],
    );
  }

  /** The push service of a device, and whether it has a token. */
  async pushOf(deviceId: string): Promise<{ service: string; hasToken: boolean }> {
    const [row] = await this.sql<{ service: string; hasToken: boolean }>(
      'SELECT push_service AS service, push_token IS NOT NULL AS "hasToken" FROM devices WHERE id = $1',
      [deviceId],
    );
    return row!;
  }

  /** Revokes a device only, without the effects of a real revocation. */
  revoke(deviceId: string): Promise<unknown> {
    return this.sql(`UPDATE devices SET state = 'revoked', revoked_at = now() WHERE id = $1`, [deviceId]);
  }

  /** Moves the replacement of a subscription's phones into the past. */
  ageReplacement(subscriptionId: string, hours: number): Promise<unknown> {
    return this.sql(
      'UPDATE devices SET replaced_at = replaced_at - make_interval(hours => $2) WHERE subscription_id = $1',
      [subscriptionId, hours],
    );
  }

  /** Revokes the devices of a subscription only, without the effects of a real revocation. */
  revokeAllOf(subscriptionId: string): Promise<unknown> {
    return this.sql(`UPDATE devices SET state = 'revoked', revoked_at = now() WHERE subscription_id = $1`, [
      subscriptionId,
    ]);
  }

  /** Moves the row of a phone to another subscription, whose own phone it replaces there. */
  async move(deviceId: string, subscriptionId: string): Promise<void> {
    await this.sql(`UPDATE devices SET state = 'revoked', revoked_at = now() WHERE subscription_id = $1`, [
      subscriptionId,
    ]);
    await this.sql('UPDATE devices SET subscription_id = $2 WHERE id = $1', [deviceId, subscriptionId]);
  }

  /** Puts another public key into the row of a phone. */
  replaceKey(deviceId: string, column: 'signing_key' | 'encryption_key', jwk: object): Promise<unknown> {
    return this.sql(`UPDATE devices SET ${column} = $2 WHERE id = $1`, [deviceId, JSON.stringify(jwk)]);
  }

  /** Makes a Smart OTP of an institution the own phone of its subscription. */
  async becomeOwnPhone(deviceId: string, subscriptionId: string): Promise<void> {
    await this.sql(`UPDATE devices SET state = 'revoked', revoked_at = now() WHERE subscription_id = $1 AND id <> $2`, [
      subscriptionId,
      deviceId,
    ]);
    await this.sql('UPDATE devices SET issuer_id = NULL WHERE id = $1', [deviceId]);
  }

  /** Names the devices of a subscription. */
  rename(subscriptionId: string, name: string): Promise<unknown> {
    return this.sql('UPDATE devices SET name = $2, name_cipher = NULL WHERE subscription_id = $1', [
      subscriptionId,
      name,
    ]);
  }

  /** Sets the serial number of a subscription's device. */
  setSerialNumber(subscriptionId: string, serialNumber: string): Promise<unknown> {
    return this.sql('UPDATE devices SET serial_number = $2 WHERE subscription_id = $1', [subscriptionId, serialNumber]);
  }

  /** Moves the activation of every device into the past. */
  ageActivations(days: number): Promise<unknown> {
    return this.sql('UPDATE devices SET activated_at = activated_at - make_interval(days => $1)', [days]);
  }

  /** Ends the period in which each device can be tested. */
  expireTests(): Promise<unknown> {
    return this.sql("UPDATE devices SET test_expires_at = now() WHERE state = 'testing'", []);
  }

  /** Ends the period in which a device can be tested. */
  expireTest(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET test_expires_at = now() WHERE id = $1', [deviceId]);
  }

  /** Number of wrong test codes. */
  async testFailuresOf(deviceId: string): Promise<number> {
    const [row] = await this.sql<{ n: number }>('SELECT test_failures AS n FROM devices WHERE id = $1', [deviceId]);
    return row!.n;
  }

  /** Number of wrong PINs. */
  async pinFailuresOf(deviceId: string): Promise<number> {
    const [row] = await this.sql<{ n: number }>('SELECT pin_failures AS n FROM devices WHERE id = $1', [deviceId]);
    return row!.n;
  }

  /** Number of wrong PINs since the last right one. */
  async pinWrongOf(deviceId: string): Promise<number> {
    const [row] = await this.sql<{ n: number }>('SELECT pin_wrong AS n FROM devices WHERE id = $1', [deviceId]);
    return row!.n;
  }

  /** Sets the number of wrong PINs since the last right one; the PIN is not locked by five in a row. */
  setPinWrong(deviceId: string, wrong: number): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_failures = 0, pin_locked_at = NULL, pin_wrong = $2 WHERE id = $1', [
      deviceId,
      wrong,
    ]);
  }

  /** Unlocks the PIN of a device once more, as a further unlock by two people does. */
  unlockPin(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_failures = 0, pin_locked_at = NULL WHERE id = $1', [deviceId]);
  }

  /** Locks the PIN of a device. */
  lockPin(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_failures = 5, pin_locked_at = now() WHERE id = $1', [deviceId]);
  }

  /** Locks the PIN of a subscription's devices. */
  lockPinOf(subscriptionId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_failures = 5, pin_locked_at = now() WHERE subscription_id = $1', [
      subscriptionId,
    ]);
  }

  /** Ends the period of a PIN check. */
  expirePinCheck(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET pin_check_expires_at = now() WHERE id = $1', [deviceId]);
  }

  /** The text to which the secrets of a device are bound. */
  async bondOf(deviceId: string): Promise<string> {
    const [row] = await this.sql<BoundDevice>(
      `SELECT id, subscription_id AS "subscriptionId", issuer_id AS "issuerId", signing_key AS "signingKey",
         encryption_key AS "encryptionKey", card_key AS "cardKey" FROM devices WHERE id = $1`,
      [deviceId],
    );
    return deviceBond(row!);
  }

  /** The encrypted knowledge key. */
  async knowledgeKeyOf(deviceId: string): Promise<Buffer> {
    const [row] = await this.sql<{ key: Buffer }>('SELECT knowledge_key AS key FROM devices WHERE id = $1', [deviceId]);
    return row!.key;
  }

  /** The encrypted push token. */
  async pushTokenOf(deviceId: string): Promise<Buffer> {
    const [row] = await this.sql<{ token: Buffer }>('SELECT push_token AS token FROM devices WHERE id = $1', [
      deviceId,
    ]);
    return row!.token;
  }

  /** Returns whether a push token is stored. */
  async hasPushToken(deviceId: string): Promise<boolean> {
    const [row] = await this.sql<{ known: boolean }>(
      'SELECT push_token IS NOT NULL AND push_token_digest IS NOT NULL AS known FROM devices WHERE id = $1',
      [deviceId],
    );
    return row!.known;
  }

  /** Deletes the push token. */
  dropPushToken(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE devices SET push_token = NULL WHERE id = $1', [deviceId]);
  }

  /**
   * Dates the push token a minute ahead, so that it is newer than any rejection its platform sends within that minute.
   */
  postdatePushToken(deviceId: string): Promise<unknown> {
    return this.sql(`UPDATE devices SET push_token_at = now() + interval '1 minute' WHERE id = $1`, [deviceId]);
  }

  /** Whether a contact of the app is recorded. */
  async hasContact(deviceId: string): Promise<boolean> {
    return (await this.sql('SELECT 1 FROM device_contacts WHERE device_id = $1', [deviceId])).length === 1;
  }

  /** Moves the last contact of the app into the past. */
  ageContact(deviceId: string, days: number): Promise<unknown> {
    return this.sql('UPDATE device_contacts SET at = at - make_interval(days => $2) WHERE device_id = $1', [
      deviceId,
      days,
    ]);
  }

  /** Records a contact of the app now, as the next request of it does after half a minute. */
  contactNow(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE device_contacts SET at = now() WHERE device_id = $1', [deviceId]);
  }

  /** Number of remembered device proofs. */
  async proofsOf(deviceId: string): Promise<number> {
    return (await this.sql('SELECT 1 FROM device_proofs WHERE device_id = $1', [deviceId])).length;
  }

  /** Moves the remembered device proofs into the past. */
  ageProofs(deviceId: string, minutes: number): Promise<unknown> {
    return this.sql('UPDATE device_proofs SET seen_at = now() - make_interval(mins => $2) WHERE device_id = $1', [
      deviceId,
      minutes,
    ]);
  }
}
