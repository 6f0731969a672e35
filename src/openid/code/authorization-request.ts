import { localeNamed, LOCALES, type Locale } from '../../domain/locale.ts';
import type { WindowMethod } from '../../domain/authentication.ts';
import { KEPT_TEXT, SHOWN_TEXT } from '../../http/plain-text.ts';
import { CLAIM_NAMES, OPENID_SCOPES } from '../claims.ts';
import { AuthorizationError, type AnswerTarget } from './authorization-error.ts';

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
  scopes: string[];
  claims: RequestedClaims;
  method: WindowMethod;
  locale: Locale;
  purpose: string;
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

/** Values of `acr` that a client can ask for, with the method that leads to each. */
const METHOD_OF_ACR: Readonly<Record<string, WindowMethod>> = {
  push: 'push',
  'urn:pushguard:acr:push': 'push',
  otp: 'otp',
  'urn:pushguard:acr:otp': 'otp',
};
/** Values of `acr` that a client can ask for. The result may say `sms`, for a person without the app. */
export const ACR_VALUES = Object.keys(METHOD_OF_ACR);

/**
 * Where the answer to these parameters goes, errors included. Throws an error without a target, which becomes a page, unless
 * `redirect_uri` is one of those that the client registered, compared exactly: nobody is sent anywhere else.
 */
export function answerTarget(given: Parameters, returnUrls: readonly string[]): AnswerTarget {
  const { redirect_uri: redirectUri, response_mode: mode, state } = given;
  if (redirectUri === undefined || !returnUrls.includes(redirectUri))
    throw new AuthorizationError('invalid_request', 'The redirect_uri is not registered for this client.');
  const isKept = state !== undefined && state.length <= MAX_STATE && KEPT_TEXT.test(state);
  return { redirectUri, mode: mode === 'form_post' ? 'form_post' : 'query', ...(isKept && { state }) };
}

/**
 * Checks the parameters of a request whose client and `redirect_uri` are known (OpenID Connect Core 1.0, 3.1.2.1). Throws
 * {@link AuthorizationError} with the error for the client.
 */
export function readRequest(given: Parameters, target: AnswerTarget): AuthorizationRequest {
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
  const scopes = listed(given.scope);
  if (!scopes.includes('openid')) refuse('invalid_scope', 'Send openid as one of the scopes.');
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
  const locale = listed(given.ui_locales).flatMap((tag) => localeNamed(tag) ?? [])[0] ?? LOCALES[0];
  const claims =
    readClaims(given.claims) ??
    refuse('invalid_request', 'The claims must be a JSON object as OpenID Connect Core 1.0, 5.5 has it.');
  return {
    ...target,
    nonce,
    codeChallenge: readChallenge(given, refuse),
    // Unknown scopes are ignored (OpenID Connect Core 1.0, 3.1.2.1): many clients ask for email by default.
    scopes: OPENID_SCOPES.filter((scope) => scopes.includes(scope)),
    claims,
    method: methodOf([...(claims.acr ?? []), ...listed(given.acr_values)]),
    locale,
    purpose: readPurpose(given.purpose, refuse) ?? PURPOSE[locale],
    maxAge,
  };
}

type Refuse = (error: string, description: string) => never;

/**
 * PKCE with S256 for every client (RFC 9700, 2.1.1). A `nonce` replaces it: all clients are confidential, and with one the
 * client sees in the id_token whether the code belongs to its request. Spring Security 6 has no PKCE by default.
 */
function readChallenge(given: Parameters, refuse: Refuse): string | undefined {
  const { code_challenge: challenge, code_challenge_method: method, nonce } = given;
  if (challenge === undefined) {
    if (method !== undefined || nonce === undefined)
      refuse('invalid_request', 'Send a code_challenge with code_challenge_method=S256.');
    return undefined;
  }
  if (method !== 'S256') refuse('invalid_request', 'Send code_challenge_method=S256.');
  // The digest of SHA-256 in base64url.
  if (!/^[\w-]{43}$/.test(challenge))
    refuse('invalid_request', 'The code_challenge must have 43 characters of base64url.');
  return challenge;
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
function readClaims(text: string | undefined): RequestedClaims | undefined {
  if (text === undefined) return { idToken: [], userinfo: [] };
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
  const acrs = isObject(acr) && acr['essential'] === true ? [acr['value'], acr['values']].flat() : [];
  const wanted = acrs.filter((value) => typeof value === 'string').map(shortAcr);
  return {
    idToken: CLAIM_NAMES.filter((name) => Object.hasOwn(idToken, name)),
    userinfo: CLAIM_NAMES.filter((name) => Object.hasOwn(userinfo, name)),
    subject,
    acr: wanted.length > 0 ? wanted : undefined,
  };
}

function shortAcr(value: string): string {
  return value.replace(/^urn:pushguard:acr:/, '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listed(text: string | undefined): string[] {
  return (text ?? '').split(' ').filter(Boolean);
}
