import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * Clients whose log-in windows show two digits, and the CIBA requests that named a person by the number alone: their
 * tokens say so, also after the client may no longer name by number.
 */
export class OpenIdSettings1764352000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column with a constant default, which rewrites no row',
    },
    {
      table: 'ciba_requests',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column with a constant default, which rewrites no row',
    },
  ] as const;

  readonly meanwhile =
    'its log-in windows show no digits, and its id_tokens do not say that the person was named by number';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients ADD COLUMN log_in_match boolean NOT NULL DEFAULT false;
      ALTER TABLE ciba_requests ADD COLUMN is_by_number boolean NOT NULL DEFAULT false;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients DROP COLUMN log_in_match;
      ALTER TABLE ciba_requests DROP COLUMN is_by_number;
    `);
  }
}
