import { Injectable } from '@nestjs/common';
import { onlyPublic, publicKey, signJws } from '../crypto/compact-jws.ts';
import { deviceBond, type BoundDevice } from '../crypto/device-cipher.ts';
import { isProvenBy, type DeviceProof } from '../crypto/device-proof.ts';
import type { PublicJwk } from '../crypto/keyring.ts';
import { normaliseEnrolmentCode, randomCode, randomId, randomSerialNumber } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { seal } from '../crypto/seal.ts';
import { Consents } from '../consents/consents.ts';
import { Database, isConflict, type Session } from '../database/database.ts';
import { handsetFaults } from '../domain/eligibility.ts';
import { PUSH_SERVICE_OF, type Platform } from '../domain/push-service.ts';
import { Problem } from '../domain/problem.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { notEligible, Subscriptions } from '../subscriptions/subscriptions.ts';
import { Device, type DeviceConsent } from './device.entity.ts';
import { DeviceStore } from './device.store.ts';
import { OfferedEnrolments } from './offered-enrolment.ts';
import { PushAddresses } from './push-addresses.ts';

/** The data that an app sends at its enrolment. */
export interface EnrolInput {
  enrolmentCode: string;
  signingKey: PublicJwk;
  encryptionKey: PublicJwk;
  knowledgeKey: string;
  platform: Platform;
  formFactor: 'phone' | 'tablet';
  osVersion: string;
  appVersion: string;
  /** Empty for an app without push. */
  pushToken: string;
  name: string;
  /** What the person agreed to in the app; undefined for an app that does not ask. */
  consent?: DeviceConsent;
}

export interface EnrolledDevice {
  deviceId: string;
  serialNumber: string;
  state: 'testing';
}

