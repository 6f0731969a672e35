import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Audit, type AuditEntry } from './audit.ts';
import type { AuditEntry as StoredAuditEntry } from './audit-entry.entity.ts';
import type { Operator } from './operator-desk.ts';

/** One entry of the complete audit. Its ascending `id` is also the cursor for the next page. */
export type LoggedEntry = AuditEntry & Pick<StoredAuditEntry, 'id' | 'subscriptionId' | 'address'>;

/** Restricts entries to an operator and an action. `before` is the cursor: only entries with a lower id. */
export interface AuditFilter {
  operator?: string;
  action?: string;
  before?: string;
}

/** Entries per page. */
const PAGE = 50;

/** `charges 2026-11` is the action `charges`. */
const ACTION = `split_part(action, ' ', 1)`;

/**
 * Builds one statement for each combination of filters, so that an index of its own serves each, however rare the
 * value.
 */
const page = (name: string, where: string) =>
  statement(
    `audit_log_${name}`,
    `SELECT id, at, operator, action, reason, outcome, subscription_id AS "subscriptionId", address
    FROM audit_entries WHERE id < coalesce($1::bigint, 9223372036854775807) ${where} ORDER BY id DESC LIMIT ${PAGE + 1}`,
  );
const ALL = page('all', '');
const BY_OPERATOR = page('by_operator', 'AND operator = $2');
const BY_ACTION = page('by_action', `AND ${ACTION} = $2`);
const BY_BOTH = page('by_both', `AND operator = $2 AND ${ACTION} = $3`);

/** Reads the complete audit page by page. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Returns one page, newest first, and audits the read. `next` is the cursor for the next page, or null on the last
   * one.
   */
  async page(reader: Operator, filter: AuditFilter): Promise<{ entries: LoggedEntry[]; next: string | null }> {
    const { operator, action, before = null } = filter;
    const rows = await this.rowsOf(operator, action, before);
    const entries = rows.slice(0, PAGE);
    const next = rows.length > PAGE ? (entries.at(-1)?.id ?? null) : null;
    return this.audit.recordRead({ ...reader, action: 'audit-log' }, { entries, next });
  }

  private rowsOf(
    operator: string | undefined,
    action: string | undefined,
    before: string | null,
  ): Promise<LoggedEntry[]> {
    const { database } = this;
    if (operator !== undefined && action !== undefined) {
      return database.rows<LoggedEntry>(BY_BOTH, [before, operator, action]);
    }
    if (operator !== undefined) return database.rows<LoggedEntry>(BY_OPERATOR, [before, operator]);
    if (action !== undefined) return database.rows<LoggedEntry>(BY_ACTION, [before, action]);
    return database.rows<LoggedEntry>(ALL, [before]);
  }
}
