import { Injectable } from '@nestjs/common';
import type { Caller } from '../../crypto/access-token.ts';
import { randomId } from '../../crypto/random.ts';
import { lastChange } from '../../domain/line-change.ts';
import { isUuid } from '../../domain/uuid.ts';
import { Outbound } from '../../gateways/outbound/outbound.ts';
import { CamaraError } from '../../http/camara-error.ts';
import { assertCovers } from '../../http/client.guard.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { purposeOf } from '../camara-answers.ts';
import { Subjects, type Subject } from '../subjects.ts';
import { SealedSinks } from './sealed-sink.ts';
import { SubscriptionLimit } from './subscription-limit.ts';
import {
  SWAPPED,
  type CreateSwapSubscriptionRequest,
  type SwapSubscriptionConfigInput,
  type SwapSubscriptionResponse,
} from './swap-subscription.dto.ts';
import {
  MOST_OF_A_LINE,
  SwapSubscriptionStore,
  TOKEN_MARGIN_SECONDS,
  type Made,
  type NewSwapSubscription,
  type StoredSwapSubscription,
} from './swap-subscription.store.ts';

/** Days in which a change is recent enough for an initial event: what `sim-swap/check` asks by default. */
const RECENT_DAYS = 10;
/** The most events of a subscription that can be asked for: those of an `int32`. */
const MOST_EVENTS = 2_147_483_647;

/** Subscriptions of relying parties to changes of a SIM. */
@Injectable()
export class SwapSubscriptions {
  constructor(
    private readonly subjects: Subjects,
    private readonly relyingParties: RelyingParties,
    private readonly store: SwapSubscriptionStore,
    private readonly limit: SubscriptionLimit,
    private readonly sinks: SealedSinks,
    private readonly outbound: Outbound,
  ) {}

  /**
   * Subscribes to the line of the number, or of the person for whom the token stands.
   * CAMARA: `INVALID_PROTOCOL`, `INVALID_CREDENTIAL`, `INVALID_TOKEN`, `INVALID_SINK`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`,
   * `QUOTA_EXCEEDED` beyond five for one line or the operator's limit over all lines, `ABORTED` where the line was changed at the same moment; else as
   * {@link Subjects.of}. Problems: `insufficient_scope` for an initial event without the scope of a date.
   */
  async create(request: CreateSwapSubscriptionRequest, caller: Caller): Promise<SwapSubscriptionResponse> {
    const { sink, config } = request;
    if (request.protocol !== 'HTTP') throw new CamaraError('INVALID_PROTOCOL', 'Send HTTP as protocol.');
    const credential = readCredential(request.sinkCredential);
    const { subscriptionExpireTime, subscriptionMaxEvents: mostEvents = null, initialEvent = false } = config;
    const expireTime = instantIn(subscriptionExpireTime, 'subscriptionExpireTime');
    if (mostEvents !== null && (mostEvents < 1 || mostEvents > MOST_EVENTS))
      throw new CamaraError('OUT_OF_RANGE', `Send subscriptionMaxEvents from 1 to ${MOST_EVENTS}.`);
    // An initial event has the time of the change, for which there is a scope.
    if (initialEvent) assertCovers(caller, 'sim-swap:retrieve-date', 'sim-swap');
    const subject = await this.subjects.of(caller, config.subscriptionDetail.phoneNumber);
    // After the quota was spent: it asks name servers for a name that the client chose.
    const refusal = await this.outbound.refusalOf(sink);
    if (refusal !== null)
      throw new CamaraError('INVALID_SINK', `${refusal} It is the address to which events are sent.`);
    const id = randomId();
    const phoneNumber = caller.person ? undefined : subject.phoneNumber;
    const secrets = {
      ...(phoneNumber !== undefined && { phoneNumber }),
      ...(credential && { token: credential.token }),
    };
    const wanted = {
      id,
      clientId: caller.id,
      lineId: subject.lineId,
      version: subject.version,
      carrier: subject.carrier,
      ownSubscriptionId: subject.subscriptionId,
      sink,
      sealed: this.sinks.seal(id, secrets),
      purpose: purposeOf(caller),
      expireTime,
      tokenExpiresAt: credential?.expiresAt ?? null,
      mostEvents,
      initialEvent,
      initialAt: initialEvent ? recentChange(subject) : null,
    };
    const made = await this.limit.make(caller.id, () => this.make(wanted));
    return this.shown({ id, sink, expireTime, mostEvents, initialEvent, ...made }, phoneNumber);
  }

  /**
   * Those of the client that have not ended, newest first, at most 1,000, with `before` those older than that one; with the
   * token of a person, those for that person's line.
   */
  async list(caller: Caller, before: string | null = null): Promise<SwapSubscriptionResponse[]> {
    const stored = await this.store.list(caller.id, await this.lineOf(caller), before);
    return stored.map((one) => this.read(one, caller));
  }

  /** CAMARA: `NOT_FOUND` for one that has ended, is of another client, or of another line than the token's. */
  async one(id: string, caller: Caller): Promise<SwapSubscriptionResponse> {
    const lineId = await this.lineOf(caller);
    const found = isUuid(id) ? await this.store.one(caller.id, lineId, id) : undefined;
    if (!found) throw notFound();
    return this.read(found, caller);
  }

