import { Injectable } from '@nestjs/common';
import { And, LessThan, MoreThanOrEqual, Raw, type FindOperator, type FindOptionsWhere } from 'typeorm';
import { Accounts } from '../accounts/accounts.ts';
import { Database } from '../database/database.ts';
import { Audit, type AuditEntry } from './audit.ts';
import { AuditEntry as StoredAuditEntry } from './audit-entry.entity.ts';
import type { Operator } from './operator-desk.ts';

/** One entry of the complete audit. Its ascending `id` is also the cursor for the next page. */
export type LoggedEntry = AuditEntry &
  Pick<StoredAuditEntry, 'id' | 'subscriptionId' | 'address'> & {
    /** The operator's name; null for a program. */
    name: string | null;
  };

/**
 * Restricts entries to an operator, an action and a range of days. Without an action, looks at lists are left out unless
 * `lists` is true. `before` is the cursor: only entries with a lower id.
 */
export interface AuditFilter {
  operator?: string;
  action?: string;
  /** First and last day in Seoul, such as `2026-11-28`. */
  from?: string;
  until?: string;
  lists?: boolean;
  before?: string;
}

/** Entries per page, and per batch of the CSV. */
const PAGE = 50;
const BATCH = 1_000;

/** Actions that look at a list; they are many, and name no customer. */
const LISTS = ['worklist', 'reissues', 'charges', 'history', 'audit', 'audit-log'] as const;

const SHOWN = {
  id: true,
  at: true,
  operator: true,
  action: true,
  reason: true,
  outcome: true,
  subscriptionId: true,
  address: true,
} as const;

/** `charges 2026-11` is the action `charges`; an index serves exactly this expression. */
const isAction = (action: string): FindOperator<string> =>
  Raw((column) => `split_part(${column}, ' ', 1) = :action`, { action }) as FindOperator<string>;
const isNoList = (): FindOperator<string> =>
  Raw((column) => `split_part(${column}, ' ', 1) <> ALL(:lists)`, { lists: [...LISTS] }) as FindOperator<string>;

/** Reads the complete audit page by page. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly accounts: Accounts,
  ) {}

  /**
   * Returns one page, newest first, and audits the read. `next` is the cursor for the next page, or null on the last
   * one.
   */
  async page(reader: Operator, filter: AuditFilter): Promise<{ entries: LoggedEntry[]; next: string | null }> {
    const rows = await this.read(filter, PAGE + 1);
    const entries = rows.slice(0, PAGE);
    const next = rows.length > PAGE ? (entries.at(-1)?.id ?? null) : null;
    return this.audit.recordRead({ ...reader, action: 'audit-log' }, { entries, next });
  }

  /** Audits the read, then returns every entry that the filter lets through, newest first, in batches. */
  async all(reader: Operator, filter: AuditFilter): Promise<AsyncIterable<readonly LoggedEntry[]>> {
    return this.audit.recordRead({ ...reader, action: 'audit-log' }, this.batches(filter));
  }

  private async *batches(filter: AuditFilter): AsyncGenerator<readonly LoggedEntry[]> {
    let { before } = filter;
    for (;;) {
      const batch = await this.read({ ...filter, ...(before !== undefined && { before }) }, BATCH);
      if (batch.length > 0) yield batch;
      if (batch.length < BATCH) return;
      before = batch.at(-1)?.id;
    }
  }

  private async read(filter: AuditFilter, take: number): Promise<LoggedEntry[]> {
    const rows = await this.database.manager.find(StoredAuditEntry, {
      select: SHOWN,
      where: whereOf(filter),
      order: { id: 'DESC' },
      take,
    });
    const logins = [...new Set(rows.map(({ operator }) => operator))];
    const names = await this.accounts.named('desk', logins);
    return rows.map(({ id, at, operator, action, reason, outcome, subscriptionId, address }) => {
      const name = names.get(operator)?.name ?? null;
      return { id, at, operator, name, action, reason, outcome, subscriptionId, address };
    });
  }
}

function whereOf({ operator, action, from, until, lists, before }: AuditFilter): FindOptionsWhere<StoredAuditEntry> {
  const days = [
    ...(from !== undefined ? [MoreThanOrEqual(startOf(from, 0))] : []),
    ...(until !== undefined ? [LessThan(startOf(until, 1))] : []),
  ];
  return {
    ...(before !== undefined && { id: LessThan(before) }),
    ...(operator !== undefined && { operator }),
    ...(action !== undefined && { action: isAction(action) }),
    ...(action === undefined && lists !== true && { action: isNoList() }),
    ...(days.length > 0 && { at: And(...days) }),
  };
}

/** The first instant of a day in Seoul, or of a day some days later. */
function startOf(day: string, daysLater: number): Date {
  return new Date(Date.parse(`${day}T00:00:00+09:00`) + daysLater * 86_400_000);
}
