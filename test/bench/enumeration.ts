import { randomInt } from 'node:crypto';
import { accessToken, seedTemplate, serviceCandidate } from './candidates.ts';
import { call, expect } from './flow.ts';
import { makePeople, type Person } from './population.ts';
import { median, percentile, progress, report } from './report.ts';
import type { Served, Stage } from './stage.ts';
import { giveStandings, sayNotMe } from './standings.ts';

/** Starts of each class before the measured ones: they pay for the compiler and for the plans of the statements. */
const WARM = 200;
/** Starts with one access token, which is valid for five minutes. */
const STARTS_A_TOKEN = 2_000;
/** Milliseconds within which the medians of people that look alike are to lie. */
const AIM_MS = 1;

/** The classes of people that a start names, by what its answer says. A caller must not tell those of one row apart. */
const CLASSES = {
  sms: ['unknown', 'mismatch', 'plain', 'sms_hold'],
  push: ['subscriber', 'suspended', 'not_me'],
} as const;
type Channel = keyof typeof CLASSES;
type Class = (typeof CLASSES)[Channel][number];

/** One start: the class of the person, and the person, whom no other start names. */
interface Sample {
  name: Class;
  channel: Channel;
  person: Person;
}

/**
 * Reports how long the answer to a start takes for each class of person, `samples` of each, one after the other in
 * random order, and how far apart the medians are of those whom the answer does not tell apart.
 */
export async function reportEnumeration(stage: Stage, samples: number): Promise<void> {
  const all = castOf(samples + WARM);
  const of = (name: Class) => all.filter((one) => one.name === name).map(({ person }) => person);
  const people = all.filter(({ name }) => name !== 'unknown').map(({ person }) => person);
  progress(`seeding ${people.length} people`);
  await seedTemplate(stage, 'named', people);
  const databaseUrl = await stage.createDatabase('enumeration', 'named');
  await giveStandings(databaseUrl, { plain: of('plain'), held: of('sms_hold'), suspended: of('suspended') });
  const { served } = await serviceCandidate(stage, 'enumeration', people, { databaseUrl });
  await sayNotMe(stage, databaseUrl, of('not_me'));

  const warm = (at: number) => at % (samples + WARM) < WARM;
  await play(served, shuffled(all.filter((_, at) => warm(at))));
  await stage.admin('CHECKPOINT');
  const times = await play(served, shuffled(all.filter((_, at) => !warm(at))));
  await assertCast(stage, databaseUrl, samples + WARM);
  for (const channel of ['sms', 'push'] as const) reportChannel(channel, times);
}

/** The people of every class, one class after the other. */
function castOf(each: number): Sample[] {
  const classes = Object.entries(CLASSES).flatMap(([channel, names]) =>
    names.map((name) => ({ name, channel: channel as Channel })),
  );
  return makePeople(each * classes.length).map((person, at) => ({ person, ...classes[Math.floor(at / each)]! }));
}

/** Starts one after the other, as a caller does who compares times; returns the milliseconds of each class. */
async function play(served: Served, samples: readonly Sample[]): Promise<Map<Class, number[]>> {
  const times = new Map<Class, number[]>(Object.values(CLASSES).flatMap((names) => names.map((name) => [name, []])));
  let token = '';
  for (const [at, { name, channel, person }] of samples.entries()) {
    if (at % STARTS_A_TOKEN === 0) {
      token = await accessToken(served);
      progress(`enumeration: ${at} of ${samples.length} starts`);
    }
    const { phoneNumber, genderDigit } = person;
    const birthDate = name === 'mismatch' ? '910203' : person.birthDate;
    const { body, ms } = await call(served.http, 201, {
      method: 'POST',
      path: '/v1/authentications',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' }),
    });
    expect(body['channel'] === channel, `the start for ${name} answered the channel ${String(body['channel'])}`);
    times.get(name)?.push(ms);
  }
  return times;
}

/** The answers do not tell the classes apart, so the rows have to show that each person was of its class. */
async function assertCast(stage: Stage, databaseUrl: string, each: number): Promise<void> {
  const [row] = await stage.sql<{ decoys: number; texted: number; suspended: number; held: number; rang: number }>(
    databaseUrl,
    `SELECT count(*) FILTER (WHERE channel = 'sms' AND a.line_id IS NULL)::int AS decoys,
       count(*) FILTER (WHERE channel = 'sms' AND a.line_id IS NOT NULL)::int AS texted,
       count(*) FILTER (WHERE s.state = 'suspended')::int AS suspended, count(*) FILTER (WHERE held)::int AS held,
       count(*) FILTER (WHERE s.state = 'active' AND NOT held)::int AS rang
     FROM authentications a LEFT JOIN subscriptions s ON s.id = a.subscription_id`,
  );
  const expected = { decoys: 3 * each, texted: each, suspended: each, held: each, rang: each };
  const found = JSON.stringify(row);
  expect(found === JSON.stringify(expected), `${JSON.stringify(expected)} expected, found ${found}`);
}

function reportChannel(channel: Channel, times: ReadonlyMap<Class, number[]>): void {
  const medians = CLASSES[channel].map((name) => {
    const own = times.get(name) ?? [];
    report(`enumeration.${channel}.${name}.p50_ms`, median(own), 'ms');
    report(`enumeration.${channel}.${name}.p95_ms`, percentile(own, 95), 'ms');
    return median(own);
  });
  const apart = Math.max(...medians) - Math.min(...medians);
  report(`enumeration.${channel}.medians_apart_ms`, apart, 'ms');
  progress(`enumeration, ${channel}: medians within ${AIM_MS} ms: ${apart <= AIM_MS ? 'met' : 'not met'}`);
}

function shuffled<T>(all: readonly T[]): T[] {
  const mixed = [...all];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}
