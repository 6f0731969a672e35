import { IsOptional, IsString, MaxLength } from 'class-validator';

export class TokenRequest {
  /** Always `client_credentials`. */
  @IsString()
  @MaxLength(64)
  grant_type: string;

  /** Scopes, separated by spaces; all scopes of the client when left out. */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  scope?: string;

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

  /** Needed with `client_secret`. With another way to authenticate it must name the same client. */
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

export class TokenResponse {
  access_token: string;
  token_type: string;
  /** Seconds until the token expires. */
  expires_in: number;
  scope: string;
  /** Present and true where the client authenticated with a key of test mode: the token starts tests alone. */
  test?: boolean;
}

class PublicKey {
  kty: 'EC';
  crv: 'P-256';
  /** 32 bytes in base64url. */
  x: string;
  /** 32 bytes in base64url. */
  y: string;
  /** The name of the key, as the header of a JWS repeats it. */
  kid: string;
  alg: 'ES256';
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
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
  /** The documents for developers. */
  service_documentation: string;
}
