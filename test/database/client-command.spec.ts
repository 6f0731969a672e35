import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { readArguments, type Wanted } from '../../src/commands/clients/arguments.ts';
import { answerClientCommand, CLIENT_ROOMS } from '../../src/commands/clients/run.ts';
import { generateKeyring, withRsaKey } from '../../src/crypto/keyring.ts';
import { OpenCommand, runProgram, type Ended } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { KeyHost } from '../support/key-host.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, TestService } from '../support/service.ts';

interface Credentials {
  clientId: string;
  clientSecret: string;
}

interface Shown {
  [setting: string]: unknown;
  keys: { kind: string; kid: string | null; state: string; endsAt: string | null; lastUsedAt: string | null }[];
}

let service: TestService;
let directory: string;
let open: OpenCommand<Wanted>;

beforeAll(async () => {
  service = await TestService.start({ KEYRING: withRsaKey(generateKeyring()) });
  directory = service.env['DATA_DIR']!;
  const environment = { VENDOR_CODE: 'PG', NODE_ENV: 'development' as const, WEBHOOK_ALLOW_SUBNETS: [] };
  const read = (words: string[]) => readArguments(words, environment);
  open = await OpenCommand.open({ read, rooms: CLIENT_ROOMS, answer: answerClientCommand }, service.env);
});
afterAll(async () => {
  await open.close();
  await service.stop();
});

/** Runs `npm run client` in a process of its own, with `input` at its standard input. */
function inProcess(words: readonly string[], input = '', env: Record<string, string> = {}): Promise<Ended> {
  return runProgram('commands/clients', words, { ...service.env, ...env }, input);
}

/** Does what `npm run client` does with these words. */
const command = (words: readonly string[]): Promise<Ended> => open.run(words);

