import { Injectable } from '@nestjs/common';
import {
  LIFETIME_SECONDS,
  RESEND_INTERVAL_SECONDS,
  RESENDS,
  IN_WINDOWS,
  OF_API,
  NAMING_A_PERSON,
  stateAt,
  type AuthenticationState,
  type Channel,
  type Flow,
} from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { AuthenticationStore } from './authentication.store.ts';
import { closedProblem, notFound } from './closed-problem.ts';
import { Funnel } from './funnel.ts';
import type { VerifiedPerson } from './assertion.ts';
import { Verify } from './verify.ts';
import { StateWatcher } from './state-watcher.ts';
import type { AuthenticationView } from './statement-parts.ts';

/** An authentication as its relying party sees it. */
export interface RelyingPartyView {
  id: string;
  channel: Channel;
  state: AuthenticationState;
  expiresAt: string;
  attemptsLeft: number;
  /** The two digits that the page shows, while the app asks for them. */
  match?: string;
  result?: VerifiedPerson;
  /** Test mode: no line is asked, and nothing is sent. */
  test?: true;
}

/** The operations of a relying party between start and verification: view, resend, cancel. */
@Injectable()
export class AuthenticationStatus {
  constructor(
    private readonly store: AuthenticationStore,
    private readonly verifying: Verify,
    private readonly watcher: StateWatcher,
    private readonly queue: JobQueue,
    private readonly funnel: Funnel,
  ) {}

  /**
   * Returns the authentication as soon as its state changes, or after `waitSeconds`; at once if it is closed, or
   * when the caller is `gone`.
   * Problems: `authentication_not_found`.
   */
  async see(
    id: string,
    clientId: string,
    waitSeconds: number,
    { flows = OF_API, gone }: { flows?: readonly Flow[]; gone?: AbortSignal } = {},
  ): Promise<RelyingPartyView> {
    const authentication = await this.find(id, clientId, flows);
    const state = stateAt(authentication);
    if (waitSeconds === 0 || (state !== 'pending' && state !== 'opened')) return this.viewOf(authentication);
    await this.watcher.change(id, state, waitSeconds, gone);
    return this.viewOf(await this.find(id, clientId, flows));
  }

  /**
   * Returns the person that an open authentication names.
   * Only for the service's own pages, which continue with the person's input. A relying party learns the person only
   * after the verification.
   * Problems: `authentication_closed`, `authentication_expired`, `authentication_not_found`.
   */
  async named(id: string, clientId: string): Promise<NamedPerson> {
    const authentication = await this.find(id, clientId, IN_WINDOWS);
    const state = stateAt(authentication);
    const person = this.verifying.named(authentication);
    if (!person || (state !== 'pending' && state !== 'opened')) throw closedProblem(state);
    return person;
  }

  /**
   * Returns the line and the person of a verified authentication, as the client named the person then, for a token that
   * stands for that person; null where it was not verified, or is no longer kept.
   */
  async verified(id: string, clientId: string): Promise<{ lineId: string; person: NamedPerson } | null> {
    const authentication = await this.store.view(id, clientId, NAMING_A_PERSON);
    if (authentication?.state !== 'verified') return null;
    const { lineId } = authentication;
    const person = this.verifying.named(authentication);
    return lineId !== null && person !== null ? { lineId, person } : null;
  }

  /**
   * Sends the wake-up or the same code by SMS again.
   * Problems: `too_many_requests`, `nothing_to_send`, `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`.
   */
  async resend(id: string, clientId: string, flows: readonly Flow[] = OF_API): Promise<RelyingPartyView> {
    const resent = await this.store.resend(id, clientId, flows);
    const authentication = await this.find(id, clientId, flows);
    if (resent) {
      this.queue.enqueue(resent.deliveryId);
      return this.viewOf(authentication);
    }
    const state = stateAt(authentication);
    if (state !== 'pending' && state !== 'opened') throw closedProblem(state);
    throw resendRefusal(authentication.channel, await this.store.sendings(id));
  }

  /**
   * Cancels the authentication and notifies the phone.
   * Problems: `authentication_closed`, `authentication_expired`, `authentication_not_found`.
   */
  async cancel(id: string, clientId: string, flows: readonly Flow[] = OF_API): Promise<void> {
    const cancelled = await this.store.cancel(id, clientId, flows);
    if (!cancelled) throw closedProblem(stateAt(await this.find(id, clientId, flows)));
    this.watcher.announce(id);
    this.funnel.count('cancelled', cancelled.channel);
    this.queue.enqueue(cancelled.deliveryId);
  }

  private async find(id: string, clientId: string, flows: readonly Flow[]): Promise<AuthenticationView> {
    const authentication = await this.store.view(id, clientId, flows);
    if (!authentication) throw notFound();
    return authentication;
  }

  /** The view of a row that another statement has read. */
  viewOf(authentication: AuthenticationView): RelyingPartyView {
    const { id, channel, expiresAt, attemptsLeft, matchDigits } = authentication;
    const state = stateAt(authentication);
    return {
      id,
      channel,
      state,
      expiresAt: expiresAt.toISOString(),
      attemptsLeft,
      ...(state === 'pending' && matchDigits !== null && { match: matchDigits }),
      ...(state === 'verified' && { result: this.verifying.person(authentication) }),
    };
  }
}

/** Why an open authentication is not sent again. */
export function resendRefusal(
  channel: Channel,
  sendings: { resendsLeft: number; waitSeconds: number; secondsLeft: number } | undefined,
): Problem {
  if (channel === 'otp')
    return new Problem('nothing_to_send', 'The phone generates this code itself, so there is nothing to send.');
  if (!sendings || sendings.resendsLeft === 0) {
    const limit = { name: 'resends', quota: RESENDS, seconds: LIFETIME_SECONDS };
    const retryAfterSeconds = Math.max(1, sendings?.secondsLeft ?? 1);
    const detail = 'An authentication can be resent at most three times. Start a new one.';
    return new Problem('too_many_requests', detail, { retryAfterSeconds, limit });
  }
  const detail = 'Wait at least 30 seconds before the next resend.';
  const limit = { name: 'resends', quota: 1, seconds: RESEND_INTERVAL_SECONDS };
  return new Problem('too_many_requests', detail, { retryAfterSeconds: Math.max(1, sendings.waitSeconds), limit });
}
