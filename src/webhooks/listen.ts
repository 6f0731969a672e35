import { statement } from '../database/statement.ts';

/**
 * Records the events of a client from now on, and that the client read them, so that the purge of this moment leaves it.
 * Requests of one client that add endpoints take turns at the row. The epoch of a restored database is above every one before
 * it, also for a client whose row is made anew: the feed goes on behind what it had.
 */
export const LISTEN = statement(
  'webhook_listen',
  `INSERT INTO webhook_listeners (client_id, epoch) SELECT $1, m.epoch FROM journal_mark m WHERE m.is_only
    ON CONFLICT (client_id) DO UPDATE SET read_at = now() RETURNING client_id`,
);
