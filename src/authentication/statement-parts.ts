/** Which authentications (`a`) a device (`d`) may see and answer: its own phone's, or those that it is to sign. */
export const IS_FOR_DEVICE = `a.subscription_id = d.subscription_id
  AND (a.channel = 'push' AND d.issuer_id IS NULL OR a.channel = 'sign' AND a.device_id = d.id)`;
/**
 * Whether a subscriber permits SMS for a relying party at this instant, given the SQL for either's id. It ends by
 * itself, with the subscription's being active, with the device that gave it, and with the relying party's refusal.
 */
export function smsPermitted(subscriptionId: string, clientId: string): string {
  // A scalar with a LIMIT is looked up for the one row that is asked about; PostgreSQL would hash an EXISTS over all.
  return `coalesce((SELECT true FROM sms_permissions sp JOIN subscriptions ss ON ss.id = sp.subscription_id
      JOIN devices sd ON sd.id = sp.device_id AND sd.subscription_id = sp.subscription_id
      JOIN clients sc ON sc.id = sp.client_id
      WHERE sp.subscription_id = ${subscriptionId} AND sp.client_id = ${clientId}
        AND sp.permitted_at IS NOT NULL AND sp.ended_at IS NULL AND sp.ends_at > now()
        AND ss.state = 'active' AND sd.state = 'active' AND NOT sc.refuses_sms LIMIT 1), false)`;
}

/** Which kind of delivery a start or a repetition takes, by the authentication's channel. */
export const WAKE_OR_SMS = { sql: `CASE channel WHEN 'sms' THEN 'sms' ELSE 'wake' END` };
