import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { discovered, INSECURE } from '../support/discovered.ts';
import { TestService } from '../support/service.ts';

/* eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
const PLAIN_HTTP = { execute: [openid.allowInsecureRequests] };

let service: TestService;
let issuer: URL;

beforeAll(async () => {
  service = await TestService.start();
  issuer = new URL(service.issuer);
});
afterAll(async () => {
  await service.stop();
});

const shop = () => service.process.announcement.clients.find((one) => one.clientId === 'demo-shop')!;

/** Registers a client with a new key pair. */
async function clientWithKey(alg: string): Promise<{ clientId: string; key: CryptoKey }> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const clientId = `${alg}-${randomUUID()}`;
  const other = await generateKeyPair(alg);
  const keys = [await exportJWK(other.publicKey), await exportJWK(publicKey)];
  await service.rows.clients.register({ clientId, jwks: { keys } });
  return { clientId, key: privateKey };
}

describe('openid-client', () => {
  it('openid-client with a secret and no further setting discovers the service and gets a token', async () => {
    const { clientId, clientSecret } = shop();
    const config = await openid.discovery(issuer, clientId, clientSecret, undefined, PLAIN_HTTP);
    const tokens = await openid.clientCredentialsGrant(config);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'authentications' });
    const url = new URL(`/v1/authentications/${randomUUID()}`, issuer);
    const answer = await openid.fetchProtectedResource(config, tokens.access_token, url, 'GET');
    expect(answer.status).toBe(404);
  });

  it('openid-client finds the same metadata at both addresses', async () => {
    const found = await Promise.all(
      (['oidc', 'oauth2'] as const).map(async (algorithm) => {
        const config = await openid.discovery(issuer, 'any', undefined, undefined, { ...PLAIN_HTTP, algorithm });
        return config.serverMetadata();
      }),
    );
    expect(found[0]).toEqual(found[1]);
  });

  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'openid-client that is registered for %s gets a token in that way',
    async (authMethod) => {
      const [clientId, secret] = [`가게 ${randomUUID()}`, 'p:a+s s%26=&비밀'];
      await service.rows.clients.register({ clientId, secret, authMethod });
      const way = authMethod === 'client_secret_basic' ? openid.ClientSecretBasic : openid.ClientSecretPost;
      const config = await openid.discovery(issuer, clientId, undefined, way(secret), PLAIN_HTTP);
      expect((await openid.clientCredentialsGrant(config)).expires_in).toBe(300);
    },
  );

  it.each(['ES256', 'PS256', 'Ed25519'])(
    'openid-client with one of two registered %s keys gets a token without naming the key',
    async (alg) => {
      const { clientId, key } = await clientWithKey(alg);
      const config = await openid.discovery(issuer, clientId, undefined, openid.PrivateKeyJwt(key), PLAIN_HTTP);
      expect((await openid.clientCredentialsGrant(config)).expires_in).toBe(300);
    },
  );

  it.each<[string, openid.ClientAuth, Record<string, string>, number, string]>([
    ['a wrong secret in the body', openid.ClientSecretPost('wrong'), {}, 401, 'invalid_client'],
    ['a scope of another client', openid.ClientSecretPost('right'), { scope: 'operator' }, 400, 'invalid_scope'],
    ['a secret and a client id of nobody', openid.None(), {}, 401, 'invalid_client'],
  ])('openid-client reads the error of %s', async (_case, way, parameters, status, error) => {
    const clientId = `errors-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret: 'right' });
    const config = await openid.discovery(issuer, clientId, undefined, way, PLAIN_HTTP);
    const refused = openid.clientCredentialsGrant(config, parameters);
    await expect(refused).rejects.toMatchObject({
      name: 'ResponseBodyError',
      status,
      error,
      error_description: expect.stringMatching(/\S/),
    });
  });

  it('openid-client reads the challenge of a wrong secret in the header', async () => {
    const way = openid.ClientSecretBasic('wrong');
    const config = await openid.discovery(issuer, 'demo-shop', undefined, way, PLAIN_HTTP);
    await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'basic', parameters: { realm: 'pushguard' } }],
    });
  });
});

describe('oauth4webapi', () => {
  it.each(['oidc', 'oauth2'] as const)(
    'oauth4webapi discovers the service as %s and gets a token',
    async (algorithm) => {
      const server = await discovered(service.issuer, algorithm);
      const { clientId, clientSecret } = shop();
      const client = { client_id: clientId };
      const way = oauth.ClientSecretPost(clientSecret);
      const answer = await oauth.clientCredentialsGrantRequest(server, client, way, new URLSearchParams(), INSECURE);
      const tokens = await oauth.processClientCredentialsResponse(server, client, answer);
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 300 });
    },
  );

  it.each(['ES256', 'PS256', 'Ed25519'])(
    'oauth4webapi with one of two registered %s keys gets a token by private_key_jwt, and with another key reads why not',
    async (alg) => {
      const { clientId, key } = await clientWithKey(alg);
      const { privateKey: foreign } = await generateKeyPair(alg);
      const server = await discovered(service.issuer);
      const client = { client_id: clientId };
      const ask = async (signedBy: CryptoKey) => {
        const way = oauth.PrivateKeyJwt(signedBy);
        const answer = await oauth.clientCredentialsGrantRequest(server, client, way, new URLSearchParams(), INSECURE);
        return oauth.processClientCredentialsResponse(server, client, answer);
      };
      expect(await ask(key)).toMatchObject({ token_type: 'bearer', expires_in: 300 });
      await expect(ask(foreign)).rejects.toMatchObject({
        name: 'ResponseBodyError',
        status: 401,
        error: 'invalid_client',
      });
    },
  );

  it('oauth4webapi reads why a token does not suffice, and that a token is missing', async () => {
    const url = new URL('/v1/authentications/some-id', issuer);
    const ask = async (token: string) =>
      oauth.protectedResourceRequest(token, 'GET', url, new Headers(), null, INSECURE);
    await expect(ask(await service.token('operator'))).rejects.toMatchObject({
      status: 403,
      cause: [
        { scheme: 'bearer', parameters: { realm: 'pushguard', error: 'insufficient_scope', scope: 'authentications' } },
      ],
    });
    await expect(ask('worn-out')).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { realm: 'pushguard', error: 'invalid_token' } }],
    });
  });
});
