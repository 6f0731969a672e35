import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import createClient from 'openapi-fetch';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { paths } from '../contract/openapi-client.ts';
import { PROBLEM_CATALOGUE } from '../../src/http/problem-catalogue.ts';
import { otherThan, TestService } from '../support/service.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; description?: string; example?: unknown }[];
  requestBody?: { content: Record<string, Medium> };
  responses: Record<string, Reply & { $ref?: string }>;
}
interface Reply {
  description: string;
  headers?: object;
  content?: Record<string, Medium>;
}
interface Medium {
  schema?: object;
  example?: unknown;
  examples?: Record<string, { value: Record<string, unknown> }>;
}

const document = JSON.parse(readFileSync('test/contract/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: {
    responses: Record<string, Reply>;
    schemas: Record<string, object>;
    securitySchemes: Record<
      string,
      { type: string; flows?: { clientCredentials: { scopes: Record<string, string> } } }
    >;
  };
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);
const replyOf = (reply: Operation['responses'][string]): Reply =>
  reply.$ref ? document.components.responses[reply.$ref.split('/').at(-1) ?? '']! : reply;
/** The problem codes that an operation declares, with their status. */
const codesOf = ({ responses }: Operation) =>
  Object.values(responses).flatMap((one) =>
    Object.values(replyOf(one).content ?? {}).flatMap(({ examples }) => Object.keys(examples ?? {})),
  );

describe('the OpenAPI document', () => {
  it('names each operation as a person would name a function, and no two alike', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(names.filter((name) => !/^[a-z][a-zA-Z]+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(operations)('describes %s with its caller, inputs, answers and examples', (_, operation) => {
    expect(operation.summary).not.toBe('');
    expect(operation.description).not.toBe('');
    expect(operation.security).toBeDefined();
    for (const { description, example, name } of operation.parameters ?? []) {
      expect([name, description === undefined ? 'has no description' : 'described']).toEqual([name, 'described']);
      expect([name, example]).not.toEqual([name, undefined]);
    }
    const media = [
      operation.requestBody?.content,
      ...Object.values(operation.responses).map((one) => replyOf(one).content),
    ];
    for (const reply of Object.values(operation.responses)) expect(replyOf(reply).description).not.toBe('');
    for (const [status, reply] of Object.entries(operation.responses)) {
      for (const [type, medium] of Object.entries(replyOf(reply).content ?? {})) {
        if (status === 'default') continue;
        expect([status, type, medium.example ?? medium.examples]).not.toEqual([status, type, undefined]);
      }
    }
    for (const content of media)
      for (const medium of Object.values(content ?? {})) expect(Object.keys(medium.schema ?? {})).not.toEqual([]);
  });

  it.each(operations)('lists the problems of %s, and at least those that its description names', (_, operation) => {
    const codes = codesOf(operation);
    const named = [...operation.description.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => name in PROBLEM_CATALOGUE).filter((name) => !codes.includes(name))).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining(['invalid_request', 'internal_error', 'service_unavailable']));
  });

  it('has no schema that says nothing', () => {
    const empty: string[] = [];
    const look = (node: unknown, place: string) => {
      if (typeof node !== 'object' || node === null) return;
      const { type, properties, additionalProperties, ...rest } = node as Record<string, unknown>;
      const says =
        properties ?? additionalProperties ?? rest['allOf'] ?? rest['anyOf'] ?? rest['oneOf'] ?? rest['$ref'];
      if (type === 'object' && !says) empty.push(place);
      for (const [name, member] of Object.entries(node)) look(member, `${place}/${name}`);
    };
    look(document.components.schemas, '');
    look(document.paths, '');
    expect(empty).toEqual([]);
  });

  it('gives every class of a request or an answer a name of its own', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.dto.ts'));
    const names = files.flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(/^(?:export )?class (\w+)/gm)].map(([, name]) => name ?? ''),
    );
    const shapes = names.filter((name, at) => names.indexOf(name) !== at && !SAME_EVERYWHERE.includes(name));
    expect(shapes).toEqual([]);
  });

  it('tells of client credentials with their scopes, and of the device proof', () => {
    const { bearer, deviceProof } = document.components.securitySchemes;
    const scopes = Object.keys(bearer?.flows?.clientCredentials.scopes ?? {});
    expect(scopes).toEqual(['authentications', 'signing', 'webhooks', 'carrier', 'operator', 'operator.decide']);
    expect(deviceProof).toMatchObject({ type: 'apiKey', in: 'header', name: 'Device-Proof' });
    const asked = operations.flatMap(([, { security }]) => security.flatMap((one) => one['bearer'] ?? []));
    expect([...new Set(asked)].sort()).toEqual([...scopes].sort());
    const needsNoDevice = ['/loss-reports', '/push-key'];
    for (const [name, { security }] of operations) {
      if (name.includes(' /app/v1/') && !needsNoDevice.some((path) => name.endsWith(path)))
        expect(security).toEqual([{ deviceProof: [] }]);
    }
  });
});

/** Classes of the same members in several rooms, which share one schema. */
const SAME_EVERYWHERE = ['RelyingPartyName', 'HistoryRelyingParty'];

describe('a client generated by openapi-typescript', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(async () => {
    await service.stop();
  });

  it('gets a token, starts, sees a wrong code by its problem, verifies, and reads the result', async () => {
    const client = createClient<paths>({ baseUrl: service.issuer });
    const { clientId, clientSecret } = service.process.announcement.clients.find(
      (one) => one.scope === 'authentications',
    )!;
    const token = await client.POST('/oauth2/token', {
      body: { grant_type: 'client_credentials', scope: 'authentications' },
      bodySerializer: (body) => new URLSearchParams(body),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
    });
    const headers = { Authorization: `Bearer ${token.data?.access_token ?? ''}` };

    const subscriber = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = subscriber.person;
    const started = await client.POST('/v1/authentications', {
      headers,
      params: { header: { 'Idempotency-Key': 'generated-1' } },
      body: { phoneNumber, birthDate, genderDigit, purpose: '회원가입' },
    });
    expect(started.data).toMatchObject({ channel: 'push', state: 'pending', attemptsLeft: 5 });
    const path = { id: started.data?.id ?? '' };
    const code = await service.codeOf(subscriber, path.id);

    const wrong = await client.POST('/v1/authentications/{id}/verification', {
      headers,
      params: { path },
      body: { code: otherThan(code) },
    });
    expect(wrong.error).toMatchObject({
      code: 'code_mismatch',
      attemptsLeft: 4,
      help: `${service.issuer}/developers/errors#code_mismatch`,
    });
    const right = await client.POST('/v1/authentications/{id}/verification', {
      headers,
      params: { path },
      body: { code },
    });
    expect(right.data?.result).toMatchObject({ birthDate: '1990-01-01', gender: 'male', phoneNumber, channel: 'push' });

    const seen = await client.GET('/v1/authentications/{id}', { headers, params: { path, query: { wait: 1 } } });
    expect(seen.data?.state).toBe('verified');
    expect(seen.data?.result?.subject).toBe(right.data?.result.subject);
    const unknown = await client.DELETE('/v1/authentications/{id}', { headers, params: { path: { id: 'nothing' } } });
    expect(unknown.error?.code).toBe('authentication_not_found');
  });
});
