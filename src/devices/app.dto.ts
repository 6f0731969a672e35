import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';
import { PLAIN_TEXT } from '../http/plain-text.ts';

/** FCM's and APNs' own alphabets; APNs has the token in its path, where nothing else may be. */
const PUSH_TOKEN = /^[\w:.-]{1,1024}$/;
const COORDINATE = /^[\w-]{43}$/;

/** A P-256 public key (RFC 7517). */
export class JwkInput {
  @IsIn(['EC'])
  kty: 'EC';

  @IsIn(['P-256'])
  crv: 'P-256';

  @Matches(COORDINATE, { message: 'x must be 32 bytes in base64url' })
  x: string;

  @Matches(COORDINATE, { message: 'y must be 32 bytes in base64url' })
  y: string;

  /** Members that libraries add to an exported key; they are not used. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  alg?: string;

  @IsOptional()
  @IsString()
  @MaxLength(16)
  use?: string;

  @IsOptional()
  @IsString()
  @MaxLength(128)
  kid?: string;

  @IsOptional()
  ext?: boolean;

  @IsOptional()
  @IsString({ each: true })
  key_ops?: string[];
}

export class EnrolRequest {
  /** 4×5 Base32 characters; case, hyphens and blanks do not matter. */
  @IsString()
  @Length(20, 32)
  enrolmentCode: string;

  @IsObject()
  @ValidateNested()
  @Type(() => JwkInput)
  signingKey: JwkInput;

  @IsObject()
  @ValidateNested()
  @Type(() => JwkInput)
  encryptionKey: JwkInput;

  /** 32 bytes as base64url: the key that the PIN unwraps on the phone. */
  @Matches(COORDINATE, { message: 'knowledgeKey must be 32 bytes in base64url' })
  knowledgeKey: string;

  @IsIn(['android', 'ios'])
  platform: 'android' | 'ios';

  @IsIn(['phone', 'tablet'])
  formFactor: 'phone' | 'tablet';

  /** Numbers with dots, `17.4.1`. */
  @Matches(PLAIN_TEXT, { message: 'osVersion must be one line of text' })
  @Length(1, 32)
  osVersion: string;

  @Matches(PLAIN_TEXT, { message: 'appVersion must be one line of text' })
  @Length(1, 32)
  appVersion: string;

  /** What FCM or APNs gave to the app. */
  @Matches(PUSH_TOKEN, { message: 'pushToken must be 1 to 1024 characters of A-Z, a-z, 0-9 and _ : . -' })
  pushToken: string;

  /** What the person calls the phone. */
  @Matches(PLAIN_TEXT, { message: 'name must be one line of text' })
  @Length(1, 64)
  name: string;
}

export class EnrolResponse {
  deviceId: string;
  /** `PG-0000-0000-0000` */
  serialNumber: string;
  state: 'testing';
}

export class TestRequest {
  /** Six digits. */
  @Matches(/^\d{6}$/, { message: 'code must be six digits' })
  code: string;
}

export class TestResponse {
  deviceId: string;
  state: 'active';
}

export class PushTokenRequest {
  @Matches(PUSH_TOKEN, { message: 'pushToken must be 1 to 1024 characters of A-Z, a-z, 0-9 and _ : . -' })
  pushToken: string;
}

export class PinCheckResponse {
  id: string;
  /** Goes into the PIN proof. */
  nonce: string;
  expiresAt: string;
}

export class PinCheckRequest {
  /** base64url HMAC-SHA256 under the knowledge key over the check, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class EnvelopeResponse {
  /** Compact JWE (ECDH-ES, A256GCM) to the device's key, around a JWS by the service. */
  envelope: string;
}
