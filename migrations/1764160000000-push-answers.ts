import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';

/** What the call centre needs when nothing arrives on a phone: the answers to its pushes, and its last contact. */
export class PushAnswers1764160000000 implements MigrationInterface {
  /** A transaction would hold the locks of the changes while all rows are read. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A run that was interrupted leaves what it has done.
    await runner.query(`
      -- What a push service answered to each push. Neither the token nor the content. No foreign keys: a push costs one
      -- row and locks no other.
      CREATE TABLE IF NOT EXISTS push_answers (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        device_id uuid NOT NULL,
        delivery_id bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'notice', 'alert', 'push_test')),
        push_service text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('accepted', 'unregistered', 'rejected', 'retry')),
        -- The code by which the push service names its refusal, and the id that it gave to a push.
        code text CHECK (length(code) <= 80),
        message_id text CHECK (length(message_id) <= 200),
        attempt smallint NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT now(),
        took_ms integer NOT NULL
      );
      CREATE INDEX IF NOT EXISTS push_answers_device ON push_answers (device_id, id);

      -- When the app last sent an accepted request; a table of its own, because the row of a device is wide.
      CREATE TABLE IF NOT EXISTS device_contacts (
        device_id uuid PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now()
      );
    `);
    // When the push service reported the token dead, for which it was cleared. A column without a default rewrites no row.
    await briefly(runner, 'ALTER TABLE devices ADD COLUMN IF NOT EXISTS push_token_died_at timestamptz');
    await briefly(
      runner,
      `ALTER TABLE deliveries DROP CONSTRAINT IF EXISTS deliveries_kind_check, ADD CONSTRAINT deliveries_kind_check
        CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice', 'alert', 'push_test')) NOT VALID`,
    );
    await runner.query('ALTER TABLE deliveries VALIDATE CONSTRAINT deliveries_kind_check');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM deliveries WHERE kind = 'push_test';
      ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check, ADD CONSTRAINT deliveries_kind_check
        CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice', 'alert'));
      ALTER TABLE devices DROP COLUMN push_token_died_at;
      DROP TABLE device_contacts, push_answers;
    `);
  }
}
