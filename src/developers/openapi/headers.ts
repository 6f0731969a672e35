import type { AnswerHeader } from '../../http/operation.ts';

const text = { type: 'string' };

/** The headers of answers, as components of the document. */
export const HEADERS = {
  'Idempotency-Replayed': {
    description: '`true` where the answer is the repeated one of an earlier, equal request',
    schema: { type: 'string', enum: ['true'] },
  },
  ETag: { description: 'The version, for `If-None-Match`', schema: text, example: '"Zb0…"' },
  'Content-Disposition': {
    description: 'With CSV, the name under which a browser stores it',
    schema: text,
    example: 'attachment; filename="charges-2026-11.csv"',
  },
  'Retry-After': { description: 'Whole seconds to wait', schema: { type: 'integer', minimum: 0 }, example: 30 },
  RateLimit: {
    description: 'The limit that is used up, and the seconds until it is not (draft-ietf-httpapi-ratelimit-headers-11)',
    schema: text,
    example: '"person";r=0;t=30',
  },
  'RateLimit-Policy': {
    description: 'The limit: its quota and its window in seconds',
    schema: text,
    example: '"person";q=5;w=600',
  },
  'WWW-Authenticate': {
    description:
      'The way to authenticate (RFC 9110, 11.6.1), with `error` and `scope` where a token was sent (RFC 6750, 3)',
    schema: text,
    example: 'Bearer realm="pushguard", error="invalid_token"',
  },
} satisfies Record<AnswerHeader | HeaderOfProblems, object>;

type HeaderOfProblems = 'Retry-After' | 'RateLimit' | 'RateLimit-Policy' | 'WWW-Authenticate';

const OF_STATUS: Readonly<Record<number, readonly HeaderOfProblems[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  503: ['Retry-After'],
};

/** References to the headers of a problem with this status; undefined where it has none. */
export function headersOfStatus(status: number): { headers?: Record<string, object> } {
  return headersNamed(OF_STATUS[status] ?? []);
}

/** References to headers by their names. */
export function headersNamed(names: readonly string[]): { headers?: Record<string, object> } {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}
