import { IsString, Length } from 'class-validator';

class RelyingPartyName {
  name: string;
}

class AskingPartyResponse {
  id: string;
  name: string;
  /** True when the relying party accepts no codes by SMS, so SMS cannot be permitted for it. */
  refusesSms: boolean;
}

class GivenPermissionResponse {
  id: string;
  relyingParty: RelyingPartyName;
  /** RFC 3339, UTC. */
  permittedAt: string;
  /** RFC 3339, UTC: when the permission ends or ended. */
  endsAt: string;
  /** True while the permission is in force. */
  active: boolean;
}

export class SmsPermissionsResponse {
  /** How long a permission lasts, in minutes; 0 when the service permits none. */
  minutes: number;
  /** The last twenty relying parties that asked for this person. */
  relyingParties: AskingPartyResponse[];
  /** The last twenty permissions, newest first. */
  permissions: GivenPermissionResponse[];
}

export class SmsPermissionRequest {
  /** An id from `relyingParties` of `GET /app/v1/sms-permissions`. */
  @IsString()
  @Length(1, 64)
  relyingPartyId: string;
}

export class AskedSmsPermissionResponse {
  id: string;
  relyingParty: RelyingPartyName;
  /** Part of the PIN proof. */
  nonce: string;
  /** RFC 3339, UTC: the end of the time in which the PIN can be proven. */
  expiresAt: string;
}

export class ConfirmSmsRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the permission, the device and the nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class PermittedSmsResponse {
  /** RFC 3339, UTC. */
  endsAt: string;
}
