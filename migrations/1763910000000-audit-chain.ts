import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An audit that shows tampering: every entry is chained to the one before it, and none is changed or removed. */
export class AuditChain1763910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An entry's mac covers the mac of the one before it, which is kept beside it: so an entry is judged by itself, and
      -- whether it follows the one before is another question. Older entries have none of the three.
      ALTER TABLE audit_entries
        ALTER COLUMN at DROP DEFAULT,
        ADD COLUMN number bigint CONSTRAINT audit_entries_number UNIQUE,
        ADD COLUMN previous bytea,
        ADD COLUMN mac bytea,
        ADD CONSTRAINT is_chained CHECK (
          number IS NOT NULL AND number > 0 AND mac IS NOT NULL AND (previous IS NULL) = (number = 1)) NOT VALID;

      -- Where the chain ends. Without the seal, somebody could cut the last entries off and name an earlier one as the
      -- last. Nothing is sealed before the first entry, for the key is not here.
      CREATE TABLE audit_head (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        first_number bigint NOT NULL,
        -- How many entries are older than the chain.
        before_chain bigint NOT NULL,
        number bigint NOT NULL,
        mac bytea,
        seal bytea,
        CONSTRAINT sealed_with_the_first_entry CHECK ((number >= first_number) = (mac IS NOT NULL AND seal IS NOT NULL))
      );
      INSERT INTO audit_head (first_number, before_chain, number) SELECT 1, count(*), 0 FROM audit_entries;

      CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $refuse$
        BEGIN
          RAISE EXCEPTION '% is append-only: % is refused, whoever asks', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation', HINT = 'What an entry has wrong, a further entry puts right.';
        END $refuse$;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
      CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
      -- Also for a session that plays the part of a replica, which skips other triggers.
      ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER append_only;
      ALTER TABLE audit_head ENABLE ALWAYS TRIGGER append_only;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_head;
      DROP TRIGGER append_only ON audit_entries;
      DROP FUNCTION refuse_change_of_audit();
      ALTER TABLE audit_entries
        ALTER COLUMN at SET DEFAULT now(),
        DROP CONSTRAINT is_chained,
        DROP COLUMN number,
        DROP COLUMN previous,
        DROP COLUMN mac;
    `);
  }
}
