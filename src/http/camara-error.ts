import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomId } from '../crypto/random.ts';
import type { Problem, ProblemCode, SpentLimit } from '../domain/problem.ts';
import { badParameter } from './faults.ts';
import { tellLimit } from './limit-headers.ts';

/** Every code that the CAMARA APIs answer, with its status (CAMARA Commonalities, and the specification of each API). */
const STATUS = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  INVALID_PROTOCOL: 400,
  INVALID_CREDENTIAL: 400,
  INVALID_TOKEN: 400,
  INVALID_SINK: 400,
  'KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION': 400,
  'ONE_TIME_PASSWORD_SMS.INVALID_OTP': 400,
  'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED': 400,
  'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED': 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  INVALID_TOKEN_CONTEXT: 403,
  'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK': 403,
  'ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED': 403,
  'ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED': 403,
  NOT_FOUND: 404,
  IDENTIFIER_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  ABORTED: 409,
  UNSUPPORTED_MEDIA_TYPE: 415,
  MISSING_IDENTIFIER: 422,
  UNNECESSARY_IDENTIFIER: 422,
  QUOTA_EXCEEDED: 429,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type CamaraCode = keyof typeof STATUS;

/** A refusal of a CAMARA API by a code of its specification, with a sentence that says what to do. */
export class CamaraError extends Error {
  override readonly name = 'CamaraError';

  constructor(
    readonly code: CamaraCode,
    message: string,
    readonly retryAfterSeconds?: number,
    /** The limit that is used up, where there is one. */
    readonly limit?: SpentLimit,
  ) {
    super(message);
  }

  /** A limit was reached, whatever status the specification gives to that. */
  get isOfLimit(): boolean {
    return STATUS[this.code] === 429 || this.retryAfterSeconds !== undefined;
  }
}

/** The body of every refusal below the paths of CAMARA: ErrorInfo, never a problem document. */
interface ErrorInfo {
  status: number;
  code: CamaraCode;
  message: string;
}

/** The codes for what the service refuses by a problem of its own. A body of any other fault is `INVALID_ARGUMENT`. */
const CODES: Partial<Record<ProblemCode, CamaraCode>> = {
  invalid_token: 'UNAUTHENTICATED',
  insufficient_scope: 'PERMISSION_DENIED',
  wrong_mode: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  authentication_not_found: 'NOT_FOUND',
  method_not_allowed: 'METHOD_NOT_ALLOWED',
  unsupported_media_type: 'UNSUPPORTED_MEDIA_TYPE',
  too_many_requests: 'TOO_MANY_REQUESTS',
  service_unavailable: 'UNAVAILABLE',
  internal_error: 'INTERNAL',
};

/** The longest `message` of ErrorInfo, in characters (CAMARA Commonalities). */
const MESSAGE_LENGTH = 512;

/** ErrorInfo for a refusal. A fault of the body is named by its JSON pointer; the body itself is not repeated. */
function errorInfoOf(refusal: Problem | CamaraError, issuer: string): ErrorInfo {
  const code = refusal instanceof CamaraError ? refusal.code : (CODES[refusal.code] ?? 'INVALID_ARGUMENT');
  const sentence = refusal instanceof CamaraError ? refusal.message : sentenceOf(refusal, issuer);
  return { status: STATUS[code], code, message: sentence.slice(0, MESSAGE_LENGTH) };
}

/** The addresses of the CAMARA APIs, as their servers name them: `{apiRoot}/{api}/v{version}`. */
const PATH =
  /^\/(one-time-password-sms|sim-swap|sim-swap-subscriptions|device-swap|kyc-age-verification|kyc-match|number-verification)\/v\d/;

/** The CAMARA API at an address, which is read as the router reads it, or undefined where it has none. */
export function camaraApiOf(url: string): string | undefined {
  return PATH.exec(decoded(url))?.[1];
}

/** The address with its octets decoded; as it is where they mean nothing. */
function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/** `XCorrelator` of CAMARA Commonalities. */
const CORRELATOR = /^[a-zA-Z0-9\-_:;./<>{}]{0,256}$/;

/**
 * Repeats the `x-correlator` of a request to a CAMARA API in its answer, whatever that is, and makes one up where there is
 * none. One of another form is not repeated. Problems: `invalid_request`.
 */
export function correlate(request: FastifyRequest, reply: FastifyReply): void {
  if (camaraApiOf(request.url) === undefined) return;
  const { 'x-correlator': sent = '' } = request.headers;
  const isOfForm = typeof sent === 'string' && CORRELATOR.test(sent);
  void reply.header('x-correlator', isOfForm && sent !== '' ? sent : randomId());
  if (!isOfForm)
    throw badParameter('x-correlator', 'Send x-correlator once, with at most 256 characters of A-Za-z0-9-_:;./<>{}.');
}

/** Writes ErrorInfo. */
export function writeErrorInfo(reply: FastifyReply, refusal: Problem | CamaraError): void {
  const info = errorInfoOf(refusal, reply.server.issuer);
  const request = reply.request as { camaraCode?: CamaraCode; problemCode?: string };
  request.camaraCode = info.code;
  request.problemCode ??= info.code;
  if (refusal instanceof CamaraError) tellLimit(reply, refusal);
  void reply
    .status(info.status)
    .header('Cache-Control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(info));
}

/** What a problem says to a client of CAMARA: ErrorInfo has no `errors`, and no other API of the service is one of CAMARA. */
function sentenceOf({ code, detail: whole, members: { errors = [] } }: Problem, issuer: string): string {
  if (code === 'not_found') return `No operation of CAMARA is at this address. See ${issuer}/developers/camara.`;
  if (code === 'payload_too_large') return 'Send a body of at most 16 KiB.';
  if (errors.length === 0) return whole;
  return errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join(' ');
}
