import { userInfo } from 'node:os';
import type { Database, Session } from '../database/database.ts';
import type { Audit } from '../operator/audit.ts';

/**
 * Audits an act in its own transaction, under the name of the account that ran the command. The reason may be made of what
 * the act did.
 */
export async function audited<Result>(
  { audit, database }: { audit: Audit; database: Database },
  { action, reason }: { action: string; reason: string | ((result: Result) => string) },
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (session) => {
    const result = await work(session);
    const why = (typeof reason === 'string' ? reason : reason(result)) || '-';
    await audit.done(session, { operator: terminalAccount(), action, reason: why, address: '-' });
    return result;
  });
}

/** Under which the audit has what a command did. A container may run under a number that no account has. */
export function terminalAccount(): string {
  try {
    return `terminal:${userInfo().username}`;
  } catch {
    return `terminal:${process.getuid?.() ?? 'unknown'}`;
  }
}
