import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { arrivalsOf, shapeOfDay } from '../../src/commands/capacity/arrivals.ts';
import { STEPS } from '../../src/commands/capacity/flow.ts';
import { MEASURED } from '../../src/commands/capacity/needs.ts';
import { Random } from '../../src/commands/capacity/random.ts';
import { simulatedReport } from '../../src/commands/capacity/report.ts';
import { simulateNation, type Wanted } from '../../src/commands/capacity/scenarios.ts';
import { simulate, type Scenario } from '../../src/commands/capacity/simulate.ts';
import {
  evennessOf,
  flowsOnOneMachine,
  HOT_PATH,
  statementsOnOneMachine,
  TABLES_BY_LINE,
} from '../../src/commands/capacity/spread.ts';
import { Station, Times } from '../../src/commands/capacity/station.ts';

/** Three minutes with `peak` authentications a second, on more than they need. */
function scenarioOf(peak: number, seed: number, changed: Partial<Scenario> = {}, times = 1): Scenario {
  const burst = times > 1 ? { times, from: 120, until: 140 } : null;
  return {
    arrivals: arrivalsOf({ peak, seconds: 180, burst }, new Random(seed)),
    seconds: 180,
    serviceCores: 8,
    databaseCores: 8,
    startsPerMinute: Infinity,
    processes: 1,
    failover: null,
    ...changed,
  };
}

const played = (scenario: Scenario) => simulate(scenario, new Random(7));

const TOWN: Wanted = {
  subscribers: 60_000,
  aDay: 0.5,
  minutes: 5,
  machines: undefined,
  cores: 4,
  databaseCores: undefined,
  shards: 32,
  startsPerMinute: 6_000,
  failoverSeconds: 20,
  seed: 1,
};

describe('a queue of the simulation', () => {
  it.each([
    { cores: 1, busy: 0.5 },
    { cores: 4, busy: 0.7 },
    { cores: 12, busy: 0.85 },
  ])('waits as Erlang’s formula says, with $cores cores that are busy for $busy', ({ cores, busy }) => {
    const [random, station, times] = [new Random(cores), new Station(cores), new Times()];
    const customers = 60_000;
    let [now, waited] = [0, 0];
    for (let customer = 0; customer < customers; customer += 1) {
      now += random.exponentialAt(2 * customer) / (busy * cores);
      const wait = station.take(now, random.exponentialAt(2 * customer + 1)) - now;
      waited += wait;
      times.add(wait);
    }
    const waiting = erlangC(cores, busy * cores);
    const rate = cores * (1 - busy);
    expect(Math.abs(waited / customers / (waiting / rate) - 1)).toBeLessThan(0.1);
    // The waits of those who wait have an exponential distribution.
    expect(Math.abs(times.quantile(0.99) / (Math.log(100 * waiting) / rate) - 1)).toBeLessThan(0.1);
  });

  it('takes nothing that would wait too long, and begins nothing while it is closed', () => {
    const station = new Station(1, { from: 10, until: 20 });
    expect(station.take(9, 2)).toBe(9);
    expect(station.take(10, 1, 7)).toBe(Infinity);
    expect([station.take(14, 1, 7), station.take(15, 1, 7)]).toEqual([20, 21]);
  });
});

describe('the people of the simulation', () => {
  it('come five times as often at the peak as in the mean second of a day', () => {
    const seconds = Array.from({ length: 86_400 }, (_, second) => shapeOfDay(second - 43_200));
    expect(seconds.reduce((sum, shape) => sum + shape, 0) / 86_400).toBeCloseTo(1, 2);
    expect(Math.max(...seconds)).toBe(5);
  });

  it('come as Poisson’s law says, a fifth of them at the largest relying party', () => {
    const { at, client } = arrivalsOf({ peak: 20, seconds: 600, burst: null }, new Random(3));
    expect(Math.abs(at.length - 12_000)).toBeLessThan(4 * Math.sqrt(12_000));
    expect(at.every((time, flow) => time >= (at[flow - 1] ?? 0) && time < 600)).toBe(true);
    const bySecond = new Float64Array(600);
    for (const time of at) bySecond[Math.floor(time)]! += 1;
    const variance = bySecond.reduce((sum, count) => sum + (count - at.length / 600) ** 2, 0) / 600;
    expect(variance / (at.length / 600)).toBeGreaterThan(0.8);
    expect(variance / (at.length / 600)).toBeLessThan(1.2);
    expect(client.filter((one) => one === 0).length / at.length).toBeCloseTo(0.2, 1);
  });

  it('come three times as often in a burst, all those who are added at the largest relying party', () => {
    const burst = { times: 3, from: 100, until: 160 };
    const { at, client } = arrivalsOf({ peak: 20, seconds: 300, burst }, new Random(3));
    const inBurst = client.filter((_, flow) => at[flow]! >= 100 && at[flow]! < 160);
    expect(inBurst.length / (60 * 60)).toBeCloseTo(1, 1);
    expect(inBurst.filter((one) => one > 0).length / (60 * 20)).toBeCloseTo(0.8, 1);
  });

  it('cost what was measured', () => {
    const micros = (cost: 'service' | 'database') => STEPS.reduce((sum, step) => sum + step[cost] * 1e6, 0);
    expect(micros('service')).toBeCloseTo(MEASURED.serviceMicros);
    expect(micros('database')).toBeCloseTo(MEASURED.databaseMicros);
  });
});

