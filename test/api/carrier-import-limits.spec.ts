import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { factsOf as factsRead, readAs, SnapshotLine } from '../../src/carrier/carrier.dto.ts';
import { isPlainLine } from '../../src/carrier/snapshot/plain-line.ts';
import type { LineFacts } from '../../src/domain/line.ts';
import { seoulDay } from '../../src/domain/person.ts';
import { expectFaults } from '../support/problem.ts';
import { answerOf, TestService } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start({ IMPORT_MAX_ENDED: '2' });
});
afterAll(async () => {
  await service.stop();
});

interface Summary {
  [count: string]: unknown;
  stopped?: boolean;
  confirm?: string;
}

interface Report {
  [member: string]: unknown;
  lineId?: string;
  outcome?: string;
  summary?: Summary;
}

function aLine(change: Partial<LineFacts> = {}): LineFacts {
  return {
    lineId: `line-${randomUUID()}`,
    phoneNumber: `+8210${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`,
    carrier: 'SKT',
    status: 'active',
    holder: 'self',
    owner: { birthDate: '900101', genderDigit: '1' },
    plan: 'postpaid',
    handset: { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S931N' },
    ...change,
  };
}

async function send(body: string, query: Record<string, string> = {}, to = service): Promise<Response> {
  return fetch(`${to.issuer}/carrier/v1/lines/import?${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await to.token('carrier')}`, 'Content-Type': 'application/x-ndjson' },
    body,
  });
}

async function importing(lines: readonly object[], query: Record<string, string> = {}, to = service) {
  const response = await send(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), query, to);
  const text = await response.text();
  const reports = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Report);
  return {
    text,
    reports,
    summary: reports.at(-1)!.summary!,
    of: (lineId: string) => reports.find((one) => one.lineId === lineId),
  };
}

/** Subscribed lines, as a snapshot has them. */
async function subscribedLines(count: number): Promise<LineFacts[]> {
  const lines = Array.from({ length: count }, () => aLine());
  await importing(lines);
  for (const { phoneNumber } of lines) await service.subscribe({ phoneNumber, birthDate: '900101', genderDigit: '1' });
  return lines;
}

/** The states of the newest subscriptions on lines. */
const statesOf = (lines: readonly LineFacts[]) =>
  Promise.all(lines.map(({ lineId }) => service.rows.subscriptions.stateOn(lineId)));

const OTHER = { birthDate: '850715', genderDigit: '2' };

describe('names in another spelling', () => {
  const SPELLINGS: readonly [string, (line: LineFacts) => Partial<LineFacts>][] = [
    ['the carrier with a blank behind it', () => ({ carrier: 'SKT ' })],
    ['the carrier in small letters between blanks', () => ({ carrier: ' skt ' })],
    ['the model in another case', ({ handset }) => ({ handset: { ...handset, model: ' sm-s931n' } })],
    ['the system in another case', ({ handset }) => ({ handset: { ...handset, os: 'ANDROID ' } })],
    ['the version between blanks', ({ handset }) => ({ handset: { ...handset, osVersion: ' 14 ' } })],
  ];

  it.each(SPELLINGS)('%s is no difference, in a snapshot and by PUT', async (_case, spelt) => {
    const [line] = await subscribedLines(1);
    const other = { ...line!, ...spelt(line!) };
    expect((await importing([other])).summary).toMatchObject({ read: 1, same: 1 });
    const answer = await service.call('PUT', `/carrier/v1/lines/${line!.lineId}`, other, { scope: 'carrier' });
    expect(answer.body).toMatchObject({ outcome: 'same', differences: [] });
    expect(await statesOf([line!])).toEqual(['awaiting_device']);
  });

  it('a line whose carrier and system were first told in another spelling may subscribe', async () => {
    const line = aLine({ carrier: ' skt', handset: { os: ' iOS', osVersion: ' 17.1', formFactor: 'phone' } });
    await importing([line]);
    const { phoneNumber } = line;
    await service.subscribe({ phoneNumber, birthDate: '900101', genderDigit: '1' });
    expect(await statesOf([line])).toEqual(['awaiting_device']);
  });

  it('a line of the snapshot’s carrier is missing, however the two spell its name', async () => {
    const [missing, named] = [aLine({ carrier: 'Kt' }), aLine({ carrier: 'kT' })];
    await importing([missing, named]);
    expect((await importing([{ ...named, carrier: 'KT ' }])).of(missing.lineId)).toMatchObject({ outcome: 'missing' });
  });

  it('a device-changed event that spells the model in another way keeps the phone in use', async () => {
    const { phone, subscriptionId } = await service.subscriber();
    const lineId = await service.rows.subscriptions.lineOf(subscriptionId);
    const handset = { os: 'Android ', osVersion: '14', formFactor: 'phone', model: 'SM-S931N' };
    const { lineId: _, ...facts } = { ...aLine(), lineId, ...(await factsOf(lineId)) };
    await service.call('PUT', `/carrier/v1/lines/${lineId}`, { ...facts, handset }, { scope: 'carrier' });
    expect(await phone.pending()).toEqual([]);
    const again = { ...facts, handset: { ...handset, os: 'android', model: 'sm-s931n ' } };
    const answer = await service.call('PUT', `/carrier/v1/lines/${lineId}`, again, { scope: 'carrier' });
    expect(answer.body).toMatchObject({ outcome: 'same' });
    expect(await phone.pending()).toEqual([]);
  });
});

