import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { LineFacts } from '../../src/domain/line.ts';
import { eventually } from '../support/eventually.ts';
import { packed, TestService, type TestPerson } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

type OwnLine = TestPerson & { lineId: string };

const OTHER_OWNER = { birthDate: '850715', genderDigit: '2' };
const aNumber = () => `+8210${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;

const moved = (lineId: string, phoneNumber: string, sequence = 1) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: 'urn:carrier:hlr',
  type: 'pushguard.line.v1.number-changed',
  subject: lineId,
  sequence,
  time: new Date().toISOString(),
  data: { phoneNumber },
});

async function send(path: string, type: string, body: string): Promise<string> {
  const response = await fetch(`${service.issuer}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await service.token('carrier')}`, 'Content-Type': type },
    body,
  });
  return response.text();
}

/** Sends a batch of events; returns their outcomes. */
async function ingest(...events: object[]): Promise<string[]> {
  const text = await send('/carrier/v1/events', 'application/cloudevents-batch+json', JSON.stringify(events));
  return (JSON.parse(text) as { outcomes: { outcome: string }[] }).outcomes.map(({ outcome }) => outcome);
}

const factsOf = ({ lineId, phoneNumber, birthDate, genderDigit }: OwnLine): LineFacts => ({
  lineId,
  phoneNumber,
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate, genderDigit },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
});

const importing = (...lines: LineFacts[]) =>
  send('/carrier/v1/lines/import', 'application/x-ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

const put = (line: LineFacts) => service.call('PUT', `/carrier/v1/lines/${line.lineId}`, line, { scope: 'carrier' });

/** Two lines of different owners. */
async function twoLines(): Promise<[OwnLine, OwnLine]> {
  return [await service.addLine(), await service.addLine({ owner: OTHER_OWNER })];
}

const codesTo = (phoneNumber: string) =>
  service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.includes('인증번호'));

/** Starts an authentication of a person under a number, and one that is certainly texted after it. */
async function isDecoy(person: TestPerson, phoneNumber: string): Promise<boolean> {
  const before = codesTo(phoneNumber).length;
  expect((await service.start({ ...person, phoneNumber })).body.channel).toBe('sms');
  const witness = await service.addLine();
  await service.start(witness);
  await eventually('the code of a start that came later', () => codesTo(witness.phoneNumber).length > 0);
  return codesTo(phoneNumber).length === before;
}

/** Whether a person is verified under a number by the code that is texted to it. */
async function isVerified(person: TestPerson, phoneNumber: string): Promise<boolean> {
  const before = codesTo(phoneNumber).length;
  const { id } = (await service.start({ ...person, phoneNumber })).body;
  await eventually('the code by text message', () => codesTo(phoneNumber).length > before);
  return (await service.verify(id, await service.textedCode(phoneNumber))).status === 200;
}

/** The ways in which a carrier tells that two lines exchanged their numbers. */
const SWAPS: readonly [string, (one: OwnLine, other: OwnLine) => Promise<unknown>][] = [
  [
    'one snapshot',
    async (one, other) => {
      const report = await importing(
        { ...factsOf(one), phoneNumber: other.phoneNumber },
        { ...factsOf(other), phoneNumber: one.phoneNumber },
      );
      expect(report).toContain('"rejected":0');
    },
  ],
  [
    'one batch',
    async (one, other) => {
      const outcomes = await ingest(moved(one.lineId, other.phoneNumber), moved(other.lineId, one.phoneNumber));
      expect(outcomes).toEqual(['applied', 'applied']);
    },
  ],
  [
    'two batches',
    async (one, other) => {
      expect(await ingest(moved(one.lineId, other.phoneNumber))).toEqual(['applied']);
      expect(await ingest(moved(other.lineId, one.phoneNumber))).toEqual(['applied']);
    },
  ],
  [
    'PUT',
    async (one, other) => {
      expect((await put({ ...factsOf(one), phoneNumber: other.phoneNumber })).status).toBe(200);
      expect((await put({ ...factsOf(other), phoneNumber: one.phoneNumber })).status).toBe(200);
    },
  ],
];

describe('lines that exchange their numbers', () => {
  it.each(SWAPS)(
    'lines that exchange their numbers in %s are each verified under their own from then on',
    async (_, swap) => {
      const [one, other] = await twoLines();
      await swap(one, other);
      expect(await isDecoy(one, one.phoneNumber)).toBe(true);
      expect(await isDecoy(other, other.phoneNumber)).toBe(true);
      expect(await isVerified(one, other.phoneNumber)).toBe(true);
      expect(await isVerified(other, one.phoneNumber)).toBe(true);
    },
  );

  it.each(SWAPS)(
    'subscribers whose lines exchange their numbers in %s stay subscribed, under the other number',
    async (_, swap) => {
      const [first, second] = [await service.subscriber(), await service.subscriber()];
      const [one, other] = [first, second].map(({ person, subscriptionId }) => ({ ...person, subscriptionId }));
      const lines = await Promise.all(
        [one!, other!].map(async (own) => ({
          ...own,
          lineId: await service.rows.subscriptions.lineOf(own.subscriptionId),
        })),
      );
      const open = (await service.start(one!)).body;
      await swap(lines[0]!, lines[1]!);
      expect((await service.call('GET', `/v1/authentications/${open.id}`)).body).toMatchObject({ state: 'cancelled' });
      // Both were born on the same day, so a start under the old number is the other one's.
      const asked = (await service.start({ ...one!, phoneNumber: other!.phoneNumber })).body;
      expect((await first.phone.pending()).map(({ id }) => id)).toEqual([asked.id]);
    },
  );

  it('numbers go round a chain of lines in one batch, whatever the order of its events', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const lines = [await service.addLine(), await service.addLine(), await service.addLine()];
      const next = (at: number) => lines[(at + 1) % lines.length]!.phoneNumber;
      const outcomes = await ingest(...order.map((at) => moved(lines[at]!.lineId, next(at))));
      expect(outcomes).toEqual(['applied', 'applied', 'applied']);
      for (const [at, line] of lines.entries()) expect(await isVerified(line, next(at))).toBe(true);
    }
  });
});

describe('a number that a line lost', () => {
  it('a number that a line lost is no one’s at once: it gets no code, and what was pending under it is cancelled', async () => {
    const [one, other] = await twoLines();
    const { id } = (await service.start(other)).body;
    const code = await service.textedCode(other.phoneNumber);
    // The event of the other line has not come yet.
    expect(await ingest(moved(one.lineId, other.phoneNumber))).toEqual(['applied']);
    expect((await service.call('GET', `/v1/authentications/${id}`)).body).toMatchObject({ state: 'cancelled' });
    expect((await service.verify(id, code)).status).toBe(409);
    expect(await isDecoy(other, other.phoneNumber)).toBe(true);
    expect(await isDecoy(one, one.phoneNumber)).toBe(true);
    expect(await isVerified(one, other.phoneNumber)).toBe(true);
  });

  it('a subscriber whose number moved to another line is served by the app alone, and gets no text message', async () => {
    const { person, subscriptionId, phone, pushToken } = await service.subscriber();
    const lineId = await service.rows.subscriptions.lineOf(subscriptionId);
    const newcomer = await service.addLine({ owner: OTHER_OWNER });
    expect(await ingest(moved(newcomer.lineId, person.phoneNumber))).toEqual(['applied']);
    expect(await isDecoy(person, person.phoneNumber)).toBe(true);
    expect(await phone.pending()).toEqual([]);
    const before = service.smsc.received.filter(({ to }) => to === person.phoneNumber).length;
    await service.sendEvent(lineId, 'suspended', undefined, 1);
    await eventually('the notice on the phone', () =>
      service.pushesTo(pushToken).some(({ data }) => data['t'] === 'notice'),
    );
    await service.sendEvent(lineId, 'resumed', undefined, 2);
    const phoneNumber = aNumber();
    expect(await ingest(moved(lineId, phoneNumber, 3))).toEqual(['applied']);
    const { id } = (await service.start({ ...person, phoneNumber })).body;
    expect((await phone.pending()).map((one) => one.id)).toEqual([id]);
    expect(service.smsc.received.filter(({ to }) => to === person.phoneNumber)).toHaveLength(before);
  });

  it('an event that arrives late takes no number from the line that was told later to have it', async () => {
    const [late, present] = await twoLines();
    const number = aNumber();
    const at = (seconds: number) => new Date(Date.now() - 60_000 + seconds * 1_000).toISOString();
    expect(await ingest({ ...moved(present.lineId, number), time: at(30) })).toEqual(['applied']);
    expect(await ingest({ ...moved(late.lineId, number), time: at(10) })).toEqual(['applied']);
    expect(await isVerified(present, number)).toBe(true);
    expect(await isDecoy(late, late.phoneNumber)).toBe(true);
    const own = aNumber();
    expect(await ingest({ ...moved(late.lineId, own, 2), time: at(20) })).toEqual(['applied']);
    expect(await isVerified(late, own)).toBe(true);
    expect(await isVerified(present, number)).toBe(true);
  });

  it('a snapshot that gives one number to two lines leaves it to the line that has it, and names the other', async () => {
    const [one, other] = await twoLines();
    for (const lines of [
      [{ ...factsOf(other), phoneNumber: one.phoneNumber }, factsOf(one)],
      [factsOf(one), { ...factsOf(other), phoneNumber: one.phoneNumber }],
    ]) {
      const reports = (await importing(...lines))
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Record<string, unknown>);
      expect(reports.filter(({ outcome }) => outcome === 'rejected')).toEqual([
        expect.objectContaining({
          lineId: other.lineId,
          faults: [expect.objectContaining({ pointer: '/phoneNumber' })],
        }),
      ]);
      expect(await service.rows.lines.activeWithNumberOf(one.lineId)).toEqual([{ id: one.lineId }]);
      expect(await service.rows.lines.activeWithNumberOf(other.lineId)).toEqual([{ id: other.lineId }]);
    }
  });
});

describe('replay-events', () => {
  it('replay-events carries out an exchange of numbers that was kept while the lines were unknown', async () => {
    const [one, other] = [`line-${randomUUID()}`, `line-${randomUUID()}`];
    const [first, second] = [aNumber(), aNumber()];
    expect(await ingest(moved(one, second), moved(other, first))).toEqual(['unknown_line', 'unknown_line']);
    const lines = [
      await service.addLine({ lineId: one, phoneNumber: first }),
      await service.addLine({ lineId: other, phoneNumber: second, owner: OTHER_OWNER }),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [packed('commands/replay-events')], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_ENV: 'test',
        ...service.env,
        ISSUER: service.issuer,
      },
    });
    expect(stdout).toContain('applied: 2 events');
    expect(await isVerified(lines[0]!, second)).toBe(true);
    expect(await isVerified(lines[1]!, first)).toBe(true);
  });
});
