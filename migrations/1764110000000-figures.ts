import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts of authentications by relying party and hour. */
export class Figures1764110000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Of the authentications that a relying party started in an hour; under the lowest id those of all of them. No
      -- foreign key: the figures of a relying party that is gone stay in those of all.
      CREATE TABLE figures (
        client_id uuid NOT NULL,
        hour timestamptz NOT NULL,
        starts integer NOT NULL,
        -- Numbers by channel, by end, and by bucket of the time from start to verification.
        channels jsonb NOT NULL,
        ends jsonb NOT NULL,
        times jsonb NOT NULL,
        -- Answers of people in this hour that a request was not theirs, whenever it was started.
        not_me integer NOT NULL,
        PRIMARY KEY (client_id, hour)
      );
      CREATE INDEX figures_hour ON figures (hour);

      -- The hours that are counted, and how late.
      CREATE TABLE counted_hours (
        hour timestamptz PRIMARY KEY,
        counted_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE counted_hours; DROP TABLE figures');
  }
}
