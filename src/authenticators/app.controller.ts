import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeviceGuard, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import {
  AuthenticatorResponse,
  ConfirmedRegistrationResponse,
  ConfirmRegistrationRequest,
  EnrolAuthenticatorRequest,
  EnrolledAuthenticatorResponse,
  OwnRegistrationResponse,
} from './authenticator.dto.ts';
import { Authenticators } from './authenticators.ts';
import { registrationNotFound, Registrations } from './registrations/registrations.ts';

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@UseGuards(DeviceGuard)
@Controller('app/v1')
export class AuthenticatorController {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly registrations: Registrations,
  ) {}

  /** What this device makes codes with, and whether wrong ones have locked it. */
  @Get('authenticators')
  @ApiOperation({ summary: 'List the authenticators of this device' })
  list(@FromDevice() device: ProvenDevice): Promise<AuthenticatorResponse[]> {
    return this.authenticators.list(device);
  }

  /** Gives this device a new secret, sealed to its key, once the PIN is proven; an earlier one is void. */
  @Post('authenticators')
  @ApiOperation({ summary: 'Enrol an authenticator' })
  enrol(
    @FromDevice() device: ProvenDevice,
    @Body() body: EnrolAuthenticatorRequest,
  ): Promise<EnrolledAuthenticatorResponse> {
    return this.authenticators.enrol(body, device);
  }

  /** Institutions that wait to be confirmed, and those that stand; to a Smart OTP, those that stand on it. */
  @Get('registrations')
  @ApiOperation({ summary: 'List registrations at institutions' })
  registered(@FromDevice() device: ProvenDevice): Promise<OwnRegistrationResponse[]> {
    return this.registrations.list(device);
  }

  /**
   * Proves the PIN of the subscription’s own phone, and lets an institution ask the device that it named. An earlier one
   * of the same person there gives way.
   */
  @Post('registrations/:id/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm a registration' })
  confirm(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
    @Body() body: ConfirmRegistrationRequest,
  ): Promise<ConfirmedRegistrationResponse> {
    return this.registrations.confirm(id, body.pinProof, device);
  }

  /** Says no to an institution. */
  @Post('registrations/:id/decline')
  @HttpCode(204)
  @ApiOperation({ summary: 'Decline a registration' })
  async decline(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<void> {
    await this.registrations.decline(id, device);
  }

  /** Ends a registration that stands, on whichever of the subscription's devices; a Smart OTP ends its own. */
  @Delete('registrations/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a registration' })
  async revoke(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<void> {
    await this.registrations.revokeInApp(id, device);
  }
}
