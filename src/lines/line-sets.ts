import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { RegisteredLine } from '../domain/line.ts';
import { differencesBetween } from '../domain/line-event.ts';
import { LineMemories } from './line-memories.ts';
import type { Line } from './line.entity.ts';
import { AS_OF, CHANGES_HANDS, FACTS, Lines, type AsOfRow, type LineRow, type LockedLine } from './lines.ts';

/** Lines of a set. */
export interface LockedSet {
  /** Those that this transaction has locked, by their ids. */
  locked: Map<string, LockedLine>;
  /** Those that another transaction has locked. */
  busy: Set<string>;
}

/** What an event makes of a line that keeps its number. */
export interface LineChange {
  before: RegisteredLine;
  after: RegisteredLine;
  sequence: bigint;
  /** The carrier’s time of the event. */
  at: Date;
}

/** Skips the lines that another transaction has locked, so that a set neither waits for one line nor for another set. */
const LOCK_FREE = statement(
  'line_lock_free',
  `SELECT ${FACTS}, ${AS_OF} FROM lines WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED`,
);

const AMONG = statement('line_among', 'SELECT id FROM lines WHERE id = ANY($1)');

/** The owner is null where it stays. As `line_record_sequence` for `sequence` and `told_at`. */
const CHANGE_MANY = statement(
  'line_change_many',
  `UPDATE lines l SET owner = coalesce(x.owner, l.owner), status = x.status, plan = x.plan, handset = x.handset,
      version = l.version + x.rises, updated_at = CASE WHEN x.is_told THEN now() ELSE l.updated_at END,
      sequence = greatest(l.sequence, x.sequence), told_at = greatest(l.told_at, least(x.at, now()))
    FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::jsonb[], $6::int[], $7::boolean[], $8::bigint[],
      $9::timestamptz[]) AS x (id, owner, status, plan, handset, rises, is_told, sequence, at)
    WHERE l.id = x.id`,
);

/** Locks and changes many lines with a statement for all of them. */
@Injectable()
export class LineSets {
  constructor(
    private readonly lines: Lines,
    private readonly memories: LineMemories,
  ) {}

  /** Locks the lines that no other transaction has locked, until the session's transaction ends. */
  async lock(session: Session, lineIds: readonly string[]): Promise<LockedSet> {
    const rows = await session.rows<LineRow & AsOfRow>(LOCK_FREE, [lineIds]);
    const locked = new Map(rows.map((row) => [row.lineId, this.lines.readLocked(row)]));
    const others = lineIds.filter((id) => !locked.has(id));
    if (others.length === 0) return { locked, busy: new Set() };
    const busy = await session.rows<Pick<Line, 'id'>>(AMONG, [others]);
    return { locked, busy: new Set(busy.map(({ id }) => id)) };
  }

  /**
   * Changes owner, status, plan or handset of lines that the session's transaction has locked, and records the sequence
   * and the time of their events: as `Lines.upsert` and `Lines.recordSequence` for each of them.
   */
  async change(session: Session, changes: readonly LineChange[]): Promise<void> {
    const differing = changes.map(({ before, after }) => differencesBetween(before, after));
    const values = [
      changes.map(({ before }) => before.lineId),
      changes.map(({ after }, at) => (differing[at]?.includes('owner') ? this.lines.sealOwner(after) : null)),
      changes.map(({ after }) => after.status),
      changes.map(({ after }) => after.plan),
      changes.map(({ after }) => JSON.stringify(after.handset)),
      differing.map((facts) => (facts.some((fact) => CHANGES_HANDS.has(fact)) ? 1 : 0)),
      changes.map(({ before, after }) => after !== before),
      changes.map(({ sequence }) => sequence),
      changes.map(({ at }) => at),
    ];
    await session.rows(CHANGE_MANY, values);
    for (const [at, { before }] of changes.entries()) {
      if (!differing[at]?.includes('owner')) continue;
      await this.memories.remember(session, before.lineId, { kind: 'owner_changed' });
    }
  }
}
