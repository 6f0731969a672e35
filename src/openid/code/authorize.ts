import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import type { RelyingPartyView } from '../../authentication/status.ts';
import { randomId, randomToken } from '../../crypto/random.ts';
import { isUnsigned, REQUEST_OBJECT_ALGORITHMS, verifyRequestObject } from '../../crypto/request-object.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { RESUME_PATH, Windows } from '../../windows/windows.ts';
import { noRsaKey } from '../id-token.ts';
import { AuthorizationError, type AnswerTarget } from './authorization-error.ts';
import {
  answerTarget,
  PARAMETERS,
  readRequest,
  type AuthorizationRequest,
  type Parameters,
} from './authorization-request.ts';
import { OpenIdRequestStore, PUSHED_SECONDS, type KeptParameters } from './openid-request.store.ts';

const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:';
/** The scope of `/v1` with which a client may also use this flow: both tell the same about the same persons. */
const ADMITTED_SCOPE = 'authentications';

/** Where the browser goes next: to its window, or back to the client with an answer. */
export type Next =
  | { to: 'window'; windowId: string; secret?: string }
  | { to: 'client'; target: AnswerTarget; fields: Record<string, string> };

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
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Keeps a request that an authenticated client pushed (RFC 9126) for one browser, for a minute. Throws
   * {@link AuthorizationError}.
   */
  async push(client: Client, sent: object): Promise<{ request_uri: string; expires_in: number }> {
    const given = readParameters(sent);
    if (given.request_uri !== undefined)
      throw new AuthorizationError('invalid_request', 'A pushed request must not have a request_uri (RFC 9126, 2.1).');
    const request = await this.check(client, given);
    const handle = randomToken(32);
    await this.store.push(this.newRequest(client, request), sha256(handle));
    return { request_uri: REQUEST_URI + handle, expires_in: PUSHED_SECONDS };
  }

  /**
   * Opens the window for a request that a browser brings. The window belongs to this browser from the beginning. Throws
   * {@link AuthorizationError}.
   */
  async begin(sent: object): Promise<Next> {
    const given = readParameters(sent);
    const client = given.client_id === undefined ? null : await this.relyingParties.named(given.client_id);
    if (client === null) throw new AuthorizationError('invalid_request', 'The client_id names no client.');
    const windowId = randomId();
    const { id, request } = await this.take(client, given, windowId);
    const { purpose, locale, method } = request;
    const returnUrl = `${this.environment.ISSUER}${RESUME_PATH}${id}`;
    const { secret } = await this.windows.openFor(client.id, { id: windowId, purpose, returnUrl, locale, method });
    return { to: 'window', windowId, secret };
  }

  /**
   * Answers the client when the window has ended, for the browser that holds the window's secret alone. Undefined for a request
   * that is unknown or over. Problems: as {@link Windows.outcome}.
   */
  async resume(id: string, secretOf: (windowId: string) => string | undefined): Promise<Next | undefined> {
    const begun = isUuid(id) ? await this.store.begun(id) : undefined;
    if (!begun) return undefined;
    const { windowId } = begun;
    const outcome = await this.windows.outcome(windowId, secretOf(windowId));
    if (outcome === null || outcome.state === 'pending' || outcome.state === 'opened')
      return { to: 'window', windowId };
    const request = this.parametersOf(begun);
    const refusal = refusalOf(outcome, request);
    if (refusal) return { to: 'client', target: request, fields: this.answer(request, refusal) };
    const code = randomToken(32);
    if (!(await this.store.answer(id, outcome.id, sha256(code)))) return undefined;
    return { to: 'client', target: request, fields: this.answer(request, { code }) };
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

  /** Keeps a new request for its window, or takes the one that was pushed. */
  private async take(
    client: Client,
    given: Parameters,
    windowId: string,
  ): Promise<{ id: string; request: AuthorizationRequest }> {
    const { request_uri: uri } = given;
    if (uri === undefined) {
      const request = await this.check(client, given);
      const kept = this.newRequest(client, request);
      await this.store.begin(kept, windowId);
      return { id: kept.id, request };
    }
    if (!uri.startsWith(REQUEST_URI))
      throw new AuthorizationError('request_uri_not_supported', 'Push the request to /oauth2/par.');
    const pushed = await this.store.beginPushed(sha256(uri.slice(REQUEST_URI.length)), client.id, windowId);
    if (!pushed)
      throw new AuthorizationError(
        'invalid_request_uri',
        'The request_uri is unknown, was used, or is over a minute old.',
      );
    return { id: pushed.id, request: this.parametersOf(pushed) };
  }

  private async check(client: Client, sent: Parameters): Promise<AuthorizationRequest> {
    const given = sent.request === undefined ? sent : await this.signed(client, sent, sent.request);
    const target = answerTarget(given, client.returnUrls);
    if (!client.scopes.includes(ADMITTED_SCOPE))
      throw new AuthorizationError('unauthorized_client', `The client has no scope ${ADMITTED_SCOPE}.`, target);
    // Before a person is verified in vain.
    if (client.idTokenSignedResponseAlg === 'RS256' && this.keys.rsa.length === 0)
      throw new AuthorizationError('server_error', noRsaKey().detail, target);
    return readRequest(given, target);
  }

  /** The parameters of a signed request: nothing beside it counts (RFC 9101, 6.3). */
  private async signed(client: Client, outside: Parameters, request: string): Promise<Parameters> {
    // An error may go back to an address that is registered anyway.
    const target = () => {
      const isKnown = client.returnUrls.includes(outside.redirect_uri ?? '');
      return isKnown ? answerTarget(outside, client.returnUrls) : undefined;
    };
    if (isUnsigned(request))
      throw new AuthorizationError('request_not_supported', 'Sign the request with ES256 or PS256.', target());
    const { jwks, clientId } = client;
    const verified = await verifyRequestObject({
      request,
      clientId,
      issuer: this.environment.ISSUER,
      algorithms: REQUEST_OBJECT_ALGORITHMS,
      jwks: jwks ?? { keys: [] },
      isLenient: true,
      now: new Date(),
    });
    if (typeof verified === 'string') throw new AuthorizationError('invalid_request_object', verified, target());
    const { parameters: claims } = verified;
    if (claims['client_id'] !== undefined && claims['client_id'] !== clientId)
      throw new AuthorizationError('invalid_request_object', 'Its client_id names another client.', target());
    const { claims: asked, max_age: maxAge } = claims;
    const {
      request: inner,
      request_uri: uri,
      ...given
    } = readParameters({
      ...claims,
      // In a signed request these are JSON and not text (OpenID Connect Core 1.0, 6.1).
      ...(typeof asked === 'object' && { claims: JSON.stringify(asked) }),
      ...(typeof maxAge === 'number' && { max_age: String(maxAge) }),
    });
    if (inner !== undefined || uri !== undefined)
      throw new AuthorizationError('invalid_request_object', 'A signed request contains no other one.', target());
    return given;
  }

  private newRequest(client: Client, request: AuthorizationRequest) {
    const id = randomId();
    const parameters = this.keys.fields.encrypt(JSON.stringify(request), placeOf(id));
    const { redirectUri, codeChallenge = null } = request;
    return { id, clientId: client.id, parameters, redirectUri, codeChallenge };
  }
}

