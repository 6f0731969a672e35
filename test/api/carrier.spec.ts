import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { ProblemCode } from '../../src/domain/problem.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { otherThan, packed, TestService, type Subscriber } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const lineOf = ({ subscriptionId }: Pick<Subscriber, 'subscriptionId'>) =>
  service.rows.subscriptions.lineOf(subscriptionId);
const standing = async (subscriptionId: string) => {
  const { state, reason } = (await service.rows.subscriptions.of(subscriptionId))!;
  return { state, reason };
};
const transitions = async (subscriptionId: string) =>
  (await service.rows.subscriptions.transitionsOf(subscriptionId)).map(({ actor_id: _, ...transition }) => transition);
const stateOf = async (id: string) => (await service.call('GET', `/v1/authentications/${id}`)).body['state'];
const textsTo = (number: string) => service.smsc.received.filter(({ to }) => to === number).map(({ text }) => text);

const post = async (body: unknown, contentType: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${service.issuer}/carrier/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await service.token('carrier')}`, 'content-type': contentType, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};
const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';

const event = (lineId: string, kind: string, sequence: number, data?: object, other: object = {}) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: 'urn:carrier:hlr',
  type: `pushguard.line.v1.${kind}`,
  subject: lineId,
  sequence,
  time: new Date().toISOString(),
  ...(data && { data }),
  ...other,
});

const ANDROID = { os: 'android', osVersion: '15', formFactor: 'phone', model: 'SM-S931N' };

describe('events that end a subscription', () => {
  it.each<[kind: string, data: object | undefined, reason: string]>([
    ['ported-out', { newCarrier: 'KT' }, 'ported_out'],
    ['owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }, 'owner_changed'],
    ['terminated', undefined, 'line_terminated'],
    ['device-changed', { ...ANDROID, os: 'windows', osVersion: '8.1' }, 'unsupported_device'],
    ['device-changed', { ...ANDROID, osVersion: '2.2.9' }, 'unsupported_device'],
    ['device-changed', { os: 'ios', osVersion: '17', formFactor: 'tablet' }, 'unsupported_device'],
    ['plan-changed', { plan: 'prepaid' }, 'ineligible_plan'],
    ['plan-changed', { plan: 'm2m' }, 'ineligible_plan'],
  ])('the event %s %j ends a subscription', async (kind, data, reason) => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    expect(await service.sendEvent(lineId, kind, data, 1)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'cancelled', reason });
    expect((await transitions(subscriber.subscriptionId)).at(-1)).toMatchObject({
      change: 'cancelled',
      reason,
      actor: 'carrier',
    });
    expect(await stateOf(id)).toBe('cancelled');
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
    await expect(subscriber.phone.pending()).rejects.toMatchObject({ code: 'device_proof_invalid' });
    // The previously active phone receives the reason.
    await eventually('the word of the end', () =>
      service.pushesTo(subscriber.pushToken).some(({ data: sent }) => sent['t'] === 'notice'),
    );
  });

  it('a cancelled subscriber may join again at once', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    expect(await service.sendEvent(lineId, 'plan-changed', { plan: 'prepaid' }, 1)).toBe('applied');
    expect(await service.sendEvent(lineId, 'plan-changed', { plan: 'postpaid' }, 2)).toBe('applied');
    expect((await service.subscribe(subscriber.person)).subscriptionId).not.toBe(subscriber.subscriptionId);
  });

  it('after a cancellation the next authentication goes by SMS, for this person alone', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const owner = { birthDate: '850505', genderDigit: '2' };
    await service.sendEvent(lineId, 'owner-changed', { owner }, 1);
    const former = (await service.start(subscriber.person)).body;
    const present = (await service.start({ ...subscriber.person, ...owner })).body;
    expect([former.channel, present.channel]).toEqual(['sms', 'sms']);
    const code = await service.textedCode(subscriber.person.phoneNumber);
    expectProblem(await service.verify(former.id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await service.verify(present.id, code)).status).toBe(200);
    // Nothing about the former owner's subscription is sent to the number.
    expect(textsTo(subscriber.person.phoneNumber).filter((text) => text.includes('해지'))).toEqual([]);
  });
});

describe('a change of owner during an authentication by SMS', () => {
  it('a new owner is not verified with the code that went to the line before', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    await service.sendEvent(person.lineId, 'owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }, 1);
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
  });

  it('a new owner is not verified either when the event could not see the authentication yet', async () => {
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    const code = await service.textedCode(person.phoneNumber);
    // Simulates a start between the event's read of the line and its commit.
    await service.rows.lines.bumpVersion(person.lineId);
    expectProblem(await service.verify(id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
  });
});

describe('events that change a line and keep the subscription', () => {
  it('device-changed makes the old phone unusable, and authentications do not return to SMS', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    expect(await service.sendEvent(lineId, 'device-changed', ANDROID, 1)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'active', reason: null });
    await expect(subscriber.phone.pending()).rejects.toMatchObject({ code: 'device_proof_invalid' });
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    const { enrolmentCode } = (await service.operate(subscriber.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await phone.pending()).toHaveLength(1);
  });

  it('number-changed gives the subscription the new number, and frees the old one', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const phoneNumber = `+8210${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
    const open = (await service.start(subscriber.person)).body;
    expect(await service.sendEvent(lineId, 'number-changed', { phoneNumber }, 1)).toBe('applied');
    expect(await stateOf(open.id)).toBe('cancelled');
    const moved = { ...subscriber.person, phoneNumber };
    const [atNew, atOld] = [(await service.start(moved)).body, (await service.start(subscriber.person)).body];
    expect([atNew.channel, atOld.channel]).toEqual(['push', 'sms']);
    const verified = await service.verify(atNew.id, await service.codeOf({ ...subscriber, person: moved }, atNew.id));
    expect(verified.body).toMatchObject({ result: { phoneNumber } });
    // The authentication is a decoy: the number belongs to no line, so no text message is sent.
    expect(textsTo(subscriber.person.phoneNumber).filter((text) => text.includes('인증번호'))).toEqual([]);
  });

  it('suspended and resumed prevent opening in between, and restore everything afterwards', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const { id } = (await service.start(subscriber.person)).body;
    expect(await service.sendEvent(lineId, 'suspended', undefined, 1)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'suspended', reason: 'line_suspended' });
    expect(await stateOf(id)).toBe('cancelled');
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect(await subscriber.phone.pending()).toEqual([]);
    expect(await service.sendEvent(lineId, 'resumed', undefined, 2)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'active', reason: null });
    expect(await subscriber.phone.pending()).toHaveLength(1);
  });

  it.each(['sim-swapped', 'CAMARA'])('%s suspends a subscription until the app is enrolled again', async (which) => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    if (which === 'CAMARA') {
      const camara = {
        specversion: '1.0',
        id: randomUUID(),
        source: 'https://notificationSendServer12.example.com',
        type: 'org.camaraproject.sim-swap-subscriptions.v0.swapped',
        datacontenttype: 'application/json',
        time: new Date().toISOString(),
        data: { subscriptionId: 'sub-1', phoneNumber: subscriber.person.phoneNumber, somethingNew: true },
      };
      expect((await post(camara, STRUCTURED)).body).toEqual({ outcome: 'applied' });
      expect((await post(camara, STRUCTURED)).body).toEqual({ outcome: 'duplicate' });
    } else expect(await service.sendEvent(lineId, 'sim-swapped', undefined, 1)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'suspended', reason: 'sim_swapped' });
    const { enrolmentCode } = (await service.operate(subscriber.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'active', reason: null });
  });

  it('reasons to suspend accumulate: the subscription is active again when the last is lifted', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    await service.sendEvent(lineId, 'suspended', undefined, 1);
    await service.operate(subscriber.subscriptionId, 'resume');
    expect(await standing(subscriber.subscriptionId)).toMatchObject({ state: 'suspended', reason: 'line_suspended' });
    await service.sendEvent(lineId, 'resumed', undefined, 2);
    expect(await standing(subscriber.subscriptionId)).toMatchObject({ state: 'active' });
  });
});

