import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets that overlap their successors, the last use of each key, and clients that are disabled. */
export class ClientSecrets1764060000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients ADD COLUMN disabled_at timestamptz;
      CREATE INDEX clients_disabled ON clients (disabled_at) WHERE disabled_at IS NOT NULL;

      -- The secrets that a client had. Its present one also stands in clients.secret_digest, where the previous version
      -- reads it; a former one serves until ends_at.
      CREATE TABLE client_secrets (
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        digest bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz,
        last_used_at timestamptz,
        PRIMARY KEY (client_id, digest)
      );
      INSERT INTO client_secrets (client_id, digest, made_at)
        SELECT id, secret_digest, created_at FROM clients WHERE secret_digest IS NOT NULL;

      -- When a client last authenticated with a key of its JWKS, by the thumbprint of the key (RFC 7638).
      CREATE TABLE client_key_uses (
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        thumbprint text NOT NULL,
        last_used_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, thumbprint)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE client_key_uses;
      DROP TABLE client_secrets;
      ALTER TABLE clients DROP COLUMN disabled_at;
    `);
  }
}
