import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ForDevices, FromDevice } from '../devices/device.guard.ts';
import type { AdmittedDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
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
@ForDevices()
@Controller('app/v1/sms-permissions')
export class SmsPermissionController {
  constructor(private readonly permissions: SmsPermissions) {}

  /** Lists the relying parties for which SMS can be permitted, and the permissions that were given. */
  @Get()
  @Operation('listSmsPermissions', {
    summary: 'List SMS permissions',
    answers: 'Relying parties that asked for this person, and the permissions',
  })
  list(@FromDevice() device: AdmittedDevice): Promise<SmsPermissionsResponse> {
    return this.permissions.list(device);
  }

  /**
   * Requests a permission of SMS for one relying party. It takes effect only after the PIN was proven; a new request
   * replaces an earlier one. Errors: `sms_not_permitted`, `relying_party_not_found`, `subscription_not_active`.
   */
  @Post()
  @Operation('requestSmsPermission', {
    summary: 'Request an SMS permission',
    answers: 'The permission, which takes effect once the PIN is proven',
    refuses: ['sms_not_permitted', 'relying_party_not_found', 'subscription_not_active'],
  })
  ask(@FromDevice() device: AdmittedDevice, @Body() body: SmsPermissionRequest): Promise<AskedSmsPermissionResponse> {
    return this.permissions.ask(askingParty.transform(body.relyingPartyId), device);
  }

  /**
   * Proves the PIN and gives the permission; an earlier one for the same relying party ends. Errors: `pin_mismatch`
   * with `attemptsLeft`, `pin_locked`, `pin_nonce_spent`, `sms_permission_not_found`, `sms_not_permitted`,
   * `subscription_not_active`.
   */
  @Post(':id/confirm')
  @HttpCode(200)
  @Operation('confirmSmsPermission', {
    summary: 'Confirm an SMS permission',
    answers: 'When the permission ends',
    refuses: [
      'pin_mismatch',
      'pin_locked',
      'pin_exhausted',
      'pin_nonce_spent',
      'sms_permission_not_found',
      'sms_not_permitted',
      'subscription_not_active',
    ],
  })
  confirm(
    @FromDevice() device: AdmittedDevice,
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
  @Operation('endSmsPermission', {
    summary: 'End an SMS permission',
    answers: 'Ended',
    refuses: ['sms_permission_not_found'],
  })
  async end(
    @FromDevice() device: AdmittedDevice,
    @Param('id', new OpaqueId(permissionNotFound)) id: string,
  ): Promise<void> {
    await this.permissions.end(id, device);
  }
}
