import { Column, Entity, PrimaryColumn } from 'typeorm';

/** SMS for one relying party: first asked for, which permits nothing, then permitted with the PIN. */
@Entity('sms_permissions')
export class SmsPermission {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('uuid')
  clientId: string;

  @Column('uuid')
  deviceId: string;

  @Column('bytea')
  nonce: Buffer;

  @Column('timestamptz')
  createdAt: Date;

  /** Until then the PIN may permit it. */
  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  permittedAt: Date | null;

  /** When the permission ends at the latest. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** When it ended; null while it stands. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
