import type { ProblemCode } from '../../domain/problem.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';

export const PROBLEM = {
  type: 'object',
  description: 'A refusal (RFC 9457). Members beside the first six are present only where they apply.',
  required: ['type', 'title', 'status', 'detail', 'code', 'help'],
  properties: {
    type: {
      type: 'string',
      description: 'Names the problem: `urn:pushguard:problem:` and the code',
      examples: ['urn:pushguard:problem:code_mismatch'],
    },
    title: { type: 'string', description: 'The problem in a few words, the same for every problem of this code' },
    status: { type: 'integer', description: 'The HTTP status' },
    detail: { type: 'string', description: 'One or more sentences that say what is wrong or what to do' },
    code: {
      type: 'string',
      description: 'What programs decide by',
      enum: Object.keys(PROBLEM_CATALOGUE) as ProblemCode[],
    },
    help: { type: 'string', format: 'uri', description: 'The page that explains this code' },
    attemptsLeft: { type: 'integer', description: 'Tries that are left' },
    state: { type: 'string', description: 'The final state of what was addressed' },
    errors: {
      type: 'array',
      description: 'Each fault of the input',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description:
              'The place of the fault in the body (RFC 6901), empty for the body as a whole; the name of a query parameter or of a header',
          },
          detail: { type: 'string', description: 'How to correct it' },
        },
      },
    },
    reasons: {
      type: 'array',
      description: 'Every rule that the line does not meet',
      items: {
        type: 'object',
        required: ['code', 'message'],
        properties: {
          code: { type: 'string', description: 'The rule' },
          message: { type: 'string', description: 'The rule in Korean and in English' },
        },
      },
    },
    roles: { type: 'array', items: { type: 'string' }, description: 'Operator roles that may do this' },
  },
};

export const OAUTH_ERROR = {
  description: 'An OAuth error (RFC 6749, 5.2), with the members of a problem document beside its own.',
  allOf: [
    { $ref: '#/components/schemas/Problem' },
    {
      type: 'object',
      required: ['error', 'error_description'],
      properties: {
        error: { type: 'string', description: 'The code of OAuth' },
        error_description: { type: 'string', description: '`detail` in printable ASCII' },
      },
    },
  ],
};

/** What a version of the service to come may answer. Clients treat it by its status. */
export const OTHER_PROBLEM = {
  description: 'Any other problem, by a code that may be new',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

export const OTHER_OAUTH_PROBLEM = {
  description: 'Any other OAuth error; 405, 413 and 415 are problem documents',
  content: {
    'application/json': { schema: { $ref: '#/components/schemas/OAuthError' } },
    ...OTHER_PROBLEM.content,
  },
};
