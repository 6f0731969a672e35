import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import type { RelyingPartyView } from '../../authentication/status.ts';
import { randomId, randomToken } from '../../crypto/random.ts';
import { isUnsigned, REQUEST_OBJECT_ALGORITHMS, verifyRequestObject } from '../../crypto/request-object.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Problem } from '../../domain/problem.ts';
import { isUuid } from '../../domain/uuid.ts';
import { AuthenticateClient } from '../../relying-parties/authenticate-client.ts';
import { ClientKeys } from '../../relying-parties/client-keys.ts';
import { isPublic } from '../../domain/client.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { boundElsewhere, RESUME_PATH, Windows } from '../../windows/windows.ts';
import { readIdTokenHint } from '../id-token-hint.ts';
import { refuseUnsignable } from '../id-token.ts';
import { AuthorizationError, type AnswerTarget } from './authorization-error.ts';
import {
  answerTarget,
  PARAMETERS,
  readRequest,
  type AuthorizationRequest,
  type Parameters,
} from './authorization-request.ts';
import { OpenIdRequestStore, PUSHED_SECONDS, type KeptParameters } from './openid-request.store.ts';
import { orTell } from './or-tell.ts';
import { isRedirectOf } from './redirect-uri.ts';

const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:';
/** The scope that an operator grants a client for this flow: with it, anybody can begin one in the client's name. */
const ADMITTED_SCOPE = 'openid';

/** Where the browser goes next: to its window, or back to the client with an answer. */
export type Next =
  | { to: 'window'; windowId: string; secret?: string }
  | {
      to: 'client';
      target: AnswerTarget;
      fields: Record<string, string>;
      /** That has ended. */
      windowId?: string;
      /** The secret of that window, while the browser may come back for another code. */
      secret?: string | undefined;
    };

/** The browser that brings a request. */
export interface Browser {
  /** Its secret of a window, from its cookies. */
  secretOf: (windowId: string) => string | undefined;
  /** Counts the request against the limit of its address for a client. Problems: `too_many_requests`. */
  spend: (client: Pick<Client, 'clientId' | 'startsPerMinute'>) => Promise<void>;
  /** Whether it opens the address itself: not in a frame, and not by a script. */
  isTopLevel: boolean;
}

/**
 * The authorization code flow of OpenID Connect (Core 1.0, 3.1) with the hosted window as its log-in page.
 *
 * Built by hand, not on node-oidc-provider: its adapter has no single use. `consume` returns nothing, so of two redemptions of
 * one code at once both get tokens, unless the adapter throws an error of the grant from it, which no document of the library
 * offers (test/api/oidc-engine.spec.ts shows both). It would also keep sessions, interactions and grants that this flow, which
 * verifies a person each time, does not have, and it calls Node 20 unsupported.
 */
