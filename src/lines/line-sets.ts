import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LineFacts, RegisteredLine } from '../domain/line.ts';
import { differencesBetween } from '../domain/line-event.ts';
import { LineMemories } from './line-memories.ts';
import type { Line } from './line.entity.ts';
import { AS_OF, CHANGES_HANDS, FACTS, Lines, newSince, type AsOfRow, type LineRow, type LockedLine } from './lines.ts';

/** Lines of a set. */
export interface LockedSet {
  /** Those that this transaction has locked, by their ids. */
  locked: Map<string, LockedLine>;
  /** Those that another transaction has locked. */
  busy: Set<string>;
}

/** A number in E.164, with its keyed index. */
export interface IndexedNumber {
  phoneNumber: string;
  index: Buffer;
}

/** The row of a new line, and its facts. */
export interface NewLine {
  facts: LineFacts;
  row: ReturnType<Lines['sealed']>;
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
      sequence = greatest(l.sequence, x.sequence), told_at = greatest(l.told_at, least(x.at, now())),
      numbered_at = CASE WHEN x.owner IS NULL THEN l.numbered_at ELSE ${newSince('l.numbered_at', 'x.at')} END
    FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::jsonb[], $6::int[], $7::boolean[], $8::bigint[],
      $9::timestamptz[]) AS x (id, owner, status, plan, handset, rises, is_told, sequence, at)
    WHERE l.id = x.id`,
);

const STORED = statement(
  'line_stored',
  `SELECT ${FACTS}, ${AS_OF}, phone_index AS "phoneIndex" FROM lines WHERE id = ANY($1)`,
);

/** The numbers, by their indexes, that lines have now. */
const HELD_NUMBERS = statement(
  'line_held_numbers',
  `SELECT phone_index AS index FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated'`,
);

/** A line with a number that an ended line had is new in it, as by `line_upsert`. */
const INSERT_MANY = statement(
  'line_insert_many',
  `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset, told_at, numbered_at)
    SELECT x.*, $10::timestamptz, CASE WHEN EXISTS (
        SELECT 1 FROM lines f WHERE f.phone_index = x.phone_index AND f.status = 'terminated')
      THEN least($10::timestamptz, now()) END
    FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::jsonb[]) AS x (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
    ON CONFLICT DO NOTHING RETURNING id`,
);

/** Reads, locks, changes and adds many lines with one statement for all of them. */
@Injectable()
export class LineSets {
  constructor(
    private readonly database: Database,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
  ) {}

  /** Reads the stored lines with the ids of these, by their ids. A number that is as it was told is not decrypted. */
  async stored(told: ReadonlyMap<string, IndexedNumber>): Promise<Map<string, LockedLine>> {
    type Row = LineRow & AsOfRow & Pick<Line, 'phoneIndex'>;
    const rows = await this.database.rows<Row>(STORED, [[...told.keys()]]);
    return new Map(
      rows.map(({ phoneIndex, ...row }) => {
        const line = told.get(row.lineId);
        const isSame = line !== undefined && phoneIndex?.equals(line.index);
        return [row.lineId, this.lines.readLocked(row, isSame ? line.phoneNumber : undefined)];
      }),
    );
  }

  /** Encrypts lines for {@link add}. */
  prepared(lines: readonly { facts: LineFacts; index: Buffer }[]): NewLine[] {
    return lines.map(({ facts, index }) => ({ facts, row: this.lines.sealed(facts, index) }));
  }

  /**
   * Adds lines that do not exist yet and whose numbers no line has, with facts as of `takenAt`; returns the ids of those
   * that were added.
   */
  async add(lines: readonly NewLine[], takenAt: Date): Promise<Set<string>> {
    const rows = (await this.withFreeNumbers(lines)).map(({ row }) => row);
    if (rows.length === 0) return new Set();
    const values = [
      rows.map(({ id }) => id),
      rows.map(({ phoneIndex }) => phoneIndex),
      rows.map(({ phoneNumber }) => phoneNumber),
      rows.map(({ owner }) => owner),
      rows.map(({ carrier }) => carrier),
      rows.map(({ status }) => status),
      rows.map(({ holder }) => holder),
      rows.map(({ plan }) => plan),
      rows.map(({ handset }) => handset),
      takenAt,
    ];
    return this.database.transaction(async (session) => {
      const added = await session.rows<Pick<Line, 'id'>>(INSERT_MANY, values);
      const ids = new Set(added.map(({ id }) => id));
      const entered = lines.flatMap(({ facts }) => (ids.has(facts.lineId) ? [facts] : []));
      for (const line of await this.memories.arriving(entered)) await this.memories.arrive(session, line);
      return ids;
    });
  }

  /** The unique index compares numbers under one key; this one also knows those that were written under an older key. */
  private async withFreeNumbers(lines: readonly NewLine[]): Promise<readonly NewLine[]> {
    const older = lines.map(({ facts }) => this.lines.olderIndexesOf(facts.phoneNumber));
    if (older.flat().length === 0) return lines;
    const rows = await this.database.rows<{ index: Buffer }>(HELD_NUMBERS, [older.flat()]);
    const held = new Set(rows.map(({ index }) => index.toString('hex')));
    return lines.filter((_, at) => !older[at]?.some((index) => held.has(index.toString('hex'))));
  }

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
