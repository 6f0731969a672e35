import { eventually } from '../support/eventually.ts';
import { LONGEST_OUTAGE_SECONDS } from './cluster.ts';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';

await rehearse({
  name: 'partition',
  mostSecondsWithoutStarts: LONGEST_OUTAGE_SECONDS,
  help: `Makes a member silent under load: every process of it is stopped in its place (SIGSTOP), so that its connections
stay open and nothing answers. A silent primary is replaced, and wakes up as one that was; a silent standby holds each
commit up until Patroni gives it up. Then the member goes on (SIGCONT) and becomes the synchronous standby.`,
  of: ['primary', 'standby'],
  play: async (scene, of) => {
    const { cluster } = scene;
    await scene.playOn();
    const primary = await cluster.settled();
    const silent = of === 'primary' ? primary : cluster.other(primary);
    const rest = cluster.other(silent);
    scene.tell(`the ${of} is silent`, { member: silent.name });
    cluster.freeze(silent);
    await eventually('a primary', async () => (await cluster.primary()) === rest);
    if (of === 'primary') scene.tell('the standby is the primary', { member: rest.name });
    // Nothing is committed while the standby that has to confirm it is silent.
    await eventually('a primary without a synchronous standby', async () => {
      const [setting] = await cluster.sql<{ names: string }>(
        rest,
        `SELECT current_setting('synchronous_standby_names') AS names`,
      );
      return setting?.names === '';
    });
    scene.tell('the primary commits alone', { member: rest.name });
    await scene.servedSince(Date.now());
    scene.tell('starts are answered');
    cluster.thaw(silent);
    await cluster.settled();
    scene.tell('the member is the synchronous standby', { member: silent.name });
    await scene.playOn();
    await scene.rest();
    return { reconciled: await reconcile(scene.load, scene.service.database.pool) };
  },
});
