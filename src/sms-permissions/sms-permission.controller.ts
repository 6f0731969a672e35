import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeviceGuard, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import {
  AskedSmsPermissionResponse,
  ConfirmSmsRequest,
  PermittedSmsResponse,
  SmsPermissionRequest,
  SmsPermissionsResponse,
} from './sms-permission.dto.ts';
import { permissionNotFound, relyingPartyNotFound, SmsPermissions } from './sms-permissions.ts';

const askingParty = new OpaqueId(relyingPartyNotFound);

@ApiTags('App')
@ApiHeader({ name: 'Device-Proof', required: true, description: 'JWS ES256 by the device’s signing key' })
@UseGuards(DeviceGuard)
@Controller('app/v1/sms-permissions')
export class SmsPermissionController {
  constructor(private readonly permissions: SmsPermissions) {}

  /** For whom SMS could be permitted, and for whom it was. */
  @Get()
  @ApiOperation({ summary: 'List SMS permissions' })
  list(@FromDevice() device: ProvenDevice): Promise<SmsPermissionsResponse> {
    return this.permissions.list(device);
  }

  /** Asks to permit SMS for one relying party; nothing is permitted before the PIN was proven. */
  @Post()
  @ApiOperation({ summary: 'Request an SMS permission' })
  ask(@FromDevice() device: ProvenDevice, @Body() body: SmsPermissionRequest): Promise<AskedSmsPermissionResponse> {
    return this.permissions.ask(askingParty.transform(body.relyingPartyId), device);
  }

  /** Proves the PIN, and permits. */
  @Post(':id/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm an SMS permission' })
  confirm(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(permissionNotFound)) id: string,
    @Body() body: ConfirmSmsRequest,
  ): Promise<PermittedSmsResponse> {
    return this.permissions.confirm(id, body.pinProof, device);
  }

  /** Ends a permission early, and cancels what was texted under it. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End an SMS permission' })
  async end(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(permissionNotFound)) id: string,
  ): Promise<void> {
    await this.permissions.end(id, device);
  }
}
