import { Injectable } from '@nestjs/common';
import { END_WITH_DEVICES } from '../devices/end-with-devices.ts';
import { aboutAuthentications, aboutRegistrations, tell, type Telling } from '../webhooks/tell.ts';
import { Database, type Session } from '../database/database.ts';
import { statement, type Statement } from '../database/statement.ts';
import { thumbprintOfAddress, thumbprintsOf } from '../crypto/client-jwks.ts';
import { OTP_PARAMETERS } from '../crypto/otp-window.ts';
import { lowestIdOf, NOW, WIPED } from '../database/statement-parts.ts';
import { PIN_ATTEMPTS } from '../domain/device.ts';
import type { JournalMark } from '../journal/journal-mark.entity.ts';

/** Rows of one statement. */
export const BATCH = 5_000;

const BEFORE_IT_RUNS = 'a restored database is closed before the service runs on it';
const writing = (...tables: string[]): Pick<Statement, 'writes'> => ({
  writes: Object.fromEntries(tables.map((table) => [table, BEFORE_IT_RUNS])),
});

/** Counts the rows of `change`, which is a batch. */
const counted = (change: string): string =>
  `WITH gone AS (${change} RETURNING 1) SELECT count(*)::int AS count FROM gone`;
/** Counts the rows of `change`, and tells their relying parties. */
const told = (change: string, about: (from: string) => Telling): string =>
  `WITH gone AS (${change} RETURNING id, client_id, state, closed_at), ${tell(about('gone'))}
    SELECT count(*)::int AS count FROM gone`;
/** Deletes a batch of a table, or of some of its rows. */
const deleted = (table: string, where = 'true'): string =>
  counted(`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH}))`);
/** Changes a batch of the rows where `where` is true, which `set` makes false. */
const change = (table: string, where: string, set: string): string =>
  `UPDATE ${table} SET ${set} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH} FOR UPDATE)) AND ${where}`;
const closed = (table: string, where: string, set: string): string => counted(change(table, where, set));

