import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** Counts of push requests by step and of pushes by platform, of all relying parties by hour. */
export class ServiceFigures1764240000000 implements DeclaredMigration {
  readonly locks = [
    { table: 'push_answers', mode: 'ACCESS EXCLUSIVE', because: 'adds a column that may be empty' },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_figures (
        hour timestamptz PRIMARY KEY,
        -- Of the authentications by push that were started in the hour, by the steps that they took.
        requests jsonb NOT NULL,
        -- Answers of push services in the hour, by service and outcome.
        pushes jsonb NOT NULL
      );

      -- The authentication that the push was about; null for other pushes.
      ALTER TABLE push_answers ADD COLUMN authentication_id uuid;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE push_answers DROP COLUMN authentication_id; DROP TABLE service_figures');
  }
}
