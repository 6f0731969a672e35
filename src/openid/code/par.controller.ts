import { Body, Controller, Header, Headers, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import { limitOfAddress } from '../../http/address-limit.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { oauthPipe } from '../../http/oauth-pipe.ts';
import { Operation } from '../../http/operation.ts';
import { isPublic } from '../../domain/client.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { TokenKeys } from '../../relying-parties/token-keys.ts';
import { ClientCalls } from '../client-calls.ts';
import { AuthorizationError } from './authorization-error.ts';
import { Authorize } from './authorize.ts';
import { PushedAuthorizationRequest, PushedAuthorizationResponse } from './par.dto.ts';

@ApiTags('OpenID Connect')
@Controller('oauth2')
export class ParController {
  constructor(
    private readonly authorize: Authorize,
    private readonly calls: ClientCalls,
    private readonly tokenKeys: TokenKeys,
    private readonly relyingParties: RelyingParties,
    private readonly limits: FormLimits,
  ) {}

  /**
   * Keeps an authorization request for one browser, for a minute (RFC 9126). Send the person to `/oauth2/authorize` with
   * `client_id` and the `request_uri` of the answer. Errors are those of the authorization endpoint, as `error`.
   */
  @Post('par')
  @Header('Cache-Control', 'no-store')
  @HttpCode(201)
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: PushedAuthorizationRequest })
  @Operation('pushAuthorizationRequest', {
    summary: 'Push an authorization request',
    answers: 'The address of the request',
    refuses: ['invalid_client', 'invalid_dpop_proof', 'unauthorized_client', 'too_many_requests'],
  })
  async push(
    @Body(oauthPipe(PushedAuthorizationRequest)) body: object,
    @Headers('authorization') authorization: string | undefined,
    @Headers('dpop') dpop: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<PushedAuthorizationResponse> {
    const form = body as PushedAuthorizationRequest;
    const client = await this.calls.clientOf('par', form, authorization, { servesPublic: true });
    // Anybody can name a public client, and one address must not use up what its other users need.
    const { clientId, startsPerMinute } = client;
    if (isPublic(client))
      await this.limits.spend(
        limitOfAddress('pushed requests of an address for a client', request, clientId, startsPerMinute),
      );
    await this.relyingParties.spendQuota(client.id, 'pushed requests');
    try {
      return await this.authorize.keepPushed(client, form, await this.tokenKeys.keyIn(dpop, 'par', client));
    } catch (error) {
      if (!(error instanceof AuthorizationError)) throw error;
      if (error.cause instanceof Error) throw error.cause;
      throw new Problem('invalid_request', error.description, { error: error.error });
    }
  }
}
