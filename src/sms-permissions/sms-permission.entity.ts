import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A permission of SMS for one relying party. A request permits nothing; the PIN turns it into a permission. */
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

  /** The end of the time in which the PIN can confirm the request. */
  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  permittedAt: Date | null;

  /** When the permission ends at the latest. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** When the permission ended; null while it lasts, and before it is given. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
