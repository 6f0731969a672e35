import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
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
  type Realm,
} from '../domain/account.ts';
import type { Account } from './account.entity.ts';
import { AccountSession } from './account-session.entity.ts';
import type { SignedInAccount } from './account.ts';

const COUNTING = `failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END,
        locked_until = CASE WHEN locked_until IS NULL AND failures + 1 >= ${SIGN_IN_ATTEMPTS}
          THEN now() + interval '${SIGN_IN_LOCK_SECONDS} seconds' END`;
const UNLOCKED = '(locked_until IS NULL OR locked_until <= now())';

const IS_FAMILIAR = statement(
  'account_is_familiar',
  `SELECT 1 FROM account_addresses a JOIN accounts o ON o.id = a.account_id
    WHERE o.realm = $1 AND o.login = $2 AND a.network = $3`,
);

/**
 * Counts the attempt before any value is compared: at the address, if the person signed in from there before, else
 * at the account. The outer join returns one row with the database's time even for an unknown or locked login.
 */
const COUNT = statement(
  'account_count_attempt',
  `WITH account AS (
      SELECT o.id, o.password, o.totp_secret AS "totpSecret", a.network IS NOT NULL AS is_familiar
      FROM accounts o LEFT JOIN account_addresses a ON a.account_id = o.id AND a.network = $3
      WHERE o.realm = $1 AND o.login = $2 AND o.disabled_at IS NULL
    ), here AS (
      UPDATE account_addresses SET ${COUNTING}
      WHERE account_id IN (SELECT id FROM account) AND network = $3 AND ${UNLOCKED} RETURNING failures
    ), elsewhere AS (
      UPDATE accounts SET ${COUNTING}
      WHERE id IN (SELECT id FROM account WHERE NOT is_familiar) AND ${UNLOCKED} RETURNING failures
    ), counted AS (
      SELECT id, password, "totpSecret", tried.failures
      FROM account, (SELECT failures FROM here UNION ALL SELECT failures FROM elsewhere) tried
    )
    SELECT clock.now, counted.* FROM (SELECT now() AS now) clock LEFT JOIN counted ON true`,
);

/** SQL: spends the step `$2` of the account `$1` in the realm `$3`, and forgets failures where `network` is not familiar. */
const spendStep = (network: string) => `UPDATE accounts o SET totp_step = $2,
        failures = CASE WHEN ${isFamiliar('o.id', network)} THEN failures ELSE 0 END,
        locked_until = CASE WHEN ${isFamiliar('o.id', network)} THEN locked_until END
      WHERE id = $1 AND realm = $3 AND totp_step < $2 AND disabled_at IS NULL`;

/**
 * Opens a session. A time step is accepted once, so only one of two sign-ins with the same one-time password succeeds.
 * The comparison with `$6` rejects a password that was changed during the sign-in. The address `$7` is familiar from
 * now on. A success there says nothing about failures elsewhere, which keep their count.
 */
const BEGIN = statement(
  'account_session_begin',
  `WITH accepted AS (
      ${spendStep('$7')} AND password = $6
      RETURNING id, realm, login, name, role, password_is_initial AS "passwordIsInitial"
    ), older AS (DELETE FROM account_sessions WHERE digest = $5),
    begun AS (INSERT INTO account_sessions (digest, account_id) SELECT $4, id FROM accepted),
    familiar AS (
      INSERT INTO account_addresses (account_id, network) SELECT id, $7 FROM accepted
      ON CONFLICT (account_id, network) DO UPDATE SET failures = 0, locked_until = NULL, seen_at = now()
    )
    SELECT * FROM accepted`,
);

/**
 * Spends the step of a one-time password within a session. What the attempt counted is forgotten where it was counted. The
 * address becomes no more familiar than it was, because no password was typed.
 */
const SPEND = statement(
  'account_step_spend',
  `WITH accepted AS (
      ${spendStep('$4')} RETURNING id
    ), here AS (
      UPDATE account_addresses SET failures = 0, locked_until = NULL
      WHERE account_id IN (SELECT id FROM accepted) AND network = $4
    )
    SELECT id FROM accepted`,
);

