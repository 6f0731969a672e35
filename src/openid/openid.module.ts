import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../../config/environment.ts';
import { AuthenticationModule } from '../authentication/authentication.module.ts';
import { REQUEST_OBJECT_ALGORITHMS } from '../crypto/request-object.ts';
import { CLIENT_AUTH_METHODS } from '../domain/client.ts';
import { LOCALES } from '../domain/locale.ts';
import { PagesModule } from '../pages/pages.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { ServerMetadata } from '../relying-parties/server-metadata.ts';
import { TokenGrants } from '../relying-parties/token-grants.ts';
import { WindowsModule } from '../windows/windows.module.ts';
import { CLAIM_NAMES, OPENID_SCOPES } from './claims.ts';
import { ClientCalls } from './client-calls.ts';
import { WINDOW_ACR_VALUES } from './code/authorization-request.ts';
import { AuthorizeController } from './code/authorize.controller.ts';
import { Authorize } from './code/authorize.ts';
import { CodeGrant } from './code/code-grant.ts';
import { OpenIdRequest } from './code/openid-request.entity.ts';
import { OpenIdRequestStore } from './code/openid-request.store.ts';
import { ParController } from './code/par.controller.ts';
import { OpenIdRevocation } from './openid-revocation.entity.ts';
import { PersonTokens } from './person-tokens.ts';
import { Revocations } from './revocations.ts';
import { TokensController } from './tokens.controller.ts';
import { UserinfoController } from './userinfo.controller.ts';
import { Userinfo } from './userinfo.ts';

/** OpenID Connect: the authorization code flow with the hosted window as its log-in page. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OpenIdRequest, OpenIdRevocation]),
    AuthenticationModule,
    RelyingPartiesModule,
    WindowsModule,
    PagesModule,
  ],
  controllers: [AuthorizeController, ParController, UserinfoController, TokensController],
  providers: [Authorize, OpenIdRequestStore, CodeGrant, ClientCalls, Userinfo, PersonTokens, Revocations],
  exports: [PersonTokens, Revocations],
})
export class OpenIdModule {
  constructor(
    tasks: RecurringTasks,
    store: OpenIdRequestStore,
    revocations: Revocations,
    grants: TokenGrants,
    codeGrant: CodeGrant,
    metadata: ServerMetadata,
    { ISSUER }: Environment,
  ) {
    grants.add(codeGrant);
    metadata.add({
      authorization_endpoint: `${ISSUER}/oauth2/authorize`,
      pushed_authorization_request_endpoint: `${ISSUER}/oauth2/par`,
      require_pushed_authorization_requests: false,
      userinfo_endpoint: `${ISSUER}/oauth2/userinfo`,
      revocation_endpoint: `${ISSUER}/oauth2/revoke`,
      introspection_endpoint: `${ISSUER}/oauth2/introspect`,
      // Left out, they mean `client_secret_basic` alone (RFC 8414, 2).
      revocation_endpoint_auth_methods_supported: [...CLIENT_AUTH_METHODS],
      introspection_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS.filter((method) => method !== 'none'),
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: [...OPENID_SCOPES],
      prompt_values_supported: ['login', 'none'],
      display_values_supported: ['page', 'popup'],
      ui_locales_supported: [...LOCALES],
      acr_values_supported: [...WINDOW_ACR_VALUES],
      claim_types_supported: ['normal'],
      claims_supported: ['sub', 'acr', 'amr', 'auth_time', ...CLAIM_NAMES],
      claims_parameter_supported: true,
      request_parameter_supported: true,
      // Only the addresses of pushed requests (RFC 9126).
      request_uri_parameter_supported: false,
      request_object_signing_alg_values_supported: [...REQUEST_OBJECT_ALGORITHMS],
    });
    tasks.purge('authorization requests', () => store.purge());
    tasks.purge('revoked verifications', () => revocations.purge());
  }
}
