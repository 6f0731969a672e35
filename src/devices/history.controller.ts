import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import { History, type HistoryFlag } from '../history/history.ts';
import { DeviceGuard, FromDevice } from './device.guard.ts';
import type { ProvenDevice } from './device-proofs.ts';

class HistoryRelyingParty {
  name: string;
}

class HistoryResponse {
  id: string;
  requestedAt: string;
  relyingParty: HistoryRelyingParty;
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the device that answered; null when none did. */
  device: string | null;
  /** `not_me`: the person said that it was not them. Present only where there is one. */
  flags?: HistoryFlag[];
}

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@Controller('app/v1/history')
export class HistoryController {
  constructor(private readonly history: History) {}

  /**
   * Lists the last twenty authentications of the subscription, newest first. A Smart OTP sees those that it was asked
   * to sign.
   */
  @Get()
  @UseGuards(DeviceGuard)
  @ApiOperation({ summary: 'List the last twenty authentications' })
  latest(@FromDevice() device: ProvenDevice): Promise<HistoryResponse[]> {
    return this.history.latest(device.subscriptionId, device.isOwnPhone ? undefined : device.deviceId);
  }
}
