import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RequestableDeed } from '../domain/deed.ts';

/** A deed that one program requested, and that another program may do once. */
@Entity('deed_requests')
export class DeedRequest {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  deed: RequestableDeed;

  /** The client that requested it. */
  @Column('uuid')
  askedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  askedAt: Date;

  @Column('text')
  reason: string;

  /** The number of the subscription’s last transition at the time of the request. A later one may void it. */
  @Column('integer')
  link: number;

  @Column('timestamptz')
  expiresAt: Date;

  /** When another client did it. */
  @Column('timestamptz', { nullable: true })
  spentAt: Date | null;

  @Column('uuid', { nullable: true })
  spentBy: string | null;
}
