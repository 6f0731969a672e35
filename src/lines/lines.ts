import { Injectable } from '@nestjs/common';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import type { LineFacts, RegisteredLine } from '../domain/line.ts';
import { differencesBetween, type Difference } from '../domain/line-event.ts';
import type { Line } from './line.entity.ts';
import { claimNumber, freeNumber, holdNumbers, numberTold, type NumberedRow } from './number-claims.ts';
import { CarrierDirectory } from '../gateways/directory/carrier-directory.ts';
import { LineMemories } from './line-memories.ts';
import { NOBODY } from './named-person.ts';

/** The facts of a line as they are stored; number and owner are encrypted. */
export type LineRow = Pick<Line, 'owner' | 'carrier' | 'status' | 'holder' | 'plan' | 'handset'> & {
  lineId: string;
  /** Null while the line has no number. */
  phoneNumber: Buffer | null;
};

/** The position in the carrier's events up to which the line is recorded. */
export type AsOfRow = Pick<Line, 'sequence' | 'factsAsOf'>;

/** Facts whose change gives the line to another person, number or contract. */
export const CHANGES_HANDS: ReadonlySet<Difference> = new Set(['phoneNumber', 'owner', 'holder', 'status']);

/** Facts whose change makes SIM and handset others too. A changed number counts where the line gets it. */
const MAKES_NEW: ReadonlySet<Difference> = new Set(['owner', 'holder', 'carrier']);

/** A line whose row this transaction has locked. */
export interface LockedLine {
  facts: RegisteredLine;
  /** The highest sequence of the events received for it. */
  sequence: bigint;
  /** The carrier's time at which the stored facts were true; far in the past until the first event. */
  factsAsOf: Date;
}

/** Another transaction changed the number of a line before this one had locked it. */
export class NumberOvertaken extends Error {
  override readonly name = 'NumberOvertaken';
}

/** A line that lost its number, as it was before. */
export type LosingLine = Pick<LineFacts, 'lineId' | 'phoneNumber' | 'owner'>;

export const FACTS = `id AS "lineId", CASE WHEN phone_index IS NOT NULL THEN phone_number END AS "phoneNumber", owner, carrier,
  status, holder, plan, handset`;

const BY_PHONE = statement(
  'line_by_phone',
  `SELECT ${FACTS} FROM lines WHERE phone_index = ANY($1) AND status <> 'terminated'`,
);

