import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readWebhookSecret, writtenWebhookSecret } from '../../src/crypto/webhook-signature.ts';
import { type LocalSmsc, startLocalSmsc } from '../../src/embedded/local-smsc.ts';
import { networksOf } from '../../src/gateways/outbound/global-address.ts';
import { Outbound } from '../../src/gateways/outbound/outbound.ts';
import { SignedCalls } from '../../src/gateways/outbound/signed-calls.ts';
import { HttpSmsGateway } from '../../src/gateways/sms/http.sms.ts';
import { SmsTemplate } from '../../src/gateways/sms/http.template.ts';
import { OrderedSmsGateway } from '../../src/gateways/sms/ordered.sms.ts';
import type { SmsGateway, SmsMessage, SmsOutcome } from '../../src/gateways/sms/sms.ts';
import { SmppSmsGateway } from '../../src/gateways/sms/smpp.sms.ts';
import { freePort } from '../support/free-port.ts';
import { SignedReceiver, type ReceiverAnswer } from '../support/signed-receiver.ts';

const DEADLINE_MS = 30_000;
const SECRET = writtenWebhookSecret(Buffer.alloc(32, 1));
const FORMER = writtenWebhookSecret(Buffer.alloc(32, 2));
const RECEIPT_URL = 'https://pushguard.example/gateways/sms/receipts';

let broker: SignedReceiver;
let smsc: LocalSmsc;
let closedPort: number;
const closing: { close(): Promise<void> }[] = [];

const addressee = ({ to, message }: Record<string, unknown>) => (to ?? (message as { dest: string }).dest) as string;

function httpTo(url: string, other: { template?: string; secrets?: string[]; token?: string } = {}): HttpSmsGateway {
  const { template, secrets = [SECRET], token } = other;
  const outbound = new Outbound({ isProduction: false, allowed: networksOf([]) });
  const gateway = new HttpSmsGateway({
    calls: new SignedCalls({ url, secrets: secrets.map((one) => readWebhookSecret(one)!), token, outbound }),
    sender: '15880000',
    receiptUrl: RECEIPT_URL,
    template: template === undefined ? undefined : new SmsTemplate(template),
  });
  closing.push(gateway);
  return gateway;
}

function smppTo(centre: Pick<LocalSmsc, 'host' | 'port' | 'systemId' | 'password'>): SmppSmsGateway {
  const { host, port, systemId, password } = centre;
  const gateway = new SmppSmsGateway({ host, port, systemId, password, source: { address: '15880000' } });
  closing.push(gateway);
  return gateway;
}

beforeAll(async () => {
  [broker, smsc, closedPort] = await Promise.all([
    SignedReceiver.start(SECRET, addressee),
    startLocalSmsc(),
    freePort(),
  ]);
});
afterAll(async () => {
  await Promise.all(closing.map((one) => one.close()));
  await Promise.all([broker.close(), smsc.close()]);
});

let messages = 0;
const newMessage = (other: Partial<SmsMessage> = {}): SmsMessage => {
  messages += 1;
  const to = `+8210${String(messages).padStart(8, '0')}`;
  return { id: `msg-${messages}`, to, text: '인증번호 [482913]', ttlSeconds: 180, ...other };
};
const byBroker = ({ to }: SmsMessage) => broker.to(to);
const byCentre = ({ to }: SmsMessage) => smsc.received.filter((one) => one.to === to);
const reason = (status: number) => `${status} from 127.0.0.1:${broker.port}`;

