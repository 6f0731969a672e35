import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A consent is to one version of one document, by one channel, and may be withdrawn. */
export class ConsentsByDocument1764170000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE consents DROP CONSTRAINT consents_pkey;
      ALTER TABLE consents DROP CONSTRAINT consents_terms_check;
      ALTER TABLE consents RENAME terms TO version;
      ALTER TABLE consents ADD id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY;
      ALTER TABLE consents ADD document text NOT NULL DEFAULT 'terms'
        CHECK (document ~ '^(terms|privacy|optional-[a-z0-9-]{1,40})$');
      ALTER TABLE consents ADD channel text NOT NULL DEFAULT 'website'
        CHECK (channel IN ('website', 'call_centre', 'app'));
      -- The operator who read the documents aloud.
      ALTER TABLE consents ADD recorded_by text;
      ALTER TABLE consents ADD withdrawn_at timestamptz;
      ALTER TABLE consents ADD CONSTRAINT consents_version_check CHECK (version <> '');
      ALTER TABLE consents ADD CONSTRAINT read_aloud_by_somebody
        CHECK ((channel = 'call_centre') = (recorded_by IS NOT NULL));
      INSERT INTO consents (subscription_id, document, version, locale, at)
        SELECT subscription_id, 'privacy', version, locale, at FROM consents;
      ALTER TABLE consents ALTER document DROP DEFAULT;
      ALTER TABLE consents ALTER channel DROP DEFAULT;
      CREATE UNIQUE INDEX consents_one ON consents (subscription_id, document, version) WHERE withdrawn_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX consents_one;
      DELETE FROM consents WHERE document <> 'terms' OR withdrawn_at IS NOT NULL OR channel <> 'website';
      DELETE FROM consents c WHERE EXISTS (SELECT 1 FROM consents o
        WHERE o.subscription_id = c.subscription_id AND (o.at, o.id) > (c.at, c.id));
      ALTER TABLE consents DROP CONSTRAINT consents_version_check;
      ALTER TABLE consents DROP CONSTRAINT read_aloud_by_somebody;
      ALTER TABLE consents DROP id, DROP document, DROP channel, DROP recorded_by, DROP withdrawn_at;
      ALTER TABLE consents RENAME version TO terms;
      ALTER TABLE consents ADD CONSTRAINT consents_terms_check CHECK (terms <> '');
      ALTER TABLE consents ADD PRIMARY KEY (subscription_id);
    `);
  }
}
