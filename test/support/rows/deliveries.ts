import { eventually } from '../eventually.ts';
import type { Sql } from './sql.ts';

export interface DeliveryRow {
  kind: string;
  attempts: number;
  /** Seconds until the next attempt. */
  dueIn: number;
  /** True if no worker has claimed it. */
  waiting: boolean;
}

/** Reads and changes pushes and text messages that have not been delivered yet. */
export class DeliveryRows {
  constructor(private readonly sql: Sql) {}

  /** The deliveries of an authentication. */
  of(authenticationId: string): Promise<DeliveryRow[]> {
    return this.sql(
      `SELECT kind, attempts, extract(epoch FROM due_at - now())::float AS "dueIn", claimed_until IS NULL AS waiting
       FROM deliveries WHERE authentication_id = $1`,
      [authenticationId],
    );
  }

  /** Resolves once no delivery of an authentication is left. */
  async untilDone(authenticationId: string): Promise<void> {
    await eventually('an empty list of deliveries', async () => (await this.of(authenticationId)).length === 0);
  }

  /** Resolves once no delivery of a subscription's notices is left. */
  async untilNoticesDone(subscriptionId: string): Promise<void> {
    await eventually('an empty list of deliveries', async () => {
      const rows = await this.sql(
        'SELECT 1 FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.subscription_id = $1',
        [subscriptionId],
      );
      return rows.length === 0;
    });
  }

  /** Runs work while the database refuses to store that an enrolment code is texted. */
  async withoutTextedCodes<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.sql(`ALTER TABLE notices ADD CONSTRAINT no_codes CHECK (kind <> 'enrolment_code') NOT VALID`);
    try {
      return await work();
    } finally {
      await this.sql('ALTER TABLE notices DROP CONSTRAINT no_codes');
    }
  }

  /** Whether every delivery is done. */
  async none(): Promise<boolean> {
    return (await this.sql('SELECT 1 FROM deliveries')).length === 0;
  }

  /** Number of recorded answers to pushes to a device. */
  async answersOf(deviceId: string): Promise<number> {
    return (await this.sql('SELECT 1 FROM push_answers WHERE device_id = $1', [deviceId])).length;
  }

  /** Moves the answers to pushes to a device into the past. */
  ageAnswers(deviceId: string, days: number): Promise<unknown> {
    return this.sql(
      'UPDATE push_answers SET answered_at = answered_at - make_interval(days => $2) WHERE device_id = $1',
      [deviceId, days],
    );
  }

  /** Makes the next attempt for an authentication due now. */
  makeDue(authenticationId: string): Promise<unknown> {
    return this.sql('UPDATE deliveries SET due_at = now() WHERE authentication_id = $1', [authenticationId]);
  }

  /** Sets the time after which the delivery of an authentication is no longer attempted. */
  expireIn(authenticationId: string, seconds: number): Promise<unknown> {
    return this.sql(
      'UPDATE deliveries SET expires_at = now() + make_interval(secs => $2) WHERE authentication_id = $1',
      [authenticationId, seconds],
    );
  }
}
