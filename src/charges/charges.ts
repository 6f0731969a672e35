import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { activeDays, boundsOf, monthAfter, monthBefore, monthOf, prorated } from '../domain/fee.ts';
import type { ChargeHistory, MonthlyCharge, MonthStatement, MonthToDate } from './charge.ts';
import { ChargeStore } from './charge.store.ts';

/** Milliseconds for which a month stays open after its end, so that late events of carriers still count in it. */
const GRACE_MS = 2 * 86_400_000;
/** Closed months that late events still correct. */
const CORRECTED_MONTHS = 12;

/**
 * Charges for subscriptions.
 * A month is charged once, when it is closed; after late events, the next month corrects it.
 */
@Injectable()
export class Charges {
  constructor(
    private readonly database: Database,
    private readonly store: ChargeStore,
    private readonly environment: Environment,
  ) {}

  /** When a month was closed; undefined while its charges may still change. */
  async closedAt(month: string): Promise<Date | undefined> {
    return this.store.closedAt(month);
  }

  /**
   * The charges of a month with its corrections of earlier months: final if the month is closed, provisional otherwise.
   */
  async *of(month: string): AsyncGenerator<MonthlyCharge[]> {
    if (await this.store.closedAt(month)) yield* this.store.ofMonth(month);
    else {
      for await (const batch of this.store.billed(rangeOf(month))) yield this.chargesOf(batch, month, new Date());
    }
  }

  /** The charge of a subscription for the current month so far, without corrections of earlier months. */
  async soFar(subscriptionId: string): Promise<MonthToDate> {
    const { MONTHLY_FEE: monthlyFee } = this.environment;
    const now = new Date();
    const month = monthOf(now);
    const { life, earlier } = await this.store.lives(subscriptionId);
    const days = activeDays(life, month, now, earlier);
    return { month, days, amount: prorated(monthlyFee, days, month), monthlyFee };
  }

  /**
   * The monthly statements of a person's subscriptions, newest first: the charged months, and the months since then as
   * they stand now, without corrections of earlier ones. Months without a charge are left out.
   */
  async statements(subscriptionIds: readonly string[]): Promise<MonthStatement[]> {
    const { MONTHLY_FEE: monthlyFee } = this.environment;
    const { lastClosed, now } = await this.store.bounds();
    const present = monthOf(now);
    const charged = (await this.store.ofSubscriptions(subscriptionIds)).map(({ chargedIn, ...line }) => ({
      month: chargedIn,
      isClosed: true,
      line,
    }));
    const open = await Promise.all(
      subscriptionIds.map(async (id) => {
        const { life, earlier } = await this.store.lives(id);
        const begun = life[0] && monthOf(life[0].at);
        const first = [begun, lastClosed === null ? begun : monthAfter(lastClosed)].toSorted().at(-1);
        return monthsFrom(first ?? monthAfter(present), present).map((month) => {
          const days = activeDays(life, month, now, earlier);
          return {
            month,
            isClosed: false,
            line: { month, days, amount: prorated(monthlyFee, days, month), monthlyFee },
          };
        });
      }),
    );
    const statements = new Map<string, MonthStatement>();
    for (const { month, isClosed, line } of [...charged, ...open.flat()]) {
      if (line.days === 0 && line.amount === 0) continue;
      const statement = statements.get(month) ?? { month, isClosed, lines: [], amount: 0 };
      statement.lines.push(line);
      statement.amount += line.amount;
      statements.set(month, statement);
    }
    return [...statements.values()].toSorted((one, other) => other.month.localeCompare(one.month));
  }

  /** Closes every month that is over, oldest first, and returns them. Several workers may try at once. */
  async closeFinishedMonths(): Promise<string[]> {
    const { lastClosed, firstSubscribed, now } = await this.store.bounds();
    if (!firstSubscribed) return [];
    const last = monthBefore(monthOf(new Date(now.getTime() - GRACE_MS)));
    const closed: string[] = [];
    for (
      let month = lastClosed ? monthAfter(lastClosed) : monthOf(firstSubscribed);
      month <= last;
      month = monthAfter(month)
    ) {
      if (await this.close(month)) closed.push(month);
    }
    return closed;
  }

  private async close(month: string): Promise<boolean> {
    return this.database.transaction(async (session) => {
      if (!(await this.store.close(session, month, this.environment.MONTHLY_FEE))) return false;
      const { to: now } = boundsOf(month);
      for await (const batch of this.store.billed(rangeOf(month), session)) {
        await this.store.write(session, month, this.chargesOf(batch, month, now));
      }
      return true;
    });
  }

  private chargesOf(batch: readonly ChargeHistory[], month: string, now: Date): MonthlyCharge[] {
    return batch.flatMap(({ subscriptionId, lineId, life, earlier, charged }) => {
      const owed = ({ month: of, monthlyFee }: Pick<MonthlyCharge, 'month' | 'monthlyFee'>) => {
        const days = activeDays(life, of, now, earlier);
        return { subscriptionId, lineId, month: of, days, amount: prorated(monthlyFee, days, of), monthlyFee };
      };
      const corrections = charged
        .filter((before) => before.month < month)
        .map((before) => {
          const corrected = owed(before);
          return { ...corrected, days: corrected.days - before.days, amount: corrected.amount - before.amount };
        });
      const present = owed({ month, monthlyFee: this.environment.MONTHLY_FEE });
      return [...corrections, present].filter(({ days, amount }) => days !== 0 || amount !== 0);
    });
  }
}

/** The months from `first` to `last`. */
function monthsFrom(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = monthAfter(month)) months.push(month);
  return months;
}

/** The time range of a month and of the earlier months that it may correct. */
function rangeOf(month: string): { from: Date; to: Date; since: string } {
  const since = firstCorrectedMonth(month);
  return { from: boundsOf(since).from, to: boundsOf(month).to, since };
}

function firstCorrectedMonth(month: string): string {
  let first = month;
  for (let back = 0; back < CORRECTED_MONTHS; back += 1) first = monthBefore(first);
  return first;
}
