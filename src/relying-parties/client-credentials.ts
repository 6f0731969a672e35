import { Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../crypto/access-token.ts';
import { Problem } from '../domain/problem.ts';
import { CAMARA_SCOPES, TEST_SCOPES } from '../http/client.guard.ts';
import type { TokenResponse } from './oauth.dto.ts';
import { boundTo, type TokenCall, type TokenGrant } from './token-grants.ts';

/** The client credentials grant (RFC 6749, 4.4): a token for the client itself. */
@Injectable()
export class ClientCredentials implements TokenGrant {
  readonly type = 'client_credentials';

  constructor(private readonly tokens: AccessTokens) {}

  /** Problems: `invalid_scope`. */
  exchange({ client, isTest, parameters, jkt }: TokenCall): Promise<TokenResponse> {
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

/** True if the scope is among those that were granted, or a part of one, as `sim-swap:check` is of `sim-swap`. */
function isGranted(scope: string, scopes: readonly string[]): boolean {
  const [family = ''] = scope.split(':');
  return scopes.includes(scope) || (CAMARA_SCOPES.some((one) => one === scope) && scopes.includes(family));
}

/** The purpose of the data that a CAMARA client asks for (CAMARA Identity and Consent Management), such as `dpv:FraudPreventionAndDetection`. */
const PURPOSE = /^dpv:[A-Za-z]{1,64}$/;

/** True if `scope` names a purpose and the client has a CAMARA scope, for which alone purposes are kept. */
function isPurposeOf(scope: string, scopes: readonly string[]): boolean {
  return PURPOSE.test(scope) && CAMARA_SCOPES.some((one) => scopes.includes(one));
}
