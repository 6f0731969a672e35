import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { CamaraGuard, Covers } from './camara.guard.ts';
import { CheckSwapRequest, CheckSwapResponse, DeviceSwapDateResponse, RetrieveDateRequest } from './swap.dto.ts';
import { Swaps } from './swaps.ts';

/** CAMARA Device Swap 1.0.0 (release r3.2). */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller('device-swap/v1')
export class DeviceSwapController {
  constructor(private readonly swaps: Swaps) {}

  @Post('check')
  @HttpCode(200)
  @Covers('device-swap:check', 'device-swap')
  check(@Body() request: CheckSwapRequest, @FromClient() caller: Caller): Promise<CheckSwapResponse> {
    return this.swaps.check('device-swap', request, caller);
  }

  @Post('retrieve-date')
  @HttpCode(200)
  @Covers('device-swap:retrieve-date', 'device-swap')
  async retrieveDate(
    @Body() request: RetrieveDateRequest,
    @FromClient() caller: Caller,
  ): Promise<DeviceSwapDateResponse> {
    const { at, ...period } = await this.swaps.retrieveDate('device-swap', request, caller);
    return { latestDeviceChange: at, ...period };
  }
}
