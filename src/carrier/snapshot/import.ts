import { Injectable } from '@nestjs/common';
import { close, createReadStream, createWriteStream, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Database, type Session } from '../../database/database.ts';
import type { LineFacts } from '../../domain/line.ts';
import { differencesBetween } from '../../domain/line-event.ts';
import { Problem, type InputFault } from '../../domain/problem.ts';
import { readJson } from '../../http/read-json.ts';
import { Lines } from '../../lines/lines.ts';
import { factsOf, readAs, SnapshotLine } from '../carrier.dto.ts';
import { Reconcile, type Reconciled } from './reconcile.ts';

/** Lines read, compared and, where they are new, written together. */
const BATCH = 1_000;
/** Lines of the register looked at together, for what the snapshot does not name. */
const WINDOW = 10_000;
/** Bytes of a snapshot: ten million lines. */
const LARGEST = 4 * 1024 ** 3;
/** Lines between two words of progress. */
const PROGRESS = 50_000;
/** The longest line of a snapshot, in characters. */
const LONGEST_LINE = 16 * 1024;

export interface ImportOptions {
  /** The carrier's client, who is named wherever the snapshot changes something. */
  client: string;
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
  text: `WITH next AS MATERIALIZED (
      SELECT id, status, carrier, updated_at, told_at FROM lines WHERE id > $1 ORDER BY id LIMIT ${WINDOW}
    )
    SELECT id, status <> 'terminated' AND carrier = ANY($3) AND updated_at < $2 AND told_at < $2
      AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = next.id) AS missing
    FROM next ORDER BY id`,
};
const ANALYZE = { name: 'import_analyze', text: 'ANALYZE seen' };

