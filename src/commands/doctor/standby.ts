import { setTimeout as delay } from 'node:timers/promises';
import { connectTo, ORDINARY, type DatabaseClient } from '../../database/database-client.ts';
import { OLDEST_MS } from '../../database/standby.ts';
import { note, ok, reasonOf, wrong, type Line } from './line.ts';

interface Standing {
  isStandby: boolean;
  /** Which cluster and which database it is. */
  identity: string;
  /** Null on a server that is no standby. */
  isBehind: boolean | null;
}

const STANDING = `SELECT pg_is_in_recovery() AS "isStandby",
    (SELECT system_identifier::text FROM pg_control_system()) || '/' || current_database() AS identity,
    CASE WHEN pg_is_in_recovery() AND $1::pg_lsn IS NOT NULL THEN pg_last_wal_replay_lsn() < $1 END AS "isBehind"`;

const POSITION = 'SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END AS position';

/** Milliseconds between two looks at a standby that is behind. */
const PAUSE_MS = 100;
const NAME = 'DATABASE_READ_URL';

/** Tries the standby for reads beside the database, which `primary` is connected to. */
export async function standbyLine(url: string, primary: DatabaseClient): Promise<Line> {
  let standby: DatabaseClient;
  try {
    standby = await connectTo(url, ORDINARY);
  } catch (error) {
    return note(NAME, `cannot be reached: ${reasonOf(error)}`, 'The primary answers all reads until it can.');
  }
  try {
    const [asked] = (await primary.query<{ position: string | null }>(POSITION)).rows;
    const look = async (client: DatabaseClient) =>
      (await client.query<Standing>(STANDING, [asked?.position ?? null])).rows[0];
    const [own, beside] = [await look(primary), await look(standby)];
    if (!beside || own?.identity !== beside.identity)
      return wrong(NAME, 'leads to another server or database than DATABASE_URL', `Correct ${NAME}.`);
    if (!beside.isStandby)
      return note(NAME, 'leads to a primary, so it is not asked', `Let ${NAME} lead to a standby.`);
    for (const begun = performance.now(); performance.now() - begun < OLDEST_MS;) {
      if ((await look(standby))?.isBehind === false) return ok(NAME, 'leads to a standby that has caught up');
      await delay(PAUSE_MS);
    }
    return note(NAME, 'is more than two seconds behind, so it is not asked', 'Look at its replication.');
  } finally {
    void standby.end().catch(() => undefined);
  }
}