/** The number and the owner of a stored line. */
async function factsOf(lineId: string): Promise<Pick<LineFacts, 'phoneNumber' | 'owner'>> {
  const row = (await service.rows.lines.of(lineId))!;
  const { fields } = service.keys;
  return {
    phoneNumber: fields.decrypt(row.phone_number, `lines:phone_number:${lineId}`).toString('utf8'),
    owner: JSON.parse(fields.decrypt(row.owner, `lines:owner:${lineId}`).toString('utf8')) as LineFacts['owner'],
  };
}

describe('a carrier whose name is not configured', () => {
  it('a carrier whose name is not configured is reported in a snapshot, and ends nothing, however often it comes', async () => {
    const lines = await subscribedLines(4);
    const snapshot = lines.map((line) => ({ ...line, carrier: 'SK Telecom' }));
    for (const newcomer of [aLine({ carrier: 'SK Telecom' }), aLine({ carrier: 'SK Telecom' })]) {
      const { reports, summary, of } = await importing([...snapshot, newcomer]);
      expect(summary).toMatchObject({ same: 4, added: 1, changed: 0 });
      expect(of(lines[0]!.lineId)).toEqual({
        lineId: lines[0]!.lineId,
        outcome: 'same',
        differences: ['carrier'],
        unknownCarrier: 'SK Telecom',
      });
      expect(of(newcomer.lineId)).toMatchObject({ outcome: 'added', unknownCarrier: 'SK Telecom' });
      expect(reports).toContainEqual({ unknownCarrier: 'SK Telecom', lines: 5 });
      expect(await statesOf(lines)).toEqual(lines.map(() => 'awaiting_device'));
    }
  });

  it('the other facts of a line whose carrier is unknown count', async () => {
    const [line] = await subscribedLines(1);
    const { of } = await importing([{ ...line!, carrier: 'SK Telecom', plan: 'prepaid' }]);
    expect(of(line!.lineId)).toEqual({
      lineId: line!.lineId,
      outcome: 'changed',
      differences: ['carrier', 'plan'],
      unknownCarrier: 'SK Telecom',
    });
    expect(await service.rows.lines.of(line!.lineId)).toMatchObject({ carrier: 'SKT', plan: 'prepaid' });
    expect(await statesOf([line!])).toEqual(['cancelled']);
  });

  it('a line that moved to a carrier whose name is configured is ended', async () => {
    const [line] = await subscribedLines(1);
    expect((await importing([{ ...line!, carrier: 'kt' }])).of(line!.lineId)).toMatchObject({ outcome: 'changed' });
    expect(await statesOf([line!])).toEqual(['cancelled']);
  });
});

