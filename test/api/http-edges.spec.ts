import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createFastifyAdapter } from '../../src/http/fastify.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { exchange, rawRequest, untilClosed, type RawAnswer } from '../support/raw-http.ts';
import { answerOf, TestService, type Answer } from '../support/service.ts';

let service: TestService;
let bearer: string;

beforeAll(async () => {
  service = await TestService.start();
  bearer = `Authorization: Bearer ${await service.token()}`;
});
afterAll(async () => {
  await service.stop();
});

const START = '/v1/authentications';
const good = JSON.stringify({ birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0000', purpose: '가입' });

/** Expects a problem document on the wire, with its headers. */
function expectRawProblem(answer: RawAnswer, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(JSON.parse(answer.text)).toMatchObject({
    type: `urn:pushguard:problem:${code}`,
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    code,
    help: `${service.issuer}/developers/errors#${code}`,
  });
}

describe('bytes that are no HTTP request', () => {
  it.each<[string, string[], number, string]>([
    ['no request line', ['hello'], 400, 'invalid_request'],
    ['an unknown protocol', ['GET / FTP/9.9', 'Host: x'], 400, 'invalid_request'],
    ['an unknown method', ['BREW /pot HTTP/1.1', 'Host: x'], 400, 'invalid_request'],
    ['a blank in a header name', ['GET / HTTP/1.1', 'Host: x', 'Bad Header: 1'], 400, 'invalid_request'],
    ['two lengths', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Content-Length: 2'], 400, 'invalid_request'],
    ['a length that is no number', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: ten'], 400, 'invalid_request'],
    [
      'a length and chunks',
      ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Transfer-Encoding: chunked'],
      400,
      'invalid_request',
    ],
    ['headers over 16 KiB', ['GET / HTTP/1.1', 'Host: x', `Big: ${'x'.repeat(20_000)}`], 431, 'headers_too_large'],
    ['an address over 16 KiB', [`GET /${'x'.repeat(20_000)} HTTP/1.1`, 'Host: x'], 431, 'headers_too_large'],
    ['no Host', ['GET /health/live HTTP/1.1'], 400, 'invalid_request'],
    ['two Hosts', ['GET /health/live HTTP/1.1', 'Host: a.example', 'Host: b.example'], 400, 'invalid_request'],
    ['one Host twice', ['GET /health/live HTTP/1.1', 'Host: a.example', 'Host: a.example'], 400, 'invalid_request'],
    ['two Hosts at an unknown address', ['GET /x HTTP/1.1', 'Host: a', 'host: b'], 400, 'invalid_request'],
    ['a blank in Host', ['GET /health/live HTTP/1.1', 'Host: a b'], 400, 'invalid_request'],
    ['a path in Host', ['GET /health/live HTTP/1.1', 'Host: a/b'], 400, 'invalid_request'],
    ['a user in Host', ['GET /health/live HTTP/1.1', 'Host: u@h'], 400, 'invalid_request'],
    ['a name as a port in Host', ['GET /health/live HTTP/1.1', 'Host: a:b'], 400, 'invalid_request'],
    ['Hangul in Host', ['GET /health/live HTTP/1.1', 'Host: \xea\xb0\x80'], 400, 'invalid_request'],
    ['a tunnel', ['CONNECT example.org:443 HTTP/1.1', 'Host: example.org:443'], 400, 'invalid_request'],
  ])('bytes with %s are refused with a problem document', async (_case, lines, status, code) => {
    expectRawProblem(await exchange(service.issuer, rawRequest(lines)), status, code);
    expect((await fetch(`${service.issuer}/health/live`)).status).toBe(200);
  });

  it.each([[], ['Host: a', 'Host: a'], ['Host: a b']])(
    'the connection of a request without one readable Host is closed, and the next request on it is not answered: %j',
    async (...hosts) => {
      const first = rawRequest(['GET /health/live HTTP/1.1', ...hosts]);
      const received = await untilClosed(service.issuer, first, rawRequest(['GET /health/live HTTP/1.1', 'Host: x']));
      expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    },
  );

  it.each(['a_b.example', 'x:80', 'x:', '127.0.0.1', '[::1]:8080', 'xn--bb0b12r.kr', ''])(
    'the Host "%s" is answered',
    async (host) => {
      const lines = ['GET /health/live HTTP/1.1', `Host: ${host}`];
      expect((await exchange(service.issuer, rawRequest(lines))).status).toBe(200);
    },
  );

  it('a body whose chunks cannot be read is refused with a problem document', async () => {
    const lines = [`POST ${START} HTTP/1.1`, 'Host: x', bearer, 'Content-Type: application/json'];
    const bytes = rawRequest([...lines, 'Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n');
    expectRawProblem(await exchange(service.issuer, bytes), 400, 'invalid_request');
  });

  it('several blanks after the scheme of Authorization are read as one (RFC 6750, 2.1)', async () => {
    const authorization = bearer.replace('Bearer ', 'Bearer   ');
    const lines = [`GET ${START}/${randomUUID()} HTTP/1.1`, 'Host: x', authorization];
    expectRawProblem(await exchange(service.issuer, rawRequest(lines)), 404, 'authentication_not_found');
  });

  it('a request with two headers Authorization is refused, whichever of them is right', async () => {
    for (const both of [
      [bearer, 'Authorization: Bearer other'],
      ['authorization: Bearer other', bearer],
    ]) {
      const lines = [`GET ${START}/${randomUUID()} HTTP/1.1`, 'Host: x', ...both];
      expectRawProblem(await exchange(service.issuer, rawRequest(lines)), 400, 'invalid_request');
    }
  });

  it('an expectation that the service does not know is ignored, as RFC 9110 allows', async () => {
    const lines = ['GET /health/live HTTP/1.1', 'Host: x', 'Expect: 200-ok', 'Connection: close'];
    expect((await exchange(service.issuer, rawRequest(lines))).status).toBe(200);
  });

  it('the management port refuses the same way, and metrics with a query are metrics', async () => {
    const { management } = service.process.announcement;
    const headers = ['GET /metrics HTTP/1.1', 'Host: x', `Big: ${'x'.repeat(20_000)}`];
    expectRawProblem(await exchange(management, rawRequest(headers)), 431, 'headers_too_large');
    for (const path of ['/metrics?x=1', '/health/live?x=1', '/health/ready?probe=a&b']) {
      expect([path, (await fetch(management + path)).status]).toEqual([path, 200]);
    }
  });
});

describe('a method that an address does not know', () => {
  it.each<[string, string, string]>([
    ['OPTIONS', START, 'POST'],
    ['TRACE', START, 'POST'],
    ['OPTIONS', `${START}/x/verification`, 'POST'],
    ['TRACE', `${START}/x`, 'DELETE, GET, HEAD'],
    ['OPTIONS', '/openapi.json', 'GET, HEAD'],
    ['TRACE', '/', 'GET, HEAD'],
    ['HEAD', START, 'POST'],
    ['OPTIONS', '/app/v1/devices', 'POST'],
    ['PROPFIND', START, 'POST'],
    ['PURGE', `${START}/x`, 'DELETE, GET, HEAD'],
    ['M-SEARCH', '/', 'GET, HEAD'],
    ['MKCOL', '/openapi.json', 'GET, HEAD'],
    ['LOCK', '/oauth2/token', 'POST'],
    ['QUERY', '/operator/v1/subscriptions', 'GET, HEAD, POST'],
  ])('%s at %s is 405 with Allow', async (method, path, allow) => {
    const answer = await exchange(service.issuer, rawRequest([`${method} ${path} HTTP/1.1`, 'Host: x']));
    expect(answer.headers['allow']).toBe(allow);
    expect(answer.status).toBe(405);
    if (method !== 'HEAD') expectRawProblem(answer, 405, 'method_not_allowed');
  });

  it('a wrong method with a body of any type is 405, not a complaint about the body', async () => {
    const answer = await send('PUT', START, '<x/>', { 'Content-Type': 'application/xml' });
    expectProblem(answer, 405, 'method_not_allowed');
  });

  it.each(['PROPFIND', 'POST', 'PURGE'])('the management port knows no %s', async (method) => {
    const { management } = service.process.announcement;
    for (const path of ['/metrics', '/health/live', '/health/ready']) {
      const answer = await exchange(management, rawRequest([`${method} ${path} HTTP/1.1`, 'Host: x']));
      expect([path, answer.status, answer.headers['allow']]).toEqual([path, 405, 'GET, HEAD']);
    }
  });

  it('a method of WebDAV with a body of any type is 405, not a complaint about the body', async () => {
    const answer = await send('PROPFIND', START, '<x/>', { 'Content-Type': 'application/xml' });
    expectProblem(answer, 405, 'method_not_allowed');
  });

  it.each(['OPTIONS', 'TRACE', 'PROPFIND', 'MKACTIVITY'])('%s at an unknown address is 404', async (method) => {
    const answer = await exchange(service.issuer, rawRequest([`${method} /nothing HTTP/1.1`, 'Host: x']));
    expectRawProblem(answer, 404, 'not_found');
  });
});

async function send(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(service.issuer + path, {
    method,
    headers: { Authorization: bearer.slice(15), ...headers },
    ...(body !== undefined && { body }),
  });
  return answerOf(response);
}

describe('a body', () => {
  it.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('a body that says charset=%s is read', async (charset) => {
    expect((await send('POST', START, good, { 'Content-Type': `application/json; charset=${charset}` })).status).toBe(
      201,
    );
  });

  it.each([
    'application/json; charset=euc-kr',
    'application/json;charset=EUC-KR',
    'application/json; charset="ks_c_5601-1987"',
    'application/json; profile=x; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; Charset=cp949',
    'application/json; charset=',
  ])('a body in another charset is 415: %s', async (type) => {
    expectProblem(await send('POST', START, good, { 'Content-Type': type }), 415, 'unsupported_media_type');
  });

  it('a form and a snapshot in another charset are 415, too', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded; charset=euc-kr' };
    expect((await send('POST', '/oauth2/token', 'grant_type=client_credentials', form)).status).toBe(415);
    const headers = { 'Content-Type': 'application/x-ndjson; charset=euc-kr' };
    const token = await service.token('carrier');
    const imported = await fetch(`${service.issuer}/carrier/v1/lines/import`, {
      method: 'POST',
      headers: { ...headers, Authorization: `Bearer ${token}` },
      body: '{}',
    });
    expectProblem(await answerOf(imported), 415, 'unsupported_media_type');
  });

  it.each(['gzip', 'br', 'deflate', 'GZIP', 'aes128gcm', 'identity, gzip'])(
    'a body with Content-Encoding %s is 415, and the answer says which encoding is read',
    async (encoding) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding };
      const answer = await send('POST', START, new Uint8Array(gzipSync(good)), headers);
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers.get('accept-encoding')).toBe('identity');
    },
  );

  it('a body with Content-Encoding identity is read', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'identity' };
    expect((await send('POST', START, good, headers)).status).toBe(201);
  });

  it.each<[string, string[]]>([
    ['of a form, as curl sends it', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0']],
    ['of plain text', ['Content-Type: text/plain', 'Content-Length: 0']],
    ['of XML', ['Content-Type: application/xml', 'Content-Length: 0']],
    ['of bytes', ['Content-Type: application/octet-stream', 'Content-Length: 0']],
    ['of JSON', ['Content-Type: application/json', 'Content-Length: 0']],
    ['of events', ['Content-Type: application/cloudevents+json', 'Content-Length: 0']],
    ['of a type that is none', ['Content-Type: nonsense', 'Content-Length: 0']],
    ['of no type', ['Content-Length: 0']],
    ['of plain text without a length', ['Content-Type: text/plain']],
    ['of plain text in no chunks', ['Content-Type: text/plain', 'Transfer-Encoding: chunked']],
    ['of no type in no chunks', ['Transfer-Encoding: chunked']],
  ])('an empty body %s is accepted where none is needed', async (_case, headers) => {
    await service.rows.budgets.clearStarts();
    const { id } = (await send('POST', START, good)).body;
    await service.rows.authentications.rewindSending(id as string, 30);
    const chunks = headers.includes('Transfer-Encoding: chunked') ? '0\r\n\r\n' : '';
    const lines = [`POST ${START}/${id as string}/resend HTTP/1.1`, 'Host: x', bearer, ...headers];
    expect((await exchange(service.issuer, rawRequest(lines, chunks))).status).toBe(202);
  });

  it('a body of another type that is not empty stays 415, in chunks as well, and nothing is done', async () => {
    await service.rows.budgets.clearStarts();
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    await service.rows.authentications.rewindSending(id, 30);
    const lines = [`POST ${START}/${id}/resend HTTP/1.1`, 'Host: x', bearer, 'Content-Type: text/plain'];
    const chunked = rawRequest([...lines, 'Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n');
    expectRawProblem(await exchange(service.issuer, chunked), 415, 'unsupported_media_type');
    const sized = rawRequest([...lines, 'Content-Length: 5'], 'hello');
    expectRawProblem(await exchange(service.issuer, sized), 415, 'unsupported_media_type');
    // The resend is still possible, because neither of the two was one.
    expect((await send('POST', `${START}/${id}/resend`)).status).toBe(202);
  });
});

describe('a body that is too large', () => {
  const inChunks = (bytes: Uint8Array, size: number) =>
    ReadableStream.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
    );

  it.each([100_000, 1_000_000, 8_000_000])('a client that sends %d bytes sees why they are refused', async (length) => {
    const headers = { Authorization: bearer.slice(15), 'Content-Type': 'application/json' };
    const bytes = Buffer.alloc(length, ' ');
    for (let time = 0; time < 4; time += 1) {
      for (const body of [bytes, inChunks(bytes, 64_000)]) {
        const response = await fetch(service.issuer + START, {
          method: 'POST',
          headers,
          body,
          duplex: 'half',
        } as never);
        expectProblem(await answerOf(response), 413, 'payload_too_large');
      }
    }
  });

  it('a client that still waits for an earlier answer on the connection sees both', async () => {
    const { id } = (await service.start(await service.addLine())).body;
    const first = rawRequest([`GET /v1/authentications/${id}?wait=1 HTTP/1.1`, 'Host: x', bearer]);
    const lines = [`POST ${START} HTTP/1.1`, 'Host: x', bearer, 'Content-Type: application/json'];
    const second = rawRequest([...lines, 'Content-Length: 2000000'], Buffer.alloc(1_000_000, ' '));
    const answers = await untilClosed(service.issuer, Buffer.concat([first, second]));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 413']);
  });

  it('more than 16 MiB are not read to the end', async () => {
    const lines = [`POST ${START} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', 'Content-Length: 99999999'];
    await expect(untilClosed(service.issuer, rawRequest(lines), Buffer.alloc(60_000_000))).rejects.toThrow(
      /EPIPE|RESET/,
    );
  });
});

describe('a body that does not arrive in time', () => {
  let adapter: ReturnType<typeof createFastifyAdapter>;
  let address: string;
  const handled: unknown[] = [];
  beforeAll(async () => {
    adapter = createFastifyAdapter({ trustProxy: [], issuer: service.issuer, bodyMs: 200 });
    const fastify = adapter.getInstance<FastifyInstance>();
    fastify.post('/', (request, reply) => {
      handled.push(request.body);
      return reply.send({});
    });
    address = await fastify.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => adapter.close());

  it.each<[string, string, string]>([
    ['with a length', 'Content-Length: 10', '{"a":'],
    ['in chunks', 'Transfer-Encoding: chunked', '5\r\n{"a":\r\n'],
    ['of which nothing arrives', 'Content-Length: 10', ''],
  ])('a body %s is refused as late, and what arrives afterwards is not handled', async (_case, header, begun) => {
    const lines = ['POST / HTTP/1.1', 'Host: x', 'Content-Type: application/json', header];
    const answer = await exchange(address, rawRequest(lines, begun));
    expectRawProblem(answer, 408, 'request_timeout');
    expect(answer.headers['connection']).toBe('close');
    const rest = `${begun === '' ? '{"a":' : ''}"bc"}`;
    const late = header.startsWith('Content') ? rest : '5\r\n"bc"}\r\n0\r\n\r\n';
    expect(await untilClosed(address, rawRequest(lines, begun), late)).toMatch(/^HTTP\/1.1 408 /);
    expect(handled).toEqual([]);
  });
});

describe('a body where none is needed', () => {
  it.each<[string, string]>([
    ['POST', `${START}/x/resend`],
    ['DELETE', `${START}/x`],
    ['DELETE', '/v1/registrations/x'],
    ['DELETE', '/v1/webhook-endpoints/x'],
  ])('%s %s refuses each member of a body, and accepts an empty one', async (method, path) => {
    expectFaults(await send(method, path, '{"a":1,"b/c":{}}'), '/a', '/b~1c');
    expect((await send(method, path, '{}')).status).toBe(404);
    expect((await send(method, path, '')).status).toBe(404);
  });

  it('a device whose request needs no body is told of a member that it sends', async () => {
    const headers = { 'Content-Type': 'application/json', 'Device-Proof': 'x' };
    expectFaults(await send('POST', '/app/v1/device/pin-check', '{"a":1}', headers), '/a');
  });

  it('a cancellation with a member that is not known cancels nothing', async () => {
    const { id } = (await service.start(await service.addLine())).body;
    expectFaults(await send('DELETE', `${START}/${id}`, '{"reason":"x"}'), '/reason');
    expect((await send('GET', `${START}/${id}`)).body['state']).toBe('pending');
  });
});

describe('an id', () => {
  it.each<[string, number]>([
    ['GET', 1],
    ['GET', 129],
    ['DELETE', 500],
    ['GET', 5_000],
  ])('an id of any length is unknown, not a fault: %s with %i characters', async (method, length) => {
    const answer = await send(method, `${START}/${'x'.repeat(length)}`);
    expectProblem(answer, 404, 'authentication_not_found');
  });

  it('ids of windows, Smart OTPs, subscriptions and pages of any length are 404, too', async () => {
    const long = 'y'.repeat(2_000);
    expectProblem(await send('GET', `/v1/windows/${long}`), 404, 'window_not_found');
    const history = await service.call('GET', `/operator/v1/subscriptions/${long}/history`, undefined, {
      scope: 'operator',
      headers: { 'Audit-Reason': 'test' },
    });
    expect(history.status).toBe(404);
    for (const path of [`/windows/${long}`, `/assets/${long}`]) {
      expect([path, (await fetch(service.issuer + path)).status]).toEqual([path, 404]);
    }
  });
});

describe('the query wait', () => {
  it.each(['', ' 5', '5 ', '+5', '-0', '1e1', '0x10', '5.0', '.5', 'Infinity', '٣', '31', '1,2', 'null'])(
    'the query wait is digits alone: "%s" is refused',
    async (wait) => {
      const answer = await send('GET', `${START}/${randomUUID()}?wait=${encodeURIComponent(wait)}`);
      expectFaults(answer, '/wait');
    },
  );

  it('the query wait is sent once', async () => {
    expectFaults(await send('GET', `${START}/${randomUUID()}?wait=1&wait=2`), '/wait');
  });

  it.each(['0', '1', '05', '30'])('the query wait of %s is read', async (wait) => {
    expectProblem(await send('GET', `${START}/${randomUUID()}?wait=${wait}`), 404, 'authentication_not_found');
  });
});

describe('a browser', () => {
  const visit = (path: string, headers: Record<string, string> = {}) =>
    fetch(service.issuer + path, {
      headers: { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', ...headers },
    });

  it.each(['/nothing', '/my/nothing', '/operator/nothing', '/v2/x', '/index.html'])(
    'a browser that meets an unknown address gets a page: %s',
    async (path) => {
      const response = await visit(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('content-security-policy')).toMatch(/\S/);
      const page = await response.text();
      expect(page).toContain('페이지를 찾을 수 없습니다');
      expect(page).toContain('href="/"');
    },
  );

  it('a browser that reads English gets the page in English', async () => {
    expect(await (await visit('/nothing?lang=en')).text()).toMatch(/<html lang="en"/);
  });

  it.each<[string, RequestInit]>([
    ['no Accept', {}],
    ['JSON', { headers: { Accept: 'application/json' } }],
    ['JSON before HTML', { headers: { Accept: 'application/problem+json, text/html;q=0.5' } }],
    ['anything', { headers: { Accept: '*/*' } }],
    ['no HTML', { headers: { Accept: 'text/html;q=0, */*' } }],
    ['a form sent by a browser', { method: 'POST', headers: { Accept: 'text/html' } }],
  ])('a program that meets an unknown address gets a problem document: %s', async (_case, init) => {
    expectProblem(await answerOf(await fetch(`${service.issuer}/nothing`, init)), 404, 'not_found');
  });

  it('the page repeats nothing of the address', async () => {
    expect(await (await visit('/geheim<b>?x=geheim')).text()).not.toContain('geheim');
  });
});
