import { Injectable } from '@nestjs/common';
import { randomId, randomNonce } from '../../crypto/random.ts';
import { Problem } from '../../domain/problem.ts';
import type { ProvenDevice } from '../device-proofs.ts';
import { Devices } from '../devices.ts';
import { judgePin, nonceSpent, pinLocked } from './judge-pin.ts';
import { PinCheckStore } from './pin-check.store.ts';

/** The challenge for a proof of the PIN. */
export interface AskedPinCheck {
  id: string;
  nonce: string;
  expiresAt: string;
}

/**
 * Says whether a PIN is right, before the app changes it: the phone itself cannot know. It tells no more than opening
 * does, and counts on the same counter.
 */
@Injectable()
export class PinCheck {
  constructor(
    private readonly devices: Devices,
    private readonly store: PinCheckStore,
  ) {}

  /** Problems: `subscription_not_active`. */
  async ask({ deviceId }: ProvenDevice): Promise<AskedPinCheck> {
    const id = randomId();
    const nonce = randomNonce();
    const expiresAt = await this.store.ask(deviceId, id, nonce);
    if (!expiresAt) {
      throw new Problem('subscription_not_active', 'The PIN can be checked only while the subscription is active.');
    }
    return { id, nonce: nonce.toString('base64url'), expiresAt: expiresAt.toISOString() };
  }

  /**
   * Counts the PIN, then compares it; a right one is forgiven its earlier misses. What it is proven for is in the proof.
   * Problems: `pin_mismatch`, `pin_locked`, `pin_nonce_spent`.
   */
  async confirm(
    id: string,
    proof: string,
    { deviceId }: ProvenDevice,
    purpose: 'pin' | 'authenticator' = 'pin',
  ): Promise<void> {
    const counted = await this.store.countPin(deviceId, id);
    if (!counted) throw (await this.store.isAsked(deviceId, id)) ? pinLocked() : nonceSpent();
    const knowledgeKey = this.devices.readKnowledgeKey(deviceId, counted.knowledgeKey);
    judgePin({ purpose, id, deviceId, proof, knowledgeKey, counted });
    if (!(await this.store.spend(deviceId, id))) throw nonceSpent();
  }
}
