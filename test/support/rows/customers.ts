import { randomUUID } from 'node:crypto';
import { eventually } from '../eventually.ts';
import type { Sql } from './sql.ts';

/** Reads and changes the website's sessions and the customers' reports. */
export class CustomerRows {
  constructor(private readonly sql: Sql) {}

  /** Records that the demo shop was told something about a subscriber. */
  disclose(subscriptionId: string, api: string): Promise<unknown> {
    return this.sql(
      `INSERT INTO disclosures (line_id, subscription_id, client_id, api, purpose)
        SELECT s.line_id, s.id, c.id, $2, 'dpv:FraudPreventionAndDetection' FROM subscriptions s, clients c
        WHERE s.id = $1 AND c.client_id = 'demo-shop'`,
      [subscriptionId, api],
    );
  }

  /** Records that the demo shop was told something about a line without a subscription, so many hours ago. */
  discloseOfLine(lineId: string, api: string, hours: number): Promise<unknown> {
    return this.sql(
      `INSERT INTO disclosures (line_id, client_id, api, at)
        SELECT $1, c.id, $2, now() - make_interval(hours => $3) FROM clients c WHERE c.client_id = 'demo-shop'`,
      [lineId, api, hours],
    );
  }

  /** What relying parties were told about a subscriber, oldest first. */
  disclosuresOf(
    subscriptionId: string,
  ): Promise<{ api: string; purpose: string | null; client_id: string; line_id: string }[]> {
    return this.sql('SELECT api, purpose, client_id, line_id FROM disclosures WHERE subscription_id = $1 ORDER BY id', [
      subscriptionId,
    ]);
  }

  /** The operations that told something about a line, oldest first. */
  async disclosedOfLine(lineId: string): Promise<string[]> {
    type Row = { api: string };
    const rows = await this.sql<Row>('SELECT api FROM disclosures WHERE line_id = $1 ORDER BY id', [lineId]);
    return rows.map(({ api }) => api);
  }

  /** Moves every session's verification into the past. */
  ageVerifications(minutes: number): Promise<unknown> {
    return this.sql('UPDATE customer_sessions SET verified_at = verified_at - make_interval(mins => $1)', [minutes]);
  }

  /** Sets how long ago every session was last used. */
  ageSessionUse(minutes: number): Promise<unknown> {
    return this.sql('UPDATE customer_sessions SET seen_at = now() - make_interval(mins => $1)', [minutes]);
  }

  /** Sets how long ago every session began. */
  ageSessions(minutes: number): Promise<unknown> {
    return this.sql('UPDATE customer_sessions SET created_at = now() - make_interval(mins => $1)', [minutes]);
  }

  /** Number of sessions of a line. */
  async sessionsOf(lineId: string): Promise<number> {
    return (await this.sql('SELECT 1 FROM customer_sessions WHERE line_id = $1', [lineId])).length;
  }

  /** Resolves once a worker has dealt with every report. */
  async untilReportsResolved(): Promise<void> {
    await eventually('no report that waits', async () => {
      return (await this.sql('SELECT 1 FROM reports WHERE outcome IS NULL AND due_at <= now()')).length === 0;
    });
  }

  /** Resolves once a worker has looked for the person of every application for a reissue. */
  async untilApplicationsMatched(): Promise<void> {
    await eventually('no application that waits', async () => {
      return (await this.sql('SELECT 1 FROM reissue_applications WHERE person IS NOT NULL')).length === 0;
    });
  }

  /** The newest application for a reissue: its subscription, state and authentication, and what it still keeps. */
  async newestApplication(): Promise<{
    id: string;
    subscriptionId: string | null;
    authenticationId: string | null;
    state: string;
    keepsPerson: boolean;
    keepsRecipient: boolean;
  }> {
    const [row] = await this.sql<Awaited<ReturnType<CustomerRows['newestApplication']>>>(
      `SELECT id, subscription_id AS "subscriptionId", authentication_id AS "authenticationId", state,
         person IS NOT NULL AS "keepsPerson", recipient IS NOT NULL AS "keepsRecipient"
       FROM reissue_applications ORDER BY filed_at DESC LIMIT 1`,
    );
    return row!;
  }

  /** Number of applications for a reissue of a subscription. */
  async applicationsOf(subscriptionId: string): Promise<number> {
    return (await this.sql('SELECT 1 FROM reissue_applications WHERE subscription_id = $1', [subscriptionId])).length;
  }

  /** Adds an application that nobody verified, a day old, for each of these subscriptions. */
  addApplications(subscriptionIds: readonly string[]): Promise<unknown> {
    return this.sql(
      `INSERT INTO reissue_applications (id, digest, subscription_id, cause, old_serial_number, identity_proof, delivery,
         filed_at, expires_at)
       SELECT gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), id, 'broken', 'PG-1234-5678-9012', 'id_card',
         'visit', now() - interval '1 day', now() + interval '6 days' FROM unnest($1::uuid[]) id`,
      [subscriptionIds],
    );
  }

