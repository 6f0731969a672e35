import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The memory of a number that left a contract. It goes to the next line of the same owner that gets the number. */
@Entity('departed_numbers')
export class DepartedNumber {
  /** Keyed index of number, birth date and gender digit. */
  @PrimaryColumn('bytea')
  personIndex: Buffer;

  /** The line that had it. */
  @Column('text')
  lineId: string;

  @Column('timestamptz')
  leftAt: Date;

  @Column('timestamptz', { nullable: true })
  simChangedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  simDoubtedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  doubtedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  handsetChangedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  protectedUntil: Date | null;
}
