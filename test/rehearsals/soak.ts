import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/exposition.ts';
import type { TestPerson } from '../support/service.ts';
import { reconcile } from './reconcile.ts';
import { rehearse } from './rehearsal.ts';
import type { Replica, Scene } from './scene.ts';
import { type Series, type Slope, slopeOf } from './slopes.ts';

/** Seconds between two samples. */
const SAMPLE_SECONDS = 5;
/** Seconds from one disturbance to the next. */
const ROUND_SECONDS = 20;
/** Seconds for which a platform is silent. An authentication lasts 180. */
const SILENCE_SECONDS = 15;
/** Milliseconds between two codes by SMS. */
const TEXT_MS = 2_000;

/**
 * How much each figure may grow from the second quarter of the run to the last. A leak of a request shows in thousands of
 * requests; what is allowed here is what a garbage collector, a pool and autovacuum move up and down.
 */
const BOUNDS = {
  memoryMegabytes: 40,
  files: 20,
  connections: 10,
  deadTuples: 50_000,
  deliveries: 100,
  logBytesPerSecond: 2_000,
};

await rehearse({
  name: 'soak',
  minutes: 30,
  flowsPerSecond: 10,
  help: `Plays load for --minutes. In turn, every 20 seconds: a worker is killed and started anew, FCM is silent for 15 seconds, an
API is killed and started anew, APNs is silent, the SMS centre is silent, an API and a worker are replaced by SIGTERM.
One API and one worker are left alone. Of these: memory and open files; of the database: connections, dead tuples and
deliveries that wait; and the bytes of all logs. Each is to stay within its bound, and each code by SMS to arrive.`,
  play: async (scene) => {
    await scene.servedSince(0);
    const samples = new Samples(scene);
    const texts = new Texts(scene);
    const until = performance.now() + scene.plan.seconds * 1_000;
    const isOver = (): boolean => performance.now() >= until;
    await Promise.all([samples.take(isOver), texts.send(isOver), disturb(scene, isOver)]);
    await scene.rest();
    const missing = await texts.missing();
    const slopes = samples.slopes();
    for (const slope of slopes) process.stdout.write(`${JSON.stringify(slope)}\n`);
    const reconciled = await reconcile(scene.load, scene.service.database.pool, texts.started);
    const faults = [
      ...reconciled.faults,
      ...slopes.filter(({ ok }) => !ok).map(({ figure, from, to }) => `${figure} grew from ${from} to ${to}`),
      ...missing.map((id) => `the code of ${id} did not arrive by SMS`),
    ];
    return { minutes: scene.plan.seconds / 60, texts: texts.started.size, reconciled: { ...reconciled, faults } };
  },
});

/** What goes wrong, in turn. */
async function disturb(scene: Scene, isOver: () => boolean): Promise<void> {
  const [api, worker] = [scene.apis[0], scene.workers[0]];
  if (!api || !worker) throw new Error('a scene has APIs and workers');
  const again = (replica: Replica) => async (): Promise<void> => {
    await replica.kill();
    await replica.start();
  };
  const anew = (replica: Replica) => async (): Promise<void> => {
    await replica.stop();
    await replica.start();
  };
  const silent = (name: string) => async (): Promise<void> => {
    scene.platforms[name]?.silence();
    await delay(SILENCE_SECONDS * 1_000);
    scene.platforms[name]?.speak();
  };
  const disturbances: [string, () => Promise<void>][] = [
    ['a worker is killed', again(worker)],
    ['FCM is silent', silent('FCM_ENDPOINT')],
    ['an API is killed', again(api)],
    ['APNs is silent', silent('APNS_ENDPOINT')],
    ['the SMS centre is silent', silent('SMPP_URL')],
    ['an API is replaced', anew(api)],
    ['a worker is replaced', anew(worker)],
  ];
  for (let turn = 0; !isOver(); turn += 1) {
    const [event, play] = disturbances[turn % disturbances.length] ?? [];
    scene.tell(event ?? '');
    await Promise.all([play?.(), delay(ROUND_SECONDS * 1_000)]);
  }
}

/** Codes by SMS to people who have no subscription. */
class Texts {
  readonly started = new Set<string>();
  readonly #numbers = new Map<string, string>();
  readonly #arrived = new Set<string>();

  constructor(private readonly scene: Scene) {
    scene.service.smsc.onReceived(({ to }) => this.#arrived.add(to));
  }

  async send(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const person = await this.scene.service.addLine();
      const id = await this.#start(person);
      this.started.add(id);
      this.#numbers.set(id, person.phoneNumber);
      await delay(TEXT_MS);
    }
  }

  /** The authentications whose code has not arrived. */
  async missing(): Promise<string[]> {
    const late = () => [...this.#numbers].filter(([, number]) => !this.#arrived.has(number)).map(([id]) => id);
    await eventually('every code by SMS', () => late().length === 0).catch(() => undefined);
    return late();
  }

  /** Repeats the start until it is answered, as a relying party does. */
  async #start(person: TestPerson): Promise<string> {
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    return eventually('a start by SMS', async () => {
      const answer = await this.scene.service.start(person, { headers }).catch(() => undefined);
      return answer?.status === 201 ? answer.body.id : undefined;
    });
  }
}

/** The figures of a run. */
class Samples {
  readonly #series = new Map<string, Series>();
  #loggedBefore = 0;

  constructor(private readonly scene: Scene) {}

  async take(isOver: () => boolean): Promise<void> {
    const startedAt = performance.now();
    while (!isOver()) {
      const at = (performance.now() - startedAt) / 1_000;
      for (const [name, value] of await this.#sample()) {
        const series = this.#series.get(name) ?? { name, points: [] };
        series.points.push({ at, value });
        this.#series.set(name, series);
      }
      await delay(SAMPLE_SECONDS * 1_000);
    }
  }

  slopes(): Slope[] {
    return [...this.#series.values()].map((series) => {
      const bound = BOUNDS[series.name.split(' ')[0] as keyof typeof BOUNDS];
      return slopeOf(series, bound);
    });
  }

  async #sample(): Promise<[string, number][]> {
    const { apis, workers, service } = this.scene;
    const figures: [string, number][] = [];
    for (const replica of [apis[1], workers[1]]) {
      if (!replica) continue;
      const exposed = await scrape(`http://127.0.0.1:${replica.management}`);
      figures.push(
        [`memoryMegabytes of ${replica.name}`, (exposed.value('process_resident_memory_bytes') ?? NaN) / 1e6],
        [`files of ${replica.name}`, exposed.value('process_open_fds') ?? NaN],
      );
    }
    const { rows } = await service.database.pool.query<{ connections: number; dead: number; deliveries: number }>(
      `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections,
         (SELECT sum(n_dead_tup)::int FROM pg_stat_user_tables) AS dead,
         (SELECT count(*)::int FROM deliveries) AS deliveries`,
    );
    const [row] = rows;
    if (!row) throw new Error('PostgreSQL has no figures');
    const logged = [...apis, ...workers].reduce((sum, one) => sum + one.logged, 0);
    figures.push(
      ['connections', row.connections],
      ['deadTuples', row.dead],
      ['deliveries', row.deliveries],
      ['logBytesPerSecond', (logged - this.#loggedBefore) / SAMPLE_SECONDS],
    );
    this.#loggedBefore = logged;
    return figures;
  }
}
