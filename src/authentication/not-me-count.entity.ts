import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often, in one hour, people answered a relying party's request that it was not them. */
@Entity('not_me_counts')
export class NotMeCount {
  @PrimaryColumn('uuid')
  clientId: string;

  @PrimaryColumn('timestamptz')
  hour: Date;

  @Column('integer')
  answers: number;
}
