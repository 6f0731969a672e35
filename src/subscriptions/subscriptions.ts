import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { normaliseEnrolmentCode, randomEnrolmentCode, randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Database, isConflict, type Session } from '../database/database.ts';
import { REPLACED_HOURS } from '../domain/alert.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import { ineligibility, INELIGIBILITY_SENTENCES, type IneligibilityCode } from '../domain/eligibility.ts';
import type { LineFacts } from '../domain/line.ts';
import type { Circumstances } from '../domain/deed.ts';
import { joinHold, memoryAfter, type Hold, type LineHappening, type LineMemory } from '../domain/line-memory.ts';
import { differencesBetween } from '../domain/line-event.ts';
import { seoulDay } from '../domain/person.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import type { Standing, SubscriptionChange } from '../domain/subscription.ts';
import { CarrierDirectory, CarrierUnavailable, type DirectoryLine } from '../gateways/directory/carrier-directory.ts';
import { A_MOBILE_NUMBER } from '../http/person-rules.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Lines, NumberOvertaken, type LockedLine, type LosingLine } from '../lines/lines.ts';
import { Notices } from '../notices/notices.ts';
import { JobQueue } from '../queue/job-queue.ts';
import type {
  Cause,
  EnrolmentState,
  Issuer,
  SubscriptionTransition,
  LockedSubscription,
  OfferedEnrolment,
  SpentCode,
  StandingSubscription,
  StoredView,
  SubscriptionView,
} from './subscription.ts';
import { ChangedSubjects } from './changed-subjects.ts';
import { SubscriptionStore } from './subscription.store.ts';

/** A subscription that waits for its app, with the code that enrols it. */
export interface Enrolment {
  subscriptionId: string;
  /** 4×5 Base32 characters, valid once and for ten minutes. */
  enrolmentCode: string;
  /** The content of the QR code. */
  enrolmentUri: string;
}

/** What of a subscription decides about holds. */
type ForHolds = Pick<StandingSubscription, 'protectedSince'> & Pick<Circumstances, 'suspensions'>;

/**
 * Who subscribes a line. With `verified`, the carrier must still report this line and this person as its owner.
 */
export type Joining = Cause & {
  verified?: Pick<LineFacts, 'lineId' | 'owner'>;
  /** Two operators have the customer before them: `recent_sim_change` does not count, and every other rule does. */
  despiteHold?: boolean;
};

/** Subscriptions of lines: eligibility, joining, enrolment codes and changes of state. */
@Injectable()
export class Subscriptions {
  private readonly logger = new Logger(Subscriptions.name);

  constructor(
    private readonly database: Database,
    private readonly store: SubscriptionStore,
    private readonly carrier: CarrierDirectory,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly keys: ServiceKeys,
    private readonly notices: Notices,
    private readonly subjects: ChangedSubjects,
    private readonly queue: JobQueue,
    private readonly environment: Environment,
  ) {}

  /**
   * Returns every rule that keeps the line of a number from subscribing, by the present facts of the carrier; empty
   * when the line is eligible.
   * Problems: `invalid_request`, `service_unavailable` while the carrier does not answer.
   */
  async eligibility(phoneNumber: string): Promise<{ line: DirectoryLine | null; faults: IneligibilityCode[] }> {
    const number = readPhoneNumber(phoneNumber);
    const line = (await this.askCarrier(number)) ?? (await this.endedLine(number));
    // A number that this carrier never had belongs to another one.
    if (!line) return { line, faults: ['not_home_carrier'] };
    const standing = await this.store.standingOnLine(this.database, line.lineId);
    const faults = ineligibility({
      line,
      homeCarriers: this.environment.HOME_CARRIERS,
      alreadySubscribed: standing !== undefined,
      simInDoubt: (await this.joinHold(line, standing)) !== null,
      today: seoulDay(new Date()),
    });
    return { line, faults };
  }

  /** Returns the hold that keeps a line from joining; null without one. */
  async joinHold(line: DirectoryLine, standing?: StandingSubscription): Promise<Hold | null> {
    const memory = await this.memories.expected(line);
    const change = newSimChange(memory, line);
    return this.holdBy(change ? memoryAfter(memory, change) : memory, standing);
  }

