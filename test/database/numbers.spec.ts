import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomInt, randomUUID } from 'node:crypto';
import { TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** A carrier's word that a line has a number, at a step of its history. */
interface Move {
  line: number;
  number: number;
  step: number;
}

const numberOf = (run: string, number: number) => `+8210${run}${String(number).padStart(2, '0')}`;
const lineIdOf = (run: string, line: number) => `line-${run}-${line}`;
const factsOf = (run: string, line: number, number: number) => ({
  lineId: lineIdOf(run, line),
  phoneNumber: numberOf(run, number),
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
});

/** The line that has each number of a run, by the number. */
async function holders(run: string, numbers: number): Promise<Map<number, string>> {
  const held = new Map<number, string>();
  for (let number = 0; number < numbers; number += 1) {
    const row = await service.rows.lines.withNumber(service.keys.indexes.of('phone', numberOf(run, number)));
    if (row) held.set(number, row.id);
  }
  return held;
}

async function send(path: string, type: string, body: string): Promise<string> {
  const response = await fetch(`${service.issuer}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await service.token('carrier')}`, 'Content-Type': type },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text;
}

const importing = (lines: readonly object[]) =>
  send('/carrier/v1/lines/import', 'application/x-ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

async function ingest(events: readonly object[]): Promise<string[]> {
  const text = await send('/carrier/v1/events', 'application/cloudevents-batch+json', JSON.stringify(events));
  return (JSON.parse(text) as { outcomes: { outcome: string }[] }).outcomes.map(({ outcome }) => outcome);
}

const run = () => String(randomInt(1_000_000)).padStart(6, '0');
const LINES = 6;
/** Numbers that no line has at first are among them. */
const NUMBERS = 9;

/** A history in which, at every step, some lines exchange their numbers and free ones. */
const history = fc
  .array(
    fc.shuffledSubarray(
      Array.from({ length: NUMBERS }, (_, at) => at),
      { minLength: LINES, maxLength: LINES },
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((steps) => {
    let held = Array.from({ length: LINES }, (_, at) => at);
    const moves: Move[] = [];
    for (const [step, numbers] of steps.entries()) {
      for (const [line, number] of numbers.entries()) if (held[line] !== number) moves.push({ line, number, step });
      held = numbers;
    }
    return { moves, held };
  });

/** An order in which the moves arrive that keeps the order of each line's own. */
const arrival = history.chain(({ moves, held }) =>
  fc
    .tuple(
      fc.array(fc.nat(), { minLength: moves.length, maxLength: moves.length }),
      fc.uniqueArray(fc.nat({ max: Math.max(1, moves.length) }), { maxLength: 4 }),
      fc.constantFrom<'rising' | 'equal' | 'old'>('rising', 'equal', 'old'),
    )
    .map(([choices, cuts, times]) => {
      const waiting = [...moves];
      const arrived = choices.map((choice) => {
        const next = [...new Set(waiting.map(({ line }) => line))];
        const line = next[choice % next.length];
        const at = waiting.findIndex((move) => move.line === line);
        return waiting.splice(at, 1)[0]!;
      });
      return { arrived, cuts, times, held };
    }),
);

describe('numbers that move between lines', () => {
  it('in one snapshot, numbers arrive whatever way they went round, in any order of the lines', async () => {
    const permuted = fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: NUMBERS }, (_, at) => at),
        { minLength: LINES, maxLength: LINES },
      ),
      fc.shuffledSubarray(
        Array.from({ length: LINES }, (_, at) => at),
        { minLength: LINES },
      ),
      // The last lines of a snapshot may be new ones.
      fc.integer({ min: 0, max: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(permuted, async ([numbers, order, added]) => {
        const own = run();
        const stored = LINES - added;
        await importing(Array.from({ length: stored }, (_, line) => factsOf(own, line, line)));
        const snapshot = order.map((line) => factsOf(own, line, numbers[line]!));
        const report = (await importing(snapshot)).trim().split('\n');
        const { summary } = JSON.parse(report.at(-1)!) as { summary: Record<string, number> };
        expect(summary).toMatchObject({ read: LINES, rejected: 0, added });
        expect(await holders(own, NUMBERS)).toEqual(
          new Map(numbers.map((number, line) => [number, lineIdOf(own, line)] as const).sort(([a], [b]) => a - b)),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('in batches, numbers arrive whatever the order between lines, and no line ever keeps one that it gave up', async () => {
    await fc.assert(
      fc.asyncProperty(arrival, async ({ arrived, cuts, times, held }) => {
        const own = run();
        const lines = Array.from({ length: LINES }, (_, line) => factsOf(own, line, line));
        for (const { lineId, ...facts } of lines) {
          await service.call('PUT', `/carrier/v1/lines/${lineId}`, facts, { scope: 'carrier' });
        }
        const begun = times === 'old' ? Date.now() - 86_400_000 : Date.now();
        const sent = arrived.map((move, at) => ({
          move,
          event: {
            specversion: '1.0',
            id: randomUUID(),
            source: 'urn:test:carrier',
            type: 'pushguard.line.v1.number-changed',
            subject: lineIdOf(own, move.line),
            sequence: move.step + 1,
            time: new Date(begun + (times === 'equal' ? 0 : move.step)).toISOString(),
            data: { phoneNumber: numberOf(own, move.number) },
          },
          isCut: cuts.includes(at),
        }));
        const last = new Map(lines.map((_, line) => [line, line]));
        for (let rest = sent; rest.length > 0;) {
          const cut = rest.findIndex(({ isCut }, at) => at > 0 && isCut);
          const batch = rest.slice(0, cut === -1 ? rest.length : cut);
          rest = rest.slice(batch.length);
          const outcomes = await ingest(batch.map(({ event }) => event));
          expect(outcomes.every((outcome) => outcome === 'applied')).toBe(true);
          for (const { move } of batch) last.set(move.line, move.number);
          for (const [number, lineId] of await holders(own, NUMBERS)) {
            const line = lines.findIndex((one) => one.lineId === lineId);
            expect([lineId, number]).toEqual([lineId, last.get(line)]);
          }
        }
        expect(await holders(own, NUMBERS)).toEqual(
          new Map(held.map((number, line) => [number, lineIdOf(own, line)] as const).sort(([a], [b]) => a - b)),
        );
      }),
      { numRuns: 40 },
    );
  });
});
