import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An hour whose figures are counted. */
@Entity('counted_hours')
export class CountedHour {
  @PrimaryColumn('timestamptz')
  hour: Date;

  /** The last time. */
  @Column('timestamptz')
  countedAt: Date;
}
