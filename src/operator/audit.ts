import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database.ts';
import { Problem } from '../domain/problem.ts';

/** One call of an operator: who, what, about which subscription, why, from where. */
export interface AuditedCall {
  operator: string;
  action: string;
  subscriptionId?: string;
  /** Whose number was asked for, as its keyed index. */
  phoneIndex?: Buffer;
  reason: string;
  address: string;
}

export interface AuditEntry {
  at: Date;
  operator: string;
  action: string;
  reason: string;
  /** `done`, the code of the problem that was answered, or `failed`. */
  outcome: string;
}

const WRITE = {
  name: 'audit_write',
  text: `INSERT INTO audit_entries (operator, action, subscription_id, reason, outcome, address, phone_index)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

const OF_SUBSCRIPTION = {
  name: 'audit_of_subscription',
  text: `SELECT at, operator, action, reason, outcome FROM audit_entries WHERE subscription_id = $1 ORDER BY id`,
};

/** What operators did and saw. */
@Injectable()
export class Audit {
  constructor(private readonly database: Database) {}

  /** Written with the transaction of what was done. */
  async done(session: Session, call: AuditedCall): Promise<void> {
    await this.write(session, call, 'done');
  }

  /** Written before what was read is answered. */
  async seen<Result>(call: AuditedCall, result: Result): Promise<Result> {
    await this.write(this.database, call, 'done');
    return result;
  }

  /** Runs a call; one that is refused is written down with the problem's code. */
  async of<Result>(call: AuditedCall, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.write(this.database, call, error instanceof Problem ? error.code : 'failed');
      throw error;
    }
  }

  /** Oldest first. */
  async ofSubscription(subscriptionId: string): Promise<AuditEntry[]> {
    return this.database.rows<AuditEntry>(OF_SUBSCRIPTION, [subscriptionId]);
  }

  private async write(session: Session, call: AuditedCall, outcome: string): Promise<void> {
    const { operator, action, subscriptionId = null, reason, address, phoneIndex = null } = call;
    await session.rows(WRITE, [operator, action, subscriptionId, reason, outcome, address, phoneIndex]);
  }
}
