import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import type { DeclaredMigration } from './locks.ts';

/** What a person agrees to in the app waits with the device until the device has passed its test. */
export class DeviceConsent1764250000000 implements DeclaredMigration {
  readonly locks = [
    { table: 'devices', mode: 'ACCESS EXCLUSIVE', because: 'adds a column that may be empty' },
  ] as const;

  /** So that a lock that is not had at once is given up between two attempts. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(runner, 'ALTER TABLE devices ADD COLUMN IF NOT EXISTS consent jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE devices DROP COLUMN consent');
  }
}