function placeOf(id: string): string {
  return `openid_requests:parameters:${id}`;
}

/**
 * The parameters that the service knows. An empty one counts as left out (RFC 6749, 3.1); throws for one that was sent twice,
 * before anything else is read, because the two may name two addresses.
 */
function readParameters(sent: object): Parameters {
  const given = new Map(Object.entries(sent));
  const read: Parameters = {};
  for (const name of PARAMETERS) {
    const value: unknown = given.get(name);
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string')
      throw new AuthorizationError('invalid_request', `Send the parameter ${name} once, as text.`);
    read[name] = value;
  }
  return read;
}

/** Why a window that has ended is no log-in; undefined for a verified person that the request allows. */
function refusalOf(
  { state, result, channel }: RelyingPartyView,
  { claims }: AuthorizationRequest,
): { error: string; error_description: string } | undefined {
  const refuse = (error: string, description: string) => ({ error, error_description: description });
  if (state === 'declined') return refuse('access_denied', 'The person declined.');
  if (state === 'expired') return refuse('access_denied', 'expired');
  if (state === 'cancelled') return refuse('access_denied', 'The person cancelled.');
  if (state !== 'verified' || !result) return refuse('access_denied', 'The person was not verified.');
  if (claims.subject !== undefined && claims.subject !== result.subject)
    return refuse('access_denied', 'Another person was verified than the one of claims.id_token.sub.');
  if (claims.acr !== undefined && !claims.acr.includes(channel))
    return refuse('unmet_authentication_requirements', 'The person was verified in another way than acr demands.');
  return undefined;
}
