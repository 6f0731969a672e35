import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { startPair, type Pair } from '../support/fleet.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis.ts';
import { SilentProxy } from '../support/silent-proxy.ts';

/** A start and its text message. */
async function expectDelivery({ service }: Pair): Promise<void> {
  const person = await service.addLine();
  expect((await service.start(person)).status).toBe(201);
  await service.textedCode(person.phoneNumber);
}

async function isReady({ service, worker }: Pair): Promise<boolean> {
  const asked = [service.process, worker].map(({ announcement }) => fetch(`${announcement.management}/health/ready`));
  return (await Promise.all(asked)).every(({ status }) => status === 200);
}

/** The lines that both processes logged. */
const linesOf = ({ service, worker }: Pair) => (service.process.log() + worker.log()).split('\n').filter(Boolean);

describeWith(REDIS_SERVER, 'Redis in cluster mode', () => {
  describe.each([1, 3])('with %i nodes', (size) => {
    let cluster: RedisCluster;
    let pair: Pair;

    beforeAll(async () => {
      cluster = await RedisCluster.start(size);
      pair = await startPair({ REDIS_URL: cluster.urls.at(-1)! });
    });
    afterAll(async () => {
      await pair.stop();
      await cluster.remove();
    });

    it(`pushes and text messages go over a cluster of ${size}, with all keys in one slot`, async () => {
      await eventually('readiness', () => isReady(pair));
      const { service } = pair;
      const { person, pushToken } = await service.subscriber();
      await service.start(person);
      await service.pushed(pushToken, 'wake');
      await expectDelivery(pair);
      const keys = await cluster.keys();
      expect(keys).toContain('{pushguard}:handover:meta');
      expect(keys.filter((key) => !key.startsWith('{pushguard}:'))).toEqual([]);
      expect(linesOf(pair).join('\n')).not.toMatch(/MOVED|CROSSSLOT/);
    });
  });
});

describeWith(REDIS_SERVER, 'a Redis that refuses commands', () => {
  let redis: RedisServer;
  let pair: Pair;

  beforeAll(async () => {
    redis = await RedisServer.start();
    pair = await startPair({ REDIS_URL: redis.url });
    await eventually('readiness', () => isReady(pair));
  });
  afterAll(async () => {
    await pair.stop();
    await redis.remove();
  });

  /** What Redis answers to the service, in addition to the commands of this test. */
  const callsOf = async () =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.ask('INFO stats'))?.[1] ?? Number.NaN);

  it('while Redis refuses its commands the service delivers, pauses its loops, and logs one line a minute', async () => {
    await expectDelivery(pair);
    await redis.ask('ACL SETUSER default -@all +info +acl +ping');
    try {
      await eventually('not ready', async () => !(await isReady(pair)));
      const [logged, called] = [linesOf(pair).length, await callsOf()];
      const begun = performance.now();
      await expectDelivery(pair);
      await expectDelivery(pair);
      // A loop without pauses asks thousands of times a second.
      await delay(3_000);
      const seconds = (performance.now() - begun) / 1000;
      expect(((await callsOf()) - called) / seconds).toBeLessThan(50);
      expect(linesOf(pair).length - logged).toBeLessThan(20);
    } finally {
      await redis.ask('ACL SETUSER default +@all');
    }
    await eventually('readiness', () => isReady(pair));
    await expectDelivery(pair);
  });
});

describeWith(REDIS_SERVER, 'a Redis that the service may not use at its start', () => {
  it('the service starts and delivers without its Redis, and takes it up when it is there', async () => {
    const redis = await RedisServer.start();
    await redis.ask('ACL SETUSER default -@all +acl');
    const pair = await startPair({ REDIS_URL: redis.url });
    try {
      expect(await isReady(pair)).toBe(false);
      await expectDelivery(pair);
      await redis.ask('ACL SETUSER default +@all');
      await eventually('readiness', () => isReady(pair));
      await expectDelivery(pair);
      expect(await redis.ask('EXISTS {pushguard}:handover:meta')).toBe(':1\r\n');
      expect(linesOf(pair).length).toBeLessThan(40);
    } finally {
      await pair.stop();
      await redis.remove();
    }
  });

  it('a Redis that goes silent does not hold a delivery, and is taken up again', async () => {
    const redis = await RedisServer.start();
    const proxy = await SilentProxy.start(redis.url);
    const pair = await startPair({ REDIS_URL: proxy.url });
    try {
      await eventually('readiness', () => isReady(pair));
      proxy.silence();
      await expectDelivery(pair);
      await eventually('not ready', async () => !(await isReady(pair)));
      proxy.speak();
      await eventually('readiness', () => isReady(pair));
      await expectDelivery(pair);
    } finally {
      await pair.stop();
      await proxy.stop();
      await redis.remove();
    }
  });
});
