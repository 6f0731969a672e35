import { randomBytes, randomUUID } from 'node:crypto';
import { PUSH_SERVICE_OF } from '../../src/domain/push-service.ts';
import { randomCode } from '../../src/crypto/random.ts';
import { exportDeviceKeys, generateDeviceKeys, type PrivateJwk } from '../../src/phone/device-keys.ts';
import { wrapKnowledgeKey } from '../../src/phone/knowledge-key.ts';
import { Phone } from '../../src/phone/phone.ts';
import { ServiceKeys as PinnedKeys } from '../../src/phone/service-keys.ts';
import { TEST_PIN, type Subscriber, type TestService } from './service.ts';

/** Each block of ten thousand numbers is used once, so that no two lines of a test have the same number. */
let blocks = 0;

/**
 * Inserts subscribers with an active phone directly into the database, because enrolling hundreds takes longer than the
 * tests that use them. All the phones share one set of keys; every second one is an iPhone.
 */
export async function manySubscribers(
  service: TestService,
  count: number,
  options: { fetch?: typeof globalThis.fetch } = {},
): Promise<Subscriber[]> {
  const { indexes, fields } = service.keys;
  const keys = (await exportDeviceKeys(await generateDeviceKeys())) as Record<
    'signingKey' | 'encryptionKey',
    PrivateJwk
  >;
  const knowledgeKey = randomBytes(32);
  const wrappedKnowledgeKey = await wrapKnowledgeKey({ knowledgeKey, pin: TEST_PIN, cost: { m: 8, t: 1, p: 1 } });
  const serviceKeys = (await PinnedKeys.fetched(service.issuer, fetch)).toState();
  const { d: _signing, ...signingKey } = keys.signingKey;
  const { d: _encryption, ...encryptionKey } = keys.encryptionKey;
  const owner = { birthDate: '900101', genderDigit: '1' };
  const block = String((blocks += 1)).padStart(4, '0');

  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const [lineId, subscriptionId, deviceId] = [`line-${randomUUID()}`, randomUUID(), randomUUID()];
      const phoneNumber = `+8210${block}${String(at).padStart(4, '0')}`;
      const serialNumber = `PG-${randomUUID()}`;
      const pushToken = `token-${deviceId}`;
      const platform = at % 2 === 0 ? 'android' : 'ios';
      await service.database.pool.query(
        `WITH line AS (
           INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
           VALUES ($1, $2, $3, $4, 'SKT', 'active', 'self', 'postpaid', $5) RETURNING id
         ), subscription AS (
           INSERT INTO subscriptions (id, line_id, state, link, protected_since) SELECT $6, id, 'active', 2, now()
           FROM line RETURNING id
         ), links AS (
           INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at)
           SELECT id, 1, NULL::int, NULL, 'awaiting_device', 'subscribed', 'customer', now() FROM subscription
           UNION ALL SELECT id, 2, 1, 'awaiting_device', 'active', 'device_activated', 'customer', now() FROM subscription
         )
         INSERT INTO devices (id, subscription_id, serial_number, state, signing_key, encryption_key, knowledge_key,
           platform, push_service, os_version, app_version, name, push_token, push_token_digest, test_expires_at, activated_at)
         SELECT $7, id, $8, 'active', $9, $10, $11, $12, $15, '14', '1.0.0', '시험 전화기', $13,
           sha256(convert_to($14, 'UTF8')), now(), now()
         FROM subscription`,
        [
          lineId,
          indexes.of('phone', phoneNumber),
          fields.encrypt(phoneNumber, `lines:phone_number:${lineId}`),
          fields.encrypt(JSON.stringify(owner), `lines:owner:${lineId}`),
          JSON.stringify({ os: platform, osVersion: '14', formFactor: 'phone' }),
          subscriptionId,
          deviceId,
          serialNumber,
          JSON.stringify(signingKey),
          JSON.stringify(encryptionKey),
          fields.encrypt(knowledgeKey, `devices:knowledge_key:${deviceId}`),
          platform,
          fields.encrypt(pushToken, `devices:push_token:${deviceId}`),
          pushToken,
          PUSH_SERVICE_OF[platform],
        ],
      );
      const phone = await Phone.restore(
        {
          v: 1,
          issuer: service.issuer,
          deviceId,
          serialNumber,
          ...keys,
          wrappedKnowledgeKey,
          serviceKeys,
          clockOffsetMs: 0,
        },
        options,
      );
      return { person: { lineId, phoneNumber, ...owner }, subscriptionId, phone, pushToken };
    }),
  );
}

/**
 * Starts an authentication of a person, and opens it directly in the database, because opening by the app with its PIN
 * takes far longer than the tests that use it. Returns the code.
 */
export async function startOpened(
  service: TestService,
  { person, phone }: Subscriber,
): Promise<{ id: string; code: string }> {
  const { id } = (await service.start(person)).body;
  const { pool } = service.database;
  const { rows } = await pool.query<{ client: string }>(
    'SELECT client_id AS client FROM authentications WHERE id = $1',
    [id],
  );
  const code = randomCode();
  await pool.query(
    `UPDATE authentications SET state = 'opened', device_id = $2, code_digest = $3, envelope = 'sealed' WHERE id = $1`,
    [id, phone.deviceId, service.keys.codes.of(code, rows[0]!.client, id)],
  );
  return { id, code };
}
