import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { Environment } from '../../config/environment.ts';
import { publicKey } from '../crypto/compact-jws.ts';
import { isProvenBy, readDeviceProof, type DeviceProof } from '../crypto/device-proof.ts';
import { Problem } from '../domain/problem.ts';
import type { RawRequest } from '../http/fastify.ts';
import { DeviceStore } from './device.store.ts';
import { SpendProof } from './spend-proof.ts';

/** The device that calls. */
export interface ProvenDevice {
  deviceId: string;
  subscriptionId: string;
}

type AppRequest = RawRequest & { device?: ProvenDevice };

/** Keys remembered; a device's key never changes, and whether it was revoked is asked of the database every time. */
const REMEMBERED = 20_000;
const NO_BODY = new Uint8Array();
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Lets in a device that proves, for exactly this request, that it holds its signing key. */
@Injectable()
export class DeviceGuard implements CanActivate {
  private readonly remembered = new Map<string, { device: ProvenDevice; key: KeyObject }>();

  constructor(
    private readonly store: DeviceStore,
    private readonly proofs: SpendProof,
    private readonly environment: Environment,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    const proof = proofOf(request, this.environment.ISSUER);
    const known = proof.kid && UUID.test(proof.kid) ? await this.keyOf(proof.kid) : null;
    if (!known || !isProvenBy(proof, known.key)) {
      throw new Problem('device_proof_invalid', 'The proof is not signed by a device that is enrolled; enrol again.');
    }
    if (!(await this.proofs.spend(known.device.deviceId, proof.jti))) {
      this.remembered.delete(known.device.deviceId);
      throw new Problem('device_proof_invalid', 'The proof was used before, or the device was revoked.');
    }
    request.device = known.device;
    return true;
  }

  private async keyOf(deviceId: string): Promise<{ device: ProvenDevice; key: KeyObject } | null> {
    const known = this.remembered.get(deviceId);
    if (known) return known;
    const row = await this.store.key(deviceId);
    const key = row && publicKey(row.signingKey);
    if (!key) return null;
    const found = { device: { deviceId, subscriptionId: row.subscriptionId }, key };
    if (this.remembered.size >= REMEMBERED) this.remembered.delete(this.remembered.keys().next().value ?? '');
    this.remembered.set(deviceId, found);
    return found;
  }
}

/** Reads the proof of a request and holds its claims against it. */
export function proofOf(request: RawRequest, issuer: string): DeviceProof {
  const header = request.headers['device-proof'];
  const proof = readDeviceProof(typeof header === 'string' ? header : undefined, {
    method: request.method,
    url: issuer + (request.url.split('?', 1)[0] ?? ''),
    body: request.rawBody ?? NO_BODY,
    now: new Date(),
  });
  if (typeof proof === 'string') throw new Problem('device_proof_invalid', proof);
  return proof;
}

/** The device that calls. */
export const FromDevice = createParamDecorator((_: unknown, context: ExecutionContext): ProvenDevice => {
  const { device } = context.switchToHttp().getRequest<AppRequest>();
  if (!device) throw new Error('FromDevice needs DeviceGuard on the route');
  return device;
});
