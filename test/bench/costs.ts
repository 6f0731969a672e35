import { generateKeyPairSync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { readEnvironment } from '../../config/environment.ts';
import { publicKey, signJws } from '../../src/crypto/compact-jws.ts';
import { isProvenBy, readDeviceProof } from '../../src/crypto/device-proof.ts';
import { pinProof } from '../../src/crypto/pin-proof.ts';
import { seal } from '../../src/crypto/seal.ts';
import { OpenRequest } from '../../src/authentication/app.dto.ts';
import { StartRequest, VerificationRequest } from '../../src/authentication/relying-party.dto.ts';
import { PUSH_SERVICE_OF } from '../../src/domain/push-service.ts';
import { configuredGateways } from '../../src/gateways/configured.ts';
import type { PushMessage } from '../../src/gateways/push/push.ts';
import { inputPipe } from '../../src/http/input.pipe.ts';
import { accessToken, type Candidate } from './candidates.ts';
import type { Phones } from './phones.ts';
import { processorTime, tellsProcessorTime } from './processor.ts';
import { report } from './report.ts';
import type { Stage } from './stage.ts';

/**
 * Reports the cost of each part of a flow separately, in microseconds of processor time of the process that does it.
 */
export async function reportCosts(stage: Stage, service: Candidate): Promise<void> {
  await reportCryptography(stage);
  await reportValidation();
  await reportPushes(stage);
  await reportStatement(stage);
  await reportPipeline(service);
}

async function reportCryptography({ phones, keys }: Stage): Promise<void> {
  const deviceId = '018f0000-0000-7000-8000-000000000000';
  const request = { method: 'POST', url: 'http://127.0.0.1:3000/app/v1/authentications/id/open', body: '{}' };
  const compact = phones.proof(deviceId, request);
  const signing = publicKey(phones.signingKey);
  const proven = { ...request, body: Buffer.from(request.body) };
  const claims = {
    v: 1,
    authenticationId: deviceId,
    deviceId,
    code: '123456',
    purpose: '회원가입',
    expiresAt: 'later',
  };
  const signed = signJws(keys.signing[0], 'pushguard-code+jwt', claims);
  const field = keys.fields.encrypt('+821012345678', 'lines:phone_number:1');
  const parts: Record<string, () => unknown> = {
    sign: () => signJws(keys.signing[0], 'pushguard-code+jwt', claims),
    seal: () => seal(signed, { kid: deviceId, key: phones.encryptionKey }),
    device_proof: () => {
      const proof = readDeviceProof(compact, { ...proven, now: new Date() });
      return typeof proof === 'object' && signing && isProvenBy(proof, signing);
    },
    pin_proof: () => pinProof(phones.knowledgeKey, { purpose: 'open', id: deviceId, deviceId, nonce: 'nonce' }),
    field_encrypt: () => keys.fields.encrypt('+821012345678', 'lines:phone_number:1'),
    field_decrypt: () => keys.fields.decrypt(field, 'lines:phone_number:1'),
    blind_index: () => keys.indexes.of('phone', '+821012345678'),
    code_digest: () => keys.codes.of('123456', deviceId, deviceId),
  };
  for (const [name, part] of Object.entries(parts)) {
    report(`cost.${name}_us`, await processorOf(2_000, 1, async () => void part()), 'µs');
  }
}

/** The bodies of one flow, each checked against its class. */
async function reportValidation(): Promise<void> {
  const pipe = inputPipe();
  const endUser = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' };
  const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '010-1234-5678' };
  const bodies = [
    [StartRequest, { ...person, purpose: '회원가입', endUser }],
    [OpenRequest, { pinProof: 'p'.repeat(43) }],
    [VerificationRequest, { code: '123456' }],
  ] as const;
  const check = async (): Promise<void> => {
    for (const [metatype, body] of bodies) await pipe.transform({ ...body }, { type: 'body', metatype });
  };
  report('cost.validation_of_a_flow_us', await processorOf(5_000, 1, check), 'µs');
}

async function reportPushes(stage: Stage): Promise<void> {
  const environment = readEnvironment({ ...stage.environment, DATABASE_URL: '', ISSUER: 'http://127.0.0.1' });
  const gateways = configuredGateways(environment);
  const envelope = envelopeOf(stage.phones);
  try {
    for (const name of Object.values(PUSH_SERVICE_OF)) {
      const send = async (): Promise<void> => {
        const outcome = await gateways.push.send(messageTo(name, envelope), 4_000);
        if (outcome.kind !== 'accepted') throw new Error(`${name}: ${outcome.kind}`);
      };
      report(`cost.push_${name}_us`, await processorOf(1_000, 8, send), 'µs');
      stage.arrivals.clear();
    }
  } finally {
    await gateways.close();
  }
}

function messageTo(service: PushMessage['service'], envelope: string): PushMessage {
  const id = randomBytes(16).toString('hex');
  return {
    id,
    service,
    token: 'cost',
    data: { t: 'cost', id, envelope },
    alert: { title: '인증번호 도착', body: '앱에서 확인해 주세요.' },
    style: 'data',
    collapseKey: id,
    ttlSeconds: 180,
  };
}

function envelopeOf({ encryptionKey }: Phones): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { kid: 'cost', privateKey, publicJwk: encryptionKey };
  return seal(signJws(key, 'pushguard-code+jwt', { code: '123456', purpose: '회원가입' }), {
    kid: 'cost',
    key: encryptionKey,
  });
}

/** The cost of the driver alone: a prepared statement that PostgreSQL answers at once. */
async function reportStatement(stage: Stage): Promise<void> {
  const pool = new pg.Pool({ connectionString: stage.postgres.url, max: 8 });
  try {
    const statement = { name: 'cost', text: 'SELECT $1::uuid AS id, now() AS at', values: [crypto.randomUUID()] };
    const cost = await processorOf(5_000, 8, async () => {
      await pool.query(statement);
    });
    report('cost.statement_in_driver_us', cost, 'µs');
  } finally {
    await pool.end();
  }
}

/** A request without any work, and one that passes guard, body parser and validation and is then refused. */
async function reportPipeline({ served }: Candidate): Promise<void> {
  if (!tellsProcessorTime()) return;
  const headers = { authorization: `Bearer ${await accessToken(served)}`, 'content-type': 'application/json' };
  const requests = {
    request: { method: 'GET', path: '/health/live' },
    guarded_request: { method: 'POST', path: '/v1/authentications/1/verification', headers, body: '{"code":"123456"}' },
  } as const;
  for (const [name, request] of Object.entries(requests)) {
    const ask = async (): Promise<void> => {
      const { body } = await served.http.request(request);
      await body.dump();
    };
    await processorOf(2_000, 16, ask);
    const before = processorTime(served.pid);
    const count = 10_000;
    await processorOf(count, 16, ask);
    report(`cost.${name}_us`, (processorTime(served.pid) - before) / count, 'µs');
  }
}

/** Microseconds of this process for one of `count` runs, `side` at a time, after a tenth of them as warm-up. */
async function processorOf(count: number, side: number, work: () => Promise<void>): Promise<number> {
  let left = Math.ceil(count / 10);
  const lane = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  const lanes = () => Promise.all(Array.from({ length: side }, lane));
  await lanes();
  left = count;
  const before = process.cpuUsage();
  await lanes();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
