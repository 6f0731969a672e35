import { Injectable } from '@nestjs/common';
import { Consents } from '../consents/consents.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Database, type Session } from '../database/database.ts';
import { maskPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { Alerts } from '../alerts/alerts.ts';
import { Notices } from '../notices/notices.ts';
import { isInDoubt } from '../domain/line-memory.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { Device } from './device.entity.ts';
import type { ProvenDevice } from './device-proofs.ts';
import { DeviceSecrets } from './device-secrets.ts';
import { DeviceStore, type DeviceStanding, type Reach } from './device.store.ts';
import type { JudgedPin } from './pin/judge-pin.ts';
import { PinLife } from './pin/pin-life.ts';
import { PushAddresses } from './push-addresses.ts';

export type { Reach };

/** How a device stands, as its app is told. */
export type Standing = Omit<DeviceStanding, 'pinExhausted' | 'lineId' | 'phoneNumber'> & {
  pinExhausted?: boolean;
  maskedPhoneNumber?: string;
};

/** Devices of subscriptions: test, push token, keys, PIN lock and revocation. */
@Injectable()
export class Devices {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly notices: Notices,
    private readonly alerts: Alerts,
    private readonly secrets: DeviceSecrets,
    private readonly store: DeviceStore,
    private readonly pinLife: PinLife,
    private readonly queue: JobQueue,
    private readonly addresses: PushAddresses,
    private readonly consents: Consents,
  ) {}

  /**
   * Completes the test of a device. With the right code, the device becomes active and the older one of the same issuer
   * is revoked, in one transaction.
   * Protection begins with the subscription’s own phone, and the consent given in its app counts from then on.
   * Problems: `code_mismatch`, `attempts_exhausted`, `authentication_expired`, `device_test_closed`.
   */
  async finishTest(device: ProvenDevice, code: string): Promise<{ deviceId: string; state: 'active' }> {
    const digests = this.keys.codes.all(code, 'test', device.deviceId);
    const queued: string[] = [];
    const tried = await this.database.transaction(async (session) => {
      const { subscriptionId } = device;
      // The common lock order: the subscription, then its devices.
      const subscription = await this.subscriptions.lock(session, subscriptionId);
      const before = await this.notices.addressOf(session, subscriptionId);
      const outcome = await this.store.tryTest(session, device.deviceId, subscriptionId, digests);
      if (outcome?.state === 'active' && outcome.isSmartOtp) {
        // The notice goes to the subscription’s own phone, whichever device bears the Smart OTP.
        queued.push(await this.notices.enqueue(session, subscriptionId, { kind: 'smart_otp_enrolled' }, before));
      } else if (outcome?.state === 'active') {
        await this.recordConsent(session, device);
        const reissued = await this.reissues.completed(session, device.deviceId, subscription);
        // The request for a new phone is served: this phone must not confirm its own coming.
        const served = reissued ? (['new_phone', 'reissue'] as const) : (['new_phone'] as const);
        await this.alerts.served(session, subscriptionId, served);
        // The lost phone may bear other devices of the subscription, and the SIM may be in other hands.
        const inOtherHands = isInDoubt(subscription);
        if (inOtherHands) await this.store.revokeAll(session, subscriptionId, { but: device.deviceId, replaced: true });
        await this.subscriptions.protect(session, reissued ?? subscription);
        const after = await this.notices.addressOf(session, subscriptionId);
        // An unchanged push token means that the same installation enrolled again: no other phone replaced it.
        const isOther = before.push && before.push.token !== after.push?.token;
        if (await this.store.hasReplacedUnasked(session, subscriptionId, device.deviceId)) {
          queued.push(...(await this.alerts.raise(session, subscriptionId, 'device_enrolled', device.deviceId)));
        }
        const kind = reissued ? 'reissue_completed' : isOther ? 'device_replaced' : 'device_enrolled';
        queued.push(await this.notices.enqueue(session, subscriptionId, { kind }, before));
      }
      return outcome;
    });
    for (const id of queued) this.queue.enqueue(id);
    if (tried?.state === 'active') return { deviceId: device.deviceId, state: 'active' };
    if (tried?.state === 'testing') {
      const detail = 'Check the code in the app and enter its six digits again.';
      throw new Problem('code_mismatch', detail, { attemptsLeft: tried.attemptsLeft });
    }
    if (tried)
      throw new Problem('attempts_exhausted', 'The device was revoked. Enrol again with a new enrolment code.');
    throw await this.testClosed(device.deviceId);
  }

  /**
   * Returns the JWE of the test code, in case the push was lost. Problems: `device_test_closed`,
   * `authentication_expired`.
   */
  async testEnvelope(deviceId: string): Promise<{ envelope: string }> {
    const test = await this.store.testState(deviceId);
    if (test?.state === 'testing' && !test.expired && test.envelope) return { envelope: test.envelope };
    throw await this.testClosed(deviceId);
  }

  /**
   * Returns how a device stands: its state and serial number, whether wrong PINs have locked it, whether pushes reach it,
   * and what it protects. Problems: `device_proof_invalid`.
   */
  async standing({ deviceId, subscriptionId }: Pick<ProvenDevice, 'deviceId' | 'subscriptionId'>): Promise<Standing> {
    // A row that was moved to another subscription tells nothing of that one.
    const row = await this.store.standing(deviceId, subscriptionId);
    if (!row) throw new Problem('device_proof_invalid', 'The device is no longer enrolled. Enrol the app again.');
    const { pinExhausted, lineId, phoneNumber, ...always } = row;
    const number =
      phoneNumber && this.keys.fields.decrypt(phoneNumber, `lines:phone_number:${lineId}`).toString('utf8');
    return {
      ...always,
      ...(pinExhausted && { pinExhausted }),
      ...(number !== null && { maskedPhoneNumber: maskPhoneNumber(number) }),
    };
  }

  /** Stores a new push token for a device, encrypted; an empty one ends its pushes. Problems: `invalid_request`. */
  async replacePushToken({ deviceId, bond }: ProvenDevice, pushToken: string): Promise<void> {
    const { service, token } = this.addresses.read(pushToken);
    const encrypted = token === null ? null : this.keys.devices.encrypt('devices:push_token', token, bond);
    await this.store.replacePushToken(deviceId, {
      service: service === 'platform' ? null : service,
      token: encrypted,
      digest: token === null ? null : sha256(token),
    });
  }

  /** Decrypts the push token of a device's row; null when the row was moved, so that no push goes there. */
  readPushToken(pushToken: Buffer, bond: string): string | null {
    return this.secrets.pushToken(pushToken, bond);
  }

  /**
   * Clears a token that its push service reports as dead. `since` is when the push service learned it, if it says so.
   * Returns false if the device has another token by now.
   */
  async pushTokenDied(deviceId: string, token: string, since: Date | null): Promise<boolean> {
    return this.store.clearPushToken(deviceId, sha256(token), since);
  }

  /**
   * Revokes every device of a subscription. Their proofs are refused from the commit on, except, for devices that are
   * `replaced`, those by which they answer alerts in the next 72 hours.
   */
  async revokeAll(session: Session, subscriptionId: string, { replaced = false } = {}): Promise<void> {
    await this.store.revokeAll(session, subscriptionId, { replaced });
  }

  /**
   * Compares a PIN that was counted, and returns if it is right. Problems: `pin_mismatch` with `attemptsLeft`,
   * `pin_locked`, `pin_exhausted`.
   */
  async judgePin(pin: JudgedPin): Promise<void> {
    await this.pinLife.judge(pin);
  }

  /** Runs what counts, compares and resets the PIN of this device, when no other such work of it runs in this process. */
  inPinTurn<Outcome>(deviceId: string, work: () => Promise<Outcome>): Promise<Outcome> {
    return this.pinLife.inTurn(deviceId, work);
  }

  /**
   * The problem of a device whose PIN was not counted: `pin_locked`, or `pin_exhausted` for good; `service_unavailable` where
   * proofs that other processes compare at this moment left it no try.
   */
  async pinRefused(deviceId: string): Promise<Problem> {
    return this.pinLife.refused(deviceId);
  }

  /**
   * Counts the PIN with which a phone answers an alert, then compares it. A phone that was replaced because it was lost
   * confirms nothing, because its finder may have seen the PIN; its objection only takes access away. Problems:
   * `pin_mismatch`, `pin_locked`, `pin_exhausted`, `device_proof_invalid`.
   */
  async provePin(
    { deviceId }: ProvenDevice,
    { alertId, purpose, proof }: { alertId: string; purpose: 'alert-confirm' | 'alert-object'; proof: string },
  ): Promise<void> {
    if (purpose === 'alert-confirm' && (await this.store.wasLost(deviceId))) {
      throw new Problem('device_proof_invalid', 'A phone that was replaced because it was lost confirms nothing.');
    }
    await this.inPinTurn(deviceId, async () => {
      const counted = await this.store.countAlertPin(deviceId, alertId);
      if (!counted) throw await this.pinRefused(deviceId);
      await this.judgePin({ purpose, id: alertId, deviceId, proof, counted });
      await this.store.resetPin(deviceId);
    });
  }

  /** Of these devices, those of the same subscription that were enrolled after this one. */
  async enrolledLater({ deviceId }: ProvenDevice, ids: readonly string[]): Promise<Set<string>> {
    return this.store.enrolledLater(deviceId, ids);
  }

  /** True if no phone of the subscription that may answer alerts was in use before this one. */
  async isEarliest({ deviceId }: ProvenDevice): Promise<boolean> {
    return this.store.isEarliest(deviceId);
  }

  /** Revokes the devices of a subscription that are still under test. */
  async revokeTesting(session: Session, subscriptionId: string): Promise<void> {
    await this.store.revokeUntested(session, subscriptionId);
  }

  /** The same for the subscription’s own phone only; Smart OTPs under test remain. */
  async revokeOwnTesting(session: Session, subscriptionId: string): Promise<void> {
    await this.store.revokeUntestedOwn(session, subscriptionId);
  }

  /** Returns how the subscription’s own phone can be reached; undefined without one. */
  async reachOf(subscriptionId: string): Promise<Reach | undefined> {
    return this.store.reachOf(subscriptionId);
  }

  /** True while the subscription’s own phone is in use. */
  async hasActive(session: Session, subscriptionId: string): Promise<boolean> {
    return this.store.hasActive(session, subscriptionId);
  }

  /**
   * Unlocks the PINs of the active devices, and tells the person. Returns the deliveries to enqueue after the commit;
   * undefined when the subscription has no active device. Problems: `pin_exhausted`.
   */
  async unlockPin(session: Session, subscriptionId: string): Promise<string[] | undefined> {
    return this.pinLife.unlock(session, subscriptionId);
  }

  /** Clears a batch of devices that went out of use 72 hours ago. Returns true if more may remain. */
  async clearRevoked(): Promise<boolean> {
    return this.store.clearRevoked();
  }

  /** Deletes a batch of records of proofs that are too old to be replayed. Returns true if more may remain. */
  async purgeProofs(): Promise<boolean> {
    return this.store.purgeProofs();
  }

  /** The consent counts from now on: its sender holds the phone. */
  private async recordConsent(session: Session, { deviceId, subscriptionId }: ProvenDevice): Promise<void> {
    const found = await session.manager.findOne(Device, { select: { consent: true }, where: { id: deviceId } });
    if (!found?.consent) return;
    const { locale, ...versions } = found.consent;
    await this.consents.record(session, subscriptionId, { versions, locale, channel: 'app' });
  }

  private async testClosed(deviceId: string): Promise<Problem> {
    const test = await this.store.testState(deviceId);
    if (test?.state === 'testing') {
      return new Problem(
        'authentication_expired',
        'The test expired after ten minutes. Enrol again with a new enrolment code.',
      );
    }
    return new Problem(
      'device_test_closed',
      'The test is closed, because the device is already active or was revoked.',
      {
        ...(test && { state: test.state }),
      },
    );
  }
}