async function json<Result>(words: readonly string[], run = command): Promise<Result> {
  const { code, stdout, stderr } = await run([...words, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Result;
}

const add = (...words: string[]) => json<Credentials>(['add', '시험 상점', '--scope=authentications', ...words]);
const show = (clientId: string) => json<Shown>(['show', clientId]);

async function requestToken(form: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  return answered(await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', headers, body }));
}

const answered = (response: Response) => answerOf<Record<string, unknown>>(response);

const withSecret = ({ clientId, clientSecret }: Credentials) =>
  requestToken({}, { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` });

async function withKey(clientId: string, key: CryptoKey, kid?: string) {
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(service.issuer)
    .setJti(randomUUID())
    .setExpirationTime('1m')
    .sign(key);
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return requestToken({ client_assertion_type: type, client_assertion: assertion });
}

async function newKey(kid: string): Promise<{ privateKey: CryptoKey; jwk: JWK; privateJwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid },
    privateJwk: { ...(await exportJWK(privateKey)), kid },
  };
}

async function startWith(token: unknown) {
  const { phoneNumber, birthDate, genderDigit } = await service.addLine();
  const response = await fetch(`${service.issuer}/v1/authentications`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${String(token)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' }),
  });
  return answered(response);
}

async function auditOf(clientId: string) {
  const { rows } = await service.database.pool.query<Record<'operator' | 'action' | 'reason' | 'outcome', string>>(
    `SELECT operator, action, reason, outcome FROM audit_entries WHERE action LIKE 'client-%' AND action LIKE $1 ORDER BY id`,
    [`% ${clientId}`],
  );
  return rows;
}

describe('npm run client -- add', () => {
  it('admits a relying party, whose secret gets a token and starts an authentication at once', async () => {
    const words = ['add', '시험 상점', '--scope=authentications', '--id=first-shop'];
    const client = await json<Credentials>([...words, '--return-url=https://shop.example/back?a=1,2'], inProcess);
    expect(client.clientId).toBe('first-shop');
    const { status, body } = await withSecret(client);
    expect([status, body['scope']]).toEqual([200, 'authentications']);
    expect((await startWith(body['access_token'])).status).toBe(201);
  });

  it('prints the secret once, aligned for people, and keeps it nowhere', async () => {
    const { code, stdout } = await command([
      'add',
      '두 번째 상점',
      '--scope=authentications,signing',
      '--reason=계약 12',
    ]);
    expect(code).toBe(0);
    const [, clientId = '', clientSecret = ''] =
      /^client id {6}(\S+)\nclient secret {2}(\S+) {3}\(not shown again\)\n$/.exec(stdout) ?? [];
    expect(clientSecret).toMatch(/^[\w-]{43}$/);
    expect((await withSecret({ clientId, clientSecret })).status).toBe(200);
    const shown = await command(['show', clientId]);
    const digest = createHash('sha256').update(clientSecret).digest('hex');
    const audit = await auditOf(clientId);
    for (const text of [
      shown.stdout,
      JSON.stringify(await show(clientId)),
      JSON.stringify(audit),
      service.process.log(),
    ]) {
      expect(text).not.toContain(clientSecret);
      expect(text).not.toContain(digest);
    }
    expect(audit).toEqual([
      {
        operator: expect.stringMatching(/^terminal:/),
        action: `client-add ${clientId}`,
        reason: '계약 12; name=두 번째 상점, scopes=authentications,signing',
        outcome: 'done',
      },
    ]);
    expect((await command(['list'])).stdout).toMatch(
      new RegExp(`^${clientId} +두 번째 상점 +in use +client_secret_basic +authentications signing$`, 'm'),
    );
  });

  it('registers every setting', async () => {
    const [key, vendorCode] = [await newKey('k1'), `V${Math.floor(Math.random() * 1e6)}`];
    const settings = [
      ...[
        '--scope=authentications,signing',
        '--return-url=https://bank.example/back',
        '--return-url=http://localhost:8080/',
      ],
      ...[
        '--frame-origin=https://bank.example',
        '--window-host=bank.example',
        '--jwks=-',
        '--assertion-audience=endpoint',
      ],
      ...['--id-token-alg=RS256', '--sector=bank.example'],
      ...[`--vendor-code=${vendorCode}`, '--starts-per-minute=12', '--refuses-sms', '--requires-registration'],
      ...['--ciba-mode=ping', '--ciba-notification-endpoint=https://bank.example/ciba', '--ciba-signing-alg=PS256'],
      ...['--may-name-by-number', '--dpop-bound', '--signed-requests', '--log-in-match'],
    ];
    const given = JSON.stringify({ keys: [key.jwk] });
    const { clientId, clientSecret } = await json<Credentials>(['add', '은행', ...settings], (words) =>
      inProcess(words, given),
    );
    expect(clientSecret).toBeNull();
    expect(await show(clientId)).toEqual({
      clientId,
      name: '은행',
      scopes: ['authentications', 'signing'],
      returnUrls: ['https://bank.example/back', 'http://localhost:8080/'],
      frameOrigins: ['https://bank.example'],
      windowHost: 'bank.example',
      tokenEndpointAuthMethod: 'private_key_jwt',
      assertionAudience: 'endpoint',
      vendorCode,
      startsPerMinute: 12,
      refusesSms: true,
      requiresRegistration: true,
      backchannelTokenDeliveryMode: 'ping',
      backchannelClientNotificationEndpoint: 'https://bank.example/ciba',
      backchannelAuthenticationRequestSigningAlg: 'PS256',
      mayNameByNumber: true,
      fapi: false,
      camara: false,
      dpopBoundAccessTokens: true,
      requireSignedRequestObject: true,
      logInMatch: true,
      idTokenSignedResponseAlg: 'RS256',
      sector: 'bank.example',
      jwksUri: null,
      createdAt: expect.any(String),
      disabledAt: null,
      keys: [expect.objectContaining({ kind: 'key', kid: 'k1', state: 'present', lastUsedAt: null })],
    });
    // It proved who it is, but not the key to which its tokens are bound.
    expect(await withKey(clientId, key.privateKey)).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof' },
    });
    expect((await show(clientId)).keys[0]?.lastUsedAt).not.toBeNull();
    const again = await command(['add', '은행', '--scope=signing', `--vendor-code=${vendorCode}`]);
    expect([again.code, again.stderr]).toEqual([1, `The vendor code ${vendorCode} belongs to another client.\n`]);
  });
});

describe('npm run client -- rotate', () => {
  it('lets both secrets serve for the overlap, then the new one alone, and shows the last use of each', async () => {
    const former = await add();
    expect((await withSecret(former)).status).toBe(200);
    const next = await json<Credentials & { formerEndsAt: string }>(['rotate', former.clientId]);
    expect(Date.parse(next.formerEndsAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect((await withSecret(former)).status).toBe(200);
    expect((await show(former.clientId)).keys).toEqual([
      expect.objectContaining({ state: 'overlapping', endsAt: next.formerEndsAt, lastUsedAt: expect.any(String) }),
      expect.objectContaining({ state: 'present', endsAt: null, lastUsedAt: null }),
    ]);
    expect((await withSecret(next)).status).toBe(200);
    expect((await show(former.clientId)).keys[1]?.lastUsedAt).not.toBeNull();

    await service.database.pool.query(
      `UPDATE client_secrets SET ends_at = now() WHERE ends_at IS NOT NULL
        AND client_id = (SELECT id FROM clients WHERE client_id = $1)`,
      [former.clientId],
    );
    const refused = await withSecret(former);
    expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
    expect((await withSecret(next)).status).toBe(200);
    expect((await auditOf(former.clientId)).map(({ action }) => action.split(' ')[0])).toEqual([
      'client-add',
      'client-rotate',
    ]);
  });

  it('with no overlap ends every former secret at once, also one that overlaps', async () => {
    const first = await add();
    const second = await json<Credentials>(['rotate', first.clientId, '--overlap=7d']);
    const third = await json<Credentials>(['rotate', first.clientId, '--overlap=0']);
    const statuses = await Promise.all([first, second, third].map(async (one) => (await withSecret(one)).status));
    expect(statuses).toEqual([401, 401, 200]);
  });

  it('with no overlap also ends a secret that another rotation lets overlap at the same moment', async () => {
    const former = await add();
    const holding = await service.database.pool.connect();
    await holding.query('BEGIN');
    await holding.query('SELECT 1 FROM clients WHERE client_id = $1 FOR NO KEY UPDATE', [former.clientId]);
    const rotating = command(['rotate', former.clientId, '--overlap=0']);
    await eventually('the command to wait for the client', async () => {
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]`;
      return (await holding.query(waiting)).rowCount !== 0;
    });
    await holding.query(
      `WITH c AS (SELECT id, secret_digest FROM clients WHERE client_id = $1), n AS (
          INSERT INTO client_secrets (client_id, digest) SELECT id, sha256('other'::bytea) FROM c
        ), f AS (
          UPDATE client_secrets s SET ends_at = now() + interval '1 day' FROM c WHERE s.client_id = c.id
        ) UPDATE clients SET secret_digest = sha256('other'::bytea) FROM c WHERE clients.id = c.id`,
      [former.clientId],
    );
    await holding.query('COMMIT');
    holding.release();
    expect((await rotating).code).toBe(0);
    expect((await withSecret(former)).status).toBe(401);
  });

  it('serves a client that was registered before, whose secret stands in its row alone', async () => {
    const former = { clientId: `old-${randomUUID()}`, clientSecret: 'an old secret' };
    await service.rows.clients.register({ clientId: former.clientId, secret: former.clientSecret });
    expect((await show(former.clientId)).keys).toEqual([
      expect.objectContaining({ state: 'present', lastUsedAt: null }),
    ]);
    const next = await json<Credentials>(['rotate', former.clientId, '--overlap=1h']);
    expect((await withSecret(former)).status).toBe(200);
    expect((await withSecret(next)).status).toBe(200);
  });

  it('of two at the same time leaves one present secret, and both former ones serve', async () => {
    const first = await add();
    const both = await Promise.all([0, 1].map(() => json<Credentials>(['rotate', first.clientId])));
    const statuses = await Promise.all([first, ...both].map(async (one) => (await withSecret(one)).status));
    expect(statuses).toEqual([200, 200, 200]);
    expect((await show(first.clientId)).keys.map(({ state }) => state).sort()).toEqual([
      'overlapping',
      'overlapping',
      'present',
    ]);
  });
});

