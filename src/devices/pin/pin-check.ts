import { Injectable } from '@nestjs/common';
import { randomId, randomNonce } from '../../crypto/random.ts';
import { Problem } from '../../domain/problem.ts';
import type { AdmittedDevice, ProvenDevice } from '../device-proofs.ts';
import { Devices } from '../devices.ts';
import { underTest } from '../under-test.ts';
import { nonceSpent } from './judge-pin.ts';
import { PinCheckStore } from './pin-check.store.ts';

/** A pending PIN check, with the nonce for the PIN proof. */
export interface AskedPinCheck {
  id: string;
  nonce: string;
  expiresAt: string;
}

/**
 * Checks the PIN before the app changes it or enrols an authenticator, because the phone itself cannot check it.
 * A check reveals no more than opening an authentication does, and uses the same counter.
 */
@Injectable()
export class PinCheck {
  constructor(
    private readonly devices: Devices,
    private readonly store: PinCheckStore,
  ) {}

  /** Creates a check, which replaces an earlier one. Problems: `subscription_not_active`. */
  async ask({ deviceId, isInUse }: AdmittedDevice): Promise<AskedPinCheck> {
    if (!isInUse) throw underTest();
    const id = randomId();
    const nonce = randomNonce();
    const expiresAt = await this.store.ask(deviceId, id, nonce);
    if (!expiresAt) {
      throw new Problem('subscription_not_active', 'The PIN can be checked only while the subscription is active.');
    }
    return { id, nonce: nonce.toString('base64url'), expiresAt: expiresAt.toISOString() };
  }

  /**
   * Counts the PIN, then compares it. A correct PIN resets the counters. The proof covers its `purpose`.
   * Problems: `pin_mismatch`, `pin_locked`, `pin_exhausted`, `pin_nonce_spent`.
   */
  async confirm(
    id: string,
    proof: string,
    { deviceId }: ProvenDevice,
    purpose: 'pin' | 'authenticator' = 'pin',
  ): Promise<void> {
    await this.devices.inPinTurn(deviceId, async () => {
      const counted = await this.store.countPin(deviceId, id);
      if (!counted)
        throw (await this.store.isAsked(deviceId, id)) ? await this.devices.pinRefused(deviceId) : nonceSpent();
      await this.devices.judgePin({ purpose, id, deviceId, proof, counted });
      if (!(await this.store.spend(deviceId, id))) throw nonceSpent();
    });
  }
}
