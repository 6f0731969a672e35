import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * The end of an authentication makes the ping of its CIBA request due. A dozen statements end authentications, also those of
 * a release before, so the table tells it, in the transaction that ends it. Of other authentications it costs the look at one
 * column.
 */
export class CibaEnds1764330000001 implements DeclaredMigration {
  readonly locks = [
    { table: 'authentications', mode: 'SHARE ROW EXCLUSIVE', because: 'adds a trigger, which looks at no row' },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION ciba_ended() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE ciba_requests SET ping_after = now()
        WHERE authentication_id = NEW.id AND ping IS NOT NULL AND pings = 0;
        RETURN NULL;
      END $$;
      CREATE TRIGGER ciba_ended AFTER UPDATE OF closed_at ON authentications FOR EACH ROW
        WHEN (NEW.flow = 'ciba' AND OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION ciba_ended()
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER IF EXISTS ciba_ended ON authentications;
      DROP FUNCTION IF EXISTS ciba_ended()
    `);
  }
}
