import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { parameters } from '../database/statement-parts.ts';
import { Problem } from '../domain/problem.ts';
import {
  AGENCY_LIMIT,
  awaitedAllowance,
  CALLER_LIMIT,
  GUESS_LIMIT,
  lastOf,
  limitInWords,
  MATCH_LIMIT,
  MATCH_OF_ALL_LIMIT,
  NUMBER_LIMIT,
  QUESTION_LIMIT,
  QUIET_MINUTES,
  RELYING_PARTY_LIMIT,
  RINGING_LIMIT,
  SIGNING_LIMIT,
  UNKNOWN_LIMIT,
  WEBSITE_LIMIT,
  type AwaitedAllowance,
  type StartLimit,
} from '../domain/start-budget.ts';
import type { StartBudget } from './start-budget.entity.ts';

/** A budget that a start or a question spends: the key of its row, and its limit. */
export interface StartBudgetOf {
  key: Buffer;
  limit: StartLimit;
}

/**
 * The budgets of one start, or of one question about a number. The first three refuse it when they are spent; `ringing` only
 * keeps it from ringing. One that is left out does not concern the start. Those of a question are named by their places: the
 * limit of the relying party stands in `person`, that of all of them in `number`.
 */
export interface BudgetsOfStart {
  person?: StartBudgetOf;
  number?: StartBudgetOf;
  agency?: StartBudgetOf;
  ringing?: StartBudgetOf;
  /** The row that remembers that the person answered this relying party that it was not them; none of a question. */
  quietKey?: Buffer;
}

/** The limit that is waited for, and whom or what it limits, in words. */
type AwaitedLimit = AwaitedAllowance & { of: string; limit: StartLimit };

/** What starts, which decides which budgets it spends. */
export type StartKind = 'ring' | 'silent' | 'sign' | 'website' | 'caller';

/** The names of the parameters by which a statement gets its budgets; see {@link budgetValues}. */
export const BUDGET_PARAMETERS = [
  'quietKey',
  'personKey',
  'personLimit',
  'numberKey',
  'numberLimit',
  'agencyKey',
  'agencyLimit',
  'ringingKey',
  'ringingLimit',
] as const;
export type BudgetParameter = (typeof BUDGET_PARAMETERS)[number];

type BudgetValues = Record<Extract<BudgetParameter, `${string}Key`>, Buffer | null> &
  Record<Extract<BudgetParameter, `${string}Limit`>, number[] | null>;

/** The values of {@link BUDGET_PARAMETERS}. A limit is an array: starts in ten minutes, starts in a day. */
export function budgetValues({ person, number, agency, ringing, quietKey }: BudgetsOfStart): BudgetValues {
  const limit = (of: StartBudgetOf | undefined) => (of ? [of.limit.perTenMinutes, of.limit.perDay] : null);
  return {
    quietKey: quietKey ?? null,
    personKey: person?.key ?? null,
    personLimit: limit(person),
    numberKey: number?.key ?? null,
    numberLimit: limit(number),
    agencyKey: agency?.key ?? null,
    agencyLimit: limit(agency),
    ringingKey: ringing?.key ?? null,
    ringingLimit: limit(ringing),
  };
}

/**
 * SQL for the `WITH` of a statement that starts something: spends one start of each of its budgets, in a fixed order,
 * so that starts for one person take turns at the rows. `tries` has a row, with `rings`, when no refusing budget was
 * spent already. `$` names the placeholders; `when` is the FROM clause and condition under which anything is spent.
 */