const AUTHENTICATIONS = statement(
  'restore_void_authentications',
  told(
    change('authentications', 'closed_at IS NULL', `state = 'cancelled', closed_at = ${NOW}, ${WIPED}`),
    aboutAuthentications,
  ),
  writing('authentications', 'webhook_events', 'webhook_deliveries'),
);
const ANSWERS = statement('restore_void_answers', deleted('verification_answers'), writing('verification_answers'));
const TEST_AUTHENTICATIONS = statement(
  'restore_void_test_authentications',
  deleted('test_authentications'),
  writing('test_authentications'),
);
const WINDOWS = statement(
  'restore_void_windows',
  closed('windows', 'expires_at > now()', 'expires_at = now()'),
  writing('windows'),
);
/** What was sent after the backup would be sent again, and what happened meanwhile is not known. */
const SWAP_NOTIFICATIONS = statement(
  'restore_void_swap_notifications',
  deleted('swap_notifications', `kind <> 'ended'`),
  writing('swap_notifications'),
);
/** A client may have ended its subscription since the backup, and a change of the SIM may be lost: each client makes a new one. */
const SWAP_SUBSCRIPTIONS = statement(
  'restore_void_swap_subscriptions',
  `WITH gone AS (${change('swap_subscriptions', 'ended_at IS NULL', 'ended_at = now()')} RETURNING id, client_id
    ), told AS (
      INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
      SELECT id, client_id, 'ended', now(), 'NETWORK_TERMINATED' FROM gone
    )
    SELECT count(*)::int AS count FROM gone`,
  writing('swap_subscriptions', 'swap_notifications'),
);
const CIBA_REQUESTS = statement('restore_void_ciba_requests', deleted('ciba_requests'), writing('ciba_requests'));
const OPENID_REQUESTS = statement(
  'restore_void_openid_requests',
  deleted('openid_requests'),
  writing('openid_requests'),
);
const CUSTOMERS = statement('restore_void_customers', deleted('customer_sessions'), writing('customer_sessions'));
const ACCOUNT_SESSIONS = statement(
  'restore_void_account_sessions',
  deleted('account_sessions'),
  writing('account_sessions'),
);
const CODES = statement(
  'restore_void_enrolment_codes',
  deleted('enrolment_codes', 'used_at IS NULL'),
  writing('enrolment_codes'),
);
const TESTS = statement(
  'restore_void_tests',
  closed(
    'devices',
    `state = 'testing'`,
    `state = 'revoked', revoked_at = now(), test_digest = NULL, test_envelope = NULL`,
  ),
  writing('devices'),
);
const PIN_CHECKS = statement(
  'restore_void_pin_checks',
  closed(
    'devices',
    'pin_check_id IS NOT NULL',
    'pin_check_id = NULL, pin_check_nonce = NULL, pin_check_expires_at = NULL',
  ),
  writing('devices'),
);
const REISSUES = statement(
  'restore_void_reissues',
  closed('reissues', 'closed_at IS NULL', `state = 'withdrawn', closed_at = now(), closed_by = 'after-restore'`),
  writing('reissues'),
);
const REGISTRATIONS = statement(
  'restore_void_registrations',
  told(
    change('registrations', `state = 'pending'`, `state = 'expired', closed_at = ${NOW}, closed_by = 'time'`),
    aboutRegistrations,
  ),
  writing('registrations', 'webhook_events', 'webhook_deliveries'),
);
const SMS_PERMISSIONS = statement(
  'restore_void_sms_permissions',
  closed(
    'sms_permissions',
    'ended_at IS NULL AND (permitted_at IS NOT NULL OR expires_at > now())',
    'ended_at = CASE WHEN permitted_at IS NOT NULL THEN now() END, expires_at = least(expires_at, now())',
  ),
  writing('sms_permissions'),
);
const APPROVALS = statement(
  'restore_void_approvals',
  closed(
    'approvals',
    'closed_at IS NULL',
    `state = CASE state WHEN 'asked' THEN 'withdrawn' ELSE 'expired' END, closed_at = now()`,
  ),
  writing('approvals'),
);
const DEEDS = statement(
  'restore_void_deeds',
  closed('deed_requests', 'spent_at IS NULL AND expires_at > now()', 'expires_at = now()'),
  writing('deed_requests'),
);
const DELIVERIES = statement('restore_void_deliveries', deleted('deliveries'), writing('deliveries'));
const NEW_PHONES = statement(
  'restore_void_new_phones',
  closed('reports', `kind = 'new_phone' AND outcome IS NULL`, `outcome = 'no_change', person = NULL`),
  writing('reports'),
);

/** What these alerts tell of is void. The others stay open, because their answers close. */
const ALERTS = statement(
  'restore_void_alerts',
  closed(
    'alerts',
    `state = 'open' AND kind IN ('new_phone', 'reissue', 'cancellation')`,
    `state = 'closed', closed_at = ${NOW}`,
  ),
  writing('alerts'),
);
const PRESENT_STEP = statement(
  'restore_present_step',
  `SELECT floor(extract(epoch FROM now()) / ${OTP_PARAMETERS.seconds})::float8 AS step`,
);
/** A code that was accepted after the backup may still be the phone’s present one, or the one after it. */
const STEPS = statement(
  'restore_void_steps',
  closed(
    'authenticators',
    `kind = 'otp' AND secret IS NOT NULL AND last_step < $1::bigint + drift + 1`,
    'last_step = $1::bigint + drift + 1, far_step = NULL, far_drift = NULL, far_at = NULL',
  ),
  writing('authenticators'),
);
const ACCOUNT_STEPS = statement(
  'restore_void_account_steps',
  closed('accounts', 'totp_step < $1::bigint + 1', 'totp_step = $1::bigint + 1'),
  writing('accounts'),
);

