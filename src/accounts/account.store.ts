import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Realm } from '../domain/account.ts';
import { Account } from './account.entity.ts';
import { AccountSession } from './account-session.entity.ts';
import type { ListedAccount, NamedAccount } from './account.ts';

const CLOCK = statement('account_clock', 'SELECT now() AS now');

/**
 * SQL: after the account `changed`, its sessions end and its addresses are unlocked. The person who changed it goes on in a
 * session of its own, whose digest is `digest`.
 */
const beginAnew = (
  digest: '$4' | '$7',
) => `ended AS (DELETE FROM account_sessions WHERE account_id IN (SELECT id FROM changed)),
    unlocked AS (
      UPDATE account_addresses SET failures = 0, locked_until = NULL
      WHERE account_id IN (SELECT id FROM changed) AND failures > 0
    ),
    begun AS (INSERT INTO account_sessions (digest, account_id) SELECT ${digest}, id FROM changed)
    SELECT id FROM changed`;

const CHANGE_PASSWORD = statement(
  'account_change_password',
  `WITH changed AS (
      UPDATE accounts SET password = $3, password_is_initial = false, failures = 0, locked_until = NULL
      WHERE id = $1 AND password = $2 AND disabled_at IS NULL RETURNING id
    ), ${beginAnew('$4')}`,
);

/**
 * Replaces the authenticator, if neither it nor the password was changed meanwhile. Spends the step of the old one, so that
 * of two changes with the same code one succeeds; the new one begins with the step of the code that proved it.
 */
const CHANGE_AUTHENTICATOR = statement(
  'account_change_authenticator',
  `WITH changed AS (
      UPDATE accounts SET totp_secret = $5, totp_step = $6, failures = 0, locked_until = NULL
      WHERE id = $1 AND password = $2 AND totp_secret = $3 AND totp_step < $4 AND disabled_at IS NULL RETURNING id
    ), ${beginAnew('$7')}`,
);

const REMOVE = statement(
  'account_remove',
  `WITH sessions AS (DELETE FROM account_sessions WHERE account_id = ANY($1::uuid[])),
    addresses AS (DELETE FROM account_addresses WHERE account_id = ANY($1::uuid[]))
    DELETE FROM accounts WHERE id = ANY($1::uuid[])`,
);

/** The columns of a new account. */
export type NewRow = Pick<
  Account,
  'id' | 'realm' | 'login' | 'name' | 'role' | 'password' | 'passwordIsInitial' | 'totpSecret' | 'totpStep'
>;

const now = (): string => 'now()';

/** The table of accounts. */
@Injectable()
export class AccountStore {
  constructor(private readonly database: Database) {}

  /** Returns false when the login is taken in its realm. */
  async add({ manager }: Session, account: NewRow): Promise<boolean> {
    const insert = manager.createQueryBuilder().insert().into(Account).values(account).orIgnore();
    const { raw } = (await insert.returning('id').execute()) as { raw: unknown[] };
    return raw.length === 1;
  }

  /** The time of the database, by which one-time passwords are compared. */
  async now(): Promise<Date> {
    const [row] = await this.database.rows<{ now: Date }>(CLOCK, []);
    if (!row) throw new Error('a select without a condition returned no row');
    return row.now;
  }

  isThere(realm: Realm, login: string): Promise<boolean> {
    return this.database.manager.existsBy(Account, { realm, login });
  }

  list(realm: Realm): Promise<ListedAccount[]> {
    const select = { id: true, login: true, name: true, role: true, createdAt: true, disabledAt: true } as const;
    return this.database.manager.find(Account, { select, where: { realm }, order: { login: 'ASC' } });
  }

  withIds(realm: Realm, ids: readonly string[]): Promise<NamedAccount[]> {
    const select = { id: true, login: true, name: true } as const;
    return this.database.manager.find(Account, { select, where: { realm, id: In(ids) } });
  }

  withLogins(realm: Realm, logins: readonly string[]): Promise<NamedAccount[]> {
    const select = { id: true, login: true, name: true } as const;
    return this.database.manager.find(Account, { select, where: { realm, login: In(logins) } });
  }

  /**
   * Disables an account and ends its sessions. Returns the account's id, or undefined when the login is unknown in this
   * realm or already disabled.
   */
  async disable(session: Session, realm: Realm, login: string): Promise<string | undefined> {
    const { manager } = session;
    const { affected } = await manager.update(Account, { realm, login, disabledAt: IsNull() }, { disabledAt: now });
    if (affected !== 1) return undefined;
    const { id } = await manager.findOneByOrFail(Account, { realm, login });
    await manager.delete(AccountSession, { accountId: id });
    await session.closed([{ door: 'operator_disabled', id }]);
    return id;
  }

  /** Ends every session and opens a new one. Returns false when the password was changed meanwhile. */
  async changePassword(
    session: Session,
    { accountId, from, to, digest }: { accountId: string; from: string; to: string; digest: Buffer },
  ): Promise<boolean> {
    return (await session.rows(CHANGE_PASSWORD, [accountId, from, to, digest])).length === 1;
  }

  /**
   * Ends every session and opens a new one. Returns false when the authenticator or the password was changed, or the time
   * step used, meanwhile.
   */
  async changeAuthenticator(
    session: Session,
    change: {
      accountId: string;
      from: Buffer;
      oldStep: number;
      password: string;
      to: Buffer;
      step: number;
      digest: Buffer;
    },
  ): Promise<boolean> {
    const { accountId, from, oldStep, password, to, step, digest } = change;
    const values = [accountId, password, from, oldStep, to, step, digest];
    const isChanged = (await session.rows(CHANGE_AUTHENTICATOR, values)).length === 1;
    if (isChanged) await session.closed([{ door: 'operator_step_used', id: accountId, step: Math.max(oldStep, step) }]);
    return isChanged;
  }

  async remove(session: Session, ids: readonly string[]): Promise<void> {
    await session.rows(REMOVE, [ids]);
  }
}
