import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a client authenticates at the OAuth endpoints, and where operators signed in before. */
export class ClientAuthentication1763971000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        -- Null: whichever of its credentials the client presents.
        ADD COLUMN token_endpoint_auth_method text
          CHECK (token_endpoint_auth_method IN ('private_key_jwt', 'client_secret_basic', 'client_secret_post')),
        -- The audience that its assertions may name: this issuer alone (RFC 10070), or the called endpoint too.
        ADD COLUMN assertion_audience text NOT NULL DEFAULT 'issuer'
          CHECK (assertion_audience IN ('issuer', 'endpoint'));

      -- Where an operator signed in before. Failures there are counted apart from those of all other addresses.
      CREATE TABLE operator_addresses (
        operator_id uuid NOT NULL REFERENCES operators,
        -- Keyed index of the network: an IPv4 address or the /64 of an IPv6 address.
        network bytea NOT NULL,
        failures smallint NOT NULL DEFAULT 0,
        locked_until timestamptz,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (operator_id, network)
      );
      CREATE INDEX operator_addresses_seen ON operator_addresses (seen_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE operator_addresses;
      ALTER TABLE clients DROP COLUMN token_endpoint_auth_method, DROP COLUMN assertion_audience;
    `);
  }
}