  /** CAMARA: as {@link one}. */
  async delete(id: string, caller: Caller): Promise<void> {
    const lineId = await this.lineOf(caller);
    if (!isUuid(id) || !(await this.store.delete(caller.id, lineId, id))) throw notFound();
    this.limit.free(caller.id);
  }

  /** The line to which the token of a person limits what is answered; null for a token of the client. */
  private async lineOf(caller: Caller): Promise<string | null> {
    if (caller.person) return (await this.subjects.of(caller, undefined, { isQuestion: false })).lineId;
    await this.relyingParties.spendQuota(caller.id);
    return null;
  }

  /**
   * Another creation of the client may take the slot at the same moment: as often as there are slots, it is tried again. One
   * that has expired holds its slot until it is ended. Where the line was changed since it was read, no further attempt can
   * succeed.
   */
  private async make(made: NewSwapSubscription): Promise<Made> {
    for (let attempt = 0; attempt <= MOST_OF_A_LINE; attempt += 1) {
      const outcome = await this.store.create(made);
      if (outcome === 'line_changed') break;
      if (outcome !== 'no_slot') return outcome;
      await this.store.endDueOf(made.clientId, made.lineId);
      if (await this.store.isFull(made.clientId, made.lineId)) {
        const sentence = `A client has at most ${MOST_OF_A_LINE} subscriptions for one line. Delete one of them first.`;
        throw new CamaraError('QUOTA_EXCEEDED', sentence, undefined, { name: 'subscriptions', quota: MOST_OF_A_LINE });
      }
    }
    throw new CamaraError('ABORTED', 'The line was changed at the same moment. Send the request again.');
  }

  private read(stored: StoredSwapSubscription, caller: Caller): SwapSubscriptionResponse {
    return this.shown(stored, caller.person ? undefined : this.numberOf(stored));
  }

  /** One whose key is lost is shown without its number, so that its client can delete it. */
  private numberOf({ id, sealed }: StoredSwapSubscription): string | undefined {
    try {
      return this.sinks.open(id, sealed).phoneNumber;
    } catch {
      return undefined;
    }
  }

  private shown(
    {
      id,
      sink,
      expireTime,
      mostEvents,
      initialEvent,
      startedAt,
      endsAt,
      endedAt = null,
    }: Omit<StoredSwapSubscription, 'sealed'> & Partial<Made>,
    phoneNumber: string | undefined,
  ): SwapSubscriptionResponse {
    return {
      id,
      protocol: 'HTTP',
      sink,
      types: [SWAPPED],
      config: {
        subscriptionDetail: { ...(phoneNumber !== undefined && { phoneNumber }) },
        ...(expireTime && { subscriptionExpireTime: expireTime.toISOString() }),
        ...(mostEvents !== null && { subscriptionMaxEvents: mostEvents }),
        ...(initialEvent && { initialEvent }),
      },
      startsAt: startedAt.toISOString(),
      expiresAt: endsAt.toISOString(),
      status: endedAt ? 'EXPIRED' : 'ACTIVE',
    };
  }
}

/** The last change of the SIM, if it was lately; null otherwise. */
function recentChange({ simChangedAt, numberedAt, knownSince, now }: Subject): Date | null {
  return lastChange({ changedAt: simChangedAt, numberedAt, knownSince }, RECENT_DAYS, now).at;
}

/** The bearer token of the sink; undefined without one. CAMARA: `INVALID_CREDENTIAL`, `INVALID_TOKEN`, `INVALID_ARGUMENT`. */
function readCredential(
  credential: CreateSwapSubscriptionRequest['sinkCredential'],
): { token: string; expiresAt: Date } | undefined {
  if (!credential) return undefined;
  const { credentialType, accessTokenType, accessToken, accessTokenExpiresUtc } = credential;
  if (credentialType !== 'ACCESSTOKEN')
    throw new CamaraError('INVALID_CREDENTIAL', 'Send ACCESSTOKEN as credentialType, with a bearer token.');
  if (accessTokenType !== undefined && accessTokenType !== 'bearer')
    throw new CamaraError('INVALID_TOKEN', 'Send bearer as accessTokenType.');
  const expiresAt = instantIn(accessTokenExpiresUtc, 'accessTokenExpiresUtc', 2 * TOKEN_MARGIN_SECONDS);
  if (accessTokenType === undefined || accessToken === undefined || !expiresAt)
    throw new CamaraError('INVALID_ARGUMENT', 'Send accessToken, accessTokenType and accessTokenExpiresUtc.');
  return { token: accessToken, expiresAt };
}

/** An instant of the future, at least so many seconds from now; null where none was sent. CAMARA: `INVALID_ARGUMENT`. */
function instantIn(
  text: SwapSubscriptionConfigInput['subscriptionExpireTime'],
  member: string,
  leastSeconds = 0,
): Date | null {
  if (text === undefined) return null;
  const at = new Date(text);
  if (!(at.getTime() > Date.now() + leastSeconds * 1000)) {
    const when = leastSeconds === 0 ? 'in the future' : `at least ${leastSeconds} seconds from now`;
    throw new CamaraError('INVALID_ARGUMENT', `Send an instant ${when} as ${member}.`);
  }
  return at;
}

function notFound(): CamaraError {
  return new CamaraError('NOT_FOUND', 'This client has no such subscription, or it has ended.');
}
