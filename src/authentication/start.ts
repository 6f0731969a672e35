import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { randomCode, randomId, randomMatch, randomNonce } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { isConflict } from '../database/database.ts';
import { Authenticators } from '../authenticators/authenticators.ts';
import { Registrations } from '../authenticators/registrations/registrations.ts';
import { CODE_ATTEMPTS, LIFETIME_SECONDS, type Channel, type Flow, type Method } from '../domain/authentication.ts';
import type { LineFacts } from '../domain/line.ts';
import { smsHold } from '../domain/line-memory.ts';
import { Problem, type InputFault } from '../domain/problem.ts';
import { channelOf } from '../domain/subscription.ts';
import type { TransactionField } from '../domain/transaction.ts';
import { assertSameRequest } from '../http/idempotency-key.ts';
import { Lines } from '../lines/lines.ts';
import { namesNobody, NOBODY, readNamedPerson, type NamedPerson } from '../lines/named-person.ts';
import { StartBudgets, type BudgetsOfStart, type StartKind } from '../lines/start-budgets.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { CALL_CENTRE, RelyingParties, WEBSITE } from '../relying-parties/relying-parties.ts';
import { Funnel } from './funnel.ts';
import { RecentOtpStarts } from './recent-otp-starts.ts';
import { requestTexts, type KeptTexts, type RequestTexts } from './request-texts.ts';
import { StartStore, type NamedLine, type NewAuthentication } from './start.store.ts';

/** The data that a person typed into a window, and the data that the relying party adds. */
export interface StartInput extends RequestTexts {
  birthDate: string;
  genderDigit: string;
  phoneNumber: string;
  /** The site that an agency serves. Its starts have a budget of their own at this agency. */
  site?: string;
  endUser?: { ip?: string; userAgent?: string };
  /** How the person is verified; `push` when left out. */
  method?: Method;
  /** Only with `sign`: the transaction that the person sees and signs. */
  transaction?: TransactionField[];
  /**
   * With `push`: the app asks for two digits, which the page of the relying party shows, before it opens. `approve` always
   * has them.
   */
  match?: boolean;
  /**
   * The digits (`^\d{2}$`) that the page shows, where the caller has its own; drawn otherwise. Only for the service's own
   * callers: no request to `/v1` can send it.
   */
  matchDigits?: string;
  /** The id that it gets, for a caller that keeps it before; drawn otherwise. */
  id?: string;
  /** Seconds until it expires, at most `LIFETIME_SECONDS`, which is the default. */
  lifetimeSeconds?: number;
  /**
   * The caller named a number alone, and the service added its owner. It is counted and replaced as a request about the number:
   * as one about the owner, it would end when the caller names the right birth date, and so tell that it is right.
   */
  isByNumber?: boolean;
  /** What starts it, where that is not a call of `/v1` or a window of the relying party. */
  flow?: Flow;
  /** Only for the call centre: what the code serves. */
  caller?: KeptTexts['caller'];
}

/** A number whose holder is to prove that they have it. It names no person. */
export interface NumberInput {
  /** E.164, Korean. */
  phoneNumber: string;
  /** Shown in the app. */
  purpose: string;
  /** The text message, with `{{code}}` in the place of the code. */
  message: string;
}

/**
 * Makes a start happen once, however often it is requested. `by` keeps the service's own keys apart from the clients'.
 */
export interface IdempotencyKey {
  by: 'client' | 'window';
  key: string;
  /** The hosted window that starts. */
  windowId?: string;
}

/** Into whose page a code by SMS is typed: one of the service's own, or one of the relying party. */
export type CodePage = 'ours' | 'theirs';

export interface StartedAuthentication {
  id: string;
  channel: Channel;
  state: 'pending';
  expiresAt: string;
  attemptsLeft: number;
  /** The two digits that the page shows, where the app asks for them. */
  match?: string;
  /** Test mode: no line is asked, and nothing is sent. */
  test?: true;
}

/**
 * The named person (looked up in this form), the index that is counted, and the indexes that are compared, one per
 * index key.
 */
interface IndexedPerson {
  person: NamedPerson;
  /** The index of the named person, by which rings are counted. A start that names nobody counts them by the owner of its line. */
  ownIndex: Buffer;
  personIndex: Buffer;
  personIndexes: Buffer[];
}

