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

  /** Lists the relying parties for which SMS can be permitted, and the permissions that were given. */
  @Get()
  @ApiOperation({ summary: 'List SMS permissions' })
  list(@FromDevice() device: ProvenDevice): Promise<SmsPermissionsResponse> {
    return this.permissions.list(device);
  }

  /**
   * Requests a permission of SMS for one relying party. It takes effect only after the PIN was proven; a new request
   * replaces an earlier one. Errors: `sms_not_permitted`, `relying_party_not_found`, `subscription_not_active`.
   */
  @Post()
  @ApiOperation({ summary: 'Request an SMS permission' })
  ask(@FromDevice() device: ProvenDevice, @Body() body: SmsPermissionRequest): Promise<AskedSmsPermissionResponse> {
    return this.permissions.ask(askingParty.transform(body.relyingPartyId), device);
  }

  /**
   * Proves the PIN and gives the permission; an earlier one for the same relying party ends. Errors: `pin_mismatch`
   * with `attemptsLeft`, `pin_locked`, `pin_nonce_spent`, `sms_permission_not_found`, `sms_not_permitted`,
   * `subscription_not_active`.
   */
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

  /**
   * Ends a permission early, and cancels the authentications whose codes were sent under it. Errors:
   * `sms_permission_not_found`.
   */
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
