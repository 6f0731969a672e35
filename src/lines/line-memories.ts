import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LineFacts } from '../domain/line.ts';
import { DEPARTED_DAYS, memoryAfter, NO_MEMORY, type LineHappening, type LineMemory } from '../domain/line-memory.ts';
import type { DepartedNumber } from './departed-number.entity.ts';
import type { Line } from './line.entity.ts';

/** SQL: the columns of a memory, of the table or alias `of`. */
export function memoryColumns(of: string): string {
  return `${of}.sim_changed_at AS "simChangedAt", ${of}.sim_doubted_at AS "simDoubtedAt", ${of}.doubted_at AS "doubtedAt",
    ${of}.handset_changed_at AS "handsetChangedAt", ${of}.protected_until AS "protectedUntil"`;
}

type DepartedRow = LineMemory & Pick<DepartedNumber, 'personIndex' | 'lineId'>;

/** A line with the number that it lost or got. */
type NumberedLine = Pick<LineFacts, 'lineId' | 'phoneNumber' | 'owner'>;
type From = 'any line' | 'another line';

const OF_LINE = statement(
  'line_memory',
  `SELECT ${memoryColumns('lines')}, phone_index AS "phoneIndex", status FROM lines WHERE id = $1`,
);

/** SQL: the columns of `departed_numbers` that take over a later instant from `x`. */
const TAKEN_OVER = ['sim_changed_at', 'sim_doubted_at', 'doubted_at', 'handset_changed_at', 'protected_until']
  .map((column) => `${column} = greatest(d.${column}, x.${column})`)
  .join(', ');

/** SQL: an instant of the carrier, at most now; null stays null, which `least` alone would turn into now. */
const atMostNow = (place: string) => `CASE WHEN ${place}::timestamptz IS NOT NULL THEN least(${place}, now()) END`;

/**
 * A change of the SIM raises the version, so that a code which was texted to the former SIM is no longer accepted. An
 * instant that a carrier's clock puts into the future counts as now. A number that left the line takes the memory over.
 */
const WRITE = statement(
  'line_memory_write',
  `WITH x AS (
      UPDATE lines SET sim_changed_at = ${atMostNow('$2')}, sim_doubted_at = ${atMostNow('$3')},
        doubted_at = ${atMostNow('$4')}, handset_changed_at = ${atMostNow('$5')}, protected_until = ${atMostNow('$6')},
        version = version + CASE WHEN ${atMostNow('$2')} > coalesce(sim_changed_at, '-infinity') THEN 1 ELSE 0 END,
        updated_at = now()
      WHERE id = $1
      RETURNING id, sim_changed_at, sim_doubted_at, doubted_at, handset_changed_at, protected_until
    )
    UPDATE departed_numbers d SET ${TAKEN_OVER} FROM x WHERE d.line_id = x.id`,
);

const DEPART = statement(
  'departed_number_write',
  `INSERT INTO departed_numbers AS d (person_index, line_id, left_at, sim_changed_at, sim_doubted_at, doubted_at,
      handset_changed_at, protected_until)
    SELECT $2, id, now(), sim_changed_at, sim_doubted_at, doubted_at, handset_changed_at, protected_until
    FROM lines WHERE id = $1
    ON CONFLICT (person_index) DO UPDATE SET line_id = excluded.line_id, left_at = excluded.left_at,
      ${TAKEN_OVER.replaceAll('x.', 'excluded.')}`,
);

const DEPARTED = statement(
  'departed_number_of',
  `SELECT person_index AS "personIndex", line_id AS "lineId", ${memoryColumns('departed_numbers')} FROM departed_numbers
    WHERE person_index = ANY($1) AND left_at > now() - interval '${DEPARTED_DAYS} days'`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'departed_number_purge',
  `DELETE FROM departed_numbers WHERE person_index IN (SELECT person_index FROM departed_numbers
    WHERE left_at <= now() - interval '${DEPARTED_DAYS} days' LIMIT ${PURGE_BATCH})`,
);

