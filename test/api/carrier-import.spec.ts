import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { LineFacts } from '../../src/domain/line.ts';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/exposition.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import type { LineRow } from '../support/rows/lines.ts';
import { answerOf, TEST_PIN, TestService, type TestScope } from '../support/service.ts';

const IMPORT = '/carrier/v1/lines/import';
/** The maximum length of one line in a snapshot, in characters. */
const LONGEST_LINE = 16 * 1024;

let service: TestService;
/** The directory in which the service stores a snapshot while it processes it. */
let temporary: string;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'pushguard-snapshots-'));
  service = await TestService.start({ TMPDIR: temporary });
});
afterAll(async () => {
  await service.stop();
  await rm(temporary, { recursive: true, force: true });
});

const put = (lineId: string, body: object, options: { scope?: TestScope } = { scope: 'carrier' }) =>
  service.call('PUT', `/carrier/v1/lines/${lineId}`, body, options);

/** The last of the numbers of new lines. The first one is random, because other lines of the service have random numbers. */
let latestNumber = Math.floor(Math.random() * 1e8);

/** The facts of a new line with a unique number. */
function aLine(change: Partial<LineFacts> = {}): LineFacts {
  latestNumber = (latestNumber + 1) % 1e8;
  return {
    lineId: `line-${randomUUID()}`,
    phoneNumber: `+8210${String(latestNumber).padStart(8, '0')}`,
    carrier: 'SKT',
    status: 'active',
    holder: 'self',
    owner: { birthDate: '900101', genderDigit: '1' },
    plan: 'postpaid',
    handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
    ...change,
  };
}

/** Adds a line to the service; returns its facts. */
async function storedLine(change: Partial<LineFacts> = {}): Promise<LineFacts> {
  const line = aLine(change);
  await service.addLine(line);
  return line;
}

function read({ id, phone_number, owner, carrier, status, holder, plan, handset }: LineRow): LineFacts {
  const { fields } = service.keys;
  return {
    lineId: id,
    phoneNumber: fields.decrypt(phone_number, `lines:phone_number:${id}`).toString('utf8'),
    owner: JSON.parse(fields.decrypt(owner, `lines:owner:${id}`).toString('utf8')) as LineFacts['owner'],
    carrier,
    status,
    holder,
    plan,
    handset,
  };
}

/** The stored facts of a line. */
async function stored(lineId: string): Promise<LineFacts | undefined> {
  const row = await service.rows.lines.of(lineId);
  return row && read(row);
}

/** The stored facts of the line that has a number. */
async function storedUnder(phoneNumber: string): Promise<LineFacts | undefined> {
  const index = service.keys.indexes.of('phone', phoneNumber);
  const row = await service.rows.lines.withNumber(index);
  return row && read(row);
}

/** A snapshot of all stored lines that have not ended. */
async function wholeSnapshot(): Promise<LineFacts[]> {
  return (await service.rows.lines.current()).map(read);
}

/** All rows that an import could change. */
const everything = () => service.rows.lines.changedByImports();

/** The state of a subscription, and its newest transition. */
const standing = (subscriptionId: string) => service.rows.subscriptions.standingOf(subscriptionId);

const noticesOf = (subscriptionId: string) => service.rows.subscriptions.noticesOf(subscriptionId);

interface Summary {
  read: number;
  added: number;
  changed: number;
  same: number;
  newer_held: number;
  rejected: number;
  missing: number;
  dryRun: boolean;
}

interface Report {
  lineId?: string | null;
  line?: number;
  outcome?: string;
  differences?: string[];
  faults?: { pointer: string; detail: string }[];
  progress?: number;
}

interface Imported {
  reports: Report[];
  summary: Summary;
  /** The report of a line; undefined if the line was unchanged. */
  of(lineId: string): Report | undefined;
}

type Query = Record<string, string>;

