import { Type } from 'class-transformer';
import { Equals, IsIn, IsObject, IsString, Length, Matches, ValidateNested } from 'class-validator';
import {
  AUTHENTICATOR_KINDS,
  AUTHENTICATOR_TERMS,
  type AuthenticatorKind,
  type RegistrationState,
} from '../domain/authenticator.ts';
import { Compacted, TypedSerialNumber } from '../http/plain-text.ts';
import { JwkInput } from '../devices/app.dto.ts';
import { Optional } from '../http/optional.ts';
import { NamedPersonRequest } from '../lines/named-person.dto.ts';

class RelyingPartyName {
  name: string;
}

export class EnrolAuthenticatorRequest {
  /** `otp` for the subscription's own phone, `sign` for a device that was enrolled with an institution's code. */
  @IsIn(AUTHENTICATOR_KINDS)
  kind: AuthenticatorKind;

  /** The version of the terms that the person accepted. */
  @Equals(AUTHENTICATOR_TERMS, {
    message: `${AUTHENTICATOR_TERMS}, the version that the person has read and accepted`,
  })
  terms: string;

  /** The `id` from `POST /app/v1/device/pin-check`. */
  @IsString()
  @Length(1, 64)
  pinCheckId: string;

  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the PIN check, the device and the nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class EnrolledAuthenticatorResponse {
  kind: AuthenticatorKind;
  /** The serial number of the device, in the form `PG-0000-0000-0000`. */
  serialNumber: string;
  /** The code of the vendor that issued the authenticator, 2 to 8 characters of A-Z and 0-9. */
  vendorCode: string;
  /**
   * Compact JWE for the device's encryption key; its content is a JWS by the service over `{ v: 1, deviceId, kind,
   * secret }`.
   */
  envelope: string;
}

export class AuthenticatorResponse {
  kind: AuthenticatorKind;
  /** The serial number of the device, in the form `PG-0000-0000-0000`. */
  serialNumber: string;
  /** The code that the person gives an institution together with the serial number, to register the authenticator. */
  vendorCode: string;
  /** The institution that issued the authenticator; null for the service itself. */
  issuer: RelyingPartyName | null;
  /** True after five wrong codes in a row, until an authentication by push or SMS succeeds. */
  locked: boolean;
  /** RFC 3339, UTC. */
  createdAt: string;
}

export class IssueSmartOtpRequest extends NamedPersonRequest {
  /** The public key of the card that the person must tap to sign, if the institution issues one. */
  @Optional()
  @IsObject()
  @ValidateNested()
  @Type(() => JwkInput)
  cardKey?: JwkInput;
}

export class IssuedSmartOtpResponse {
  /** 20 Base32 characters in four groups, valid once and for ten minutes. */
  enrolmentCode: string;
  /** The content of the QR code. */
  enrolmentUri: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
  /** The vendor code of this institution. */
  vendorCode: string;
}

export class RegistrationRequest extends NamedPersonRequest {
  /** The serial number that the app shows, in the form `PG-0000-0000-0000`. */
  @TypedSerialNumber()
  @Matches(/^PG-\d{4}-\d{4}-\d{4}$/, { message: 'a text in the form PG-0000-0000-0000' })
  serialNumber: string;

  /** The vendor code that the app shows beside the serial number. */
  @Compacted()
  @Matches(/^[A-Z0-9]{2,8}$/, { message: 'text of 2 to 8 characters of A-Z and 0-9' })
  vendorCode: string;
}

export class RegistrationResponse {
  /** Opaque. */
  id: string;
  /** `active` once the person confirmed it in the app. */
  state: RegistrationState;
  /** RFC 3339, UTC. */
  requestedAt: string;
  /** RFC 3339, UTC: the end of the ten minutes in which the person can confirm it in the app. */
  expiresAt: string;
}

class RegisteredDevice {
  /** The name that the person gave the device. */
  name: string;
  serialNumber: string;
}

export class OwnRegistrationResponse {
  id: string;
  relyingParty: RelyingPartyName;
  state: 'pending' | 'active';
  device: RegisteredDevice;
  /** RFC 3339, UTC. */
  requestedAt: string;
  /** RFC 3339, UTC: the end of the time in which a `pending` registration can be confirmed. */
  expiresAt: string;
  /** RFC 3339, UTC; null while `pending`. */
  confirmedAt: string | null;
  /** Part of the PIN proof. */
  nonce: string;
}

export class ConfirmRegistrationRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the registration, the device and the nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class ConfirmedRegistrationResponse {
  state: 'active';
}
