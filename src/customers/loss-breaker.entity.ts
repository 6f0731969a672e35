import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The only row counts the reports of loss without a login, over all processes. */
@Entity('loss_breaker')
export class LossBreakerState {
  @PrimaryColumn('boolean', { default: () => 'true' })
  isOnly: boolean;

  /** Those of the last minute that suspended. */
  @Column('timestamptz', { array: true, default: () => "'{}'" })
  reports: Date[];

  /** Since when further reports suspended nothing. */
  @Column('timestamptz', { nullable: true })
  trippedSince: Date | null;

  /** When the last of their holds ends. */
  @Column('timestamptz', { nullable: true })
  trippedUntil: Date | null;
}
