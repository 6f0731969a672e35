import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { BROKERS_PREFIX } from '../gateways/sms/brokers-id.ts';
import type { Delivery } from './delivery.entity.ts';
import type { PushAnswer } from './push-answer.entity.ts';

/** The deliveries of one kind that wait. */
export type WaitingKind = Pick<Delivery, 'kind'> & {
  waiting: number;
  /** Those that a worker should have by now. */
  due: number;
  /** Those that a worker has. */
  claimed: number;
  oldest: Date;
  /** Seconds for which the oldest one has waited that no worker has had yet; 0 without one. */
  untakenSeconds: number;
  /** The most attempts of one of them. */
  attempts: number;
};

export type WaitingDelivery = Pick<
  Delivery,
  'id' | 'kind' | 'attempts' | 'createdAt' | 'dueAt' | 'claimedUntil' | 'expiresAt'
>;

/** A message that a platform refused for good. `code` is the platform's word; a text message has no id here. */
export type FailedMessage = Pick<PushAnswer, 'code'> & { at: Date; kind: string; by: string; id: string | null };

/** Which deliveries are meant: these ids, or all of a kind that are so many seconds old. Null: no matter which. */
export interface Selection {
  ids: readonly string[] | null;
  kind: string | null;
  olderThanSeconds: number;
}

/** The newest rows that are looked through for failures: the tables have no index by outcome. */
const LOOKED_THROUGH = 50_000;

const KINDS = statement(
  'delivery_waiting_kinds',
  `SELECT kind, count(*)::int AS waiting,
      count(*) FILTER (WHERE due_at <= now() AND (claimed_until IS NULL OR claimed_until <= now()))::int AS due,
      count(*) FILTER (WHERE claimed_until > now())::int AS claimed,
      min(created_at) AS oldest,
      coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE attempts = 0)), 0)::float8 AS "untakenSeconds", max(attempts)::int AS attempts
    FROM deliveries WHERE expires_at > now() GROUP BY kind ORDER BY kind`,
);

const LIST = statement(
  'delivery_waiting_list',
  `SELECT id, kind, attempts, created_at AS "createdAt", due_at AS "dueAt", claimed_until AS "claimedUntil",
      expires_at AS "expiresAt"
    FROM deliveries WHERE expires_at > now() AND ($1::text IS NULL OR kind = $1)
      AND created_at <= now() - make_interval(secs => $2::float8) ORDER BY id LIMIT $3::int`,
);

const FAILED = statement(
  'delivery_failed_list',
  `SELECT * FROM (
      SELECT a.answered_at AS at, a.kind, a.push_service AS by, a.code, a.delivery_id::text AS id
      FROM (SELECT * FROM push_answers ORDER BY id DESC LIMIT ${LOOKED_THROUGH}) a WHERE a.outcome = 'rejected'
      UNION ALL
      SELECT coalesce(t.settled_at, t.sent_at), CASE WHEN t.notice_id IS NULL THEN 'sms' ELSE 'notice' END,
        CASE WHEN t.message_id LIKE '${BROKERS_PREFIX}%' THEN 'http' ELSE 'smpp' END, t.state, NULL
      FROM (SELECT * FROM text_messages ORDER BY id DESC LIMIT ${LOOKED_THROUGH}) t
      WHERE t.state IN ('rejected', 'undeliverable')
    ) f ORDER BY at DESC LIMIT $1::int`,
);

/** SQL: a delivery that is meant, and that no worker has. */
const IS_MEANT = `($1::bigint[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR kind = $2)
      AND created_at <= now() - make_interval(secs => $3::float8) AND (claimed_until IS NULL OR claimed_until <= now())`;

const RETRY = statement(
  'delivery_retry_now',
  `UPDATE deliveries SET due_at = now() WHERE ${IS_MEANT} AND expires_at > now() RETURNING id`,
);

const DROP = statement('delivery_drop', `DELETE FROM deliveries WHERE ${IS_MEANT} RETURNING id`);

/** The outbox as an operator of the service sees it. */
@Injectable()
export class WaitingStore {
  constructor(private readonly database: Database) {}

  async kinds(): Promise<WaitingKind[]> {
    return this.database.rows<WaitingKind>(KINDS, []);
  }

  async list(kind: string | null, olderThanSeconds: number, limit: number): Promise<WaitingDelivery[]> {
    return this.database.rows<WaitingDelivery>(LIST, [kind, olderThanSeconds, limit]);
  }

  async failed(limit: number): Promise<FailedMessage[]> {
    return this.database.rows<FailedMessage>(FAILED, [limit]);
  }

  /** Makes them due. Returns their number. */
  async retry(session: Session, { ids, kind, olderThanSeconds }: Selection): Promise<number> {
    return (await session.rows<Pick<Delivery, 'id'>>(RETRY, [ids, kind, olderThanSeconds])).length;
  }

  /** Deletes them. Returns their number. */
  async drop(session: Session, { ids, kind, olderThanSeconds }: Selection): Promise<number> {
    return (await session.rows<Pick<Delivery, 'id'>>(DROP, [ids, kind, olderThanSeconds])).length;
  }
}
