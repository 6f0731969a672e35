import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { ProblemCode } from '../domain/problem.ts';
import { PROBLEM_CATALOGUE } from './problem-catalogue.ts';

const DESK_SESSION =
  'A session of the operator desk, used when no bearer token is sent. Writes must carry the form token of its pages as X-Form-Token; actions that need two people are refused.';

/** The contract as OpenAPI 3.1, generated from the controllers. */
export function openApiDocument(app: INestApplication, issuer: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Pushguard')
    .setVersion('1')
    .setDescription(
      'Verification codes that reach only the subscriber’s own phone, after a PIN. Every error is a problem document (RFC 9457), with the members of RFC 6749 at /oauth2.',
    )
    .setOpenAPIVersion('3.1.0')
    .addServer(issuer)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addCookieAuth('__Host-desk', { type: 'apiKey', in: 'cookie', description: DESK_SESSION }, 'desk')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: PROBLEM, OAuthError: OAUTH_ERROR };
  for (const [address, path] of Object.entries(document.paths)) {
    const refused = address.startsWith('/oauth2/') ? REFUSED_OAUTH : REFUSED;
    for (const operation of Object.values(path) as { responses?: Record<string, object> }[]) {
      operation.responses = { ...operation.responses, default: refused };
    }
  }
  sortEnums(document.components.schemas);
  return document;
}

/** Sorts enums: the compiler lists the members of a union in an order that differs from build to build. */
function sortEnums(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, member] of Object.entries(node)) {
    // A copy: the document refers to the very lists that the program goes by.
    if (key === 'enum' && Array.isArray(member))
      (node as Record<string, unknown>)[key] = [...(member as unknown[])].sort();
    else sortEnums(member);
  }
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', examples: ['urn:pushguard:problem:code_mismatch'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'One or more sentences that say what is wrong or what to do' },
    code: { type: 'string', enum: Object.keys(PROBLEM_CATALOGUE) as ProblemCode[] },
    attemptsLeft: { type: 'integer' },
    state: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
    },
    reasons: {
      type: 'array',
      items: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } },
    },
    roles: { type: 'array', items: { type: 'string' }, description: 'Operator roles that may do this' },
  },
};

const REFUSED = {
  description: 'A problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const OAUTH_ERROR = {
  allOf: [
    { $ref: '#/components/schemas/Problem' },
    {
      type: 'object',
      required: ['error', 'error_description'],
      properties: { error: { type: 'string' }, error_description: { type: 'string' } },
    },
  ],
};

const REFUSED_OAUTH = {
  description: 'An OAuth error (RFC 6749, 5.2); 405, 413 and 415 are problem documents',
  content: {
    'application/json': { schema: { $ref: '#/components/schemas/OAuthError' } },
    ...REFUSED.content,
  },
};
