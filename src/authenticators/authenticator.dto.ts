import { Type } from 'class-transformer';
import { Equals, IsIn, IsObject, IsOptional, IsString, Length, Matches, ValidateNested } from 'class-validator';
import {
  AUTHENTICATOR_KINDS,
  AUTHENTICATOR_TERMS,
  type AuthenticatorKind,
  type RegistrationState,
} from '../domain/authenticator.ts';
import { JwkInput } from '../devices/app.dto.ts';
import { NamedPersonRequest } from '../lines/named-person.dto.ts';

class RelyingPartyName {
  name: string;
}

export class EnrolAuthenticatorRequest {
  /** `otp` on the subscription's own phone, `sign` on a device that was enrolled with an institution's code. */
  @IsIn(AUTHENTICATOR_KINDS)
  kind: AuthenticatorKind;

  /** The version of the terms that the person agreed to. */
  @Equals(AUTHENTICATOR_TERMS, {
    message: `terms must be ${AUTHENTICATOR_TERMS}, the version that the person has read and accepted`,
  })
  terms: string;

  /** From `POST /app/v1/device/pin-check`. */
  @IsString()
  @Length(1, 64)
  pinCheckId: string;

  /** base64url HMAC-SHA256 under the knowledge key over the check, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class EnrolledAuthenticatorResponse {
  kind: AuthenticatorKind;
  /** `PG-0000-0000-0000`: the device's. */
  serialNumber: string;
  vendorCode: string;
  /** Compact JWE to the device's key, around a JWS by the service with `{ v: 1, deviceId, kind, secret }`. */
  envelope: string;
}

export class AuthenticatorResponse {
  kind: AuthenticatorKind;
  serialNumber: string;
  /** What is said beside the serial number when an institution is to register it. */
  vendorCode: string;
  /** The institution that issued it; null for the service itself. */
  issuer: RelyingPartyName | null;
  /** After five wrong codes in a row, until an authentication by push or SMS succeeds. */
  locked: boolean;
  createdAt: string;
}

export class IssueSmartOtpRequest extends NamedPersonRequest {
  /** The public key of the card that belongs to it, where there is one. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => JwkInput)
  cardKey?: JwkInput;
}

export class IssuedSmartOtpResponse {
  /** 4×5 Base32 characters, good once and for ten minutes. */
  enrolmentCode: string;
  /** What a QR code holds. */
  enrolmentUri: string;
  expiresAt: string;
  /** The institution's own. */
  vendorCode: string;
}

export class RegistrationRequest extends NamedPersonRequest {
  /** As the person reads it out of the app: `PG-0000-0000-0000`. */
  @Matches(/^PG-\d{4}-\d{4}-\d{4}$/, { message: 'serialNumber must have the form PG-0000-0000-0000' })
  serialNumber: string;

  /** As the app shows it beside the serial number. */
  @Matches(/^[A-Z0-9]{2,8}$/, { message: 'vendorCode must be 2 to 8 characters of A-Z and 0-9' })
  vendorCode: string;
}

export class RegistrationResponse {
  id: string;
  state: RegistrationState;
  requestedAt: string;
  /** Until when it can be confirmed in the app. */
  expiresAt: string;
}

class RegisteredDevice {
  name: string;
  serialNumber: string;
}

export class OwnRegistrationResponse {
  id: string;
  relyingParty: RelyingPartyName;
  state: 'pending' | 'active';
  device: RegisteredDevice;
  requestedAt: string;
  expiresAt: string;
  confirmedAt: string | null;
  /** Goes into the PIN proof. */
  nonce: string;
}

export class ConfirmRegistrationRequest {
  /** base64url HMAC-SHA256 under the knowledge key over the registration, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class ConfirmedRegistrationResponse {
  state: 'active';
}
