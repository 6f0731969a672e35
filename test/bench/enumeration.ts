import { randomInt } from 'node:crypto';
import { accessToken, basicOf, seedTemplate, serviceCandidate } from './candidates.ts';
import { call, expect } from './flow.ts';
import { makePeople, type Person } from './population.ts';
import { median, percentile, progress, report } from './report.ts';
import type { Served, Stage } from './stage.ts';
import { giveStandings, sayNotMe, type Standings } from './standings.ts';

/** Requests about each class before the measured ones: they pay for the compiler and for the plans of the statements. */
const WARM = 200;
/** Requests with one access token, which is valid for five minutes. */
const REQUESTS_A_TOKEN = 2_000;
/** Milliseconds within which the medians of people that look alike are to lie. */
const AIM_MS = 1;
/** The client that asks at every door. */
const CLIENT_ID = 'demo-shop';

type Class = 'unknown' | 'mismatch' | 'other_carrier' | 'plain' | 'sms_hold' | 'subscriber' | 'suspended' | 'not_me';

/** A door at which a client asks about a person, and the classes of people that its answer does not tell apart. */
interface Door {
  name: string;
  /** The classes by what the answer says. A caller must not tell those of one row apart. */
  rows: Readonly<Record<string, readonly Class[]>>;
  /** The status of the answer that says this. */
  statusOf: (row: string) => number;
  path: string;
  /** The body about a person. */
  body: (person: Person, name: Class) => string;
  type: 'application/json' | 'application/x-www-form-urlencoded';
  /** Whether the answer says what the row is named for. */
  says: (row: string, body: Readonly<Record<string, unknown>>) => boolean;
}

const birthDateFor = ({ birthDate }: Person, name: Class) => (name === 'mismatch' ? '910203' : birthDate);
/** Lines that the service knows nothing about, whether or not there is one. */
const NOT_FOUND = ['unknown', 'other_carrier'] as const;

const STARTS: Door = {
  name: 'start',
  rows: { sms: ['unknown', 'mismatch', 'plain', 'sms_hold'], push: ['subscriber', 'suspended', 'not_me'] },
  statusOf: () => 201,
  path: '/v1/authentications',
  type: 'application/json',
  body: (person, name) => {
    const { phoneNumber, genderDigit } = person;
    return JSON.stringify({ phoneNumber, birthDate: birthDateFor(person, name), genderDigit, purpose: '회원가입' });
  },
  says: (row, { channel }) => channel === row,
};

const CIBA: Door = {
  name: 'ciba',
  rows: { ciba: ['unknown', 'mismatch', 'plain', 'sms_hold', 'subscriber', 'suspended', 'not_me'] },
  statusOf: () => 200,
  path: '/oauth2/bc-authorize',
  type: 'application/x-www-form-urlencoded',
  body: (person, name) => {
    const hint = `tel:${person.phoneNumber};x-birthdate=${birthDateFor(person, name)};x-gender-digit=${person.genderDigit}`;
    return `scope=openid&login_hint=${encodeURIComponent(hint)}`;
  },
  says: (_row, body) => body['pushguard_match'] !== undefined,
};

const SIM_SWAP: Door = {
  name: 'camara sim-swap',
  rows: {
    sim_swap_not_found: NOT_FOUND,
    sim_swap_unchanged: ['plain', 'subscriber'],
    sim_swap_changed: ['sms_hold', 'suspended'],
  },
  statusOf: (row) => (row === 'sim_swap_not_found' ? 404 : 200),
  path: '/sim-swap/v2/check',
  type: 'application/json',
  body: ({ phoneNumber }) => JSON.stringify({ phoneNumber }),
  says: (row, { code, swapped }) =>
    row === 'sim_swap_not_found' ? code === 'IDENTIFIER_NOT_FOUND' : swapped === (row === 'sim_swap_changed'),
};

const KYC_MATCH: Door = {
  name: 'camara kyc-match',
  rows: { kyc_match_not_found: NOT_FOUND, kyc_match_found: ['plain', 'subscriber', 'sms_hold', 'suspended'] },
  statusOf: (row) => (row === 'kyc_match_found' ? 200 : 404),
  path: '/kyc-match/v0.4/match',
  type: 'application/json',
  body: ({ phoneNumber }) => JSON.stringify({ phoneNumber, birthdate: '1990-01-01' }),
  says: (row, { code, birthdateMatch }) =>
    row === 'kyc_match_found' ? birthdateMatch === 'true' : code === 'IDENTIFIER_NOT_FOUND',
};

/** A person of a class. */
interface Sample {
  name: Class;
  person: Person;
}

/**
 * Measures the doors that must not tell who is a subscriber. A caller asks there about `samples` people of each class, in random
 * order and one after the other. Reports the median time of each class, and the largest difference between the medians of
 * classes that get the same answer.
 */
