import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { randomId, randomNonce } from '../../crypto/random.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Database, isConflict } from '../../database/database.ts';
import type { AdmittedDevice } from '../../devices/device-proofs.ts';
import { Devices } from '../../devices/devices.ts';
import type { RegistrationState } from '../../domain/authenticator.ts';
import { Problem } from '../../domain/problem.ts';
import { assertSameRequest } from '../../http/idempotency-key.ts';
import { Lines } from '../../lines/lines.ts';
import { readNamedPerson, type NamedPerson } from '../../lines/named-person.ts';
import { StartBudgets } from '../../lines/start-budgets.ts';
import { Notices, type NoticeAddress } from '../../notices/notices.ts';
import { JobQueue } from '../../queue/job-queue.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { NamedSubscribers, DECOY_SUBSCRIPTION_ID } from '../named-subscribers.ts';
import {
  RegistrationStore,
  type AskedDevice,
  type EndedAuthentication,
  type ListedRegistration,
} from './registration.store.ts';

/** The person, and the authenticator as the app shows it, that an institution wants to register. */
export interface Registering extends NamedPerson {
  serialNumber: string;
  vendorCode: string;
}

/** A registration, as its institution sees it. */
export interface RegistrationView {
  id: string;
  state: RegistrationState;
  requestedAt: string;
  expiresAt: string;
}

/** A registration, as the person sees it. */
export interface OwnRegistration {
  id: string;
  relyingParty: { name: string };
  state: 'pending' | 'active';
  device: { name: string; serialNumber: string };
  requestedAt: string;
  /** The end of the time in which a pending registration can be confirmed. */
  expiresAt: string;
  confirmedAt: string | null;
  /** Part of the PIN proof that confirms it. */
  nonce: string;
}

/**
 * Registrations of institutions that may ask for codes of an authenticator issued by another institution or by the
 * service.
 */
@Injectable()
export class Registrations {
  private readonly onEnded: ((authentications: readonly EndedAuthentication[]) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly lines: Lines,
    private readonly named: NamedSubscribers,
    private readonly budgets: StartBudgets,
    private readonly relyingParties: RelyingParties,
    private readonly devices: Devices,
    private readonly notices: Notices,
    private readonly store: RegistrationStore,
    private readonly queue: JobQueue,
    private readonly environment: Environment,
  ) {}

  /**
   * From now on, hands the authentications that end with a revoked registration to `listener`, after the commit: the room
   * of authentications, which is above this one, wakes their callers and counts them.
   */
  onAuthenticationsEnded(listener: (authentications: readonly EndedAuthentication[]) => void): void {
    this.onEnded.push(listener);
  }

  /**
   * Asks the named person to register the device with this serial number at an institution.
   * For every person and serial number, known or not, it does the same work and gives the same answer.
   * Problems: `invalid_request`, `too_many_requests`, `idempotency_key_reused`, `idempotency_in_progress`.
   */
  async ask(input: Registering, clientId: string, key: string | undefined): Promise<RegistrationView> {
    const person = readNamedPerson(input);
    const { serialNumber, vendorCode } = input;
    const canonical = JSON.stringify(['registration', person, serialNumber, vendorCode]);
    const requests = this.keys.indexes.all('request', canonical);
    const idempotency = key === undefined ? null : { keyDigest: sha256(`client:${key}`), requestDigest: requests[0] };
    const earlier = await this.earlier(clientId, idempotency, requests);
    if (earlier) return earlier;
    await this.relyingParties.spendQuota(clientId);
    const { subscriptionId, personIndex } = await this.named.find(person);
    const startBudgets = this.budgets.of(
      { personIndex, phoneNumber: person.phoneNumber },
      { clientId, kind: 'silent' },
    );
    const asking = { id: randomId(), clientId, subscriptionId, serialNumber, vendorCode, nonce: randomNonce() };
    const ownVendorCode = this.environment.VENDOR_CODE;
    try {
      const { registration, notice } = await this.database.transaction(async (session) => {
        const requested = await this.store.ask(session, {
          ...asking,
          ownVendorCode,
          personIndex,
          startBudgets,
          idempotency,
        });
        if (!requested) return { registration: null, notice: null };
        // A decoy also writes a notice, which is sent nowhere.
        const address = requested.device ? this.addressOf(requested.device) : { phoneNumber: '' };
        const about = requested.device ? subscriptionId : DECOY_SUBSCRIPTION_ID;
        const written = await this.notices.enqueue(session, about, { kind: 'registration_asked' }, address, 600);
        return { registration: requested.registration, notice: written };
      });
      if (!registration) throw await this.budgets.tooMany(startBudgets);
      this.queue.enqueue(notice);
      return view(registration);
    } catch (error) {
      // A concurrent request with the same key or for the same person committed first.
      const conflicts = isConflict(error, 'registrations_key') || isConflict(error, 'registrations_one_pending');
      const other = conflicts ? await this.earlier(clientId, idempotency, requests) : null;
      if (other) return other;
      // Without a key, the retry sees the other request and replaces it.
      if (conflicts && idempotency === null) return this.ask(input, clientId, key);
      if (conflicts)
        throw new Problem(
          'idempotency_in_progress',
          'The first request with this key is still running. Send it again in a moment.',
          { retryAfterSeconds: 1 },
        );
      throw error;
    }
  }

