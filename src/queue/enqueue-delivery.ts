import { FIRST_SWEEP_SECONDS, type DeliveryKind } from '../domain/delivery.ts';

/**
 * SQL for the last part of a statement that needs a message sent after its commit: inserts a row of the outbox for each
 * row of `from`, and returns the ids.
 * The caller passes the ids to `JobQueue.enqueue` after the commit. The sweeper sends deliveries that no worker has
 * sent by `due_at`.
 */
export function enqueueDelivery(delivery: {
  /** A kind, or SQL that chooses one. */
  kind: DeliveryKind | { sql: string };
  /** The subject of the delivery: columns of `deliveries` with the SQL of their values. */
  about: Partial<Record<'authentication_id' | 'device_id' | 'notice_id' | 'alert_id', string>>;
  /** SQL of the instant after which the message is worthless. */
  expiresAt: string;
  /** SQL after FROM. */
  from: string;
}): string {
  const { kind, about, expiresAt, from } = delivery;
  return `INSERT INTO deliveries (kind, ${Object.keys(about).join(', ')}, due_at, created_at, expires_at)
      SELECT ${typeof kind === 'string' ? `'${kind}'` : kind.sql}, ${Object.values(about).join(', ')},
        now() + interval '${FIRST_SWEEP_SECONDS} seconds', now(), ${expiresAt}
      FROM ${from} RETURNING id`;
}

/** The reason for which statements of other rooms write the outbox, for `writes` of `statement()`. */
export const OUTBOX = { deliveries: 'the outbox row commits with what it is about' } as const;
