import { quoted } from './charges-csv.ts';
import type { LoggedEntry } from './audit-log.ts';

/** Writes audit entries as CSV (RFC 4180), batch by batch as they are read. Times are RFC 3339 in UTC. */
export async function* auditCsv(batches: AsyncIterable<readonly LoggedEntry[]>): AsyncGenerator<string> {
  yield 'at,operator,name,action,subscriptionId,reason,outcome,address\r\n';
  for await (const batch of batches) yield batch.map(line).join('');
}

function line(entry: LoggedEntry): string {
  const { at, operator, name, action, subscriptionId, reason, outcome, address } = entry;
  const columns = [
    at.toISOString(),
    operator,
    name ?? '',
    action,
    subscriptionId ?? '',
    reason,
    outcome,
    address ?? '',
  ];
  return `${columns.map(quoted).join(',')}\r\n`;
}
