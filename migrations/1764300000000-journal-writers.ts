import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * The last mark that each process took tells a database that lost some of them, also after another process has taken marks of
 * the same numbers again.
 */
export class JournalWriters1764300000000 implements DeclaredMigration {
  readonly locks = [] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE journal_writers (
        id uuid PRIMARY KEY,
        mark bigint NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now()
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE journal_writers');
  }
}
