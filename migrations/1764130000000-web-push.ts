import type { MigrationInterface, QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';

/**
 * Web Push beside FCM and APNs, and devices without any push. The rows are checked beside the statements of the hot path,
 * which read this table.
 */
export class WebPush1764130000000 implements MigrationInterface {
  /** A transaction would hold the lock of the change while all rows are read. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A run that was interrupted leaves its constraints.
    await briefly(
      runner,
      `ALTER TABLE devices DROP CONSTRAINT IF EXISTS devices_push_service_check,
        DROP CONSTRAINT IF EXISTS devices_none_has_no_token,
        ADD CONSTRAINT devices_push_service_check CHECK (push_service IN ('fcm', 'apns', 'webpush', 'none')) NOT VALID,
        ADD CONSTRAINT devices_none_has_no_token CHECK (push_service <> 'none' OR push_token IS NULL) NOT VALID`,
    );
    await runner.query('ALTER TABLE devices VALIDATE CONSTRAINT devices_push_service_check');
    await runner.query('ALTER TABLE devices VALIDATE CONSTRAINT devices_none_has_no_token');
  }

  /** A token of Web Push is none of the platform's, so it is dropped; the app asks the service itself. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE devices SET push_token = NULL, push_token_digest = NULL WHERE push_service = 'webpush';
      UPDATE devices SET push_service = CASE platform WHEN 'ios' THEN 'apns' ELSE 'fcm' END
        WHERE push_service IN ('webpush', 'none');
      ALTER TABLE devices DROP CONSTRAINT devices_none_has_no_token, DROP CONSTRAINT devices_push_service_check,
        ADD CONSTRAINT devices_push_service_check CHECK (push_service IN ('fcm', 'apns'));
    `);
  }
}