  /** The last hundred registrations of an institution, newest first. */
  async ofClient(clientId: string): Promise<RegistrationView[]> {
    return (await this.store.ofClient(clientId)).map(view);
  }

  /** Returns a registration of this institution. Problems: `registration_not_found`. */
  async see(id: string, clientId: string): Promise<RegistrationView> {
    const registration = await this.store.see(id, clientId);
    if (!registration) throw registrationNotFound();
    return view(registration);
  }

  /** Ends a registration for its institution. Problems: `registration_not_found`, `registration_closed`. */
  async revokeByClient(id: string, clientId: string): Promise<void> {
    const authentications = await this.store.revokeByClient(id, clientId);
    if (!authentications) throw closed((await this.see(id, clientId)).state);
    await this.afterRevoked(id, authentications);
  }

  /** The pending and active registrations, newest first; for a Smart OTP only the active ones on it, for a device under test none. */
  async list({ subscriptionId, deviceId, isOwnPhone, isInUse }: AdmittedDevice): Promise<OwnRegistration[]> {
    if (!isInUse) return [];
    return (await this.store.listedFor(subscriptionId, isOwnPhone ? null : deviceId)).map((one) => this.own(one));
  }

  /** The active registrations on a subscription's devices, newest first. */
  async standing(subscriptionId: string): Promise<OwnRegistration[]> {
    return (await this.store.standing(subscriptionId)).map((one) => this.own(one));
  }

  /** Lists the active and the pending registrations of a subscription, newest first. */
  async ofSubscription(subscriptionId: string): Promise<OwnRegistration[]> {
    return (await this.store.listedFor(subscriptionId, null)).map((one) => this.own(one));
  }

  /**
   * Confirms a registration on the subscription's own phone with the PIN, which is counted before it is compared. An
   * earlier registration of the same person at this institution ends. Problems: `registration_not_found`,
   * `registration_closed`, `pin_mismatch`, `pin_locked`, `pin_exhausted`, `subscription_not_active`.
   */
  confirm(id: string, proof: string, device: AdmittedDevice): Promise<{ state: 'active' }> {
    return this.devices.inPinTurn(device.deviceId, () => this.confirmInTurn(id, proof, device));
  }

  private async confirmInTurn(id: string, proof: string, device: AdmittedDevice): Promise<{ state: 'active' }> {
    const { deviceId } = device;
    const counted = await this.store.countPin(deviceId, id);
    if (!counted) {
      await this.assertPending(id, device);
      throw await this.devices.pinRefused(deviceId);
    }
    await this.devices.judgePin({ purpose: 'registration', id, deviceId, proof, counted });
    const confirmed = await this.store.confirm(id, deviceId);
    if (confirmed === 'subscription_inactive') {
      throw new Problem('subscription_not_active', 'The subscription is suspended. Contact the call centre.');
    }
    if (!confirmed) await this.assertPending(id, device);
    return { state: 'active' };
  }

  /**
   * Declines a pending registration, on the own phone only. Problems: `registration_not_found`, `registration_closed`.
   */
  async decline(id: string, device: AdmittedDevice): Promise<void> {
    if (!device.isOwnPhone || !device.isInUse) throw registrationNotFound();
    if (!(await this.store.decline(id, device.subscriptionId))) await this.assertPending(id, device);
  }

