import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The reason that an operator gave in this session for reading a subscription or a page. */
@Entity('operator_looks')
export class OperatorLook {
  @PrimaryColumn('bytea')
  sessionDigest: Buffer;

  /** A subscription’s id, or the name of a page. */
  @PrimaryColumn('text')
  about: string;

  @Column('text')
  reason: string;
}
