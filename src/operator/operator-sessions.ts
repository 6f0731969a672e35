import { Injectable } from '@nestjs/common';
import { AccountSessions, type SignIn } from '../accounts/account-sessions.ts';
import type { SignedInAccount } from '../accounts/account.ts';
import { Problem } from '../domain/problem.ts';
import { Audit } from './audit.ts';
import type { SignedInOperator } from './operator.ts';
import { OperatorLookStore } from './operator-look.store.ts';

/** The sessions of operators at the desk, whose sign-ins are audited, with the reasons of their reads. */
@Injectable()
export class OperatorSessions {
  constructor(
    private readonly sessions: AccountSessions,
    private readonly looks: OperatorLookStore,
    private readonly audit: Audit,
  ) {}

  /** Opens a session at the desk, and audits it. Answers and problems: as `AccountSessions.signIn`. */
  async signIn(typed: SignIn, older: Buffer | undefined, renewed: () => Buffer): Promise<SignedInOperator | null> {
    const { login, address } = typed;
    const call = { operator: login, action: 'sign-in', reason: '-', address };
    const account = await this.sessions.signIn('desk', typed, older, renewed, {
      accepted: (session) => this.audit.done(session, call),
      locked: () => this.locked(call),
    });
    return atDesk(account) ?? null;
  }

  /**
   * Returns the operator of this session, or undefined if there is none or it has ended. Each call extends the idle
   * timeout.
   */
  async signedIn(digest: Buffer | undefined): Promise<SignedInOperator | undefined> {
    return atDesk(await this.sessions.signedIn('desk', digest));
  }

  /** Ends a session. */
  async signOut(digest: Buffer): Promise<void> {
    await this.sessions.signOut(digest);
  }

  /** Stores the reason for reading these subjects until the session ends. */
  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    if (about.length > 0) await this.looks.remember(digest, about, reason);
  }

  /** Returns true the first time that a session names this subject, and false ever after. */
  async isFirst(digest: Buffer, about: string): Promise<boolean> {
    return this.looks.rememberOnce(digest, about);
  }

  /** Returns the reason that the operator gave in this session for reading a subject; undefined without one. */
  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return this.looks.reasonFor(digest, about);
  }

  /** Audits only the failed sign-in that locks the account: anyone on the network can cause the others. */
  private async locked(call: { operator: string; action: string; reason: string; address: string }): Promise<void> {
    const locked = new Problem('too_many_requests', 'The account is locked.');
    await this.audit.of(call, () => Promise.reject(locked)).catch(() => undefined);
  }
}

/** The statements accept an account of the desk alone; the type follows them. */
function atDesk(account: SignedInAccount | null | undefined): SignedInOperator | undefined {
  return account?.realm === 'desk' ? account : undefined;
}
