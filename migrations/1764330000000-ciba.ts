import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/** Requests of OpenID Connect CIBA, and how each client makes them and is told of their end. */
export class Ciba1764330000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'the new columns have constant defaults, so no row is rewritten',
      fewRows: 'a client is a program, and a service has hundreds',
    },
  ] as const;

  readonly meanwhile =
    'it has no /oauth2/bc-authorize, refuses the polls of CIBA clients as an unknown grant_type, and sends no pings';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        ADD COLUMN backchannel_token_delivery_mode text NOT NULL DEFAULT 'poll'
          CHECK (backchannel_token_delivery_mode IN ('poll', 'ping')),
        ADD COLUMN backchannel_client_notification_endpoint text,
        ADD COLUMN backchannel_authentication_request_signing_alg text
          CHECK (backchannel_authentication_request_signing_alg IN ('ES256', 'PS256')),
        ADD COLUMN may_name_by_number boolean NOT NULL DEFAULT false,
        ADD COLUMN fapi boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT ping_has_an_endpoint CHECK (
          backchannel_token_delivery_mode = 'poll' OR backchannel_client_notification_endpoint IS NOT NULL)
    `);
    await runner.query(`
      CREATE TABLE ciba_requests (
        id uuid PRIMARY KEY,
        -- SHA-256 of the auth_req_id.
        digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
        client_id uuid NOT NULL,
        authentication_id uuid NOT NULL UNIQUE,
        scopes text[] NOT NULL,
        claims text[] NOT NULL,
        acr text NOT NULL,
        interval_seconds integer NOT NULL CHECK (interval_seconds > 0),
        requested_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        -- Until when the present poll is held.
        polling_until timestamptz,
        -- When the last poll was answered.
        answered_at timestamptz,
        redeemed_at timestamptz,
        -- What the ping says, encrypted; null in poll mode and once no further ping is owed.
        ping bytea,
        pings integer NOT NULL DEFAULT 0,
        ping_after timestamptz,
        CONSTRAINT ping_has_a_time CHECK ((ping IS NULL) = (ping_after IS NULL))
      );
      CREATE INDEX ciba_requests_ping ON ciba_requests (ping_after) WHERE ping_after IS NOT NULL;
      CREATE INDEX ciba_requests_expiry ON ciba_requests (expires_at);
      ${grantAs('windows', ['ciba_requests'])}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE IF EXISTS ciba_requests;
      ALTER TABLE clients DROP CONSTRAINT IF EXISTS ping_has_an_endpoint, DROP COLUMN IF EXISTS fapi,
        DROP COLUMN IF EXISTS may_name_by_number, DROP COLUMN IF EXISTS backchannel_authentication_request_signing_alg,
        DROP COLUMN IF EXISTS backchannel_client_notification_endpoint,
        DROP COLUMN IF EXISTS backchannel_token_delivery_mode
    `);
  }
}
