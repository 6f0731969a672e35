import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { statePeriods, type DatedTransition } from '../domain/fee.ts';
import type { ChargeHistory, Lives, MonthlyCharge } from './charge.ts';
import { Charge } from './charge.entity.ts';
import { ClosedMonth } from './closed-month.entity.ts';

/** Subscriptions read together. */
const BATCH = 1_000;

const TRANSITIONS = `json_agg(json_build_object('change', json_build_object('kind', k.change, 'reason', k.reason),
        'at', k.at) ORDER BY k.number)`;

/**
 * The transitions of a subscription `s`, and those of the earlier ones of its line that ended on the day on which it
 * began: that day is already charged.
 */
const LIVES = `(SELECT ${TRANSITIONS} FROM subscription_links k WHERE k.subscription_id = s.id) AS life,
      (SELECT coalesce(json_agg(e.life), '[]') FROM (
        SELECT (SELECT ${TRANSITIONS} FROM subscription_links k WHERE k.subscription_id = o.id) AS life
        FROM subscriptions o WHERE o.line_id = s.line_id AND (o.created_at, o.id) < (s.created_at, s.id)
          AND o.since >= date_trunc('day', s.created_at, 'Asia/Seoul')) e) AS earlier`;

/**
 * Every subscription that began before $2 and had not ended before $3, in the order of its id, with its transitions and
 * what it was charged for each closed month since $4. One statement says which months are closed and what they charged, so
 * that the two agree whichever server answers.
 */
const BILLED = statement(
  'charge_billed',
  `SELECT s.id AS "subscriptionId", s.line_id AS "lineId", ${LIVES},
      (SELECT coalesce(json_agg(m), '[]') FROM (
        SELECT month, monthly_fee AS "monthlyFee", coalesce(c.days, 0) AS days, coalesce(c.amount, 0) AS amount
        FROM closed_months LEFT JOIN (
          SELECT month, sum(days)::int AS days, sum(amount)::int AS amount
          FROM charges WHERE subscription_id = s.id AND month >= $4 GROUP BY month) c USING (month)
        WHERE month >= $4 ORDER BY month) m) AS charged
    FROM subscriptions s WHERE s.id > $1 AND s.created_at < $2 AND (s.state <> 'cancelled' OR s.since >= $3)
    ORDER BY s.id LIMIT ${BATCH}`,
);

const LIVES_OF = statement('charge_lives', `SELECT ${LIVES} FROM subscriptions s WHERE s.id = $1`);

const OF_MONTH = statement(
  'charge_of_month',
  `SELECT c.subscription_id AS "subscriptionId", s.line_id AS "lineId", c.month, c.days, c.amount,
      c.monthly_fee AS "monthlyFee"
    FROM charges c JOIN subscriptions s ON s.id = c.subscription_id
    WHERE c.charged_in = $1 AND (c.subscription_id, c.month) > ($2, $3)
    ORDER BY c.subscription_id, c.month LIMIT ${BATCH}`,
);

const CLOSE = statement(
  'charge_close_month',
  `INSERT INTO closed_months (month, monthly_fee) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING month`,
);

const WRITE = statement(
  'charge_write',
  `INSERT INTO charges (charged_in, subscription_id, month, days, amount, monthly_fee)
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::int[])`,
);

