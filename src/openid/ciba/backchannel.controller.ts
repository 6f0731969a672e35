import { Body, Controller, Header, Headers, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { Environment } from '../../../config/environment.ts';
import type { BodyType } from '../../http/fastify.ts';
import { oauthPipe } from '../../http/oauth-pipe.ts';
import { Operation } from '../../http/operation.ts';
import { AuthenticateClient } from '../../relying-parties/authenticate-client.ts';
import { presentedClient } from '../../relying-parties/oauth.dto.ts';
import { BackchannelRequest, BackchannelResponse } from './backchannel.dto.ts';
import { Begin } from './begin.ts';
import { expectCibaClient } from './ciba-client.ts';

@ApiTags('OAuth')
@Controller()
export class BackchannelController {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly requests: Begin,
    private readonly environment: Environment,
  ) {}

  /**
   * Asks a person on the phone, without a browser (OpenID Connect CIBA Core 1.0, modes poll and ping). The client shows the
   * two digits of `pushguard_match`, and the person types them into the app, with the PIN. A number that nobody has, or
   * that has no subscriber, answers the same and expires. Errors are JSON with `error` and `error_description`.
   */
  @Post('oauth2/bc-authorize')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Pragma', 'no-cache')
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: BackchannelRequest })
  @Operation('beginBackchannelAuthentication', {
    summary: 'Ask a person on the phone (CIBA)',
    answers: 'The id of the request, by which the client polls',
    refuses: [
      'invalid_client',
      'unauthorized_client',
      'invalid_scope',
      'invalid_target',
      'invalid_binding_message',
      'unknown_user_id',
      'expired_login_hint_token',
      'too_many_requests',
    ],
  })
  async begin(
    @Body(oauthPipe(BackchannelRequest)) parameters: object,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<BackchannelResponse> {
    const body = parameters as BackchannelRequest;
    const { ISSUER } = this.environment;
    const { client, isTest } = await this.clients.authenticate(presentedClient(body, authorization), {
      issuer: ISSUER,
      endpoint: `${ISSUER}/oauth2/bc-authorize`,
    });
    expectCibaClient(client, isTest);
    return this.requests.begin(body, client);
  }
}
