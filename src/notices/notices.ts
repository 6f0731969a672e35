import { Injectable } from '@nestjs/common';
import { randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { deviceBond } from '../database/statement-parts.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import type { Line } from '../lines/line.entity.ts';
import { Words } from '../pages/words.ts';
import { NOTICE_WORDS } from './notice-words.ts';
import { mayGoBySms, noticeText, type Notice } from '../domain/notice.ts';
import { PUSH_SERVICE_OF, type Platform, type PushChoice, type PushService } from '../domain/push-service.ts';

/** A phone to which a notice is pushed. The device is unknown in a notice that an earlier release wrote. */
export interface NoticePhone {
  service: PushService;
  token: string;
  deviceId?: string;
}

/** The address of a notice: the phone that was in use when the notice was written, otherwise the number. */
export interface NoticeAddress {
  push?: NoticePhone;
  /** E.164; empty where there is none, as for a line whose number moved to another one. */
  phoneNumber: string;
  /** The code that an enrolment notice contains; stored with the address because it needs the same encryption. */
  enrolmentCode?: string;
  /** The link with such a code. */
  enrolmentLink?: string;
}

/** A notice in the form in which it is sent. */
export interface WrittenNotice {
  notice: Notice;
  address: NoticeAddress;
  text: string;
  bySms: boolean;
}

const REACHABLE = statement(
  'notice_reachable',
  `SELECT l.id AS "lineId", CASE WHEN l.phone_index IS NOT NULL THEN l.phone_number END AS "phoneNumber",
      d.push_service AS "pushService", d.push_token AS "pushToken", d.id AS "deviceId",
      ${deviceBond('d')} AS bond
    FROM subscriptions s JOIN lines l ON l.id = s.line_id
      LEFT JOIN devices d ON d.subscription_id = s.id AND d.issuer_id IS NULL AND d.state = 'active'
        AND d.push_token IS NOT NULL
    WHERE s.id = $1`,
);

const ENQUEUE = statement(
  'notice_enqueue',
  `WITH written AS (
      INSERT INTO notices (id, subscription_id, kind, detail, address) VALUES ($1, $2, $3, $4, $5) RETURNING id
    )
    ${enqueueDelivery({ kind: 'notice', about: { notice_id: 'id' }, expiresAt: 'now() + make_interval(secs => $6)', from: 'written' })}`,
  { writes: OUTBOX },
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;
/** The number may have moved to another line since the notice was written. */
const MAY_TEXT = statement(
  'notice_may_text',
  `SELECT 1 FROM notices n JOIN subscriptions s ON s.id = n.subscription_id
      JOIN lines l ON l.id = s.line_id AND l.phone_index = ANY($2)
    WHERE n.id = $1 AND NOT EXISTS (
      SELECT 1 FROM lines o WHERE o.phone_index = ANY($2) AND o.status <> 'terminated' AND o.id <> l.id)`,
);

/** Notices that were sent, or could not be sent within their day. */
const PURGE = statement(
  'notice_purge',
  `DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE created_at < now() - interval '2 days' LIMIT ${PURGE_BATCH})`,
);

/** Seconds for which sending a notice is tried. */
const NOTICE_SECONDS = 86_400;

/** The line of a subscription, and the phone of it to which a push can go. */
type Reachable = {
  lineId: Line['id'];
  /** Null while the line has no number. */
  phoneNumber: Line['phoneNumber'] | null;
  pushService: PushChoice | null;
  pushToken: Buffer | null;
  deviceId: string | null;
  bond: string | null;
};

/** Notifies people of changes of their subscription. */
@Injectable()
export class Notices {
  private readonly decoy: () => Reachable;

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly words: Words,
  ) {
    this.decoy = keys.derived(() => ({
      lineId: 'decoy',
      phoneNumber: keys.fields.encrypt('+821000000000', 'lines:phone_number:decoy'),
      pushService: 'fcm',
      deviceId: 'decoy',
      pushToken: keys.devices.encrypt('devices:push_token', 'decoy', 'decoy'),
      bond: 'decoy',
    }));
  }

  /** The subscriber's present address. Called before a device is revoked, it is still the old device. */
  async addressOf(session: Session, subscriptionId: string): Promise<NoticeAddress> {
    const [row] = await session.rows<Reachable>(REACHABLE, [subscriptionId]);
    if (!row) throw new Error('a subscription without a line');
    return this.readAddress(row);
  }

  /** As `addressOf`, with the same work for the id of a decoy, to which nothing can be sent. */
  async addressOrDecoy(session: Session, subscriptionId: string): Promise<NoticeAddress> {
    const [row] = await session.rows<Reachable>(REACHABLE, [subscriptionId]);
    const address = this.readAddress(row ?? this.decoy());
    return row ? address : { phoneNumber: '' };
  }

  private readAddress(row: Reachable): NoticeAddress {
    const place = `lines:phone_number:${row.lineId}`;
    const phoneNumber = row.phoneNumber ? this.keys.fields.decrypt(row.phoneNumber, place).toString('utf8') : '';
    const { pushService: service, pushToken, deviceId, bond } = row;
    // Null too for a device whose row was moved: then the notice goes to the number.
    const token = pushToken && bond && this.keys.devices.decrypt('devices:push_token', pushToken, bond);
    if (!service || service === 'none' || !token || deviceId === null) return { phoneNumber };
    return { phoneNumber, push: { service, token: token.toString('utf8'), deviceId } };
  }

  /** Writes a notice in the transaction of the change it reports. Returns the delivery to enqueue after the commit. */
  async enqueue(
    session: Session,
    subscriptionId: string,
    notice: Notice | { kind: 'enrolment_code' },
    address: NoticeAddress,
    seconds = NOTICE_SECONDS,
  ): Promise<string> {
    const id = randomId();
    const [delivery] = await session.rows<{ id: string }>(ENQUEUE, [
      id,
      subscriptionId,
      notice.kind,
      'detail' in notice ? notice.detail : null,
      this.keys.fields.encrypt(JSON.stringify(address), `notices:address:${id}`),
      seconds,
    ]);
    if (!delivery) throw new Error('an insert without a condition returned no row');
    return delivery.id;
  }

  /**
   * Writes a notice to the phone in use, if there is one, and to the number as well, because either may be in other
   * hands. Returns the deliveries to enqueue after the commit.
   */
  async enqueueToBoth(
    session: Session,
    subscriptionId: string,
    notice: Notice,
    address?: NoticeAddress,
  ): Promise<string[]> {
    const { phoneNumber, push } = address ?? (await this.addressOf(session, subscriptionId));
    const queued = [await this.enqueue(session, subscriptionId, notice, { phoneNumber })];
    // Without the number: the one to the phone must not become a second text message where its token is dead.
    if (push) queued.push(await this.enqueue(session, subscriptionId, notice, { phoneNumber: '', push }));
    return queued;
  }

  /** Decrypts a notice's row into the form in which it is sent. */
  read(row: { id: string; kind: string; detail: string | null; address: Buffer }): WrittenNotice {
    const notice = { kind: row.kind, ...(row.detail !== null && { detail: row.detail }) } as Notice;
    const text = this.keys.fields.decrypt(row.address, `notices:address:${row.id}`).toString('utf8');
    const address = addressIn(text);
    const texts = this.words.of(NOTICE_WORDS, 'ko');
    const { enrolmentCode, enrolmentLink } = address;
    if (enrolmentLink !== undefined) {
      return { notice, address, text: texts.enrolmentLink(enrolmentLink), bySms: true };
    }
    if (enrolmentCode !== undefined) return { notice, address, text: texts.enrolmentCode(enrolmentCode), bySms: true };
    return { notice, address, text: noticeText(notice, texts), bySms: mayGoBySms(notice) };
  }

  /** True if the number of a notice is still the one of its subscription's line, and of no other. */
  async mayText(noticeId: string, phoneNumber: string): Promise<boolean> {
    const rows = await this.database.rows(MAY_TEXT, [noticeId, this.keys.indexes.all('phone', phoneNumber)]);
    return rows.length === 1;
  }

  /** Deletes a batch of notices older than two days. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}

/** Reads a stored address. Until a day after an update, one may still name the phone's system instead of its push service. */
function addressIn(text: string): NoticeAddress {
  type Push = { token: string; deviceId?: string } & ({ service: PushService } | { platform: Platform });
  const { push, ...rest } = JSON.parse(text) as Omit<NoticeAddress, 'push'> & { push?: Push };
  if (!push) return rest;
  const service = 'service' in push ? push.service : PUSH_SERVICE_OF[push.platform];
  const { token, deviceId } = push;
  return { ...rest, push: { service, token, ...(deviceId !== undefined && { deviceId }) } };
}
