import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { IN_WINDOWS, OF_API, OF_NUMBERS, stateAt, type Channel, type Flow } from '../domain/authentication.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { isWithin } from '../domain/line-memory.ts';
import { Problem } from '../domain/problem.ts';
import { decryptNamedPerson, namesNobody, type NamedPerson } from '../lines/named-person.ts';
import { signAssertion, type VerifiedPerson } from './assertion.ts';
import { AuthenticationStore } from './authentication.store.ts';
import { closedProblem, notFound } from './closed-problem.ts';
import { Funnel } from './funnel.ts';
import { PhoneCode, type TypedPhoneCode } from './phone-code.ts';
import { RecentOtpStarts } from './recent-otp-starts.ts';
import { StateWatcher } from './state-watcher.ts';
import { VerificationAnswers } from './verification-answers.ts';
import type { AuthenticationView } from './statement-parts.ts';

/** The result, and the same result as a signed assertion (compact JWS). */
export interface Verified {
  state: 'verified';
  result: VerifiedPerson;
  assertion: string;
}

/** The client in whose name a code is verified. */
interface VerifyingClient {
  id: string;
  clientId: string;
}

/** An attempt that counted, with the canonical digest (`question`) of the transaction that was signed. */
interface Attempt {
  tried: AuthenticationView;
  question: string | null;
}

const READ_AGAIN = 'Ask the person to check the code and to enter its six digits again.';
/** No code of an approval is ever tried. */
const NO_CODE = 'This authentication has no code. GET it, with wait, until its state is verified.';
/** The same text whether or not a phone computes the code, so that it does not reveal a decoy. */
export const MISMATCH: Readonly<Record<Channel, string>> = {
  push: READ_AGAIN,
  sms: READ_AGAIN,
  otp: 'Ask the person to wait for the next code in the app and to enter that one. Each code is accepted once.',
  sign: 'Open the request in the app with the PIN, then send the code and the transaction exactly as the app shows them.',
  approve: NO_CODE,
};

const START_ANEW = 'This was the fifth wrong code. Start a new authentication.';
const UNLOCK = 'Five wrong codes in a row lock the phone’s codes until an authentication by push succeeds.';
export const EXHAUSTED: Readonly<Record<Channel, string>> = {
  push: START_ANEW,
  sms: START_ANEW,
  otp: `${START_ANEW} ${UNLOCK}`,
  sign: `${START_ANEW} ${UNLOCK}`,
  approve: NO_CODE,
};

