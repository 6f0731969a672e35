import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Locale } from '../domain/locale.ts';
import type { LegalDocument } from '../pages/legal/legal-texts.ts';

/** How a customer agreed: on the website, after an operator read the documents aloud, or in the app. */
export const CONSENT_CHANNELS = ['website', 'call_centre', 'app'] as const;
export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** A customer’s consent to one version of one document. */
@Entity('consents')
export class Consent {
  @PrimaryColumn('uuid')
  subscriptionId: string;

  /** `required`: an earlier release wrote one row for terms and privacy policy. */
  @PrimaryColumn('text', { default: () => "'required'" })
  document: LegalDocument | 'required';

  /** In the column of an earlier release, which goes on writing it while this one is rolled out. */
  @Column('text', { name: 'terms' })
  version: string;

  @Column('text')
  locale: Locale;

  @Column('text', { default: () => "'website'" })
  channel: ConsentChannel;

  /** The operator who read the documents aloud. */
  @Column('text', { nullable: true })
  recordedBy: string | null;

  @PrimaryColumn('timestamptz', { default: () => 'now()' })
  at: Date;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null;
}
