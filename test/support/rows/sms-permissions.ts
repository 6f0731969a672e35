import { randomUUID } from 'node:crypto';
import type { Sql } from './sql.ts';

/** Reads and changes the permissions to send codes by SMS. */
export class SmsPermissionRows {
  constructor(private readonly sql: Sql) {}

  /** Deletes every permission. */
  clear(): Promise<unknown> {
    return this.sql('DELETE FROM sms_permissions');
  }

  /** Adds a permission that is valid for ten minutes. */
  add(one: { subscriptionId: string; relyingPartyId: string; deviceId: string }): Promise<unknown> {
    return this.sql(
      `INSERT INTO sms_permissions VALUES ($1, $2, $3, $4, '\\x00', now(), now(), now(), now() + interval '10 minutes')`,
      [randomUUID(), one.subscriptionId, one.relyingPartyId, one.deviceId],
    );
  }

  /** Makes a subscription's permissions expire now. */
  endPermitted(subscriptionId: string): Promise<unknown> {
    return this.sql(
      'UPDATE sms_permissions SET ends_at = now() WHERE permitted_at IS NOT NULL AND subscription_id = $1',
      [subscriptionId],
    );
  }

  /** Ends the period in which a request can be confirmed. */
  expireRequest(id: string): Promise<unknown> {
    return this.sql('UPDATE sms_permissions SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Sets how long ago every request of a subscription was made. */
  ageRequests(subscriptionId: string, days: number): Promise<unknown> {
    return this.sql(
      'UPDATE sms_permissions SET created_at = now() - make_interval(days => $2) WHERE subscription_id = $1',
      [subscriptionId, days],
    );
  }

  /**
   * The permissions of a subscription: whether each has ended, and whether it was recorded as ended exactly at its
   * expiry.
   */
  of(subscriptionId: string): Promise<{ ended: boolean; settled: boolean }[]> {
    return this.sql(
      `SELECT ended_at IS NOT NULL AS ended, ended_at IS NOT DISTINCT FROM ends_at AS settled
       FROM sms_permissions WHERE subscription_id = $1`,
      [subscriptionId],
    );
  }
}
