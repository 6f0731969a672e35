import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { CamaraGuard, Covers } from './camara.guard.ts';
import { MatchRequest, VerifyAgeRequest, VerifyAgeResponse, type MatchResult } from './kyc.dto.ts';
import { Kyc } from './kyc.ts';

/** CAMARA Know Your Customer Age Verification 0.2.1 (release r1.3), and Match 0.4.0 (release r1.2). */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller()
export class KycController {
  constructor(private readonly kyc: Kyc) {}

  @Post('kyc-age-verification/v0.2/verify')
  @HttpCode(200)
  @Covers('kyc-age-verification:verify')
  verifyAge(@Body() request: VerifyAgeRequest, @FromClient() caller: Caller): Promise<VerifyAgeResponse> {
    return this.kyc.verifyAge(request, caller);
  }

  @Post('kyc-match/v0.4/match')
  @HttpCode(200)
  @Covers('kyc-match:match')
  match(@Body() request: MatchRequest, @FromClient() caller: Caller): Promise<Record<string, MatchResult>> {
    return this.kyc.match(request, caller);
  }
}
