import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import type { VerifiedPerson } from '../authentication/assertion.ts';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from '../crypto/access-token.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { CAMARA_SCOPES } from '../http/client.guard.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { isGranted } from '../relying-parties/granted-scopes.ts';
import type { TokenResponse } from '../relying-parties/oauth.dto.ts';
import { boundTo } from '../relying-parties/token-grants.ts';
import { claimsOf, type Released } from './claims.ts';
import { diOf } from './di.ts';
import { howVerified, signIdToken, type IdTokenInput } from './id-token.ts';

/** What a flow knows of the person whom it has verified, and of what its client asked for. */
export interface TokensOf extends Released, Pick<IdTokenInput, 'authenticationId' | 'acr' | 'nonce' | 'more'> {
  person: VerifiedPerson;
  /** The thumbprint of the key to which the access token is bound; undefined for a bearer token. */
  jkt: string | undefined;
}

/** Issues the tokens that stand for a verified person, for every flow alike. */
@Injectable()
export class PersonTokens {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * The access token, and with the scope `openid` the id_token. A scope of a network API that an operator has taken away since
   * the request is left out. Problems: `service_unavailable` where the client reads RS256 and no key is for it.
   */
  issue(client: Client, { person, scopes: asked, claims, jkt, ...said }: TokensOf): TokenResponse {
    const isOfNetwork = (scope: string) => CAMARA_SCOPES.some((one) => one === scope);
    const scopes = asked.filter((scope) => !isOfNetwork(scope) || isGranted(scope, client.scopes));
    const now = new Date();
    const { authenticationId } = said;
    const { token, token_type } = boundTo(jkt);
    const audience = client.clientId;
    const caller = {
      id: client.id,
      clientId: audience,
      scopes,
      person: { authenticationId, subject: person.subject },
      ...token,
    };
    const accessToken = this.tokens.issue(caller, now, howVerified(person, said.acr));
    const idToken = () => {
      const released = claimsOf(person, { scopes, claims }, diOf(this.keys.subject, client, person.subject));
      const algorithm = client.idTokenSignedResponseAlg;
      const input = { ...said, audience, person, accessToken, claims: released, algorithm };
      return signIdToken(input, this.keys, this.environment, now);
    };
    return {
      access_token: accessToken,
      token_type,
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: scopes.join(' '),
      ...(scopes.includes('openid') && { id_token: idToken() }),
    };
  }
}
