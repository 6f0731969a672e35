import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Charges } from '../charges/charges.ts';
import type { MonthStatement } from '../charges/charge.ts';
import { isWithin } from '../domain/line-memory.ts';
import { Problem } from '../domain/problem.ts';
import { History, type HistoryEntry } from '../history/history.ts';
import { Disclosures, type ShownDisclosure } from '../history/disclosures.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Erasure } from '../retention/erasure.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { Consents, type KeptConsent } from '../consents/consents.ts';
import type { Customer } from './customers.ts';
import { MyDataStore, type HeldElsewhere } from './my-data.store.ts';
import { ReissueApplications } from './reissue-applications.ts';
import { Reports } from './reports.ts';

/** Hours after a cancellation in which nothing is erased on request, because the person may still object to it. */
const OBJECTION_HOURS = 72;
const HOUR_MS = 3_600_000;
/** Hours after a SIM change in which nothing is erased on request; longer than codes by SMS are held. */
const SIM_HOURS = 30 * 24;

/** All that is held about a customer, by category. Dates are RFC 3339. */
export interface HeldData {
  line: {
    phoneNumber: string;
    birthDate: string;
    genderDigit: string;
    carrier: string;
    status: string;
    holder: string;
    plan: string;
    handset: object;
  };
  subscriptions: {
    subscribedAt: string;
    protectedSince: string | null;
    state: string;
    since: string;
    reason: string | null;
    suspensions: readonly string[];
    device: { name: string; serialNumber: string; platform: string; osVersion: string; enrolledAt: string } | null;
  }[];
  consents: KeptConsent[];
  authentications: Omit<HistoryEntry, 'id'>[];
  statements: MonthStatement[];
  reissues: { cause: string; oldSerialNumber: string; delivery: string; state: string; at: string }[];
  reports: { kind: string; filedAt: string; outcome: string | null }[];
  /** Devices, authenticators, registrations, alerts, texts, pushes; without a subscription disclosures alone; null while withheld. */
  elsewhere: (Partial<HeldElsewhere> & { disclosures: ShownDisclosure[] }) | null;
  /**
   * A subscription that ended is held, but a log-in by text message does not open it: the SIM may be another person's.
   */
  withheld: boolean;
}

/** What the person may have erased now. */
export interface ErasableNow {
  may: boolean;
  /** When the person may, if a subscription ended a short time ago; null while one stands. */
  from: Date | null;
  /** The SIM was changed a short time ago: until the hold ends, no log-in permits it. */
  isHeld: boolean;
}

