import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of text messages, and the hosts of the pages into which their codes are typed. */
export class TextMessages1763990000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A row goes with what it was sent for.
      CREATE TABLE text_messages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        authentication_id uuid REFERENCES authentications ON DELETE CASCADE,
        notice_id uuid REFERENCES notices ON DELETE CASCADE,
        -- Of a code: the line to whose number it went.
        line_id text,
        -- As the SMS centre named it, in lower case and without leading zeros.
        message_id text,
        state text NOT NULL CHECK (
          state IN ('accepted', 'unknown', 'delivered', 'expired', 'deleted', 'undeliverable', 'rejected')),
        sent_at timestamptz NOT NULL DEFAULT now(),
        -- When the state became known, if it is more than that the centre took the message.
        settled_at timestamptz,
        CONSTRAINT text_message_is_about_one_thing CHECK (num_nonnulls(authentication_id, notice_id) = 1)
      );
      CREATE INDEX text_messages_authentication ON text_messages (authentication_id) WHERE authentication_id IS NOT NULL;
      CREATE INDEX text_messages_notice ON text_messages (notice_id) WHERE notice_id IS NOT NULL;
      CREATE INDEX text_messages_line ON text_messages (line_id, sent_at) WHERE line_id IS NOT NULL;
      CREATE INDEX text_messages_named ON text_messages (message_id) WHERE message_id IS NOT NULL;

      -- Receipts that wait for their message, which another process may not have recorded yet.
      CREATE TABLE sms_receipts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id text NOT NULL,
        state text NOT NULL CHECK (
          state IN ('accepted', 'unknown', 'delivered', 'expired', 'deleted', 'undeliverable', 'rejected')),
        received_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX sms_receipts_named ON sms_receipts (message_id);
      CREATE INDEX sms_receipts_age ON sms_receipts (received_at);

      -- A host name or an IPv4 address in lower case, without scheme, port and trailing dot.
      ALTER TABLE clients ADD COLUMN window_host text CONSTRAINT window_host_is_a_host_name CHECK (
        length(window_host) <= 253
        AND window_host ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$');
      ALTER TABLE authentications ADD COLUMN code_host text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE authentications DROP COLUMN code_host;
      ALTER TABLE clients DROP COLUMN window_host;
      DROP TABLE text_messages, sms_receipts;
    `);
  }
}