/** A line, and whether codes by SMS to it are held. */
type HeldLine = NamedLine & { isHeld: boolean };

/** The line of the named person and, for `otp` and `sign`, the authenticator that computes the code. */
interface StartTarget {
  line: NamedLine | null;
  /** The index of the person whom the start rings: of the named one, or of the owner of the line of a number. */
  rungIndex: Buffer;
  authenticator: { id: string; deviceId: string } | null;
}

/**
 * The maximum number of attempts at one start. It is retried after a unique violation; the budget bounds the concurrent
 * starts of one person.
 */
const TRIES = 6;

/** Step 1 of an authentication: a window names a person, and the service wakes the phone of a subscriber. */
@Injectable()
export class Start {
  private readonly smsPermittable: boolean;
  private readonly ownHost: string;

  constructor(
    private readonly keys: ServiceKeys,
    private readonly lines: Lines,
    private readonly relyingParties: RelyingParties,
    private readonly authenticators: Authenticators,
    private readonly registrations: Registrations,
    private readonly budgets: StartBudgets,
    private readonly store: StartStore,
    private readonly queue: JobQueue,
    private readonly otpStarts: RecentOtpStarts,
    private readonly funnel: Funnel,
    private readonly environment: Environment,
  ) {
    this.smsPermittable = environment.SMS_PERMISSION_MINUTES > 0;
    this.ownHost = new URL(environment.ISSUER).hostname;
  }

  /**
   * Starts an authentication. The work and the form of the answer are the same whether the number belongs to the named
   * person, to another person or to no line.
   * Problems: `invalid_request`, `too_many_requests`, `idempotency_key_reused`, `idempotency_in_progress`.
   */
  async start(
    input: StartInput,
    clientId: string,
    idempotencyKey: IdempotencyKey | undefined,
    codePage: CodePage,
  ): Promise<StartedAuthentication> {
    assertMembersFit(input);
    return this.begin(this.parsePerson(input), input, clientId, idempotencyKey, codePage);
  }

  /**
   * Starts an authentication of the holder of a number: of a subscriber by push, of any other holder by SMS. The relying
   * party names no person and learns of none. The work and the form of the answer are the same for a number of no line.
   * Problems: `too_many_requests`.
   */
  async startForNumber(input: NumberInput, clientId: string): Promise<StartedAuthentication> {
    const { phoneNumber, purpose, message } = input;
    const person = { phoneNumber, ...NOBODY };
    const personIndexes = this.lines.personIndexesOf({ phoneNumber, owner: NOBODY });
    const named = { person, ownIndex: personIndexes[0], personIndex: personIndexes[0], personIndexes };
    return this.begin(named, { ...person, purpose, message, flow: 'number' }, clientId, undefined, 'theirs');
  }

  private async begin(
    named: IndexedPerson,
    input: StartInput & Pick<KeptTexts, 'message'>,
    clientId: string,
    idempotencyKey: IdempotencyKey | undefined,
    codePage: CodePage,
  ): Promise<StartedAuthentication> {
    const requests = this.keys.indexes.all('request', canonical(input, idempotencyKey));
    const idempotency = idempotencyKey ? { keyDigest: digestOf(idempotencyKey), requestDigest: requests[0] } : null;
    try {
      // Strangers can begin log-ins in a client's name. Those must use up neither what the client's own system starts nor
      // the log-ins that it pushes. The windows of log-ins, and the starts of a window, have limits of their own.
      if (input.flow !== 'code') await this.relyingParties.spendQuota(clientId, 'starts');
    } catch (error) {
      const earlier = await this.earlier(clientId, idempotency, requests);
      if (earlier) return earlier;
      this.funnel.refused('quota');
      throw error;
    }
    const target = await this.resolveTarget(named, input.method ?? 'push', clientId);
    const { windowHost } = await this.relyingParties.get(clientId);
    const codeHost = codePage === 'ours' ? this.ownHost : windowHost;
    for (let tries = 1; ; tries += 1) {
      const authentication = this.newAuthentication(named, target, input, {
        clientId,
        codeHost,
        idempotency,
        windowId: idempotencyKey?.windowId ?? null,
      });
      try {
        const { open, expiresAt, deliveryId, olderState, olderChannel } = await this.store.start(authentication);
        if (expiresAt) {
          if (olderState && olderChannel) this.funnel.count(olderState, olderChannel);
          this.funnel.count('started', authentication.channel);
          this.queue.enqueue(deliveryId);
          if (authentication.channel === 'otp') this.otpStarts.add(authentication.id);
          return started({ ...authentication, expiresAt });
        }
        if (!open) {
          throw new Problem(
            'idempotency_in_progress',
            'The first request with this key is still running. Send it again in a moment.',
            {
              retryAfterSeconds: 1,
            },
          );
        }
      } catch (error) {
        // Another start of the same person or with the same key committed between this statement's snapshot and its
        // insert.
        // This statement wrote nothing; the next attempt sees the other start.
        const isConcurrent =
          isConflict(error, 'authentications_one_pending') || isConflict(error, 'idempotency_keys_pkey');
        if (!isConcurrent || tries === TRIES) throw error;
        continue;
      }
      return this.explainRefusal(authentication, requests);
    }
  }

