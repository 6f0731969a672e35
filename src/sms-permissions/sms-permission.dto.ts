import { IsString, Length } from 'class-validator';

class RelyingPartyName {
  name: string;
}

class AskingPartyResponse {
  id: string;
  name: string;
  /** It takes no code by SMS, so none can be permitted. */
  refusesSms: boolean;
}

class GivenPermissionResponse {
  id: string;
  relyingParty: RelyingPartyName;
  permittedAt: string;
  /** When it ends, or ended. */
  endsAt: string;
  active: boolean;
}

export class SmsPermissionsResponse {
  /** For how long one is permitted; 0 where none is. */
  minutes: number;
  relyingParties: AskingPartyResponse[];
  permissions: GivenPermissionResponse[];
}

export class SmsPermissionRequest {
  /** One of `relyingParties`. */
  @IsString()
  @Length(1, 64)
  relyingPartyId: string;
}

export class AskedSmsPermissionResponse {
  id: string;
  relyingParty: RelyingPartyName;
  /** Goes into the PIN proof. */
  nonce: string;
  expiresAt: string;
}

export class ConfirmSmsRequest {
  /** base64url HMAC-SHA256 under the knowledge key over the permission, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class PermittedSmsResponse {
  endsAt: string;
}
