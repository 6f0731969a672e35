import { PIN_ATTEMPTS, PIN_WRONG_IN_ALL } from '../domain/device.ts';

/**
 * The present time in milliseconds, the precision that callers see.
 * A later answer, read from the stored row, is then equal to the first one.
 */
export const NOW = `date_trunc('milliseconds', now())`;

/** Columns of a row that an outer join may not find. */
export type OuterJoined<Columns> = { [Name in keyof Columns]: Columns[Name] | null };

const WIPED_COLUMNS = ['code_digest', 'sms_code', 'envelope', 'end_user', 'person', 'transaction', 'budgets'] as const;

/** The columns to clear when an authentication closes without having been verified. */
export const WIPED = WIPED_COLUMNS.map((column) => `${column} = NULL`).join(', ');

/** SQL: as {@link WIPED}, of an authentication (`a`) where it closes. */
export function wipedWhere(closes: string): string {
  return WIPED_COLUMNS.map((column) => `${column} = CASE WHEN NOT (${closes}) THEN a.${column} END`).join(', ');
}

/**
 * SQL: the text to which the secrets of device `d` are bound, as `deviceBond` in `crypto/device-cipher.ts` makes it; null
 * where an outer join found no device.
 */
export function deviceBond(d: string): string {
  const point = (key: string) => `(${d}.${key}->>'x') || '.' || (${d}.${key}->>'y')`;
  return `${d}.id || ':' || ${d}.subscription_id || ':' || coalesce(${d}.issuer_id::text, '') || ':' ||
        ${point('signing_key')} || ':' || ${point('encryption_key')} || ':' || coalesce(${point('card_key')}, '')`;
}

/** SQL: true for a device (`d`) whose PIN is locked until it is unlocked, or for good. */
export function isPinLocked(d: string): string {
  return `(${d}.pin_failures >= ${PIN_ATTEMPTS} OR ${isPinExhausted(d)})`;
}

/** SQL: the wrong PINs of a device (`d`) that are left before its PIN is locked. */
export function pinAttemptsLeft(d: string): string {
  return `least(${PIN_ATTEMPTS} - ${d}.pin_failures, ${PIN_WRONG_IN_ALL} - ${d}.pin_wrong)`;
}

/** SQL: true for a device (`d`) whose PIN is locked for good. */
export function isPinExhausted(d: string): string {
  return `${d}.pin_wrong >= ${PIN_WRONG_IN_ALL}`;
}

/** SQL: the lowest id of an instant, as `lowestIdAt` in `domain/id-time.ts` makes it: an id begins with its milliseconds. */
export function lowestIdOf(instant: string): string {
  return `(lpad(to_hex((extract(epoch FROM ${instant}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
}

/**
 * Named parameters, for statements with many: `$.purpose` is the placeholder of `purpose` in the text (`$8`), and
 * `values` lists the members of an object in the same order.
 */
export function parameters<Name extends string>(
  ...names: readonly Name[]
): { $: Readonly<Record<Name, string>>; values: (input: Readonly<Record<Name, unknown>>) => unknown[] } {
  const places = Object.fromEntries(names.map((name, at) => [name, `$${at + 1}`]));
  return { $: places as Record<Name, string>, values: (input) => names.map((name) => input[name]) };
}

/** The column of a property: `phone_index` of `phoneIndex`. */
export function columnOf(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `INSERT INTO table (column, …) SELECT value, …`, from an object that maps columns to the SQL of their values. */
export function insertInto(table: string, values: Readonly<Record<string, string>>): string {
  return `INSERT INTO ${table} (${Object.keys(values).join(', ')})
      SELECT ${Object.values(values).join(', ')}`;
}

/**
 * SQL: a SIM change of the subscription became known after `at`, however long before the carrier says that it happened:
 * each has an alert of its own.
 */
export function swapKnownAfter(subscriptionId: string, at: string): string {
  return `EXISTS (SELECT 1 FROM alerts x WHERE x.subscription_id = ${subscriptionId} AND x.kind = 'sim_swapped' AND x.at > ${at})`;
}
