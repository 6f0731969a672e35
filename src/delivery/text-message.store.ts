import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { PartitionedTable } from '../database/partitioned-table.ts';
import { statement } from '../database/statement.ts';
import { FINAL_TEXT_STATES } from '../domain/text-message.ts';
import type { StoredNotice } from '../notices/stored-notice.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { WaitingReceipt } from './sms-receipt.entity.ts';
import type { TextMessage } from './text-message.entity.ts';

/** What the desk lists at most, newest first. */
const LISTED = 20;

/**
 * Days after which no receipt is expected. A centre ends a text within a day (a notice’s validity), and may report it late. The
 * bound leaves at most two months to look into.
 */
const RECEIPT_DAYS = 8;

/** Minutes for which a receipt waits for its message. */
const WAIT_MINUTES = 10;

/** The maximum number of receipts that one statement drops. */
export const DROP_RECEIPTS_BATCH = 1_000;

const FINAL = FINAL_TEXT_STATES.map((state) => `'${state}'`).join(', ');

const RECORD = statement(
  'text_message_record',
  `INSERT INTO text_messages (authentication_id, notice_id, line_id, message_id, state, settled_at)
    VALUES ($1, $2, $3, $4, $5, CASE WHEN $5 IN (${FINAL}) THEN now() END)`,
);

const HOLD = statement('sms_receipt_hold', 'INSERT INTO sms_receipts (message_id, state) VALUES ($1, $2)');

/**
 * Gives a message the state of its receipt. Whichever of the two is written second runs this after its own commit, so no
 * pair is missed. $1 are the spellings of the id, the likeliest first. Centres use an id again after a while: the
 * newest message has it. A receipt that comes again is deleted and changes nothing.
 */
const SETTLE = statement(
  'text_message_settle',
  `WITH message AS MATERIALIZED (
      SELECT id, sent_at FROM text_messages
      WHERE message_id = ANY($1::text[]) AND sent_at > now() - interval '${RECEIPT_DAYS} days'
      ORDER BY array_position($1::text[], message_id), id DESC LIMIT 1
    ), receipt AS (
      DELETE FROM sms_receipts WHERE message_id = ANY($1::text[]) AND EXISTS (SELECT 1 FROM message)
      RETURNING state, received_at
    ), result AS (
      SELECT state, received_at FROM receipt WHERE state <> 'accepted'
      ORDER BY state IN (${FINAL}) DESC, received_at LIMIT 1
    )
    UPDATE text_messages m SET state = result.state, settled_at = result.received_at
    FROM message, result
    WHERE m.id = message.id AND m.sent_at = message.sent_at AND m.state NOT IN (${FINAL}) AND m.state <> result.state
    RETURNING m.state`,
);

const DROP_RECEIPTS = statement(
  'sms_receipt_drop',
  `DELETE FROM sms_receipts WHERE id IN (SELECT id FROM sms_receipts
    WHERE received_at < now() - interval '${WAIT_MINUTES} minutes' LIMIT ${DROP_RECEIPTS_BATCH} FOR UPDATE SKIP LOCKED)`,
);

/** The maximum number of messages that one statement deletes. */
const PURGE_BATCH = 5_000;

/**
 * Deletes old codes of the first partition, which has those of an installation from before there were months. Of notices, the
 * messages are deleted with the notice, after two days.
 */
const PURGE_FIRST = statement(
  'text_message_purge_first',
  `DELETE FROM text_messages WHERE sent_at < $1::timestamptz AND (id, sent_at) IN (
    SELECT id, sent_at FROM text_messages WHERE authentication_id IS NOT NULL AND sent_at < $1::timestamptz
    ORDER BY sent_at LIMIT ${PURGE_BATCH})`,
);

const LOOK = 'm.id, m.state, m.sent_at AS "sentAt", m.settled_at AS "settledAt"';

/** SQL: a message (`m`) of the last $2 days. Its month is dropped as a whole, so some older ones are still there. */
const IS_KEPT = 'm.sent_at >= now() - make_interval(days => $2)';

