import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { LONGEST_LINE_ID } from '../../domain/line.ts';
import type { Mode } from '../../http/client.guard.ts';
import { BODY, DECLARED, MODE, type Completed } from '../../http/operation.ts';
import { withExamples } from './examples.ts';
import { HEADERS, headersNamed } from './headers.ts';
import { OAUTH_ERROR, OTHER_OAUTH_PROBLEM, OTHER_PROBLEM, PROBLEM } from './problem-schemas.ts';
import { problemResponses } from './problem-responses.ts';
import { securitySchemes, TAGS } from './security-schemes.ts';

/** The members of an operation that are read or completed here. */
interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: { in: string; name: string; description?: string }[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, { description: string }>;
  security?: Record<string, string[]>[];
  [DECLARED]?: Completed;
  [BODY]?: Record<string, object>;
  [MODE]?: Mode;
}

/**
 * The contract as OpenAPI 3.1, from the controllers and their comments. What follows from caller, body and path of an
 * operation is added here: security, problems with their examples, headers, and the meaning of ids.
 */
export function openApiDocument(app: INestApplication, issuer: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Pushguard')
    .setVersion('1')
    .setDescription(DESCRIPTION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setExternalDoc('Documents for developers', `${issuer}/developers`)
    .setOpenAPIVersion('3.1.0')
    .addServer(issuer);
  for (const { name, description } of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build());
  const responses: Record<string, object> = {};
  for (const [address, path] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(path) as [string, Operation][]) {
      complete(operation, { address, method, issuer, responses });
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM, OAuthError: OAUTH_ERROR },
    responses: { ...responses, OtherProblem: OTHER_PROBLEM, OtherOAuthProblem: OTHER_OAUTH_PROBLEM },
    headers: HEADERS,
    securitySchemes: securitySchemes(issuer),
  } as NonNullable<OpenAPIObject['components']>;
  sortEnums(document.components.schemas);
  return withExamples(document, issuer);
}

/** The OAuth endpoints at which a client authenticates by its form or header. */
const CLIENT_ENDPOINTS: readonly string[] = ['/oauth2/token', '/oauth2/par', '/oauth2/introspect', '/oauth2/revoke'];

const DESCRIPTION = `Verification codes that reach only the subscriber’s own phone, after a PIN.

Every error is a problem document (RFC 9457), with the members of RFC 6749 at \`/oauth2\`; \`help\` leads to the page that explains it. Times are RFC 3339 in UTC, ids are opaque, and bodies are UTF-8. Every answer has \`X-Content-Type-Options: nosniff\`, and \`Cache-Control: no-store\` unless it is a public document.`;

/** Of a document that tells its version. */
const NOT_MODIFIED = { description: '`If-None-Match` names this version', ...headersNamed(['ETag']) };

interface Place {
  address: string;
  method: string;
  issuer: string;
  responses: Record<string, object>;
}

function complete(operation: Operation, { address, method, issuer, responses }: Place): void {
  const { [DECLARED]: declared, [BODY]: body, [MODE]: mode = 'live' } = operation;
  if (!declared) throw new Error(`${method} ${address} has no @Operation`);
  operation.operationId = declared.name;
  operation.summary = declared.summary;
  Reflect.deleteProperty(operation, DECLARED);
  Reflect.deleteProperty(operation, BODY);
  Reflect.deleteProperty(operation, MODE);
  if (body) operation.requestBody = { content: body };
  operation.security ??= CLIENT_ENDPOINTS.includes(address) ? [{ clientSecretBasic: [] }, {}] : [];
  for (const parameter of operation.parameters ?? [])
    parameter.description ??= PATH_PARAMETERS[idOf(address, parameter)] ?? '';
  if (operation.parameters?.length === 0) delete operation.parameters;
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (!status.startsWith('2')) continue;
    answer.description ||= declared.answers;
    Object.assign(answer, headersNamed(declared.headers));
  }
  const { security, requestBody } = operation;
  const refusals = problemResponses(
    { address, method, security, mode, hasBody: requestBody !== undefined },
    declared.refuses,
    {
      issuer,
      components: responses,
    },
  );
  const other = address.startsWith('/oauth2/') ? 'OtherOAuthProblem' : 'OtherProblem';
  operation.responses = {
    ...(refusals as Operation['responses']),
    ...operation.responses,
    ...(declared.headers.includes('ETag') && { 304: NOT_MODIFIED }),
    default: { $ref: `#/components/responses/${other}` } as unknown as { description: string },
  };
}

/** The part of an address before an id, which tells what the id names; empty for parameters elsewhere. */
function idOf(address: string, { in: place, name }: { in: string; name: string }): string {
  return place === 'path' ? address.slice(0, address.indexOf(`/{${name}}`)) : '';
}

const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  '/v1/authentications': 'The `id` that the start answered',
  '/v1/test/authentications': 'The `id` that the start answered',
  '/v1/windows': 'The `windowId` of the window',
  '/v1/webhook-endpoints': 'The `id` of the endpoint',
  '/v1/webhook-events': 'The `id` of the event, which is also its `webhook-id`',
  '/v1/registrations': 'The `id` of the registration',
  '/app/v1/authentications': 'The `id` of a pending authentication',
  '/app/v1/history': 'The `id` of an authentication in the history',
  '/app/v1/sms-permissions': 'The `id` of the permission',
  '/app/v1/registrations': 'The `id` of the registration',
  '/app/v1/device/pin-check': 'The `id` of the PIN check',
  '/app/v1/alerts': 'The `id` of the alert',
  '/carrier/v1/lines': `The carrier’s own id of the line, 1 to ${LONGEST_LINE_ID} characters`,
  '/operator/v1/subscriptions': 'The `subscriptionId`',
  '/operator/v1/reissues': 'The `id` of the reissue',
};

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
