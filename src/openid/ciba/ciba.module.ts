import { Module } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { AuthenticationModule } from '../../authentication/authentication.module.ts';
import { Outbound } from '../../gateways/outbound/outbound.ts';
import { LinesModule } from '../../lines/lines.module.ts';
import { RecurringTasks } from '../../queue/recurring-tasks.ts';
import { REQUEST_SIGNING_ALGS, DELIVERY_MODES } from '../../domain/client.ts';
import { RelyingPartiesModule } from '../../relying-parties/relying-parties.module.ts';
import { ServerMetadata } from '../../relying-parties/server-metadata.ts';
import { TokenGrants } from '../../relying-parties/token-grants.ts';
import { outboundOf } from '../../webhooks/outbound-of.ts';
import { CLAIM_NAMES, OPENID_SCOPES } from '../claims.ts';
import { BY_NUMBER } from '../id-token.ts';
import { OpenIdModule } from '../openid.module.ts';
import { CIBA_ACR_VALUES } from './asked.ts';
import { BackchannelController } from './backchannel.controller.ts';
import { Begin } from './begin.ts';
import { CibaGrant } from './ciba-grant.ts';
import { CibaRequestStore, PINGS_OF_A_CLIENT } from './ciba-request.store.ts';
import { Pings } from './pings.ts';

/**
 * Connections to one host at once: a receiver that is slow holds up its own pings and not the sockets of all. A client's pings
 * do not wait for one another within their deadline.
 */
const MOST_CONNECTIONS = PINGS_OF_A_CLIENT;
/** Milliseconds between two looks for pings that are due. */
const EVERY_MS = 500;

/**
 * OpenID Connect CIBA (Client-Initiated Backchannel Authentication Core 1.0), modes poll and ping. In reading order:
 * `begin.ts` asks a person, `ciba-grant.ts` answers the polls, `pings.ts` tells of the end.
 */
@Module({
  imports: [AuthenticationModule, LinesModule, RelyingPartiesModule, OpenIdModule],
  controllers: [BackchannelController],
  providers: [
    Begin,
    CibaGrant,
    CibaRequestStore,
    Pings,
    {
      provide: Outbound,
      useFactory: (environment: Environment) => outboundOf(environment, { most: MOST_CONNECTIONS }),
      inject: [Environment],
    },
  ],
})
export class CibaModule {
  constructor(
    tasks: RecurringTasks,
    grants: TokenGrants,
    metadata: ServerMetadata,
    grant: CibaGrant,
    store: CibaRequestStore,
    pings: Pings,
    { ISSUER }: Environment,
  ) {
    grants.add(grant);
    metadata.add({
      backchannel_authentication_endpoint: `${ISSUER}/oauth2/bc-authorize`,
      backchannel_token_delivery_modes_supported: [...DELIVERY_MODES],
      backchannel_authentication_request_signing_alg_values_supported: [...REQUEST_SIGNING_ALGS],
      backchannel_user_code_parameter_supported: false,
      scopes_supported: [...OPENID_SCOPES],
      acr_values_supported: [...CIBA_ACR_VALUES],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', ...CLAIM_NAMES, BY_NUMBER],
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
    });
    tasks.inEveryWorker({
      name: 'ping CIBA clients',
      everyMs: EVERY_MS,
      run: () => pings.run(),
      drain: () => pings.drain(),
    });
    tasks.purge('CIBA requests', () => store.purge());
  }
}
