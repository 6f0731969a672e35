import { Injectable } from '@nestjs/common';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LineFacts } from '../domain/line.ts';
import { differencesBetween, type Difference } from '../domain/line-event.ts';
import type { Line } from './line.entity.ts';
import { CarrierDirectory } from '../gateways/directory/carrier-directory.ts';
import { LineMemories } from './line-memories.ts';

/** The facts of a line as they are stored; number and owner are encrypted. */
type LineRow = Pick<Line, 'phoneNumber' | 'owner' | 'carrier' | 'status' | 'holder' | 'plan' | 'handset'> & {
  lineId: Line['id'];
};

/** The position in the carrier's events up to which the line is recorded. */
type AsOfRow = Pick<Line, 'sequence' | 'factsAsOf'>;

/** Facts whose change gives the line to another person, number or contract. */
const CHANGES_HANDS: ReadonlySet<Difference> = new Set(['phoneNumber', 'owner', 'holder', 'status']);

/** A line whose row this transaction has locked. */
export interface LockedLine {
  facts: LineFacts;
  /** The highest sequence of the events received for it. */
  sequence: bigint;
  /** The carrier's time at which the stored facts were true; far in the past until the first event. */
  factsAsOf: Date;
}

const FACTS = `id AS "lineId", phone_number AS "phoneNumber", owner, carrier, status, holder, plan, handset`;

const BY_PHONE = statement(
  'line_by_phone',
  `SELECT ${FACTS} FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated'`,
);

const VERSION_STAMP = statement(
  'line_version_stamp',
  `SELECT concat_ws(' ', id, version, sequence, told_at, updated_at) AS stamp FROM lines
    WHERE phone_index = ANY($1) AND status <> 'terminated'`,
);

const BY_ID = statement('line_by_id', `SELECT ${FACTS} FROM lines WHERE id = $1`);

/** The present line of a number, and the terminated lines that had it. */
const IDS_BY_PHONE = statement(
  'line_ids_by_phone',
  `SELECT id FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated'
    UNION ALL SELECT id FROM lines WHERE phone_index = ANY($1) AND status = 'terminated'`,
);

const AS_OF = `sequence, CASE WHEN isfinite(told_at) THEN told_at ELSE 'epoch' END AS "factsAsOf"`;

const LOCK = statement('line_lock', `SELECT ${FACTS}, ${AS_OF} FROM lines WHERE id = $1 FOR UPDATE`);

const LOCK_BY_PHONE = statement(
  'line_lock_by_phone',
  `SELECT ${FACTS}, ${AS_OF} FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated' FOR UPDATE`,
);

const LOCK_OF = statement(
  'line_lock_of_subscription',
  `SELECT 1 FROM lines WHERE id = (SELECT line_id FROM subscriptions WHERE id = $1) FOR UPDATE`,
);

const MANY = statement('line_many', `SELECT ${FACTS}, ${AS_OF} FROM lines WHERE id = ANY($1)`);

const HOLDERS = statement(
  'line_holders',
  `SELECT id AS "lineId", phone_number AS "phoneNumber" FROM lines
    WHERE phone_index = ANY($1) AND status <> 'terminated'`,
);

const UPSERT = statement(
  'line_upsert',
  `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (id) DO UPDATE SET phone_index = excluded.phone_index, phone_number = excluded.phone_number,
      owner = excluded.owner, carrier = excluded.carrier, status = excluded.status, holder = excluded.holder,
      plan = excluded.plan, handset = excluded.handset, version = lines.version + $10, updated_at = now()`,
);

/** Never moves `sequence` or `told_at` backwards; caps a future timestamp of the carrier at now(). */
const RECORD_SEQUENCE = statement(
  'line_record_sequence',
  `UPDATE lines SET sequence = greatest(sequence, coalesce($2, sequence)), told_at = greatest(told_at, least($3, now()))
    WHERE id = $1`,
);

const INSERT_MANY = statement(
  'line_insert_many',
  `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset, told_at)
    SELECT *, $10::timestamptz FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[],
      $7::text[], $8::text[], $9::jsonb[])
    ON CONFLICT DO NOTHING RETURNING id`,
);

