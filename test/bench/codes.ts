import { verifySync } from 'otplib';
import pg from 'pg';
import type { Pool } from 'undici';
import { ocra, ocraTimeStep, TRANSACTION_SUITE } from '../../src/crypto/ocra.ts';
import { OTP_PARAMETERS } from '../../src/crypto/otp-window.ts';
import { randomId, randomSecret } from '../../src/crypto/random.ts';
import { totpOf, totpStep } from '../../src/crypto/totp.ts';
import { transactionQuestion } from '../../src/crypto/transaction-question.ts';
import { AUTHENTICATOR_SECRET_BYTES, AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { accessToken, seedTemplate, serviceCandidate } from './candidates.ts';
import { call } from './flow.ts';
import { bondOfPhone, type Person } from './population.ts';
import { progress, report } from './report.ts';
import type { Stage } from './stage.ts';

const TRANSFER = [
  { label: '받는 분', value: '홍길동' },
  { label: '금액', value: '1,250,000원' },
];
/** Codes verified before the measured ones. */
const WARM = 500;
/** Concurrent starts, which are not measured. */
const STARTERS = 32;

/** One secret for all phones, encrypted separately for each. */
const SECRET = randomSecret(AUTHENTICATOR_SECRET_BYTES);

/** Computes the code of a started authentication. */
type Code = (id: string) => string;

/**
 * Reports how many phone-computed codes the service verifies a second, each of another person, counted and stored. For
 * comparison it reports how many otplib verifies, alone in one process and without storing anything.
 */
export async function reportCodes(
  stage: Stage,
  people: readonly Person[],
  plan: { codes: number; concurrency: number },
): Promise<void> {
  const sample = people.slice(0, plan.codes + WARM);
  await seedTemplate(stage, 'coded', sample);
  const databaseUrl = await stage.createDatabase('codes', 'coded');
  const { served } = await serviceCandidate(stage, 'codes', sample, { databaseUrl });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await insertAuthenticators(pool, stage, sample);
    const token = await accessToken(served, 'authentications signing');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const service = { http: served.http, headers, concurrency: plan.concurrency };
    const otp = await measured(service, sample, { method: 'otp' }, () =>
      totpOf(SECRET, totpStep(new Date()), OTP_PARAMETERS),
    );
    report('otp.verifications_per_second', otp, 'verifications/s');

    await pool.query(`UPDATE authenticators SET kind = 'sign'; DELETE FROM start_budgets`);
    const open = () => pool.query(`UPDATE authentications SET state = 'opened' WHERE state = 'pending'`);
    const transaction = TRANSFER;
    const sign = await measured(service, sample, { method: 'sign', transaction }, signed, open);
    report('sign.verifications_per_second', sign, 'verifications/s');
    const alone = otplibAlone();
    report('otplib.verifications_per_second', alone, 'verifications/s');
    report('ratio.otp_to_otplib', otp / alone, 'ratio');
    report('ratio.sign_to_otplib', sign / alone, 'ratio');
  } finally {
    await pool.end();
  }
}

const signed: Code = (id) => {
  const question = transactionQuestion(id, TRANSFER);
  const timeStep = ocraTimeStep(TRANSACTION_SUITE, new Date());
  return ocra({ suite: TRANSACTION_SUITE, key: SECRET, question, timeStep });
};

/** Starts one authentication for each person, which is not measured, then verifies all of them, which is. */
async function measured(
  { http, headers, concurrency }: { http: Pool; headers: Record<string, string>; concurrency: number },
  people: readonly Person[],
  how: { method: string; transaction?: typeof TRANSFER },
  code: Code,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  progress(`${how.method}: starting ${people.length} authentications`);
  const ids: string[] = [];
  await inParallel(people, STARTERS, async ({ phoneNumber, birthDate, genderDigit }) => {
    const body = JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '이체', ...how });
    const started = await call(http, 201, { method: 'POST', path: '/v1/authentications', headers, body });
    ids.push(String(started.body['id']));
  });
  await before();
  const verify = async (id: string) => {
    const body = JSON.stringify({ code: code(id), ...(how.transaction && { transaction: how.transaction }) });
    await call(http, 200, { method: 'POST', path: `/v1/authentications/${id}/verification`, headers, body });
  };
  await inParallel(ids.slice(0, WARM), concurrency, verify);
  const rest = ids.slice(WARM);
  const startedAt = performance.now();
  await inParallel(rest, concurrency, verify);
  return (rest.length / (performance.now() - startedAt)) * 1000;
}

async function inParallel<T>(all: readonly T[], workers: number, work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let one = all[next++]; one !== undefined; one = all[next++]) await work(one);
    }),
  );
}

/** Gives every person an authenticator on their one phone, and an institution that may request it. */
async function insertAuthenticators(pool: pg.Pool, { keys, phones }: Stage, people: readonly Person[]): Promise<void> {
  const ids = people.map(() => randomId());
  await pool.query(
    `INSERT INTO authenticators (id, device_id, subscription_id, kind, secret, terms)
     SELECT id, device, subscription, 'otp', secret, $5
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]) AS p (id, device, subscription, secret)`,
    [
      ids,
      people.map(({ deviceId }) => deviceId),
      people.map(({ subscriptionId }) => subscriptionId),
      people.map((person, at) =>
        keys.devices.encrypt(`authenticators:secret:${ids[at] ?? ''}`, SECRET, bondOfPhone(person, phones)),
      ),
      AUTHENTICATOR_TERMS,
    ],
  );
  await pool.query(
    `INSERT INTO registrations (id, client_id, subscription_id, device_id, state, nonce, requested_at, expires_at, confirmed_at)
     SELECT au.id, c.id, au.subscription_id, au.device_id, 'active', '', now(), now(), now()
     FROM authenticators au, clients c WHERE c.client_id = 'demo-bank'`,
  );
}

/** The same parameters and window; measured for a second, after half a second of warm-up for the compiler. */
function otplibAlone(): number {
  const verified = (milliseconds: number): number => {
    let count = 0;
    const startedAt = performance.now();
    while (performance.now() - startedAt < milliseconds) {
      const epoch = Math.floor(Date.now() / 1000);
      const token = totpOf(SECRET, Math.floor(epoch / 30), OTP_PARAMETERS);
      const { valid } = verifySync({ secret: SECRET, token, epoch, epochTolerance: 30, ...OTP_PARAMETERS });
      if (!valid) throw new Error('otplib refused a right code');
      count += 1;
    }
    return (count / (performance.now() - startedAt)) * 1000;
  };
  verified(500);
  return verified(1000);
}
