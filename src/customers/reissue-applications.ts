import { Injectable, Logger } from '@nestjs/common';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomId, randomReceiptNumber, receiptNumberIn } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Database, isConflict, type Session } from '../database/database.ts';
import { maskAddress, maskInsideOfName, maskPostcode } from '../domain/masking.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import {
  APP_PROOF_SECONDS,
  APPLICATION_SECONDS,
  standingOf,
  type ApplicationStanding,
  type CheckedProof,
} from '../domain/reissue-application.ts';
import type { IdentityProof, ReissueCause, ReissueDelivery } from '../domain/reissue.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { ReissueApplication } from './reissue-application.entity.ts';
import { ReissueApplicationStore, type WaitingApplication } from './reissue-application.store.ts';

export type { WaitingApplication } from './reissue-application.store.ts';

/** Milliseconds until the next attempt after a failure. */
const RETRY_MS = 60_000;

/** Where a letter goes. */
export interface Recipient {
  name: string;
  postcode: string;
  address: string;
}

/** What a customer applies for. */
export interface WantedReissue {
  cause: ReissueCause;
  oldSerialNumber: string;
  delivery: ReissueDelivery;
  /** Given for a letter. */
  recipient: Recipient | undefined;
}

/** The proof of a customer who cannot log in, which an operator checks. */
export interface GivenProof {
  identityProof: CheckedProof;
  /** A number by which the operator finds the proof; empty for an identity card. */
  reference: string;
}

/** An application as its customer finds it again. It shows nothing that names the person. */
export interface OwnApplication {
  number: string;
  standing: ApplicationStanding;
  cause: ReissueCause;
  delivery: ReissueDelivery;
  filedAt: Date;
  expiresAt: Date;
  mayWithdraw: boolean;
}

/** An application as an operator reads it before taking it up. Name and address are masked. */
export interface ShownApplication {
  id: string;
  cause: ReissueCause;
  oldSerialNumber: string;
  identityProof: IdentityProof;
  authenticationId: string | null;
  reference: string;
  delivery: ReissueDelivery;
  recipient: Recipient | null;
  filedAt: Date;
  expiresAt: Date;
  /** The app verified the customer too long ago, so that the operator has to check another proof. */
  proofIsStale: boolean;
}

/** A page of what waits for an operator over all subscriptions; `next` is null on the last one. */
export interface WaitingPage {
  shown: WaitingApplication[];
  next: string | null;
}

/** What waits for an operator: the applications that are shown, and how many there are. */
export interface OpenApplications {
  shown: ShownApplication[];
  count: number;
}

/** The customer's own application that became a reissue, for those who decide about it. Name and address are masked. */
export interface ReissueOrigin {
  /** Null when the customer applied without a log-in. */
  authenticationId: string | null;
  /** As the customer named it. */
  identityProof: IdentityProof;
  filedAt: Date;
  recipient: Recipient | null;
}

/** A postal address in full, with the time of its application. */
export interface GivenRecipient {
  filedAt: Date;
  recipient: Recipient;
}

/**
 * Applications for a reissue by customers themselves. An application decides nothing: an operator checks it and applies,
 * and another one decides. A customer who cannot use the app applies without logging in; a worker looks for the person
 * afterwards, so that the answer does not reveal who is a subscriber.
 */
@Injectable()
export class ReissueApplications implements RecurringTask {
  readonly name = 'reissue applications';
  readonly everyMs = 500;
  private readonly logger = new Logger(ReissueApplications.name);

  constructor(
    private readonly store: ReissueApplicationStore,
    private readonly database: Database,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly lines: Lines,
    private readonly keys: ServiceKeys,
  ) {}

  /** Files the application of a person who did not log in. Returns its receipt number. */
  async file(person: NamedPerson, wanted: WantedReissue, { identityProof, reference }: GivenProof): Promise<string> {
    const id = randomId();
    return this.keep(id, wanted, {
      person: this.keys.fields.encrypt(JSON.stringify(person), placeOf('person', id)),
      identityProof,
      proofReference: reference === '' ? null : this.keys.fields.encrypt(reference, placeOf('proof_reference', id)),
      subscriptionId: null,
      authenticationId: null,
    });
  }

