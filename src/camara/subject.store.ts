import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { OuterJoined } from '../database/statement-parts.ts';
import type { Line } from '../lines/line.entity.ts';
import type { CamaraMiss } from './camara-miss.entity.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';

/** The line of a number, with what is known about its changes, and the subscription that stands on it. */
export type SubjectRow = Pick<
  Line,
  'owner' | 'carrier' | 'holder' | 'version' | 'simChangedAt' | 'handsetChangedAt' | 'numberedAt' | 'knownSince'
> & {
  lineId: Line['id'];
  subscriptionId: Subscription['id'] | null;
  /** The database's clock. */
  now: Date;
};

/** What was found under a number. */
type Found = OuterJoined<Omit<SubjectRow, 'now'>> & Pick<SubjectRow, 'now'> & { misses: number };

const TODAY = `(now() AT TIME ZONE 'UTC')::date`;

const BY_NUMBER = statement(
  'camara_subject_by_number',
  `SELECT l.id AS "lineId", l.owner, l.carrier, l.holder, l.version, l.sim_changed_at AS "simChangedAt",
      l.handset_changed_at AS "handsetChangedAt", l.numbered_at AS "numberedAt", l.known_since AS "knownSince",
      s.id AS "subscriptionId", now() AS now,
      coalesce((SELECT m.count FROM camara_misses m WHERE m.client_id = $2 AND m.day = ${TODAY}), 0) AS misses
    FROM (VALUES (1)) one LEFT JOIN lines l ON l.phone_index = ANY($1) AND l.status <> 'terminated'
      LEFT JOIN subscriptions s ON s.line_id = l.id AND s.state <> 'cancelled'`,
);

const MISSED = statement(
  'camara_missed',
  `INSERT INTO camara_misses AS m (client_id, day, count) VALUES ($1, ${TODAY}, 1)
    ON CONFLICT (client_id, day) DO UPDATE SET count = m.count + 1 RETURNING m.count`,
);

const PURGE = statement('camara_misses_purge', `DELETE FROM camara_misses WHERE day < ${TODAY}`);

/** Reads the lines that CAMARA operations ask about. */
@Injectable()
export class SubjectStore {
  constructor(private readonly database: Database) {}

  /** Returns the line that now has the number of these indexes, and of how many numbers the client met no line today. */
  async byNumber(
    phoneIndexes: readonly Buffer[],
    clientId: string,
  ): Promise<{ row: SubjectRow | undefined; misses: number }> {
    const [found] = await this.database.rows<Found>(BY_NUMBER, [phoneIndexes, clientId]);
    const { misses = 0, ...row } = found ?? { lineId: null };
    return { row: row.lineId === null ? undefined : (row as SubjectRow), misses };
  }

  /** Counts a number that met no line. Returns how many the client has today. */
  async missed(clientId: string): Promise<number> {
    return (await this.database.rows<Pick<CamaraMiss, 'count'>>(MISSED, [clientId]))[0]?.count ?? 0;
  }

  /** Forgets the days before today. */
  async purge(): Promise<boolean> {
    await this.database.changed(PURGE, []);
    return false;
  }
}
