import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ClientAuthenticationRequest } from '../relying-parties/oauth.dto.ts';

/** A request about one token (RFC 7009, 2.1; RFC 7662, 2.1). */
export class AboutTokenRequest extends ClientAuthenticationRequest {
  /** The access token. */
  @IsString()
  @MaxLength(4096)
  token: string;

  /** Ignored: there is one kind of token. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  token_type_hint?: string;
}

class BoundKey {
  /** SHA-256 thumbprint in base64url (RFC 7638). */
  jkt: string;
}

export class IntrospectionResponse {
  /** False for a token that is expired, revoked, another client's or none at all; then nothing else is said. */
  active: boolean;
  iss?: string;
  aud?: string;
  sub?: string;
  client_id?: string;
  scope?: string;
  /** `Bearer`, or `DPoP` for a token that is bound to a key. */
  token_type?: string;
  /** The thumbprint of that key (RFC 9449, 6.1). */
  cnf?: BoundKey;
  /** Seconds since 1970. */
  iat?: number;
  /** Seconds since 1970. */
  exp?: number;
  jti?: string;
}
