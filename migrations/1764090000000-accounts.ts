import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The accounts of the desk become accounts of two realms: of the desk, and of the console of relying parties. */
export class Accounts1764090000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE operators RENAME TO accounts;
      ALTER TABLE accounts RENAME CONSTRAINT operators_pkey TO accounts_pkey;
      ALTER TABLE accounts RENAME CONSTRAINT operators_failures_check TO accounts_failures_check;
      ALTER TABLE accounts RENAME CONSTRAINT operators_login_check TO accounts_login_check;
      ALTER TABLE accounts RENAME CONSTRAINT operators_name_check TO accounts_name_check;
      ALTER TABLE accounts RENAME CONSTRAINT operators_role_check TO accounts_role_check;
      ALTER TABLE accounts ADD COLUMN realm text NOT NULL DEFAULT 'desk' CHECK (realm IN ('desk', 'console'));
      -- No account is of a realm that was not named.
      ALTER TABLE accounts ALTER COLUMN realm DROP DEFAULT;
      ALTER TABLE accounts DROP CONSTRAINT operators_login_key;
      ALTER TABLE accounts ADD CONSTRAINT accounts_realm_login_key UNIQUE (realm, login);
      ALTER TABLE accounts ALTER COLUMN role DROP NOT NULL;
      ALTER TABLE accounts ADD CONSTRAINT account_has_a_role_at_the_desk
        CHECK ((role IS NOT NULL) = (realm = 'desk'));

      ALTER TABLE operator_sessions RENAME TO account_sessions;
      ALTER TABLE account_sessions RENAME COLUMN operator_id TO account_id;
      ALTER TABLE account_sessions RENAME CONSTRAINT operator_sessions_pkey TO account_sessions_pkey;
      ALTER TABLE account_sessions RENAME CONSTRAINT operator_sessions_operator_id_fkey TO account_sessions_account_id_fkey;
      ALTER INDEX operator_sessions_operator RENAME TO account_sessions_account;
      ALTER INDEX operator_sessions_age RENAME TO account_sessions_age;

      ALTER TABLE operator_addresses RENAME TO account_addresses;
      ALTER TABLE account_addresses RENAME COLUMN operator_id TO account_id;
      ALTER TABLE account_addresses RENAME CONSTRAINT operator_addresses_pkey TO account_addresses_pkey;
      ALTER TABLE account_addresses RENAME CONSTRAINT operator_addresses_operator_id_fkey TO account_addresses_account_id_fkey;
      ALTER INDEX operator_addresses_seen RENAME TO account_addresses_seen;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Without the column, they would pass for operators.
      DELETE FROM account_sessions WHERE account_id IN (SELECT id FROM accounts WHERE realm = 'console');
      DELETE FROM account_addresses WHERE account_id IN (SELECT id FROM accounts WHERE realm = 'console');
      DELETE FROM accounts WHERE realm = 'console';

      ALTER INDEX account_addresses_seen RENAME TO operator_addresses_seen;
      ALTER TABLE account_addresses RENAME CONSTRAINT account_addresses_account_id_fkey TO operator_addresses_operator_id_fkey;
      ALTER TABLE account_addresses RENAME CONSTRAINT account_addresses_pkey TO operator_addresses_pkey;
      ALTER TABLE account_addresses RENAME COLUMN account_id TO operator_id;
      ALTER TABLE account_addresses RENAME TO operator_addresses;

      ALTER INDEX account_sessions_age RENAME TO operator_sessions_age;
      ALTER INDEX account_sessions_account RENAME TO operator_sessions_operator;
      ALTER TABLE account_sessions RENAME CONSTRAINT account_sessions_account_id_fkey TO operator_sessions_operator_id_fkey;
      ALTER TABLE account_sessions RENAME CONSTRAINT account_sessions_pkey TO operator_sessions_pkey;
      ALTER TABLE account_sessions RENAME COLUMN account_id TO operator_id;
      ALTER TABLE account_sessions RENAME TO operator_sessions;

      ALTER TABLE accounts DROP CONSTRAINT account_has_a_role_at_the_desk;
      ALTER TABLE accounts ALTER COLUMN role SET NOT NULL;
      ALTER TABLE accounts DROP CONSTRAINT accounts_realm_login_key;
      ALTER TABLE accounts DROP COLUMN realm;
      ALTER TABLE accounts ADD CONSTRAINT operators_login_key UNIQUE (login);
      ALTER TABLE accounts RENAME CONSTRAINT accounts_role_check TO operators_role_check;
      ALTER TABLE accounts RENAME CONSTRAINT accounts_name_check TO operators_name_check;
      ALTER TABLE accounts RENAME CONSTRAINT accounts_login_check TO operators_login_check;
      ALTER TABLE accounts RENAME CONSTRAINT accounts_failures_check TO operators_failures_check;
      ALTER TABLE accounts RENAME CONSTRAINT accounts_pkey TO operators_pkey;
      ALTER TABLE accounts RENAME TO operators;
    `);
  }
}
