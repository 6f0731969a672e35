import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Environment } from '../../../config/environment.ts';
import { Database, type Statements } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { comparable } from '../../domain/line.ts';
import { Problem } from '../../domain/problem.ts';
import { LineSets, type NewLine } from '../../lines/line-sets.ts';
import { Lines } from '../../lines/lines.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { isLineId } from '../line-id.ts';
import { Ending } from './ending.ts';
import { compared, NUMBER_TWICE, type Planned } from './plan.ts';
import { ahead, batchesOf, LinesOnDisk, receive, rejected, type Rejected } from './received.ts';
import { Reconcile, type Reconciled } from './reconcile.ts';
import { ReportSums, type ImportReport, type LineReport } from './report.ts';
import { Seen } from './seen.ts';

/** Lines that are applied together. */
const BATCH = 1_000;
/** Lines between two progress reports. */
const PROGRESS = 50_000;

export interface ImportOptions {
  /** The carrier's client id, recorded as the actor of every change. */
  client: string;
  /** Whether to compare and report without changing anything. */
  dryRun: boolean;
  /** When the snapshot was taken. */
  takenAt: Date;
  /** Whether lines that the snapshot does not contain are terminated or only reported. */
  missing: 'report' | 'terminate';
  /** The `confirm` of the report with which an earlier import of the same snapshot stopped. */
  confirm?: string;
}

/** An import at work. */
interface Work extends ImportOptions {
  seen: Seen;
  sums: ReportSums;
  ending: Ending;
  /** The lines that differ from the register, with what is planned for them, and the refused ones. */
  planned: LinesOnDisk;
  /** The names of the snapshot's carriers, as they are compared. */
  carriers: Set<string>;
}

const LOCK = statement('import_lock', 'SELECT pg_try_advisory_lock(7074830132) AS locked');
const UNLOCK = statement('import_unlock', 'SELECT pg_advisory_unlock(7074830132)');

/**
 * The nightly reconciliation of a carrier's full snapshot (one JSON document per line) with the register. The snapshot
 * is received completely and compared completely before any change, so that half a snapshot never counts as a whole
 * one, and so that one that ends too much ends nothing.
 */
@Injectable()
export class SnapshotImport {
  constructor(
    private readonly database: Database,
    private readonly lines: Lines,
    private readonly lineSets: LineSets,
    private readonly subscriptions: Subscriptions,
    private readonly reconciling: Reconcile,
    private readonly environment: Environment,
  ) {}

