import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Locale } from '../domain/locale.ts';
import type { LegalDocument } from '../pages/legal/legal-texts.ts';

/** How a customer agreed: on the website, after an operator read the documents aloud, or in the app. */
export const CONSENT_CHANNELS = ['website', 'call_centre', 'app'] as const;
export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** A customer’s consent to one version of one document. */
@Entity('consents')
export class Consent {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  document: LegalDocument;

  @Column('text')
  version: string;

  @Column('text')
  locale: Locale;

  @Column('text')
  channel: ConsentChannel;

  /** The operator who read the documents aloud. */
  @Column('text', { nullable: true })
  recordedBy: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null;
}