  /** The hold of joining by the memory of a line and the subscription on it; null when none stands. */
  holdBy(memory: LineMemory, standing: ForHolds | undefined): Hold | null {
    const onLine = standing && { isProtected: standing.protectedSince !== null, suspensions: standing.suspensions };
    const { SMS_HOLD_HOURS: sms, JOIN_HOLD_HOURS: join } = this.environment;
    return joinHold(memory, onLine ?? null, new Date(), { sms, join });
  }

  /** The hold of the line under a subscription; null when none stands. */
  async holdUnder(standing: ForHolds & { lineId: string }): Promise<Hold | null> {
    return this.holdBy(await this.memories.of(standing.lineId), standing);
  }

  /** What decides how many people a deed on a locked subscription takes. */
  async circumstancesOf(session: Session, locked: LockedSubscription): Promise<Circumstances> {
    const hold = this.holdBy(await this.memories.of(locked.lineId, session), locked);
    return { suspensions: locked.suspensions, isHeld: hold !== null, wasUnlocked: locked.pinUnlocked };
  }

  /** Records that an operator or a program unlocked the PIN. */
  async pinUnlocked(session: Session, subscriptionId: string): Promise<void> {
    await this.store.pinUnlocked(session, subscriptionId);
  }

  /**
   * Subscribes the line of a number if every rule allows it.
   * `inTransaction` runs last in the same transaction, with the lines that lost their number to this one.
   * Problems: as `eligibility`, and `not_eligible`.
   */
  async subscribe(
    phoneNumber: string,
    by: Joining,
    inTransaction: (session: Session, subscriptionId: string, losing: readonly LosingLine[]) => Promise<void>,
  ): Promise<Enrolment> {
    const before = await this.lines.versionStamp(readPhoneNumber(phoneNumber));
    const { line: told, faults: all } = await this.eligibility(phoneNumber);
    const faults = by.despiteHold ? all.filter((fault) => fault !== 'recent_sim_change') : all;
    if (!told || faults.length > 0) throw notEligible(faults);
    const { simChangedAt, ...line } = told;
    if (by.verified && !isLineOf(line, by.verified)) throw notEligible(['other_party_name']);
    const id = randomId();
    const step = async (session: Session) => {
      // The line may have changed since the eligibility check.
      // Later changes of the line wait for this lock, and then see the new subscription.
      const stored = await this.lines.lockToMove(session, line.lineId, line.phoneNumber);
      // An event that arrived during the query to the carrier is newer than its answer.
      if ((await this.lines.versionStamp(line.phoneNumber, session)) !== before)
        throw tryAgain('The line is being changed.');
      const losing = await this.enter(session, line, stored);
      const change = newSimChange(await this.memories.of(line.lineId, session), { simChangedAt });
      if (change) await this.memories.remember(session, line.lineId, change);
      if (!(await this.store.create(session, id, line.lineId, by))) throw notEligible(['already_subscribed']);
      const enrolment = await this.enrolmentCode(id, session);
      const notice = await this.notices.enqueue(session, id, { kind: 'joined' }, { phoneNumber: line.phoneNumber });
      // Last, because an audit entry locks the only head of the audit chain until the commit.
      await inTransaction(session, id, losing);
      return { enrolment, notice };
    };
    const { enrolment, notice } = await this.database.transaction(step).catch((error: unknown) => {
      if (error instanceof NumberOvertaken || isConflict(error, 'lines_phone'))
        throw tryAgain('The line is being changed.');
      throw error;
    });
    this.queue.enqueue(notice);
    return enrolment;
  }

  /**
   * Enters a line as the carrier told it into the register, and locks it. Returns the lines that lost their number to it.
   * Rejects with `NumberOvertaken` when another transaction changed its number meanwhile.
   */
  async register(session: Session, line: LineFacts): Promise<LosingLine[]> {
    return this.enter(session, line, await this.lines.lockToMove(session, line.lineId, line.phoneNumber));
  }

  private async enter(session: Session, line: LineFacts, stored: LockedLine | null): Promise<LosingLine[]> {
    const differs = !stored || differencesBetween(stored.facts, line).length > 0;
    return differs ? this.lines.upsert(line, stored?.facts ?? null, session) : [];
  }