  /**
   * Works through a snapshot as it arrives. Returns its report as NDJSON, once the first line of it is known, so that a
   * refusal is still an error. Problems: `payload_too_large`, `import_in_progress`.
   */
  async report(body: Readable, options: ImportOptions): Promise<Readable> {
    const snapshot = await receive(body);
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
  private async *run(snapshot: LinesOnDisk, options: ImportOptions): AsyncGenerator<ImportReport[]> {
    const session = await this.database.connect();
    try {
      const [lock] = await session.rows<{ locked: boolean }>(LOCK, []);
      if (!lock?.locked) throw new Problem('import_in_progress', 'Wait until the other import has finished.');
      try {
        yield* this.work(session, snapshot, options);
      } finally {
        // Closing the connection alone would release the lock only after this import reported its end.
        await session.rows(UNLOCK, []).catch(() => undefined);
      }
    } finally {
      session.close();
    }
  }

  private async *work(
    session: Statements,
    snapshot: LinesOnDisk,
    options: ImportOptions,
  ): AsyncGenerator<ImportReport[]> {
    const seen = await Seen.begin(session);
    const planned = await LinesOnDisk.open();
    try {
      const started = {
        ...options,
        seen,
        planned,
        sums: new ReportSums(),
        ending: new Ending(),
        carriers: new Set<string>(),
      };
      const hasUnnamed = yield* this.compare(snapshot, started);
      // A row that names no line may be any line, so no line is terminated as missing.
      const work: Work = hasUnnamed ? { ...started, missing: 'report' } : started;
      if (work.missing === 'terminate') await this.judgeMissing(work);
      const excess = work.ending.excess(await this.subscriptions.counts(), this.environment.IMPORT_MAX_ENDED);
      const stops = excess !== undefined && !work.dryRun && work.confirm !== excess.confirm;
      yield* stops || work.dryRun ? this.tell(work, stops) : this.apply(work);
      yield work.sums.end({
        dryRun: work.dryRun,
        ...(stops && { stopped: true }),
        ...((stops || work.dryRun) && excess),
      });
    } finally {
      await planned.discard();
    }
  }

  /** Compares every line with the register; returns whether a refused row names no line: what it has as its id can be none. */
  private async *compare(snapshot: LinesOnDisk, work: Work): AsyncGenerator<ImportReport[], boolean> {
    let hasUnnamed = false;
    for await (const { lines, rejected: unread } of ahead(batchesOf(snapshot))) {
      const named = unread.flatMap(({ lineId: id }) => (isLineId(id) ? [{ id, number: null }] : []));
      hasUnnamed ||= named.length < unread.length;
      for (const { facts } of lines) work.carriers.add(comparable(facts.carrier));
      await work.seen.note(named);
      const { lines: register, lineSets, reconciling } = this;
      const { refused, plans } = await compared(lines, work, { lines: register, lineSets, reconciling });
      await work.ending.add(plans, this.subscriptions);
      const told = [...unread, ...refused, ...plans].filter((one) => !work.sums.isOnlyCounted(one));
      work.planned.append(told.map((one) => JSON.stringify(one)));
      const progress = work.sums.read(lines.length + unread.length, PROGRESS);
      // A refusal before the first report is still an error.
      if (progress.length > 0) yield progress;
    }
    return hasUnnamed;
  }

  private async judgeMissing({ seen, takenAt, carriers, ending }: Work): Promise<void> {
    for await (const ids of seen.missing(takenAt, [...carriers])) {
      await ending.add(
        ids.map((lineId) => ({ lineId, ends: 'line_terminated' as const, endsLine: true })),
        this.subscriptions,
      );
    }
  }

  /** Reports what would become of every line. */
  private async *tell(work: Work, stops: boolean): AsyncGenerator<ImportReport[]> {
    for await (const batch of ahead(plansOf(work.planned))) {
      const { refused, accepted } = await this.uncontested(batch, work);
      const reports = accepted.map(({ outcome, differences, unknownCarrier, ends, lineId }) => ({
        lineId,
        outcome,
        differences,
        ...(unknownCarrier !== undefined && { unknownCarrier }),
        ...(stops && ends && { ends }),
      }));
      yield work.sums.reports([...refused, ...reports]);
    }
    for await (const ids of work.seen.missing(work.takenAt, [...work.carriers])) {
      const ends = stops && work.missing === 'terminate' ? ({ ends: 'line_terminated' } as const) : {};
      yield work.sums.reports(ids.map((lineId) => ({ lineId, outcome: 'missing', ...ends })));
    }
  }

  private async *apply(work: Work): AsyncGenerator<ImportReport[]> {
    for await (const { refused, accepted, added } of ahead(this.prepared(work))) {
      const inserted = await this.lineSets.add(added, work.takenAt);
      let told: (Rejected | LineReport)[] = refused;
      for (const { lineId, numbered, unknownCarrier } of accepted) {
        const isNew = inserted.has(lineId);
        const result: Reconciled = isNew
          ? { outcome: 'added', differences: [] }
          : await this.reconciling.reconcile(numbered.facts, work);
        told.push({ lineId, ...result, ...(unknownCarrier !== undefined && { unknownCarrier }) });
        if (isNew) continue;
        yield work.sums.reports(told);
        told = [];
      }
      yield work.sums.reports(told);
    }
    for await (const ids of work.seen.missing(work.takenAt, [...work.carriers])) {
      for (const lineId of ids) {
        yield work.sums.reports([{ lineId, outcome: await this.settleMissing(lineId, work) }]);
      }
    }
  }

  /** The plans in batches, with the rows of new lines: they are encrypted while those before them are written. */
  private async *prepared(
    work: Work,
  ): AsyncGenerator<{ refused: Rejected[]; accepted: Planned[]; added: readonly NewLine[] }> {
    for await (const batch of plansOf(work.planned)) {
      const { refused, accepted } = await this.uncontested(batch, work);
      const added = accepted
        .filter(({ outcome }) => outcome === 'added')
        .map(({ numbered: { facts }, index }) => ({ facts, index: Buffer.from(index, 'hex') }));
      yield { refused, accepted, added: this.lineSets.prepared(added) };
    }
  }

  /** Separates the refused lines. Refuses also those whose number the snapshot gives to another line too, unless the register gives it to them. */
  private async uncontested(
    batch: readonly (Planned | Rejected)[],
    { seen }: Work,
  ): Promise<{ refused: Rejected[]; accepted: Planned[] }> {
    const refused = batch.filter((one) => one.outcome === 'rejected');
    const plans = batch.filter((one) => one.outcome !== 'rejected');
    const contested = await seen.contested(plans.map(({ index }) => Buffer.from(index, 'hex')));
    const isRefused = ({ claims, index }: Planned) => claims && contested.has(index);
    for (const { numbered } of plans.filter(isRefused)) refused.push(rejected(numbered, '/phoneNumber', NUMBER_TWICE));
    return { refused, accepted: plans.filter((plan) => !isRefused(plan)) };
  }

  private async settleMissing(lineId: string, { missing, takenAt, client }: Work): Promise<'missing' | 'terminated'> {
    const ended = missing === 'terminate' && (await this.reconciling.terminate(lineId, { client, takenAt }));
    return ended ? 'terminated' : 'missing';
  }
}

async function* plansOf(planned: LinesOnDisk): AsyncGenerator<(Planned | Rejected)[]> {
  let batch: (Planned | Rejected)[] = [];
  for await (const texts of planned.lines()) {
    for (const text of texts) {
      if (text !== '') batch.push(JSON.parse(text) as Planned | Rejected);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

async function* written(
  first: IteratorResult<ImportReport[]>,
  rest: AsyncIterable<ImportReport[]>,
): AsyncGenerator<string> {
  if (!first.done && first.value.length > 0) yield textOf(first.value);
  for await (const reports of rest) if (reports.length > 0) yield textOf(reports);
}

function textOf(reports: readonly ImportReport[]): string {
  return reports.map((report) => `${JSON.stringify(report)}\n`).join('');
}
