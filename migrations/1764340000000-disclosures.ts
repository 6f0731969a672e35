import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/**
 * What relying parties are told about a person outside of authentications (CAMARA), and what the service must know of a line to
 * tell it: since when the carrier tells about the line, and since when the line has its present number and owner.
 */
export class Disclosures1764340000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'lines',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column whose default is a constant, and one that may be empty',
    },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    // now() is computed once, so no row is rewritten: of a line that is there already, nothing earlier is certain.
    await runner.query(`
      ALTER TABLE lines ADD COLUMN known_since timestamptz NOT NULL DEFAULT now(), ADD COLUMN numbered_at timestamptz
    `);
    // A month is dropped as a whole. The first partition has the months until the recurring task adds the next ones.
    await runner.query(`
      CREATE SEQUENCE disclosures_id_seq;
      CREATE TABLE disclosures (
        id bigint NOT NULL DEFAULT nextval('disclosures_id_seq'),
        line_id text NOT NULL,
        -- No foreign keys: an answer locks neither the line nor the subscription.
        subscription_id uuid,
        client_id uuid NOT NULL,
        api text NOT NULL,
        purpose text,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (id, at)
      ) PARTITION BY RANGE (at);
      ALTER SEQUENCE disclosures_id_seq OWNED BY disclosures.id;
      CREATE INDEX disclosures_subscription ON disclosures (subscription_id, id) WHERE subscription_id IS NOT NULL;
      CREATE INDEX disclosures_line ON disclosures (line_id, id) WHERE subscription_id IS NULL;
      ${grantAs('lines', ['disclosures'], ['disclosures_id_seq'])}

      DO $do$
      BEGIN
        EXECUTE format('CREATE TABLE disclosures_first PARTITION OF disclosures FOR VALUES FROM (MINVALUE) TO (%L)',
          (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC');
      END $do$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE disclosures');
    await runner.query('ALTER TABLE lines DROP COLUMN known_since, DROP COLUMN numbered_at');
  }
}
