import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../http/operation.ts';
import { History } from '../history/history.ts';
import { ForDevices, FromDevice } from './device.guard.ts';
import type { AdmittedDevice } from './device-proofs.ts';
import { HistoryResponse } from './history.dto.ts';

@ApiTags('App')
@Controller('app/v1/history')
export class HistoryController {
  constructor(private readonly history: History) {}

  /**
   * Lists the last twenty authentications of the subscription, newest first. A Smart OTP sees those that it was asked
   * to sign; a device under test sees none.
   */
  @Get()
  @ForDevices()
  @Operation('listHistory', {
    summary: 'List the last twenty authentications',
    answers: 'The authentications, newest first',
  })
  async latest(@FromDevice() device: AdmittedDevice): Promise<HistoryResponse[]> {
    if (!device.isInUse) return [];
    return this.history.latest(device.subscriptionId, device.isOwnPhone ? undefined : device.deviceId);
  }
}
