import { eventually } from '../support/eventually.ts';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';

await rehearse({
  name: 'failover',
  help: `Kills the primary under load, with every process of it and its Patroni, as a machine that loses its power. The
synchronous standby takes its place; then the killed member comes back as the synchronous standby of the new primary.`,
  play: async (scene) => {
    const { cluster } = scene;
    await scene.playOn();
    const killed = await cluster.settled();
    const at = Date.now();
    scene.tell('the primary is killed', { member: killed.name });
    await cluster.kill(killed);
    const next = cluster.other(killed);
    await eventually('another primary', async () => (await cluster.primary()) === next);
    const secondsToPromotion = secondsSince(at);
    scene.tell('the standby is the primary', { member: next.name });
    await scene.servedSince(Date.now());
    scene.tell('starts are answered');
    cluster.startMember(killed);
    await cluster.settled();
    scene.tell('the killed member is the synchronous standby', { member: killed.name });
    await scene.playOn();
    await scene.rest();
    return { secondsToPromotion, reconciled: await reconcile(scene.load, scene.service.database.pool) };
  },
});

function secondsSince(time: number): number {
  return Math.round((Date.now() - time) / 100) / 10;
}