  /**
   * Issues a new enrolment code, which voids earlier ones at once. `confirmed`: the phone before it proved its PIN for
   * this. Problems: `subscription_not_found`.
   */
  async enrolmentCode(subscriptionId: string, session?: Session, { confirmed = false } = {}): Promise<Enrolment> {
    if (!session) return this.database.transaction((own) => this.enrolmentCode(subscriptionId, own));
    // Concurrent requests take turns. Without the lock, neither would see the code of the other to void it.
    await this.lock(session, subscriptionId);
    const drawn = this.drawEnrolmentCode();
    if (!(await this.enqueueEnrolment(session, subscriptionId, drawn.enrolmentCode, { confirmed })))
      throw subscriptionNotFound();
    return { subscriptionId, ...drawn };
  }

  /** Generates a code and its URI. The code enrols nothing before `enqueueEnrolment` has stored it. */
  drawEnrolmentCode(): Pick<Enrolment, 'enrolmentCode' | 'enrolmentUri'> {
    return this.withUri(randomEnrolmentCode());
  }

  /** Returns a code of the service itself that enrols a phone of this subscription now, with its end. */
  async liveEnrolment(
    session: Session,
    subscriptionId: string,
    enrolmentCode: string,
  ): Promise<(Enrolment & { expiresAt: Date }) | undefined> {
    const expiresAt = await this.store.liveCode(session, sha256(enrolmentCode), subscriptionId);
    return expiresAt && { subscriptionId, ...this.withUri(enrolmentCode), expiresAt };
  }

  private withUri(enrolmentCode: string): Pick<Enrolment, 'enrolmentCode' | 'enrolmentUri'> {
    const uri = new URL('pushguard://enrol');
    uri.searchParams.set('issuer', this.environment.ISSUER);
    uri.searchParams.set('code', enrolmentCode);
    return { enrolmentCode, enrolmentUri: uri.href };
  }

  /**
   * Stores a generated code for one enrolment, which voids earlier ones of the same issuer. The caller has locked the
   * subscription.
   * With `decoyIndex`, the named person is no subscriber: the code is stored in the same way and enrols nothing.
   * Returns the expiry; undefined, with no code stored, when the subscription is unknown or cancelled.
   */
  async enqueueEnrolment(
    session: Session,
    subscriptionId: string,
    enrolmentCode: string,
    given: {
      seconds?: number;
      issuer?: Issuer;
      reissueId?: string;
      decoyIndex?: Buffer;
      /** True when the old phone confirmed the new one with its PIN. */
      confirmed?: boolean;
    } = {},
  ): Promise<Date | undefined> {
    const { seconds = ENROLMENT_SECONDS, issuer = null, reissueId = null, decoyIndex = null } = given;
    const { confirmed = false } = given;
    return this.store.issueEnrolmentCode(session, {
      subscriptionId,
      digest: sha256(enrolmentCode),
      seconds,
      issuer,
      reissueId,
      decoyIndex,
      confirmed,
    });
  }

  /** Returns the subscription of a line that is not cancelled. */
  async standingOnLine(lineId: string, session: Session = this.database): Promise<StandingSubscription | undefined> {
    return this.store.standingOnLine(session, lineId);
  }

  /** Whether protection on the line of this subscription ended so lately that its phone counts as one in use. */
  async followsAnother(session: Session, subscriptionId: string): Promise<boolean> {
    return this.store.followsAnother(session, subscriptionId, REPLACED_HOURS);
  }

  /** Which of these lines have a subscription that is not cancelled. */
  async subscribedAmong(lineIds: readonly string[]): Promise<Set<string>> {
    return this.store.subscribedAmong(lineIds);
  }

  /** How many lines have not ended, and how many subscriptions are not cancelled. */
  async counts(): Promise<{ lines: number; subscriptions: number }> {
    return { lines: await this.lines.count(), subscriptions: await this.store.count() };
  }

  /** Spends an enrolment code as a person typed it, for a device. Problems: `enrolment_code_invalid`. */
  async spendEnrolmentCode(session: Session, typed: string, deviceId: string): Promise<SpentCode> {
    const digest = sha256(normaliseEnrolmentCode(typed));
    const subscription = await this.store.spendEnrolmentCode(session, digest, deviceId);
    if (subscription) return subscription;
    throw codeInvalid();
  }