const NUMBER_TAKEN = 'Another line still holds this number. Report the change of that line first.';

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

  /** Keeps a snapshot on disk until it was worked through. Problems: `payload_too_large`. */
  async take(body: Readable): Promise<Snapshot> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-import-'));
    const file = openSync(join(directory, 'snapshot.ndjson'), 'wx+', 0o600);
    // It holds personal data in clear: without a name, it is gone with the process, however that ends.
    await rm(directory, { recursive: true, force: true });
    try {
      await pipeline(body, noLargerThan(LARGEST), createWriteStream('', { fd: file, autoClose: false }));
      return new Snapshot(file);
    } catch (error) {
      await promisify(close)(file);
      throw error;
    }
  }

  /** Works through a snapshot and reports as it goes. Problems: `import_in_progress`. */
  async *run(snapshot: Snapshot, options: ImportOptions): AsyncGenerator<ImportReport> {
    const session = await this.database.connect();
    try {
      const [lock] = await session.rows<{ locked: boolean }>(LOCK, []);
      if (!lock?.locked) throw new Problem('import_in_progress', 'Wait until the other import has finished.');
      try {
        await session.rows(SEEN, []);
        yield* this.work(session, snapshot, options);
      } finally {
        // Closing alone would let go of it a moment later than we say that we have ended.
        await session.rows(UNLOCK, []).catch(() => undefined);
      }
    } finally {
      session.close();
    }
  }

  private async *work(session: Session, snapshot: Snapshot, options: ImportOptions): AsyncGenerator<ImportReport> {
    const sums = { read: 0, added: 0, changed: 0, same: 0, newer_held: 0, rejected: 0, missing: 0 };
    const carriers = new Set<string>();
    const waiting: Numbered[] = [];
    let unnamed = false;
    for await (const batch of batchesOf(snapshot)) {
      unnamed ||= batch.rejected.some(({ lineId }) => lineId === null);
      for (const { facts } of batch.lines) carriers.add(facts.carrier);
      await session.rows(SEE, [batch.rejected.flatMap(({ lineId }) => lineId ?? [])]);
      for (const report of [...batch.rejected, ...(await this.settle(session, batch.lines, options, waiting))]) {
        sums[report.outcome] += 1;
        if (report.outcome !== 'same') yield report;
      }
      const before = sums.read;
      sums.read += batch.lines.length + batch.rejected.length;
      if (Math.floor(sums.read / PROGRESS) > Math.floor(before / PROGRESS)) yield { progress: sums.read };
    }
    // Any line may hide behind one that could not be read: then none is known to be missing.
    const settled: ImportOptions = unnamed ? { ...options, missing: 'report' } : options;
    for await (const lineId of this.missing(session, options.takenAt, [...carriers])) {
      sums.missing += 1;
      yield { lineId, outcome: await this.settleMissing(lineId, settled) };
    }
    // Numbers that went from line to line within the snapshot: whoever gave one up has been read by now.
    for (const one of waiting) {
      const report = await this.settleWaiting(one, options);
      sums[report.outcome] += 1;
      yield report;
    }
    yield { summary: { ...sums, dryRun: options.dryRun } };
  }

  private async settle(
    session: Session,
    batch: readonly Numbered[],
    { dryRun, takenAt, client }: ImportOptions,
    waiting: Numbered[],
  ): Promise<(Rejected | ({ lineId: string } & Reconciled))[]> {
    const ids = batch.map(({ facts }) => facts.lineId);
    const first = new Set((await session.rows<{ id: string }>(SEE, [ids])).map(({ id }) => id));
    const held = await this.lines.many(ids);
    const reports: (Rejected | ({ lineId: string } & Reconciled))[] = [];
    const added: Numbered[] = [];
    for (const one of batch) {
      const { facts } = one;
      const { lineId } = facts;
      const known = held.get(lineId);
      if (!first.delete(lineId)) reports.push(rejected(one, '/lineId', 'The snapshot contains this line twice.'));
      else if (!known) added.push(one);
      else {
        const differences = differencesBetween(known.facts, facts);
        if (differences.length === 0) reports.push({ lineId, outcome: 'same', differences });
        else if (dryRun && differences.includes('phoneNumber')) waiting.push(one);
        else if (dryRun) {
          reports.push({ lineId, outcome: known.factsAsOf > takenAt ? 'newer_held' : 'changed', differences });
        } else {
          const reconciled = await this.reconcile(facts, { client, takenAt });
          if (reconciled) reports.push({ lineId, ...reconciled });
          else waiting.push(one);
        }
      }
    }
    const facts = added.map((one) => one.facts);
    const inserted = new Set(await this.add(facts, { dryRun, takenAt }));
    for (const one of added) {
      const { lineId } = one.facts;
      if (inserted.has(lineId)) reports.push({ lineId, outcome: 'added', differences: [] });
      else waiting.push(one);
    }
    return reports;
  }

  /** Ids of the lines that were added, or would be. */
  private async add(lines: readonly LineFacts[], how: { dryRun: boolean; takenAt: Date }): Promise<string[]> {
    if (!how.dryRun) return this.lines.insertMany(lines, how.takenAt);
    const holders = await this.lines.holdersOf(lines.map(({ phoneNumber }) => phoneNumber));
    return lines.filter(({ phoneNumber }) => !holders.has(phoneNumber)).map(({ lineId }) => lineId);
  }

  /** A line whose number was another's when it was read. */
  private async settleWaiting(
    one: Numbered,
    { dryRun, takenAt, client }: ImportOptions,
  ): Promise<Rejected | ({ lineId: string } & Reconciled)> {
    const { facts } = one;
    const { lineId, phoneNumber } = facts;
    if (!dryRun) {
      const reconciled = await this.reconcile(facts, { client, takenAt });
      return reconciled ? { lineId, ...reconciled } : rejected(one, '/phoneNumber', NUMBER_TAKEN);
    }
    const holder = (await this.lines.holdersOf([phoneNumber])).get(phoneNumber) ?? lineId;
    if (holder !== lineId) return rejected(one, '/phoneNumber', NUMBER_TAKEN);
    const known = (await this.lines.many([lineId])).get(lineId);
    if (!known) return { lineId, outcome: 'added', differences: [] };
    const outcome = known.factsAsOf > takenAt ? 'newer_held' : 'changed';
    return { lineId, outcome, differences: differencesBetween(known.facts, facts) };
  }

  /** Undefined while the number is another line's. */
  private async reconcile(facts: LineFacts, by: { client: string; takenAt: Date }): Promise<Reconciled | undefined> {
    try {
      return await this.reconciling.reconcile(facts, by);
    } catch (error) {
      if (error instanceof Problem && error.code === 'number_taken') return undefined;
      throw error;
    }
  }

  /** Of the carriers that the snapshot is of, what it does not name. */
  private async *missing(session: Session, takenAt: Date, carriers: readonly string[]): AsyncGenerator<string> {
    await session.rows(ANALYZE, []);
    for (let after = ''; ;) {
      const rows = await session.rows<{ id: string; missing: boolean }>(MISSING, [after, takenAt, carriers]);
      for (const { id, missing } of rows) if (missing) yield id;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  private async settleMissing(
    lineId: string,
    { dryRun, missing, takenAt, client }: ImportOptions,
  ): Promise<'missing' | 'terminated'> {
    const facts = missing === 'terminate' && !dryRun ? await this.lines.byId(lineId) : null;
    if (!facts) return 'missing';
    const { outcome } = await this.reconciling.reconcile({ ...facts, status: 'terminated' }, { client, takenAt });
    return outcome === 'changed' ? 'terminated' : 'missing';
  }
}

interface Batch {
  lines: Numbered[];
  rejected: Rejected[];
}

/** A snapshot that has come in whole. */
export class Snapshot {
  /** `file` is its descriptor. */
  constructor(private readonly file: number) {}

  /** Its lines, with flat memory: of one that is too long, only so much as tells that it is. */
  async *lines(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of createReadStream('', { fd: this.file, start: 0, autoClose: false })) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
      yield* lines;
    }
    yield rest + decoder.decode();
  }

  async discard(): Promise<void> {
    await promisify(close)(this.file);
  }
}

/** Passes on so many bytes and no more. */
function noLargerThan(bytes: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > bytes)
        done(new Problem('payload_too_large', 'The snapshot is too large. Split it into smaller ones.'));
      else done(null, chunk);
    },
  });
}

/** In batches, each line with its number. */
async function* batchesOf(snapshot: Snapshot): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], rejected: [] };
  let number = 0;
  for await (const text of snapshot.lines()) {
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

function rejected({ number, facts: { lineId } }: Numbered, pointer: string, detail: string): Rejected {
  return { line: number, outcome: 'rejected', lineId, faults: [{ pointer, detail }] };
}

function readLine(text: string): { facts: LineFacts } | Pick<Rejected, 'faults' | 'lineId'> {
  if (text.length > LONGEST_LINE) {
    return {
      faults: [{ pointer: '', detail: `A line of the snapshot can have at most ${LONGEST_LINE} characters.` }],
      lineId: null,
    };
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
