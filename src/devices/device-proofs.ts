import { Injectable, Logger } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { Environment } from '../../config/environment.ts';
import { publicKey } from '../crypto/compact-jws.ts';
import { isProvenBy, readDeviceProof, type DeviceProof } from '../crypto/device-proof.ts';
import { CONTACT_SECONDS } from '../domain/device.ts';
import { Problem } from '../domain/problem.ts';
import type { RawRequest } from '../http/fastify.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { DeviceSecrets } from './device-secrets.ts';
import { DeviceStore } from './device.store.ts';
import { isUuid } from '../domain/uuid.ts';

/** The device that sent a request. */
export interface ProvenDevice {
  deviceId: string;
  subscriptionId: string;
  /** False for an institution’s Smart OTP, which sees only its own data. */
  isOwnPhone: boolean;
  /** What its secrets are bound to. */
  bond: string;
}

/** The device that sent a request, and whether it is in use. */
export interface AdmittedDevice extends ProvenDevice {
  /** False for a device under test, which sees the state of the subscription and its masked number, and changes nothing. */
  isInUse: boolean;
}

/** A proof that its device signed for this request. It is not spent yet: whether it counts, the database says. */
export interface UnspentProof {
  device: ProvenDevice;
  jti: string;
}

interface Known {
  device: ProvenDevice;
  key: KeyObject;
  /** When this process last recorded a contact of the device, in milliseconds. */
  contactedAt: number;
}

/** The maximum number of cached device keys. A key never changes; for a revocation the database is asked every time. */
const REMEMBERED = 20_000;
const NO_BODY = new Uint8Array();

/** Reads device proofs, checks them against the request and the key of the device, and spends them. */
@Injectable()
export class DeviceProofs {
  private readonly remembered = new Map<string, Known>();
  private readonly warnings = new RareWarnings(new Logger(DeviceProofs.name));

  constructor(
    private readonly store: DeviceStore,
    private readonly secrets: DeviceSecrets,
    private readonly environment: Environment,
  ) {}

  /**
   * Returns the enrolled device that signed the proof of this request. Each proof is accepted once. Problems:
   * `device_proof_invalid`.
   */
  async check(request: RawRequest): Promise<AdmittedDevice> {
    const proof = await this.signed(request);
    const spent = await this.store.spendProof(proof.device.deviceId, proof.jti);
    if (!spent) throw this.refused(proof);
    this.recordContact(proof.device.deviceId);
    return { ...proof.device, isInUse: spent.isInUse };
  }

  /**
   * Returns the proof of this request with the enrolled device that signed it, for a statement that spends it together
   * with what it is for. Problems: `device_proof_invalid`.
   */
  async signed(request: RawRequest): Promise<UnspentProof> {
    const proof = this.read(request);
    const known = proof.kid && isUuid(proof.kid) ? await this.knownAs(proof.kid) : null;
    if (!known || !isProvenBy(proof, known.key)) {
      throw new Problem('device_proof_invalid', 'The proof is not signed by an enrolled device. Enrol the app again.');
    }
    return { device: known.device, jti: proof.jti };
  }

  /** The problem for a proof that was spent before, or whose device is revoked. */
  refused({ device }: UnspentProof): Problem {
    this.remembered.delete(device.deviceId);
    return new Problem(
      'device_proof_invalid',
      'The proof was already used, or the device was revoked. Sign a new proof for every request.',
    );
  }

  /**
   * The same for the routes of alerts, which also a phone may use whose place another one took in the last 72 hours.
   * Problems: `device_proof_invalid`.
   */
  async checkForAlerts(request: RawRequest): Promise<ProvenDevice> {
    const proof = this.read(request);
    const row = proof.kid && isUuid(proof.kid) ? await this.store.keyForAlerts(proof.kid) : undefined;
    const key = row && publicKey(row.signingKey);
    if (!row || !key || !isProvenBy(proof, key) || !(await this.store.spendProofForAlerts(row.deviceId, proof.jti))) {
      throw new Problem(
        'device_proof_invalid',
        'Only the phone of the subscription, or one replaced in the last 72 hours, answers alerts, with a new proof for each request.',
      );
    }
    this.secrets.knowledgeKey(row.deviceId, row);
    return { deviceId: row.deviceId, subscriptionId: row.subscriptionId, isOwnPhone: row.isOwnPhone, bond: row.bond };
  }

  /** Reads the proof of a request and checks its claims, but not its signature. Problems: `device_proof_invalid`. */
  read(request: RawRequest): DeviceProof {
    const header = request.headers['device-proof'];
    const proof = readDeviceProof(typeof header === 'string' ? header : undefined, {
      method: request.method,
      url: this.environment.ISSUER + (request.url.split('?', 1)[0] ?? ''),
      body: request.rawBody ?? NO_BODY,
      now: new Date(),
    });
    if (typeof proof === 'string') throw new Problem('device_proof_invalid', proof);
    return proof;
  }

  /** Does not let the app wait: the call centre alone reads it. */
  private recordContact(deviceId: string): void {
    const known = this.remembered.get(deviceId);
    if (!known || Date.now() - known.contactedAt < CONTACT_SECONDS * 1_000) return;
    known.contactedAt = Date.now();
    this.store.contacted(deviceId).catch((error: unknown) => {
      this.warnings.warn('a contact of a device is not recorded', (error as Error).message);
    });
  }

  private async knownAs(deviceId: string): Promise<Known | null> {
    const known = this.remembered.get(deviceId);
    if (known) return known;
    const row = await this.store.key(deviceId);
    const key = row && publicKey(row.signingKey);
    if (!key) return null;
    const { subscriptionId, isOwnPhone, bond } = row;
    // Throws if the row was moved to another subscription or given other keys: then the device may do nothing at all.
    this.secrets.knowledgeKey(deviceId, row);
    const found = { device: { deviceId, subscriptionId, isOwnPhone, bond }, key, contactedAt: 0 };
    if (this.remembered.size >= REMEMBERED) this.remembered.delete(this.remembered.keys().next().value ?? '');
    this.remembered.set(deviceId, found);
    return found;
  }
}
