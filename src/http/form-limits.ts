import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Problem } from '../domain/problem.ts';

/** How often a form may be sent by one address, or about one person, within a number of seconds; a day at most. */
export interface FormLimit {
  /** Which form, and whether it is counted by who sends it or about whom. */
  name: string;
  of: string;
  times: number;
  seconds: number;
}

/** Counts and judges in one statement; a form that is refused does not count, and what no longer counts is not kept. */
const SPEND = statement(
  'form_limit_spend',
  `INSERT INTO form_budgets AS b (key, sent) VALUES ($1, ARRAY[clock_timestamp()])
    ON CONFLICT (key) DO UPDATE SET
      sent = ARRAY(SELECT s FROM unnest(b.sent) s WHERE s > now() - make_interval(secs => $3)) || clock_timestamp()
    WHERE (SELECT count(*) FROM unnest(b.sent) s WHERE s > now() - make_interval(secs => $3)) < $2
    RETURNING 1`,
);

const PURGE = statement(
  'form_limit_purge',
  `DELETE FROM form_budgets WHERE ctid = ANY(ARRAY(SELECT ctid FROM form_budgets TABLESAMPLE SYSTEM (1)
    WHERE sent[cardinality(sent)] < now() - interval '1 day' LIMIT 5000))
    AND sent[cardinality(sent)] < now() - interval '1 day'`,
);

/** Keeps forms that anybody can send from being sent without end. */
@Injectable()
export class FormLimits {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /** Problems: `too_many_requests`. */
  async spend(...limits: readonly FormLimit[]): Promise<void> {
    for (const { name, of, times, seconds } of limits) {
      const key = this.keys.indexes.of('form', `${name}\0${of}`);
      if ((await this.database.rows(SPEND, [key, times, seconds])).length === 1) continue;
      const limit = { name, quota: times, seconds };
      throw new Problem('too_many_requests', 'This was sent too many times. Wait before sending it again.', {
        retryAfterSeconds: seconds,
        limit,
      });
    }
  }

  async purge(): Promise<void> {
    await this.database.rows(PURGE, []);
  }
}
