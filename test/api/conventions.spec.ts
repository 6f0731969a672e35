import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Installation } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TestService, type Answer } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** Sends these bytes unchanged, with a valid access token. */
async function send(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(service.issuer + path, {
    method,
    headers: { Authorization: `Bearer ${await service.token()}`, ...(body !== undefined && headers) },
    ...(body !== undefined && { body }),
  });
  return answerOf(response);
}

const START = '/v1/authentications';
const good = JSON.stringify({ birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0000', purpose: '가입' });
/** The valid start with additional text before its closing brace. */
const goodWith = (more: string) => good.replace(/\}$/, `,${more}}`);

describe('an address', () => {
  it.each([
    ['GET', '/nothing'],
    ['POST', '/v1'],
    ['GET', '/v1/authentications/'],
    ['DELETE', '/v2/authentications/x'],
    ['GET', '/V1/authentications/x'],
    ['GET', '/v1/authentications/x/unknown'],
  ])('an address that does not exist is 404: %s %s', async (method, path) => {
    const answer = await send(method, path);
    expect(answer.status).toBe(404);
    expectProblem(
      answer,
      404,
      answer.body['code'] === 'authentication_not_found' ? 'authentication_not_found' : 'not_found',
    );
  });

  it.each([
    ['GET', START, 'POST'],
    ['PUT', START, 'POST'],
    ['PATCH', `${START}/x`, 'DELETE, GET, HEAD'],
    ['GET', `${START}/x/verification`, 'POST'],
    ['DELETE', `${START}/x/resend`, 'POST'],
    ['GET', '/oauth2/token', 'POST'],
    ['POST', '/oauth2/jwks', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
    ['GET', '/app/v1/device/push-token', 'PUT'],
    ['GET', '/app/v1/devices', 'POST'],
    ['DELETE', '/app/v1/authentications', 'GET, HEAD'],
    ['GET', '/v1/windows', 'POST'],
    // Not the line whose id is `import`.
    ['PUT', '/carrier/v1/lines/import', 'POST'],
  ])('an address that exists is 405 with Allow for another method: %s %s', async (method, path, allow) => {
    const answer = await send(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('an address that cannot be read is refused with a problem, too', async () => {
    const answer = await send('GET', '/v1/authentications/%zz');
    expectProblem(answer, 400, 'invalid_request');
  });
});

describe('a body', () => {
  it('a body of JSON is accepted, which is the case that the refusals below differ from', async () => {
    expect((await send('POST', START, good)).status).toBe(201);
    expect((await send('POST', START, good, { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(201);
  });

  it('a body over 16 KiB is 413, and one of 16 KiB is read', async () => {
    const padded = (bytes: number) => good + ' '.repeat(bytes - Buffer.byteLength(good));
    expect((await send('POST', START, padded(16 * 1024))).status).toBe(201);
    expectProblem(await send('POST', START, padded(16 * 1024 + 1)), 413, 'payload_too_large');
    expectProblem(await send('POST', START, padded(17 * 1024)), 413, 'payload_too_large');
    expectProblem(await send('POST', '/oauth2/token', `a=${'x'.repeat(17 * 1024)}`, form), 413, 'payload_too_large');
  });

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  it.each<[string, Record<string, string>]>([
    ['plain text', { 'Content-Type': 'text/plain' }],
    ['XML', { 'Content-Type': 'application/xml' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form of parts', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['bytes', { 'Content-Type': 'application/octet-stream' }],
    ['a merge patch', { 'Content-Type': 'application/merge-patch+json' }],
    ['a batch of events', { 'Content-Type': 'application/cloudevents-batch+json' }],
    ['no type', { 'Content-Type': '' }],
  ])('a body of %s is 415', async (_case, headers) => {
    expectProblem(await send('POST', START, good, headers), 415, 'unsupported_media_type');
  });

  it('a body of JSON is 415 at the token endpoint, where OAuth requires a form', async () => {
    const answer = await send('POST', '/oauth2/token', '{"grant_type":"client_credentials"}');
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({
      status: 415,
      code: 'unsupported_media_type',
    });
  });

  it.each<[string, string]>([
    ['no JSON', 'birthDate=900101'],
    ['half of a JSON', good.slice(0, -1)],
    ['two JSON objects', good + good],
    ['a JSON with a comment', `${good}//`],
    ['a JSON with a byte order mark', `\ufeff${good}`],
    ['single quotes', good.replaceAll('"', "'")],
    ['a list', `[${good}]`],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['true', 'true'],
    ['a key twice', goodWith('"purpose":"다른 목적"')],
    ['a key twice with the same value', goodWith('"purpose":"가입"')],
    ['a key twice, once escaped', goodWith('"\\u0070urpose":"다른 목적"')],
    ['a key twice inside', goodWith('"endUser":{"ip":"203.0.113.7","ip":"203.0.113.8"}')],
    ['__proto__ twice inside', goodWith('"endUser":{"__proto__":{"x":1},"__proto__":{"x":2}}')],
    ['nine levels', goodWith(`"x":${'['.repeat(9)}${']'.repeat(9)}`)],
    ['seven thousand levels', goodWith(`"x":${'['.repeat(7000)}${']'.repeat(7000)}`)],
  ])('a body that contains %s is 400', async (_case, body) => {
    expectProblem(await send('POST', START, body), 400, 'invalid_request');
  });

  it.each([
    ['__proto__', '"__proto__":{"purpose":"x"}', '/__proto__'],
    ['__proto__ escaped', '"\\u005f_proto__":{"x":1}', '/__proto__'],
    ['__proto__ in a list', '"transaction":[{"__proto__":{"x":1}}]', '/transaction/0/__proto__'],
  ])('a body that contains %s is 400, and the error names the field', async (_case, member, pointer) => {
    expectFaults(await send('POST', START, goodWith(member)), pointer);
  });

  it('a body whose text contains colons, quotes and backslashes is not mistaken for one with a duplicate key', async () => {
    const userAgent = 'a: "b": \\ {"c":1,"c":2} \\"';
    const body = goodWith(`"endUser":${JSON.stringify({ userAgent })}`);
    expect((await send('POST', START, body)).status).toBe(201);
  });

  it('a body that is missing is 400, and the error names the missing fields', async () => {
    for (const body of [undefined, '', '{}']) {
      expectProblem(await send('POST', START, body), 400, 'invalid_request', { errors: expect.any(Array) });
    }
  });

  it('a body that is missing is accepted where none is needed', async () => {
    const { id } = (await send('POST', START, good)).body;
    await service.rows.authentications.rewindSending(id as string, 30);
    expect((await send('POST', `${START}/${id as string}/resend`, '')).status).toBe(202);
    expect((await send('DELETE', `${START}/${id as string}`, '')).status).toBe(204);
  });
});

describe('every refusal', () => {
  it.each<[string, number, () => Promise<Answer>]>([
    ['RP API without a token', 401, async () => bare('POST', START)],
    ['operator API without a token', 401, async () => bare('POST', '/operator/v1/subscriptions')],
    ['app API without a proof', 401, async () => bare('GET', '/app/v1/authentications')],
    ['app API with a bearer token', 401, async () => send('GET', '/app/v1/history')],
    ['scope', 403, async () => service.call('GET', `${START}/x`, undefined, { scope: 'carrier' })],
    ['unknown id', 404, async () => send('GET', `${START}/${randomUUID()}`)],
  ])('every refusal is a problem document: %s %i', async (_case, status, ask) => {
    const answer = await ask();
    const code = answer.body['code'] as string;
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({
      type: `urn:pushguard:problem:${code}`,
      title: expect.stringMatching(/\S/),
      status,
      detail: expect.stringMatching(/\S/),
      help: `${service.issuer}/developers/errors#${code}`,
    });
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^\w/);
  });

  const bare = async (method: string, path: string): Promise<Answer> =>
    answerOf(await fetch(service.issuer + path, { method }));
  it('every refusal repeats nothing of what was sent', async () => {
    const marks = ['9999991', '01099998888', 'geheim', 'u0000'];
    const bodies = [
      { birthDate: '9999991', genderDigit: 'geheim', phoneNumber: '01099998888geheim', purpose: 'geheim\n' },
      { birthDate: '900230', genderDigit: '1', phoneNumber: '0109999888', purpose: '가입' },
      { code: '9999991' },
    ];
    for (const body of bodies) {
      for (const path of [START, '/v1/windows', `${START}/${randomUUID()}/verification`]) {
        const { status, body: answer } = await send('POST', path, JSON.stringify(body));
        expect(status).toBeGreaterThanOrEqual(400);
        for (const mark of marks) expect(JSON.stringify(answer)).not.toContain(mark);
      }
    }
  });
});

describe('operations', () => {
  it('operations see on the management port that the process is alive and ready, and its metrics', async () => {
    const { management } = service.process.announcement;
    for (const path of ['/health/live', '/health/ready']) {
      const response = await fetch(management + path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'up' });
    }
    await send('GET', `${START}/${randomUUID()}`);
    const metrics = await fetch(`${management}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await metrics.text();
    expect(text).toContain('route="/v1/authentications/:id",status="404"');
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    const [groups, statements] = ['commits', 'statements'].map((name) =>
      Number(new RegExp(`^pushguard_shared_${name}_total (\\d+)$`, 'm').exec(text)?.[1]),
    );
    expect(groups).toBeGreaterThan(0);
    expect(statements).toBeGreaterThanOrEqual(groups ?? NaN);
    expect((await fetch(`${management}/unknown`)).status).toBe(404);
  });

  it('operations find health on the API’s own port, and no metrics', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect(await (await fetch(service.issuer + path)).json()).toEqual({ status: 'up' });
    }
    expect((await fetch(`${service.issuer}/metrics`)).status).toBe(404);
  });

  it('reading the OpenAPI document leaves the default language of pages as it was', async () => {
    const language = async () => /<html lang="(\w+)"/.exec(await (await fetch(`${service.issuer}/`)).text())?.[1];
    const before = await language();
    await send('GET', '/openapi.json');
    expect([before, await language()]).toEqual(['ko', 'ko']);
  });

  it('operations can read the contract as OpenAPI 3.1 at /openapi.json', async () => {
    const { status, body } = await send('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body['openapi']).toMatch(/^3\.1\./);
    const paths = body['paths'] as Record<string, Record<string, unknown>>;
    for (const [path, ...methods] of [
      ['/oauth2/token', 'post'],
      ['/v1/authentications', 'post'],
      ['/v1/authentications/{id}', 'get', 'delete'],
      ['/v1/authentications/{id}/verification', 'post'],
      ['/v1/authentications/{id}/resend', 'post'],
      ['/v1/windows', 'post'],
      ['/v1/windows/{id}', 'get'],
      ['/app/v1/devices', 'post'],
      ['/app/v1/device/test', 'post'],
      ['/app/v1/device/envelope', 'get'],
      ['/app/v1/device/push-token', 'put'],
      ['/app/v1/authentications', 'get'],
      ['/app/v1/authentications/{id}/open', 'post'],
      ['/app/v1/authentications/{id}/approve', 'post'],
      ['/app/v1/authentications/{id}/envelope', 'get'],
      ['/app/v1/authentications/{id}/decline', 'post'],
      ['/app/v1/history', 'get'],
    ] as const) {
      expect([path, Object.keys(paths[path] ?? {}).sort()]).toEqual([path, [...methods].sort()]);
    }
  });
});

describe('a connection', () => {
  it('a connection with headers that are too large is closed, and the service keeps running', async () => {
    const { hostname, port } = new URL(service.issuer);
    const status = await new Promise<number | undefined>((resolve) => {
      const headers = { 'Device-Proof': 'x'.repeat(64 * 1024) };
      const request = httpRequest({ hostname, port, path: '/app/v1/history', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', () => resolve(undefined));
      request.end();
    });
    expect(status).toBe(431);
    expect((await fetch(`${service.issuer}/health/live`)).status).toBe(200);
  });
});

it('no answer, metric or log line contains a code, a phone number or a birth date that it does not need', async () => {
  const answers: string[] = [];
  const secrets = new Set<string>();
  const note = (answer: { body: unknown }) => answers.push(JSON.stringify(answer.body));
  const keep = (number: string, birthDate: string) => {
    secrets.add(number.slice(3));
    secrets.add(birthDate);
  };

  // A subscriber whose push platform fails in every way, with wrong codes and PINs.
  const subscriber = await service.subscriber();
  keep(subscriber.person.phoneNumber, '900101');
  service.fcm.answer(subscriber.pushToken, 'INVALID_ARGUMENT', 'INTERNAL', 'RESET', 'RESET', 'UNREGISTERED');
  const { id } = (await service.start(subscriber.person)).body;
  const code = await service.codeOf(subscriber, id);
  secrets.add(code);
  note(await service.verify(id, otherThan(code)));
  const installation = await Installation.of(subscriber.phone);
  note(await installation.send('GET', '/app/v1/authentications'));
  note(await installation.send('GET', '/app/v1/history'));
  note(await installation.send('GET', '/app/v1/history', undefined, { proof: 'garbage' }));
  note(await service.call('GET', `${START}/${id}`));

  // A person who gets the code by SMS, from a message centre that fails.
  const person = await service.addLine({ owner: { birthDate: '660606', genderDigit: '2' } });
  keep(person.phoneNumber, '660606');
  service.smsc.answer(person.phoneNumber, 'ESME_RINVDSTADR');
  const refused = await service.start(person);
  note(refused);
  await service.rows.deliveries.untilDone(refused.body.id);
  const { id: texted } = (await service.start(person)).body;
  const sent = await service.textedCode(person.phoneNumber);
  secrets.add(sent);
  note(await service.verify(texted, otherThan(sent)));
  note(await service.call('GET', `${START}/${texted}`));
  for (let starts = 3; starts <= 6; starts += 1) note(await service.start(person));
  note(
    await service.call(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber: person.phoneNumber, reason: '가입 신청' },
      { scope: 'carrier' },
    ),
  );
  note(
    await service.call(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber: '01099990000', reason: '가입 신청' },
      { scope: 'operator' },
    ),
  );

  const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
  const log = service.process.log();
  expect(log).toContain('was rejected');
  for (const secret of secrets) {
    // Six digits may occur by chance inside an id or a measured time, but not on their own.
    const alone = new RegExp(`(?<![\\d.a-f-])${secret}(?![\\d.a-f-])`);
    expect(log).not.toMatch(alone);
    expect(metrics).not.toMatch(alone);
    for (const answer of answers) expect(answer).not.toMatch(alone);
  }
});
