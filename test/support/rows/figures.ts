import type { Sql } from './sql.ts';

/** The figures of authentications. */
export class FigureRows {
  constructor(private readonly sql: Sql) {}

  /** How many answers “not me” are counted for a relying party. */
  async notMeOf(clientId: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      'SELECT coalesce(sum(answers), 0)::int AS count FROM not_me_counts WHERE client_id = $1',
      [clientId],
    );
    return row!.count;
  }

  /** Counts nine days of a busy service, and an answer “not me” of each hour for a relying party. */
  async fillDays(clientId: string): Promise<void> {
    await this.sql(
      `WITH hours AS (
          SELECT hour, 40 + abs(((extract(epoch FROM hour) / 3600)::int % 24) - 12) * 137 AS n
          FROM generate_series(date_trunc('hour', now(), 'UTC') - interval '9 days', date_trunc('hour', now(), 'UTC') - interval '1 hour',
            interval '1 hour') AS hour
        ), counted AS (
          INSERT INTO counted_hours SELECT hour, now() FROM hours ON CONFLICT (hour) DO UPDATE SET counted_at = excluded.counted_at
        ), service AS (
          INSERT INTO service_figures SELECT hour,
            jsonb_build_object('started', n, 'held', n / 50, 'handed', n * 19 / 20, 'answered', n * 17 / 20, 'opened', n * 4 / 5,
              'verified', n * 3 / 4),
            jsonb_build_object('fcm accepted', n, 'fcm unregistered', n / 40, 'fcm retry', n / 90, 'apns accepted', n / 2,
              'apns rejected', n / 200, 'webpush accepted', n / 20, 'webpush unregistered', n / 100)
          FROM hours ON CONFLICT (hour) DO UPDATE SET requests = excluded.requests, pushes = excluded.pushes
        ), denied AS (
          INSERT INTO not_me_counts SELECT c.id, hour, 1 + n::int % 7 FROM hours CROSS JOIN clients c WHERE c.client_id = $1
          ON CONFLICT (client_id, hour) DO NOTHING
        )
        INSERT INTO figures SELECT '00000000-0000-0000-0000-000000000000', hour, n + n / 10,
          jsonb_build_object('push', n, 'sms', n / 10),
          jsonb_build_object('verified', n * 3 / 4, 'expired', n / 4), jsonb_build_object('45', n / 3, '60', n / 3, '75', n / 12),
          1 + n::int % 7
        FROM hours ON CONFLICT (client_id, hour) DO UPDATE SET starts = excluded.starts, channels = excluded.channels,
          ends = excluded.ends, times = excluded.times, not_me = excluded.not_me`,
      [clientId],
    );
  }
}