const OF_SUBSCRIPTION = statement(
  'text_messages_of_subscription',
  `SELECT * FROM (
      (SELECT ${LOOK}, c.name AS "relyingParty", NULL::text AS notice
        FROM authentication_records a JOIN text_messages m ON m.authentication_id = a.id JOIN clients c ON c.id = a.client_id
        WHERE a.subscription_id = $1 AND ${IS_KEPT} ORDER BY m.id DESC LIMIT ${LISTED})
      UNION ALL
      (SELECT ${LOOK}, NULL, n.kind FROM notices n JOIN text_messages m ON m.notice_id = n.id
        WHERE n.subscription_id = $1 AND ${IS_KEPT} ORDER BY m.id DESC LIMIT ${LISTED})
    ) sent ORDER BY id DESC LIMIT ${LISTED}`,
);

/** Not those to an earlier owner, handset or number of the line: since then it has another version. */
const OF_NUMBER = statement(
  'text_messages_of_number',
  `SELECT ${LOOK}, c.name AS "relyingParty", NULL::text AS notice
    FROM lines l JOIN text_messages m ON m.line_id = l.id
      JOIN authentication_records a ON a.id = m.authentication_id AND a.line_version = l.version
      JOIN clients c ON c.id = a.client_id
    WHERE l.phone_index = ANY($1) AND l.status <> 'terminated' AND a.subscription_id IS NULL AND ${IS_KEPT}
    ORDER BY m.id DESC LIMIT ${LISTED}`,
);

/** A text message as the desk shows it: of a code, the relying party that asked for it; otherwise the kind of notice. */
export type SentText = Pick<TextMessage, 'id' | 'state' | 'sentAt' | 'settledAt'> & {
  relyingParty: Client['name'] | null;
  notice: StoredNotice['kind'] | null;
};

/** Text messages that were sent, and receipts that wait for one. */
@Injectable()
export class TextMessageStore {
  private readonly months: PartitionedTable;

  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {
    this.months = new PartitionedTable(database, { table: 'text_messages', unit: 'month', aheadDays: 28 });
  }

  async record(
    message: Pick<TextMessage, 'authenticationId' | 'noticeId' | 'lineId' | 'messageId' | 'state'>,
  ): Promise<void> {
    const { authenticationId, noticeId, lineId, messageId, state } = message;
    await this.database.rows(RECORD, [authenticationId, noticeId, lineId, messageId, state]);
  }

  async hold({ messageId, state }: Pick<WaitingReceipt, 'messageId' | 'state'>): Promise<void> {
    await this.database.rows(HOLD, [messageId, state]);
  }

  /** Returns the new state of the message, or undefined if no message changed. */
  async settle(spellings: readonly string[]): Promise<TextMessage['state'] | undefined> {
    return (await this.database.rows<Pick<TextMessage, 'state'>>(SETTLE, [spellings]))[0]?.state;
  }

  /** Deletes a batch of receipts that have waited for minutes, and returns how many they were. */
  async dropReceipts(): Promise<number> {
    return this.database.changed(DROP_RECEIPTS, []);
  }

  /** Adds the months of the next weeks. A message that has no month is not recorded. */
  async addMonths(): Promise<void> {
    await this.months.addAhead();
  }

  /**
   * Drops the months that are older than HISTORY_DAYS, and deletes a batch of older codes of the first partition. Returns
   * true if more may remain.
   */
  async purge(): Promise<boolean> {
    const oldest = await this.months.dropOlderThan(this.environment.HISTORY_DAYS);
    if (!oldest) return false;
    return (await this.database.changed(PURGE_FIRST, [oldest])) === PURGE_BATCH;
  }

  /** Codes and notices of a subscription, at most twenty, newest first. */
  async ofSubscription(subscriptionId: string): Promise<SentText[]> {
    return this.database.rows<SentText>(OF_SUBSCRIPTION, [subscriptionId, this.environment.HISTORY_DAYS]);
  }

  /** Codes to the present owner of a number while it had no subscription, at most twenty, newest first. */
  async ofNumber(phoneIndexes: readonly Buffer[]): Promise<SentText[]> {
    return this.database.rows<SentText>(OF_NUMBER, [phoneIndexes, this.environment.HISTORY_DAYS]);
  }
}
