import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { PartitionedTable } from '../database/partitioned-table.ts';
import { statement } from '../database/statement.ts';
import { PUSH_ANSWER_DAYS, TEST_PUSH_SECONDS } from '../domain/push-answer.ts';
import { enqueueDelivery } from '../queue/enqueue-delivery.ts';
import type { Delivery } from './delivery.entity.ts';
import type { PushAnswer } from './push-answer.entity.ts';

/** An answer as a worker records it. */
export type NewPushAnswer = Omit<PushAnswer, 'id' | 'answeredAt'>;

/** An answer as the call centre reads it. */
export type GivenPushAnswer = Omit<PushAnswer, 'id' | 'deviceId' | 'deliveryId' | 'authenticationId'>;

const GIVEN = `SELECT p.kind, p.push_service AS "pushService", p.outcome, p.code, p.message_id AS "messageId", p.attempt,
    p.answered_at AS "answeredAt", p.took_ms AS "tookMs" FROM push_answers p`;

const RECORD = statement(
  'push_answer_record',
  `INSERT INTO push_answers (device_id, delivery_id, kind, push_service, outcome, code, message_id, attempt, took_ms,
      authentication_id)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::smallint[], $9::int[], $10::uuid[])`,
);

/** SQL: an answer (`p`) that is still kept. Its day is dropped as a whole, up to a day later. */
const IS_KEPT = `p.answered_at >= now() - interval '${PUSH_ANSWER_DAYS} days'`;

const LATEST = statement(
  'push_answer_latest',
  `${GIVEN} WHERE p.device_id = $1 AND ${IS_KEPT} ORDER BY p.id DESC LIMIT 5`,
);

/** The last answer to a test push, of a phone of the subscription alone. The index reads the last pushes of the phone. */
const OF_TEST = statement(
  'push_answer_of_test',
  `${GIVEN} WHERE p.delivery_id = $2 AND p.kind = 'push_test'
      AND p.device_id IN (SELECT id FROM devices WHERE subscription_id = $1 AND issuer_id IS NULL) AND ${IS_KEPT}
    ORDER BY p.id DESC LIMIT 1`,
);

/** A row while a worker still has to send the test push, or to send it again. */
const WAITING = statement(
  'push_test_waiting',
  `SELECT 1 FROM deliveries v JOIN devices d ON d.id = v.device_id
    WHERE v.id = $2 AND v.kind = 'push_test' AND d.subscription_id = $1 AND v.expires_at > now()`,
);

const ENQUEUE_TEST = statement(
  'push_test_enqueue',
  enqueueDelivery({
    kind: 'push_test',
    about: { device_id: 'd.id' },
    expiresAt: `now() + interval '${TEST_PUSH_SECONDS} seconds'`,
    from: `devices d WHERE d.subscription_id = $1 AND d.issuer_id IS NULL AND d.state = 'active'
      AND d.push_token IS NOT NULL AND ($2::uuid IS NULL OR d.id = $2)`,
  }),
);

/** The maximum number of answers that one statement deletes. */
const PURGE_BATCH = 5_000;

/** Deletes old answers of the first partition, which has those of an installation from before there were days. */
const PURGE_FIRST = statement(
  'push_answer_purge_first',
  `DELETE FROM push_answers WHERE answered_at < $1::timestamptz AND (id, answered_at) IN (
    SELECT id, answered_at FROM push_answers WHERE answered_at < $1::timestamptz ORDER BY answered_at LIMIT ${PURGE_BATCH})`,
);

/** The answers of push services, and test pushes. */
@Injectable()
export class PushAnswerStore {
  private readonly days: PartitionedTable;

  constructor(private readonly database: Database) {
    this.days = new PartitionedTable(database, { table: 'push_answers', unit: 'day', aheadDays: 7 });
  }

  async record(answers: readonly NewPushAnswer[]): Promise<void> {
    const column = <Name extends keyof NewPushAnswer>(name: Name) => answers.map((one) => one[name]);
    await this.database.rows(RECORD, [
      column('deviceId'),
      column('deliveryId'),
      column('kind'),
      column('pushService'),
      column('outcome'),
      column('code'),
      column('messageId'),
      column('attempt'),
      column('tookMs'),
      column('authenticationId'),
    ]);
  }

  /** The last five of a phone, newest first. */
  async latest(deviceId: string): Promise<GivenPushAnswer[]> {
    return this.database.rows<GivenPushAnswer>(LATEST, [deviceId]);
  }

  /**
   * Queues a test push to the phone in use, with `deviceId` to that one alone; undefined when there is none, or it has no
   * push token.
   */
  async enqueueTest(session: Session, subscriptionId: string, deviceId: string | null): Promise<string | undefined> {
    return (await session.rows<Pick<Delivery, 'id'>>(ENQUEUE_TEST, [subscriptionId, deviceId]))[0]?.id;
  }

  async ofTest(subscriptionId: string, deliveryId: string): Promise<GivenPushAnswer | undefined> {
    return (await this.database.rows<GivenPushAnswer>(OF_TEST, [subscriptionId, deliveryId]))[0];
  }

  /** True while a worker still has to send a test push. */
  async isWaiting(subscriptionId: string, deliveryId: string): Promise<boolean> {
    return (await this.database.rows(WAITING, [subscriptionId, deliveryId])).length === 1;
  }

  /** Adds the days of the next week. An answer that has no day is not recorded. */
  async addDays(): Promise<void> {
    await this.days.addAhead();
  }

  /**
   * Drops the days of which every answer is older than it is kept, and deletes a batch of older ones of the first partition.
   * Returns true if more may remain.
   */
  async purge(): Promise<boolean> {
    const oldest = await this.days.dropOlderThan(PUSH_ANSWER_DAYS);
    if (!oldest) return false;
    return (await this.database.changed(PURGE_FIRST, [oldest])) === PURGE_BATCH;
  }
}
