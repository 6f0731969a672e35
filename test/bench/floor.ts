import Fastify from 'fastify';
import { readEnvironment } from '../../config/environment.ts';
import { AccessTokens } from '../../src/crypto/access-token.ts';
import { signJws } from '../../src/crypto/compact-jws.ts';
import { equalInConstantTime } from '../../src/crypto/constant-time.ts';
import { type PublicJwk, parseKeyring } from '../../src/crypto/keyring.ts';
import { pinProof } from '../../src/crypto/pin-proof.ts';
import { randomCode, randomId, randomNonce } from '../../src/crypto/random.ts';
import { seal } from '../../src/crypto/seal.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { subjectOf } from '../../src/crypto/subject.ts';
import { parsePerson, seoulDay } from '../../src/domain/person.ts';
import { configuredGateways } from '../../src/gateways/configured.ts';
import { barePool, BarePeople, type PhoneRow } from './bare-people.ts';

// The minimum of a main flow: bare Fastify, one durable prepared statement per step, the same cryptography and the same
// gateways. It has no queue, outbox, budget, idempotency, replay protection or validation.

const environment = readEnvironment(process.env);
const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
const tokens = new AccessTokens(environment.ISSUER, keys.signing);
const gateways = configuredGateways(environment);
const pool = barePool(environment.DATABASE_URL ?? '', environment.DATABASE_POOL);
const people = new BarePeople(pool, keys, gateways.push);

await pool.query(`
  CREATE TABLE IF NOT EXISTS authentications (id uuid PRIMARY KEY, client_id uuid NOT NULL, device_id uuid NOT NULL,
    state text NOT NULL, purpose text NOT NULL, nonce bytea NOT NULL, code_digest bytea,
    requested_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, closed_at timestamptz);
  CREATE INDEX IF NOT EXISTS pending ON authentications (device_id) WHERE state = 'pending';`);

const START = {
  name: 'start',
  text: `WITH person AS (SELECT * FROM people WHERE phone_index = $4), started AS (
      INSERT INTO authentications (id, client_id, device_id, state, purpose, nonce, requested_at, expires_at)
      SELECT $1, $2, device_id, 'pending', $3, $5, now(), now() + interval '180 seconds' FROM person
      RETURNING expires_at)
    SELECT expires_at AS "expiresAt", line_id AS "lineId", owner, device_id AS "deviceId", platform,
      push_token AS "pushToken" FROM started, person`,
};
const PENDING = {
  name: 'pending',
  text: `SELECT id, purpose, nonce, requested_at AS "requestedAt", expires_at AS "expiresAt", state
    FROM authentications WHERE device_id = $1 AND state = 'pending' AND expires_at > now()`,
};
const ASKED = {
  name: 'asked',
  text: `SELECT a.nonce, a.purpose, a.client_id AS "clientId", a.expires_at AS "expiresAt", device_id AS "deviceId",
      platform, push_token AS "pushToken", knowledge_key AS "knowledgeKey", encryption_key AS "encryptionKey"
    FROM authentications a JOIN people USING (device_id)
    WHERE a.id = $1 AND device_id = $2 AND a.state = 'pending' AND a.expires_at > now()`,
};
const OPEN = {
  name: 'open',
  text: `UPDATE authentications SET state = 'opened', code_digest = $2 WHERE id = $1 AND state = 'pending'`,
};
const VERIFY = {
  name: 'verify',
  text: `WITH verified AS (
      UPDATE authentications SET state = 'verified', closed_at = now(), code_digest = NULL
      WHERE id = $1 AND client_id = $2 AND state = 'opened' AND code_digest = $3 AND expires_at > now()
      RETURNING device_id, closed_at)
    SELECT closed_at AS "closedAt", line_id AS "lineId", owner, phone_number AS "phoneNumber"
    FROM verified JOIN people USING (device_id)`,
};

interface Owner {
  birthDate: string;
  genderDigit: string;
}

async function one<Row extends object>(statement: { name: string; text: string }, values: unknown[]): Promise<Row> {
  const { rows } = await pool.query<Row>({ ...statement, values });
  if (!rows[0]) throw new Error(`${statement.name}: nothing found`);
  return rows[0];
}

function ownerOf({ lineId, owner }: { lineId: string; owner: Buffer }): Owner {
  return JSON.parse(keys.fields.decrypt(owner, `lines:owner:${lineId}`).toString('utf8')) as Owner;
}

function callerOf(authorization: string | undefined): { id: string; clientId: string } {
  const caller = tokens.verify((authorization ?? '').slice('Bearer '.length), new Date());
  if (!caller) throw new Error('no token of ours');
  return caller;
}

