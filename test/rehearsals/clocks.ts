import { reconcileUnrepeated } from './reconcile.ts';
import { rehearse, UNNOTICED_SECONDS } from './rehearsal.ts';
import type { Replica } from './scene.ts';

/** Seconds by which the clocks of the two workers are ahead of the others’. */
const SKEWS = [300, -300];
/** Seconds by which what a process says may differ from that: `Date` has whole seconds, and takes its way. */
const TOLERANCE_SECONDS = 5;

await rehearse({
  name: 'clocks',
  mostSecondsWithoutStarts: UNNOTICED_SECONDS,
  clock: true,
  help: `Replaces both workers by processes whose clocks are five minutes ahead and five minutes behind (libfaketime). Times that decide are
PostgreSQL’s, so every push and code arrives, and no request is repeated.`,
  play: async (scene) => {
    await scene.playOn();
    const { faketime } = scene.tools;
    for (const [at, worker] of scene.workers.entries()) {
      const skew = SKEWS[at] ?? 0;
      await worker.stop();
      // Only the time of day is another one: pauses are measured by a clock that has no time of day.
      const FAKETIME = `${skew > 0 ? '+' : ''}${skew}s`;
      await worker.start({ LD_PRELOAD: faketime, FAKETIME, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
      scene.tell('the clock of a worker is wrong', { process: worker.name, seconds: await secondsAhead(worker) });
    }
    const { length: before } = scene.load.flows;
    await scene.playOn();
    await scene.rest();
    const reconciled = await reconcileUnrepeated(scene.load, scene.service.database.pool);
    const secondsWrong = await Promise.all(scene.workers.map(secondsAhead));
    const faults = [...reconciled.faults, ...secondsWrong.flatMap(clockFaults)];
    return { flowsOfWrongClocks: reconciled.flows - before, secondsWrong, reconciled: { ...reconciled, faults } };
  },
});

/** Seconds by which a process says that it is ahead of this one: the `Date` of its answers is by its own clock. */
async function secondsAhead({ management }: Replica): Promise<number> {
  const { headers, body } = await fetch(`http://127.0.0.1:${management}/health/live`);
  await body?.cancel();
  return Math.round((Date.parse(headers.get('date') ?? '') - Date.now()) / 1_000);
}

/** Without its clock being wrong, a worker shows nothing. NaN is no clock either. */
function clockFaults(seconds: number, at: number): string[] {
  const skew = SKEWS[at] ?? 0;
  if (Math.abs(seconds - skew) <= TOLERANCE_SECONDS) return [];
  return [`the clock of worker ${at + 1} is ${seconds} seconds ahead, and ${skew} were to be`];
}
