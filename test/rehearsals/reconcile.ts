import type pg from 'pg';
import { eventually } from '../support/eventually.ts';
import type { Flow, Load } from '../support/load.ts';

/** What callers were told, compared with what the database has. */
export interface Reconciled {
  /** Flows that were started, and those that ended with a verification. */
  flows: number;
  verified: number;
  /** Requests that were repeated, with the most frequent reasons. */
  repeated: number;
  reasons: Record<string, number>;
  /** Seconds of the longest time without a start that was answered 201. */
  secondsWithoutStarts: number;
  /** Answers 2xx of which the database knows nothing, or something else. */
  lost: number;
  /** Effects that happened twice: a start with one Idempotency-Key, or an accepted code. */
  doubled: number;
  /** Answers that no caller may get. */
  faults: string[];
}

/** The states that end each course. */
const ENDS: Readonly<Record<Flow['course'], readonly string[]>> = {
  pending: [],
  opened: [],
  declined: ['declined'],
  cancelled: ['cancelled'],
  pulled: ['verified'],
  verified: ['verified'],
};

/** How many different reasons and faults are printed. */
const MOST = 5;

/** Compares the ledger of all flows with the database, which knew the authentications `before` already. */
export async function reconcile(
  load: Load,
  pool: pg.Pool,
  before: ReadonlySet<string> = new Set(),
): Promise<Reconciled> {
  await eventually('no delivery left over', async () => {
    const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM deliveries');
    return rows[0]?.count === 0;
  });
  const states = await statesOf(pool);
  const { flows } = load;
  const ids = new Set(flows.map(({ id }) => id));
  const lost = flows.filter((flow) => !statesAfter(flow).includes(states.get(flow.id) ?? 'gone'));
  const unknown = [...states.keys()].filter((id) => !ids.has(id) && !before.has(id));
  const twice = flows.filter(({ accepted }) => accepted > 1);
  return {
    flows: flows.length,
    verified: flows.filter(({ accepted }) => accepted > 0).length,
    ...repetitions(load),
    secondsWithoutStarts: longestGap(flows.map(({ startedAt }) => startedAt)),
    lost: lost.length,
    doubled: unknown.length + twice.length + (flows.length - ids.size),
    faults: load.faults.slice(0, MOST),
  };
}

/** As `reconcile`, for a rehearsal of which no caller is to notice anything: a request that was repeated is a fault too. */
export async function reconcileUnrepeated(load: Load, pool: pg.Pool): Promise<Reconciled> {
  const reconciled = await reconcile(load, pool);
  const { repeated, faults } = reconciled;
  if (repeated === 0) return reconciled;
  return { ...reconciled, faults: [...faults, `${repeated} requests were repeated, and none was to be`] };
}

/**
 * The states in which a flow may be after the answers that its callers had. A request without an answer may have had its
 * effect; a flow that ended there is also a fault.
 */
function statesAfter({ course, openedAt, closedAt }: Flow): readonly string[] {
  if (closedAt !== undefined) return ENDS[course];
  return [...(openedAt === undefined ? ['pending'] : []), 'opened', 'expired', ...ENDS[course]];
}

/** The state of every authentication. */
export async function statesOf(pool: pg.Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; state: string }>('SELECT id, state FROM authentication_records');
  return new Map(rows.map(({ id, state }) => [id, state]));
}

/** The longest time between two of these times (milliseconds), in seconds. */
function longestGap(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  const gaps = sorted.slice(1).map((time, at) => time - (sorted[at] ?? time));
  return Math.round(Math.max(0, ...gaps) / 100) / 10;
}

function repetitions({ repeated }: Load): Pick<Reconciled, 'repeated' | 'reasons'> {
  const counts = new Map<string, number>();
  for (const { reason } of repeated) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const often = [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST);
  return { repeated: repeated.length, reasons: Object.fromEntries(often) };
}
