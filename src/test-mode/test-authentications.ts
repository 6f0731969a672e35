import { Injectable } from '@nestjs/common';
import { closedProblem, notFound } from '../authentication/closed-problem.ts';
import { resendRefusal, type RelyingPartyView } from '../authentication/status.ts';
import type { VerifiedPerson } from '../authentication/assertion.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import type { AuthenticationState } from '../domain/authentication.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import { TestAuthenticationStore, type TestView } from './test-authentication.store.ts';
import { decryptTestPerson } from './test-person-cipher.ts';
import { TestStates } from './test-states.ts';
import { TestStateWatcher } from './test-state-watcher.ts';

/** What the phone of a test person shows, for a developer who has no phone. */
export interface TestPhone {
  id: string;
  state: AuthenticationState;
  /** Null: no code is right, or there is none yet or no more. */
  code: string | null;
  opensAt: string | null;
}

/** The operations between start and verification, for test authentications: view, resend, cancel. */
@Injectable()
export class TestAuthentications {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: TestAuthenticationStore,
    private readonly states: TestStates,
    private readonly watcher: TestStateWatcher,
  ) {}

  /** As `AuthenticationStatus.see`. Problems: `authentication_not_found`. */
  async see(id: string, clientId: string, waitSeconds: number): Promise<RelyingPartyView> {
    const seen = await this.find(id, clientId);
    if (waitSeconds === 0 || !isOpen(seen)) return this.viewOf(seen);
    await this.watcher.change(id, seen.state, waitSeconds);
    return this.viewOf(await this.find(id, clientId));
  }

  /** Returns the code that the person would read. Problems: `authentication_not_found`. */
  async phone(id: string, clientId: string): Promise<TestPhone> {
    const { state, code, opensAt, ...seen } = await this.find(id, clientId);
    // A code by push or for a transaction exists only after the app was opened.
    const exists = state === 'opened' || (state === 'pending' && (seen.channel === 'sms' || seen.channel === 'otp'));
    return { id, state, code: exists ? code : null, opensAt: opensAt?.toISOString() ?? null };
  }

  /** Returns the person that an open authentication names, for the hosted window. Problems: as `AuthenticationStatus.named`. */
  async named(id: string, clientId: string): Promise<NamedPerson> {
    const seen = await this.find(id, clientId);
    if (!isOpen(seen) || !seen.person) throw closedProblem(seen.state);
    return this.personOf(seen);
  }

  /** Sends nothing, and counts and refuses as `AuthenticationStatus.resend`. */
  async resend(id: string, clientId: string): Promise<RelyingPartyView> {
    const resent = await this.store.resend(id, clientId);
    const seen = await this.find(id, clientId);
    if (resent) return this.viewOf(seen);
    if (!isOpen(seen)) throw closedProblem(seen.state);
    throw resendRefusal(seen.channel, await this.store.sendings(id));
  }

  /** Problems: as `AuthenticationStatus.cancel`. */
  async cancel(id: string, clientId: string): Promise<void> {
    const seen = await this.find(id, clientId);
    const [changed] = isOpen(seen) ? await this.states.change([{ id, state: 'cancelled' }]) : [];
    if (changed === undefined) throw closedProblem((await this.find(id, clientId)).state);
  }

  /** The authentication that an idempotency key of this client started. */
  async startedBy(clientId: string, keyDigest: Buffer): Promise<string | undefined> {
    return (await this.store.byKey(clientId, keyDigest))?.id;
  }

  /** Problems: `authentication_not_found`. */
  async find(id: string, clientId: string): Promise<TestView> {
    const seen = await this.store.view(id, clientId);
    if (!seen) throw notFound();
    return seen;
  }

  /** The result of a verified one. Its `subject` belongs to the test number, and to no person. */
  resultOf(seen: TestView): VerifiedPerson {
    const { phoneNumber, birthDate, genderDigit } = this.personOf(seen);
    const person = parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) });
    if (!person || !seen.closedAt) throw new Error('a verified test authentication has no person');
    const named = { sector: seen.clientId, lineId: `test:${phoneNumber}`, owner: birthDate + genderDigit };
    return {
      subject: subjectOf(this.keys.subject, named),
      ...person,
      phoneNumber,
      verifiedAt: seen.closedAt.toISOString(),
      channel: seen.channel,
      test: true,
    };
  }

  private personOf({ id, person }: TestView): NamedPerson {
    if (!person) throw new Error('the person of a test authentication was wiped');
    return decryptTestPerson(this.keys, id, person);
  }

  private viewOf(seen: TestView): RelyingPartyView {
    const { id, channel, state, expiresAt, attemptsLeft, matchDigits } = seen;
    return {
      id,
      channel,
      state,
      expiresAt: expiresAt.toISOString(),
      attemptsLeft,
      ...(state === 'pending' && matchDigits !== null && { match: matchDigits }),
      ...(state === 'verified' && { result: this.resultOf(seen) }),
      test: true,
    };
  }
}

function isOpen({ state }: Pick<TestView, 'state'>): boolean {
  return state === 'pending' || state === 'opened';
}
