import { Injectable } from '@nestjs/common';
import { AccountSessions, type SignIn } from '../accounts/account-sessions.ts';
import type { SignedInAccount } from '../accounts/account.ts';
import { Problem } from '../domain/problem.ts';
import { Audit } from '../operator/audit.ts';

/** The name of the console's session cookie. */
export const CONSOLE_COOKIE = 'console';

/** The sessions of people at the console, whose sign-ins are audited. */
@Injectable()
export class ConsoleSessions {
  constructor(
    private readonly sessions: AccountSessions,
    private readonly audit: Audit,
  ) {}

  /** Opens a session at the console, and audits it. Answers and problems: as `AccountSessions.signIn`. */
  async signIn(typed: SignIn, older: Buffer | undefined, renewed: () => Buffer): Promise<SignedInAccount | null> {
    const call = callOf(typed, 'sign-in');
    return this.sessions.signIn('console', typed, older, renewed, {
      accepted: (session) => this.audit.done(session, call),
      locked: () => this.locked(call),
    });
  }

  /** Returns the person of this session, or undefined if there is none or it has ended. */
  async signedIn(digest: Buffer | undefined): Promise<SignedInAccount | undefined> {
    return this.sessions.signedIn('console', digest);
  }

  /** Asks for the one-time password once more, as `AccountSessions.confirm`. */
  async confirm(account: SignedInAccount, code: string, address: string): Promise<boolean> {
    const call = callOf({ login: account.login, address }, 'confirm');
    return this.sessions.confirm(account, code, address, () => this.locked(call));
  }

  /** Ends a session. */
  async signOut(digest: Buffer): Promise<void> {
    await this.sessions.signOut(digest);
  }

  /** Audits only the failure that locks the account: anyone on the network can cause the others. */
  private async locked(call: ReturnType<typeof callOf>): Promise<void> {
    const locked = new Problem('too_many_requests', 'The account is locked.');
    await this.audit.of(call, () => Promise.reject(locked)).catch(() => undefined);
  }
}

function callOf({ login, address }: { login: string; address: string }, action: string) {
  return { operator: `console:${login}`, action: `console-${action}`, reason: '-', address };
}
