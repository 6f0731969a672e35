import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of the audit chain, in a single row. Its seal reveals that the last entries were removed. */
@Entity('audit_head')
export class AuditHead {
  @PrimaryColumn('boolean', { default: () => 'true' })
  isOnly: boolean;

  /** Number of the first chained entry. */
  @Column('bigint')
  firstNumber: string;

  /** Number of entries that are older than the chain. */
  @Column('bigint')
  beforeChain: string;

  /** Number of the last entry. */
  @Column('bigint')
  number: string;

  /** The MAC of the last entry; null before the first one. */
  @Column('bytea', { nullable: true })
  mac: Buffer | null;

  @Column('bytea', { nullable: true })
  seal: Buffer | null;
}
