import { Injectable } from '@nestjs/common';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Database, type Session } from '../database.ts';
import type { LineFacts } from '../domain/line.ts';
import { differencesBetween } from '../domain/line-event.ts';
import { Problem, type InputFault } from '../domain/problem.ts';
import { readJson } from '../http/read-json.ts';
import { Lines } from '../lines/lines.ts';
import { factsOf, readAs, SnapshotLine } from './carrier.dto.ts';
import { Reconcile, type Reconciled } from './reconcile.ts';

/** Lines read, compared and, where they are new, written together. */
const BATCH = 1_000;
/** Lines between two words of progress. */
const PROGRESS = 50_000;
/** The longest line of a snapshot, in characters. */
const LONGEST_LINE = 16 * 1024;

export interface ImportOptions {
  /** Compare and report, and change nothing. */
  dryRun: boolean;
  /** When the snapshot was taken. */
  takenAt: Date;
  /** Whether a line that the snapshot does not name has ended, or is only reported. */
  missing: 'report' | 'terminate';
}

/** A line of the snapshot that was not taken, by its number in it. */
interface Rejected {
  line: number;
  outcome: 'rejected';
  lineId: string | null;
  faults: InputFault[];
}

/** One line of the report; the last one is the summary. */
export type ImportReport =
  | { progress: number }
  | Rejected
  | ({ lineId: string } & Reconciled)
  | { lineId: string; outcome: 'missing' | 'terminated' }
  | {
      summary: Record<'read' | 'added' | 'changed' | 'same' | 'newer_held' | 'rejected' | 'missing', number> & {
        dryRun: boolean;
      };
    };

const LOCK = { name: 'import_lock', text: 'SELECT pg_try_advisory_lock(7074830132) AS locked' };
const UNLOCK = { name: 'import_unlock', text: 'SELECT pg_advisory_unlock(7074830132)' };
const SEEN = { name: 'import_seen', text: 'CREATE TEMP TABLE seen (id text PRIMARY KEY)' };
const SEE = {
  name: 'import_see',
  text: 'INSERT INTO seen SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING id',
};
const MISSING = {
  name: 'import_missing',
  text: `SELECT id FROM lines WHERE id > $1 AND status <> 'terminated' AND updated_at < $2 AND told_at < $2
      AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = lines.id)
    ORDER BY id LIMIT ${BATCH}`,
};

const NUMBER_TAKEN = 'Its number is another line’s; tell first that it was given up.';

interface Numbered {
  number: number;
  facts: LineFacts;
}

/**
 * The nightly reconciliation: a carrier's full snapshot, a line of JSON each, against what is held. The snapshot is
 * taken in whole before anything is done with it, so that half of one never counts as one.
 */
@Injectable()
export class SnapshotImport {
  constructor(
    private readonly database: Database,
    private readonly lines: Lines,
    private readonly reconciling: Reconcile,
  ) {}

