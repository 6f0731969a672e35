import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

const CHANNELS = `channel IN ('push', 'sms', 'otp', 'sign', 'approve')`;
const OLD_CHANNELS = `channel IN ('push', 'sms', 'otp', 'sign')`;

/**
 * The method `approve`, the two digits that a page shows and the person types into the app, and the flow that started an
 * authentication or opened a window. The checks of the open
 * authentications are validated in a transaction of their own. The first partition of the past, which was the table before,
 * loses its check of the channel: no other partition has one.
 */
export class Approvals1764310000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds columns and constraints without looking at a row; another transaction looks at them',
    },
    {
      table: 'past_authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds columns, and drops a check of its first partition, which looks at no row',
    },
    {
      table: 'test_authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column, and looks at the tests of one day for the constraint',
    },
    {
      table: 'windows',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds columns with constant defaults, and a constraint at which another transaction looks',
    },
  ] as const;

  readonly meanwhile =
    'it knows no digits: the opening of a request that has them fails there, and shows a person that it failed. Replace its ' +
    'API processes before a relying party asks for digits. It also shows authentications of OpenID Connect, CIBA and CAMARA at ' +
    '/v1, and sends webhooks about them: replace all processes before a client is granted those scopes';

  /** Each step takes its locks alone. A text of several statements is one transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(
      runner,
      `ALTER TABLE authentications ADD COLUMN IF NOT EXISTS match_digits text,
         ADD COLUMN IF NOT EXISTS match_failures smallint NOT NULL DEFAULT 0,
         ADD COLUMN IF NOT EXISTS flow text NOT NULL DEFAULT 'api',
         ADD COLUMN IF NOT EXISTS match_proven boolean NOT NULL DEFAULT false,
         DROP CONSTRAINT IF EXISTS match_is_proven,
         DROP CONSTRAINT authentications_channel_check,
         DROP CONSTRAINT IF EXISTS authentications_match_failures_check,
         DROP CONSTRAINT IF EXISTS approval_has_digits,
         DROP CONSTRAINT IF EXISTS flow_is_known,
         ADD CONSTRAINT authentications_channel_check CHECK (${CHANNELS}) NOT VALID,
         ADD CONSTRAINT authentications_match_failures_check CHECK (match_failures BETWEEN 0 AND 3) NOT VALID,
         ADD CONSTRAINT flow_is_known CHECK (flow IN ('api', 'code', 'ciba', 'number')) NOT VALID,
         ADD CONSTRAINT approval_has_digits CHECK (channel <> 'approve' OR match_digits IS NOT NULL) NOT VALID,
         -- A code by SMS has no opening, in which digits could be asked for.
         ADD CONSTRAINT match_is_proven CHECK (
           match_digits IS NULL OR channel = 'sms' OR state NOT IN ('opened', 'verified') OR match_proven) NOT VALID;
       ALTER TABLE past_authentications ADD COLUMN IF NOT EXISTS match_digits text,
         ADD COLUMN IF NOT EXISTS match_failures smallint NOT NULL DEFAULT 0,
         ADD COLUMN IF NOT EXISTS flow text NOT NULL DEFAULT 'api',
         ADD COLUMN IF NOT EXISTS match_proven boolean NOT NULL DEFAULT false;
       ALTER TABLE IF EXISTS past_authentications_first DROP CONSTRAINT IF EXISTS authentications_channel_check;
       CREATE OR REPLACE VIEW authentication_records AS
         SELECT * FROM authentications UNION ALL SELECT * FROM past_authentications`,
    );
    for (const check of [
      'authentications_channel_check',
      'authentications_match_failures_check',
      'approval_has_digits',
      'match_is_proven',
      'flow_is_known',
    ])
      await runner.query(`ALTER TABLE authentications VALIDATE CONSTRAINT ${check}`);
    await briefly(
      runner,
      `ALTER TABLE test_authentications ADD COLUMN IF NOT EXISTS match_digits text,
         DROP CONSTRAINT test_authentications_channel_check,
         ADD CONSTRAINT test_authentications_channel_check CHECK (${CHANNELS})`,
    );
    await briefly(
      runner,
      `ALTER TABLE windows ADD COLUMN IF NOT EXISTS match boolean NOT NULL DEFAULT false,
         ADD COLUMN IF NOT EXISTS flow text NOT NULL DEFAULT 'api',
         DROP CONSTRAINT IF EXISTS window_flow_is_known,
         ADD CONSTRAINT window_flow_is_known CHECK (flow IN ('api', 'code')) NOT VALID`,
    );
    await runner.query('ALTER TABLE windows VALIDATE CONSTRAINT window_flow_is_known');
  }

  /** Deletes the approvals, which the release before does not know. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM authentications WHERE channel = 'approve';
      DELETE FROM past_authentications WHERE channel = 'approve';
      DELETE FROM test_authentications WHERE channel = 'approve';
      DROP VIEW authentication_records;
      ALTER TABLE authentications DROP CONSTRAINT approval_has_digits, DROP CONSTRAINT match_is_proven,
        DROP CONSTRAINT authentications_channel_check,
        ADD CONSTRAINT authentications_channel_check CHECK (${OLD_CHANNELS}),
        DROP COLUMN match_digits, DROP COLUMN match_failures, DROP COLUMN flow,
        DROP COLUMN match_proven;
      ALTER TABLE past_authentications DROP COLUMN match_digits, DROP COLUMN match_failures, DROP COLUMN flow,
        DROP COLUMN match_proven;
      ALTER TABLE past_authentications_first ADD CONSTRAINT authentications_channel_check CHECK (${OLD_CHANNELS});
      CREATE VIEW authentication_records AS SELECT * FROM authentications UNION ALL SELECT * FROM past_authentications;
      ${grantAs('authentications', ['authentication_records'])}
      ALTER TABLE test_authentications DROP CONSTRAINT test_authentications_channel_check, DROP COLUMN match_digits,
        ADD CONSTRAINT test_authentications_channel_check CHECK (${OLD_CHANNELS});
      ALTER TABLE windows DROP COLUMN match, DROP COLUMN flow
    `);
  }
}
