import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { Load, PATIENCE_SECONDS, type Course, type Flow } from '../support/load.ts';
import { PushLog } from '../support/push-log.ts';
import { startProcess, TestService, type ServiceProcess } from '../support/service.ts';
import { manySubscribers } from '../support/subscribers.ts';

const KILLS = 4;
const CALLERS = 6;
/** Flows that start right before each kill, in addition to those of the callers. */
const BURST = 8;
/**
 * Milliseconds that a delivery may continue after its authentication closed, in addition to the slowest answer of the
 * run.
 */
const UNDER_WAY_MS = 5_000;

/** A process that is restarted whenever it is killed. */
class Replica {
  constructor(
    private readonly env: Record<string, string>,
    public process: Promise<ServiceProcess>,
  ) {}

  static start(env: Record<string, string>): Replica {
    return new Replica(env, startProcess(env));
  }

  async killAndStart(): Promise<void> {
    await (await this.process).kill();
    this.process = startProcess(this.env);
  }

  async end(): Promise<void> {
    await (await this.process.catch(() => undefined))?.kill();
  }
}

/**
 * A durable database with two API processes and two workers, as in a deployment. One of the APIs is a worker as well,
 * and sends the deliveries that it commits.
 */
let postgres: DurablePostgres;
let service: TestService;
let pushes: PushLog;
const apis: Replica[] = [];
const workers: Replica[] = [];
const addresses: string[] = [];

/** Returns one of the two API addresses at random, like a load balancer without health checks. */
const address = () => addresses[randomInt(addresses.length)]!;
const balanced: typeof fetch = (url, init) => fetch((url as string).replace(service.issuer, address()), init);

beforeAll(async () => {
  postgres = await DurablePostgres.start();
  const ports = [await freePort(), await freePort()];
  addresses.push(...ports.map((port) => `http://127.0.0.1:${port}`));
  service = await TestService.start({ ROLE: 'api', PORT: String(ports[0]) }, postgres);
  pushes = new PushLog(service);
  const env = { ...service.env, ISSUER: service.issuer };
  const both = { ...env, ROLE: 'all', PORT: String(ports[1]) };
  apis.push(new Replica(env, Promise.resolve(service.process)), Replica.start(both));
  workers.push(...[1, 2].map(() => Replica.start({ ...env, ROLE: 'worker', PORT: '0' })));
  await Promise.all([...apis, ...workers].map((replica) => replica.process));
  await service.token();
});
afterAll(async () => {
  await Promise.all([...apis, ...workers].map((replica) => replica.end()));
  await service.stop();
});

interface Victim {
  /** Kills and restarts it. Returns the time from which requests reach the successor. */
  kill(round: number): Promise<number>;
  /** Returns when its work was first done again, for requests sent after `since`; undefined until then. */
  recovered(load: Load, since: number): number | undefined;
  /** Resolves when both are ready, so that one can be killed while the other continues. */
  ready(): Promise<unknown>;
}

/**
 * Kills the replicas in turn, so that each one must take over the other's work and later leave its own to a successor.
 */
function oneOf(replicas: readonly Replica[]): Pick<Victim, 'kill' | 'ready'> {
  return {
    kill: async (round) => {
      await replicas[round % replicas.length]!.killAndStart();
      return Date.now();
    },
    ready: () => Promise.all(replicas.map((replica) => replica.process)),
  };
}

const worker: Victim = { ...oneOf(workers), recovered: firstPush };
const api: Victim = { ...oneOf(apis), recovered: firstAnswer };
const database: Victim = {
  kill: async () => {
    await postgres.killAndStart();
    return Date.now();
  },
  recovered: (load, since) => {
    const [answer, push] = [firstAnswer(load, since), firstPush(load, since)];
    return answer !== undefined && push !== undefined ? Math.max(answer, push) : undefined;
  },
  ready: () => Promise.resolve(),
};

function firstAnswer({ successes }: Load, since: number): number | undefined {
  return successes.find(({ sentAt }) => sentAt > since)?.answeredAt;
}

function firstPush({ flows }: Load, since: number): number | undefined {
  return flows.filter(({ startedAt }) => startedAt > since).flatMap(({ id }) => pushes.of(id, 'wake'))[0]?.at;
}