/** The memory of lines, which decides about holds. The caller has locked the line of each change. */
@Injectable()
export class LineMemories {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** The memory of a line; empty for a line that the register does not hold. */
  async of(lineId: string, session: Session = this.database): Promise<LineMemory> {
    const [row] = await session.rows<LineMemory & Pick<Line, 'phoneIndex' | 'status'>>(OF_LINE, [lineId]);
    return row ? memoryIn(row) : NO_MEMORY;
  }

  /**
   * The memory of a line as it will be once the register holds these facts: a number that comes from another contract of
   * the same owner brings its memory along.
   */
  async expected(line: LineFacts, session: Session = this.database): Promise<LineMemory> {
    const [row] = await session.rows<LineMemory & Pick<Line, 'phoneIndex' | 'status'>>(OF_LINE, [line.lineId]);
    const held = row ? memoryIn(row) : NO_MEMORY;
    const hasNumber = this.keys.indexes.all('phone', line.phoneNumber).some((index) => row?.phoneIndex?.equals(index));
    const hasEnded = line.status === 'terminated';
    if (hasEnded || (row && hasNumber && row.status !== 'terminated')) return held;
    const brought = await this.departed(line, session);
    return brought ? memoryAfter(held, { kind: 'number_arrived', at: new Date(), brought }) : held;
  }

  /** Remembers what happened to a line. */
  async remember(session: Session, lineId: string, happening: LineHappening): Promise<void> {
    await this.write(session, lineId, memoryAfter(await this.of(lineId, session), happening));
  }

  /** Remembers that a line lost its number: `line` are the facts before. */
  async depart(session: Session, line: NumberedLine): Promise<void> {
    await session.rows(DEPART, [line.lineId, this.personIndexes(line)[0]]);
  }

  /**
   * Gives the memory that a number brings along to the line that got it. From `another line` alone when the line only
   * lost the number for a moment, while the carrier told of several lines in another order than they changed.
   */
  async arrive(session: Session, line: NumberedLine, { from = 'any line' }: { from?: From } = {}): Promise<void> {
    const brought = await this.departed(line, session, from);
    if (brought) await this.remember(session, line.lineId, { kind: 'number_arrived', at: new Date(), brought });
  }

  /** Of many new lines, those whose number comes from another contract of the same owner. */
  async arriving(lines: readonly LineFacts[]): Promise<LineFacts[]> {
    const indexes = new Map(
      lines.flatMap((line) => this.personIndexes(line).map((index) => [index.toString('hex'), line])),
    );
    const rows = await this.database.rows<DepartedRow>(DEPARTED, [
      [...indexes.keys()].map((index) => Buffer.from(index, 'hex')),
    ]);
    return [...new Set(rows.flatMap(({ personIndex }) => indexes.get(personIndex.toString('hex')) ?? []))];
  }

  /** Deletes a batch of numbers that left longer ago than their memory lasts. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }

  private async departed(line: NumberedLine, session: Session, from: From = 'any line'): Promise<LineMemory | null> {
    const [row] = await session.rows<DepartedRow>(DEPARTED, [this.personIndexes(line)]);
    if (!row || (from === 'another line' && row.lineId === line.lineId)) return null;
    return memoryIn(row);
  }

  private async write(session: Session, lineId: string, memory: LineMemory): Promise<void> {
    const { simChangedAt, simDoubtedAt, doubtedAt, handsetChangedAt, protectedUntil } = memory;
    await session.rows(WRITE, [lineId, simChangedAt, simDoubtedAt, doubtedAt, handsetChangedAt, protectedUntil]);
  }

  private personIndexes({ phoneNumber, owner }: NumberedLine): [Buffer, ...Buffer[]] {
    return this.keys.indexes.all('person', `${phoneNumber}\0${owner.birthDate}${owner.genderDigit}`);
  }
}

function memoryIn({ simChangedAt, simDoubtedAt, doubtedAt, handsetChangedAt, protectedUntil }: LineMemory): LineMemory {
  return { simChangedAt, simDoubtedAt, doubtedAt, handsetChangedAt, protectedUntil };
}