@Injectable()
export class Authorize {
  constructor(
    private readonly store: OpenIdRequestStore,
    private readonly windows: Windows,
    private readonly relyingParties: RelyingParties,
    private readonly clients: AuthenticateClient,
    private readonly clientKeys: ClientKeys,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Keeps a request that a client pushed (RFC 9126) for one browser, for a minute. Its code is bound to the key that the client
   * proved, if any. Throws {@link AuthorizationError}.
   */
  async keepPushed(
    client: Client,
    sent: object,
    jkt: string | undefined,
  ): Promise<{ request_uri: string; expires_in: number }> {
    const { given, unreadable } = readParameters(sent);
    if (unreadable !== undefined) throw new AuthorizationError('invalid_request', sendOnce(unreadable));
    if (given.request_uri !== undefined)
      throw new AuthorizationError('invalid_request', 'A pushed request must not have a request_uri (RFC 9126, 2.1).');
    // Anybody can push a request for a public client.
    const { request, spend } = await this.check(client, given, { isAuthentic: !isPublic(client) });
    if (jkt !== undefined && (request.dpopJkt ?? jkt) !== jkt)
      throw new AuthorizationError(
        'invalid_request',
        'The dpop_jkt is of another key than the proof (RFC 9449, 10.1).',
      );
    request.dpopJkt ??= jkt;
    await spend();
    const handle = randomToken(32);
    await this.store.keepPushed(this.newRequest(client, request), sha256(handle));
    return { request_uri: REQUEST_URI + handle, expires_in: PUSHED_SECONDS };
  }

  /**
   * Opens the window for a request that a browser brings. The window belongs to this browser from the beginning. Throws
   * {@link AuthorizationError}; problems: those of `browser.spend`.
   */
  async begin(sent: object, browser: Browser): Promise<Next> {
    const { given, unreadable } = readParameters(sent);
    const client = given.client_id === undefined ? null : await this.relyingParties.named(given.client_id);
    if (client === null) throw new AuthorizationError('invalid_request', 'The client_id names no client.');
    if (unreadable !== undefined)
      throw new AuthorizationError('invalid_request', sendOnce(unreadable), knownTarget(given, client));
    if (given.request !== undefined && given.request_uri !== undefined) {
      const detail = 'Send request or request_uri, not both (RFC 9101, 5).';
      throw new AuthorizationError('invalid_request', detail, knownTarget(given, client));
    }
    if (given.request_uri?.startsWith(REQUEST_URI) === false) {
      const detail = 'Push the request to /oauth2/par.';
      throw new AuthorizationError('request_uri_not_supported', detail, knownTarget(given, client));
    }
    if (given.request_uri !== undefined) return this.beginPushed(client, given.request_uri, browser);
    const { request, spend } = await this.check(client, given, { isAuthentic: false });
    const kept = this.newRequest(client, request);
    const take = (windowId: string) => this.store.begin(kept, windowId);
    return orTell(request, () =>
      this.openWindow(client, { id: kept.id, request, browser, isPushed: false, spend }, take),
    );
  }

  /**
   * Answers the client when the window has ended, for the browser that holds the window's secret alone. Undefined for a request
   * that is unknown or over. Throws {@link AuthorizationError}. Problems: as {@link Windows.outcome}.
   */
  async resume(id: string, secretOf: Browser['secretOf']): Promise<Next | undefined> {
    const begun = isUuid(id) ? await this.store.begun(id) : undefined;
    if (!begun) return undefined;
    const { windowId } = begun;
    const secret = secretOf(windowId);
    // Also in an outage, another browser that has the address learns nothing of the request.
    if (secret === undefined) throw boundElsewhere();
    const request = await this.stillAllowed(begun);
    const outcome = await orTell(request, () => this.outcomeOf(windowId, secret));
    if (outcome === null || isOpen(outcome)) return { to: 'window', windowId };
    const answer = (fields: Record<string, string>, kept?: string): Next => ({
      to: 'client',
      windowId,
      secret: kept,
      target: request,
      fields: this.answer(request, fields),
    });
    if (outcome === 'expired') return answer(EXPIRED);
    const refusal = refusalOf(outcome, request, new Date());
    if (refusal) return answer(refusal);
    const code = randomToken(32);
    const isKept = await orTell(request, () => this.store.answer(id, outcome.id, sha256(code)));
    return isKept ? answer({ code }, secret) : undefined;
  }

  /**
   * Goes back to the client without a log-in, for the browser that began and until a code was issued. Undefined for a request
   * that is unknown or over. Throws {@link AuthorizationError}. Problems: as {@link Windows.outcome}.
   */
  async abandon(id: string, secretOf: Browser['secretOf']): Promise<Next | undefined> {
    const begun = isUuid(id) ? await this.store.begun(id) : undefined;
    if (!begun) return undefined;
    const { windowId } = begun;
    const secret = secretOf(windowId);
    if (secret === undefined) throw boundElsewhere();
    const request = await this.stillAllowed(begun);
    const isAbandoned = await orTell(request, async () => {
      // Is this the browser that began?
      await this.outcomeOf(windowId, secret);
      if (!(await this.store.abandon(id))) return false;
      // The window starts nothing any more, so this sees what was started until then; a start under way ends itself.
      const outcome = await this.outcomeOf(windowId, secret);
      if (outcome !== null && isOpen(outcome)) await this.cancelIn(windowId, secret);
      return true;
    });
    if (!isAbandoned) return undefined;
    return { to: 'client', windowId, target: request, fields: this.answer(request, CANCELLED) };
  }

  /** The answer of a refusal that goes back to the client. */
  refused({ error, description }: AuthorizationError, target: AnswerTarget): Next {
    return { to: 'client', target, fields: this.answer(target, { error, error_description: description }) };
  }

  /** The request as it was kept. */
  parametersOf({ id, parameters }: KeptParameters): AuthorizationRequest {
    return JSON.parse(this.keys.fields.decrypt(parameters, placeOf(id)).toString('utf8')) as AuthorizationRequest;
  }

  /** The fields of an answer, with the `iss` of RFC 9207, by which a client of several servers knows who answers. */
  private answer({ state }: AnswerTarget, fields: Record<string, string>): Record<string, string> {
    return { ...fields, ...(state !== undefined && { state }), iss: this.environment.ISSUER };
  }

  /** Takes a request that was pushed. The browser that took it before goes on in its window. */
  private async beginPushed(client: Client, uri: string, browser: Browser): Promise<Next> {
    const digest = sha256(uri.slice(REQUEST_URI.length));
    const pushed = await this.store.pushed(digest, client.id);
    if (!pushed) throw requestUriOver();
    if (pushed.windowId !== null) {
      if (browser.secretOf(pushed.windowId) === undefined) throw requestUriOver();
      return { to: 'window', windowId: pushed.windowId };
    }
    const request = await this.stillAllowed({ ...pushed, clientId: client.id });
    const take = async (windowId: string) => {
      if (!(await this.store.beginPushed(digest, client.id, windowId))) throw requestUriOver();
    };
    return orTell(request, () => this.openWindow(client, { id: pushed.id, request, browser, isPushed: true }, take));
  }

  /**
   * Opens a window, and then keeps or takes its request: a process that ends in between leaves a window that nobody sees, and no
   * request without one.
   */
  private async openWindow(
    client: Client,
    {
      id,
      request,
      browser,
      isPushed,
      spend,
    }: {
      id: string;
      request: AuthorizationRequest;
      browser: Browser;
      isPushed: boolean;
      spend?: () => Promise<void>;
    },
    take: (windowId: string) => Promise<void>,
  ): Promise<Next> {
    if (!browser.isTopLevel) {
      const detail = 'Open this address in a window of its own, not in a frame or by a script.';
      throw new AuthorizationError('invalid_request', detail, undefined, { kind: 'refused', status: 403 });
    }
    // An authenticated client answers for what it pushed, however many phones share the address. Strangers can begin the
    // others, and each leaves rows for a quarter of an hour: the quota bounds them over all addresses.
    if (!isPushed || isPublic(client)) {
      await browser.spend(client);
      await this.relyingParties.spendQuota(client.id, 'authorization requests');
    }
    await spend?.();
    const windowId = randomId();
    const { purpose, locale, method } = request;
    const returnUrl = `${this.environment.ISSUER}${RESUME_PATH}${id}`;
    const { logInMatch: match } = client;
    const opened = { id: windowId, purpose, returnUrl, locale, method, match };
    const { secret } = await this.windows.openFor(client.id, opened);
    await take(windowId);
    return { to: 'window', windowId, secret };
  }

  /** What has become of the window of a request; null before an authentication was started in it. */
  private async outcomeOf(windowId: string, secret: string | undefined): Promise<RelyingPartyView | 'expired' | null> {
    return this.windows.outcome(windowId, secret).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'window_closed') return 'expired' as const;
      throw error;
    });
  }

  /** One that ended meanwhile stays as it is. */
  private async cancelIn(windowId: string, secret: string | undefined): Promise<void> {
    await this.windows.cancel(windowId, secret).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
    });
  }

  /**
   * A kept request whose client may still be answered as it asks: what the operator has changed since counts. Throws
   * {@link AuthorizationError}, without a target where the client is no longer served or the address no longer registered.
   */
  private async stillAllowed(kept: KeptParameters & { clientId: string }): Promise<AuthorizationRequest> {
    const { clientId } = await this.relyingParties.get(kept.clientId);
    const client = await this.relyingParties.named(clientId);
    const request = this.parametersOf(kept);
    const refuse = (error: string, description: string): never => {
      const page = { kind: 'refused', status: 400, locale: request.locale } as const;
      throw new AuthorizationError(error, description, undefined, page);
    };
    if (!client?.scopes.includes(ADMITTED_SCOPE))
      return refuse('unauthorized_client', 'The client is no longer admitted to this flow.');
    if (!isRedirectOf(client, request.redirectUri))
      return refuse('invalid_request', 'The redirect_uri is no longer registered for this client.');
    return request;
  }

  /**
   * Checks the parameters of a request. `spend` marks a signed one as used, and is called last: what is refused for another
   * reason may be sent again. `isAuthentic`: the client itself sent it, and no stranger can have written the link.
   * What the person reads counts only then, or where the client signed it.
   */
  private async check(
    client: Client,
    sent: Parameters,
    { isAuthentic }: { isAuthentic: boolean },
  ): Promise<{ request: AuthorizationRequest; spend: () => Promise<void> }> {
    const { purpose, ...unsigned } = sent;
    const fromLink = isAuthentic ? sent : unsigned;
    const { given, isFirst } =
      sent.request === undefined
        ? { given: fromLink, isFirst: undefined }
        : await this.signed(client, sent, sent.request);
    const target = answerTarget(given, client);
    if (!client.scopes.includes(ADMITTED_SCOPE))
      throw new AuthorizationError('unauthorized_client', `The client has no scope ${ADMITTED_SCOPE}.`, target);
    // Before a person is verified in vain.
    if (!this.keys.canSign(client.idTokenSignedResponseAlg))
      throw new AuthorizationError('server_error', refuseUnsignable(client.clientId).detail, target);
    if (client.requireSignedRequestObject && sent.request === undefined)
      throw new AuthorizationError('invalid_request', 'This client signs its requests: send request.', target);
    const request = readRequest(withoutIgnored(given, client), target, {
      isPublic: isPublic(client),
      granted: client.scopes,
    });
    if (given.id_token_hint !== undefined) request.hintedSubject = this.subjectIn(given.id_token_hint, client, target);
    const spend = async () => {
      if (isFirst && !(await orTell(target, isFirst)))
        throw new AuthorizationError('invalid_request_object', 'Its jti was already used. Sign a new one.', target);
    };
    return { request, spend };
  }

  /** The person whom an `id_token_hint` names (OpenID Connect Core 1.0, 3.1.2.1), as at `/oauth2/bc-authorize`. */
  private subjectIn(hint: string, { clientId }: Client, target: AnswerTarget): string {
    try {
      return readIdTokenHint(hint, { audience: clientId, issuer: this.environment.ISSUER }, this.keys).subject;
    } catch (error) {
      if (error instanceof Problem) throw new AuthorizationError('invalid_request', error.detail, target);
      throw error;
    }
  }

  /**
   * The parameters of a signed request: nothing beside it counts (RFC 9101, 6.3). `isFirst` returns false for a request that was
   * used before, by its `jti` and until its `exp`; one without a `jti` counts any number of times.
   */
  private async signed(
    client: Client,
    outside: Parameters,
    request: string,
  ): Promise<{ given: Parameters; isFirst: () => Promise<boolean> }> {
    const target = () => knownTarget(outside, client);
    if (isUnsigned(request))
      throw new AuthorizationError('request_not_supported', 'Sign the request with ES256 or PS256.', target());
    const { clientId } = client;
    const verified = await verifyRequestObject({
      request,
      clientId,
      issuer: this.environment.ISSUER,
      algorithms: REQUEST_OBJECT_ALGORITHMS,
      // The profile of CAMARA recommends it, and other clients name the issuer.
      endpoint: client.camara ? `${this.environment.ISSUER}/oauth2/authorize` : undefined,
      jwks: await this.clientKeys.of(client, request),
      isLenient: true,
      isCamara: client.camara,
      now: new Date(),
    });
    if (typeof verified === 'string') throw new AuthorizationError('invalid_request_object', verified, target());
    const { parameters: claims } = verified;
    if (claims['client_id'] !== undefined && claims['client_id'] !== clientId)
      throw new AuthorizationError('invalid_request_object', 'Its client_id names another client.', target());
    const { claims: asked, max_age: maxAge } = claims;
    const { given: within, unreadable } = readParameters({
      ...claims,
      // In a signed request these are JSON and not text (OpenID Connect Core 1.0, 6.1).
      ...(typeof asked === 'object' && { claims: JSON.stringify(asked) }),
      ...(typeof maxAge === 'number' && { max_age: String(maxAge) }),
    });
    if (unreadable !== undefined)
      throw new AuthorizationError('invalid_request_object', sendOnce(unreadable), target());
    const { request: inner, request_uri: uri, ...given } = within;
    if (inner !== undefined || uri !== undefined)
      throw new AuthorizationError('invalid_request_object', 'A signed request contains no other one.', target());
    const { jti, expiresAt } = verified;
    const isFirst = () =>
      jti === undefined ? Promise.resolve(true) : this.clients.spendRequest(client.id, jti, expiresAt);
    return { given, isFirst };
  }

  private newRequest(client: Client, request: AuthorizationRequest) {
    const id = randomId();
    const parameters = this.keys.fields.encrypt(JSON.stringify(request), placeOf(id));
    const { redirectUri, codeChallenge = null, dpopJkt = null } = request;
    return { id, clientId: client.id, parameters, redirectUri, codeChallenge, dpopJkt };
  }
}