  private parsePerson(input: StartInput): IndexedPerson {
    const person = readNamedPerson(input);
    const { phoneNumber, ...owner } = person;
    const own = this.lines.personIndexesOf({ phoneNumber, owner });
    const personIndexes = this.countedIndexes(input, { phoneNumber, owner }) ?? own;
    return { person, ownIndex: own[0], personIndex: personIndexes[0], personIndexes };
  }

  /**
   * The indexes under which a start is counted and replaced, where they are not the person's: a request about a number does
   * not end one about its owner, and a log-in, which any browser can begin, ends nothing that the client's own system started.
   */
  private countedIndexes(
    { isByNumber, flow }: StartInput,
    { phoneNumber, owner }: Pick<LineFacts, 'phoneNumber' | 'owner'>,
  ): [Buffer, ...Buffer[]] | undefined {
    if (isByNumber === true) return this.lines.personIndexesOf({ phoneNumber, owner: NOBODY });
    return flow === 'code' ? this.lines.logInIndexesOf({ phoneNumber, owner }) : undefined;
  }

  /**
   * Finds the line and the authenticator of the named person. An unknown number and another person's number both give
   * none.
   */
  private async resolveTarget(named: IndexedPerson, method: Method, clientId: string): Promise<StartTarget> {
    const numbers = this.keys.indexes.all('phone', named.person.phoneNumber);
    const line = await this.store.namedLine(numbers, clientId, this.smsPermittable);
    return { ...(await this.reachable(named, line, method, clientId)), rungIndex: this.rungIndex(named, line) };
  }

  /**
   * Where a number alone is named, its owner's answers and limits count as if the person had been named. The work is the
   * same for a number of no line.
   */
  private rungIndex({ person, ownIndex }: IndexedPerson, line: NamedLine | undefined): Buffer {
    if (!namesNobody(person)) return ownIndex;
    const owner = this.lines.ownerOf(line);
    const [index] = this.lines.personIndexesOf({ phoneNumber: person.phoneNumber, owner });
    return index;
  }

  private async reachable(
    { person }: IndexedPerson,
    line: NamedLine | undefined,
    method: Method,
    clientId: string,
  ): Promise<Omit<StartTarget, 'rungIndex'>> {
    const isTheirs = namesNobody(person) || this.lines.isOwnedBy(line, person);
    const own = isTheirs && line ? this.withHold(line) : null;
    const { requiresRegistration } = await this.relyingParties.get(clientId);
    // The call centre asks by push or not at all.
    const isUnreachable = own && channelOf(own) === 'sms' && (own.isHeld || clientId === CALL_CENTRE.id);
    // An approval is asked for on a phone or not at all: no text message stands in for it, permitted or not.
    const asked = method === 'approve' && own?.protectedSince === null ? null : own;
    const reachable = method === 'push' && isUnreachable ? null : asked;
    const isByPush = method === 'push' || method === 'approve';
    if (isByPush && !requiresRegistration) return { line: reachable, authenticator: null };
    const subscriptionId = own?.subscriptionId ?? null;
    if (isByPush) {
      const registered = await this.registrations.standsOnOwnPhone({ subscriptionId, clientId });
      return { line: registered ? reachable : null, authenticator: null };
    }
    const registeredOnly = method === 'sign' || requiresRegistration;
    const found = await this.authenticators.toAsk({ subscriptionId, clientId, kind: method, registeredOnly });
    return { line: own, authenticator: found ?? null };
  }

