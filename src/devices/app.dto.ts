import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';
import type { DeviceState } from '../domain/device.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';
import type { SubscriptionState } from '../domain/subscription.ts';
import { PLATFORMS, type Platform } from '../domain/push-service.ts';
import type { RequiredDocument } from '../pages/legal/required-document.ts';
import { Compacted, ONE_SHOWN_LINE, SHOWN_TEXT, TrimmedName } from '../http/plain-text.ts';

/**
 * The alphabets of FCM and APNs, of which APNs takes the token in its path; a subscription to Web Push as JSON; or nothing.
 */
const PUSH_TOKEN = /^(?:[\w:.-]{0,1024}|\{[\s\S]{0,4095})$/;
const PUSH_TOKEN_RULE = {
  message: 'at most 1024 characters of A-Z, a-z, 0-9 and _ : . -, or as a Web Push subscription in JSON',
};
const COORDINATE = /^[\w-]{43}$/;

/** A P-256 public key as JWK (RFC 7517). */
export class JwkInput {
  @IsIn(['EC'])
  kty: 'EC';

  @IsIn(['P-256'])
  crv: 'P-256';

  /** 32 bytes in base64url. */
  @Matches(COORDINATE, { message: '32 bytes in base64url' })
  x: string;

  /** 32 bytes in base64url. */
  @Matches(COORDINATE, { message: '32 bytes in base64url' })
  y: string;

  /** Like `use`, `kid`, `ext` and `key_ops`: libraries add it to an exported key, and the service ignores it. */
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

export class EnrolmentCodeRequest {
  /** 20 Base32 characters in four groups; case, dashes, blanks and invisible characters are ignored. */
  @Compacted()
  @IsString()
  @Length(20, 32)
  enrolmentCode: string;
}

class ShownDocument {
  document: RequiredDocument;
  /** The day from which this version is in effect. */
  version: string;
  /** The page of this version. */
  url: string;
}

class KeptDays {
  /** The history of authentications. */
  history: number;
  /** Contract, consents and fees, counted from the end of the subscription. */
  personalData: number;
}

export class EnrolmentCodeResponse {
  /** `phone`: the subscription’s own phone. `smart_otp`: an institution’s Smart OTP. */
  kind: 'phone' | 'smart_otp';
  /** The number of the line, masked: `010-****-5678`. */
  phoneNumber: string;
  /** The serial number that the device will have, in the form `PG-0000-0000-0000`. */
  serialNumber: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
  /** The documents to which the person has to agree, in the versions that are in effect. */
  documents: ShownDocument[];
  /** Days for which the service keeps the data, for the text of the consent. */
  keptDays: KeptDays;
}

/** What the person read and agreed to in the app. */
class ConsentInput {
  /** The language in which the person read. */
  @IsIn(LOCALES)
  locale: Locale;

  /** The version of the terms, from `POST /app/v1/enrolment-codes/check`. */
  @IsString()
  @Length(1, 32)
  terms: string;

  /** The version of the privacy policy. */
  @IsString()
  @Length(1, 32)
  privacy: string;
}

export class EnrolRequest {
  /** 20 Base32 characters in four groups; case, dashes, blanks and invisible characters are ignored. */
  @Compacted()
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

  /** 32 bytes in base64url: the key that the PIN unwraps on the phone. */
  @Matches(COORDINATE, { message: '32 bytes in base64url' })
  knowledgeKey: string;

  /** The system of the phone. A native app's pushes go through FCM for `android`, and through APNs for `ios`. */
  @IsIn(PLATFORMS)
  platform: Platform;

  /** Tablets are refused with `not_eligible`. */
  @IsIn(['phone', 'tablet'])
  formFactor: 'phone' | 'tablet';

  /** Numbers separated by dots, such as `17.4.1`. */
  @IsString()
  @Matches(SHOWN_TEXT, ONE_SHOWN_LINE)
  @Length(1, 32)
  osVersion: string;

  /** The version of the app, 1 to 32 characters. */
  @IsString()
  @Matches(SHOWN_TEXT, ONE_SHOWN_LINE)
  @Length(1, 32)
  appVersion: string;

  /**
   * The token that FCM or APNs gave the app. An app in a browser sends its subscription to Web Push as JSON, at most 4,096
   * characters: `endpoint` and `keys` as `PushSubscription.toJSON()` has them, and `applicationServerKey`, the key of
   * `GET /app/v1/push-key` in base64url. Empty: the app gets no push, and asks the service itself.
   */
  @Matches(PUSH_TOKEN, PUSH_TOKEN_RULE)
  pushToken: string;

  /**
   * The person's name for the phone, one line of 1 to 64 visible characters. Direction marks, and joiners outside of an
   * emoji, are dropped.
   */
  @TrimmedName()
  @IsString()
  @Matches(SHOWN_TEXT, ONE_SHOWN_LINE)
  @Length(1, 64)
  name: string;

  /**
   * What the person agreed to in the app, recorded when the device has passed its test. Other versions than those in effect
   * are refused with `invalid_request`. Left out by an app that asks elsewhere.
   */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ConsentInput)
  consent?: ConsentInput;
}

export class EnrolResponse {
  deviceId: string;
  /** In the form `PG-0000-0000-0000`; other devices never get the same. */
  serialNumber: string;
  state: 'testing';
}

export class TestRequest {
  /** The six digits from the encrypted push. */
  @Compacted()
  @Matches(/^\d{6}$/, { message: 'a text of six digits' })
  code: string;
}

export class TestResponse {
  deviceId: string;
  state: 'active';
}

export class DeviceResponse {
  /** `testing` until the test code was sent back. */
  state: DeviceState;
  /** In the form `PG-0000-0000-0000`. */
  serialNumber: string;
  /** True after five wrong PINs in a row, until the call centre unlocks the PIN or the app is enrolled again. */
  pinLocked: boolean;
  /** True after fifteen wrong PINs without a right one: the PIN cannot be unlocked. Present only while true. */
  pinExhausted?: boolean;
  /**
   * False while the service has no push token of this device: it never had one, or the push service reported it dead. The
   * app then registers its token again.
   */
  pushes: boolean;
  /** `awaiting_device`: protection begins when the test is finished. `suspended`: no request can be opened. */
  subscription: SubscriptionState;
  /** The protected number, `010-****-5678`. Absent for a Smart OTP, and while the line has no number. */
  maskedPhoneNumber?: string;
}

export class PushKeyResponse {
  /** The uncompressed point on P-256, 65 bytes in base64url: `applicationServerKey` of `pushManager.subscribe()`. */
  applicationServerKey: string;
}

export class PushTokenRequest {
  /**
   * The token that FCM or APNs gave the app. An app in a browser sends its subscription to Web Push as JSON, at most 4,096
   * characters: `endpoint` and `keys` as `PushSubscription.toJSON()` has them, and `applicationServerKey`, the key of
   * `GET /app/v1/push-key` in base64url. Empty: the app gets no push, and asks the service itself.
   */
  @Matches(PUSH_TOKEN, PUSH_TOKEN_RULE)
  pushToken: string;
}

export class PinCheckResponse {
  id: string;
  /** Part of the PIN proof. */
  nonce: string;
  /** RFC 3339, UTC: three minutes after the request. */
  expiresAt: string;
}

export class PinCheckRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the PIN check, the device and the nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class EnvelopeResponse {
  /** Compact JWE (ECDH-ES, A256GCM) for the device's encryption key; its content is a JWS (ES256) by the service. */
  envelope: string;
}
