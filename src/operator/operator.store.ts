import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type Repository } from 'typeorm';
import { within } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { OuterJoined } from '../database/statement-parts.ts';
import {
  FAMILIAR_ADDRESS_DAYS,
  SESSION_IDLE_SECONDS,
  SESSION_SECONDS,
  SIGN_IN_ATTEMPTS,
  SIGN_IN_LOCK_SECONDS,
} from '../domain/operator.ts';
import { Approval } from './approval.entity.ts';
import { OperatorAccount } from './operator-account.entity.ts';
import { OperatorLook } from './operator-look.entity.ts';
import { OperatorSession } from './operator-session.entity.ts';
import type { ListedOperator, SignedInOperator } from './operator.ts';

const COUNTING = `failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END,
        locked_until = CASE WHEN locked_until IS NULL AND failures + 1 >= ${SIGN_IN_ATTEMPTS}
          THEN now() + interval '${SIGN_IN_LOCK_SECONDS} seconds' END`;
const UNLOCKED = '(locked_until IS NULL OR locked_until <= now())';

const IS_FAMILIAR = statement(
  'operator_is_familiar',
  `SELECT 1 FROM operator_addresses a JOIN operators o ON o.id = a.operator_id WHERE o.login = $1 AND a.network = $2`,
);

/**
 * Counts the attempt before any value is compared: at the address, if the operator signed in from there before, else
 * at the account. The outer join returns one row with the database's time even for an unknown or locked login.
 */
const COUNT = statement(
  'operator_count_attempt',
  `WITH account AS (
      SELECT o.id, o.password, o.totp_secret AS "totpSecret", a.network IS NOT NULL AS is_familiar
      FROM operators o LEFT JOIN operator_addresses a ON a.operator_id = o.id AND a.network = $2
      WHERE o.login = $1 AND o.disabled_at IS NULL
    ), here AS (
      UPDATE operator_addresses SET ${COUNTING}
      WHERE operator_id IN (SELECT id FROM account) AND network = $2 AND ${UNLOCKED} RETURNING failures
    ), elsewhere AS (
      UPDATE operators SET ${COUNTING}
      WHERE id IN (SELECT id FROM account WHERE NOT is_familiar) AND ${UNLOCKED} RETURNING failures
    ), counted AS (
      SELECT id, password, "totpSecret", tried.failures
      FROM account, (SELECT failures FROM here UNION ALL SELECT failures FROM elsewhere) tried
    )
    SELECT clock.now, counted.* FROM (SELECT now() AS now) clock LEFT JOIN counted ON true`,
);

/**
 * Opens a session. A time step is accepted once, so only one of two sign-ins with the same one-time password succeeds.
 * The comparison with `$5` rejects a password that was changed during the sign-in. The address `$6` is familiar from
 * now on. A success there says nothing about failures elsewhere, which keep their count.
 */
const BEGIN = statement(
  'operator_session_begin',
  `WITH accepted AS (
      UPDATE operators o SET totp_step = $2,
        failures = CASE WHEN ${isFamiliar('o.id', '$6')} THEN failures ELSE 0 END,
        locked_until = CASE WHEN ${isFamiliar('o.id', '$6')} THEN locked_until END
      WHERE id = $1 AND totp_step < $2 AND disabled_at IS NULL AND password = $5
      RETURNING id, login, name, role, password_is_initial AS "passwordIsInitial"
    ), older AS (DELETE FROM operator_sessions WHERE digest = $4),
    begun AS (INSERT INTO operator_sessions (digest, operator_id) SELECT $3, id FROM accepted),
    familiar AS (
      INSERT INTO operator_addresses (operator_id, network) SELECT id, $6 FROM accepted
      ON CONFLICT (operator_id, network) DO UPDATE SET failures = 0, locked_until = NULL, seen_at = now()
    )
    SELECT * FROM accepted`,
);

function isFamiliar(operatorId: string, network: string): string {
  return `EXISTS (SELECT 1 FROM operator_addresses a WHERE a.operator_id = ${operatorId} AND a.network = ${network})`;
}

const CHANGE_PASSWORD = statement(
  'operator_change_password',
  `WITH changed AS (
      UPDATE operators SET password = $3, password_is_initial = false, failures = 0, locked_until = NULL
      WHERE id = $1 AND password = $2 AND disabled_at IS NULL RETURNING id
    ), ended AS (DELETE FROM operator_sessions WHERE operator_id IN (SELECT id FROM changed)),
    unlocked AS (
      UPDATE operator_addresses SET failures = 0, locked_until = NULL
      WHERE operator_id IN (SELECT id FROM changed) AND failures > 0
    ),
    begun AS (INSERT INTO operator_sessions (digest, operator_id) SELECT $4, id FROM changed)
    SELECT id FROM changed`,
);

const SIGNED_IN = statement(
  'operator_signed_in',
  `UPDATE operator_sessions s SET seen_at = now() FROM operators o
    WHERE s.digest = $1 AND o.id = s.operator_id AND o.disabled_at IS NULL
      AND s.seen_at > now() - interval '${SESSION_IDLE_SECONDS} seconds'
      AND s.created_at > now() - interval '${SESSION_SECONDS} seconds'
    RETURNING o.id, o.login, o.name, o.role, o.password_is_initial AS "passwordIsInitial"`,
);

const REMEMBER = statement(
  'operator_look_remember',
  `INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, about, $3 FROM operator_sessions, unnest($2::text[]) about WHERE digest = $1
    ON CONFLICT (session_digest, about) DO UPDATE SET reason = excluded.reason`,
);

