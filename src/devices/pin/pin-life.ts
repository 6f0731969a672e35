import { Injectable } from '@nestjs/common';
import { Alerts } from '../../alerts/alerts.ts';
import { Database, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { isPinExhausted, isPinLocked } from '../../database/statement-parts.ts';
import type { Problem } from '../../domain/problem.ts';
import { Metrics } from '../../http/metrics.ts';
import { Notices } from '../../notices/notices.ts';
import { JobQueue } from '../../queue/job-queue.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import type { Device } from '../device.entity.ts';
import { DeviceSecrets } from '../device-secrets.ts';
import { isRightPin, pinExhausted, pinLocked, pinMismatch, type JudgedPin } from './judge-pin.ts';

const UNTOLD = statement(
  'device_pin_untold',
  `SELECT d.subscription_id AS "subscriptionId" FROM devices d
    WHERE d.id = $1 AND ${isPinLocked('d')} AND d.pin_locked_at IS NULL`,
);

/** Takes effect once for a lock, however many wrong PINs arrive at the same time. */
const LOCK = statement(
  'device_pin_lock',
  `UPDATE devices d SET pin_locked_at = now() WHERE d.id = $1 AND ${isPinLocked('d')} AND d.pin_locked_at IS NULL
    RETURNING d.id, d.pin_wrong AS wrong`,
);

const IS_EXHAUSTED = statement(
  'device_pin_is_exhausted',
  `SELECT 1 FROM devices d WHERE d.id = $1 AND ${isPinExhausted('d')}`,
);

/** An exhausted PIN stays as it is. */
const UNLOCK = statement(
  'device_pin_unlock',
  `WITH unlocked AS (
      UPDATE devices d SET pin_failures = 0, pin_locked_at = NULL
      WHERE d.subscription_id = $1 AND d.state = 'active' AND NOT ${isPinExhausted('d')} RETURNING d.id
    )
    SELECT d.id, d.issuer_id IS NULL AS "isOwnPhone", ${isPinExhausted('d')} AS "isExhausted" FROM devices d
    WHERE d.subscription_id = $1 AND d.state = 'active' AND (SELECT count(*) FROM unlocked) >= 0`,
);

/**
 * The life of a device's PIN: five wrong ones in a row lock it until it is unlocked, and fifteen in all without a right
 * one lock it for good. The person learns of every lock and unlock, on the phone and by the number.
 */
@Injectable()
export class PinLife {
  private readonly rejected;
  private readonly locked;

  constructor(
    private readonly database: Database,
    private readonly secrets: DeviceSecrets,
    private readonly subscriptions: Subscriptions,
    private readonly alerts: Alerts,
    private readonly notices: Notices,
    private readonly queue: JobQueue,
    metrics: Metrics,
  ) {
    this.rejected = metrics.counter('pushguard_pins_rejected_total', 'Wrong PINs that counted as an attempt');
    this.locked = metrics.counter('pushguard_pins_locked_total', 'PINs that wrong attempts locked');
  }

  /**
   * Compares a PIN that was counted, and returns if it is right. The wrong PIN that locks is told to the person before
   * its answer. Problems: `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
   */
  async judge(pin: JudgedPin): Promise<void> {
    const { deviceId, counted } = pin;
    if (isRightPin(pin, this.secrets.knowledgeKey(deviceId, counted))) return;
    this.rejected.inc();
    throw counted.attemptsLeft === 0 ? await this.refused(deviceId) : pinMismatch(counted.attemptsLeft);
  }

  /**
   * The problem of a device whose PIN is locked: `pin_locked` or `pin_exhausted`. If a process ended between the wrong
   * PIN that locked and the alert, the next attempt raises the alert here.
   */
  async refused(deviceId: string): Promise<Problem> {
    await this.tellOfLock(deviceId);
    return (await this.database.rows(IS_EXHAUSTED, [deviceId])).length === 1 ? pinExhausted() : pinLocked();
  }

  /**
   * Unlocks the PINs of the active devices in the session's transaction, in which the caller has locked the subscription;
   * remembers the unlock, raises `pin_unlocked` and notifies the person. Returns the deliveries to enqueue after the
   * commit; undefined when the subscription has no active device. Problems: `pin_exhausted` for the subscription's own
   * phone.
   */
  async unlock(session: Session, subscriptionId: string): Promise<string[] | undefined> {
    type Row = Pick<Device, 'id'> & { isOwnPhone: boolean; isExhausted: boolean };
    const devices = await session.rows<Row>(UNLOCK, [subscriptionId]);
    if (devices.length === 0) return undefined;
    if (devices.some(({ isOwnPhone, isExhausted }) => isOwnPhone && isExhausted)) throw pinExhausted();
    await this.subscriptions.pinUnlocked(session, subscriptionId);
    return this.tell(session, subscriptionId, 'pin_unlocked', null);
  }

  private async tellOfLock(deviceId: string): Promise<void> {
    const [untold] = await this.database.rows<Pick<Device, 'subscriptionId'>>(UNTOLD, [deviceId]);
    if (!untold) return;
    const { subscriptionId } = untold;
    const queued = await this.database.transaction(async (session) => {
      await this.subscriptions.lock(session, subscriptionId);
      const locked = await session.rows<Pick<Device, 'id'> & { wrong: number }>(LOCK, [deviceId]);
      await session.closed(locked.map(({ id, wrong }) => ({ door: 'pin_locked', id, wrong })));
      return locked.length === 1 ? this.tell(session, subscriptionId, 'pin_locked', deviceId) : [];
    });
    if (queued.length > 0) this.locked.inc();
    for (const id of queued) this.queue.enqueue(id);
  }

  /** Tells the phone in use, which can answer, and the number, because either may be in other hands. */
  private async tell(
    session: Session,
    subscriptionId: string,
    kind: 'pin_locked' | 'pin_unlocked',
    about: string | null,
  ): Promise<string[]> {
    const pushes = await this.alerts.raise(session, subscriptionId, kind, about);
    return [...pushes, ...(await this.notices.enqueueToBoth(session, subscriptionId, { kind }))];
  }
}
