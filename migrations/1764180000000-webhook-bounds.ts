import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many events of a client are kept, up to where they were dropped, and the windows of test authentications. */
export class WebhookBounds1764180000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE webhook_listeners
        -- The events that are kept, as far as they are counted: up to a place of the feed.
        ADD COLUMN kept integer NOT NULL DEFAULT 0,
        ADD COLUMN counted_epoch integer NOT NULL DEFAULT 0,
        ADD COLUMN counted_transaction bigint NOT NULL DEFAULT 0,
        ADD COLUMN counted_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        -- The place of the last event that was dropped. A reader before it has missed some.
        ADD COLUMN dropped_epoch integer,
        ADD COLUMN dropped_transaction bigint,
        ADD COLUMN dropped_id uuid;

      -- The hosted window that drives it.
      ALTER TABLE test_authentications ADD COLUMN window_id uuid;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE test_authentications DROP COLUMN window_id;
      ALTER TABLE webhook_listeners
        DROP COLUMN kept, DROP COLUMN counted_epoch, DROP COLUMN counted_transaction, DROP COLUMN counted_id,
        DROP COLUMN dropped_epoch, DROP COLUMN dropped_transaction, DROP COLUMN dropped_id;
    `);
  }
}
