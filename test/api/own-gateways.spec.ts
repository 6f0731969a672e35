import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { writtenWebhookSecret } from '../../src/crypto/webhook-signature.ts';
import { eventually } from '../support/eventually.ts';
import { answerOf, TestService, type TestPerson } from '../support/service.ts';
import { SignedReceiver } from '../support/signed-receiver.ts';

/** A carrier whose own push hub stands in for FCM, and whose SMS broker stands behind the SMS centre. */
const SECRET = writtenWebhookSecret(Buffer.alloc(32, 3));
const FORMER = writtenWebhookSecret(Buffer.alloc(32, 4));
let broker: SignedReceiver;
let hub: SignedReceiver;
let service: TestService;

beforeAll(async () => {
  [broker, hub] = await Promise.all([
    SignedReceiver.start(SECRET, ({ to }) => String(to)),
    SignedReceiver.start(SECRET, ({ token }) => String(token)),
  ]);
  service = await TestService.start({
    SMS_GATEWAYS: 'smpp, http',
    SMS_HTTP_URL: broker.url,
    SMS_HTTP_SECRET: `${FORMER}, ${SECRET}`,
    PUSH_HTTP_URL: hub.url,
    PUSH_HTTP_SECRET: SECRET,
    PUSH_HTTP_FOR: 'fcm',
  });
});
afterAll(async () => {
  await service.stop();
  await Promise.all([broker.close(), hub.close()]);
});

const metrics = async () => (await fetch(`${service.process.announcement.management}/metrics`)).text();
const isCode = ({ body }: { body: Record<string, unknown> }) => String(body['text']).includes('인증번호');
const codeByBroker = ({ phoneNumber }: TestPerson) =>
  eventually('a code by the broker', () => broker.to(phoneNumber).find(isCode));

describe('a push hub of the carrier', () => {
  const pushed = (token: string, t: string) =>
    eventually(`a push of kind ${t}`, () =>
      hub.to(token).find(({ body }) => (body['data'] as Record<string, string>)['t'] === t),
    );

  it('carries wake-up and code in place of FCM, and a person is verified by them', async () => {
    const subscriber = await service.subscriber();
    const { pushToken, person, phone } = subscriber;
    const { id } = (await service.start(person)).body;
    const wake = await pushed(pushToken, 'wake');
    expect(wake.body).toMatchObject({
      id: wake.id,
      platform: 'android',
      data: { t: 'wake', id },
      alert: { title: '본인확인 요청' },
      mutableContent: false,
      collapseKey: id,
    });
    await service.codeOf(subscriber, id);
    const code = await pushed(pushToken, 'code');
    expect(code.body['alert']).toBeNull();
    expect(code.id).not.toBe(wake.id);
    const { envelope = '' } = code.body['data'] as Record<string, string>;
    expect((await service.verify(id, (await phone.readCode(envelope, id)).code)).status).toBe(200);
    expect(service.pushesTo(pushToken)).toEqual([]);
  });

  it('a push that is tried again has the same id, and 410 alone ends the token', async () => {
    const { pushToken, person, phone } = await service.subscriber();
    const before = hub.asked.length;
    for (const [answers, stays] of [
      [['500', '422'], true],
      [['410'], false],
    ] as const) {
      hub.answer(pushToken, ...answers);
      const { id } = (await service.start(person)).body;
      await service.rows.deliveries.untilDone(id);
      expect(await service.rows.devices.hasPushToken(phone.deviceId)).toBe(stays);
    }
    const wakes = hub.asked.slice(before).filter(({ body }) => body['token'] === pushToken && body['alert'] !== null);
    const [first, again, other] = wakes.map(({ id }) => id);
    expect([wakes.length, again]).toEqual([3, first]);
    expect(other).not.toBe(first);
  });

  it('does not carry what PUSH_HTTP_FOR leaves to Apple', async () => {
    const { pushToken, person } = await service.subscriber({ platform: 'ios', pushToken: `ios-${randomUUID()}` });
    await service.start(person);
    expect((await service.pushed(pushToken, 'wake')).platform).toBe('ios');
    expect(hub.to(pushToken)).toEqual([]);
  });
});

