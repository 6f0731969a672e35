import { Injectable, Logger } from '@nestjs/common';
import type { AuditedFacts, ChainEnd } from '../crypto/audit-chain.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Problem } from '../domain/problem.ts';
import { AuditEntry as StoredAuditEntry } from './audit-entry.entity.ts';
import type { AuditHead } from './audit-head.entity.ts';
import { END } from './walk-chain.ts';

/** One call by an operator: the operator, the action, the subscription, the reason and the address. */
export interface AuditedCall {
  operator: string;
  action: string;
  subscriptionId?: string;
  /** The keyed index of the number that the operator entered. */
  phoneIndex?: Buffer;
  reason: string;
  address: string;
}

/** One entry as operators read it. `outcome` is `done`, the problem code of the response, or `failed`. */
export type AuditEntry = Pick<StoredAuditEntry, 'at' | 'operator' | 'action' | 'reason' | 'outcome'>;

/**
 * Locks the head. `clock_timestamp()` is read after the lock is acquired, so that times ascend with numbers. The time
 * is the database's, in UTC.
 */
const HEAD = statement(
  'audit_head',
  `WITH head AS MATERIALIZED (SELECT * FROM audit_head WHERE is_only FOR UPDATE)
    SELECT first_number AS "firstNumber", before_chain AS "beforeChain", number, mac, seal, number + 1 AS next,
      to_jsonb(clock_timestamp() AT TIME ZONE 'UTC') #>> '{}' AS at
    FROM head`,
);

const WRITE = statement(
  'audit_write',
  `WITH entry AS (
      INSERT INTO audit_entries (number, previous, mac, at, operator, action, subscription_id, phone_index, reason,
        outcome, address)
      VALUES ($1, $2, $3, $4::timestamp AT TIME ZONE 'UTC', $5, $6, $7, $8, $9, $10, $11)
    )
    UPDATE audit_head SET number = $1, mac = $3, seal = $12 WHERE is_only`,
);

const REASONS = statement(
  'audit_reasons',
  `SELECT DISTINCT ON (subscription_id) subscription_id AS "subscriptionId", reason FROM audit_entries
    WHERE action = $1 AND subscription_id = ANY($2::uuid[]) AND outcome = 'done' ORDER BY subscription_id, id DESC`,
);

type Head = ChainEnd & Pick<AuditHead, 'seal'> & { next: string; at: string };

/**
 * The audit of what operators did and read. Each entry is chained to the previous one; `npm run verify-audit` verifies
 * the chain.
 *
 * A writer locks the head of the chain until its transaction ends. Every such transaction writes its audit entry last
 * (see `OperatorDesk` and `Subscriptions.subscribe`), so the lock is held for one statement and the commit.
 * No transaction waits for a line, a subscription or a device while it holds this lock.
 */
@Injectable()
export class Audit {
  private readonly logger = new Logger(Audit.name);

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** Audits a completed action. Call this as the last statement of the action's transaction. */
  async done(session: Session, call: AuditedCall): Promise<void> {
    await this.write(session, call, 'done');
  }

  /** Audits a read in a transaction of its own, then returns `result`. Call this before the response is sent. */
  async recordRead<Result>(call: AuditedCall, result: Result): Promise<Result> {
    await this.database.transaction((session) => this.write(session, call, 'done'));
    return result;
  }

  /** Audits what one statement has done by itself. Call this before the response is sent. */
  async record(call: AuditedCall): Promise<void> {
    await this.recordRead(call, undefined);
  }

  /** Runs a call. If it throws, audits the problem's code, or `failed` for another error, and rethrows. */
  async of<Result>(call: AuditedCall, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const outcome = error instanceof Problem ? error.code : 'failed';
      await this.database.transaction((session) => this.write(session, call, outcome));
      throw error;
    }
  }

  /** Lists the entries of a subscription, oldest first; entries from before the chain have no number. */
  async ofSubscription(subscriptionId: string): Promise<AuditEntry[]> {
    return this.database.manager.find(StoredAuditEntry, {
      select: { at: true, operator: true, action: true, reason: true, outcome: true },
      where: { subscriptionId },
      order: { number: { direction: 'ASC', nulls: 'FIRST' }, id: 'ASC' },
    });
  }

  /** Returns the reason of the latest successful `action` on each subscription, by subscription id. */
  async reasonsOf(action: string, subscriptionIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.rows<{ subscriptionId: string; reason: string }>(REASONS, [
      action,
      subscriptionIds,
    ]);
    return new Map(rows.map(({ subscriptionId, reason }) => [subscriptionId, reason]));
  }

  /** Returns true if the head of the chain is the one that this service wrote last, or nothing was written yet. */
  async isSealed(): Promise<boolean> {
    const [end] = await this.database.rows<ChainEnd & Pick<AuditHead, 'seal'>>(END, []);
    return end !== undefined && ((end.seal === null && end.mac === null) || this.keys.audit.isSealed(end));
  }

  private async write(session: Session, call: AuditedCall, outcome: string): Promise<void> {
    const [head] = await session.rows<Head>(HEAD, []);
    if (!head) throw new Error('the head of the audit is missing: run npm run verify-audit');
    const facts = factsOf(head, call, outcome);
    const mac = this.keys.audit.macOf(head.mac, facts);
    const { number, at, operator, action, subscriptionId, phoneIndex, reason, address } = facts;
    const entry = [number, head.mac, mac, at, operator, action, subscriptionId, phoneIndex, reason, outcome, address];
    await session.rows(WRITE, [...entry, this.sealAfter(head, { ...head, number, mac })]);
  }

  /**
   * Returns the new seal of the head. A head that does not match its seal is never resealed, because a valid new seal
   * would hide the tampering. The call centre can continue to work, and every later verification reports the altered
   * head.
   */
  private sealAfter(before: Head, after: ChainEnd): Buffer {
    const isNew = before.seal === null && before.mac === null;
    if (isNew || this.keys.audit.isSealed(before)) return this.keys.audit.sealOf(after);
    this.logger.error('the head of the audit was altered: run npm run verify-audit');
    return before.seal ?? Buffer.alloc(0);
  }
}

/** Converts texts to what the database will store: UTF-8 cannot represent an unpaired surrogate. */
function factsOf({ next, at }: Head, call: AuditedCall, outcome: string): AuditedFacts & { outcome: string } {
  const text = (written: string) => Buffer.from(written).toString();
  return {
    number: next,
    at,
    operator: text(call.operator),
    action: text(call.action),
    subscriptionId: call.subscriptionId ?? null,
    phoneIndex: call.phoneIndex ?? null,
    reason: text(call.reason),
    outcome,
    address: text(call.address),
  };
}
