import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that tells a restored database from the one that the service ran on. */
@Entity('journal_mark')
export class JournalMark {
  @PrimaryColumn('boolean', { default: () => 'true' })
  isOnly: boolean;

  /** Names the installation in its journal. */
  @Column('uuid', { default: () => 'gen_random_uuid()' })
  installation: string;

  /** The PostgreSQL cluster that the service ran on; null until the first start. */
  @Column('text', { nullable: true })
  systemIdentifier: string | null;

  /** Rises with each batch of the journal, and goes back only with the whole database. */
  @Column('bigint', { default: () => '0' })
  value: string;

  /** How often the database was restored. */
  @Column('integer', { default: () => '0' })
  epoch: number;

  /** Until when the journal was compared with the tables. */
  @Column('timestamptz', { nullable: true })
  comparedUntil: Date | null;

  /** When the database was found to be restored; null after `after-restore`. */
  @Column('timestamptz', { nullable: true })
  restoredAt: Date | null;
}
