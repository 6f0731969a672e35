import type { CancelReason } from '../../domain/subscription.ts';
import type { Excess } from './ending.ts';
import type { Rejected } from './received.ts';
import type { Reconciled } from './reconcile.ts';

/** Refused lines that a report names; the summary counts all of them. */
const MOST_REJECTED = 1_000;
/** Unknown names of carriers that a report counts one by one. */
const MOST_CARRIERS = 100;

/** What became of one line; `ends` is why it or its subscription would end, in the report of an import that stopped. */
export type LineReport = { lineId: string; ends?: CancelReason } & (Reconciled | { outcome: 'missing' | 'terminated' });

type Counted = Rejected['outcome'] | Exclude<LineReport['outcome'], 'terminated'>;

type Summary = Record<'read' | Counted, number> & { dryRun: boolean; stopped?: true } & Partial<Excess>;

/** One line of the report; the last one is the summary. */
export type ImportReport =
  | { progress: number }
  | Rejected
  | LineReport
  /** A carrier's name that is not configured, and on how many lines the snapshot has it. */
  | { unknownCarrier: string; lines: number }
  | { summary: Summary };

/** Counts what an import reports. */
export class ReportSums {
  private readonly sums = { read: 0, added: 0, changed: 0, same: 0, newer_held: 0, rejected: 0, missing: 0 };
  private refused = 0;
  private shown = 0;
  private readonly unknownCarriers = new Map<string, number>();

  /** Counts a line that needs no report, because nothing differs or because too many were refused; false for others. */
  isOnlyCounted(line: Rejected | Reconciled): boolean {
    const { outcome } = line;
    if (outcome === 'rejected') this.refused += 1;
    const isOnlyCounted =
      outcome === 'rejected' ? this.refused > MOST_REJECTED : outcome === 'same' && !('unknownCarrier' in line);
    if (isOnlyCounted) this.sums[outcome] += 1;
    return isOnlyCounted;
  }

  /** Counts lines and returns their reports, without those of refused ones above the most that a report names. */
  reports(lines: readonly (Rejected | LineReport)[]): ImportReport[] {
    return lines.filter((line) => {
      this.sums[line.outcome === 'terminated' ? 'missing' : line.outcome] += 1;
      if ('unknownCarrier' in line) this.countCarrier(line.unknownCarrier);
      if (line.outcome === 'rejected') this.shown += 1;
      return line.outcome !== 'rejected' || this.shown <= MOST_REJECTED;
    });
  }

  /** Counts lines that were read; returns a report of progress after every `each` of them. */
  read(lines: number, each: number): ImportReport[] {
    const before = this.sums.read;
    this.sums.read += lines;
    const isDue = Math.floor(this.sums.read / each) > Math.floor(before / each);
    return isDue ? [{ progress: this.sums.read }] : [];
  }

  end(how: Omit<Summary, 'read' | Counted>): ImportReport[] {
    const carriers = [...this.unknownCarriers].map(([unknownCarrier, lines]) => ({ unknownCarrier, lines }));
    return [...carriers, { summary: { ...this.sums, ...how } }];
  }

  private countCarrier(name: string): void {
    const lines = this.unknownCarriers.get(name) ?? 0;
    if (lines > 0 || this.unknownCarriers.size < MOST_CARRIERS) this.unknownCarriers.set(name, lines + 1);
  }
}
