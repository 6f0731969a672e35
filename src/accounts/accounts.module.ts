import { Module } from '@nestjs/common';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { AccountSessionStore } from './account-session.store.ts';
import { AccountSessions } from './account-sessions.ts';
import { AccountStore } from './account.store.ts';
import { Accounts } from './accounts.ts';
import { ShownAuthenticators } from './shown-authenticators.ts';

/** Accounts of people with a password and an authenticator app, and their sessions. */
@Module({
  providers: [Accounts, AccountSessions, ShownAuthenticators, AccountStore, AccountSessionStore],
  exports: [Accounts, AccountSessions, ShownAuthenticators],
})
export class AccountsModule {
  constructor(tasks: RecurringTasks, sessions: AccountSessions) {
    tasks.purge('sessions of accounts', () => sessions.purge());
  }
}
