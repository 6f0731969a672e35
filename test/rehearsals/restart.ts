import { reconcileUnrepeated } from './reconcile.ts';
import { rehearse, UNNOTICED_SECONDS } from './rehearsal.ts';

await rehearse({
  name: 'restart',
  mostSecondsWithoutStarts: UNNOTICED_SECONDS,
  help: `Replaces each API and then each worker under load, one by one: SIGTERM, wait for its end, start it again, wait until it
is ready. No request is to be repeated, because a stopping API serves until HAProxy has noticed.`,
  play: async (scene) => {
    await scene.playOn();
    for (const replica of [...scene.apis, ...scene.workers]) {
      await replica.stop();
      scene.tell('a process ended', { process: replica.name });
      await replica.start();
      scene.tell('its successor is ready', { process: replica.name });
    }
    await scene.playOn();
    await scene.rest();
    return { reconciled: await reconcileUnrepeated(scene.load, scene.service.database.pool) };
  },
});
