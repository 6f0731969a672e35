import { CODE_ATTEMPTS } from '../domain/authentication.ts';
import type { Line } from '../lines/line.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import type { Authentication } from './authentication.entity.ts';

/**
 * SQL: true if a device (`d`) may see and answer an authentication (`a`).
 * The subscription's own phone may answer those with the channels `push` and `approve`, and any device those that it is to
 * sign.
 */
export const IS_FOR_DEVICE = `a.subscription_id = d.subscription_id
  AND (a.channel IN ('push', 'approve') AND d.issuer_id IS NULL OR a.channel = 'sign' AND a.device_id = d.id)`;
/**
 * SQL: true while a subscriber permits SMS for a relying party, given the SQL for both ids.
 * A permission ends at its time, when the subscription or the device that gave it is no longer active, and when the
 * relying party refuses SMS.
 */
export function smsPermitted(subscriptionId: string, clientId: string): string {
  // PostgreSQL evaluates a scalar subquery with LIMIT for the one row in question; it would hash an EXISTS over all
  // permissions.
  return `coalesce((SELECT true FROM sms_permissions sp JOIN subscriptions ss ON ss.id = sp.subscription_id
      JOIN devices sd ON sd.id = sp.device_id AND sd.subscription_id = sp.subscription_id
      JOIN clients sc ON sc.id = sp.client_id
      WHERE sp.subscription_id = ${subscriptionId} AND sp.client_id = ${clientId}
        AND sp.permitted_at IS NOT NULL AND sp.ended_at IS NULL AND sp.ends_at > now()
        AND ss.state = 'active' AND sd.state = 'active' AND NOT sc.refuses_sms LIMIT 1), false)`;
}

/** SQL: the kind of delivery for a start or a resend, by the channel of the authentication. */
export const WAKE_OR_SMS = { sql: `CASE channel WHEN 'sms' THEN 'sms' ELSE 'wake' END` };

/** SQL: read only with the result of a verification, so that waiting for one and wrong codes read no other table. */
const ofVerified = (select: string) => `CASE WHEN a.state = 'verified' THEN (${select}) END`;

/** The data of an authentication from which its relying party's view is built. */
export type AuthenticationView = Pick<
  Authentication,
  'id' | 'clientId' | 'channel' | 'state' | 'expiresAt' | 'closedAt' | 'lineId' | 'person' | 'matchDigits'
> & {
  expired: boolean;
  attemptsLeft: number;
  /** When the subscription's app was last reissued. */
  reissuedAt: Subscription['reissuedAt'];
  /** When a phone was last enrolled without the confirmation of the one before it. */
  enrolledAt: Subscription['unconfirmedEnrolmentAt'];
  /** When the SIM of the line was last changed. */
  simChangedAt: Line['simChangedAt'];
  /** The sector of the relying party, in which persons have one subject; null for one of its own. */
  sector: Client['sector'];
};

/** SQL: the columns of an `AuthenticationView`, of an authentication (`a`). */
export const VIEW = `a.id, a.client_id AS "clientId", a.channel, a.state, a.expires_at <= now() AS expired,
  a.expires_at AS "expiresAt", ${CODE_ATTEMPTS} - a.attempts AS "attemptsLeft", a.closed_at AS "closedAt",
  a.line_id AS "lineId", a.person, a.match_digits AS "matchDigits",
  ${ofVerified('SELECT rs.reissued_at FROM subscriptions rs WHERE rs.id = a.subscription_id')} AS "reissuedAt",
  ${ofVerified('SELECT rs.unconfirmed_enrolment_at FROM subscriptions rs WHERE rs.id = a.subscription_id')} AS "enrolledAt",
  ${ofVerified('SELECT rl.sim_changed_at FROM lines rl WHERE rl.id = a.line_id')} AS "simChangedAt",
  ${ofVerified('SELECT rc.sector FROM clients rc WHERE rc.id = a.client_id')} AS sector`;
