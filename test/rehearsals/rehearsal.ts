import { parseArgs } from 'node:util';
import type { Course } from '../support/load.ts';
import type { Reconciled } from './reconcile.ts';
import { Scene, type Plan } from './scene.ts';
import { findTools, type Tools } from './tools.ts';

/** One rehearsal on a cluster. */
export interface Rehearsal {
  name: string;
  /** What it plays, for `--help`. */
  help: string;
  /** Whether it takes a backup, for which pgBackRest is needed. */
  backup?: boolean;
  /** Whether it gives processes another clock, for which libfaketime is needed. */
  clock?: boolean;
  /** Megabytes of the file system of its own that each server of the database has. Only root can mount it. */
  disk?: number;
  /** How far the flows go, in place of all courses in turn. */
  courses?: readonly Course[];
  /** Values of an option of its own, `--of`; the first one is the default. */
  of?: readonly string[];
  /** For one that takes `--minutes` in place of `--seconds`: the default. */
  minutes?: number;
  /** The longest time without a start that was answered; a longer one is a fault. */
  mostSecondsWithoutStarts?: number;
  /** The flows that start in a second unless `--flows` says so. */
  flowsPerSecond?: number;
  /** Plays it under the load that runs already; returns figures that are printed beside those of every rehearsal. */
  play: (scene: Scene, of: string) => Promise<{ reconciled: Reconciled } & Record<string, unknown>>;
}

/** Seconds between two starts of a rehearsal of which no caller is to notice anything, on a busy machine. */
export const UNNOTICED_SECONDS = 5;

const OPTIONS = `--flows=N     flows that start in a second; the default is 5, and 10 of a soak
--seconds=N   seconds of load before what is rehearsed, and after it; the default is 10
--minutes=N   of a soak and an outage: how long it lasts; the default is 30, and 10 of an outage
--redis       the queue on a Redis in cluster mode with three masters
--keep        keeps the directory with the logs and data of every program

Prints one line of JSON for each event, with the seconds since the beginning, and one with the result. Exit code: 0 when
every answer stands, nothing happened twice and no caller got a wrong answer; 1 otherwise; 2 wrong use, or a program is
missing.
`;

/** Reads the options, builds the cluster, plays the rehearsal, and ends all that it started, also on Ctrl-C. */
export async function rehearse(rehearsal: Rehearsal): Promise<void> {
  const { plan, of } = readPlan(rehearsal);
  const tools = toolsFor(rehearsal, plan);
  let scene: Scene | undefined;
  const interruption = new AbortController();
  const strike = (): void => {
    if (interruption.signal.aborted) return;
    interruption.abort();
    process.stderr.write('interrupted: every program is ended\n');
    void Promise.resolve(scene?.strike()).finally(() => process.exit(130));
  };
  process.on('SIGINT', strike).on('SIGTERM', strike);
  try {
    const { backup = false, disk, courses } = rehearsal;
    scene = await Scene.set(tools, plan, { backup, disk, courses, onScene: (one) => (scene = one) });
    scene.play();
    const { reconciled: found, ...more } = await rehearsal.play(scene, of);
    const reconciled = { ...found, faults: [...found.faults, ...outageFaults(rehearsal, found)] };
    const passed = reconciled.lost === 0 && reconciled.doubled === 0 && reconciled.faults.length === 0;
    const result = { rehearsal: rehearsal.name, ...(rehearsal.of && { of }), passed, ...more, ...reconciled };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    process.exitCode = passed ? 0 : 1;
  } catch (error) {
    if (!interruption.signal.aborted) process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    process.exitCode = 1;
  }
  // What an interruption ends, it ends alone.
  if (interruption.signal.aborted) return;
  await scene?.strike();
  // Flows of a rehearsal that failed would still repeat their requests.
  process.exit();
}

function outageFaults({ mostSecondsWithoutStarts: most }: Rehearsal, { secondsWithoutStarts }: Reconciled): string[] {
  if (most === undefined || secondsWithoutStarts <= most) return [];
  return [`no start was answered for ${secondsWithoutStarts} seconds, and ${most} are allowed`];
}

function toolsFor({ backup = false, clock = false, disk }: Rehearsal, { redis }: Plan): Tools {
  try {
    if (disk !== undefined && process.getuid?.() !== 0) throw new Error('Only root can give the servers small disks.');
    return findTools({ backup, redis, clock });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

function readPlan(rehearsal: Rehearsal): { plan: Plan; of: string } {
  const choices = rehearsal.of ?? [];
  const usage = [
    `npm run rehearse -- ${rehearsal.name}${choices.length > 0 ? ` [--of=${choices.join('|')}]` : ''} [options]`,
    '',
    rehearsal.help,
    '',
    OPTIONS,
  ].join('\n');
  const fail = (message: string): never => {
    process.stderr.write(`${message}\n\n${usage}`);
    process.exit(2);
  };
  try {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: {
        flows: { type: 'string', default: String(rehearsal.flowsPerSecond ?? 5) },
        seconds: { type: 'string', default: String((rehearsal.minutes ?? 0) * 60 || 10) },
        minutes: { type: 'string' },
        of: { type: 'string', default: choices[0] ?? '' },
        redis: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    if (values.minutes !== undefined && rehearsal.minutes === undefined)
      return fail(`${rehearsal.name} has no --minutes.`);
    const seconds = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60;
    const flowsPerSecond = Number(values.flows);
    if (!(flowsPerSecond > 0 && seconds > 0)) return fail('--flows, --seconds and --minutes are numbers above 0.');
    if (values.of !== '' && !choices.includes(values.of)) {
      return fail(choices.length > 0 ? `--of is ${choices.join(' or ')}.` : `${rehearsal.name} has no --of.`);
    }
    return { plan: { flowsPerSecond, seconds, redis: values.redis, keep: values.keep }, of: values.of };
  } catch (error) {
    return fail((error as Error).message);
  }
}
