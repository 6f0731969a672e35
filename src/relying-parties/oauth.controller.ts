import { Body, Controller, Get, Header, Headers, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../crypto/access-token.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import type { BodyType } from '../http/fastify.ts';
import { Environment } from '../../config/environment.ts';
import { AuthenticateClient } from './authenticate-client.ts';

class TokenRequest {
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

  /** A `private_key_jwt` assertion signed with ES256, with the issuer as `aud`. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  client_assertion?: string;

  /** Accepted with the assertion but not needed, because `iss` names the client. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  client_id?: string;
}

class TokenResponse {
  access_token: string;
  token_type: string;
  /** Seconds until the token expires. */
  expires_in: number;
  scope: string;
}

@ApiTags('OAuth')
@Controller()
export class OAuthController {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly tokens: AccessTokens,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Issues an access token that is valid for five minutes (OAuth 2.0 client credentials). The client authenticates with
   * `private_key_jwt` or `client_secret_basic`. Errors: `invalid_client`, `invalid_grant_type`, `invalid_scope`,
   * `invalid_request`, each with `error` and `error_description` of RFC 6749.
   */
  @Post('oauth2/token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'Get an access token' })
  async token(
    @Body() body: TokenRequest,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<TokenResponse> {
    if (body.grant_type !== 'client_credentials') {
      throw new Problem('invalid_grant_type', 'Send grant_type=client_credentials.');
    }
    const client = await this.clients.authenticate({
      authorization,
      assertionType: body.client_assertion_type,
      assertion: body.client_assertion,
      issuer: this.environment.ISSUER,
    });
    const wanted = body.scope === undefined ? client.scopes : body.scope.split(' ').filter(Boolean);
    if (wanted.length === 0 || wanted.some((scope) => !client.scopes.includes(scope))) {
      throw new Problem(
        'invalid_scope',
        `Request one or more of the scopes of this client: ${client.scopes.join(' ')}.`,
      );
    }
    const caller = { id: client.id, clientId: client.clientId, scopes: wanted };
    return {
      access_token: this.tokens.issue(caller, new Date()),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: wanted.join(' '),
    };
  }

  /** Returns the public keys that verify assertions, envelopes and access tokens, as a JWK set (RFC 7517). */
  @Get('oauth2/jwks')
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({ summary: 'Get the public keys of the service' })
  jwks(): { keys: object[] } {
    return { keys: this.keys.signing.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'ES256', use: 'sig' })) };
  }

  /** Returns the metadata of the authorization server (RFC 8414). */
  @Get('.well-known/oauth-authorization-server')
  @ApiOperation({ summary: 'Get the authorization server metadata' })
  metadata(): object {
    const issuer = this.environment.ISSUER;
    return {
      issuer,
      token_endpoint: `${issuer}/oauth2/token`,
      jwks_uri: `${issuer}/oauth2/jwks`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['authentications', 'signing', 'carrier', 'operator'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
      token_endpoint_auth_signing_alg_values_supported: ['ES256'],
      service_documentation: `${issuer}/openapi.json`,
    };
  }
}