/** Enrols an app as a device under test, and sends it its test code. */
@Injectable()
export class Enrol {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly store: DeviceStore,
    private readonly queue: JobQueue,
    private readonly addresses: PushAddresses,
    private readonly offered: OfferedEnrolments,
    private readonly consents: Consents,
  ) {}

  /**
   * Spends the enrolment code, stores the device under test and enqueues its encrypted test code. A repeat with the same
   * code and keys, by an app that received no answer, gets the same answer until the test is over.
   * Problems: `device_proof_invalid`, `invalid_request`, `not_eligible`, `enrolment_code_invalid`.
   */
  async enrol(app: EnrolInput, proof: DeviceProof): Promise<EnrolledDevice> {
    this.expectOwnKeys(app, proof);
    const faults = handsetFaults({ os: app.platform, osVersion: app.osVersion, formFactor: app.formFactor });
    if (faults.length > 0) throw notEligible(faults);
    if (app.consent) this.consents.expectCurrent(app.consent);
    try {
      return await this.spendCode(app);
    } catch (error) {
      const before =
        error instanceof Problem && error.code === 'enrolment_code_invalid' && (await this.enrolledBefore(app));
      if (before) return before;
      throw error;
    }
  }

  /** Checks that the keys are valid and two, and that the sender has the one that signs. */
  private expectOwnKeys(app: EnrolInput, proof: DeviceProof): void {
    const [signingKey, encryptionKey] = [publicKey(app.signingKey), publicKey(app.encryptionKey)];
    if (!signingKey || !encryptionKey) throw badKeys({ signingKey, encryptionKey });
    // With equal coordinates the private key of one is that of the other, or its negative.
    if (app.encryptionKey.x === app.signingKey.x) {
      throw takenKeys(['/encryptionKey'], 'Generate a key pair of its own for encryption: it must not be signingKey.');
    }
    if (proof.jwk?.x !== app.signingKey.x || proof.jwk.y !== app.signingKey.y || !isProvenBy(proof, signingKey)) {
      throw new Problem(
        'device_proof_invalid',
        'The proof’s header must carry signingKey as jwk, and this key must sign the proof.',
      );
    }
  }

  private async spendCode(app: EnrolInput): Promise<EnrolledDevice> {
    const { service, token } = this.addresses.read(app.pushToken);

    const id = randomId();
    const code = randomCode();
    const signing = onlyPublic(app.signingKey);
    const encryption = onlyPublic(app.encryptionKey);
    const enrolAs = async (session: Session, serialNumber: string) => {
      const subscription = await this.subscriptions.spendEnrolmentCode(session, app.enrolmentCode, id);
      await this.takeKeys(session, { signingKey: signing, encryptionKey: encryption, cardKey: subscription.cardKey });
      const bound = {
        id,
        subscriptionId: subscription.id,
        issuerId: subscription.issuerId,
        cardKey: subscription.cardKey,
        signingKey: signing,
        encryptionKey: encryption,
      };
      const bond = deviceBond(bound);
      const knowledgeKey = Buffer.from(app.knowledgeKey, 'base64url');
      const expiresAt = await this.store.enrol(session, {
        ...bound,
        serialNumber,
        knowledgeKey: this.keys.devices.encrypt('devices:knowledge_key', knowledgeKey, bond),
        platform: app.platform,
        pushService: service === 'platform' ? PUSH_SERVICE_OF[app.platform] : service,
        osVersion: app.osVersion,
        appVersion: app.appVersion,
        nameCipher: this.keys.fields.encrypt(app.name, `devices:name:${id}`),
        pushToken: token === null ? null : this.keys.devices.encrypt('devices:push_token', token, bond),
        pushTokenDigest: token === null ? null : sha256(token),
        testDigest: this.keys.codes.of(code, 'test', id),
      });
      // An institution's code enrols a Smart OTP, of which these documents do not speak.
      if (app.consent && !subscription.issuerId) {
        await session.manager.update(Device, { id }, { consent: app.consent });
      }
      if (subscription.reissueId) await this.reissues.registered(session, subscription.reissueId, id);
      const claims = { v: 1, deviceId: id, code, expiresAt: expiresAt.toISOString() };
      const signed = signJws(this.keys.signing[0], 'pushguard-test+jwt', claims);
      const delivery = await this.store.enqueueTest(session, id, seal(signed, { kid: id, key: encryption }));
      return { delivery, serialNumber };
    };
    const { delivery, serialNumber } = await this.database
      .transaction((session) => enrolAs(session, this.offered.serialNumberOf(app.enrolmentCode)))
      .catch((error: unknown) => {
        // Two codes in a million million lead to one number. The person sees the new one before the test ends.
        if (!isConflict(error, 'devices_serial_number_key')) throw error;
        return this.database.transaction((session) => enrolAs(session, randomSerialNumber()));
      });
    this.queue.enqueue(delivery);
    return { deviceId: id, serialNumber, state: 'testing' };
  }

  /**
   * The device that an earlier request with the same code, keys and knowledge key has enrolled, whose answer did not reach
   * the app. Undefined if there is none, or if its test is over.
   */
  private async enrolledBefore(app: EnrolInput): Promise<EnrolledDevice | undefined> {
    const digest = sha256(normaliseEnrolmentCode(app.enrolmentCode));
    const found = await this.store.enrolledBy(digest, { signing: app.signingKey, encryption: app.encryptionKey });
    if (!found) return undefined;
    const { deviceId, serialNumber, bond } = found;
    const kept = this.keys.devices.decrypt('devices:knowledge_key', found.knowledgeKey, bond);
    if (!kept?.equals(Buffer.from(app.knowledgeKey, 'base64url'))) return undefined;
    return { deviceId, serialNumber, state: 'testing' };
  }

  /** Takes the keys for this device alone. Problems: `invalid_request`. */
  private async takeKeys(
    session: Session,
    { signingKey, encryptionKey, cardKey }: Pick<BoundDevice, 'signingKey' | 'encryptionKey' | 'cardKey'>,
  ): Promise<void> {
    const digestOf = ({ x }: PublicJwk) => sha256(x);
    const taken = await this.store.takeKeys(session, [digestOf(signingKey), digestOf(encryptionKey)]);
    const isTaken = (key: PublicJwk) => key.x === cardKey?.x || taken.some((one) => one.equals(digestOf(key)));
    const fault = 'Another device or the card has or had this key. Generate new key pairs for every enrolment.';
    const faulty = [
      ...(isTaken(signingKey) ? ['/signingKey'] : []),
      ...(isTaken(encryptionKey) ? ['/encryptionKey'] : []),
    ];
    if (faulty.length > 0) throw takenKeys(faulty, fault);
  }
}

/** Names the keys that could not be read. */
function badKeys(keys: Readonly<Record<string, object | null>>): Problem {
  const detail = 'Send the public JWK of a P-256 key, with kty EC, crv P-256, x and y.';
  const errors = Object.keys(keys)
    .filter((name) => !keys[name])
    .map((name) => ({ pointer: `/${name}`, detail }));
  return new Problem('invalid_request', 'A key of the device is not a valid P-256 public key.', { errors });
}

function takenKeys(pointers: readonly string[], detail: string): Problem {
  return new Problem('invalid_request', 'Send two new keys of this phone.', {
    errors: pointers.map((pointer) => ({ pointer, detail })),
  });
}
