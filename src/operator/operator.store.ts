import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import {
  SESSION_IDLE_SECONDS,
  SESSION_SECONDS,
  SIGN_IN_ATTEMPTS,
  SIGN_IN_LOCK_SECONDS,
  type OperatorRole,
} from '../domain/operator.ts';
import type { ListedOperator, SignedInOperator } from './operator.ts';

const ADD = {
  name: 'operator_add',
  text: `INSERT INTO operators (id, login, name, role, password, password_is_initial, totp_secret)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (login) DO NOTHING RETURNING id`,
};

const IS_THERE = { name: 'operator_is_there', text: `SELECT 1 FROM operators WHERE login = $1` };

const LIST = {
  name: 'operator_list',
  text: `SELECT login, name, role, created_at AS "createdAt", disabled_at AS "disabledAt" FROM operators ORDER BY login`,
};

/** Whoever is gone is out at once, and what they had asked for is no longer to be decided. */
const DISABLE = {
  name: 'operator_disable',
  text: `WITH disabled AS (UPDATE operators SET disabled_at = now() WHERE login = $1 AND disabled_at IS NULL RETURNING id),
      ended AS (DELETE FROM operator_sessions WHERE operator_id IN (SELECT id FROM disabled)),
      withdrawn AS (UPDATE approvals SET state = CASE state WHEN 'asked' THEN 'withdrawn' ELSE 'expired' END,
        closed_at = now() WHERE asked_by IN (SELECT id FROM disabled) AND closed_at IS NULL),
      applications AS (UPDATE reissues SET state = 'withdrawn', closed_at = now(), closed_by = $1
        WHERE applied_by_operator IN (SELECT id FROM disabled) AND state = 'applied')
    SELECT id FROM disabled`,
};

/** Counted before anything is compared. There is a row, with the database's clock, whoever was named. */
const COUNT = {
  name: 'operator_count_attempt',
  text: `WITH counted AS (
      UPDATE operators SET failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END,
        locked_until = CASE WHEN locked_until IS NULL AND failures + 1 >= ${SIGN_IN_ATTEMPTS}
          THEN now() + interval '${SIGN_IN_LOCK_SECONDS} seconds' END
      WHERE login = $1 AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= now())
      RETURNING id, password, totp_secret AS "totpSecret", failures
    )
    SELECT clock.now, counted.* FROM (SELECT now() AS now) clock LEFT JOIN counted ON true`,
};

/** A step counts once: of two sign-ins with the same one-time password one goes on. A password may have been changed. */
const BEGIN = {
  name: 'operator_session_begin',
  text: `WITH accepted AS (
      UPDATE operators SET failures = 0, locked_until = NULL, totp_step = $2
      WHERE id = $1 AND totp_step < $2 AND disabled_at IS NULL AND password = $5
      RETURNING id, login, name, role, password_is_initial AS "passwordIsInitial"
    ), older AS (DELETE FROM operator_sessions WHERE digest = $4),
    begun AS (INSERT INTO operator_sessions (digest, operator_id) SELECT $3, id FROM accepted)
    SELECT * FROM accepted`,
};

const CHANGE_PASSWORD = {
  name: 'operator_change_password',
  text: `WITH changed AS (
      UPDATE operators SET password = $3, password_is_initial = false, failures = 0, locked_until = NULL
      WHERE id = $1 AND password = $2 AND disabled_at IS NULL RETURNING id
    ), ended AS (DELETE FROM operator_sessions WHERE operator_id IN (SELECT id FROM changed)),
    begun AS (INSERT INTO operator_sessions (digest, operator_id) SELECT $4, id FROM changed)
    SELECT id FROM changed`,
};

const SIGNED_IN = {
  name: 'operator_signed_in',
  text: `UPDATE operator_sessions s SET seen_at = now() FROM operators o
    WHERE s.digest = $1 AND o.id = s.operator_id AND o.disabled_at IS NULL
      AND s.seen_at > now() - interval '${SESSION_IDLE_SECONDS} seconds'
      AND s.created_at > now() - interval '${SESSION_SECONDS} seconds'
    RETURNING o.id, o.login, o.name, o.role, o.password_is_initial AS "passwordIsInitial"`,
};

