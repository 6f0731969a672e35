import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

const UNUSED = 'authentication_id IS NULL AND ended_at IS NULL';

const INDEXES = {
  windows_unused_api: `windows (expires_at) WHERE ${UNUSED} AND flow = 'api'`,
  windows_unused_flows: `windows (expires_at) WHERE ${UNUSED} AND flow <> 'api'`,
  ciba_requests_ping_of_client: 'ciba_requests (client_id, ping_after) WHERE ping_after IS NOT NULL',
};

const FORMER = {
  windows_unused: `windows (expires_at) WHERE ${UNUSED}`,
  ciba_requests_ping: 'ciba_requests (ping_after) WHERE ping_after IS NOT NULL',
};

/**
 * Finds the windows of relying parties whose time is over without walking past those of log-ins, which anybody can
 * open; and the pings that are due client by client. Each index takes the place of one that finds all of them together,
 * which is dropped once its successors are there: a process of the release before reads by those too.
 */
export class OpenIdIndexes1764352000001 implements DeclaredMigration {
  readonly locks = [
    { table: 'windows', mode: 'SHARE UPDATE EXCLUSIVE', because: 'builds and drops indexes beside reads and writes' },
    {
      table: 'ciba_requests',
      mode: 'SHARE UPDATE EXCLUSIVE',
      because: 'builds and drops indexes beside reads and writes',
    },
  ] as const;

  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await build(runner, INDEXES);
    for (const name of Object.keys(FORMER)) await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  }

  /** Goes back in a transaction, as every migration does: not beside the service. */
  async down(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(FORMER)) await runner.query(`CREATE INDEX ${name} ON ${on}`);
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${name}`);
  }
}

async function build(runner: QueryRunner, indexes: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, on] of Object.entries(indexes)) {
    // A build that was interrupted leaves an index that is not valid.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
  }
}
