import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { ForClients, FromClient } from '../http/client.guard.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { OpaqueId } from '../http/opaque-id.ts';
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
   * Asks a person to register the authenticator of a serial number with this institution; it is confirmed in the app
   * within ten minutes. The answer tells nobody whether the person or the number exists.
   */
  @Post()
  @ApiOperation({ summary: 'Register an authenticator' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1-255 visible ASCII characters, kept 24 hours' })
  ask(
    @FromClient() client: Caller,
    @Body() body: RegistrationRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<RegistrationResponse> {
    return this.registrations.ask(body, client.id, readIdempotencyKey(key));
  }

  /** The last hundred that this institution asked for, newest first. */
  @Get()
  @ApiOperation({ summary: 'List the registrations of this institution' })
  list(@FromClient() client: Caller): Promise<RegistrationResponse[]> {
    return this.registrations.ofClient(client.id);
  }

  /** Whether it was confirmed. */
  @Get(':id')
  @ApiOperation({ summary: 'Get a registration' })
  see(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<RegistrationResponse> {
    return this.registrations.see(id, client.id);
  }

  /** Ends it. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a registration' })
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
   * Issues the institution's Smart OTP to a person whose identity it has seen. The code enrols a device; what stood
   * there of this institution before gives way when the new one is tested. Asked again, an earlier code is void.
   */
  @Post()
  @ApiOperation({ summary: 'Issue a Smart OTP' })
  issue(@FromClient() client: Caller, @Body() body: IssueSmartOtpRequest): Promise<IssuedSmartOtpResponse> {
    return this.smartOtps.issue(body, client.id);
  }
}
