import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForDevices, FromDevice } from '../devices/device.guard.ts';
import type { AdmittedDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { notFound } from './closed-problem.ts';
import { NotMe } from './not-me.ts';

@ApiTags('App')
@ForDevices()
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
  @Operation('reportNotMe', {
    summary: 'Say that a past authentication was not the person',
    answers: 'Recorded',
    refuses: ['authentication_not_found'],
  })
  async say(@FromDevice() device: AdmittedDevice, @Param('id', new OpaqueId(notFound)) id: string): Promise<void> {
    await this.notMe.say(id, device);
  }
}
