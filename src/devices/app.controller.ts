import { Body, Controller, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RawRequest } from '../http/fastify.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { publicDocument } from '../http/public-document.ts';
import {
  DeviceResponse,
  EnrolmentCodeRequest,
  EnrolmentCodeResponse,
  EnrolRequest,
  EnrolResponse,
  EnvelopeResponse,
  PinCheckRequest,
  PinCheckResponse,
  PushKeyResponse,
  PushTokenRequest,
  TestRequest,
  TestResponse,
} from './app.dto.ts';
import { ForDevices, FromDevice } from './device.guard.ts';
import { DeviceProofs, type AdmittedDevice, type ProvenDevice } from './device-proofs.ts';
import { Devices } from './devices.ts';
import { Enrol } from './enrol.ts';
import { nonceSpent } from './pin/judge-pin.ts';
import { OfferedEnrolments } from './offered-enrolment.ts';
import { PinCheck } from './pin/pin-check.ts';
import { PushAddresses } from './push-addresses.ts';

@ApiTags('App')
@Controller('app/v1')
export class DeviceController {
  constructor(
    private readonly enrolling: Enrol,
    private readonly devices: Devices,
    private readonly proofs: DeviceProofs,
    private readonly pinCheck: PinCheck,
    private readonly addresses: PushAddresses,
    private readonly offered: OfferedEnrolments,
  ) {}

  /**
   * Returns what an enrolment code would enrol, for the person to check before the PIN, and the documents to agree to. It
   * spends nothing. The proof carries a new key as `jwk`, as that of an enrolment does. Errors: `device_proof_invalid`,
   * `enrolment_code_invalid`, in the same words for an unknown, a used and an expired code.
   */
  @Post('enrolment-codes/check')
  @HttpCode(200)
  @ApiSecurity('deviceProof')
  @Operation('checkEnrolmentCode', {
    summary: 'Check an enrolment code',
    answers: 'What the code would enrol',
    refuses: ['enrolment_code_invalid'],
  })
  checkCode(@Body() body: EnrolmentCodeRequest, @Req() request: RawRequest): Promise<EnrolmentCodeResponse> {
    return this.offered.of(body.enrolmentCode, this.proofs.read(request));
  }

  /**
   * Enrols the app as a device, with an enrolment code. `signingKey` verifies the device proofs, and the service
   * encrypts codes and secrets for `encryptionKey`. A test code follows by encrypted push. A repeat with the same code and
   * keys, because no answer came, gets the same answer until the test is over. Errors: `device_proof_invalid`,
   * `invalid_request`, `not_eligible` with `reasons`, `enrolment_code_invalid`.
   */
  @Post('devices')
  @ApiSecurity('deviceProof')
  @Operation('enrolDevice', {
    summary: 'Enrol the app',
    answers: 'The device under test',
    refuses: ['not_eligible', 'enrolment_code_invalid'],
  })
  enrol(@Body() body: EnrolRequest, @Req() request: RawRequest): Promise<EnrolResponse> {
    return this.enrolling.enrol(body, this.proofs.read(request));
  }

  /**
   * Completes the test: the device becomes active, and the earlier device of the subscription is revoked. The fifth
   * wrong code revokes the device under test. Errors: `code_mismatch` with `attemptsLeft`, `attempts_exhausted`,
   * `authentication_expired` after ten minutes, `device_test_closed`.
   */
  @Post('device/test')
  @HttpCode(200)
  @ForDevices()
  @Operation('finishDeviceTest', {
    summary: 'Finish the device test',
    answers: 'The active device',
    refuses: ['code_mismatch', 'attempts_exhausted', 'authentication_expired', 'device_test_closed'],
  })
  finishTest(@FromDevice() device: ProvenDevice, @Body() body: TestRequest): Promise<TestResponse> {
    return this.devices.finishTest(device, body.code);
  }

  /**
   * Returns the encrypted test code, in case the push was lost. Errors: `authentication_expired` after ten minutes,
   * `device_test_closed`.
   */
  @Get('device/envelope')
  @ForDevices()
  @Operation('getDeviceTestEnvelope', {
    summary: 'Fetch the test code',
    answers: 'The encrypted test code',
    refuses: ['authentication_expired', 'device_test_closed'],
  })
  testEnvelope(@FromDevice() device: ProvenDevice): Promise<EnvelopeResponse> {
    return this.devices.testEnvelope(device.deviceId);
  }

  /**
   * Returns how the service knows this device, for the first screen of the app, which asks whenever it is opened and after
   * a notice. It changes nothing, and spends no try of the PIN. Errors: `device_proof_invalid` once the device was
   * revoked: another phone took its place, or the subscription has ended.
   */
  @Get('device')
  @ForDevices()
  @Operation('getDevice', { summary: 'Show how the device stands', answers: 'How the service knows this device' })
  standing(@FromDevice() device: ProvenDevice): Promise<DeviceResponse> {
    return this.devices.standing(device);
  }

  /**
   * Returns the public key under which a browser subscribes to Web Push (VAPID, RFC 8292). An app asks at every start, and
   * subscribes anew when the key is another one than that of its subscription. Errors: `not_found` where the service has
   * no such key: then the app enrols with an empty `pushToken`.
   */
  @Get('push-key')
  @ApiOkResponse({ type: PushKeyResponse })
  @Operation('getPushKey', {
    summary: 'Get the key for Web Push',
    answers: 'The public key',
    refuses: ['not_found'],
    headers: ['ETag'],
  })
  pushKey(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return publicDocument(request, reply, { applicationServerKey: this.addresses.applicationServerKey });
  }

  /** Replaces the push token of the device, and with it the push service; an empty one ends its pushes. */
  @Put('device/push-token')
  @HttpCode(204)
  @ForDevices()
  @Operation('replacePushToken', { summary: 'Register a push token', answers: 'Replaced' })
  async replacePushToken(@FromDevice() device: ProvenDevice, @Body() body: PushTokenRequest): Promise<void> {
    await this.devices.replacePushToken(device, body.pushToken);
  }

  /**
   * Requests a PIN check, which the app needs before it changes the PIN or enrols an authenticator. It replaces an
   * earlier one. Errors: `subscription_not_active`.
   */
  @Post('device/pin-check')
  @ForDevices()
  @Operation('requestPinCheck', {
    summary: 'Request a PIN check',
    answers: 'The PIN check',
    refuses: ['subscription_not_active'],
  })
  askPinCheck(@FromDevice() device: AdmittedDevice): Promise<PinCheckResponse> {
    return this.pinCheck.ask(device);
  }

  /**
   * Checks the PIN. A wrong PIN counts as it does when an authentication is opened. Errors: `pin_mismatch` with
   * `attemptsLeft`, `pin_locked` after five wrong PINs in a row, `pin_nonce_spent`.
   */
  @Post('device/pin-check/:id/confirm')
  @HttpCode(204)
  @ForDevices()
  @Operation('confirmPinCheck', {
    summary: 'Confirm a PIN check',
    answers: 'The PIN was right',
    refuses: ['pin_mismatch', 'pin_locked', 'pin_exhausted', 'pin_nonce_spent'],
  })
  async confirmPinCheck(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(nonceSpent)) id: string,
    @Body() body: PinCheckRequest,
  ): Promise<void> {
    await this.pinCheck.confirm(id, body.pinProof, device);
  }
}
