import type { AuditChain } from '../crypto/audit-chain.ts';
import type { Statements } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { ChainCheck, type Breach, type StoredEnd, type StoredEntry, type RecordedHead } from './check-chain.ts';

/** Entries per query. */
const PAGE = 1_000;

/** Reads the head of the chain. */
export const END = statement(
  'audit_end',
  `SELECT first_number AS "firstNumber", before_chain AS "beforeChain", number, mac, seal FROM audit_head WHERE is_only`,
);

const OLDER = statement('audit_older', 'SELECT count(*) AS entries FROM audit_entries WHERE number IS NULL');

/** Orders by number and id, because an attacker who removed the unique constraint may have assigned a number twice. */
const ENTRIES = statement(
  'audit_entries',
  `SELECT id, number, previous, mac, to_jsonb(at AT TIME ZONE 'UTC') #>> '{}' AS at, operator, action,
      subscription_id AS "subscriptionId", phone_index AS "phoneIndex", reason, outcome, address
    FROM audit_entries
    WHERE number IS NOT NULL AND ($1::bigint IS NULL OR (number, id) > ($1, $2::bigint))
    ORDER BY number, id LIMIT ${PAGE}`,
);

type Row = StoredEntry & { id: string };

/** The result of a walk over the whole chain. */
export interface ChainWalk {
  /** Entries older than the chain, which nothing protects. */
  older: bigint;
  holding: number;
  end: StoredEnd | undefined;
}

/**
 * Walks the chain from its first entry to its head, a page at a time, and reports each breach at once. The session must
 * be a transaction on one snapshot, because operators add entries meanwhile.
 */
export async function walkChain(
  session: Statements,
  chain: AuditChain,
  tell: (breach: Breach) => void,
  noted?: RecordedHead,
): Promise<ChainWalk> {
  const [end] = await session.rows<StoredEnd>(END, []);
  const [older] = await session.rows<{ entries: string }>(OLDER, []);
  const check = new ChainCheck(chain, end, noted);
  let entry: StoredEntry | undefined;
  for await (const next of entries(session)) {
    if (entry) for (const breach of check.entry(entry, next)) tell(breach);
    entry = next;
  }
  if (entry) for (const breach of check.entry(entry, undefined)) tell(breach);
  const olderEntries = BigInt(older?.entries ?? 0);
  for (const breach of check.rest(olderEntries)) tell(breach);
  return { older: olderEntries, holding: check.holding, end };
}

async function* entries(session: Statements): AsyncGenerator<StoredEntry> {
  let last: Row | undefined;
  do {
    const page: Row[] = await session.rows<Row>(ENTRIES, [last?.number ?? null, last?.id ?? null]);
    yield* page;
    last = page.at(-1);
  } while (last);
}
