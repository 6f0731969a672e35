import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The push service of a device, beside the system that its app runs on. */
export class PushServices1763960000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The service that carries a device's pushes, which is not the same as the system that the app runs on.
      ALTER TABLE devices ADD COLUMN push_service text;
      UPDATE devices SET push_service = CASE platform WHEN 'ios' THEN 'apns' ELSE 'fcm' END;
      ALTER TABLE devices ALTER COLUMN push_service SET NOT NULL,
        ADD CONSTRAINT devices_push_service_check CHECK (push_service IN ('fcm', 'apns'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE devices DROP COLUMN push_service');
  }
}
