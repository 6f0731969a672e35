import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import type { CustomerReportKind, ReportOutcome } from './report.ts';

/** A report that is to be dealt with; `person` is encrypted. */
export interface DueReport {
  id: string;
  kind: CustomerReportKind;
  person: Buffer;
}

const FILE = { name: 'report_file', text: `INSERT INTO reports (id, kind, person) VALUES ($1, $2, $3)` };

/** One that somebody else is at is passed over; a lost phone goes before all others. */
const NEXT = {
  name: 'report_next',
  text: `SELECT id, kind, person FROM reports WHERE outcome IS NULL AND due_at <= now()
    ORDER BY kind <> 'lost_phone', due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
};

const POSTPONE = { name: 'report_postpone', text: `UPDATE reports SET due_at = $2 WHERE id = $1 AND outcome IS NULL` };

const DEALT_WITH = {
  name: 'report_dealt_with',
  text: `UPDATE reports SET outcome = $2, subscription_id = $3, person = NULL WHERE id = $1 AND outcome IS NULL`,
};

const AT_THE_DESK = {
  name: 'report_at_the_desk',
  text: `SELECT 1 FROM reports WHERE outcome IN ('suspended', 'call_centre') AND settled_at IS NULL
    AND subscription_id = $1 AND kind = $2 LIMIT 1`,
};

/** What the call centre has not spoken about yet is kept. */
const FORGET = {
  name: 'report_forget',
  text: `DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE filed_at < now() - make_interval(days => $1)
    AND outcome IS NOT NULL AND (settled_at IS NOT NULL OR outcome NOT IN ('suspended', 'call_centre')) LIMIT 5000)`,
};

/** The rows of reports. */
@Injectable()
export class ReportStore {
  constructor(private readonly database: Database) {}

  async file(id: string, kind: CustomerReportKind, person: Buffer): Promise<void> {
    await this.database.rows(FILE, [id, kind, person]);
  }

  /** The next report that is due, for this transaction alone. */
  async next(session: Session): Promise<DueReport | undefined> {
    return (await session.rows<DueReport>(NEXT, []))[0];
  }

  async postpone(id: string, until: Date, session: Session = this.database): Promise<void> {
    await session.rows(POSTPONE, [id, until]);
  }

  /** Whether the call centre still has such a report to speak about. */
  async isAtTheDesk(session: Session, subscriptionId: string, kind: CustomerReportKind): Promise<boolean> {
    return (await session.rows(AT_THE_DESK, [subscriptionId, kind])).length > 0;
  }

  async dealtWith(session: Session, id: string, outcome: ReportOutcome, subscriptionId: string | null): Promise<void> {
    await session.rows(DEALT_WITH, [id, outcome, subscriptionId]);
  }

  async purge(days: number): Promise<void> {
    await this.database.rows(FORGET, [days]);
  }
}
