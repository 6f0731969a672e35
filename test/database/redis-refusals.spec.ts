import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis.ts';
import { SilentProxy } from '../support/silent-proxy.ts';
import { TestService } from '../support/service.ts';

/** A start and its text message. */
async function expectDelivery(service: TestService): Promise<void> {
  const person = await service.addLine();
  expect((await service.start(person)).status).toBe(201);
  await service.textedCode(person.phoneNumber);
}

const isReady = async (service: TestService) =>
  (await fetch(`${service.process.announcement.management}/health/ready`)).status === 200;

/** The lines that the service logged. */
const linesOf = (service: TestService) => service.process.log().split('\n').filter(Boolean);

describeWith(REDIS_SERVER, 'Redis in cluster mode', () => {
  describe.each([1, 3])('with %i nodes', (size) => {
    let cluster: RedisCluster;
    let service: TestService;

    beforeAll(async () => {
      cluster = await RedisCluster.start(size);
      service = await TestService.start({ REDIS_URL: cluster.urls.at(-1)! });
    });
    afterAll(async () => {
      await service.stop();
      await cluster.remove();
    });

    it(`pushes and text messages go over a cluster of ${size}, with all keys in one slot`, async () => {
      await eventually('readiness', () => isReady(service));
      const { person, pushToken } = await service.subscriber();
      await service.start(person);
      await service.pushed(pushToken, 'wake');
      await expectDelivery(service);
      const keys = await cluster.keys();
      expect(keys).toContain('{pushguard}:handover:meta');
      expect(keys.filter((key) => !key.startsWith('{pushguard}:'))).toEqual([]);
      expect(service.process.log()).not.toMatch(/MOVED|CROSSSLOT/);
    });
  });
});

describeWith(REDIS_SERVER, 'a Redis that refuses commands', () => {
  let redis: RedisServer;
  let service: TestService;

  beforeAll(async () => {
    redis = await RedisServer.start();
    service = await TestService.start({ REDIS_URL: redis.url });
    await eventually('readiness', () => isReady(service));
  });
  afterAll(async () => {
    await service.stop();
    await redis.remove();
  });

  /** What Redis answers to the service, in addition to the commands of this test. */
  const callsOf = async () =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.ask('INFO stats'))?.[1] ?? Number.NaN);

  it('while Redis refuses its commands the service delivers, pauses its loops, and logs one line a minute', async () => {
    await expectDelivery(service);
    await redis.ask('ACL SETUSER default -@all +info +acl +ping');
    try {
      await eventually('not ready', async () => !(await isReady(service)));
      const [logged, called] = [linesOf(service).length, await callsOf()];
      const begun = performance.now();
      await expectDelivery(service);
      await expectDelivery(service);
      // A loop without pauses asks thousands of times a second.
      await delay(3_000);
      const seconds = (performance.now() - begun) / 1000;
      expect(((await callsOf()) - called) / seconds).toBeLessThan(50);
      expect(linesOf(service).length - logged).toBeLessThan(10);
    } finally {
      await redis.ask('ACL SETUSER default +@all');
    }
    await eventually('readiness', () => isReady(service));
    await expectDelivery(service);
  });
});

describeWith(REDIS_SERVER, 'a Redis that the service may not use at its start', () => {
  it('the service starts and delivers without its Redis, and takes it up when it is there', async () => {
    const redis = await RedisServer.start();
    await redis.ask('ACL SETUSER default -@all +acl');
    const service = await TestService.start({ REDIS_URL: redis.url });
    try {
      expect(await isReady(service)).toBe(false);
      await expectDelivery(service);
      await redis.ask('ACL SETUSER default +@all');
      await eventually('readiness', () => isReady(service));
      await expectDelivery(service);
      expect(await redis.ask('EXISTS {pushguard}:handover:meta')).toBe(':1\r\n');
      expect(linesOf(service).length).toBeLessThan(10);
    } finally {
      await service.stop();
      await redis.remove();
    }
  });

  it('a Redis that goes silent does not hold a delivery, and is taken up again', async () => {
    const redis = await RedisServer.start();
    const proxy = await SilentProxy.start(redis.url);
    const service = await TestService.start({ REDIS_URL: proxy.url });
    try {
      await eventually('readiness', () => isReady(service));
      proxy.silence();
      await expectDelivery(service);
      await eventually('not ready', async () => !(await isReady(service)));
      proxy.speak();
      await eventually('readiness', () => isReady(service));
      await expectDelivery(service);
    } finally {
      await service.stop();
      await proxy.stop();
      await redis.remove();
    }
  });
});
