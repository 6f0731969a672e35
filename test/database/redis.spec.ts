import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_RULE } from '../../src/queue/redis-rights.ts';
import { eventually } from '../support/eventually.ts';
import { startPair, type Pair } from '../support/fleet.ts';
import { Load, PATIENCE_SECONDS } from '../support/load.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { PushLog } from '../support/push-log.ts';
import { RedisServer } from '../support/redis.ts';
import { TestService, type TestPerson } from '../support/service.ts';
import { manySubscribers } from '../support/subscribers.ts';

/** The names of the latest jobs that were queued. */
async function queued(redis: RedisServer): Promise<string[]> {
  const events = await redis.ask('XREVRANGE {pushguard}:handover:events + - COUNT 1000');
  return [...events.matchAll(/\r\nname\r\n\$\d+\r\n([^\r]*)/g)].map(([, name = '']) => name);
}

describeWith(REDIS_SERVER, 'the queue on Redis', () => {
  let redis: RedisServer;
  let url: string;
  let pair: Pair;
  let service: TestService;
  let pushes: PushLog;

  beforeAll(async () => {
    // The account has the rights that the doctor names, and no others.
    redis = await RedisServer.start({ user: `queue on >secret ${QUEUE_RULE}`.split(' ') });
    url = redis.url.replace('//', '//queue:secret@');
    pair = await startPair({ REDIS_URL: url });
    service = pair.service;
    pushes = new PushLog(service);
  });
  afterAll(async () => {
    await pair.stop();
    await redis.remove();
  });

  it('an authentication goes from the window to the phone and back, and its pushes go over Redis', async () => {
    const { person, phone, pushToken } = await service.subscriber();
    const { id } = (await service.start(person)).body;
    await service.pushed(pushToken, 'wake');
    const pending = (await phone.pending()).find((one) => one.id === id)!;
    await phone.open(pending, '274951');
    const received = await phone.receive((await service.pushed(pushToken, 'code')).data);
    expect(received).toMatchObject({ kind: 'code', authenticationId: id });
    const { status } = await service.verify(id, received.kind === 'code' ? received.code : '');
    expect(status).toBe(200);

    expect(await queued(redis)).toContain('deliver');
    const { rows } = await service.database.pool.query<{ jobs: number }>(
      `SELECT last_value::int AS jobs FROM pg_sequences WHERE schemaname = 'bullmq' LIMIT 1`,
    );
    expect(rows.filter(({ jobs }) => jobs > 0)).toEqual([]);
  });

  it('a service loses no push when Redis is killed and started again under load, and resumes its work each time', async () => {
    const load = new Load(service, pushes, await manySubscribers(service, 200));
    const kills: number[] = [];
    load.begin(4);
    try {
      await eventually('answers before the first kill', () => load.successes.length >= 20);
      for (let round = 0; round < 3; round += 1) {
        // Randomises when Redis stops and restarts.
        await delay(randomInt(200, 800));
        kills.push(Date.now());
        await redis.kill();
        await delay(randomInt(0, 500));
        await redis.start();
        const person = await service.addLine();
        expect((await service.start(person)).status).toBe(201);
        await service.textedCode(person.phoneNumber);
      }
    } finally {
      await load.end();
    }
    expect(load.faults).toEqual([]);
    const late = load.flows.filter(({ course, id, startedAt }) => {
      if (course === 'pulled') return false;
      const arrival = pushes.of(id, 'wake')[0]?.at ?? Infinity;
      return arrival - Math.max(startedAt, ...kills.filter((kill) => kill < arrival)) > PATIENCE_SECONDS * 1000;
    });
    expect(late).toEqual([]);
  });

  it('while Redis is down, starts are answered without waiting for it, and their pushes are still sent', async () => {
    const subscribers = await manySubscribers(service, 10);
    const timed = async (person: TestPerson) => {
      const begun = performance.now();
      expect((await service.start(person)).status).toBe(201);
      return performance.now() - begun;
    };
    const usual = await timed(await service.addLine());
    await redis.kill();
    const times: number[] = [];
    for (const { person } of subscribers) times.push(await timed(person));
    // The quickest, because a busy machine delays one or another, and a wait for Redis delays them all.
    expect(Math.min(...times)).toBeLessThan(1_000 + 10 * usual);
    for (const { pushToken } of subscribers) await service.pushed(pushToken, 'wake');

    await redis.start();
    const [first] = subscribers;
    await service.codeOf(first!, service.pushesTo(first!.pushToken)[0]!.data['id']!);
    await service.pushed(first!.pushToken, 'code');
  });

  it('a process that is a worker sends its own deliveries without the queue', async () => {
    const alone = await TestService.start({ REDIS_URL: url });
    try {
      const before = (await queued(redis)).filter((name) => name === 'deliver').length;
      for (let starts = 0; starts < 5; starts += 1) {
        const person = await alone.addLine();
        expect((await alone.start(person)).status).toBe(201);
        await alone.textedCode(person.phoneNumber);
      }
      expect((await queued(redis)).filter((name) => name === 'deliver')).toHaveLength(before);
    } finally {
      await alone.stop();
    }
  });
});
