import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, Raw, type Repository } from 'typeorm';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Client } from './client.entity.ts';
import { ClientSecret } from './client-secret.entity.ts';

/** The columns of a registration; the others have defaults. */
export type NewClient = Pick<
  Client,
  | 'id'
  | 'clientId'
  | 'name'
  | 'secretDigest'
  | 'jwks'
  | 'scopes'
  | 'returnUrls'
  | 'startsPerMinute'
  | 'vendorCode'
  | 'requiresRegistration'
>;

const SPEND_ASSERTION = statement(
  'client_spend_assertion',
  `INSERT INTO client_assertions (client_id, jti, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING RETURNING jti`,
);

/** A secret that was registered by other means than the command has no row yet. */
const NOTE_SECRET = statement(
  'client_note_secret',
  `INSERT INTO client_secrets AS s (client_id, digest, made_at, last_used_at)
    SELECT id, $2, created_at, now() FROM clients WHERE id = $1
    ON CONFLICT (client_id, digest) DO UPDATE SET last_used_at = now()
      WHERE s.last_used_at IS NULL OR s.last_used_at < now() - interval '1 minute'`,
);

const NOTE_KEY = statement(
  'client_note_key',
  `INSERT INTO client_key_uses AS u (client_id, thumbprint, last_used_at) VALUES ($1, $2, now())
    ON CONFLICT (client_id, thumbprint) DO UPDATE SET last_used_at = now()
      WHERE u.last_used_at < now() - interval '1 minute'`,
);

/** The maximum number of assertions that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE_ASSERTIONS = statement(
  'client_purge_assertions',
  `DELETE FROM client_assertions WHERE (client_id, jti) IN (
    SELECT client_id, jti FROM client_assertions WHERE expires_at < now() LIMIT ${PURGE_BATCH})`,
);

@Injectable()
export class ClientStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(ClientSecret) private readonly secrets: Repository<ClientSecret>,
  ) {}

  byClientId(clientId: string): Promise<Client | null> {
    return this.clients.findOneBy({ clientId });
  }

  byId(id: string): Promise<Client | null> {
    return this.clients.findOneBy({ id });
  }

  /** A client's former secrets that still serve, and those of test mode. */
  otherSecrets(clientId: string): Promise<Pick<ClientSecret, 'clientId' | 'digest' | 'isTest'>[]> {
    const endsAt = Raw((column) => `${column} > now()`);
    return this.secrets.find({
      select: { clientId: true, digest: true, isTest: true },
      where: [
        { clientId, endsAt },
        { clientId, isTest: true, endsAt: IsNull() },
      ],
    });
  }

  /** Notes that a secret was used, at most once a minute. */
  async noteSecret(clientId: string, digest: Buffer): Promise<void> {
    await this.database.rows(NOTE_SECRET, [clientId, digest]);
  }

  /** Notes that a key of a JWKS was used, at most once a minute. */
  async noteKey(clientId: string, thumbprint: string): Promise<void> {
    await this.database.rows(NOTE_KEY, [clientId, thumbprint]);
  }

  /** Marks an assertion as used. Returns false when it was used before. */
  async spendAssertion(clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
    return (await this.database.rows(SPEND_ASSERTION, [clientId, jti, expiresAt])).length === 1;
  }

  /** Adds a client. An existing client with the same client id only gets the new return addresses. */
  async register(client: NewClient): Promise<void> {
    const insert = this.clients.createQueryBuilder().insert().values(client);
    await insert.orUpdate(['return_urls'], ['client_id']).execute();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.clients.update({ id, name: Not(name) }, { name });
  }

  /** Deletes a batch of expired assertions. Returns true if more may remain. */
  async purgeAssertions(): Promise<boolean> {
    return (await this.database.changed(PURGE_ASSERTIONS, [])) === PURGE_BATCH;
  }
}
