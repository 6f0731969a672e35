import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalSmsc, startLocalSmsc } from '../../src/embedded/local-smsc.ts';
import type { SmsOutcome, SmsReceipt } from '../../src/gateways/sms/sms.ts';
import { validityPeriod } from '../../src/gateways/sms/smpp.validity.ts';
import { SmppSmsGateway } from '../../src/gateways/sms/smpp.sms.ts';
import { eventually } from '../support/eventually.ts';
import { SilentProxy } from '../support/silent-proxy.ts';

const DEADLINE_MS = 30_000;

let smsc: LocalSmsc;
let gateway: SmppSmsGateway;

const gatewayTo = ({ host, port, systemId, password }: Pick<LocalSmsc, 'host' | 'port' | 'systemId' | 'password'>) =>
  new SmppSmsGateway({ host, port, systemId, password, source: { address: '15880000' } });

const heard: (SmsReceipt | null)[] = [];

beforeAll(async () => {
  smsc = await startLocalSmsc();
  gateway = gatewayTo(smsc);
  gateway.onReceipt((receipt) => heard.push(receipt));
});
afterAll(async () => {
  await gateway.close();
  await smsc.close();
});

let lines = 0;
const nextLine = () => {
  lines += 1;
  return `+8210${String(lines).padStart(8, '0')}`;
};
const lineWithoutReceipt = () => {
  const line = nextLine();
  smsc.receipt(line, 'NONE');
  return line;
};
const to = (line: string) => smsc.received.filter((sms) => sms.to === line);

