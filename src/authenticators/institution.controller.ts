import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import {
  IssuedSmartOtpResponse,
  IssueSmartOtpRequest,
  RegistrationRequest,
  RegistrationResponse,
} from './authenticator.dto.ts';
import { registrationNotFound, Registrations } from './registrations/registrations.ts';
import { SmartOtps } from './smart-otp/smart-otps.ts';

@ApiTags('Relying party')
@ForClients('authentications')
@Controller('v1/registrations')
export class RegistrationController {
  constructor(private readonly registrations: Registrations) {}

  /**
   * Asks a person to register the authenticator with this serial number at this institution. The person confirms it in
   * the app within ten minutes. The answer does not reveal whether the person or the serial number exists. It counts
   * against the same limits as a start. Errors: `invalid_request`, `idempotency_key_reused`, `idempotency_in_progress`,
   * `too_many_requests` with `Retry-After`.
   */
  @Post()
  @Operation('createRegistration', {
    summary: 'Register an authenticator',
    answers: 'The registration, which the person confirms in the app',
    refuses: ['idempotency_key_reused', 'idempotency_in_progress', 'too_many_requests'],
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '1-255 visible ASCII characters, in quotes or without, kept 24 hours',
  })
  ask(
    @FromClient() client: Caller,
    @Body() body: RegistrationRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<RegistrationResponse> {
    return this.registrations.ask(body, client.id, readIdempotencyKey(key));
  }

  /** Lists the last hundred registrations that this institution requested, newest first. */
  @Get()
  @Operation('listRegistrations', {
    summary: 'List the registrations of this institution',
    answers: 'The registrations, newest first',
  })
  list(@FromClient() client: Caller): Promise<RegistrationResponse[]> {
    return this.registrations.ofClient(client.id);
  }

  /** Returns a registration with its state. Errors: `registration_not_found`. */
  @Get(':id')
  @Operation('getRegistration', {
    summary: 'Get a registration',
    answers: 'The registration',
    refuses: ['registration_not_found'],
  })
  see(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<RegistrationResponse> {
    return this.registrations.see(id, client.id);
  }

  /** Ends a registration. Errors: `registration_not_found`, `registration_closed` with `state`. */
  @Delete(':id')
  @HttpCode(204)
  @Operation('revokeRegistration', {
    summary: 'Revoke a registration',
    answers: 'Revoked',
    refuses: ['registration_not_found', 'registration_closed'],
  })
  async revoke(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<void> {
    await this.registrations.revokeByClient(id, client.id);
  }
}

@ApiTags('Relying party')
@ForClients('signing')
@Controller('v1/smart-otps')
export class SmartOtpController {
  constructor(private readonly smartOtps: SmartOtps) {}

  /**
   * Issues a Smart OTP of this institution to a person whose identity the institution has verified. The code enrols a
   * device. An earlier Smart OTP of this institution stays valid until the new device has passed its test. A further
   * request makes the earlier code invalid. Errors: `invalid_request`, `insufficient_scope` without a vendor code,
   * `too_many_requests` with `Retry-After`.
   */
  @Post()
  @Operation('issueSmartOtp', {
    summary: 'Issue a Smart OTP',
    answers: 'The code that enrols the device of the Smart OTP',
    refuses: ['too_many_requests'],
  })
  issue(@FromClient() client: Caller, @Body() body: IssueSmartOtpRequest): Promise<IssuedSmartOtpResponse> {
    return this.smartOtps.issue(body, client.id);
  }
}
