import { Injectable } from '@nestjs/common';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LineFacts } from '../domain/line.ts';
import { differencesBetween, type Difference } from '../domain/line-event.ts';
import type { Line } from './line.entity.ts';
import { CarrierDirectory } from '../gateways/directory/carrier-directory.ts';

/** A line's facts as they are read; number and owner are encrypted. */
type LineRow = Pick<Line, 'phoneNumber' | 'owner' | 'carrier' | 'status' | 'holder' | 'plan' | 'handset'> & {
  lineId: string;
};

/** How far its events have been recorded. */
type AsOfRow = Pick<Line, 'sequence' | 'factsAsOf'>;

/** Facts whose change makes a line another one. */
const CHANGES_HANDS: ReadonlySet<Difference> = new Set(['phoneNumber', 'owner', 'holder', 'status']);

/** A line that nobody else can change until the transaction ends. */
export interface LockedLine {
  facts: LineFacts;
  /** The last sequence that was told of it. */
  sequence: bigint;
  /** When what is held was true, by the carrier's clock; in the far past while no event has told. */
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

/** Now, and lines that have ended since. */
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

/** What is told late of the present does not turn it back, and a carrier's clock that is ahead does not hold it up. */
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

/** The register of a carrier's lines, kept by its events and its snapshots. */
@Injectable()
export class Lines extends CarrierDirectory {
  /** The line that nobody has: where a number is unknown, it is decrypted and compared in the place of one. */
  private readonly nobody: { lineId: string; owner: Buffer };

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {
    super();
    const lineId = 'nobody';
    const owner = JSON.stringify({ birthDate: '000000', genderDigit: '-' });
    this.nobody = { lineId, owner: keys.fields.encrypt(owner, `lines:owner:${lineId}`) };
  }

  /** The line that has this E.164 number now. */
  async byPhoneNumber(phoneNumber: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_PHONE, [this.keys.indexes.all('phone', phoneNumber)]);
    return row ? this.read(row) : null;
  }

  async byId(lineId: string): Promise<LineFacts | null> {
    const [row] = await this.database.rows<LineRow>(BY_ID, [lineId]);
    return row ? this.read(row) : null;
  }

  /** Changes whenever anything is told of the line that has this number, or another line gets it. */
  async versionStamp(phoneNumber: string, session: Session = this.database): Promise<string> {
    const [row] = await session.rows<{ stamp: string }>(VERSION_STAMP, [this.keys.indexes.all('phone', phoneNumber)]);
    return row?.stamp ?? '';
  }

  /** Ids of the line that has this number, and of lines that ended with it. */
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

  /** What is held of many lines, by id. */
  async many(lineIds: readonly string[]): Promise<Map<string, LockedLine>> {
    const rows = await this.database.rows<LineRow & AsOfRow>(MANY, [lineIds]);
    return new Map(rows.map((row) => [row.lineId, this.readLocked(row)]));
  }

  /** Which line has each of these E.164 numbers now. */
  async holdersOf(phoneNumbers: readonly string[]): Promise<Map<string, string>> {
    const indexes = phoneNumbers.flatMap((phoneNumber) => this.keys.indexes.all('phone', phoneNumber));
    const rows = await this.database.rows<{ lineId: string; phoneNumber: Buffer }>(HOLDERS, [indexes]);
    return new Map(rows.map(({ lineId, phoneNumber }) => [this.readNumber(lineId, phoneNumber), lineId]));
  }

  /**
   * Adds a line, or replaces all that is known of it. Where it is another person's, number's or contract's than it was,
   * a code that went to it by SMS is worth nothing from then on.
   */
  async upsert(line: LineFacts, held: LineFacts | null, session: Session = this.database): Promise<void> {
    const changed = held ? differencesBetween(held, line) : [];
    const changesHands = changed.some((fact) => CHANGES_HANDS.has(fact));
    const { id, phoneIndex, phoneNumber, owner, carrier, status, holder, plan, handset } = this.columns(line);
    const facts = [id, phoneIndex, phoneNumber, owner, carrier, status, holder, plan, handset];
    await session.rows(UPSERT, [...facts, changesHands ? 1 : 0]);
  }

  /** Adds lines that are not there yet, as they were at an instant; answers the ids of those that were added. */
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
    return added.map(({ id }) => id);
  }

  /** Notes how far a line's events have been heard. */
  async recordSequence(session: Session, lineId: string, sequence: bigint | null, at: Date): Promise<void> {
    await session.rows(RECORD_SEQUENCE, [lineId, sequence, at]);
  }

  /** The keyed index of a number, for whoever has to write down which one it was. */
  indexOf(phoneNumber: string): Buffer {
    return this.keys.indexes.of('phone', phoneNumber);
  }

  /** The keyed index, under every key, under which starts of a line's owner are counted and found. */
  personIndexesOf({ phoneNumber, owner }: Pick<LineFacts, 'phoneNumber' | 'owner'>): [Buffer, ...Buffer[]] {
    return this.keys.indexes.all('person', `${phoneNumber}\0${owner.birthDate}${owner.genderDigit}`);
  }

  /** The keyed index under which starts of a number at one relying party are counted, whoever is named with it. */
  numberIndexOf(phoneNumber: string, clientId: string): Buffer {
    return this.keys.indexes.of('person', `${clientId}\0${phoneNumber}`);
  }

  /** Whether a line's row is the named person's own. It takes as long where there is none. */
  isOwnedBy(row: { lineId: string; owner: Buffer } | undefined, named: LineFacts['owner']): boolean {
    const owner = this.readOwner(row ?? this.nobody);
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

  /** A line's facts as they are written. */
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
