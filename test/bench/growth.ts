import { type Candidate, seedTemplate, serviceCandidate } from './candidates.ts';
import { alternate, flowsPerSecondOf } from './measure.ts';
import type { Plan } from './plan.ts';
import type { Person } from './population.ts';
import { progress, report } from './report.ts';
import type { Stage } from './stage.ts';

/** Compares the service on an almost empty database and on one with years of data, in turn. */
export async function reportGrowth(
  stage: Stage,
  plan: Plan,
  size: { people: number; authentications: number },
  people: readonly Person[],
): Promise<void> {
  await seedTemplate(stage, 'young', people);
  const grownUrl = await stage.createDatabase('grown', 'young');
  await grow(stage, grownUrl, size);
  const candidates: Candidate[] = [];
  for (const [name, databaseUrl] of Object.entries({ young: stage.databaseUrl('young'), grown: grownUrl })) {
    candidates.push(await serviceCandidate(stage, `growth.${name}`, people, { databaseUrl }));
  }
  const [young, grown] = await alternate(stage, plan, candidates);
  if (!young || !grown) throw new Error('nothing was measured');
  for (const one of [young, grown]) {
    report(`${one.candidate.name}.flows_per_second`, flowsPerSecondOf(one), 'flows/s');
    report(`${one.candidate.name}.failed_flows`, one.failed, 'flows');
  }
  report('growth.people', size.people, 'people');
  report('growth.authentications', size.authentications, 'authentications');
  report('growth.ratio', flowsPerSecondOf(grown) / flowsPerSecondOf(young), 'ratio');
  await Promise.all(candidates.map(({ served }) => served.stop()));
}

/** Rows per statement. */
const BATCH = 500_000;

/**
 * Fills the tables with people and authentications of the last twelve months.
 * No process decrypts these rows, so their ciphertexts are bytes of the right length. Every reference is right by
 * construction, so the triggers that would check each one are off during the load. The one index in random order is
 * created afterwards.
 */
async function grow(
  stage: Stage,
  url: string,
  { people, authentications }: { people: number; authentications: number },
): Promise<void> {
  const startedAt = Date.now();
  const logProgress = (what: string) => progress(`${what}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
  const replica = 'SET session_replication_role = replica';
  const [history] = await stage.sql<{ indexdef: string }>(
    url,
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'past_authentications_history'`,
  );
  await stage.sql(url, ...MONTHS, 'DROP INDEX IF EXISTS past_authentications_history', PAST_CLIENT);
  for (let from = 1; from <= people; from += BATCH) {
    const to = Math.min(people, from + BATCH - 1);
    await stage.sql(url, replica, ...PEOPLE.map((statement) => range(statement, from, to)));
    logProgress(`${to} people`);
  }
  for (let from = 1; from <= authentications; from += BATCH) {
    const to = Math.min(authentications, from + BATCH - 1);
    const statement = PAST.replaceAll(':people', String(people)).replaceAll(':all', String(authentications));
    await stage.sql(url, replica, range(statement, from, to));
    logProgress(`${to} authentications`);
  }
  if (history) await stage.sql(url, history.indexdef.replace(' ON ONLY ', ' ON '));
  await stage.sql(url, 'VACUUM ANALYZE', 'CHECKPOINT');
  logProgress('loaded, indexed and analysed');
}

function range(statement: string, from: number, to: number): string {
  return statement.replaceAll(':from', String(from)).replaceAll(':to', String(to));
}

const DIGEST = (what: string) => `sha256(convert_to('${what}' || n, 'UTF8'))`;
const ID = (what: string) => `md5('${what}' || n)::uuid`;

const PAST_CLIENT = `INSERT INTO clients (id, client_id, name, secret_digest, scopes)
  VALUES ('018f0000-0000-7000-8000-000000000000', 'past', 'past', '', '{authentications}')`;

const PEOPLE = [
  `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
    SELECT 'past-' || n, ${DIGEST('phone')}, ${DIGEST('number')}, ${DIGEST('a')} || ${DIGEST('b')}, 'SKT', 'active',
      'self', 'postpaid', '{"os": "android", "osVersion": "14", "formFactor": "phone"}'
    FROM generate_series(:from, :to) n`,
  `WITH subscription AS (
      INSERT INTO subscriptions (id, line_id, state, link, protected_since)
      SELECT ${ID('subscription')}, 'past-' || n, 'active', 2, now() FROM generate_series(:from, :to) n RETURNING id
    )
    INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at)
    SELECT id, 1, NULL::int, NULL, 'awaiting_device', 'subscribed', 'customer', now() FROM subscription
    UNION ALL SELECT id, 2, 1, 'awaiting_device', 'active', 'device_activated', 'customer', now() FROM subscription`,
  `INSERT INTO devices (id, subscription_id, serial_number, state, signing_key, encryption_key, knowledge_key, platform, push_service,
      os_version, app_version, name, push_token, push_token_digest, test_expires_at, activated_at)
    SELECT ${ID('device')}, ${ID('subscription')}, 'past-' || n, 'active', key.jwk, key.jwk,
      ${DIGEST('a')} || ${DIGEST('b')}, 'android', 'fcm', '14', '1.0.0', 'phone', ${DIGEST('a')} || ${DIGEST('token')},
      ${DIGEST('token')}, now(), now()
    FROM generate_series(:from, :to) n, (SELECT signing_key AS jwk FROM devices LIMIT 1) key`,
  `INSERT INTO start_budgets (person_index, starts)
    SELECT ${DIGEST('person')}, ARRAY[now() - interval '2 days'] FROM generate_series(:from, :to) n`,
];

/** A partition for each of those months, and for those to come. */
const MONTHS = [
  `SELECT drop_partition('past_authentications', 'past_authentications_first')`,
  `SELECT add_partition('past_authentications', now() - interval '1 month' * n, 'month') FROM generate_series(-2, 12) n`,
];

/** Inserts in the order of time, as the rows would have arrived. Ids are version 7 UUIDs of that time. */
const PAST = `
  INSERT INTO past_authentications (id, client_id, person_index, line_id, subscription_id, device_id, channel, state,
    purpose, person, nonce, attempts, sent_at, requested_at, expires_at, closed_at)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' ||
      substr(md5(i::text), 4, 15))::uuid,
    '018f0000-0000-7000-8000-000000000000', ${DIGEST('person')}, 'past-' || n, ${ID('subscription')}, ${ID('device')},
    'push', 'verified', '회원가입', ${DIGEST('a')} || ${DIGEST('b')}, '\\x00112233445566778899aabbccddeeff', 1, at, at, at + interval '180 seconds',
    at + interval '20 seconds'
  FROM (SELECT i, 1 + i * 7919::bigint % :people AS n, now() - interval '12 months' * (1 - i / :all.0) - interval '1 hour' AS at
    FROM generate_series(:from, :to) i) past`;