  /**
   * Files the application of a customer whom the app verified for it. Returns its receipt number. Problems:
   * `nothing_to_change` when the line has no subscription with a phone. A verification serves one application: null if an
   * application was filed with it already, as when a form is sent twice.
   */
  async fileVerified(lineId: string, authenticationId: string, wanted: WantedReissue): Promise<string | null> {
    const standing = await this.subscriptions.standingOnLine(lineId);
    if (!standing?.protectedSince) {
      throw new Problem('nothing_to_change', 'The line has no phone that could be replaced.');
    }
    try {
      return await this.keep(randomId(), wanted, {
        person: null,
        identityProof: 'phone',
        proofReference: null,
        subscriptionId: standing.id,
        authenticationId,
      });
    } catch (error) {
      if (isConflict(error, 'reissue_applications_authentication')) return null;
      throw error;
    }
  }

  /** True if an application was filed with this verification. */
  hasServed(authenticationId: string): Promise<boolean> {
    return this.store.hasServed(authenticationId);
  }

  /** Finds an application by its receipt number, as typed; undefined for an unknown one. */
  async find(typed: string): Promise<OwnApplication | undefined> {
    const number = receiptNumberIn(typed);
    const application = number === null ? null : await this.store.byDigest(digestOf(number));
    if (number === null || !application) return undefined;
    return { number, ...(await this.ownOf(application)) };
  }

  /** Returns where the last application of a subscription stands that its app verified, while it is open. */
  async openOf(subscriptionId: string): Promise<Omit<OwnApplication, 'number'> | undefined> {
    const application = await this.store.newestVerified(subscriptionId);
    const own = application && (await this.ownOf(application));
    return own?.mayWithdraw ? own : undefined;
  }

  private async ownOf(application: ReissueApplication): Promise<Omit<OwnApplication, 'number'>> {
    const reissue = application.reissueId === null ? null : await this.reissueStateOf(application.reissueId);
    const { cause, delivery, filedAt, expiresAt, state, authenticationId } = application;
    const hasEnded = expiresAt <= new Date();
    const standing = standingOf({ state, hasEnded, isAuthenticated: authenticationId !== null, reissue });
    const mayWithdraw = !['completed', 'withdrawn', 'ended'].includes(standing);
    return { standing, cause, delivery, filedAt, expiresAt, mayWithdraw };
  }

  /** Withdraws an application, and the reissue that it became. Without effect when it has ended. */
  async withdraw(typed: string): Promise<void> {
    const number = receiptNumberIn(typed);
    if (number === null) throw applicationNotFound();
    await this.lifecycle.inTransaction(async (step) => {
      const before = await this.store.byDigest(digestOf(number), step.session);
      if (!before) throw applicationNotFound();
      if (before.subscriptionId !== null) await this.lifecycle.lock(step, before.subscriptionId);
      if (await this.store.withdraw(step.session, before.id)) return;
      // A worker may have found the person, and an operator taken the application up, since it was read.
      const { reissueId, subscriptionId } = (await this.store.byId(before.id, step.session)) ?? before;
      if (reissueId === null || subscriptionId === null) return;
      if (before.subscriptionId === null) await this.lifecycle.lock(step, subscriptionId);
      if (!(await this.reissues.stop(step.session, reissueId))) return;
      await this.lifecycle.endAnnouncement(step, subscriptionId, 'reissue');
      await this.lifecycle.voidEnrolments(step, subscriptionId);
    });
  }

  /**
   * Lists a page of the applications that wait for an operator, one for each subscription: first those that the
   * customer's own app verified, then those that nobody verified, each the oldest first. Later pages, which begin `after`
   * a subscription, have the latter alone. Strangers who file any number hide no other one: they file none that the app
   * verified, and every other one is on a page. Of more than 100 verified ones, the later follow as the first are decided.
   */
  async waiting(after: string | null): Promise<WaitingPage> {
    const [verified, { shown, next }] = await Promise.all([
      after === null ? this.store.verified() : [],
      this.store.unverified(after),
    ]);
    const oldestFirst = shown.toSorted((one, other) => one.filedAt.getTime() - other.filedAt.getTime());
    return { shown: [...verified, ...oldestFirst], next };
  }

