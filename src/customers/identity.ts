import { Injectable } from '@nestjs/common';
import type { IneligibilityCode } from '../domain/eligibility.ts';
import type { Hold } from '../domain/line-memory.ts';
import type { Locale } from '../domain/locale.ts';
import { Problem } from '../domain/problem.ts';
import type { Customer } from './customers.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { AgreedVersions } from '../pages/legal/legal-texts.ts';
import { readVersions } from '../consents/consents.ts';
import { MyService } from './my-service.ts';

/** The customer's browser, as far as the next step needs it. */
export interface CustomerBrowser {
  /** The digest of its session; undefined while it has no cookie. */
  digest: Buffer | undefined;
  locale: Locale;
}

/** Where a verified customer goes next: to a page, or to the reasons why the line may not join, with the hold among them. */
export type NextStep =
  | { address: '/my' | '/my?note=joined' | '/enrol' | '/cancelled' | '/reissue/apply' }
  | { refusedFor: IneligibilityCode[]; hold: Hold | null };

/** What follows from a verification on the website, by what the customer came for. */
@Injectable()
export class Identity {
  constructor(
    private readonly service: MyService,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** Does what the customer was verified for. Problems: those of joining and cancelling, but not `not_eligible`. */
  async proceed(customer: Customer, browser: CustomerBrowser): Promise<NextStep> {
    const { intent, terms } = customer.session;
    switch (intent) {
      case 'login':
        return { address: '/my' };
      case 'join':
        if (terms === null) throw new Error('a customer joins without having accepted the terms');
        return this.join(customer, browser, readVersions(terms));
      case 'cancel':
        await this.service.cancel(customer);
        return { address: '/cancelled' };
      case 'new_phone':
        if (browser.digest) await this.service.newCode(customer, browser.digest);
        return { address: '/enrol' };
      case 'reissue':
        return { address: '/reissue/apply' };
    }
  }

  /** Subscribes the customer's line. A customer who is subscribed already goes to the service's own page. */
  async join(customer: Customer, { digest, locale }: CustomerBrowser, versions: AgreedVersions): Promise<NextStep> {
    try {
      if (digest) await this.service.join(customer, digest, versions, locale);
      return { address: '/enrol' };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not_eligible') throw error;
      const refusedFor = (error.members.reasons ?? []).map(({ code }) => code as IneligibilityCode);
      const [reason] = refusedFor;
      if (refusedFor.length === 1 && reason === 'already_subscribed') return { address: '/my?note=joined' };
      const isHeld = refusedFor.includes('recent_sim_change');
      return { refusedFor, hold: isHeld ? await this.subscriptions.joinHold(customer.line) : null };
    }
  }
}
