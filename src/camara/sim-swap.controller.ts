import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { CamaraGuard, Covers } from './camara.guard.ts';
import { CheckSwapRequest, CheckSwapResponse, RetrieveDateRequest, SimSwapDateResponse } from './swap.dto.ts';
import { Swaps } from './swaps.ts';

/** CAMARA SIM Swap 2.1.0 (release r3.3). */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller('sim-swap/v2')
export class SimSwapController {
  constructor(private readonly swaps: Swaps) {}

  @Post('check')
  @HttpCode(200)
  @Covers('sim-swap:check', 'sim-swap')
  check(@Body() request: CheckSwapRequest, @FromClient() caller: Caller): Promise<CheckSwapResponse> {
    return this.swaps.check('sim-swap', request, caller);
  }

  @Post('retrieve-date')
  @HttpCode(200)
  @Covers('sim-swap:retrieve-date', 'sim-swap')
  async retrieveDate(@Body() request: RetrieveDateRequest, @FromClient() caller: Caller): Promise<SimSwapDateResponse> {
    const { at, ...period } = await this.swaps.retrieveDate('sim-swap', request, caller);
    return { latestSimChange: at, ...period };
  }
}
