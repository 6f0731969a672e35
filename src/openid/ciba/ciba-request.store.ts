import { Injectable } from '@nestjs/common';
import { VIEW, type AuthenticationView } from '../../authentication/statement-parts.ts';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import type { CibaRequest } from './ciba-request.entity.ts';

/** Seconds between two polls at first (CIBA Core 1.0, 7.3), and by how much a poll that comes too soon lengthens it. */
export const INTERVAL_SECONDS = 5;
/**
 * Seconds for which a poll is held at most. Clients give an answer 30 seconds and more (openid-client: 30; CIBA Core 1.0,
 * 7.3.1 asks for it).
 */
export const HOLD_SECONDS = 25;
/** Seconds by which the end of a held poll may be late, after which its process is taken for dead. */
const LATE_SECONDS = 5;
/** Seconds after the expiry in which the tokens of a person who approved in time can still be fetched. */
export const GRACE_SECONDS = 60;
/** Seconds for which a ping is under way at most; after them, its process is taken for dead. */
const PING_LEASE_SECONDS = 15;
/** Pings that one process sends to a client at once, so that a receiver that hangs holds up its own client alone. */
export const PINGS_OF_A_CLIENT = 8;
/** Pings that one process sends at once, to all clients. */
export const MOST_PINGS = 64;
/**
 * How many of those only clients with no ping under way get: receivers that hang take all the others, however few
 * clients they belong to.
 */
export const PINGS_KEPT_FREE = 8;
const PURGE_BATCH = 5_000;

export type NewCibaRequest = Pick<
  CibaRequest,
  'id' | 'digest' | 'clientId' | 'authenticationId' | 'scopes' | 'claims' | 'acr' | 'isByNumber' | 'ping'
> & { seconds: number };

const INSERT = statement(
  'ciba_begin',
  `INSERT INTO ciba_requests (id, digest, client_id, authentication_id, scopes, claims, interval_seconds, expires_at, ping,
      ping_after, acr, is_by_number)
    VALUES ($1, $2, $3, $4, $5, $6, ${INTERVAL_SECONDS}, now() + make_interval(secs => $7), $8,
      CASE WHEN $8::bytea IS NOT NULL THEN now() + make_interval(secs => $7) END, $9, $10)`,
);

/** Of a request whose authentication did not start. Its client does not know it. */
const DROP = statement('ciba_drop', `DELETE FROM ciba_requests WHERE id = $1`);

/** A request at the moment of a poll. */
export type Polled = Pick<
  CibaRequest,
  'id' | 'authenticationId' | 'scopes' | 'claims' | 'acr' | 'intervalSeconds' | 'expiresAt'
> & {
  /** The poll came before the interval was over, or while another one is held. */
  tooSoon: boolean;
  isRedeemed: boolean;
  /** Negative after the expiry. */
  secondsLeft: number;
};

/**
 * Records a poll. Of two at once, the row lock decides which is the later one: it is told to slow down, and lengthens the
 * interval.
 */
const POLL = statement(
  'ciba_poll',
  `UPDATE ciba_requests c SET
      polling_until = CASE WHEN p.too_soon THEN c.polling_until
        ELSE now() + interval '${HOLD_SECONDS + LATE_SECONDS} seconds' END,
      answered_at = CASE WHEN p.too_soon THEN now() ELSE c.answered_at END,
      interval_seconds = c.interval_seconds + CASE WHEN p.too_soon THEN ${INTERVAL_SECONDS} ELSE 0 END
    FROM (SELECT id, coalesce(polling_until > now(), false)
          OR coalesce(answered_at + make_interval(secs => interval_seconds) > now(), false) AS too_soon
        FROM ciba_requests WHERE digest = $1 AND client_id = $2 FOR UPDATE) p
    WHERE c.id = p.id
    RETURNING c.id, c.authentication_id AS "authenticationId", c.scopes, c.claims, c.acr,
      c.interval_seconds AS "intervalSeconds", p.too_soon AS "tooSoon", c.redeemed_at IS NOT NULL AS "isRedeemed",
      c.expires_at AS "expiresAt",
      extract(epoch FROM c.expires_at - now())::float8 AS "secondsLeft"`,
);

