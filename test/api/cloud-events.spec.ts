import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import { randomUUID } from 'node:crypto';
import { TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const STRUCTURED = 'application/cloudevents+json';

async function send(headers: Record<string, unknown>, body: unknown) {
  const response = await fetch(`${service.issuer}/carrier/v1/events`, {
    method: 'POST',
    headers: { ...(headers as Record<string, string>), authorization: `Bearer ${await service.token('carrier')}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Sends a message of the SDK as its emitters do. */
const sendMessage = ({ headers, body }: Message) => send(headers, body);

const sdkEvent = (lineId: string, kind: string, other: object = {}) =>
  new CloudEvent({
    type: `pushguard.line.v1.${kind}`,
    source: 'urn:carrier:hlr',
    subject: lineId,
    time: new Date().toISOString(),
    sequence: '00000000000000000000000000000001',
    ...other,
  });

const attributes = (lineId: string, kind: string, other: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: 'urn:carrier:hlr',
  type: `pushguard.line.v1.${kind}`,
  subject: lineId,
  sequence: 1,
  time: new Date().toISOString(),
  ...other,
});

/** The attributes as headers of binary mode. */
const asHeaders = (event: object) =>
  Object.fromEntries(Object.entries(event).map(([name, value]) => [`ce-${name}`, String(value)]));

const lineOf = (lineId: string) => service.rows.lines.of(lineId);

describe('events of the CloudEvents SDK', () => {
  it.each([
    ['structured', (event: CloudEvent<unknown>) => HTTP.structured(event)],
    ['binary', (event: CloudEvent<unknown>) => HTTP.binary(event)],
  ] as const)('an event that the SDK writes in %s mode is applied', async (_mode, written) => {
    const { lineId } = await service.addLine();
    const answer = await sendMessage(written(sdkEvent(lineId, 'plan-changed', { data: { plan: 'prepaid' } })));
    expect(answer).toEqual({ status: 202, body: { outcome: 'applied' } });
    expect(await lineOf(lineId)).toMatchObject({ plan: 'prepaid' });
  });

  it.each([
    ['structured', (event: CloudEvent<unknown>) => HTTP.structured(event)],
    ['binary', (event: CloudEvent<unknown>) => HTTP.binary(event)],
  ] as const)('an event without data that the SDK writes in %s mode is applied', async (_mode, written) => {
    const { lineId } = await service.addLine();
    expect((await sendMessage(written(sdkEvent(lineId, 'suspended')))).body).toEqual({ outcome: 'applied' });
    expect(await lineOf(lineId)).toMatchObject({ status: 'suspended' });
  });

  it('an event whose data the SDK writes as bytes is applied', async () => {
    const { lineId } = await service.addLine();
    const data = new Uint8Array(Buffer.from(JSON.stringify({ plan: 'm2m' })));
    const message = HTTP.structured(sdkEvent(lineId, 'plan-changed', { datacontenttype: 'application/json', data }));
    expect(String(message.body)).toContain('data_base64');
    expect((await sendMessage(message)).body).toEqual({ outcome: 'applied' });
    expect(await lineOf(lineId)).toMatchObject({ plan: 'm2m' });
  });

  it('events that the SDK writes are applied as a batch', async () => {
    const [one, other] = [await service.addLine(), await service.addLine()];
    const events = [sdkEvent(one.lineId, 'suspended'), sdkEvent(other.lineId, 'suspended')];
    const { body } = await send({ 'content-type': 'application/cloudevents-batch+json' }, events);
    expect(body['outcomes']).toEqual(events.map(({ id }) => ({ id, outcome: 'applied' })));
  });
});

describe('the mode of an event', () => {
  it('the media type alone tells the mode: structured events may repeat their attributes as headers', async () => {
    const { lineId } = await service.addLine();
    const event = attributes(lineId, 'plan-changed');
    const headers = { 'content-type': STRUCTURED, ...asHeaders(event) };
    const answer = await send(headers, { ...event, data: { plan: 'prepaid' } });
    expect(answer.body).toEqual({ outcome: 'applied' });
    expect(await lineOf(lineId)).toMatchObject({ plan: 'prepaid' });
  });

  it.each([
    'Application/CloudEvents+JSON',
    'APPLICATION/CLOUDEVENTS+JSON; charset=utf-8',
    'application/cloudevents+json;charset=UTF-8',
    'application/cloudevents+json ; charset="utf-8"',
  ])('a structured event is taken as %s', async (type) => {
    const { lineId } = await service.addLine();
    expect((await send({ 'content-type': type }, attributes(lineId, 'suspended'))).body).toEqual({
      outcome: 'applied',
    });
  });

  it.each(['Application/CloudEvents-Batch+JSON', 'application/cloudevents-batch+json; charset=utf-8'])(
    'a batch is taken as %s, with attributes as headers too',
    async (type) => {
      const { lineId } = await service.addLine();
      const event = attributes(lineId, 'suspended');
      const { body } = await send({ 'content-type': type, ...asHeaders(event) }, [event]);
      expect(body['outcomes']).toEqual([{ id: event.id, outcome: 'applied' }]);
    },
  );

  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8'])(
    'a binary event is taken as %s',
    async (type) => {
      const { lineId } = await service.addLine();
      const headers = { 'content-type': type, ...asHeaders(attributes(lineId, 'plan-changed')) };
      expect((await send(headers, { plan: 'prepaid' })).body).toEqual({ outcome: 'applied' });
    },
  );

  it('header values may be quoted, with escapes and percent-encoding', async () => {
    const { lineId } = await service.addLine();
    const event = attributes(lineId, 'suspended');
    const quoted = Object.fromEntries(Object.entries(asHeaders(event)).map(([name, value]) => [name, `"${value}"`]));
    const first = { ...quoted, 'ce-source': '"urn:%EC%97%AD:\\"hlr\\""' };
    expect((await send(first, undefined)).body).toEqual({ outcome: 'applied' });
    // The same event in plain form is known.
    const again = { ...asHeaders(event), 'ce-source': encodeURIComponent('urn:역:"hlr"') };
    expect((await send(again, undefined)).body).toEqual({ outcome: 'duplicate' });
  });
});

describe('the sequence', () => {
  it.each<[string, unknown]>([
    ['zero', 0],
    ['a number', 12],
    ['a text', '12'],
    ['a text with zeros in front, 32 characters long', '12'.padStart(32, '0')],
    ['the largest value', '9223372036854775807'],
    ['the largest value with zeros in front', '9223372036854775807'.padStart(32, '0')],
  ])('the sequence may be %s', async (_case, sequence) => {
    const { lineId } = await service.addLine();
    const answer = await send({ 'content-type': STRUCTURED }, attributes(lineId, 'suspended', { sequence }));
    expect(answer.body).toEqual({ outcome: 'applied' });
  });

  it.each<[string, unknown]>([
    ['2^63', '9223372036854775808'],
    ['33 characters', '1'.padStart(33, '0')],
    ['negative', -1],
    ['negative text', '-1'],
    ['a fraction', '1.0'],
    ['empty', ''],
    ['in other digits', '١'],
  ])('the sequence may not be %s', async (_case, sequence) => {
    const { lineId } = await service.addLine();
    const { status, body } = await send({ 'content-type': STRUCTURED }, attributes(lineId, 'suspended', { sequence }));
    expect([status, body['outcome']]).toEqual([422, 'rejected']);
    expect(body['errors']).toEqual([expect.objectContaining({ pointer: '/sequence' })]);
  });

  /** The text of an event, whose sequence is written with exactly these digits. */
  const written = (event: object, digits: string) =>
    JSON.stringify({ ...event, sequence: '#' }).replace('"#"', () => digits);

  const BEYOND_NUMBERS = ['9007199254740992', '9007199254740993', '1796098000000000001', '9223372036854775807'];

  it.each(BEYOND_NUMBERS)('the sequence may be the number %s, and keeps all its digits', async (digits) => {
    const { lineId } = await service.addLine();
    const sent = async (kind: string, sequence: string) =>
      (await send({ 'content-type': STRUCTURED }, written(attributes(lineId, kind), sequence))).body['outcome'];
    expect(await sent('suspended', `${BigInt(digits) - 1n}`)).toBe('applied');
    expect(await sent('resumed', ` ${digits}\r\n\t`)).toBe('applied');
    expect(await sent('suspended', `"${digits}"`)).toBe('stale');
    expect(await lineOf(lineId)).toMatchObject({ status: 'active' });
  });

  it('numbers of a batch keep all their digits too, wherever the member stands', async () => {
    const lines = [await service.addLine(), await service.addLine()];
    const events = lines.flatMap(({ lineId }) => [
      written(attributes(lineId, 'suspended'), '9007199254740993'),
      `{"sequence" : 9007199254740994,${JSON.stringify({ ...attributes(lineId, 'resumed'), sequence: undefined }).slice(1)}`,
      written(attributes(lineId, 'suspended'), '9007199254740994'),
    ]);
    const { body } = await send({ 'content-type': 'application/cloudevents-batch+json' }, `[${events.join()}]`);
    const outcomes = (body['outcomes'] as { outcome: string }[]).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['applied', 'applied', 'stale', 'applied', 'applied', 'stale']);
  });

  it.each(['9223372036854775808', '18446744073709551616', '-9007199254740993', '9007199254740993.5'])(
    'the sequence may not be the number %s',
    async (digits) => {
      const { lineId } = await service.addLine();
      const text = written(attributes(lineId, 'suspended'), digits);
      const { status, body } = await send({ 'content-type': STRUCTURED }, text);
      expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '/sequence' })]]);
    },
  );

  it.each(['09007199254740993', '+9007199254740993', '9007199254740993 1'])(
    'an event whose sequence is written as %s is no JSON',
    async (digits) => {
      const { lineId } = await service.addLine();
      const text = written(attributes(lineId, 'suspended'), digits);
      expect((await send({ 'content-type': STRUCTURED }, text)).status).toBe(400);
    },
  );

  it('a sequence with zeros in front is the same number without them', async () => {
    const { lineId } = await service.addLine();
    const sent = async (sequence: unknown, kind: string) =>
      (await send({ 'content-type': STRUCTURED }, attributes(lineId, kind, { sequence }))).body['outcome'];
    expect(await sent('0010', 'suspended')).toBe('applied');
    expect(await sent(9, 'resumed')).toBe('stale');
    expect(await sent('11', 'resumed')).toBe('applied');
  });
});

describe('data_base64', () => {
  const encoded = (text: string | Buffer) => Buffer.from(text).toString('base64');

  it.each<[string, object]>([
    ['is no Base64', { data_base64: '***' }],
    ['is a number', { data_base64: 7 }],
    ['is no JSON', { data_base64: encoded('plan') }],
    ['is no object', { data_base64: encoded('[]') }],
    ['is no UTF-8', { data_base64: encoded(Buffer.from('7b22706c616e223a22b1e8227d', 'hex')) }],
    ['has a key twice', { data_base64: encoded('{"plan":"m2m","plan":"prepaid"}') }],
    ['comes beside data', { data: { plan: 'm2m' }, data_base64: encoded('{"plan":"prepaid"}') }],
  ])('an event is rejected when its data_base64 %s', async (_case, data) => {
    const { lineId } = await service.addLine();
    const answer = await send({ 'content-type': STRUCTURED }, attributes(lineId, 'plan-changed', data));
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([expect.objectContaining({ pointer: '/data_base64' })]);
    expect(await lineOf(lineId)).toMatchObject({ plan: 'postpaid' });
  });
});

describe('an event that is rejected', () => {
  it('a single event that is rejected answers 422 with a problem, and is known in a batch by its outcome', async () => {
    const { lineId } = await service.addLine();
    const event = attributes(lineId, 'plan-changed', { data: { plan: 'gold' } });
    const { status, body } = await send({ 'content-type': STRUCTURED }, event);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: 'urn:pushguard:problem:invalid_request',
      status: 422,
      code: 'invalid_request',
      outcome: 'rejected',
      errors: [expect.objectContaining({ pointer: '/data/plan' })],
    });
    const batch = await send({ 'content-type': 'application/cloudevents-batch+json' }, [{ ...event, id: 'another' }]);
    expect(batch).toMatchObject({
      status: 202,
      body: { outcomes: [{ outcome: 'rejected', problem: { code: 'invalid_request' } }] },
    });
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'an extension named %s is ignored like any other, and such a member of the data is rejected',
    async (name) => {
      const { lineId, phoneNumber } = await service.addLine();
      const extended = { ...attributes(lineId, 'suspended'), [name]: 5 };
      expect((await send({ 'content-type': STRUCTURED }, extended)).body).toEqual({ outcome: 'applied' });
      const event = attributes(lineId, 'plan-changed', { data: { plan: 'm2m', [name]: 5 } });
      const { status, body } = await send({ 'content-type': STRUCTURED }, event);
      expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ pointer: `/data/${name}` })]]);
      const swap = {
        specversion: '1.0',
        id: randomUUID(),
        source: 'https://carrier.example/sim-swap',
        type: 'org.camaraproject.sim-swap-subscriptions.v0.swapped',
        time: new Date().toISOString(),
        data: { phoneNumber, more: { [name]: 5 }, [name]: [5] },
      };
      expect((await send({ 'content-type': STRUCTURED }, swap)).body).toEqual({ outcome: 'applied' });
    },
  );

  it('an event with thousands of unknown members is answered with its first faults', async () => {
    const { lineId } = await service.addLine();
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`a${at}`, 1]));
    const { body } = await send(
      { 'content-type': STRUCTURED },
      attributes(lineId, 'plan-changed', { data: { plan: 'm2m', ...many } }),
    );
    expect(body['errors']).toHaveLength(20);
  });
});

describe('text that cannot be stored', () => {
  it.each(['id', 'source', 'subject', 'type'])(
    'an event with such text in %s is rejected, and those beside it in the batch are applied',
    async (name) => {
      for (const text of ['a\u0000b', '\ud800']) {
        const { lineId } = await service.addLine();
        const spoilt = { ...attributes(lineId, 'terminated'), [name]: text };
        const batch = [spoilt, attributes(lineId, 'suspended')];
        const { body } = await send({ 'content-type': 'application/cloudevents-batch+json' }, batch);
        const errors = expect.arrayContaining([expect.objectContaining({ pointer: `/${name}` })]);
        expect(body['outcomes']).toMatchObject([{ outcome: 'rejected', problem: { errors } }, { outcome: 'applied' }]);
      }
    },
  );
});

describe('a SIM swap that CAMARA reports', () => {
  const swapped = (other: object) => ({
    specversion: '1.0',
    id: randomUUID(),
    source: 'https://carrier.example/sim-swap',
    type: 'org.camaraproject.sim-swap-subscriptions.v0.swapped',
    time: new Date().toISOString(),
    ...other,
  });

  /** Sends a swap of a new subscriber's line; returns its answer and what became of the subscription. */
  async function reported(other: (line: { lineId: string; phoneNumber: string }) => object) {
    const { person } = await service.subscriber();
    const { status, body } = await send({ 'content-type': STRUCTURED }, swapped(other(person)));
    const state = await service.rows.subscriptions.stateOn(person.lineId);
    return { status, outcome: body['outcome'], errors: body['errors'], state };
  }

  it.each<[string, (line: { lineId: string; phoneNumber: string }) => object]>([
    ['subject', ({ lineId }) => ({ subject: lineId })],
    ['subject, with a sequence', ({ lineId }) => ({ subject: lineId, sequence: 7 })],
    ['subject, with data null', ({ lineId }) => ({ subject: lineId, data: null })],
    ['subject, with data without a number', ({ lineId }) => ({ subject: lineId, data: { subscriptionId: '1' } })],
    ['number', ({ phoneNumber }) => ({ data: { phoneNumber } })],
    ['number and subject', ({ lineId, phoneNumber }) => ({ subject: lineId, data: { phoneNumber } })],
    [
      'number, with a subject and a sequence of its sender',
      ({ phoneNumber }) => ({ subject: 'subscription-1', sequence: 'a', data: { phoneNumber } }),
    ],
  ])('a swap that names its line by %s suspends the subscription', async (_case, other) => {
    expect(await reported(other)).toMatchObject({ status: 202, outcome: 'applied', state: 'suspended' });
  });

  it.each<[string, (line: { lineId: string }) => object, string]>([
    ['neither', () => ({}), '/data'],
    ['data without a number, and no subject', () => ({ data: {} }), '/data/phoneNumber'],
    ['no line’s id as its subject', () => ({ subject: '', data: {} }), '/data/phoneNumber'],
    ['a number that is none', ({ lineId }) => ({ subject: lineId, data: { phoneNumber: '1' } }), '/data/phoneNumber'],
    ['data that is no object', ({ lineId }) => ({ subject: lineId, data: ['1'] }), '/data'],
    ['a sequence that is none', ({ lineId }) => ({ subject: lineId, sequence: -1 }), '/sequence'],
  ])('a swap is rejected that has %s', async (_case, other, pointer) => {
    const answer = await reported(other);
    expect(answer).toMatchObject({ status: 422, outcome: 'rejected', state: 'active' });
    expect(answer.errors).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]));
  });

  it('a swap with a subject and the number of nobody is one of an unknown line', async () => {
    const answer = await reported(({ lineId }) => ({ subject: lineId, data: { phoneNumber: '010-0000-0000' } }));
    expect(answer).toMatchObject({ status: 202, outcome: 'unknown_line', state: 'active' });
  });

  it('the sequence of a swap that names its line by subject counts as that of any event', async () => {
    const { lineId } = await service.addLine();
    const sent = async (event: object) => (await send({ 'content-type': STRUCTURED }, event)).body['outcome'];
    expect(await sent(swapped({ subject: lineId, sequence: 8 }))).toBe('applied');
    expect(await sent(attributes(lineId, 'suspended', { sequence: 8 }))).toBe('stale');
    expect(await sent(swapped({ subject: lineId, sequence: 7 }))).toBe('stale');
    expect(await sent(swapped({ subject: lineId }))).toBe('applied');
    expect(await sent(attributes(lineId, 'suspended', { sequence: 9 }))).toBe('applied');
  });
});

describe('notifications of CAMARA about its own subscriptions', () => {
  it.each(['subscription-started', 'subscription-updated', 'subscription-ended'])(
    'the notification %s is taken, and is a duplicate when it comes again',
    async (kind) => {
      const event = {
        specversion: '1.0',
        id: randomUUID(),
        source: 'https://carrier.example/sim-swap-subscriptions/v0.3/subscriptions/1',
        type: `org.camaraproject.sim-swap-subscriptions.v0.${kind}`,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        data: { subscriptionId: '1', terminationReason: 'SUBSCRIPTION_EXPIRED' },
      };
      expect(await send({ 'content-type': STRUCTURED }, event)).toEqual({ status: 202, body: { outcome: 'applied' } });
      expect((await send({ 'content-type': STRUCTURED }, event)).body).toEqual({ outcome: 'duplicate' });
    },
  );
});

describe('the handshake of a sender', () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${service.issuer}/carrier/v1/events`, { method: 'OPTIONS', headers });

  it('a sender that asks whether it may send is allowed, with its origin and any rate', async () => {
    const response = await ask({ 'WebHook-Request-Origin': 'events.carrier.example', 'WebHook-Request-Rate': '120' });
    expect(response.status).toBe(200);
    expect(response.headers.get('webhook-allowed-origin')).toBe('events.carrier.example');
    expect(response.headers.get('webhook-allowed-rate')).toBe('*');
    expect(response.headers.get('allow')).toContain('POST');
  });

  it('OPTIONS without the question of a sender names the methods, and allows no origin', async () => {
    const response = await ask({});
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'OPTIONS, POST']);
    expect(response.headers.get('webhook-allowed-origin')).toBeNull();
  });

  it('the handshake admits no event: that takes a token', async () => {
    const { lineId } = await service.addLine();
    await ask({ 'WebHook-Request-Origin': 'events.carrier.example' });
    const response = await fetch(`${service.issuer}/carrier/v1/events`, {
      method: 'POST',
      headers: { 'content-type': STRUCTURED, origin: 'https://events.carrier.example' },
      body: JSON.stringify(attributes(lineId, 'terminated')),
    });
    expect(response.status).toBe(401);
  });
});
