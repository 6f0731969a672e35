import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OperatorRole } from '../domain/operator.ts';

/** A person of the call centre. */
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

  /** Opens only the page on which another password is chosen. */
  @Column('boolean')
  passwordIsInitial: boolean;

  /** Encrypted. */
  @Column('bytea')
  totpSecret: Buffer;

  /** The last step whose one-time password was accepted. */
  @Column('bigint', { default: () => "'-1'" })
  totpStep: string;

  /** Wrong sign-ins in a row. */
  @Column('smallint', { default: () => '0' })
  failures: number;

  @Column('timestamptz', { nullable: true })
  lockedUntil: Date | null;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
