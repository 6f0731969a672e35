import { newestLinesOf } from './journal-files.ts';
import { isKnown, type JournalLine } from './journal-line.ts';
import { MarkConnection, type Recorded } from './mark.ts';

const RUN = 'Run npm run after-restore -- --journal=FILE with the journal of every process';
const MOVED = 'or npm run after-restore -- --moved if everything moved there as planned';

/** Why a start refuses a database. */
export interface RestoredFault {
  /** Without a full stop. */
  says: string;
  /** What to do about it, without a full stop. */
  todo: string;
}

/** What a start finds. */
export interface Unrestored {
  fault: RestoredFault | undefined;
  /** The mark of the database; 0 until the first door has closed. */
  mark: number;
  /** The mark of the newest line of the journal; null where nothing could be compared. */
  journalMark: number | null;
}

/**
 * Compares the database with the cluster that it knows and, if there is one, with the journal. Throws an error of one
 * line that names the command if the database was restored. The first start records the cluster.
 */
export async function requireUnrestored(databaseUrl: string, journalFile: string | undefined): Promise<void> {
  await withMarks(databaseUrl, async (marks) => {
    const recorded = await marks.recorded();
    const { fault } = await lookAt(marks, recorded, journalFile);
    if (fault !== undefined) throw new Error(sentenceOf(fault));
    const { present, systemIdentifier } = recorded;
    if (present !== null && systemIdentifier === null) await marks.nameCluster(present);
  });
}

/** Makes the comparison of a start, and changes nothing. */
export function lookForRestore(databaseUrl: string, journalFile: string | undefined): Promise<Unrestored> {
  return withMarks(databaseUrl, async (marks) => lookAt(marks, await marks.recorded(), journalFile));
}

/** Returns what a start would say if the journal is ahead of the database; undefined otherwise. */
export function journalIsAhead(databaseUrl: string, journalFile: string | undefined): Promise<string | undefined> {
  return withMarks(databaseUrl, async (marks) => {
    const { ahead } = await compared(marks, await marks.recorded(), journalFile);
    return ahead && sentenceOf(ahead);
  });
}

async function withMarks<Result>(
  databaseUrl: string,
  work: (marks: MarkConnection) => Promise<Result>,
): Promise<Result> {
  const marks = new MarkConnection(databaseUrl);
  try {
    return await work(marks);
  } finally {
    await marks.close();
  }
}

async function lookAt(marks: MarkConnection, recorded: Recorded, journalFile: string | undefined): Promise<Unrestored> {
  const { value: mark } = recorded;
  const fault = clusterFaultOf(recorded);
  if (fault !== undefined) return { fault, mark, journalMark: null };
  const { ahead, journalMark } = await compared(marks, recorded, journalFile);
  return { fault: ahead, mark, journalMark };
}

function clusterFaultOf({ systemIdentifier, restoredAt, present }: Recorded): RestoredFault | undefined {
  if (restoredAt !== null)
    return { says: 'The database was restored, and after-restore has not been completed', todo: RUN };
  if (present === null || systemIdentifier === null || present === systemIdentifier) return undefined;
  return {
    says:
      `The database stands on another PostgreSQL cluster (${present}) than before (${systemIdentifier}): ` +
      'it was restored or moved',
    todo: `${RUN}, ${MOVED}`,
  };
}

/**
 * Looks for a line of this machine's files that the database does not have. The files are read before the marks: a door is in
 * the database before its line is written.
 */
async function compared(
  marks: MarkConnection,
  { installation, value }: Recorded,
  file: string | undefined,
): Promise<{ ahead: RestoredFault | undefined; journalMark: number | null }> {
  const newest = file === undefined || file === '-' ? [] : await newestLinesOf(file, installation);
  if (newest.length === 0) return { ahead: undefined, journalMark: null };
  const known = { value, writers: await marks.writers() };
  const lost = newest.find((line) => !isKnown(line, known));
  return { ahead: lost && aheadOf(value, lost), journalMark: Math.max(...newest.map(({ mark }) => mark ?? 0)) };
}

function aheadOf(value: number, { mark, at }: JournalLine): RestoredFault {
  return {
    says: `The database is older than its journal (mark ${value}, and it does not have ${mark} of ${at}): it was restored`,
    todo: RUN,
  };
}

function sentenceOf({ says, todo }: RestoredFault): string {
  return `${says}. ${todo}.`;
}
