import type pg from 'pg';
import { withRowLock, type Sql } from './sql.ts';

/** Reads and changes one-time passwords, Smart OTPs and registrations at institutions. */
export class AuthenticatorRows {
  constructor(
    private readonly sql: Sql,
    private readonly pool: pg.Pool,
  ) {}

  /** The stored columns of the authenticator on a device; its secret is encrypted. */
  async of(deviceId: string): Promise<{ id: string; secret: Buffer | null; terms: string; failures: number }> {
    const [row] = await this.sql<{ id: string; secret: Buffer | null; terms: string; failures: number }>(
      'SELECT id, secret, terms, failures FROM authenticators WHERE device_id = $1',
      [deviceId],
    );
    return row!;
  }

  /** Exchanges the subscriptions of two devices and of their authenticators. */
  async exchange(one: string, other: string): Promise<void> {
    const subscriptionsOf = `SELECT d.id, o.subscription_id FROM devices d JOIN devices o
      ON d.id IN ($1, $2) AND o.id IN ($1, $2) AND o.id <> d.id`;
    await this.sql(
      `WITH other AS (${subscriptionsOf}), devices AS (
         UPDATE devices d SET subscription_id = o.subscription_id, state = 'revoked' FROM other o WHERE d.id = o.id
       )
       UPDATE authenticators a SET subscription_id = o.subscription_id FROM other o WHERE a.device_id = o.id`,
      [one, other],
    );
    await this.sql(`UPDATE devices SET state = 'active' WHERE id IN ($1, $2)`, [one, other]);
  }

  /** Number of rows in the tables that issuing a Smart OTP writes, without those that workers remove meanwhile. */
  async rowsOfIssuing(): Promise<number> {
    const tables = ['enrolment_codes', 'notices', 'start_budgets'];
    const counted = tables.map((table) => `(SELECT count(*)::int FROM ${table})`).join(' + ');
    const [row] = await this.sql<{ n: number }>(`SELECT ${counted} AS n`);
    return row!.n;
  }

  /** Locks the authenticator on a device. */
  lock(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5 WHERE device_id = $1', [deviceId]);
  }

  /** Locks the authenticators of a subscription. */
  lockOf(subscriptionId: string): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5 WHERE subscription_id = $1', [subscriptionId]);
  }

  /** Expects the next code of every phone at the present step, as after a code that was typed as soon as it was shown. */
  forgetDrift(): Promise<unknown> {
    return this.sql('UPDATE authenticators SET drift = 0');
  }

  /** Locks every authenticator. */
  lockAll(): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5');
  }

  /** Unlocks every authenticator. */
  unlockAll(): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 0');
  }

  /** Makes every pending registration expire now. */
  expirePending(): Promise<unknown> {
    return this.sql(`UPDATE registrations SET expires_at = now() WHERE state = 'pending'`);
  }

  /** State of a registration, and the party that closed it. */
  registration(id: string): Promise<{ state: string; closed_by: string | null }[]> {
    return this.sql('SELECT state, closed_by FROM registrations WHERE id = $1', [id]);
  }

  /** States of the registrations of a device. */
  registrationsOf(deviceId: string): Promise<{ state: string }[]> {
    return this.sql('SELECT state FROM registrations WHERE device_id = $1', [deviceId]);
  }

  /** Registers every active device at an institution. */
  registerAllAt(clientId: string): Promise<unknown> {
    return this.sql(
      `INSERT INTO registrations (id, client_id, subscription_id, device_id, state, nonce, requested_at, expires_at, confirmed_at)
       SELECT gen_random_uuid(), c.id, d.subscription_id, d.id, 'active', '', now(), now(), now()
       FROM devices d, clients c WHERE d.state = 'active' AND c.client_id = $1`,
      [clientId],
    );
  }

  /** Revokes a registration while the work of `begin` already waits for its row lock. Returns the result of `begin`. */
  async revokeUnder<T>(id: string, begin: () => Promise<T>): Promise<T> {
    const begun = await withRowLock(this.pool, 'registrations', id, async ({ client, untilWaitedFor }) => {
      const waiting = begin();
      await untilWaitedFor();
      await client.query(
        `UPDATE registrations SET state = 'revoked', closed_at = now(), closed_by = 'app' WHERE id = $1`,
        [id],
      );
      return { waiting };
    });
    return begun.waiting;
  }
}
