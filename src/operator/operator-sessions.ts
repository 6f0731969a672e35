import { Injectable } from '@nestjs/common';
import { AccountSessions } from '../accounts/account-sessions.ts';
import { RealmSessions } from '../accounts/realm-sessions.ts';
import { AccountAudit } from './account-audit.ts';
import { OperatorLookStore } from './operator-look.store.ts';

/** The sessions of operators at the desk, whose sign-ins are audited, with the reasons of their reads. */
@Injectable()
export class OperatorSessions extends RealmSessions<'desk'> {
  constructor(
    sessions: AccountSessions,
    audit: AccountAudit,
    private readonly looks: OperatorLookStore,
  ) {
    super('desk', sessions, audit.of('desk'));
  }

  /**
   * Begins a call about these subscriptions: its reason is kept for them, and proposed for what is done, until the agent
   * ends the call or looks at another person. Each look and each deed is audited with its reason all the same.
   */
  async beginCall(digest: Buffer, subscriptionIds: readonly string[], reason: string): Promise<void> {
    await this.looks.beginCall(digest, subscriptionIds, reason);
  }

  /** Forgets the reason of the call, so that the next look asks for one. */
  async endCall(digest: Buffer): Promise<void> {
    await this.looks.endCall(digest);
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
}
