import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The answers of verifications, kept for a minute in case they are lost on their way. */
export class VerificationAnswers1763972000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE verification_answers (
        authentication_id uuid PRIMARY KEY,
        -- Keyed digest of the code and, with sign, the transaction.
        request_digest bytea NOT NULL,
        -- Encrypted; null until the answer was composed.
        answer bytea,
        verified_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX verification_answers_verified_at ON verification_answers (verified_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE verification_answers');
  }
}
