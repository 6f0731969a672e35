import { setTimeout as delay } from 'node:timers/promises';
import type { Flow } from '../support/load.ts';
import type { Subscriber } from '../support/service.ts';
import { reconcile, statesOf } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';
import type { Scene } from './scene.ts';

/** States in which no code is accepted. */
const CLOSED = new Set(['verified', 'declined', 'cancelled', 'expired', 'failed']);

await rehearse({
  name: 'restore',
  backup: true,
  help: `Takes a backup by pgBackRest under load, with the archive of the log; plays on; destroys both members with their data;
restores to a point in time before the end (Patroni's own bootstrap runs pgBackRest); runs after-restore with the
journal of the processes, without which the service refuses to start; and goes on. A phone is reported lost after
the point in time: its subscription stays suspended. What was answered before the point in time stands, and nothing
that was spent after it is open again.`,
  play: async (scene) => {
    const { cluster, backups, service } = scene;
    const { pool } = service.database;
    if (!backups) throw new Error('this rehearsal takes a backup');
    const lost = await service.subscriber();
    await backups.take(await cluster.settled());
    scene.tell('the backup is taken');
    await scene.playOn();

    const { target, ms } = await now(scene);
    scene.tell('the point in time', { target });
    await service.operate(lost.subscriptionId, 'report-loss');
    await scene.playOn();
    await scene.rest();
    const before = scene.load;
    for (const replica of [...scene.apis, ...scene.workers]) await replica.kill();
    await backups.archiveAll(await cluster.settled());

    const destroyedAt = Date.now();
    scene.tell('both members are destroyed');
    backups.restoreUntil(target);
    await cluster.rebuild();
    scene.tell('the cluster is restored');
    const refusal = await refusalOf(scene);
    const dryRun = await scene.command('after-restore', `--journal=${scene.journal}`, '--dry-run');
    const done = await scene.command('after-restore', `--journal=${scene.journal}`);
    scene.tell('after-restore ran', { says: done.trim().split('\n') });
    // Its counts of what is closed and voided do not depend on whether it is a dry run.
    const sameInDryRun = dryRun.split('\n').slice(0, -2).join() === done.split('\n').slice(0, -2).join();

    const states = await statesOf(pool);
    const stood = (flow: Flow): boolean => flow.startedAt < ms;
    const gone = before.flows.filter(({ id }) => !states.has(id));
    const open = before.flows.filter(({ id }) => states.has(id) && !CLOSED.has(states.get(id) ?? ''));
    const wrong = before.flows.filter((flow) => stood(flow) && !isRight(flow, states.get(flow.id), ms));

    await Promise.all([...scene.apis, ...scene.workers].map((replica) => replica.start()));
    const secondsOfRestore = Math.round((Date.now() - destroyedAt) / 100) / 10;
    scene.tell('the service is ready');
    const suspended = await isSuspended(scene, lost);
    const known = new Set(states.keys());
    await scene.newLoad();
    scene.play();
    await scene.playOn();
    await scene.rest();
    const after = await reconcile(scene.load, pool, known);
    const faults = [
      ...before.faults,
      ...after.faults,
      ...(refusal.includes('after-restore') ? [] : [`the service started on a restored database: ${refusal}`]),
      ...(suspended ? [] : ['the lost phone’s subscription is open again']),
      ...(sameInDryRun ? [] : ['the dry run said something else']),
      ...(gone.length > 0 ? [] : ['nothing was lost by the restore, so it showed nothing']),
      ...open.map(({ id }) => `${id} is open again`),
    ];
    const reconciled = { ...after, lost: after.lost + wrong.length, faults };
    const flowsBefore = before.flows.filter(stood).length;
    return { flowsBefore, flowsOfTheGap: gone.length, secondsOfRestore, reconciled };
  },
});

/** The present by PostgreSQL, between two commits of the load: as it writes times, and in milliseconds. */
async function now({ service }: Scene): Promise<{ target: string; ms: number }> {
  const { rows } = await service.database.pool.query<{ target: string; ms: number }>(
    'SELECT t::text AS target, extract(epoch FROM t)::float8 * 1000 AS ms FROM clock_timestamp() t',
  );
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL has no time');
  // The commits of answers that are on their way lie before it.
  await delay(1_000);
  return row;
}

/** Whether a flow that was started before the point in time is as its answers before it said, or voided. */
function isRight({ course, closedAt = Infinity, accepted }: Flow, state: string | undefined, ms: number): boolean {
  if (closedAt >= ms) return state !== undefined && CLOSED.has(state);
  return state === (course === 'declined' || course === 'cancelled' ? course : accepted > 0 ? 'verified' : 'cancelled');
}

/** Why an API does not start. */
async function refusalOf({ apis }: Scene): Promise<string> {
  return (
    (await apis[0]?.start().then(
      () => 'it is ready',
      (error: unknown) => (error as Error).message,
    )) ?? ''
  );
}

async function isSuspended({ service }: Scene, { subscriptionId }: Subscriber): Promise<boolean> {
  const { rows } = await service.database.pool.query<{ state: string }>(
    'SELECT state FROM subscriptions WHERE id = $1',
    [subscriptionId],
  );
  return rows[0]?.state === 'suspended';
}
