import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A tamper-evident audit: every entry is chained to the previous one, and no entry can be changed or removed. */
export class AuditChain1763910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An entry's mac covers the mac of the previous entry, which is stored beside it. So each entry can be verified
      -- by itself, separately from its place in the chain. Entries older than the chain have none of the three columns.
      ALTER TABLE audit_entries
        ALTER COLUMN at DROP DEFAULT,
        ADD COLUMN number bigint CONSTRAINT audit_entries_number UNIQUE,
        ADD COLUMN previous bytea,
        ADD COLUMN mac bytea,
        ADD CONSTRAINT is_chained CHECK (
          number IS NOT NULL AND number > 0 AND mac IS NOT NULL AND (previous IS NULL) = (number = 1)) NOT VALID;

      -- The head of the chain. Without the seal, an attacker could cut off the last entries and present an earlier one
      -- as the last. Nothing is sealed before the first entry, because the database does not hold the key.
      CREATE TABLE audit_head (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        first_number bigint NOT NULL,
        -- The number of entries older than the chain.
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
      -- Also for a session in the role of a replica, which skips other triggers.
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
