import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A network from which a person signed in before. It counts its own failed sign-ins, so that failures elsewhere,
 * which anyone who knows the login can cause, do not lock the person out here.
 */
@Entity('account_addresses')
export class AccountAddress {
  @PrimaryColumn('uuid')
  accountId: string;

  /** Keyed index of an IPv4 address, or of the /64 of an IPv6 address. */
  @PrimaryColumn('bytea')
  network: Buffer;

  /** Consecutive failed sign-ins from here. */
  @Column('smallint', { default: () => '0' })
  failures: number;

  @Column('timestamptz', { nullable: true })
  lockedUntil: Date | null;

  /** The last successful sign-in from here. */
  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