/** What may change while a poll is held: other polls of the request that come too soon lengthen its interval. */
export type Held = Pick<Polled, 'intervalSeconds' | 'secondsLeft'>;

const ANSWERED = statement(
  'ciba_answered',
  `UPDATE ciba_requests SET answered_at = now(), polling_until = NULL WHERE id = $1
    RETURNING interval_seconds AS "intervalSeconds", extract(epoch FROM expires_at - now())::float8 AS "secondsLeft"`,
);

/** The client was not answered, so it may poll again at once. */
const ABANDONED = statement('ciba_abandoned', `UPDATE ciba_requests SET polling_until = NULL WHERE id = $1`);

/** What the tokens of a request say, and the authentication of the person. */
export type Redeemed = Pick<CibaRequest, 'scopes' | 'claims' | 'acr' | 'isByNumber'> & AuthenticationView;

/**
 * Redeems a request whose person has approved in time, and reads the person, with one statement: most clients of the mode ping,
 * and those that poll slowly, come when there is nothing to wait for. Only the first of any number of polls at once changes the
 * row. A person who is read afterwards is lost with an outage in between, because a request is redeemed once.
 */
const REDEEM_APPROVED = statement(
  'ciba_redeem_approved',
  `UPDATE ciba_requests c SET redeemed_at = now() FROM authentications a
    WHERE c.digest = $1 AND c.client_id = $2 AND c.redeemed_at IS NULL
      AND c.expires_at > now() - interval '${GRACE_SECONDS} seconds' AND a.id = c.authentication_id
      AND a.state = 'verified' AND a.closed_at <= c.expires_at
      AND NOT EXISTS (SELECT 1 FROM openid_revocations r WHERE r.authentication_id = c.authentication_id)
    RETURNING c.scopes, c.claims, c.acr, c.is_by_number AS "isByNumber", ${VIEW}`,
);

/** A ping that is due, with where it goes. */
export type DuePing = Pick<CibaRequest, 'id' | 'pings'> & {
  ping: Buffer;
  url: Client['backchannelClientNotificationEndpoint'];
  /** The id of the client's row. */
  client: Client['id'];
  clientId: Client['clientId'];
  /** The request has expired, and nobody polls for long any more. */
  isLate: boolean;
};

/**
 * Takes pings that are due, each for one process. What a process took that died is due again. A ping is due from the expiry
 * on, and the trigger `ciba_ended` moves that to the moment in which the authentication ends, in the same transaction: so
 * no look at the requests that are open is needed. A client that was disabled, or that polls now, has no address.
 *
 * $1 is how many are taken at most, and $2 has the client of each ping that the process is sending. Clients are visited one by
 * one, by an index that leads from each to the next, and of each no more is taken than its share: thousands of pings of one
 * client that wait cost the others nothing. Of several clients, the one with the fewest under way comes first, and then
 * the oldest ping: `nth` is which of its client a ping would be.
 */
