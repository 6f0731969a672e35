import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { CamaraError } from '../http/camara-error.ts';
import { CamaraGuard, Covers } from './camara.guard.ts';
import { VerifyNumberRequest } from './number-verification.dto.ts';

/**
 * CAMARA Number Verification 2.1.0 (release r3.2). It tells which number the mobile network authenticated. This service
 * authenticates the enrolled phone and its PIN, which says nothing about the SIM that is online: so it never confirms a number
 * here, and says why.
 */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller('number-verification/v2')
export class NumberVerificationController {
  @Post('verify')
  @Covers('number-verification:verify')
  verify(@Body() { phoneNumber, hashedPhoneNumber }: VerifyNumberRequest): never {
    if ((phoneNumber === undefined) === (hashedPhoneNumber === undefined))
      throw new CamaraError('INVALID_ARGUMENT', 'Send phoneNumber or hashedPhoneNumber, and not both.');
    throw notByNetwork();
  }

  @Get('device-phone-number')
  @Covers('number-verification:device-phone-number:read')
  devicePhoneNumber(): never {
    throw notByNetwork();
  }
}

function notByNetwork(): CamaraError {
  return new CamaraError(
    'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK',
    'No mobile network authenticated this person. Prove possession of the number by one-time-password-sms.',
  );
}