describe('an SMS broker behind the SMS centre', () => {
  it('takes a code that the centre did not take, and the counts say which one carried it', async () => {
    const person = await service.addLine();
    service.smsc.answer(person.phoneNumber, 'ESME_RMSGQFUL');
    const { id } = (await service.start(person)).body;
    const { body } = await codeByBroker(person);
    expect(body).toMatchObject({
      to: person.phoneNumber,
      from: '1566',
      receiptUrl: `${service.issuer}/gateways/sms/receipts`,
    });
    expect(body['validitySeconds']).toBeLessThanOrEqual(180);
    const code = /\[(\d{6})\]/.exec(String(body['text']))?.[1] ?? '';
    expect((await service.verify(id, code)).status).toBe(200);
    expect(await metrics()).toMatch(
      /pushguard_handover_duration_seconds_count\{kind="sms",platform="http",outcome="accepted"\} 1/,
    );
  });

  it('carries every code at once while the centre is gone, which the metrics show', async () => {
    await service.smsc.close();
    for (let failures = 0; failures < 3; failures += 1) {
      const person = await service.addLine();
      await service.start(person);
      await codeByBroker(person);
    }
    expect(await metrics()).toContain('pushguard_sms_gateway_out{gateway="smpp"} 1\n');
    expect(await metrics()).toContain('pushguard_sms_gateway_out{gateway="http"} 0\n');
    expect(service.process.log()).toContain('the gateway smpp is out, and the others take over');
    for (const { body } of broker.received) expect(service.process.log()).not.toContain(String(body['to']).slice(-8));
  });
});

describe('receipts of the SMS broker', () => {
  /** Sends receipts as the broker does, by the library of Standard Webhooks. */
  async function send(
    content: unknown,
    other: { secret?: string; shiftSeconds?: number; headers?: Record<string, string>; body?: string } = {},
  ) {
    const { secret = SECRET, shiftSeconds = 0, body = JSON.stringify(content) } = other;
    const at = new Date(Date.now() + shiftSeconds * 1000);
    const id = `receipt-${randomUUID()}`;
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, JSON.stringify(content)),
      ...other.headers,
    };
    return answerOf<Record<string, unknown>>(
      await fetch(`${service.issuer}/gateways/sms/receipts`, { method: 'POST', headers, body }),
    );
  }

  /** A code that the broker took under this id. */
  async function sentAs(messageId: string): Promise<string> {
    const person = await service.addLine();
    broker.answer(person.phoneNumber, `{"messageId":"${messageId}"}`);
    const { id } = (await service.start(person)).body;
    await codeByBroker(person);
    return id;
  }
  const statesOf = (id: string) => service.rows.textMessages.statesOf(id);
  const known = (id: string, state: string) =>
    eventually(`the state ${state}`, async () => String(await statesOf(id)) === state);

  it('gives its message the state, under the present secret and the former one, also before the message is known', async () => {
    const messageId = `m-${randomUUID()}`;
    const receipt = { receipts: [{ messageId, state: 'delivered' }] };
    expect((await send(receipt, { secret: FORMER })).status).toBe(202);
    await known(await sentAs(messageId), 'delivered');
  });

  it('changes nothing when it comes again, and one of an unknown message is answered alike', async () => {
    const messageId = `m-${randomUUID()}`;
    const id = await sentAs(messageId);
    await known(id, 'accepted');
    const first = await send({ receipts: [{ messageId, state: 'undeliverable' }] });
    for (const receipt of [
      { messageId, state: 'undeliverable' },
      { messageId, state: 'delivered' },
      { messageId: 'of-nobody', state: 'delivered' },
    ]) {
      const answer = await send({ receipts: [receipt] });
      expect([answer.status, answer.body]).toEqual([202, first.body]);
    }
    expect(await statesOf(id)).toEqual(['undeliverable']);
  });

  const receipts = [{ messageId: 'm-1', state: 'delivered' }];
  it.each<[string, Parameters<typeof send>[1]]>([
    ['another secret', { secret: writtenWebhookSecret(Buffer.alloc(32, 9)) }],
    ['another body', { body: JSON.stringify({ receipts: [{ messageId: 'm-2', state: 'delivered' }] }) }],
    ['another id', { headers: { 'webhook-id': 'receipt-other' } }],
    ['a signature of six minutes ago', { shiftSeconds: -360 }],
    ['a signature of six minutes from now', { shiftSeconds: 360 }],
    ['no signature', { headers: { 'webhook-signature': '' } }],
    ['a timestamp that is none', { headers: { 'webhook-timestamp': 'now' } }],
  ])('with %s they are refused', async (_case, other) => {
    const answer = await send({ receipts }, other);
    expect([answer.status, answer.body['code']]).toEqual([401, 'signature_invalid']);
    expect(answer.headers.get('www-authenticate')).toBe('Webhook-Signature');
  });

  it.each([
    [{ receipts: [] }, '/receipts'],
    [{ receipts: Array(101).fill(receipts[0]) }, '/receipts'],
    [{ receipts: [{ messageId: '', state: 'delivered' }] }, '/receipts/0/messageId'],
    [{ receipts: [{ messageId: 'm-1', state: 'read' }] }, '/receipts/0/state'],
    [{ receipts: [{ messageId: 'm-1', state: 'delivered', to: '+821012345678' }] }, '/receipts/0/to'],
    [{}, '/receipts'],
  ])('a fault in them is named (%#)', async (content, pointer) => {
    const { status, body } = await send(content);
    expect(status).toBe(400);
    expect((body['errors'] as { pointer: string }[]).map((one) => one.pointer)).toContain(pointer);
  });
});