/** Step 4 of an authentication: the relying party sends the code that the person typed into the window. */
@Injectable()
export class Verify {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: AuthenticationStore,
    private readonly phoneCode: PhoneCode,
    private readonly answers: VerificationAnswers,
    private readonly watcher: StateWatcher,
    private readonly otpStarts: RecentOtpStarts,
    private readonly funnel: Funnel,
    private readonly environment: Environment,
  ) {}

  /**
   * Verifies the code once and returns the person, for the service's own pages: they never repeat an answer.
   * Problems: `invalid_request`, `code_mismatch`, `attempts_exhausted`, `nothing_to_verify`, `authentication_closed`,
   * `authentication_expired`, `authentication_not_found`.
   */
  async verify(id: string, typed: TypedPhoneCode, client: VerifyingClient): Promise<Verified> {
    const attempt = await this.try(id, typed, client.id, { requestDigest: null, flows: IN_WINDOWS });
    if (!attempt) throw await this.explain(id, client.id, IN_WINDOWS);
    return this.judged(attempt, client);
  }

  /**
   * Verifies the code and returns the person, for a relying party. With `sign`, the transaction must match too. The same
   * request within 60 seconds of success, or at the same moment, gets the same answer, which is then `replayed`: the
   * first answer may have been lost on its way. It counts no attempt. Problems: as `verify`.
   */
  async verifyRepeatably(
    id: string,
    typed: TypedPhoneCode,
    client: VerifyingClient,
  ): Promise<{ verified: Verified; replayed: boolean }> {
    const digests = this.answers.digestsOf(id, typed);
    const attempt = await this.try(id, typed, client.id, { requestDigest: digests[0], flows: OF_API });
    if (attempt) return { verified: await this.keep(id, this.judged(attempt, client)), replayed: false };
    const kept = await this.answers.repeat(id, client.id, digests);
    if (typeof kept === 'string') return { verified: JSON.parse(kept) as Verified, replayed: true };
    const tried = kept === null ? await this.store.view(id, client.id, OF_API) : undefined;
    if (!tried) throw await this.explain(id, client.id, OF_API);
    // The process that verified is still composing the answer, or ended before it did.
    const question = typed.transaction ? transactionQuestion(id, typed.transaction) : null;
    return { verified: await this.keep(id, this.judged({ tried, question }, client)), replayed: true };
  }

  private async keep(id: string, verified: Verified): Promise<Verified> {
    return JSON.parse(await this.answers.keep(id, JSON.stringify(verified))) as Verified;
  }

  /**
   * Verifies the code of an authentication that {@link Start.startForNumber} began, once. It tells nobody who has the
   * number: until its time is over, one that the holder declined is answered as any other. Problems: as `verify`.
   */
  async verifyNumber(id: string, code: string, client: VerifyingClient): Promise<void> {
    const digests = this.keys.codes.all(code, client.id, id);
    const tried = await this.store.tryCode(id, client.id, digests, null, OF_NUMBERS);
    if (!tried) throw await this.explainNumber(id, client.id);
    this.funnel.attempted(tried);
    this.judge(tried);
  }

  /** The answer after an attempt that counted. Problems: `code_mismatch`, `attempts_exhausted`. */
  private judged({ tried, question }: Attempt, client: VerifyingClient): Verified {
    const { id } = tried;
    this.judge(tried);
    const result = this.person(tried);
    const assertion = signAssertion({ id, audience: client.clientId, result, question }, this.keys, this.environment);
    return { state: 'verified', result, assertion };
  }

  /** Returns after the right code. Problems: `code_mismatch`, `attempts_exhausted`. */
  private judge(tried: AuthenticationView): void {
    const { id } = tried;
    if (tried.state === 'verified') {
      this.watcher.announce(id);
      return;
    }
    const { attemptsLeft } = tried;
    if (attemptsLeft === 0) {
      this.watcher.announce(id);
      throw new Problem('attempts_exhausted', EXHAUSTED[tried.channel], { attemptsLeft });
    }
    throw new Problem('code_mismatch', MISMATCH[tried.channel], { attemptsLeft });
  }

  /**
   * Counts one attempt: against the code that the service generated, or against a code that the phone computed. A right
   * one keeps `requestDigest`, if there is one. Undefined when no such authentication is open: the attempt did not count.
   */
  private async try(
    id: string,
    typed: TypedPhoneCode,
    clientId: string,
    { requestDigest, flows }: { requestDigest: Buffer | null; flows: readonly Flow[] },
  ): Promise<Attempt | undefined> {
    const byPhone = async (): Promise<Attempt | undefined> => {
      const made = await this.phoneCode.try(id, clientId, typed, requestDigest, flows);
      return made && { tried: made.seen, question: made.question };
    };
    const byService = async (): Promise<Attempt | undefined> => {
      // A code that the service generated signs nothing, so no such code is accepted together with a transaction.
      const digests = typed.transaction ? [] : this.keys.codes.all(typed.code, clientId, id);
      const tried = await this.store.tryCode(id, clientId, digests, requestDigest, flows);
      return tried && { tried, question: null };
    };
    // The likelier one goes first; each finds only authentications of its own channels.
    const isByPhone = typed.transaction !== undefined || this.otpStarts.has(id);
    const [first, second] = isByPhone ? [byPhone, byService] : [byService, byPhone];
    const attempt = (await first()) ?? (await second());
    if (attempt) this.funnel.attempted(attempt.tried);
    return attempt;
  }

  /** Returns the person that an authentication names; null once it has closed without verification. */
  named({ id, person }: AuthenticationView): NamedPerson | null {
    return person && decryptNamedPerson(this.keys, id, person);
  }

  /** Returns the person of a verified authentication. Problems: `authentication_not_found` where it named a number alone. */
  person(authentication: AuthenticationView): VerifiedPerson {
    const { id, lineId, closedAt } = authentication;
    if (!lineId || !authentication.person || !closedAt) throw new Error('a verified authentication has no person');
    const { phoneNumber, birthDate, genderDigit } = decryptNamedPerson(this.keys, id, authentication.person);
    if (namesNobody({ birthDate })) throw notFound();
    const person = parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) });
    if (!person) throw new Error('the birth date of a verified person is not valid');
    return {
      subject: subjectOf(this.keys.subject, {
        sector: authentication.sector ?? authentication.clientId,
        lineId,
        owner: birthDate + genderDigit,
      }),
      ...person,
      phoneNumber,
      verifiedAt: closedAt.toISOString(),
      channel: authentication.channel,
      ...this.recentChanges(authentication, closedAt),
    };
  }

  /** What makes a takeover of the line or the subscription more likely. A member is present only while it is true. */
  private recentChanges(
    { reissuedAt, enrolledAt, simChangedAt }: AuthenticationView,
    verifiedAt: Date,
  ): Pick<VerifiedPerson, 'recentSimChange' | 'recentlyEnrolled' | 'recentlyReissued'> {
    const { RECENT_SIM_CHANGE_HOURS, RECENTLY_ENROLLED_HOURS, REISSUE_COOLING_HOURS } = this.environment;
    const isRecent = (at: Date | null, hours: number) =>
      at !== null && at <= verifiedAt && isWithin(at, hours, verifiedAt);
    return {
      ...(isRecent(simChangedAt, RECENT_SIM_CHANGE_HOURS) && { recentSimChange: true }),
      ...(isRecent(enrolledAt, RECENTLY_ENROLLED_HOURS) && { recentlyEnrolled: true }),
      ...(isRecent(reissuedAt, REISSUE_COOLING_HOURS) && { recentlyReissued: true }),
    };
  }

  private async explainNumber(id: string, clientId: string): Promise<Problem> {
    const found = await this.store.view(id, clientId, OF_NUMBERS);
    if (!found) return notFound();
    if (found.state !== 'declined') return closedProblem(stateAt(found));
    return closedProblem(found.attemptsLeft === 0 ? 'failed' : 'expired');
  }

  private async explain(id: string, clientId: string, flows: readonly Flow[]): Promise<Problem> {
    const authentication = await this.store.view(id, clientId, flows);
    if (authentication?.channel === 'approve') return nothingToVerify();
    return authentication ? closedProblem(stateAt(authentication)) : notFound();
  }
}

/** `nothing_to_verify`: the person approves in the app, so no code is ever right. */
export function nothingToVerify(): Problem {
  return new Problem('nothing_to_verify', NO_CODE);
}