  /** Moves the filing of every application for a reissue into the past. */
  ageApplications(days: number): Promise<unknown> {
    return this.sql('UPDATE reissue_applications SET filed_at = filed_at - make_interval(days => $1)', [days]);
  }

  /** Moves the end of every application for a reissue into the past. */
  expireApplications(): Promise<unknown> {
    return this.sql(`UPDATE reissue_applications SET expires_at = now() - interval '1 second'`);
  }

  /** Moves every report, and the count of those that suspended, into the past. */
  async ageReports(minutes: number): Promise<void> {
    await this.sql('UPDATE reports SET filed_at = filed_at - make_interval(mins => $1)', [minutes]);
    await this.sql(
      `UPDATE loss_breaker SET reports = ARRAY(SELECT r - make_interval(mins => $1) FROM unnest(reports) r),
         tripped_since = tripped_since - make_interval(mins => $1), tripped_until = tripped_until - make_interval(mins => $1)`,
      [minutes],
    );
  }

  /** Makes the reports of loss of this minute as many as may suspend in one. */
  async tripLossBreaker(): Promise<void> {
    await this.sql(
      `INSERT INTO loss_breaker AS b (is_only, reports) SELECT true, ARRAY(SELECT now() FROM generate_series(1, 1000))
       ON CONFLICT (is_only) DO UPDATE SET reports = excluded.reports`,
    );
  }

  /** Ends the open alerts of a subscription by their time. */
  async expireAlerts(subscriptionId: string): Promise<void> {
    await this.sql('UPDATE alerts SET expires_at = now() WHERE subscription_id = $1', [subscriptionId]);
  }

  /** The subscriptions whose loss was reported and that were not suspended for it. */
  async heldSubscriptions(): Promise<string[]> {
    const rows = await this.sql<{ id: string }>(
      `SELECT subscription_id AS id FROM reports WHERE kind = 'lost_phone' AND outcome = 'call_centre'`,
    );
    return rows.map(({ id }) => id);
  }

  /** Adds a resolved report; returns its id. */
  async addReport(report: { kind: string; subscriptionId?: string; outcome: string }): Promise<string> {
    const id = randomUUID();
    await this.sql('INSERT INTO reports (id, kind, subscription_id, outcome) VALUES ($1, $2, $3, $4)', [
      id,
      report.kind,
      report.subscriptionId ?? null,
      report.outcome,
    ]);
    return id;
  }

  /** Adds a due report that no key can decrypt. */
  addUnreadableReport(): Promise<unknown> {
    return this.sql(
      `INSERT INTO reports (id, kind, person, due_at)
       VALUES (gen_random_uuid(), 'lost_phone', '\\x00', now() - interval '1 hour')`,
    );
  }

  removeUnreadableReports(): Promise<unknown> {
    return this.sql(`DELETE FROM reports WHERE person = '\\x00'`);
  }

  /** Number of unresolved reports. */
  async openReports(): Promise<number> {
    return (await this.sql('SELECT 1 FROM reports WHERE outcome IS NULL')).length;
  }

  /** Number of unresolved reports that are due only after this many minutes. */
  async reportsDueAfter(minutes: number): Promise<number> {
    const rows = await this.sql(
      'SELECT 1 FROM reports WHERE outcome IS NULL AND due_at > now() + make_interval(mins => $1)',
      [minutes],
    );
    return rows.length;
  }

  /** Whether no transaction has locked the newest report of a kind. */
  async isNewestReportFree(kind: string): Promise<boolean> {
    const rows = await this.sql(
      `SELECT 1 FROM reports WHERE id = (SELECT id FROM reports WHERE kind = $1 ORDER BY filed_at DESC LIMIT 1)
       FOR UPDATE SKIP LOCKED`,
      [kind],
    );
    return rows.length === 1;
  }

  /** Makes every report due now. */
  makeReportsDue(): Promise<unknown> {
    return this.sql('UPDATE reports SET due_at = now()');
  }

  /** Settles every report. */
  settleReports(operator: string): Promise<unknown> {
    return this.sql('UPDATE reports SET settled_by = $1, settled_at = now()', [operator]);
  }

  /** The newest report of a kind. */
  async newestReport(kind: string): Promise<{ outcome: string | null; person: Buffer | null } | undefined> {
    const [row] = await this.sql<{ outcome: string | null; person: Buffer | null }>(
      'SELECT outcome, person FROM reports WHERE kind = $1 ORDER BY filed_at DESC LIMIT 1',
      [kind],
    );
    return row;
  }

  /** The operator who settled a report. */
  async settlerOf(reportId: string): Promise<string | null> {
    const [row] = await this.sql<{ by: string | null }>('SELECT settled_by AS by FROM reports WHERE id = $1', [
      reportId,
    ]);
    return row!.by;
  }
}
