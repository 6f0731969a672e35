import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that writes the journal, and the last mark that it took from this database. */
@Entity('journal_writers')
export class JournalWriter {
  @PrimaryColumn('uuid')
  id: string;

  @Column('bigint')
  mark: string;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
