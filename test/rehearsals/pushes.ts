import type pg from 'pg';
import { scrape } from '../support/exposition.ts';
import type { Scene } from './scene.ts';

/** The platforms of pushes, by the variables that name them. */
const PLATFORMS = ['FCM_ENDPOINT', 'APNS_ENDPOINT'] as const;

/** Swallows every byte of FCM and APNs, or passes them on again. */
export function silencePushes({ platforms }: Scene, isSilent: boolean): void {
  for (const name of PLATFORMS) {
    if (isSilent) platforms[name]?.silence();
    else platforms[name]?.speak();
  }
}

/** Attempts at pushes that failed for now, as the metrics of the workers count them. */
export async function countedFailures({ workers }: Scene): Promise<number> {
  const counts = await Promise.all(
    workers.map(async ({ management }) => {
      const metrics = await scrape(`http://127.0.0.1:${management}`);
      return metrics.value('pushguard_pushes_total', { outcome: 'retry' }) ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What became of pushes that failed: attempts, and the pushes that a later attempt delivered. */
export interface FailedPushes {
  /** By the metrics of the workers, which have no part in the database’s fate. */
  failedAttempts: number;
  /** Pushes that failed, and were accepted later. */
  pushesRepeated: number;
}

/** Compares what the workers counted with what the database has, and says what does not fit. */
export async function judgeFailedPushes(
  scene: Scene,
  pool: pg.Pool,
): Promise<{ pushes: FailedPushes; faults: string[] }> {
  const failedAttempts = await countedFailures(scene);
  const { rows } = await pool.query<{ attempts: number; pushesRepeated: number }>(
    `SELECT coalesce(sum(failed), 0)::int AS attempts,
        count(*) FILTER (WHERE failed > 0 AND accepted > 0)::int AS "pushesRepeated"
      FROM (SELECT count(*) FILTER (WHERE outcome = 'retry') AS failed, count(*) FILTER (WHERE outcome = 'accepted') AS accepted
        FROM push_answers GROUP BY delivery_id) pushes`,
  );
  const { attempts = 0, pushesRepeated = 0 } = rows[0] ?? {};
  const faults = [
    ...(failedAttempts > 0 ? [] : ['no push failed, so it showed nothing of failed pushes']),
    ...(failedAttempts >= attempts ? [] : [`the workers counted ${failedAttempts} failed pushes of ${attempts}`]),
    ...(pushesRepeated > 0 ? [] : ['no push that failed was delivered later']),
  ];
  return { pushes: { failedAttempts, pushesRepeated }, faults };
}
