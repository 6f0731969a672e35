import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TextState } from '../domain/text-message.ts';

/**
 * A text message that was handed to the SMS centre. Of a notice, the database deletes it with the notice. The table has a
 * partition for each month in which they were sent.
 */
@Entity('text_messages')
export class TextMessage {
  /** Ascends. */
  @PrimaryColumn('bigint', { default: () => `nextval('text_messages_id_seq')` })
  id: string;

  /** Whose code it carried. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  @Column('uuid', { nullable: true })
  noticeId: string | null;

  /** Of a code: the line to whose number it went. */
  @Column('text', { nullable: true })
  lineId: string | null;

  /** As the SMS centre named it, in the first of its spellings, or as a broker did (`brokersId`). */
  @Column('text', { nullable: true })
  messageId: string | null;

  @Column('text')
  state: TextState;

  @PrimaryColumn('timestamptz', { default: () => 'now()' })
  sentAt: Date;

  /** When a state after `accepted` became known. */
  @Column('timestamptz', { nullable: true })
  settledAt: Date | null;
}