describe('npm run client with keys of test mode', () => {
  it('makes a test secret at once or later, lets it overlap its successor, lists it, and takes it away', async () => {
    const client = await json<Credentials & { testClientSecret: string }>([
      ...['add', '시험 상점', '--scope=authentications,carrier', '--test'],
    ]);
    const { clientId, testClientSecret: clientSecret } = client;
    expect(clientSecret).toMatch(/^test_[\w-]{43}$/);
    expect((await withSecret({ clientId, clientSecret })).body).toMatchObject({ test: true, scope: 'authentications' });
    expect((await withSecret(client)).body).not.toHaveProperty('test');
    const { code, stdout } = await command(['rotate', clientId, '--test', '--overlap=1h']);
    const [, next = ''] = /^test secret {4}(test_\S+) {3}\(not shown again\)$/m.exec(stdout) ?? [];
    expect(code).toBe(0);
    for (const secret of [clientSecret, next]) {
      expect((await withSecret({ clientId, clientSecret: secret })).body).toMatchObject({ test: true });
    }
    expect((await show(clientId)).keys).toEqual([
      expect.objectContaining({ test: false, state: 'present' }),
      expect.objectContaining({ test: true, state: 'overlapping', lastUsedAt: expect.any(String) }),
      expect.objectContaining({ test: true, state: 'present', lastUsedAt: expect.any(String) }),
    ]);
    expect((await command(['change', clientId, '--no-test'])).code).toBe(0);
    const statuses = [clientSecret, next, client.clientSecret].map(
      async (secret) => (await withSecret({ clientId, clientSecret: secret })).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
    expect((await auditOf(clientId)).map(({ reason }) => reason)).toEqual([
      'name=시험 상점, scopes=authentications,carrier, test=true',
      'the former test secret serves for 3600 s',
      'test=false',
    ]);
  });

  it('registers test keys for private_key_jwt, which are none of the live ones', async () => {
    const [key, testKey] = [await newKey('k1'), await newKey('k1')];
    const file = async (...jwks: JWK[]) => {
      const path = join(directory, `${randomUUID()}.json`);
      await writeFile(path, JSON.stringify({ keys: jwks }));
      return path;
    };
    const [own, test, both] = [
      await file(key.jwk),
      await file(testKey.jwk),
      await file({ ...testKey.jwk, kid: 'k2' }, key.jwk),
    ];
    const keyed = ['add', '시험 은행', '--scope=signing', `--jwks=${own}`];
    const refused = await command([...keyed, `--test-jwks=${both}`]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('must be none of the live keys')]);
    const { clientId } = await json<Credentials>([...keyed, `--test-jwks=${test}`]);
    expect((await withKey(clientId, testKey.privateKey, 'k1')).body).toMatchObject({ test: true });
    expect((await withKey(clientId, key.privateKey)).body).not.toHaveProperty('test');
    expect((await show(clientId)).keys).toEqual([
      expect.objectContaining({ kind: 'key', test: false, lastUsedAt: expect.any(String) }),
      expect.objectContaining({ kind: 'key', test: true, lastUsedAt: expect.any(String) }),
    ]);
    expect((await command(['rotate', clientId, '--test'])).stderr).toContain('Give --test-jwks=FILE');
    expect((await command(['change', clientId, '--test-jwks=none'])).code).toBe(0);
    expect((await withKey(clientId, testKey.privateKey, 'k1')).status).toBe(401);
    expect((await withKey(clientId, key.privateKey, 'k1')).status).toBe(200);
  });

  it.each<[string, (coordinate: string) => string]>([
    ['padding', (x) => `${x}=`],
    ['standard base64', (x) => Buffer.from(x, 'base64url').toString('base64')],
    ['a leading zero', (x) => Buffer.concat([Buffer.alloc(1), Buffer.from(x, 'base64url')]).toString('base64url')],
  ])('knows a test key however its numbers are written: with %s', async (_how, written) => {
    const [key, testKey] = [await newKey('live'), await newKey('test')];
    const [file, own] = [0, 1].map(() => join(directory, `${randomUUID()}.json`)) as [string, string];
    await writeFile(own, JSON.stringify({ keys: [key.jwk] }));
    const other = ({ jwk }: typeof key) => ({ keys: [{ ...jwk, x: written(jwk.x!), y: written(jwk.y!) }] });
    const keyed = ['add', '시험 은행', '--scope=authentications,carrier', `--jwks=${own}`, `--test-jwks=${file}`];
    await writeFile(file, JSON.stringify(other(key)));
    expect((await command(keyed)).stderr).toContain('must be none of the live keys');
    await writeFile(file, JSON.stringify(other(testKey)));
    const { clientId } = await json<Credentials>(keyed);
    const asTest = { test: true, scope: 'authentications' };
    for (const kid of ['test', undefined]) {
      expect((await withKey(clientId, testKey.privateKey, kid)).body).toMatchObject(asTest);
      expect((await withKey(clientId, key.privateKey)).body).not.toHaveProperty('test');
    }
    const used = (await show(clientId)).keys.map(({ lastUsedAt }) => lastUsedAt);
    expect(used).toEqual([expect.any(String), expect.any(String)]);

    // Registered before sets were kept in one form.
    await service.database.pool.query('UPDATE clients SET test_jwks = $2 WHERE client_id = $1', [
      clientId,
      other(testKey),
    ]);
    expect((await withKey(clientId, testKey.privateKey, 'test')).body).toMatchObject(asTest);
    expect((await show(clientId)).keys[1]).toMatchObject({ test: true, lastUsedAt: expect.any(String) });
  });
});

