import type { Sql } from './sql.ts';

const OF_LOGIN = `account_id = (SELECT id FROM accounts WHERE realm = 'desk' AND login = $1)`;

/** Reads and changes operators, their sessions and the audit. */
export class OperatorRows {
  constructor(private readonly sql: Sql) {}

  /** Makes an operator's current one-time password valid again. */
  forgetTotp(login: string): Promise<unknown> {
    return this.sql(`UPDATE accounts SET totp_step = -1 WHERE realm = 'desk' AND login = $1`, [login]);
  }

  /** Makes every operator's current one-time password valid again. */
  forgetTotps(): Promise<unknown> {
    return this.sql('UPDATE accounts SET totp_step = -1');
  }

  /** Unlocks every operator. */
  async unlockAll(): Promise<void> {
    await this.sql('UPDATE accounts SET failures = 0, locked_until = NULL');
    await this.sql('UPDATE account_addresses SET failures = 0, locked_until = NULL');
  }

  /** Ends the locks of an operator's account. */
  async endLock(login: string): Promise<void> {
    await this.sql('UPDATE accounts SET locked_until = now() WHERE login = $1 AND locked_until IS NOT NULL', [login]);
    await this.sql(`UPDATE account_addresses SET locked_until = now() WHERE ${OF_LOGIN} AND locked_until IS NOT NULL`, [
      login,
    ]);
  }

  /** Number of failed sign-ins and the remaining seconds of the lock, where there are more of them. */
  async lockOf(login: string): Promise<{ failures: number; seconds: number | null }> {
    const [row] = await this.sql<{ failures: number; seconds: number | null }>(
      `SELECT max(failures) AS failures, extract(epoch FROM max(locked_until) - now())::float AS seconds FROM (
         SELECT failures, locked_until FROM accounts WHERE login = $1
         UNION ALL SELECT failures, locked_until FROM account_addresses WHERE ${OF_LOGIN}
       ) counted`,
      [login],
    );
    return row!;
  }

  /** Makes no address familiar for any operator. */
  forgetAddresses(): Promise<unknown> {
    return this.sql('DELETE FROM account_addresses');
  }

  /** Moves an operator's last sign-in from every address into the past. */
  ageAddresses(login: string, days: number): Promise<unknown> {
    return this.sql(`UPDATE account_addresses SET seen_at = now() - make_interval(days => $2) WHERE ${OF_LOGIN}`, [
      login,
      days,
    ]);
  }

  /** Number of addresses from which an operator signed in before. */
  async addressesOf(login: string): Promise<number> {
    const rows = await this.sql(`SELECT 1 FROM account_addresses WHERE ${OF_LOGIN}`, [login]);
    return rows.length;
  }

  /** The digest of every operator's password. */
  passwords(): Promise<{ login: string; password: string }[]> {
    return this.sql('SELECT login, password FROM accounts');
  }

  setPassword(login: string, digest: string): Promise<unknown> {
    return this.sql('UPDATE accounts SET password = $2 WHERE login = $1', [login, digest]);
  }

  disable(login: string): Promise<unknown> {
    return this.sql('UPDATE accounts SET disabled_at = now() WHERE login = $1', [login]);
  }

  enableAll(): Promise<unknown> {
    return this.sql('UPDATE accounts SET disabled_at = NULL');
  }

  /** The encrypted secret of an operator's one-time passwords. */
  async totpSecretOf(login: string): Promise<{ id: string; secret: Buffer }> {
    const [row] = await this.sql<{ id: string; secret: Buffer }>(
      'SELECT id, totp_secret AS secret FROM accounts WHERE login = $1',
      [login],
    );
    return row!;
  }

  /** Sets how long ago an operator's sessions were last used. */
  ageSessionUse(login: string, seconds: number): Promise<unknown> {
    return this.sql(`UPDATE account_sessions SET seen_at = now() - make_interval(secs => $2) WHERE ${OF_LOGIN}`, [
      login,
      seconds,
    ]);
  }

  /** Sets how long ago an operator's sessions began. */
  ageSessions(login: string, hours: number): Promise<unknown> {
    return this.sql(`UPDATE account_sessions SET created_at = now() - make_interval(hours => $2) WHERE ${OF_LOGIN}`, [
      login,
      hours,
    ]);
  }

  /** Seconds since an operator last used a session. */
  async secondsSinceUse(login: string): Promise<number> {
    const [row] = await this.sql<{ seconds: number }>(
      `SELECT extract(epoch FROM now() - max(seen_at))::float AS seconds FROM account_sessions WHERE ${OF_LOGIN}`,
      [login],
    );
    return row!.seconds;
  }

  /** The audit of a subscription, oldest first. */
  auditOf(
    subscriptionId: string,
  ): Promise<{ operator: string; action: string; reason: string | null; outcome: string }[]> {
    return this.sql(
      'SELECT operator, action, reason, outcome FROM audit_entries WHERE subscription_id = $1 ORDER BY number',
      [subscriptionId],
    );
  }