function isFamiliar(accountId: string, network: string): string {
  return `EXISTS (SELECT 1 FROM account_addresses a WHERE a.account_id = ${accountId} AND a.network = ${network})`;
}

const SIGNED_IN = statement(
  'account_signed_in',
  `UPDATE account_sessions s SET seen_at = now() FROM accounts o
    WHERE s.digest = $1 AND o.id = s.account_id AND o.realm = $2 AND o.disabled_at IS NULL
      AND s.seen_at > now() - interval '${SESSION_IDLE_SECONDS} seconds'
      AND s.created_at > now() - interval '${SESSION_SECONDS} seconds'
    RETURNING o.id, o.realm, o.login, o.name, o.role, o.password_is_initial AS "passwordIsInitial"`,
);

const FORGET_ADDRESSES = statement(
  'account_address_forget',
  `DELETE FROM account_addresses WHERE seen_at <= now() - interval '${FAMILIAR_ADDRESS_DAYS} days'`,
);

/** The values that a sign-in is compared with. `id` is null if the login is unknown, disabled or locked. */
export type CountedAttempt = OuterJoined<Pick<Account, 'id' | 'password' | 'totpSecret' | 'failures'>> & {
  now: Date;
};

/** What opens a session, after the one-time password and the password were right. */
export interface BegunSession {
  accountId: string;
  realm: Realm;
  step: number;
  digest: Buffer;
  older: Buffer | undefined;
  password: string;
  network: Buffer;
}

/** The tables of sessions, and of the addresses from which people signed in. */
@Injectable()
export class AccountSessionStore {
  constructor(private readonly database: Database) {}

  /** Whether the person signed in from this network before. */
  async isFamiliar(realm: Realm, login: string, network: Buffer): Promise<boolean> {
    return (await this.database.rows(IS_FAMILIAR, [realm, login, network])).length === 1;
  }

  /**
   * Counts an attempt and returns the values to compare it with. A login that is unknown in this realm, disabled or
   * locked still gets a row, whose `id` is null.
   */
  async countAttempt(realm: Realm, login: string, network: Buffer): Promise<CountedAttempt> {
    const [row] = await this.database.rows<CountedAttempt>(COUNT, [realm, login, network]);
    if (!row) throw new Error('a select without a condition returned no row');
    return row;
  }

  /**
   * Returns undefined when the time step was used before, or when the account was disabled or its password changed
   * meanwhile.
   */
  async begin(session: Session, begun: BegunSession): Promise<SignedInAccount | undefined> {
    const { accountId, step, realm, digest, older, password, network } = begun;
    const values = [accountId, step, realm, digest, older ?? null, password, network];
    const [accepted] = await session.rows<SignedInAccount>(BEGIN, values);
    if (accepted) await session.closed([{ door: 'operator_step_used', id: accountId, step }]);
    return accepted;
  }

  /** Returns false when the time step was used before, or when the account was disabled meanwhile. */
  async spend(
    session: Session,
    { accountId, realm, step, network }: Pick<BegunSession, 'accountId' | 'realm' | 'step' | 'network'>,
  ): Promise<boolean> {
    const isSpent = (await session.rows(SPEND, [accountId, step, realm, network])).length === 1;
    if (isSpent) await session.closed([{ door: 'operator_step_used', id: accountId, step }]);
    return isSpent;
  }

  /** Returns the account of a session of this realm that has not ended, and extends its idle timeout. */
  async signedIn(realm: Realm, digest: Buffer): Promise<SignedInAccount | undefined> {
    return (await this.database.rows<SignedInAccount>(SIGNED_IN, [digest, realm]))[0];
  }

  async end(digest: Buffer): Promise<void> {
    await this.database.manager.delete(AccountSession, { digest });
  }

  /** Deletes sessions past their idle or total limit. */
  async purgeSessions(): Promise<void> {
    await this.database.manager.delete(AccountSession, { createdAt: Not(within(SESSION_SECONDS)) });
    await this.database.manager.delete(AccountSession, { seenAt: Not(within(SESSION_IDLE_SECONDS)) });
  }

  /** Deletes addresses from which a person has not signed in for long. */
  async forgetAddresses(): Promise<void> {
    await this.database.rows(FORGET_ADDRESSES, []);
  }
}
