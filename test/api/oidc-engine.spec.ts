import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { errors, type AdapterPayload } from 'oidc-provider';
import type pg from 'pg';
import { PEER_TABLE, PostgresAdapter } from '../bench/peer-adapter.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

// Why the endpoints of OpenID Connect are built by hand (.github/CONTRIBUTING.md, Decisions): what node-oidc-provider does when
// one code comes twice at once.

const CALLBACK = 'https://shop.example/callback';
const CLIENT = { client_id: 'shop', client_secret: 'a-secret-of-the-shop' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(PEER_TABLE);
});
afterAll(async () => {
  await database.drop();
});

/** Two redemptions at once: both have read the code before either spends it. */
class AtOnce extends PostgresAdapter {
  private static waiting: (() => void)[] = [];

  constructor(
    private readonly artefact: string,
    pool: pg.Pool,
  ) {
    super(artefact, pool);
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await super.find(id);
    if (this.artefact === 'AuthorizationCode') await AtOnce.both();
    return found;
  }

  private static async both(): Promise<void> {
    const meeting = new Promise<void>((resolve) => AtOnce.waiting.push(resolve));
    if (AtOnce.waiting.length === 2) for (const go of AtOnce.waiting.splice(0)) go();
    await meeting;
  }
}

/** The same, and `consume` itself refuses a second time, which no document of the library asks of it. */
class Guarded extends AtOnce {
  constructor(
    artefact: string,
    private readonly database: pg.Pool,
  ) {
    super(artefact, database);
  }

  override async consume(id: string): Promise<void> {
    const spend = 'UPDATE artefacts SET consumed_at = now() WHERE id = $1 AND consumed_at IS NULL';
    if ((await this.database.query(spend, [id])).rowCount !== 1) throw new errors.InvalidGrant('already consumed');
  }
}

/** Redeems one code twice at once at a provider with this storage; returns the two statuses. */
async function redeemTwice(Storage: typeof AtOnce): Promise<number[]> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    adapter: (kind: string) => new Storage(kind, database.pool),
    clients: [
      {
        ...CLIENT,
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES256', use: 'sig' }] },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => false },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300 },
  });
  server.on('request', provider.callback());
  const grant = new provider.Grant({ accountId: 'person', clientId: CLIENT.client_id });
  grant.addOIDCScope('openid');
  const code = new provider.AuthorizationCode({
    accountId: 'person',
    client: (await provider.Client.find(CLIENT.client_id))!,
    redirectUri: CALLBACK,
    scope: 'openid',
    grantId: await grant.save(),
    gty: 'authorization_code',
  });
  const form = { grant_type: 'authorization_code', code: await code.save(), redirect_uri: CALLBACK, ...CLIENT };
  const redeem = async () =>
    (await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form) })).status;
  const statuses = await Promise.all([redeem(), redeem()]);
  await new Promise((resolve) => server.close(resolve));
  return statuses.sort();
}

describe('node-oidc-provider', () => {
  it('node-oidc-provider issues tokens twice for a code that comes twice at once, with an adapter as its documents have it', async () => {
    expect(await redeemTwice(AtOnce)).toEqual([200, 200]);
  });

  it('node-oidc-provider issues tokens once where the adapter throws an error of the grant from consume', async () => {
    expect(await redeemTwice(Guarded)).toEqual([200, 400]);
  });
});
