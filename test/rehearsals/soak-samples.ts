import { setTimeout as delay } from 'node:timers/promises';
import { scrape } from '../support/exposition.ts';
import type { Scene } from './scene.ts';
import { type Series, type Slope, slopeOf } from './slopes.ts';

/** Seconds between two samples. */
const SAMPLE_SECONDS = 5;

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

/** The figures of a run. */
export class Samples {
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
