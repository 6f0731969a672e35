import { sha256 } from '../../crypto/sha256.ts';
import type { CancelReason } from '../../domain/subscription.ts';
import type { Subscriptions } from '../../subscriptions/subscriptions.ts';

/** Lines, and subscriptions on them. */
export interface Counts {
  lines: number;
  subscriptions: number;
}

/** What ends more than an import may end without confirmation. */
export interface Excess {
  ended: Counts;
  limit: Counts;
  /** Confirms exactly what this report would end, in any order of the lines. */
  confirm: string;
}

/** A share of everything is at least this many. */
const LEAST = 100;

/** Sums of digests are taken modulo the number of all digests. */
const MODULUS = 2n ** 256n;

/** What an import is going to end: lines, and subscriptions on lines. */
export class Ending {
  private readonly ended: Counts = { lines: 0, subscriptions: 0 };
  /** The sum of a digest of each line: no order counts, and the memory stays the same for any number of lines. */
  private sum = 0n;

  /** Adds lines: those that end, and those whose subscription ends if they have one. */
  async add(
    lines: readonly { lineId: string; ends?: CancelReason; endsLine?: boolean }[],
    subscriptions: Subscriptions,
  ): Promise<void> {
    const ending = lines.filter(({ ends, endsLine }) => ends ?? endsLine);
    const subscribed =
      ending.length > 0 ? await subscriptions.subscribedAmong(ending.map(({ lineId }) => lineId)) : new Set<string>();
    for (const { lineId, ends, endsLine } of ending) {
      const isSubscribed = subscribed.has(lineId);
      if (!endsLine && !isSubscribed) continue;
      if (endsLine) this.ended.lines += 1;
      if (isSubscribed) this.ended.subscriptions += 1;
      const digest = sha256(JSON.stringify([lineId, ends, endsLine, isSubscribed]));
      this.sum = (this.sum + BigInt(`0x${digest.toString('hex')}`)) % MODULUS;
    }
  }

  /** What exceeds the limit: a share such as `1%` of what is present, or a number. Undefined if nothing does. */
  excess(present: Counts, most: string): Excess | undefined {
    const limitOf = (count: number) =>
      most.endsWith('%') ? Math.max(LEAST, Math.floor((count * Number(most.slice(0, -1))) / 100)) : Number(most);
    const limit = { lines: limitOf(present.lines), subscriptions: limitOf(present.subscriptions) };
    const { ended } = this;
    if (ended.lines <= limit.lines && ended.subscriptions <= limit.subscriptions) return undefined;
    return { ended: { ...ended }, limit, confirm: this.digest() };
  }

  /** Of what ends, whatever order the lines came in. 22 characters hold 132 bits. */
  private digest(): string {
    const { lines, subscriptions } = this.ended;
    return sha256(JSON.stringify([lines, subscriptions, this.sum.toString(16)]))
      .toString('base64url')
      .slice(0, 22);
  }
}