describe('the order of events', () => {
  it('an event counts once', async () => {
    const subscriber = await service.subscriber();
    const once = event(await lineOf(subscriber), 'suspended', 1);
    expect((await post(once, STRUCTURED)).body).toEqual({ outcome: 'applied' });
    expect((await post(once, STRUCTURED)).body).toEqual({ outcome: 'duplicate' });
    expect(await transitions(subscriber.subscriptionId)).toHaveLength(3);
  });

  it('an event sent a hundred times at once is applied once', async () => {
    const subscriber = await service.subscriber();
    const once = event(await lineOf(subscriber), 'suspended', 1);
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(once, STRUCTURED)));
    const outcomes = answers.map(({ body }) => body['outcome'] as string);
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(99);
    expect(await transitions(subscriber.subscriptionId)).toHaveLength(3);
  });

  it('the same id from another source is another event', async () => {
    const lineId = (await service.addLine()).lineId;
    const one = event(lineId, 'suspended', 1);
    expect((await post(one, STRUCTURED)).body).toEqual({ outcome: 'applied' });
    expect((await post({ ...one, source: 'urn:carrier:crm', sequence: 2 }, STRUCTURED)).body).toEqual({
      outcome: 'applied',
    });
  });

  it('an event that arrives late does not change the present', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    expect(await service.sendEvent(lineId, 'resumed', undefined, 5)).toBe('applied');
    expect(await service.sendEvent(lineId, 'suspended', undefined, 4)).toBe('stale');
    expect(await service.sendEvent(lineId, 'number-changed', { phoneNumber: '010-9999-0000' }, 5)).toBe('stale');
    expect(await standing(subscriber.subscriptionId)).toMatchObject({ state: 'active' });
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
  });

  it('an event that ends a subscription ends it however late it arrives', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    await service.sendEvent(lineId, 'resumed', undefined, 5);
    expect(
      await service.sendEvent(lineId, 'owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }, 2),
    ).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'cancelled', reason: 'owner_changed' });
    expect(await service.sendEvent(lineId, 'resumed', undefined, 6)).toBe('applied');
    expect(await standing(subscriber.subscriptionId)).toEqual({ state: 'cancelled', reason: 'owner_changed' });
  });

  it('an event from before a subscription began does not end it', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    await service.sendEvent(lineId, 'resumed', undefined, 5);
    const time = new Date(Date.now() - 3_600_000).toISOString();
    expect(await service.sendEvent(lineId, 'terminated', undefined, 3, { time })).toBe('stale');
    expect(await standing(subscriber.subscriptionId)).toMatchObject({ state: 'active' });
  });

  it('a cancellation that arrives late is charged to the day on which it happened', async () => {
    const subscriber = await service.subscriber();
    const lineId = await lineOf(subscriber);
    const time = new Date(Date.now() + 3_600_000).toISOString();
    await service.sendEvent(lineId, 'suspended', undefined, 1, { time });
    const past = await service.rows.subscriptions.suspensionsInThePast(subscriber.subscriptionId);
    // A carrier's clock may be ahead, but the recorded history never lies in the future.
    expect(past).toEqual([true]);
  });
});

