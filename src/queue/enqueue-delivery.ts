import { FIRST_SWEEP_SECONDS, type DeliveryKind } from '../domain/delivery.ts';

/**
 * The last part of a statement that has something handed to a platform once it is committed: it writes a row of the
 * outbox for each row of `from`, and answers the ids, which `JobQueue.enqueue` takes after the commit. The sweeper
 * takes up what was not handed over by `due_at`.
 */
export function enqueueDelivery(delivery: {
  /** A kind, or SQL that chooses one. */
  kind: DeliveryKind | { sql: string };
  /** Columns of `deliveries` with the SQL of their values: what the delivery is about. */
  about: Partial<Record<'authentication_id' | 'device_id' | 'notice_id', string>>;
  /** SQL of the instant after which handing over is worth nothing. */
  expiresAt: string;
  /** What follows FROM. */
  from: string;
}): string {
  const { kind, about, expiresAt, from } = delivery;
  return `INSERT INTO deliveries (kind, ${Object.keys(about).join(', ')}, due_at, created_at, expires_at)
      SELECT ${typeof kind === 'string' ? `'${kind}'` : kind.sql}, ${Object.values(about).join(', ')},
        now() + interval '${FIRST_SWEEP_SECONDS} seconds', now(), ${expiresAt}
      FROM ${from} RETURNING id`;
}

/** Why statements of other rooms write the outbox. */
export const OUTBOX = { deliveries: 'the outbox row commits with what it is about' } as const;
