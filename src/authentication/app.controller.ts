import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForDevices, FromDevice, FromSignature, SignatureGuard } from '../devices/device.guard.ts';
import type { ProvenDevice, UnspentProof } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import {
  ApprovedResponse,
  ApproveRequest,
  CodeEnvelopeResponse,
  DeclineRequest,
  OpenedResponse,
  OpenRequest,
  PendingResponse,
} from './app.dto.ts';
import { notFound } from './closed-problem.ts';
import { Open } from './open.ts';

@ApiTags('App')
@Controller('app/v1/authentications')
export class AppController {
  constructor(private readonly opening: Open) {}

  /**
   * Lists the open authentications of this phone, oldest first, with relying party and purpose. Works without a
   * received push.
   */
  @Get()
  @ForDevices(SignatureGuard)
  @Operation('listPendingAuthentications', {
    summary: 'List pending authentications',
    answers: 'The open authentications of this phone, oldest first',
  })
  pending(@FromSignature() proof: UnspentProof): Promise<PendingResponse[]> {
    return this.opening.pending(proof);
  }

  /**
   * Proves the PIN. Only now the service generates the code and sends it to this phone as an encrypted push; for a
   * transaction the phone computes the code itself. Errors: `pin_mismatch` with `attemptsLeft`, `pin_locked` after five
   * wrong PINs in a row, `match_mismatch` with `attemptsLeft`, of which the third ends the authentication,
   * `card_mismatch`, `authentication_closed`, `authentication_expired`, `authentication_not_found`,
   * `subscription_not_active`.
   */
  @Post(':id/open')
  @ForDevices(SignatureGuard)
  @HttpCode(202)
  @Operation('openAuthentication', {
    summary: 'Open an authentication',
    answers: 'Opened; the code is on its way, or the phone computes it',
    refuses: [
      'pin_mismatch',
      'pin_locked',
      'pin_exhausted',
      'match_mismatch',
      'card_mismatch',
      'authentication_closed',
      'authentication_expired',
      'authentication_not_found',
      'subscription_not_active',
    ],
  })
  open(
    @FromSignature() proof: UnspentProof,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: OpenRequest,
  ): Promise<OpenedResponse> {
    return this.opening.open(id, body, proof);
  }

  /**
   * Proves the PIN and the two digits that the page of the relying party shows, which verifies the person: for the method
   * `approve`, where no code exists. Errors: `pin_mismatch` with `attemptsLeft`, `pin_locked` after five wrong PINs in a
   * row, `match_mismatch` with `attemptsLeft`, of which the third ends the authentication, `authentication_closed`,
   * `authentication_expired`, `authentication_not_found`, `subscription_not_active`.
   */
  @Post(':id/approve')
  @ForDevices(SignatureGuard)
  @HttpCode(202)
  @Operation('approveAuthentication', {
    summary: 'Approve an authentication',
    answers: 'The person is verified',
    refuses: [
      'pin_mismatch',
      'pin_locked',
      'pin_exhausted',
      'match_mismatch',
      'authentication_closed',
      'authentication_expired',
      'authentication_not_found',
      'subscription_not_active',
    ],
  })
  approve(
    @FromSignature() proof: UnspentProof,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: ApproveRequest,
  ): Promise<ApprovedResponse> {
    return this.opening.approve(id, body, proof);
  }

  /**
   * Returns the encrypted code, in case the push was lost. Errors: `envelope_not_ready` before the PIN was proven,
   * `authentication_closed`, `authentication_expired`, `authentication_not_found`.
   */
  @Get(':id/envelope')
  @ForDevices()
  @Operation('getAuthenticationEnvelope', {
    summary: 'Fetch the code',
    answers: 'The encrypted code',
    refuses: ['envelope_not_ready', 'authentication_closed', 'authentication_expired', 'authentication_not_found'],
  })
  envelope(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
  ): Promise<CodeEnvelopeResponse> {
    return this.opening.envelope(id, device);
  }

  /**
   * Declines the authentication, which closes it at once. Errors: `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`, `subscription_not_active` while the device is under test.
   */
  @Post(':id/decline')
  @ForDevices()
  @HttpCode(204)
  @Operation('declineAuthentication', {
    summary: 'Decline an authentication',
    answers: 'Declined',
    refuses: ['authentication_closed', 'authentication_expired', 'authentication_not_found', 'subscription_not_active'],
  })
  async decline(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(notFound)) id: string,
    @Body() body: DeclineRequest,
  ): Promise<void> {
    await this.opening.decline(id, body.reason, device);
  }
}
