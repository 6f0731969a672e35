import { eventually } from '../support/eventually.ts';
import { LONGEST_OUTAGE_SECONDS } from './cluster.ts';
import { countedFailures, judgeFailedPushes, silencePushes } from './pushes.ts';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';

await rehearse({
  name: 'failover',
  mostSecondsWithoutStarts: LONGEST_OUTAGE_SECONDS,
  help: `Kills the primary under load, with every process of it and its Patroni, as a machine that loses its power, while FCM and APNs
swallow every byte. The synchronous standby takes its place; then both platforms answer, and pushes that failed arrive; then the
killed member comes back as the synchronous standby of the new primary.`,
  play: async (scene) => {
    const { cluster } = scene;
    await scene.playOn();
    const killed = await cluster.settled();
    silencePushes(scene, true);
    await eventually('a push that failed', async () => (await countedFailures(scene)) > 0);
    scene.tell('FCM and APNs are silent');
    const at = Date.now();
    scene.tell('the primary is killed', { member: killed.name });
    await cluster.kill(killed);
    const next = cluster.other(killed);
    await eventually('another primary', async () => (await cluster.primary()) === next);
    const secondsToPromotion = secondsSince(at);
    scene.tell('the standby is the primary', { member: next.name });
    silencePushes(scene, false);
    scene.tell('FCM and APNs answer');
    await scene.servedSince(Date.now());
    scene.tell('starts are answered');
    cluster.startMember(killed);
    await cluster.settled();
    scene.tell('the killed member is the synchronous standby', { member: killed.name });
    await scene.playOn();
    await scene.rest();
    const { pool } = scene.service.database;
    const reconciled = await reconcile(scene.load, pool);
    const { pushes, faults } = await judgeFailedPushes(scene, pool);
    return { secondsToPromotion, ...pushes, reconciled: { ...reconciled, faults: [...reconciled.faults, ...faults] } };
  },
});

function secondsSince(time: number): number {
  return Math.round((Date.now() - time) / 100) / 10;
}