export function spendStart({
  $,
  when = 'WHERE true',
}: {
  $: Readonly<Record<BudgetParameter, string>>;
  when?: string;
}): string {
  return `person_budget AS (
      ${spend($.personKey, $.personLimit, when)}
    ), person_allows AS (
      SELECT 1 ${when} AND (${$.personKey}::bytea IS NULL OR EXISTS (SELECT 1 FROM person_budget))
    ), number_budget AS (
      ${spend($.numberKey, $.numberLimit, 'FROM person_allows WHERE true')}
    ), number_allows AS (
      SELECT 1 FROM person_allows WHERE ${$.numberKey}::bytea IS NULL OR EXISTS (SELECT 1 FROM number_budget)
    ), agency_budget AS (
      ${spend($.agencyKey, $.agencyLimit, 'FROM number_allows WHERE true')}
    ), agency_allows AS (
      SELECT 1 FROM number_allows WHERE ${$.agencyKey}::bytea IS NULL OR EXISTS (SELECT 1 FROM agency_budget)
    ), quiet AS (
      SELECT 1 FROM start_budgets WHERE person_index = ${$.quietKey} AND quiet_until > now()
    ), ringing_budget AS (
      ${spend($.ringingKey, $.ringingLimit, 'FROM agency_allows WHERE NOT EXISTS (SELECT 1 FROM quiet)')}
    ), tries AS (
      SELECT NOT EXISTS (SELECT 1 FROM quiet)
        AND (${$.ringingKey}::bytea IS NULL OR EXISTS (SELECT 1 FROM ringing_budget)) AS rings FROM agency_allows
    )`;
}

/**
 * SQL for the `WITH` of a statement in which a person answers that it was not them: for a while, the relying party's
 * starts for this person ring nothing. `from` is the FROM clause and condition under which it is remembered.
 */
export function keepQuiet(quietKey: string, from: string): string {
  return `INSERT INTO start_budgets (person_index, starts, quiet_until)
      SELECT ${quietKey}, '{}', now() + interval '${QUIET_MINUTES} minutes' ${from}
      ON CONFLICT (person_index) DO UPDATE SET quiet_until = excluded.quiet_until`;
}

/** The reason for which statements of other rooms write the budgets, for `writes` of `statement()`. */
export const BUDGETS = { start_budgets: 'the budget is spent only if something starts, and only once' } as const;

/** SQL: the keys of the budgets that a start spent, in the order in which it locked their rows. */
export function spentKeys($: Readonly<Record<BudgetParameter, string>>): string {
  const keys = [$.personKey, $.numberKey, $.agencyKey, $.ringingKey].map((key) => `${key}::bytea`);
  return `array_remove(ARRAY[${keys.join(', ')}], NULL)`;
}

/**
 * SQL for the `WITH` of a statement that opens an authentication: gives its start back to every budget that it spent.
 * `opened` is a row source with `budgets` and `requested_at`. It locks the rows in the order in which a start does.
 */
export function giveStartBack(opened: string): string {
  return `spent AS MATERIALIZED (
      SELECT b.person_index, o.requested_at
      FROM ${opened} o CROSS JOIN unnest(o.budgets) WITH ORDINALITY AS k (key, place)
        JOIN start_budgets b ON b.person_index = k.key
      ORDER BY k.place FOR UPDATE OF b
    ), given_back AS (
      UPDATE start_budgets b SET starts = ARRAY(
        SELECT s FROM unnest(b.starts) WITH ORDINALITY AS u (s, n)
        WHERE n IS DISTINCT FROM (SELECT min(m) FROM unnest(b.starts) WITH ORDINALITY AS v (t, m)
          WHERE date_trunc('milliseconds', t) = spent.requested_at)
        ORDER BY n)
      FROM spent WHERE b.person_index = spent.person_index
    )`;
}

const IS_OLD = `coalesce(starts[cardinality(starts)], '-infinity') < now() - interval '1 day'
    AND coalesce(quiet_until, '-infinity') < now()`;

const { $, values } = parameters(...BUDGET_PARAMETERS);

const SPEND = statement('start_budget_spend', `WITH ${spendStart({ $ })} SELECT now() AS now FROM tries`);

const STARTS = statement(
  'start_budget_starts',
  `SELECT person_index AS key, starts, now() AS now FROM start_budgets WHERE person_index = ANY($1)`,
);