describe('the three modes of CloudEvents', () => {
  it('an event is accepted in the structured mode of CloudEvents', async () => {
    const { lineId } = await service.addLine();
    const answer = await post(event(lineId, 'suspended', 1), `${STRUCTURED}; charset=utf-8`);
    expect([answer.status, answer.body]).toEqual([202, { outcome: 'applied' }]);
  });

  it('an event is accepted in the binary mode of CloudEvents, with and without data', async () => {
    const { lineId } = await service.addLine();
    const headers = (kind: string, sequence: number) => ({
      'ce-specversion': '1.0',
      'ce-id': randomUUID(),
      'ce-source': encodeURIComponent('urn:carrier:회선'),
      'ce-type': `pushguard.line.v1.${kind}`,
      'ce-subject': lineId,
      'ce-sequence': String(sequence),
      'ce-time': new Date().toISOString(),
    });
    const withData = await post({ plan: 'prepaid' }, 'application/json', headers('plan-changed', 1));
    expect(withData.body).toEqual({ outcome: 'applied' });
    const withoutData = await fetch(`${service.issuer}/carrier/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await service.token('carrier')}`, ...headers('suspended', 2) },
    });
    expect([withoutData.status, await withoutData.json()]).toEqual([202, { outcome: 'applied' }]);
    expect(await service.rows.lines.of(lineId)).toMatchObject({ plan: 'prepaid', status: 'suspended' });
  });

  it('events in the batched mode have an outcome each, in order, and those of one line are applied in order', async () => {
    const [one, other] = [await service.addLine(), await service.addLine()];
    const batch = [
      ...Array.from({ length: 40 }, (_, at) => event(one.lineId, at % 2 === 0 ? 'suspended' : 'resumed', at + 1)),
      event(other.lineId, 'terminated', 1),
      event('line-of-nobody', 'terminated', 1),
      { nonsense: true },
      event(other.lineId, 'plan-changed', 2, { plan: 'gold' }),
      event(other.lineId, 'plan-changed', 2, { plan: 'prepaid', colour: 'red' }),
    ];
    const { status, body } = await post(batch, BATCHED);
    expect(status).toBe(202);
    const outcomes = body['outcomes'] as {
      id: string | null;
      outcome: string;
      problem?: { errors: { pointer: string }[] };
    }[];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 41 }, () => 'applied'),
      'unknown_line',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(outcomes.map(({ id }) => id)).toEqual(batch.map((one) => ('id' in one ? one.id : null)));
    expect(outcomes[43]?.problem?.errors).toEqual([expect.objectContaining({ pointer: '/data/plan' })]);
    expect(outcomes[44]?.problem?.errors).toEqual([expect.objectContaining({ pointer: '/data/colour' })]);
    expect((await service.rows.lines.of(one.lineId))?.status).toBe('active');
  });

  it.each<[what: string, body: unknown, contentType: string, status: number, code: ProblemCode, pointer?: string]>([
    [
      'more than a thousand',
      Array.from({ length: 1_001 }, () => event('x', 'terminated', 1)),
      BATCHED,
      400,
      'invalid_request',
    ],
    ['an object as a batch', event('x', 'terminated', 1), BATCHED, 400, 'invalid_request'],
    ['an array as one event', [event('x', 'terminated', 1)], STRUCTURED, 400, 'invalid_request'],
    ['plain JSON without headers', event('x', 'terminated', 1), 'application/json', 415, 'unsupported_media_type'],
    ['text', 'ported out', 'text/plain', 415, 'unsupported_media_type'],
    ['broken JSON', '{"id": ', STRUCTURED, 400, 'invalid_request'],
    ['a key twice', '{"id": "1", "id": "2"}', STRUCTURED, 400, 'invalid_request', '/id'],
    ['more than a megabyte', `[${'"x",'.repeat(300_000)}"x"]`, BATCHED, 413, 'payload_too_large'],
  ])('the feed refuses %s', async (_what, body, contentType, status, code, pointer = '') => {
    const errors = status === 400 && { errors: [{ pointer, detail: expect.stringMatching(/\S/) }] };
    expectProblem(await post(body, contentType), status, code, { ...errors });
  });

  it.each([STRUCTURED, BATCHED])('the feed refuses an empty body of the type %s', async (contentType) => {
    expectFaults(await post('', contentType), '');
  });

  it('the feed refuses the events of clients that are no carrier', async () => {
    const headers = { 'Content-Type': STRUCTURED };
    const answer = await service.call('POST', '/carrier/v1/events', event('x', 'terminated', 1), {
      scope: 'operator',
      headers,
    });
    expectProblem(answer, 403, 'insufficient_scope');
  });
});

