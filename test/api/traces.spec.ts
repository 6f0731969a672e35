import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writtenWebhookSecret } from '../../src/crypto/webhook-signature.ts';
import { DpopKey } from '../support/dpop-key.ts';
import { eventually } from '../support/eventually.ts';
import { SignedReceiver } from '../support/signed-receiver.ts';
import { otherThan, TEST_PIN, TestService } from '../support/service.ts';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from '../support/trace-receiver.ts';

/** W3C's own example. */
const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const TRACEPARENT = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
/** Parts of statements and addresses, which a line of the log about an outage may name. */
const OF_SPANS_ALONE = ['INSERT INTO', 'SELECT ', '127.0.0.1:'];
/** What no span and no line of the log may hold. */
const secrets: string[] = [];
const BROKER_SECRET = writtenWebhookSecret(Buffer.alloc(32, 7));

let broker: SignedReceiver;
let service: TestService;
let receiver: TraceReceiver;
let spans: ReceivedSpan[];
let log: Record<string, unknown>[];

beforeAll(async () => {
  receiver = await startTraceReceiver();
  broker = await SignedReceiver.start(BROKER_SECRET, ({ to }) => String(to));
  service = await TestService.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    LOG_FORMAT: 'json',
    LOG_LEVEL: 'info',
    LOG_REQUESTS: 'true',
    SMS_GATEWAYS: 'http, smpp',
    SMS_HTTP_URL: broker.url,
    SMS_HTTP_SECRET: BROKER_SECRET,
  });
  await playCanary();
  await eventually('the spans of the flow', () => receiver.spans().some(({ name }) => name === 'submit_sm'));
  await service.process.stop();
  spans = receiver.spans();
  const lines = service.process
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  // The log of a process is cut at its beginning.
  log = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
});

afterAll(async () => {
  await service.stop();
  await Promise.all([receiver.close(), broker.close()]);
});

/** A flow by push and one by SMS, which both gateways are given, whose every secret value is remembered. */
async function playCanary(): Promise<void> {
  const subscriber = await service.subscriber();
  const { person, pushToken } = subscriber;
  const purpose = '카나리아 목적';
  const { phoneNumber, birthDate, genderDigit } = person;
  const endUser = { ip: '203.0.113.77', userAgent: 'CanaryBrowser/1.0' };
  const started = await service.call<{ id: string }>(
    'POST',
    '/v1/authentications',
    { phoneNumber, birthDate, genderDigit, purpose, endUser },
    { headers: { traceparent: TRACEPARENT, tracestate: 'canary=state', baggage: 'canary=baggage' } },
  );
  const { id } = started.body;
  const code = await service.codeOf(subscriber, id);
  await service.verify(id, otherThan(code));
  expect((await service.verify(id, code)).status).toBe(200);
  const other = await service.addLine();
  // The broker does not take the message, so that it goes on to the SMS centre.
  broker.answer(other.phoneNumber, '503');
  const texted = (await service.start(other)).body.id;
  const smsCode = await service.textedCode(other.phoneNumber);
  expect((await service.verify(texted, smsCode)).status).toBe(200);
  // Nobody who is not known may have a request recorded, or name its trace.
  const bound = await boundToken();
  for (const more of [{}, { Authorization: `Bearer ${bound}` }, { Authorization: `DPoP ${bound}` }])
    await fetch(`${service.issuer}/v1/authentications/${id}`, { headers: { traceparent: TRACEPARENT, ...more } });
  for (const one of [person, other]) secrets.push(one.phoneNumber, one.phoneNumber.slice(-8), one.lineId);
  secrets.push(birthDate, code, smsCode, TEST_PIN, pushToken, purpose, endUser.ip, endUser.userAgent);
  secrets.push(BROKER_SECRET, broker.url, ...broker.asked.map(({ body }) => String(body['text'])));
  secrets.push(await service.token(), bound, 'canary=state', 'canary=baggage', ...OF_SPANS_ALONE);
}

