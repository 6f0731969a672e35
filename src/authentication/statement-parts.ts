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
