import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { signJws } from '../crypto/compact-jws.ts';
import type { DeviceSecret } from '../crypto/device-cipher.ts';
import { randomId, randomSecret } from '../crypto/random.ts';
import { seal } from '../crypto/seal.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database } from '../database/database.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { PinCheck } from '../devices/pin/pin-check.ts';
import { AUTHENTICATOR_SECRET_BYTES, AUTHENTICATOR_TERMS, type AuthenticatorKind } from '../domain/authenticator.ts';
import { Problem } from '../domain/problem.ts';
import { AuthenticatorStore, type AuthenticatorRow } from './authenticator.store.ts';
import { DECOY_SUBSCRIPTION_ID } from './named-subscribers.ts';
import { RegistrationStore } from './registrations/registration.store.ts';

/** The request of an app for an authenticator. */
export interface EnrollingAuthenticator {
  kind: AuthenticatorKind;
  /** The version that the person accepted. */
  terms: string;
  pinCheckId: string;
  pinProof: string;
}

/** An authenticator, as its phone lists it. */
export interface AuthenticatorView {
  kind: AuthenticatorKind;
  serialNumber: string;
  /** The vendor code to which the serial number belongs. */
  vendorCode: string;
  /** The institution that issued it; null for the service itself. */
  issuer: { name: string } | null;
  /** True after five wrong codes in a row, until an authentication by push or SMS succeeds. */
  locked: boolean;
  createdAt: string;
}

/** A new secret, encrypted for its phone. */
export interface EnrolledAuthenticator {
  kind: AuthenticatorKind;
  serialNumber: string;
  vendorCode: string;
  envelope: string;
}

/** Secrets from which a phone generates codes without a network. */
@Injectable()
export class Authenticators {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly pinCheck: PinCheck,
    private readonly store: AuthenticatorStore,
    private readonly registrations: RegistrationStore,
    private readonly environment: Environment,
  ) {}

  /** Lists the authenticators of this device. */
  async list({ deviceId }: ProvenDevice): Promise<AuthenticatorView[]> {
    return (await this.store.ofDevice(deviceId)).map((row) => this.view(row));
  }

  /** Lists the authenticators on all devices of a subscription, those of the own phone first. */
  async ofSubscription(subscriptionId: string): Promise<AuthenticatorView[]> {
    return (await this.store.ofSubscription(subscriptionId)).map((row) => this.view(row));
  }

  private view({ issuer, issuerVendorCode, createdAt, ...row }: AuthenticatorRow): AuthenticatorView {
    return {
      ...row,
      issuer: issuer === null ? null : { name: issuer },
      vendorCode: issuerVendorCode ?? this.environment.VENDOR_CODE,
      createdAt: createdAt.toISOString(),
    };
  }

  /** Tells if wrong codes have locked OTP on the subscription’s own phone; undefined when it has no OTP. */
  async ownOtp(subscriptionId: string): Promise<{ locked: boolean } | undefined> {
    return this.store.ownOtp(subscriptionId);
  }

  /**
   * Generates a secret and encrypts it for the device after the PIN was proven. Otherwise a person who holds the
   * unlocked phone could give it a secret under another PIN.
   * The same transaction registers a Smart OTP at its issuer.
   * Problems: `invalid_request`, `pin_mismatch`, `pin_locked`, `pin_nonce_spent`, `authenticator_not_possible`.
   */
  async enrol(request: EnrollingAuthenticator, device: ProvenDevice): Promise<EnrolledAuthenticator> {
    const { kind, terms } = request;
    if (terms !== AUTHENTICATOR_TERMS) {
      const errors = [
        {
          pointer: '/terms',
          detail: `Show the terms of ${AUTHENTICATOR_TERMS} to the person, then send this version.`,
        },
      ];
      throw new Problem('invalid_request', 'The person must accept the current terms.', { errors });
    }
    await this.pinCheck.confirm(request.pinCheckId, request.pinProof, device, 'authenticator');
    const { deviceId } = device;
    const id = randomId();
    const secret = randomSecret(AUTHENTICATOR_SECRET_BYTES);
    return this.database.transaction(async (session) => {
      const bearer = await this.store.bearer(session, deviceId, kind);
      if (!bearer) throw notPossible(kind);
      const { subscriptionId, encryptionKey, serialNumber, issuerId, issuerVendorCode, bond } = bearer;
      const encrypted = this.keys.devices.encrypt(place(id), secret, bond);
      await this.store.enrol(session, { id, deviceId, subscriptionId, kind, secret: encrypted, terms });
      if (issuerId) {
        await this.registrations.issued(session, { id: randomId(), clientId: issuerId, subscriptionId, deviceId });
      }
      const claims = { v: 1, deviceId, kind, secret: secret.toString('base64url') };
      const signed = signJws(this.keys.signing[0], 'pushguard-authenticator+jwt', claims);
      const envelope = seal(signed, { kid: deviceId, key: encryptionKey });
      return { kind, serialNumber, vendorCode: issuerVendorCode ?? this.environment.VENDOR_CODE, envelope };
    });
  }

  /**
   * Returns the authenticator that a relying party may ask for a code. Also called without a subscription (null), so
   * that a decoy takes as long.
   */
  async toAsk(asking: {
    subscriptionId: string | null;
    clientId: string;
    kind: AuthenticatorKind;
    registeredOnly: boolean;
  }): Promise<{ id: string; deviceId: string } | undefined> {
    return this.store.toAsk({ ...asking, subscriptionId: asking.subscriptionId ?? DECOY_SUBSCRIPTION_ID });
  }

  /** Decrypts the secret of an authenticator's row; null when the row, or that of its device, was moved. */
  readSecret(id: string, secret: Buffer, bond: string): Buffer | null {
    return this.keys.devices.decrypt(place(id), secret, bond);
  }
}

function place(id: string): DeviceSecret {
  return `authenticators:secret:${id}`;
}

function notPossible(kind: AuthenticatorKind): Problem {
  const detail =
    kind === 'otp'
      ? 'OTP requires the subscription’s own phone, and the phone must be active.'
      : 'Signing requires a device that was enrolled with an institution’s code, and the device must be active.';
  return new Problem('authenticator_not_possible', detail);
}
