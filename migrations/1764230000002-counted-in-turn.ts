import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The events of clients are counted in turn, a few clients at a time. */
export class CountedInTurn1764230000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE webhook_listeners ADD COLUMN counted_at timestamptz NOT NULL DEFAULT '-infinity';
      CREATE INDEX webhook_listeners_turn ON webhook_listeners (counted_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_listeners DROP COLUMN counted_at');
  }
}