export async function reportEnumeration(stage: Stage, samples: number): Promise<void> {
  const [ofStarts = [], ofCiba = [], ofQuestions = []] = castsOf([STARTS, CIBA, SIM_SWAP], samples + WARM);
  const all = [...ofStarts, ...ofCiba, ...ofQuestions];
  const of = (name: Class) => all.filter((one) => one.name === name).map(({ person }) => person);
  const people = all.filter(({ name }) => name !== 'unknown').map(({ person }) => person);
  progress(`seeding ${people.length} people`);
  await seedTemplate(stage, 'named', people);
  const databaseUrl = await stage.createDatabase('enumeration', 'named');
  // The carrier has told of every line for a year, so that a question about changes is answered.
  await stage.sql(databaseUrl, `UPDATE lines SET known_since = now() - interval '1 year', numbered_at = NULL`);
  const foreign = of('other_carrier').map(({ lineId }) => `'${lineId}'`);
  await stage.sql(databaseUrl, `UPDATE lines SET carrier = 'KT' WHERE id IN (${foreign.join(', ')})`);
  const standings: Standings = {
    plain: [...of('plain'), ...of('other_carrier')],
    held: of('sms_hold'),
    suspended: of('suspended'),
  };
  await giveStandings(databaseUrl, standings);
  const settings = { CAMARA_MOST_UNKNOWN: '1000000' };
  const { served } = await serviceCandidate(stage, 'enumeration', people, { databaseUrl, settings });
  await sayNotMe(stage, databaseUrl, of('not_me'));
  await stage.sql(
    databaseUrl,
    `UPDATE clients SET scopes = scopes || '{openid,sim-swap:check,kyc-match:match}', starts_per_minute = 1000000
      WHERE client_id = '${CLIENT_ID}'`,
  );

  await reportDoor(stage, served, STARTS, ofStarts);
  await assertCast(stage, databaseUrl, samples + WARM);
  await reportDoor(stage, served, CIBA, ofCiba);
  // A question starts nothing, so the next one finds everybody as before.
  for (const door of [SIM_SWAP, KYC_MATCH]) await reportDoor(stage, served, door, ofQuestions);
}

/** People for each of the doors: as many of every class, one class after the other. */
function castsOf(doors: readonly Door[], each: number): Sample[][] {
  const classes = doors.map(({ rows }) => Object.values(rows).flat());
  const people = makePeople(each * classes.flat().length);
  return classes.map((names) => names.flatMap((name) => people.splice(0, each).map((person) => ({ name, person }))));
}

async function reportDoor(stage: Stage, served: Served, door: Door, cast: readonly Sample[]): Promise<void> {
  const each = cast.length / Object.values(door.rows).flat().length;
  const warm = (at: number) => at % each < WARM;
  await play(served, door, shuffled(cast.filter((_, at) => warm(at))));
  await stage.admin('CHECKPOINT');
  const times = await play(served, door, shuffled(cast.filter((_, at) => !warm(at))));
  for (const row of Object.keys(door.rows)) reportRow(door, row, times);
}

/** Asks about one after the other, as a caller does who compares times; returns the milliseconds of each class. */
async function play(served: Served, door: Door, samples: readonly Sample[]): Promise<Map<Class, number[]>> {
  const rows = Object.entries(door.rows);
  const times = new Map<Class, number[]>(rows.flatMap(([, names]) => names.map((name) => [name, []])));
  const isOfForm = door.type !== 'application/json';
  let authorization = isOfForm ? basicOf(served, 'authentications') : '';
  for (const [at, { name, person }] of samples.entries()) {
    if (at % REQUESTS_A_TOKEN === 0) {
      if (!isOfForm) authorization = `Bearer ${await accessToken(served)}`;
      progress(`enumeration, ${door.name}: ${at} of ${samples.length} requests`);
    }
    const [row = ''] = rows.find(([, names]) => names.includes(name)) ?? [];
    const { body, ms } = await call(served.http, door.statusOf(row), {
      method: 'POST',
      path: door.path,
      headers: { authorization, 'content-type': door.type },
      body: door.body(person, name),
    });
    expect(door.says(row, body), `${door.name} about ${name} answered ${JSON.stringify(body)}`);
    times.get(name)?.push(ms);
  }
  return times;
}

/** The answers do not tell the classes apart, so the rows have to show that each person was of its class. */
async function assertCast(stage: Stage, databaseUrl: string, each: number): Promise<void> {
  const [row] = await stage.sql<Record<string, number>>(
    databaseUrl,
    `SELECT count(*) FILTER (WHERE channel = 'sms' AND a.line_id IS NULL)::int AS decoys,
       count(*) FILTER (WHERE channel = 'sms' AND a.line_id IS NOT NULL)::int AS texted,
       count(*) FILTER (WHERE s.state = 'suspended')::int AS suspended, count(*) FILTER (WHERE held)::int AS held,
       count(*) FILTER (WHERE s.state = 'active' AND NOT held)::int AS rang
     FROM authentications a LEFT JOIN subscriptions s ON s.id = a.subscription_id WHERE a.flow = 'api'`,
  );
  const expected = { decoys: 3 * each, texted: each, suspended: each, held: each, rang: each };
  const found = JSON.stringify(row);
  expect(found === JSON.stringify(expected), `${JSON.stringify(expected)} expected, found ${found}`);
}

function reportRow(door: Door, row: string, times: ReadonlyMap<Class, number[]>): void {
  const medians = (door.rows[row] ?? []).map((name) => {
    const own = times.get(name) ?? [];
    report(`enumeration.${row}.${name}.p50_ms`, median(own), 'ms');
    report(`enumeration.${row}.${name}.p95_ms`, percentile(own, 95), 'ms');
    return median(own);
  });
  const apart = Math.max(...medians) - Math.min(...medians);
  report(`enumeration.${row}.medians_apart_ms`, apart, 'ms');
  progress(`enumeration, ${row}: medians within ${AIM_MS} ms: ${apart <= AIM_MS ? 'met' : 'not met'}`);
}

function shuffled<T>(all: readonly T[]): T[] {
  const mixed = [...all];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}
