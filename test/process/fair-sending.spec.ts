import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { FairSending } from '../../src/process/fair-sending.ts';
import { eventually } from '../support/eventually.ts';

const LIMITS = { most: 64, mostOfOne: 8, keptFree: 8 };
/** Far longer than the wait between two looks. */
const LONG_MS = 200;

interface Due {
  client: string;
  end: () => void;
  sent: Promise<void>;
}

/** A table in which something waits for each client, by the rules of those of the service. */
class Table {
  /** What was taken and has not ended, in its order. */
  underWay: Due[] = [];
  looks = 0;
  /** With true, each answer of the table waits for `answer`. */
  isSlow = false;
  /** With true, each receiver answers at once. */
  isAnswered = false;
  private answers: (() => void)[] = [];
  readonly sending = new FairSending<Due>(LIMITS, {
    take: (room, underWay) => this.take(room, underWay),
    clientOf: ({ client }) => client,
    send: (due) => {
      this.underWay.push(due);
      if (this.isAnswered) this.end(due);
      return due.sent;
    },
    failed: () => undefined,
  });

  constructor(readonly waiting: Map<string, number>) {}

  get left(): number {
    return [...this.waiting.values()].reduce((sum, count) => sum + count, 0);
  }

  of(client: string): Due[] {
    return this.underWay.filter((due) => due.client === client);
  }

  end(...dues: Due[]): void {
    this.underWay = this.underWay.filter((due) => !dues.includes(due));
    for (const due of dues) due.end();
  }

  /** Waits for a look that is not answered, which has read the table already. */
  isAsked(): Promise<true> {
    return eventually('a look', () => this.answers.length > 0);
  }

  /** Answers a look. */
  async answer(): Promise<void> {
    await this.isAsked();
    this.answers.shift()!();
    await delay(0);
  }

  private async take(room: number, underWay: readonly string[]): Promise<Due[]> {
    this.looks += 1;
    const taken: Due[] = [];
    for (let nth = 1; nth <= LIMITS.mostOfOne; nth += 1) {
      for (const [client, count] of this.waiting) {
        const place = taken.length + (nth === 1 ? 1 : 1 + LIMITS.keptFree);
        const isNth = underWay.filter((one) => one === client).length < nth;
        if (!isNth || count === 0 || place > room) continue;
        this.waiting.set(client, count - 1);
        let end!: () => void;
        const sent = new Promise<void>((ended) => (end = ended));
        taken.push({ client, end, sent });
      }
    }
    if (this.isSlow) await new Promise<void>((answered) => this.answers.push(answered));
    return taken;
  }
}

describe('what is owed to clients', () => {
  it('is looked for again after an end that came during a look, also where two ends followed one another', async () => {
    const table = new Table(new Map([['slow', 100]]));
    await table.sending.run();
    expect(table.of('slow')).toHaveLength(8);
    table.isSlow = true;
    const end = () => table.end(table.underWay[0]!);
    end();
    await table.isAsked();
    end();
    await table.answer();
    await table.isAsked();
    end();
    await table.answer();
    // Seven are under way after each of these looks, and each had filled the share that it knew of.
    await table.answer();
    expect([table.looks, table.of('slow').length]).toEqual([4, 8]);
    table.isSlow = false;
    table.isAnswered = true;
    table.end(...table.underWay);
    await eventually('everything to be sent', () => table.left === 0);
  });

  it('is not looked for after every answer, however many wait', async () => {
    const table = new Table(new Map([['quick', 200]]));
    table.isAnswered = true;
    await table.sending.run();
    await eventually('everything to be sent', () => table.left === 0);
    // Eight a look, and one that finds nothing more.
    expect(table.looks).toBeLessThanOrEqual(26);
  });

  it('goes on to a client with a place that is kept free, while the receivers of others hang', async () => {
    const table = new Table(new Map(Array.from({ length: 8 }, (_, at) => [`hanging ${at}`, 100])));
    await table.sending.run();
    expect(table.underWay).toHaveLength(LIMITS.most - LIMITS.keptFree);
    table.waiting.set('quick', 3);
    await table.sending.run();
    for (const left of [2, 1, 0]) {
      await eventually('the next one', () => table.of('quick').length === 1 && table.waiting.get('quick') === left);
      table.end(...table.of('quick'));
    }
    await table.sending.stop();
  });

  it('is looked for no more by an end where no limit kept anything back, nor once the process stops', async () => {
    const [few, many] = [new Table(new Map([['few', 7]])), new Table(new Map([['many', 100]]))];
    for (const { sending } of [few, many]) await sending.run();
    few.end(...few.underWay);
    many.end(many.underWay[0]!);
    await many.sending.stop();
    many.end(...many.underWay);
    await Promise.all([many.sending.ended(), delay(LONG_MS)]);
    expect([few.looks, many.looks, many.left]).toEqual([1, 1, 92]);
  });
});
