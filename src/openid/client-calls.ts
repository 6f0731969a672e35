import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Problem } from '../domain/problem.ts';
import { AuthenticateClient } from '../relying-parties/authenticate-client.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { presentedClient, type ClientAuthenticationRequest } from '../relying-parties/oauth.dto.ts';

/** Authenticates the clients of this room's endpoints. */
@Injectable()
export class ClientCalls {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly environment: Environment,
  ) {}

  /** The client that sends a form to `/oauth2/{endpoint}`. Problems: `invalid_client`, `unauthorized_client` for a test key. */
  async clientOf(
    endpoint: string,
    form: ClientAuthenticationRequest,
    authorization: string | undefined,
    options: { servesPublic?: boolean } = {},
  ): Promise<Client> {
    const { ISSUER } = this.environment;
    const audience = { issuer: ISSUER, endpoint: `${ISSUER}/oauth2/${endpoint}` };
    const { client, isTest } = await this.clients.authenticate(presentedClient(form, authorization), audience, options);
    if (isTest) throw noTestMode();
    return client;
  }
}

export function noTestMode(): Problem {
  return new Problem('unauthorized_client', 'This flow has no test mode. Authenticate with a live key.');
}
