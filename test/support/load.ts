import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '../../src/phone/problem-error.ts';
import type { PushLog } from './push-log.ts';
import { TEST_PIN, type Answer, type Subscriber, type TestService } from './service.ts';

/**
 * How far a flow goes. A `pulled` flow polls for everything and waits for no push. Every other flow waits at each step
 * for the push and acts on it.
 */
const COURSES = [
  'pending',
  'opened',
  'declined',
  'cancelled',
  'pulled',
  'pulled',
  'verified',
  'verified',
  'verified',
  'verified',
] as const;
export type Course = (typeof COURSES)[number];

/** One authentication as its caller and its phone experienced it. Times are those of the answers, in milliseconds. */
export interface Flow {
  course: Course;
  id: string;
  startedAt: number;
  openedAt?: number;
  closedAt?: number;
  /** Number of verifications with the answer 200. */
  accepted: number;
}

/** The service allows a person five starts in ten minutes. */
const STARTS_A_PERSON = 5;
/**
 * Seconds for which a caller repeats a request, and for which it awaits a push, before it counts as lost. Far longer
 * than either takes: on a slow and busy machine, the start of the database alone takes many seconds.
 */
export const PATIENCE_SECONDS = 300;
/** Pause between two flows of one caller. */
const PAUSE_MS = 150;

/** The service could not answer, so the caller must repeat the request. */
class AskAgain extends Error {}

export interface LoadOptions {
  /** Returns the origin for the next request; called for each attempt. */
  address?: () => string;
  /** Milliseconds until a caller repeats a request. */
  repeatMs?: number;
  /** How far the flows go, in turn. */
  courses?: readonly Course[] | undefined;
}

/**
 * Plays whole flows over real HTTP, one after the other for each caller. A caller without an answer, or with a 503,
 * repeats the request with the same Idempotency-Key, as the server of a relying party and an app do.
 */
export class Load {
  readonly flows: Flow[] = [];
  /** Successful answers (2xx), with the time of the request and of the answer. */
  readonly successes: { sentAt: number; answeredAt: number }[] = [];
  /** Answers that no caller may receive, even while processes are killed. */
  readonly faults: string[] = [];
  /** Requests that a caller repeats because they had no answer or one that allows it: when, and why. */
  readonly repeated: { at: number; reason: string }[] = [];
  /** Number of idempotency keys sent. */
  keys = 0;
  private readonly waiting: { subscriber: Subscriber; course: Course }[];
  /** Those whose flow has not ended: a new start would cancel it. */
  private readonly busy = new Set<Subscriber>();
  private readonly running: Promise<void>[] = [];
  private ended = false;
  private readonly address: () => string;
  private readonly repeatMs: number;

  constructor(
    private readonly service: TestService,
    private readonly pushes: PushLog,
    subscribers: readonly Subscriber[],
    { address, repeatMs = 50, courses: played = COURSES }: LoadOptions = {},
  ) {
    this.address = address ?? (() => service.issuer);
    this.repeatMs = repeatMs;
    const courses = subscribers.map((subscriber, at) => ({ subscriber, course: played[at % played.length]! }));
    // An authentication that must stay open must not be replaced by a later one of the same person, and who said that it was
    // not them is not rung again for an hour.
    const once: readonly Course[] = ['pending', 'opened', 'declined'];
    const often = courses.filter(({ course }) => !once.includes(course));
    this.waiting = [courses, ...Array.from({ length: STARTS_A_PERSON - 1 }, () => often)].flat();
  }

  begin(callers: number): void {
    this.run(callers, () => this.call());
  }

  /** Starts additional concurrent flows beside those of the callers. */
  burst(flows: number): void {
    this.run(flows, () => this.next());
  }

