import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Numbers by name. A name with the number 0 is left out. */
export type Numbers = Partial<Record<string, number>>;

/** Counts of the authentications that a relying party, or all of them (`ALL_CLIENTS`), started in one hour. */
@Entity('figures')
export class Figure {
  @PrimaryColumn('uuid')
  clientId: string;

  @PrimaryColumn('timestamptz')
  hour: Date;

  @Column('integer')
  starts: number;

  @Column('jsonb')
  channels: Numbers;

  /** By {@link End}. */
  @Column('jsonb')
  ends: Numbers;

  /** By bucket of the time from start to verification. */
  @Column('jsonb')
  times: Numbers;

  /** Answers of people in this hour that a request was not theirs, whenever it was started. */
  @Column('integer')
  notMe: number;
}
