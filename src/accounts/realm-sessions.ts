import type { AccountRecord } from './account-record.ts';
import type { AccountSessions, SignIn } from './account-sessions.ts';
import type { SignedInAccount } from './account.ts';

/** The sessions of one realm, whose sign-ins are recorded. */
export abstract class RealmSessions<Realm extends SignedInAccount['realm']> {
  protected constructor(
    private readonly realm: Realm,
    private readonly sessions: AccountSessions,
    private readonly record: AccountRecord,
  ) {}

  /** Opens a session, and records it. Answers and problems: as `AccountSessions.signIn`. */
  async signIn(typed: SignIn, older: Buffer | undefined, renewed: () => Buffer): Promise<AccountOf<Realm> | null> {
    const deed = { login: typed.login, address: typed.address, action: 'sign-in' as const };
    const account = await this.sessions.signIn(this.realm, typed, older, renewed, {
      accepted: (session) => this.record.done(session, deed),
      locked: () => this.record.locked(deed),
    });
    return this.own(account) ?? null;
  }

  /**
   * Returns the person of this session, or undefined if there is none or it has ended. Each call extends the idle
   * timeout.
   */
  async signedIn(digest: Buffer | undefined): Promise<AccountOf<Realm> | undefined> {
    return this.own(await this.sessions.signedIn(this.realm, digest));
  }

  /** Asks for the one-time password once more, as `AccountSessions.confirm`. */
  async confirm(account: AccountOf<Realm>, code: string, address: string): Promise<boolean> {
    const deed = { login: account.login, address, action: 'confirm' as const };
    return this.sessions.confirm(account, code, address, () => this.record.locked(deed));
  }

  /** Ends a session. */
  async signOut(digest: Buffer): Promise<void> {
    await this.sessions.signOut(digest);
  }

  /** The statements return accounts of this realm alone; the type follows them. */
  private own(account: SignedInAccount | null | undefined): AccountOf<Realm> | undefined {
    return account?.realm === this.realm ? (account as AccountOf<Realm>) : undefined;
  }
}

type AccountOf<Realm extends SignedInAccount['realm']> = Extract<SignedInAccount, { realm: Realm }>;

/** What the pages that sign people in and out need of the sessions of a realm. */
export type SignInAndOut = Pick<RealmSessions<SignedInAccount['realm']>, 'signIn' | 'signOut'>;