/** The maximum number of budgets that one statement deletes. */
const PURGE_BATCH = 5_000;

/**
 * Removes budgets older than a day from a hundredth of the table at a time, which needs no index that every start would
 * update.
 */
const PURGE = statement(
  'start_budget_purge',
  `DELETE FROM start_budgets WHERE ctid = ANY(ARRAY(SELECT ctid FROM start_budgets TABLESAMPLE SYSTEM (1)
    WHERE ${IS_OLD} LIMIT ${PURGE_BATCH})) AND ${IS_OLD}`,
);

const FORGET = statement('start_budget_forget', 'DELETE FROM start_budgets');

/** Limits of starts for one person, and for one number at one relying party. */
@Injectable()
export class StartBudgets {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
  ) {}

  /**
   * The budgets that a start for this person spends. An agency names the `site` that it serves, and each site has a
   * budget of its own. A signature has one budget of its own, so that no other start can stop it. `rungIndex` is the index
   * of the person whose phone rings, where that is not the named one. A log-in (`isLogIn`), which any browser can begin in a
   * client's name, has budgets of its own at this client, and shares only the one of ringing.
   */
  of(
    {
      personIndex,
      phoneNumber,
      rungIndex = personIndex,
    }: { personIndex: Buffer; phoneNumber: string; rungIndex?: Buffer },
    {
      clientId,
      kind,
      site,
      isLogIn = false,
    }: { clientId: string; kind: StartKind; site?: string | undefined; isLogIn?: boolean },
  ): BudgetsOfStart {
    const quietKey = this.quietKeyOf(rungIndex, clientId);
    if (kind === 'website')
      return { quietKey, ringing: { key: this.key('website', personIndex), limit: WEBSITE_LIMIT } };
    if (kind === 'sign') {
      return { quietKey, person: { key: this.key('sign', personIndex, clientId), limit: SIGNING_LIMIT } };
    }
    if (kind === 'caller') return { quietKey, person: { key: this.key('caller', personIndex), limit: CALLER_LIMIT } };
    const at = [clientId, site ?? '', ...(isLogIn ? ['log-in'] : [])];
    const ringing = kind === 'ring' && { ringing: { key: this.key('ringing', rungIndex), limit: RINGING_LIMIT } };
    const agency = site !== undefined && {
      agency: { key: this.key('agency', phoneNumber, clientId), limit: AGENCY_LIMIT },
    };
    return {
      quietKey,
      person: { key: this.key('person', personIndex, ...at), limit: RELYING_PARTY_LIMIT },
      number: { key: this.key('number', phoneNumber, ...at), limit: NUMBER_LIMIT },
      ...agency,
      ...ringing,
    };
  }

  /** The budgets of comparisons with the data of a number's holder: of a relying party, and where it is shared over all of them. */
  ofComparing(phoneNumber: string, clientId: string, { isShared }: { isShared: boolean }): BudgetsOfStart {
    const key = this.key('match', phoneNumber, clientId);
    const number = { key: this.key('match', phoneNumber), limit: MATCH_OF_ALL_LIMIT };
    return { person: { key, limit: MATCH_LIMIT }, ...(isShared && { number }) };
  }

  /** Spent once the relying party has made this guess about a number's holder within a day. */
  ofGuess(phoneNumber: string, clientId: string, guess: string): BudgetsOfStart {
    const key = this.key('guess', phoneNumber, clientId, guess);
    return { person: { key, limit: GUESS_LIMIT } };
  }

  /** The budget of a relying party's questions about a number, whether or not a line has it. */
  ofQuestions(phoneNumber: string, clientId: string): BudgetsOfStart {
    const key = this.key('question', phoneNumber, clientId);
    return { person: { key, limit: QUESTION_LIMIT } };
  }

  /** Spent once the relying party has asked about this number, which no line has, on a day (`2030-01-17`). */
  ofUnknown(phoneNumber: string, clientId: string, day: string): BudgetsOfStart {
    return { person: { key: this.key('unknown', phoneNumber, clientId, day), limit: UNKNOWN_LIMIT } };
  }

  /** The row that remembers that a person answered a relying party that it was not them. */
  quietKeyOf(personIndex: Buffer, clientId: string): Buffer {
    return this.key('quiet', personIndex, clientId);
  }

  /** Spends a start in a transaction. Returns its instant, or undefined when a refusing budget was spent already. */
  async spend(session: Pick<Session, 'rows'>, budgets: BudgetsOfStart): Promise<Date | undefined> {
    return (await session.rows<{ now: Date }>(SPEND, values(budgetValues(budgets))))[0]?.now;
  }

  /** The seconds, at least 1, until no refusing budget is spent any more. */
  async secondsLeft(budgets: BudgetsOfStart): Promise<number> {
    return (await this.awaited(budgets))?.seconds ?? 1;
  }

  /** The limit that is used up longest, of the budgets that refuse; undefined where nothing was ever spent. */
  private async awaited({ person, number, agency }: BudgetsOfStart): Promise<AwaitedLimit | undefined> {
    const budgets = [
      ...(person ? [{ ...person, of: 'One person' }] : []),
      ...(number ? [{ ...number, of: 'One number' }] : []),
      ...(agency ? [{ ...agency, of: 'One number at all sites of an agency' }] : []),
    ];
    const spent = await this.database.rows<Pick<StartBudget, 'starts'> & { key: Buffer; now: Date }>(STARTS, [
      budgets.map(({ key }) => key),
    ]);
    const waits = spent.flatMap(({ key, starts, now }) => {
      const budget = budgets.find((one) => one.key.equals(key));
      return budget ? [{ ...awaitedAllowance(starts, now, budget.limit), ...budget }] : [];
    });
    return waits.length === 0 ? undefined : lastOf(waits);
  }

  /**
   * Returns `too_many_requests` for a start beyond a budget, with the limit that is used up and the seconds until the next
   * start is allowed.
   */
  async tooMany(budgets: BudgetsOfStart): Promise<Problem> {
    const awaited = await this.awaited(budgets);
    const { of, limit } = awaited ?? { of: 'One person', limit: budgets.person?.limit ?? RELYING_PARTY_LIMIT };
    const { starts: quota, seconds } = awaited?.allowance ?? { starts: limit.perTenMinutes, seconds: 600 };
    const detail = `${of} can be asked at most ${limitInWords(limit)}. Wait before starting again.`;
    return new Problem('too_many_requests', detail, {
      retryAfterSeconds: awaited?.seconds ?? 1,
      limit: { name: 'starts', quota, seconds },
    });
  }

  /** Gives everyone a full budget again. For the demonstration alone, where the same few people start all day. */
  async forget(): Promise<void> {
    await this.database.changed(FORGET, []);
  }

  /** Deletes a batch of budgets without a start within the last day. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }

  private key(budget: string, of: Buffer | string, ...at: string[]): Buffer {
    const subject = typeof of === 'string' ? of : of.toString('base64url');
    return this.keys.indexes.of('person', ['budget', budget, subject, ...at].join('\0'));
  }
}

/** Spends one start of a budget. Without a key, it spends nothing and returns no row. */
function spend(key: string, limit: string, when: string): string {
  const isLeft = (seconds: number, place: number) =>
    `(SELECT count(*) FROM unnest(b.starts) s WHERE s > now() - interval '${seconds} seconds') < (${limit}::int[])[${place}]`;
  return `INSERT INTO start_budgets AS b (person_index, starts)
      SELECT ${key}::bytea, ARRAY[now()] ${when} AND ${key}::bytea IS NOT NULL
      ON CONFLICT (person_index) DO UPDATE SET
        starts = ARRAY(SELECT s FROM unnest(b.starts) s WHERE s > now() - interval '1 day') || now()
      WHERE ${isLeft(600, 1)}
        AND ${isLeft(86_400, 2)}
      RETURNING 1`;
}
