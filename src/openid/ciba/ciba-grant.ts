import { Injectable } from '@nestjs/common';
import { AuthenticationStatus, type RelyingPartyView } from '../../authentication/status.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Problem } from '../../domain/problem.ts';
import { DisabledClients } from '../../http/disabled-clients.ts';
import type { TokenResponse } from '../../relying-parties/oauth.dto.ts';
import type { TokenCall, TokenGrant } from '../../relying-parties/token-grants.ts';
import { BY_NUMBER } from '../id-token.ts';
import { PersonTokens } from '../person-tokens.ts';
import { expectCibaClient } from './ciba-client.ts';
import { CibaRequestStore, GRACE_SECONDS, HOLD_SECONDS, type Polled, type Redeemed } from './ciba-request.store.ts';

/** The grant of CIBA (CIBA Core 1.0, 10.1): a client polls until the person has answered. */
@Injectable()
export class CibaGrant implements TokenGrant {
  readonly type = 'urn:openid:params:grant-type:ciba';

  constructor(
    private readonly store: CibaRequestStore,
    private readonly authentications: AuthenticationStatus,
    private readonly disabled: DisabledClients,
    private readonly tokens: PersonTokens,
  ) {}

  /**
   * Holds the poll until the person has answered, for 25 seconds at most, and issues the tokens once. Problems:
   * `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`, `invalid_request`,
   * `unauthorized_client`.
   */
  async exchange({ client, isTest, parameters, isGone, gone, jkt }: TokenCall): Promise<TokenResponse> {
    expectCibaClient(client, isTest);
    const { auth_req_id: authReqId } = parameters;
    if (authReqId === undefined) throw new Problem('invalid_request', 'Send auth_req_id.');
    const digest = sha256(authReqId);
    const redeemed = await this.redeemed(digest, client.id, { isGone, gone });
    const { id: authenticationId, scopes, claims, acr, isByNumber } = redeemed;
    const { result: person } = this.authentications.viewOf(redeemed);
    if (!person) throw new Error('a redeemed request has no person');
    const more = {
      'urn:openid:params:jwt:claim:auth_req_id': authReqId,
      ...(isByNumber && { [BY_NUMBER]: true }),
    };
    return this.tokens.issue(client, { person, authenticationId, scopes, claims, acr, more, jkt });
  }

  /** Redeems the request, at once where its person has approved, or when the hold of the poll brings the approval. */
  private async redeemed(
    digest: Buffer,
    clientId: string,
    { isGone, gone }: Pick<TokenCall, 'isGone' | 'gone'>,
  ): Promise<Redeemed> {
    // A connection that has ended brings no tokens to the client, and there is one set of them.
    const present = isGone() ? undefined : await this.store.redeemApproved(digest, clientId);
    if (present) return present;
    const polled = await this.store.poll(digest, clientId);
    if (!polled || polled.isRedeemed) throw unknownRequest();
    await this.approved(polled, clientId, gone);
    if (isGone()) throw pending(polled);
    // It may have been disabled while the poll was held.
    if (await this.disabled.has(clientId)) throw new Problem('invalid_client', 'This client is disabled.');
    const redeemed = await this.store.redeemApproved(digest, clientId);
    if (!redeemed) throw unknownRequest();
    return redeemed;
  }

  /** Waits for the person, who has approved when this returns. */
  private async approved(polled: Polled, clientId: string, gone: AbortSignal): Promise<void> {
    if (isApproved(await this.see(polled, clientId, 0), polled)) return;
    if (polled.tooSoon) {
      const detail = 'Wait for the interval between two polls, which is now five seconds longer.';
      throw new Problem('slow_down', detail, { retryAfterSeconds: polled.intervalSeconds });
    }
    const seen = await this.see(polled, clientId, Math.min(HOLD_SECONDS, polled.secondsLeft), gone);
    if (gone.aborted) {
      await this.store.abandoned(polled.id);
      throw pending(polled);
    }
    // What was seen after the hold is judged, and the next poll is asked for, by what counts after the hold.
    const now = { ...polled, ...((await this.store.answered(polled.id)) ?? { secondsLeft: -GRACE_SECONDS }) };
    if (!isApproved(seen, now)) throw pending(now);
  }

  /** One whose start did not come about is not there: nobody was asked. */
  private async see(
    { authenticationId }: Pick<Polled, 'authenticationId'>,
    clientId: string,
    waitSeconds: number,
    gone?: AbortSignal,
  ): Promise<RelyingPartyView> {
    try {
      return await this.authentications.see(authenticationId, clientId, waitSeconds, {
        flows: ['ciba'],
        ...(gone && { gone }),
      });
    } catch (error) {
      if (error instanceof Problem && error.code === 'authentication_not_found') throw expired();
      throw error;
    }
  }
}

/**
 * Whether the person has approved; false while the person may still answer. Who approved in time may be late with the last
 * poll. Problems: `access_denied`, `expired_token`.
 */
function isApproved({ state, result }: RelyingPartyView, { secondsLeft, expiresAt }: Polled): boolean {
  switch (state) {
    case 'verified':
      if (!result) throw new Error('a verified authentication has no result');
      if (secondsLeft <= -GRACE_SECONDS || new Date(result.verifiedAt) > expiresAt) throw expired();
      return true;
    case 'declined':
    case 'failed':
    case 'cancelled':
      throw denied();
    case 'expired':
      throw expired();
    case 'pending':
    case 'opened':
      if (secondsLeft <= 0) throw expired();
      return false;
  }
}

function pending({ intervalSeconds }: Polled): Problem {
  const detail = 'The person has not answered yet. Poll again after the interval.';
  return new Problem('authorization_pending', detail, { retryAfterSeconds: intervalSeconds });
}

function denied(): Problem {
  return new Problem(
    'access_denied',
    'The person refused, or the request was ended. Begin a new one if the person wants to.',
  );
}

function expired(): Problem {
  return new Problem('expired_token', 'The request has expired. Begin a new one.');
}

function unknownRequest(): Problem {
  return new Problem(
    'invalid_grant',
    'This client has no such request, or its tokens were issued already. Begin a new one.',
  );
}
