import { Injectable } from '@nestjs/common';
import { LessThan, Raw, type FindOperator } from 'typeorm';
import { Database } from '../database/database.ts';
import { Audit, type AuditEntry } from './audit.ts';
import { AuditEntry as StoredAuditEntry } from './audit-entry.entity.ts';
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
    const { operator, action, before } = filter;
    const rows = await this.database.manager.find(StoredAuditEntry, {
      select: SHOWN,
      where: {
        ...(before !== undefined && { id: LessThan(before) }),
        ...(operator !== undefined && { operator }),
        ...(action !== undefined && { action: isAction(action) }),
      },
      order: { id: 'DESC' },
      take: PAGE + 1,
    });
    const entries = rows.slice(0, PAGE);
    const next = rows.length > PAGE ? (entries.at(-1)?.id ?? null) : null;
    return this.audit.recordRead({ ...reader, action: 'audit-log' }, { entries, next });
  }
}
