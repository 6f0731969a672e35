import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Database } from '../database.ts';
import { Problem } from '../domain/problem.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { ProvenDevice } from './device-proofs.ts';
import { DeviceStore } from './device.store.ts';

/** What other features, and a device itself, ask of devices. */
@Injectable()
export class Devices {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly subscriptions: Subscriptions,
    private readonly store: DeviceStore,
  ) {}

  /**
   * Ends a device's test: right, and the device is active, the older one revoked and protection begun, together.
   * Problems: `code_mismatch`, `attempts_exhausted`, `authentication_expired`, `device_test_closed`.
   */
  async finishTest(device: ProvenDevice, code: string): Promise<{ deviceId: string; state: 'active' }> {
    const digests = this.keys.codes.all(code, 'test', device.deviceId);
    const tried = await this.database.transaction(async (session) => {
      const outcome = await this.store.tryTest(session, device.deviceId, device.subscriptionId, digests);
      if (outcome?.state === 'active') await this.subscriptions.protect(session, device.subscriptionId);
      return outcome;
    });
    if (tried?.state === 'active') return { deviceId: device.deviceId, state: 'active' };
    if (tried?.state === 'testing') {
      const detail = 'Read the code in the app again and type its six digits.';
      throw new Problem('code_mismatch', detail, { attemptsLeft: tried.attemptsLeft });
    }
    if (tried)
      throw new Problem('attempts_exhausted', 'The device was revoked; enrol again with a new enrolment code.');
    throw await this.testClosed(device.deviceId);
  }

  /** The test code’s envelope, for a push that was lost. Problems: `device_test_closed`, `authentication_expired`. */
  async testEnvelope(deviceId: string): Promise<{ envelope: string }> {
    const test = await this.store.testState(deviceId);
    if (test?.state === 'testing' && !test.expired && test.envelope) return { envelope: test.envelope };
    throw await this.testClosed(deviceId);
  }

  async replacePushToken(deviceId: string, token: string): Promise<void> {
    const encrypted = this.keys.fields.encrypt(token, `devices:push_token:${deviceId}`);
    await this.store.replacePushToken(deviceId, encrypted, sha256(token));
  }

  /** Decrypts the push token of a device's row. */
  readPushToken(deviceId: string, pushToken: Buffer): string {
    return this.keys.fields.decrypt(pushToken, `devices:push_token:${deviceId}`).toString('utf8');
  }

  /** Forgets a token that its platform calls dead; `since` is when the platform learned it, where it says so. */
  async pushTokenDied(deviceId: string, token: string, since: Date | null): Promise<void> {
    await this.store.clearPushToken(deviceId, sha256(token), since);
  }

  /** Decrypts the knowledge key of a device's row. */
  readKnowledgeKey(deviceId: string, knowledgeKey: Buffer): Buffer {
    return this.keys.fields.decrypt(knowledgeKey, `devices:knowledge_key:${deviceId}`);
  }

  /** Whether a PIN was there to unlock. */
  async unlockPin(subscriptionId: string): Promise<boolean> {
    return this.store.unlockPin(subscriptionId);
  }

  /** Removes proofs that are too old to be sent again. */
  async forgetOldProofs(): Promise<void> {
    await this.store.forgetOldProofs();
  }

  private async testClosed(deviceId: string): Promise<Problem> {
    const test = await this.store.testState(deviceId);
    if (test?.state === 'testing') {
      return new Problem('authentication_expired', 'The test’s ten minutes are over; enrol again with a new code.');
    }
    return new Problem('device_test_closed', 'The test is over; the device is in use or was revoked.', {
      ...(test && { state: test.state }),
    });
  }
}

export function pinLocked(): Problem {
  return new Problem('pin_locked', 'The PIN was wrong five times; call the call centre or enrol the app again.');
}
