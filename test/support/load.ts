import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '../../src/phone/problem-error.ts';
import type { PushLog } from './push-log.ts';
import { TEST_PIN, type Answer, type Subscriber, type TestService } from './service.ts';

/**
 * How far a flow goes. `pulled` asks for everything and waits for no push; all others do at each step what a push
 * asked for.
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

/** One authentication as its caller and its phone saw it. Instants are those of the answers, in milliseconds. */
export interface Flow {
  course: Course;
  id: string;
  startedAt: number;
  openedAt?: number;
  closedAt?: number;
  /** Verifications that were answered 200. */
  accepted: number;
}

/** A person may start five times in ten minutes. */
const STARTS_A_PERSON = 5;
/**
 * Seconds for which a caller goes on sending the same again, and for which a push is awaited, before it counts as lost.
 * Far more than either takes: on a slow machine that does other things as well, the database alone needs many to start.
 */
export const PATIENCE_SECONDS = 300;
/** Between two flows of one caller. */
const PAUSE_MS = 150;

/** The service could not answer, and the same is sent again. */
class AskAgain extends Error {}

/**
 * Whole flows, one after the other on each of some callers, through real HTTP. A caller that gets no answer, or 503,
 * sends the same again (with the same Idempotency-Key), as a relying party's server and an app do.
 */
export class Load {
  readonly flows: Flow[] = [];
  /** Answers of 2xx: when the request was sent and when it was answered. */
  readonly successes: { sentAt: number; answeredAt: number }[] = [];
  /** Answers that a caller must not see, whether processes are killed or not. */
  readonly faults: string[] = [];
  /** Idempotency keys that were sent. */
  keys = 0;
  private readonly waiting: { subscriber: Subscriber; course: Course }[];
  private readonly running: Promise<void>[] = [];
  private ended = false;

  constructor(
    private readonly service: TestService,
    private readonly pushes: PushLog,
    subscribers: readonly Subscriber[],
    /** Where the next request goes; anew for each try. */
    private readonly address = () => service.issuer,
  ) {
    const courses = subscribers.map((subscriber, at) => ({ subscriber, course: COURSES[at % COURSES.length]! }));
    // An authentication that is to stay open must not be replaced by the next one of the same person.
    const often = courses.filter(({ course }) => course !== 'pending' && course !== 'opened');
    this.waiting = [courses, ...Array.from({ length: STARTS_A_PERSON - 1 }, () => often)].flat();
  }

  begin(callers: number): void {
    this.run(callers, () => this.call());
  }

  /** So many flows at once, beside those of the callers. */
  burst(flows: number): void {
    this.run(flows, () => this.next());
  }

  /** Lets every flow that was begun come to its end. */
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
      // Callers are people.
      await delay(PAUSE_MS);
    }
  }

  private async next(): Promise<void> {
    const next = this.waiting.shift();
    if (!next) {
      this.faults.push('no subscriber is left to start for: give the load more subscribers');
      return;
    }
    try {
      await this.play(next.subscriber, next.course);
    } catch (error) {
      this.faults.push(`${next.course}: ${String(error)}`);
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

    const asked = (await this.insist(() => phone.pending())).find((one) => one.id === id);
    if (!asked) throw new Error('a started authentication is not in the pending list');
    await this.insist(() => phone.open(asked, TEST_PIN));
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

  /** Asks for what ends the authentication; an answer may get lost, and then the next one tells how it ended. */
  private async closing(ask: () => Promise<unknown>, state: string): Promise<void> {
    try {
      await this.insist(ask);
    } catch (error) {
      const known = error instanceof ProblemError && error.status === 409 && error.code === 'authentication_closed';
      if (!known || !error.detail.startsWith(`The state of the authentication is ${state},`)) throw error;
    }
  }

  /** A relying party's call, refused as a phone's is. */
  private async ask(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.service.call(method, path, body, { headers, issuer: this.address() });
    if (answer.status < 300) return answer;
    const [code, detail] = [String(answer.body['code']), String(answer.body['detail'])];
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
        await delay(50);
      }
    }
  }

  /** Whether the next try may have another outcome. */
  private passes(error: unknown): boolean {
    // fetch rejects with it when a connection is refused or breaks. By name: Jest's own TypeError is another one.
    if ((error as Error).name === 'TypeError') return true;
    if (!(error instanceof ProblemError)) return false;
    if (error.status === 500) this.faults.push(String(error));
    return error.status === 503 || error.status === 500 || error.code === 'idempotency_in_progress';
  }
}
