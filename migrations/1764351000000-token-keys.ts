import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * Clients whose tokens are bound to a key, whose authorization requests are signed, or which are public; and the key to which
 * the code of an authorization request is bound.
 */
export class TokenKeys1764351000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds columns with constant defaults; its constraints read a table of some hundred rows',
      fewRows: 'the clients, which operators register one by one',
    },
    {
      table: 'openid_requests',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column without a default, which rewrites no row',
    },
  ] as const;

  readonly meanwhile =
    'it issues tokens without a key, takes bound ones by Bearer without a proof, and knows no public client';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        ADD COLUMN dpop_bound_access_tokens boolean NOT NULL DEFAULT false,
        ADD COLUMN require_signed_request_object boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT client_can_prove_itself,
        ADD CONSTRAINT client_can_prove_itself CHECK (
          secret_digest IS NOT NULL OR jwks IS NOT NULL OR token_endpoint_auth_method IS NOT DISTINCT FROM 'none'),
        DROP CONSTRAINT clients_token_endpoint_auth_method_check,
        ADD CONSTRAINT clients_token_endpoint_auth_method_check CHECK (
          token_endpoint_auth_method IN ('private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none')),
        ADD CONSTRAINT public_client_has_no_secret CHECK (
          token_endpoint_auth_method <> 'none' OR (secret_digest IS NULL AND jwks IS NULL AND test_jwks IS NULL));
      ALTER TABLE openid_requests ADD COLUMN dpop_jkt text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE openid_requests DROP COLUMN dpop_jkt;
      ALTER TABLE clients
        DROP CONSTRAINT public_client_has_no_secret,
        DROP CONSTRAINT clients_token_endpoint_auth_method_check,
        ADD CONSTRAINT clients_token_endpoint_auth_method_check CHECK (
          token_endpoint_auth_method IN ('private_key_jwt', 'client_secret_basic', 'client_secret_post')) NOT VALID,
        DROP CONSTRAINT client_can_prove_itself,
        ADD CONSTRAINT client_can_prove_itself CHECK (secret_digest IS NOT NULL OR jwks IS NOT NULL) NOT VALID,
        DROP COLUMN dpop_bound_access_tokens,
        DROP COLUMN require_signed_request_object
    `);
  }
}
