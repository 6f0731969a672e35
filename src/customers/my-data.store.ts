import { Injectable } from '@nestjs/common';
import type { Alert } from '../alerts/alert.entity.ts';
import type { Authenticator } from '../authenticators/authenticator.entity.ts';
import type { Registration } from '../authenticators/registrations/registration.entity.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { PushAnswer } from '../delivery/push-answer.entity.ts';
import type { TextMessage } from '../delivery/text-message.entity.ts';
import type { CorrectableFact } from '../domain/correction.ts';
import { PUSH_ANSWER_DAYS } from '../domain/push-answer.ts';
import type { StoredNotice } from '../notices/stored-notice.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { SmsPermission } from '../sms-permissions/sms-permission.entity.ts';
import { DataRead, type DataReadKind } from './data-read.entity.ts';

/** The rows of one category that are shown, newest first. */
const MOST = 1_000;

const REGISTRATIONS = statement(
  'my_data_registrations',
  `SELECT c.name AS "relyingParty", r.state, r.requested_at AS "requestedAt", r.confirmed_at AS "confirmedAt",
      r.closed_at AS "closedAt"
    FROM registrations r JOIN clients c ON c.id = r.client_id WHERE r.subscription_id = $1
    ORDER BY r.requested_at DESC LIMIT ${MOST}`,
);

const AUTHENTICATORS = statement(
  'my_data_authenticators',
  `SELECT kind, terms, created_at AS "createdAt" FROM authenticators WHERE subscription_id = $1
    ORDER BY created_at DESC LIMIT ${MOST}`,
);

const ALERTS = statement(
  'my_data_alerts',
  `SELECT kind, state, at, closed_at AS "closedAt" FROM alerts WHERE subscription_id = $1 ORDER BY at DESC LIMIT ${MOST}`,
);

const PUSHES = statement(
  'my_data_pushes',
  `SELECT p.kind, p.push_service AS "pushService", p.outcome, p.answered_at AS "answeredAt"
    FROM devices d JOIN push_answers p ON p.device_id = d.id
    WHERE d.subscription_id = $1 AND p.answered_at >= now() - interval '${PUSH_ANSWER_DAYS} days'
    ORDER BY p.id DESC LIMIT ${MOST}`,
);

const TEXTS = statement(
  'my_data_texts',
  `SELECT * FROM (
      (SELECT m.id, m.state, m.sent_at AS "sentAt", NULL::text AS notice
        FROM authentication_records a JOIN text_messages m ON m.authentication_id = a.id
        WHERE a.subscription_id = $1 AND m.sent_at >= now() - make_interval(days => $2) ORDER BY m.id DESC LIMIT ${MOST})
      UNION ALL
      (SELECT m.id, m.state, m.sent_at, n.kind FROM notices n JOIN text_messages m ON m.notice_id = n.id
        WHERE n.subscription_id = $1 ORDER BY m.id DESC LIMIT ${MOST})
    ) sent ORDER BY id DESC LIMIT ${MOST}`,
);

const NOTICES = statement(
  'my_data_notices',
  `SELECT kind, created_at AS "createdAt" FROM notices WHERE subscription_id = $1
    ORDER BY created_at DESC LIMIT ${MOST}`,
);

const PERMISSIONS = statement(
  'my_data_sms_permissions',
  `SELECT c.name AS "relyingParty", p.permitted_at AS "permittedAt", p.ends_at AS "endsAt", p.ended_at AS "endedAt"
    FROM sms_permissions p JOIN clients c ON c.id = p.client_id
    WHERE p.subscription_id = $1 AND p.permitted_at IS NOT NULL ORDER BY p.permitted_at DESC LIMIT ${MOST}`,
);

const DEVICES = statement(
  'my_data_devices',
  `SELECT d.serial_number AS "serialNumber", d.created_at AS "enrolledAt", d.revoked_at AS "revokedAt",
      d.push_token_digest IS NOT NULL AS "hasPushAddress", k.at AS "lastContactAt"
    FROM devices d LEFT JOIN device_contacts k ON k.device_id = d.id WHERE d.subscription_id = $1
    ORDER BY d.created_at DESC LIMIT ${MOST}`,
);

const CORRECTIONS = statement(
  'my_data_corrections',
  `SELECT fact, asked_at AS "askedAt", closed_at AS "closedAt" FROM corrections WHERE subscription_id = $1
    ORDER BY asked_at DESC LIMIT ${MOST}`,
);

