import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { insertInto, NOW, parameters, WIPED, type OuterJoined } from '../database/statement-parts.ts';
import type { LineMemory } from '../domain/line-memory.ts';
import { memoryColumns } from '../lines/line-memories.ts';
import {
  BUDGET_PARAMETERS,
  BUDGETS,
  budgetValues,
  spendStart,
  spentKeys,
  type BudgetsOfStart,
} from '../lines/start-budgets.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import { aboutAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import type { Line } from '../lines/line.entity.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import type { IdempotencyRecord } from './idempotency-record.entity.ts';
import type { Authentication } from './authentication.entity.ts';
import { smsPermitted, WAKE_OR_SMS } from './statement-parts.ts';

/** The line of the number that the person entered, and the subscription on it. The owner is not compared yet. */
export type NamedLine = LineMemory &
  Pick<Line, 'owner'> & {
    lineId: Line['id'];
    lineVersion: Line['version'];
    subscriptionId: Subscription['id'] | null;
    protectedSince: Subscription['protectedSince'];
    /** Empty without a subscription. */
    suspensions: Subscription['suspensions'];
    /** True if the subscriber permits SMS for the relying party. */
    smsPermitted: boolean;
    /** The database's clock. */
    now: Date;
  };

const NAMED_LINE = statement(
  'authentication_named_line',
  `SELECT l.id AS "lineId", l.version AS "lineVersion", l.owner, s.id AS "subscriptionId",
      s.protected_since AS "protectedSince", coalesce(s.suspensions, '{}') AS suspensions, ${memoryColumns('l')},
      coalesce($3 AND ${smsPermitted('s.id', '$2')}, false) AS "smsPermitted", now() AS now
    FROM lines l LEFT JOIN subscriptions s ON s.line_id = l.id AND s.state <> 'cancelled'
    WHERE l.phone_index = ANY($1) AND l.status <> 'terminated'`,
);

/** The values that a start inserts, and the indexes by which it finds and counts the person. */
export type NewAuthentication = Pick<
  Authentication,
  | 'id'
  | 'clientId'
  | 'personIndex'
  | 'person'
  | 'lineId'
  | 'lineVersion'
  | 'subscriptionId'
  | 'channel'
  | 'texts'
  | 'endUser'
  | 'nonce'
  | 'authenticatorId'
  | 'deviceId'
  | 'transaction'
  | 'codeDigest'
  | 'smsCode'
  | 'codeHost'
  | 'windowId'
  | 'matchDigits'
  | 'flow'
> & {
  /** The index of the person under every index key. */
  personIndexes: Buffer[];
  /** The index of the person whose phone rings: starts that spend one budget of ringing take turns. */
  rungIndex: Buffer;
  lifetimeSeconds: number;
  /** The budgets that the start spends. */
  startBudgets: BudgetsOfStart;
  idempotency: Pick<IdempotencyRecord, 'keyDigest' | 'requestDigest'> | null;
};

const { $, values } = parameters(
  'id',
  'clientId',
  'personIndex',
  'personIndexes',
  'person',
  'lineId',
  'lineVersion',
  'subscriptionId',
  'channel',
  'texts',
  'endUser',
  'nonce',
  'authenticatorId',
  'deviceId',
  'transaction',
  'codeDigest',
  'smsCode',
  'codeHost',
  'windowId',
  'matchDigits',
  'flow',
  'lifetimeSeconds',
  'keyDigest',
  'requestDigest',
  ...BUDGET_PARAMETERS,
);

/**
 * The whole start in one statement, in this order:
 * 1. `open` is false while another request with the same Idempotency-Key runs; then nothing starts.
 * 2. One start of each of its budgets is spent. One that limits ringing refuses nothing: beyond it the authentication
 *    is `held`: its delivery is queued as any other, so that the work is the same, and the worker sends nothing.
 *    The older authentication is locked before, because opening it locks it before the budgets that it gives back.
 * 3. The older pending authentication of the person at this relying party is closed.
 * 4. The authentication, its idempotency key and its first delivery are inserted. With the channel `otp` there is no
 *    delivery: the phone computes the code from the time alone.
 */
