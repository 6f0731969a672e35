import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { CibaClient, hintOf, type OAuthAnswer } from '../support/ciba-client.ts';
import { KeyHost } from '../support/key-host.ts';
import { LogInBrowser } from '../support/log-in.ts';
import { TestService } from '../support/service.ts';

const CALLBACK = 'https://shop.example/callback';

let service: TestService;
let host: KeyHost;

beforeAll(async () => {
  [service, host] = await Promise.all([TestService.start(), KeyHost.start()]);
});
afterAll(async () => {
  await service.stop();
  await host.stop();
});

/** A client whose keys are no longer registered but published at a path of its own. */
async function publishing(): Promise<{ client: CibaClient; path: string; keys: JWK[] }> {
  const client = await CibaClient.register(service);
  const path = `/${randomUUID()}`;
  const { keys } = await service.rows.clients.publishKeysAt(client.clientId, host.url(path));
  host.publish(path, { keys });
  return { client, path, keys };
}

const tokenFor = async (client: CibaClient, authentication?: Record<string, string>): Promise<OAuthAnswer> =>
  client.post('/oauth2/token', {
    ...(authentication ?? (await client.assertion())),
    grant_type: 'client_credentials',
    scope: 'authentications',
  });

/** A further pair of keys, with a `kid` of its own. */
async function newKey(): Promise<{ privateKey: CryptoKey; jwk: JWK & { kid: string } }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID() } };
}

async function assertionOf(
  { clientId }: CibaClient,
  { privateKey, jwk }: { privateKey: CryptoKey; jwk: { kid: string } },
): Promise<Record<string, string>> {
  const assertion = new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(service.issuer)
    .setExpirationTime('1m');
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion.sign(privateKey),
  };
}

describe('a client that publishes its keys at an address', () => {
  it('gets tokens by its published keys, which the service fetches once', async () => {
    const { client, path } = await publishing();
    for (let times = 1; times <= 3; times += 1) expect((await tokenFor(client)).status).toBe(200);
    expect(host.fetches(path)).toBe(1);
  });

  it('many requests at once share one fetch of its keys', async () => {
    const { client, path } = await publishing();
    const answers = await Promise.all(Array.from({ length: 20 }, () => tokenFor(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(host.fetches(path)).toBe(1);
  });

  it('uses a new key as soon as it is published, and unknown keys cost its host no more than one fetch', async () => {
    const { client, path, keys } = await publishing();
    expect((await tokenFor(client)).status).toBe(200);
    const [next, unknown] = [await newKey(), await newKey()];
    host.publish(path, { keys: [...keys, next.jwk] });
    expect((await tokenFor(client, await assertionOf(client, next))).status).toBe(200);
    expect(host.fetches(path)).toBe(2);
    for (let times = 1; times <= 3; times += 1)
      expect((await tokenFor(client, await assertionOf(client, unknown))).body['error']).toBe('invalid_client');
    expect((await tokenFor(client)).status).toBe(200);
    expect(host.fetches(path)).toBe(2);
  });

  it('signs CIBA requests and authorization requests by its published keys', async () => {
    const { client } = await publishing();
    const person = await service.addLine();
    const asked = await client.begin({
      request: await client.request({ scope: 'openid', login_hint: hintOf(person) }),
    });
    expect(asked.status).toBe(200);

    const other = await publishing();
    await service.rows.clients.setReturnUrls(other.client.clientId, [CALLBACK]);
    const parameters = { response_type: 'code', redirect_uri: CALLBACK, scope: 'openid', nonce: 'n' };
    const { clientId } = other.client;
    const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
    const request = await other.client.request({ client_id: clientId, ...parameters, ...challenge });
    const address = `${service.issuer}/oauth2/authorize?${new URLSearchParams({ client_id: clientId, request }).toString()}`;
    await new LogInBrowser(service).begin(address);
    expect(host.fetches(other.path)).toBe(1);
  });

  it('may publish keys for other purposes beside those that the service reads', async () => {
    const { client, path, keys } = await publishing();
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const rsa = { ...(await exportJWK(publicKey)), kid: 'rs', alg: 'RS256' };
    host.publish(path, {
      keys: [{ ...keys[0], kid: 'enc', use: 'enc' }, rsa, { kty: 'unknown' }, 'no key', ...keys] as object[],
    });
    expect((await tokenFor(client)).status).toBe(200);
  });

  const set = (keys: readonly JWK[]) => JSON.stringify({ keys });
  it.each<[string, (keys: readonly JWK[]) => Parameters<KeyHost['publish']>[1]]>([
    ['answers 404', (keys) => ({ status: 404, body: set(keys) })],
    ['redirects', () => ({ status: 302, headers: { location: host.url('/elsewhere') }, body: '' })],
    ['has no JSON', () => ({ body: '<html>' })],
    ['has no key', () => ({ keys: [] })],
    ['has text beside the set', (keys) => ({ body: `${set(keys)};` })],
    ['has more than 64 KiB', (keys) => ({ body: set(keys).padStart(70_000) })],
    ['has private keys', (keys) => ({ keys: keys.map((key) => ({ ...key, d: 'AAAA' })) })],
  ])('is refused while its address %s, and its host is asked once', async (_what, wrong) => {
    const { client, path, keys } = await publishing();
    host.publish('/elsewhere', { keys });
    host.publish(path, wrong(keys));
    for (let times = 1; times <= 2; times += 1) {
      const { status, body } = await tokenFor(client);
      expect([status, body['error']]).toEqual([401, 'invalid_client']);
      expect(body['error_description']).toContain('jwks_uri');
    }
    expect([host.fetches(path), host.fetches('/elsewhere')]).toEqual([1, 0]);
  });

  it('is refused where its address is not on the internet', async () => {
    const client = await CibaClient.register(service);
    await service.rows.clients.publishKeysAt(client.clientId, 'https://10.0.0.1/keys');
    expect((await tokenFor(client)).body['error']).toBe('invalid_client');
  });

  it('signs nothing by the keys that were registered before', async () => {
    const { client, path } = await publishing();
    host.publish(path, { keys: [(await newKey()).jwk] });
    expect((await tokenFor(client)).body['error']).toBe('invalid_client');
  });
});