const REMEMBER_ONCE = statement(
  'operator_look_remember_once',
  `INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, $2, '-' FROM operator_sessions WHERE digest = $1
    ON CONFLICT (session_digest, about) DO NOTHING`,
);

const FORGET_ADDRESSES = statement(
  'operator_address_forget',
  `DELETE FROM operator_addresses WHERE seen_at <= now() - interval '${FAMILIAR_ADDRESS_DAYS} days'`,
);

/** The columns of a new account. */
export type NewAccount = Pick<
  OperatorAccount,
  'id' | 'login' | 'name' | 'role' | 'password' | 'passwordIsInitial' | 'totpSecret'
>;

const now = (): string => 'now()';

/** The values that a sign-in is compared with. `id` is null if the login is unknown, disabled or locked. */
export type CountedAttempt = OuterJoined<Pick<OperatorAccount, 'id' | 'password' | 'totpSecret' | 'failures'>> & {
  now: Date;
};

/** The tables of operators, their sessions and the reasons of their reads. */
@Injectable()
export class OperatorStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(OperatorAccount) private readonly accounts: Repository<OperatorAccount>,
    @InjectRepository(OperatorSession) private readonly sessions: Repository<OperatorSession>,
    @InjectRepository(OperatorLook) private readonly looks: Repository<OperatorLook>,
  ) {}

  /** Returns false when the login is taken. */
  async add(account: NewAccount): Promise<boolean> {
    const insert = this.accounts.createQueryBuilder().insert().values(account).orIgnore();
    const { raw } = (await insert.returning('id').execute()) as { raw: unknown[] };
    return raw.length === 1;
  }

  isThere(login: string): Promise<boolean> {
    return this.accounts.existsBy({ login });
  }

  list(): Promise<ListedOperator[]> {
    const select = { login: true, name: true, role: true, createdAt: true, disabledAt: true };
    return this.accounts.find({ select, order: { login: 'ASC' } });
  }

  /**
   * Disables an account, ends its sessions, and closes its open approval requests. Returns the account's id, or
   * undefined when the login is unknown or already disabled.
   */
  async disable(session: Session, login: string): Promise<string | undefined> {
    const { manager } = session;
    const { affected } = await manager.update(OperatorAccount, { login, disabledAt: IsNull() }, { disabledAt: now });
    if (affected !== 1) return undefined;
    const { id } = await manager.findOneByOrFail(OperatorAccount, { login });
    await manager.delete(OperatorSession, { operatorId: id });
    const open = { askedBy: id, closedAt: IsNull() };
    await manager.update(Approval, { ...open, state: 'asked' }, { state: 'withdrawn', closedAt: now });
    await manager.update(Approval, open, { state: 'expired', closedAt: now });
    await session.closed([{ door: 'operator_disabled', id }]);
    return id;
  }

  /** Whether the operator signed in from this network before. */
  async isFamiliar(login: string, network: Buffer): Promise<boolean> {
    return (await this.database.rows(IS_FAMILIAR, [login, network])).length === 1;
  }

  /**
   * Counts a sign-in attempt and returns the values to compare it with. A login that is unknown, disabled or locked
   * still gets a row, whose `id` is null.
   */
  async countAttempt(login: string, network: Buffer): Promise<CountedAttempt> {
    const [row] = await this.database.rows<CountedAttempt>(COUNT, [login, network]);
    if (!row) throw new Error('a select without a condition returned no row');
    return row;
  }

  /**
   * Returns undefined when the time step was used before, or when the account was disabled or its password changed
   * meanwhile.
   */
  async begin(
    session: Session,
    begun: {
      operatorId: string;
      step: number;
      digest: Buffer;
      older: Buffer | undefined;
      password: string;
      network: Buffer;
    },
  ): Promise<SignedInOperator | undefined> {
    const { operatorId, step, digest, older, password, network } = begun;
    const values = [operatorId, step, digest, older ?? null, password, network];
    const [accepted] = await session.rows<SignedInOperator>(BEGIN, values);
    if (accepted) await session.closed([{ door: 'operator_step_used', id: operatorId, step }]);
    return accepted;
  }

  /** Ends every session and opens a new one. Returns false when the password was changed meanwhile. */
  async changePassword(
    session: Session,
    change: { operatorId: string; from: string; to: string; digest: Buffer },
  ): Promise<boolean> {
    const { operatorId, from, to, digest } = change;
    return (await session.rows(CHANGE_PASSWORD, [operatorId, from, to, digest])).length === 1;
  }

  /** Returns the operator of a session that has not ended, and extends its idle timeout. */
  async signedIn(digest: Buffer): Promise<SignedInOperator | undefined> {
    return (await this.database.rows<SignedInOperator>(SIGNED_IN, [digest]))[0];
  }

  async end(digest: Buffer): Promise<void> {
    await this.sessions.delete({ digest });
  }

  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    await this.database.rows(REMEMBER, [digest, about, reason]);
  }

  /** Returns false if the subject was stored before. */
  async rememberOnce(digest: Buffer, about: string): Promise<boolean> {
    return (await this.database.changed(REMEMBER_ONCE, [digest, about])) === 1;
  }

  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return (await this.looks.findOneBy({ sessionDigest: digest, about }))?.reason;
  }

  /** Deletes sessions past their idle or total limit. */
  async purgeSessions(): Promise<void> {
    await this.sessions.delete({ createdAt: Not(within(SESSION_SECONDS)) });
    await this.sessions.delete({ seenAt: Not(within(SESSION_IDLE_SECONDS)) });
  }

  /** Deletes addresses from which an operator has not signed in for long. */
  async forgetAddresses(): Promise<void> {
    await this.database.rows(FORGET_ADDRESSES, []);
  }
}
