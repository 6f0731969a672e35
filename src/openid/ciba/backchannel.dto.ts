import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ClientAuthenticationRequest } from '../../relying-parties/oauth.dto.ts';

/** What a client asks of a person, outside or inside a signed request (CIBA Core 1.0, 7.1). */
export class BackchannelParameters extends ClientAuthenticationRequest {
  /** `openid` and further scopes, separated by spaces. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  scope?: string;

  /** The person: `tel:+821012345678;x-birthdate=900101;x-gender-digit=1`. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  login_hint?: string;

  /** An id_token that this service issued to the client: the same person again. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  id_token_hint?: string;

  /** Not supported. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  login_hint_token?: string;

  /**
   * At most 20 characters that the app shows. Two digits are the match number itself, for a client that cannot show
   * `pushguard_match`.
   */
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  binding_message?: string;

  /** Needed in ping mode: 22 to 1024 characters; the bearer token of the ping. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  client_notification_token?: string;

  /** A wish, which never refuses a request. The answer says how the person was verified. */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  acr_values?: string;

  /** Seconds for which the request is valid; 60 to 180. */
  @IsOptional()
  @IsString()
  @MaxLength(16)
  requested_expiry?: string;

  /** Single claims of the id_token, as JSON (OpenID Connect Core 1.0, 5.5). */
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  claims?: string;

  /** The issuer, if anything (RFC 8707). */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  resource?: string;
}

export class BackchannelRequest extends BackchannelParameters {
  /** A signed request (CIBA Core 1.0, 7.1.1), with the other parameters as its claims. */
  @IsOptional()
  @IsString()
  @MaxLength(12_288)
  request?: string;
}

export class BackchannelResponse {
  /** The id of the request, for `grant_type=urn:openid:params:grant-type:ciba`. */
  auth_req_id: string;
  /** Seconds until the request expires. */
  expires_in: number;
  /** Seconds that the client waits between two polls. */
  interval: number;
  /** The two digits that the client shows and the person types into the app. */
  pushguard_match: string;
}
