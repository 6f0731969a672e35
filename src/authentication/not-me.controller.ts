import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeviceGuard, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { notFound } from './closed-problem.ts';
import { NotMe } from './not-me.ts';

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@UseGuards(DeviceGuard)
@Controller('app/v1/history')
export class NotMeController {
  constructor(private readonly notMe: NotMe) {}

  /**
   * Says of an authentication in the history that it was not the person: for 60 minutes, starts of its relying party for
   * this person wake no phone. One that is still open is declined. Saying it again changes nothing. Errors:
   * `authentication_not_found`.
   */
  @Post(':id/not-me')
  @HttpCode(204)
  @ApiOperation({ summary: 'Say that a past authentication was not the person' })
  async say(@FromDevice() device: ProvenDevice, @Param('id', new OpaqueId(notFound)) id: string): Promise<void> {
    await this.notMe.say(id, device);
  }
}
