import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/** The authorization code flow of OpenID Connect: its requests, and the authentications whose tokens were revoked. */
export class OpenIdRequests1764320000000 implements DeclaredMigration {
  readonly locks = [] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE openid_requests (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL,
        request_uri_digest bytea UNIQUE CHECK (octet_length(request_uri_digest) = 32),
        parameters bytea NOT NULL,
        redirect_uri text NOT NULL,
        code_challenge text,
        window_id uuid,
        authentication_id uuid,
        code_digest bytea UNIQUE CHECK (octet_length(code_digest) = 32),
        code_expires_at timestamptz,
        redeemed_at timestamptz,
        expires_at timestamptz NOT NULL,
        CHECK (request_uri_digest IS NOT NULL OR window_id IS NOT NULL),
        CHECK ((code_digest IS NULL) = (authentication_id IS NULL) AND (code_digest IS NULL) = (code_expires_at IS NULL)),
        CHECK (redeemed_at IS NULL OR code_digest IS NOT NULL)
      );
      CREATE INDEX openid_requests_authentication ON openid_requests (authentication_id)
        WHERE authentication_id IS NOT NULL;
      CREATE INDEX openid_requests_expiry ON openid_requests (expires_at);
      CREATE TABLE openid_revocations (
        authentication_id uuid PRIMARY KEY,
        revoked_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX openid_revocations_expiry ON openid_revocations (revoked_at);
      ${grantAs('windows', ['openid_requests', 'openid_revocations'])}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE openid_requests; DROP TABLE openid_revocations');
  }
}
