import { Body, Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeviceGuard, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { DeclineRequest, OpenedResponse, OpenRequest, PendingResponse, CodeEnvelopeResponse } from './app.dto.ts';
import { notFound } from './closed-problem.ts';
import { Open } from './open.ts';

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@UseGuards(DeviceGuard)
@Controller('app/v1/authentications')
export class AppController {
  constructor(private readonly opening: Open) {}

  /** What waits for this phone, oldest first, with who asks and why. Works with no push received. */
  @Get()
  @ApiOperation({ summary: 'List pending authentications' })
  pending(@FromDevice() device: ProvenDevice): Promise<PendingResponse[]> {
    return this.opening.pending(device);
  }

  /**
   * Proves the PIN. Only now a code exists, and is sent to this phone as an encrypted push; of a transaction the phone
   * makes the code itself.
   */
  @Post(':id/open')
  @HttpCode(202)
  @ApiOperation({ summary: 'Open an authentication' })
  open(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: OpenRequest,
  ): Promise<OpenedResponse> {
    return this.opening.open(id, body, device);
  }

  /** The code's JWE, for a push that was lost. */
  @Get(':id/envelope')
  @ApiOperation({ summary: 'Fetch the code' })
  envelope(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<CodeEnvelopeResponse> {
    return this.opening.envelope(id, device);
  }

  /** Refuses; the authentication is closed at once. */
  @Post(':id/decline')
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
