import { readClientJwks } from '../crypto/client-jwks.ts';
import { Problem } from '../domain/problem.ts';
import { SCOPES, type Scope } from '../http/client.guard.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { judgeOutboundUrl, type OutboundRules } from '../gateways/outbound/outbound-address.ts';
import {
  CLIENT_AUTH_METHODS,
  DELIVERY_MODES,
  ID_TOKEN_ALGORITHMS,
  REQUEST_SIGNING_ALGS,
  type ClientAuthMethod,
  type DeliveryMode,
  type IdTokenAlgorithm,
  type RequestSigningAlg,
} from '../domain/client.ts';
import type { Client } from './client.entity.ts';

/** The settings of a client that its registration states and that can change. */
export type ClientSettings = Partial<
  Pick<
    Client,
    | 'name'
    | 'scopes'
    | 'returnUrls'
    | 'frameOrigins'
    | 'windowHost'
    | 'jwks'
    | 'jwksUri'
    | 'testJwks'
    | 'assertionAudience'
    | 'vendorCode'
    | 'startsPerMinute'
    | 'refusesSms'
    | 'requiresRegistration'
    | 'backchannelTokenDeliveryMode'
    | 'backchannelClientNotificationEndpoint'
    | 'backchannelAuthenticationRequestSigningAlg'
    | 'mayNameByNumber'
    | 'fapi'
    | 'camara'
    | 'dpopBoundAccessTokens'
    | 'requireSignedRequestObject'
    | 'logInMatch'
    | 'idTokenSignedResponseAlg'
    | 'sector'
  > & {
    /** Null: by its secret in either place, and by its registered keys where it has some. */
    tokenEndpointAuthMethod: ClientAuthMethod | null;
  }
>;

/** What a client of OpenID Connect and CIBA can choose from, by the name of the field of a form. */
export const PROTOCOL_CHOICES = {
  idTokenAlg: ID_TOKEN_ALGORITHMS,
  mode: DELIVERY_MODES,
  signingAlg: REQUEST_SIGNING_ALGS,
} as const;

/** How a client that can keep a secret may authenticate, by the value of the field of a form. `either` is no method of RFC 7591. */
export const AUTH_CHOICES = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'either'] as const;
export type AuthChoice = (typeof AUTH_CHOICES)[number];

/** Addresses of one client, as many as a reader can check. */
const MAX_ADDRESSES = 50;
/** The longest `returnUrl` that a window takes. */
const MAX_ADDRESS_LENGTH = 2048;
/** Above every service’s capacity, and within the column. */
const MAX_STARTS = 1_000_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const HOST_LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{1,253}$)${HOST_LABEL}([.]${HOST_LABEL})*$`);

/** The name under which a client asks for tokens. Problems, here and below: `invalid_request`. */
export function readClientId(text: string): string {
  // A path of `.` or `..` leads elsewhere.
  if (/^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,64}$/.test(text)) return text;
  throw refused('The client id must have 1 to 64 characters of A-Z, a-z, 0-9, dot, hyphen, underscore and tilde.');
}

export function readName(text: string): string {
  const name = text.normalize('NFC').trim();
  if (Array.from(name).length <= 60 && SHOWN_TEXT.test(name)) return name;
  throw refused('The name must be one line of 1 to 60 visible characters. People read it in the app.');
}

export function readScopes(texts: readonly string[]): Scope[] {
  const scopes = [...new Set(texts)];
  const unknown = scopes.find((one) => !SCOPES.some((scope) => scope === one));
  if (unknown !== undefined)
    throw refused(`The scope ${shown(unknown)} is unknown. Choose from: ${SCOPES.join(', ')}.`);
  if (scopes.length === 0) throw refused(`Give at least one scope of: ${SCOPES.join(', ')}.`);
  return scopes as Scope[];
}

/**
 * The scheme of an app of its own (RFC 8252, 7.1): a domain of its maker in reverse, such as `kr.example.app:/callback`. A name
 * without a dot could be one that browsers run, such as `javascript`.
 */
const PRIVATE_USE = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\/./;

/** True for an address that opens an app, and which public clients alone may register. */
export function isPrivateUse(address: string): boolean {
  return PRIVATE_USE.test(address);
}

/** Return addresses are compared exactly, so each is kept as it is written. */
export function readReturnUrls(texts: readonly string[]): string[] {
  return readAddresses(texts, 'return address', (text, url) => {
    if (url.hash !== '' || text.includes('#'))
      throw refused(`The return address ${shown(text)} must have no fragment (#…).`);
    if (url.username !== '' || url.password !== '')
      throw refused(`The return address ${shown(text)} must have no user or password.`);
  });
}

export function readFrameOrigins(texts: readonly string[]): string[] {
  return readAddresses(texts, 'frame origin', (text, url) => {
    if (url.origin !== text)
      throw refused(`The frame origin ${shown(text)} must be scheme and host alone, such as ${url.origin}.`);
  });
}

export function readWindowHost(text: string): string {
  if (HOST.test(text)) return text;
  throw refused(
    `The window host ${shown(text)} must be a host name in lower case, without scheme, port and path, such as shop.example.`,
  );
}

