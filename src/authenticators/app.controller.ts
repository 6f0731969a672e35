import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForDevices, FromDevice } from '../devices/device.guard.ts';
import type { AdmittedDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import {
  AuthenticatorResponse,
  ConfirmedRegistrationResponse,
  ConfirmRegistrationRequest,
  EnrolAuthenticatorRequest,
  EnrolledAuthenticatorResponse,
  OwnRegistrationResponse,
} from './authenticator.dto.ts';
import { Authenticators } from './authenticators.ts';
import { registrationNotFound, Registrations } from './registrations/registrations.ts';

@ApiTags('App')
@ForDevices()
@Controller('app/v1')
export class AuthenticatorController {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly registrations: Registrations,
  ) {}

  /** Lists the authenticators of this device, and whether wrong codes have locked them. */
  @Get('authenticators')
  @Operation('listAuthenticators', {
    summary: 'List the authenticators of this device',
    answers: 'The authenticators of this device',
  })
  list(@FromDevice() device: AdmittedDevice): Promise<AuthenticatorResponse[]> {
    return this.authenticators.list(device);
  }

  /**
   * Gives this device a new secret, encrypted for its key, after the PIN was proven; an earlier secret becomes invalid.
   * Errors: `invalid_request` for terms that are not current, `pin_mismatch` with `attemptsLeft`, `pin_locked`,
   * `pin_nonce_spent`, `authenticator_not_possible`.
   */
  @Post('authenticators')
  @Operation('enrolAuthenticator', {
    summary: 'Enrol an authenticator',
    answers: 'The authenticator, with its secret encrypted for this device',
    refuses: ['pin_mismatch', 'pin_locked', 'pin_exhausted', 'pin_nonce_spent', 'authenticator_not_possible'],
  })
  enrol(
    @FromDevice() device: AdmittedDevice,
    @Body() body: EnrolAuthenticatorRequest,
  ): Promise<EnrolledAuthenticatorResponse> {
    return this.authenticators.enrol(body, device);
  }

  /**
   * Lists the pending and the active registrations, newest first. A Smart OTP sees only the active ones on itself, and a
   * device under test none.
   */
  @Get('registrations')
  @Operation('listOwnRegistrations', {
    summary: 'List registrations at institutions',
    answers: 'The registrations, newest first',
  })
  registered(@FromDevice() device: AdmittedDevice): Promise<OwnRegistrationResponse[]> {
    return this.registrations.list(device);
  }

  /**
   * Confirms a registration with the PIN of the subscription’s own phone: from now on the institution may ask for codes
   * of the device that it named. An earlier registration of the same person at the same institution ends. Errors:
   * `pin_mismatch` with `attemptsLeft`, `pin_locked`, `registration_not_found`, `registration_closed` with `state`,
   * `subscription_not_active`.
   */
  @Post('registrations/:id/confirm')
  @HttpCode(200)
  @Operation('confirmRegistration', {
    summary: 'Confirm a registration',
    answers: 'Confirmed',
    refuses: [
      'pin_mismatch',
      'pin_locked',
      'pin_exhausted',
      'registration_not_found',
      'registration_closed',
      'subscription_not_active',
    ],
  })
  confirm(
    @FromDevice() device: AdmittedDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
    @Body() body: ConfirmRegistrationRequest,
  ): Promise<ConfirmedRegistrationResponse> {
    return this.registrations.confirm(id, body.pinProof, device);
  }

  /** Declines the request of an institution. Errors: `registration_not_found`, `registration_closed` with `state`. */
  @Post('registrations/:id/decline')
  @HttpCode(204)
  @Operation('declineRegistration', {
    summary: 'Decline a registration',
    answers: 'Declined',
    refuses: ['registration_not_found', 'registration_closed'],
  })
  async decline(
    @FromDevice() device: AdmittedDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<void> {
    await this.registrations.decline(id, device);
  }

  /**
   * Ends an active registration on any device of the subscription; a Smart OTP can end only its own. Errors:
   * `registration_not_found`, `registration_closed` with `state`.
   */
  @Delete('registrations/:id')
  @HttpCode(204)
  @Operation('revokeOwnRegistration', {
    summary: 'Revoke a registration',
    answers: 'Revoked',
    refuses: ['registration_not_found', 'registration_closed'],
  })
  async revoke(
    @FromDevice() device: AdmittedDevice,
    @Param('id', new OpaqueId(registrationNotFound)) id: string,
  ): Promise<void> {
    await this.registrations.revokeInApp(id, device);
  }
}