/** A token that is bound to a key, as a thief has it: without the key. */
async function boundToken(): Promise<string> {
  const [client_id, client_secret] = ['bound-client', 'secret of the bound client'];
  await service.rows.clients.register({ clientId: client_id, secret: client_secret });
  const url = `${service.issuer}/oauth2/token`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { DPoP: await (await DpopKey.generate()).proof('POST', url) },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const named = (name: string) => spans.filter((span) => span.name === name);
const childrenOf = (parent: ReceivedSpan) => spans.filter(({ parentId }) => parentId === parent.spanId);

it('a request is one span by method and route below its caller’s, with its statements by name', () => {
  const [start] = named('POST /v1/authentications');
  expect(start).toMatchObject({ kind: 2, traceId: CALLER.traceId, parentId: CALLER.spanId });
  expect(start?.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/v1/authentications',
    'http.response.status_code': 201,
    'url.scheme': 'http',
    'pushguard.client.id': expect.stringMatching(/^demo-/),
  });
  const statements = childrenOf(start!).filter(({ kind }) => kind === 3);
  expect(statements.map(({ name }) => name)).toContain('authentication_start');
  const database = new URL(service.database.url);
  for (const { name, attributes } of statements) {
    expect(attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.query.summary': name,
      'server.address': database.hostname,
      'server.port': Number(database.port),
    });
  }
  const mismatches = named('POST /v1/authentications/:id/verification').map(
    ({ attributes }) => attributes['error.type'],
  );
  expect(mismatches).toContain('code_mismatch');
});

it('the job that sends a push is a trace of its own, which links to the request that caused it', () => {
  const [start] = named('POST /v1/authentications');
  const [sent] = childrenOf(start!).filter(({ name }) => name === 'send handover');
  const job = named('process handover').find(({ links }) => links.includes(sent!.spanId));
  expect(job).toMatchObject({ kind: 5, parentId: '' });
  expect(job?.traceId).not.toBe(start?.traceId);
  expect(job?.attributes).toMatchObject({ 'messaging.system': 'bullmq', 'messaging.batch.message_count': 1 });
  const [push] = childrenOf(job!).filter(({ name }) => name === 'POST fcm');
  expect(push?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'server.port': service.fcm.port,
    'pushguard.push.kind': 'wake',
    'pushguard.push.service': 'fcm',
    'pushguard.push.outcome': 'accepted',
  });
});

it('a text message is a span with one for each gateway that was asked, by its protocol, server and answer', () => {
  const sent = named('send sms').find(({ attributes }) => attributes['pushguard.push.kind'] === 'sms');
  expect(sent).toMatchObject({ kind: 1, attributes: { 'pushguard.sms.outcome': 'accepted' } });
  const asked = childrenOf(sent!);
  expect(asked.map(({ name, kind }) => [name, kind])).toEqual([
    ['POST sms', 3],
    ['submit_sm', 3],
  ]);
  expect(asked[0]?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': 503,
    'error.type': '503',
    'server.address': '127.0.0.1',
    'server.port': broker.port,
  });
  expect(asked[1]?.attributes).toEqual({
    'network.protocol.name': 'smpp',
    'server.address': service.smsc.host,
    'server.port': service.smsc.port,
  });
});

it('a caller that nobody knows, or that does not prove the key of its token, is linked, and is no parent', () => {
  const refused = named('GET /v1/authentications/:id').filter(
    ({ attributes }) => attributes['http.response.status_code'] === 401,
  );
  expect(refused).toHaveLength(3);
  for (const { traceId, links } of refused) {
    expect(traceId).not.toBe(CALLER.traceId);
    expect(links).toEqual([CALLER.spanId]);
  }
});

it('no byte that is exported, and no line of the log, holds anything of a person or a secret', () => {
  const bytes = receiver.bytes().toString('latin1');
  const text = service.process.log();
  expect(bytes.length).toBeGreaterThan(1_000);
  for (const secret of secrets) {
    const latin = Buffer.from(secret).toString('latin1');
    // Six digits may occur by chance inside an id or a time, but not on their own.
    const alone = (within: string, what: string) =>
      /^\d{6}$/.test(what) ? new RegExp(`(?<![\\d.a-f-])${what}(?![\\d.a-f-])`).test(within) : within.includes(what);
    expect([secret, alone(bytes, latin)]).toEqual([secret, false]);
    if (!OF_SPANS_ALONE.includes(secret)) expect([secret, alone(text, secret)]).toEqual([secret, false]);
  }
});

it('the log has one JSON object for each request, with its trace, and lines of the start and the stop', () => {
  const line = log.find(({ route, status }) => route === '/v1/authentications' && status === 201);
  expect(line).toMatchObject({
    severity: 'INFO',
    context: 'Request',
    method: 'POST',
    ms: expect.any(Number),
    request_id: expect.any(String),
    client_id: expect.stringMatching(/^demo-/),
    trace_id: expect.stringMatching(/^[\da-f]{32}$/),
  });
  expect(new Set(log.flatMap(({ request_id: id }) => id ?? [])).size).toBeGreaterThan(5);
  const said = log.map(({ message }) => message);
  expect(said).toContain('the service has started');
  expect(said.at(-1)).toBe('the service has stopped');
});
