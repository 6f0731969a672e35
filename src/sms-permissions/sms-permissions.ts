import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { randomId, randomNonce } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import type { AdmittedDevice } from '../devices/device-proofs.ts';
import { Devices } from '../devices/devices.ts';
import { nonceSpent } from '../devices/pin/judge-pin.ts';
import { underTest } from '../devices/under-test.ts';
import { SmsPermissionStore, type AskingParty, type GivenPermission } from './sms-permission.store.ts';
import { PendingAuthentications } from '../authentication/pending-authentications.ts';

/**
 * The list that the app shows: how long a permission lasts, the relying parties it can be given for, and those given.
 */
export interface SmsPermissionList {
  minutes: number;
  relyingParties: AskingParty[];
  permissions: {
    id: string;
    relyingParty: { name: string };
    permittedAt: string;
    endsAt: string;
    active: boolean;
  }[];
}

export type { GivenPermission };

/** A requested permission, which has no effect before the PIN is proven. */
export interface AskedSmsPermission {
  id: string;
  relyingParty: { name: string };
  nonce: string;
  expiresAt: string;
}

/**
 * Permissions of SMS for one relying party for some minutes. Some windows read the code from the text message
 * themselves and cannot be used otherwise; a subscriber must not have to leave the service for one of them.
 */
@Injectable()
export class SmsPermissions {
  private readonly minutes: number;

  constructor(
    private readonly devices: Devices,
    private readonly store: SmsPermissionStore,
    private readonly pending: PendingAuthentications,
    environment: Environment,
  ) {
    this.minutes = environment.SMS_PERMISSION_MINUTES;
  }

  /**
   * Lists the last twenty permissions, newest first, and the last twenty relying parties that asked for this person. A
   * Smart OTP and a device under test get empty lists.
   */
  async list({ subscriptionId, isOwnPhone, isInUse }: AdmittedDevice): Promise<SmsPermissionList> {
    if (!isOwnPhone || !isInUse) return { minutes: 0, relyingParties: [], permissions: [] };
    const [relyingParties, given] = await Promise.all([
      this.store.askingParties(subscriptionId),
      this.store.given(subscriptionId, this.minutes > 0),
    ]);
    const permissions = given.map(({ id, relyingParty: name, permittedAt, endsAt, active }) => ({
      id,
      relyingParty: { name },
      permittedAt: permittedAt.toISOString(),
      endsAt: endsAt.toISOString(),
      active,
    }));
    return { minutes: this.minutes, relyingParties, permissions };
  }

  /**
   * Requests a permission and returns the nonce for the PIN proof; it replaces an earlier request of this subscription.
   * Problems: `sms_not_permitted`, `relying_party_not_found`, `subscription_not_active`.
   */
  async ask(clientId: string, { deviceId, subscriptionId, isInUse }: AdmittedDevice): Promise<AskedSmsPermission> {
    if (this.minutes === 0) throw permittedNowhere();
    if (!isInUse) throw underTest();
    const id = randomId();
    const nonce = randomNonce();
    const request = await this.store.ask({ id, subscriptionId, deviceId, clientId, nonce });
    if (!request) throw await this.explain(clientId, subscriptionId);
    const { relyingParty: name, expiresAt } = request;
    return { id, relyingParty: { name }, nonce: nonce.toString('base64url'), expiresAt: expiresAt.toISOString() };
  }

  /**
   * Counts the PIN, compares it, and gives the requested permission; an earlier one for the same relying party ends.
   * Problems: `sms_permission_not_found`, `pin_nonce_spent`, `pin_mismatch`, `pin_locked`, `pin_exhausted`, `sms_not_permitted`,
   * `subscription_not_active`.
   */
  async confirm(id: string, proof: string, { deviceId }: AdmittedDevice): Promise<{ endsAt: string }> {
    if (this.minutes === 0) throw permittedNowhere();
    return this.devices.inPinTurn(deviceId, () => this.permit(id, proof, deviceId));
  }

  private async permit(id: string, proof: string, deviceId: string): Promise<{ endsAt: string }> {
    const counted = await this.store.countPin(deviceId, id);
    if (!counted) {
      const request = await this.store.asked(id, deviceId);
      if (!request) throw permissionNotFound();
      throw request.open ? await this.devices.pinRefused(deviceId) : nonceSpent();
    }
    await this.devices.judgePin({ purpose: 'sms', id, deviceId, proof, counted });
    const endsAt = await this.store.permit(id, deviceId, this.minutes);
    if (endsAt === 'subscription_inactive') throw notActive();
    if (endsAt) return { endsAt: endsAt.toISOString() };
    throw (await this.store.asked(id, deviceId))?.refusesSms ? refused() : nonceSpent();
  }

  /**
   * Ends a permission early, and cancels the authentications whose codes were sent under it. Problems:
   * `sms_permission_not_found`.
   */
  async end(id: string, { subscriptionId, isOwnPhone, isInUse }: AdmittedDevice): Promise<void> {
    if (!isOwnPhone || !isInUse) throw permissionNotFound();
    await this.endOf(subscriptionId, id);
  }

  /** The permissions of a subscription that apply now, newest first. */
  async active(subscriptionId: string): Promise<GivenPermission[]> {
    return (await this.store.given(subscriptionId, this.minutes > 0)).filter(({ active }) => active);
  }

  /** As `end`, for the call centre. Problems: `sms_permission_not_found`. */
  async endOf(subscriptionId: string, id: string): Promise<void> {
    const cancelled = await this.store.end(id, subscriptionId);
    this.pending.committed(cancelled);
    if (cancelled.length === 0 && !(await this.store.wasGiven(id, subscriptionId))) throw permissionNotFound();
  }

  /** Ends every permission of a subscription in the session's transaction. */
  async endAll(session: Session, subscriptionId: string): Promise<void> {
    await this.store.endAll(session, subscriptionId);
  }

  /**
   * Marks expired permissions as ended, and removes a batch of those older than the retention period. Returns true if
   * more may remain.
   */
  async purge(days: number): Promise<boolean> {
    await this.store.settle();
    return this.store.purge(days);
  }

  private async explain(clientId: string, subscriptionId: string): Promise<Problem> {
    const asking = await this.store.askedBy(subscriptionId, clientId);
    if (!asking) return relyingPartyNotFound();
    return asking.refusesSms ? refused() : notActive();
  }
}

/**
 * `relying_party_not_found`: the same answer for an unknown relying party and for one that never asked for this person.
 */
export function relyingPartyNotFound(): Problem {
  return new Problem('relying_party_not_found', 'Use an id listed in relyingParties of GET /app/v1/sms-permissions.');
}

/** `sms_permission_not_found`: the same answer for an unknown id and for another person's. */
export function permissionNotFound(): Problem {
  return new Problem('sms_permission_not_found', 'Use an id listed in permissions of GET /app/v1/sms-permissions.');
}

function permittedNowhere(): Problem {
  return new Problem('sms_not_permitted', 'This service does not offer SMS permissions. Use the code in the app.');
}

function refused(): Problem {
  return new Problem('sms_not_permitted', 'This relying party does not accept codes by SMS. Use the code in the app.');
}

function notActive(): Problem {
  return new Problem('subscription_not_active', 'SMS can be permitted only while the subscription is active.');
}
