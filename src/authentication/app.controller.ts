import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeviceGuard, FromDevice, FromSignature, SignatureGuard } from '../devices/device.guard.ts';
import type { ProvenDevice, UnspentProof } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { DeclineRequest, OpenedResponse, OpenRequest, PendingResponse, CodeEnvelopeResponse } from './app.dto.ts';
import { notFound } from './closed-problem.ts';
import { Open } from './open.ts';

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@Controller('app/v1/authentications')
export class AppController {
  constructor(private readonly opening: Open) {}

  /**
   * Lists the open authentications of this phone, oldest first, with relying party and purpose. Works without a
   * received push.
   */
  @Get()
  @UseGuards(SignatureGuard)
  @ApiOperation({ summary: 'List pending authentications' })
  pending(@FromSignature() proof: UnspentProof): Promise<PendingResponse[]> {
    return this.opening.pending(proof);
  }

  /**
   * Proves the PIN. Only now the service generates the code and sends it to this phone as an encrypted push; for a
   * transaction the phone computes the code itself. Errors: `pin_mismatch` with `attemptsLeft`, `pin_locked` after five
   * wrong PINs in a row, `card_mismatch`, `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`, `subscription_not_active`.
   */
  @Post(':id/open')
  @UseGuards(SignatureGuard)
  @HttpCode(202)
  @ApiOperation({ summary: 'Open an authentication' })
  open(
    @FromSignature() proof: UnspentProof,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: OpenRequest,
  ): Promise<OpenedResponse> {
    return this.opening.open(id, body, proof);
  }

  /**
   * Returns the encrypted code, in case the push was lost. Errors: `envelope_not_ready` before the PIN was proven,
   * `authentication_closed`, `authentication_expired`, `authentication_not_found`.
   */
  @Get(':id/envelope')
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Fetch the code' })
  envelope(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<CodeEnvelopeResponse> {
    return this.opening.envelope(id, device);
  }

  /**
   * Declines the authentication, which closes it at once. Errors: `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`, `subscription_not_active` while the device is under test.
   */
  @Post(':id/decline')
  @UseGuards(DeviceGuard)
  @HttpCode(204)
  @ApiOperation({ summary: 'Decline an authentication' })
  async decline(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: DeclineRequest,
  ): Promise<void> {
    await this.opening.decline(id, body.reason, device);
  }
}