  /** Returns what a code as a person typed it would enrol now, and spends nothing. Problems: `enrolment_code_invalid`. */
  async offeredBy(typed: string): Promise<OfferedEnrolment> {
    const offered = await this.store.offeredBy(sha256(normaliseEnrolmentCode(typed)));
    if (offered) return offered;
    throw codeInvalid();
  }

  /** Returns the progress of the enrolment with a code. */
  async enrolmentState(enrolmentCode: string): Promise<EnrolmentState> {
    return this.store.enrolmentState(sha256(enrolmentCode));
  }

  /** Records that the carrier reported another handset. */
  async handsetChanged(session: Session, subscriptionId: string): Promise<void> {
    await this.store.handsetChanged(session, subscriptionId);
  }

  /** Records that the old phone objected to a request for a new one. */
  async newPhoneObjected(session: Session, subscriptionId: string): Promise<void> {
    await this.store.newPhoneObjected(session, subscriptionId);
  }

  /** Returns when the old phone last objected to a request for a new one. */
  async newPhoneObjectedAt(subscriptionId: string): Promise<Date | null> {
    return this.store.newPhoneObjectedAt(subscriptionId);
  }

  /** Records that the person objected to a report of loss that was made without a login. */
  async lossObjected(session: Session, subscriptionId: string): Promise<void> {
    await this.store.lossObjected(session, subscriptionId);
  }

  /** Returns when the carrier reported a handset on which no app was activated since, and the database’s clock. */
  async newHandset(
    subscriptionId: string,
    session: Session = this.database,
  ): Promise<{ since: Date; now: Date } | undefined> {
    return this.store.newHandset(session, subscriptionId);
  }

  /** Locks a subscription until the session's transaction ends. Problems: `subscription_not_found`. */
  async lock(session: Session, subscriptionId: string): Promise<LockedSubscription> {
    const locked = await this.store.lock(session, subscriptionId);
    if (!locked) throw subscriptionNotFound();
    return locked;
  }

  /**
   * Locks the subscriptions on lines that are not cancelled, until the session's transaction ends, and returns them by
   * their lines. The caller has locked the lines.
   */
  async lockOnLines(session: Session, lineIds: readonly string[]): Promise<Map<string, LockedSubscription>> {
    const locked = await this.store.lockOnLines(session, lineIds);
    return new Map(locked.map((subscription) => [subscription.lineId, subscription]));
  }

  /** As `lock`, with the same work for the id of a decoy, which locks nothing. */
  async lockOrDecoy(session: Session, subscriptionId: string): Promise<void> {
    await this.store.lock(session, subscriptionId);
  }

  /** Deletes a batch of decoys' codes that expired a day ago. Returns true if more may remain. */
  async purgeDecoys(): Promise<boolean> {
    return this.store.purgeDecoys();
  }

  /**
   * Applies one change to a locked subscription, and tells the relying parties that have verified its person. Returns null
   * when the change has no effect.
   */
  async change(
    session: Session,
    before: LockedSubscription,
    change: SubscriptionChange,
    by: Cause,
  ): Promise<Standing | null> {
    const after = await this.store.change(session, before, change, by);
    if (after) await this.subjects.tellOf(session, before, change);
    return after;
  }

  /**
   * Voids all enrolment codes of a subscription, because the person who requested a code may no longer be the one who
   * uses it.
   */
  async voidEnrolmentCodes(session: Session, subscriptionId: string): Promise<void> {
    await this.store.voidEnrolmentCodes(session, subscriptionId);
  }

  /** Voids the codes that enrol the subscription’s own phone; those of institutions stay valid. */
  async voidOwnEnrolmentCodes(session: Session, subscriptionId: string): Promise<void> {
    await this.store.voidOwnEnrolmentCodes(session, subscriptionId);
  }

  /**
   * Records that a device became active. From the first activation on, codes go to the device and nowhere else.
   * Problems: `subscription_not_active`.
   */
  async protect(session: Session, locked: LockedSubscription): Promise<void> {
    if (await this.store.change(session, locked, { kind: 'device_activated' }, { actor: 'customer' })) return;
    throw new Problem('subscription_not_active', 'The subscription was cancelled. Subscribe again.');
  }

