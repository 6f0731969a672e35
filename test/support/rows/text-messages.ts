import type { Sql } from './sql.ts';

/** Reads what is stored of text messages. */
export class TextMessageRows {
  constructor(private readonly sql: Sql) {}

  /** The states of an authentication's messages, oldest first. */
  async statesOf(authenticationId: string): Promise<string[]> {
    const rows = await this.sql<{ state: string }>(
      'SELECT state FROM text_messages WHERE authentication_id = $1 ORDER BY id',
      [authenticationId],
    );
    return rows.map(({ state }) => state);
  }

  /** The number of receipts that wait for a message. */
  async waitingReceipts(): Promise<number> {
    const [row] = await this.sql<{ count: string }>('SELECT count(*) FROM sms_receipts');
    return Number(row?.count);
  }

  /** Moves an authentication's messages to where an authentication is no longer kept. */
  outlive(authenticationId: string): Promise<unknown> {
    return this.sql(`UPDATE text_messages SET sent_at = sent_at - interval '731 days' WHERE authentication_id = $1`, [
      authenticationId,
    ]);
  }

  /** Moves the receipts that wait an hour into the past. */
  ageReceipts(): Promise<unknown> {
    return this.sql(`UPDATE sms_receipts SET received_at = received_at - interval '1 hour'`);
  }
}
