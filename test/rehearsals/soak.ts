import { setTimeout as delay } from 'node:timers/promises';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';
import type { Replica, Scene } from './scene.ts';
import { Samples } from './soak-samples.ts';
import { Texts } from './soak-texts.ts';

/** Seconds from one disturbance to the next. */
const ROUND_SECONDS = 20;
/** Seconds for which a platform is silent. An authentication lasts 180. */
const SILENCE_SECONDS = 15;

await rehearse({
  name: 'soak',
  minutes: 30,
  flowsPerSecond: 10,
  help: `Plays load for --minutes. In turn, every 20 seconds: a worker is killed and started anew, FCM is silent for 15 seconds, an
API is killed and started anew, APNs is silent, the SMS centre is silent, an API and a worker are replaced by SIGTERM.
One API and one worker are left alone. Of these: memory and open files; of the database: connections, dead tuples and
deliveries that wait; and the bytes of all logs. Each is to stay within its bound, and each code by SMS to arrive.`,
  play: async (scene) => {
    await scene.servedSince(0);
    const samples = new Samples(scene);
    const texts = new Texts(scene);
    const until = performance.now() + scene.plan.seconds * 1_000;
    const isOver = (): boolean => performance.now() >= until;
    await Promise.all([samples.take(isOver), texts.send(isOver), disturb(scene, isOver)]);
    await scene.rest();
    const missing = await texts.missing();
    const slopes = samples.slopes();
    for (const slope of slopes) process.stdout.write(`${JSON.stringify(slope)}\n`);
    const reconciled = await reconcile(scene.load, scene.service.database.pool, texts.started);
    const faults = [
      ...reconciled.faults,
      ...slopes.filter(({ ok }) => !ok).map(({ figure, from, to }) => `${figure} grew from ${from} to ${to}`),
      ...missing.map((id) => `the code of ${id} did not arrive by SMS`),
    ];
    return { minutes: scene.plan.seconds / 60, texts: texts.started.size, reconciled: { ...reconciled, faults } };
  },
});

/** What goes wrong, in turn. */
async function disturb(scene: Scene, isOver: () => boolean): Promise<void> {
  const [api, worker] = [scene.apis[0], scene.workers[0]];
  if (!api || !worker) throw new Error('a scene has APIs and workers');
  const again = (replica: Replica) => async (): Promise<void> => {
    await replica.kill();
    await replica.start();
  };
  const anew = (replica: Replica) => async (): Promise<void> => {
    await replica.stop();
    await replica.start();
  };
  const silent = (name: string) => async (): Promise<void> => {
    scene.platforms[name]?.silence();
    await delay(SILENCE_SECONDS * 1_000);
    scene.platforms[name]?.speak();
  };
  const disturbances: [string, () => Promise<void>][] = [
    ['a worker is killed', again(worker)],
    ['FCM is silent', silent('FCM_ENDPOINT')],
    ['an API is killed', again(api)],
    ['APNs is silent', silent('APNS_ENDPOINT')],
    ['the SMS centre is silent', silent('SMPP_URL')],
    ['an API is replaced', anew(api)],
    ['a worker is replaced', anew(worker)],
  ];
  for (let turn = 0; !isOver(); turn += 1) {
    const [event, play] = disturbances[turn % disturbances.length] ?? [];
    scene.tell(event ?? '');
    await Promise.all([play?.(), delay(ROUND_SECONDS * 1_000)]);
  }
}
