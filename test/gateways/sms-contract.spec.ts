import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalSmsc, startLocalSmsc } from '../../src/embedded/local-smsc.ts';
import type { SmsOutcome } from '../../src/gateways/sms/sms.ts';
import { SmppSmsGateway } from '../../src/gateways/sms/smpp.sms.ts';

const DEADLINE_MS = 30_000;

let smsc: LocalSmsc;
let gateway: SmppSmsGateway;

const gatewayTo = ({ host, port, systemId, password }: Pick<LocalSmsc, 'host' | 'port' | 'systemId' | 'password'>) =>
  new SmppSmsGateway({ host, port, systemId, password, source: { address: '15880000' } });

beforeAll(async () => {
  smsc = await startLocalSmsc();
  gateway = gatewayTo(smsc);
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
    expect(await gateway.send({ to: line, text }, DEADLINE_MS)).toEqual({
      kind: 'accepted',
      messageId: expect.any(String),
    });
    expect(to(line)).toEqual([{ receivedAt: expect.any(String), to: line, from: '15880000', text }]);
  });

  it.each<[answer: 'ESME_RTHROTTLED' | 'ESME_RMSGQFUL' | 'ESME_RSYSERR' | 'ESME_RINVDSTADR', SmsOutcome]>([
    ['ESME_RTHROTTLED', { kind: 'retry', reason: 'ESME_RTHROTTLED' }],
    ['ESME_RMSGQFUL', { kind: 'retry', reason: 'ESME_RMSGQFUL' }],
    ['ESME_RSYSERR', { kind: 'retry', reason: 'ESME_RSYSERR' }],
    ['ESME_RINVDSTADR', { kind: 'rejected', reason: 'ESME_RINVDSTADR' }],
  ])('the SMS gateway maps %s to %j', async (answer, outcome) => {
    const line = nextLine();
    smsc.answer(line, answer);
    expect(await gateway.send({ to: line, text: '1' }, DEADLINE_MS)).toEqual(outcome);
    expect(await gateway.send({ to: line, text: '2' }, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
  });

  it('the SMS gateway settles at its deadline when the centre is silent, and keeps using the session', async () => {
    const line = nextLine();
    smsc.answer(line, 'HANG');
    const started = performance.now();
    // It has left, and may be on its way: sending it again and again would reach the person as often.
    expect(await gateway.send({ to: line, text: '1' }, 300)).toMatchObject({ kind: 'unknown' });
    expect(performance.now() - started).toBeLessThan(DEADLINE_MS);
    expect(await gateway.send({ to: line, text: '2' }, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
  });

  it('the SMS gateway binds again after the centre closed the session, and reports every message that was lost', async () => {
    const burst = Array.from({ length: 10 }, nextLine);
    smsc.answer(burst[3]!, 'CLOSE');
    const first = await Promise.all(burst.map((line) => gateway.send({ to: line, text: '1' }, DEADLINE_MS)));
    expect(first[3]).toMatchObject({ kind: 'unknown' });
    const unsent = burst.filter((_line, index) => first[index]!.kind !== 'accepted');
    for (const line of unsent) {
      expect(await gateway.send({ to: line, text: '1' }, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
    }
    for (const line of burst) expect(to(line).length).toBeGreaterThanOrEqual(1);
  });

  it('the SMS gateway reconnects to a centre that comes back', async () => {
    const first = await startLocalSmsc();
    const gatewayOfBoth = gatewayTo(first);
    const line = nextLine();
    expect(await gatewayOfBoth.send({ to: line, text: '1' }, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
    await first.close();
    const lost = await gatewayOfBoth.send({ to: line, text: '2' }, DEADLINE_MS);
    expect(['retry', 'unknown']).toContain(lost.kind);
    const second = await startLocalSmsc(first);
    expect(await gatewayOfBoth.send({ to: line, text: '3' }, DEADLINE_MS)).toMatchObject({ kind: 'accepted' });
    await gatewayOfBoth.close();
    await second.close();
  });

  it('the SMS gateway asks for a retry when the centre refuses the bind, for the message is not at fault', async () => {
    const stranger = gatewayTo({ ...smsc, password: 'wrong' });
    expect(await stranger.send({ to: nextLine(), text: '1' }, DEADLINE_MS)).toEqual({
      kind: 'retry',
      reason: 'bind refused: ESME_RINVPASWD',
    });
    await stranger.close();
  });

  it('the local SMS centre notifies a listener of each message, until the listener stops', async () => {
    const line = nextLine();
    const heard: string[] = [];
    const stop = smsc.onReceived((sms) => heard.push(sms.text));
    await gateway.send({ to: line, text: 'first' }, DEADLINE_MS);
    stop();
    await gateway.send({ to: line, text: 'second' }, DEADLINE_MS);
    expect(heard).toEqual(['first']);
  });
});