export function readVendorCode(text: string, ownVendorCode: string): string {
  if (!/^[A-Z0-9]{2,8}$/.test(text)) throw refused('The vendor code must have 2 to 8 characters of A-Z and 0-9.');
  if (text === ownVendorCode) throw refused(`The vendor code ${text} is that of the service. Choose another one.`);
  return text;
}

export function readStartsPerMinute(text: string): number {
  const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_STARTS) return number;
  throw refused(`The starts per minute must be a whole number from 1 to ${MAX_STARTS}.`);
}

export function readAuthMethod(text: string): ClientAuthMethod {
  const method = CLIENT_AUTH_METHODS.find((one) => one === text);
  if (method !== undefined) return method;
  throw refused(
    `The authentication method ${shown(text)} is unknown. Choose from: ${[...CLIENT_AUTH_METHODS].sort().join(', ')}.`,
  );
}

/** The method that was chosen in a form; null for `either`. */
export function readAuthChoice(text: string): ClientAuthMethod | null {
  const choice = AUTH_CHOICES.find((one) => one === text);
  if (choice === undefined)
    throw refused(`The authentication method ${shown(text)} is unknown. Choose from: ${AUTH_CHOICES.join(', ')}.`);
  return choice === 'either' ? null : choice;
}

export function readAssertionAudience(text: string): Client['assertionAudience'] {
  if (text === 'issuer' || text === 'endpoint') return text;
  throw refused('The assertion audience must be issuer or endpoint.');
}

export function readDeliveryMode(text: string): DeliveryMode {
  const mode = DELIVERY_MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw refused(`The delivery mode ${shown(text)} is unknown. Choose from: ${DELIVERY_MODES.join(', ')}.`);
}

export function readRequestSigningAlg(text: string): RequestSigningAlg {
  const alg = REQUEST_SIGNING_ALGS.find((one) => one === text);
  if (alg !== undefined) return alg;
  throw refused(`The algorithm ${shown(text)} is not offered. Choose from: ${REQUEST_SIGNING_ALGS.join(', ')}.`);
}

/** Where pings go. Its name is judged anew for each of them; here only what its text says, by the rules of this environment. */
export function readNotificationEndpoint(text: string, rules: OutboundRules): string {
  const judged = judgeOutboundUrl(text, rules);
  if (typeof judged !== 'string') return text;
  throw refused(`The notification endpoint ${shown(text)} cannot be used. ${judged}`);
}

/** Where a client publishes its keys. Its name is judged anew whenever they are fetched, as that of a notification endpoint. */
export function readJwksUri(text: string, rules: OutboundRules): string {
  const judged = judgeOutboundUrl(text, rules);
  if (typeof judged !== 'string') return text;
  throw refused(`The address of the keys ${shown(text)} cannot be used. ${judged}`);
}

export function readIdTokenAlgorithm(text: string): IdTokenAlgorithm {
  const algorithm = ID_TOKEN_ALGORITHMS.find((one) => one === text);
  if (algorithm !== undefined) return algorithm;
  throw refused(`The algorithm of id_tokens must be ${ID_TOKEN_ALGORITHMS.join(' or ')}.`);
}

export function readSector(text: string): string {
  // With a dot it can be no client's id, by which a client without a sector has one of its own.
  if (HOST.test(text) && text.includes('.')) return text;
  throw refused(`The sector ${shown(text)} must be a host name in lower case, such as shop.example.`);
}

export function readJwks(text: string): object {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    // The sentence of the parser would quote the text, which may be a private key.
    throw refused('The JWKS is not valid JSON. Give a file with {"keys": […]}.');
  }
  const read = readClientJwks(set);
  if (typeof read === 'string') throw refused(read);
  return read;
}

function readAddresses(texts: readonly string[], what: string, expectForm: (text: string, url: URL) => void): string[] {
  const addresses = [...new Set(texts)];
  if (addresses.length > MAX_ADDRESSES) throw refused(`Give each ${what} once, and at most ${MAX_ADDRESSES} of them.`);
  for (const text of addresses) {
    const url = URL.canParse(text) && !/[\s\p{Cc}\\]/u.test(text) ? new URL(text) : undefined;
    if (url === undefined || text.length > MAX_ADDRESS_LENGTH)
      throw refused(`The ${what} ${shown(text)} is no address. Give a whole one, such as https://shop.example/back.`);
    const isOfApp = what === 'return address' && isPrivateUse(text);
    if (!isOfApp && url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
      throw refused(`The ${what} ${shown(text)} must begin with https://. Only localhost may use http://.`);
    expectForm(text, url);
  }
  return addresses;
}

/** What was typed, as it may stand in a line of a terminal. */
function shown(text: string): string {
  const one = Array.from(text.replace(/[\p{C}\p{Z}]/gu, ' '));
  return one.length > 80 ? `${one.slice(0, 80).join('')}…` : one.join('');
}

/** A refused change of a client. `detail` says what is wrong, wherever it was asked for; `hint` what the operator's command takes. */
export class RefusedChange extends Problem {
  constructor(
    detail: string,
    readonly hint?: string,
  ) {
    super('invalid_request', detail);
  }
}

export function refused(detail: string, hint?: string): RefusedChange {
  return new RefusedChange(detail, hint);
}
