import type { OpenAPIObject } from '@nestjs/swagger';
import { APP_EXAMPLES } from './examples/app-examples.ts';
import { CARRIER_EXAMPLES, CARRIER_STREAMS } from './examples/carrier-examples.ts';
import { OPERATOR_EXAMPLES, OPERATOR_STREAMS } from './examples/operator-examples.ts';
import { WEBHOOK_EXAMPLES } from './examples/webhook-examples.ts';
import { PARAMETER_EXAMPLES, RELYING_PARTY_EXAMPLES } from './examples/relying-party-examples.ts';

/** An example of each body, by the name of its schema. Lint compares each with its schema. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  ...RELYING_PARTY_EXAMPLES,
  ...APP_EXAMPLES,
  ...WEBHOOK_EXAMPLES,
  ...CARRIER_EXAMPLES,
  ...OPERATOR_EXAMPLES,
};

/** Examples of bodies that are no JSON, or whose schema has no name: by operation and media type. */
const STREAMS: Readonly<Record<string, { sent?: Examples; answered?: Examples }>> = {
  ...CARRIER_STREAMS,
  ...OPERATOR_STREAMS,
};

type Examples = Readonly<Record<string, unknown>>;

interface Medium {
  schema?: { $ref?: string; items?: { $ref?: string } };
  example?: unknown;
  examples?: object;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; example?: unknown }[];
  requestBody?: { content: Record<string, Medium> };
  responses: Record<string, { content?: Record<string, Medium> }>;
}

/** Gives every body and every parameter an example. The issuer stands where an example names the service. */
export function withExamples(document: OpenAPIObject, issuer: string): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) {
      for (const parameter of operation.parameters ?? []) {
        const example = PARAMETER_EXAMPLES[parameter.name];
        if (example !== undefined) parameter.example ??= example;
      }
      const streams = STREAMS[operation.operationId];
      illustrate(operation.requestBody?.content, streams?.sent, issuer);
      for (const { content } of Object.values(operation.responses)) illustrate(content, streams?.answered, issuer);
    }
  }
  return document;
}

function illustrate(content: Record<string, Medium> | undefined, examples: Examples | undefined, issuer: string): void {
  for (const [type, medium] of Object.entries(content ?? {})) {
    const example = examples?.[type] ?? exampleOf(medium);
    if (example !== undefined && !medium.examples) medium.example = named(example, issuer);
  }
}

function exampleOf({ schema }: Medium): unknown {
  const name = (schema?.$ref ?? schema?.items?.$ref)?.split('/').at(-1);
  const example = name === undefined ? undefined : EXAMPLES[name];
  return schema?.items && example !== undefined ? [example] : example;
}

/** A copy in which `ISSUER` is the address of the service, and `ISSUER_ENCODED` the same in a query. */
function named(example: unknown, issuer: string): unknown {
  return JSON.parse(
    JSON.stringify(example).replaceAll('ISSUER_ENCODED', encodeURIComponent(issuer)).replaceAll('ISSUER', issuer),
  );
}
