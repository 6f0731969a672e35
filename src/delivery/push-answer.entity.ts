import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PushAnswerOutcome, PushedKind } from '../domain/push-answer.ts';
import type { PushService } from '../domain/push-service.ts';

/**
 * What a push service answered to one attempt of a push. It holds neither the token nor what the push said. The table has a
 * partition for each day of answers.
 */
@Entity('push_answers')
export class PushAnswer {
  /** Ascends. */
  @PrimaryColumn('bigint', { default: () => `nextval('push_answers_id_seq')` })
  id: string;

  @Column('uuid')
  deviceId: string;

  /** The row of the outbox, which is deleted once it is done. */
  @Column('bigint')
  deliveryId: string;

  /** The authentication that the push was about; null for other pushes. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  @Column('text')
  kind: PushedKind;

  @Column('text')
  pushService: PushService;

  @Column('text')
  outcome: PushAnswerOutcome;

  /** How the push service names its refusal; null for an accepted push. */
  @Column('text', { nullable: true })
  code: string | null;

  /** The id that the push service gave to the push, if it gives any. */
  @Column('text', { nullable: true })
  messageId: string | null;

  /** 1 for the first attempt. */
  @Column('smallint')
  attempt: number;

  @PrimaryColumn('timestamptz', { default: () => 'now()' })
  answeredAt: Date;

  /** Milliseconds until the answer. */
  @Column('integer')
  tookMs: number;
}
