import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { activeDays, boundsOf, monthAfter, monthBefore, monthOf, prorated } from '../domain/fee.ts';
import type { Billed, MonthlyCharge, SoFar } from './charge.ts';
import type { ClosedMonth } from './closed-month.entity.ts';
import { ChargeStore } from './charge.store.ts';

/** Milliseconds for which a month stays open after its end, so that what carriers tell late still counts in it. */
const GRACE_MS = 2 * 86_400_000;
/** Closed months for which what was told late is still put right. */
const MONTHS_PUT_RIGHT = 12;

/** What subscriptions cost. A month is charged once, when it is closed; whatever is learned later, the next one corrects. */
@Injectable()
export class Charges {
  constructor(
    private readonly database: Database,
    private readonly store: ChargeStore,
    private readonly environment: Environment,
  ) {}

  /** When a month was closed; undefined while what is charged for it may still change. */
  async closedAt(month: string): Promise<Date | undefined> {
    return this.store.closedAt(month);
  }

  /** What is charged in a month, with corrections of earlier ones: for good where it is closed, so far where not. */
  async *of(month: string): AsyncGenerator<MonthlyCharge[]> {
    if (await this.store.closedAt(month)) yield* this.store.ofMonth(month);
    else {
      const closed = await this.store.closedSince(firstPutRight(month));
      for await (const batch of this.store.billed(timeOf(month)))
        yield this.chargesOf(batch, { month, closed, now: new Date() });
    }
  }

  /** What a subscription costs this month, as far as it has gone; corrections of earlier months are not in it. */
  async soFar(subscriptionId: string): Promise<SoFar> {
    const { MONTHLY_FEE: monthlyFee } = this.environment;
    const now = new Date();
    const month = monthOf(now);
    const days = activeDays(await this.store.statePeriods(subscriptionId), month, now);
    return { month, days, amount: prorated(monthlyFee, days, month), monthlyFee };
  }

  /** Closes every month that is over, oldest first; answers which. Several workers may try at once. */
  async closeWhatIsOver(): Promise<string[]> {
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
      const closed = await this.store.closedSince(firstPutRight(month));
      if (!(await this.store.close(session, month, this.environment.MONTHLY_FEE))) return false;
      const { to: now } = boundsOf(month);
      for await (const batch of this.store.billed(timeOf(month), session)) {
        await this.store.write(session, month, this.chargesOf(batch, { month, closed, now }));
      }
      return true;
    });
  }

  private chargesOf(
    batch: readonly Billed[],
    { month, closed, now }: { month: string; closed: readonly ClosedMonth[]; now: Date },
  ): MonthlyCharge[] {
    return batch.flatMap(({ subscriptionId, lineId, life, charged }) => {
      const owed = ({ month: of, monthlyFee }: Pick<ClosedMonth, 'month' | 'monthlyFee'>) => {
        const days = activeDays(life, of, now);
        return { subscriptionId, lineId, month: of, days, amount: prorated(monthlyFee, days, of), monthlyFee };
      };
      const corrections = closed
        .filter((one) => one.month < month)
        .map((one) => {
          const before = charged.find((of) => of.month === one.month) ?? { days: 0, amount: 0 };
          const right = owed(one);
          return { ...right, days: right.days - before.days, amount: right.amount - before.amount };
        });
      const present = owed({ month, monthlyFee: this.environment.MONTHLY_FEE });
      return [...corrections, present].filter(({ days, amount }) => days !== 0 || amount !== 0);
    });
  }
}

/** Whoever may have been active in a month, or in one that is still put right. */
function timeOf(month: string): { from: Date; to: Date; since: string } {
  const since = firstPutRight(month);
  return { from: boundsOf(since).from, to: boundsOf(month).to, since };
}

function firstPutRight(month: string): string {
  let first = month;
  for (let back = 0; back < MONTHS_PUT_RIGHT; back += 1) first = monthBefore(first);
  return first;
}
