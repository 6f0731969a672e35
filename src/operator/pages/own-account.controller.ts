import { Controller } from '@nestjs/common';
import { Accounts } from '../../accounts/accounts.ts';
import { OwnAccountController } from '../../accounts/pages/own-account.controller.ts';
import { ShownAuthenticators } from '../../accounts/shown-authenticators.ts';
import { AccountAudit } from '../account-audit.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { DESK } from './desk.ts';
import { DeskPages } from './desk.guard.ts';

/** What an operator does with the own account. */
@DeskPages()
@Controller('operator')
export class DeskOwnAccountController extends OwnAccountController {
  constructor(
    accounts: Accounts,
    authenticators: ShownAuthenticators,
    sessions: OperatorSessions,
    audit: AccountAudit,
  ) {
    super(DESK, { accounts, authenticators, sessions, record: audit.of('desk') });
  }
}
