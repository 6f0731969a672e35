import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import type { RawRequest } from '../http/fastify.ts';
import { DeviceProofs, type AdmittedDevice, type ProvenDevice, type UnspentProof } from './device-proofs.ts';

type AppRequest = RawRequest & { device?: AdmittedDevice | ProvenDevice; unspentProof?: UnspentProof };

/**
 * Admits a device that proves, for exactly this request, that it holds its signing key. Problems:
 * `device_proof_invalid`.
 */
@Injectable()
export class DeviceGuard implements CanActivate {
  constructor(private readonly proofs: DeviceProofs) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    request.device = await this.proofs.check(request);
    return true;
  }
}

/**
 * Admits a request that an enrolled device signed. The statement that answers the route spends the proof, so the route
 * does nothing else before. Problems: `device_proof_invalid`.
 */
@Injectable()
export class SignatureGuard implements CanActivate {
  constructor(private readonly proofs: DeviceProofs) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    request.unspentProof = await this.proofs.signed(request);
    return true;
  }
}

/** As `DeviceGuard`, for the routes of alerts, which admit a phone for 72 hours after another one took its place. */
@Injectable()
export class AlertDeviceGuard implements CanActivate {
  constructor(private readonly proofs: DeviceProofs) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    request.device = await this.proofs.checkForAlerts(request);
    return true;
  }
}

/** Declares on a controller or a route that its callers are devices. Problems: `device_proof_invalid`. */
export function ForDevices(guard: Type<CanActivate> = DeviceGuard): ClassDecorator & MethodDecorator {
  return applyDecorators(UseGuards(guard), ApiSecurity('deviceProof'));
}

/**
 * The parameter for the device that `DeviceGuard` (an `AdmittedDevice`) or `AlertDeviceGuard` (a `ProvenDevice`) admitted.
 */
export const FromDevice = createParamDecorator(
  (_: unknown, context: ExecutionContext): AdmittedDevice | ProvenDevice => {
    const { device } = context.switchToHttp().getRequest<AppRequest>();
    if (!device) throw new Error('FromDevice needs a guard of devices on the route');
    return device;
  },
);

/** The parameter for the proof that `SignatureGuard` admitted. */
export const FromSignature = createParamDecorator((_: unknown, context: ExecutionContext): UnspentProof => {
  const { unspentProof } = context.switchToHttp().getRequest<AppRequest>();
  if (!unspentProof) throw new Error('FromSignature needs SignatureGuard on the route');
  return unspentProof;
});
