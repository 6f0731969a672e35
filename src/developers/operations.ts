import type { OpenAPIObject } from '@nestjs/swagger';

/** One member of a body, with the members inside of it in dotted names. */
export interface Member {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

export interface Body {
  type: string;
  example: unknown;
  members: Member[];
}

/** One operation of the contract, as the reference shows it. */
export interface ListedOperation {
  /** The `operationId`. */
  name: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  /** The address of its entry in the reference. */
  place: string;
  /** The ways to authenticate, each with the scopes that it takes. */
  callers: { scheme: string; scopes: string[] }[];
  parameters: (Member & { where: string })[];
  request: Body[];
  answers: { status: string; description: string; bodies: Body[] }[];
  codes: string[];
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}
type Content = Record<string, { schema?: Schema; example?: unknown; examples?: object }>;
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, Answer & { $ref?: string }>;
}
interface Answer {
  description: string;
  content?: Content;
}

/** How deep the members of a body are shown. */
const DEPTH = 3;

/** The operations of the contract, in its order. */
export function operationsOf(document: OpenAPIObject): ListedOperation[] {
  const { schemas = {}, responses = {} } = document.components ?? {};
  const nameIn = ($ref: string) => $ref.split('/').at(-1) ?? '';
  const schemaOf = (schema: Schema): Schema => (schema.$ref ? (schemas[nameIn(schema.$ref)] as Schema) : schema);
  const answerOf = (answer: Answer & { $ref?: string }) =>
    answer.$ref ? (responses[nameIn(answer.$ref)] as Answer) : answer;
  const bodies = (content: Content = {}): Body[] =>
    Object.entries(content).map(([type, { schema, example }]) => ({
      type,
      example,
      members: schema ? membersOf(schema, schemaOf) : [],
    }));
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => {
      const { operationId: name, summary, description, security, parameters = [], requestBody } = operation;
      const tag = operation.tags[0] ?? '';
      const answers = Object.entries(operation.responses).map(([status, one]) => [status, answerOf(one)] as const);
      return {
        name,
        method: method.toUpperCase(),
        path,
        tag,
        summary,
        description,
        place: `/developers/api/${slugOfTag(tag)}#${name}`,
        callers: security.flatMap((one) => Object.entries(one).map(([scheme, scopes]) => ({ scheme, scopes }))),
        parameters: parameters.map((one) => ({
          name: one.name,
          where: one.in,
          type: typeOf(one.schema ?? {}, schemaOf),
          required: one.required === true,
          description: one.description ?? '',
        })),
        request: bodies(requestBody?.content),
        answers: answers
          .filter(([status]) => status.startsWith('2'))
          .map(([status, one]) => ({ status, description: one.description, bodies: bodies(one.content) })),
        codes: answers.flatMap(([, { content }]) =>
          Object.values(content ?? {}).flatMap(({ examples }) => Object.keys(examples ?? {})),
        ),
      };
    }),
  );
}

/** The part of an address that stands for a group of operations. */
export function slugOfTag(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-');
}

function membersOf(schema: Schema, schemaOf: (schema: Schema) => Schema, prefix = '', depth = 0): Member[] {
  const parts = [schema, ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(schemaOf);
  const inner = parts.flatMap((part) => (part.items ? [schemaOf(part.items)] : []));
  const seen = new Set<string>();
  return [...parts, ...inner]
    .flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).flatMap(([name, member]) => {
        const own = { name: prefix + name, type: typeOf(member, schemaOf), required: required.includes(name) };
        const described = { ...own, description: member.description ?? schemaOf(member).description ?? '' };
        return [described, ...(depth < DEPTH ? membersOf(member, schemaOf, `${prefix}${name}.`, depth + 1) : [])];
      }),
    )
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}

function typeOf(schema: Schema, schemaOf: (schema: Schema) => Schema): string {
  const known = schemaOf(schema);
  if (known.enum) return known.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (known.items) return `${typeOf(known.items, schemaOf)}[]`;
  const some = known.anyOf ?? known.oneOf ?? known.allOf;
  if (some) return [...new Set(some.map((one) => typeOf(one, schemaOf)))].join(' | ');
  return [known.type ?? 'object'].flat().join(' | ');
}
