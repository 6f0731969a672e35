import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForDevices, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { Operation } from '../http/operation.ts';
import { OwnTestPush } from './own-test-push.ts';

@ApiTags('App')
@ForDevices()
@Controller('app/v1/device/test-push')
export class TestPushController {
  constructor(private readonly testPush: OwnTestPush) {}

  /**
   * Sends a visible push to this phone that says that it is a test, with the data `{ t: "push_test" }`: the app learns
   * whether pushes reach it. Three in ten minutes and ten a day. Errors: `too_many_requests`, `nothing_to_change` when the
   * service has no push token of this phone, for a Smart OTP, and for a phone that is still tested.
   */
  @Post()
  @HttpCode(202)
  @Operation('sendTestPush', {
    summary: 'Send a test push to this phone',
    answers: 'Queued',
    refuses: ['too_many_requests', 'nothing_to_change'],
  })
  async send(@FromDevice() device: ProvenDevice): Promise<void> {
    await this.testPush.send(device);
  }
}