function placeOf(id: string): string {
  return `openid_requests:parameters:${id}`;
}

/**
 * The parameters that the service knows. An empty one counts as left out (RFC 6749, 3.1). One that was sent twice, or is no text,
 * is none of `given`: of two addresses, nobody is sent to either. `unreadable` is the first of those.
 */
function readParameters(sent: object): { given: Parameters; unreadable: string | undefined } {
  const all = new Map<string, unknown>(Object.entries(sent));
  const [given, unreadable]: [Parameters, string[]] = [{}, []];
  for (const name of PARAMETERS) {
    const value = all.get(name);
    if (value === undefined || value === '') continue;
    if (typeof value === 'string' && !value.includes('\0')) given[name] = value;
    else unreadable.push(name);
  }
  return { given, unreadable: unreadable[0] };
}

function sendOnce(name: string): string {
  return `Send the parameter ${name} once, as text in UTF-8.`;
}

/** Where an error goes before the request itself is read: to an address that is registered anyway, or else to a page. */
function knownTarget(given: Parameters, client: Client): AnswerTarget | undefined {
  return isRedirectOf(client, given.redirect_uri ?? '') ? answerTarget(given, client) : undefined;
}

/** What the profile of CAMARA has a server ignore (Handling of acr_values). */
function withoutIgnored(given: Parameters, { camara }: Client): Parameters {
  if (!camara) return given;
  const { acr_values: _acr, ...others } = given;
  return others;
}

