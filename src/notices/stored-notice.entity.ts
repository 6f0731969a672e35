import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A message to the person about the subscription. */
@Entity('notices')
export class StoredNotice {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  kind: string;

  /** The reason of a suspension or cancellation. */
  @Column('text', { nullable: true })
  detail: string | null;

  /** Where it goes, encrypted; kept with it, because the device may be revoked by then. */
  @Column('bytea')
  address: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