describe('events that cannot be applied', () => {
  const whole = () => event('line-x', 'number-changed', 1, { phoneNumber: '010-1234-5678' });

  it.each<[pointer: string, spoilt: object]>([
    ['/specversion', { specversion: '0.3' }],
    ['/id', { id: '' }],
    ['/source', { source: 7 }],
    ['/type', { type: 'pushguard.line.v1.exploded' }],
    ['/type', { type: 'com.example.other' }],
    ['/subject', { subject: undefined }],
    ['/sequence', { sequence: undefined }],
    ['/sequence', { sequence: 1.5 }],
    ['/sequence', { sequence: -1 }],
    ['/time', { time: undefined }],
    ['/time', { time: 'yesterday' }],
    ['/time', { time: '2026-02-30T00:00:00Z' }],
    ['/data', { data: 'text' }],
    ['/data/phoneNumber', { data: { phoneNumber: '02-123-4567' } }],
    ['/data/phoneNumber', { data: {} }],
  ])('an event is rejected with the place of its fault: %s of %j', async (pointer, spoilt) => {
    const { status, headers, body } = await post({ ...whole(), ...spoilt }, STRUCTURED);
    expect([status, body['outcome'], body['code'], body['status']]).toEqual([422, 'rejected', 'invalid_request', 422]);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const errors = body['errors'] as { pointer: string; detail: string }[];
    expect(errors.map((one) => one.pointer)).toContain(pointer);
    expect(errors.every(({ detail }) => detail.length > 10)).toBe(true);
  });

  it('a name that the database cannot store rejects its event, and the other events of the batch are applied', async () => {
    const [one, other] = [await service.addLine(), await service.addLine()];
    const handset = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-\ud800' };
    const batch = [
      event(one.lineId, 'device-changed', 1, handset),
      event(one.lineId, 'ported-out', 2, { newCarrier: '\udc00' }),
      event(other.lineId, 'suspended', 1),
    ];
    const { status, body } = await post(batch, BATCHED);
    const outcomes = body['outcomes'] as { outcome: string }[];
    expect([status, ...outcomes.map(({ outcome }) => outcome)]).toEqual([202, 'rejected', 'rejected', 'applied']);
  });

  it('a rejected event is kept encrypted, and may be sent again when it is corrected', async () => {
    const { lineId, phoneNumber } = await service.addLine();
    const spoilt = event(lineId, 'number-changed', 1, { phoneNumber, hello: 'world' });
    expect((await post(spoilt, STRUCTURED)).body['outcome']).toBe('rejected');
    const kept = await service.rows.lines.keptEvent(spoilt.id);
    expect(kept).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('/data/hello') });
    expect(kept!.kept.includes(phoneNumber)).toBe(false);
    const mended = { ...spoilt, data: { phoneNumber } };
    expect((await post(mended, STRUCTURED)).body).toEqual({ outcome: 'applied' });
    expect((await post(mended, STRUCTURED)).body).toEqual({ outcome: 'duplicate' });
  });

  it('an event of a line that becomes known later is replayed', async () => {
    const lineId = `line-${randomUUID()}`;
    expect(await service.sendEvent(lineId, 'suspended', undefined, 1)).toBe('unknown_line');
    await service.addLine({ lineId });
    expect((await service.rows.lines.of(lineId))?.status).toBe('active');
    expect(await replay()).toContain('applied: 1 events');
    expect((await service.rows.lines.of(lineId))?.status).toBe('suspended');
    expect(await replay()).not.toContain('applied');
  });
});

describe('a wrong code', () => {
  it('a wrong code on a suspended subscription is answered like any wrong code', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    expectProblem(await service.verify(id, otherThan(code)), 422, 'code_mismatch', { attemptsLeft: 4 });
  });
});

async function replay(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [packed('commands/replay-events')], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'test',
      ...service.env,
      ISSUER: service.issuer,
    },
  });
  return stdout;
}
