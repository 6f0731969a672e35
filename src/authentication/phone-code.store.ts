import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { deviceBond, NOW, type OuterJoined } from '../database/statement-parts.ts';
import { CODE_ATTEMPTS, type Flow } from '../domain/authentication.ts';
import { AUTHENTICATOR_ATTEMPTS, FAR_SECONDS } from '../domain/authenticator.ts';
import type { Authenticator } from '../authenticators/authenticator.entity.ts';
import type { Authentication } from './authentication.entity.ts';
import { aboutAuthentications, aboutSmartOtps, tell, TOLD } from '../webhooks/tell.ts';
import { closedIn, spentCodeOf } from './authentication.store.ts';
import { VIEW, type AuthenticationView } from './statement-parts.ts';
import { keepDigest } from './verification-answer.store.ts';

/**
 * The data by which a code from the phone is judged. `transaction` and `secret` are encrypted; `transaction` is null with
 * the channel `otp`, and `secret` for a decoy and after the device was revoked.
 */
export type CodeContext = Pick<Authentication, 'channel' | 'transaction' | 'authenticatorId'> &
  OuterJoined<Pick<Authenticator, 'secret' | 'lastStep' | 'drift' | 'farStep' | 'farDrift'>> & {
    now: Date;
    /** What the secret is bound to; null for a decoy, and when the authenticator is not of the asked subscription. */
    bond: string | null;
  };

/** The result of the comparison, to be counted and stored. */
export interface PhoneCodeAttempt {
  /** The time step to which the code belongs; null for a wrong code. */
  step: number | null;
  drift: number;
  far: { step: number; drift: number } | null;
}

const CONTEXT = statement(
  'phone_code_judged',
  `SELECT a.channel, now() AS now, a.transaction, au.id AS "authenticatorId", au.secret,
      ${deviceBond('d')} AS bond,
      au.last_step AS "lastStep", au.drift,
      CASE WHEN au.far_at > now() - interval '${FAR_SECONDS} seconds' THEN au.far_step END AS "farStep", au.far_drift AS "farDrift"
    FROM authentications a LEFT JOIN authenticators au ON au.id = a.authenticator_id
      LEFT JOIN devices d ON d.id = au.device_id AND d.subscription_id = a.subscription_id
        AND au.subscription_id = a.subscription_id
    WHERE a.id = $1 AND a.client_id = $2 AND a.channel IN ('otp', 'sign') AND a.state IN ('pending', 'opened')
      AND a.expires_at > now() AND a.flow = ANY($3)`,
);

/** SQL: the device whose signing secret this attempt locked. Its row as it was before says if it was locked already. */
const LOCKED = `(SELECT r.device_id AS id FROM refused r JOIN authenticators before ON before.id = r.id
        WHERE r.kind = 'sign' AND r.failures = ${AUTHENTICATOR_ATTEMPTS} AND before.failures < ${AUTHENTICATOR_ATTEMPTS})`;

/**
 * Counts an attempt and accepts a right code in one statement: an attempt that does not count reveals nothing.
 * Locks are taken in the common order:
 * 1. The subscription, the device and, with `sign`, the registration, `FOR SHARE`: they must be active and stay so
 *    until the commit.
 * 2. The authentication, whose row decides which of a thousand right codes was the first.
 * 3. The authenticator, whose row decides which of several relying parties gets a step.
 * A locked authenticator, a step that was accepted before and a transaction that the phone has not opened are answered
 * like a wrong code.
 */