/** A device, with what ends when it is revoked. */
const REVOKE_DEVICES = statement(
  'restore_revoke_devices',
  `WITH gone AS (
      UPDATE devices SET state = 'revoked', revoked_at = now(), push_token = NULL, push_token_digest = NULL,
        test_digest = NULL, test_envelope = NULL
      WHERE (id = ANY($1::uuid[]) OR subscription_id = $2) AND state <> 'revoked' RETURNING id
    )${END_WITH_DEVICES}`,
  writing('devices', 'registrations', 'authenticators', 'webhook_events', 'webhook_deliveries'),
);
/** The person was told of the lock before the restore. */
const LOCK_PINS = statement(
  'restore_lock_pins',
  counted(`UPDATE devices d SET pin_failures = ${PIN_ATTEMPTS}, pin_wrong = greatest(d.pin_wrong, p.wrong),
      pin_locked_at = coalesce(d.pin_locked_at, now())
    FROM (SELECT id, max(wrong) AS wrong FROM unnest($1::uuid[], $2::smallint[]) AS t (id, wrong) GROUP BY id) p
    WHERE d.id = p.id AND d.state <> 'revoked' AND (d.pin_failures < ${PIN_ATTEMPTS} OR d.pin_wrong < p.wrong)`),
  writing('devices'),
);
const REVOKE_REGISTRATIONS = statement(
  'restore_revoke_registrations',
  told(
    `UPDATE registrations SET state = 'revoked', closed_at = ${NOW}, closed_by = 'client'
      WHERE id = ANY($1::uuid[]) AND state IN ('pending', 'active')`,
    aboutRegistrations,
  ),
  writing('registrations', 'webhook_events', 'webhook_deliveries'),
);
const DISABLE_CLIENTS = statement(
  'restore_disable_clients',
  counted(`UPDATE clients SET disabled_at = now() WHERE id = ANY($1::uuid[]) AND disabled_at IS NULL`),
  writing('clients'),
);
/** SQL: no keys, for a client that can prove itself by nothing until it gets a new secret or new keys. */
const NO_KEYS = `'{"keys": []}'`;
/** A secret that the client got after its backup or after the restore is another one, and stays. */
const END_SECRETS = statement(
  'restore_end_secrets',
  `WITH doors AS (
      SELECT id, decode(digest, 'hex') AS digest, to_timestamp(min(until) / 1000) AS until
      FROM unnest($1::uuid[], $2::text[], $3::float8[]) AS t (id, digest, until) GROUP BY id, digest
    ), present AS (
      SELECT c.id, d.digest, c.created_at, d.until FROM clients c
      JOIN doors d ON d.id = c.id AND d.digest = c.secret_digest FOR UPDATE OF c
    ), kept AS (
      INSERT INTO client_secrets (client_id, digest, made_at, ends_at, replaced_at)
      SELECT id, digest, created_at, until, now() FROM present
      ON CONFLICT (client_id, digest) DO UPDATE SET ends_at = excluded.ends_at, replaced_at = now()
    ), former AS (
      UPDATE client_secrets s SET ends_at = d.until, replaced_at = now() FROM doors d
      WHERE s.client_id = d.id AND s.digest = d.digest AND s.ends_at > d.until
        AND NOT EXISTS (SELECT FROM present p WHERE p.id = s.client_id AND p.digest = s.digest)
      RETURNING 1
    ), gone AS (
      UPDATE clients c SET secret_digest = NULL, jwks = coalesce(jwks, ${NO_KEYS}) FROM present p WHERE c.id = p.id RETURNING 1
    )
    SELECT ((SELECT count(*) FROM gone) + (SELECT count(*) FROM former))::int AS count`,
  writing('clients', 'client_secrets'),
);
const JWKS_OF = statement(
  'restore_jwks_of',
  `SELECT id, jwks, jwks_uri AS "jwksUri" FROM clients
    WHERE id = ANY($1::uuid[]) AND (jwks IS NOT NULL OR jwks_uri IS NOT NULL) ORDER BY id FOR UPDATE`,
);
const END_JWKS_URI = statement(
  'restore_end_jwks_uri',
  `UPDATE clients SET jwks_uri = NULL, jwks = ${NO_KEYS} WHERE id = $1`,
  writing('clients'),
);
const SET_JWKS = statement('restore_set_jwks', `UPDATE clients SET jwks = $2 WHERE id = $1`, writing('clients'));
const REVOKE_SINK_TOKENS = statement(
  'restore_revoke_sink_tokens',
  counted(`UPDATE sink_tokens SET revoked_at = now() WHERE id = ANY($1::uuid[]) AND revoked_at IS NULL`),
  writing('sink_tokens'),
);
const END_MEMBERS = statement(
  'restore_end_console_members',
  counted(`UPDATE console_members SET ended_at = now() WHERE id = ANY($1::uuid[]) AND ended_at IS NULL`),
  writing('console_members'),
);
const CLOSE_INVITATIONS = statement(
  'restore_close_console_invitations',
  counted(`UPDATE console_invitations SET closed_at = now(), closed_as = 'withdrawn'
    WHERE id = ANY($1::uuid[]) AND closed_at IS NULL`),
  writing('console_invitations'),
);

