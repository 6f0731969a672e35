import { NOW } from '../database/statement-parts.ts';

/** SQL: events for the clients of some rows. */
export interface Telling {
  /** SQL after FROM: the rows, with `client_id`, whose events are told where that client listens. */
  from: string;
  /** SQL of a SELECT about one of the rows (`x`): `type`, `happened_at` and `data` of each of its events. */
  says: string;
}

/**
 * SQL for the `WITH` of a statement that changes a state: records the events that tell of the change, and that they are to
 * be sent to the endpoints that chose their types, for clients that listen. For all others it looks up one row.
 *
 * The rows commit with the change, so an event can neither be lost nor tell of what did not happen.
 */
export function tell(...tellings: readonly Telling[]): string {
  const events = tellings.map(
    ({ from, says }) => `SELECT l.client_id, l.epoch, s.type, date_trunc('milliseconds', s.happened_at), s.data
      FROM ${from} x JOIN webhook_listeners l ON l.client_id = x.client_id CROSS JOIN LATERAL (${says}) s`,
  );
  return `told AS (
      INSERT INTO webhook_events (client_id, epoch, type, happened_at, data)
      ${events.join('\n      UNION ALL ')}
      RETURNING id, client_id, type
    ), sent AS (
      INSERT INTO webhook_deliveries (endpoint_id, event_id)
      SELECT p.id, t.id FROM told t JOIN webhook_endpoints p ON p.client_id = t.client_id
      WHERE p.disabled_at IS NULL AND p.types && ARRAY['*', t.type]
    )`;
}

/** The reasons for which statements of other rooms write these tables, for `writes` of `statement()`. */
export const TOLD = {
  webhook_events: 'an event commits with the change that it tells of',
  webhook_deliveries: 'the sending of an event commits with the event',
} as const;

/**
 * Authentications that were opened or closed: `from` has `id`, `client_id`, `state` and `closed_at`. The one that is
 * attached to a hosted window closes the window, unless the window goes on with another authentication (`goesOn`, SQL of its id).
 * `reason` is the SQL of the reason of a refusal. Of one that a flow of OpenID Connect or CAMARA started nothing is told: the flow
 * tells what its scopes release, and the channel of one that names a number alone says who has a subscription.
 */
export function aboutAuthentications(
  from: string,
  { reason, goesOn = 'NULL' }: { reason?: string; goesOn?: string } = {},
): Telling {
  const because = reason === undefined ? '' : ` || jsonb_build_object('reason', ${reason})`;
  // The row as it was before the statement: neither its channel nor its window ever changes.
  return {
    from,
    says: `SELECT 'authentication.' || x.state AS type, coalesce(x.closed_at, ${NOW}) AS happened_at,
          jsonb_build_object('id', x.id, 'state', x.state, 'channel', a.channel, 'closedAt', ${utc('x.closed_at')})${because} AS data
        FROM authentications a WHERE a.id = x.id AND a.flow = 'api'
        UNION ALL SELECT 'window.closed', x.closed_at,
          jsonb_build_object('windowId', a.window_id, 'state', 'closed', 'authenticationId', x.id)
        FROM authentications a
        WHERE a.id = x.id AND a.flow = 'api' AND x.closed_at IS NOT NULL AND a.window_id IS NOT NULL
          AND a.window_id IS DISTINCT FROM ${goesOn}::uuid AND NOT EXISTS (
            SELECT 1 FROM windows w JOIN authentications o ON o.id = w.authentication_id
            WHERE w.id = a.window_id AND o.id <> a.id AND o.state <> 'cancelled')`,
  };
}

/**
 * Authentications of test mode: `from` has `id`, `client_id`, `state`, `closed_at`, `channel`, `window_id`, `person_digest`,
 * `opens_at`, and `was_opened`, true if it was opened then and no event has told that yet. The one of a hosted window closes
 * the window, unless the window goes on with another one, which cancelled it, or was closed by another one before. Both name
 * the same person.
 */
export function aboutTestAuthentications(from: string): Telling {
  return {
    from,
    says: `SELECT 'authentication.' || x.state AS type, coalesce(x.closed_at, ${NOW}) AS happened_at,
          jsonb_build_object('id', x.id, 'state', x.state, 'channel', x.channel, 'closedAt', ${utc('x.closed_at')},
            'test', true) AS data
        UNION ALL SELECT 'authentication.opened', x.opens_at,
          jsonb_build_object('id', x.id, 'state', 'opened', 'channel', x.channel, 'closedAt', NULL, 'test', true)
        WHERE x.was_opened
        UNION ALL SELECT 'window.closed', x.closed_at,
          jsonb_build_object('windowId', x.window_id, 'state', 'closed', 'authenticationId', x.id, 'test', true)
        WHERE x.closed_at IS NOT NULL AND x.window_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM test_authentications o WHERE o.client_id = x.client_id AND o.person_digest = x.person_digest
            AND o.window_id = x.window_id AND o.id <> x.id AND o.state <> 'cancelled'
            AND (x.state = 'cancelled' OR o.closed_at IS NOT NULL))`,
  };
}

/** Registrations that became active or closed: `from` has `id`, `client_id`, `state` and `closed_at`. */
export function aboutRegistrations(from: string): Telling {
  return {
    from,
    says: `SELECT 'registration.' || CASE x.state WHEN 'active' THEN 'activated' ELSE x.state END AS type,
          coalesce(x.closed_at, ${NOW}) AS happened_at, jsonb_build_object('id', x.id, 'state', x.state) AS data`,
  };
}

/** Smart OTPs of institutions: `devices` is a row source with the `id` of their devices as they were before. */
export function aboutSmartOtps(what: 'enrolled' | 'revoked' | 'locked', devices: string): Telling {
  return {
    from: `(SELECT d.issuer_id AS client_id, d.serial_number, i.vendor_code
        FROM ${devices} o JOIN devices d ON d.id = o.id JOIN clients i ON i.id = d.issuer_id)`,
    says: `SELECT 'smart_otp.${what}' AS type, ${NOW} AS happened_at,
          jsonb_build_object('serialNumber', x.serial_number, 'vendorCode', x.vendor_code) AS data`,
  };
}

/** SQL: an instant as callers see it. */
function utc(instant: string): string {
  return `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
