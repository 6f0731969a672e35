import { newestLinesOf } from './journal-files.ts';
import { isKnown } from './journal-line.ts';
import { MarkConnection, type Recorded } from './mark.ts';

const RUN = 'Run npm run after-restore -- --journal=FILE with the journal of every process';
const MOVED = 'or npm run after-restore -- --moved if everything moved there as planned';

/**
 * Compares the database with the cluster that it knows and, if there is one, with the journal. Throws an error of one
 * line that names the command if the database was restored. The first start records the cluster.
 */
export async function requireUnrestored(databaseUrl: string, journalFile: string | undefined): Promise<void> {
  const marks = new MarkConnection(databaseUrl);
  try {
    const fault = await faultOf(marks, journalFile);
    if (fault !== undefined) throw new Error(fault);
  } finally {
    await marks.close();
  }
}

/** Returns what a start would say if the journal is ahead of the database; undefined otherwise. */
export async function journalIsAhead(
  databaseUrl: string,
  journalFile: string | undefined,
): Promise<string | undefined> {
  const marks = new MarkConnection(databaseUrl);
  try {
    return await aheadOf(marks, await marks.recorded(), journalFile);
  } finally {
    await marks.close();
  }
}

async function faultOf(marks: MarkConnection, journalFile: string | undefined): Promise<string | undefined> {
  const recorded = await marks.recorded();
  const { systemIdentifier, restoredAt, present } = recorded;
  if (restoredAt !== null) {
    return `The database was restored, and after-restore has not been completed. ${RUN}.`;
  }
  if (present !== null && systemIdentifier !== null && present !== systemIdentifier) {
    return (
      `The database stands on another PostgreSQL cluster (${present}) than before (${systemIdentifier}): ` +
      `it was restored or moved. ${RUN}, ${MOVED}.`
    );
  }
  const ahead = await aheadOf(marks, recorded, journalFile);
  if (ahead === undefined && present !== null && systemIdentifier === null) await marks.nameCluster(present);
  return ahead;
}

/** Says which line of this machine's files the database does not have. */
async function aheadOf(
  marks: MarkConnection,
  { installation, value }: Recorded,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined || file === '-') return undefined;
  const newest = await newestLinesOf(file, installation);
  if (newest.length === 0) return undefined;
  const known = { value, writers: await marks.writers() };
  const lost = newest.find((line) => !isKnown(line, known));
  return (
    lost &&
    `The database is older than its journal (mark ${value}, and it does not have ${lost.mark} of ${lost.at}): ` +
      `it was restored. ${RUN}.`
  );
}
