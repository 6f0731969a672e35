import { Body, Controller, Get, Header, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../crypto/access-token.ts';
import { ASSERTION_ALGORITHMS } from '../crypto/client-assertion.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import { SCOPES, TEST_SCOPES } from '../http/client.guard.ts';
import type { BodyType } from '../http/fastify.ts';
import { oauthPipe } from '../http/oauth-pipe.ts';
import { Operation } from '../http/operation.ts';
import { publicDocument } from '../http/public-document.ts';
import { Environment } from '../../config/environment.ts';
import { AuthenticateClient } from './authenticate-client.ts';
import { CLIENT_AUTH_METHODS } from './client.entity.ts';
import { JwksResponse, ServerMetadataResponse, TokenRequest, TokenResponse } from './oauth.dto.ts';

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
   * `private_key_jwt`, `client_secret_basic` or `client_secret_post`. An empty parameter counts as left out, and an
   * unknown one is ignored. A key of test mode gets a token of test mode, for the scopes `authentications` and `signing`.
   * Errors are JSON with `error` and `error_description` (RFC 6749, 5.2): `invalid_client`,
   * `unsupported_grant_type`, `invalid_scope`, `invalid_request`.
   */
  @Post('oauth2/token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Pragma', 'no-cache')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenRequest })
  @Operation('getAccessToken', {
    summary: 'Get an access token',
    answers: 'The access token',
    refuses: ['invalid_client', 'invalid_grant_type', 'invalid_scope', 'too_many_requests'],
  })
  async token(
    // The type is an object, because the pipe of the whole service would refuse the unknown members of a class.
    @Body(oauthPipe(TokenRequest)) parameters: object,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<TokenResponse> {
    const body = parameters as TokenRequest;
    if (body.grant_type !== 'client_credentials') {
      throw new Problem('invalid_grant_type', 'Send grant_type=client_credentials.');
    }
    const { ISSUER } = this.environment;
    const { client, isTest } = await this.clients.authenticate(
      {
        authorization,
        clientId: body.client_id,
        clientSecret: body.client_secret,
        assertionType: body.client_assertion_type,
        assertion: body.client_assertion,
      },
      { issuer: ISSUER, endpoint: `${ISSUER}/oauth2/token` },
    );
    const scopes = isTest ? client.scopes.filter((one) => TEST_SCOPES.some((scope) => scope === one)) : client.scopes;
    const wanted = body.scope === undefined ? scopes : [...new Set(body.scope.split(' ').filter(Boolean))];
    if (wanted.length === 0 || wanted.some((scope) => !scopes.includes(scope))) {
      const whose = isTest ? 'a test key of this client' : 'this client';
      throw new Problem(
        'invalid_scope',
        `Request one or more of the scopes of ${whose}: ${scopes.join(' ') || 'it has none'}.`,
      );
    }
    const test = isTest ? { test: true as const } : {};
    const caller = { id: client.id, clientId: client.clientId, scopes: wanted, ...test };
    return {
      access_token: this.tokens.issue(caller, new Date()),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: wanted.join(' '),
      ...test,
    };
  }

  /** Returns the public keys that verify assertions, envelopes and access tokens, as a JWK set (RFC 7517). */
  @Get('oauth2/jwks')
  @ApiOkResponse({ type: JwksResponse })
  @Operation('getJwks', {
    summary: 'Get the public keys of the service',
    answers: 'The public keys',
    headers: ['ETag'],
  })
  jwks(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const keys = this.keys.signing.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'ES256', use: 'sig' }));
    return publicDocument(request, reply, { keys });
  }

  /** Returns the metadata of the authorization server (RFC 8414). */
  @Get('.well-known/oauth-authorization-server')
  @ApiOkResponse({ type: ServerMetadataResponse })
  @Operation('getServerMetadata', {
    summary: 'Get the authorization server metadata',
    answers: 'The metadata',
    headers: ['ETag'],
  })
  metadata(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return publicDocument(request, reply, serverMetadata(this.environment.ISSUER));
  }

  /** Returns the same metadata, at the address of OpenID Connect Discovery, where many clients look by default. */
  @Get('.well-known/openid-configuration')
  @ApiOkResponse({ type: ServerMetadataResponse })
  @Operation('getOpenIdMetadata', {
    summary: 'Get the same metadata at the address of OpenID Connect Discovery',
    answers: 'The metadata',
    headers: ['ETag'],
  })
  openidMetadata(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.metadata(request, reply);
  }
}

function serverMetadata(issuer: string): ServerMetadataResponse {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/oauth2/jwks`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    scopes_supported: [...SCOPES],
    token_endpoint_auth_methods_supported: [...CLIENT_AUTH_METHODS],
    token_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
    // OpenID Connect Discovery requires both; they describe the assertion of a verification.
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256'],
    service_documentation: `${issuer}/developers`,
  };
}
