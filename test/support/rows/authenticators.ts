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

  /** Locks the authenticator on a device. */
  lock(deviceId: string): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5 WHERE device_id = $1', [deviceId]);
  }

  /** Locks the authenticators of a subscription. */
  lockOf(subscriptionId: string): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5 WHERE subscription_id = $1', [subscriptionId]);
  }

  /** Locks every authenticator. */
  lockAll(): Promise<unknown> {
    return this.sql('UPDATE authenticators SET failures = 5');
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
