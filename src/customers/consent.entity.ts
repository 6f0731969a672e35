import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Locale } from '../domain/locale.ts';

/** A customer’s acceptance of the terms when joining. */
@Entity('consents')
export class Consent {
  @PrimaryColumn('uuid')
  subscriptionId: string;

  /** The version of the terms. */
  @Column('text')
  terms: string;

  @Column('text')
  locale: Locale;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
