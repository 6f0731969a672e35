import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import type { Session } from '../database/database.ts';
import type { Locale } from '../domain/locale.ts';
import { Problem } from '../domain/problem.ts';
import {
  LegalTexts,
  type AgreedVersions,
  type LegalDocument,
  type OptionalDocument,
} from '../pages/legal/legal-texts.ts';
import { REQUIRED_DOCUMENTS, type RequiredDocument } from '../pages/legal/required-document.ts';
import { Consent, type ConsentChannel } from './consent.entity.ts';

/** How and in which language a customer agreed. */
export interface Agreement {
  versions: AgreedVersions;
  locale: Locale;
  channel: ConsentChannel;
  /** The operator who read the documents aloud. */
  recordedBy?: string;
}

export type KeptConsent = Pick<Consent, 'version' | 'locale' | 'channel' | 'at' | 'withdrawnAt'> & {
  document: LegalDocument;
};

/** What customers agreed to, and what they no longer agree to. */
@Injectable()
export class Consents {
  constructor(
    @InjectRepository(Consent) private readonly consents: Repository<Consent>,
    private readonly legal: LegalTexts,
  ) {}

  /**
   * Records an agreement in the transaction that subscribes the customer or enrols the phone. An earlier agreement to the
   * same version by the same channel stands.
   */
  async record({ manager }: Session, subscriptionId: string, agreement: Agreement): Promise<void> {
    const { versions, locale, channel, recordedBy = null } = agreement;
    const rows = (Object.entries(versions) as [LegalDocument, string][]).map(([document, version]) => ({
      subscriptionId,
      document,
      version,
      locale,
      channel,
      recordedBy,
    }));
    await manager.createQueryBuilder().insert().into(Consent).values(rows).orIgnore().execute();
  }

  /** Checks that a person was shown the required documents that are in effect. Problems: `invalid_request`. */
  expectCurrent(shown: Record<RequiredDocument, string>): void {
    const current = this.legal.agreed();
    const errors = REQUIRED_DOCUMENTS.filter((document) => shown[document] !== current[document]).map((document) => ({
      pointer: `/consent/${document}`,
      detail: `Show the person the version that is in effect: ${current[document] ?? ''}.`,
    }));
    if (errors.length > 0) {
      throw new Problem('invalid_request', 'The person agreed to a version that is not in effect.', { errors });
    }
  }

  /** Lists the consents of a subscription, oldest first. */
  async ofSubscription(subscriptionId: string): Promise<KeptConsent[]> {
    const kept = await this.consents.find({
      select: { document: true, version: true, locale: true, channel: true, at: true, withdrawnAt: true },
      where: { subscriptionId },
      order: { at: 'ASC', document: 'ASC' },
    });
    return kept.flatMap(({ document, ...consent }) =>
      document === 'required'
        ? REQUIRED_DOCUMENTS.map((one) => ({ document: one, ...consent }))
        : [{ document, ...consent }],
    );
  }

  /** Agrees to an optional document afterwards. Without effect when the customer agrees already. */
  async give(subscriptionId: string, named: string, locale: Locale): Promise<void> {
    const document = this.optional(named);
    const version = this.legal.inEffect(document)?.effective ?? '';
    await this.consents
      .createQueryBuilder()
      .insert()
      .values({ subscriptionId, document, version, locale, channel: 'website' })
      .orIgnore()
      .execute();
  }

  /** Withdraws the consent to an optional document, also to one that is offered no longer. */
  async withdraw(subscriptionId: string, named: string): Promise<void> {
    if (!named.startsWith('optional-')) throw requiredAlone();
    const document = named as OptionalDocument;
    const standing = { subscriptionId, document, withdrawnAt: IsNull() };
    await this.consents.update(standing, { withdrawnAt: () => 'now()' });
  }

  private optional(named: string): OptionalDocument {
    const found = this.legal.optional.find((one) => one === named);
    if (found) return found;
    throw requiredAlone();
  }
}

function requiredAlone(): Problem {
  return new Problem('invalid_request', 'Only an optional consent can be given or withdrawn by itself.');
}

/** The agreed versions as one text, for the session of a customer who is verified after agreeing. */
export function writeVersions(versions: AgreedVersions): string {
  return new URLSearchParams(versions as Record<string, string>).toString();
}

/** Reads what {@link writeVersions} wrote. An older session holds the one version of terms and privacy policy alone. */
export function readVersions(written: string): AgreedVersions {
  if (!written.includes('=')) return { terms: written, privacy: written };
  return Object.fromEntries(new URLSearchParams(written));
}
