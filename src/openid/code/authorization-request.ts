import { localeNamed, LOCALES, type Locale } from '../../domain/locale.ts';
import { CHANNELS, type Channel, type WindowMethod } from '../../domain/authentication.ts';
import { KEPT_TEXT, SHOWN_TEXT } from '../../http/plain-text.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { CLAIM_NAMES, OPENID_SCOPES } from '../claims.ts';
import { faultOfScopes, isOfNetwork } from '../requested-scopes.ts';
import { AuthorizationError, type AnswerTarget } from './authorization-error.ts';
import { isRedirectOf } from './redirect-uri.ts';

/** The parameters that the authorization endpoint reads; it ignores all others (RFC 6749, 3.1). */
export const PARAMETERS = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'response_mode',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'id_token_hint',
  'prompt',
  'max_age',
  'ui_locales',
  'acr_values',
  'claims',
  'purpose',
  'request',
  'request_uri',
  'registration',
] as const;

export type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/** What the `claims` parameter asks for (OpenID Connect Core 1.0, 5.5). */
export interface RequestedClaims {
  idToken: string[];
  userinfo: string[];
  /** The one person who may answer. */
  subject?: string | undefined;
  /** The values of `acr` of which the result must have one. */
  acr?: string[] | undefined;
}

/** A checked authorization request. It holds nothing about a person: `login_hint` is not kept. */
export interface AuthorizationRequest extends AnswerTarget {
  nonce?: string | undefined;
  codeChallenge?: string | undefined;
  /** The thumbprint of the key to which the code is bound. */
  dpopJkt?: string | undefined;
  /** Those of a person's identity, and then those of network APIs with their purpose. */
  scopes: string[];
  claims: RequestedClaims;
  method: WindowMethod;
  locale: Locale;
  purpose: string;
  /** The names of `acr` that the client asked for, as it wrote them. A process of the release before keeps none. */
  acrs?: string[];
  /** The id of the person, at the client, whom `id_token_hint` names. */
  hintedSubject?: string | undefined;
  /** Seconds, as the client sent it. */
  maxAge?: number | undefined;
}

/**
 * Length limits of what comes back unchanged; OpenID Connect names none. oauth2-proxy puts the address of the page that was asked
 * for into `state`, and Keycloak puts its own request there.
 */
const MAX_STATE = 4096;
const MAX_NONCE = 256;
/** As of a window. */
const MAX_PURPOSE = 40;
const MAX_CLAIMS = 4096;

/** What a window says that nobody gave a purpose for. */
const PURPOSE: Readonly<Record<Locale, string>> = { ko: '본인확인', en: 'Identity verification' };

const ACR_URN = 'urn:pushguard:acr:';

/** Values of `acr` that a client can ask for, with the method that leads to each. */
const METHOD_OF_ACR: Readonly<Record<string, WindowMethod>> = {
  push: 'push',
  'urn:pushguard:acr:push': 'push',
  otp: 'otp',
  'urn:pushguard:acr:otp': 'otp',
};
/** How a person can be verified in a window. */
const REACHABLE: ReadonlySet<string> = new Set(['push', 'otp', 'sms']);
/** Values of `acr` that a client can ask for. The result may say `sms`, for a person without the app. */
export const WINDOW_ACR_VALUES = Object.keys(METHOD_OF_ACR);

/**
 * Where the answer to these parameters goes, errors included. Throws an error without a target, which becomes a page, unless
 * `redirect_uri` is one of those that the client registered ({@link isRedirectOf}): nobody is sent anywhere else.
 */
export function answerTarget(
  given: Parameters,
  client: Pick<Client, 'returnUrls' | 'tokenEndpointAuthMethod'>,
): AnswerTarget {
  const { redirect_uri: redirectUri, response_mode: mode, state } = given;
  if (redirectUri === undefined || !isRedirectOf(client, redirectUri))
    throw new AuthorizationError('invalid_request', 'The redirect_uri is not registered for this client.');
  const isKept = state !== undefined && state.length <= MAX_STATE && KEPT_TEXT.test(state);
  const isByForm = mode === 'form_post' && isOfWeb(redirectUri);
  const locale = localeIn(given);
  return { redirectUri, mode: isByForm ? 'form_post' : 'query', ...(isKept && { state }), ...(locale && { locale }) };
}

