import { Injectable } from '@nestjs/common';
import { mkdtemp, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Database, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { LineFacts } from '../../domain/line.ts';
import { differencesBetween } from '../../domain/line-event.ts';
import { Problem, type InputFault } from '../../domain/problem.ts';
import { readJson } from '../../http/read-json.ts';
import { notUtf8 } from '../../http/utf8.ts';
import { Lines } from '../../lines/lines.ts';
import { factsOf, readAs, SnapshotLine } from '../carrier.dto.ts';
import { Reconcile, type Reconciled } from './reconcile.ts';

/** Lines that are read, compared and, when new, inserted together. */
const BATCH = 1_000;
/** Lines of the register that are checked together for absence from the snapshot. */
const WINDOW = 10_000;
/** The largest snapshot in bytes, enough for ten million lines. */
const LARGEST = 4 * 1024 ** 3;
/** Lines between two progress reports. */
const PROGRESS = 50_000;
/** The longest line of a snapshot, in characters. */
const LONGEST_LINE = 16 * 1024;

export interface ImportOptions {
  /** The carrier's client id, recorded as the actor of every change. */
  client: string;
  /** Whether to compare and report without changing anything. */
  dryRun: boolean;
  /** When the snapshot was taken. */
  takenAt: Date;
  /** Whether lines that the snapshot does not contain are terminated or only reported. */
  missing: 'report' | 'terminate';
}

/** A refused line of the snapshot; `line` is its number in the file. */
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

const LOCK = statement('import_lock', 'SELECT pg_try_advisory_lock(7074830132) AS locked');
const UNLOCK = statement('import_unlock', 'SELECT pg_advisory_unlock(7074830132)');
const SEEN = statement('import_seen', 'CREATE TEMP TABLE seen (id text PRIMARY KEY)');
const SEE = statement('import_see', 'INSERT INTO seen SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING id');
const MISSING = statement(
  'import_missing',
  `WITH next AS MATERIALIZED (
      SELECT id, status, carrier, updated_at, told_at FROM lines WHERE id > $1 ORDER BY id LIMIT ${WINDOW}
    )
    SELECT id, status <> 'terminated' AND carrier = ANY($3) AND updated_at < $2 AND told_at < $2
      AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.id = next.id) AS missing
    FROM next ORDER BY id`,
);
const ANALYZE = statement('import_analyze', 'ANALYZE seen');

const NUMBER_TAKEN = 'Another line still holds this number. Report the change of that line first.';

interface Numbered {
  number: number;
  facts: LineFacts;
}

/**
 * The nightly reconciliation of a carrier's full snapshot (one JSON document per line) with the register. The snapshot
 * is received completely before any change, so that half a snapshot never counts as a whole one.
 */
@Injectable()
export class SnapshotImport {
  constructor(
    private readonly database: Database,
    private readonly lines: Lines,
    private readonly reconciling: Reconcile,
  ) {}

  /** Stores a snapshot on disk until it is processed. Problems: `payload_too_large`, `invalid_request`. */
  private async take(body: Readable): Promise<Snapshot> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-import-'));
    const file = await open(join(directory, 'snapshot.ndjson'), 'wx+', 0o600);
    // The file holds personal data in clear. It is unlinked while open, so it disappears however the process ends.
    await rm(directory, { recursive: true, force: true });
    try {
      await pipeline(body, noLargerThan(LARGEST), onlyUtf8(), (chunks: AsyncIterable<Buffer>) =>
        writeFile(file, chunks),
      );
      return new Snapshot(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Works through a snapshot as it arrives. Returns its report as NDJSON, once the first line of it is known, so that a
   * refusal is still an error. Problems: `payload_too_large`, `import_in_progress`, `invalid_request` for bytes that are
   * no UTF-8.
   */
  async report(body: Readable, options: ImportOptions): Promise<Readable> {
    const snapshot = await this.take(body);
    const reports = this.run(snapshot, options);
    const first = await reports.next().catch(async (error: unknown) => {
      await snapshot.discard();
      throw error;
    });
    const lines = Readable.from(written(first, reports));
    // Runs both when the report was read to its end and when the carrier disconnected: ends the import, frees the
    // snapshot.
    lines.once('close', () => void reports.return(undefined).finally(() => snapshot.discard()));
    return lines;
  }

  /** Processes a snapshot and reports while it does. Problems: `import_in_progress`. */
  private async *run(snapshot: Snapshot, options: ImportOptions): AsyncGenerator<ImportReport> {
    const session = await this.database.connect();
    try {
      const [lock] = await session.rows<{ locked: boolean }>(LOCK, []);
      if (!lock?.locked) throw new Problem('import_in_progress', 'Wait until the other import has finished.');
      try {
        await session.rows(SEEN, []);
        yield* this.work(session, snapshot, options);
      } finally {
        // Closing the connection alone would release the lock only after this import reported its end.
        await session.rows(UNLOCK, []).catch(() => undefined);
      }
    } finally {
      await session.close();
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
    // An unreadable row may be any line, so no line is terminated as missing.
    const settled: ImportOptions = unnamed ? { ...options, missing: 'report' } : options;
    for await (const lineId of this.missing(session, options.takenAt, [...carriers])) {
      sums.missing += 1;
      yield { lineId, outcome: await this.settleMissing(lineId, settled) };
    }
    // Numbers that moved between lines of the snapshot: the lines that gave them up have been processed by now.
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

  /** Adds lines, or in a dry run finds those that would be added; returns their ids. */
  private async add(lines: readonly LineFacts[], how: { dryRun: boolean; takenAt: Date }): Promise<string[]> {
    if (!how.dryRun) return this.lines.insertMany(lines, how.takenAt);
    const holders = await this.lines.holdersOf(lines.map(({ phoneNumber }) => phoneNumber));
    return lines.filter(({ phoneNumber }) => !holders.has(phoneNumber)).map(({ lineId }) => lineId);
  }

  /** Settles a line whose number another line still held when it was read. */
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

  /** Returns undefined while another line holds the number. */
  private async reconcile(facts: LineFacts, by: { client: string; takenAt: Date }): Promise<Reconciled | undefined> {
    try {
      return await this.reconciling.reconcile(facts, by);
    } catch (error) {
      if (error instanceof Problem && error.code === 'number_taken') return undefined;
      throw error;
    }
  }

  /** Ids of the lines of the snapshot's carriers that the snapshot does not contain. */
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

/** A completely received snapshot. */
export class Snapshot {
  /** A handle and no descriptor: a stream that ends early closes it, and closing it again must not close another file. */
  constructor(private readonly file: FileHandle) {}

  /** Its lines, once, in constant memory: a line that is too long is cut just above the limit. */
  async *lines(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.file.createReadStream({ start: 0 })) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
      yield* lines;
    }
    yield rest + decoder.decode();
  }

  async discard(): Promise<void> {
    await this.file.close();
  }
}

/** Passes bytes through and fails with `payload_too_large` above the limit. */
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

/** Passes bytes through and fails with `invalid_request` where they are no UTF-8, before anything of them counts. */
function onlyUtf8(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (chunk: Buffer | undefined, done: (error: Error | null, data?: Buffer) => void) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      done(notUtf8('body'));
      return;
    }
    done(null, chunk);
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      check(chunk, done);
    },
    flush: (done) => {
      check(undefined, done);
    },
  });
}

/** Reads the lines in batches, each with its number. */
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

async function* written(
  first: IteratorResult<ImportReport>,
  rest: AsyncIterable<ImportReport>,
): AsyncGenerator<string> {
  if (!first.done) yield `${JSON.stringify(first.value)}\n`;
  for await (const report of rest) yield `${JSON.stringify(report)}\n`;
}