const DISABLE_ACCOUNTS = statement(
  'restore_disable_accounts',
  counted(`UPDATE accounts SET disabled_at = now() WHERE id = ANY($1::uuid[]) AND disabled_at IS NULL`),
  writing('accounts'),
);
/** SQL: raises the last step that a row accepted; a later one stays. */
const spendSteps = (table: string, column: string) =>
  counted(`UPDATE ${table} t SET ${column} = s.step
    FROM (SELECT id, max(step) AS step FROM unnest($1::uuid[], $2::bigint[]) AS u (id, step) GROUP BY id) s
    WHERE t.id = s.id AND t.${column} < s.step`);
const SPEND_STEPS = statement(
  'restore_spend_steps',
  spendSteps('authenticators', 'last_step'),
  writing('authenticators'),
);
const SPEND_ACCOUNT_STEPS = statement(
  'restore_spend_account_steps',
  spendSteps('accounts', 'totp_step'),
  writing('accounts'),
);

/**
 * What the run tells relying parties is recorded in an epoch above that of the mark, by which it is known until COMPLETE: a
 * reader of the feed may have come far behind the numbers that transactions have now.
 */
const BEGIN = statement(
  'restore_begin',
  `WITH listeners AS (
      UPDATE webhook_listeners SET epoch = (SELECT epoch + 1 FROM journal_mark WHERE is_only)
    )
    UPDATE journal_mark SET restored_at = coalesce(restored_at, now()) WHERE is_only`,
  writing('journal_mark', 'webhook_listeners'),
);
const MARK = statement(
  'restore_mark',
  `SELECT installation, value::float8 AS value, system_identifier AS "systemIdentifier",
      CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
        THEN (SELECT c.system_identifier::text FROM pg_control_system() c) END AS present
    FROM journal_mark WHERE is_only`,
);
/**
 * SQL: the feed of events goes on behind what it had, although transactions are numbered from below. After a second restore of
 * one backup, the database does not know of the first one. The journal does, and without one the clock is later: the epoch is
 * at least the seconds since 2025.
 */
const nextEpoch = (least: string, present = 'epoch') =>
  `greatest(${present}, ${least}, extract(epoch FROM now() - '2025-01-01T00:00:00Z'::timestamptz)::int) + 1`;
const nextEpochs = (least: string) =>
  `UPDATE webhook_listeners SET epoch = (SELECT ${nextEpoch(least)} FROM journal_mark WHERE is_only)`;
/**
 * Events of this run have an epoch above that of the mark. Events that a running service recorded in the restored database
 * before it noticed are later than $4, the first line that is newer than the backup; what was recorded between the two is lost.
 */
const COMPLETE = statement(
  'restore_complete',
  `WITH since_the_backup AS (
      UPDATE webhook_events e SET epoch = ${nextEpoch('$3::int', 'm.epoch')} FROM journal_mark m, webhook_listeners l
      WHERE m.is_only AND e.client_id = l.client_id AND (e.epoch > m.epoch OR e.id >= ${lowestIdOf('$4::timestamptz')})
    ), listeners AS (${nextEpochs('$3::int')}), writers AS (
      INSERT INTO journal_writers (id, mark) SELECT * FROM unnest($5::uuid[], $6::bigint[])
      ON CONFLICT (id) DO UPDATE SET mark = greatest(journal_writers.mark, excluded.mark)
    )
    UPDATE journal_mark SET restored_at = NULL, epoch = ${nextEpoch('$3::int')}, value = greatest(value, $1::bigint) + 1,
      system_identifier = coalesce($2, system_identifier), compared_until = now()
    WHERE is_only`,
  writing('journal_mark', 'journal_writers', 'webhook_listeners', 'webhook_events'),
);
const MOVE = statement(
  'restore_move',
  `WITH moved AS (
      UPDATE journal_mark SET system_identifier = $1, epoch = ${nextEpoch('epoch')} WHERE is_only AND restored_at IS NULL
        AND system_identifier IS DISTINCT FROM $1 RETURNING 1
    ), listeners AS (${nextEpochs('epoch')} WHERE EXISTS (SELECT 1 FROM moved))
    SELECT 1 AS moved FROM moved`,
  writing('journal_mark', 'webhook_listeners'),
);

