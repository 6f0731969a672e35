import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One call by an operator. Append-only: the database refuses UPDATE, DELETE and TRUNCATE. */
@Entity('audit_entries')
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('timestamptz')
  at: Date;

  /** The operator’s login, or the client id of a program. */
  @Column('text')
  operator: string;

  /** A verb, followed for some actions by a blank and a month: `charges 2026-11`. */
  @Column('text')
  action: string;

  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** Keyed index of the phone number that the operator entered. */
  @Column('bytea', { nullable: true })
  phoneIndex: Buffer | null;

  @Column('text')
  reason: string;

  /** `done`, the problem code of the response, or `failed`. */
  @Column('text')
  outcome: string;

  @Column('text', { nullable: true })
  address: string | null;

  /** Position in the chain, from 1; null for entries that are older than the chain. */
  @Column('bigint', { nullable: true })
  number: string | null;

  /** The MAC of the previous entry. */
  @Column('bytea', { nullable: true })
  previous: Buffer | null;

  /** Covers this entry and `previous` (crypto/audit-chain.ts). */
  @Column('bytea', { nullable: true })
  mac: Buffer | null;
}