/** Sends a snapshot, one text per line. */
async function send(
  body: string | Readable,
  query: Query = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${service.issuer}${IMPORT}?${new URLSearchParams(query).toString()}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await service.token('carrier')}`,
      'Content-Type': 'application/x-ndjson',
      ...headers,
    },
    ...(typeof body === 'string'
      ? { body }
      : { body: Readable.toWeb(body) as ReadableStream, duplex: 'half' as const }),
  });
}

const refusalOf = (response: Response) => answerOf<Record<string, unknown>>(response);
const written = (lines: readonly (object | string)[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

async function reportOf(response: Response): Promise<Imported> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text()).trimEnd().split('\n');
  const [last, ...others] = lines.map((line) => JSON.parse(line) as Report & { summary?: Summary }).reverse();
  expect(Object.keys(last ?? {})).toEqual(['summary']);
  const summary = last!.summary!;
  const reports = others.reverse();
  const counted = (...outcomes: string[]) => reports.filter((one) => outcomes.includes(one.outcome ?? '')).length;
  expect(reports.filter((one) => 'summary' in one)).toEqual([]);
  expect({
    read: summary.added + summary.changed + summary.same + summary.newer_held + summary.rejected,
    added: counted('added'),
    changed: counted('changed'),
    same: summary.same,
    newer_held: counted('newer_held'),
    // A report names the first thousand.
    rejected: Math.max(counted('rejected'), summary.rejected > 1_000 ? summary.rejected : 0),
    missing: counted('missing', 'terminated'),
    dryRun: summary.dryRun,
  }).toEqual(summary);
  return {
    reports,
    summary,
    of: (lineId) => {
      const found = reports.filter((one) => one.lineId === lineId);
      expect(found.length).toBeLessThanOrEqual(1);
      return found[0];
    },
  };
}

/** Imports a snapshot and returns its report. Checks that the counts in the report add up. */
async function importing(lines: readonly (object | string)[], query: Query = {}): Promise<Imported> {
  return reportOf(await send(written(lines), query));
}

describe('PUT of a line', () => {
  it('PUT of a line adds an unknown line, with its number in E.164', async () => {
    const line = aLine({
      phoneNumber: '+821031415926',
      handset: { os: 'ios', osVersion: '17', formFactor: 'phone', model: 'iPhone15,4' },
    });
    const answer = await put(line.lineId, { ...line, phoneNumber: '010-3141-5926' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ lineId: line.lineId, outcome: 'added', differences: [] });
    expect(await stored(line.lineId)).toEqual(line);
  });

  it('PUT of a line takes the id from the address when the body has none', async () => {
    const { lineId, ...facts } = aLine();
    expect((await put(lineId, facts)).body).toMatchObject({ lineId, outcome: 'added' });
    expect(await stored(lineId)).toEqual({ lineId, ...facts });
  });

  it('an id of 128 characters names a line in PUT, import and event alike, and a longer one is refused in each', async () => {
    const [line, other] = ['a', 'b'].map((letter) => aLine({ lineId: letter.repeat(128) }));
    expect((await put(line!.lineId, line!)).body).toMatchObject({ outcome: 'added' });
    expect((await importing([other!])).of(other!.lineId)).toMatchObject({ outcome: 'added' });
    expect(await service.sendEvent(line!.lineId, 'plan-changed', { plan: 'prepaid' }, 1)).toBe('applied');
    expect(await stored(line!.lineId)).toEqual({ ...line!, plan: 'prepaid' });
    const tooLong = aLine({ lineId: 'a'.repeat(129) });
    expect((await importing([tooLong])).summary).toMatchObject({ added: 0, rejected: 1 });
    expect(await service.sendEvent(tooLong.lineId, 'suspended', undefined, 1)).toBe('rejected');
  });

  it.each<[string, Partial<LineFacts>]>([
    ['carrier', { carrier: 'KT' }],
    ['status', { status: 'suspended' }],
    ['holder', { holder: 'corporate' }],
    ['owner', { owner: { birthDate: '850715', genderDigit: '2' } }],
    ['plan', { plan: 'm2m' }],
    ['handset', { handset: { os: 'ios', osVersion: '17', formFactor: 'tablet', model: 'iPad' } }],
    ['phoneNumber', { phoneNumber: '+821099990001' }],
  ])('PUT of a line changes the %s, names it, and keeps all other fields', async (difference, change) => {
    const line = await storedLine();
    const answer = await put(line.lineId, { ...line, ...change });
    expect(answer.body).toEqual({ lineId: line.lineId, outcome: 'changed', differences: [difference] });
    expect(await stored(line.lineId)).toEqual({ ...line, ...change });
  });

  it('PUT of a line changes nothing when it is sent again', async () => {
    const line = aLine();
    await put(line.lineId, line);
    const before = await everything();
    const again = await put(line.lineId, line);
    expect(again.body).toEqual({ lineId: line.lineId, outcome: 'same', differences: [] });
    expect(await everything()).toEqual(before);
  });

  it('PUT of a line frees the number that was given up, which another line may then have', async () => {
    const [line, other] = [await storedLine(), aLine()];
    await put(line.lineId, { ...line, phoneNumber: other.phoneNumber });
    expect(await storedUnder(line.phoneNumber)).toBeUndefined();
    const taken = await put(other.lineId, { ...other, phoneNumber: line.phoneNumber });
    expect(taken.body).toMatchObject({ outcome: 'added' });
    expect(await storedUnder(line.phoneNumber)).toMatchObject({ lineId: other.lineId });
  });

  it('PUT of a line gives the number of a line that has ended to another one', async () => {
    const [line, other] = [await storedLine(), aLine()];
    await put(line.lineId, { ...line, status: 'terminated' });
    expect((await put(other.lineId, { ...other, phoneNumber: line.phoneNumber })).status).toBe(200);
    expect(await storedUnder(line.phoneNumber)).toMatchObject({ lineId: other.lineId });
  });

  it.each<[string, (line: LineFacts, other: LineFacts) => LineFacts]>([
    ['a new line', (_, { phoneNumber }) => aLine({ phoneNumber })],
    ['a held line', (line, { phoneNumber }) => ({ ...line, phoneNumber })],
  ])(
    'PUT of a line gives the number of another line to %s, and the other one has none from then on',
    async (_, give) => {
      const [line, other] = [await storedLine(), await storedLine()];
      const given = give(line, other);
      expect((await put(given.lineId, given)).status).toBe(200);
      expect(await storedUnder(other.phoneNumber)).toEqual(given);
      const own = aLine().phoneNumber;
      expect((await put(other.lineId, { ...other, phoneNumber: own })).body).toMatchObject({ outcome: 'changed' });
      expect(await storedUnder(own)).toEqual({ ...other, phoneNumber: own });
      expect(await storedUnder(other.phoneNumber)).toEqual(given);
    },
  );

  it.each<[string, object, ...string[]]>([
    ['a field that is not known', { note: 'x' }, '/note'],
    [
      'a field that is not known in owner',
      { owner: { birthDate: '900101', genderDigit: '1', name: '김' } },
      '/owner/name',
    ],
    [
      'a field that is not known in handset',
      { handset: { os: 'ios', osVersion: '17', formFactor: 'phone', imei: '1' } },
      '/handset/imei',
    ],
    ['the id of another line', { lineId: 'line-of-another' }, '/lineId'],
    ['no phoneNumber', { phoneNumber: undefined }, '/phoneNumber'],
    ['a number of a landline', { phoneNumber: '02-123-4567' }, '/phoneNumber'],
    ['a number that is a number', { phoneNumber: 821012345678 }, '/phoneNumber'],
    ['an empty carrier', { carrier: '' }, '/carrier'],
    ['a carrier with a line break', { carrier: 'SK\nT' }, '/carrier'],
    ['a status that is not known', { status: 'paused' }, '/status'],
    ['a holder that is not known', { holder: 'family' }, '/holder'],
    ['a plan that is not known', { plan: 'unlimited' }, '/plan'],
    ['no owner', { owner: undefined }, '/owner'],
    ['an owner that is a text', { owner: '900101-1' }, '/owner'],
    ['a birth date that is no day', { owner: { birthDate: '990230', genderDigit: '1' } }, '/owner/birthDate'],
    ['a birth date to come', { owner: { birthDate: '991231', genderDigit: '3' } }, '/owner/birthDate'],
    ['no handset', { handset: undefined }, '/handset'],
    [
      'a form factor that is not known',
      { handset: { os: 'ios', osVersion: '17', formFactor: 'watch' } },
      '/handset/formFactor',
    ],
    ['a handset without a system', { handset: { osVersion: '17', formFactor: 'phone' } }, '/handset/os'],
    ['several faults', { plan: '', carrier: 'x'.repeat(41), holder: null }, '/carrier', '/holder', '/plan'],
  ])('PUT of a line refuses %s, names the field, and changes nothing', async (_case, change, ...pointers) => {
    const line = await storedLine();
    expectFaults(await put(line.lineId, { ...line, carrier: 'KT', ...change }), ...pointers);
    expect(await stored(line.lineId)).toEqual(line);
  });

  it.each<[string, string]>([
    ['129 characters', 'x'.repeat(129)],
    ['a control character', 'line%0A1'],
    ['an invisible character', 'line%E2%80%AE1'],
  ])('PUT of a line refuses an id with %s', async (_case, lineId) => {
    const { lineId: _lineId, ...facts } = aLine();
    expectFaults(await put(lineId, facts), '/lineId');
    expect(await storedUnder(facts.phoneNumber)).toBeUndefined();
  });

  it('PUT of a line needs the scope carrier', async () => {
    const line = aLine();
    for (const scope of ['authentications', 'operator'] as const) {
      expectProblem(await put(line.lineId, line, { scope }), 403, 'insufficient_scope');
    }
    expect(await stored(line.lineId)).toBeUndefined();
  });

  it('PUT of a line takes effect now, whatever the clock of an event said', async () => {
    const line = await storedLine();
    const time = new Date(Date.now() + 3_600_000).toISOString();
    await service.sendEvent(line.lineId, 'plan-changed', { plan: 'prepaid' }, 1, { time });
    const answer = await put(line.lineId, { ...line, carrier: 'KT' });
    expect(answer.body).toEqual({ lineId: line.lineId, outcome: 'changed', differences: ['carrier', 'plan'] });
    expect(await stored(line.lineId)).toEqual({ ...line, carrier: 'KT' });
  });
});

/** Changes of a line that cancel its subscription, both by PUT and by import. */
const CANCELLING: readonly [string, Partial<LineFacts>, string][] = [
  ['has another owner', { owner: { birthDate: '850715', genderDigit: '2' } }, 'owner_changed'],
  ['is a company’s', { holder: 'corporate' }, 'owner_changed'],
  ['is in another’s name', { holder: 'other_party' }, 'owner_changed'],
  ['is another carrier’s', { carrier: 'KT' }, 'ported_out'],
  ['has ended', { status: 'terminated' }, 'line_terminated'],
  ['is prepaid', { plan: 'prepaid' }, 'ineligible_plan'],
  ['is a machine’s', { plan: 'm2m' }, 'ineligible_plan'],
  ['has a Windows phone', { handset: { os: 'windows', osVersion: '8.1', formFactor: 'phone' } }, 'unsupported_device'],
  ['has an iPad', { handset: { os: 'ios', osVersion: '17', formFactor: 'tablet' } }, 'unsupported_device'],
  ['has an old Android', { handset: { os: 'android', osVersion: '2.2', formFactor: 'phone' } }, 'unsupported_device'],
];

describe.each<['PUT' | 'import', (line: LineFacts) => Promise<{ outcome?: unknown; differences?: unknown }>]>([
  ['PUT', async (line) => (await put(line.lineId, line)).body],
  ['import', async (line) => (await importing([line])).of(line.lineId)!],
])('a subscription whose line changed by %s', (_way, submit) => {
  const subscribed = async () => {
    const subscriber = await service.subscriber();
    return { ...subscriber, line: (await stored(subscriber.person.lineId))! };
  };

  it.each(CANCELLING)(
    'a subscription whose line %s is cancelled, with its pending authentications and its device',
    async (_case, change, reason) => {
      const { line, person, subscriptionId, phone, pushToken } = await subscribed();
      const { id } = (await service.start(person)).body;
      await service.pushed(pushToken, 'wake');
      const answer = await submit({ ...line, ...change });
      expect(answer).toMatchObject({ outcome: 'changed', differences: Object.keys(change) });
      expect(await standing(subscriptionId)).toEqual({
        state: 'cancelled',
        reason,
        change: 'cancelled',
        actor: 'reconciliation',
      });
      expect((await service.call('GET', `/v1/authentications/${id}`)).body).toMatchObject({ state: 'cancelled' });
      await expect(phone.pending()).rejects.toMatchObject({ status: 401, code: 'device_proof_invalid' });
      expect(await noticesOf(subscriptionId)).toEqual([{ kind: 'cancelled', detail: reason }]);
      expect(await stored(line.lineId)).toEqual({ ...line, ...change });
    },
  );

  it('a subscription is suspended with its line and active again with it', async () => {
    const { line, person, subscriptionId, phone } = await subscribed();
    const { id } = (await service.start(person)).body;
    await submit({ ...line, status: 'suspended' });
    expect(await standing(subscriptionId)).toEqual({
      state: 'suspended',
      reason: 'line_suspended',
      change: 'suspended',
      actor: 'reconciliation',
    });
    expect((await service.call('GET', `/v1/authentications/${id}`)).body).toMatchObject({ state: 'cancelled' });
    await submit(line);
    expect(await standing(subscriptionId)).toEqual({
      state: 'active',
      reason: null,
      change: 'resumed',
      actor: 'reconciliation',
    });
    const again = (await service.start(person)).body;
    expect((await phone.pending()).map((one) => one.id)).toEqual([again.id]);
  });

  it('a subscription with another handset persists, and its device is unusable until the app is enrolled again', async () => {
    const { line, person, subscriptionId, phone } = await subscribed();
    const before = await standing(subscriptionId);
    const answer = await submit({ ...line, handset: { os: 'ios', osVersion: '17.5', formFactor: 'phone' } });
    expect(answer).toMatchObject({ outcome: 'changed', differences: ['handset'] });
    expect(await standing(subscriptionId)).toEqual(before);
    await expect(phone.pending()).rejects.toMatchObject({ status: 401, code: 'device_proof_invalid' });
    expect(await noticesOf(subscriptionId)).toEqual([{ kind: 'enrol_again', detail: null }]);
    // Protection continues without a device, so the code does not go by SMS.
    expect((await service.start(person)).body.channel).toBe('push');
    const { enrolmentCode } = (await service.operate(subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const other = await service.enrol(enrolmentCode, { platform: 'ios' });
    await other.confirmTest((await other.readTestEnvelope(await other.testEnvelope())).code);
    const asked = (await other.pending())[0]!;
    await other.open(asked, TEST_PIN);
    const { code } = await other.readCode(await other.envelope(asked.id), asked.id);
    expect((await service.verify(asked.id, code)).status).toBe(200);
  });

  it('a subscription follows its line to another number, and authentications under the old number are closed', async () => {
    const { line, person, subscriptionId, phone } = await subscribed();
    const before = await standing(subscriptionId);
    const { id } = (await service.start(person)).body;
    const { phoneNumber } = aLine();
    await submit({ ...line, phoneNumber });
    expect(await standing(subscriptionId)).toEqual(before);
    expect((await service.call('GET', `/v1/authentications/${id}`)).body).toMatchObject({ state: 'cancelled' });
    const again = (await service.start({ ...person, phoneNumber })).body;
    expect((await phone.pending()).map((one) => one.id)).toEqual([again.id]);
  });

  it('a subscription with several differences is cancelled once, and no one is asked to enrol again', async () => {
    const { line, subscriptionId } = await subscribed();
    await submit({
      ...line,
      owner: { birthDate: '850715', genderDigit: '2' },
      handset: { os: 'ios', osVersion: '17.5', formFactor: 'phone' },
      status: 'suspended',
    });
    expect(await standing(subscriptionId)).toMatchObject({ state: 'cancelled', reason: 'owner_changed' });
    const transitions = await service.rows.subscriptions.transitionsOf(subscriptionId);
    const reconciled = transitions.filter(({ actor }) => actor === 'reconciliation');
    expect(reconciled.map(({ change }) => change)).toEqual(['cancelled']);
    expect(await noticesOf(subscriptionId)).toEqual([{ kind: 'cancelled', detail: 'owner_changed' }]);
  });

  it('a subscription that waits for its device is suspended with its line, and begins suspended', async () => {
    const person = await service.addLine();
    const line = (await stored(person.lineId))!;
    const { subscriptionId, enrolmentCode } = await service.subscribe(person);
    await submit({ ...line, status: 'suspended' });
    expect(await standing(subscriptionId)).toMatchObject({ state: 'awaiting_device', change: 'suspended' });
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await standing(subscriptionId)).toMatchObject({ state: 'suspended', reason: 'line_suspended' });
  });
});

describe('an import', () => {
  it('an import reports each line added, changed, rejected and missing, counts the same ones, and ends with a summary', async () => {
    const [same, changed, missing, taken] = [
      await storedLine(),
      await storedLine(),
      await storedLine(),
      await storedLine(),
    ];
    const [added, latecomer] = [aLine(), aLine({ phoneNumber: taken.phoneNumber })];
    const lines = [same, { ...changed, plan: 'm2m', carrier: 'KT' }, added, latecomer, taken];
    const { of, summary } = await importing(lines);
    expect(of(same.lineId)).toBeUndefined();
    expect(of(taken.lineId)).toBeUndefined();
    expect(of(changed.lineId)).toEqual({
      lineId: changed.lineId,
      outcome: 'changed',
      differences: ['carrier', 'plan'],
    });
    expect(of(added.lineId)).toEqual({ lineId: added.lineId, outcome: 'added', differences: [] });
    expect(of(latecomer.lineId)).toEqual({
      line: 4,
      lineId: latecomer.lineId,
      outcome: 'rejected',
      faults: [{ pointer: '/phoneNumber', detail: expect.stringMatching(/\S/) }],
    });
    expect(of(missing.lineId)).toEqual({ lineId: missing.lineId, outcome: 'missing' });
    expect(of('demo-1')).toEqual({ lineId: 'demo-1', outcome: 'missing' });
    expect(summary).toMatchObject({
      read: 5,
      added: 1,
      changed: 1,
      same: 2,
      newer_held: 0,
      rejected: 1,
      dryRun: false,
    });
    expect(await stored(added.lineId)).toEqual(added);
    expect(await stored(changed.lineId)).toEqual({ ...changed, plan: 'm2m', carrier: 'KT' });
    expect(await stored(missing.lineId)).toEqual(missing);
    expect(await storedUnder(taken.phoneNumber)).toEqual(taken);
  });

  it('an import changes nothing when it is sent again', async () => {
    const lines = [...(await wholeSnapshot()), aLine(), aLine({ status: 'suspended' })];
    await importing(lines);
    const before = await everything();
    const { summary, reports } = await importing(lines);
    expect(summary).toMatchObject({ read: lines.length, same: lines.length, missing: 0 });
    expect(reports).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('a dry run of an import reports the same and changes nothing', async () => {
    const { person } = await service.subscriber();
    const subscribed = (await stored(person.lineId))!;
    const [changed, missing, newer] = [await storedLine(), await storedLine(), await storedLine()];
    const takenAt = new Date(Date.now() + 1).toISOString();
    const time = new Date(Date.now() + 60_000).toISOString();
    await service.sendEvent(newer.lineId, 'plan-changed', { plan: 'prepaid' }, 1, { time });
    const added = aLine();
    const lines = [
      { ...subscribed, owner: { birthDate: '850715', genderDigit: '2' } },
      { ...changed, status: 'terminated' },
      newer,
      added,
      'no JSON',
      ...(await wholeSnapshot()).filter(
        ({ lineId }) => ![subscribed, changed, missing, newer].some((line) => line.lineId === lineId),
      ),
    ];
    const before = await everything();
    const dry = await importing(lines, { dryRun: 'true', missing: 'terminate', takenAt });
    expect(await everything()).toEqual(before);
    expect(dry.summary).toMatchObject({ added: 1, changed: 2, newer_held: 1, rejected: 1, missing: 1, dryRun: true });
    expect(dry.of(missing.lineId)).toEqual({ lineId: missing.lineId, outcome: 'missing' });
    expect(dry.of(subscribed.lineId)).toMatchObject({ outcome: 'changed', differences: ['owner'] });
    const real = await importing(lines, { dryRun: 'false', takenAt });
    expect(real.summary).toEqual({ ...dry.summary, dryRun: false });
    expect(real.reports).toEqual(dry.reports);
  });

  it('a dry run of an import rejects every line that the import itself would reject', async () => {
    const [taken, other] = [await storedLine(), await storedLine()];
    const lines = [aLine({ phoneNumber: taken.phoneNumber }), { ...other, phoneNumber: taken.phoneNumber }, taken];
    const dry = await importing(lines, { dryRun: 'true' });
    const real = await importing(lines);
    expect(real.summary).toMatchObject({ rejected: 2, same: 1 });
    expect(dry.summary).toEqual({ ...real.summary, dryRun: true });
  });

  it('an import does not undo events from after it was taken, and applies the facts from before', async () => {
    const takenAt = new Date(Date.now() - 3_600_000);
    const telling = async (milliseconds: number) => {
      const line = await storedLine();
      const time = new Date(takenAt.getTime() + milliseconds).toISOString();
      expect(await service.sendEvent(line.lineId, 'plan-changed', { plan: 'prepaid' }, 1, { time })).toBe('applied');
      return line;
    };
    const [before, at, after] = [await telling(-1), await telling(0), await telling(1)];
    const { of, summary } = await importing([before, at, after], { takenAt: takenAt.toISOString() });
    expect(of(before.lineId)).toMatchObject({ outcome: 'changed', differences: ['plan'] });
    expect(of(at.lineId)).toMatchObject({ outcome: 'changed' });
    expect(of(after.lineId)).toEqual({ lineId: after.lineId, outcome: 'newer_held', differences: ['plan'] });
    expect(summary).toMatchObject({ read: 3, changed: 2, newer_held: 1 });
    expect(await stored(before.lineId)).toEqual(before);
    expect(await stored(at.lineId)).toEqual(at);
    expect(await stored(after.lineId)).toEqual({ ...after, plan: 'prepaid' });
  });

  it('an import does not undo a PUT from after it was taken', async () => {
    const line = await storedLine();
    const takenAt = new Date(Date.now() - 3_600_000).toISOString();
    await put(line.lineId, { ...line, owner: { birthDate: '850715', genderDigit: '2' } });
    expect((await importing([line], { takenAt })).of(line.lineId)).toMatchObject({ outcome: 'newer_held' });
    expect((await stored(line.lineId))?.owner).toEqual({ birthDate: '850715', genderDigit: '2' });
  });

  it.each([
    ['that is added', () => Promise.resolve(aLine())],
    ['that is changed', () => storedLine({ plan: 'prepaid' })],
  ])('an import dated in the future does not keep later ones from a line %s', async (_case, made) => {
    const line: LineFacts = { ...(await made()), plan: 'postpaid' };
    await importing([line], { takenAt: '2099-01-01t00:00:00z' });
    const { of } = await importing([{ ...line, plan: 'prepaid' }]);
    expect(of(line.lineId)).toMatchObject({ outcome: 'changed', differences: ['plan'] });
  });

  it('an import reactivates a line that had ended, when it is active again', async () => {
    const line = await storedLine({ status: 'active' });
    await put(line.lineId, { ...line, status: 'terminated' });
    expect((await importing([line])).of(line.lineId)).toMatchObject({ outcome: 'changed', differences: ['status'] });
    expect(await stored(line.lineId)).toEqual(line);
  });

  it('an import takes a line without a line break or with that of Windows, and skips empty ones', async () => {
    const [first, second] = [aLine(), aLine()];
    const body = `\n${JSON.stringify(first)}\r\n   \n\r\n${JSON.stringify(second)}`;
    const { of, summary } = await reportOf(await send(body));
    expect(of(first.lineId)).toMatchObject({ outcome: 'added' });
    expect(of(second.lineId)).toMatchObject({ outcome: 'added' });
    expect(summary).toMatchObject({ read: 2, added: 2, rejected: 0 });
  });

  it('an empty import concerns no carrier, and changes nothing', async () => {
    const before = await everything();
    const takenAt = new Date().toISOString();
    for (const body of ['', '\n', '  \n\n']) {
      const { reports, summary } = await reportOf(await send(body, { takenAt, missing: 'terminate' }));
      expect(reports).toEqual([]);
      expect(summary).toMatchObject({ read: 0, missing: 0 });
    }
    expect(await everything()).toEqual(before);
  });

  it('an import can be followed by another one at once', async () => {
    for (let times = 1; times <= 20; times += 1) {
      expect((await importing([aLine()])).summary).toMatchObject({ added: 1 });
    }
  });
});

describe('a line of a snapshot that is rejected', () => {
  const twin = '{"lineId":"line-twin","lineId":"line-other"}';
  it.each<[string, (line: LineFacts) => string, string, boolean]>([
    ['is no JSON', () => '{"lineId":', '', false],
    ['is two documents', (line) => `${JSON.stringify(line)}${JSON.stringify(line)}`, '', false],
    ['is an array', (line) => JSON.stringify([line]), '', false],
    ['is null', () => 'null', '', false],
    ['names a key twice', () => twin, '/lineId', false],
    [
      'names a key twice inside',
      (line) => JSON.stringify(line).replace('"os":', '"os":"ios","os":'),
      '/handset/os',
      false,
    ],
    ['is too long', (line) => JSON.stringify(line).padEnd(LONGEST_LINE + 1), '', false],
    ['has no id', ({ lineId: _lineId, ...facts }) => JSON.stringify(facts), '/lineId', false],
    ['has an id that is too long', (line) => JSON.stringify({ ...line, lineId: 'x'.repeat(129) }), '/lineId', false],
    ['has a field that is not known', (line) => JSON.stringify({ ...line, note: 'x' }), '/note', true],
    ['has a bad value', (line) => JSON.stringify({ ...line, status: 'paused' }), '/status', true],
    [
      'has a bad value inside',
      (line) => JSON.stringify({ ...line, owner: { birthDate: '991331', genderDigit: '1' } }),
      '/owner/birthDate',
      true,
    ],
  ])(
    'a line of a snapshot that %s is rejected with its number, and the rest counts',
    async (_case, spoilt, pointer, isNamed) => {
      const [first, last, other] = [aLine(), aLine(), aLine()];
      const { reports, of, summary } = await importing([first, '', spoilt(other), last]);
      const rejected = reports.filter(({ outcome }) => outcome === 'rejected');
      expect(rejected).toEqual([
        {
          line: 3,
          outcome: 'rejected',
          lineId: isNamed ? other.lineId : rejected[0]?.lineId,
          faults: expect.any(Array),
        },
      ]);
      // A missing field violates all the rules for that field.
      const faults = rejected[0]?.['faults'] as { pointer: string; detail: string }[];
      expect([...new Set(faults.map((fault) => fault.pointer))]).toEqual([pointer]);
      if (pointer === '') expect(rejected[0]?.lineId).toBeNull();
      expect(summary).toMatchObject({ read: 3, added: 2, rejected: 1 });
      expect(of(first.lineId)).toMatchObject({ outcome: 'added' });
      expect(of(last.lineId)).toMatchObject({ outcome: 'added' });
      expect(await stored(other.lineId)).toBeUndefined();
      expect(await stored(last.lineId)).toEqual(last);
    },
  );

  /** Puts a text that no fact may hold into one of a line's facts. */
  const UNSTORABLE = ['a\u0000b', '\u0000', '\ud800'].flatMap((text) =>
    (
      [
        ['lineId', (line) => ({ ...line, lineId: text })],
        ['phoneNumber', (line) => ({ ...line, phoneNumber: `${line.phoneNumber}${text}` })],
        ['carrier', (line) => ({ ...line, carrier: text })],
        ['status', (line) => ({ ...line, status: text })],
        ['holder', (line) => ({ ...line, holder: text })],
        ['owner/birthDate', (line) => ({ ...line, owner: { ...line.owner, birthDate: text } })],
        ['owner/genderDigit', (line) => ({ ...line, owner: { ...line.owner, genderDigit: text } })],
        ['plan', (line) => ({ ...line, plan: text })],
        ['handset/os', (line) => ({ ...line, handset: { ...line.handset, os: text } })],
        ['handset/osVersion', (line) => ({ ...line, handset: { ...line.handset, osVersion: text } })],
        ['handset/formFactor', (line) => ({ ...line, handset: { ...line.handset, formFactor: text } })],
        ['handset/model', (line) => ({ ...line, handset: { ...line.handset, model: text } })],
        [text, (line) => ({ ...line, [text]: 1 })],
      ] satisfies [string, (line: LineFacts) => object][]
    ).map(([member, spoilt]): [string, string, (line: LineFacts) => object] => [
      JSON.stringify(text),
      `/${member}`,
      spoilt,
    ]),
  );

  it.each(UNSTORABLE)(
    'a line of a snapshot with %s in %j is rejected with its number, and the rest counts',
    async (_text, pointer, spoilt) => {
      const [first, last] = [aLine(), aLine()];
      const { reports, summary } = await importing([first, JSON.stringify(spoilt(aLine())), last]);
      const [{ line, faults } = {}] = reports.filter(({ outcome }) => outcome === 'rejected');
      expect(line).toBe(2);
      expect(faults?.map((fault) => fault.pointer)).toContain(pointer);
      expect(summary).toMatchObject({ read: 3, added: 2, rejected: 1 });
    },
  );

  it('a line of a snapshot that is named twice is rejected with its number, and the first one counts', async () => {
    const [first, other] = [aLine(), aLine()];
    const second = { ...first, plan: 'prepaid', phoneNumber: aLine().phoneNumber };
    const { reports, summary } = await importing([first, other, second]);
    expect(reports.filter(({ outcome }) => outcome === 'rejected')).toEqual([
      {
        line: 3,
        lineId: first.lineId,
        outcome: 'rejected',
        faults: [{ pointer: '/lineId', detail: expect.stringMatching(/\S/) }],
      },
    ]);
    expect(summary).toMatchObject({ read: 3, added: 2, rejected: 1 });
    expect(await stored(first.lineId)).toEqual(first);
  });

  it('a line of a snapshot that is named twice far apart is rejected with its number too', async () => {
    const first = aLine();
    // Farther apart than the batch in which lines are compared together.
    const between = Array.from({ length: 1_200 }, () => aLine());
    const { reports } = await importing([first, ...between, { ...first, plan: 'prepaid' }]);
    expect(reports.filter(({ lineId }) => lineId === first.lineId)).toEqual([
      { lineId: first.lineId, outcome: 'added', differences: [] },
      {
        line: 1_202,
        lineId: first.lineId,
        outcome: 'rejected',
        faults: [expect.objectContaining({ pointer: '/lineId' })],
      },
    ]);
    expect(await stored(first.lineId)).toEqual(first);
  });

  it('a line of a snapshot with exactly the greatest length is accepted', async () => {
    const line = aLine();
    const { summary } = await importing([JSON.stringify(line).padEnd(LONGEST_LINE)]);
    expect(summary).toMatchObject({ read: 1, added: 1, rejected: 0 });
  });

  it('a line of a snapshot is one line, whatever line separators are in its texts', async () => {
    const last = aLine();
    const { reports, of, summary } = await importing([{ ...aLine(), carrier: 'SK\u2028T' }, 'no JSON', last]);
    const rejected = reports.filter(({ outcome }) => outcome === 'rejected');
    expect(rejected.map(({ line }) => line)).toEqual([1, 2]);
    expect(rejected[0]?.faults).toEqual([expect.objectContaining({ pointer: '/carrier' })]);
    expect(of(last.lineId)).toMatchObject({ outcome: 'added' });
    expect(summary).toMatchObject({ read: 3, added: 1, rejected: 2 });
  });
});

describe('missing=terminate', () => {
  /** All lines except these. */
  const others = (...lineIds: string[]) => service.rows.lines.allBut(lineIds);
  const without = async (...lineIds: string[]) =>
    (await wholeSnapshot()).filter(({ lineId }) => !lineIds.includes(lineId));

  it('missing=terminate ends the lines that are not named, with their subscriptions, and no other', async () => {
    const { person, subscriptionId, phone } = await service.subscriber();
    const { lineId } = await storedLine();
    const named = await service.subscriber();
    const snapshot = await without(person.lineId, lineId);
    const before = await others(person.lineId, lineId);
    const { reports, summary } = await importing(snapshot, { missing: 'terminate' });
    expect(reports).toEqual([person.lineId, lineId].sort().map((id) => ({ lineId: id, outcome: 'terminated' })));
    expect(summary).toMatchObject({ same: snapshot.length, missing: 2 });
    expect((await stored(lineId))?.status).toBe('terminated');
    expect(await standing(subscriptionId)).toEqual({
      state: 'cancelled',
      reason: 'line_terminated',
      change: 'cancelled',
      actor: 'reconciliation',
    });
    await expect(phone.pending()).rejects.toMatchObject({ status: 401 });
    expect(await standing(named.subscriptionId)).toMatchObject({ state: 'active' });
    expect(await others(person.lineId, lineId)).toEqual(before);
  });

  it('missing=terminate spares a line that an event or a PUT has changed since the snapshot was taken', async () => {
    const [byEvent, byPut] = [await storedLine(), await storedLine()];
    const takenAt = new Date().toISOString();
    const time = new Date(Date.now() + 1_000).toISOString();
    await service.sendEvent(byEvent.lineId, 'sim-swapped', undefined, 1, { time });
    await service.rows.lines.age(byEvent.lineId, 1);
    await put(byPut.lineId, { ...byPut, carrier: 'SKT_MVNO' });
    const snapshot = await without(byEvent.lineId, byPut.lineId);
    const { of } = await importing(snapshot, { missing: 'terminate', takenAt });
    expect(of(byEvent.lineId)).toBeUndefined();
    expect(of(byPut.lineId)).toBeUndefined();
    expect((await stored(byEvent.lineId))?.status).toBe('active');
    expect((await stored(byPut.lineId))?.status).toBe('active');
  });

  it('missing=terminate spares a line that was added since the snapshot was taken', async () => {
    const takenAt = new Date(Date.now() - 1_000).toISOString();
    const snapshot = await wholeSnapshot();
    const line = aLine();
    await put(line.lineId, line);
    expect((await importing(snapshot, { missing: 'terminate', takenAt })).of(line.lineId)).toBeUndefined();
    expect(await stored(line.lineId)).toEqual(line);
  });

  it('missing=terminate spares a line that the snapshot names in a line that is rejected', async () => {
    const { person, subscriptionId } = await service.subscriber();
    const line = (await stored(person.lineId))!;
    const snapshot = await without(line.lineId);
    const spoilt = { ...line, handset: { ...line.handset, formFactor: 'foldable' } };
    const { reports } = await importing([...snapshot, spoilt], { missing: 'terminate' });
    expect(reports.map(({ outcome }) => outcome)).toEqual(['rejected']);
    expect(await stored(line.lineId)).toEqual(line);
    expect(await standing(subscriptionId)).toMatchObject({ state: 'active' });
  });

  it.each(['a\u0000b', 'a\u0001b', '', 'x'.repeat(129)])(
    'missing=terminate ends nothing when a line of the snapshot has %j as its id, which no line can have',
    async (lineId) => {
      const line = await storedLine();
      const snapshot = await without(line.lineId);
      const { of } = await importing([...snapshot, { ...line, lineId }], { missing: 'terminate' });
      expect(of(line.lineId)).toMatchObject({ outcome: 'missing' });
      expect(await stored(line.lineId)).toMatchObject({ status: 'active' });
    },
  );

  it('missing=terminate no longer reports a line that has ended already', async () => {
    const line = await storedLine();
    const snapshot = await without(line.lineId);
    await importing(snapshot, { missing: 'terminate' });
    const { reports, summary } = await importing(snapshot, { missing: 'terminate' });
    expect(reports).toEqual([]);
    expect(summary).toMatchObject({ missing: 0 });
  });
});

describe('the refusal of an import', () => {
  it('an import is refused to other scopes', async () => {
    const line = aLine();
    for (const scope of ['authentications', 'operator'] as const) {
      const answer = await send(written([line]), {}, { Authorization: `Bearer ${await service.token(scope)}` });
      expectProblem(await refusalOf(answer), 403, 'insufficient_scope');
    }
    expect(await stored(line.lineId)).toBeUndefined();
  });

  it('an import is refused without a token', async () => {
    expectProblem(await refusalOf(await send('', {}, { Authorization: '' })), 401, 'invalid_token');
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/cloudevents+json'])(
    'an import is refused as %s',
    async (type) => {
      const line = aLine();
      const answer = await refusalOf(await send(JSON.stringify(line), {}, { 'Content-Type': type }));
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(await stored(line.lineId)).toBeUndefined();
    },
  );

  it('an import is refused without a body and its type', async () => {
    const response = await fetch(`${service.issuer}${IMPORT}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await service.token('carrier')}` },
    });
    expectProblem(await refusalOf(response), 415, 'unsupported_media_type');
  });

  it.each<[string, Query, string]>([
    ['a dryRun that is neither true nor false', { dryRun: 'yes' }, '/dryRun'],
    ['a takenAt that is no time', { takenAt: 'yesterday' }, '/takenAt'],
    ['a takenAt of no calendar', { takenAt: '2026-02-30T00:00:00Z' }, '/takenAt'],
    ['a takenAt that is a week', { takenAt: '2026-W48-1' }, '/takenAt'],
    ['a takenAt that is a day of the year', { takenAt: '2026-334', dryRun: 'true' }, '/takenAt'],
    ['a takenAt without separators', { takenAt: '20261130T120000Z', dryRun: 'true' }, '/takenAt'],
    ['a takenAt that is a year', { takenAt: '2026' }, '/takenAt'],
    ['a takenAt that is a day', { takenAt: '2026-11-30' }, '/takenAt'],
    ['a takenAt without a zone', { takenAt: '2026-11-30T12:00:00' }, '/takenAt'],
    ['a missing that is not known', { missing: 'delete' }, '/missing'],
    ['a parameter that is not known', { dryrun: 'true' }, '/dryrun'],
  ])('an import is refused with %s before anything changes', async (_case, query, pointer) => {
    const line = aLine();
    expectFaults(await refusalOf(await send(written([line]), query)), pointer);
    expect(await stored(line.lineId)).toBeUndefined();
  });

  it('an import is refused while another one runs, which continues', async () => {
    const line = await storedLine();
    let first!: ReturnType<typeof send>;
    await service.rows.lines.whileLocked(line.lineId, async (untilWaitedFor) => {
      first = send(written([{ ...line, carrier: 'KT' }]));
      await untilWaitedFor();
      const second = await refusalOf(await send(written([{ ...line, carrier: 'LGU+' }])));
      expectProblem(second, 409, 'import_in_progress');
    });
    expect((await reportOf(await first)).of(line.lineId)).toMatchObject({ outcome: 'changed' });
    expect((await stored(line.lineId))?.carrier).toBe('KT');
  });
});

describe('two concurrent imports', () => {
  it('of two concurrent imports one follows the other or one is refused, and they never mix', async () => {
    const lines = Array.from({ length: 500 }, () => aLine());
    const pictures = ['KT', 'LGU+'].map((carrier) => lines.map((line) => ({ ...line, carrier })));
    const responses = await Promise.all(pictures.map((picture) => send(written(picture))));
    const statuses = responses.map(({ status }) => status);
    expect(statuses).toContain(200);
    for (const response of responses) {
      if (response.status === 200) {
        const { summary } = await reportOf(response);
        expect(summary).toMatchObject({ read: 500, rejected: 0 });
        expect([summary.added, summary.changed]).toContain(500);
      } else expectProblem(await refusalOf(response), 409, 'import_in_progress');
    }
    const rows = await service.rows.lines.carriersOf(lines.map(({ lineId }) => lineId));
    const [row] = rows;
    expect(rows).toEqual([{ carrier: row?.carrier, count: 500 }]);
    if (statuses.includes(409)) expect(row?.carrier).toBe(['KT', 'LGU+'][statuses.indexOf(200)]);
  });
});

describe('a snapshot that breaks off', () => {
  const snapshots = async () => (await readdir(temporary)).filter((name) => name.startsWith('pushguard-import-'));

  it.each<[string, (size: number) => Record<string, string>]>([
    ['with its length told', (size) => ({ 'Content-Length': String(2 * size) })],
    ['in chunks', () => ({ 'Transfer-Encoding': 'chunked' })],
  ])('a snapshot that breaks off %s changes nothing and is stored nowhere', async (_case, headersOf) => {
    const { person } = await service.subscriber();
    const subscribed = (await stored(person.lineId))!;
    const half = written([{ ...subscribed, plan: 'prepaid' }, ...Array.from({ length: 300 }, () => aLine())]);
    const before = await everything();
    const call = request(`${service.issuer}${IMPORT}?missing=terminate`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await service.token('carrier')}`,
        'Content-Type': 'application/x-ndjson',
        ...headersOf(Buffer.byteLength(half)),
      },
    });
    call.on('error', () => undefined);
    await new Promise((resolve) => call.write(half, resolve));
    call.destroy();
    await eventually('nothing to be left on disk', async () => (await snapshots()).length === 0);
    expect(await everything()).toEqual(before);
    expect((await importing([aLine()])).summary).toMatchObject({ added: 1 });
    // A carrier that hangs up is no outage of the service.
    const metrics = await scrape(service.process.announcement.management);
    expect(metrics.value('pushguard_http_failures_total', { route: IMPORT })).toBeUndefined();
  });

  it('a snapshot is deleted from disk as soon as its import ends', async () => {
    await importing([aLine()]);
    await eventually('nothing to be left on disk', async () => (await snapshots()).length === 0);
    expectFaults(await refusalOf(await send(written([aLine()]), { missing: 'delete' })), '/missing');
    expect(await snapshots()).toEqual([]);
  });
});

