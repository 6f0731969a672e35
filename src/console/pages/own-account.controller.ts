import { Controller } from '@nestjs/common';
import { Accounts } from '../../accounts/accounts.ts';
import { OwnAccountController } from '../../accounts/pages/own-account.controller.ts';
import { ShownAuthenticators } from '../../accounts/shown-authenticators.ts';
import { AccountAudit } from '../../operator/account-audit.ts';
import { ConsoleSessions } from '../console-sessions.ts';
import { ConsolePages } from './console.guard.ts';
import { CONSOLE } from './frame.ts';

/** What a person at the console does with the own account. */
@ConsolePages()
@Controller('console')
export class ConsoleOwnAccountController extends OwnAccountController {
  constructor(accounts: Accounts, authenticators: ShownAuthenticators, sessions: ConsoleSessions, audit: AccountAudit) {
    super(CONSOLE, { accounts, authenticators, sessions, record: audit.of('console') });
  }
}
