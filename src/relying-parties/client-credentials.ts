import { Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { TEST_SCOPES } from '../http/client.guard.ts';
import { isGranted, isPurposeOf } from './granted-scopes.ts';
import type { TokenResponse } from './oauth.dto.ts';
import { boundTo, type TokenCall, type TokenGrant } from './token-grants.ts';

/** The client credentials grant (RFC 6749, 4.4): a token for the client itself. */
@Injectable()
export class ClientCredentials implements TokenGrant {
  readonly type = 'client_credentials';

  constructor(private readonly tokens: AccessTokens) {}

  /** Problems: `invalid_scope`; `invalid_request` for a client of CAMARA that names no scope, which its profile requires. */
  exchange({ client, isTest, parameters, jkt }: TokenCall): Promise<TokenResponse> {
    if (client.camara && parameters.scope === undefined)
      throw new Problem(
        'invalid_request',
        'The profile of CAMARA requires scope. Send the scopes that the token is for.',
      );
    const scopes = client.scopes.filter((one) =>
      isTest ? TEST_SCOPES.some((scope) => scope === one) : one !== 'openid',
    );
    const wanted = parameters.scope === undefined ? scopes : [...new Set(parameters.scope.split(' ').filter(Boolean))];
    const purposes = wanted.filter((scope) => isPurposeOf(scope, scopes));
    const own = wanted.filter((scope) => !purposes.includes(scope));
    if (purposes.length > 1 || own.length === 0 || own.some((scope) => !isGranted(scope, scopes))) {
      const whose = isTest ? 'a test key of this client' : 'this client';
      throw new Problem(
        'invalid_scope',
        `Request one or more of the scopes of ${whose}: ${scopes.join(' ') || 'it has none'}.`,
      );
    }
    const test = isTest ? { test: true as const } : {};
    const { token, token_type } = boundTo(jkt);
    const caller = { id: client.id, clientId: client.clientId, scopes: wanted, ...test, ...token };
    return Promise.resolve({
      access_token: this.tokens.issue(caller, new Date()),
      token_type,
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: wanted.join(' '),
      ...test,
    });
  }
}