const FORMER_BY_PHONE = statement(
  'line_former_by_phone',
  `SELECT ${FACTS} FROM lines WHERE phone_index = ANY($1) AND status = 'terminated'
    ORDER BY told_at DESC, updated_at DESC LIMIT 1`,
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

export const AS_OF = `sequence, CASE WHEN isfinite(told_at) THEN told_at ELSE 'epoch' END AS "factsAsOf"`;

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

/**
 * SQL: since when a line is new in what it was told to be at `at`, the carrier's time. Where the carrier's clock went back, it
 * is now: the time before that may be the former owner's. It is later than before in any case, because the trigger
 * `swap_line_changed_hands` tells by the difference that the line changed hands.
 */
export const newSince = (before: string, at: string) =>
  `greatest(${before} + interval '1 microsecond',
        CASE WHEN ${at}::timestamptz > coalesce(${before}, '-infinity') THEN least(${at}::timestamptz, now()) ELSE ${NOW} END)`;

/** A line that is added with a number that another line had is new in it. */
const UPSERT = statement(
  'line_upsert',
  `INSERT INTO lines (id, phone_index, awaited_index, phone_number, owner, carrier, status, holder, plan, handset,
      numbered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $14 OR EXISTS (
      SELECT 1 FROM lines f WHERE f.phone_index = ANY($15) AND f.status = 'terminated') THEN least($13::timestamptz, now()) END)
    ON CONFLICT (id) DO UPDATE SET phone_index = excluded.phone_index, awaited_index = excluded.awaited_index,
      phone_number = excluded.phone_number, owner = excluded.owner, carrier = excluded.carrier,
      status = excluded.status, holder = excluded.holder, plan = excluded.plan, handset = excluded.handset,
      version = lines.version + $11, updated_at = now(),
      numbered_at = CASE WHEN $12 THEN ${newSince('lines.numbered_at', '$13')} ELSE lines.numbered_at END`,
);

/** Leaves the number that the line waits for as it is. */
const UPDATE_UNNUMBERED = statement(
  'line_update_unnumbered',
  `UPDATE lines SET owner = $2, carrier = $3, status = $4, holder = $5, plan = $6, handset = $7,
      version = version + $8, updated_at = now(), numbered_at = CASE WHEN $9 THEN ${newSince('numbered_at', '$10')} ELSE numbered_at END
    WHERE id = $1`,
);

const COUNT = statement('line_count', `SELECT count(*)::int AS count FROM lines WHERE status <> 'terminated'`);

/** Never moves `sequence` or `told_at` backwards; caps a future timestamp of the carrier at now(). */
const RECORD_SEQUENCE = statement(
  'line_record_sequence',
  `UPDATE lines SET sequence = greatest(sequence, coalesce($2, sequence)), told_at = greatest(told_at, least($3, now()))
    WHERE id = $1`,
);

/** The register of a carrier's lines, maintained by its events and snapshots. */
@Injectable()
export class Lines extends CarrierDirectory {
  /** A decoy line: decrypted and compared when a number is unknown, so that the answer takes as long. */
  private readonly decoy: () => { lineId: string; owner: Buffer };

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly memories: LineMemories,
  ) {
    super();
    const lineId = 'nobody';
    const owner = JSON.stringify({ birthDate: '000000', genderDigit: '-' });
    this.decoy = keys.derived(() => ({ lineId, owner: keys.fields.encrypt(owner, `lines:owner:${lineId}`) }));
  }

  /** Finds the line that now has this E.164 number. */
  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_PHONE, [this.indexesOf(phoneNumber)]);
    return row ? { ...this.read(row), phoneNumber } : null;
  }

  /**
   * The owner of the line that now has this E.164 number, and null where no line has it. As much is decrypted in either case.
   */
  async ownerByPhoneNumber(phoneNumber: string): Promise<LineFacts['owner'] | null> {
    const [row] = await this.database.rows<LineRow>(BY_PHONE, [this.indexesOf(phoneNumber)]);
    const owner = this.ownerOf(row);
    return row ? owner : null;
  }

  /** Finds the line that had this E.164 number last and ended with it. */
  async formerByPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(FORMER_BY_PHONE, [this.indexesOf(phoneNumber)]);
    return row ? { ...this.read(row), phoneNumber } : null;
  }

  /** Finds a line by its id, in any status. */
  async byId(lineId: string): Promise<RegisteredLine | null> {
    const [row] = await this.database.rows<LineRow>(BY_ID, [lineId]);
    return row ? this.read(row) : null;
  }

  /**
   * The E.164 number that a line has now; null where it has none, has ended or is another owner's. As much is decrypted for
   * every line that has a number.
   */
  async numberOf(lineId: string, owner: LineFacts['owner']): Promise<string | null> {
    const [row] = await this.database.rows<LineRow>(BY_ID, [lineId]);
    const isTheirs = this.isOwnedBy(row, owner);
    const phoneNumber = row?.phoneNumber ? this.readNumber(lineId, row.phoneNumber) : null;
    return isTheirs && row?.status !== 'terminated' ? phoneNumber : null;
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
        : await session.rows<LineRow & AsOfRow>(LOCK_BY_PHONE, [this.indexesOf(by.phoneNumber)]);
    return rows[0] ? this.readLocked(rows[0]) : null;
  }

  /** Locks the line of a subscription until the session's transaction ends. */
  async lockOf(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(LOCK_OF, [subscriptionId]);
  }

  /**
   * Locks a line whose number may change: `number` is the one that it may gain, or null if it can only give up its own.
   * Rejects with `NumberOvertaken` when another transaction changed the line's number meanwhile.
   */
  async lockToMove(session: Session, lineId: string, number: string | null): Promise<LockedLine | null> {
    const told = await this.numberTold(session, lineId);
    const numbers = [told, number].filter((one) => one !== null);
    await holdNumbers(
      session,
      numbers.map((one) => this.indexOf(one)),
    );
    const locked = await this.lock(session, { lineId });
    if ((await this.numberTold(session, lineId)) !== told) throw new NumberOvertaken();
    return locked;
  }

  /** Reads many lines, keyed by id. */
  async many(lineIds: readonly string[]): Promise<Map<string, LockedLine>> {
    const rows = await this.database.rows<LineRow & AsOfRow>(MANY, [lineIds]);
    return new Map(rows.map((row) => [row.lineId, this.readLocked(row)]));
  }

  /**
   * Adds a line, or replaces all its facts, as the carrier told them at `at`. When the line changes hands (person, number
   * or contract), its version rises, and codes that were sent to it by SMS are no longer accepted.
   * A number that another line has moves to this one, unless the carrier told later that the other one has it: then this
   * line has no number until the other one gives it up. Returns the lines that lost their number.
   * The caller has locked the line with `lockToMove` if its number may change.
   */
  async upsert(
    line: RegisteredLine,
    stored: RegisteredLine | null,
    session: Session = this.database,
    at: Date = new Date(),
  ): Promise<LosingLine[]> {
    const changed = stored ? differencesBetween(stored, line) : [];
    const rises = changed.some((fact) => CHANGES_HANDS.has(fact)) ? 1 : 0;
    const isOther = changed.some((fact) => MAKES_NEW.has(fact));
    const { lineId, phoneNumber } = line;
    if (phoneNumber === null) {
      const { id, owner, carrier, status, holder, plan, handset } = this.columns(line);
      await session.rows(UPDATE_UNNUMBERED, [id, owner, carrier, status, holder, plan, handset, rises, isOther, at]);
      if (changed.includes('owner')) await this.memories.remember(session, lineId, { kind: 'owner_changed' });
      return [];
    }
    const had = stored && stored.status !== 'terminated' ? stored.phoneNumber : null;
    const keeps = had === phoneNumber || line.status === 'terminated';
    const { has, lost } = keeps
      ? { has: true, lost: [] }
      : await claimNumber(session, lineId, this.indexesOf(phoneNumber), at);
    const { id, owner, carrier, status, holder, plan, handset } = this.columns(line);
    const { phoneIndex, phoneNumber: number } = this.numberColumns({ lineId, phoneNumber });
    const [index, awaited] = has ? [phoneIndex, null] : [null, phoneIndex];
    const isNew = (has && !keeps) || isOther;
    await session.rows(UPSERT, [
      id,
      index,
      awaited,
      number,
      owner,
      carrier,
      status,
      holder,
      plan,
      handset,
      rises,
      isNew,
      at,
      lost.length > 0,
      this.indexesOf(phoneNumber),
    ]);
    const losing = lost.map((row) => this.readNumbered(row));
    for (const other of losing) await this.memories.depart(session, other);
    const gaveUp = stored && had !== null && (had !== phoneNumber || status === 'terminated');
    if (gaveUp) {
      await this.memories.depart(session, { ...stored, phoneNumber: had });
      const given = await freeNumber(session, lineId, this.indexesOf(had), at);
      for (const row of given) await this.memories.arrive(session, this.readNumbered(row), { from: 'another line' });
    }
    if (changed.includes('owner')) await this.memories.remember(session, lineId, { kind: 'owner_changed' });
    if (has && !keeps) await this.memories.arrive(session, { ...line, phoneNumber });
    return losing;
  }

  /** How many lines have not ended. */
  async count(): Promise<number> {
    return (await this.database.rows<{ count: number }>(COUNT, []))[0]?.count ?? 0;
  }

  /** Records the sequence and the time of the latest event of a line. */
  async recordSequence(session: Session, lineId: string, sequence: bigint | null, at: Date): Promise<void> {
    await session.rows(RECORD_SEQUENCE, [lineId, sequence, at]);
  }

  /** The keyed index of a number, for records that must identify it without storing it. */
  indexOf(phoneNumber: string): Buffer {
    return this.keys.indexes.of('phone', phoneNumber);
  }

  /** The indexes under older keys, by which rows that were not carried over yet are found. */
  olderIndexesOf(phoneNumber: string): Buffer[] {
    return this.keys.indexes.older('phone', phoneNumber);
  }

  /** The keyed indexes (one per index key) by which starts for a line's owner are counted and found. */
  personIndexesOf({ phoneNumber, owner }: Pick<LineFacts, 'phoneNumber' | 'owner'>): [Buffer, ...Buffer[]] {
    return this.keys.indexes.all('person', `${phoneNumber}\0${owner.birthDate}${owner.genderDigit}`);
  }

  /** The indexes of a line's owner under the number that it has now; none while it has no number. */
  personIndexesNow({ phoneNumber, owner }: RegisteredLine): Buffer[] {
    return phoneNumber === null ? [] : this.personIndexesOf({ phoneNumber, owner });
  }

  /**
   * The indexes of log-ins of a line's owner. Any browser can begin one in a client's name, so they are counted and replaced
   * apart from the starts of the client's own system, which have {@link personIndexesOf}.
   */
  logInIndexesOf({ phoneNumber, owner }: Pick<LineFacts, 'phoneNumber' | 'owner'>): [Buffer, ...Buffer[]] {
    return this.keys.indexes.all('person', `${phoneNumber}\0${owner.birthDate}${owner.genderDigit}\0log-in`);
  }

  /**
   * The indexes of all starts for a line under a number: those that name its owner, log-ins of its owner, and those that name
   * the number alone.
   */
  startIndexesOf({ phoneNumber, owner }: Pick<RegisteredLine, 'phoneNumber' | 'owner'>): Buffer[] {
    if (phoneNumber === null) return [];
    const numberAlone = this.personIndexesOf({ phoneNumber, owner: NOBODY });
    const line = { phoneNumber, owner };
    return [...this.personIndexesOf(line), ...this.logInIndexesOf(line), ...numberAlone];
  }

  /** The owner of a line's row; nobody's, which takes as long to read, when there is no row. */
  ownerOf(row: { lineId: string; owner: Buffer } | undefined): LineFacts['owner'] {
    return this.readOwner(row ?? this.decoy());
  }

  /** True if the row belongs to the named person. Takes as long when there is no row. */
  isOwnedBy(row: { lineId: string; owner: Buffer } | undefined, named: LineFacts['owner']): boolean {
    const owner = this.ownerOf(row);
    const bytes = ({ birthDate, genderDigit }: LineFacts['owner']) => Buffer.from(birthDate + genderDigit);
    return equalInConstantTime(bytes(owner), bytes(named)) && row !== undefined;
  }

  /** Decrypts the owner of a line's row. */
  readOwner(row: { lineId: string; owner: Buffer }): LineFacts['owner'] {
    return JSON.parse(
      this.keys.fields.decrypt(row.owner, `lines:owner:${row.lineId}`).toString('utf8'),
    ) as LineFacts['owner'];
  }

  private read(
    { lineId, phoneNumber, owner, carrier, status, holder, plan, handset }: LineRow,
    number = phoneNumber && this.readNumber(lineId, phoneNumber),
  ): RegisteredLine {
    return {
      lineId,
      phoneNumber: number,
      owner: this.readOwner({ lineId, owner }),
      carrier,
      status,
      holder,
      plan,
      handset,
    };
  }

  private async numberTold(session: Session, lineId: string): Promise<string | null> {
    const told = await numberTold(session, lineId);
    return told ? this.readNumber(lineId, told) : null;
  }

  private readNumbered({ lineId, phoneNumber, owner }: NumberedRow): LosingLine {
    return { lineId, phoneNumber: this.readNumber(lineId, phoneNumber), owner: this.readOwner({ lineId, owner }) };
  }

  private indexesOf(phoneNumber: string | null): Buffer[] {
    return phoneNumber === null ? [] : this.keys.indexes.all('phone', phoneNumber);
  }

  private readNumber(lineId: string, phoneNumber: Buffer): string {
    return this.keys.fields.decrypt(phoneNumber, `lines:phone_number:${lineId}`).toString('utf8');
  }

  /** Decrypts the row of a line; `number` is its number where the caller knows it. */
  readLocked(row: LineRow & AsOfRow, number?: string): LockedLine {
    return { facts: this.read(row, number), sequence: BigInt(row.sequence), factsAsOf: row.factsAsOf };
  }

  /** The row of a new line; number and owner are encrypted. `index` is the keyed index of its number. */
  sealed(line: LineFacts, index: Buffer) {
    return { ...this.columns(line), ...this.numberColumns(line, index) };
  }

  private numberColumns(
    { lineId, phoneNumber }: Pick<LineFacts, 'lineId' | 'phoneNumber'>,
    phoneIndex = this.indexOf(phoneNumber),
  ) {
    return {
      phoneIndex,
      phoneNumber: this.keys.fields.encrypt(phoneNumber, `lines:phone_number:${lineId}`),
    };
  }

  /** The owner of a line, encrypted for its row. */
  sealOwner({ lineId, owner }: Pick<LineFacts, 'lineId' | 'owner'>): Buffer {
    return this.keys.fields.encrypt(JSON.stringify(owner), `lines:owner:${lineId}`);
  }

  /** The facts of a line for storage, without the number; the owner is encrypted. */
  private columns({ lineId: id, owner, carrier, status, holder, plan, handset }: RegisteredLine) {
    return {
      id,
      owner: this.sealOwner({ lineId: id, owner }),
      carrier,
      status,
      holder,
      plan,
      handset: JSON.stringify(handset),
    };
  }
}
