import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { assertCovers, ForClients, FromClient } from '../http/client.guard.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { notFound } from './closed-problem.ts';
import { AuthenticationStatus } from './status.ts';
import {
  AuthenticationResponse,
  StartRequest,
  VerificationRequest,
  VerificationResponse,
  WaitQuery,
} from './relying-party.dto.ts';
import { Start } from './start.ts';
import { Verify } from './verify.ts';

@ApiTags('Relying party')
@ForClients('authentications')
@Controller('v1/authentications')
export class RelyingPartyController {
  constructor(
    private readonly starts: Start,
    private readonly statuses: AuthenticationStatus,
    private readonly verifying: Verify,
  ) {}

  /**
   * Starts the authentication of one person. A subscriber's phone is woken; anybody else gets a code by SMS. With method
   * `otp` the person reads the code of the present time from the app; with `sign` the phone shows the transaction and
   * makes a code of it. The answer tells nobody whether a number exists, is subscribed or has such an app.
   */
  @Post()
  @ApiOperation({ summary: 'Start an authentication' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1-255 visible ASCII characters, kept 24 hours' })
  start(
    @FromClient() client: Caller,
    @Body() body: StartRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<AuthenticationResponse> {
    const given = readIdempotencyKey(key);
    if (body.method === 'sign') assertCovers(client, 'signing');
    return this.starts.start(body, client.id, given === undefined ? undefined : { by: 'client', key: given });
  }

  /** The authentication; with `wait`, as soon as its state changes. */
  @Get(':id')
  @ApiOperation({ summary: 'Get an authentication' })
  see(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Query() query: WaitQuery,
  ): Promise<AuthenticationResponse> {
    return this.statuses.see(id, client.id, query.wait ?? 0);
  }

  /** Verifies the person by the code that they typed, and with `sign` what they signed. The fifth wrong code ends the authentication. */
  @Post(':id/verification')
  @HttpCode(200)
  @ApiOperation({ summary: 'Verify the code' })
  verify(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: VerificationRequest,
  ): Promise<VerificationResponse> {
    return this.verifying.verify(id, body, client);
  }

  /** Sends the wake-up, or the same code by SMS, again: at most three times, at least 30 seconds apart. */
  @Post(':id/resend')
  @HttpCode(202)
  @ApiOperation({ summary: 'Resend the wake-up or the SMS' })
  resend(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<AuthenticationResponse> {
    return this.statuses.resend(id, client.id);
  }

  /** Cancels the authentication; the phone learns of it. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Cancel an authentication' })
  async cancel(@FromClient() client: Caller, @Param('id', new OpaqueId(notFound)) id: string): Promise<void> {
    await this.statuses.cancel(id, client.id);
  }
}
