import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';

/** Megabytes of each server’s disk: a new cluster and its log take half of it. */
const DISK_MEGABYTES = 1_200;

await rehearse({
  name: 'disk',
  disk: DISK_MEGABYTES,
  help: `Fills the disks of both PostgreSQL servers under load, to the last byte, and empties them after --seconds. Nothing is answered that
could not be written, and the service goes on by itself. As root, because each server has a file system of its own.`,
  play: async (scene) => {
    const { cluster } = scene;
    await scene.playOn();
    const { length: before } = scene.load.repeated;
    for (const member of cluster.members) cluster.fill(member);
    scene.tell('both disks are full');
    await eventually('a request that is not served', () => scene.load.repeated.length > before, 300);
    scene.tell('requests are refused');
    await delay(scene.plan.seconds * 1_000);
    const emptied = Date.now();
    for (const member of cluster.members) await cluster.empty(member);
    scene.tell('both disks have room');
    await scene.servedSince(emptied);
    scene.tell('starts are answered');
    await cluster.settled();
    await scene.playOn();
    await scene.rest();
    return { reconciled: await reconcile(scene.load, scene.service.database.pool) };
  },
});