type Counted = { count: number };
type RegisteredKeys = { id: string; jwks: { keys?: unknown[] } | null; jwksUri: string | null };
/** The mark of the database, and the cluster that answers; null where the role may not ask for it. */
export type RestoredMark = Pick<JournalMark, 'installation' | 'systemIdentifier'> & {
  value: number;
  present: string | null;
};

/** What the lines of the journal say of its marks. */
export interface Journalled {
  highest: number;
  epoch: number;
  /** When the first line was written whose mark the database does not have; null if there is none. */
  firstMarked: string | null;
  /** The highest mark of each process among the lines that the database does not have. */
  writers: Map<string, number>;
}

/** A kind of rows that live for a short time, and the statement that voids a batch of them. */
type Void = readonly [what: string, batch: (session: Session, step: number) => Promise<Counted[]>];

const VOIDS: readonly Void[] = [
  ['authentications', (session) => session.rows<Counted>(AUTHENTICATIONS, [])],
  ['verification answers', (session) => session.rows<Counted>(ANSWERS, [])],
  ['test authentications', (session) => session.rows<Counted>(TEST_AUTHENTICATIONS, [])],
  ['windows', (session) => session.rows<Counted>(WINDOWS, [])],
  ['CIBA requests', (session) => session.rows<Counted>(CIBA_REQUESTS, [])],
  ['notifications of SIM changes', (session) => session.rows<Counted>(SWAP_NOTIFICATIONS, [])],
  ['subscriptions to SIM changes', (session) => session.rows<Counted>(SWAP_SUBSCRIPTIONS, [])],
  ['OpenID requests', (session) => session.rows<Counted>(OPENID_REQUESTS, [])],
  ['sessions of the website', (session) => session.rows<Counted>(CUSTOMERS, [])],
  ['sessions of desk and console', (session) => session.rows<Counted>(ACCOUNT_SESSIONS, [])],
  ['enrolment codes', (session) => session.rows<Counted>(CODES, [])],
  ['phones under test', (session) => session.rows<Counted>(TESTS, [])],
  ['PIN questions', (session) => session.rows<Counted>(PIN_CHECKS, [])],
  ['reissues', (session) => session.rows<Counted>(REISSUES, [])],
  ['pending registrations', (session) => session.rows<Counted>(REGISTRATIONS, [])],
  ['SMS permissions', (session) => session.rows<Counted>(SMS_PERMISSIONS, [])],
  ['approvals', (session) => session.rows<Counted>(APPROVALS, [])],
  ['requests of programs', (session) => session.rows<Counted>(DEEDS, [])],
  ['deliveries', (session) => session.rows<Counted>(DELIVERIES, [])],
  ['requests for a new phone', (session) => session.rows<Counted>(NEW_PHONES, [])],
  ['alerts', (session) => session.rows<Counted>(ALERTS, [])],
  ['present one-time passwords', (session, step) => session.rows<Counted>(STEPS, [step])],
  ['present one-time passwords of accounts', (session, step) => session.rows<Counted>(ACCOUNT_STEPS, [step])],
];

/** What `after-restore` changes. Every statement only closes, and changes nothing when it runs again. */
@Injectable()
export class RestoreStore {
  constructor(private readonly database: Database) {}

  async mark(): Promise<RestoredMark> {
    const [row] = await this.database.rows<RestoredMark>(MARK, []);
    if (!row) throw new Error('the row of journal_mark is missing: the database was changed outside the service');
    return row;
  }

  /** Keeps the service from starting until `complete`. */
  async begin(session: Session): Promise<void> {
    await session.rows(BEGIN, []);
  }

  /** Ends the work; mark and epoch rise above the highest ones of the journal, and the feed goes on with what is new in it. */
  async complete(
    session: Session,
    { highest, epoch, firstMarked, writers }: Journalled,
    systemIdentifier: string | null,
  ): Promise<void> {
    const [ids, marks] = [[...writers.keys()], [...writers.values()]];
    await session.rows(COMPLETE, [highest, systemIdentifier, epoch, firstMarked, ids, marks]);
  }

