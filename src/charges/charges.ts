import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database.ts';
import { activeDays, boundsOf, monthAfter, monthBefore, monthOf, prorated } from '../domain/fee.ts';
import type { Billed, Charge } from './charge.ts';
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
  async *of(month: string): AsyncGenerator<Charge[]> {
    if (await this.store.closedAt(month)) yield* this.store.ofMonth(month);
    else for await (const batch of this.billed(month)) yield this.chargesOf(batch, month, new Date());
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
      if (!(await this.store.close(session, month))) return false;
      const { to } = boundsOf(month);
      for await (const batch of this.billed(month)) {
        await this.store.write(session, month, this.chargesOf(batch, month, to));
      }
      return true;
    });
  }

  private billed(month: string): AsyncGenerator<Billed[]> {
    const since = monthsBefore(month, MONTHS_PUT_RIGHT).at(-1) ?? month;
    return this.store.billed({ from: boundsOf(since).from, to: boundsOf(month).to, since });
  }

  private chargesOf(batch: readonly Billed[], month: string, now: Date): Charge[] {
    const fee = this.environment.MONTHLY_FEE;
    return batch.flatMap(({ subscriptionId, lineId, life, charged }) => {
      const owed = (of: string, monthlyFee: number) => {
        const days = activeDays(life, of, now);
        return { subscriptionId, lineId, month: of, days, amount: prorated(monthlyFee, days, of), monthlyFee };
      };
      const corrections = charged
        .filter((one) => one.month < month)
        .map((one) => {
          const right = owed(one.month, one.monthlyFee);
          return { ...right, days: right.days - one.days, amount: right.amount - one.amount };
        });
      return [...corrections, owed(month, fee)].filter(({ days, amount }) => days !== 0 || amount !== 0);
    });
  }
}

function monthsBefore(month: string, count: number): string[] {
  const months: string[] = [];
  for (let one = monthBefore(month); months.length < count; one = monthBefore(one)) months.push(one);
  return months;
}