  /** Every subscription that ever stood on these lines, newest first. */
  async ofLines(lineIds: readonly string[]): Promise<SubscriptionView[]> {
    return (await this.store.ofLines(lineIds)).map((one) => this.readable(one));
  }

  /** Returns one subscription, and the line on which it stands or stood. Problems: `subscription_not_found`. */
  async view(subscriptionId: string): Promise<SubscriptionView & { lineId: string }> {
    const [subscription, lineId] = await Promise.all([
      this.store.view(subscriptionId),
      this.store.lineOf(subscriptionId),
    ]);
    if (!subscription || lineId === undefined) throw subscriptionNotFound();
    return { ...this.readable(subscription), lineId };
  }

  private readable({ device, ...subscription }: StoredView): SubscriptionView {
    if (!device) return { ...subscription, device };
    const { id, nameCipher, pinExhausted, ...shown } = device;
    const cipher = nameCipher === null ? null : Buffer.from(nameCipher, 'base64');
    const name = this.keys.fields.readText(cipher, device.name, `devices:name:${id}`);
    return { ...subscription, device: { ...shown, ...(pinExhausted && { pinExhausted }), name } };
  }

  /** The line that had a number which the carrier gives to none now. */
  private async endedLine(phoneNumber: string): Promise<LineFacts | null> {
    const known = (await this.lines.byPhoneNumber(phoneNumber)) ?? (await this.lines.formerByPhoneNumber(phoneNumber));
    return known && { ...known, status: 'terminated' };
  }

  private async askCarrier(phoneNumber: string): Promise<DirectoryLine | null> {
    try {
      return await this.carrier.byPhoneNumber(phoneNumber);
    } catch (error) {
      if (!(error instanceof CarrierUnavailable)) throw error;
      this.logger.warn(`carrier: ${error.message}`);
      throw tryAgain('The carrier’s system does not answer.');
    }
  }

  /** Lists all transitions of a subscription, oldest first. */
  async transitions(subscriptionId: string): Promise<SubscriptionTransition[]> {
    return this.store.transitions(subscriptionId);
  }
}

/** The same for an unknown, a used and an expired code. */
function codeInvalid(): Problem {
  return new Problem('enrolment_code_invalid', 'The enrolment code is wrong, used or expired. Request a new one.');
}

function isLineOf(line: LineFacts, { lineId, owner }: Pick<LineFacts, 'lineId' | 'owner'>): boolean {
  const { birthDate, genderDigit } = line.owner;
  return line.lineId === lineId && birthDate === owner.birthDate && genderDigit === owner.genderDigit;
}

/**
 * The SIM change that a directory tells and the memory does not have; undefined without one. A change that the memory
 * already has may have been confirmed by the person since.
 */
function newSimChange(
  memory: LineMemory,
  { simChangedAt: at }: { simChangedAt?: Date | undefined },
): LineHappening | undefined {
  return at && at > (memory.simChangedAt ?? new Date(0)) ? { kind: 'sim_changed', at } : undefined;
}

/** Reads a number as a person typed it, and returns it in E.164. Problems: `invalid_request`. */
export function readPhoneNumber(typed: string): string {
  const number = parsePhoneNumber(typed);
  if (number) return number;
  const errors = [{ pointer: '/phoneNumber', detail: `Send phoneNumber as ${A_MOBILE_NUMBER.message}.` }];
  throw new Problem('invalid_request', 'The phone number is not valid.', { errors });
}

function tryAgain(why: string): Problem {
  return new Problem('service_unavailable', `${why} Try again in a moment.`, { retryAfterSeconds: 5 });
}

/** `subscription_not_found`: for an unknown id, and for a subscription that is cancelled. */
export function subscriptionNotFound(): Problem {
  return new Problem('subscription_not_found', 'Look up the subscription by its phone number.');
}

/** `not_eligible`: names every rule that fails, in Korean and English. */
export function notEligible(codes: readonly IneligibilityCode[]): Problem {
  const reasons = codes.map((code) => ({
    code,
    message: `${INELIGIBILITY_SENTENCES[code].ko} ${INELIGIBILITY_SENTENCES[code].en}`,
  }));
  return new Problem(
    'not_eligible',
    'See reasons for each rule that the line does not meet, and for what would help.',
    { reasons },
  );
}
