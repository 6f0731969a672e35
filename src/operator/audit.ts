import { Injectable, Logger } from '@nestjs/common';
import type { AuditedFacts, ChainEnd } from '../crypto/audit-chain.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
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

/** The time is read once the lock is held, so that it rises with the number; the database's clock, and UTC. */
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

const OF_SUBSCRIPTION = statement(
  'audit_of_subscription',
  `SELECT at, operator, action, reason, outcome FROM audit_entries WHERE subscription_id = $1
    ORDER BY number NULLS FIRST, id`,
);

const REASONS = statement(
  'audit_reasons',
  `SELECT DISTINCT ON (subscription_id) subscription_id AS "subscriptionId", reason FROM audit_entries
    WHERE action = $1 AND subscription_id = ANY($2::uuid[]) AND outcome = 'done' ORDER BY subscription_id, id DESC`,
);

interface Head extends ChainEnd {
  seal: Buffer | null;
  next: string;
  at: string;
}

/**
 * The audit of operators' actions and reads. Each entry is chained to the one before it; `npm run verify-audit` walks
 * the chain.
 *
 * A writer locks the head of the chain until the end of the transaction. It is the last thing that every such
 * transaction does (see `OperatorDesk`, and `Subscriptions.subscribe`): the lock is held for one statement and the
 * commit, and no transaction that holds it waits for a line, a subscription or a device.
 */
@Injectable()
export class Audit {
  private readonly logger = new Logger(Audit.name);

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** Written with the transaction of what was done, as the last of it. */
  async done(session: Session, call: AuditedCall): Promise<void> {
    await this.write(session, call, 'done');
  }

  /** Written before what was read is answered. */
  async seen<Result>(call: AuditedCall, result: Result): Promise<Result> {
    await this.database.transaction((session) => this.write(session, call, 'done'));
    return result;
  }

  /** Runs a call; one that is refused is written down with the problem's code. */
  async of<Result>(call: AuditedCall, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const outcome = error instanceof Problem ? error.code : 'failed';
      await this.database.transaction((session) => this.write(session, call, outcome));
      throw error;
    }
  }

  /** Oldest first. */
  async ofSubscription(subscriptionId: string): Promise<AuditEntry[]> {
    return this.database.rows<AuditEntry>(OF_SUBSCRIPTION, [subscriptionId]);
  }

  /** Why something was last done, by subscription. */
  async reasonsOf(action: string, subscriptionIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.rows<{ subscriptionId: string; reason: string }>(REASONS, [
      action,
      subscriptionIds,
    ]);
    return new Map(rows.map(({ subscriptionId, reason }) => [subscriptionId, reason]));
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
   * A head that is not as it was sealed is never sealed again: what was done to it must not be covered by the next
   * entry. The call centre works on; the audit says for good that it was tampered with.
   */
  private sealAfter(before: Head, after: ChainEnd): Buffer {
    const isNew = before.seal === null && before.mac === null;
    if (isNew || this.keys.audit.isSealed(before)) return this.keys.audit.sealOf(after);
    this.logger.error('the head of the audit was altered: run npm run verify-audit');
    return before.seal ?? Buffer.alloc(0);
  }
}

/** What the entry will say once the database has it: half a surrogate pair is no text there. */
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