const TRY = statement(
  'phone_code_try',
  `WITH standing AS MATERIALIZED (
      SELECT d.id FROM authentications a JOIN authenticators au ON au.id = a.authenticator_id
        JOIN subscriptions s ON s.id = a.subscription_id JOIN devices d ON d.id = au.device_id
      WHERE a.id = $1 AND s.state = 'active' AND d.state = 'active' AND (a.channel = 'otp' OR (
        SELECT true FROM registrations r WHERE r.client_id = $2 AND r.subscription_id = s.id AND r.device_id = d.id
          AND r.state = 'active' LIMIT 1 FOR SHARE))
      FOR SHARE OF s, d
    ), open AS MATERIALIZED (
      SELECT a.id, a.authenticator_id, a.state FROM authentications a
      WHERE a.id = $1 AND a.client_id = $2 AND a.channel IN ('otp', 'sign') AND a.state IN ('pending', 'opened')
        AND a.attempts < ${CODE_ATTEMPTS} AND a.expires_at > now() AND (SELECT count(*) FROM standing) >= 0
      FOR UPDATE
    ), accepted AS (
      UPDATE authenticators au SET last_step = greatest(au.last_step, $3::bigint), drift = $4, failures = 0,
        far_step = NULL, far_drift = NULL, far_at = NULL
      FROM open WHERE au.id = open.authenticator_id AND au.failures < ${AUTHENTICATOR_ATTEMPTS}
        AND CASE au.kind WHEN 'otp' THEN au.last_step < $3::bigint ELSE $3::bigint IS NOT NULL AND open.state = 'opened' END
        AND EXISTS (SELECT 1 FROM standing)
      RETURNING au.id
    ), refused AS (
      UPDATE authenticators au SET failures = least(au.failures + 1, ${AUTHENTICATOR_ATTEMPTS}),
        far_step = coalesce($5::bigint, au.far_step), far_drift = coalesce($6::integer, au.far_drift),
        far_at = CASE WHEN $5::bigint IS NULL THEN au.far_at ELSE now() END
      FROM open WHERE au.id = open.authenticator_id AND NOT EXISTS (SELECT 1 FROM accepted)
      RETURNING au.id, au.device_id, au.kind, au.failures
    ), tried AS (UPDATE authentications a SET
      (attempts, state, closed_at, end_user, person, transaction, device_id) = (
        SELECT a.attempts + 1, CASE WHEN fits THEN 'verified' WHEN closes THEN 'failed' ELSE a.state END,
          CASE WHEN closes THEN ${NOW} END, CASE WHEN NOT closes THEN a.end_user END,
          CASE WHEN fits OR NOT closes THEN a.person END, CASE WHEN NOT closes THEN a.transaction END,
          CASE WHEN fits THEN (SELECT id FROM standing) ELSE a.device_id END
        FROM (SELECT EXISTS (SELECT 1 FROM accepted) AS fits OFFSET 0) code,
          LATERAL (SELECT fits OR a.attempts + 1 >= ${CODE_ATTEMPTS} AS closes) attempt)
    FROM open WHERE a.id = open.id AND (SELECT count(*) FROM refused) >= 0
    RETURNING ${VIEW}
    ), kept AS (
      ${keepDigest('tried', '$7')}
    ), ${tell(aboutAuthentications(closedIn('tried')), aboutSmartOtps('locked', LOCKED))}
    SELECT * FROM tried`,
  { writes: { authenticators: 'one statement counts the attempt and spends the step', ...TOLD } },
);

@Injectable()
export class PhoneCodeStore {
  constructor(private readonly database: Database) {}

  /** Returns undefined when no authentication is open whose code a phone computes. */
  async contextOf(id: string, clientId: string, flows: readonly Flow[]): Promise<CodeContext | undefined> {
    return (await this.database.pipelinedRows<CodeContext>(CONTEXT, [id, clientId, flows]))[0];
  }

  /** Counts one attempt. Undefined when no such authentication is open any more: the attempt did not count. */
  async try(
    id: string,
    clientId: string,
    { step, drift, far, authenticatorId }: PhoneCodeAttempt & Pick<CodeContext, 'authenticatorId'>,
    requestDigest: Buffer | null,
  ): Promise<AuthenticationView | undefined> {
    const values = [id, clientId, step, drift, far?.step ?? null, far?.drift ?? null, requestDigest];
    const [tried] = await this.database.sharedRows<AuthenticationView>(TRY, values, id);
    const isRight = tried?.state === 'verified' && step !== null && authenticatorId !== null;
    await this.database.closed([
      ...(isRight ? ([{ door: 'otp_step_used', id: authenticatorId, step }] as const) : []),
      ...spentCodeOf(tried),
    ]);
    return tried;
  }
}
