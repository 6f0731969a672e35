import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One call of an operator. Append-only: the database refuses UPDATE, DELETE and TRUNCATE. */
@Entity('audit_entries')
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('timestamptz')
  at: Date;

  /** The operator’s login, or the client id of a program. */
  @Column('text')
  operator: string;

  /** A verb, and where it applies a month after a blank: `charges 2026-11`. */
  @Column('text')
  action: string;

  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** Keyed index of the number that was asked for. */
  @Column('bytea', { nullable: true })
  phoneIndex: Buffer | null;

  @Column('text')
  reason: string;

  /** `done`, the code of the problem that was answered, or `failed`. */
  @Column('text')
  outcome: string;

  @Column('text', { nullable: true })
  address: string | null;

  /** Place in the chain, from 1; null on entries that are older than the chain. */
  @Column('bigint', { nullable: true })
  number: string | null;

  /** The mac of the entry before this one. */
  @Column('bytea', { nullable: true })
  previous: Buffer | null;

  /** Covers this entry and `previous` (crypto/audit-chain.ts). */
  @Column('bytea', { nullable: true })
  mac: Buffer | null;
}
