import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A line may be without a number for a while: from the moment it lost it until it has another one. */
export class NumbersThatMove1763970000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE lines ALTER COLUMN phone_index DROP NOT NULL,
        ADD COLUMN awaited_index bytea,
        -- A line has a number, or waits for the one that it was told to have.
        ADD CONSTRAINT lines_has_or_awaits_number CHECK (num_nonnulls(phone_index, awaited_index) = 1);
      CREATE INDEX lines_awaiting ON lines (awaited_index) WHERE awaited_index IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The number of a line that waits for it belongs to another line; only a line that has ended may keep it.
      UPDATE lines SET phone_index = awaited_index, status = 'terminated' WHERE phone_index IS NULL;
      ALTER TABLE lines DROP COLUMN awaited_index, ALTER COLUMN phone_index SET NOT NULL;
    `);
  }
}
