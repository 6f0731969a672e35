import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A browser in which an operator is signed in. */
@Entity('operator_sessions')
export class OperatorSession {
  /** SHA-256 of the browser’s secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  @Column('uuid')
  operatorId: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Renewed with each request; a session ends after a time without any. */
  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