  /** Ends a registration for the person. Problems: `registration_not_found`, `registration_closed`. */
  async revoke(id: string, subscriptionId: string, by: 'website'): Promise<void> {
    await this.end(id, subscriptionId, by, null);
  }

  /** As `revoke`, in the app; a Smart OTP can end only its own registrations, a device under test none. Problems: as `revoke`. */
  async revokeInApp(id: string, device: AdmittedDevice): Promise<void> {
    const { subscriptionId, deviceId, isOwnPhone, isInUse } = device;
    if (!isInUse) throw registrationNotFound();
    await this.end(id, subscriptionId, 'app', isOwnPhone ? null : deviceId);
  }

  private async end(id: string, subscriptionId: string, by: 'app' | 'website', deviceId: string | null): Promise<void> {
    const authentications = await this.store.revokeOwn(id, subscriptionId, by, deviceId);
    if (authentications) {
      await this.afterRevoked(id, authentications);
      return;
    }
    const found = await this.store.ofSubscription(id, subscriptionId);
    if (!found || found.state === 'active') throw registrationNotFound();
    throw closed(found.state);
  }

  /** The revocation is committed: its callers are woken and counted also where the journal then fails. */
  private async afterRevoked(id: string, authentications: readonly EndedAuthentication[]): Promise<void> {
    for (const listener of this.onEnded) listener(authentications);
    await this.store.journalRevoked(id);
  }

  /**
   * True if the subscription's own phone is registered at a relying party. Also called for decoys, so that they take as
   * long.
   */
  async standsOnOwnPhone(of: { subscriptionId: string | null; clientId: string }): Promise<boolean> {
    return this.store.isOnOwnPhone(of.subscriptionId ?? DECOY_SUBSCRIPTION_ID, of.clientId);
  }

  /** Closes a batch of expired registrations. Returns true if more may remain. */
  async expire(): Promise<boolean> {
    return this.store.expire();
  }

  /** Removes a batch of registrations that are older than the retention period. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }

  /** The registration that this key requested before. Problems: `idempotency_key_reused`. */
  private async earlier(
    clientId: string,
    idempotency: { keyDigest: Buffer } | null,
    requests: readonly Buffer[],
  ): Promise<RegistrationView | null> {
    const earlier = idempotency && (await this.store.byKey(clientId, idempotency.keyDigest));
    if (!earlier) return null;
    assertSameRequest(requests, earlier.requestDigest);
    return { ...view(earlier), state: 'pending' };
  }

  private addressOf({ bond, pushService: service, pushToken }: AskedDevice): NoticeAddress {
    const token = pushToken && this.devices.readPushToken(pushToken, bond);
    return token && service !== 'none' ? { phoneNumber: '', push: { service, token } } : { phoneNumber: '' };
  }

  private own({ relyingParty: name, serialNumber, nonce, ...row }: ListedRegistration): OwnRegistration {
    const place = `devices:name:${row.deviceId}`;
    return {
      id: row.id,
      relyingParty: { name },
      state: row.state,
      device: { name: this.keys.fields.readText(row.deviceNameCipher, row.deviceName, place), serialNumber },
      requestedAt: row.requestedAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      confirmedAt: row.confirmedAt?.toISOString() ?? null,
      nonce: nonce.toString('base64url'),
    };
  }

  /** Throws the problem that explains why a device cannot answer a registration, unless it is pending. */
  private async assertPending(id: string, { subscriptionId, isOwnPhone, isInUse }: AdmittedDevice): Promise<void> {
    const found = isOwnPhone && isInUse && (await this.store.ofSubscription(id, subscriptionId));
    if (!found) throw registrationNotFound();
    if (found.state !== 'pending') throw closed(found.state);
  }
}

function view({
  id,
  state,
  requestedAt,
  expiresAt,
}: {
  id: string;
  state: RegistrationState;
  requestedAt: Date;
  expiresAt: Date;
}): RegistrationView {
  return { id, state, requestedAt: requestedAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

/** `registration_not_found`: the same answer for an unknown id and for another party's. */
export function registrationNotFound(): Problem {
  return new Problem(
    'registration_not_found',
    'Use an id returned by POST /v1/registrations or GET /app/v1/registrations.',
  );
}

function closed(state: RegistrationState): Problem {
  const detail = `The state of the registration is ${state}. The institution can request a new one at any time.`;
  return new Problem('registration_closed', detail, { state });
}