const START = statement(
  'authentication_start',
  `WITH known AS MATERIALIZED (
      SELECT 1 FROM idempotency_keys WHERE client_id = ${$.clientId} AND key_digest = ${$.keyDigest}
    ), gate AS MATERIALIZED (
      SELECT CASE WHEN ${$.keyDigest}::bytea IS NULL OR EXISTS (SELECT 1 FROM known) THEN true
        ELSE pg_try_advisory_xact_lock(hashtextextended(${$.clientId}::text || encode(${$.keyDigest}, 'hex'), 0)) END AS open
    ), standing AS MATERIALIZED (
      SELECT a.id FROM gate, authentications a WHERE open AND a.client_id = ${$.clientId}
        AND a.person_index = ANY(${$.personIndexes}) AND a.closed_at IS NULL FOR UPDATE OF a
    ), ${spendStart({
      $,
      when: 'FROM gate WHERE open AND (SELECT count(*) FROM standing) >= 0 AND NOT EXISTS (SELECT 1 FROM known)',
    })}, older AS (
      UPDATE authentications SET closed_at = least(${NOW}, expires_at), ${WIPED},
        state = CASE WHEN expires_at <= now() THEN 'expired' ELSE 'cancelled' END
      WHERE id = ANY(ARRAY(SELECT id FROM standing)) AND EXISTS (SELECT 1 FROM tries)
      RETURNING id, channel, client_id, state, closed_at
    ), ${tell(aboutAuthentications('older', { goesOn: $.windowId }))}, started AS (
      ${insertInto('authentications', {
        id: $.id,
        client_id: $.clientId,
        person_index: $.personIndex,
        person: $.person,
        line_id: $.lineId,
        line_version: $.lineVersion,
        subscription_id: $.subscriptionId,
        channel: $.channel,
        state: `'pending'`,
        texts: $.texts,
        end_user: $.endUser,
        nonce: $.nonce,
        authenticator_id: $.authenticatorId,
        device_id: $.deviceId,
        transaction: $.transaction,
        code_digest: $.codeDigest,
        sms_code: $.smsCode,
        code_host: $.codeHost,
        window_id: $.windowId,
        match_digits: $.matchDigits,
        flow: $.flow,
        sent_at: 'now()',
        requested_at: NOW,
        expires_at: `${NOW} + make_interval(secs => ${$.lifetimeSeconds})`,
        held: 'NOT rings',
        // What an opening gives back would tell that the holder of a number is a subscriber.
        budgets: `CASE WHEN ${$.flow} <> 'number' THEN ${spentKeys($)} ELSE '{}' END`,
      })}
      FROM tries WHERE (SELECT count(*) FROM older) >= 0
      RETURNING id, client_id, channel, expires_at
    ), claimed AS (
      INSERT INTO idempotency_keys (client_id, key_digest, request_digest, authentication_id)
      SELECT client_id, ${$.keyDigest}, ${$.requestDigest}, id FROM started WHERE ${$.keyDigest} IS NOT NULL
    ), queued AS (
      ${enqueueDelivery({
        kind: WAKE_OR_SMS,
        about: { authentication_id: 'id' },
        expiresAt: 'expires_at',
        from: `started WHERE channel <> 'otp'`,
      })}
    )
    SELECT gate.open, started.expires_at AS "expiresAt", queued.id AS "deliveryId",
      older.state AS "olderState", older.channel AS "olderChannel"
    FROM gate LEFT JOIN started ON true LEFT JOIN queued ON true LEFT JOIN older ON true`,
  { writes: { ...BUDGETS, ...OUTBOX, ...TOLD } },
);

/** The outcome of a start. */
type StartRow = OuterJoined<Pick<Authentication, 'expiresAt'>> & {
  open: boolean;
  deliveryId: string | null;
  /** How the older authentication ended that this start closed; null without one. */
  olderState: 'expired' | 'cancelled' | null;
  olderChannel: Authentication['channel'] | null;
};

/** The start with which an Idempotency-Key was first sent. */
type EarlierStart = Pick<Authentication, 'id' | 'channel' | 'expiresAt' | 'matchDigits'> &
  Pick<IdempotencyRecord, 'requestDigest'>;

const BY_IDEMPOTENCY_KEY = statement(
  'authentication_by_idempotency_key',
  `SELECT k.request_digest AS "requestDigest", a.id, a.channel, a.expires_at AS "expiresAt",
      a.match_digits AS "matchDigits"
    FROM idempotency_keys k JOIN authentication_records a ON a.id = k.authentication_id
    WHERE k.client_id = $1 AND k.key_digest = $2`,
);

/** Inserts new authentications, and reads the data that a start needs before. */
@Injectable()
export class StartStore {
  constructor(private readonly database: Database) {}

  /** Returns the line that now has the number. With `smsPermittable` false, SMS permissions are ignored. */
  async namedLine(phoneIndexes: Buffer[], clientId: string, smsPermittable: boolean): Promise<NamedLine | undefined> {
    return (await this.database.pipelinedRows<NamedLine>(NAMED_LINE, [phoneIndexes, clientId, smsPermittable]))[0];
  }

  /**
   * Inserts the authentication. `open` is false while another request with the same key runs.
   * Without `expiresAt` nothing started: a budget is spent, or the key started an authentication before.
   */
  async start({ idempotency, startBudgets, ...authentication }: NewAuthentication): Promise<StartRow> {
    const { keyDigest = null, requestDigest = null } = idempotency ?? {};
    const [row] = await this.database.sharedRows<StartRow>(
      START,
      values({ ...authentication, ...budgetValues(startBudgets), keyDigest, requestDigest }),
      authentication.rungIndex.toString('base64'),
    );
    if (!row) throw new Error('the start answered no row');
    return row;
  }

  /** Returns the start with which this key was first sent. */
  async byIdempotencyKey(clientId: string, keyDigest: Buffer): Promise<EarlierStart | undefined> {
    return (await this.database.rows<EarlierStart>(BY_IDEMPOTENCY_KEY, [clientId, keyDigest]))[0];
  }
}
