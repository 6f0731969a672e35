import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../crypto/access-token.ts';
import { assertCovers, ForClients, FromClient } from '../http/client.guard.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { TestAuthentications } from '../test-mode/test-authentications.ts';
import { TestStart } from '../test-mode/test-start.ts';
import { TestVerify } from '../test-mode/test-verify.ts';
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
@ForClients('authentications', 'both')
@Controller('v1/authentications')
export class RelyingPartyController {
  constructor(
    private readonly starts: Start,
    private readonly statuses: AuthenticationStatus,
    private readonly verifying: Verify,
    private readonly testStarts: TestStart,
    private readonly tests: TestAuthentications,
    private readonly testVerifying: TestVerify,
  ) {}

  /**
   * Starts the authentication of one person. A subscriber's phone is woken; any other person gets a code by SMS. With
   * the method `otp` the person reads the current code from the app; with `sign` the app shows the transaction and
   * computes a code from it. The answer does not reveal whether the number exists, is subscribed or has an app. A new
   * start cancels the pending authentication of the same person at the same relying party. Limits: five starts in ten
   * minutes and twenty a day for one person at this relying party, or at one `site` of an agency, and the starts per minute
   * of the relying party. Beyond fifteen in ten minutes and forty a day over all relying parties, a start rings no phone.
   * A token of test mode starts a test, which reaches no line and no person.
   * Errors: `invalid_request`,
   * `insufficient_scope` for `sign` without the scope `signing`, `idempotency_key_reused`, `idempotency_in_progress`,
   * `too_many_requests` with `Retry-After`.
   */
  @Post()
  @Operation('startAuthentication', {
    summary: 'Start an authentication',
    answers: 'The authentication, open for 180 seconds',
    refuses: ['idempotency_key_reused', 'idempotency_in_progress', 'too_many_requests'],
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '1-255 visible ASCII characters, in quotes or without, kept 24 hours',
  })
  start(
    @FromClient() client: Caller,
    @Body() body: StartRequest,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<AuthenticationResponse> {
    const given = readIdempotencyKey(key);
    if (body.method === 'sign') assertCovers(client, 'signing');
    const idempotencyKey = given === undefined ? undefined : ({ by: 'client', key: given } as const);
    if (client.test) return this.testStarts.start(body, client.id, idempotencyKey);
    return this.starts.start(body, client.id, idempotencyKey, 'theirs');
  }

  /**
   * Returns the authentication; with `wait`, as soon as its state changes or after that time. Errors:
   * `authentication_not_found`, also for an authentication of another relying party, and for one that a flow of OpenID
   * Connect started: its tokens say what their scopes release.
   */
  @Get(':id')
  @Operation('getAuthentication', {
    summary: 'Get an authentication',
    answers: 'The authentication',
    refuses: ['authentication_not_found'],
  })
  see(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Query() query: WaitQuery,
  ): Promise<AuthenticationResponse> {
    const seconds = query.wait ?? 0;
    if (client.test) return this.tests.see(id, client.id, seconds);
    return this.statuses.see(id, client.id, seconds);
  }

  /**
   * Verifies the person with the code that they entered, and with `sign` the transaction that they signed. The fifth
   * wrong code ends the authentication. Errors: `code_mismatch` with `attemptsLeft`, `attempts_exhausted`,
   * `authentication_closed` with `state`, `authentication_expired`, `authentication_not_found`. The same request within 60
   * seconds of success gets the same bytes again, with `Idempotency-Replayed: true`, for an answer that was lost: accept
   * each id once. `nothing_to_verify` for `approve`, whose result `GET` answers.
   */
  @Post(':id/verification')
  @HttpCode(200)
  @Operation('verifyAuthentication', {
    summary: 'Verify the code',
    answers: 'The verified person, and the signed assertion',
    refuses: [
      'code_mismatch',
      'attempts_exhausted',
      'nothing_to_verify',
      'authentication_closed',
      'authentication_expired',
      'authentication_not_found',
    ],
    headers: ['Idempotency-Replayed'],
  })
  async verify(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: VerificationRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VerificationResponse> {
    const verifying = client.test ? this.testVerifying : this.verifying;
    const { verified, replayed } = await verifying.verifyRepeatably(id, body, client);
    if (replayed) void reply.header('Idempotency-Replayed', 'true');
    return verified;
  }

  /**
   * Sends the wake-up, or the same code by SMS, again: at most three times, at least 30 seconds apart. Errors:
   * `too_many_requests` with `Retry-After`, `nothing_to_send` for `otp`, `authentication_closed`,
   * `authentication_expired`, `authentication_not_found`.
   */
  @Post(':id/resend')
  @HttpCode(202)
  @Operation('resendAuthentication', {
    summary: 'Resend the wake-up or the SMS',
    answers: 'The authentication; the message is on its way',
    refuses: [
      'too_many_requests',
      'nothing_to_send',
      'authentication_closed',
      'authentication_expired',
      'authentication_not_found',
    ],
  })
  resend(
    @FromClient() client: Caller,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<AuthenticationResponse> {
    return client.test ? this.tests.resend(id, client.id) : this.statuses.resend(id, client.id);
  }

  /**
   * Cancels the authentication and notifies the phone. Errors: `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`.
   */
  @Delete(':id')
  @HttpCode(204)
  @Operation('cancelAuthentication', {
    summary: 'Cancel an authentication',
    answers: 'Cancelled',
    refuses: ['authentication_closed', 'authentication_expired', 'authentication_not_found'],
  })
  async cancel(@FromClient() client: Caller, @Param('id', new OpaqueId(notFound)) id: string): Promise<void> {
    await (client.test ? this.tests.cancel(id, client.id) : this.statuses.cancel(id, client.id));
  }
}
