import { Body, Controller, Get, HttpCode, Param, Post, Put, Req, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RawRequest } from '../http/fastify.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import {
  EnrolRequest,
  EnrolResponse,
  EnvelopeResponse,
  PinCheckRequest,
  PinCheckResponse,
  PushTokenRequest,
  TestRequest,
  TestResponse,
} from './app.dto.ts';
import { DeviceGuard, FromDevice } from './device.guard.ts';
import { DeviceProofs, type ProvenDevice } from './device-proofs.ts';
import { Devices } from './devices.ts';
import { Enrol } from './enrol.ts';
import { nonceSpent } from './pin/judge-pin.ts';
import { PinCheck } from './pin/pin-check.ts';

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@Controller('app/v1')
export class DeviceController {
  constructor(
    private readonly enrolling: Enrol,
    private readonly devices: Devices,
    private readonly proofs: DeviceProofs,
    private readonly pinCheck: PinCheck,
  ) {}

  /** Enrols this app with a code from the carrier. A test code follows by encrypted push. */
  @Post('devices')
  @ApiOperation({ summary: 'Enrol the app' })
  enrol(@Body() body: EnrolRequest, @Req() request: RawRequest): Promise<EnrolResponse> {
    return this.enrolling.enrol(body, this.proofs.read(request));
  }

  /** Ends the test: the device is active, the older one of the subscription is revoked. */
  @Post('device/test')
  @HttpCode(200)
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Finish the device test' })
  finishTest(@FromDevice() device: ProvenDevice, @Body() body: TestRequest): Promise<TestResponse> {
    return this.devices.finishTest(device, body.code);
  }

  /** The test code’s JWE, for a push that was lost. */
  @Get('device/envelope')
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Fetch the test code' })
  testEnvelope(@FromDevice() device: ProvenDevice): Promise<EnvelopeResponse> {
    return this.devices.testEnvelope(device.deviceId);
  }

  /** Registers the push token that the platform gave to the app. */
  @Put('device/push-token')
  @HttpCode(204)
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Register a push token' })
  async replacePushToken(@FromDevice() device: ProvenDevice, @Body() body: PushTokenRequest): Promise<void> {
    await this.devices.replacePushToken(device.deviceId, body.pushToken);
  }

  /** Asks for the PIN to be checked, before the app changes it; an earlier check is void. */
  @Post('device/pin-check')
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Request a PIN check' })
  askPinCheck(@FromDevice() device: ProvenDevice): Promise<PinCheckResponse> {
    return this.pinCheck.ask(device);
  }

  /** Proves the PIN. It is counted as in opening, and answers whether it is right. */
  @Post('device/pin-check/:id/confirm')
  @HttpCode(204)
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'Confirm a PIN check' })
  async confirmPinCheck(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(nonceSpent)) id: string,
    @Body() body: PinCheckRequest,
  ): Promise<void> {
    await this.pinCheck.confirm(id, body.pinProof, device);
  }
}