/**
 * Checks the parameters of a request whose client and `redirect_uri` are known (OpenID Connect Core 1.0, 3.1.2.1). Throws
 * {@link AuthorizationError} with the error for the client.
 */
export function readRequest(
  given: Parameters,
  target: AnswerTarget,
  { isPublic, granted }: { isPublic: boolean; granted: readonly string[] },
): AuthorizationRequest {
  const refuse = (error: string, description: string): never => {
    throw new AuthorizationError(error, description, target);
  };
  if (given.state !== undefined && target.state === undefined)
    refuse('invalid_request', `The state must have at most ${MAX_STATE} characters.`);
  if (given.registration !== undefined) refuse('registration_not_supported', 'Clients are registered by the operator.');
  if (given.response_type === undefined) refuse('invalid_request', 'Send response_type=code.');
  if (given.response_type !== 'code') refuse('unsupported_response_type', 'Send response_type=code.');
  if (given.response_mode !== undefined && given.response_mode !== 'query' && given.response_mode !== 'form_post')
    refuse('invalid_request', 'Send response_mode as query or form_post, or leave it out.');
  if (given.response_mode === 'form_post' && !isOfWeb(target.redirectUri))
    refuse('invalid_request', 'No form can be posted to an app. Send response_mode=query, or leave it out.');
  const { nonce } = given;
  if (nonce !== undefined && (nonce.length > MAX_NONCE || !KEPT_TEXT.test(nonce)))
    refuse('invalid_request', `The nonce must have at most ${MAX_NONCE} characters.`);
  const prompts = listed(given.prompt);
  if (prompts.includes('none')) {
    if (prompts.length > 1) refuse('invalid_request', 'Send prompt=none alone.');
    // No session is kept: a person is verified for each request.
    refuse('login_required', 'The person has to be verified. Send the request without prompt=none.');
  }
  if (given.max_age !== undefined && !/^\d{1,10}$/.test(given.max_age))
    refuse('invalid_request', 'The max_age must be a whole number of seconds.');
  const maxAge = given.max_age === undefined ? undefined : Number(given.max_age);
  const locale = localeIn(given) ?? LOCALES[0];
  const { acrs, ...claims } =
    readClaims(given.claims) ??
    refuse('invalid_request', 'The claims must be a JSON object as OpenID Connect Core 1.0, 5.5 has it.');
  const scopes = readScopes(given.scope);
  const fault = faultOfScopes({ scopes, claims: [...claims.idToken, ...claims.userinfo] }, granted);
  if (fault) refuse(fault.error, fault.detail);
  if (claims.acr?.every((acr) => !REACHABLE.has(acr)))
    refuse('unmet_authentication_requirements', `The essential acr must be one of: ${[...REACHABLE].join(', ')}.`);
  return {
    ...target,
    nonce,
    // Without an id_token no client sees a nonce again.
    codeChallenge: readChallenge(given, isPublic || !scopes.includes('openid'), refuse),
    dpopJkt: readThumbprint(given.dpop_jkt, refuse),
    scopes,
    claims,
    method: methodOf([...(claims.acr ?? []), ...listed(given.acr_values)]),
    acrs: [...acrs, ...listed(given.acr_values)].filter((name) => isChannel(shortAcr(name))),
    locale,
    purpose: readPurpose(given.purpose, refuse) ?? PURPOSE[locale],
    maxAge,
  };
}

function localeIn({ ui_locales: tags }: Parameters): Locale | undefined {
  return listed(tags).flatMap((tag) => localeNamed(tag) ?? [])[0];
}

type Refuse = (error: string, description: string) => never;

/** Unknown scopes are ignored (OpenID Connect Core 1.0, 3.1.2.1): many clients ask for email by default. */
function readScopes(text: string | undefined): string[] {
  const asked = [...new Set(listed(text))];
  return [...OPENID_SCOPES.filter((scope) => asked.includes(scope)), ...asked.filter(isOfNetwork)];
}