/** The maximum number of reads that one statement deletes. */
const PURGE_BATCH = 5_000;

/** Ids ascend with time, so the oldest are found without an index by time. */
const PURGE = statement(
  'data_read_purge',
  `DELETE FROM data_reads WHERE id IN (
    SELECT id FROM (SELECT id, at FROM data_reads ORDER BY id LIMIT ${PURGE_BATCH}) oldest
    WHERE at < now() - make_interval(days => $1))`,
);

type HeldRegistration = Pick<Registration, 'state' | 'requestedAt' | 'confirmedAt' | 'closedAt'> & {
  relyingParty: Client['name'];
};
type HeldAuthenticator = Pick<Authenticator, 'kind' | 'terms' | 'createdAt'>;
type HeldAlert = Pick<Alert, 'kind' | 'state' | 'at' | 'closedAt'>;
type HeldPush = Pick<PushAnswer, 'kind' | 'pushService' | 'outcome' | 'answeredAt'>;
type HeldText = Pick<TextMessage, 'id' | 'state' | 'sentAt'> & { notice: StoredNotice['kind'] | null };
type HeldNotice = Pick<StoredNotice, 'kind' | 'createdAt'>;
type HeldPermission = Pick<SmsPermission, 'permittedAt' | 'endsAt' | 'endedAt'> & { relyingParty: Client['name'] };
interface HeldCorrection {
  fact: CorrectableFact;
  askedAt: Date;
  closedAt: Date | null;
}
interface HeldDevice {
  serialNumber: string;
  enrolledAt: Date;
  revokedAt: Date | null;
  hasPushAddress: boolean;
  lastContactAt: Date | null;
}

/** What other rooms hold about a subscription, without keys and without data about other people. */
export interface HeldElsewhere {
  devices: HeldDevice[];
  authenticators: HeldAuthenticator[];
  registrations: HeldRegistration[];
  smsPermissions: HeldPermission[];
  alerts: HeldAlert[];
  notices: HeldNotice[];
  texts: Omit<HeldText, 'id'>[];
  pushes: HeldPush[];
  /** Facts of the line that the customer called wrong. */
  corrections: HeldCorrection[];
  /** When the customer read this before. */
  reads: Pick<DataRead, 'what' | 'channel' | 'at'>[];
}

/** Reads what is held about a customer, and records that the customer read it. */
@Injectable()
export class MyDataStore {
  constructor(private readonly database: Database) {}

  /** Returns what is held about a subscription beside history, charges and consents; of text messages, those of `historyDays`. */
  async elsewhere(subscriptionId: string, historyDays: number): Promise<HeldElsewhere> {
    const { database } = this;
    const [devices, authenticators, registrations, smsPermissions, alerts, notices, texts, pushes, corrections, reads] =
      await Promise.all([
        database.rows<HeldDevice>(DEVICES, [subscriptionId]),
        database.rows<HeldAuthenticator>(AUTHENTICATORS, [subscriptionId]),
        database.rows<HeldRegistration>(REGISTRATIONS, [subscriptionId]),
        database.rows<HeldPermission>(PERMISSIONS, [subscriptionId]),
        database.rows<HeldAlert>(ALERTS, [subscriptionId]),
        database.rows<HeldNotice>(NOTICES, [subscriptionId]),
        database.rows<HeldText>(TEXTS, [subscriptionId, historyDays]),
        database.rows<HeldPush>(PUSHES, [subscriptionId]),
        database.rows<HeldCorrection>(CORRECTIONS, [subscriptionId]),
        database.manager.find(DataRead, {
          select: { what: true, channel: true, at: true },
          where: { subscriptionId },
          order: { id: 'DESC' },
          take: MOST,
        }),
      ]);
    const sent = texts.map(({ id: _id, ...text }) => text);
    const own = { devices, authenticators, registrations, smsPermissions, corrections };
    return { ...own, alerts, notices, texts: sent, pushes, reads };
  }

  /** Records a read before its answer is sent. */
  async record(subscriptionId: string, what: DataReadKind, channel: DataRead['channel']): Promise<void> {
    await this.database.manager.insert(DataRead, { subscriptionId, what, channel });
  }

  /** Deletes a batch of reads that are older than `days`. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
