import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Alerts } from '../../alerts/alerts.ts';
import { Database, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { isPinExhausted, isPinLocked, pinAttemptsLeft } from '../../database/statement-parts.ts';
import type { Problem } from '../../domain/problem.ts';
import { Metrics } from '../../http/metrics.ts';
import { Notices } from '../../notices/notices.ts';
import { OneAtATime } from '../../process/one-at-a-time.ts';
import { JobQueue } from '../../queue/job-queue.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import type { Device } from '../device.entity.ts';
import { DeviceSecrets } from '../device-secrets.ts';
import { isRightPin, pinExhausted, pinLocked, pinMismatch, pinUndecided, type JudgedPin } from './judge-pin.ts';

/** How a PIN stands. */
interface PinStanding {
  isLocked: boolean;
  attemptsLeft: number;
  /** The lock is told: its wrong PINs were compared. */
  isTold: boolean;
  isExhausted: boolean;
}

const STANDING = statement(
  'device_pin_standing',
  `SELECT ${isPinLocked('d')} AS "isLocked", ${pinAttemptsLeft('d')} AS "attemptsLeft",
      d.pin_locked_at IS NOT NULL AS "isTold", ${isPinExhausted('d')} AS "isExhausted"
    FROM devices d WHERE d.id = $1`,
);

const SUBSCRIPTION_OF = statement(
  'device_pin_subscription_of',
  'SELECT d.subscription_id AS "subscriptionId" FROM devices d WHERE d.id = $1',
);

/**
 * Milliseconds within which a process that counted a PIN compares it. After that the process has ended between the two, and
 * what it counted stays counted.
 */
const DECIDED_WITHIN_MS = 2_000;
/** Milliseconds between two looks at what other processes decide. */
const LOOK_MS = 50;

/** Takes effect once for a lock, however many wrong PINs arrive at the same time. */
const LOCK = statement(
  'device_pin_lock',
  `UPDATE devices d SET pin_locked_at = now() WHERE d.id = $1 AND ${isPinLocked('d')} AND d.pin_locked_at IS NULL
    RETURNING d.id, d.pin_wrong AS wrong`,
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
  private readonly turns = new OneAtATime();

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
   * Runs what counts a PIN of this device, compares it and resets the counters, when no other does so in this process. Right
   * PINs that arrive at the same time would otherwise count as wrong until each is compared, and lock the PIN.
   */
  inTurn<Outcome>(deviceId: string, work: () => Promise<Outcome>): Promise<Outcome> {
    return this.turns.run(deviceId, work);
  }

  /**
   * Compares a PIN that was counted, and returns if it is right. The wrong PIN that locks is told to the person before
   * its answer. Problems: `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
   */
  async judge(pin: JudgedPin): Promise<void> {
    const { deviceId, counted } = pin;
    if (isRightPin(pin, this.secrets.knowledgeKey(deviceId, counted))) return;
    this.rejected.inc();
    if (counted.attemptsLeft > 0) throw pinMismatch(counted.attemptsLeft);
    await this.tellOfLock(deviceId);
    const { isLocked, attemptsLeft, isExhausted } = await this.standing(deviceId);
    // Meanwhile another process has compared a right PIN, which was counted before this one.
    if (!isLocked) throw pinMismatch(attemptsLeft);
    throw isExhausted ? pinExhausted() : pinLocked();
  }

  /**
   * The problem of a device whose PIN was not counted: `pin_locked` or `pin_exhausted`; `service_unavailable` where proofs that
   * other processes had not compared filled the tries, and one of them was right. If a process ended between the wrong PIN
   * that locked and the alert, the next attempt raises the alert here.
   */
  async refused(deviceId: string): Promise<Problem> {
    const { isLocked, isTold, isExhausted } = await this.decided(deviceId);
    if (!isLocked) return pinUndecided();
    if (!isTold) await this.tellOfLock(deviceId);
    return isExhausted ? pinExhausted() : pinLocked();
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

  /** Waits until other processes have compared the PINs that they counted, or have ended. */
  private async decided(deviceId: string): Promise<PinStanding> {
    const until = performance.now() + DECIDED_WITHIN_MS;
    let standing = await this.standing(deviceId);
    while (standing.isLocked && !standing.isTold && performance.now() < until) {
      await delay(LOOK_MS);
      standing = await this.standing(deviceId);
    }
    return standing;
  }

  private async standing(deviceId: string): Promise<PinStanding> {
    const [standing] = await this.database.rows<PinStanding>(STANDING, [deviceId]);
    return standing ?? { isLocked: true, attemptsLeft: 0, isTold: true, isExhausted: false };
  }

  private async tellOfLock(deviceId: string): Promise<void> {
    const [device] = await this.database.rows<Pick<Device, 'subscriptionId'>>(SUBSCRIPTION_OF, [deviceId]);
    if (!device) return;
    const { subscriptionId } = device;
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