  /** The audit entries of an action, oldest first. */
  auditOfAction(action: string): Promise<{ operator: string; reason: string | null; outcome: string }[]> {
    return this.sql('SELECT operator, reason, outcome FROM audit_entries WHERE action = $1 ORDER BY number', [action]);
  }

  /** The audit entries with this reason, oldest first. */
  auditOfReason(
    reason: string,
  ): Promise<{ operator: string; action: string; outcome: string; address: string | null }[]> {
    return this.sql('SELECT operator, action, outcome, address FROM audit_entries WHERE reason = $1 ORDER BY number', [
      reason,
    ]);
  }

  /** States of the approvals requested for a subscription, oldest first. */
  async approvalsOf(subscriptionId: string): Promise<string[]> {
    const rows = await this.sql<{ state: string }>(
      'SELECT state FROM approvals WHERE subscription_id = $1 ORDER BY asked_at',
      [subscriptionId],
    );
    return rows.map(({ state }) => state);
  }

  /** The hours in which an approval can be decided. */
  async hoursOfApproval(id: string): Promise<number> {
    const [row] = await this.sql<{ hours: number }>(
      'SELECT extract(epoch FROM expires_at - asked_at)::float / 3600 AS hours FROM approvals WHERE id = $1',
      [id],
    );
    return row!.hours;
  }

  /** Makes an approval expire now. */
  expireApproval(id: string): Promise<unknown> {
    return this.sql('UPDATE approvals SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Closes every open approval. */
  closeApprovals(): Promise<unknown> {
    return this.sql(`UPDATE approvals SET closed_at = now(), state = 'expired' WHERE closed_at IS NULL`);
  }

  /** Records an approval's requester as the operator who decided it. */
  approveByRequester(id: string): Promise<unknown> {
    return this.sql(
      `UPDATE approvals SET state = 'approved', decided_by = asked_by, decided_at = now(), decision_reason = 'x',
       closed_at = now() WHERE id = $1`,
      [id],
    );
  }

  /** The number of requests of clients for a subscription that were not used. */
  async deedRequestsOf(subscriptionId: string): Promise<number> {
    const rows = await this.sql('SELECT 1 FROM deed_requests WHERE subscription_id = $1 AND spent_at IS NULL', [
      subscriptionId,
    ]);
    return rows.length;
  }

  /** Makes what clients requested for a subscription expire now. */
  expireDeedRequests(subscriptionId: string): Promise<unknown> {
    return this.sql('UPDATE deed_requests SET expires_at = now() WHERE subscription_id = $1', [subscriptionId]);
  }

  /** The reissues of a subscription, oldest first. */
  reissuesOf(subscriptionId: string): Promise<{ id: string; state: string }[]> {
    return this.sql('SELECT id, state FROM reissues WHERE subscription_id = $1 ORDER BY applied_at', [subscriptionId]);
  }

  /** Makes a reissue expire now. */
  expireReissue(id: string): Promise<unknown> {
    return this.sql('UPDATE reissues SET expires_at = now() WHERE id = $1', [id]);
  }

  /** Moves the decision on a reissue into the past. */
  ageReissueDecision(id: string, days: number): Promise<unknown> {
    return this.sql('UPDATE reissues SET decided_at = decided_at - make_interval(days => $2) WHERE id = $1', [
      id,
      days,
    ]);
  }

  /** The hours until a reissue ends. */
  async hoursLeftOfReissue(id: string): Promise<number> {
    const [row] = await this.sql<{ hours: number }>(
      'SELECT extract(epoch FROM expires_at - now())::float / 3600 AS hours FROM reissues WHERE id = $1',
      [id],
    );
    return row!.hours;
  }

  /** Withdraws the reissue in progress of a subscription. */
  withdrawReissue(subscriptionId: string): Promise<unknown> {
    return this.sql(
      `UPDATE reissues SET state = 'withdrawn', closed_at = now() WHERE subscription_id = $1 AND closed_at IS NULL`,
      [subscriptionId],
    );
  }

  /** Moves everything about the verifications of callers of a subscription into the past. */
  async ageCallerChecks(subscriptionId: string, seconds: number): Promise<void> {
    await this.sql(
      `UPDATE authentications SET requested_at = requested_at - make_interval(secs => $2),
         expires_at = expires_at - make_interval(secs => $2), closed_at = closed_at - make_interval(secs => $2)
       WHERE id IN (SELECT authentication_id FROM caller_checks WHERE subscription_id = $1)`,
      [subscriptionId, seconds],
    );
    await this.sql(
      'UPDATE caller_checks SET asked_at = asked_at - make_interval(secs => $2) WHERE subscription_id = $1',
      [subscriptionId, seconds],
    );
  }

  /** Every text that is stored about the verifications of callers, and their audit, as one text. */
  async textsOfCallerChecks(subscriptionId: string): Promise<string> {
    const rows = await this.sql(
      `SELECT c::text AS text FROM caller_checks c WHERE subscription_id = $1
       UNION ALL SELECT concat_ws(' ', operator, action, reason, outcome, address) FROM audit_entries
         WHERE subscription_id = $1`,
      [subscriptionId],
    );
    return JSON.stringify(rows);
  }
}