describe.each([
  { what: 'workers and APIs are', victims: [worker, api] },
  { what: 'PostgreSQL is', victims: [database] },
])('kills under load: $what killed again and again', ({ victims }) => {
  const kills: number[] = [];
  let recoveries = 0;
  let load: Load;
  let before: number;
  let states: Map<string, string>;
  let over = false;

  const countOf = async (table: string): Promise<number> => {
    const { rows } = await postgres.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0]!.count;
  };
  const ofCourse = (...courses: Course[]) => load.flows.filter(({ course }) => courses.includes(course));
  const inOtherState = (flows: readonly Flow[], ...expected: string[]) =>
    flows.filter(({ id }) => !expected.includes(states.get(id) ?? 'gone'));

  /** Kills the victim at a random time, and waits until its work continues. */
  const killed = async (victim: Victim, round: number): Promise<void> => {
    await delay(randomInt(50, 500));
    // The flows are in every stage: not written yet, written but not yet in the queue, and on their way to the
    // platform.
    load.burst(BURST);
    await delay(randomInt(0, 60));
    // Callers must then also repeat requests for access tokens.
    service.forgetTokens();
    kills.push(Date.now());
    const since = await victim.kill(round);
    const recovered = () => victim.recovered(load, since);
    await eventually(`work going on after kill ${round + 1}`, recovered, PATIENCE_SECONDS);
    recoveries += 1;
  };

  beforeAll(async () => {
    before = await countOf('authentications');
    load = new Load(service, pushes, await manySubscribers(service, 400, { fetch: balanced }), { address });
    load.begin(CALLERS);
    try {
      for (let round = 0; round < KILLS && !over; round += 1) {
        await Promise.all(victims.map((victim) => victim.ready()));
        await Promise.all(victims.map((victim) => killed(victim, round)));
      }
    } finally {
      await load.end();
    }
    await eventually('no delivery left over', async () => (await countOf('deliveries')) === 0);
    const { rows } = await postgres.pool.query<{ id: string; state: string }>('SELECT id, state FROM authentications');
    states = new Map(rows.map(({ id, state }) => [id, state]));
  }, 3_600_000);
  afterAll(() => {
    over = true;
  });

  it('callers under load see no error but those they are told to expect while processes are killed', () => {
    expect(load.faults).toEqual([]);
    expect(load.flows.length).toBeGreaterThan(2 * KILLS);
  });

  it('work resumes by itself after each kill', () => {
    expect(recoveries).toBe(KILLS * victims.length);
  });

  it('every start that was answered 201 persists through kills, and each Idempotency-Key had one effect', () => {
    expect(load.flows.filter(({ id }) => !states.has(id))).toEqual([]);
    expect(new Set(load.flows.map(({ id }) => id)).size).toBe(load.keys);
    expect(states.size - before).toBe(load.keys);
  });

  it('every opening that was answered 202 persists through kills, and open authentications only expire', () => {
    expect(inOtherState(ofCourse('opened'), 'opened', 'expired')).toEqual([]);
    expect(inOtherState(ofCourse('pending'), 'pending', 'expired')).toEqual([]);
  });

  it('every verification, decline and cancellation that was answered 2xx persists through kills, and is accepted once', () => {
    expect(inOtherState(ofCourse('verified', 'pulled'), 'verified')).toEqual([]);
    expect(inOtherState(ofCourse('declined'), 'declined')).toEqual([]);
    expect(inOtherState(ofCourse('cancelled'), 'cancelled')).toEqual([]);
    expect(load.flows.filter(({ accepted }) => accepted > 1)).toEqual([]);
  });

  it('no push is lost through kills, and each arrives within the patience of a caller', () => {
    const enqueued = load.flows.flatMap(({ course, id, startedAt, openedAt, closedAt }) => {
      // A `pulled` flow can end before its push is sent.
      if (course === 'pulled') return [];
      return [
        { id, kind: 'wake', at: startedAt },
        ...(openedAt === undefined ? [] : [{ id, kind: 'code', at: openedAt }]),
        ...(course === 'cancelled' ? [{ id, kind: 'cancelled', at: closedAt! }] : []),
      ];
    });
    const late = enqueued.filter(({ id, kind, at }) => {
      const arrival = pushes.of(id, kind)[0]?.at ?? Infinity;
      return arrival - Math.max(at, ...kills.filter((kill) => kill < arrival)) > PATIENCE_SECONDS * 1000;
    });
    expect(late).toEqual([]);
  });

  it('a push that arrives twice replaces its first copy, and none arrives after the end', () => {
    const arrivals = load.flows.flatMap(({ id, closedAt = Infinity }) =>
      [...pushes.of(id, 'wake'), ...pushes.of(id, 'code')].map(({ at, push }) => ({ id, closedAt, at, push })),
    );
    expect(arrivals.filter(({ id, push }) => push.collapseKey !== id)).toEqual([]);
    const slowest = Math.max(...load.successes.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
    expect(arrivals.filter(({ at, closedAt }) => at > closedAt + UNDER_WAY_MS + slowest)).toEqual([]);
  });
});
