import { Body, Controller, Header, Headers, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { AccessTokens } from '../crypto/access-token.ts';
import { parseJws } from '../crypto/compact-jws.ts';
import type { BodyType } from '../http/fastify.ts';
import { oauthPipe } from '../http/oauth-pipe.ts';
import { Operation } from '../http/operation.ts';
import { ClientCalls } from './client-calls.ts';
import { Revocations } from './revocations.ts';
import { AboutTokenRequest, IntrospectionResponse } from './tokens.dto.ts';

/** What a client may ask and order about its own access tokens. */
@ApiTags('OpenID Connect')
@Controller('oauth2')
export class TokensController {
  constructor(
    private readonly calls: ClientCalls,
    private readonly tokens: AccessTokens,
    private readonly revocations: Revocations,
  ) {}

  /**
   * Ends an access token that stands for a person (RFC 7009), and with it every other one of the same verification. A token
   * that is unknown, expired or another client's is answered alike, with 200. So is a token of the client itself, which nothing
   * revokes: it ends after five minutes.
   */
  @Post('revoke')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: AboutTokenRequest })
  @Operation('revokeToken', {
    summary: 'Revoke an access token',
    answers: 'The token is not valid, or no longer',
    refuses: ['invalid_client', 'unauthorized_client'],
  })
  async revoke(
    @Body(oauthPipe(AboutTokenRequest)) body: object,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<void> {
    const form = body as AboutTokenRequest;
    const client = await this.calls.clientOf('revoke', form, authorization, { servesPublic: true });
    const caller = this.tokens.verify(form.token, new Date());
    if (caller?.id !== client.id || !caller.person) return;
    await this.revocations.add(caller.person.authenticationId);
  }

  /** Says whether one of the client's own access tokens is valid (RFC 7662). */
  @Post('introspect')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: AboutTokenRequest })
  @Operation('introspectToken', {
    summary: 'Look up an access token',
    answers: 'Whether the token is valid',
    refuses: ['invalid_client', 'unauthorized_client'],
  })
  async introspect(
    @Body(oauthPipe(AboutTokenRequest)) body: object,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<IntrospectionResponse> {
    const form = body as AboutTokenRequest;
    const client = await this.calls.clientOf('introspect', form, authorization);
    const caller = this.tokens.verify(form.token, new Date());
    if (caller?.id !== client.id || caller.test) return { active: false };
    if (caller.person && (await this.revocations.has(caller.person.authenticationId))) return { active: false };
    const { iss, aud, sub, scope, iat, exp, jti } = (parseJws(form.token)?.payload ??
      {}) as Partial<IntrospectionResponse>;
    return {
      active: true,
      ...(iss && { iss }),
      ...(aud && { aud }),
      ...(sub && { sub }),
      client_id: client.clientId,
      ...(scope && { scope }),
      ...(caller.jkt === undefined ? { token_type: 'Bearer' } : { token_type: 'DPoP', cnf: { jkt: caller.jkt } }),
      ...(iat && { iat }),
      ...(exp && { exp }),
      ...(jti && { jti }),
    };
  }
}