describe('the simulation', () => {
  it('loses no authentication: each ended, was refused, was given up or is open', () => {
    const anyScenario = fc.record({
      peak: fc.integer({ min: 1, max: 5 }),
      serviceCores: fc.integer({ min: 1, max: 2 }),
      databaseCores: fc.integer({ min: 1, max: 2 }),
      startsPerMinute: fc.constantFrom(5, 30, Infinity),
      outage: fc.integer({ min: 0, max: 85 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(anyScenario, ({ peak, outage, seed, ...machines }) => {
        const scenario = scenarioOf(peak, seed, { ...machines, failover: { from: 90, until: 90 + outage } }, 3);
        const { begun, ended, overQuota, givenUp, open } = played(scenario);
        expect(begun).toBe(scenario.arrivals.at.length);
        expect(ended + overQuota + givenUp + open).toBe(begun);
        expect(Math.min(ended, overQuota, givenUp, open)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps as many open as Little’s law says, and the machines as busy as their costs say', () => {
    const { open, openAtMost, service, database } = played(scenarioOf(30, 5));
    const seconds = STEPS.reduce((sum, { service: of, database: and, after }) => sum + of + and + after, 0);
    expect(open / (30 * seconds)).toBeCloseTo(1, 1);
    expect(openAtMost).toBeGreaterThanOrEqual(open);
    for (const [{ busy }, micros] of [
      [service, MEASURED.serviceMicros],
      [database, MEASURED.databaseMicros],
    ] as const) {
      const ofCosts = busy / ((30 * micros) / 1e6 / 8);
      expect(ofCosts).toBeGreaterThan(0.97);
      expect(ofCosts).toBeLessThan(1.15);
    }
  });

  it('never waits longer with more machines', () => {
    const outcomes = [1, 2, 3, 4].map((cores) =>
      played(scenarioOf(20, 5, { serviceCores: cores, databaseCores: cores }, 18)),
    );
    for (const [at, more] of outcomes.entries()) {
      const less = outcomes[at - 1];
      if (!less) continue;
      expect(more.service.p99).toBeLessThanOrEqual(less.service.p99);
      expect(more.database.p99).toBeLessThanOrEqual(less.database.p99);
      expect(more.unavailable).toBeLessThanOrEqual(less.unavailable);
      expect(more.ended).toBeGreaterThanOrEqual(less.ended);
    }
    expect(outcomes[0]!.service.p99).toBeGreaterThan(0.5);
  });

  it('answers 503 what waits longer than seven seconds for the database, and repeats it until it is answered', () => {
    const failover = (seconds: number) => played(scenarioOf(10, 5, { failover: { from: 100, until: 100 + seconds } }));
    expect(failover(6)).toMatchObject({ unavailable: 0, givenUp: 0 });
    const longer = failover(20);
    expect(longer.unavailable).toBeGreaterThan(10 * 13);
    expect(longer).toMatchObject({ givenUp: 0, overQuota: 0 });
    expect(longer.lateUntil! - 120).toBeLessThan(9);
    expect(longer.openAtMost).toBeGreaterThan(failover(6).openAtMost);
  });

  it('gives an authentication up once its three minutes are over', () => {
    const from = 61;
    const long = scenarioOf(2, 5, { seconds: 400, failover: { from, until: 400 } });
    const { givenUp, ended, begun, open } = played(long);
    expect(givenUp).toBeGreaterThan(0);
    expect(givenUp + ended + open).toBe(begun);
    const begunInTime = long.arrivals.at.length;
    expect(givenUp + ended).toBeGreaterThanOrEqual(begunInTime);
  });

  it('refuses what a relying party starts beyond its quota in a minute and a process', () => {
    const scenario = scenarioOf(10, 5, { startsPerMinute: 20, processes: 2 });
    const starts = new Map<string, number>();
    for (const [flow, at] of scenario.arrivals.at.entries()) {
      const place = `${scenario.arrivals.client[flow]} ${flow % 2} ${Math.floor(at / 60)}`;
      starts.set(place, (starts.get(place) ?? 0) + 1);
    }
    const over = [...starts.values()].reduce((sum, count) => sum + Math.max(0, count - 20), 0);
    expect(over).toBeGreaterThan(100);
    expect(played(scenario).overQuota).toBe(over);
  });

  it('has the same figures for the same seed, and other people for another one', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => simulateNation({ ...TOWN, seed }));
    expect(simulatedReport(again!)).toBe(simulatedReport(first!));
    expect(other!.outcomes[0]!.begun).not.toBe(first!.outcomes[0]!.begun);
    expect(other!.spread.burst.byLine).not.toBe(first!.spread.burst.byLine);
  });

  it('loses a machine without a refusal where there is one more than needed', () => {
    const { machines, outcomes } = simulateNation(TOWN);
    expect(machines).toBe(2);
    const less = outcomes.find(({ name }) => name === 'machine less');
    expect(less).toMatchObject({ unavailable: 0, overQuota: 0, secondsToClear: 0 });
    expect(less!.service.busy).toBeGreaterThan(outcomes[0]!.service.busy * 1.9);
    expect(simulateNation({ ...TOWN, machines: 1 }).outcomes.map(({ name }) => name)).not.toContain('machine less');
  });
});

describe('keys over several machines', () => {
  it('spread evenly by the line, and by the relying party as unevenly as those are', () => {
    const arrivals = arrivalsOf({ peak: 600, seconds: 20, burst: null }, new Random(1));
    const { byLine, byClient } = evennessOf(arrivals, 16, new Random(2));
    expect(byLine).toBeLessThan(2);
    // A fifth of all is on one of 16 shards.
    expect(byClient).toBeGreaterThan(0.15 * 16);
    expect(evennessOf(arrivals, 1, new Random(2))).toEqual({ byLine: 1, byClient: 1 });
  });

  it('leave an authentication on one machine by the line alone, and only where no hosted window starts it', () => {
    expect(flowsOnOneMachine('line', 'page')).toBe(1);
    expect(flowsOnOneMachine('line', 'window')).toBe(0);
    expect(flowsOnOneMachine('client', 'page')).toBe(0);
    expect(statementsOnOneMachine('line', 'page')).toBe(1);
    expect(statementsOnOneMachine('client', 'page')).toBeLessThan(0.6);
  });
});

describe('what the guide says about statements', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const statements = new Map(
    read('test/contract/statements.md')
      .split('\n')
      .map((line) => line.split(' | '))
      .filter((cells) => cells.length === 5)
      .map(([name = '', , reads = '', writes = '', others = '']) => {
        const ofOthers = others.replaceAll(/\([^)]*\)/g, '').split(';');
        const touched = [...reads.split(','), ...writes.split(','), ...ofOthers];
        const tables = touched.map((one) => /\w+/.exec(one)?.[0]).filter((one) => one !== undefined);
        return [name.replace(/^\| /, ''), [...new Set(tables)].sort()] as const;
      }),
  );
  const tables = new Set([...statements.values()].flat());
  const placed = new Map(Object.entries(TABLES_BY_LINE).flatMap(([key, names]) => names.map((name) => [name, key])));

  it.each(['src/developers/guide/capacity.md', 'src/developers/guide/ko/capacity.md'])(
    '%s names only statements that there are, and every one of the way',
    (path) => {
      const last = read(path).split('\n## ').at(-1) ?? '';
      const named = new Set([...last.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => name));
      const others = ['person_index', 'phone_index', 'clock_timestamp', 'idempotency_key_reused'];
      const unknown = [...named].filter((one) => !statements.has(one) && !tables.has(one) && !others.includes(one));
      expect(unknown).toEqual([]);
      expect(Object.keys(HOT_PATH).filter((name) => !named.has(name))).toEqual([]);
    },
  );

  it.each(['src/developers/guide/capacity.md', 'src/developers/guide/ko/capacity.md'])(
    '%s places every table that the way touches, as the simulation does',
    (path) => {
      const last = read(path).split('\n## ').at(-1) ?? '';
      const [, placing = ''] = last.split(/^\|---\|---\|$/m);
      const groups = placing.trim().split('\n').slice(0, 3);
      const inGuide = groups.map((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort());
      expect(inGuide).toEqual([TABLES_BY_LINE.line, TABLES_BY_LINE.everywhere, TABLES_BY_LINE.window]);
    },
  );

  it.each(Object.entries(HOT_PATH))('%s touches the tables of which the guide says where they are', (name, known) => {
    expect(known).toEqual(statements.get(name));
    expect(known.filter((table) => !placed.has(table))).toEqual([]);
  });
});

/** The share of customers that wait in a queue with `cores` of which `offered` are busy on average (Erlang C). */
function erlangC(cores: number, offered: number): number {
  let [term, sum] = [1, 1];
  for (let busy = 1; busy < cores; busy += 1) {
    term *= offered / busy;
    sum += term;
  }
  const last = (term * offered) / cores / (1 - offered / cores);
  return last / (sum + last);
}
