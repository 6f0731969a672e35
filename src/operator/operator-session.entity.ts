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

  /** Updated by each request. A session ends after an idle period. */
  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