const BOUNDS = statement(
  'charge_bounds',
  `SELECT (SELECT max(month) FROM closed_months) AS "lastClosed",
    (SELECT min(created_at) FROM subscriptions) AS "firstSubscribed", now() AS now`,
);

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** The tables `closed_months` and `charges`, and the subscriptions that a month may charge. */
@Injectable()
export class ChargeStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(ClosedMonth) private readonly closedMonths: Repository<ClosedMonth>,
    @InjectRepository(Charge) private readonly charges: Repository<Charge>,
  ) {}

  /**
   * The last closed month (null if there is none), the start of the first subscription (null if there is none), and the
   * database's clock.
   */
  async bounds(): Promise<{ lastClosed: string | null; firstSubscribed: Date | null; now: Date }> {
    const [row] = await this.database.rows<{ lastClosed: string | null; firstSubscribed: Date | null; now: Date }>(
      BOUNDS,
      [],
    );
    if (!row) throw new Error('a select without a table returned no row');
    return row;
  }

  /** When a month was closed; undefined while it is open. */
  async closedAt(month: string): Promise<Date | undefined> {
    return (await this.closedMonths.findOneBy({ month }))?.closedAt;
  }

  /** Closes a month. Returns false if it is closed already, or if another transaction that closes it commits first. */
  async close(session: Session, month: string, monthlyFee: number): Promise<boolean> {
    return (await session.rows(CLOSE, [month, monthlyFee])).length === 1;
  }

  /** Writes the charges of a month in the transaction that closes it. */
  async write(session: Session, chargedIn: string, charges: readonly MonthlyCharge[]): Promise<void> {
    if (charges.length === 0) return;
    await session.rows(WRITE, [
      chargedIn,
      charges.map(({ subscriptionId }) => subscriptionId),
      charges.map(({ month }) => month),
      charges.map(({ days }) => days),
      charges.map(({ amount }) => amount),
      charges.map(({ monthlyFee }) => monthlyFee),
    ]);
  }

  /** The subscriptions that may have been active in the time range, one batch at a time. Without `session`, for a list. */
  async *billed(time: { from: Date; to: Date; since: string }, session?: Session): AsyncGenerator<ChargeHistory[]> {
    type Row = Omit<ChargeHistory, keyof Lives> & WrittenLives;
    for (let after = LOWEST_ID; ;) {
      const rows = session
        ? await session.rows<Row>(BILLED, [after, time.to, time.from, time.since])
        : await this.database.olderRows<Row>(BILLED, [after, time.to, time.from, time.since]);
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map((row) => ({ ...row, ...livesOf(row) }));
      after = last.subscriptionId;
    }
  }

  /** The states of a subscription, and of the earlier ones of its line that ended on its first day. */
  async lives(subscriptionId: string): Promise<Lives> {
    const [row] = await this.database.rows<WrittenLives>(LIVES_OF, [subscriptionId]);
    return row ? livesOf(row) : { life: [], earlier: [] };
  }

  /** The charges of subscriptions in closed months, oldest first. */
  ofSubscriptions(
    subscriptionIds: readonly string[],
  ): Promise<Pick<Charge, 'chargedIn' | 'month' | 'days' | 'amount' | 'monthlyFee'>[]> {
    return this.charges.find({
      select: { chargedIn: true, month: true, days: true, amount: true, monthlyFee: true },
      where: { subscriptionId: In([...subscriptionIds]) },
      order: { chargedIn: 'ASC', month: 'ASC' },
    });
  }

  /**
   * The charges of a closed month, one batch at a time. One transaction closes a month, so a standby shows all of its
   * charges or none; that there are no more, the primary alone says.
   */
  async *ofMonth(month: string): AsyncGenerator<MonthlyCharge[]> {
    for (let [id, of] = [LOWEST_ID, '']; ;) {
      const older = await this.database.olderRows<MonthlyCharge>(OF_MONTH, [month, id, of]);
      const rows = older.length > 0 ? older : await this.database.rows<MonthlyCharge>(OF_MONTH, [month, id, of]);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      [id, of] = [last.subscriptionId, last.month];
    }
  }
}

/** Transitions as JSON. */
type Written = { change: DatedTransition['change']; at: string }[];

interface WrittenLives {
  life: Written;
  earlier: Written[];
}

function livesOf({ life, earlier }: WrittenLives): Lives {
  const read = (written: Written) => statePeriods(written.map(({ change, at }) => ({ change, at: new Date(at) })));
  return { life: read(life), earlier: earlier.map(read) };
}