  /**
   * No code goes by SMS to a SIM in doubt, even where the subscriber permits SMS: a subscriber is asked on the phone,
   * and the start for any other line becomes a decoy.
   */
  private withHold(line: NamedLine): HeldLine {
    const { protectedSince, suspensions, subscriptionId, now } = line;
    const standing = subscriptionId === null ? null : { isProtected: protectedSince !== null, suspensions };
    const isHeld = smsHold(line, standing, now, { sms: this.environment.SMS_HOLD_HOURS }) !== null;
    return { ...line, isHeld, smsPermitted: line.smsPermitted && !isHeld };
  }

  /** Generates the values of a new authentication. A decoy gets them too, with a digest that no code matches. */
  private newAuthentication(
    named: IndexedPerson,
    { line, authenticator, rungIndex }: StartTarget,
    input: StartInput & Pick<KeptTexts, 'message'>,
    {
      clientId,
      codeHost,
      idempotency,
      windowId,
    }: Pick<NewAuthentication, 'clientId' | 'codeHost' | 'idempotency' | 'windowId'>,
  ): NewAuthentication {
    const { id = randomId(), method = 'push', transaction } = input;
    const channel = method === 'push' ? channelOf(line) : method;
    const code = randomCode();
    const encrypt = (text: string, column: string) => this.keys.fields.encrypt(text, `authentications:${column}:${id}`);
    const smsCode = encrypt(line ? code : 'decoy!', 'sms_code');
    const endUser = input.endUser && Object.keys(input.endUser).length > 0 ? JSON.stringify(input.endUser) : null;
    return {
      id,
      clientId,
      personIndex: named.personIndex,
      personIndexes: named.personIndexes,
      rungIndex,
      startBudgets: this.budgetsOf(named, input, clientId, rungIndex),
      person: encrypt(JSON.stringify(named.person), 'person'),
      lineId: line?.lineId ?? null,
      lineVersion: line?.lineVersion ?? null,
      subscriptionId: line?.subscriptionId ?? null,
      channel,
      texts: encrypt(JSON.stringify(keptTexts(input, clientId)), 'texts'),
      endUser: endUser === null ? null : encrypt(endUser, 'end_user'),
      nonce: randomNonce(),
      authenticatorId: authenticator?.id ?? null,
      deviceId: (method === 'sign' && authenticator?.deviceId) || null,
      transaction: transaction ? encrypt(JSON.stringify(transaction), 'transaction') : null,
      codeDigest: channel === 'sms' ? this.keys.codes.of(line ? code : `decoy ${code}`, clientId, id) : null,
      smsCode: channel === 'sms' ? smsCode : null,
      codeHost: channel === 'sms' ? codeHost : null,
      windowId,
      matchDigits: matchDigitsOf(input),
      flow: input.flow ?? 'api',
      lifetimeSeconds: input.lifetimeSeconds ?? LIFETIME_SECONDS,
      idempotency,
    };
  }

  /**
   * The budgets that this start spends: the website's own starts never refuse, a code of the phone rings nothing, and the
   * call centre's limit is its own.
   */
  private budgetsOf(
    { person, personIndex }: IndexedPerson,
    { method = 'push', site, flow }: StartInput,
    clientId: string,
    rungIndex: Buffer,
  ): BudgetsOfStart {
    const kinds = { push: 'ring', approve: 'ring', otp: 'silent', sign: 'sign' } as const;
    const own = new Map<string, StartKind>([
      [WEBSITE.id, 'website'],
      [CALL_CENTRE.id, 'caller'],
    ]);
    const kind = own.get(clientId) ?? kinds[method];
    const isLogIn = flow === 'code';
    const of = { personIndex, rungIndex, phoneNumber: person.phoneNumber };
    return this.budgets.of(of, { clientId, kind, site, isLogIn });
  }

