import { Problem, type ProblemCode } from '../../domain/problem.ts';
import type { Mode } from '../../http/client.guard.ts';
import { oauthErrorOf } from '../../http/oauth-error.ts';
import { problemDocument } from '../../http/problem.filter.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { ERROR_CATALOGUE } from '../errors/error-catalogue.ts';
import { headersOfStatus } from './headers.ts';

/** The parts of an operation from which the problems follow that need no declaration. */
export interface Asked {
  address: string;
  method: string;
  mode: Mode;
  security: readonly Readonly<Record<string, readonly string[]>>[];
  hasBody: boolean;
}

/** Every request may be malformed, late or too large, and the service may fail. */
const EVERYWHERE: readonly ProblemCode[] = [
  'invalid_request',
  'request_timeout',
  'headers_too_large',
  'internal_error',
  'service_unavailable',
];

/** The problems with which any operation of this kind may answer. */
function impliedBy({ method, security, mode, hasBody }: Asked): ProblemCode[] {
  const schemes = new Set(security.flatMap((one) => Object.keys(one)));
  return [
    ...EVERYWHERE,
    ...(hasBody ? (['payload_too_large', 'unsupported_media_type'] as const) : []),
    ...(schemes.has('bearer') ? (['invalid_token', 'insufficient_scope'] as const) : []),
    ...(schemes.has('bearer') && mode !== 'both' ? (['wrong_mode'] as const) : []),
    ...(schemes.has('deviceProof') ? (['device_proof_invalid'] as const) : []),
    ...(schemes.has('desk') ? (['session_ended'] as const) : []),
    ...(schemes.has('desk') && method !== 'get' ? (['form_outdated'] as const) : []),
  ];
}

/** The problems of an operation by status, each as a reference to a response that is added to `components`. */
export function problemResponses(
  asked: Asked,
  declared: readonly ProblemCode[],
  { issuer, components }: { issuer: string; components: Record<string, object> },
): Record<string, object> {
  const codes = [...new Set([...declared, ...impliedBy(asked)])].sort();
  const statuses = [...new Set(codes.map((code) => PROBLEM_CATALOGUE[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const some = codes.filter((code) => PROBLEM_CATALOGUE[code].status === status);
      const isOAuth = asked.address.startsWith('/oauth2/');
      const name = `${some.map(pascalCase).join('Or')}${isOAuth ? 'AtOAuth' : ''}`;
      components[name] ??= responseOf(status, some, { issuer, route: isOAuth ? asked.address : undefined });
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function responseOf(
  status: number,
  codes: readonly ProblemCode[],
  { issuer, route }: { issuer: string; route: string | undefined },
): object {
  const documents = codes.map((code) => {
    const { detail, members } = ERROR_CATALOGUE[code];
    const problem = new Problem(code, detail, members);
    return { code, document: problemDocument(problem, issuer), oauth: oauthErrorOf(problem, route) };
  });
  const isOAuth = documents.some(({ oauth }) => oauth !== undefined);
  const schema = {
    allOf: [
      { $ref: `#/components/schemas/${isOAuth ? 'OAuthError' : 'Problem'}` },
      { type: 'object', properties: { code: { type: 'string', enum: codes } } },
    ],
  };
  const examples = Object.fromEntries(
    documents.map(({ code, document, oauth }) => [
      code,
      { summary: ERROR_CATALOGUE[code].when.en, value: { ...document, ...oauth } },
    ]),
  );
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].when.en}`).join('\n\n'),
    ...headersOfStatus(status),
    content: { [isOAuth ? 'application/json' : 'application/problem+json']: { schema, examples } },
  };
}

function pascalCase(code: string): string {
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
