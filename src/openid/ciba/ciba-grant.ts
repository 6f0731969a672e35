import { Injectable } from '@nestjs/common';
import type { VerifiedPerson } from '../../authentication/assertion.ts';
import { AuthenticationStatus, type RelyingPartyView } from '../../authentication/status.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Problem } from '../../domain/problem.ts';
import { DisabledClients } from '../../http/disabled-clients.ts';
import type { TokenResponse } from '../../relying-parties/oauth.dto.ts';
import type { TokenCall, TokenGrant } from '../../relying-parties/token-grants.ts';
import { PersonTokens } from '../person-tokens.ts';
import { Revocations } from '../revocations.ts';
import { expectCibaClient } from './ciba-client.ts';
import { CibaRequestStore, GRACE_SECONDS, HOLD_SECONDS, type Polled } from './ciba-request.store.ts';

/** The grant of CIBA (CIBA Core 1.0, 10.1): a client polls until the person has answered. */
@Injectable()
export class CibaGrant implements TokenGrant {
  readonly type = 'urn:openid:params:grant-type:ciba';

  constructor(
    private readonly store: CibaRequestStore,
    private readonly authentications: AuthenticationStatus,
    private readonly revocations: Revocations,
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
    const polled = await this.store.poll(sha256(authReqId), client.id);
    if (!polled || polled.isRedeemed) throw unknownRequest();
    const seen = await this.answerOf(polled, client.id, gone);
    // A connection that has ended brings no tokens to the client, and there is one set of them.
    if (isGone()) throw pending(polled);
    // It may have been disabled while the poll was held.
    if (await this.disabled.has(client.id)) throw new Problem('invalid_client', 'This client is disabled.');
    if (await this.revocations.has(polled.authenticationId)) throw unknownRequest();
    if (!(await this.store.redeem(polled.id))) throw unknownRequest();
    const { authenticationId, scopes, claims, acr } = polled;
    const more = { 'urn:openid:params:jwt:claim:auth_req_id': authReqId };
    return this.tokens.issue(client, { ...seen, authenticationId, scopes, claims, acr, more, jkt });
  }

  /** Waits for the person, who has approved when this returns. */
  private async answerOf(polled: Polled, clientId: string, gone: AbortSignal): Promise<Approved> {
    const now = approvedIn(await this.see(polled, clientId, 0), polled);
    if (now) return now;
    if (polled.tooSoon) {
      const detail = 'Wait for the interval between two polls, which is now five seconds longer.';
      throw new Problem('slow_down', detail, { retryAfterSeconds: polled.intervalSeconds });
    }
    const seen = await this.see(polled, clientId, Math.min(HOLD_SECONDS, polled.secondsLeft), gone);
    if (gone.aborted) {
      await this.store.abandoned(polled.id);
      throw pending(polled);
    }
    // What was seen after the hold is judged by the time after the hold.
    const then = approvedIn(seen, { ...polled, secondsLeft: await this.store.answered(polled.id) });
    if (then) return then;
    throw pending(polled);
  }

  /** One whose start did not come about is not there: nobody was asked. */
  private async see(
    { authenticationId }: Polled,
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

interface Approved {
  person: VerifiedPerson;
}

/**
 * The person who approved, or undefined while the person may still answer. Who approved in time may be late with the last
 * poll. Problems: `access_denied`, `expired_token`.
 */
function approvedIn({ state, result }: RelyingPartyView, { secondsLeft, expiresAt }: Polled): Approved | undefined {
  switch (state) {
    case 'verified':
      if (!result) throw new Error('a verified authentication has no result');
      if (secondsLeft <= -GRACE_SECONDS || new Date(result.verifiedAt) > expiresAt) throw expired();
      return { person: result };
    case 'declined':
    case 'failed':
    case 'cancelled':
      throw denied();
    case 'expired':
      throw expired();
    case 'pending':
    case 'opened':
      if (secondsLeft <= 0) throw expired();
      return undefined;
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
