import type { MigrationInterface } from 'typeorm';

/**
 * The modes of PostgreSQL that hold up others, weakest first. SHARE UPDATE EXCLUSIVE holds up other changes of the table and no
 * statement of the service, SHARE and those after it the writers, and ACCESS EXCLUSIVE the readers too.
 */
export const LOCK_MODES = [
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

export interface LockDeclaration {
  /** A table that exists before the migration runs. */
  table: string;
  /** The strongest mode that the migration takes there. */
  mode: LockMode;
  /** Why nobody waits for long, as an operator reads it in the plan. */
  because: string;
  /**
   * Given where the transaction reads or rewrites rows of this table while it holds writers of a busy one up: which rows, and
   * why they are few.
   */
  fewRows?: string;
}

/**
 * A migration of the form that each one has from 1764230000000 on. `test/database/migration-locks.spec.ts` compares what it
 * declares with what PostgreSQL does.
 */
export interface DeclaredMigration extends MigrationInterface {
  readonly locks: readonly LockDeclaration[];
  /**
   * Given by a migration that takes away what an older release may use (a column, a table, the freedom to leave a column
   * empty): the first release that can do without, and why.
   */
  readonly removes?: string;
  /** Given where a process of the release before goes on, and does less until it is replaced: what it does not do. */
  readonly meanwhile?: string;
}

/**
 * Tables that grow with the requests, or that many requests use at once. A migration locks their writers out only for a change
 * that neither reads nor rewrites their rows.
 */
export const BUSY_TABLES: ReadonlySet<string> = new Set([
  'account_sessions',
  'alerts',
  'audit_entries',
  'audit_head',
  'authentications',
  'authenticators',
  'camara_misses',
  'carrier_events',
  'charges',
  'ciba_requests',
  'client_assertions',
  'clients',
  'consents',
  'customer_sessions',
  'data_reads',
  'deliveries',
  'departed_numbers',
  'device_contacts',
  'device_keys',
  'device_proofs',
  'devices',
  'disclosures',
  'enrolment_codes',
  'figures',
  'form_budgets',
  'idempotency_keys',
  'journal_mark',
  'lines',
  'not_me_counts',
  'notices',
  'openid_requests',
  'openid_revocations',
  'past_authentications',
  'past_carrier_events',
  'push_answers',
  'registrations',
  'sms_permissions',
  'sms_receipts',
  'start_budgets',
  'subscription_links',
  'subscriptions',
  'swap_notifications',
  'swap_subscriptions',
  'text_messages',
  'verification_answers',
  'webhook_attempts',
  'webhook_deliveries',
  'webhook_endpoints',
  'webhook_events',
  'webhook_listeners',
  'windows',
]);

/**
 * Every other table, and why it stays so small that a migration may read and rewrite it. A table has its place in one of the two
 * lists before it exists: `test/database/migration-locks.spec.ts` compares them with the entities.
 */
export const SMALL_TABLES: Readonly<Record<string, string>> = {
  account_addresses: 'people of the call centre and of relying parties, by network',
  accounts: 'people of the call centre and of relying parties',
  approvals: 'work of the call centre, kept for days',
  caller_checks: 'calls to the call centre of a week',
  client_key_uses: 'one for each key of a relying party',
  client_secrets: 'one or two for each relying party',
  client_test_secrets: 'one or two for each relying party',
  closed_months: 'one for each month',
  console_invitations: 'people of relying parties',
  console_members: 'people of relying parties',
  corrections: 'work of the call centre, kept for days',
  counted_hours: 'one for each hour of 400 days',
  deed_requests: 'work of the call centre, kept for days',
  journal_writers: 'one for each process',
  loss_breaker: 'one row',
  operator_looks: 'people of the call centre who are signed in',
  reissue_applications: 'work of the call centre, kept for days',
  reissues: 'work of the call centre, kept for days',
  reports: 'work of the call centre, kept for days',
  service_figures: 'one for each hour of 400 days',
  sink_tokens: 'a few for each carrier',
  test_authentications: 'tests of relying parties of one day',
  webhook_secrets: 'one or two for each endpoint',
};
