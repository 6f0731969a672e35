import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';

/** A program that calls the service: a relying party, a carrier or an operator’s system. */
export interface Client {
  id: string;
  clientId: string;
  name: string;
  secretDigest: Buffer | null;
  jwks: object | null;
  scopes: string[];
  returnUrls: string[];
  startsPerMinute: number;
  /** The vendor code that people give with the serial number of a Smart OTP of this institution. */
  vendorCode: string | null;
  /** Whether it may only ask people whose authenticator is registered with it. */
  requiresRegistration: boolean;
}

const COLUMNS = `id, client_id AS "clientId", name, secret_digest AS "secretDigest", jwks, scopes,
  return_urls AS "returnUrls", starts_per_minute AS "startsPerMinute", vendor_code AS "vendorCode",
  requires_registration AS "requiresRegistration"`;

const BY_CLIENT_ID = { name: 'client_by_client_id', text: `SELECT ${COLUMNS} FROM clients WHERE client_id = $1` };
const BY_ID = { name: 'client_by_id', text: `SELECT ${COLUMNS} FROM clients WHERE id = $1` };

const SPEND_ASSERTION = {
  name: 'client_spend_assertion',
  text: `INSERT INTO client_assertions (client_id, jti, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING jti`,
};

const REGISTER = {
  name: 'client_register',
  text: `INSERT INTO clients (id, client_id, name, secret_digest, jwks, scopes, return_urls, starts_per_minute,
      vendor_code, requires_registration)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (client_id) DO UPDATE SET return_urls = excluded.return_urls`,
};

const FORGET_ASSERTIONS = {
  name: 'client_forget_assertions',
  text: `DELETE FROM client_assertions WHERE (client_id, jti) IN (
    SELECT client_id, jti FROM client_assertions WHERE expires_at < now() LIMIT 5000)`,
};

@Injectable()
export class ClientStore {
  constructor(private readonly database: Database) {}

  async byClientId(clientId: string): Promise<Client | undefined> {
    return (await this.database.rows<Client>(BY_CLIENT_ID, [clientId]))[0];
  }

  async byId(id: string): Promise<Client | undefined> {
    return (await this.database.rows<Client>(BY_ID, [id]))[0];
  }

  /** Marks an assertion as used. Returns false when it was used before. */
  async spendAssertion(clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
    return (await this.database.rows(SPEND_ASSERTION, [clientId, jti, expiresAt])).length === 1;
  }

  /** Adds a client. An existing client with the same client id only gets the new return addresses. */
  async register(client: Client): Promise<void> {
    const { id, clientId, name, secretDigest, scopes, returnUrls, startsPerMinute } = client;
    const { vendorCode, requiresRegistration } = client;
    await this.database.rows(REGISTER, [
      id,
      clientId,
      name,
      secretDigest,
      client.jwks ? JSON.stringify(client.jwks) : null,
      scopes,
      returnUrls,
      startsPerMinute,
      vendorCode,
      requiresRegistration,
    ]);
  }

  async purgeAssertions(): Promise<void> {
    await this.database.rows(FORGET_ASSERTIONS, []);
  }
}