describe('npm run client -- change', () => {
  it('changes what is given, keeps the rest, and "none" takes away', async () => {
    const { clientId } = await add('--return-url=https://a.example/', '--window-host=a.example', '--refuses-sms');
    const before = await show(clientId);
    const changes = [
      '--name=새 이름',
      '--scope=carrier',
      '--return-url=none',
      '--window-host=none',
      '--no-refuses-sms',
    ];
    const { code, stdout } = await command([
      'change',
      clientId,
      ...changes,
      '--starts-per-minute=7',
      '--reason=계약 변경',
    ]);
    expect([code, stdout]).toEqual([0, `${clientId} is changed\n`]);
    expect(await show(clientId)).toEqual({
      ...before,
      name: '새 이름',
      scopes: ['carrier'],
      returnUrls: [],
      windowHost: null,
      refusesSms: false,
      startsPerMinute: 7,
    });
    expect((await auditOf(clientId))[1]).toMatchObject({
      action: `client-change ${clientId}`,
      reason:
        '계약 변경; name=새 이름, scopes=carrier, returnUrls=, windowHost=null, startsPerMinute=7, refusesSms=false',
    });
  });

  it('moves a client from a secret to keys and back, and what it had before serves no longer', async () => {
    const [client, key] = [await add(), await newKey('next')];
    const file = join(directory, `${randomUUID()}.json`);
    await writeFile(file, JSON.stringify({ keys: [key.jwk] }));
    await json(['rotate', client.clientId]);
    const toKeys = ['change', client.clientId, '--auth-method=private_key_jwt', `--jwks=${file}`];
    expect(await json<Credentials>(toKeys)).toEqual({ clientId: client.clientId, clientSecret: null });
    expect((await withSecret(client)).status).toBe(401);
    expect((await withKey(client.clientId, key.privateKey, 'next')).status).toBe(200);
    expect((await command(['rotate', client.clientId])).stderr).toContain('has no secret');

    const back = await json<Credentials>(['change', client.clientId, '--auth-method=client_secret_post']);
    expect((await withKey(client.clientId, key.privateKey, 'next')).status).toBe(401);
    expect((await withSecret(client)).status).toBe(401);
    expect((await requestToken({ client_id: back.clientId, client_secret: back.clientSecret })).status).toBe(200);
  });

  it('moves the keys of a client to an address and back, and the former ones serve no longer', async () => {
    const [registered, published] = [await newKey('one'), await newKey('two')];
    const host = await KeyHost.start();
    host.publish('/keys', { keys: [published.jwk] });
    const file = join(directory, `${randomUUID()}.json`);
    await writeFile(file, JSON.stringify({ keys: [registered.jwk] }));
    const { clientId, clientSecret } = await add(`--jwks-uri=${host.url('/keys')}`);
    expect(clientSecret).toBeNull();
    expect((await withKey(clientId, published.privateKey, 'two')).status).toBe(200);
    expect(await show(clientId)).toMatchObject({
      jwksUri: host.url('/keys'),
      tokenEndpointAuthMethod: 'private_key_jwt',
    });
    expect((await command(['show', clientId])).stdout).toContain(host.url('/keys'));

    expect((await command(['change', clientId, `--jwks=${file}`])).code).toBe(0);
    expect((await withKey(clientId, published.privateKey, 'two')).status).toBe(401);
    expect((await withKey(clientId, registered.privateKey, 'one')).status).toBe(200);
    expect((await command(['change', clientId, `--jwks-uri=${host.url('/keys')}`])).code).toBe(0);
    expect((await withKey(clientId, registered.privateKey, 'one')).status).toBe(401);
    expect((await withKey(clientId, published.privateKey, 'two')).status).toBe(200);
    const back = await json<Credentials>(['change', clientId, '--auth-method=client_secret_basic']);
    expect((await withSecret(back)).status).toBe(200);
    expect((await show(clientId))['jwksUri']).toBeNull();
    await host.stop();
  });
});

