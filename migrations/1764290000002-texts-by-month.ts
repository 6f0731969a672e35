import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';
import { type ByTime, partitionByTime, unpartition } from './partition-by-time.ts';

const TEXTS: ByTime = {
  table: 'text_messages',
  time: 'sent_at',
  bound: `(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC'`,
  indexes: [
    { name: 'authentication', on: '(authentication_id) WHERE authentication_id IS NOT NULL' },
    { name: 'codes', on: '(sent_at) WHERE authentication_id IS NOT NULL' },
    { name: 'line', on: '(line_id, sent_at) WHERE line_id IS NOT NULL' },
    { name: 'named', on: '(message_id) WHERE message_id IS NOT NULL' },
    { name: 'notice', on: '(notice_id) WHERE notice_id IS NOT NULL' },
  ],
  references: [{ column: 'notice_id', to: 'notices (id) ON DELETE CASCADE' }],
};

/**
 * Months of text messages: each code by SMS is one, kept as long as its authentication. The table as it was becomes the
 * first partition.
 */
export class TextsByMonth1764290000002 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'text_messages',
      mode: 'ACCESS EXCLUSIVE',
      because: 'makes the table the first partition of a new one, after another transaction has looked at its rows',
    },
    {
      table: 'notices',
      mode: 'ACCESS EXCLUSIVE',
      because: 'gives the foreign key to the new table, which looks at no row',
    },
  ] as const;

  /** Indexes are built concurrently. A text of several statements is one transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await partitionByTime(runner, TEXTS);
  }

  /** Copies every row back. */
  async down(runner: QueryRunner): Promise<void> {
    await unpartition(runner, TEXTS);
  }
}
