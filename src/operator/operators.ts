import { Injectable } from '@nestjs/common';
import { Accounts } from '../accounts/accounts.ts';
import { Database } from '../database/database.ts';
import { OPERATOR_ROLES } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { ApprovalStore } from './approval.store.ts';
import type { ListedOperator, NewOperator } from './operator.ts';

/** The accounts of the operators' desk. */
@Injectable()
export class Operators {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly approvals: ApprovalStore,
    private readonly reissues: Reissues,
  ) {}

  /** Creates an account with a role of the desk. Answer and problems: as `Accounts.add`. */
  async add(operator: NewOperator): Promise<{ password: string; totpUri: string }> {
    if (!(OPERATOR_ROLES as readonly string[]).includes(operator.role))
      throw refused(`The role must be one of ${OPERATOR_ROLES.join(', ')}.`);
    return this.accounts.add(this.database, { ...operator, realm: 'desk' });
  }

  /** Creates an account of the demonstration, if the login does not exist yet. */
  async seed(operator: NewOperator & { passwordDigest: string; totpSecret: string }): Promise<void> {
    await this.accounts.seed({ ...operator, realm: 'desk' });
  }

  /**
   * Disables an account, ends its sessions at once, and closes what its operator requested. Problems: `invalid_request`
   * for a login that is unknown or already disabled.
   */
  async disable(login: string): Promise<void> {
    const disabled = await this.database.transaction(async (session) => {
      const id = await this.accounts.disable(session, 'desk', login);
      if (id === undefined) return false;
      await this.approvals.closeAskedBy(session, id);
      await this.reissues.withdrawAppliedBy(session, { id, name: login });
      return true;
    });
    if (!disabled) throw refused(`No active operator has the login ${login}.`);
  }

  /** Lists all accounts by login, including disabled ones. */
  async list(): Promise<ListedOperator[]> {
    return this.accounts.list('desk');
  }
}

function refused(detail: string): Problem {
  return new Problem('invalid_request', detail);
}
