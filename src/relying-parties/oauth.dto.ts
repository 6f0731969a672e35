import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { PresentedClient } from './authenticate-client.ts';

/** How a client says who it is in the form of a request to an OAuth endpoint. An endpoint’s own parameters extend it. */
export class ClientAuthenticationRequest {
  /** `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  client_assertion_type?: string;

  /** A `private_key_jwt` assertion signed with ES256, PS256 or EdDSA, with the issuer as `aud`. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  client_assertion?: string;

  /** Needed with `client_secret`, and of a public client. With another way to authenticate it must name the same client. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  client_id?: string;

  /** The secret of `client_id` (`client_secret_post`). */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  client_secret?: string;
}

/** What a form and the `Authorization` header say about the client. */
export function presentedClient(form: ClientAuthenticationRequest, authorization: string | undefined): PresentedClient {
  return {
    authorization,
    clientId: form.client_id,
    clientSecret: form.client_secret,
    assertionType: form.client_assertion_type,
    assertion: form.client_assertion,
  };
}

export class TokenRequest extends ClientAuthenticationRequest {
  /** `client_credentials` for a token of the client itself. */
  @IsString()
  @MaxLength(64)
  grant_type: string;

  /** With `client_credentials`: scopes, separated by spaces; all scopes of the client when left out. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  scope?: string;

  /** With `urn:openid:params:grant-type:ciba`: the id of the request. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  auth_req_id?: string;

  /** With `authorization_code`: the code that came back with the person. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  code?: string;

  /** With `authorization_code`: the `redirect_uri` of the authorization request. */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  redirect_uri?: string;

  /** With `authorization_code`: the verifier of `code_challenge` (RFC 7636), 43 to 128 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  code_verifier?: string;
}

export class TokenResponse {
  access_token: string;
  /** `Bearer`, or `DPoP` for a token that is bound to a key (RFC 9449, 5). */
  token_type: string;
  /** Seconds until the token expires. */
  expires_in: number;
  scope: string;
  /** With `authorization_code` and CIBA: who was verified, signed (OpenID Connect Core 1.0, 2). */
  id_token?: string;
  /** Present and true where the client authenticated with a key of test mode: the token starts tests alone. */
  test?: boolean;
}

class PublicKey {
  kty: 'EC' | 'RSA';
  /** Of a key of ES256. */
  crv?: 'P-256';
  /** Of a key of ES256: 32 bytes in base64url. */
  x?: string;
  /** Of a key of ES256: 32 bytes in base64url. */
  y?: string;
  /** Of a key of RS256: the modulus in base64url. */
  n?: string;
  /** Of a key of RS256: the exponent in base64url. */
  e?: string;
  /** The name of the key, as the header of a JWS repeats it. */
  kid: string;
  alg: 'ES256' | 'RS256';
  use: 'sig';
}

export class JwksResponse {
  /** The key that signs now, and the keys whose signatures are still accepted. */
  keys: PublicKey[];
}

export class ServerMetadataResponse {
  issuer: string;
  token_endpoint: string;
  jwks_uri: string;
  grant_types_supported: string[];
  response_types_supported: string[];
  scopes_supported: string[];
  token_endpoint_auth_methods_supported: string[];
  token_endpoint_auth_signing_alg_values_supported: string[];
  dpop_signing_alg_values_supported: string[];
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
  backchannel_authentication_endpoint?: string;
  backchannel_token_delivery_modes_supported?: string[];
  backchannel_authentication_request_signing_alg_values_supported?: string[];
  backchannel_user_code_parameter_supported?: boolean;
  acr_values_supported?: string[];
  authorization_endpoint?: string;
  pushed_authorization_request_endpoint?: string;
  require_pushed_authorization_requests?: boolean;
  userinfo_endpoint?: string;
  revocation_endpoint?: string;
  introspection_endpoint?: string;
  revocation_endpoint_auth_methods_supported?: string[];
  introspection_endpoint_auth_methods_supported?: string[];
  response_modes_supported?: string[];
  code_challenge_methods_supported?: string[];
  authorization_response_iss_parameter_supported?: boolean;
  prompt_values_supported?: string[];
  display_values_supported?: string[];
  ui_locales_supported?: string[];
  claim_types_supported?: string[];
  claims_supported?: string[];
  claims_parameter_supported?: boolean;
  request_parameter_supported?: boolean;
  request_uri_parameter_supported?: boolean;
  request_object_signing_alg_values_supported?: string[];
  /** The documents for developers. */
  service_documentation: string;
}
