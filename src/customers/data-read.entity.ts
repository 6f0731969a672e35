import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What a customer read about themselves, or had done with it. */
export type DataReadKind = 'page' | 'file' | 'statements' | 'erasure';

/** A customer's read of what is held about them. */
@Entity('data_reads')
export class DataRead {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  what: DataReadKind;

  /** How the customer had logged in. */
  @Column('text')
  channel: 'push' | 'sms';

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