/**
 * PKCE with S256 for every client (RFC 9700, 2.1.1). A `nonce` replaces it for a client that authenticates: with one the client
 * sees in the id_token whether the code belongs to its request. Spring Security 6 has no PKCE by default.
 */
function readChallenge(given: Parameters, isNeeded: boolean, refuse: Refuse): string | undefined {
  const { code_challenge: challenge, code_challenge_method: method, nonce } = given;
  if (challenge === undefined) {
    if (method !== undefined || nonce === undefined || isNeeded)
      refuse('invalid_request', 'Send a code_challenge with code_challenge_method=S256.');
    return undefined;
  }
  if (method !== 'S256') refuse('invalid_request', 'Send code_challenge_method=S256.');
  // The digest of SHA-256 in base64url.
  if (!/^[\w-]{43}$/.test(challenge))
    refuse('invalid_request', 'The code_challenge must have 43 characters of base64url.');
  return challenge;
}

/** RFC 9449, 10. */
function readThumbprint(given: string | undefined, refuse: Refuse): string | undefined {
  if (given !== undefined && !/^[\w-]{43}$/.test(given))
    refuse('invalid_request', 'The dpop_jkt must be a thumbprint: 43 characters of base64url.');
  return given;
}

function readPurpose(given: string | undefined, refuse: Refuse): string | undefined {
  const purpose = given?.normalize('NFC').trim();
  if (purpose !== undefined && (Array.from(purpose).length > MAX_PURPOSE || !SHOWN_TEXT.test(purpose)))
    refuse('invalid_request', `The purpose must be one line of 1 to ${MAX_PURPOSE} visible characters.`);
  return purpose;
}

function methodOf(values: readonly string[]): WindowMethod {
  const known = values.find((value) => Object.hasOwn(METHOD_OF_ACR, value));
  return (known !== undefined && METHOD_OF_ACR[known]) || 'push';
}

/** Reads the `claims` parameter. Claims of others are ignored, as the specification has it. Undefined for another form. */
function readClaims(text: string | undefined): (RequestedClaims & { acrs: string[] }) | undefined {
  if (text === undefined) return { idToken: [], userinfo: [], acrs: [] };
  if (text.length > MAX_CLAIMS) return undefined;
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { id_token: idToken = {}, userinfo = {} } = isObject(all) ? all : { id_token: null };
  if (!isObject(idToken) || !isObject(userinfo)) return undefined;
  const { sub, acr } = idToken;
  const subject = isObject(sub) && typeof sub['value'] === 'string' ? sub['value'] : undefined;
  const named = isObject(acr) ? [acr['value'], acr['values']].flat() : [];
  const acrs = named.filter((value) => typeof value === 'string');
  const wanted = isObject(acr) && acr['essential'] === true ? acrs.map(shortAcr) : [];
  return {
    idToken: CLAIM_NAMES.filter((name) => Object.hasOwn(idToken, name)),
    userinfo: CLAIM_NAMES.filter((name) => Object.hasOwn(userinfo, name)),
    subject,
    acr: wanted.length > 0 ? wanted : undefined,
    acrs,
  };
}

/** The `acr` of a person who was verified by `channel`, in the form in which the client asked for it; the short one by default. */
export function acrAs(channel: Channel, acrs: readonly string[]): string {
  const named = acrs.find((name) => shortAcr(name) === channel);
  if (named !== undefined) return named;
  return acrs.length > 0 && acrs.every((name) => name.startsWith(ACR_URN)) ? ACR_URN + channel : channel;
}

function shortAcr(value: string): string {
  return value.startsWith(ACR_URN) ? value.slice(ACR_URN.length) : value;
}

function isChannel(value: string): boolean {
  return CHANNELS.some((channel) => channel === value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** False for an address that opens an app. */
function isOfWeb(address: string): boolean {
  return /^https?:/i.test(address);
}

function listed(text: string | undefined): string[] {
  return (text ?? '').split(' ').filter(Boolean);
}
