import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { mayOperator } from '../domain/operator.ts';
import { CALL } from './operator-look.store.ts';
import type { SignedInOperator } from './operator.ts';

/** What every page of the desk shows around its content. */
export interface DeskFrame {
  /** The reason that the agent gave in this call; null outside of a call. */
  callReason: string | null;
  /** Requests that wait for this operator: those to decide, and own codes to take. Null without the worklist. */
  waiting: number | null;
  /** Changes with what waits, so that a page sees that one request took the place of another. */
  mark: string;
}

const FRAME = statement(
  'desk_frame',
  `SELECT (SELECT reason FROM operator_looks WHERE session_digest = $1 AND about = '${CALL}') AS "callReason",
      count(w.id)::int AS waiting, coalesce(md5(string_agg(w.id::text || w.state, ' ' ORDER BY w.id)), '') AS mark
    FROM (
      SELECT id, state FROM approvals WHERE closed_at IS NULL AND expires_at > now()
        AND (state = 'asked' AND $3 AND asked_by <> $2 OR state = 'approved' AND asked_by = $2)
      UNION ALL
      SELECT id, state FROM reissues WHERE closed_at IS NULL AND expires_at > now()
        AND (state = 'applied' AND $3 AND applied_by_operator <> $2)
    ) w`,
);

/** Reads it in one statement, because every page needs it. It names no person, so it is not audited. */
@Injectable()
export class DeskFrames {
  constructor(private readonly database: Database) {}

  async of(session: Buffer, { id, role }: Pick<SignedInOperator, 'id' | 'role'>): Promise<DeskFrame> {
    const [row] = await this.database.rows<{ callReason: string | null; waiting: number; mark: string }>(FRAME, [
      session,
      id,
      mayOperator(role, 'decide'),
    ]);
    if (!row) throw new Error('a query without a condition returned no row');
    return { ...row, waiting: mayOperator(role, 'worklist') ? row.waiting : null };
  }
}
