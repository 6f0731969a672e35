import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Problem } from '../domain/problem.ts';

/**
 * How often one address may send a form, or one person may be named in it, within a number of seconds; a day at most.
 */
export interface FormLimit {
  /** The form, and whether the limit counts by sender or by the person named. */
  name: string;
  of: string;
  times: number;
  seconds: number;
  /** The sentence of the refusal, where the general one does not fit. */
  detail?: string;
}

/**
 * Counts and decides in one statement.
 * A refused form does not count; the statement also drops entries older than the interval.
 */
const SPEND = statement(
  'form_limit_spend',
  `INSERT INTO form_budgets AS b (key, sent) VALUES ($1, ARRAY[clock_timestamp()])
    ON CONFLICT (key) DO UPDATE SET
      sent = ARRAY(SELECT s FROM unnest(b.sent) s WHERE s > now() - make_interval(secs => $3)) || clock_timestamp()
    WHERE (SELECT count(*) FROM unnest(b.sent) s WHERE s > now() - make_interval(secs => $3)) < $2
    RETURNING 1`,
);

/** A row if the limit lets nothing more pass. */
const IS_SPENT = statement(
  'form_limit_is_spent',
  `SELECT 1 FROM form_budgets b WHERE b.key = $1
    AND (SELECT count(*) FROM unnest(b.sent) s WHERE s > now() - make_interval(secs => $3)) >= $2`,
);

/** The seconds until the oldest of the submissions that count has left the interval. */
const SECONDS_LEFT = statement(
  'form_limit_seconds_left',
  `SELECT ceil(extract(epoch FROM s + make_interval(secs => $3) - clock_timestamp()))::int AS seconds
    FROM form_budgets b CROSS JOIN unnest(b.sent) s WHERE b.key = $1 ORDER BY s DESC OFFSET $2 - 1 LIMIT 1`,
);

/** The maximum number of counters that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'form_limit_purge',
  `DELETE FROM form_budgets WHERE ctid = ANY(ARRAY(SELECT ctid FROM form_budgets TABLESAMPLE SYSTEM (1)
    WHERE sent[cardinality(sent)] < now() - interval '1 day' LIMIT ${PURGE_BATCH}))
    AND sent[cardinality(sent)] < now() - interval '1 day'`,
);

const FORGET = statement('form_limit_forget', 'DELETE FROM form_budgets');

/** Limits how often public forms may be sent. */
@Injectable()
export class FormLimits {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** Counts one submission against every limit. Problems: `too_many_requests`. */
  async spend(...limits: readonly FormLimit[]): Promise<void> {
    for (const limit of limits) await this.spendIn(this.database, limit);
  }

  /** Counts one submission in a transaction, which gives it back if it fails. Problems: `too_many_requests`. */
  async spendIn(session: Session, limit: FormLimit): Promise<void> {
    if (await this.trySpendIn(session, limit)) return;
    const { name, times, seconds, detail } = limit;
    const key = this.keyOf(limit);
    const [left] = await session.rows<{ seconds: number }>(SECONDS_LEFT, [key, times, seconds]);
    throw new Problem('too_many_requests', detail ?? 'This was sent too many times. Wait before sending it again.', {
      retryAfterSeconds: Math.max(1, left?.seconds ?? 1),
      limit: { name, quota: times, seconds },
    });
  }

  /** As {@link spendIn}, but returns false when the limit lets nothing more pass. */
  async trySpendIn(session: Session, limit: FormLimit): Promise<boolean> {
    return (await session.rows(SPEND, [this.keyOf(limit), limit.times, limit.seconds])).length === 1;
  }

  /** Returns whether a limit lets nothing more pass, without counting anything. */
  async isSpentIn(session: Session, limit: FormLimit): Promise<boolean> {
    return (await session.rows(IS_SPENT, [this.keyOf(limit), limit.times, limit.seconds])).length === 1;
  }

  private keyOf({ name, of }: FormLimit): Buffer {
    return this.keys.indexes.of('form', `${name}\0${of}`);
  }

  /** Gives every address a full budget again. For the demonstration alone, where every visitor has one address. */
  async forget(): Promise<void> {
    await this.database.changed(FORGET, []);
  }

  /** Deletes a batch of counters that have been idle for a day. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
