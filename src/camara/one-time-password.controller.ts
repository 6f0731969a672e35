import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { CamaraGuard, Covers } from './camara.guard.ts';
import { SendCodeRequest, SendCodeResponse, ValidateCodeRequest } from './one-time-password.dto.ts';
import { OneTimePasswords } from './one-time-passwords.ts';

/** CAMARA One-Time Password SMS 1.1.1 (release r3.2). */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller('one-time-password-sms/v1')
export class OneTimePasswordController {
  constructor(private readonly passwords: OneTimePasswords) {}

  @Post('send-code')
  @HttpCode(200)
  @Covers('one-time-password-sms:send-validate')
  send(@Body() request: SendCodeRequest, @FromClient() caller: Caller): Promise<SendCodeResponse> {
    return this.passwords.send(request, caller);
  }

  @Post('validate-code')
  @HttpCode(204)
  @Covers('one-time-password-sms:send-validate')
  validate(@Body() request: ValidateCodeRequest, @FromClient() caller: Caller): Promise<void> {
    return this.passwords.validate(request, caller);
  }
}