  /** Returns the authentication that this key started before, or null. Problems: `idempotency_key_reused`. */
  private async earlier(
    clientId: string,
    idempotency: NewAuthentication['idempotency'],
    requests: readonly Buffer[],
  ): Promise<StartedAuthentication | null> {
    const earlier = idempotency && (await this.store.byIdempotencyKey(clientId, idempotency.keyDigest));
    if (!earlier) return null;
    assertSameRequest(requests, earlier.requestDigest);
    return started(earlier);
  }

  /**
   * Explains why nothing started: returns the authentication that this key started before, or throws
   * `too_many_requests`.
   */
  private async explainRefusal(
    { clientId, idempotency, startBudgets }: NewAuthentication,
    requests: readonly Buffer[],
  ): Promise<StartedAuthentication> {
    const earlier = await this.earlier(clientId, idempotency, requests);
    if (earlier) return earlier;
    this.funnel.refused('budget');
    throw await this.budgets.tooMany(startBudgets);
  }
}

/** The digest under which an idempotency key is stored: SHA-256 of its origin and the key. */
export function digestOf({ by, key }: IdempotencyKey): Buffer {
  return sha256(`${by}:${key}`);
}

function keptTexts(input: StartInput & Pick<KeptTexts, 'message'>, clientId: string): KeptTexts {
  const { caller, message } = input;
  return {
    ...requestTexts(input),
    ...(caller && clientId === CALL_CENTRE.id && { caller }),
    ...(message !== undefined && { message }),
  };
}

/**
 * Requires a transaction with `sign` and refuses one otherwise; refuses `match` with a method whose request nobody opens in
 * answer to a push. Problems: `invalid_request` with every such member.
 */
export function assertMembersFit(input: StartInput): void {
  const errors = [transactionFault(input), matchFault(input)].filter((fault) => fault !== undefined);
  if (errors.length > 0) throw new Problem('invalid_request', 'Correct the fields listed in errors.', { errors });
}

function transactionFault({ method, transaction }: StartInput): InputFault | undefined {
  if ((method === 'sign') === (transaction !== undefined)) return undefined;
  const detail = transaction
    ? 'Send transaction only with the method sign.'
    : 'Send the 1 to 10 fields that the person signs.';
  return { pointer: '/transaction', detail };
}

function matchFault({ method = 'push', match, matchDigits }: StartInput): InputFault | undefined {
  if ((match !== true && matchDigits === undefined) || method === 'push' || method === 'approve') return undefined;
  return { pointer: '/match', detail: 'Send match only with the methods push and approve.' };
}

/** The digits that the page shows: those that the caller brings, or new ones; null where none are asked for. */
export function matchDigitsOf({ method, match, matchDigits }: StartInput): string | null {
  return matchDigits ?? (match === true || method === 'approve' ? randomMatch() : null);
}

function started({
  id,
  channel,
  expiresAt,
  matchDigits,
}: Pick<NewAuthentication, 'id' | 'channel' | 'matchDigits'> & { expiresAt: Date }): StartedAuthentication {
  return {
    id,
    channel,
    state: 'pending',
    expiresAt: expiresAt.toISOString(),
    attemptsLeft: CODE_ATTEMPTS,
    ...(matchDigits !== null && { match: matchDigits }),
  };
}

/**
 * The canonical text of a request, which shows whether a repeated key came with the same body.
 * For the service's own windows it leaves out `endUser`: a phone that changes networks sends the same request again.
 */
export function canonical(input: StartInput, idempotencyKey: IdempotencyKey | undefined): string {
  const { birthDate, genderDigit, phoneNumber, site, method = 'push', transaction, match, matchDigits } = input;
  const { purpose, ...otherTexts } = requestTexts(input);
  const endUser = idempotencyKey?.by === 'client' ? input.endUser : undefined;
  return JSON.stringify([
    birthDate,
    genderDigit,
    phoneNumber,
    purpose,
    endUser?.ip ?? null,
    endUser?.userAgent ?? null,
    ...(site === undefined ? [] : [{ site }]),
    ...(method === 'push' ? [] : [method, transaction?.map(({ label, value }) => [label, value]) ?? null]),
    ...(match === true || matchDigits !== undefined ? [{ match: matchDigits ?? true }] : []),
    // Only when there is one, so that a request without has the digest that earlier versions stored.
    ...(Object.keys(otherTexts).length > 0 ? [otherTexts] : []),
  ]);
}
