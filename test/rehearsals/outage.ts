import { setTimeout as delay } from 'node:timers/promises';
import { reconcileUnrepeated } from './reconcile.ts';
import { rehearse, UNNOTICED_SECONDS } from './rehearsal.ts';
import type { Scene } from './scene.ts';

/** Seconds between two looks at what waits. */
const LOOK_SECONDS = 5;
/** Deliveries that may wait: two for each flow of the time for which an authentication lasts (180 s). */
const DELIVERIES_A_FLOW = 2 * 180;

await rehearse({
  name: 'outage',
  mostSecondsWithoutStarts: UNNOTICED_SECONDS,
  minutes: 10,
  courses: ['pulled'],
  help: `FCM and APNs swallow every byte for --minutes. People who open the app by themselves are verified all the same, and no request is
repeated; what waits stays bounded, for a push lives no longer than its authentication. Then both answer again.`,
  play: async (scene) => {
    await scene.servedSince(0);
    for (const name of ['FCM_ENDPOINT', 'APNS_ENDPOINT']) scene.platforms[name]?.silence();
    scene.tell('FCM and APNs are silent');
    const mostWaiting = await watch(scene, scene.plan.seconds);
    for (const name of ['FCM_ENDPOINT', 'APNS_ENDPOINT']) scene.platforms[name]?.speak();
    scene.tell('FCM and APNs answer', { mostWaiting });
    await scene.rest();
    const reconciled = await reconcileUnrepeated(scene.load, scene.service.database.pool);
    const most = DELIVERIES_A_FLOW * scene.plan.flowsPerSecond;
    const faults = [
      ...reconciled.faults,
      ...(mostWaiting <= most ? [] : [`${mostWaiting} deliveries waited, and ${most} may`]),
    ];
    return { minutes: scene.plan.seconds / 60, mostWaiting, reconciled: { ...reconciled, faults } };
  },
});

/** The most deliveries that waited at one time. */
async function watch({ service }: Scene, seconds: number): Promise<number> {
  let most = 0;
  for (const until = performance.now() + seconds * 1_000; performance.now() < until;) {
    const { rows } = await service.database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM deliveries',
    );
    most = Math.max(most, rows[0]?.count ?? 0);
    await delay(LOOK_SECONDS * 1_000);
  }
  return most;
}
