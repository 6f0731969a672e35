import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** The maximum number of subscriptions or lines that one statement erases. */
const BATCH = 200;

const ERASED = 'what is kept about a person ends at one moment, in one statement';

/**
 * Erases subscriptions that were cancelled $1 days ago, with everything that names them, their devices or their owner.
 * A subscription whose last month has not been charged yet stays until it is.
 * The audit remains, because it is append-only.
 */
const ERASE_SUBSCRIPTIONS = statement(
  'retention_erase_subscriptions',
  `WITH over AS MATERIALIZED (
      SELECT id FROM subscriptions s
      WHERE state = 'cancelled' AND since < now() - make_interval(days => $1) AND (
        protected_since IS NULL OR created_at > since OR EXISTS (
          SELECT 1 FROM closed_months WHERE month >= to_char(s.since AT TIME ZONE 'Asia/Seoul', 'YYYY-MM')))
      ORDER BY since LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
    ), bearing AS MATERIALIZED (
      SELECT id FROM devices WHERE subscription_id IN (SELECT id FROM over)
    ), proofs AS (DELETE FROM device_proofs WHERE device_id IN (SELECT id FROM bearing)
    ), contacts AS (DELETE FROM device_contacts WHERE device_id IN (SELECT id FROM bearing)
    ), answers AS (DELETE FROM push_answers WHERE device_id IN (SELECT id FROM bearing)
    ), secrets AS (DELETE FROM authenticators WHERE subscription_id IN (SELECT id FROM over)
    ), registered AS (DELETE FROM registrations WHERE subscription_id IN (SELECT id FROM over)
    ), permitted AS (DELETE FROM sms_permissions WHERE subscription_id IN (SELECT id FROM over)
    ), codes AS (DELETE FROM enrolment_codes WHERE subscription_id IN (SELECT id FROM over)
    ), applied AS (DELETE FROM reissue_applications WHERE subscription_id IN (SELECT id FROM over)
    ), reissued AS (DELETE FROM reissues WHERE subscription_id IN (SELECT id FROM over)
    ), checked AS (DELETE FROM caller_checks WHERE subscription_id IN (SELECT id FROM over)
    ), requested AS (DELETE FROM deed_requests WHERE subscription_id IN (SELECT id FROM over)
    ), decided AS (DELETE FROM approvals WHERE subscription_id IN (SELECT id FROM over)
    ), reported AS (DELETE FROM reports WHERE subscription_id IN (SELECT id FROM over)
    ), alerted AS (DELETE FROM alerts WHERE subscription_id IN (SELECT id FROM over)
    ), told AS (DELETE FROM notices WHERE subscription_id IN (SELECT id FROM over)
    ), asked AS (DELETE FROM authentications WHERE subscription_id IN (SELECT id FROM over) RETURNING id
    ), asked_once AS (DELETE FROM past_authentications WHERE subscription_id IN (SELECT id FROM over) RETURNING id
    ), texted AS (DELETE FROM text_messages
      WHERE authentication_id IN (SELECT id FROM asked UNION ALL SELECT id FROM asked_once)
    ), corrected AS (DELETE FROM corrections WHERE subscription_id IN (SELECT id FROM over)
    ), disclosed AS (DELETE FROM disclosures WHERE subscription_id IN (SELECT id FROM over)
    ), read_by_them AS (DELETE FROM data_reads WHERE subscription_id IN (SELECT id FROM over)
    ), agreed AS (DELETE FROM consents WHERE subscription_id IN (SELECT id FROM over)
    ), charged AS (DELETE FROM charges WHERE subscription_id IN (SELECT id FROM over)
    ), borne AS (DELETE FROM devices WHERE id IN (SELECT id FROM bearing)
    ), lived AS (DELETE FROM subscription_links WHERE subscription_id IN (SELECT id FROM over))
    DELETE FROM subscriptions WHERE id IN (SELECT id FROM over)`,
  {
    writes: {
      device_proofs: ERASED,
      device_contacts: ERASED,
      push_answers: ERASED,
      authenticators: ERASED,
      registrations: ERASED,
      sms_permissions: ERASED,
      enrolment_codes: ERASED,
      reissue_applications: ERASED,
      reissues: ERASED,
      caller_checks: ERASED,
      deed_requests: ERASED,
      approvals: ERASED,
      reports: ERASED,
      alerts: ERASED,
      notices: ERASED,
      authentications: ERASED,
      past_authentications: ERASED,
      text_messages: ERASED,
      consents: ERASED,
      data_reads: ERASED,
      disclosures: ERASED,
      corrections: ERASED,
      charges: ERASED,
      devices: ERASED,
      subscription_links: ERASED,
      subscriptions: ERASED,
    },
  },
);

/**
 * Erases lines that were terminated $1 days ago and have no subscription any more, with their carrier's events and the
 * authentications by SMS of their owner.
 */
const ERASE_LINES = statement(
  'retention_erase_lines',
  `WITH over AS MATERIALIZED (
      SELECT id FROM lines l WHERE status = 'terminated' AND updated_at < now() - make_interval(days => $1)
        AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.line_id = l.id)
      ORDER BY updated_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
    ), told AS (DELETE FROM carrier_events WHERE line_id IN (SELECT id FROM over)
    ), told_once AS (DELETE FROM past_carrier_events WHERE line_id IN (SELECT id FROM over)
    ), requested AS (DELETE FROM approvals WHERE line_id IN (SELECT id FROM over)
    ), disclosed AS (DELETE FROM disclosures WHERE line_id IN (SELECT id FROM over)
    ), left_it AS (DELETE FROM departed_numbers WHERE line_id IN (SELECT id FROM over)
    ), asked AS (DELETE FROM authentications
      WHERE line_id IN (SELECT id FROM over) AND subscription_id IS NULL RETURNING id
    ), asked_once AS (DELETE FROM past_authentications
      WHERE line_id IN (SELECT id FROM over) AND subscription_id IS NULL RETURNING id
    ), texted AS (DELETE FROM text_messages
      WHERE authentication_id IN (SELECT id FROM asked UNION ALL SELECT id FROM asked_once))
    DELETE FROM lines WHERE id IN (SELECT id FROM over)`,
  {
    writes: {
      carrier_events: ERASED,
      past_carrier_events: ERASED,
      approvals: ERASED,
      departed_numbers: ERASED,
      disclosures: ERASED,
      authentications: ERASED,
      past_authentications: ERASED,
      text_messages: ERASED,
      lines: ERASED,
    },
  },
);

/** Removes what is kept about persons whose subscription or line ended long ago. */
@Injectable()
export class RetentionStore {
  constructor(private readonly database: Database) {}

  /** Erases a batch of subscriptions, then a batch of lines. Returns true if more may remain. */
  async erase(days: number): Promise<boolean> {
    const subscriptions = await this.database.changed(ERASE_SUBSCRIPTIONS, [days]);
    const lines = await this.database.changed(ERASE_LINES, [days]);
    return Math.max(subscriptions, lines) === BATCH;
  }
}
