import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Realm } from '../domain/account.ts';
import type { OperatorRole } from '../domain/operator.ts';

/** The account of one person who signs in with a password and an authenticator app. A login is unique in its realm. */
@Entity('accounts')
export class Account {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  realm: Realm;

  @Column('text')
  login: string;

  @Column('text')
  name: string;

  /** What an operator may do at the desk; null in the console. */
  @Column('text', { nullable: true })
  role: OperatorRole | null;

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
