import { Injectable } from '@nestjs/common';
import { AuthenticationStatus } from '../authentication/status.ts';
import type { Caller } from '../crypto/access-token.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import { claimsOf } from './claims.ts';
import { Authorize } from './code/authorize.ts';
import { OpenIdRequestStore } from './code/openid-request.store.ts';
import { diOf } from './di.ts';
import { Revocations } from './revocations.ts';

/** What the bearer of a token may learn about the person for whom it stands (OpenID Connect Core 1.0, 5.3). */
@Injectable()
export class Userinfo {
  constructor(
    private readonly store: OpenIdRequestStore,
    private readonly authorize: Authorize,
    private readonly revocations: Revocations,
    private readonly statuses: AuthenticationStatus,
    private readonly relyingParties: RelyingParties,
    private readonly keys: ServiceKeys,
  ) {}

  /** Problems: `insufficient_scope` for a token without `openid`, `invalid_token` for one that was revoked. */
  async of({ id: clientId, scopes, person }: Caller): Promise<Record<string, unknown>> {
    if (!person || !scopes.includes('openid')) {
      throw new Problem('insufficient_scope', 'Get a token for a person, with the scope openid.', {
        requiredScope: 'openid',
      });
    }
    const { authenticationId, subject } = person;
    if (await this.revocations.has(authenticationId)) throw ended();
    const kept = await this.store.ofAuthentication(authenticationId, clientId);
    // The request is kept for longer than its tokens are valid, unless the database was restored. A token of CIBA has none.
    const claims = kept ? this.authorize.parametersOf(kept).claims.userinfo : [];
    const { result } = await this.statuses
      .see(authenticationId, clientId, 0, { flows: kept ? ['code'] : ['ciba'] })
      .catch(endedWhereNotFound);
    if (!result) throw ended();
    const client = await this.relyingParties.get(clientId);
    return {
      sub: subject,
      ...claimsOf(result, { scopes, claims }, diOf(this.keys.subject, client, subject)),
    };
  }
}

function endedWhereNotFound(error: unknown): never {
  throw error instanceof Problem && error.code === 'authentication_not_found' ? ended() : error;
}

function ended(): Problem {
  return new Problem('invalid_token', 'This token was revoked. Send the person to the authorization endpoint again.');
}
