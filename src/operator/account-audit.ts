import { Injectable } from '@nestjs/common';
import type { AccountDeed, AccountRecord } from '../accounts/account-record.ts';
import type { Session } from '../database/database.ts';
import type { Realm } from '../domain/account.ts';
import { Problem } from '../domain/problem.ts';
import { Audit, type AuditedCall } from './audit.ts';

/** Writes to the audit what people do with their accounts at the desk and at the console. */
@Injectable()
export class AccountAudit {
  constructor(private readonly audit: Audit) {}

  /** The record of one realm. */
  of(realm: Realm): AccountRecord {
    return {
      done: (session: Session, deed: AccountDeed) => this.audit.done(session, callOf(realm, deed)),
      locked: async (deed: AccountDeed) => {
        const locked = new Problem('too_many_requests', 'The account is locked.');
        await this.audit.of(callOf(realm, deed), () => Promise.reject(locked)).catch(() => undefined);
      },
    };
  }
}

function callOf(realm: Realm, { login, address, action }: AccountDeed): AuditedCall {
  const isAtDesk = realm === 'desk';
  return {
    operator: isAtDesk ? login : `console:${login}`,
    action: isAtDesk ? action : `console-${action}`,
    reason: '-',
    address,
  };
}
