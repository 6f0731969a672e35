import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the call centre needs when nothing arrives on a phone: the answers to its pushes, and its last contact. */
export class PushAnswers1764160000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What a push service answered to each push. Neither the token nor the content. No foreign keys: a push costs one
      -- row and locks no other.
      CREATE TABLE push_answers (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        device_id uuid NOT NULL,
        delivery_id bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'alert', 'push_test')),
        push_service text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('accepted', 'unregistered', 'rejected', 'retry')),
        -- The code by which the push service names its refusal, and the id that it gave to a push.
        code text CHECK (length(code) <= 80),
        message_id text CHECK (length(message_id) <= 200),
        attempt smallint NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT now(),
        took_ms integer NOT NULL
      );
      CREATE INDEX push_answers_device ON push_answers (device_id, id);

      -- When the app last sent an accepted request; a table of its own, because the row of a device is wide.
      CREATE TABLE device_contacts (
        device_id uuid PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now()
      );

      -- When the push service reported the token dead, for which it was cleared.
      ALTER TABLE devices ADD COLUMN push_token_died_at timestamptz;

      ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check, ADD CONSTRAINT deliveries_kind_check
        CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice', 'alert', 'push_test'));
    `);
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