const fastify = Fastify();
const bodies = new WeakMap<object, Buffer>();
fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
  bodies.set(request, body);
  done(null, JSON.parse(body.toString('utf8')));
});
const NO_BODY = Buffer.alloc(0);

function provenDevice(request: { method: string; url: string; headers: Record<string, unknown> }): Promise<string> {
  const { method, url, headers } = request;
  const body = bodies.get(request) ?? NO_BODY;
  return people.proven(headers['device-proof'] as string, { method, url: environment.ISSUER + url, body });
}

fastify.post<{ Body: Owner & { phoneNumber: string; purpose: string } }>(
  '/v1/authentications',
  async ({ headers, body }, reply) => {
    const caller = callerOf(headers.authorization);
    const index = keys.indexes.of('phone', body.phoneNumber);
    const id = randomId();
    const values = [id, caller.id, body.purpose, index, randomNonce()];
    const row = await one<PhoneRow & { expiresAt: Date; lineId: string; owner: Buffer }>(START, values);
    const owner = ownerOf(row);
    if (owner.birthDate !== body.birthDate || owner.genderDigit !== body.genderDigit) throw new Error('somebody else');
    people.send(row, { t: 'wake', id });
    return reply.status(201).send({ id, channel: 'push', state: 'pending', expiresAt: row.expiresAt, attemptsLeft: 5 });
  },
);

fastify.get('/app/v1/authentications', async (request) => {
  const deviceId = await provenDevice(request);
  const { rows } = await pool.query<{ nonce: Buffer }>({ ...PENDING, values: [deviceId] });
  return rows.map((row) => ({ ...row, nonce: row.nonce.toString('base64url') }));
});

fastify.post<{ Params: { id: string }; Body: { pinProof: string } }>(
  '/app/v1/authentications/:id/open',
  async (request, reply) => {
    const { id } = request.params;
    const deviceId = await provenDevice(request);
    type Row = PhoneRow & {
      nonce: Buffer;
      purpose: string;
      clientId: string;
      expiresAt: Date;
      knowledgeKey: Buffer;
      encryptionKey: PublicJwk;
    };
    const asked = await one<Row>(ASKED, [id, deviceId]);
    const knowledgeKey = keys.fields.decrypt(asked.knowledgeKey, `devices:knowledge_key:${deviceId}`);
    const nonce = asked.nonce.toString('base64url');
    const expected = pinProof(knowledgeKey, { purpose: 'open', id, deviceId, nonce });
    if (!equalInConstantTime(Buffer.from(request.body.pinProof), Buffer.from(expected))) throw new Error('wrong PIN');
    const code = randomCode();
    const { purpose, expiresAt } = asked;
    const claims = { v: 1, authenticationId: id, deviceId, code, relyingParty: 'Bench', purpose, expiresAt };
    const signed = signJws(keys.signing[0], 'pushguard-code+jwt', claims);
    const envelope = seal(signed, { kid: deviceId, key: asked.encryptionKey });
    await pool.query({ ...OPEN, values: [id, keys.codes.of(code, asked.clientId, id)] });
    people.send(asked, { t: 'code', id, envelope });
    return reply.status(202).send({ state: 'opened' });
  },
);

fastify.post<{ Params: { id: string }; Body: { code: string } }>(
  '/v1/authentications/:id/verification',
  async ({ headers, params: { id }, body }) => {
    const caller = callerOf(headers.authorization);
    const values = [id, caller.id, keys.codes.of(body.code, caller.id, id)];
    type Row = { closedAt: Date; lineId: string; owner: Buffer; phoneNumber: Buffer };
    const row = await one<Row>(VERIFY, values);
    const { lineId } = row;
    const { birthDate, genderDigit } = ownerOf(row);
    const subject = subjectOf(keys.subject, { sector: caller.id, lineId, owner: birthDate + genderDigit });
    const person = parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) });
    const phoneNumber = keys.fields.decrypt(row.phoneNumber, `lines:phone_number:${lineId}`).toString('utf8');
    const claims = { ...person, phoneNumber, verifiedAt: row.closedAt, channel: 'push' };
    const iat = Math.floor(row.closedAt.getTime() / 1000);
    const assertion = signJws(keys.signing[0], 'JWT', {
      iss: environment.ISSUER,
      aud: caller.clientId,
      sub: subject,
      iat,
      exp: iat + 300,
      jti: id,
      acr: 'push',
      amr: ['hwk', 'pin', 'otp', 'mfa'],
      ...claims,
    });
    return { state: 'verified', result: { subject, ...claims }, assertion };
  },
);

await fastify.listen({ host: environment.HOST, port: environment.PORT });
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
