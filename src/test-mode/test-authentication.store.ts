import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, parameters } from '../database/statement-parts.ts';
import { CODE_ATTEMPTS, RESEND_INTERVAL_SECONDS, RESENDS, type AuthenticationState } from '../domain/authentication.ts';
import { aboutTestAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import type { TestAuthentication } from './test-authentication.entity.ts';

/** SQL: the state that callers see; what happens by itself counts from its time. */
export const STATE = `CASE WHEN closed_at IS NOT NULL THEN state WHEN ends_at <= now() THEN ends_as
    WHEN opens_at <= now() THEN 'opened' ELSE 'pending' END`;
const IS_OPEN = `closed_at IS NULL AND ends_at > now()`;

/** A test authentication as its relying party sees it. */
export type TestView = Pick<
  TestAuthentication,
  | 'id'
  | 'clientId'
  | 'channel'
  | 'state'
  | 'expiresAt'
  | 'closedAt'
  | 'person'
  | 'code'
  | 'opensAt'
  | 'question'
  | 'matchDigits'
> & { attemptsLeft: number };

/** A new one. `opensAfter` and `endsAfter` are seconds. */
export type NewTestAuthentication = Pick<
  TestAuthentication,
  | 'id'
  | 'clientId'
  | 'channel'
  | 'person'
  | 'personDigest'
  | 'code'
  | 'question'
  | 'wrongFirst'
  | 'endsAs'
  | 'keyDigest'
  | 'requestDigest'
  | 'byWindow'
  | 'windowId'
  | 'matchDigits'
> & { opensAfter: number | null; endsAfter: number; expiresAfter: number };

/** A code as it was typed: `question` is the digest of the transaction that came with it, `answerDigest` of the request. */
export interface TypedCode {
  id: string;
  clientId: string;
  code: string;
  question: string | null;
  answerDigest: Buffer | null;
}

/** A change of a state: one that a caller makes, or one whose time has come. */
export type Move = Pick<TestAuthentication, 'id' | 'state'>;

const { $, values } = parameters(
  'id',
  'clientId',
  'channel',
  'person',
  'personDigest',
  'code',
  'question',
  'wrongFirst',
  'endsAs',
  'keyDigest',
  'requestDigest',
  'byWindow',
  'windowId',
  'matchDigits',
  'opensAfter',
  'endsAfter',
  'expiresAfter',
);
const after = (seconds: string) => `${NOW} + make_interval(secs => ${seconds})`;

const INSERT = statement(
  'test_authentication_start',
  `INSERT INTO test_authentications (id, client_id, channel, person, person_digest, code, question, wrong_first, ends_as,
      key_digest, request_digest, by_window, window_id, match_digits, sent_at, started_at, opens_at, ends_at, expires_at, next_at)
    SELECT ${$.id}, ${$.clientId}, ${$.channel}, ${$.person}, ${$.personDigest}, ${$.code}, ${$.question},
      ${$.wrongFirst}, ${$.endsAs}, ${$.keyDigest}, ${$.requestDigest}, ${$.byWindow}, ${$.windowId}, ${$.matchDigits}, now(), now(),
      ${after($.opensAfter)}, ${after($.endsAfter)}, ${after($.expiresAfter)}, least(${after($.opensAfter)}, ${after($.endsAfter)})
    ON CONFLICT (client_id, key_digest) WHERE key_digest IS NOT NULL DO NOTHING
    RETURNING expires_at AS "expiresAt"`,
);

const BY_KEY = statement(
  'test_authentication_by_key',
  `SELECT id, channel, expires_at AS "expiresAt", request_digest AS "requestDigest", match_digits AS "matchDigits"
    FROM test_authentications
    WHERE client_id = $1 AND key_digest = $2`,
);

/**
 * SQL: what is told of a row (`t`) that changed. The time of the opening stays in `next_at` until the opening is written, so an
 * end that is written before it tells both.
 */
const TOLD_OF = `t.id, t.client_id, t.state, t.closed_at, t.channel, t.window_id, t.person_digest, t.opens_at,
      t.opens_at <= t.closed_at AND t.next_at = t.opens_at AS was_opened`;

/** Of starts at the same moment, each runs it after its own row is there, and the last one sees all of them. */
const SUPERSEDE = statement(
  'test_authentication_supersede',
  `WITH changed AS (
    UPDATE test_authentications t SET state = 'cancelled', closed_at = ${NOW}, code = NULL, person = NULL
    WHERE t.client_id = $1 AND t.person_digest = $2 AND ${IS_OPEN} AND EXISTS (
      SELECT FROM test_authentications n WHERE n.client_id = $1 AND n.person_digest = $2
        AND (n.started_at, n.id) > (t.started_at, t.id))
    RETURNING ${TOLD_OF}
    ), ${tell(aboutTestAuthentications('changed'))}
    SELECT id FROM changed`,
  { writes: TOLD },
);

/** SQL: a test authentication as `TestView`. */
const VIEW = `id, client_id AS "clientId", channel, ${STATE} AS state, expires_at AS "expiresAt",
      coalesce(closed_at, CASE WHEN ends_at <= now() THEN ends_at END) AS "closedAt", person, code, question, match_digits AS "matchDigits",
      opens_at AS "opensAt", ${CODE_ATTEMPTS} - attempts AS "attemptsLeft"`;

const SEE = statement(
  'test_authentication_see',
  `SELECT ${VIEW} FROM test_authentications WHERE id = $1 AND client_id = $2`,
);

const STATES = statement(
  'test_authentication_states',
  `SELECT id, ${STATE} AS state FROM test_authentications WHERE id = ANY($1)`,
);

const typed = parameters('id', 'clientId', 'code', 'question', 'answerDigest');

/** SQL: the code is right, for the transaction that is signed or for none, and after the request was opened. */
const IS_RIGHT = `code = ${typed.$.code} AND question IS NOT DISTINCT FROM ${typed.$.question}
        AND coalesce(opens_at <= now(), true) AND attempts >= wrong_first`;
const IS_LAST = `attempts + 1 >= ${CODE_ATTEMPTS}`;

/** Counts and judges in one statement: no other request, and no end of this process, can come in between. */
const ATTEMPT = statement(
  'test_authentication_attempt',
  `WITH tried AS (
    UPDATE test_authentications SET attempts = attempts + 1,
      state = CASE WHEN ${IS_RIGHT} THEN 'verified' WHEN ${IS_LAST} THEN 'failed' ELSE state END,
      closed_at = CASE WHEN (${IS_RIGHT}) OR ${IS_LAST} THEN ${NOW} END,
      person = CASE WHEN ${IS_RIGHT} THEN person WHEN ${IS_LAST} THEN NULL ELSE person END,
      answer_digest = CASE WHEN ${IS_RIGHT} THEN ${typed.$.answerDigest}::bytea END,
      answered_at = CASE WHEN (${IS_RIGHT}) AND ${typed.$.answerDigest}::bytea IS NOT NULL THEN now() END,
      code = CASE WHEN (${IS_RIGHT}) OR ${IS_LAST} THEN NULL ELSE code END
    WHERE id = ${typed.$.id} AND client_id = ${typed.$.clientId} AND ${IS_OPEN} AND attempts < ${CODE_ATTEMPTS}
      AND channel <> 'approve'
    RETURNING *
    ), ${tell(aboutTestAuthentications(`(SELECT ${TOLD_OF} FROM tried t WHERE t.closed_at IS NOT NULL)`))}
    SELECT ${VIEW} FROM tried`,
  { writes: TOLD },
);

/** What a caller does comes before the end, and what ends by itself ends in its own way. */
const CHANGE = statement(
  'test_authentication_change',
  `WITH changed AS (
    UPDATE test_authentications t SET state = m.state,
      next_at = CASE WHEN m.state = 'opened' THEN t.ends_at ELSE t.next_at END,
      closed_at = CASE WHEN m.state <> 'opened' THEN least(${NOW}, t.ends_at) END,
      code = CASE WHEN m.state = 'opened' THEN t.code END,
      person = CASE WHEN m.state IN ('opened', 'verified') THEN t.person END
    FROM (
      SELECT l.id, u.state FROM unnest($1::uuid[], $2::text[]) AS u (id, state)
      JOIN test_authentications l ON l.id = u.id WHERE l.closed_at IS NULL ORDER BY l.id FOR UPDATE OF l) m
    WHERE t.id = m.id AND t.closed_at IS NULL AND CASE WHEN t.ends_at <= now() THEN m.state = t.ends_as
      WHEN m.state = 'opened' THEN t.state = 'pending' ELSE true END
    RETURNING ${TOLD_OF}
    ), ${tell(aboutTestAuthentications('changed'))}
    SELECT id, client_id AS "clientId", state FROM changed`,
  { writes: TOLD },
);

/** Rows of one run. */
const BATCH = 500;

const DUE = statement(
  'test_authentication_due',
  `SELECT id, CASE WHEN ends_at <= now() THEN ends_as ELSE 'opened' END AS state FROM test_authentications
    WHERE closed_at IS NULL AND next_at <= now() ORDER BY next_at LIMIT ${BATCH}`,
);

const RESEND = statement(
  'test_authentication_resend',
  `UPDATE test_authentications SET resends = resends + 1, sent_at = now()
    WHERE id = $1 AND client_id = $2 AND ${IS_OPEN} AND channel <> 'otp' AND resends < ${RESENDS}
      AND sent_at <= now() - interval '${RESEND_INTERVAL_SECONDS} seconds' RETURNING id`,
);

const SENDINGS = statement(
  'test_authentication_sendings',
  `SELECT ${RESENDS} - resends AS "resendsLeft",
      ceil(extract(epoch FROM sent_at + interval '${RESEND_INTERVAL_SECONDS} seconds' - now()))::int AS "waitSeconds",
      ceil(extract(epoch FROM expires_at - now()))::int AS "secondsLeft"
    FROM test_authentications WHERE id = $1`,
);

/** One that was verified by itself gives its answer to the first request, whatever its code. */
const CLAIM_ANSWER = statement(
  'test_authentication_claim_answer',
  `UPDATE test_authentications SET answer_digest = $3, answered_at = now()
    WHERE id = $1 AND client_id = $2 AND answer_digest IS NULL AND ends_as = 'verified' AND ends_at <= now()
      AND (closed_at IS NULL OR state = 'verified') AND NOT by_window RETURNING id`,
);

/** The first answer that was composed counts. */
const KEEP_ANSWER = statement(
  'test_authentication_keep_answer',
  `UPDATE test_authentications SET answer = coalesce(answer, $2) WHERE id = $1 RETURNING answer`,
);

/** Seconds for which an answer is repeated (contract). */
const REPEATED_SECONDS = 60;

const ANSWER = statement(
  'test_authentication_answer',
  `SELECT answer, answer_digest AS "answerDigest" FROM test_authentications
    WHERE id = $1 AND client_id = $2 AND answered_at > now() - interval '${REPEATED_SECONDS} seconds'`,
);

const PURGE_BATCH = 5_000;
const PURGE = statement(
  'test_authentication_purge',
  `DELETE FROM test_authentications WHERE id IN (
    SELECT id FROM test_authentications WHERE started_at <= now() - interval '24 hours' LIMIT ${PURGE_BATCH})`,
);

/** The table of test authentications. */
@Injectable()
export class TestAuthenticationStore {
  constructor(private readonly database: Database) {}

  /** Returns when it expires, or undefined when the key started one before. */
  async insert(one: NewTestAuthentication): Promise<Date | undefined> {
    return (await this.database.rows<Pick<TestAuthentication, 'expiresAt'>>(INSERT, values({ ...one })))[0]?.expiresAt;
  }

  async byKey(
    clientId: string,
    keyDigest: Buffer,
  ): Promise<Pick<TestAuthentication, 'id' | 'channel' | 'expiresAt' | 'requestDigest' | 'matchDigits'> | undefined> {
    type Row = Pick<TestAuthentication, 'id' | 'channel' | 'expiresAt' | 'requestDigest' | 'matchDigits'>;
    return (await this.database.rows<Row>(BY_KEY, [clientId, keyDigest]))[0];
  }

  /** Cancels every open one of a person at a relying party but the newest. Returns the ids of those that it cancelled. */
  async supersede(clientId: string, personDigest: Buffer): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(SUPERSEDE, [clientId, personDigest]);
    return rows.map(({ id }) => id);
  }

  async view(id: string, clientId: string): Promise<TestView | undefined> {
    return (await this.database.rows<TestView>(SEE, [id, clientId]))[0];
  }

  statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]> {
    return this.database.rows<{ id: string; state: AuthenticationState }>(STATES, [ids]);
  }

  /**
   * Counts and judges an attempt, and returns the authentication after it: verified, failed, or open still. Undefined when
   * no such authentication is open.
   */
  async attempt(code: TypedCode): Promise<TestView | undefined> {
    return (await this.database.rows<TestView>(ATTEMPT, typed.values({ ...code })))[0];
  }

  /** Changes states as callers ask or as their time has come. Returns those that changed. */
  change(moves: readonly Move[]): Promise<(Move & { clientId: string })[]> {
    const [ids, states] = [moves.map(({ id }) => id), moves.map(({ state }) => state)];
    return this.database.rows<Move & { clientId: string }>(CHANGE, [ids, states]);
  }

  /** A batch of changes whose time has come. */
  due(): Promise<Move[]> {
    return this.database.rows<Move>(DUE, []);
  }

  async resend(id: string, clientId: string): Promise<boolean> {
    return (await this.database.rows(RESEND, [id, clientId])).length === 1;
  }

  async sendings(id: string): Promise<{ resendsLeft: number; waitSeconds: number; secondsLeft: number } | undefined> {
    type Row = { resendsLeft: number; waitSeconds: number; secondsLeft: number };
    return (await this.database.rows<Row>(SENDINGS, [id]))[0];
  }

  /** Makes this request the one that is answered. Returns false unless it was verified by itself and asked by none before. */
  async claimAnswer(id: string, clientId: string, digest: Buffer): Promise<boolean> {
    return (await this.database.rows(CLAIM_ANSWER, [id, clientId, digest])).length === 1;
  }

  /** Keeps an answer, and returns the one that counts: the first that was kept. */
  async keepAnswer(id: string, answer: Buffer): Promise<Buffer> {
    const [row] = await this.database.rows<{ answer: Buffer }>(KEEP_ANSWER, [id, answer]);
    return row?.answer ?? answer;
  }

  /** The request that was answered within 60 seconds, and its answer if it is composed. */
  async answer(id: string, clientId: string): Promise<Pick<TestAuthentication, 'answer' | 'answerDigest'> | undefined> {
    type Row = Pick<TestAuthentication, 'answer' | 'answerDigest'>;
    return (await this.database.rows<Row>(ANSWER, [id, clientId]))[0];
  }

  /** Deletes a batch of rows of the day before. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