describe('a snapshot of 20,000 lines', () => {
  const COUNT = 20_000;
  /** Blanks after every line make the whole snapshot larger than the memory that this test allows. */
  const WIDTH = 16_000;
  const numbered = (at: number): LineFacts =>
    aLine({ lineId: `many-${at}`, phoneNumber: `+82165${String(at).padStart(7, '0')}` });
  function* many(width = 0): Generator<Buffer> {
    for (let at = 0; at < COUNT; at += 100) {
      const lines = Array.from({ length: 100 }, (_, place) => JSON.stringify(numbered(at + place)).padEnd(width));
      yield Buffer.from(written(lines));
    }
  }
  /** Mebibytes of memory that the service's process uses now (VmRSS) or used at most (VmHWM). */
  const memory = async (what: 'VmRSS' | 'VmHWM') => {
    const status = await readFile(`/proc/${service.process.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  };

  it('a snapshot of 20,000 lines is added, compared and changed with the memory of a small one', async () => {
    await importing([aLine()]);
    const before = await memory('VmRSS');
    const peak = await memory('VmHWM');
    const first = await reportOf(await send(Readable.from(many())));
    expect(first.summary).toMatchObject({ read: COUNT, added: COUNT, rejected: 0 });
    const again = await reportOf(await send(Readable.from(many(WIDTH))));
    expect(again.summary).toMatchObject({ read: COUNT, same: COUNT });
    const changed = await importing(Array.from({ length: 300 }, (_, at) => ({ ...numbered(at), plan: 'm2m' })));
    expect(changed.summary).toMatchObject({ read: 300, changed: 300 });
    // Both include garbage, of which a busy machine has more, but the wide snapshot alone has 305 MiB.
    expect(await memory('VmRSS')).toBeLessThan(before + 250);
    expect(await memory('VmHWM')).toBeLessThan(peak + 250);

    const rows = await service.rows.lines.plansOf('many-');
    expect(rows).toEqual([
      { plan: 'm2m', count: 300 },
      { plan: 'postpaid', count: COUNT - 300 },
    ]);
    expect(await stored(`many-${COUNT - 1}`)).toEqual(numbered(COUNT - 1));
  });
});
