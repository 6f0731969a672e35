import { Body, Controller, Get, Header, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { bearerOf, type Admittance } from '../http/client.guard.ts';
import { DisabledClients } from '../http/disabled-clients.ts';
import type { BodyType } from '../http/fastify.ts';
import { oauthPipe } from '../http/oauth-pipe.ts';
import { Operation } from '../http/operation.ts';
import { Userinfo } from './userinfo.ts';
import { UserinfoRequest, UserinfoResponse } from './userinfo.dto.ts';

@ApiTags('OpenID Connect')
@ApiSecurity('person', ['openid'])
@Controller('oauth2')
export class UserinfoController implements Admittance {
  constructor(
    private readonly userinfo: Userinfo,
    readonly tokens: AccessTokens,
    readonly disabled: DisabledClients,
  ) {}

  /** Returns the claims of the person for whom the token stands, as far as its scopes release them. */
  @Get('userinfo')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: UserinfoResponse })
  @Operation('getUserinfo', {
    summary: 'Get the claims of a verified person',
    answers: 'The claims',
    refuses: ['invalid_token', 'insufficient_scope'],
  })
  async get(@Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return this.userinfo.of(await bearerOf(request, this));
  }

  /**
   * The same by POST, which some clients use (OpenID Connect Core 1.0, 5.3.1). The token may stand in the form (RFC 6750, 2.2), unless
   * it is bound to a key.
   */
  @Post('userinfo')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: UserinfoRequest, required: false })
  @ApiOkResponse({ type: UserinfoResponse })
  @Operation('postUserinfo', {
    summary: 'Get the claims of a verified person by POST',
    answers: 'The claims',
    refuses: ['invalid_token', 'insufficient_scope'],
  })
  async post(
    @Body(oauthPipe(UserinfoRequest)) body: object,
    @Req() request: FastifyRequest,
  ): Promise<Record<string, unknown>> {
    const { access_token: token } = body as UserinfoRequest;
    if (token !== undefined && request.headers.authorization !== undefined)
      throw new Problem(
        'invalid_request',
        'Send the access token in the Authorization header or in the form, not in both.',
      );
    return this.userinfo.of(await bearerOf(request, this, token));
  }
}
