import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AUTHENTICATION_STATES,
  CHANNELS,
  CODE_ATTEMPTS,
  DECLINE_REASONS,
  OPEN_STATES,
  RESENDS,
  SENDING_CHANNELS,
} from '../../src/domain/authentication.ts';
import { REALMS, SIGN_IN_ATTEMPTS } from '../../src/domain/account.ts';
import { AUTHENTICATOR_ATTEMPTS, AUTHENTICATOR_KINDS, REGISTRATION_STATES } from '../../src/domain/authenticator.ts';
import { INTENTS } from '../../src/customers/intent.ts';
import { REPORT_KINDS, REPORT_OUTCOMES } from '../../src/customers/report.ts';
import { DELIVERY_KINDS } from '../../src/domain/delivery.ts';
import { DEVICE_STATES, PIN_ATTEMPTS, PIN_WRONG_IN_ALL, TEST_ATTEMPTS } from '../../src/domain/device.ts';
import type { Holder, LineStatus, Plan } from '../../src/domain/line.ts';
import { APPROVAL_KINDS, APPROVAL_STATES, OPERATOR_ROLES } from '../../src/domain/operator.ts';
import { LOCALES } from '../../src/domain/locale.ts';
import { PLATFORMS, PUSH_CHOICES } from '../../src/domain/push-service.ts';
import { CORRECTABLE_FACTS } from '../../src/domain/correction.ts';
import { APPLICATION_STATES } from '../../src/domain/reissue-application.ts';
import { IDENTITY_PROOFS, REISSUE_CAUSES, REISSUE_DELIVERIES, REISSUE_STATES } from '../../src/domain/reissue.ts';
import { SUBSCRIPTION_STATES, SUBSCRIPTION_TRANSITIONS, SUSPENSION_REASONS } from '../../src/domain/subscription.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** The conditions on this column alone: of CHECK constraints, and of the rules that a function of the table keeps. */
async function checksOf(table: string, column: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ condition: string }>(
    `SELECT pg_get_expr(c.conbin, c.conrelid) AS condition FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
      WHERE c.contype = 'c' AND c.conrelid = $1::regclass AND a.attname = $2`,
    [table, column],
  );
  const kept = (await rulesOf(table))[`${table}_${column}_check`];
  return [...rows.map(({ condition }) => condition), ...(kept === undefined ? [] : [kept])];
}

/** The rules of a table by name, where a function keeps them (`migrations/rules.ts`). */
async function rulesOf(table: string): Promise<Record<string, string>> {
  const { rows } = await database.pool.query<{ source: string }>(
    `SELECT p.prosrc AS source FROM pg_constraint c
      JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_proc'::regclass
      JOIN pg_proc p ON p.oid = d.refobjid
      WHERE c.conname = $1 AND c.convalidated`,
    [`${table}_rules`],
  );
  const rules = [...(rows[0]?.source ?? '').matchAll(/WHEN NOT \(([^]*?)\) THEN '(\w+)'/g)];
  return Object.fromEntries(rules.map(([, condition = '', name = '']) => [name, condition]));
}

const quoted = (definition: string) => [...definition.matchAll(/'([^']*)'/g)].map(([, value]) => value);
/** Types have no list at run time. A record that must name every member does not compile if one is missing. */
const members = <T extends string>(all: Record<T, true>) => Object.keys(all);

