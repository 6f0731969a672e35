import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { TextState } from '../domain/text-message.ts';

/** A delivery receipt whose message is not recorded yet. It waits for minutes. */
@Entity('sms_receipts')
export class WaitingReceipt {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  /** As the receipt named it, in the first of its spellings. */
  @Column('text')
  messageId: string;

  @Column('text')
  state: TextState;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt: Date;
}