describe('a snapshot that would end more than is allowed', () => {
  it('a snapshot that would end more than is allowed changes nothing, and reports what it would end', async () => {
    const lines = await subscribedLines(3);
    const kept = aLine();
    const snapshot = [...lines.map((line) => ({ ...line, owner: OTHER })), kept];
    const { reports, summary, of } = await importing(snapshot);
    expect(summary).toMatchObject({
      read: 4,
      changed: 3,
      added: 1,
      dryRun: false,
      stopped: true,
      ended: { lines: 0, subscriptions: 3 },
      limit: { lines: 2, subscriptions: 2 },
      confirm: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(of(lines[0]!.lineId)).toMatchObject({ outcome: 'changed', differences: ['owner'], ends: 'owner_changed' });
    expect(reports.filter(({ ends }) => ends !== undefined)).toHaveLength(3);
    expect(await statesOf(lines)).toEqual(lines.map(() => 'awaiting_device'));
    expect(await service.rows.lines.of(kept.lineId)).toBeUndefined();
  });

  it('with the confirmation of its report it is carried out, once', async () => {
    const lines = await subscribedLines(3);
    const snapshot = lines.map((line) => ({ ...line, plan: 'prepaid' }));
    const { confirm } = (await importing(snapshot)).summary;
    const { summary } = await importing(snapshot, { confirm: confirm! });
    expect(summary).toMatchObject({ changed: 3, dryRun: false });
    expect(summary).not.toHaveProperty('stopped');
    expect(await statesOf(lines)).toEqual(lines.map(() => 'cancelled'));
  });

  it('a confirmation is worth nothing for another report', async () => {
    const lines = await subscribedLines(4);
    const ending = (count: number) => lines.map((line, at) => (at < count ? { ...line, owner: OTHER } : line));
    const { confirm } = (await importing(ending(3))).summary;
    for (const snapshot of [
      ending(4),
      ending(3)
        .map((line) => ({ ...line, plan: 'm2m' }))
        .slice(1),
    ]) {
      const { summary } = await importing(snapshot, { confirm: confirm! });
      expect(summary).toMatchObject({ stopped: true });
      expect(summary.confirm).not.toBe(confirm);
    }
    expect(await statesOf(lines)).toEqual(lines.map(() => 'awaiting_device'));
  });

  it('a confirmation is worth the same for the lines of its report in another order', async () => {
    const lines = await subscribedLines(4);
    const snapshot = lines.map((line, at) => (at === 1 ? { ...line, plan: 'prepaid' } : { ...line, owner: OTHER }));
    const { confirm } = (await importing(snapshot)).summary;
    const exchanged = snapshot.map((line, at) => ({
      ...lines[at]!,
      ...(at === 2 ? { plan: 'prepaid' } : { owner: OTHER }),
    }));
    expect((await importing(exchanged, { confirm: confirm! })).summary).toMatchObject({ stopped: true });
    const { summary } = await importing(snapshot.toReversed(), { confirm: confirm! });
    expect(summary).not.toHaveProperty('stopped');
    expect(await statesOf(lines)).toEqual(lines.map(() => 'cancelled'));
  });

  it('a dry run says what the import itself would need', async () => {
    const lines = await subscribedLines(3);
    const snapshot = lines.map((line) => ({ ...line, owner: OTHER }));
    const dry = (await importing(snapshot, { dryRun: 'true' })).summary;
    expect(dry).not.toHaveProperty('stopped');
    expect(dry.confirm).toBe((await importing(snapshot)).summary.confirm);
  });

  it('lines that a truncated snapshot does not contain are not ended either, and are with the confirmation', async () => {
    const lines = Array.from({ length: 4 }, () => aLine({ carrier: 'LGU+' }));
    await importing(lines);
    const { summary, of } = await importing(lines.slice(0, 1), { missing: 'terminate' });
    expect(summary).toMatchObject({ missing: 3, stopped: true, ended: { lines: 3, subscriptions: 0 } });
    expect(of(lines[1]!.lineId)).toEqual({ lineId: lines[1]!.lineId, outcome: 'missing', ends: 'line_terminated' });
    expect(await service.rows.lines.of(lines[1]!.lineId)).toMatchObject({ status: 'active' });
    await importing(lines.slice(0, 1), { missing: 'terminate', confirm: summary.confirm! });
    expect(await service.rows.lines.of(lines[1]!.lineId)).toMatchObject({ status: 'terminated' });
    expect(await service.rows.lines.of(lines[0]!.lineId)).toMatchObject({ status: 'active' });
  });

  it('without configuration a hundred lines may end, and one more stops the import', async () => {
    const other = await TestService.start();
    try {
      const lines = Array.from({ length: 201 }, () => aLine());
      await importing(lines, {}, other);
      const ended = lines.map((line, at) => (at < 101 ? { ...line, status: 'terminated' } : line));
      expect((await importing(ended, {}, other)).summary).toMatchObject({ stopped: true, limit: { lines: 100 } });
      const { summary } = await importing([lines[0]!, ...ended.slice(1)], {}, other);
      expect(summary).toMatchObject({ changed: 100 });
      expect(summary).not.toHaveProperty('stopped');
    } finally {
      await other.stop();
    }
  });

  it('a confirmation that no report has is refused', async () => {
    expectFaults(await answerOf(await send('', { confirm: 'yes, please!' })), '/confirm');
  });
});

describe('a snapshot of faulty lines', () => {
  it('a report names the first thousand faulty lines, and the summary counts all of them', async () => {
    const good = aLine();
    const junk = `${'{}\n'.repeat(10_000)}${JSON.stringify(good)}\n${'x\n'.repeat(5_000)}`;
    const response = await send(junk);
    const text = await response.text();
    const reports = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Report);
    expect(reports.filter(({ outcome }) => outcome === 'rejected')).toHaveLength(1_000);
    expect(reports.at(-1)!.summary).toMatchObject({ read: 15_001, rejected: 15_000, added: 1 });
    expect(text.length).toBeLessThan(3 * 1024 * 1024);
  });

  it('a name that the database cannot store refuses its line, and the other lines are added', async () => {
    const handset = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-\ud800' } as const;
    const { reports, summary } = await importing([aLine({ handset }), aLine()]);
    expect(reports.map(({ outcome }) => outcome)).toContain('rejected');
    expect(summary).toMatchObject({ read: 2, rejected: 1, added: 1 });
  });

  it('a faulty line with thousands of unknown members is answered with its first faults', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_200 }, (_, at) => [`a${at}`, 1]));
    const long = { ...aLine(), [`a${'"'.repeat(7_000)}`]: 1 };
    const { reports, summary } = await importing([{ ...aLine(), ...many }, long]);
    expect(summary).toMatchObject({ rejected: 2 });
    expect(reports[0]!['faults']).toHaveLength(20);
    expect(reports[1]!['faults']).toHaveLength(1);
  });
});

