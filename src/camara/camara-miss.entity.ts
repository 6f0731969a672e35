import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The numbers of no line about which a client asked on a day. */
@Entity('camara_misses')
export class CamaraMiss {
  @PrimaryColumn('uuid')
  clientId: string;

  /** Of UTC. */
  @PrimaryColumn('date')
  day: string;

  @Column('integer')
  count: number;
}
