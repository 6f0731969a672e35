import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** Clients that follow the CAMARA Security and Interoperability Profile. */
export class CamaraClients1764355000001 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'clients',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column with a constant default, which rewrites no row',
    },
  ] as const;

  readonly meanwhile = 'it serves clients of the CAMARA profile as others: their assertions may live for an hour';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN camara boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN IF EXISTS camara');
  }
}
