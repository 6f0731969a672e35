import type { MemberRole } from '../../../src/domain/console.ts';
import type { Sql } from './sql.ts';

/** Reads and changes the people of relying parties, and their invitations. */
export class ConsoleRows {
  constructor(private readonly sql: Sql) {}

  /** Makes an account of the console, with a session by the digest of its cookie's secret. */
  async addAccount(account: {
    id: string;
    login: string;
    totpSecret: Buffer;
    password?: string;
    session: Buffer;
  }): Promise<void> {
    const { id, login, totpSecret, password = 'scrypt:2:1:1:none:none', session } = account;
    await this.sql(
      `INSERT INTO accounts (id, realm, login, name, password, password_is_initial, totp_secret)
        VALUES ($1, 'console', $2, '김개발', $4, false, $3)`,
      [id, login, totpSecret, password],
    );
    await this.sql('INSERT INTO account_sessions (digest, account_id) VALUES ($1, $2)', [session, id]);
  }

  /** Makes an account a member of a client; returns the id of the membership. */
  async addMember(clientId: string, accountId: string, role: MemberRole): Promise<string> {
    const [row] = await this.sql<{ id: string }>(
      `INSERT INTO console_members (id, client_id, account_id, role)
        SELECT gen_random_uuid(), id, $2, $3 FROM clients WHERE client_id = $1 RETURNING id`,
      [clientId, accountId, role],
    );
    return row!.id;
  }

  /** The roles of a person's present memberships by client, and how many memberships have ended. */
  async membershipsOf(login: string): Promise<{ roles: Record<string, string>; ended: number }> {
    const rows = await this.sql<{ clientId: string; role: string; ended: boolean }>(
      `SELECT c.client_id AS "clientId", m.role, m.ended_at IS NOT NULL AS ended FROM console_members m
        JOIN accounts a ON a.id = m.account_id JOIN clients c ON c.id = m.client_id WHERE a.login = $1`,
      [login],
    );
    const present = rows.filter(({ ended }) => !ended).map(({ clientId, role }) => [clientId, role]);
    return { roles: Object.fromEntries(present) as Record<string, string>, ended: rows.length - present.length };
  }

  /** Lets the invitations of a client expire. */
  expireInvitations(clientId: string): Promise<unknown> {
    return this.sql(
      `UPDATE console_invitations SET expires_at = now()
        WHERE client_id = (SELECT id FROM clients WHERE client_id = $1)`,
      [clientId],
    );
  }

  /** What the audit has of the console, the last first. */
  async audited(operator: string): Promise<{ action: string; reason: string; outcome: string }[]> {
    return this.sql('SELECT action, reason, outcome FROM audit_entries WHERE operator = $1 ORDER BY id DESC', [
      operator,
    ]);
  }

  /** Makes a person's present one-time password valid again, and ends a lock. */
  forgetTotp(login: string): Promise<unknown> {
    return this.sql(
      `UPDATE accounts SET totp_step = -1, failures = 0, locked_until = NULL WHERE realm = 'console' AND login = $1`,
      [login],
    );
  }
}
