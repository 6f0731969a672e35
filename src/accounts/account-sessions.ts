import { Injectable } from '@nestjs/common';
import { asLongAsHashing, takeHashingTurn, type HashingTurn } from '../crypto/password.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { matchingTotpStep } from '../crypto/totp.ts';
import { Database, type Session } from '../database/database.ts';
import { SIGN_IN_ATTEMPTS, type Realm } from '../domain/account.ts';
import { wholeCodeIn } from '../domain/typed-text.ts';
import { networkOf } from '../http/address.ts';
import { FormLimits } from '../http/form-limits.ts';
import { AccountSessionStore, type CountedAttempt } from './account-session.store.ts';
import type { SignedInAccount } from './account.ts';
import { networkIndex } from './network-index.ts';
import { secretPlace } from './secret-place.ts';

/** The values that a person enters to sign in, and the address of the browser. */
export interface SignIn {
  login: string;
  password: string;
  code: string;
  address: string;
}

/** What a realm records of its sign-ins. */
export interface OnSignIn {
  /** In the transaction that opens the session, as its last work. */
  accepted(session: Session, account: SignedInAccount): Promise<void>;
  /** After the failure that locks the account where it came from. The others are told to no one. */
  locked(): Promise<void>;
}

/**
 * Maximum sign-ins in ten minutes from one address, as long as the person never signed in there. A whole company may
 * share one address.
 */
const SIGN_INS_BY_ADDRESS = { times: 100, seconds: 600 };

/** What became of a sign-in: when it was compared, the failures so far, and what opens the session. */
interface Compared {
  began: number;
  failures: number | null;
  accepted?: { accountId: string; step: number; password: string };
}

/** Replaces the secret of an unknown account, so that the work and the duration stay the same. */
const NO_SECRET = Buffer.alloc(20);

/** The sessions of accounts. A session of one realm is none in the other. */
@Injectable()
export class AccountSessions {
  constructor(
    private readonly database: Database,
    private readonly store: AccountSessionStore,
    private readonly limits: FormLimits,
    private readonly keys: ServiceKeys,
  ) {}

  /**
   * Opens a session. Returns null for any wrong value, after the same time, so that the response does not reveal which
   * value was wrong. `renewed` sets a new cookie secret and returns its digest; `older` is the digest of the browser's
   * previous secret. Problems: `too_many_requests`, `service_unavailable` while too many sign in, which counts nothing.
   */
  async signIn(
    realm: Realm,
    typed: SignIn,
    older: Buffer | undefined,
    renewed: () => Buffer,
    on: OnSignIn,
  ): Promise<SignedInAccount | null> {
    const { login, address } = typed;
    const network = networkIndex(this.keys, address);
    const isFamiliar = await this.store.isFamiliar(realm, login, network);
    const compared = await takeHashingTurn(isFamiliar ? 'familiar' : 'strange', async (turn) => {
      if (!isFamiliar)
        await this.limits.spend({ name: `${realm}-sign-in`, of: networkOf(address), ...SIGN_INS_BY_ADDRESS });
      return this.compare(realm, typed, network, turn);
    });
    if (compared.accepted) {
      const begun = { ...compared.accepted, realm, digest: renewed(), older, network };
      const account = await this.database.transaction(async (session) => {
        const accepted = await this.store.begin(session, begun);
        if (accepted) await on.accepted(session, accepted);
        return accepted;
      });
      if (account) return account;
    }
    if (compared.failures === SIGN_IN_ATTEMPTS) await on.locked();
    await asLongAsHashing(compared.began);
    return null;
  }

  /**
   * Returns the account of this session of this realm, or undefined if there is none or it has ended. Each call extends
   * the idle timeout.
   */
  async signedIn(realm: Realm, digest: Buffer | undefined): Promise<SignedInAccount | undefined> {
    return digest && this.store.signedIn(realm, digest);
  }

  /**
   * Asks the person who is signed in for the one-time password once more, before something that a stolen cookie alone must
   * not do. Counts the attempt as a sign-in does, at the address or at the account, and refuses a locked or disabled
   * account; what is no whole code counts nothing. A right one is spent: no other confirmation and no sign-in takes it.
   * `locked` is called after the failure that locks.
   */
  async confirm(
    { realm, login }: SignedInAccount,
    typed: string,
    address: string,
    locked: () => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    const code = wholeCodeIn(typed);
    if (code === null) return false;
    const network = networkIndex(this.keys, address);
    const attempt = await this.store.countAttempt(realm, login, network);
    const step = this.stepOf(attempt, code);
    if (attempt.id !== null && step !== null) {
      const spent = { accountId: attempt.id, realm, step, network };
      if (await this.store.spend(this.database, spent)) return true;
    }
    if (attempt.failures === SIGN_IN_ATTEMPTS) await locked();
    return false;
  }

  /** Ends a session. */
  async signOut(digest: Buffer): Promise<void> {
    await this.store.end(digest);
  }

  /** Deletes the ended sessions, and the addresses that are no longer familiar. */
  async purge(): Promise<void> {
    await this.store.purgeSessions();
    await this.store.forgetAddresses();
  }

  /**
   * Counts the attempt, then compares the one-time password, and the password only after that was right; what is no whole
   * code counts nothing. A caller without the person's authenticator learns nothing about the password, and makes the
   * service hash nothing.
   */
  private async compare(
    realm: Realm,
    { login, password, code: typed }: SignIn,
    network: Buffer,
    turn: HashingTurn,
  ): Promise<Compared> {
    const began = performance.now();
    const code = wholeCodeIn(typed);
    if (code === null) return { began, failures: null };
    const attempt = await this.store.countAttempt(realm, login, network);
    const { id: accountId, failures } = attempt;
    const step = this.stepOf(attempt, code);
    if (accountId === null || attempt.password === null || step === null) return { began, failures };
    if (!(await turn.isPassword(password, attempt.password))) return { began, failures };
    return { began, failures, accepted: { accountId, step, password: attempt.password } };
  }

  /** The time step whose one-time password is this code, or null. */
  private stepOf(attempt: CountedAttempt, code: string): number | null {
    return matchingTotpStep(this.secretOf(attempt), code, attempt.now);
  }

  private secretOf({ id, totpSecret }: CountedAttempt): Uint8Array {
    if (id === null || totpSecret === null) return NO_SECRET;
    return this.keys.fields.decrypt(totpSecret, secretPlace(id));
  }
}
