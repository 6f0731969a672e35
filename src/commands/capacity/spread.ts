import { CLIENTS, type Arrivals } from './arrivals.ts';
import type { Random } from './random.ts';
import { countsBySecond } from './simulate.ts';

/**
 * What the rows of a table would be spread by over several PostgreSQL machines. `everywhere`: each machine has all rows.
 * `window`: a hosted window has no number yet when it is opened.
 */
type Key = 'line' | 'everywhere' | 'window' | 'client';

/** The guide "Capacity" has the same tables under "Beyond one PostgreSQL"; `test/domain/capacity.spec.ts` compares them. */
export const TABLES_BY_LINE: Readonly<Record<Exclude<Key, 'client'>, readonly string[]>> = {
  line: [
    'alerts',
    'authentications',
    'authenticators',
    'deliveries',
    'device_proofs',
    'devices',
    'idempotency_keys',
    'lines',
    'notices',
    'push_answers',
    'sms_permissions',
    'start_budgets',
    'subscriptions',
    'verification_answers',
    'webhook_deliveries',
    'webhook_events',
  ],
  everywhere: ['client_secrets', 'client_test_secrets', 'clients', 'webhook_endpoints', 'webhook_listeners'],
  window: ['windows'],
};

/** Tables whose rows are one relying party’s. The rows of all others on the way are a person’s, at whatever party. */
const TABLES_OF_CLIENT: readonly string[] = [
  'authentications',
  'deliveries',
  'idempotency_keys',
  'verification_answers',
  'webhook_deliveries',
  'webhook_events',
  'windows',
];

/** The statements from the start to the verification, with the tables that each reads or writes, as in `test/contract/statements.md`. */
export const HOT_PATH: Readonly<Record<string, readonly string[]>> = {
  client_credentials: ['client_secrets', 'client_test_secrets', 'clients'],
  authentication_named_line: ['clients', 'devices', 'lines', 'sms_permissions', 'subscriptions'],
  authentication_start: [
    'authentications',
    'deliveries',
    'idempotency_keys',
    'start_budgets',
    'webhook_deliveries',
    'webhook_endpoints',
    'webhook_events',
    'webhook_listeners',
    'windows',
  ],
  delivery_claim: [
    'alerts',
    'authentications',
    'clients',
    'deliveries',
    'devices',
    'lines',
    'notices',
    'sms_permissions',
    'subscriptions',
  ],
  push_answer_record: ['push_answers'],
  delivery_finish: ['deliveries'],
  device_key: ['devices'],
  authentication_pending: ['authentications', 'clients', 'device_proofs', 'devices', 'subscriptions'],
  authentication_count_pin: ['authentications', 'clients', 'device_proofs', 'devices'],
  authentication_open: [
    'authentications',
    'deliveries',
    'devices',
    'start_budgets',
    'subscriptions',
    'webhook_deliveries',
    'webhook_endpoints',
    'webhook_events',
    'webhook_listeners',
    'windows',
  ],
  authentication_try_code: [
    'authentications',
    'authenticators',
    'clients',
    'lines',
    'subscriptions',
    'verification_answers',
    'webhook_deliveries',
    'webhook_endpoints',
    'webhook_events',
    'webhook_listeners',
    'windows',
  ],
  verification_answer_keep: ['verification_answers'],
};

/** Where an authentication is started: on a page of the relying party, or in a hosted window. */
export type StartedIn = 'page' | 'window';

/** The share of the statements of `HOT_PATH`, from 0 to 1, that find all their rows on one machine. */
export function statementsOnOneMachine(by: 'line' | 'client', startedIn: StartedIn): number {
  const keys = Object.values(HOT_PATH).map((tables) => keysOf(tables, by, startedIn));
  return keys.filter((of) => of.size <= 1).length / keys.length;
}

/** The share of authentications, 0 or 1, whose statements all find their rows on the same machine. */
export function flowsOnOneMachine(by: 'line' | 'client', startedIn: StartedIn): number {
  return keysOf(Object.values(HOT_PATH).flat(), by, startedIn).size <= 1 ? 1 : 0;
}

function keysOf(tables: readonly string[], by: 'line' | 'client', startedIn: StartedIn): ReadonlySet<Key> {
  // Without a window, the statements look for one by NULL and read no row.
  const read = startedIn === 'page' ? tables.filter((table) => table !== 'windows') : tables;
  return new Set(read.map((table) => keyOf(table, by)).filter((key) => key !== 'everywhere'));
}

function keyOf(table: string, by: 'line' | 'client'): Key {
  if (TABLES_BY_LINE.everywhere.includes(table)) return 'everywhere';
  if (by === 'client') return TABLES_OF_CLIENT.includes(table) ? 'client' : 'line';
  return TABLES_BY_LINE.window.includes(table) ? 'window' : 'line';
}

/** The starts of the busiest shard in the second with most starts, as a multiple of the mean shard’s. */
export interface Evenness {
  byLine: number;
  byClient: number;
}

/** Spreads authentications over `shards` by the hash of the line’s number, and by the hash of the relying party. */
export function evennessOf(arrivals: Arrivals, shards: number, random: Random): Evenness {
  const bySecond = countsBySecond(arrivals, arrivals.at.length);
  const worst = bySecond.indexOf(Math.max(...bySecond));
  const [lines, clients] = [new Int32Array(shards), new Int32Array(shards)];
  for (const [flow, at] of arrivals.at.entries()) {
    if (Math.floor(at) !== worst) continue;
    countIn(lines, random.at(CLIENTS + flow));
    countIn(clients, random.at(arrivals.client[flow] ?? 0));
  }
  const mean = (bySecond[worst] ?? 0) / shards;
  return { byLine: Math.max(...lines) / mean, byClient: Math.max(...clients) / mean };
}

function countIn(counts: Int32Array, hash: number): void {
  const shard = Math.floor(hash * counts.length);
  counts[shard] = (counts[shard] ?? 0) + 1;
}
