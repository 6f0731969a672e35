import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ClientAuthenticationRequest } from '../../relying-parties/oauth.dto.ts';

/** The longest signed request: the body is limited to 16 KiB. */
const MAX_REQUEST = 12_288;

/** A pushed authorization request. Its parameters are those of the authorization endpoint, which checks their values. */
export class PushedAuthorizationRequest extends ClientAuthenticationRequest {
  /** `code` */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  response_type?: string;

  /** One of the return addresses registered for the client, exactly as registered. */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  redirect_uri?: string;

  /** `openid`; also `profile`, `phone`, `kr_identity`, `kr_di`, and scopes of network APIs that an operator granted, with one `dpv:` purpose. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  scope?: string;

  /** Comes back unchanged. At most 4096 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  state?: string;

  /** Stands in the id_token. At most 256 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  nonce?: string;

  /** `query`, which is the default, or `form_post`. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  response_mode?: string;

  /** The SHA-256 of the verifier in base64url (RFC 7636). Without it, `nonce` is required. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  code_challenge?: string;

  /** `S256` */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  code_challenge_method?: string;

  /** An id_token of this service for the client, of any age: another person than its own is answered with `login_required`. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  id_token_hint?: string;

  /** The thumbprint of the key to which the code is bound (RFC 9449, 10). The key of a proof in the `DPoP` header is meant without it. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  dpop_jkt?: string;

  /** `login` or nothing. `none` is answered with `login_required`, because no session is kept. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  prompt?: string;

  /** Seconds within which the browser is back after the verification: 30 to 120. The id_token has `auth_time`. */
  @IsOptional()
  @IsString()
  @MaxLength(16)
  max_age?: string;

  /** The language of the window, such as `ko` or `en`. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  ui_locales?: string;

  /** `push` or `otp`: the method with which the window begins. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  acr_values?: string;

  /** Single claims, as JSON (OpenID Connect Core 1.0, 5.5). */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  claims?: string;

  /** Why the person is asked, shown in the window and in the app. At most 40 characters. That of a public client is not shown. */
  @IsOptional()
  @IsString()
  @MaxLength(300)
  purpose?: string;

  /** All other parameters, signed by the client (RFC 9101) with ES256 or PS256. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_REQUEST)
  request?: string;

  /** Not allowed here. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  request_uri?: string;

  /** Not supported. */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  registration?: string;
}

export class PushedAuthorizationResponse {
  /** Send it as `request_uri` to the authorization endpoint, once. */
  request_uri: string;
  /** Seconds for which it waits for its browser. */
  expires_in: number;
}