const TAKE_PINGS = statement(
  'ciba_take_pings',
  `WITH RECURSIVE pinged AS (
      (SELECT client_id FROM ciba_requests WHERE ping_after IS NOT NULL ORDER BY client_id LIMIT 1)
      UNION ALL
      SELECT (SELECT c.client_id FROM ciba_requests c WHERE c.ping_after IS NOT NULL AND c.client_id > p.client_id
        ORDER BY c.client_id LIMIT 1) FROM pinged p WHERE p.client_id IS NOT NULL
    ), shares AS (
      SELECT p.client_id, ${PINGS_OF_A_CLIENT} - count(u.client_id) AS free
      FROM pinged p LEFT JOIN unnest($2::uuid[]) u (client_id) USING (client_id)
      WHERE p.client_id IS NOT NULL GROUP BY p.client_id
    ), due AS (
      SELECT d.id, d.ping_after,
        ${PINGS_OF_A_CLIENT} - s.free + row_number() OVER (PARTITION BY s.client_id ORDER BY d.ping_after) AS nth
      FROM shares s CROSS JOIN LATERAL (
        SELECT c.id, c.ping_after FROM ciba_requests c WHERE c.client_id = s.client_id AND c.ping_after <= now()
        ORDER BY c.ping_after LIMIT greatest(s.free, 0) FOR UPDATE SKIP LOCKED) d
    ), taken AS (
      SELECT id FROM (SELECT id, nth, row_number() OVER (ORDER BY nth, ping_after) AS place FROM due) placed
      WHERE place <= $1::int - CASE WHEN nth = 1 THEN 0 ELSE ${PINGS_KEPT_FREE} END
    )
    UPDATE ciba_requests c SET pings = c.pings + 1, ping_after = now() + interval '${PING_LEASE_SECONDS} seconds'
    FROM taken, clients k WHERE c.id = taken.id AND k.id = c.client_id
    RETURNING c.id, c.pings, c.ping, k.id AS client, k.client_id AS "clientId", c.expires_at <= now() AS "isLate",
      CASE WHEN k.disabled_at IS NULL AND k.backchannel_token_delivery_mode = 'ping'
        THEN k.backchannel_client_notification_endpoint END AS url`,
);

const PINGED = statement('ciba_pinged', `UPDATE ciba_requests SET ping = NULL, ping_after = NULL WHERE id = $1`);

const PING_AGAIN = statement(
  'ciba_ping_again',
  `UPDATE ciba_requests SET ping_after = now() + make_interval(secs => $2) WHERE id = $1 AND ping IS NOT NULL`,
);

/** Long after its expiry, a request answers as one that never was. */
const PURGE = statement(
  'ciba_purge',
  `DELETE FROM ciba_requests WHERE id IN (
    SELECT id FROM ciba_requests WHERE expires_at <= now() - interval '1 hour' LIMIT ${PURGE_BATCH})`,
);

/** The table of CIBA requests. */
@Injectable()
export class CibaRequestStore {
  constructor(private readonly database: Database) {}

  async begin({
    id,
    digest,
    clientId,
    authenticationId,
    scopes,
    claims,
    seconds,
    ping,
    acr,
    isByNumber,
  }: NewCibaRequest): Promise<void> {
    const values = [id, digest, clientId, authenticationId, scopes, claims, seconds, ping, acr, isByNumber];
    await this.database.sharedRows(INSERT, values, id);
  }

  /** Redeems a request that was approved; undefined where there is none, or it is no longer to be redeemed. */
  async redeemApproved(digest: Buffer, clientId: string): Promise<Redeemed | undefined> {
    const key = digest.toString('base64url');
    return (await this.database.sharedRows<Redeemed>(REDEEM_APPROVED, [digest, clientId], key))[0];
  }

  /** Records a poll; undefined where the client has no such request. */
  async poll(digest: Buffer, clientId: string): Promise<Polled | undefined> {
    return (await this.database.rows<Polled>(POLL, [digest, clientId]))[0];
  }

  /** Deletes a request. */
  async drop(id: string): Promise<void> {
    await this.database.changed(DROP, [id]);
  }

  /** Records that a held poll is answered. Returns what has changed while it was held; undefined once the request is gone. */
  async answered(id: string): Promise<Held | undefined> {
    return (await this.database.rows<Held>(ANSWERED, [id]))[0];
  }

  /** Records that the connection of a held poll ended without an answer. */
  async abandoned(id: string): Promise<void> {
    await this.database.changed(ABANDONED, [id]);
  }

  /** Takes at most `most` pings. `underWay` has the client of each ping that this process is sending. */
  takePings(most: number, underWay: readonly Client['id'][]): Promise<DuePing[]> {
    return this.database.rows<DuePing>(TAKE_PINGS, [most, underWay]);
  }

  /** No further ping is owed, and the notification token is wiped. */
  async pinged(id: string): Promise<void> {
    await this.database.changed(PINGED, [id]);
  }

  async pingAgain(id: string, seconds: number): Promise<void> {
    await this.database.changed(PING_AGAIN, [id, seconds]);
  }

  /** Deletes a batch of requests. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
