import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Languages in their notation (BCP 47): which of them there are is a matter of the texts, not of the schema. */
export class Languages1763973000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE windows DROP CONSTRAINT windows_locale_check,
        ADD CONSTRAINT windows_locale_check CHECK (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
      ALTER TABLE consents DROP CONSTRAINT consents_locale_check,
        ADD CONSTRAINT consents_locale_check CHECK (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE windows DROP CONSTRAINT windows_locale_check,
        ADD CONSTRAINT windows_locale_check CHECK (locale IN ('ko', 'en'));
      ALTER TABLE consents DROP CONSTRAINT consents_locale_check,
        ADD CONSTRAINT consents_locale_check CHECK (locale IN ('ko', 'en'));
    `);
  }
}
