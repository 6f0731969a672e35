import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { Problem } from '../domain/problem.ts';
import { ForClients } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { subscriptionNotFound } from '../subscriptions/subscriptions.ts';
import { Devices } from './devices.ts';

class UnlockRequest {
  /** Why the operator does this. */
  @IsString()
  @Length(1, 200)
  reason: string;
}

@ApiTags('Operator')
@ForClients('operator')
@Controller('operator/v1/subscriptions')
export class DeviceOperatorController {
  constructor(private readonly devices: Devices) {}

  /** Gives the person five more tries at the PIN of the active device. */
  @Post(':id/unlock-pin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unlock the PIN' })
  async unlockPin(
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
    @Body() _body: UnlockRequest,
  ): Promise<void> {
    if (!(await this.devices.unlockPin(id))) {
      throw new Problem('subscription_not_found', 'No active device belongs to this subscription.');
    }
  }
}
