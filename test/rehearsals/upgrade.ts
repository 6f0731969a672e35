import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { accessToken } from '../bench/candidates.ts';
import { type Flow, mainFlow } from '../bench/flow.ts';
import { makePeople, type Person, seedService } from '../bench/population.ts';
import { type Served, Stage } from '../bench/stage.ts';
import { Balancer } from './balancer.ts';
import { SteadyLoad, type StepLoad } from './steady-load.ts';

const USAGE = `npm run rehearse -- upgrade --against=CHECKOUT [--flows=20] [--seconds=8]

Upgrades a running service from the build of another checkout to the one of this checkout, while whole flows are played at
a steady pace (--flows a second): npm run migrate -- up, then a new API beside the old one, the old API out, a new worker
beside the old one, the old worker out. Each state lasts for --seconds. Both checkouts are built.

Prints one line of JSON for each step (flows, failures, milliseconds) and one for all. Exit code: 0 when no flow failed, 1
otherwise, 2 wrong use.
`;

/** The build of this checkout. */
const BUILD = join(import.meta.dirname, '../..');
/** The steps that follow one another, with time for each process to start. */
const STEPS = 8;

/** Milliseconds for which a token is used; it is good for five minutes. */
const TOKEN_MS = 120_000;

interface Plan {
  against: string;
  flowsPerSecond: number;
  seconds: number;
}

/** The parts of a running service that the steps replace. */
interface Scene {
  stage: Stage;
  balancer: Balancer;
  databaseUrl: string;
  load: SteadyLoad;
  plan: Plan;
}

async function rehearse(plan: Plan): Promise<boolean> {
  let failures: number;
  const stage = await Stage.set(null);
  const strike = (): void => void stage.strike().finally(() => process.exit(130));
  process.once('SIGINT', strike).once('SIGTERM', strike);
  try {
    const balancer = await Balancer.listen();
    stage.onStrike(() => balancer.close());
    const databaseUrl = await stage.createDatabase('upgraded');
    const old = join(plan.against, 'dist');
    // The API of a release before migrates at its start.
    const api = await serve(stage, balancer, databaseUrl, { ROLE: 'api', build: old });
    balancer.add(api.origin);
    const worker = await serve(stage, balancer, databaseUrl, { ROLE: 'worker', build: old });
    const people = makePeople(Math.ceil(plan.flowsPerSecond * plan.seconds * STEPS * 2));
    await seedService(databaseUrl, { people, phones: stage.phones, keys: stage.keys });
    const load = startLoad(stage, balancer, api, { people, plan });
    try {
      await upgrade({ stage, balancer, databaseUrl, load, plan }, { api, worker });
    } finally {
      // Also tells how far it came when a step failed.
      await load.end();
      failures = report(load.steps);
    }
    return failures === 0;
  } finally {
    process.off('SIGINT', strike).off('SIGTERM', strike);
    await stage.strike();
  }
}

/** Starts a process of the service behind the balancer’s address. One of the new release migrates nothing. */
function serve(
  stage: Stage,
  { origin }: Balancer,
  databaseUrl: string,
  { ROLE, build }: { ROLE: 'api' | 'worker'; build: string },
): Promise<Served> {
  return stage.serve(databaseUrl, { ROLE, ISSUER: origin, MIGRATE_ON_START: 'false' }, build);
}

function startLoad(
  stage: Stage,
  { origin }: Balancer,
  api: Served,
  { people, plan }: { people: readonly Person[]; plan: Plan },
): SteadyLoad {
  const http = new Pool(origin, { connections: 128, pipelining: 1 });
  stage.onStrike(() => http.destroy());
  const { phones, arrivals } = stage;
  let token: { value: Promise<string>; until: number } | undefined;
  const flow: Flow = async (person) => {
    if (!token || token.until < Date.now()) {
      token = { value: accessToken({ ...api, http }), until: Date.now() + TOKEN_MS };
    }
    return mainFlow({ origin, http, phones, arrivals }, await token.value)(person);
  };
  let at = 0;
  const next = (): Person => {
    const person = people[at % people.length];
    at += 1;
    if (!person) throw new Error('nobody is there to play');
    return person;
  };
  return new SteadyLoad(flow, next, plan.flowsPerSecond);
}

async function upgrade(
  { stage, balancer, databaseUrl, load, plan }: Scene,
  old: { api: Served; worker: Served },
): Promise<void> {
  const during = async (name: string, work: () => Promise<unknown> = () => delay(plan.seconds * 1_000)) => {
    load.begin(name);
    await work();
  };
  const start = (ROLE: 'api' | 'worker') => serve(stage, balancer, databaseUrl, { ROLE, build: BUILD });
  await during('the release before');
  await during('migrate up', () => migrateUp(databaseUrl));
  await during('the release before on the new schema');
  let next: Served | undefined;
  await during('a new API starts', async () => {
    next = await start('api');
    balancer.add(next.origin);
  });
  await during('both APIs, old worker');
  await during('the old API stops', async () => {
    await balancer.remove(old.api.origin);
    await old.api.stop();
  });
  await during('new API, old worker');
  await during('a new worker starts', () => start('worker'));
  await during('both workers');
  await during('the old worker stops', () => old.worker.stop());
  await during('this release');
}

/** Runs the command of this release as an operator does. */
async function migrateUp(DATABASE_URL: string): Promise<void> {
  const program = join(BUILD, 'src/commands/migrate.js');
  const env = { PATH: process.env['PATH'], DATABASE_URL };
  const child = spawn(process.execPath, [program, 'up'], { env, stdio: ['ignore', 2, 'inherit'] });
  const code = await new Promise((ended) => child.once('exit', ended));
  if (code !== 0) throw new Error(`migrate up ended with ${String(code)}`);
}

/** Prints the figures of each step and of all, and returns how many flows failed. */
function report(steps: readonly StepLoad[]): number {
  const line = (name: string, seconds: number, some: readonly StepLoad[]): number => {
    const all = some.flatMap(({ flows }) => flows);
    const failures = some.flatMap((step) => step.failures);
    const starts = all.map(({ start }) => start).sort((one, other) => one - other);
    const startP99 = starts[Math.min(starts.length - 1, Math.floor(starts.length * 0.99))] ?? null;
    const figures = { flows: all.length, failures: failures.length, seconds, startP99 };
    const rounded = Object.entries(figures).map(([key, value]) => [key, value && Math.round(value * 10) / 10]);
    const reasons = failures.length > 0 ? { reasons: [...new Set(failures)].slice(0, 5) } : {};
    process.stdout.write(`${JSON.stringify({ step: name, ...Object.fromEntries(rounded), ...reasons })}\n`);
    return failures.length;
  };
  for (const step of steps) line(step.name, step.seconds, [step]);
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  return line('all', seconds, steps);
}

function readPlan(): Plan {
  const fail = (message: string): never => {
    process.stderr.write(`${message}\n\n${USAGE}`);
    process.exit(2);
  };
  try {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: {
        against: { type: 'string' },
        flows: { type: 'string', default: '20' },
        seconds: { type: 'string', default: '8' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const { against } = values;
    if (against === undefined) return fail('Give the other checkout: --against=CHECKOUT.');
    const [flowsPerSecond, seconds] = [Number(values.flows), Number(values.seconds)];
    if (!(flowsPerSecond > 0 && seconds > 0)) return fail('--flows and --seconds are numbers above 0.');
    return { against: resolve(against), flowsPerSecond, seconds };
  } catch (error) {
    return fail((error as Error).message);
  }
}

if (!(await rehearse(readPlan()))) process.exitCode = 1;
