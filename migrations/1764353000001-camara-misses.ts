import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/** How many numbers of no line each CAMARA client has asked about on a day. */
export class CamaraMisses1764353000001 implements DeclaredMigration {
  readonly locks = [] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE camara_misses (
        client_id uuid NOT NULL,
        day date NOT NULL,
        count integer NOT NULL CHECK (count > 0),
        PRIMARY KEY (client_id, day)
      );
      ${grantAs('lines', ['camara_misses'])}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS camara_misses');
  }
}
