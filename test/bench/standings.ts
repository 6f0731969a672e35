import pg from 'pg';
import type { Database } from '../../src/database/database.ts';
import { QUIET_MINUTES } from '../../src/domain/start-budget.ts';
import { StartBudgets } from '../../src/lines/start-budgets.ts';
import type { Person } from './population.ts';
import type { Stage } from './stage.ts';

/** People of the population who are to be no active subscribers. */
export interface Standings {
  /** They have a line, and never subscribed. */
  plain: readonly Person[];
  /** They were cancelled after a SIM change, so that codes by SMS to the line are held. */
  held: readonly Person[];
  /** A SIM change stands on the subscription. */
  suspended: readonly Person[];
}

/** SQL: the SIM of the lines of these subscriptions was changed a moment ago. */
const SIM_CHANGED = `sim AS (
    UPDATE lines SET sim_changed_at = now(), sim_doubted_at = now(), doubted_at = now(), protected_until = now()
    WHERE id IN (SELECT line_id FROM subscriptions WHERE id = ANY($1))
  )`;

/** SQL: a link after the two with which the population has become active. */
const linkTo = (state: 'suspended' | 'cancelled', reason: string): string => `link AS (
    INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, reason, actor, at)
    SELECT id, 3, 2, 'active', '${state}', '${state}', '${reason}', 'carrier', now() FROM unnest($1::uuid[]) id
  )`;

/** Statements with the ids of the subscriptions. */
const STATEMENTS: Record<keyof Standings, readonly string[]> = {
  plain: [
    'DELETE FROM devices WHERE subscription_id = ANY($1)',
    `WITH links AS (DELETE FROM subscription_links WHERE subscription_id = ANY($1))
      DELETE FROM subscriptions WHERE id = ANY($1)`,
  ],
  held: [
    'DELETE FROM devices WHERE subscription_id = ANY($1)',
    `WITH ${SIM_CHANGED}, ${linkTo('cancelled', 'unsupported_device')}
      UPDATE subscriptions SET state = 'cancelled', reason = 'unsupported_device', link = 3, since = now()
      WHERE id = ANY($1)`,
  ],
  suspended: [
    `WITH ${SIM_CHANGED}, ${linkTo('suspended', 'sim_swapped')}
      UPDATE subscriptions SET state = 'suspended', suspensions = '{sim_swapped}', link = 3, since = now()
      WHERE id = ANY($1)`,
  ],
};

/** Gives people of a seeded database their standings. */
export async function giveStandings(url: string, standings: Standings): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of ['plain', 'held', 'suspended'] as const) {
      const ids = standings[name].map(({ subscriptionId }) => subscriptionId);
      for (const statement of STATEMENTS[name]) await client.query(statement, [ids]);
    }
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

/**
 * Remembers that people answered the demonstration's first relying party that it was not them. The service has to have
 * started: it adds the relying party.
 */
export async function sayNotMe({ keys }: Stage, url: string, people: readonly Person[]): Promise<void> {
  const budgets = new StartBudgets({} as Database, keys);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM clients WHERE client_id = 'demo-shop'`);
    const quietKeys = people.map(({ phoneNumber, birthDate, genderDigit }) => {
      const personIndex = keys.indexes.of('person', `${phoneNumber}\0${birthDate}${genderDigit}`);
      return budgets.quietKeyOf(personIndex, rows[0]?.id ?? '');
    });
    await client.query(
      `INSERT INTO start_budgets (person_index, starts, quiet_until)
       SELECT key, '{}', now() + interval '${QUIET_MINUTES} minutes' FROM unnest($1::bytea[]) key`,
      [quietKeys],
    );
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
