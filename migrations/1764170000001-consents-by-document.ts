import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';

/**
 * A consent is to one version of one document, by one channel, and may be withdrawn. No row is rewritten or copied: those
 * of the release before are `required`, one row for terms and privacy policy, and processes of that release go on
 * writing such rows while this one is rolled out.
 */
export class ConsentsByDocument1764170000001 implements MigrationInterface {
  /** PostgreSQL builds an index concurrently only outside of a transaction, which would also hold the lock of each change. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A run that was interrupted leaves what it has done. A default that is a constant rewrites no row.
    await briefly(
      runner,
      `ALTER TABLE consents
        ADD COLUMN IF NOT EXISTS document text NOT NULL DEFAULT 'required',
        ADD COLUMN IF NOT EXISTS channel text NOT NULL DEFAULT 'website',
        ADD COLUMN IF NOT EXISTS recorded_by text,
        ADD COLUMN IF NOT EXISTS withdrawn_at timestamptz,
        DROP CONSTRAINT IF EXISTS consents_document_check,
        DROP CONSTRAINT IF EXISTS consents_channel_check,
        DROP CONSTRAINT IF EXISTS read_aloud_by_somebody,
        ADD CONSTRAINT consents_document_check
          CHECK (document ~ '^(required|terms|privacy|optional-[a-z0-9-]{1,40})$') NOT VALID,
        ADD CONSTRAINT consents_channel_check CHECK (channel IN ('website', 'call_centre', 'app')) NOT VALID,
        -- The operator who read the documents aloud.
        ADD CONSTRAINT read_aloud_by_somebody CHECK ((channel = 'call_centre') = (recorded_by IS NOT NULL)) NOT VALID`,
    );
    for (const check of ['consents_document_check', 'consents_channel_check', 'read_aloud_by_somebody'])
      await runner.query(`ALTER TABLE consents VALIDATE CONSTRAINT ${check}`);
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS consents_one');
    await runner.query(`CREATE UNIQUE INDEX CONCURRENTLY consents_one ON consents (subscription_id, document, terms, channel)
      WHERE withdrawn_at IS NULL`);
    const [key] = (await runner.query(
      `SELECT array_length(conkey, 1) AS columns FROM pg_constraint WHERE conname = 'consents_pkey'`,
    )) as { columns: number }[];
    if (key?.columns === 3) return;
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS consents_key');
    await runner.query('CREATE UNIQUE INDEX CONCURRENTLY consents_key ON consents (subscription_id, document, at)');
    await briefly(
      runner,
      `ALTER TABLE consents DROP CONSTRAINT IF EXISTS consents_pkey,
        ADD CONSTRAINT consents_pkey PRIMARY KEY USING INDEX consents_key`,
    );
  }

  /** Keeps the first consent to the terms that stands. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX consents_one;
      DELETE FROM consents WHERE document NOT IN ('required', 'terms') OR withdrawn_at IS NOT NULL OR channel <> 'website';
      DELETE FROM consents c WHERE EXISTS (SELECT 1 FROM consents o
        WHERE o.subscription_id = c.subscription_id AND (o.at, o.document) < (c.at, c.document));
      ALTER TABLE consents DROP CONSTRAINT consents_pkey;
      ALTER TABLE consents DROP document, DROP channel, DROP recorded_by, DROP withdrawn_at, ADD PRIMARY KEY (subscription_id);
    `);
  }
}