describe('npm run client -- disable', () => {
  it('refuses new tokens at once and issued ones within a second, for good', async () => {
    const client = await add('--scope=operator');
    const next = await json<Credentials>(['rotate', client.clientId]);
    const token = (await withSecret(client)).body['access_token'];
    expect((await startWith(token)).status).toBe(201);
    expect(await command(['disable', client.clientId, '--reason=계약 종료'])).toEqual({
      code: 0,
      stdout: `${client.clientId} is disabled\n`,
      stderr: '',
    });
    for (const one of [client, next]) {
      const refused = await withSecret(one);
      expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
      expect(refused.body['error_description']).toContain('is disabled');
    }
    await eventually('the issued token to be refused', async () => (await startWith(token)).status === 401);
    expectProblem(await startWith(token), 401, 'invalid_token');
    const headers = { Authorization: `Bearer ${String(token)}`, 'Audit-Reason': 'test' };
    const asOperator = await fetch(`${service.issuer}/operator/v1/eligibility?phoneNumber=01012345678`, { headers });
    expectProblem(await answered(asOperator), 401, 'invalid_token');

    expect((await command(['list'])).stdout).toMatch(new RegExp(`^${client.clientId} .* disabled `, 'm'));
    for (const act of ['disable', 'rotate', 'change']) {
      const words = act === 'change' ? ['--refuses-sms'] : [];
      const { code, stderr } = await command([act, client.clientId, ...words]);
      expect([code, stderr]).toEqual([1, `${client.clientId} is disabled, and stays so. Add a new client.\n`]);
    }
    expect((await auditOf(client.clientId)).map(({ action, reason }) => [action.split(' ')[0], reason])).toEqual([
      ['client-add', expect.any(String)],
      ['client-rotate', expect.any(String)],
      ['client-disable', '계약 종료'],
    ]);
  });

  it('starts nothing more in a hosted window that was opened before', async () => {
    const client = await add('--return-url=https://shop.example/back');
    const opened = await fetch(`${service.issuer}/v1/windows`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${String((await withSecret(client)).body['access_token'])}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ purpose: '가입', returnUrl: 'https://shop.example/back', state: 's', locale: 'ko' }),
    });
    const { url } = (await answerOf<{ url: string }>(opened)).body;
    const [cookie = ''] = (await fetch(url)).headers.getSetCookie();
    expect((await command(['disable', client.clientId])).code).toBe(0);
    const { phoneNumber, birthDate, genderDigit } = await service.addLine();
    const identify = async () =>
      answered(
        await fetch(`${url}/authentication`, {
          method: 'POST',
          headers: { Cookie: cookie.split(';')[0]!, 'Content-Type': 'application/json' },
          body: JSON.stringify({ phoneNumber, birthDate, genderDigit }),
        }),
      );
    // The service looks again after a second.
    const refused = await eventually('the window to be closed', async () => {
      const answer = await identify();
      return answer.status !== 201 && answer;
    });
    expectProblem(refused, 410, 'window_closed');
  });

  it('is written to the journal, which closes it again after a backup was put back', async () => {
    const client = await add();
    const journal = join(directory, `clients-${randomUUID()}.ndjson`);
    expect((await inProcess(['disable', client.clientId], '', { JOURNAL_FILE: journal })).code).toBe(0);
    const prefix = journal.slice(journal.lastIndexOf('/') + 1, -'.ndjson'.length);
    const [file = ''] = (await readdir(directory)).filter((name) => name.startsWith(prefix));
    const id = await service.rows.clients.idOf(client.clientId);
    expect(await readFile(join(directory, file), 'utf8')).toContain(`"door":"client_disabled","id":"${id}"`);
  });
});

