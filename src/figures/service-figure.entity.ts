import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Numbers } from './figure.entity.ts';

/** Counts of one hour that concern the service as a whole, and no relying party. */
@Entity('service_figures')
export class ServiceFigure {
  @PrimaryColumn('timestamptz')
  hour: Date;

  /** Of the authentications by push that were started in the hour, by `RequestStep`. */
  @Column('jsonb')
  requests: Numbers;

  /** Answers of push services in the hour: by service and outcome, such as `fcm accepted`. */
  @Column('jsonb')
  pushes: Numbers;
}
