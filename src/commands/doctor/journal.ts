import type { Environment } from '../../../config/environment.ts';
import { lookForRestore, type Unrestored } from '../../journal/require-unrestored.ts';
import { note, ok, wrong, type Line } from './line.ts';

/** PostgreSQL's code for a table that is not there. */
const NO_TABLE = '42P01';

/** Makes the comparison of a start: whether the database was restored or moved, and whether a journal could tell. */
export async function journalLines({
  DATABASE_URL = '',
  QUEUE_DATABASE_URL = DATABASE_URL,
  JOURNAL_FILE,
  NODE_ENV,
}: Environment): Promise<Line[]> {
  let found: Unrestored;
  try {
    found = await lookForRestore(QUEUE_DATABASE_URL, JOURNAL_FILE);
  } catch (error) {
    if ((error as { code?: unknown }).code !== NO_TABLE) throw error;
    return [note('journal', 'is compared once the migrations are applied', 'Look again after them.')];
  }
  const { fault, mark, journalMark } = found;
  if (fault !== undefined) return [wrong('journal', fault.says, `${fault.todo}.`)];
  if (JOURNAL_FILE === undefined) {
    const says = 'JOURNAL_FILE is not set: a restored database cannot close again what was closed after the backup';
    return NODE_ENV === 'production' ? [note('journal', says, 'Set JOURNAL_FILE in production.')] : [];
  }
  if (JOURNAL_FILE === '-') {
    const says = 'goes to the standard output, so only the cluster of the database was compared';
    return [
      note('journal', says, 'After a restore, run npm run after-restore with the lines that the collector keeps.'),
    ];
  }
  if (journalMark !== null) return [ok('journal', `agrees with the database (mark ${mark})`)];
  if (mark === 0) return [ok('journal', 'has no line yet, as the database says')];
  const says = `has no line of this database, which is at mark ${mark}: nothing but the cluster was compared`;
  return [note('journal', says, 'Look whether JOURNAL_FILE leads to the files that processes wrote before.')];
}
