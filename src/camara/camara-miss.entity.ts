import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The questions of a client on a day that met no line. */
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