describe('the database', () => {
  it.each<[string, string, readonly string[]]>([
    ['authentications', 'state', AUTHENTICATION_STATES],
    ['authentications', 'channel', CHANNELS],
    ['authentications', 'decline_reason', DECLINE_REASONS],
    ['devices', 'state', DEVICE_STATES],
    ['devices', 'platform', PLATFORMS],
    ['devices', 'push_service', PUSH_CHOICES],
    ['subscriptions', 'state', SUBSCRIPTION_STATES],
    ['subscriptions', 'suspensions', SUSPENSION_REASONS],
    ['deliveries', 'kind', DELIVERY_KINDS],
    ['lines', 'status', members<LineStatus>({ active: true, suspended: true, terminated: true })],
    ['lines', 'holder', members<Holder>({ self: true, corporate: true, other_party: true })],
    ['lines', 'plan', members<Plan>({ postpaid: true, prepaid: true, m2m: true })],
    ['accounts', 'realm', REALMS],
    ['accounts', 'role', OPERATOR_ROLES],
    ['customer_sessions', 'errand', INTENTS],
    ['customer_sessions', 'verified_for', INTENTS],
    ['customer_sessions', 'channel', SENDING_CHANNELS],
    ['authenticators', 'kind', AUTHENTICATOR_KINDS],
    ['registrations', 'state', REGISTRATION_STATES],
    ['reissues', 'state', REISSUE_STATES],
    ['reissues', 'cause', REISSUE_CAUSES],
    ['reissues', 'identity_proof', IDENTITY_PROOFS],
    ['reissues', 'delivery', REISSUE_DELIVERIES],
    ['reissue_applications', 'state', APPLICATION_STATES],
    ['reissue_applications', 'cause', REISSUE_CAUSES],
    ['reissue_applications', 'identity_proof', IDENTITY_PROOFS],
    ['reissue_applications', 'delivery', REISSUE_DELIVERIES],
    ['corrections', 'fact', CORRECTABLE_FACTS],
    ['reports', 'kind', REPORT_KINDS],
    ['reports', 'outcome', REPORT_OUTCOMES],
    ['approvals', 'kind', APPROVAL_KINDS],
    ['approvals', 'state', APPROVAL_STATES],
  ])('the database knows the same values of %s.%s as the domain', async (table, column, values) => {
    const lists = (await checksOf(table, column)).map(quoted).filter((list) => list.length > 0);
    expect(lists.map((list) => [...list].sort())).toEqual([[...values].sort()]);
  });

  it.each<[string, string, number]>([
    ['authentications', 'attempts', CODE_ATTEMPTS],
    ['authentications', 'resends', RESENDS],
    ['devices', 'pin_failures', PIN_ATTEMPTS],
    ['devices', 'pin_wrong', PIN_WRONG_IN_ALL],
    ['devices', 'test_failures', TEST_ATTEMPTS],
    ['authenticators', 'failures', AUTHENTICATOR_ATTEMPTS],
    ['accounts', 'failures', SIGN_IN_ATTEMPTS],
  ])('the database lets %s.%s rise no higher than the domain does: %i', async (table, column, most) => {
    const checks = await checksOf(table, column);
    expect(checks).toHaveLength(1);
    const { rows } = await database.pool.query(
      `SELECT min(${column}), max(${column}) FROM generate_series(-1, 99) AS every (${column}) WHERE ${checks[0]}`,
    );
    expect(rows).toEqual([{ min: 0, max: most }]);
  });

  it.each(['windows', 'consents'])(
    'the database takes every language of the texts in %s.locale, and nothing but a language',
    async (table) => {
      const [check = ''] = await checksOf(table, 'locale');
      const [, pattern = ''] = /~ '(.*)'::text/.exec(check) ?? [];
      const { rows } = await database.pool.query<{ value: string }>(
        'SELECT value FROM unnest($1::text[]) AS value WHERE value ~ $2',
        [[...LOCALES, 'zh-Hant', '', 'KO', 'ko\n', 'korean language'], pattern],
      );
      expect(rows.map(({ value }) => value)).toEqual([...LOCALES, 'zh-Hant']);
    },
  );

  it('the database allows the transitions of the domain’s table, and no others', async () => {
    const { rows } = await database.pool.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'link_is_allowed'`,
    );
    const pairs = SUBSCRIPTION_STATES.flatMap((from) => SUBSCRIPTION_TRANSITIONS[from].map((to) => `${from}>${to}`));
    const allowed = quoted(rows[0]!.definition).filter((pair) => pair?.includes('>') && pair !== '>');
    expect(allowed.sort()).toEqual(['>awaiting_device', ...pairs].sort());
  });

  it.each([
    [
      'a state that its transitions have not reached',
      `UPDATE subscriptions SET state = 'suspended', suspensions = '{loss_reported}', reason = 'loss_reported'`,
      'stands_at_its_last_link',
    ],
    [
      'a transition that does not begin where the last one ended',
      `INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at) SELECT id, 3, 2, 'suspended', 'cancelled', 'cancelled', 'unknown', now() FROM subscriptions`,
      'link_follows_the_one_before',
    ],
    [
      'a history that begins anew',
      `INSERT INTO subscription_links (subscription_id, number, to_state, change, actor, at) SELECT id, 0, 'awaiting_device', 'subscribed', 'unknown', now() FROM subscriptions`,
      'link_counts_on',
    ],
    [
      'a cancelled one without a reason',
      `UPDATE subscriptions SET state = 'cancelled', reason = NULL`,
      'cancelled_for_a_reason',
    ],
  ])('the database refuses a subscription with %s', async (_case, statement, constraint) => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`
        INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
          VALUES ('line-of-links', '\\x01', '', '', 'SKT', 'active', 'self', 'postpaid', '{}');
        WITH subscription AS (
          INSERT INTO subscriptions (id, line_id, state, link, protected_since)
          VALUES (gen_random_uuid(), 'line-of-links', 'active', 2, now()) RETURNING id
        )
        INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at)
        SELECT id, 1, NULL::int, NULL, 'awaiting_device', 'subscribed', 'unknown', now() FROM subscription
        UNION ALL SELECT id, 2, 1, 'awaiting_device', 'active', 'device_activated', 'unknown', now() FROM subscription`);
      await expect(client.query(statement)).rejects.toMatchObject({ constraint });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it.each<[string, readonly string[]]>([
    ['devices_one_active', ['active']],
    ['subscriptions_one_a_line', ['cancelled']],
    ['lines_phone', ['terminated']],
  ])('the database has the partial index %s over the states of the domain', async (index, states) => {
    const { rows } = await database.pool.query<{ definition: string }>(
      'SELECT pg_get_indexdef($1::regclass) AS definition',
      [index],
    );
    const condition = rows[0]!.definition.split(' WHERE ')[1] ?? '';
    expect(quoted(condition).sort()).toEqual([...states].sort());
  });

  it('the database has one authentication a person and relying party that is not closed, which is in an open state of the domain', async () => {
    const { rows } = await database.pool.query<{ index: string }>(
      `SELECT pg_get_indexdef('authentications_one_pending'::regclass) AS index`,
    );
    expect(rows[0]!.index).toMatch(/ WHERE \(closed_at IS NULL\)$/);
    const { closed_has_a_time: rule = '' } = await rulesOf('authentications');
    expect(quoted(rule).sort()).toEqual([...OPEN_STATES].sort());
  });

  it.each([
    ['a closed authentication without a time', `state = 'verified', closed_at = NULL`, 'closed_has_a_time'],
    ['an open one with a time', `closed_at = now()`, 'closed_has_a_time'],
    [
      'a closed one that kept its code',
      `state = 'expired', closed_at = now(), person = NULL, code_digest = '\\x00'`,
      'closed_keeps_no_code',
    ],
    ['a closed one that kept the person', `state = 'expired', closed_at = now()`, 'only_verified_keeps_the_person'],
    ['a pending one without a person', `person = NULL`, 'only_verified_keeps_the_person'],
    [
      'a closed one that kept its end user',
      `state = 'verified', closed_at = now(), end_user = '\\x00'`,
      'closed_keeps_no_end_user',
    ],
    ['a push whose code could be read here', `sms_code = '\\x00'`, 'push_keeps_no_plain_code'],
    ['a sixth attempt', `attempts = 6`, 'authentications_attempts_check'],
    ['a fourth resend', `resends = 4`, 'authentications_resends_check'],
    ['fourth wrong digits', `match_failures = 4`, 'authentications_match_failures_check'],
    ['a state that no domain knows', `state = 'done'`, 'authentications_state_check'],
    ['a channel that no domain knows', `channel = 'post'`, 'authentications_channel_check'],
    ['an answer that no domain knows', `decline_reason = 'busy'`, 'authentications_decline_reason_check'],
    ['a flow that no domain knows', `flow = 'saml'`, 'flow_is_known'],
    ['an approval without digits', `channel = 'approve'`, 'approval_has_digits'],
    ['an opening with digits that were not typed', `match_digits = '12', state = 'opened'`, 'match_is_proven'],
    ['texts in both forms', `texts = '\\x00'`, 'purpose_is_kept_once'],
    ['a signature without a transaction', `channel = 'sign'`, 'transaction_is_signed_while_open'],
    ['a push with a transaction', `transaction = '\\x00'`, 'transaction_is_signed_while_open'],
  ])('the database refuses %s', async (_, change, constraint) => {
    await database.pool.query('DELETE FROM authentications');
    await database.pool.query(
      `INSERT INTO authentications (id, client_id, person_index, person, channel, state, purpose, nonce, sent_at, requested_at, expires_at)
       VALUES (gen_random_uuid(), gen_random_uuid(), '\\x00', '\\x00', 'push', 'pending', 'p', '\\x00', now(), now(), now())`,
    );
    await expect(database.pool.query(`UPDATE authentications SET ${change}`)).rejects.toMatchObject({ constraint });
  });

  it('the rules hold also for a session that has operators of its own, and for every role that may write', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`
        CREATE SCHEMA elsewhere;
        CREATE FUNCTION elsewhere.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR elsewhere.= (LEFTARG = text, RIGHTARG = text, FUNCTION = elsewhere.equal);
        DELETE FROM authentications;
        INSERT INTO authentications (id, client_id, person_index, person, channel, state, purpose, nonce, sent_at, requested_at, expires_at)
          VALUES (gen_random_uuid(), gen_random_uuid(), '\\x00', '\\x00', 'push', 'pending', 'p', '\\x00', now(), now(), now());
        SET LOCAL search_path = elsewhere, pg_catalog, public`);
      const { rows } = await client.query<{ isForAll: boolean }>(
        `SELECT bool_and(p.proacl::text ~ '[{,]=X/') AS "isForAll" FROM pg_proc p WHERE p.proname ~ '^keep_rules_of_'`,
      );
      expect(rows).toEqual([{ isForAll: true }]);
      const written = client.query(`UPDATE authentications SET state = 'done'`);
      await expect(written).rejects.toMatchObject({ constraint: 'authentications_state_check' });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it.each([
    ['a state that no domain knows', `state = 'lent'`, 'devices_state_check'],
    ['a platform that no domain knows', `platform = 'paper'`, 'devices_platform_check'],
    ['a push service that no domain knows', `push_service = 'pigeon'`, 'devices_push_service_check'],
    ['a token of no push service', `push_service = 'none', push_token = '\\x00'`, 'devices_none_has_no_token'],
    ['a sixth wrong PIN', `pin_failures = 6`, 'devices_pin_failures_check'],
    ['a sixteenth wrong PIN in all', `pin_wrong = 16`, 'devices_pin_wrong_check'],
    ['a sixth wrong test', `test_failures = 6`, 'devices_test_failures_check'],
    ['one in use without its key', `knowledge_key = NULL`, 'device_in_use_has_its_key'],
    ['two names', `name = 'a', name_cipher = '\\x00'`, 'device_is_named_once'],
    ['half a PIN check', `pin_check_nonce = '\\x00'`, 'pin_check_is_whole'],
  ])('the database refuses a device with %s', async (_, change, constraint) => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`
        SET LOCAL session_replication_role = replica;
        INSERT INTO devices (id, subscription_id, serial_number, state, signing_key, encryption_key, knowledge_key, platform, os_version, app_version,
          test_expires_at, push_service)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'of-rules', 'active', '{}', '{}', '\\x00', 'android', '14', '1', now(), 'fcm')`);
      await expect(client.query(`UPDATE devices SET ${change}`)).rejects.toMatchObject({ constraint });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
