import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OperatorRole } from '../domain/operator.ts';

/** The account of one call centre employee. */
@Entity('operators')
export class OperatorAccount {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  login: string;

  @Column('text')
  name: string;

  @Column('text')
  role: OperatorRole;

  /** `scrypt:N:r:p:salt:digest` */
  @Column('text')
  password: string;

  /** While true, a session gives access only to the page that changes the password. */
  @Column('boolean')
  passwordIsInitial: boolean;

  /** Encrypted. */
  @Column('bytea')
  totpSecret: Buffer;

  /** The time step of the last accepted one-time password. */
  @Column('bigint', { default: () => "'-1'" })
  totpStep: string;

  /** Consecutive failed sign-ins. */
  @Column('smallint', { default: () => '0' })
  failures: number;

  @Column('timestamptz', { nullable: true })
  lockedUntil: Date | null;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
