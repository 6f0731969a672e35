import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** Clients that publish their public keys at an address (`jwks_uri` of RFC 7591). */
export class ClientJwksUri1764355000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds an empty column; the constraints read a table of some hundred rows',
      fewRows: 'the clients, which operators register one by one',
    },
  ] as const;

  readonly meanwhile = 'it refuses a client whose keys are at an address';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        ADD COLUMN jwks_uri text,
        DROP CONSTRAINT client_can_prove_itself,
        ADD CONSTRAINT client_can_prove_itself CHECK (secret_digest IS NOT NULL OR jwks IS NOT NULL
          OR jwks_uri IS NOT NULL OR token_endpoint_auth_method IS NOT DISTINCT FROM 'none'),
        ADD CONSTRAINT keys_at_an_address_are_the_only_ones CHECK (jwks_uri IS NULL
          OR (token_endpoint_auth_method IS NOT DISTINCT FROM 'private_key_jwt' AND jwks IS NULL AND secret_digest IS NULL))
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        DROP CONSTRAINT keys_at_an_address_are_the_only_ones,
        DROP CONSTRAINT client_can_prove_itself,
        ADD CONSTRAINT client_can_prove_itself CHECK (secret_digest IS NOT NULL OR jwks IS NOT NULL
          OR token_endpoint_auth_method IS NOT DISTINCT FROM 'none') NOT VALID,
        DROP COLUMN jwks_uri
    `);
  }
}
