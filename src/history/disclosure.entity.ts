import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * An answer about a person to a relying party that asked without an authentication. It holds no part of the answer. The table
 * has a partition for each month.
 */
@Entity('disclosures')
export class Disclosure {
  /** Ascends. */
  @PrimaryColumn('bigint', { default: () => `nextval('disclosures_id_seq')` })
  id: string;

  @Column('text')
  lineId: string;

  /** The subscription that stood on the line; null without one. */
  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** The relying party. */
  @Column('uuid')
  clientId: string;

  /** The CAMARA API and its operation, such as `sim-swap/check`. */
  @Column('text')
  api: string;

  /** The purpose that the relying party stated when it got its token (`dpv:…`); null without one. */
  @Column('text', { nullable: true })
  purpose: string | null;

  @PrimaryColumn('timestamptz', { default: () => 'now()' })
  at: Date;
}
