import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type Repository } from 'typeorm';
import { columnsOf } from '../database/columns-of.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { OuterJoined } from '../database/statement-parts.ts';
import { Client } from './client.entity.ts';
import { ClientTestSecret } from './client-test-secret.entity.ts';

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

/** A client that authenticates by a secret, with the digests of its secrets beside the present one. */
export interface Credentials {
  /** Null where there is no such client. */
  client: Client | null;
  /** Of former secrets that still serve. */
  former: Buffer[];
  /** Of secrets of test mode. */
  tests: Buffer[];
}

/** No client has this id. */
const NO_CLIENT = `'00000000-0000-0000-0000-000000000000'::uuid`;

/** Every token by an assertion, and every call of a public client, costs this statement, so it is literal. */
const NAMED = statement('client_named', `SELECT ${columnsOf(Client, 'c')} FROM clients c WHERE c.client_id = $1`);

/** One row in any case: as much is read for an unknown client. Every token by a secret costs this statement. */
const CREDENTIALS = statement(
  'client_credentials',
  `SELECT ${columnsOf(Client, 'c')},
      ARRAY(SELECT s.digest FROM client_secrets s WHERE s.client_id = coalesce(c.id, ${NO_CLIENT})
        AND s.ends_at > now()) AS former,
      ARRAY(SELECT t.digest FROM client_test_secrets t WHERE t.client_id = coalesce(c.id, ${NO_CLIENT})
        AND (t.ends_at IS NULL OR t.ends_at > now())) AS tests
    FROM (VALUES (1)) one LEFT JOIN clients c ON c.client_id = $1`,
);

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

const NOTE_TEST_SECRET = statement(
  'client_note_test_secret',
  `UPDATE client_test_secrets SET last_used_at = now()
    WHERE client_id = $1 AND digest = $2 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
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

/** Days for which a key or token that ended is listed still. */
export const ENDED_KEPT_DAYS = 90;

const PURGE_SECRETS = statement(
  'client_purge_secrets',
  `WITH live AS (
      DELETE FROM client_secrets WHERE ends_at < now() - interval '${ENDED_KEPT_DAYS} days' RETURNING 1
    ), tests AS (
      DELETE FROM client_test_secrets WHERE ends_at < now() - interval '${ENDED_KEPT_DAYS} days' RETURNING 1
    ) SELECT count(*)::int AS count FROM (SELECT FROM live UNION ALL SELECT FROM tests) gone`,
);

@Injectable()
export class ClientStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(ClientTestSecret) private readonly testSecrets: Repository<ClientTestSecret>,
  ) {}

  /** The client of an id that a call names, as it is now. */
  async byClientId(clientId: string): Promise<Client | null> {
    return (await this.database.pipelinedRows<Client>(NAMED, [clientId]))[0] ?? null;
  }

  byId(id: string): Promise<Client | null> {
    return this.clients.findOneBy({ id });
  }

  /** The return addresses of the public clients that are in use. */
  async publicReturnUrls(): Promise<string[]> {
    const where = { tokenEndpointAuthMethod: 'none', disabledAt: IsNull() } as const;
    const clients = await this.clients.find({ select: { id: true, returnUrls: true }, where });
    return clients.flatMap(({ returnUrls }) => returnUrls);
  }

  /** The client that names itself, as it is now, and its secrets. */
  async credentialsOf(clientId: string): Promise<Credentials> {
    type Row = OuterJoined<Client> & Omit<Credentials, 'client'>;
    const [row] = await this.database.pipelinedRows<Row>(CREDENTIALS, [clientId]);
    if (!row) throw new Error('the statement answers one row in any case');
    const { former, tests, ...client } = row;
    return { client: client.id === null ? null : (client as Client), former, tests };
  }

  /** Notes that a secret was used, at most once a minute. */
  async noteSecret(clientId: string, digest: Buffer, isTest: boolean): Promise<void> {
    await this.database.rows(isTest ? NOTE_TEST_SECRET : NOTE_SECRET, [clientId, digest]);
  }

  /** Notes that a key of a JWKS was used, at most once a minute. */
  async noteKey(clientId: string, thumbprint: string): Promise<void> {
    await this.database.rows(NOTE_KEY, [clientId, thumbprint]);
  }

  /** Marks an assertion as used. Returns false when it was used before. */
  async spendAssertion(clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
    return (await this.database.rows(SPEND_ASSERTION, [clientId, jti, expiresAt])).length === 1;
  }

  /**
   * Adds a client. An existing client with the same client id only gets the new return addresses, and a secret of test mode
   * that it had before stays as it is.
   */
  async register(client: NewClient, testSecretDigest?: Buffer): Promise<void> {
    const insert = this.clients.createQueryBuilder().insert().values(client);
    await insert.orUpdate(['return_urls'], ['client_id']).execute();
    if (!testSecretDigest) return;
    const test = this.testSecrets.createQueryBuilder().insert();
    await test.values({ clientId: client.id, digest: testSecretDigest }).orIgnore().execute();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.clients.update({ id, name: Not(name) }, { name });
  }

  /** Deletes a batch of expired assertions. Returns true if more may remain. */
  async purgeAssertions(): Promise<boolean> {
    return (await this.database.changed(PURGE_ASSERTIONS, [])) === PURGE_BATCH;
  }

  /** Deletes the secrets that ended long ago. They are few: each was made by a command. */
  async purgeSecrets(): Promise<void> {
    await this.database.rows(PURGE_SECRETS, []);
  }
}
