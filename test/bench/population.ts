import pg from 'pg';
import { deviceBond } from '../../src/crypto/device-cipher.ts';
import { randomId } from '../../src/crypto/random.ts';
import type { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import type { Phones } from './phones.ts';

/** A subscriber with a phone. */
export interface Person {
  lineId: string;
  subscriptionId: string;
  deviceId: string;
  phoneNumber: string;
  birthDate: string;
  genderDigit: string;
  platform: 'android' | 'ios';
  pushToken: string;
}

/** Half of the people have an Android phone, half an iPhone. */
export function makePeople(count: number): Person[] {
  return Array.from({ length: count }, (_, at) => ({
    lineId: `line-${at}`,
    subscriptionId: randomId(),
    deviceId: randomId(),
    phoneNumber: `+82102${String(at).padStart(7, '0')}`,
    birthDate: '900101',
    genderDigit: String(1 + (at % 2)),
    platform: at % 2 === 0 ? 'android' : 'ios',
    pushToken: `bench-${at}`,
  }));
}

/** The people, their phones, and the keys under which their data is stored. */
export interface Population {
  people: readonly Person[];
  phones: Phones;
  keys: ServiceKeys;
}

/** People per statement. */
const BATCH = 2_000;

/** What the secrets of a person's phone are bound to. */
export function bondOfPhone({ deviceId: id, subscriptionId }: Person, { signingKey, encryptionKey }: Phones): string {
  return deviceBond({ id, subscriptionId, issuerId: null, signingKey, encryptionKey, cardKey: null });
}

/** Fills the service's own tables with active subscriptions, as the website and the app would have left them. */
export async function seedService(url: string, { people, phones, keys }: Population): Promise<void> {
  const { fields, indexes, devices } = keys;
  const bondOf = (person: Person) => bondOfPhone(person, phones);
  const values = (some: readonly Person[]): unknown[] => [
    some.map(({ lineId }) => lineId),
    some.map(({ phoneNumber }) => indexes.of('phone', phoneNumber)),
    some.map(({ lineId, phoneNumber }) => fields.encrypt(phoneNumber, `lines:phone_number:${lineId}`)),
    some.map((one) => fields.encrypt(ownerOf(one), `lines:owner:${one.lineId}`)),
    some.map(({ subscriptionId }) => subscriptionId),
    some.map(({ deviceId }) => deviceId),
    some.map(({ platform }) => platform),
    some.map((one) => devices.encrypt('devices:knowledge_key', phones.knowledgeKey, bondOf(one))),
    some.map((one) => devices.encrypt('devices:push_token', one.pushToken, bondOf(one))),
    some.map(({ pushToken }) => sha256(pushToken)),
    JSON.stringify(phones.signingKey),
    JSON.stringify(phones.encryptionKey),
  ];
  await inBatches(url, people, values, SEED_SERVICE);
}

const SEED_SERVICE = `
  WITH people AS (
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[], $5::uuid[], $6::uuid[], $7::text[],
      $8::bytea[], $9::bytea[], $10::bytea[])
      AS p (line, phone_index, phone_number, owner, subscription, device, platform, knowledge, token, token_digest)
  ), line AS (
    INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
    SELECT line, phone_index, phone_number, owner, 'SKT', 'active', 'self', 'postpaid',
      jsonb_build_object('os', platform, 'osVersion', '14', 'formFactor', 'phone') FROM people
  ), subscription AS (
    INSERT INTO subscriptions (id, line_id, state, link, protected_since)
    SELECT subscription, line, 'active', 2, now() FROM people
  ), links AS (
    INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at)
    SELECT subscription, 1, NULL::int, NULL, 'awaiting_device', 'subscribed', 'customer', now() FROM people
    UNION ALL SELECT subscription, 2, 1, 'awaiting_device', 'active', 'device_activated', 'customer', now() FROM people
  )
  INSERT INTO devices (id, subscription_id, serial_number, state, signing_key, encryption_key, knowledge_key,
    platform, push_service, os_version, app_version, name, push_token, push_token_digest, test_expires_at, activated_at)
  SELECT device, subscription, device::text, 'active', $11::jsonb, $12::jsonb, knowledge, platform,
    CASE platform WHEN 'ios' THEN 'apns' ELSE 'fcm' END, '14', '1.0.0',
    'phone', token, token_digest, now(), now() FROM people`;

/** The same people in the one table from which the floor and the peer read them. */
export async function seedBare(url: string, { people, phones, keys }: Population): Promise<void> {
  const { fields, indexes } = keys;
  const values = (some: readonly Person[]): unknown[] => [
    some.map(({ deviceId }) => deviceId),
    some.map(({ phoneNumber }) => indexes.of('phone', phoneNumber)),
    some.map(({ lineId }) => lineId),
    some.map((one) => fields.encrypt(ownerOf(one), `lines:owner:${one.lineId}`)),
    some.map(({ lineId, phoneNumber }) => fields.encrypt(phoneNumber, `lines:phone_number:${lineId}`)),
    some.map(({ deviceId }) => fields.encrypt(phones.knowledgeKey, `devices:knowledge_key:${deviceId}`)),
    some.map(({ platform }) => platform),
    some.map(({ deviceId, pushToken }) => fields.encrypt(pushToken, `devices:push_token:${deviceId}`)),
    JSON.stringify(phones.signingKey),
    JSON.stringify(phones.encryptionKey),
  ];
  await inBatches(url, people, values, SEED_BARE, BARE_TABLE);
}

const BARE_TABLE = `CREATE TABLE people (device_id uuid PRIMARY KEY, phone_index bytea NOT NULL UNIQUE,
  line_id text NOT NULL, owner bytea NOT NULL, phone_number bytea NOT NULL, knowledge_key bytea NOT NULL,
  platform text NOT NULL, push_token bytea NOT NULL, signing_key jsonb NOT NULL, encryption_key jsonb NOT NULL)`;

const SEED_BARE = `INSERT INTO people SELECT p.*, $9::jsonb, $10::jsonb FROM unnest($1::uuid[], $2::bytea[],
  $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[], $8::bytea[]) p`;

function ownerOf({ birthDate, genderDigit }: Person): string {
  return JSON.stringify({ birthDate, genderDigit });
}

async function inBatches(
  url: string,
  people: readonly Person[],
  values: (some: readonly Person[]) => unknown[],
  statement: string,
  prepare = 'SELECT 1',
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(prepare);
    for (let at = 0; at < people.length; at += BATCH) {
      await client.query(statement, values(people.slice(at, at + BATCH)));
    }
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}