  /** The applications of a subscription that wait for an operator: verified ones first, then the newest. */
  async open(subscriptionId: string): Promise<OpenApplications> {
    const { shown, count } = await this.store.open(subscriptionId);
    return { shown: shown.map((application) => this.readable(application)), count };
  }

  /** Returns an application of this subscription that waits, by its receipt number as typed; undefined without one. */
  async openByNumber(subscriptionId: string, typed: string): Promise<ShownApplication | undefined> {
    const number = receiptNumberIn(typed);
    const found = number === null ? null : await this.store.byDigest(digestOf(number));
    const waits = found?.subscriptionId === subscriptionId && found.state === 'filed' && found.expiresAt > new Date();
    return waits ? this.readable(found) : undefined;
  }

  /** Lists the last twenty applications of a subscription, in any state, newest first. */
  ofSubscription(subscriptionId: string): Promise<ReissueApplication[]> {
    return this.store.ofSubscription(subscriptionId);
  }

  /** Returns an application with its subscription. Problems: `reissue_not_found`. */
  async get(id: string): Promise<ShownApplication & { subscriptionId: string }> {
    const application = await this.store.byId(id);
    if (application?.subscriptionId == null) throw applicationNotFound();
    return { ...this.readable(application), subscriptionId: application.subscriptionId };
  }

  /** Returns the address that a customer gave for the letter of a reissue; null without one. */
  async recipientOf(reissueId: string): Promise<Recipient | null> {
    const application = await this.store.ofReissue(reissueId);
    return application && this.recipientIn(application);
  }

  /** Returns the customers' own applications by the reissues that they became. */
  async originsOf(reissueIds: readonly string[]): Promise<Map<string, ReissueOrigin>> {
    const found = await this.store.ofReissues(reissueIds);
    return new Map(
      found.map((application) => {
        const { authenticationId, identityProof, filedAt, recipient } = this.readable(application);
        return [application.reissueId ?? '', { authenticationId, identityProof, filedAt, recipient }];
      }),
    );
  }

  /** Returns in full the addresses that the applications of a subscription hold, newest first. The caller audits it. */
  async recipientsOf(subscriptionId: string): Promise<GivenRecipient[]> {
    return (await this.store.withRecipient(subscriptionId)).flatMap((application) => {
      const recipient = this.recipientIn(application);
      return recipient ? [{ filedAt: application.filedAt, recipient }] : [];
    });
  }

  /**
   * Records that an operator applied for the reissue, in the transaction that does so; other applications of the
   * subscription end with it. Problems: `reissue_closed` when the application does not wait any more.
   */
  async taken(
    session: Session,
    id: string,
    by: { operator: string; subscriptionId: string; reissueId: string },
  ): Promise<void> {
    const { operator: closedBy, subscriptionId, reissueId } = by;
    if (!(await this.store.close(session, id, { state: 'taken', closedBy, reissueId }))) throw applicationClosed();
    await this.store.closeOthers(session, subscriptionId, closedBy);
  }

  /** Records that an operator spoke with the customer and does not apply. Problems: `reissue_closed`. */
  async declined(session: Session, id: string, closedBy: string): Promise<void> {
    if (!(await this.store.close(session, id, { state: 'declined', closedBy }))) throw applicationClosed();
  }

  /** Looks for the persons of new applications, one after the other. */
  async run(signal: AbortSignal): Promise<void> {
    if (!(await this.store.isAnyDue())) return;
    while (!signal.aborted && (await this.matchNext()));
  }

