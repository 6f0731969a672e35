/**
 * SQL that records the events of a client from now on, and that it read them. The epoch of a restored database is above
 * every one before it, also for a client whose row is made anew: the feed goes on behind what it had.
 */
export function listen(clientId: string): string {
  return `INSERT INTO webhook_listeners (client_id, epoch) SELECT ${clientId}, m.epoch FROM journal_mark m WHERE m.is_only
    ON CONFLICT (client_id) DO UPDATE SET read_at = now()`;
}
