import { createHash, randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import type { Sql } from './sql.ts';

/** Reads and changes relying parties and other clients. */
export class ClientRows {
  constructor(private readonly sql: Sql) {}

  /** Registers a client; returns its id. */
  async register(client: {
    clientId: string;
    name?: string;
    secret?: string;
    jwks?: object;
    scopes?: string[];
    returnUrls?: string[];
    authMethod?: 'private_key_jwt' | 'client_secret_basic' | 'client_secret_post' | 'none';
    assertionAudience?: 'issuer' | 'endpoint';
    idTokenAlg?: 'ES256' | 'RS256';
    sector?: string;
    dpopBound?: boolean;
    signsRequests?: boolean;
    logInMatch?: boolean;
  }): Promise<string> {
    const id = randomUUID();
    await this.sql(
      `INSERT INTO clients (id, client_id, name, secret_digest, jwks, scopes, return_urls, token_endpoint_auth_method,
         assertion_audience, id_token_signed_response_alg, sector, dpop_bound_access_tokens, require_signed_request_object,
         log_in_match)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        id,
        client.clientId,
        client.name ?? '시험 업체',
        client.secret === undefined ? null : createHash('sha256').update(client.secret).digest(),
        client.jwks ? JSON.stringify(client.jwks) : null,
        client.scopes ?? ['authentications', 'openid'],
        client.returnUrls ?? [],
        client.authMethod ?? null,
        client.assertionAudience ?? 'issuer',
        client.idTokenAlg ?? 'ES256',
        client.sector ?? null,
        client.dpopBound ?? false,
        client.signsRequests ?? false,
        client.logInMatch ?? false,
      ],
    );
    return id;
  }

  /** Sets how a client uses CIBA. */
  setCiba(
    clientId: string,
    settings: {
      endpoint?: string;
      signingAlg?: 'ES256' | 'PS256';
      mayNameByNumber?: boolean;
      fapi?: boolean;
      camara?: boolean;
    },
  ): Promise<unknown> {
    return this.sql(
      `UPDATE clients SET backchannel_token_delivery_mode = CASE WHEN $2::text IS NULL THEN 'poll' ELSE 'ping' END,
         backchannel_client_notification_endpoint = $2, backchannel_authentication_request_signing_alg = $3,
         may_name_by_number = $4, fapi = $5, camara = $6 WHERE client_id = $1`,
      [
        clientId,
        settings.endpoint ?? null,
        settings.signingAlg ?? null,
        settings.mayNameByNumber ?? false,
        settings.fapi ?? false,
        settings.camara ?? false,
      ],
    );
  }

  /** Moves the keys of a client to an address; returns the set that was registered. */
  async publishKeysAt(clientId: string, jwksUri: string): Promise<{ keys: JWK[] }> {
    const [row] = await this.sql<{ jwks: { keys: JWK[] } }>('SELECT jwks FROM clients WHERE client_id = $1', [
      clientId,
    ]);
    await this.sql('UPDATE clients SET jwks = NULL, jwks_uri = $2 WHERE client_id = $1', [clientId, jwksUri]);
    return row!.jwks;
  }

  async idOf(clientId: string): Promise<string> {
    return (await this.sql<{ id: string }>('SELECT id FROM clients WHERE client_id = $1', [clientId]))[0]!.id;
  }

  /** Sets the registered return addresses of a client. */
  setReturnUrls(clientId: string, returnUrls: string[]): Promise<unknown> {
    return this.sql('UPDATE clients SET return_urls = $2 WHERE client_id = $1', [clientId, returnUrls]);
  }

  /** Disables a client. */
  disable(id: string): Promise<unknown> {
    return this.sql('UPDATE clients SET disabled_at = now() WHERE id = $1', [id]);
  }

  /** Names a client. */
  rename(clientId: string, name: string): Promise<unknown> {
    return this.sql('UPDATE clients SET name = $2 WHERE client_id = $1', [clientId, name]);
  }

  /** Sets whether a relying party refuses codes by SMS. */
  refuseSms(clientId: string, refuses: boolean): Promise<unknown> {
    return this.sql('UPDATE clients SET refuses_sms = $2 WHERE client_id = $1', [clientId, refuses]);
  }

  /** Sets the origins that may frame a relying party's window. */
  setFrameOrigins(clientId: string, origins: readonly string[]): Promise<unknown> {
    return this.sql('UPDATE clients SET frame_origins = $2 WHERE client_id = $1', [clientId, origins]);
  }

  /** Registers the host of the page into which a relying party has codes typed. */
  setWindowHost(clientId: string, host: string | null): Promise<unknown> {
    return this.sql('UPDATE clients SET window_host = $2 WHERE client_id = $1', [clientId, host]);
  }

  /** Counts so many further questions of today about numbers that no line has. */
  missNumbers(id: string, count: number): Promise<unknown> {
    return this.sql(
      `INSERT INTO camara_misses AS m (client_id, day, count) VALUES ($1, (now() AT TIME ZONE 'UTC')::date, $2)
        ON CONFLICT (client_id, day) DO UPDATE SET count = m.count + excluded.count`,
      [id, count],
    );
  }

  /** Grants further scopes. */
  grant(clientId: string, scopes: readonly string[]): Promise<unknown> {
    return this.sql('UPDATE clients SET scopes = scopes || $2 WHERE client_id = $1', [clientId, scopes]);
  }

  /** Sets the scopes of a client. */
  setScopes(clientId: string, scopes: readonly string[]): Promise<unknown> {
    return this.sql('UPDATE clients SET scopes = $2 WHERE client_id = $1', [clientId, scopes]);
  }

  /** Sets how many starts a relying party may send in a minute. */
  limitStarts(clientId: string, perMinute: number): Promise<unknown> {
    return this.sql('UPDATE clients SET starts_per_minute = $2 WHERE client_id = $1', [clientId, perMinute]);
  }

  /** Gives a client a secret of test mode. */
  setTestSecret(clientId: string, secret: string): Promise<unknown> {
    return this.sql(
      `INSERT INTO client_test_secrets (client_id, digest) SELECT id, sha256($2::text::bytea) FROM clients
        WHERE client_id = $1`,
      [clientId, secret],
    );
  }

  /** Replaces the secret of a client by one with this digest. */
  setSecret(clientId: string, digest: Buffer): Promise<unknown> {
    return this.sql('UPDATE clients SET secret_digest = $2 WHERE client_id = $1', [clientId, digest]);
  }
}
