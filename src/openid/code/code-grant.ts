import { Injectable } from '@nestjs/common';
import { AuthenticationStatus } from '../../authentication/status.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Problem } from '../../domain/problem.ts';
import { isPublic } from '../../domain/client.ts';
import type { TokenResponse } from '../../relying-parties/oauth.dto.ts';
import type { TokenCall, TokenGrant } from '../../relying-parties/token-grants.ts';
import { noTestMode } from '../client-calls.ts';
import { PersonTokens } from '../person-tokens.ts';
import { acrAs } from './authorization-request.ts';
import { Authorize } from './authorize.ts';
import { OpenIdRequestStore } from './openid-request.store.ts';

/** The unreserved characters and the length of a verifier (RFC 7636, 4.1). */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** The authorization code grant (RFC 6749, 4.1.3; OpenID Connect Core 1.0, 3.1.3): the tokens of a person who was verified. */
@Injectable()
export class CodeGrant implements TokenGrant {
  readonly type = 'authorization_code';
  readonly servesPublic = true;

  constructor(
    private readonly store: OpenIdRequestStore,
    private readonly authorize: Authorize,
    private readonly statuses: AuthenticationStatus,
    private readonly tokens: PersonTokens,
  ) {}

  /**
   * Spends the code. One that comes a second time also ends the tokens of the first time. Problems: `invalid_request`,
   * `invalid_grant`, `unauthorized_client`.
   */
  async exchange({ client, isTest, parameters, jkt }: TokenCall): Promise<TokenResponse> {
    if (isTest) throw noTestMode();
    if (!client.scopes.includes('openid')) throw new Problem('unauthorized_client', 'The client has no scope openid.');
    const { code, redirect_uri: redirectUri, code_verifier: verifier } = parameters;
    if (code === undefined || redirectUri === undefined)
      throw new Problem('invalid_request', 'Send code and redirect_uri.');
    if (verifier !== undefined && !VERIFIER.test(verifier))
      throw new Problem('invalid_request', 'The code_verifier must have 43 to 128 characters of A-Z a-z 0-9 . _ ~ -');
    if (verifier === undefined && isPublic(client)) throw noVerifier();
    const digest = sha256(code);
    const challenge = verifier === undefined ? null : sha256(verifier).toString('base64url');
    const given = { digest, clientId: client.id, redirectUri, challenge, jkt: jkt ?? null };
    const redeemed = await this.store.redeem(given);
    if (redeemed === 'no_verifier') throw noVerifier();
    if (!redeemed) {
      throw new Problem(
        'invalid_grant',
        'The code is wrong, expired or used, or it was issued for another client, redirect_uri, code_verifier or key.',
      );
    }
    const { authenticationId } = redeemed;
    const { scopes, claims, nonce, acrs = [] } = this.authorize.parametersOf(redeemed);
    const { result: person } = await this.statuses.see(authenticationId, client.id, 0, { flows: ['code'] });
    if (!person) throw new Problem('invalid_grant', 'The verification is no longer kept.');
    const acr = acrAs(person.channel, acrs);
    return this.tokens.issue(client, { person, authenticationId, scopes, claims: claims.idToken, acr, nonce, jkt });
  }
}

function noVerifier(): Problem {
  return new Problem('invalid_request', 'Send the code_verifier of the code_challenge.');
}
