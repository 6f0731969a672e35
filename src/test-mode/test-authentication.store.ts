import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, parameters } from '../database/statement-parts.ts';
import { CODE_ATTEMPTS, RESEND_INTERVAL_SECONDS, RESENDS, type AuthenticationState } from '../domain/authentication.ts';
import { aboutTestAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import type { TestAuthentication } from './test-authentication.entity.ts';

/** SQL: the state that callers see; what happens by itself counts from its time. */
const STATE = `CASE WHEN closed_at IS NOT NULL THEN state WHEN ends_at <= now() THEN ends_as
    WHEN opens_at <= now() THEN 'opened' ELSE 'pending' END`;
const IS_OPEN = `closed_at IS NULL AND ends_at > now()`;

/** A test authentication as its relying party sees it. */
export type TestView = Pick<
  TestAuthentication,
  'id' | 'clientId' | 'channel' | 'state' | 'expiresAt' | 'closedAt' | 'person' | 'code' | 'opensAt' | 'question'
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
> & { opensAfter: number | null; endsAfter: number; expiresAfter: number };

/** A change of a state: one that a caller makes, or one whose time has come. */
export type Move = Pick<TestAuthentication, 'id' | 'state'>;

/** An attempt that counted, and what it is compared with. */
export type Attempted = Pick<TestAuthentication, 'attempts' | 'code' | 'question' | 'wrongFirst' | 'channel'> & {
  isOpened: boolean;
};

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
  'opensAfter',
  'endsAfter',
  'expiresAfter',
);
const after = (seconds: string) => `${NOW} + make_interval(secs => ${seconds})`;

const INSERT = statement(
  'test_authentication_start',
  `INSERT INTO test_authentications (id, client_id, channel, person, person_digest, code, question, wrong_first, ends_as,
      key_digest, request_digest, sent_at, started_at, opens_at, ends_at, expires_at, next_at)
    SELECT ${$.id}, ${$.clientId}, ${$.channel}, ${$.person}, ${$.personDigest}, ${$.code}, ${$.question},
      ${$.wrongFirst}, ${$.endsAs}, ${$.keyDigest}, ${$.requestDigest}, now(), now(), ${after($.opensAfter)},
      ${after($.endsAfter)}, ${after($.expiresAfter)}, least(${after($.opensAfter)}, ${after($.endsAfter)})
    ON CONFLICT (client_id, key_digest) WHERE key_digest IS NOT NULL DO NOTHING
    RETURNING expires_at AS "expiresAt"`,
);

const BY_KEY = statement(
  'test_authentication_by_key',
  `SELECT id, channel, expires_at AS "expiresAt", request_digest AS "requestDigest" FROM test_authentications
    WHERE client_id = $1 AND key_digest = $2 AND started_at > now() - interval '24 hours'`,
);

const OPEN_OF_PERSON = statement(
  'test_authentication_open_of_person',
  `SELECT id FROM test_authentications WHERE client_id = $1 AND person_digest = $2 AND id <> $3 AND ${IS_OPEN}`,
);

const SEE = statement(
  'test_authentication_see',
  `SELECT id, client_id AS "clientId", channel, ${STATE} AS state, expires_at AS "expiresAt",
      coalesce(closed_at, CASE WHEN ends_at <= now() THEN ends_at END) AS "closedAt", person, code, question,
      opens_at AS "opensAt", ${CODE_ATTEMPTS} - attempts AS "attemptsLeft"
    FROM test_authentications WHERE id = $1 AND client_id = $2`,
);

const STATES = statement(
  'test_authentication_states',
  `SELECT id, ${STATE} AS state FROM test_authentications WHERE id = ANY($1)`,
);

const ATTEMPT = statement(
  'test_authentication_attempt',
  `UPDATE test_authentications SET attempts = attempts + 1
    WHERE id = $1 AND client_id = $2 AND ${IS_OPEN} AND attempts < ${CODE_ATTEMPTS}
    RETURNING attempts, code, question, wrong_first AS "wrongFirst", channel,
      coalesce(opens_at <= now(), true) AS "isOpened"`,
);

/** What a caller does comes before the end, and what ends by itself ends in its own way. */
const CHANGE = statement(
  'test_authentication_change',
  `WITH changed AS (
    UPDATE test_authentications t SET state = m.state, next_at = t.ends_at,
      closed_at = CASE WHEN m.state <> 'opened' THEN least(${NOW}, t.ends_at) END,
      code = CASE WHEN m.state = 'opened' THEN t.code END,
      person = CASE WHEN m.state IN ('opened', 'verified') THEN t.person END
    FROM unnest($1::uuid[], $2::text[]) AS m (id, state)
    WHERE t.id = m.id AND t.closed_at IS NULL AND CASE WHEN t.ends_at <= now() THEN m.state = t.ends_as
      WHEN m.state = 'opened' THEN t.state = 'pending' ELSE true END
    RETURNING t.id, t.client_id, t.state, t.closed_at, t.channel
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

const KEEP_ANSWER = statement(
  'test_authentication_keep_answer',
  `UPDATE test_authentications SET answer = $2, answer_digest = $3, answered_at = now()
    WHERE id = $1 AND answer IS NULL RETURNING id`,
);

/** Seconds for which an answer is repeated (contract). */
const REPEATED_SECONDS = 60;

const ANSWER = statement(
  'test_authentication_answer',
  `SELECT answer, answer_digest AS "answerDigest",
      coalesce(answered_at > now() - interval '${REPEATED_SECONDS} seconds', true) AS "isRecent"
    FROM test_authentications WHERE id = $1 AND client_id = $2`,
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
  ): Promise<Pick<TestAuthentication, 'id' | 'channel' | 'expiresAt' | 'requestDigest'> | undefined> {
    type Row = Pick<TestAuthentication, 'id' | 'channel' | 'expiresAt' | 'requestDigest'>;
    return (await this.database.rows<Row>(BY_KEY, [clientId, keyDigest]))[0];
  }

  /** The other open ones of a person at a relying party. */
  async openOfPerson(clientId: string, personDigest: Buffer, except: string): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(OPEN_OF_PERSON, [clientId, personDigest, except]);
    return rows.map(({ id }) => id);
  }

  async view(id: string, clientId: string): Promise<TestView | undefined> {
    return (await this.database.rows<TestView>(SEE, [id, clientId]))[0];
  }

  statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]> {
    return this.database.rows<{ id: string; state: AuthenticationState }>(STATES, [ids]);
  }

  /** Counts an attempt; undefined when no such authentication is open. */
  async attempt(id: string, clientId: string): Promise<Attempted | undefined> {
    return (await this.database.rows<Attempted>(ATTEMPT, [id, clientId]))[0];
  }

  /** The only statement that changes states. Returns those that changed. */
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

  /** Returns false if an answer was kept before. */
  async keepAnswer(id: string, answer: Buffer, digest: Buffer): Promise<boolean> {
    return (await this.database.rows(KEEP_ANSWER, [id, answer, digest])).length === 1;
  }

  async answer(
    id: string,
    clientId: string,
  ): Promise<(Pick<TestAuthentication, 'answer' | 'answerDigest'> & { isRecent: boolean }) | undefined> {
    type Row = Pick<TestAuthentication, 'answer' | 'answerDigest'> & { isRecent: boolean };
    return (await this.database.rows<Row>(ANSWER, [id, clientId]))[0];
  }

  /** Deletes a batch of rows of the day before. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
