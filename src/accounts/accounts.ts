import { Injectable } from '@nestjs/common';
import { newAccountSecrets } from '../crypto/account-secrets.ts';
import { takeHashingTurn } from '../crypto/password.ts';
import { randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { fromBase32, matchingTotpStep, TOTP_SECRET_BYTES, totpUri } from '../crypto/totp.ts';
import { Database, type Session } from '../database/database.ts';
import {
  LOGIN,
  passwordFault,
  SIGN_IN_ATTEMPTS,
  type AuthenticatorFault,
  type ChosenPasswordFault,
  type PasswordFault,
  type Realm,
} from '../domain/account.ts';
import { Problem } from '../domain/problem.ts';
import { codeIn, wholeCodeIn } from '../domain/typed-text.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { AccountSessionStore } from './account-session.store.ts';
import { AccountStore } from './account.store.ts';
import type { ListedAccount, NamedAccount, NewAccount, OwnAccount, ProvenSecrets, SignedInAccount } from './account.ts';
import { networkIndex } from './network-index.ts';
import { secretPlace } from './secret-place.ts';

/** The Base32 of a new secret. A whole number of bytes fits, so it needs no padding. */
const TOTP_SECRET = new RegExp(`^[A-Z2-7]{${(TOTP_SECRET_BYTES * 8) / 5}}$`);
/** Characters of a name. */
const LONGEST_NAME = 60;
/** Changes of one person's password in an hour. Each costs two hashes. */
const PASSWORD_CHANGES = { times: 10, seconds: 3_600 };
/** Attempts of one person to change the authenticator in an hour. Each costs a hash. */
const AUTHENTICATOR_CHANGES = { times: 10, seconds: 3_600 };
/** The step of an account whose owner has typed no one-time password yet. */
const NO_STEP = '-1';

/** The accounts of people who sign in with a password and an authenticator app, each in one realm. */
@Injectable()
export class Accounts {
  constructor(
    private readonly database: Database,
    private readonly store: AccountStore,
    private readonly sessions: AccountSessionStore,
    private readonly keys: ServiceKeys,
    private readonly limits: FormLimits,
  ) {}

  /**
   * Creates an account. Returns a password for the first sign-in, and the URI for an authenticator app. Neither is
   * stored in clear, so hand both to the account's owner. It hashes first: call it in a transaction before the
   * transaction locks anything. Problems: `invalid_request`, also for a login that is taken in its realm;
   * `service_unavailable`.
   */
  async add(session: Session, account: NewAccount): Promise<{ password: string; totpUri: string }> {
    expectNames(account);
    const { password, passwordDigest, totpSecret } = await newAccountSecrets();
    const secrets = { password: passwordDigest, totpSecret, totpStep: NO_STEP, passwordIsInitial: true };
    if ((await this.write(session, account, secrets)) === undefined) {
      throw refused(`The login ${account.login} is already in use.`);
    }
    return { password, totpUri: totpUri({ issuer: 'Pushguard', account: account.login, secret: totpSecret }) };
  }

  /**
   * Checks what a person types who opens an account: the password that they chose, twice, and the one-time password that
   * their authenticator shows for `totpSecret` (`newTotpSecret`), which is not stored yet. Returns what `create` takes, or
   * the first fault; `code` for a wrong one-time password. Only a right one costs a hash, and nothing is counted, because
   * the caller has the secret: admit only invited people. Problems: `service_unavailable`.
   */
  async prove(typed: {
    chosen: string;
    again: string;
    totpSecret: string;
    code: string;
  }): Promise<{ proven: ProvenSecrets } | { fault: PasswordFault | 'code' }> {
    const { chosen, again, totpSecret, code } = typed;
    const fault = passwordFault(chosen, again);
    if (fault !== null) return { fault };
    const totpStep = await this.stepOfNew(totpSecret, code);
    if (totpStep === null) return { fault: 'code' };
    const password = await takeHashingTurn('strange', (turn) => turn.digestOf(chosen));
    return { proven: { password, totpSecret, totpStep } };
  }

  /**
   * Creates an account of the console with the secrets that its owner chose and proved. The one-time password that proved
   * them is spent in the same row. Returns the account's id, or undefined where the login is taken. Problems:
   * `invalid_request` for a login or a name that no account may have.
   */
  async create(session: Session, account: OwnAccount): Promise<string | undefined> {
    expectNames(account);
    const { password, totpSecret, totpStep } = account;
    const secrets = { password, totpSecret, totpStep: String(totpStep), passwordIsInitial: false };
    return this.write(session, { ...account, role: null }, secrets);
  }

  /** Creates an account of the demonstration, if the login does not exist yet in its realm. */
  async seed(account: NewAccount & { passwordDigest: string; totpSecret: string }): Promise<void> {
    if (await this.store.isThere(account.realm, account.login)) return;
    const { passwordDigest: password, totpSecret } = account;
    await this.write(this.database, account, { password, totpSecret, totpStep: NO_STEP, passwordIsInitial: false });
  }

  /**
   * Disables an account and ends its sessions at once. Returns its id, or undefined for a login that is unknown in this
   * realm or already disabled.
   */
  async disable(session: Session, realm: Realm, login: string): Promise<string | undefined> {
    return this.store.disable(session, realm, login);
  }

  /** Whether an account can be created under this login and name: `names` if no account may have them. */
  async standingOf(realm: Realm, account: Pick<NewAccount, 'login' | 'name'>): Promise<'free' | 'taken' | 'names'> {
    if (!fitsNames(account)) return 'names';
    return (await this.store.isThere(realm, account.login)) ? 'taken' : 'free';
  }

  /** Lists all accounts of a realm by login, including disabled ones. */
  async list(realm: Realm): Promise<ListedAccount[]> {
    return this.store.list(realm);
  }

  /** Returns the names of these accounts of a realm, by id. */
  async find(realm: Realm, ids: readonly string[]): Promise<Map<string, NamedAccount>> {
    return new Map((await this.store.withIds(realm, ids)).map((one) => [one.id, one]));
  }

  /** Returns the names of the accounts of a realm with these logins, by login. */
  async named(realm: Realm, logins: readonly string[]): Promise<Map<string, NamedAccount>> {
    return new Map((await this.store.withLogins(realm, logins)).map((one) => [one.login, one]));
  }

  /**
   * Replaces the person's password and ends their other sessions. `renewed` sets a new cookie secret for the present
   * session and returns its digest; `changed` is the last work of the transaction. Returns the fault of the typed
   * passwords, or null on success. Problems: `service_unavailable` while too many sign in, which counts nothing.
   */
  async choosePassword(
    { id: accountId, realm, login }: SignedInAccount,
    typed: { present: string; chosen: string; again: string; address: string },
    on: { renewed: () => Buffer; changed: (session: Session) => Promise<void> },
  ): Promise<ChosenPasswordFault | null> {
    const { present, chosen, again } = typed;
    const fault = passwordFault(chosen, again);
    if (fault !== null) return fault;
    if (chosen === present) return 'same';
    await this.limits.spend({ name: `${realm}-password`, of: accountId, ...PASSWORD_CHANGES });
    const network = networkIndex(this.keys, typed.address);
    return takeHashingTurn('familiar', async (turn) => {
      const { password } = await this.sessions.countAttempt(realm, login, network);
      if (password === null || !(await turn.isPassword(present, password))) return 'wrong';
      const to = await turn.digestOf(chosen);
      const change = { accountId, from: password, to, digest: on.renewed() };
      return this.database.transaction(async (session) => {
        if (!(await this.store.changePassword(session, change))) return 'wrong';
        await on.changed(session);
        return null;
      });
    });
  }

  /**
   * Replaces the person's authenticator and ends their other sessions. The person proves the present one and the password,
   * as at a sign-in, and the new one by a code, which is spent. `renewed` and `changed` as in `choosePassword`; `locked` is
   * called after the failure that locks the account where it came from. Problems: `too_many_requests`,
   * `service_unavailable` while too many sign in, which counts nothing.
   */
  async chooseAuthenticator(
    { id: accountId, realm, login }: SignedInAccount,
    typed: { present: string; old: string; totpSecret: string; code: string; address: string },
    on: { renewed: () => Buffer; changed: (session: Session) => Promise<void>; locked: () => Promise<void> },
  ): Promise<AuthenticatorFault | null> {
    const { present, old, totpSecret, code, address } = typed;
    // Before the old code is spent: a person who mistypes the new one can go on with the same old one.
    const step = await this.stepOfNew(totpSecret, code);
    if (step === null) return 'code';
    const oldCode = wholeCodeIn(old);
    if (oldCode === null) return 'wrong';
    await this.limits.spend({ name: `${realm}-authenticator`, of: accountId, ...AUTHENTICATOR_CHANGES });
    const network = networkIndex(this.keys, address);
    const place = secretPlace(accountId);
    return takeHashingTurn('familiar', async (turn) => {
      const attempt = await this.sessions.countAttempt(realm, login, network);
      const { password, totpSecret: stored } = attempt;
      const oldStep = stored && matchingTotpStep(this.keys.fields.decrypt(stored, place), oldCode, attempt.now);
      if (password !== null && stored !== null && oldStep !== null && (await turn.isPassword(present, password))) {
        const to = this.keys.fields.encrypt(fromBase32(totpSecret), place);
        const change = { accountId, from: stored, oldStep, password, to, step, digest: on.renewed() };
        const isChanged = await this.database.transaction(async (session) => {
          const isDone = await this.store.changeAuthenticator(session, change);
          if (isDone) await on.changed(session);
          return isDone;
        });
        if (isChanged) return null;
      }
      if (attempt.failures === SIGN_IN_ATTEMPTS) await on.locked();
      return 'wrong';
    });
  }

  /** Deletes accounts of people, with their sessions. The caller has locked the rows. */
  async remove(session: Session, ids: readonly string[]): Promise<void> {
    await this.store.remove(session, ids);
  }

  /** The time step of a code that a new authenticator shows, or null. */
  private async stepOfNew(totpSecret: string, code: string): Promise<number | null> {
    if (!TOTP_SECRET.test(totpSecret)) return null;
    return matchingTotpStep(fromBase32(totpSecret), codeIn(code), await this.store.now());
  }

  private async write(
    session: Session,
    { realm, login, name, role }: NewAccount,
    secrets: { password: string; passwordIsInitial: boolean; totpSecret: string; totpStep: string },
  ): Promise<string | undefined> {
    const id = randomId();
    const totpSecret = this.keys.fields.encrypt(fromBase32(secrets.totpSecret), secretPlace(id));
    const isNew = await this.store.add(session, { ...secrets, id, realm, login, name, role, totpSecret });
    return isNew ? id : undefined;
  }
}

/** Whether an account may have this login and this name. */
function fitsNames({ login, name }: Pick<NewAccount, 'login' | 'name'>): boolean {
  return LOGIN.test(login) && name.length <= LONGEST_NAME && SHOWN_TEXT.test(name);
}

function expectNames({ login, name }: Pick<NewAccount, 'login' | 'name'>): void {
  if (!LOGIN.test(login))
    throw refused(
      'The login must have 2 to 32 characters of a-z, 0-9, dot, hyphen and underscore, and begin with a letter.',
    );
  if (name.length > LONGEST_NAME || !SHOWN_TEXT.test(name))
    throw refused('The name must be one line of 1 to 60 visible characters.');
}

function refused(detail: string): Problem {
  return new Problem('invalid_request', detail);
}
