import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import Provider, { type BackchannelRequest } from 'oidc-provider';
import { readEnvironment } from '../../config/environment.ts';
import { equalInConstantTime } from '../../src/crypto/constant-time.ts';
import { type PublicJwk, parseKeyring } from '../../src/crypto/keyring.ts';
import { randomCode } from '../../src/crypto/random.ts';
import { seal } from '../../src/crypto/seal.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { configuredGateways } from '../../src/gateways/configured.ts';
import { barePool, BarePeople, type PhoneRow } from './bare-people.ts';
import { PEER_CLIENT } from './peer-client.ts';
import { PEER_TABLE, PostgresAdapter } from './peer-adapter.ts';

// node-oidc-provider's CIBA poll flow, extended to do what a push authentication does: a wake-up push when the request
// is accepted, one ES256 proof by the phone, one encrypted code by push, and tokens only after the window has sent the
// code.

const environment = readEnvironment(process.env);
const { ISSUER, KEYRING = '', DATABASE_URL = '', DATABASE_POOL } = environment;
const keys = new ServiceKeys(parseKeyring(KEYRING));
const gateways = configuredGateways(environment);
const pool = barePool(DATABASE_URL, DATABASE_POOL);
const people = new BarePeople(pool, keys, gateways.push);

await pool.query(`${PEER_TABLE}
  CREATE TABLE IF NOT EXISTS codes (request_id text PRIMARY KEY, digest bytea NOT NULL, account_id uuid NOT NULL,
    used_at timestamptz);`);

const BY_PHONE = { name: 'by_phone', text: 'SELECT device_id AS id FROM people WHERE phone_index = $1' };
const PHONE = {
  name: 'phone',
  text: `SELECT device_id AS "deviceId", platform, push_token AS "pushToken", encryption_key AS "encryptionKey"
    FROM people WHERE device_id = $1`,
};
const KEEP_CODE = { name: 'keep_code', text: 'INSERT INTO codes (request_id, digest, account_id) VALUES ($1, $2, $3)' };
const USE_CODE = {
  name: 'use_code',
  text: `UPDATE codes SET used_at = now() WHERE request_id = $1 AND digest = $2 AND used_at IS NULL
    RETURNING account_id AS "accountId"`,
};

const { kid, privateKey } = keys.signing[0];
const provider = new Provider(ISSUER, {
  adapter: (kind: string) => new PostgresAdapter(kind, pool),
  clients: [
    {
      client_id: PEER_CLIENT.id,
      client_secret: PEER_CLIENT.secret,
      grant_types: ['urn:openid:params:grant-type:ciba'],
      redirect_uris: [],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] },
  findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
  ttl: { BackchannelAuthenticationRequest: 180, Grant: 300, AccessToken: 300, IdToken: 300 },
  features: {
    devInteractions: { enabled: false },
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: async (_context: unknown, phoneNumber: string) => {
        const values = [keys.indexes.of('phone', phoneNumber)];
        return (await pool.query<{ id: string }>({ ...BY_PHONE, values })).rows[0]?.id;
      },
      validateBindingMessage: () => undefined,
      validateRequestContext: () => undefined,
      verifyUserCode: () => undefined,
      triggerAuthenticationDevice: async (_context: unknown, request: BackchannelRequest) => {
        people.send(await phoneOf(request.accountId), { t: 'wake', id: request.jti });
      },
    },
  },
});
provider.on('server_error', (_context, error) => process.stderr.write(`peer: ${String((error as Error).stack)}\n`));

async function phoneOf(deviceId: string): Promise<PhoneRow & { encryptionKey: PublicJwk }> {
  type Row = PhoneRow & { encryptionKey: PublicJwk };
  const { rows } = await pool.query<Row>({ ...PHONE, values: [deviceId] });
  if (!rows[0]) throw new Error('no such phone');
  return rows[0];
}

async function provenPhone(request: IncomingMessage): Promise<string> {
  const body = await buffer(request);
  const { method = '', url = '' } = request;
  return people.proven(request.headers['device-proof'] as string, { method, url: ISSUER + url, body });
}

/** The phone: proves its key, and receives an encrypted code by push. */
async function open(request: IncomingMessage, id: string): Promise<[number, object]> {
  const deviceId = await provenPhone(request);
  const [asked, phone] = await Promise.all([provider.BackchannelAuthenticationRequest.find(id), phoneOf(deviceId)]);
  if (asked?.accountId !== deviceId) throw new Error('nobody asks this phone');
  const code = randomCode();
  const envelope = seal(JSON.stringify({ authenticationId: id, deviceId, code }), {
    kid: deviceId,
    key: phone.encryptionKey,
  });
  await pool.query({ ...KEEP_CODE, values: [id, keys.codes.of(code, PEER_CLIENT.id, id), deviceId] });
  people.send(phone, { t: 'code', id, envelope });
  return [202, { state: 'opened' }];
}

/** The phone: proves its key, which approves the request. */
async function approve(request: IncomingMessage, id: string): Promise<[number, object]> {
  const deviceId = await provenPhone(request);
  const asked = await provider.BackchannelAuthenticationRequest.find(id);
  if (asked?.accountId !== deviceId) throw new Error('nobody asks this phone');
  await grantTo(deviceId, id);
  return [200, { state: 'approved' }];
}

async function grantTo(accountId: string, id: string): Promise<void> {
  const grant = new provider.Grant({ accountId, clientId: PEER_CLIENT.id });
  grant.addOIDCScope('openid');
  // The grant first; otherwise the client gets `authorization_pending` for ever.
  await grant.save();
  await provider.backchannelResult(id, grant, { acr: 'push', amr: ['hwk', 'pin', 'otp'] });
}

/** The window: the right code creates the grant for which the provider then issues tokens. */
async function verify(request: IncomingMessage): Promise<[number, object]> {
  const credentials = Buffer.from(request.headers.authorization ?? '');
  if (!equalInConstantTime(credentials, Buffer.from(PEER_CLIENT.authorization))) throw new Error('not our client');
  const { id, code } = JSON.parse((await buffer(request)).toString('utf8')) as { id: string; code: string };
  const values = [id, keys.codes.of(code, PEER_CLIENT.id, id)];
  const [used] = (await pool.query<{ accountId: string }>({ ...USE_CODE, values })).rows;
  if (!used) return [422, { code: 'code_mismatch' }];
  await grantTo(used.accountId, id);
  return [200, { state: 'granted' }];
}

const callback = provider.callback();
const BY_PHONE_PATH = /^\/phone\/([\w-]+)\/(open|approve)$/;

const server = createServer((request, response) => {
  const [, id = '', deed] = BY_PHONE_PATH.exec(request.url ?? '') ?? [];
  if (deed === 'open') answer(open(request, id), response);
  else if (deed === 'approve') answer(approve(request, id), response);
  else if (request.url === '/verification') answer(verify(request), response);
  else callback(request, response);
});

function answer(work: Promise<[number, object]>, response: ServerResponse): void {
  work
    .catch((error: unknown): [number, object] => [500, { error: String(error) }])
    .then(([status, body]) => {
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    }, process.abort);
}

server.keepAliveTimeout = 75_000;
await new Promise<void>((listening) => server.listen(environment.PORT, environment.HOST, listening));
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
