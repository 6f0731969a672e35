import { reconcileUnrepeated } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';

/** How far the clocks of the two workers are from the others’. */
const SKEWS = ['+300s', '-300s'];

await rehearse({
  name: 'clocks',
  clock: true,
  help: `Replaces both workers by processes whose clocks are five minutes ahead and five minutes behind (libfaketime). Times that decide are
PostgreSQL’s, so every push and code arrives, and no request is repeated.`,
  play: async (scene) => {
    await scene.playOn();
    const { faketime } = scene.tools;
    for (const [at, worker] of scene.workers.entries()) {
      const skew = SKEWS[at] ?? '';
      await worker.stop();
      // Only the time of day is another one: pauses are measured by a clock that has no time of day.
      await worker.start({ LD_PRELOAD: faketime, FAKETIME: skew, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
      scene.tell('the clock of a worker is wrong', { process: worker.name, skew });
    }
    const { length: before } = scene.load.flows;
    await scene.playOn();
    await scene.rest();
    const reconciled = await reconcileUnrepeated(scene.load, scene.service.database.pool);
    return { flowsOfWrongClocks: reconciled.flows - before, reconciled };
  },
});
