import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/** Marks authentications that name a number and no person, which a relying party verifies and sees by CAMARA alone. */
export class NumberOnly1764340000001 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column with a constant default, which rewrites no row',
    },
    {
      table: 'past_authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column with a constant default, which rewrites no row',
    },
  ] as const;

  /** `briefly` needs to try again. A text of several statements is one transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(
      runner,
      `ALTER TABLE authentications ADD COLUMN IF NOT EXISTS number_only boolean NOT NULL DEFAULT false;
       ALTER TABLE past_authentications ADD COLUMN IF NOT EXISTS number_only boolean NOT NULL DEFAULT false;
       CREATE OR REPLACE VIEW authentication_records AS
         SELECT * FROM authentications UNION ALL SELECT * FROM past_authentications`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP VIEW authentication_records;
      ALTER TABLE authentications DROP COLUMN number_only;
      ALTER TABLE past_authentications DROP COLUMN number_only;
      CREATE VIEW authentication_records AS SELECT * FROM authentications UNION ALL SELECT * FROM past_authentications;
      ${grantAs('authentications', ['authentication_records'])}
    `);
  }
}
