import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A browser in which a person is signed in. */
@Entity('account_sessions')
export class AccountSession {
  /** SHA-256 of the browser’s secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  @Column('uuid')
  accountId: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Updated by each request. A session ends after an idle period. */
  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