  /** Keeps a snapshot on disk until it was worked through. Rejects when it does not come to its end. */
  async take(body: Readable): Promise<{ path: string; discard(): Promise<void> }> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-import-'));
    const discard = () => rm(directory, { recursive: true, force: true });
    const path = join(directory, 'snapshot.ndjson');
    try {
      // It holds personal data in clear, for minutes.
      await pipeline(body, createWriteStream(path, { mode: 0o600 }));
      return { path, discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  /** Works through a snapshot and reports as it goes. Problems: `import_in_progress`. */
  async *run(path: string, options: ImportOptions): AsyncGenerator<ImportReport> {
    const session = await this.database.connect();
    try {
      const [lock] = await session.rows<{ locked: boolean }>(LOCK, []);
      if (!lock?.locked) throw new Problem('import_in_progress', 'Wait until the other import has ended.');
      try {
        await session.rows(SEEN, []);
        yield* this.work(session, path, options);
      } finally {
        // Closing alone would let go of it a moment later than we say that we have ended.
        await session.rows(UNLOCK, []).catch(() => undefined);
      }
    } finally {
      session.close();
    }
  }

  private async *work(session: Session, path: string, options: ImportOptions): AsyncGenerator<ImportReport> {
    const sums = { read: 0, added: 0, changed: 0, same: 0, newer_held: 0, rejected: 0, missing: 0 };
    let unnamed = false;
    for await (const batch of batchesOf(path)) {
      unnamed ||= batch.rejected.some(({ lineId }) => lineId === null);
      await session.rows(SEE, [batch.rejected.flatMap(({ lineId }) => lineId ?? [])]);
      for (const report of [...batch.rejected, ...(await this.settle(session, batch.lines, options))]) {
        sums[report.outcome] += 1;
        if (report.outcome !== 'same') yield report;
      }
      const before = sums.read;
      sums.read += batch.lines.length + batch.rejected.length;
      if (Math.floor(sums.read / PROGRESS) > Math.floor(before / PROGRESS)) yield { progress: sums.read };
    }
    // Any line may hide behind one that could not be read: then none is known to be missing.
    const settled: ImportOptions = unnamed ? { ...options, missing: 'report' } : options;
    for await (const lineId of this.missing(session, options.takenAt)) {
      sums.missing += 1;
      yield { lineId, outcome: await this.settleMissing(lineId, settled) };
    }
    yield { summary: { ...sums, dryRun: options.dryRun } };
  }

  private async settle(
    session: Session,
    batch: readonly Numbered[],
    { dryRun, takenAt }: ImportOptions,
  ): Promise<(Rejected | ({ lineId: string } & Reconciled))[]> {
    const first = new Set(
      (await session.rows<{ id: string }>(SEE, [batch.map(({ facts }) => facts.lineId)])).map(({ id }) => id),
    );
    const held = await this.lines.many(batch.map(({ facts }) => facts.lineId));
    const holders = dryRun
      ? await this.lines.holdersOf(batch.map(({ facts }) => facts.phoneNumber))
      : new Map<string, string>();
    const reports: Awaited<ReturnType<SnapshotImport['settle']>> = [];
    const added: Numbered[] = [];
    const reject = ({ number, facts: { lineId } }: Numbered, pointer: string, detail: string) =>
      reports.push({ line: number, outcome: 'rejected', lineId, faults: [{ pointer, detail }] });
    for (const one of batch) {
      const { facts } = one;
      const { lineId } = facts;
      const known = held.get(lineId);
      if (!first.delete(lineId)) reject(one, '/lineId', 'The snapshot names this line twice.');
      else if ((holders.get(facts.phoneNumber) ?? lineId) !== lineId) reject(one, '/phoneNumber', NUMBER_TAKEN);
      else if (!known) added.push(one);
      else if (differencesBetween(known.facts, facts).length === 0)
        reports.push({ lineId, outcome: 'same', differences: [] });
      else if (dryRun) {
        const outcome = known.toldAt > takenAt ? 'newer_held' : 'changed';
        reports.push({ lineId, outcome, differences: differencesBetween(known.facts, facts) });
      } else {
        try {
          reports.push({ lineId, ...(await this.reconciling.reconcile(facts, takenAt)) });
        } catch (error) {
          if (!(error instanceof Problem) || error.code !== 'number_taken') throw error;
          reject(one, '/phoneNumber', NUMBER_TAKEN);
        }
      }
    }
    const inserted = new Set(
      await this.add(
        added.map(({ facts }) => facts),
        dryRun,
      ),
    );
    for (const one of added) {
      const { lineId } = one.facts;
      if (inserted.has(lineId)) reports.push({ lineId, outcome: 'added', differences: [] });
      else reject(one, '/phoneNumber', NUMBER_TAKEN);
    }
    return reports;
  }

  private async add(lines: readonly LineFacts[], dryRun: boolean): Promise<string[]> {
    return dryRun ? lines.map(({ lineId }) => lineId) : this.lines.insertMany(lines);
  }

  private async *missing(session: Session, takenAt: Date): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const rows = await session.rows<{ id: string }>(MISSING, [after, takenAt]);
      for (const { id } of rows) yield id;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  private async settleMissing(
    lineId: string,
    { dryRun, missing, takenAt }: ImportOptions,
  ): Promise<'missing' | 'terminated'> {
    const facts = missing === 'terminate' && !dryRun ? await this.lines.byId(lineId) : null;
    if (!facts) return 'missing';
    const { outcome } = await this.reconciling.reconcile({ ...facts, status: 'terminated' }, takenAt);
    return outcome === 'changed' ? 'terminated' : 'missing';
  }
}

interface Batch {
  lines: Numbered[];
  rejected: Rejected[];
}

/** A snapshot in batches, with flat memory. */
async function* batchesOf(path: string): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], rejected: [] };
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (text.trim() === '') continue;
    const read = readLine(text);
    if ('facts' in read) batch.lines.push({ number, facts: read.facts });
    else batch.rejected.push({ line: number, outcome: 'rejected', ...read });
    if (batch.lines.length + batch.rejected.length < BATCH) continue;
    yield batch;
    batch = { lines: [], rejected: [] };
  }
  yield batch;
}

function readLine(text: string): { facts: LineFacts } | Pick<Rejected, 'faults' | 'lineId'> {
  if (text.length > LONGEST_LINE) {
    return { faults: [{ pointer: '', detail: `A line has at most ${LONGEST_LINE} characters.` }], lineId: null };
  }
  let document: Record<string, unknown>;
  try {
    document = readJson(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { faults: [{ pointer: '', detail: error.detail }], lineId: null };
  }
  const read = readAs(SnapshotLine, document);
  if ('value' in read) return { facts: factsOf(read.value.lineId, read.value) };
  const { lineId } = document;
  return { faults: read.faults, lineId: typeof lineId === 'string' ? lineId.slice(0, 64) : null };
}