  /** As `ReissueApplicationStore.purge`. */
  async purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }

  private async matchNext(): Promise<boolean> {
    let id: string | undefined;
    try {
      return await this.database.transaction(async (session) => {
        const application = await this.store.next(session);
        if (!application) return false;
        ({ id } = application);
        await this.store.match(session, id, await this.subscriptionOf(id, application.person));
        return true;
      });
    } catch (error) {
      if (id === undefined) throw error;
      // Postpone the application, so that it does not block the others.
      this.logger.error(`reissue application ${id}: ${(error as Error).message}`);
      await this.store.postpone(id, new Date(Date.now() + RETRY_MS));
      return true;
    }
  }

  /** The subscription of the named person that ever had a phone; null if the person does not own the line or has none. */
  private async subscriptionOf(id: string, person: Buffer): Promise<string | null> {
    const named = JSON.parse(this.keys.fields.decrypt(person, placeOf('person', id)).toString('utf8')) as NamedPerson;
    const line = await this.lines.byPhoneNumber(parsePhoneNumber(named.phoneNumber) ?? '');
    if (!line) return null;
    const { birthDate, genderDigit } = line.owner;
    const isTheirs = equalInConstantTime(
      Buffer.from(birthDate + genderDigit),
      Buffer.from(named.birthDate + named.genderDigit),
    );
    const standing = isTheirs ? await this.subscriptions.standingOnLine(line.lineId) : undefined;
    return standing?.protectedSince ? standing.id : null;
  }

  private async keep(
    id: string,
    { cause, oldSerialNumber, delivery, recipient }: WantedReissue,
    by: Pick<ReissueApplication, 'person' | 'identityProof' | 'proofReference' | 'subscriptionId' | 'authenticationId'>,
  ): Promise<string> {
    const number = randomReceiptNumber();
    await this.store.file({
      id,
      digest: digestOf(number),
      cause,
      oldSerialNumber,
      delivery,
      recipient: recipient ? this.keys.fields.encrypt(JSON.stringify(recipient), placeOf('recipient', id)) : null,
      expiresAt: new Date(Date.now() + APPLICATION_SECONDS * 1000),
      ...by,
    });
    return number;
  }

  private readable(application: ReissueApplication): ShownApplication {
    const { id, proofReference, ...rest } = application;
    const { cause, oldSerialNumber, identityProof, authenticationId, delivery, filedAt, expiresAt } = rest;
    const recipient = this.recipientIn(application);
    return {
      id,
      cause,
      oldSerialNumber,
      identityProof,
      authenticationId,
      delivery,
      filedAt,
      expiresAt,
      proofIsStale: authenticationId !== null && filedAt.getTime() < Date.now() - APP_PROOF_SECONDS * 1000,
      reference: proofReference ? this.read('proof_reference', id, proofReference) : '',
      recipient: recipient && masked(recipient),
    };
  }

  private recipientIn({ id, recipient }: ReissueApplication): Recipient | null {
    return recipient && (JSON.parse(this.read('recipient', id, recipient)) as Recipient);
  }

  private read(column: string, id: string, cipher: Buffer): string {
    return this.keys.fields.decrypt(cipher, placeOf(column, id)).toString('utf8');
  }

  private async reissueStateOf(reissueId: string): Promise<Awaited<ReturnType<Reissues['get']>>['state'] | null> {
    return this.reissues.get(reissueId).then(
      ({ state }) => state,
      (error: unknown) => {
        // The reissue was removed after its retention.
        if (error instanceof Problem) return null;
        throw error;
      },
    );
  }
}

/** `reissue_not_found`: no application has this id or receipt number. */
function applicationNotFound(): Problem {
  return new Problem('reissue_not_found', 'Check the receipt number of the application.');
}

function applicationClosed(): Problem {
  return new Problem('reissue_closed', 'The application has ended or was taken up. Look the subscription up again.');
}

function digestOf(number: string): Buffer {
  return sha256(number);
}

function masked({ name, postcode, address }: Recipient): Recipient {
  return { name: maskInsideOfName(name), postcode: maskPostcode(postcode), address: maskAddress(address) };
}

function placeOf(column: string, id: string): string {
  return `reissue_applications:${column}:${id}`;
}
