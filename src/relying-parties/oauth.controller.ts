import { Body, Controller, Get, Header, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import { limitOfAddress } from '../http/address-limit.ts';
import type { BodyType } from '../http/fastify.ts';
import { FormLimits } from '../http/form-limits.ts';
import { oauthPipe } from '../http/oauth-pipe.ts';
import { Operation } from '../http/operation.ts';
import { publicDocument } from '../http/public-document.ts';
import { Environment } from '../../config/environment.ts';
import { AuthenticateClient } from './authenticate-client.ts';
import { isPublic } from '../domain/client.ts';
import { JwksResponse, presentedClient, ServerMetadataResponse, TokenRequest, TokenResponse } from './oauth.dto.ts';
import { ServerMetadata } from './server-metadata.ts';
import { TokenGrants } from './token-grants.ts';
import { TokenKeys } from './token-keys.ts';

@ApiTags('OAuth')
@Controller()
export class OAuthController {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly tokenKeys: TokenKeys,
    private readonly limits: FormLimits,
    private readonly grants: TokenGrants,
    private readonly server: ServerMetadata,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Issues an access token that is valid for five minutes: for the client itself (`client_credentials`), for a person who
   * logged in (`authorization_code`), or for one who approved on the phone (`urn:openid:params:grant-type:ciba`; the call is
   * held for up to 25 seconds). The client authenticates with
   * `private_key_jwt`, `client_secret_basic` or `client_secret_post`; a public client names itself by `client_id`, for the
   * authorization code flow alone. An empty parameter counts as left out, and an
   * unknown one is ignored. With a proof in the `DPoP` header (RFC 9449) the token is bound to its key, and `token_type` is
   * `DPoP`. A key of test mode gets a token of test mode, for the scopes `authentications` and `signing`.
   * Errors are JSON with `error` and `error_description` (RFC 6749, 5.2): `invalid_client`,
   * `unsupported_grant_type`, `invalid_scope`, `invalid_request`, `invalid_dpop_proof`; of the other two also
   * `invalid_grant` and `unauthorized_client`, of CIBA `authorization_pending`, `slow_down`, `access_denied` and `expired_token`.
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
    refuses: [
      'invalid_client',
      'invalid_dpop_proof',
      'invalid_grant_type',
      'invalid_scope',
      'too_many_requests',
      'invalid_grant',
      'unauthorized_client',
      'access_denied',
      'authorization_pending',
      'slow_down',
      'expired_token',
    ],
  })
  async token(
    // The type is an object, because the pipe of the whole service would refuse the unknown members of a class.
    @Body(oauthPipe(TokenRequest)) parameters: object,
    @Headers('authorization') authorization: string | undefined,
    @Headers('dpop') dpop: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenResponse> {
    const body = parameters as TokenRequest;
    const grant = this.grants.of(body.grant_type);
    if (!grant) throw new Problem('invalid_grant_type', `Send grant_type as one of: ${this.grants.types.join(', ')}.`);
    const { ISSUER } = this.environment;
    const audience = { issuer: ISSUER, endpoint: `${ISSUER}/oauth2/token` };
    const presented = presentedClient(body, authorization);
    const authenticated = await this.clients.authenticate(presented, audience, { servesPublic: true });
    if (isPublic(authenticated.client) && !grant.servesPublic)
      throw new Problem('unauthorized_client', 'A public client may use grant_type=authorization_code alone.');
    // Anybody can name a public client, and a proof leaves a row.
    const { client } = authenticated;
    if (isPublic(client))
      await this.limits.spend(limitOfAddress('tokens of an address for a client', request, client.clientId));
    const jkt = await this.tokenKeys.keyOf(dpop, client);
    const gone = new AbortController();
    // Of the answer and not of the socket, which serves one call after another.
    reply.raw.once('close', () => {
      gone.abort();
    });
    const isGone = () => request.raw.socket.destroyed;
    return grant.exchange({ ...authenticated, parameters: body, jkt, isGone, gone: gone.signal });
  }

  /** Returns the public keys that verify assertions, id_tokens, envelopes and access tokens, as a JWK set (RFC 7517). */
  @Get('oauth2/jwks')
  @ApiOkResponse({ type: JwksResponse })
  @Operation('getJwks', {
    summary: 'Get the public keys of the service',
    answers: 'The public keys',
    headers: ['ETag'],
  })
  jwks(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const keys = this.keys.signing.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'ES256', use: 'sig' }));
    const rsa = this.keys.rsa.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'RS256', use: 'sig' }));
    return publicDocument(request, reply, { keys: [...keys, ...rsa] });
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
    return publicDocument(request, reply, this.server.document());
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
