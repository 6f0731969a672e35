import { Injectable } from '@nestjs/common';
import { AccountSessions } from '../accounts/account-sessions.ts';
import { RealmSessions } from '../accounts/realm-sessions.ts';
import { AccountAudit } from '../operator/account-audit.ts';

/** The name of the console's session cookie. */
export const CONSOLE_COOKIE = 'console';

/** The sessions of people at the console, whose sign-ins are audited. */
@Injectable()
export class ConsoleSessions extends RealmSessions<'console'> {
  constructor(sessions: AccountSessions, audit: AccountAudit) {
    super('console', sessions, audit.of('console'));
  }
}
