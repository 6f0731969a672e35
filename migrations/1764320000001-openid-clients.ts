import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** How the id_tokens of a client are signed, and with which other clients it shares the ids of persons. */
export class OpenIdClients1764320000001 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds columns with constant defaults; their constraints read a table of some hundred rows',
      fewRows: 'the clients, which operators register one by one',
    },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        ADD COLUMN id_token_signed_response_alg text NOT NULL DEFAULT 'ES256'
          CONSTRAINT id_token_alg_is_known CHECK (id_token_signed_response_alg IN ('ES256', 'RS256')),
        ADD COLUMN sector text CONSTRAINT sector_is_a_host_name CHECK (sector ~ '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN id_token_signed_response_alg, DROP COLUMN sector');
  }
}