interface Refusal extends Record<string, string> {
  error: string;
  error_description: string;
}

const EXPIRED: Refusal = { error: 'access_denied', error_description: 'expired' };
const CANCELLED: Refusal = { error: 'access_denied', error_description: 'The person cancelled.' };

function isOpen(outcome: RelyingPartyView | 'expired'): boolean {
  return outcome !== 'expired' && (outcome.state === 'pending' || outcome.state === 'opened');
}

function requestUriOver(): AuthorizationError {
  const detail = 'The request_uri is unknown, was used, or is over a minute old.';
  return new AuthorizationError('invalid_request_uri', detail, undefined, { kind: 'over', status: 400 });
}

/**
 * Seconds after a verification in which its browser must be back: without `max_age`, and at least. The page of the window goes
 * back by itself after 20 seconds; a smaller `max_age` would refuse everyone who waits for that.
 */
const [BACK_WITHIN, BACK_WITHIN_AT_LEAST] = [120, 30];

/** Why a window that has ended is no log-in; undefined for a verified person that the request allows. */
function refusalOf(
  { state, result, channel }: RelyingPartyView,
  { claims, hintedSubject, maxAge = BACK_WITHIN }: AuthorizationRequest,
  now: Date,
): Refusal | undefined {
  const refuse = (error: string, description: string) => ({ error, error_description: description });
  if (state === 'declined') return refuse('access_denied', 'The person declined.');
  if (state === 'expired') return EXPIRED;
  if (state === 'cancelled') return CANCELLED;
  if (state !== 'verified' || !result) return refuse('access_denied', 'The person was not verified.');
  const limit = Math.min(Math.max(maxAge, BACK_WITHIN_AT_LEAST), BACK_WITHIN);
  if (now.getTime() - Date.parse(result.verifiedAt) > limit * 1000)
    return refuse('login_required', 'The verification is too long ago. Begin again.');
  if (hintedSubject !== undefined && hintedSubject !== result.subject)
    return refuse('login_required', 'Another person was verified than the one of id_token_hint.');
  if (claims.subject !== undefined && claims.subject !== result.subject)
    return refuse('access_denied', 'Another person was verified than the one of claims.id_token.sub.');
  if (claims.acr !== undefined && !claims.acr.includes(channel))
    return refuse('unmet_authentication_requirements', 'The person was verified in another way than acr demands.');
  return undefined;
}