/** Values of a line's members: ordinary ones, unusual ones that are accepted, and ones that are refused. */
const TEXTS = [
  'SKT',
  '에스케이',
  ' KT ',
  'ＫＴ',
  'a',
  '',
  ' ',
  'x'.repeat(40),
  'x'.repeat(41),
  'x'.repeat(129),
  'a\u0000',
  '\ud800',
];
/** Characters at the edges of what the ordinary form has. */
const EDGES = [
  ...Array.from('aZ0~! \u007f\u00a0\u00ad\u3164\u200b\u2028\ufffd\ufeff가힣\uabff\ud7a4ㄱ'),
  '\ud800',
  '😀',
  '\n',
  '\t',
];
const edgy = fc.string({ unit: fc.constantFrom(...EDGES, ...Array.from('abcdefghij')), maxLength: 81 });
const text = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS, ...TEXTS, null, 14, ['SKT'], { toString: 'SKT' }),
  edgy,
  fc.string({ unit: fc.constantFrom(...Array.from('a힣 ')), minLength: 38, maxLength: 42 }),
);
const owner = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ birthDate: fc.stringMatching(/^\d{6}$/), genderDigit: fc.stringMatching(/^\d$/) }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom({ birthDate: '900101', genderDigit: '1' }, { birthDate: '000229', genderDigit: '3' }),
  },
  fc.record(
    {
      birthDate: fc.constantFrom<unknown>('900101', '990230', '991231', '9001011', 900101),
      genderDigit: fc.constantFrom<unknown>('1', '3', '10', '', 1),
      more: fc.constant(1),
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom<unknown>(null, 'owner', []),
);
const handset = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S931N' }) },
  fc.record(
    { os: text, osVersion: text, formFactor: fc.constantFrom<unknown>('phone', 'tablet', 'watch', null), model: text },
    { requiredKeys: ['os', 'osVersion', 'formFactor'] },
  ),
);
const rarely = (usual: unknown, ...others: unknown[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const anyLine = fc
  .record(
    {
      lineId: fc.oneof({ weight: 4, arbitrary: rarely('line-1', '', 'a b', '회선', 'x'.repeat(129), 7) }, edgy),
      phoneNumber: rarely(
        '+821012345678',
        '+8210123456789',
        '+82101234567',
        '+82 1012345678',
        ' +821012345678',
        '010-1234-5678',
        '+8201012345678',
        '+821112345678',
        '+12025550123',
        '02-1',
        1,
      ),
      carrier: fc.oneof({ weight: 4, arbitrary: fc.constant('SKT') }, text),
      status: rarely('active', 'suspended', 'terminated', 'ACTIVE', null),
      holder: rarely('self', 'corporate', 'other_party', 'me'),
      owner,
      plan: rarely('postpaid', 'prepaid', 'm2m', 'free'),
      handset,
    },
    { requiredKeys: ['lineId', 'phoneNumber', 'carrier', 'status'] },
  )
  .chain((line) =>
    rarely({}, { more: 1 }, { constructor: 1 }, { toString: 'x' }).map((more) => ({ ...line, ...(more as object) })),
  );

describe('a line in the ordinary form, which needs no validation', () => {
  it('is accepted by every rule and stays as it is, and most lines have this form', () => {
    let plain = 0;
    const today = seoulDay(new Date());
    fc.assert(
      fc.property(anyLine, (line) => {
        const document = JSON.parse(JSON.stringify(line)) as Record<string, unknown>;
        if (!isPlainLine(document, today)) return;
        plain += 1;
        const read = readAs(SnapshotLine, document);
        expect(read).toHaveProperty('value');
        if ('value' in read) expect(factsRead(read.value.lineId, read.value)).toEqual(document);
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(200);
    expect(isPlainLine(aLine(), today)).toBe(true);
    expect(isPlainLine(JSON.parse(JSON.stringify(aLine()).replace('{', '{"__proto__":{},')) as object, today)).toBe(
      false,
    );
  });
});
