import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AUTHENTICATION_STATES, CHANNELS, DECLINE_REASONS } from '../../src/domain/authentication.ts';
import { DELIVERY_KINDS } from '../../src/domain/delivery.ts';
import { DEVICE_STATES } from '../../src/domain/device.ts';
import { SUBSCRIPTION_STATES, SUSPENSION_REASONS } from '../../src/domain/subscription.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('the database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });

  it.each([
    ['authentications', 'state', AUTHENTICATION_STATES],
    ['authentications', 'channel', CHANNELS],
    ['authentications', 'decline_reason', DECLINE_REASONS],
    ['devices', 'state', DEVICE_STATES],
    ['subscriptions', 'state', SUBSCRIPTION_STATES],
    ['subscriptions', 'suspensions', SUSPENSION_REASONS],
    ['deliveries', 'kind', DELIVERY_KINDS],
  ])('allows in %s.%s exactly what the domain knows', async (table, column, values) => {
    const { rows } = await database.pool.query<{ definition: string }>(
      'SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2',
      [table, `${table}_${column}_check`],
    );
    const allowed = [...(rows[0]?.definition ?? '').matchAll(/'([^']+)'::text/g)].map(([, value]) => value);
    expect(allowed.sort()).toEqual([...values].sort());
  });

  it.each([
    ['a closed authentication without a time', `state = 'verified', closed_at = NULL`, 'closed_has_a_time'],
    ['an open one with a time', `closed_at = now()`, 'closed_has_a_time'],
    [
      'a closed one that kept its code',
      `state = 'expired', closed_at = now(), code_digest = '\\x00'`,
      'closed_keeps_no_code',
    ],
    ['a push whose code could be read here', `sms_code = '\\x00'`, 'push_keeps_no_plain_code'],
    ['a sixth attempt', `attempts = 6`, 'authentications_attempts_check'],
  ])('refuses %s', async (_, change, constraint) => {
    await database.pool.query('DELETE FROM authentications');
    await database.pool.query(
      `INSERT INTO authentications (id, client_id, person_index, channel, state, purpose, nonce, sent_at, requested_at, expires_at)
       VALUES (gen_random_uuid(), gen_random_uuid(), '\\x00', 'push', 'pending', 'p', '\\x00', now(), now(), now())`,
    );
    await expect(database.pool.query(`UPDATE authentications SET ${change}`)).rejects.toMatchObject({ constraint });
  });
});
