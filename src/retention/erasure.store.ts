import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** SQL: forgets the texts that an authentication showed to the person. */
const NOT_SHOWN = `texts = NULL, purpose = ''`;

const ASKED = 'what a former subscriber may have erased ends at one moment, in one statement';

/**
 * Erases of the subscriptions $1 that were cancelled more than $2 hours ago what no law demands to keep. Contract,
 * required consents and charges stay until the end of their retention, and authentications as records of access: who asked,
 * when, and how it ended. What they showed the person does not belong to that record. `purpose` is empty rather than null,
 * because each row keeps one of its two forms. Authentications by SMS name the line and no subscription.
 */
const ERASE_ON_REQUEST = statement(
  'retention_erase_on_request',
  `WITH over AS MATERIALIZED (
      SELECT id, line_id FROM subscriptions WHERE id = ANY($1::uuid[]) AND state = 'cancelled'
        AND since < now() - make_interval(hours => $2) FOR UPDATE
    ), permitted AS (DELETE FROM sms_permissions WHERE subscription_id IN (SELECT id FROM over)
    ), registered AS (DELETE FROM registrations WHERE subscription_id IN (SELECT id FROM over) AND closed_at IS NOT NULL
    ), reported AS (DELETE FROM reports WHERE subscription_id IN (SELECT id FROM over) AND outcome IS NOT NULL
    ), applied AS (DELETE FROM reissue_applications WHERE subscription_id IN (SELECT id FROM over)
    ), bearing AS MATERIALIZED (
      SELECT id FROM devices WHERE subscription_id IN (SELECT id FROM over) AND state = 'revoked'
    ), contacts AS (DELETE FROM device_contacts WHERE device_id IN (SELECT id FROM bearing)
    ), answers AS (DELETE FROM push_answers WHERE device_id IN (SELECT id FROM bearing)
    ), secrets AS (DELETE FROM authenticators WHERE device_id IN (SELECT id FROM bearing)
    ), alerted AS (DELETE FROM alerts WHERE subscription_id IN (SELECT id FROM over)
    ), corrected AS (DELETE FROM corrections WHERE subscription_id IN (SELECT id FROM over)
    ), texted AS (DELETE FROM text_messages WHERE notice_id IN (
      SELECT id FROM notices WHERE subscription_id IN (SELECT id FROM over))
    ), told AS (DELETE FROM notices WHERE subscription_id IN (SELECT id FROM over)
    ), agreed AS (DELETE FROM consents
      WHERE subscription_id IN (SELECT id FROM over) AND document NOT IN ('required', 'terms', 'privacy')
    ), shown AS (UPDATE authentications SET ${NOT_SHOWN}
      WHERE subscription_id IN (SELECT id FROM over) AND closed_at IS NOT NULL
    ), shown_by_sms AS (UPDATE authentications SET ${NOT_SHOWN}
      WHERE line_id IN (SELECT line_id FROM over) AND subscription_id IS NULL AND closed_at IS NOT NULL
    ), once_shown AS (UPDATE past_authentications SET ${NOT_SHOWN}
      WHERE subscription_id IN (SELECT id FROM over)
    ), once_shown_by_sms AS (UPDATE past_authentications SET ${NOT_SHOWN}
      WHERE line_id IN (SELECT line_id FROM over) AND subscription_id IS NULL
    ), borne AS (UPDATE devices SET name = NULL, name_cipher = NULL, push_token = NULL, push_token_digest = NULL
      WHERE id IN (SELECT id FROM bearing))
    SELECT id FROM over`,
  {
    writes: {
      sms_permissions: ASKED,
      registrations: ASKED,
      reports: ASKED,
      reissue_applications: ASKED,
      notices: ASKED,
      device_contacts: ASKED,
      push_answers: ASKED,
      authenticators: ASKED,
      alerts: ASKED,
      corrections: ASKED,
      text_messages: ASKED,
      consents: ASKED,
      authentications: ASKED,
      past_authentications: ASKED,
      devices: ASKED,
    },
  },
);

/** Erases what former subscribers may have erased before the retention ends. */
@Injectable()
export class ErasureStore {
  constructor(private readonly database: Database) {}

  async onRequest(subscriptionIds: readonly string[], hours: number): Promise<void> {
    const asked = [subscriptionIds, hours];
    await this.database.rows(ERASE_ON_REQUEST, asked);
    // An authentication that was moving to its month is in neither table of the first look, and in the month of the second.
    await this.database.rows(ERASE_ON_REQUEST, asked);
  }
}
