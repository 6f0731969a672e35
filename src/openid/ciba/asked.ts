import { Problem } from '../../domain/problem.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { CLAIM_NAMES } from '../claims.ts';
import { faultOfScopes, isOfNetwork, isOfPerson, requestable } from '../requested-scopes.ts';
import type { BackchannelParameters } from './backchannel.dto.ts';

/** Seconds for which a request is valid: the least that can be asked for, and the most, which is the default. */
const [MIN_SECONDS, MAX_SECONDS] = [60, 180];
/** The maximum length of a binding message, in user-perceived characters, and in code points, as the app shows a purpose. */
const [BINDING_LENGTH, BINDING_CODE_POINTS] = [20, 40];
const BINDING_MESSAGE = /^[\p{L}\p{N} \-._+/!?#()]+$/u;
/** What the app says where the client sends no binding message of words. */
const DEFAULT_PURPOSE = '본인확인';
/** RFC 6750, 2.1. */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]{22,1024}=*$/;
/** The names of the one way in which a person is verified here (`acr`). */
export const CIBA_ACR_VALUES = ['approve', 'urn:pushguard:acr:approve'] as const;

/** A request whose parameters are read. The person is named elsewhere. */
export interface Asked {
  scopes: string[];
  claims: string[];
  /** The name of the way of verification, as the client asked for it. */
  acr: string;
  seconds: number;
  /** What the app shows. */
  purpose: string;
  /** The two digits that the client shows by itself. */
  matchDigits: string | undefined;
  notificationToken: string | undefined;
}

/**
 * Reads what a client asks, beside the person. Problems: `invalid_request`, `invalid_scope`, `invalid_target`,
 * `invalid_binding_message`.
 */
export function readAsked(parameters: BackchannelParameters, client: Client, issuer: string): Asked {
  const { resource } = parameters;
  if (resource !== undefined && resource !== issuer)
    throw new Problem('invalid_target', `Send ${issuer} as resource, or leave it out.`);
  const scopes = readScopes(parameters.scope, client.scopes);
  const { claims, acr } = readClaims(parameters.claims, parameters.acr_values);
  const fault = faultOfScopes({ scopes, claims }, client.scopes);
  if (fault) throw new Problem(fault.error, fault.detail);
  return {
    scopes,
    claims,
    acr,
    seconds: readSeconds(parameters.requested_expiry),
    ...readBindingMessage(parameters.binding_message),
    notificationToken: readNotificationToken(parameters.client_notification_token, client),
  };
}

/** The scopes, as far as the service knows them. `offline_access` is not offered and narrowed away. */
function readScopes(text: string | undefined, granted: readonly string[]): string[] {
  if (text === undefined) throw new Problem('invalid_request', 'Send scope with openid.');
  const asked = [...new Set(text.split(' ').filter((scope) => scope !== '' && scope !== 'offline_access'))];
  if (!asked.every((scope) => isOfPerson(scope) || isOfNetwork(scope)))
    throw new Problem('invalid_scope', requestable(granted));
  return asked;
}

/** Returns the claims that the `claims` parameter names for the id_token, as far as they are known, and the wish for an `acr`. */
function readClaims(text: string | undefined, acrValues = ''): Pick<Asked, 'claims' | 'acr'> {
  const listed = acrValues.split(' ');
  if (text === undefined) return { claims: [], acr: acrOf(listed) };
  const wanted = objectIn(text)?.['id_token'] ?? {};
  if (!objectIn(text) || typeof wanted !== 'object' || Array.isArray(wanted))
    throw new Problem('invalid_request', 'Send claims as JSON: {"id_token": {"birthdate": null}}.');
  const { acr, sub } = wanted as Record<string, unknown>;
  // Core 1.0, 5.5.1: the tokens must not be another person's. By id_token_hint a client names the one that it knows.
  if ((sub as { value?: unknown } | null | undefined)?.value !== undefined)
    throw new Problem('invalid_request', 'Name the person by login_hint or id_token_hint, not by sub in claims.');
  const named = expectReachable(acr);
  return { claims: CLAIM_NAMES.filter((name) => Object.hasOwn(wanted, name)), acr: acrOf([...named, ...listed]) };
}

/** An essential `acr` that cannot be reached fails the request (OpenID Connect Core 1.0, 5.5.1.1). Returns the names. */
function expectReachable(acr: unknown): unknown[] {
  const { essential, value, values } = (acr ?? {}) as { essential?: unknown; value?: unknown; values?: unknown };
  const named = [value, values].flat().filter((one) => one !== undefined);
  const isReached = named.length === 0 || CIBA_ACR_VALUES.some((one) => named.includes(one));
  if (essential === true && !isReached)
    throw new Problem('invalid_request', `The essential acr in claims must be one of: ${CIBA_ACR_VALUES.join(', ')}.`);
  return named;
}

/** The first name that the client knows it by, or the short one. */
function acrOf(named: readonly unknown[]): string {
  return named.find((one): one is string => CIBA_ACR_VALUES.some((known) => known === one)) ?? 'approve';
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function readSeconds(text: string | undefined): number {
  if (text === undefined) return MAX_SECONDS;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds === 0)
    throw new Problem('invalid_request', 'Send requested_expiry as a whole number of seconds above 0.');
  return Math.min(Math.max(seconds, MIN_SECONDS), MAX_SECONDS);
}

function readBindingMessage(text: string | undefined): Pick<Asked, 'purpose' | 'matchDigits'> {
  const message = text?.normalize('NFC').trim();
  if (message === undefined) return { purpose: DEFAULT_PURPOSE, matchDigits: undefined };
  // Digits of full width are those digits too.
  const digits = message.normalize('NFKC');
  if (/^\d{2}$/.test(digits)) return { purpose: DEFAULT_PURPOSE, matchDigits: digits };
  const isLong =
    Array.from(message).length > BINDING_CODE_POINTS ||
    [...new Intl.Segmenter('ko').segment(message)].length > BINDING_LENGTH;
  if (isLong || !BINDING_MESSAGE.test(message) || !SHOWN_TEXT.test(message)) {
    throw new Problem(
      'invalid_binding_message',
      `Send at most ${BINDING_LENGTH} letters, digits, blanks and -._+/!?#() as binding_message.`,
    );
  }
  return { purpose: message, matchDigits: undefined };
}

/** The token is sent back with the ping. In poll mode it is ignored. */
function readNotificationToken(token: string | undefined, client: Client): string | undefined {
  if (client.backchannelTokenDeliveryMode !== 'ping') return undefined;
  if (token === undefined || token.length > 1024 || !BEARER_TOKEN.test(token)) {
    throw new Problem(
      'invalid_request',
      'In ping mode, send a random client_notification_token of 22 to 1024 characters of A-Z, a-z, 0-9 and -._~+/.',
    );
  }
  return token;
}