describe('HttpSmsGateway', () => {
  it('a broker gets the message as documented, signed, with an id that stays the same when it is repeated', async () => {
    const gateway = httpTo(broker.url, { token: 'agreed-token' });
    const message = newMessage({ ttlSeconds: 42.7 });
    expect(await gateway.send(message, DEADLINE_MS)).toEqual({
      kind: 'accepted',
      messageId: `http:taken-${broker.received.length}`,
    });
    await gateway.send(message, DEADLINE_MS);
    const { id, to, text } = message;
    const body = { id, to, from: '15880000', text, validitySeconds: 42, receiptUrl: RECEIPT_URL };
    const call = { body, id, authorization: 'Bearer agreed-token' };
    expect(byBroker(message)).toEqual([call, call]);
  });

  it.each<[ReceiverAnswer, SmsOutcome['kind'], number?]>([
    ['301', 'retry'],
    ['400', 'rejected'],
    ['401', 'retry'],
    ['403', 'retry'],
    ['404', 'retry'],
    ['408', 'retry'],
    ['409', 'rejected'],
    ['410', 'rejected'],
    ['422', 'rejected'],
    ['429', 'retry', 60_000],
    ['500', 'retry'],
    ['502', 'retry'],
    ['503', 'retry', 5_000],
    ['504', 'unknown'],
  ])('the status %s of the broker means %s', async (...row) => {
    // Named parameters beyond the row's values would make Jest wait for a callback.
    const [status, kind, afterMs] = row;
    const message = newMessage();
    broker.answer(message.to, status);
    expect(await httpTo(broker.url).send(message, DEADLINE_MS)).toEqual({
      kind,
      reason: reason(Number(status)),
      ...(afterMs !== undefined && { afterMs }),
    });
    expect(byBroker(message)).toEqual([]);
  });

  it.each<[ReceiverAnswer, string]>([
    ['{"messageId":"a-1"}', 'http:a-1'],
    ['{"id":77}', 'http:77'],
    ['{}', 'http:msg-own'],
    [`{"messageId":"${'가'.repeat(80)}"}`, 'http:8rK1'],
  ])('of the answer %s, the message has the id %s', async (answer, messageId) => {
    const message = newMessage({ id: 'msg-own' });
    broker.answer(message.to, answer);
    const outcome = await httpTo(broker.url).send(message, DEADLINE_MS);
    if (answer.length < 60) expect(outcome).toEqual({ kind: 'accepted', messageId });
    else expect(outcome).toMatchObject({ messageId: expect.stringMatching(/^http:[\w-]{43}$/) });
  });

  it('a message that was sent and not answered has an unknown fate; one that never left does not', async () => {
    const [silent, broken, unheard] = [newMessage(), newMessage(), newMessage()];
    broker.answer(silent.to, 'HANG');
    broker.answer(broken.to, 'RESET');
    const gateway = httpTo(broker.url);
    expect(await gateway.send(silent, 300)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('300 ms'),
    });
    expect(await gateway.send(broken, DEADLINE_MS)).toMatchObject({ kind: 'unknown' });
    for (const url of [`http://127.0.0.1:${closedPort}/`, 'http://broker.invalid/', 'https://10.0.0.1/'])
      expect(await httpTo(url).send(unheard, DEADLINE_MS)).toMatchObject({ kind: 'retry' });
    expect(await gateway.send(unheard, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
  });

  it.each([0.9, 0, -3])('a message that is good for %d seconds is not sent', async (ttlSeconds) => {
    const message = newMessage({ ttlSeconds });
    expect(await httpTo(broker.url).send(message, DEADLINE_MS)).toEqual({ kind: 'expired' });
    expect(byBroker(message)).toEqual([]);
  });

  it('while a secret is changed, a broker that knows either one takes the calls', async () => {
    const message = newMessage();
    expect(await httpTo(broker.url, { secrets: [FORMER, SECRET] }).send(message, DEADLINE_MS)).toMatchObject({
      kind: 'accepted',
    });
    expect(await httpTo(broker.url, { secrets: [FORMER] }).send(message, DEADLINE_MS)).toMatchObject({ kind: 'retry' });
  });

  it('a broker’s own shape is filled, and no text of a message changes it', async () => {
    const template = JSON.stringify({
      message: { dest: '{{to}}', local: '{{ toLocal }}', sender: '{{from}}' },
      parts: ['{{text}}', 'ref {{id}} for {{validitySeconds}} s', '{{validitySeconds}}'],
      callback: '{{receiptUrl}}',
      isAd: false,
    });
    const text = `"}],"to":"x\n$& $1 {{to}} 인증번호`;
    const message = newMessage({ text });
    await httpTo(broker.url, { template }).send(message, DEADLINE_MS);
    expect(byBroker(message).map(({ body }) => body)).toEqual([
      {
        message: { dest: message.to, local: message.to.replace('+82', '0'), sender: '15880000' },
        parts: [text, `ref ${message.id} for 180 s`, 180],
        callback: RECEIPT_URL,
        isAd: false,
      },
    ]);
  });
});

describe('several SMS gateways', () => {
  /** Both gateways behind breakers whose time the test turns. */
  const both = (first: SmsGateway, second: SmsGateway) => {
    const time = { ms: 0 };
    const named = [
      { name: 'smpp', gateway: first },
      { name: 'http', gateway: second },
    ];
    const gateway = new OrderedSmsGateway(named, () => (time.ms += 1));
    const isOut = () => gateway.standing().flatMap((one) => (one.isOut ? [one.gateway] : []));
    return { gateway, time, isOut };
  };

  it('a message that the first gateway did not send goes to the next one at once', async () => {
    const { gateway, isOut } = both(smppTo(smsc), httpTo(broker.url));
    const message = newMessage();
    smsc.answer(message.to, 'ESME_RTHROTTLED');
    expect(await gateway.send(message, DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'http' });
    expect([byCentre(message).length, byBroker(message).length]).toEqual([0, 1]);
    const next = newMessage();
    expect(await gateway.send(next, DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'smpp' });
    expect([byCentre(next).length, byBroker(next).length]).toEqual([1, 0]);
    expect(isOut()).toEqual([]);
  });

  it('what a gateway refused for good, or may have sent, goes to no other one', async () => {
    const { gateway } = both(smppTo(smsc), httpTo(broker.url));
    const [refused, lost] = [newMessage(), newMessage()];
    smsc.answer(refused.to, 'ESME_RINVDSTADR');
    smsc.answer(lost.to, 'CLOSE');
    expect(await gateway.send(refused, DEADLINE_MS)).toMatchObject({ kind: 'rejected', gateway: 'smpp' });
    expect(await gateway.send(lost, DEADLINE_MS)).toMatchObject({ kind: 'unknown', gateway: 'smpp' });
    for (const message of [refused, lost]) expect(byBroker(message)).toEqual([]);
  });

  it('after a message without an answer the next gateway carries the repeat, and the first is tried again later', async () => {
    const { gateway, time, isOut } = both(smppTo(smsc), httpTo(broker.url));
    const message = newMessage();
    smsc.answer(message.to, 'HANG');
    expect(await gateway.send(message, 300)).toMatchObject({ kind: 'unknown', gateway: 'smpp' });
    expect(isOut()).toEqual(['smpp']);
    expect(await gateway.send(message, DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'http' });

    const probe = newMessage();
    time.ms += 10_000;
    smsc.answer(probe.to, 'HANG');
    const waiting = gateway.send(probe, 300);
    // One message tries; the others do not wait for it.
    expect(await gateway.send(newMessage(), DEADLINE_MS)).toMatchObject({ gateway: 'http' });
    expect(await waiting).toMatchObject({ kind: 'unknown', gateway: 'smpp' });
    time.ms += 10_000;
    expect(await gateway.send(newMessage(), DEADLINE_MS)).toMatchObject({ gateway: 'http' });
    time.ms += 10_000;
    expect(await gateway.send(newMessage(), DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'smpp' });
    expect(isOut()).toEqual([]);
  });

  it('one lost answer between others that came does not put a gateway out', async () => {
    const { gateway, isOut } = both(smppTo(smsc), httpTo(broker.url));
    const lost = newMessage();
    smsc.answer(lost.to, 'HANG');
    const sending = gateway.send(lost, 1_000);
    expect(await gateway.send(newMessage(), DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'smpp' });
    expect(await sending).toMatchObject({ kind: 'unknown' });
    expect(isOut()).toEqual([]);
  });

  it('a gateway is out after three failures in a row, and its messages lose no time', async () => {
    const lost = httpTo(`http://127.0.0.1:${closedPort}/`);
    const { gateway, isOut } = both(lost, httpTo(broker.url));
    for (const out of [[], [], ['smpp'], ['smpp']]) {
      expect(await gateway.send(newMessage(), DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'http' });
      expect(isOut()).toEqual(out);
    }
  });

  it('while every gateway is out each message is still tried, and the first that takes one works again', async () => {
    const first = startLocalSmsc();
    const centre = await first;
    await centre.close();
    const { gateway, isOut } = both(smppTo(centre), httpTo(`http://127.0.0.1:${closedPort}/`));
    const message = newMessage();
    for (let failures = 0; failures < 3; failures += 1)
      expect(await gateway.send(message, DEADLINE_MS)).toMatchObject({
        kind: 'retry',
        reason: expect.stringMatching(/^smpp: .+; http: connection at /),
      });
    expect(isOut()).toEqual(['smpp', 'http']);
    const again = await startLocalSmsc(centre);
    expect(await gateway.send(message, DEADLINE_MS)).toMatchObject({ kind: 'accepted', gateway: 'smpp' });
    expect(isOut()).toEqual(['http']);
    await again.close();
  });

  it('the wait that every gateway asks for is kept, the shortest of them', async () => {
    const { gateway } = both(httpTo(broker.url), httpTo(broker.url));
    const message = newMessage();
    broker.answer(message.to, '429', '503');
    expect(await gateway.send(message, DEADLINE_MS)).toEqual({
      kind: 'retry',
      gateway: 'smpp',
      reason: `smpp: ${reason(429)}; http: ${reason(503)}`,
      afterMs: 5_000,
    });
  });
});