describe('SmppSmsGateway', () => {
  it.each([
    ['Korean, in UCS2', '[본인확인] 인증번호 482913을 입력하세요'],
    ['the letters of GSM 03.38, its escaped ones too', 'Code: 482913 {€20}'],
    ['70 characters of UCS2, one short message', '가'.repeat(70)],
    ['more than one short message, whole in message_payload', '인증'.repeat(120)],
    ['what lies outside the basic plane', '코드 🔐 1'],
  ])('the SMS gateway delivers %s', async (_case, text) => {
    const line = nextLine();
    expect(await gateway.send({ id: 'msg', to: line, text, ttlSeconds: 180 }, DEADLINE_MS)).toEqual({
      kind: 'accepted',
      messageId: expect.any(String),
    });
    expect(to(line)).toEqual([
      {
        receivedAt: expect.any(String),
        to: line,
        from: '15880000',
        text,
        messageId: expect.any(String),
        validUntil: expect.any(String),
      },
    ]);
  });

  it('a centre that fell silent may have one message, and gets no further one before it answers again', async () => {
    const proxy = await SilentProxy.start(`tcp://${smsc.host}:${smsc.port}`);
    const { hostname: host, port } = new URL(proxy.url);
    const behind = gatewayTo({ ...smsc, host, port: Number(port) });
    const line = lineWithoutReceipt();
    const message = { id: 'msg', to: line, text: '인증번호', ttlSeconds: 180 };
    try {
      expect(await behind.send(message, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
      proxy.silence();
      expect(await behind.send(message, 300)).toMatchObject({ kind: 'unknown', isSilent: true });
      // Nothing has left: the session is asked, and a new one is not bound.
      expect(await behind.send(message, 300)).toMatchObject({ kind: 'retry' });
      expect(await behind.send(message, 3_000)).toMatchObject({ kind: 'retry' });
      proxy.speak();
      await eventually(
        'a message that is accepted',
        async () => (await behind.send(message, DEADLINE_MS)).kind === 'accepted',
      );
      expect(to(line)).toHaveLength(2);
    } finally {
      await behind.close();
      await proxy.stop();
    }
  });

  it.each<[answer: 'ESME_RTHROTTLED' | 'ESME_RMSGQFUL' | 'ESME_RSYSERR' | 'ESME_RINVDSTADR', SmsOutcome]>([
    ['ESME_RTHROTTLED', { kind: 'retry', reason: 'ESME_RTHROTTLED' }],
    ['ESME_RMSGQFUL', { kind: 'retry', reason: 'ESME_RMSGQFUL' }],
    ['ESME_RSYSERR', { kind: 'retry', reason: 'ESME_RSYSERR' }],
    ['ESME_RINVDSTADR', { kind: 'rejected', reason: 'ESME_RINVDSTADR' }],
  ])('the SMS gateway maps %s to %j', async (answer, outcome) => {
    const line = nextLine();
    smsc.answer(line, answer);
    expect(await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, DEADLINE_MS)).toEqual(outcome);
    expect(await gateway.send({ id: 'msg', to: line, text: '2', ttlSeconds: 180 }, DEADLINE_MS)).toMatchObject({
      kind: 'accepted',
    });
  });

  it('the SMS gateway settles at its deadline when the centre is silent, and keeps using the session', async () => {
    const line = nextLine();
    smsc.answer(line, 'HANG');
    const started = performance.now();
    // It has left, and may be on its way: sending it again and again would reach the person as often.
    expect(await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, 300)).toMatchObject({
      kind: 'unknown',
    });
    expect(performance.now() - started).toBeLessThan(DEADLINE_MS);
    expect(await gateway.send({ id: 'msg', to: line, text: '2', ttlSeconds: 180 }, DEADLINE_MS)).toMatchObject({
      kind: 'accepted',
    });
  });

  it('the SMS gateway binds again after the centre closed the session, and reports every message that was lost', async () => {
    const burst = Array.from({ length: 10 }, nextLine);
    smsc.answer(burst[3]!, 'CLOSE');
    const first = await Promise.all(
      burst.map((line) => gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, DEADLINE_MS)),
    );
    expect(first[3]).toMatchObject({ kind: 'unknown' });
    const unsent = burst.filter((_line, index) => first[index]!.kind !== 'accepted');
    for (const line of unsent) {
      expect(await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, DEADLINE_MS)).toMatchObject({
        kind: 'accepted',
      });
    }
    for (const line of burst) expect(to(line).length).toBeGreaterThanOrEqual(1);
  });

  it('the SMS gateway reconnects to a centre that comes back', async () => {
    const first = await startLocalSmsc();
    const gatewayOfBoth = gatewayTo(first);
    const line = nextLine();
    expect(await gatewayOfBoth.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, DEADLINE_MS)).toMatchObject({
      kind: 'accepted',
    });
    await first.close();
    const lost = await gatewayOfBoth.send({ id: 'msg', to: line, text: '2', ttlSeconds: 180 }, DEADLINE_MS);
    expect(['retry', 'unknown']).toContain(lost.kind);
    const second = await startLocalSmsc(first);
    expect(await gatewayOfBoth.send({ id: 'msg', to: line, text: '3', ttlSeconds: 180 }, DEADLINE_MS)).toMatchObject({
      kind: 'accepted',
    });
    await gatewayOfBoth.close();
    await second.close();
  });

  it('the SMS gateway asks for a retry when the centre refuses the bind, for the message is not at fault', async () => {
    const stranger = gatewayTo({ ...smsc, password: 'wrong' });
    expect(await stranger.send({ id: 'msg', to: nextLine(), text: '1', ttlSeconds: 180 }, DEADLINE_MS)).toEqual({
      kind: 'retry',
      reason: 'bind refused: ESME_RINVPASWD',
    });
    await stranger.close();
  });

  it('the local SMS centre notifies a listener of each message, until the listener stops', async () => {
    const line = nextLine();
    const heard: string[] = [];
    const stop = smsc.onReceived((sms) => heard.push(sms.text));
    await gateway.send({ id: 'msg', to: line, text: 'first', ttlSeconds: 180 }, DEADLINE_MS);
    stop();
    await gateway.send({ id: 'msg', to: line, text: 'second', ttlSeconds: 180 }, DEADLINE_MS);
    expect(heard).toEqual(['first']);
  });

  it.each([
    [179.9, '000000000259000R'],
    [60, '000000000100000R'],
    [86_400, '000001000000000R'],
    [90_061, '000001010101000R'],
    [10 ** 9, '000028000000000R'],
  ])('a message that is good for %d seconds has the validity period %s', (seconds, period) => {
    expect(validityPeriod(seconds)).toBe(period);
  });

  it('the SMS centre keeps a message no longer than the message is good for', async () => {
    const line = nextLine();
    const before = Date.now();
    await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 42.7 }, DEADLINE_MS);
    const until = Date.parse(to(line)[0]?.validUntil ?? '');
    expect(until - before).toBeGreaterThanOrEqual(42_000 - 1_000);
    expect(until - Date.now()).toBeLessThanOrEqual(42_000);
  });

  it.each([0.9, 0, -3])('a message that is good for %d seconds is not sent', async (ttlSeconds) => {
    const line = nextLine();
    expect(await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds }, DEADLINE_MS)).toEqual({
      kind: 'expired',
    });
    expect(to(line)).toEqual([]);
  });

  it.each([
    ['DELIVRD', 'delivered'],
    ['EXPIRED', 'expired'],
    ['UNDELIV', 'undeliverable'],
    ['REJECTD', 'rejected'],
  ] as const)('the centre’s receipt %s arrives as %s, with the id of the message', async (word, state) => {
    const line = nextLine();
    smsc.receipt(line, word);
    const outcome = await gateway.send({ id: 'msg', to: line, text: '1', ttlSeconds: 180 }, DEADLINE_MS);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    await eventually('the receipt', () => heard.find((one) => one?.messageId === outcome.messageId));
    expect(heard).toContainEqual({ messageId: outcome.messageId, state });
  });

  const RECEIPT = { esm_class: 0x04 };
  const text = (words: string) => ({ ...RECEIPT, short_message: words });
  it.each<[what: string, pdu: Record<string, string | number | Buffer>, SmsReceipt | null | undefined]>([
    [
      'a receipt of text alone',
      text('id:0Af1 sub:001 stat:UNDELIV err:011 text:'),
      { messageId: '0Af1', state: 'undeliverable' },
    ],
    ['a receipt that writes whole words', text('ID: 77 STAT: Delivered'), { messageId: '77', state: 'delivered' }],
    [
      'a receipt of parameters alone',
      { ...RECEIPT, receipted_message_id: 'x-9', message_state: 3 },
      { messageId: 'x-9', state: 'expired' },
    ],
    ['a receipt without an id', text('stat:DELIVRD'), null],
    ['a receipt of an unknown state', text('id:1 stat:WHATEVER'), null],
    ['a receipt without text', RECEIPT, null],
    [
      'a receipt in an alphabet of its own',
      { ...text('id:8 stat:DELIVRD'), data_coding: 8 },
      { messageId: '8', state: 'delivered' },
    ],
    [
      'a receipt of bytes',
      { ...RECEIPT, short_message: Buffer.from('id:9 stat:DELIVRD'), data_coding: 4 },
      { messageId: '9', state: 'delivered' },
    ],
    ['a message that a person sent', { short_message: 'id:1 stat:DELIVRD' }, undefined],
    ['a receipt that claims a header it lacks', { ...text('id:5 stat:DELIVRD'), esm_class: 0x44 }, null],
  ])('%s is answered, and the session goes on', async (_what, pdu, receipt) => {
    await gateway.send({ id: 'msg', to: lineWithoutReceipt(), text: '1', ttlSeconds: 180 }, DEADLINE_MS);
    const before = heard.length;
    expect((await smsc.deliver(pdu)).command_status).toBe(0);
    expect(heard.slice(before)).toEqual(receipt === undefined ? [] : [receipt]);
    expect(
      await gateway.send({ id: 'msg', to: lineWithoutReceipt(), text: '2', ttlSeconds: 180 }, DEADLINE_MS),
    ).toMatchObject({
      kind: 'accepted',
    });
  });

  it.each([
    ['has a parameter without its bytes', '0427 0001'],
    ['has an id without its end, before another parameter', '001e 0003 61 62 63 0427 0001 02'],
    ['has a parameter longer than itself', '001e ffff 61'],
  ])('a receipt that %s is answered over the same session', async (_what, parameters) => {
    await gateway.send({ id: 'msg', to: lineWithoutReceipt(), text: '1', ttlSeconds: 180 }, DEADLINE_MS);
    const bytes = Buffer.from(parameters.replaceAll(' ', ''), 'hex');
    // Empty strings and zeros but for esm_class; no short message.
    const body = Buffer.concat([Buffer.from('0000000000000004000000000000000000', 'hex'), bytes]);
    const header = Buffer.alloc(16);
    header.writeUInt32BE(header.length + body.length, 0);
    header.writeUInt32BE(5, 4);
    header.writeUInt32BE(0x7000_0000 + heard.length, 12);
    expect((await smsc.deliver(Buffer.concat([header, body]))).command_status).toBe(0);
    expect(
      await gateway.send({ id: 'msg', to: lineWithoutReceipt(), text: '2', ttlSeconds: 180 }, DEADLINE_MS),
    ).toMatchObject({
      kind: 'accepted',
    });
  });
});
