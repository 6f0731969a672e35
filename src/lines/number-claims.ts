import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Line } from './line.entity.ts';

/** A line that lost or got a number, with that number and the owner as they are stored. */
export type NumberedRow = { lineId: string } & Pick<Line, 'owner'> & { phoneNumber: Buffer };

/** The number that a line has or waits for. */
const TOLD = statement('line_number_told', 'SELECT phone_number AS "phoneNumber" FROM lines WHERE id = $1');

/** Holds one number until the end of the transaction. */
const HOLD = statement('line_number_hold', 'SELECT pg_advisory_xact_lock($1::bigint)');

/**
 * Takes a number from the line that has it, unless that line was told to have it later. The line that lost it waits for
 * it: what the carrier said of the two may have arrived in another order than it happened.
 */
const TAKE = statement(
  'line_number_take',
  `UPDATE lines SET phone_index = NULL, awaited_index = phone_index, version = version + 1
    WHERE phone_index = ANY($2) AND status <> 'terminated' AND id <> $1
      AND told_at <= greatest((SELECT told_at FROM lines WHERE id = $1), least($3::timestamptz, now()))
    RETURNING id AS "lineId", phone_number AS "phoneNumber", owner`,
);

const IS_TAKEN = statement(
  'line_number_is_taken',
  `SELECT 1 FROM lines WHERE phone_index = ANY($2) AND status <> 'terminated' AND id <> $1`,
);

/** Gives a number that became free to the line that was told last to have it, if that was not before it became free. */
const GIVE = statement(
  'line_number_give',
  `UPDATE lines SET phone_index = awaited_index, awaited_index = NULL, version = version + 1,
      numbered_at = greatest(numbered_at, least($3::timestamptz, now()))
    WHERE id = (SELECT id FROM lines WHERE awaited_index = ANY($2) AND status <> 'terminated' AND id <> $1
        AND told_at >= least($3::timestamptz, now()) ORDER BY told_at DESC, id LIMIT 1)
      AND NOT EXISTS (SELECT 1 FROM lines WHERE phone_index = ANY($2) AND status <> 'terminated')
    RETURNING id AS "lineId", phone_number AS "phoneNumber", owner`,
);

/** The number that a line has or waits for, encrypted. */
export async function numberTold(session: Session, lineId: string): Promise<Buffer | undefined> {
  return (await session.rows<{ phoneNumber: Buffer }>(TOLD, [lineId]))[0]?.phoneNumber;
}

/**
 * Holds numbers, by one index each, until the transaction ends, always in the same order. A transaction that moves
 * numbers holds the ones that its line gains and gives up before it locks any line, so that two of them never wait for
 * each other: a line that it has to lock then is held by no other such transaction.
 */
export async function holdNumbers(session: Session, indexes: readonly Buffer[]): Promise<void> {
  const keys = new Set(indexes.map((index) => index.readBigInt64BE()));
  for (const key of [...keys].sort((one, other) => (one < other ? -1 : 1))) await session.rows(HOLD, [key]);
}

/**
 * Claims a number, by its indexes, for a line that the carrier told at `at` to have it.
 * Returns whether the line has it now (otherwise it waits), and the lines that lost it.
 */
export async function claimNumber(
  session: Session,
  lineId: string,
  indexes: readonly Buffer[],
  at: Date,
): Promise<{ has: boolean; lost: NumberedRow[] }> {
  const lost = await session.rows<NumberedRow>(TAKE, [lineId, indexes, at]);
  const taken = await session.rows(IS_TAKEN, [lineId, indexes]);
  return { has: taken.length === 0, lost };
}

/** Frees a number that a line gave up at `at` for the line that waits for it. Returns that line, if there is one. */
export async function freeNumber(
  session: Session,
  lineId: string,
  indexes: readonly Buffer[],
  at: Date,
): Promise<NumberedRow[]> {
  return session.rows<NumberedRow>(GIVE, [lineId, indexes, at]);
}