describe('npm run client says what to do, exits with 1 and changes nothing', () => {
  const JWKS_EXAMPLE = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const jwks = (other: object) => JSON.stringify({ keys: [{ ...JWKS_EXAMPLE, ...other }] });
  const NEW = ['add', '상점', '--scope=authentications'];
  const PUBLIC = ['add', '앱', '--scope=openid', '--auth-method=none'];
  const kept = async () =>
    (
      await service.database.pool.query(
        `SELECT (SELECT max(id) FROM audit_entries WHERE action LIKE 'client-%') AS audit,
          (SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM clients c) AS clients,
          (SELECT count(*) FROM client_secrets) AS secrets`,
      )
    ).rows;
  const ENVIRONMENT = { VENDOR_CODE: 'PG', NODE_ENV: 'development' as const, WEBHOOK_ALLOW_SUBNETS: [] };

  it('a client that becomes public loses its secrets, and one that stops gets a new one', async () => {
    const { clientId, clientSecret } = await add('--test', '--return-url=https://shop.example/back');
    const words = ['change', clientId, '--scope=openid', '--auth-method=none', '--return-url=kr.example.app:/callback'];
    expect((await json<Credentials>(words)).clientSecret).toBeNull();
    expect((await withSecret({ clientId, clientSecret })).status).toBe(401);
    expect(await show(clientId)).toMatchObject({ tokenEndpointAuthMethod: 'none' });
    for (const rotate of [
      ['rotate', clientId],
      ['rotate', clientId, '--test'],
    ])
      expect((await command(rotate)).stderr).toContain('is a public client: it has no secret');
    const back = [
      ...['change', clientId, '--scope=authentications', '--auth-method=client_secret_basic'],
      '--return-url=https://shop.example/back',
    ];
    const again = await json<Credentials>(back);
    expect((await withSecret(again)).status).toBe(200);
  });

  it('judges the notification endpoint by the environment: on this host only where it is not in production', () => {
    const read = (environment: Parameters<typeof readArguments>[1], address: string) =>
      readArguments(['change', 'demo-shop', `--ciba-notification-endpoint=${address}`], environment);
    const production = { ...ENVIRONMENT, NODE_ENV: 'production' as const };
    const address = 'http://localhost:8080/ciba';
    expect(read(ENVIRONMENT, address)?.settings).toEqual({ backchannelClientNotificationEndpoint: address });
    expect(() => read(production, address)).toThrow('begins with https://');
    const inside = 'https://10.0.0.1/ciba';
    expect(() => read(ENVIRONMENT, inside)).toThrow('is not reachable from the internet');
    const allowed = { ...ENVIRONMENT, WEBHOOK_ALLOW_SUBNETS: ['10.0.0.0/8'] };
    expect(read(allowed, inside)?.settings).toEqual({ backchannelClientNotificationEndpoint: inside });
  });

  it.each<[string, string[]]>([
    ['Give one of add, list', ['remove', 'demo-shop']],
    ['Give the name of the client', ['add']],
    ['Give at least one scope of: authentications', ['add', '상점']],
    ['Give the name of the client, in quotes', ['add', 'two', 'names', '--scope=carrier']],
    ['The name must be one line of 1 to 60', ['add', '\u200b', '--scope=carrier']],
    ['The name must be one line of 1 to 60', ['add', '가'.repeat(61), '--scope=carrier']],
    ['The scope admin is unknown. Choose from: authentications', ['add', '상점', '--scope=admin']],
    ["Unknown option '--colour'. See", [...NEW, '--colour=red']],
    ['add takes no --overlap.', [...NEW, '--overlap=1h']],
    ['The client id must have 1 to 64 characters', [...NEW, '--id=a shop']],
    ['must begin with https://. Only localhost may use http://.', [...NEW, '--return-url=http://shop.example/']],
    ['must begin with https://', [...NEW, '--return-url=http://localhost.example/']],
    ['must begin with https://', [...NEW, '--return-url=javascript:alert(1)']],
    ['is no address. Give a whole one', [...NEW, '--return-url=/back']],
    ['must have no fragment', [...NEW, '--return-url=https://shop.example/#top']],
    ['must have no user or password', [...NEW, '--return-url=https://user:word@shop.example/']],
    ['is no address', [...NEW, '--return-url=https://shop.example/ x']],
    ['is no address', [...NEW, `--return-url=https://shop.example/${'a'.repeat(2048)}`]],
    ['such as https://shop.example.', [...NEW, '--frame-origin=https://shop.example/page']],
    ['is no address', [...NEW, "--frame-origin=https://shop.example; script-src 'unsafe-inline'"]],
    ['must begin with https://', [...NEW, '--frame-origin=http://shop.example']],
    ['must be a host name in lower case', [...NEW, '--window-host=https://shop.example']],
    ['must be a host name in lower case', [...NEW, '--window-host=Shop.example']],
    ['The vendor code must have 2 to 8 characters', [...NEW, '--vendor-code=pg']],
    ['The vendor code PG is that of the service.', [...NEW, '--vendor-code=PG']],
    ['must be a whole number from 1 to 1000000', [...NEW, '--starts-per-minute=0']],
    ['must be a whole number from 1 to 1000000', [...NEW, '--starts-per-minute=1e3']],
    ['Give --starts-per-minute once.', [...NEW, '--starts-per-minute=1', '--starts-per-minute=2']],
    ['Give --refuses-sms once.', [...NEW, '--refuses-sms', '--no-refuses-sms']],
    ["Option '--refuses-sms' does not take an argument. See", [...NEW, '--refuses-sms=yes']],
    ['The authentication method tls is unknown. Choose from: client_secret_basic', [...NEW, '--auth-method=tls']],
    ['The assertion audience must be issuer or endpoint.', [...NEW, '--assertion-audience=any']],
    ['The algorithm of id_tokens must be ES256 or RS256.', [...NEW, '--id-token-alg=none']],
    ['must be a host name in lower case, such as shop.example.', [...NEW, '--sector=Bank Example']],
    ['The JWKS cannot be read from /no/such/file (ENOENT).', [...NEW, '--jwks=/no/such/file']],
    ['The delivery mode push is unknown. Choose from: poll, ping.', [...NEW, '--ciba-mode=push']],
    ['The algorithm RS256 is not offered.', [...NEW, '--ciba-signing-alg=RS256']],
    ['begins with https://.', [...NEW, '--ciba-notification-endpoint=http://shop.example/']],
    ['is not reachable from the internet.', [...NEW, '--ciba-notification-endpoint=https://10.0.0.1/']],
    ['The address of the keys', [...NEW, '--jwks-uri=http://shop.example/keys']],
    ['is not reachable from the internet.', [...NEW, '--jwks-uri=https://10.0.0.1/keys']],
    ['The reason must be one line', [...NEW, '--reason=']],
    ['list takes nothing but --json.', ['list', 'demo-shop']],
    ['Give one client id: show <client-id>.', ['show']],
    ['Give at least one setting to change.', ['change', 'demo-shop']],
    ['change takes no --id.', ['change', 'demo-shop', '--id=other']],
    ['The overlap must be a number with s, m, h or d', ['rotate', 'demo-shop', '--overlap=soon']],
    ['The overlap must be a number', ['rotate', 'demo-shop', '--overlap=-1h']],
    ['at most 90d', ['rotate', 'demo-shop', '--overlap=91d']],
    ['Make a test secret with: rotate', ['change', 'demo-shop', '--test']],
    ['rotate takes no --no-test.', ['rotate', 'demo-shop', '--no-test']],
    ['disable takes no --test.', ['disable', 'demo-shop', '--test']],
    ['The JWKS cannot be read from /no/such/file (ENOENT).', [...NEW, '--test-jwks=/no/such/file']],
  ])('before it looks for a database: %s', (sentence, words) => {
    expect(() => readArguments(words, ENVIRONMENT)).toThrow(sentence);
  });

  it.each<[string, string]>([
    ['-----BEGIN PRIVATE KEY-----', 'The JWKS is not valid JSON.'],
    [JSON.stringify(JWKS_EXAMPLE), 'The JWKS must be a JSON object {"keys": […]}'],
    [jwks({ d: 'a-private-number' }), 'Key 1 of the JWKS has the private member "d".'],
    [
      JSON.stringify({ keys: [{ kty: 'oct', k: 'a-private-number' }] }),
      'Key 1 of the JWKS has the private member "k".',
    ],
    [jwks({ crv: 'P-384' }), 'Key 1 of the JWKS must be one on P-256'],
    [jwks({ kty: 'unknown' }), 'Key 1 of the JWKS must be one on P-256'],
    [jwks({ x: JWKS_EXAMPLE.y }), 'Key 1 of the JWKS is incomplete or damaged.'],
    [jwks({ alg: 'ES512' }), 'has another "alg" than ES256'],
    [jwks({ use: 'enc' }), 'must have "use": "sig"'],
    [jwks({ kid: 7 }), 'must have a "kid" of 1 to 255 visible ASCII characters'],
    [
      JSON.stringify({ keys: ['k', 'k'].map((kid) => ({ ...JWKS_EXAMPLE, kid })) }),
      'Key 2 of the JWKS has the kid of another key.',
    ],
  ])('with a file of keys that is wrong: %#', async (text, sentence) => {
    const file = join(directory, `${randomUUID()}.json`);
    await writeFile(file, text);
    const read = () => readArguments([...NEW, `--jwks=${file}`], ENVIRONMENT);
    expect(read).toThrow(sentence);
    expect(read).not.toThrow(/a-private-number|PRIVATE KEY/);
  });

  it.each<[string[], string, string]>([
    [[], 'Give one of add, list, show, change, rotate, disable.', ''],
    [[...NEW, '--jwks=-'], 'Key 1 of the JWKS has the private member "d".', jwks({ d: 'a-private-number' })],
    [[...NEW, '--auth-method=client_secret_post', '--jwks=-'], 'A JWKS serves private_key_jwt', jwks({})],
    [[...NEW, '--jwks-uri=https://shop.example/keys', '--jwks=-'], 'not both.', jwks({})],
    [
      [...NEW, '--auth-method=client_secret_post', '--jwks-uri=https://shop.example/keys'],
      'serves private_key_jwt',
      '',
    ],
    [['change', 'demo-shop', '--jwks-uri=https://shop.example/keys'], 'Give --auth-method=private_key_jwt too.', ''],
    [[...NEW, '--test-jwks=-'], 'Test keys serve private_key_jwt', jwks({})],
    [[...NEW, '--auth-method=private_key_jwt'], 'private_key_jwt needs the public keys of the client', ''],
    [[...NEW, '--id=demo-shop'], 'The client id demo-shop is already in use.', ''],
    [[...NEW, '--ciba-mode=ping'], 'The mode ping needs an address', ''],
    [['change', 'demo-shop', '--ciba-mode=ping'], 'The mode ping needs an address', ''],
    [['change', 'demo-shop', '--ciba-signing-alg=ES256'], 'FAPI-CIBA and signed requests need private_key_jwt', ''],
    [['change', 'demo-shop', '--signed-requests'], 'FAPI-CIBA and signed requests need private_key_jwt', ''],
    [
      [...NEW, '--return-url=kr.example.app:/callback'],
      'Only a public client may return to an app by a scheme of its own.',
      '',
    ],
    [
      ['add', '앱', '--scope=carrier', '--auth-method=none'],
      'A public client logs people in and calls nothing else',
      '',
    ],
    [[...PUBLIC, '--test'], 'A public client has no secret, and no test mode.', ''],
    [[...PUBLIC, '--jwks=-'], 'A JWKS serves private_key_jwt, and the method is none.', jwks({})],
    [[...NEW, '--jwks=-', '--fapi', '--id-token-alg=RS256'], 'FAPI-CIBA needs id_tokens of ES256', jwks({})],
    [[...PUBLIC, '--fapi'], 'need private_key_jwt', ''],
    [[...NEW, '--camara'], 'The CAMARA profile needs private_key_jwt', ''],
    [
      [...NEW, '--jwks=-', '--camara', '--ciba-mode=ping', '--ciba-notification-endpoint=https://shop.example/'],
      'The CAMARA profile has the mode poll alone',
      jwks({}),
    ],
    [
      [...PUBLIC, '--ciba-mode=ping', '--ciba-notification-endpoint=https://shop.example/'],
      'A public client cannot use CIBA.',
      '',
    ],
    [['show', 'nowhere'], 'No client has the id nowhere.', ''],
    [['change', 'nowhere', '--refuses-sms'], 'No client has the id nowhere.', ''],
    [['change', 'pushguard-website', '--refuses-sms'], 'belongs to the service itself', ''],
    [['rotate', 'nowhere'], 'No client has the id nowhere.', ''],
    [['rotate', 'pushguard-website'], 'belongs to the service itself', ''],
    [['disable', 'nowhere'], 'No client has the id nowhere.', ''],
    [['disable', 'pushguard-call-centre'], 'belongs to the service itself', ''],
  ])('%j', async (words, sentence, input) => {
    const before = await kept();
    // Only a process has a standard input.
    const { code, stdout, stderr } = await (input === '' ? command(words) : inProcess(words, input));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/a-private-number|\n./);
    expect(await kept()).toEqual(before);
  });

  it.each<[string[]]>([[NEW], [['change', 'demo-shop']]])('for want of a key for RS256: %j', async (words) => {
    const KEYRING = JSON.stringify({ ...(JSON.parse(service.keyring) as object), rsa: undefined });
    const before = await kept();
    expect(await inProcess([...words, '--id-token-alg=RS256'], '', { KEYRING })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'The keyring has no key for RS256. Add one first: npm run keys -- add rsa\n',
    });
    expect(await kept()).toEqual(before);
  });

  it('asks for a database where none is named and none runs', async () => {
    const { code, stderr } = await inProcess(['list'], '', { DATABASE_URL: '' });
    expect([code, stderr]).toEqual([
      1,
      `Set DATABASE_URL, or run npm start first: no database runs in ${directory}.\n`,
    ]);
  });

  it('explains itself without a database', async () => {
    const { code, stdout } = await inProcess(['--help'], '', { DATABASE_URL: '', KEYRING: '' });
    expect([code, stdout]).toEqual([0, expect.stringContaining('npm run client -- rotate <client-id>')]);
  });
});