const END = { name: 'operator_session_end', text: `DELETE FROM operator_sessions WHERE digest = $1` };

const REMEMBER = {
  name: 'operator_look_remember',
  text: `INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, about, $3 FROM operator_sessions, unnest($2::text[]) about WHERE digest = $1
    ON CONFLICT (session_digest, about) DO UPDATE SET reason = excluded.reason`,
};

const REASON_FOR = {
  name: 'operator_look_reason',
  text: `SELECT reason FROM operator_looks WHERE session_digest = $1 AND about = $2`,
};

const FORGET = {
  name: 'operator_session_forget',
  text: `DELETE FROM operator_sessions WHERE created_at <= now() - interval '${SESSION_SECONDS} seconds'
    OR seen_at <= now() - interval '${SESSION_IDLE_SECONDS} seconds'`,
};

/** What a sign-in is held against; without an id, nobody has this name, or nobody may use it now. */
export interface CountedAttempt {
  now: Date;
  id: string | null;
  password: string | null;
  totpSecret: Buffer | null;
  failures: number | null;
}

@Injectable()
export class OperatorStore {
  constructor(private readonly database: Database) {}

  /** False when the login is taken. */
  async add(operator: {
    id: string;
    login: string;
    name: string;
    role: OperatorRole;
    password: string;
    passwordIsInitial: boolean;
    totpSecret: Buffer;
  }): Promise<boolean> {
    const { id, login, name, role, password, passwordIsInitial, totpSecret } = operator;
    const values = [id, login, name, role, password, passwordIsInitial, totpSecret];
    return (await this.database.rows(ADD, values)).length === 1;
  }

  async isThere(login: string): Promise<boolean> {
    return (await this.database.rows(IS_THERE, [login])).length === 1;
  }

  async list(): Promise<ListedOperator[]> {
    return this.database.rows<ListedOperator>(LIST, []);
  }

  /** False when nobody has this login, or it was disabled before. */
  async disable(login: string): Promise<boolean> {
    return (await this.database.rows(DISABLE, [login])).length === 1;
  }

  async countAttempt(login: string): Promise<CountedAttempt> {
    const [row] = await this.database.rows<CountedAttempt>(COUNT, [login]);
    if (!row) throw new Error('a select without a condition returned no row');
    return row;
  }

  /** Undefined when the step was used before, or the account was disabled meanwhile. */
  async begin(
    session: Session,
    begun: { operatorId: string; step: number; digest: Buffer; older: Buffer | undefined; password: string | null },
  ): Promise<SignedInOperator | undefined> {
    const { operatorId, step, digest, older, password } = begun;
    const values = [operatorId, step, digest, older ?? null, password];
    return (await session.rows<SignedInOperator>(BEGIN, values))[0];
  }

  /** Every session ends but the one that begins; false when the password was changed meanwhile. */
  async changePassword(
    session: Session,
    change: { operatorId: string; from: string; to: string; digest: Buffer },
  ): Promise<boolean> {
    const { operatorId, from, to, digest } = change;
    return (await session.rows(CHANGE_PASSWORD, [operatorId, from, to, digest])).length === 1;
  }

  async signedIn(digest: Buffer): Promise<SignedInOperator | undefined> {
    return (await this.database.rows<SignedInOperator>(SIGNED_IN, [digest]))[0];
  }

  async end(digest: Buffer): Promise<void> {
    await this.database.rows(END, [digest]);
  }

  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    await this.database.rows(REMEMBER, [digest, about, reason]);
  }

  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return (await this.database.rows<{ reason: string }>(REASON_FOR, [digest, about]))[0]?.reason;
  }

  async purgeSessions(): Promise<void> {
    await this.database.rows(FORGET, []);
  }
}
