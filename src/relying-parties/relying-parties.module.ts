import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Client } from './client.entity.ts';
import { ClientKeyUse } from './client-key-use.entity.ts';
import { ClientSecret } from './client-secret.entity.ts';
import { ClientTestSecret } from './client-test-secret.entity.ts';
import { Environment } from '../../config/environment.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { outboundOf } from '../webhooks/outbound-of.ts';
import { Admission } from './admission.ts';
import { AdmissionStore } from './admission.store.ts';
import { AuthenticateClient } from './authenticate-client.ts';
import { BrowserOrigins } from './browser-origins.ts';
import { ClientCredentials } from './client-credentials.ts';
import { ClientKeys } from './client-keys.ts';
import { ClientStore } from './client.store.ts';
import { KeyUses } from './key-uses.ts';
import { OAuthController } from './oauth.controller.ts';
import { ServerMetadata } from './server-metadata.ts';
import { SinkToken } from './sink-token.entity.ts';
import { SinkTokenStore } from './sink-token.store.ts';
import { SinkTokens } from './sink-tokens.ts';
import { RelyingParties } from './relying-parties.ts';
import { TokenGrants } from './token-grants.ts';
import { TokenKeys } from './token-keys.ts';

@Module({
  imports: [TypeOrmModule.forFeature([Client, ClientSecret, ClientTestSecret, ClientKeyUse, SinkToken])],
  controllers: [OAuthController],
  providers: [
    ClientStore,
    AdmissionStore,
    Admission,
    KeyUses,
    {
      provide: ClientKeys,
      useFactory: (environment: Environment) => new ClientKeys(outboundOf(environment)),
      inject: [Environment],
    },
    AuthenticateClient,
    TokenGrants,
    TokenKeys,
    BrowserOrigins,
    ClientCredentials,
    ServerMetadata,
    RelyingParties,
    SinkTokens,
    SinkTokenStore,
  ],
  exports: [
    RelyingParties,
    Admission,
    SinkTokens,
    AuthenticateClient,
    ClientKeys,
    TokenGrants,
    TokenKeys,
    ServerMetadata,
  ],
})
export class RelyingPartiesModule {
  constructor(
    tasks: RecurringTasks,
    relyingParties: RelyingParties,
    sinkTokens: SinkTokenStore,
    grants: TokenGrants,
    clientCredentials: ClientCredentials,
  ) {
    grants.add(clientCredentials);
    tasks.purge('client assertions', () => relyingParties.purgeAssertions());
    tasks.purge('ended secrets of clients', () => relyingParties.purgeSecrets());
    tasks.purge('ended sink tokens', () => sinkTokens.purge());
  }
}