  /** Records another cluster. Returns false if it is recorded already, or the database was restored. */
  async move(session: Session, systemIdentifier: string): Promise<boolean> {
    return (await session.rows(MOVE, [systemIdentifier])).length === 1;
  }

  /** Voids what lives for a short time, batch by batch, each in a transaction that `inTransaction` gives. */
  async voidShortLived(
    inTransaction: (work: (session: Session) => Promise<number>) => Promise<number>,
  ): Promise<Map<string, number>> {
    const voided = new Map<string, number>();
    const [present] = await this.database.rows<{ step: number }>(PRESENT_STEP, []);
    const step = present?.step ?? 0;
    for (const [what, batch] of VOIDS) {
      for (let count = BATCH; count === BATCH;) {
        count = await inTransaction(async (session) => countOf(await batch(session, step)));
        if (count > 0) voided.set(what, (voided.get(what) ?? 0) + count);
      }
    }
    return voided;
  }

  async revokeDevices(session: Session, ids: readonly string[], ofSubscription: string | null = null): Promise<number> {
    return (await session.rows(REVOKE_DEVICES, [ids, ofSubscription])).length;
  }

  /** Locks PINs, with the wrong ones in all that each had. */
  async lockPins(session: Session, ids: readonly string[], wrong: readonly number[]): Promise<number> {
    return countOf(await session.rows<Counted>(LOCK_PINS, [ids, wrong]));
  }

  async revokeRegistrations(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(REVOKE_REGISTRATIONS, [ids]));
  }

  async disableAccounts(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(DISABLE_ACCOUNTS, [ids]));
  }

  async disableClients(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(DISABLE_CLIENTS, [ids]));
  }

  /** Ends the secrets of doors, each until the time of its door. */
  async endSecrets(
    session: Session,
    ids: readonly string[],
    digests: readonly string[],
    until: readonly number[],
  ): Promise<number> {
    return countOf(await session.rows<Counted>(END_SECRETS, [ids, digests, until]));
  }

  /** Takes keys away, by their thumbprints, from the clients that have them, and addresses of keys. */
  async endKeys(session: Session, ended: readonly { id: string; thumbprint: string }[]): Promise<number> {
    let count = 0;
    for (const { id, jwks, jwksUri } of await session.rows<RegisteredKeys>(JWKS_OF, [ended.map((one) => one.id)])) {
      const gone = new Set(ended.filter((one) => one.id === id).map(({ thumbprint }) => thumbprint));
      if (jwksUri !== null && gone.has(thumbprintOfAddress(jwksUri))) {
        await session.rows(END_JWKS_URI, [id]);
        count += 1;
      }
      const thumbprints = await thumbprintsOf(jwks ?? {});
      const kept = (jwks?.keys ?? []).filter((_key, at) => !gone.has(thumbprints[at]?.thumbprint ?? ''));
      const lost = thumbprints.length - kept.length;
      if (lost > 0) await session.rows(SET_JWKS, [id, { keys: kept }]);
      count += lost;
    }
    return count;
  }

  async endMembers(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(END_MEMBERS, [ids]));
  }

  async closeInvitations(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(CLOSE_INVITATIONS, [ids]));
  }

  async revokeSinkTokens(session: Session, ids: readonly string[]): Promise<number> {
    return countOf(await session.rows<Counted>(REVOKE_SINK_TOKENS, [ids]));
  }

  /** Moves the last accepted steps forward, never back. */
  async spendSteps(session: Session, ids: readonly string[], steps: readonly number[]): Promise<number> {
    return countOf(await session.rows<Counted>(SPEND_STEPS, [ids, steps]));
  }

  /** The same for the one-time passwords of accounts. */
  async spendAccountSteps(session: Session, ids: readonly string[], steps: readonly number[]): Promise<number> {
    return countOf(await session.rows<Counted>(SPEND_ACCOUNT_STEPS, [ids, steps]));
  }
}

function countOf([row]: readonly Counted[]): number {
  return row?.count ?? 0;
}