/** The register of a carrier's lines, maintained by its events and snapshots. */
@Injectable()
export class Lines extends CarrierDirectory {
  /** A decoy line: decrypted and compared when a number is unknown, so that the answer takes as long. */
  private readonly decoy: { lineId: string; owner: Buffer };

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly memories: LineMemories,
  ) {
    super();
    const lineId = 'nobody';
    const owner = JSON.stringify({ birthDate: '000000', genderDigit: '-' });
    this.decoy = { lineId, owner: keys.fields.encrypt(owner, `lines:owner:${lineId}`) };
  }

  /** Finds the line that now has this E.164 number. */
  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_PHONE, [this.keys.indexes.all('phone', phoneNumber)]);
    return row ? this.read(row) : null;
  }

  /** Finds a line by its id, in any status. */
  async byId(lineId: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_ID, [lineId]);
    return row ? this.read(row) : null;
  }

  /** Returns a stamp that changes with every change of the line that has this number, and when another line gets it. */
  async versionStamp(phoneNumber: string, session: Session = this.database): Promise<string> {
    const [row] = await session.rows<{ stamp: string }>(VERSION_STAMP, [this.keys.indexes.all('phone', phoneNumber)]);
    return row?.stamp ?? '';
  }

  /** Returns the ids of the line that has this number, and of the terminated lines that had it. */
  async idsByPhoneNumber(phoneNumber: string): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(IDS_BY_PHONE, [this.keys.indexes.all('phone', phoneNumber)]);
    return rows.map(({ id }) => id);
  }

  /** Locks a line until the session's transaction ends. */
  async lock(session: Session, by: { lineId: string } | { phoneNumber: string }): Promise<LockedLine | null> {
    const rows =
      'lineId' in by
        ? await session.rows<LineRow & AsOfRow>(LOCK, [by.lineId])
        : await session.rows<LineRow & AsOfRow>(LOCK_BY_PHONE, [this.keys.indexes.all('phone', by.phoneNumber)]);
    return rows[0] ? this.readLocked(rows[0]) : null;
  }

  /** Locks the line of a subscription until the session's transaction ends. */
  async lockOf(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(LOCK_OF, [subscriptionId]);
  }

  /** Reads many lines, keyed by id. */
  async many(lineIds: readonly string[]): Promise<Map<string, LockedLine>> {
    const rows = await this.database.rows<LineRow & AsOfRow>(MANY, [lineIds]);
    return new Map(rows.map((row) => [row.lineId, this.readLocked(row)]));
  }

  /** Maps each of these E.164 numbers to the id of the line that now has it. */
  async holdersOf(phoneNumbers: readonly string[]): Promise<Map<string, string>> {
    const indexes = phoneNumbers.flatMap((phoneNumber) => this.keys.indexes.all('phone', phoneNumber));
    const rows = await this.database.rows<{ lineId: string; phoneNumber: Buffer }>(HOLDERS, [indexes]);
    return new Map(rows.map(({ lineId, phoneNumber }) => [this.readNumber(lineId, phoneNumber), lineId]));
  }

  /**
   * Adds a line, or replaces all its facts. When the line changes hands (person, number or contract), its version
   * rises, and codes that were sent to it by SMS are no longer accepted.
   */
  async upsert(line: LineFacts, stored: LineFacts | null, session: Session = this.database): Promise<void> {
    const changed = stored ? differencesBetween(stored, line) : [];
    const changesHands = changed.some((fact) => CHANGES_HANDS.has(fact));
    const { id, phoneIndex, phoneNumber, owner, carrier, status, holder, plan, handset } = this.columns(line);
    const facts = [id, phoneIndex, phoneNumber, owner, carrier, status, holder, plan, handset];
    await session.rows(UPSERT, [...facts, changesHands ? 1 : 0]);
    await this.keepMemory(session, line, stored, changed);
  }

  /** A number takes the memory of its line along, within the contracts of one owner; a change of owner ends it. */
  private async keepMemory(
    session: Session,
    line: LineFacts,
    stored: LineFacts | null,
    changed: readonly Difference[],
  ): Promise<void> {
    const isOver = line.status === 'terminated';
    const wasOver = stored?.status === 'terminated';
    if (stored && !wasOver && (isOver || changed.includes('phoneNumber'))) await this.memories.depart(session, stored);
    if (changed.includes('owner')) await this.memories.remember(session, line.lineId, { kind: 'owner_changed' });
    if (!isOver && (!stored || wasOver || changed.includes('phoneNumber'))) await this.memories.arrive(session, line);
  }

  /** Adds lines that do not exist yet, with facts as of `takenAt`; returns the ids of those that were added. */
  async insertMany(lines: readonly LineFacts[], takenAt: Date): Promise<string[]> {
    const rows = lines.map((line) => this.columns(line));
    const added = await this.database.rows<{ id: string }>(INSERT_MANY, [
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
    ]);
    const ids = new Set(added.map(({ id }) => id));
    for (const line of await this.memories.arriving(lines)) {
      if (ids.has(line.lineId)) await this.memories.arrive(this.database, line);
    }
    return [...ids];
  }

  /** Records the sequence and the time of the latest event of a line. */
  async recordSequence(session: Session, lineId: string, sequence: bigint | null, at: Date): Promise<void> {
    await session.rows(RECORD_SEQUENCE, [lineId, sequence, at]);
  }

  /** The keyed index of a number, for records that must identify it without storing it. */
  indexOf(phoneNumber: string): Buffer {
    return this.keys.indexes.of('phone', phoneNumber);
  }

  /** The keyed indexes (one per index key) by which starts for a line's owner are counted and found. */
  personIndexesOf({ phoneNumber, owner }: Pick<LineFacts, 'phoneNumber' | 'owner'>): [Buffer, ...Buffer[]] {
    return this.keys.indexes.all('person', `${phoneNumber}\0${owner.birthDate}${owner.genderDigit}`);
  }

  /** True if the row belongs to the named person. Takes as long when there is no row. */
  isOwnedBy(row: { lineId: string; owner: Buffer } | undefined, named: LineFacts['owner']): boolean {
    const owner = this.readOwner(row ?? this.decoy);
    const bytes = ({ birthDate, genderDigit }: LineFacts['owner']) => Buffer.from(birthDate + genderDigit);
    return equalInConstantTime(bytes(owner), bytes(named)) && row !== undefined;
  }

  /** Decrypts the owner of a line's row. */
  readOwner(row: { lineId: string; owner: Buffer }): LineFacts['owner'] {
    return JSON.parse(
      this.keys.fields.decrypt(row.owner, `lines:owner:${row.lineId}`).toString('utf8'),
    ) as LineFacts['owner'];
  }

  private read({ lineId, phoneNumber, owner, carrier, status, holder, plan, handset }: LineRow): LineFacts {
    return {
      lineId,
      phoneNumber: this.readNumber(lineId, phoneNumber),
      owner: this.readOwner({ lineId, owner }),
      carrier,
      status,
      holder,
      plan,
      handset,
    };
  }

  private readNumber(lineId: string, phoneNumber: Buffer): string {
    return this.keys.fields.decrypt(phoneNumber, `lines:phone_number:${lineId}`).toString('utf8');
  }

  private readLocked(row: LineRow & AsOfRow): LockedLine {
    return { facts: this.read(row), sequence: BigInt(row.sequence), factsAsOf: row.factsAsOf };
  }

  /** Encrypts the facts of a line for storage. */
  private columns({ lineId: id, phoneNumber, owner, carrier, status, holder, plan, handset }: LineFacts) {
    return {
      id,
      phoneIndex: this.keys.indexes.of('phone', phoneNumber),
      phoneNumber: this.keys.fields.encrypt(phoneNumber, `lines:phone_number:${id}`),
      owner: this.keys.fields.encrypt(JSON.stringify(owner), `lines:owner:${id}`),
      carrier,
      status,
      holder,
      plan,
      handset: JSON.stringify(handset),
    };
  }
}