/** Shows customers what is held about them, and erases what need not be kept after the end. */
@Injectable()
export class MyData {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly memories: LineMemories,
    private readonly consents: Consents,
    private readonly history: History,
    private readonly charges: Charges,
    private readonly reissues: Reissues,
    private readonly applications: ReissueApplications,
    private readonly reports: Reports,
    private readonly erasure: Erasure,
    private readonly disclosures: Disclosures,
    private readonly store: MyDataStore,
    private readonly environment: Environment,
  ) {}

  /** The days for which each category is kept. */
  get retention(): { historyDays: number; personalDataDays: number } {
    const { HISTORY_DAYS: historyDays, PERSONAL_DATA_DAYS: personalDataDays } = this.environment;
    return { historyDays, personalDataDays };
  }

  /**
   * Returns all that is held about a customer under the line with which they are logged in, and records the read. While
   * protection stands, a log-in by text message never comes here. After the end it does, and a stolen SIM with it: so it
   * opens nothing of the former subscription.
   */
  async of(customer: Customer, as: 'page' | 'file'): Promise<HeldData> {
    const { lineId, phoneNumber, owner, carrier, status, holder, plan, handset } = customer.line;
    const line = { phoneNumber, ...owner, carrier, status, holder, plan, handset };
    const own = await this.ownSubscription(customer);
    if (!own || isWithheld(customer, own)) {
      const nothing = {
        subscriptions: [],
        consents: [],
        authentications: [],
        statements: [],
        reissues: [],
        reports: [],
      };
      const elsewhere = own ? null : { disclosures: await this.disclosures.ofPerson(lineId, null) };
      return { line, ...nothing, elsewhere, withheld: own !== undefined };
    }
    const id = own.subscriptionId;
    await this.store.record(id, as, channelOf(customer));
    const [elsewhere, disclosures, consents, history, reissues, applications, reports, statements] = await Promise.all([
      this.store.elsewhere(id, this.environment.HISTORY_DAYS),
      this.disclosures.ofPerson(lineId, id),
      this.consents.ofSubscription(id),
      this.history.all(id),
      this.reissues.ofSubscription(id),
      this.applications.ofSubscription(id),
      this.reports.ofSubscription(id),
      this.charges.statements([id]),
    ]);
    return {
      line,
      subscriptions: [own].map(({ subscribedAt, protectedSince, state, since, reason, suspensions, device }) => ({
        subscribedAt: subscribedAt.toISOString(),
        protectedSince: protectedSince?.toISOString() ?? null,
        state,
        since: since.toISOString(),
        reason,
        suspensions,
        device: device && {
          name: device.name,
          serialNumber: device.serialNumber,
          platform: device.platform,
          osVersion: device.osVersion,
          enrolledAt: new Date(device.enrolledAt).toISOString(),
        },
      })),
      consents,
      authentications: history.map(({ id: _id, ...entry }) => entry),
      statements,
      reissues: [
        ...applications.map(({ cause, oldSerialNumber, delivery, filedAt, state }) => ({
          cause,
          oldSerialNumber,
          delivery,
          state,
          at: filedAt.toISOString(),
        })),
        ...reissues.map(({ cause, oldSerialNumber, delivery, state, appliedAt }) => ({
          cause,
          oldSerialNumber,
          delivery,
          state,
          at: appliedAt.toISOString(),
        })),
      ],
      reports: reports.map(({ kind, filedAt, outcome }) => ({ kind, filedAt: filedAt.toISOString(), outcome })),
      elsewhere: { ...elsewhere, disclosures },
      withheld: false,
    };
  }

  /** The monthly statements of a customer, newest first; null where {@link of} withholds them. */
  async statements(customer: Customer): Promise<MonthStatement[] | null> {
    const own = await this.ownSubscription(customer);
    if (!own) return [];
    if (isWithheld(customer, own)) return null;
    await this.store.record(own.subscriptionId, 'statements', channelOf(customer));
    return this.charges.statements([own.subscriptionId]);
  }

  /** Whether the customer may have erased what need not be kept. */
  async erasable(customer: Customer): Promise<ErasableNow> {
    return this.erasableNow(customer, await this.ownSubscription(customer));
  }

  /** Erases what need not be kept after the end of the service. Problems: `nothing_to_change` while it may not be. */
  async erase(customer: Customer): Promise<void> {
    const own = await this.ownSubscription(customer);
    if (!own || !(await this.erasableNow(customer, own)).may) {
      throw new Problem('nothing_to_change', 'Data is erased on request once the service has ended for 72 hours.');
    }
    await this.store.record(own.subscriptionId, 'erasure', channelOf(customer));
    await this.erasure.onRequest([own.subscriptionId], OBJECTION_HOURS);
  }

  /** Agrees to an optional document, or withdraws that. Problems: `nothing_to_change` without a subscription. */
  async choose(customer: Customer, document: string, agrees: boolean, locale: KeptConsent['locale']): Promise<void> {
    const standing = await this.subscriptions.standingOnLine(customer.line.lineId);
    if (!standing) throw new Problem('nothing_to_change', 'There is no subscription.');
    if (agrees) await this.consents.give(standing.id, document, locale);
    else await this.consents.withdraw(standing.id, document);
  }

  /** Deletes a batch of old reads. Returns true if more may remain. */
  purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }

  /** A changed SIM erases nothing: who holds it could remove the traces of having taken the number. */
  private async erasableNow({ line }: Customer, own: SubscriptionView | undefined): Promise<ErasableNow> {
    if (own?.state !== 'cancelled') return { may: false, from: null, isHeld: false };
    const from = new Date(own.since.getTime() + OBJECTION_HOURS * HOUR_MS);
    const { simChangedAt } = await this.memories.of(line.lineId);
    const isHeld = isWithin(simChangedAt, SIM_HOURS, new Date());
    return { may: from <= new Date() && !isHeld, from, isHeld };
  }

  /**
   * The subscription that is certainly this person's: the standing one, or the one that ended last, while the memory of the
   * line still has its end. A change of owner ends that memory, and earlier subscriptions may be another person's.
   */
  private async ownSubscription({ line }: Customer): Promise<SubscriptionView | undefined> {
    const [latest] = await this.subscriptions.ofLines([line.lineId]);
    if (latest?.state !== 'cancelled') return latest;
    if (FOREIGN.has(latest.reason ?? '')) return undefined;
    const { protectedUntil } = await this.memories.of(line.lineId);
    return protectedUntil && protectedUntil >= latest.since ? latest : undefined;
  }
}

function isWithheld(customer: Customer, { state }: SubscriptionView): boolean {
  return state === 'cancelled' && channelOf(customer) !== 'push';
}

function channelOf({ session: { channel } }: Customer): 'push' | 'sms' {
  return channel === 'push' ? 'push' : 'sms';
}

/** After such an end, the line or its number may be another person's. */
const FOREIGN: ReadonlySet<string> = new Set(['owner_changed', 'line_terminated', 'ported_out']);
