import { newestLineOf } from './journal-files.ts';
import type { JournalLine } from './journal-line.ts';
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
    const { fault } = await lookAt(recorded, journalFile);
    if (fault !== undefined) throw new Error(sentenceOf(fault));
    const { present, systemIdentifier } = recorded;
    if (present !== null && systemIdentifier === null) await marks.nameCluster(present);
  });
}

/** Makes the comparison of a start, and changes nothing. */
export function lookForRestore(databaseUrl: string, journalFile: string | undefined): Promise<Unrestored> {
  return withMarks(databaseUrl, async (marks) => lookAt(await marks.recorded(), journalFile));
}

/** Returns what a start would say if the journal is ahead of the database; undefined otherwise. */
export function journalIsAhead(databaseUrl: string, journalFile: string | undefined): Promise<string | undefined> {
  return withMarks(databaseUrl, async (marks) => {
    const recorded = await marks.recorded();
    const ahead = aheadOf(recorded, await newestOf(recorded, journalFile));
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

async function lookAt(recorded: Recorded, journalFile: string | undefined): Promise<Unrestored> {
  const { value: mark } = recorded;
  const fault = clusterFaultOf(recorded);
  if (fault !== undefined) return { fault, mark, journalMark: null };
  const newest = await newestOf(recorded, journalFile);
  return { fault: aheadOf(recorded, newest), mark, journalMark: newest?.mark ?? null };
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

async function newestOf({ installation }: Recorded, file: string | undefined): Promise<JournalLine | undefined> {
  return file === undefined || file === '-' ? undefined : newestLineOf(file, installation);
}

function aheadOf({ value }: Recorded, newest: JournalLine | undefined): RestoredFault | undefined {
  if (!newest?.mark || newest.mark <= value) return undefined;
  return {
    says: `The database is older than its journal (mark ${value}, journal ${newest.mark} of ${newest.at}): it was restored`,
    todo: RUN,
  };
}

function sentenceOf({ says, todo }: RestoredFault): string {
  return `${says}. ${todo}.`;
}
