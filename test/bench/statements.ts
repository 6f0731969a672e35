import { cibaCandidate, seedTemplate, serviceCandidate } from './candidates.ts';
import { closedLoop } from './load.ts';
import type { Plan } from './plan.ts';
import type { Person } from './population.ts';
import { progress, report } from './report.ts';
import { Stage } from './stage.ts';

/** The service's statements are recognised by a fragment of their text; the first match counts. */
const STATEMENTS: readonly (readonly [name: string, fragment: string])[] = [
  ['named_line', 'l.phone_index = ANY'],
  ['start', 'INTO start_budgets'],
  ['spend_proof', 'INTO device_proofs'],
  ['device_key', 'signing_key AS'],
  ['pending', 'ORDER BY a.requested_at'],
  ['asked_of', 'a.envelope\n  FROM authentications'],
  ['count_pin', 'SET pin_failures = d.pin_failures +'],
  ['open', 'code_digest = $3, envelope = $4'],
  ['try_code', '(attempts, state, closed_at'],
  ['delivery_claim', 'UPDATE deliveries SET claimed_until = now()'],
  ['delivery_finish', 'DELETE FROM deliveries WHERE id = ANY'],
  ['ciba_begin', 'INTO ciba_requests'],
  ['ciba_redeem', 'SET redeemed_at'],
  ['ciba_pings', 'SET pings ='],
  ['approve', "channel = 'approve' AND a.match_digits = $3"],
  ['client', 'FROM clients'],
  ['sweep', 'SKIP LOCKED'],
];

/** BullMQ's own statements. */
const QUEUE = /add_job|move_to|move_stalled|next_signal|next_delay|\bjobs?\b|extend_lock/;

const LOOK = `SELECT query, calls::float, (total_exec_time * 1000)::float AS execution,
    (total_plan_time * 1000)::float AS planning, plans::float, wal_bytes::float AS wal
  FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid WHERE d.datname = 'observed' ORDER BY total_exec_time DESC`;

/**
 * A statement of the flow reads by index: a sequential scan means that its plan was made while a table was still empty.
 * An update that is not HOT writes to every index of its table.
 */
const TOUCHED = `SELECT relname AS table, seq_tup_read::float AS scanned, n_tup_upd::float AS updated,
    n_tup_hot_upd::float AS hot
  FROM pg_stat_user_tables WHERE seq_tup_read + n_tup_upd > 0 ORDER BY n_tup_upd DESC`;

/** An index of which a flow reads many entries: a statement looks rows up by the wrong one. */
const READ_WIDELY = `SELECT indexrelname AS index, idx_tup_read::float AS entries FROM pg_stat_user_indexes
  WHERE idx_tup_read > 0 ORDER BY idx_tup_read DESC`;
/** Entries a flow from which an index is shown. */
const WIDE = 5;

interface Touched {
  table: string;
  scanned: number;
  updated: number;
  hot: number;
}

interface Row {
  query: string;
  calls: number;
  execution: number;
  planning: number;
  plans: number;
  wal: number;
}

/**
 * Reports the cost of each statement of a flow in PostgreSQL, under the same load, from pg_stat_statements. It runs on
 * a separate server, because the statistics are not free.
 */
export async function reportStatements(
  plan: Plan,
  people: readonly Person[],
  flow: 'main' | 'ciba' = 'main',
): Promise<void> {
  const stage = await Stage.set(null, {
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track_planning': 'on',
  });
  try {
    await seedTemplate(stage, 'seeded', people);
    const databaseUrl = await stage.createDatabase('observed', 'seeded');
    await stage.sql(databaseUrl, 'CREATE EXTENSION pg_stat_statements');
    const candidate =
      flow === 'main'
        ? await serviceCandidate(stage, 'observed', people, { databaseUrl })
        : await cibaCandidate(stage, people, databaseUrl);
    const { warmSeconds, measuredSeconds, concurrency } = plan;
    const reset = () => stage.sql(databaseUrl, 'SELECT pg_stat_statements_reset(), pg_stat_reset()');
    const span = {
      flow: await candidate.flow(),
      next: candidate.next,
      warmSeconds,
      measuredSeconds,
      onMeasured: (begins: boolean) => void (begins && reset()),
    };
    const { flows } = await closedLoop(span, concurrency);
    const rows = await stage.sql<Row>(databaseUrl, LOOK);
    progress(`statements, ${flows.length} flows observed; the dearest:`);
    for (const row of rows.slice(0, 20)) progress(describe(row, flows.length));
    for (const { table, scanned, updated, hot } of await stage.sql<Touched>(databaseUrl, TOUCHED)) {
      const [read, changed, cheap] = [scanned, updated, hot].map((value) => (value / flows.length).toFixed(2));
      progress(`  ${table}: ${changed} updates a flow, ${cheap} of them HOT; ${read} rows read by sequential scans`);
    }
    const wide = await stage.sql<{ index: string; entries: number }>(databaseUrl, READ_WIDELY);
    for (const { index, entries } of wide.filter(({ entries: read }) => read > WIDE * flows.length))
      progress(`  ${index}: ${(entries / flows.length).toFixed(0)} entries read a flow`);
    for (const [name, some] of byName(rows)) {
      const spent = some.reduce((sum, { execution, planning }) => sum + execution + planning, 0);
      report(`${flow === 'main' ? '' : 'ciba.'}cost.postgres.${name}_us`, spent / flows.length, 'µs/flow');
    }
  } finally {
    await stage.strike();
  }
}

function describe({ query, calls, execution, planning, plans, wal }: Row, flows: number): string {
  const each = [calls, plans, execution, planning, wal].map((value) => value / flows);
  const [times, planned, executing, plan, written] = each.map((value) => value.toFixed(value < 10 ? 2 : 0));
  const figures = `${times}x (${planned}x planned) ${executing}+${plan} µs ${written} B`;
  return `  ${figures.padEnd(46)}${query.replaceAll(/\s+/g, ' ').slice(0, 110)}`;
}

function byName(rows: readonly Row[]): Map<string, Row[]> {
  const named = new Map<string, Row[]>();
  for (const row of rows) {
    const own = STATEMENTS.find(([, fragment]) => row.query.includes(fragment))?.[0];
    const name = own ?? (QUEUE.test(row.query) ? 'queue' : 'other');
    named.set(name, [...(named.get(name) ?? []), row]);
  }
  return named;
}
