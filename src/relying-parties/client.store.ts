import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Not, type Repository } from 'typeorm';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Client } from './client.entity.ts';

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
  ) {}

  byClientId(clientId: string): Promise<Client | null> {
    return this.clients.findOneBy({ clientId });
  }

  byId(id: string): Promise<Client | null> {
    return this.clients.findOneBy({ id });
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