  /** Waits until every flow has ended. */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.all(this.running);
  }

  private run(times: number, work: () => Promise<void>): void {
    this.running.push(...Array.from({ length: times }, work));
  }

  private async call(): Promise<void> {
    while (!this.ended) {
      await this.next();
      // Callers are people, so they pause.
      await delay(PAUSE_MS);
    }
  }

  private async next(): Promise<void> {
    const at = this.waiting.findIndex(({ subscriber }) => !this.busy.has(subscriber));
    const [next] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (!next) {
      this.faults.push('no subscriber is left to start for: give the load more subscribers');
      return;
    }
    this.busy.add(next.subscriber);
    try {
      await this.play(next.subscriber, next.course);
    } catch (error) {
      this.faults.push(`${next.course}: ${String(error)}`);
    } finally {
      this.busy.delete(next.subscriber);
    }
  }

  private async play({ person, phone }: Subscriber, course: Course): Promise<void> {
    const { id } = await this.start(person);
    const flow: Flow = { course, id, startedAt: Date.now(), accepted: 0 };
    this.flows.push(flow);
    if (course !== 'pulled') await this.pushed(id, 'wake');
    if (course === 'pending') return;

    if (course === 'declined') {
      await this.closing(() => phone.decline(id, 'not_me'), 'declined');
      flow.closedAt = Date.now();
      return;
    }
    if (course === 'cancelled') {
      await this.closing(() => this.ask('DELETE', `/v1/authentications/${id}`), 'cancelled');
      flow.closedAt = Date.now();
      await this.pushed(id, 'cancelled');
      return;
    }

    const pending = (await this.insist(() => phone.pending())).find((one) => one.id === id);
    if (!pending) throw new Error('a started authentication is not in the pending list');
    await this.insist(() => phone.open(pending, TEST_PIN));
    flow.openedAt = Date.now();
    const code = course === 'pulled' ? await this.pulledCode(phone, id) : await this.pushedCode(phone, id);
    if (course === 'opened') return;

    await this.closing(async () => {
      await this.ask('POST', `/v1/authentications/${id}/verification`, { code });
      flow.accepted += 1;
    }, 'verified');
    flow.closedAt = Date.now();
  }

  private async start({ phoneNumber, birthDate, genderDigit }: Subscriber['person']): Promise<{ id: string }> {
    const body = { phoneNumber, birthDate, genderDigit, purpose: '회원가입' };
    const headers = { 'Idempotency-Key': randomUUID() };
    this.keys += 1;
    const { body: started } = await this.insist(() => this.ask('POST', '/v1/authentications', body, headers));
    return { id: String(started['id']) };
  }

  private async pulledCode(phone: Subscriber['phone'], id: string): Promise<string> {
    const envelope = await this.insist(() => phone.envelope(id));
    return (await phone.readCode(envelope, id)).code;
  }

  private async pushedCode(phone: Subscriber['phone'], id: string): Promise<string> {
    const received = await phone.receive((await this.pushed(id, 'code')).data);
    if (received.kind !== 'code') throw new Error(`a code push was read as ${received.kind}`);
    return received.code;
  }

  private async pushed(id: string, kind: string): Promise<{ data: Record<string, string> }> {
    const arrival = await this.pushes.first(id, kind, PATIENCE_SECONDS);
    if (!arrival) throw new Error(`a push of kind ${kind} did not arrive within ${PATIENCE_SECONDS} seconds`);
    return arrival.push;
  }

  /**
   * Sends a request that ends the authentication. If the first answer was lost, the repeated request gets 409 with the
   * final state, which is accepted.
   */
  private async closing(ask: () => Promise<unknown>, state: string): Promise<void> {
    try {
      await this.insist(ask);
    } catch (error) {
      const known = error instanceof ProblemError && error.status === 409 && error.code === 'authentication_closed';
      if (!known || !error.detail.startsWith(`The state of the authentication is ${state},`)) throw error;
    }
  }

  /** Calls the API as a relying party. A refusal throws `ProblemError`, as for a phone. */
  private async ask(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.service.call(method, path, body, { headers, issuer: this.address() });
    if (answer.status < 300) return answer;
    const { code = 'unknown', detail = '' } = answer.body as { code?: string; detail?: string };
    throw new ProblemError({ status: answer.status, code, detail });
  }

  private async insist<T>(ask: () => Promise<T>): Promise<T> {
    for (const begun = Date.now(); ;) {
      const sentAt = Date.now();
      try {
        const answer = await ask();
        this.successes.push({ sentAt, answeredAt: Date.now() });
        return answer;
      } catch (error) {
        if (!this.passes(error)) throw error;
        if (Date.now() > begun + PATIENCE_SECONDS * 1000)
          throw new AskAgain('no answer for too long', { cause: error });
        this.repeated.push({ at: Date.now(), reason: String(error) });
        await delay(this.repeatMs);
      }
    }
  }

  /** Returns true if another attempt can succeed. */
  private passes(error: unknown): boolean {
    // fetch throws a TypeError when a connection is refused or breaks. Compares the name, because Jest's sandbox has
    // another TypeError class.
    if ((error as Error).name === 'TypeError') return true;
    if (!(error instanceof ProblemError)) return false;
    if (error.status === 500) this.faults.push(String(error));
    // A proxy in front answers 502 or 504 for a process that died or does not answer.
    return [500, 502, 503, 504].includes(error.status) || error.code === 'idempotency_in_progress';
  }
}
