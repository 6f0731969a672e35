import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { future } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, swapKnownAfter } from '../database/statement-parts.ts';
import { DEED_REQUEST_HOURS, type RequestableDeed } from '../domain/deed.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { DeedRequest } from './deed-request.entity.ts';

/** SQL: what was requested is still what it was. The client that requested it did not know of what came later. */
const STANDS = `NOT EXISTS (SELECT 1 FROM subscription_links k WHERE k.subscription_id = r.subscription_id
      AND k.number > r.link AND k.change IN ('suspended', 'cancelled', 'device_activated'))
    AND NOT EXISTS (SELECT 1 FROM subscriptions s JOIN lines l ON l.id = s.line_id
      WHERE s.id = r.subscription_id AND l.doubted_at > r.asked_at)
    AND NOT ${swapKnownAfter('r.subscription_id', 'r.asked_at')}`;

/** A client that requests the same again renews its request, so that each has one. */
const ASK = statement(
  'deed_request_ask',
  `INSERT INTO deed_requests AS r (id, subscription_id, deed, asked_by, reason, link, asked_at, expires_at)
    SELECT $1, s.id, $3, $4, $5, s.link, ${NOW}, ${NOW} + interval '${DEED_REQUEST_HOURS} hours'
    FROM subscriptions s WHERE s.id = $2
    ON CONFLICT (subscription_id, deed, asked_by) WHERE spent_at IS NULL DO UPDATE SET reason = excluded.reason,
      link = excluded.link, asked_at = excluded.asked_at, expires_at = excluded.expires_at
    RETURNING id, expires_at AS "expiresAt"`,
);

/**
 * Spends every request for this deed, if another client than the one that acts made one of them: what is done once is
 * no longer requested. The caller has locked the subscription, so two deeds take turns.
 */
const SPEND = statement(
  'deed_request_spend',
  `WITH other AS MATERIALIZED (
      SELECT r.asked_by FROM deed_requests r
      WHERE r.subscription_id = $1 AND r.deed = $2 AND r.asked_by <> $3 AND r.spent_at IS NULL
        AND r.expires_at > now() AND ${STANDS}
      ORDER BY r.asked_at DESC LIMIT 1
    ), spent AS (
      UPDATE deed_requests SET spent_at = now(), spent_by = $3
      WHERE subscription_id = $1 AND deed = $2 AND spent_at IS NULL AND EXISTS (SELECT 1 FROM other) RETURNING 1
    )
    SELECT c.client_id AS "askedBy" FROM other JOIN clients c ON c.id = other.asked_by
    WHERE (SELECT count(*) FROM spent) > 0`,
);

/** The maximum number of requests that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'deed_request_purge',
  `DELETE FROM deed_requests WHERE id IN (SELECT id FROM deed_requests WHERE expires_at < now() LIMIT ${PURGE_BATCH})`,
);

/** The table of what programs requested of one another. */
@Injectable()
export class DeedRequestStore {
  constructor(private readonly database: Database) {}

  /** Stores a request, or renews the one that the client made before. The caller has locked the subscription. */
  async ask(
    session: Session,
    request: Pick<DeedRequest, 'id' | 'subscriptionId' | 'deed' | 'askedBy' | 'reason'>,
  ): Promise<Pick<DeedRequest, 'id' | 'expiresAt'>> {
    const { id, subscriptionId, deed, askedBy, reason } = request;
    const [asked] = await session.rows<Pick<DeedRequest, 'id' | 'expiresAt'>>(ASK, [
      id,
      subscriptionId,
      deed,
      askedBy,
      reason,
    ]);
    if (!asked) throw new Error('the locked subscription has gone');
    return asked;
  }

  /** Spends the requests for a deed. Returns the name of another client that made one; undefined when none did. */
  async spend(
    session: Session,
    { subscriptionId, deed, clientId }: { subscriptionId: string; deed: RequestableDeed; clientId: Client['id'] },
  ): Promise<Client['clientId'] | undefined> {
    const values = [subscriptionId, deed, clientId];
    return (await session.rows<{ askedBy: Client['clientId'] }>(SPEND, values))[0]?.askedBy;
  }

  /** True while a program’s request to cancel a subscription can be used. */
  async isToBeCancelled({ manager }: Session, subscriptionId: string): Promise<boolean> {
    const unused = { subscriptionId, deed: 'cancel', spentAt: IsNull(), expiresAt: future() } as const;
    return manager.existsBy(DeedRequest, unused);
  }

  /** Deletes the unused requests to cancel a subscription, because the person objected. */
  async withdrawCancellation({ manager }: Session, subscriptionId: string): Promise<void> {
    await manager.delete(DeedRequest, { subscriptionId, deed: 'cancel', spentAt: IsNull() });
  }

  /** Deletes a batch of requests that have expired. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
